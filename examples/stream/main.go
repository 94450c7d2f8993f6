// Command stream prints an answer while the model writes it.
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
		openroutertest.KeepAlive(1).Text("One ", "two ", "three ", "four ", "five."))
	defer stop()
	ctx := context.Background()

	stream, err := client.Chat.Stream(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Count to five, in words.")},
	})
	if err != nil {
		log.Fatal(err) // failed before the first part of the answer
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err) // failed half way; stream.Response() has what arrived
		}
		fmt.Print(chunk.Text())
	}

	// The loop is over: Response is the whole answer, as Create would return it.
	res := stream.Response()
	fmt.Printf("\n%d characters, finish %s\n", len(res.Text()), res.FinishReason())
}
