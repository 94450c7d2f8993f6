package clients

import (
	"context"
	"net/http"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
)

type openRouter struct{ c *openrouter.Client }

func newOpenRouter(baseURL string, hc *http.Client) Client {
	opts := []openrouter.Option{openrouter.WithAPIKey(key), openrouter.WithBaseURL(baseURL)}
	if hc != nil {
		opts = append(opts, openrouter.WithHTTPClient(hc))
	}
	return openRouter{openrouter.NewClient(opts...)}
}

func (o openRouter) request(messages []corpus.Message) *openrouter.ChatCompletionRequest {
	req := &openrouter.ChatCompletionRequest{Model: corpus.Model}
	for _, m := range messages {
		switch {
		case m.Image != "":
			req.Messages = append(req.Messages, openrouter.UserMessage(m.Text, openrouter.ImagePart(m.Image)))
		case m.Role == "system":
			req.Messages = append(req.Messages, openrouter.SystemMessage(m.Text))
		case m.Role == "assistant":
			req.Messages = append(req.Messages, openrouter.AssistantMessage(m.Text))
		default:
			req.Messages = append(req.Messages, openrouter.UserMessage(m.Text))
		}
	}
	return req
}

func (o openRouter) Stream(ctx context.Context, each func()) (Result, error) {
	stream, err := o.c.Chat.Stream(ctx, o.request(corpus.Conversations["short"]()))
	if err != nil {
		return Result{}, err
	}
	length := 0
	for chunk, err := range stream.Chunks() {
		if err != nil {
			return Result{}, err
		}
		length += len(chunk.Text())
		if each != nil {
			each()
		}
	}
	return openRouterResult(stream.Response()), nil
}

func (o openRouter) Collect(ctx context.Context) (Result, error) {
	stream, err := o.c.Chat.Stream(ctx, o.request(corpus.Conversations["short"]()))
	if err != nil {
		return Result{}, err
	}
	res, err := stream.Collect()
	if err != nil {
		return Result{}, err
	}
	return openRouterResult(res), nil
}

func (o openRouter) Create(ctx context.Context) (Result, error) {
	res, err := o.c.Chat.Create(ctx, o.request(corpus.Conversations["short"]()))
	if err != nil {
		return Result{}, err
	}
	return openRouterResult(res), nil
}

func (o openRouter) Prepare(messages []corpus.Message) func(context.Context) error {
	req := o.request(messages)
	return func(ctx context.Context) error {
		_, err := o.c.Chat.Create(ctx, req)
		return err
	}
}

func openRouterResult(res *openrouter.ChatCompletion) Result {
	r := Result{Answer: corpus.Answer{Text: res.Text(), Reasoning: res.Reasoning()}, Kept: res}
	if len(res.Choices) == 0 {
		return r
	}
	choice := &res.Choices[0]
	if calls := choice.Message.ToolCalls; len(calls) > 0 {
		list := make([]string, len(calls))
		for i := range calls {
			list[i] = calls[i].Function.Arguments
		}
		r.Arguments = strings.Join(list, "\n")
	}
	if images := choice.Message.Images; len(images) > 0 && images[0].ImageURL != nil {
		r.Image = images[0].ImageURL.URL
	}
	if choice.Logprobs != nil {
		r.Tokens = len(choice.Logprobs.Content)
	}
	return r
}
