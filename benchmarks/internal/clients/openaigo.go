package clients

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
)

type openAIGo struct{ c openai.Client }

func newOpenAIGo(baseURL string, hc *http.Client) Client {
	opts := []option.RequestOption{option.WithAPIKey(key), option.WithBaseURL(baseURL + "/")}
	if hc != nil {
		opts = append(opts, option.WithHTTPClient(hc))
	}
	return openAIGo{openai.NewClient(opts...)}
}

func (o openAIGo) params(messages []corpus.Message) openai.ChatCompletionNewParams {
	p := openai.ChatCompletionNewParams{Model: corpus.Model}
	for _, m := range messages {
		switch {
		case m.Image != "":
			p.Messages = append(p.Messages, openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
				openai.TextContentPart(m.Text),
				openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: m.Image}),
			}))
		case m.Role == "system":
			p.Messages = append(p.Messages, openai.SystemMessage(m.Text))
		case m.Role == "assistant":
			p.Messages = append(p.Messages, openai.AssistantMessage(m.Text))
		default:
			p.Messages = append(p.Messages, openai.UserMessage(m.Text))
		}
	}
	return p
}

func (o openAIGo) Stream(ctx context.Context, each func()) (Result, error) {
	stream := o.c.Chat.Completions.NewStreaming(ctx, o.params(corpus.Conversations["short"]()))
	defer stream.Close()
	acc := &openai.ChatCompletionAccumulator{}
	for stream.Next() {
		if !acc.AddChunk(stream.Current()) {
			return Result{}, errors.New("the accumulator refused a chunk")
		}
		if each != nil {
			each()
		}
	}
	if err := stream.Err(); err != nil {
		return Result{}, err
	}
	return openAIGoResult(&acc.ChatCompletion, acc), nil
}

func (o openAIGo) Create(ctx context.Context) (Result, error) {
	res, err := o.c.Chat.Completions.New(ctx, o.params(corpus.Conversations["short"]()))
	if err != nil {
		return Result{}, err
	}
	return openAIGoResult(res, res), nil
}

func (o openAIGo) Prepare(messages []corpus.Message) func(context.Context) error {
	p := o.params(messages)
	return func(ctx context.Context) error {
		_, err := o.c.Chat.Completions.New(ctx, p)
		return err
	}
}

func openAIGoResult(res *openai.ChatCompletion, kept any) Result {
	r := Result{Kept: kept}
	if len(res.Choices) == 0 {
		return r
	}
	m := &res.Choices[0].Message
	r.Text = m.Content
	if len(m.ToolCalls) > 0 {
		list := make([]string, len(m.ToolCalls))
		for i := range m.ToolCalls {
			list[i] = m.ToolCalls[i].Function.Arguments
		}
		r.Arguments = strings.Join(list, "\n")
	}
	r.Tokens = len(res.Choices[0].Logprobs.Content)
	return r
}
