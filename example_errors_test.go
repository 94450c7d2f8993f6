package openrouter_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// ended describes how an answer ended.
func ended(err error) string {
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		return "reported by the service: " + e.Message
	}
	switch {
	case err == nil:
		return "complete"
	case errors.Is(err, openrouter.ErrStreamTruncated):
		return "cut"
	case errors.Is(err, openrouter.ErrStreamIdle), errors.Is(err, openrouter.ErrContentTimeout):
		return "silent for too long"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "cancelled by us"
	case errors.Is(err, openrouter.ErrStreamClosed):
		return "closed by us"
	}
	return "broken: " + err.Error() // the network, a timeout, too large, no JSON
}

func Example_ends() {
	srv := openroutertest.Start(
		openroutertest.Text("To be."),
		openroutertest.Text("To be").MidStreamError(502, openrouter.ErrProviderUnavailable, "The provider is gone."),
		openroutertest.Text("To be").Truncate(),
		openroutertest.Text("To be").Stall())
	defer srv.Close()
	client := srv.Client(openrouter.WithStreamIdleTimeout(500 * time.Millisecond))

	for range 4 {
		stream, err := client.Chat.Stream(context.Background(), question("To be?"))
		if err == nil {
			_, err = stream.Collect()
		}
		fmt.Printf("%s: %q\n", ended(err), stream.Response().Text())
	}
	// Output:
	// complete: "To be."
	// reported by the service: The provider is gone.: "To be"
	// cut: "To be"
	// silent for too long: "To be"
}

func Example_errors() {
	srv := openroutertest.Start(openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "Slow down.").RetryAfter(20 * time.Second))
	defer srv.Close()
	_, err := srv.Client().Chat.Create(context.Background(), question("Hello?"))

	switch {
	case errors.Is(err, openrouter.ErrAuthentication), errors.Is(err, openrouter.ErrMissingAPIKey):
		fmt.Println("check the key")
	case errors.Is(err, openrouter.ErrPaymentRequired):
		fmt.Println("add credits")
	case errors.Is(err, openrouter.ErrRateLimitExceeded):
		fmt.Println("try again later")
	}
	if e, ok := errors.AsType[*openrouter.APIError](err); ok { // the service reported a failure
		fmt.Println(e.StatusCode, e.Message, e.RetryAfter, e.Retryable(), e.Call().Attempts)
	}
	// Output:
	// try again later
	// 429 Slow down. 20s true 1
}

func ExampleAPIError() {
	srv := openroutertest.Start(openroutertest.Error(402, openrouter.ErrPaymentRequired, "Insufficient credits."))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("Hello?"))
	fmt.Println(err)
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		fmt.Println(e.StatusCode, e.Type == openrouter.ErrPaymentRequired, e.Retryable())
	}
	// Output:
	// openrouter: payment_required 402: Insufficient credits.
	// 402 true false
}

// This answer has the status 200, but the model failed before it was complete. The
// first part is billed.
func ExampleAPIError_partial() {
	srv := openroutertest.Start(openroutertest.Text("To be, ", "or").MidStreamError(502, openrouter.ErrProviderUnavailable, "The provider is gone."))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("To be?"))
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		fmt.Println(e.Call().StatusCode, e.StatusCode, e.Message)
		fmt.Printf("%q\n", e.Partial.Text())
	}
	// Output:
	// 200 502 The provider is gone.
	// "To be, or"
}

func ExampleAPIError_FallbackModels() {
	srv := openroutertest.Start(openroutertest.Error(404, openrouter.ErrNotFound, "The model is gone.").Availability(openrouter.Availability{
		Code: openrouter.AvailabilityCodeModelDeprecated, FallbackModels: []string{"openai/gpt-5.2"},
	}))
	defer srv.Close()

	req := question("Hello?")
	req.Model = "openai/gpt-3.5-turbo"
	_, err := srv.Client().Chat.Create(context.Background(), req)
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		fmt.Println(e.Retryable(), e.FallbackModels())
	}
	// Output: false [openai/gpt-5.2]
}

func ExampleAPIError_Moderation() {
	srv := openroutertest.Start(openroutertest.Error(403, openrouter.ErrPermissionDenied, "The input was flagged.").
		Metadata(map[string]any{"reasons": []string{"violence"}, "flagged_input": "...", "provider_name": "OpenAI"}))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("..."))
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		if m := e.Moderation(); m != nil {
			fmt.Println(m.Reasons, m.ProviderName)
		}
	}
	// Output: [violence] OpenAI
}

// ProviderError is the error as the provider reported it.
func ExampleAPIError_ProviderError() {
	srv := openroutertest.Start(openroutertest.Error(400, openrouter.ErrInvalidRequest, "Provider returned error").
		Metadata(map[string]any{"provider_name": "Anthropic", "raw": `{"error":{"message":"max_tokens is too large"}}`}))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("Hello?"))
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		if p := e.ProviderError(); p != nil {
			fmt.Println(p.ProviderName+":", p.Message())
		}
	}
	// Output: Anthropic: max_tokens is too large
}

