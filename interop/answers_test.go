package interop_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// ways are the two ways to the same answer.
var ways = map[string]func(*testing.T, *openrouter.Client, *openrouter.ChatCompletionRequest) *openrouter.ChatCompletion{
	"created": func(t *testing.T, c *openrouter.Client, req *openrouter.ChatCompletionRequest) *openrouter.ChatCompletion {
		res, err := c.Chat.Create(bounded(t), req)
		require.NoError(t, err)
		return res
	},
	"streamed": func(t *testing.T, c *openrouter.Client, req *openrouter.ChatCompletionRequest) *openrouter.ChatCompletion {
		counted := *req // by servers that leave the usage out of a stream unless asked
		counted.StreamOptions = &openrouter.StreamOptions{IncludeUsage: new(true)}
		stream, err := c.Chat.Stream(bounded(t), &counted)
		require.NoError(t, err)
		res, err := stream.Collect()
		require.NoError(t, err)
		return res
	},
}

func create(t *testing.T, s server, p say) {
	res := ways["created"](t, s.client(), s.ask(p.prompt))
	assert.NotEmpty(t, res.ID)
	assert.NotEmpty(t, res.Text())
	assert.Contains(t, res.Text(), p.want)
	assert.Equal(t, openrouter.RoleAssistant, res.Message().Role)
	assert.Equal(t, 1, res.Call().Attempts)
	t.Logf("%d bytes of text, finish reason %q, id %s", len(res.Text()), res.FinishReason(), res.ID)
}

func stream(t *testing.T, s server, p say) {
	comments := 0
	stream, err := s.client(openrouter.WithOnComment(func(string) { comments++ })).Chat.Stream(bounded(t), s.ask(p.prompt))
	require.NoError(t, err)
	text, chunks, err := read(stream, nil)
	require.NoError(t, err)
	assert.NotEmpty(t, text)
	assert.Contains(t, text, p.want)
	assert.Equal(t, text, stream.Response().Text())
	assert.NotEmpty(t, stream.Response().ID)
	t.Logf("%d chunks, %d comments, %d bytes of text, finish reason %q", chunks, comments, len(text), stream.Response().FinishReason())
}

// read reads a stream to its end; each is called after each chunk.
func read(stream *openrouter.Stream, each func(chunks int)) (text string, chunks int, err error) {
	for chunk, err := range stream.Chunks() {
		if err != nil {
			return text, chunks, err
		}
		text += chunk.Text()
		chunks++
		if each != nil {
			each(chunks)
		}
	}
	return text, chunks, nil
}

// tap keeps what a server sent.
type tap struct{ sent bytes.Buffer }

func (p *tap) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(res.Body, &p.sent), res.Body}
	}
	return res, err
}

// lossless encodes what was decoded, and compares it with what the server sent.
func lossless(t *testing.T, s server, p say) {
	req := s.ask(p.prompt)
	req.Tools = tools
	whole, parts := &tap{}, &tap{}

	res := ways["created"](t, s.client(openrouter.WithHTTPClient(&http.Client{Transport: whole})), req)
	again, err := json.Marshal(res)
	require.NoError(t, err)
	assert.JSONEq(t, whole.sent.String(), string(again))

	stream, err := s.client(openrouter.WithHTTPClient(&http.Client{Transport: parts})).Chat.Stream(bounded(t), req)
	require.NoError(t, err)
	var encoded []string
	for chunk, err := range stream.Chunks() {
		require.NoError(t, err)
		again, err := json.Marshal(chunk)
		require.NoError(t, err)
		encoded = append(encoded, string(again))
	}
	var sent []string
	for line := range strings.Lines(parts.sent.String()) {
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok && data != "[DONE]" {
			sent = append(sent, data)
		}
	}
	require.Len(t, encoded, len(sent))
	for i := range sent {
		assert.JSONEq(t, sent[i], encoded[i])
	}
	t.Logf("an answer of %d bytes and %d chunks encode to what was sent", whole.sent.Len(), len(sent))
}

func usage(t *testing.T, s server, p say) {
	got := map[string]*openrouter.Usage{}
	for way, fetch := range ways {
		u := fetch(t, s.client(), s.ask(p.prompt)).Usage
		require.NotNil(t, u, way)
		assert.Positive(t, u.PromptTokens, way)
		assert.Positive(t, u.CompletionTokens, way)
		assert.Equal(t, u.TotalTokens, u.PromptTokens+u.CompletionTokens, way)
		got[way] = u
	}
	c := got["created"]
	assert.Equal(t, c.PromptTokens, got["streamed"].PromptTokens)
	t.Logf("%d prompt and %d completion tokens created, %d and %d streamed", c.PromptTokens, c.CompletionTokens,
		got["streamed"].PromptTokens, got["streamed"].CompletionTokens)
}

