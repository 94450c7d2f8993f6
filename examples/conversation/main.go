// Command conversation holds a talk of several turns. A model remembers nothing:
// each request carries all that was said before.
package main

import (
	"context"
	"fmt"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/examples/internal/demo"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	demo.Run(run,
		openroutertest.Text("Oslo."),
		openroutertest.Text("About 720,000."),
		openroutertest.Text("The Oslofjord."))
}

func run(ctx context.Context, client *openrouter.Client) error {
	req := &openrouter.ChatCompletionRequest{
		Model:     "openai/gpt-5.2",
		Messages:  []openrouter.Message{openrouter.SystemMessage("Answer in a few words.")},
		SessionID: "conversation-example", // stays with one provider, whose prompt cache is warm then
	}
	for _, question := range []string{"What is the capital of Norway?", "How many people live there?", "Which fjord is it on?"} {
		req.Messages = append(req.Messages, openrouter.UserMessage(question))
		res, err := client.Chat.Create(ctx, req)
		if err != nil {
			return err
		}
		// The reply goes back whole: text, reasoning, tool calls, annotations.
		req.Messages = append(req.Messages, res.Message())
		fmt.Printf("> %s\n%s\n", question, res.Text())
	}
	fmt.Printf("%d messages in all\n", len(req.Messages))
	return nil
}
