package openrouter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// A request with mistakes is refused before the network, with all of them.
func ExampleValidationError() {
	client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-..."))
	_, err := client.Chat.Create(context.Background(), &openrouter.ChatCompletionRequest{
		Model:       "openai/gpt-5.2",
		Messages:    []openrouter.Message{openrouter.ToolMessage("", "21 degrees")},
		Temperature: new(2.5),
	})
	if e, ok := errors.AsType[*openrouter.ValidationError](err); ok {
		for _, v := range e.Violations {
			fmt.Printf("%s %s\n", v.Field, v.Problem)
		}
	}
	// Output:
	// messages[0].tool_call_id is missing: a tool message names the call that it answers
	// temperature is 2.5, must be between 0 and 2
}

func ExampleChatCompletionRequest_Validate() {
	req := &openrouter.ChatCompletionRequest{
		Messages:  []openrouter.Message{openrouter.UserMessage("Say hello in Greek.")},
		Reasoning: &openrouter.Reasoning{Effort: openrouter.EffortHigh, MaxTokens: new(2000)},
	}
	fmt.Println(req.Validate())
	// Output:
	// openrouter: invalid reasoning.max_tokens: excludes reasoning.effort, which is set too (WithoutValidation("reasoning.max_tokens") switches this check off)
}

// Today's service takes session ids of up to 256 characters.
func ExampleWithoutValidation() {
	service := serviceOf(func(req *http.Request) string {
		return `{"id":"gen-1","choices":[{"index":0,"message":{"role":"assistant","content":"Γεια σου!"},"finish_reason":"stop"}]}`
	})
	client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-..."), openrouter.WithHTTPClient(service))
	req := &openrouter.ChatCompletionRequest{
		Messages:  []openrouter.Message{openrouter.UserMessage("Say hello in Greek.")},
		SessionID: strings.Repeat("7", 200),
	}

	_, err := client.Chat.Create(context.Background(), req)
	fmt.Println(err)

	res, err := client.Chat.Create(context.Background(), req, openrouter.WithoutValidation("session_id"))
	fmt.Println(res.Text(), err)
	// Output:
	// openrouter: invalid session_id: has 200 characters, must have at most 128; today's service takes 256 (WithoutValidation("session_id") switches this check off)
	// Γεια σου! <nil>
}

// Without the option, an http address of another machine is refused: the key
// would travel in the clear.
func ExampleWithInsecureHTTP() {
	service := serviceOf(func(req *http.Request) string {
		return `{"id":"gen-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello from ` + req.URL.Host + `"},"finish_reason":"stop"}]}`
	})
	client := openrouter.NewClient(
		openrouter.WithAPIKey("sk-or-v1-..."), openrouter.WithHTTPClient(service),
		openrouter.WithBaseURL("http://gateway.internal/v1"), openrouter.WithInsecureHTTP())
	res, err := client.Chat.Create(context.Background(), &openrouter.ChatCompletionRequest{
		Messages: []openrouter.Message{openrouter.UserMessage("Who are you?")},
	})
	fmt.Println(res.Text(), err)
	// Output:
	// Hello from gateway.internal <nil>
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// serviceOf is a client of a service that answers with what f returns.
func serviceOf(f func(*http.Request) string) *http.Client {
	return &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(f(req)))}, nil
	})}
}
