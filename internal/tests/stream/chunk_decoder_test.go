package stream_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/sse"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// A stream is decoded with a memory of what came before. These tests hold every chunk it yields against the same bytes decoded alone.

// chunkSeeds are events whose neighbors in a stream are much alike.
func chunkSeeds(t testing.TB) [][]byte {
	seeds := [][]byte{
		[]byte(`{"id":"gen-1","provider":"P","model":"a/b","object":"chat.completion.chunk","created":1700000000,"choices":[{"index":0,"delta":{"role":"assistant","content":"one"},"finish_reason":null,"native_finish_reason":null,"logprobs":null}],"system_fingerprint":null}`),
		[]byte(`{"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","format":"anthropic-claude-v1","index":0}]},"finish_reason":null}]}`),
		[]byte(`{"id":"gen-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\""}}]},"finish_reason":null}]}`),
		[]byte(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"a","content":"b"},"finish_reason":null}]}`),
		[]byte(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"é\u00e9\ud83d\ude00\n"},"finish_reason":null}],"timings":{"ms":1.5}}`),
		[]byte(`{"id":"gen-1","choices":[{"index":1,"text":"prompted","finish_reason":"stop"}],"usage":{"prompt_tokens":1}}`),
		[]byte(`{"id":"gen-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"one"}},{"index":1,"id":"c2","function":{"name":"f","arguments":"two"}}],"reasoning_details":[{"type":"reasoning.text","text":"hm","index":0}]}},{"index":1,"delta":{"tool_calls":[{"index":0,"id":"c3","function":{"name":"g","arguments":"three"}}],"reasoning_details":[{"type":"reasoning.text","text":"ah","index":0}]}}]}`),
		[]byte(`{"id":"gen-1","choices":[{"delta":{"tool_calls":[{"index":3,"id":"c1"}],"tool_calls":[{"id":"c2","function":{"arguments":"last"}}]}}]}`),
	}
	seeds = append(seeds,
		[]byte(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"a","content":null},"finish_reason":null}]}`),
		[]byte(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"a","content":[{"type":"text","text":"a"}],"reasoning":"a"},"text":"b","text":null}]}`),
		[]byte(`{"id":"gen-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"a","arguments":{"x":1}}}]},"delta":{"content":"a"}}]}`),
		[]byte(`{"id":"gen-1","choices":[{"index":0,"message":{"content":"a"},"finish_reason":null}]}`),
	)
	for _, f := range kit.Bodies(t, "chunk-*.json") {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		var one bytes.Buffer
		require.NoError(t, json.Compact(&one, data))
		seeds = append(seeds, one.Bytes())
	}
	return seeds
}

// alone decodes an event without its stream; failed is whether a stream must end at it.
func alone(data []byte) (chunk *openrouter.ChatCompletionChunk, failed bool) {
	chunk = &openrouter.ChatCompletionChunk{}
	if chunk.UnmarshalJSON(data) != nil || chunk.Error != nil {
		return nil, true
	}
	for _, c := range chunk.Choices {
		failed = failed || c.Error != nil
	}
	var members map[string]json.RawMessage
	_ = json.Unmarshal(data, &members)
	if string(members["choices"]) == "null" {
		failed = true
		for name, value := range members {
			known := slices.Contains([]string{"id", "object", "created", "model", "provider", "error"}, name)
			failed = failed && (known || string(value) == "null")
		}
	}
	return chunk, failed
}

// finishes reports whether a chunk has a finish reason. From then on null choices end no stream.
func finishes(chunk *openrouter.ChatCompletionChunk) bool {
	return chunk != nil && slices.ContainsFunc(chunk.Choices, func(c openrouter.ChunkChoice) bool { return c.FinishReason != "" })
}

