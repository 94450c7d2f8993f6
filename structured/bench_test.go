package structured_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

type report struct {
	Title    string    `json:"title"`
	Sections []section `json:"sections"`
}

type section struct {
	Heading string  `json:"heading"`
	Text    string  `json:"text"`
	Score   float64 `json:"score"`
}

// sections is 1 MiB of JSON, mostly a list.
func sections() string {
	var doc strings.Builder
	doc.WriteString(`{"title":"Report","sections":[`)
	for i := 0; doc.Len() < 1<<20; i++ {
		if i > 0 {
			doc.WriteByte(',')
		}
		fmt.Fprintf(&doc, `{"heading":"Section %d","text":%q,"score":%d.5}`, i, strings.Repeat("The quick brown fox jumps over it. ", 8), i)
	}
	doc.WriteString(`]}`)
	return doc.String()
}

// oneText is 1 MiB of JSON without a list, which is decoded as a whole each time.
func oneText() string {
	return fmt.Sprintf(`{"title":%q,"sections":[]}`, strings.Repeat("The quick brown fox jumps over it. ", 30_000))
}

// streamed is JSON as a stream of tokens.
func streamed(doc string) string {
	var events strings.Builder
	for rest := doc; rest != ""; {
		n := min(len(rest), 5)
		piece := rest[:n]
		rest = rest[n:]
		finish := "null"
		if rest == "" {
			finish = `"stop"`
		}
		fmt.Fprintf(&events, "data: {\"id\":\"gen-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"a/b\",\"provider\":\"P\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":%q},\"finish_reason\":%s}]}\n\n", piece, finish)
	}
	return events.String() + "data: [DONE]\n\n"
}

// A typed stream costs at most three times what Collect costs: compare the two.
func BenchmarkStream(b *testing.B) {
	for name, doc := range map[string]string{"sections": sections(), "text": oneText()} {
		client := openroutertest.NewTransport(nil, openroutertest.Raw(streamed(doc)).Header("Content-Type", "text/event-stream").Always()).Client()
		b.Run(name+"/Collect", func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				stream, err := client.Chat.Stream(b.Context(), request())
				require.NoError(b, err)
				_, err = stream.Collect()
				require.NoError(b, err)
			}
		})
		b.Run(name+"/Partials", func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				stream, err := structured.Stream[report](b.Context(), client, request())
				require.NoError(b, err)
				for _, err := range stream.Partials() {
					require.NoError(b, err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	res := &openrouter.ChatCompletion{Choices: []openrouter.Choice{{Message: openrouter.AssistantMessage(valid)}}}
	b.ReportAllocs()
	for b.Loop() {
		_, err := structured.Decode[invoice](res)
		require.NoError(b, err)
	}
}
