package openroutertest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// umbrella is the code under test: it lets the model ask for the weather.
func umbrella(ctx context.Context, client *openrouter.Client) (string, error) {
	req := &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Do I need an umbrella in Oslo?")},
	}
	for {
		res, err := client.Chat.Create(ctx, req)
		if err != nil {
			return "", err
		}
		calls := res.ToolCalls()
		if len(calls) == 0 {
			return res.Text(), nil
		}
		req.Messages = append(req.Messages, res.Message())
		for _, call := range calls {
			req.Messages = append(req.Messages, call.Result("rain"))
		}
	}
}

// A test of a program that lets a model call a function.
func ExampleNewServer() {
	_ = func(t *testing.T) {
		srv := openroutertest.NewServer(t,
			openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`),
			openroutertest.Text("Take", " an umbrella."))

		got, err := umbrella(t.Context(), srv.Client())
		if err != nil || got != "Take an umbrella." {
			t.Errorf("got %q, %v", got, err)
		}
		if result := srv.Requests()[1].Body.Messages[2]; result.Text() != "rain" {
			t.Errorf("the model was told %q", result.Text())
		}
	}
}

// Start is for programs that are not tests.
func ExampleStart() {
	srv := openroutertest.Start(
		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`),
		openroutertest.Text("Take", " an umbrella."))
	defer srv.Close()

	answer, err := umbrella(context.Background(), srv.Client())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer)
	fmt.Println(srv.Requests()[1].Body.Messages[2].Text())
	// Output:
	// Take an umbrella.
	// rain
}

// This program also runs without a key. It then gets these replies.
func ExampleClientOrFake() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`),
		openroutertest.Text("Take", " an umbrella."))
	defer stop()

	answer, err := umbrella(context.Background(), client)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer)
	// Output: Take an umbrella.
}

// The same reply answers Stream and Create.
func ExampleReply() {
	reply := openroutertest.Reasoning("Let me see.").Text("It is ", "42.").Usage(10, 5).Cost(0.01)
	srv := openroutertest.Start(reply.Times(2))
	defer srv.Close()

	ctx, client := context.Background(), srv.Client()
	req := &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Messages: []openrouter.Message{openrouter.UserMessage("What is it?")}}
	stream, err := client.Chat.Stream(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		if chunk.Text() != "" {
			fmt.Printf("%q\n", chunk.Text())
		}
	}

	res, err := client.Chat.Create(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Reasoning(), res.Text(), res.FinishReason(), res.Usage.TotalTokens, res.Usage.Cost)
	// Output:
	// "It is "
	// "42."
	// Let me see. It is 42. stop 15 0.01
}

func ExampleText() {
	srv := openroutertest.Start(openroutertest.Text("Hello ", "there."))
	defer srv.Close()
	res, _ := srv.Client().Chat.Create(context.Background(), hello())
	fmt.Println(res.Text())
	// Output: Hello there.
}

func hello() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Messages: []openrouter.Message{openrouter.UserMessage("Hello")}}
}

func ExampleReasoning() {
	srv := openroutertest.Start(openroutertest.Reasoning("A greeting.").Text("Hello."))
	defer srv.Close()
	res, _ := srv.Client().Chat.Create(context.Background(), hello())
	fmt.Println(res.Reasoning())
	// Output: A greeting.
}

func ExampleToolCall() {
	srv := openroutertest.Start(openroutertest.ToolCall("call_1", "greet", `{"name":"Ada"}`).ToolCall("call_2", "wave", `{}`))
	defer srv.Close()
	res, _ := srv.Client().Chat.Create(context.Background(), hello())
	for _, call := range res.ToolCalls() {
		fmt.Println(call.ID, call.Function.Name, call.Function.Arguments)
	}
	fmt.Println(res.FinishReason())
	// Output:
	// call_1 greet {"name":"Ada"}
	// call_2 wave {}
	// tool_calls
}

func ExampleError() {
	srv := openroutertest.Start(openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "Slow down.").RetryAfter(20 * time.Second))
	defer srv.Close()
	_, err := srv.Client().Chat.Create(context.Background(), hello())
	fmt.Println(err)
	fmt.Println(errors.Is(err, openrouter.ErrRateLimitExceeded))
	// Output:
	// openrouter: rate_limit_exceeded 429: Slow down. (retry in 20s)
	// true
}

// This answer fails after its first part.
func ExampleMidStreamError() {
	srv := openroutertest.Start(openroutertest.Text("It ", "is").MidStreamError(502, openrouter.ErrProviderUnavailable, "The provider is gone."))
	defer srv.Close()
	stream, err := srv.Client().Chat.Stream(context.Background(), hello())
	if err != nil {
		log.Fatal(err)
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			fmt.Println()
			fmt.Println(err)
			continue
		}
		fmt.Print(chunk.Text())
	}
	// Output:
	// It is
	// openrouter: provider_unavailable 502: The provider is gone. (provider Fake, generation gen-fake-1)
}

// This stream ends before it is complete.
func ExampleReply_Truncate() {
	srv := openroutertest.Start(openroutertest.Text("It ", "is ").Truncate())
	defer srv.Close()
	stream, err := srv.Client().Chat.Stream(context.Background(), hello())
	if err != nil {
		log.Fatal(err)
	}
	_, err = stream.Collect()
	fmt.Println(errors.Is(err, openrouter.ErrStreamTruncated))
	fmt.Printf("%q\n", stream.Response().Text())
	// Output:
	// true
	// "It is "
}

func ExampleReply_ForModel() {
	srv := openroutertest.Start(
		openroutertest.Text("I am Claude.").ForModel("anthropic/*").Always(),
		openroutertest.Echo())
	defer srv.Close()
	client, req := srv.Client(), hello()
	for _, model := range []string{"openai/gpt-5.2", "anthropic/claude-sonnet-4.5"} {
		req.Model = model
		res, _ := client.Chat.Create(context.Background(), req)
		fmt.Println(res.Text())
	}
	// Output:
	// Hello
	// I am Claude.
}

// Func makes the reply from the request.
func ExampleFunc() {
	srv := openroutertest.Start(openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
		if len(r.Body.Tools) > 0 {
			return openroutertest.Error(404, openrouter.ErrNotFound, "No endpoint supports tools.")
		}
		return openroutertest.Text(strings.ToUpper(r.Text()))
	}).Always())
	defer srv.Close()
	res, _ := srv.Client().Chat.Create(context.Background(), hello())
	fmt.Println(res.Text())
	// Output: HELLO
}

// With the fake time of synctest, an hour of waiting takes no time.
func ExampleTransport() {
	_ = func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fake := openroutertest.NewTransport(t, openroutertest.Text("It is ").Stall())
			client := fake.Client(openrouter.WithStreamIdleTimeout(time.Hour))

			stream, err := client.Chat.Stream(t.Context(), hello())
			if err != nil {
				t.Fatal(err)
			}
			if _, err = stream.Collect(); !errors.Is(err, openrouter.ErrStreamIdle) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// RequireKey makes the fake refuse every other key.
func ExampleServer_RequireKey() {
	srv := openroutertest.Start(openroutertest.Echo())
	defer srv.Close()
	srv.RequireKey("sk-or-v1-right")

	_, err := srv.Client(openrouter.WithAPIKey("sk-or-v1-wrong")).Chat.Create(context.Background(), hello())
	fmt.Println(errors.Is(err, openrouter.ErrAuthentication))
	_, err = srv.Client().Chat.Create(context.Background(), hello())
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}