func cost(t *testing.T, s server, p say) {
	for way, fetch := range ways {
		res := fetch(t, s.client(), s.ask(p.prompt))
		require.NotNil(t, res.Usage, way)
		assert.Equal(t, 0.00014, res.Usage.Cost, way)
		assert.Equal(t, 0.00012, res.Usage.CostDetails.UpstreamInferenceCost, way)
		assert.Equal(t, 4, res.Usage.PromptTokensDetails.CachedTokens, way)
		assert.Equal(t, "Azure", res.Provider, way)
	}
	t.Log("cost 0.00014 USD from provider Azure, 4 tokens cached, both ways")
}

func reasoning(t *testing.T, s server, p say) {
	var last *openrouter.ChatCompletion
	for way, fetch := range ways {
		last = fetch(t, s.client(), s.ask(p.prompt))
		assert.Contains(t, last.Reasoning(), p.want, way)
		assert.NotEmpty(t, last.Text(), way)
		assert.NotContains(t, last.Text(), last.Reasoning(), way)
	}
	t.Logf("%d bytes of reasoning, then %d of text, both ways", len(last.Reasoning()), len(last.Text()))
}

func unicode(t *testing.T, s server, p say) {
	assert.Equal(t, p.want, ways["created"](t, s.client(), s.ask(p.prompt)).Text())
	streamed := ways["streamed"](t, s.client(), s.ask(p.prompt)).Text()
	if s.name == "aimock" {
		// It cuts text between UTF-16 units, so that half a character is in a
		// chunk, which is none.
		assert.Equal(t, halved(p.want), streamed)
		t.Log("whole when created; the stream has halves of surrogate pairs in chunks of their own, each U+FFFD")
		return
	}
	assert.Equal(t, p.want, streamed)
	t.Log("the same text both ways, escapes, emoji and event framing in it")
}

// halved has U+FFFD for each half of a surrogate pair.
func halved(s string) string {
	var b strings.Builder
	for _, r := range s {
		if utf16.RuneLen(r) == 2 {
			b.WriteString("\uFFFD\uFFFD")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func jsonSchema(t *testing.T, s server, p say) {
	req := s.ask(p.prompt)
	req.ResponseFormat = openrouter.JSONSchemaFormat{JSONSchema: openrouter.JSONSchema{
		Name: "person", Strict: new(true),
		Schema: json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}`),
	}}
	var text string
	for way, fetch := range ways {
		text = fetch(t, s.client(), req).Text()
		var person struct {
			Name string `json:"name"`
			Age  *int64 `json:"age"`
		}
		dec := json.NewDecoder(strings.NewReader(text))
		dec.DisallowUnknownFields()
		require.NoError(t, dec.Decode(&person), "%s: %s", way, text)
		assert.Equal(t, p.want, person.Name, way)
		assert.NotNil(t, person.Age, way)
	}
	t.Logf("both ways valid: %s", text)
}

func logprobs(t *testing.T, s server, p say) {
	req := s.ask(p.prompt)
	req.Logprobs, req.TopLogprobs = new(true), new(2)
	tokens := 0
	for way, fetch := range ways {
		res := fetch(t, s.client(), req)
		require.NotNil(t, res.Choices[0].Logprobs, way)
		var text strings.Builder
		for _, token := range res.Choices[0].Logprobs.Content {
			text.WriteString(token.Token)
			assert.LessOrEqual(t, token.Logprob, 0.0, way)
			assert.Len(t, token.TopLogprobs, 2, way)
		}
		assert.Equal(t, res.Text(), text.String(), way)
		tokens = len(res.Choices[0].Logprobs.Content)
	}
	t.Logf("%d tokens with 2 alternatives each, both ways, that add up to the text", tokens)
}

func twoChoices(t *testing.T, s server, p say) {
	req := s.ask(p.prompt)
	req.N = new(2)
	for way, fetch := range ways {
		res := fetch(t, s.client(), req)
		require.Len(t, res.Choices, 2, way)
		for i, choice := range res.Choices {
			assert.Equal(t, i, choice.Index, way)
			assert.Contains(t, choice.Message.Text(), p.want, way)
			assert.Equal(t, openrouter.FinishReasonStop, choice.FinishReason, way)
		}
	}
	t.Log("two whole choices both ways, mixed chunk by chunk in the stream")
}

func emptyAnswer(t *testing.T, s server, p say) {
	for way, fetch := range ways {
		res := fetch(t, s.client(), s.ask(p.prompt))
		assert.Empty(t, res.Text(), way)
		assert.Equal(t, openrouter.FinishReasonStop, res.FinishReason(), way)
	}
	t.Log("no text, finish reason stop, both ways: a complete answer")
}

// finished is an answer that something else than the model ended.
func finished(reason openrouter.FinishReason) func(*testing.T, server, say) {
	return func(t *testing.T, s server, p say) {
		for way, fetch := range ways {
			res := fetch(t, s.client(), s.ask(p.prompt))
			assert.Equal(t, reason, res.FinishReason(), way)
			assert.Equal(t, p.want, res.Choices[0].NativeFinishReason, way)
		}
		t.Logf("finish reason %s, in the provider's words %s, both ways", reason, p.want)
	}
}
