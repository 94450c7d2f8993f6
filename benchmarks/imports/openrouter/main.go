// Command openrouter streams one answer: the least that an import costs.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
)

func main() {
	client := openrouter.NewClient()
	stream, err := client.Chat.Stream(context.Background(), &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-4.1",
		Messages: []openrouter.Message{openrouter.UserMessage("Say hello.")},
	})
	if err != nil {
		log.Fatal(err)
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(chunk.Text())
	}
}
