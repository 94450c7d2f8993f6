package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	gopenai "github.com/sashabaranov/go-openai"
)

// client is a way to call the service. Nobody retries, so that each fault is
// seen once.
type client struct {
	name           string
	create, stream func(ctx context.Context, url string, hc *http.Client) error
	// typed names the exported type or value of the client that the error is,
	// and is empty for all other errors.
	typed func(error) string
}

const model, question = "openai/gpt-5.2", "To be?"

var clients = []client{
	{"this library", createOurs, streamOurs, typedOurs},
	{"go-openai", createGoOpenAI, streamGoOpenAI, typedGoOpenAI},
	{"openai-go", createOpenAIGo, streamOpenAIGo, typedOpenAIGo},
}

func ours(url string, hc *http.Client) (*openrouter.Client, *openrouter.ChatCompletionRequest) {
	c := openrouter.NewClient(openrouter.WithAPIKey(openroutertest.Key), openrouter.WithBaseURL(url), openrouter.WithHTTPClient(hc),
		openrouter.WithMaxRetries(0), openrouter.WithStreamIdleTimeout(silence), openrouter.WithContentTimeout(silence, silence))
	return c, &openrouter.ChatCompletionRequest{Model: model, Messages: []openrouter.Message{openrouter.UserMessage(question)}}
}

func createOurs(ctx context.Context, url string, hc *http.Client) error {
	c, req := ours(url, hc)
	_, err := c.Chat.Create(ctx, req)
	return err
}

func streamOurs(ctx context.Context, url string, hc *http.Client) error {
	c, req := ours(url, hc)
	stream, err := c.Chat.Stream(ctx, req)
	if err != nil {
		return err
	}
	for _, err := range stream.Chunks() {
		if err != nil {
			return err
		}
	}
	return nil
}

func typedOurs(err error) string {
	if is[*openrouter.APIError](err) {
		return "*openrouter.APIError"
	}
	for _, known := range []struct {
		err  error
		name string
	}{
		{openrouter.ErrStreamTruncated, "openrouter.ErrStreamTruncated"},
		{openrouter.ErrStreamIdle, "openrouter.ErrStreamIdle"},
		{openrouter.ErrContentTimeout, "openrouter.ErrContentTimeout"},
	} {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	return first[*openrouter.DecodeError](err) + first[*openrouter.StreamError](err) + first[*openrouter.ConnectionError](err)
}

func goOpenAI(url string, hc *http.Client) (*gopenai.Client, gopenai.ChatCompletionRequest) {
	cfg := gopenai.DefaultConfig(openroutertest.Key)
	cfg.BaseURL, cfg.HTTPClient = url, hc
	return gopenai.NewClientWithConfig(cfg), gopenai.ChatCompletionRequest{
		Model: model, Messages: []gopenai.ChatCompletionMessage{{Role: gopenai.ChatMessageRoleUser, Content: question}},
	}
}

func createGoOpenAI(ctx context.Context, url string, hc *http.Client) error {
	c, req := goOpenAI(url, hc)
	_, err := c.CreateChatCompletion(ctx, req)
	return err
}

func streamGoOpenAI(ctx context.Context, url string, hc *http.Client) error {
	c, req := goOpenAI(url, hc)
	stream, err := c.CreateChatCompletionStream(ctx, req)
	if err != nil {
		return err
	}
	defer stream.Close()
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func typedGoOpenAI(err error) string {
	if errors.Is(err, gopenai.ErrTooManyEmptyStreamMessages) {
		return "openai.ErrTooManyEmptyStreamMessages"
	}
	return first[*gopenai.APIError](err) + first[*gopenai.RequestError](err)
}

func openAIGo(url string, hc *http.Client) (openai.Client, openai.ChatCompletionNewParams) {
	c := openai.NewClient(option.WithAPIKey(openroutertest.Key), option.WithBaseURL(url+"/"), option.WithHTTPClient(hc), option.WithMaxRetries(0))
	return c, openai.ChatCompletionNewParams{
		Model: model, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(question)},
	}
}

func createOpenAIGo(ctx context.Context, url string, hc *http.Client) error {
	c, params := openAIGo(url, hc)
	_, err := c.Chat.Completions.New(ctx, params)
	return err
}

func streamOpenAIGo(ctx context.Context, url string, hc *http.Client) error {
	c, params := openAIGo(url, hc)
	stream := c.Chat.Completions.NewStreaming(ctx, params)
	defer stream.Close()
	for stream.Next() {
	}
	return stream.Err()
}

func typedOpenAIGo(err error) string {
	if is[*openai.Error](err) {
		return "*openai.Error" // which is declared in a package that is internal
	}
	return first[*ssestream.StreamError](err)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// first is the name of type E if the error is one.
func first[E error](err error) string {
	if e, ok := errors.AsType[E](err); ok {
		return fmt.Sprintf("%T", e)
	}
	return ""
}

// nameOf is the type of the cause that an error wraps, or the cause itself where
// its type is known to nobody.
func nameOf(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			break
		}
		err = inner
	}
	switch err {
	case io.EOF:
		return "io.EOF"
	case io.ErrUnexpectedEOF:
		return "io.ErrUnexpectedEOF"
	}
	return fmt.Sprintf("%T", err)
}
