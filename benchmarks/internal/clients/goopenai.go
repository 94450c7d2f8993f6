package clients

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
	openai "github.com/sashabaranov/go-openai"
)

type goOpenAI struct{ c *openai.Client }

func newGoOpenAI(baseURL string, hc *http.Client) Client {
	cfg := openai.DefaultConfig(key)
	cfg.BaseURL = baseURL
	if hc != nil {
		cfg.HTTPClient = hc
	}
	return goOpenAI{openai.NewClientWithConfig(cfg)}
}

func (g goOpenAI) request(messages []corpus.Message) openai.ChatCompletionRequest {
	req := openai.ChatCompletionRequest{Model: corpus.Model}
	for _, m := range messages {
		msg := openai.ChatCompletionMessage{Role: m.Role, Content: m.Text}
		if m.Image != "" {
			msg.Content = ""
			msg.MultiContent = []openai.ChatMessagePart{
				{Type: openai.ChatMessagePartTypeText, Text: m.Text},
				{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: m.Image}},
			}
		}
		req.Messages = append(req.Messages, msg)
	}
	return req
}

func (g goOpenAI) Stream(ctx context.Context, each func()) (Result, error) {
	stream, err := g.c.CreateChatCompletionStream(ctx, g.request(corpus.Conversations["short"]()))
	if err != nil {
		return Result{}, err
	}
	defer stream.Close()
	var text strings.Builder
	var calls callBuilders
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Result{}, err
		}
		if len(chunk.Choices) > 0 {
			delta := &chunk.Choices[0].Delta
			text.WriteString(delta.Content)
			for _, call := range delta.ToolCalls {
				if call.Index != nil {
					calls.add(*call.Index, call.ID, call.Function.Name, call.Function.Arguments)
				}
			}
		}
		if each != nil {
			each()
		}
	}
	answer := corpus.Answer{Text: text.String(), Arguments: calls.join()}
	return Result{Answer: answer, Kept: &answer}, nil
}

func (g goOpenAI) Create(ctx context.Context) (Result, error) {
	res, err := g.c.CreateChatCompletion(ctx, g.request(corpus.Conversations["short"]()))
	if err != nil {
		return Result{}, err
	}
	r := Result{Kept: &res}
	if len(res.Choices) > 0 {
		r.Text = res.Choices[0].Message.Content
		if lp := res.Choices[0].LogProbs; lp != nil {
			r.Tokens = len(lp.Content)
		}
	}
	return r, nil
}

func (g goOpenAI) Prepare(messages []corpus.Message) func(context.Context) error {
	req := g.request(messages)
	return func(ctx context.Context) error {
		_, err := g.c.CreateChatCompletion(ctx, req)
		return err
	}
}

// callBuilders merges the fragments of tool calls, for the clients that leave
// it to their user.
type callBuilders []*callBuilder

type callBuilder struct {
	id, name  string
	arguments strings.Builder
}

func (c *callBuilders) add(index int, id, name, arguments string) {
	for len(*c) <= index {
		*c = append(*c, &callBuilder{})
	}
	call := (*c)[index]
	if id != "" {
		call.id = id
	}
	if name != "" {
		call.name = name
	}
	call.arguments.WriteString(arguments)
}

func (c callBuilders) join() string {
	list := make([]string, len(c))
	for i, call := range c {
		list[i] = call.arguments.String()
	}
	return strings.Join(list, "\n")
}
