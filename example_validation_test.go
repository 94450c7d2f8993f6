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

// An invalid request is refused before it is sent. The error lists everything that
// is wrong with it.
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
	// messages[0].tool_call_id is missing: a tool message must name the call that it answers
	// temperature is 2.5, must be between 0 and 2
}

func ExampleChatCompletionRequest_Validate() {
	req := &openrouter.ChatCompletionRequest{
		Messages:  []openrouter.Message{openrouter.UserMessage("Say hello in Greek.")},
		Reasoning: &openrouter.Reasoning{Effort: openrouter.EffortHigh, MaxTokens: new(2000)},
	}
	fmt.Println(req.Validate())
	// Output:
	// openrouter: reasoning.max_tokens and reasoning.effort cannot both be set; WithoutValidation("reasoning.max_tokens") sends it anyway
}

// The service currently accepts session ids of up to 256 characters.
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
	// openrouter: session_id has 200 characters, must have at most 128; WithoutValidation("session_id") sends it anyway
	// Γεια σου! <nil>
}

// Without this option, an http address of another machine is refused, because it
// would send the key unencrypted.
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

// serviceOf returns an HTTP client whose every answer is the text that f returns.
func serviceOf(f func(*http.Request) string) *http.Client {
	return &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(f(req)))}, nil
	})}
}
