// Command errors makes calls that fail in different ways and shows how to tell the
// failures apart.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Error(401, openrouter.ErrAuthentication, "User not found."),
		openroutertest.Error(404, openrouter.ErrNotFound, "No endpoints found for nobody/nothing."),
		openroutertest.Text("Once upon").Stall(),
		openroutertest.Text("Once upon a time").Truncate())
	defer stop()
	ctx := context.Background()

	req := &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Tell me a story of one line.")},
	}

	hot := *req
	hot.Temperature = new(9.0)
	_, err := client.Chat.Create(ctx, &hot)
	explain("a temperature of 9", err)

	_, err = client.Chat.Create(ctx, req, openrouter.WithAPIKey("sk-or-v1-wrong"))
	explain("a wrong key", err)

	unknown := *req
	unknown.Model = "nobody/nothing"
	_, err = client.Chat.Create(ctx, &unknown)
	explain("an unknown model", err)

	err = read(ctx, client, req, true)
	explain("cancelled half way", err)

	err = read(ctx, client, req, false) // the fake cuts this one
	explain("read to the end", err)
}

// read reads a stream. If cancelIt is set, it cancels the stream after the first
// words.
func read(ctx context.Context, client *openrouter.Client, req *openrouter.ChatCompletionRequest, cancelIt bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.Chat.Stream(ctx, req)
	if err != nil {
		return err
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			return err
		}
		if cancelIt && chunk.Text() != "" {
			cancel()
		}
	}
	return nil
}

func explain(what string, err error) {
	fmt.Printf("%s: %v\n", what, err)

	// The kind of failure is the same wherever the service reported it.
	switch {
	case errors.Is(err, openrouter.ErrAuthentication):
		fmt.Println("  -> check OPENROUTER_API_KEY")
	case errors.Is(err, openrouter.ErrRateLimitExceeded), errors.Is(err, openrouter.ErrProviderOverloaded):
		fmt.Println("  -> try again later")
	case errors.Is(err, openrouter.ErrStreamTruncated):
		fmt.Println("  -> the answer is not complete")
	case errors.Is(err, context.Canceled):
		fmt.Println("  -> we did not want the rest")
	}

	// The type of the error gives its details.
	if e, ok := errors.AsType[*openrouter.ValidationError](err); ok {
		fmt.Println("  -> never sent, because of", e.Violations[0].Field)
	}
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		fmt.Printf("  -> status %d, %s, retryable: %t\n", e.StatusCode, string(e.Type), e.Retryable())
	}
	if e, ok := errors.AsType[*openrouter.StreamError](err); ok {
		fmt.Printf("  -> what had arrived: %q\n", e.Partial.Text())
	}
}
