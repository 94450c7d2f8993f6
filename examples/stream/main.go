// Command stream prints an answer while the model writes it.
package main

import (
	"context"
	"fmt"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/examples/internal/demo"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	demo.Run(run, openroutertest.KeepAlive(1).Text("One ", "two ", "three ", "four ", "five."))
}

func run(ctx context.Context, client *openrouter.Client) error {
	stream, err := client.Chat.Stream(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Count to five, in words.")},
	})
	if err != nil {
		return err // refused before the first part of the answer
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			return err // broke off half way; stream.Response() has what had arrived
		}
		fmt.Print(chunk.Text())
	}

	// Now the whole answer is there, as Create would have returned it.
	res := stream.Response()
	fmt.Printf("\n%d characters, finish %s\n", len(res.Text()), res.FinishReason())
	return nil
}
