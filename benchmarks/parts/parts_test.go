// Package parts holds parts of this library against libraries that do one of
// them.
package parts

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	goccy "github.com/goccy/go-json"
	gosse "github.com/tmaxmax/go-sse"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
	"github.com/openrouter-go/openrouter/benchmarks/internal/measure"
	"github.com/openrouter-go/openrouter/internal/sse"
)

// partChunk has fields for what the streams of the corpus hold, and for nothing
// else.
type partChunk struct {
	ID                string       `json:"id"`
	Object            string       `json:"object"`
	Created           int64        `json:"created"`
	Model             string       `json:"model"`
	Provider          string       `json:"provider"`
	Choices           []partChoice `json:"choices"`
	SystemFingerprint string       `json:"system_fingerprint"`
	Usage             *struct {
		PromptTokens     int     `json:"prompt_tokens"`
		CompletionTokens int     `json:"completion_tokens"`
		TotalTokens      int     `json:"total_tokens"`
		Cost             float64 `json:"cost"`
	} `json:"usage"`
}

type partChoice struct {
	Index              int       `json:"index"`
	Delta              partDelta `json:"delta"`
	FinishReason       string    `json:"finish_reason"`
	NativeFinishReason string    `json:"native_finish_reason"`
	Logprobs           *struct{} `json:"logprobs"`
}

type partDelta struct {
	Role             string `json:"role"`
	Content          string `json:"content"`
	Reasoning        string `json:"reasoning"`
	ReasoningDetails []struct {
		Type      string `json:"type"`
		Text      string `json:"text"`
		Signature string `json:"signature"`
		Format    string `json:"format"`
		Index     *int   `json:"index"`
	} `json:"reasoning_details"`
	ToolCalls []struct {
		Index    *int   `json:"index"`
		ID       string `json:"id"`
		Type     string `json:"type"`
		Function struct {
			Name      string `json:"name"`
			Arguments string `json:"arguments"`
		} `json:"function"`
	} `json:"tool_calls"`
}

// BenchmarkDecode decodes chunks one by one: the generated codec without what a
// stream adds to it, beside general ones.
func BenchmarkDecode(b *testing.B) {
	general := func(unmarshal func([]byte, any) error) func([]byte) (string, error) {
		return func(data []byte) (string, error) {
			var c partChunk
			if err := unmarshal(data, &c); err != nil || len(c.Choices) == 0 {
				return "", err
			}
			return c.Choices[0].Delta.Content, nil
		}
	}
	for _, stream := range []string{"text", "reasoning", "tools"} {
		s := corpus.Streams[stream]()
		chunks := s.Values()
		for _, codec := range []struct {
			name   string
			decode func([]byte) (text string, err error)
		}{
			{"openrouter", func(data []byte) (string, error) {
				var c openrouter.ChatCompletionChunk
				err := c.UnmarshalJSON(data)
				return c.Text(), err
			}},
			{"encoding-json", general(json.Unmarshal)},
			{"json-experiment", general(func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) })},
			{"goccy", general(goccy.Unmarshal)},
			{"sonic", general(sonic.Unmarshal)},
		} {
			b.Run(stream+"/"+codec.name, func(b *testing.B) {
				var text strings.Builder
				for _, data := range chunks {
					part, err := codec.decode(data)
					if err != nil {
						b.Fatal(err)
					}
					text.WriteString(part)
				}
				if text.String() != s.Want.Text {
					b.Fatal("not the text that was sent")
				}
				measure.Loop(b, "chunk", len(chunks), func() error {
					for _, data := range chunks {
						if _, err := codec.decode(data); err != nil {
							return err
						}
					}
					return nil
				})
			})
		}
	}
}

// BenchmarkEvents splits a stream into events, and decodes none.
func BenchmarkEvents(b *testing.B) {
	s := corpus.Streams["text"]()
	for _, reader := range []struct {
		name string
		size func(io.Reader) (data int, err error)
	}{
		{"openrouter", func(r io.Reader) (n int, err error) {
			events := sse.NewReader(r)
			defer events.Release()
			for {
				data, err := events.Next()
				if err == io.EOF {
					return n, nil
				}
				if err != nil {
					return n, err
				}
				n += len(data)
			}
		}},
		{"go-sse", func(r io.Reader) (n int, err error) {
			for event, err := range gosse.Read(r, nil) {
				if err != nil {
					return n, err
				}
				n += len(event.Data)
			}
			return n, nil
		}},
		{"bufio-lines", func(r io.Reader) (n int, err error) {
			lines := bufio.NewScanner(r)
			for lines.Scan() {
				if data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: ")); ok {
					n += len(data)
				}
			}
			return n, lines.Err()
		}},
	} {
		b.Run(reader.name, func(b *testing.B) {
			want := len("[DONE]")
			for _, data := range s.Values() {
				want += len(data)
			}
			measure.Loop(b, "chunk", s.Chunks, func() error {
				n, err := reader.size(bytes.NewReader(s.Body))
				if err == nil && n != want {
					err = fmt.Errorf("%d bytes of data, want %d", n, want)
				}
				return err
			})
		})
	}
}
