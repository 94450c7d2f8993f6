package stream_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
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
		{"text", `"content":" word%d"`, 0.4, 570},
		{"escapes", `"content":"\n\"%d\" é"`, 0.4, 570},
		{"reasoning", `"content":"","reasoning":" word%d","reasoning_details":[{"type":"reasoning.text","text":" %[1]d","format":"anthropic-claude-v1","index":0}]`, 0.6, 800},
		{"tool call", `"content":null,"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":" %d"}}]`, 0.5, 700},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			for i := range chunks {
				b.WriteString(head + fmt.Sprintf(tt.delta, i) + tail)
			}
			b.WriteString("data: [DONE]\n\n")
			stream := b.String()
			collect := func() {
				s := openrouter.ReadStream(strings.NewReader(stream))
				if res, err := s.Collect(); err != nil || len(res.Choices) != 1 {
					t.Fatal(err)
				}
			}
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
			texts := func() {
				s := openrouter.ReadStream(strings.NewReader(stream))
				for text, err := range s.Texts() {
					if err != nil || text == "" {
						t.Fatal(err)
					}
				}
				if res := s.Response(); len(res.Choices) != 1 {
					t.Fatal(len(res.Choices))
				}
			}
			assert.LessOrEqual(t, testing.AllocsPerRun(5, texts), testing.AllocsPerRun(5, collect)+5, "Texts costs what Collect costs")
			assert.LessOrEqual(t, float64(allocated(texts)), 1.1*float64(allocated(collect)), "Texts costs what Collect costs")
			assert.LessOrEqual(t, testing.AllocsPerRun(5, read)/chunks, tt.allocs, "allocations a chunk")
			assert.LessOrEqual(t, float64(allocated(read))/chunks, tt.memory, "bytes a chunk")
			assert.LessOrEqual(t, testing.AllocsPerRun(5, collect)/chunks, 0.1, "allocations a chunk, collected")
			assert.LessOrEqual(t, float64(allocated(collect))/chunks, 100.0, "bytes a chunk, collected")
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

// A large image is not written anew: it is sent from where it is.
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
	assert.LessOrEqual(t, float64(allocated(create)), 0.02*float64(size))
}

// A large answer shares the memory of its small values.
func TestAllocationsOfLogprobs(t *testing.T) {
	const tokens = 300
	one := `"token":"word","logprob":-0.7309677600860596,"bytes":[119,111,114,100]`
	list := strings.Repeat(`{`+one+`,"top_logprobs":[{`+one+`},{`+one+`},{`+one+`}]},`, tokens)
	answer := `{"choices":[{"message":{"content":"x"},"logprobs":{"content":[` + strings.TrimSuffix(list, ",") + `]}}]}`
	client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithHTTPClient(&http.Client{Transport: drains{answer}}))
	create := func() {
		res, err := client.Chat.Create(t.Context(), &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}})
		if err != nil || len(res.Choices[0].Logprobs.Content) != tokens {
			t.Fatal(err)
		}
	}
	assert.LessOrEqual(t, testing.AllocsPerRun(5, create)/tokens, 1.5, "allocations a token")
}

// The buffer that an image was read into serves the next one.
func TestAllocationsOfAnImage(t *testing.T) {
	image := strings.Repeat("iVBORw0K", 256<<10)
	stream := `data: {"choices":[{"delta":{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,` + image + `"}}]}}]}` + "\n\ndata: [DONE]\n\n"
	read := func() {
		res, err := openrouter.ReadStream(strings.NewReader(stream)).Collect()
		if err != nil || len(res.Choices[0].Message.Images) != 1 {
			t.Fatal(err)
		}
	}
	read()
	assert.LessOrEqual(t, float64(allocated(read)), 1.5*float64(len(image)))
}

// A chunk that is kept keeps little of those around it, also where no two in a
// row are alike and one is large.
func TestMemoryOfAKeptChunk(t *testing.T) {
	const chunks, kept = 20_000, 200
	var b strings.Builder
	for i := range chunks {
		delta := `"reasoning_details":[{"type":"reasoning.text","text":" %d","index":0}]`
		switch {
		case i%(chunks/kept) == chunks/kept-2: // just before one that is kept
			delta = `"content":"` + strings.Repeat("long ", 20_000) + `%d"`
		case i%2 > 0:
			delta = `"tool_calls":[{"index":0,"function":{"arguments":" %d"}}]`
		}
		fmt.Fprintf(&b, `data: {"id":"gen-1","choices":[{"index":0,"delta":{`+delta+`}}]}`+"\n\n", i)
	}
	b.WriteString("data: [DONE]\n\n")
	live := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools had
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	keep := make([]*openrouter.ChatCompletionChunk, 0, kept)
	before, i := live(), 0
	for chunk, err := range openrouter.ReadStream(strings.NewReader(b.String())).Chunks() {
		require.NoError(t, err)
		if i++; i%(chunks/kept) == 0 {
			keep = append(keep, chunk)
		}
	}
	require.Len(t, keep, kept)
	each := (live() - before) / kept
	assert.LessOrEqual(t, each, 9.0*(1<<10))
	runtime.KeepAlive(keep)
	runtime.KeepAlive(&b)
}