// requireAlone holds what a stream makes of events against what each is alone. All chunks are kept to the end, so that one that
// changes an earlier one is found out.
func requireAlone(t *testing.T, events [][]byte) {
	var stream []byte
	var want []*openrouter.ChatCompletionChunk
	var whole openrouter.Accumulator
	failed, finished := false, false
	for _, e := range events {
		stream = sse.AppendEvent(stream, e)
		chunk, bad := alone(e)
		if bad && finished && chunk != nil && chunk.Error == nil && len(chunk.Choices) == 0 {
			bad = false
		}
		if finished = finished || finishes(chunk); !failed && !bad {
			want = append(want, chunk)
			whole.Add(chunk)
		} else {
			failed = true
		}
	}
	stream = append(stream, "data: [DONE]\n\n"...)
	var got []*openrouter.ChatCompletionChunk
	s := openrouter.ReadStream(bytes.NewReader(stream))
	var end error
	for chunk, err := range s.Chunks() {
		if end = err; err == nil {
			got = append(got, chunk)
		}
	}
	if end == nil {
		res, err := openrouter.ReadStream(bytes.NewReader(stream)).Collect()
		require.NoError(t, err)
		want, err := json.Marshal(whole.Response())
		require.NoError(t, err)
		for _, res := range []*openrouter.ChatCompletion{s.Response(), res} {
			got, err := json.Marshal(res)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got), "merged")
		}
	}
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i], got[i], "chunk %d: %s", i, events[i])
	}
	for i, chunk := range got {
		sameJSON(t, events[i], chunk)
	}
}

// sameJSON is the law by encoding/json alone, where the event is within it.
func sameJSON(t *testing.T, event []byte, chunk *openrouter.ChatCompletionChunk) {
	doc, err := kit.ParseJSON(event)
	if err != nil {
		return // outside the law: duplicate members, lone surrogates, invalid UTF-8
	}
	out, err := json.Marshal(chunk)
	require.NoError(t, err)
	again, err := kit.ParseJSON(out)
	require.NoError(t, err)
	require.Empty(t, kit.DiffJSON(doc, again), "%s", event)
}

func TestStreamDecodesAsEachChunkAlone(t *testing.T) {
	for i, seed := range chunkSeeds(t) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			events := [][]byte{seed, seed, seed}
			for _, s := range []string{"", "x", "two words", `\"`, `\\`, `\\\"`, `\u00e9`, "é", `\ud83d`, `\n`, strings.Repeat("long ", 300), "\x7f", "\xff", "{}", "null"} {
				events = append(events, swapString(seed, "content", s), swapString(seed, "text", s), swapString(seed, "arguments", s), swapString(seed, "id", s), seed)
			}
			requireAlone(t, events)
		})
	}
}

// Every byte matters: one changed, left out or cut off anywhere is seen.
func TestStreamSeesEveryByte(t *testing.T) {
	for i, seed := range chunkSeeds(t) {
		step := 1
		if i >= 3 {
			step = 7
		}
		for at := 0; at < len(seed); at += step {
			for _, changed := range [][]byte{
				append(append(bytes.Clone(seed[:at]), 'x'), seed[at+1:]...),
				append(append(bytes.Clone(seed[:at]), '1'), seed[at+1:]...),
				append(append(bytes.Clone(seed[:at]), '"'), seed[at+1:]...),
				append(bytes.Clone(seed[:at]), seed[at+1:]...),
				append(bytes.Clone(seed[:at]), ' '),
			} {
				if len(bytes.TrimSpace(changed)) > 0 {
					requireAlone(t, [][]byte{seed, seed, changed, seed})
				}
			}
		}
	}
}

// swapString gives every member called name that is a string the value s, as it stands.
func swapString(event []byte, name, s string) []byte {
	key := []byte(`"` + name + `":"`)
	var out []byte
	for {
		before, after, ok := bytes.Cut(event, key)
		out = append(out, before...)
		if !ok {
			return out
		}
		out = append(append(append(out, key...), s...), '"')
		for i := 0; i < len(after); i++ {
			if after[i] == '\\' {
				i++
			} else if after[i] == '"' {
				after = after[i+1:]
				break
			}
		}
		event = after
	}
}

