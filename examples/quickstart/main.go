// Command quickstart streams an answer to the question on its command line, then
// says which model wrote it, how many tokens it took and what it cost.
//
// Without OPENROUTER_API_KEY it talks to a fake service inside the program. With
// it, to the real one, or to any compatible server at OPENROUTER_BASE_URL.
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, strings.Join(os.Args[1:], " ")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, question string) error {
	client := openrouter.NewClient()
	if os.Getenv("OPENROUTER_API_KEY") == "" {
		fmt.Fprintln(os.Stderr, "OPENROUTER_API_KEY is not set: answering with a fake service inside this program.")
		fake := openroutertest.Start(openroutertest.Text("Hello ", "from ", "the ", "fake ", "service.").Usage(9, 5).Cost(0.000012))
		defer fake.Close()
		client = fake.Client()
	}

	stream, err := client.Chat.Stream(ctx, &openrouter.ChatCompletionRequest{
		Model:    cmp.Or(os.Getenv("OPENROUTER_MODEL"), "openai/gpt-5.2"),
		Messages: []openrouter.Message{openrouter.UserMessage(cmp.Or(question, "Say hello."))},
		// The service always reports usage; other servers do when asked.
		StreamOptions: &openrouter.StreamOptions{IncludeUsage: new(true)},
	})
	if err != nil {
		return err
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			return err
		}
		fmt.Print(chunk.Text())
	}

	res := stream.Response()
	fmt.Printf("\n\nmodel  %s\n", res.Model)
	if u := res.Usage; u != nil {
		fmt.Printf("tokens %d in, %d out\ncost   $%.6f\n", u.PromptTokens, u.CompletionTokens, u.Cost)
	}
	return nil
}