func ExampleAPIError_RateLimit() {
	midnight := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	srv := openroutertest.Start(openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RateLimit(50, 0, midnight))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("Hello?"))
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		if l := e.RateLimit(); l != nil { // nil if the limit is a provider's
			fmt.Println(l.Remaining, "of", l.Limit, "left until", l.Reset.UTC().Format(time.DateTime))
		}
	}
	// Output: 0 of 50 left until 2027-01-01 00:00:00
}

// An ErrorType is an error that errors.Is can compare.
func ExampleErrorType() {
	srv := openroutertest.Start(openroutertest.Error(400, openrouter.ErrContextLengthExceeded, "Too long."))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("..."))
	fmt.Println(errors.Is(err, openrouter.ErrContextLengthExceeded))
	// Output: true
}

func ExampleStreamError() {
	srv := openroutertest.Start(openroutertest.Text("To be, ", "or not").Truncate())
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("To be?"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = stream.Collect()
	fmt.Println(err)
	if e, ok := errors.AsType[*openrouter.StreamError](err); ok {
		fmt.Printf("%q\n", e.Partial.Text())
	}
	// Output:
	// openrouter: stream ended before it was complete (generation gen-fake-1)
	// "To be, or not"
}

func ExampleConnectionError() {
	srv := openroutertest.Start(openroutertest.Text("To be, or not to be").Stall())
	defer srv.Close()

	_, err := srv.Client(openrouter.WithTimeout(50*time.Millisecond)).Chat.Create(context.Background(), question("To be?"))
	fmt.Println(errors.Is(err, openrouter.ErrAttemptTimeout))
	_, ok := errors.AsType[*openrouter.ConnectionError](err)
	fmt.Println(ok)
	// Output:
	// true
	// true
}

// Retryable tells a program's own loop whether another attempt makes sense.
func ExampleAPIError_Retryable() {
	srv := openroutertest.Start(
		openroutertest.Error(529, openrouter.ErrProviderOverloaded),
		openroutertest.Error(400, openrouter.ErrInvalidRequest))
	defer srv.Close()

	for range 2 {
		_, err := srv.Client().Chat.Create(context.Background(), question("Hello?"))
		if e, ok := errors.AsType[*openrouter.APIError](err); ok {
			fmt.Println(e.StatusCode, e.Retryable())
		}
	}
	// Output:
	// 529 true
	// 400 false
}

// Call describes the exchange behind an error, with the number of attempts.
func ExampleAPIError_Call() {
	srv := openroutertest.Start(openroutertest.Error(502, openrouter.ErrProviderUnavailable).Times(3))
	defer srv.Close()

	_, err := srv.Client(openrouter.WithMaxRetries(2)).Chat.Create(context.Background(), question("Hello?"))
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		fmt.Println(e.Call().Attempts)
	}
	// Output: 3
}

func ExampleAPIError_Guardrail() {
	srv := openroutertest.Start(openroutertest.Error(403, openrouter.ErrPermissionDenied, "Prompt injection detected.").
		Metadata(map[string]any{"patterns": []string{"ignore previous instructions"}}))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("..."))
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		if g := e.Guardrail(); g != nil {
			fmt.Println(g.Patterns)
		}
	}
	// Output: [ignore previous instructions]
}

// The service parsed and billed a document before the model failed. With its
// annotations in the next request, the document is not parsed and billed again.
func ExampleAPIError_FileAnnotations() {
	srv := openroutertest.Start(
		openroutertest.Error(502, openrouter.ErrProviderUnavailable).Metadata(map[string]any{"file_annotations": []openrouter.Annotation{
			{Type: openrouter.AnnotationTypeFile, File: &openrouter.ParsedFile{Hash: "5f1c2e", Content: openrouter.Text("Total: 37.50 EUR")}},
		}}),
		openroutertest.Text("37.50 EUR."))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	req := &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Messages: []openrouter.Message{
		openrouter.UserMessage("What is the total?", openrouter.FilePart("invoice.pdf", "https://example.com/invoice.pdf")),
	}}
	res, err := client.Chat.Create(ctx, req)
	if e, ok := errors.AsType[*openrouter.APIError](err); ok && e.Retryable() {
		req.Messages = append(req.Messages,
			openrouter.Message{Role: openrouter.RoleAssistant, Annotations: e.FileAnnotations()},
			openrouter.UserMessage("Please try again."))
		res, err = client.Chat.Create(ctx, req)
	}
	fmt.Println(res.Text(), err)
	// Output: 37.50 EUR. <nil>
}
