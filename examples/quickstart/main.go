// Command quickstart streams the answer to the question on its command line, then
// prints which model wrote it, how many tokens it took and what it cost.
//
// Without OPENROUTER_API_KEY it talks to a fake service inside the program. With it,
// it talks to the real one, or to any compatible server at OPENROUTER_BASE_URL.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Text("Hello ", "from ", "the ", "fake ", "service.").Usage(9, 5).Cost(0.000012))
	defer stop()

	question := cmp.Or(strings.Join(os.Args[1:], " "), "Say hello.")
	stream, err := client.Chat.Stream(context.Background(), &openrouter.ChatCompletionRequest{
		Model:    cmp.Or(os.Getenv("OPENROUTER_MODEL"), "openai/gpt-5.2"),
		Messages: []openrouter.Message{openrouter.UserMessage(question)},
		// OpenRouter always reports the usage. Other servers do if asked.
		StreamOptions: &openrouter.StreamOptions{IncludeUsage: new(true)},
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

	res := stream.Response()
	fmt.Printf("\n\nmodel  %s\n", res.Model)
	if u := res.Usage; u != nil {
		fmt.Printf("tokens %d in, %d out\ncost   $%.6f\n", u.PromptTokens, u.CompletionTokens, u.Cost)
	}
}
