// Command conversation asks several questions in a row. A model remembers nothing:
// each request carries all earlier messages.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Text("Oslo."),
		openroutertest.Text("About 720,000."),
		openroutertest.Text("The Oslofjord."))
	defer stop()
	ctx := context.Background()

	req := &openrouter.ChatCompletionRequest{
		Model:     "openai/gpt-5.2",
		Messages:  []openrouter.Message{openrouter.SystemMessage("Answer in a few words.")},
		SessionID: "conversation-example", // keeps the same provider, whose prompt cache is then warm
	}
	for _, question := range []string{"What is the capital of Norway?", "How many people live there?", "Which fjord is it on?"} {
		req.Messages = append(req.Messages, openrouter.UserMessage(question))
		res, err := client.Chat.Create(ctx, req)
		if err != nil {
			log.Fatal(err)
		}
		// Message is the whole reply: text, reasoning, tool calls, annotations.
		req.Messages = append(req.Messages, res.Message())
		fmt.Printf("> %s\n%s\n", question, res.Text())
	}
	fmt.Printf("%d messages in all\n", len(req.Messages))
}
