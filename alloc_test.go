package openrouter_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// What a chunk may cost in allocations. How fast it is, benchmarks/ measures.
func TestAllocationsOfAStream(t *testing.T) {
	const chunks = 2000
	head := `data: {"id":"gen-1757600000-abcdefghijklmnop","provider":"Anthropic","model":"anthropic/claude-4.5-sonnet-20250929","object":"chat.completion.chunk","created":1757600000,"choices":[{"index":0,"delta":{"role":"assistant",`
	tail := `},"finish_reason":null,"native_finish_reason":null,"logprobs":null}],"system_fingerprint":null}` + "\n\n"
	for _, tt := range []struct {
		name, delta    string
		allocs, memory float64 // a chunk
	}{
		{"text", `"content":" word%d"`, 1.1, 560},
		{"escapes", `"content":"\n\"%d\" é"`, 1.1, 560},
		{"reasoning", `"content":"","reasoning":" word%d","reasoning_details":[{"type":"reasoning.text","text":" %[1]d","format":"anthropic-claude-v1","index":0}]`, 1.2, 850},
		{"tool call", `"content":null,"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":" %d"}}]`, 1.2, 750},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			for i := range chunks {
				b.WriteString(head + fmt.Sprintf(tt.delta, i) + tail)
			}
			b.WriteString("data: [DONE]\n\n")
			stream := b.String()
			read := func() {
				n := 0
				s := openrouter.ReadStream(strings.NewReader(stream))
				for _, err := range s.Chunks() {
					if err != nil {
						t.Fatal(err)
					}
					n++
				}
				if res := s.Response(); n != chunks || len(res.Choices) != 1 {
					t.Fatal(n)
				}
			}
			assert.LessOrEqual(t, testing.AllocsPerRun(5, read)/chunks, tt.allocs, "allocations a chunk")
			assert.LessOrEqual(t, float64(allocated(read))/chunks, tt.memory, "bytes a chunk")
		})
	}
}

type drains struct{ answer string }

func (d drains) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(d.answer)), Request: req}, nil
}

// A large image is written once: the body is nearly all that a call allocates.
func TestAllocationsOfALargeRequest(t *testing.T) {
	req := &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{
		openrouter.UserMessage("what is this?", openrouter.ImageDataPart("image/png", bytes.Repeat([]byte("png"), 2<<20))),
	}}
	client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithHTTPClient(&http.Client{Transport: drains{`{"choices":[{"message":{"content":"x"}}]}`}}))
	create := func() {
		_, err := client.Chat.Create(t.Context(), req)
		require.NoError(t, err)
	}
	create()
	size := len(req.Messages[0].Content[1].ImageURL.URL)
	assert.LessOrEqual(t, float64(allocated(create)), 1.1*float64(size))
}