// Chunks are the user's: writing to one changes no other.
func TestStreamChunksShareNothing(t *testing.T) {
	for _, seed := range chunkSeeds(t)[:3] {
		var stream []byte
		for range 50 {
			stream = sse.AppendEvent(stream, seed)
		}
		var chunks []*openrouter.ChatCompletionChunk
		s := openrouter.ReadStream(bytes.NewReader(append(stream, "data: [DONE]\n\n"...)))
		for chunk, err := range s.Chunks() {
			require.NoError(t, err)
			chunks = append(chunks, chunk)
			c := &chunk.Choices[0]
			c.Delta.Content = "mine"
			for j := range c.Delta.ToolCalls {
				c.Delta.ToolCalls[j].Function.Arguments = "mine"
				*c.Delta.ToolCalls[j].Index = 99
			}
			for j := range c.Delta.ReasoningDetails {
				c.Delta.ReasoningDetails[j].Text = "mine"
				*c.Delta.ReasoningDetails[j].Index = 99
			}
			c.Delta.ToolCalls = append(c.Delta.ToolCalls, openrouter.ToolCall{ID: "mine"})
			chunk.Choices = append(chunk.Choices, openrouter.ChunkChoice{Index: 99})
			chunk.Extra = map[string]any{"mine": true}
		}
		want, _ := alone(seed)
		require.Len(t, chunks, 50)
		for i, chunk := range chunks[1:] {
			assert.Equal(t, chunks[0], chunk, "chunk %d", i+1)
		}
		assert.NotContains(t, s.Response().Text(), "mine")
		assert.NotEqual(t, want, chunks[0])
	}
}

// aText matches a member that is a text, of its name the first group.
var aText = regexp.MustCompile(`"(content|text|arguments|reasoning|summary|data|refusal)":"[^"\\]*"`)

// FuzzStreamDecoder mutates events between their repetitions: edits is a list of triples, an event to take, a place in it and a byte
// to put there (0 takes one out, 1 doubles it, 2 to 6 repeat the next text there as a member of another kind).
func FuzzStreamDecoder(f *testing.F) {
	seeds := chunkSeeds(f)
	f.Add([]byte(nil), []byte{0, 0, 0})
	for i, seed := range seeds {
		f.Add(seed, []byte{byte(i), 20, 2, byte(i), 20, 3, byte(i), 20, 4, byte(i), 20, 5, byte(i), 20, 6})
		f.Add(seed, []byte{byte(i), 120, 'x', 0xff, 121, '"', byte(i), 122, '\\', 0xff, 100, 0, byte(i), 90, 1})
	}
	f.Fuzz(func(t *testing.T, extra, edits []byte) {
		if len(extra) > 4000 || len(edits) > 150 {
			return
		}
		all := append([][]byte{bytes.ReplaceAll(extra, []byte("\r"), []byte(" "))}, seeds...)
		var events [][]byte
		for ; len(edits) >= 3; edits = edits[3:] {
			base := all[int(edits[0])%len(all)]
			if len(bytes.TrimSpace(base)) == 0 {
				continue
			}
			at := int(edits[1]) * len(base) / 256
			changed := bytes.Clone(base[:at])
			switch b := edits[2]; b {
			case 0:
			case 1:
				changed = append(changed, base[at], base[at])
			case '\r':
				changed = append(changed, ' ')
			case 2, 3, 4, 5, 6:
				changed = append(changed, base[at])
				if m := aText.FindSubmatchIndex(base[at:]); m != nil {
					again := []string{`null`, `""`, `"a"`, `[{"type":"text","text":"a"}]`, `{"a":1}`}[b-2]
					changed = fmt.Appendf(bytes.Clone(base[:at+m[1]]), `,"%s":%s`, base[at+m[2]:at+m[3]], again)
					at += m[1] - 1
				}
			default:
				changed = append(changed, b)
			}
			changed = append(changed, base[at+1:]...)
			// What cannot be decoded ends a stream, and with it the test.
			if _, bad := alone(changed); !bad {
				events = append(events, base, base, changed, changed, base)
			} else if _, bad := alone(base); !bad {
				events = append(events, base)
			}
		}
		if len(edits) > 0 && len(events) > 0 { // and at the end of some, such an event
			events = append(events, events[0][:len(events[0])*int(edits[0])/256])
			if len(bytes.TrimSpace(events[len(events)-1])) == 0 {
				events = events[:len(events)-1]
			}
		}
		requireAlone(t, events)
	})
}
