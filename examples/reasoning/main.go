// Command reasoning prints a model's reasoning while it comes in, and sends it back
// with the next question.
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
		openroutertest.SignedReasoning("c2lnbmF0dXJl", "17 times 20 is 340, ", "minus 17 is 323.").Text("17 × 19 = ", "323"),
		openroutertest.Text("Yes: 17 × 19 = (18 - 1)(18 + 1) = 18² - 1 = 323."))
	defer stop()
	ctx := context.Background()

	req := &openrouter.ChatCompletionRequest{
		Model:     "anthropic/claude-sonnet-4.5",
		Messages:  []openrouter.Message{openrouter.UserMessage("What is 17 times 19?")},
		Reasoning: &openrouter.Reasoning{Effort: openrouter.EffortHigh},
	}
	stream, err := client.Chat.Stream(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	thinking := false
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(chunk.Reasoning())
		thinking = thinking || chunk.Reasoning() != ""
		if chunk.Text() != "" && thinking {
			thinking = false
			fmt.Print("\n---\n")
		}
		fmt.Print(chunk.Text())
	}
	fmt.Println()

	// Signed and encrypted reasoning must go back unchanged. Message contains it.
	first := stream.Response().Message()
	for _, block := range first.ReasoningDetails {
		fmt.Printf("%s, signed: %t\n", block.Type, block.Signature != "")
	}
	req.Messages = append(req.Messages, first, openrouter.UserMessage("Is there a shorter way?"))
	res, err := client.Chat.Create(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
}
