package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// An answer is the same however it comes: whole, to Create or to a stream, or in the chunks of a stream, however it is cut into them.

// answers is a server that gives one answer to every request.
type answers struct {
	media string
	body  []byte
}

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {a.media}}, Body: io.NopCloser(bytes.NewReader(a.body)), Request: req,
	}, nil
}

func clientOf(media string, body []byte) *openrouter.Client {
	return openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithHTTPClient(&http.Client{Transport: answers{media, body}}), openrouter.WithMaxRetries(0))
}

var hello = &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}}

// created is what Create makes of a body.
func created(t testing.TB, body []byte) (*openrouter.ChatCompletion, error) {
	return clientOf("application/json", body).Chat.Create(t.Context(), hello)
}

// streamed is what a stream makes of an answer, read in both ways.
func streamed(t testing.TB, media string, body []byte) *openrouter.ChatCompletion {
	t.Helper()
	s, err := clientOf(media, body).Chat.Stream(t.Context(), hello)
	require.NoError(t, err)
	for _, err := range s.Chunks() {
		require.NoError(t, err)
	}
	s2, err := clientOf(media, body).Chat.Stream(t.Context(), hello)
	require.NoError(t, err)
	collected, err := s2.Collect()
	require.NoError(t, err)
	require.JSONEq(t, encoded(t, collected), encoded(t, s.Response()))
	return collected
}

func encoded(t testing.TB, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

type members = map[string]any

// A cut makes chunks of an answer. Each is a list of choices.
var cuts = map[string]func(members) []members{
	"one chunk": func(choice members) []members { return []members{withDelta(choice, choice["message"])} },
	"a message in place of the delta": func(choice members) []members {
		return []members{maps.Clone(choice)}
	},
	"member by member": func(choice members) []members {
		return byMember(choice, func(s string) []string { return []string{s} })
	},
	"character by character": func(choice members) []members {
		return byMember(choice, func(s string) []string { return strings.Split(s, "") })
	},
	"in threes": func(choice members) []members {
		return byMember(choice, func(s string) (pieces []string) {
			for part := range slices.Chunk([]rune(s), 3) {
				pieces = append(pieces, string(part))
			}
			return append(pieces, "")
		})
	},
}

func withDelta(choice members, delta any) members {
	c := maps.Clone(choice)
	delete(c, "message")
	if delta != nil {
		c["delta"] = delta
	}
	return c
}

// byMember gives every member of a message a chunk of its own, or several where it is a text or a list.
func byMember(choice members, cut func(string) []string) (chunks []members) {
	add := func(delta any) { chunks = append(chunks, members{"index": choice["index"], "delta": delta}) }
	message, _ := choice["message"].(members)
	for _, name := range slices.Sorted(maps.Keys(message)) {
		switch v := message[name].(type) {
		case string:
			if name == "content" || name == "refusal" || strings.HasPrefix(name, "reasoning") {
				add(members{name: ""})
				for _, piece := range cut(v) {
					add(members{name: piece})
				}
				continue
			}
			add(members{name: v})
		case []any:
			add(members{name: []any{}})
			for _, e := range v {
				for _, fragment := range fragments(name, e, cut) {
					add(members{name: []any{fragment}})
				}
			}
		default:
			add(members{name: v})
		}
	}
	// What belongs to the choice itself, the answer to a prompt cut too.
	if text, ok := choice["text"].(string); ok {
		for _, piece := range cut(text) {
			chunks = append(chunks, members{"index": choice["index"], "text": piece})
		}
	}
	rest := withDelta(choice, nil)
	delete(rest, "text")
	return append(chunks, rest)
}

// fragments cuts an element of a list.
func fragments(list string, e any, cut func(string) []string) []any {
	whole, ok := e.(members)
	if !ok {
		return []any{e}
	}
	first, later := maps.Clone(whole), members{}
	var text string
	var put func(o members, isFirst bool, s string)
	switch list {
	case "tool_calls":
		f, _ := whole["function"].(members)
		text, ok = f["arguments"].(string)
		put = func(o members, isFirst bool, s string) {
			g := members{}
			if isFirst {
				g = maps.Clone(f)
			}
			g["arguments"] = s
			o["function"] = g
		}
	case "reasoning_details":
		later["type"] = whole["type"]
		name, _ := map[any]string{"reasoning.text": "text", "reasoning.summary": "summary"}[whole["type"]]
		text, ok = whole[name].(string)
		put = func(o members, _ bool, s string) { o[name] = s }
	default:
		return []any{e}
	}
	if !ok || text == "" {
		return []any{e}
	}
	if index, ok := whole["index"]; ok {
		later["index"] = index
	}
	var all []any
	for i, piece := range cut(text) {
		o := maps.Clone(later)
		if i == 0 {
			o = first
		}
		put(o, i == 0, piece)
		all = append(all, o)
	}
	if signature := first["signature"]; signature != nil && len(all) > 1 { // it signs the text before it
		delete(first, "signature")
		later["signature"] = signature
		all = append(all, later)
	}
	return all
}

// eventsOf is the stream of an answer.
func eventsOf(t testing.TB, answer members, cut func(members) []members) []byte {
	var stream bytes.Buffer
	head := maps.Clone(answer)
	head["object"] = "chat.completion.chunk"
	head["choices"] = []any{}
	send := func(chunk members) { fmt.Fprintf(&stream, "data: %s\n\n", encoded(t, chunk)) }
	choices := answer["choices"].([]any)
	for i, choice := range choices {
		for _, c := range cut(choice.(members)) {
			send(members{"id": answer["id"], "choices": []any{c}})
		}
		if i == len(choices)-1 {
			send(head)
		}
	}
	stream.WriteString("data: [DONE]\n\n")
	return stream.Bytes()
}

// differ are the bodies that a stream cannot carry in chunks, and why. As a whole answer each is the same.
var differ = map[string]string{
	"completion-reasoning-odd": "two blocks of reasoning in a row have no index: they are fragments of one",
	"completion-tool-ids":      "the call of g has neither index, id nor arguments: alone in a chunk it continues the one before",
	"completion-two-choices":   "the choice with index 1 comes first, and a stream has them in order",
	"completion-wrong-types":   "the message is a string, and the delta of a chunk has no place for that",
}

func TestCreateAndStreamAgree(t *testing.T) {
	n := 0
	for _, file := range kit.Bodies(t, "completion-*.json") {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		want, err := created(t, body)
		if err != nil {
			continue // it reports a failure
		}
		n++
		doc, err := kit.ParseJSON([]byte(encoded(t, want))) // an answer inside another one is not
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name+"/whole", func(t *testing.T) {
			sameAnswer(t, want, streamed(t, "application/json", body))
		})
		for how, cut := range cuts {
			t.Run(name+"/"+how, func(t *testing.T) {
				if differ[name] != "" {
					t.Skip(differ[name])
				}
				sameAnswer(t, want, streamed(t, "text/event-stream", eventsOf(t, doc.(members), cut)))
			})
		}
	}
	assert.Greater(t, n, 25)
}

func sameAnswer(t *testing.T, want, got *openrouter.ChatCompletion) {
	t.Helper()
	assert.Equal(t, want.Text(), got.Text())
	assert.Equal(t, want.Reasoning(), got.Reasoning())
	assert.JSONEq(t, encoded(t, want.ToolCalls()), encoded(t, got.ToolCalls()))
	assert.JSONEq(t, asStreamed(t, want.Message(), true), asStreamed(t, got.Message(), true))
	assert.JSONEq(t, asStreamed(t, want, false), asStreamed(t, got, false))
	assert.JSONEq(t, encoded(t, got.Message()), encoded(t, got.Message()), "the second time")
}

// asStreamed fills in what [Accumulator.Response] fills in.
func asStreamed(t *testing.T, v any, isMessage bool) string {
	t.Helper()
	doc, err := kit.ParseJSON([]byte(encoded(t, v)))
	require.NoError(t, err)
	kit.EachObject(doc, func(o members) {
		if message, ok := o["message"].(members); ok && message["role"] == nil {
			message["role"] = "assistant"
		}
		if o["object"] != nil { // text_completion, in the answer to a prompt
			o["object"] = "chat.completion"
		}
		if isMessage && o["role"] == "" {
			o["role"] = "assistant"
		}
		for name, v := range o {
			// Nothing is said by these, and a stream has many places for them. An empty list of details has to go back.
			if list, ok := v.([]any); v == nil || v == "" || ok && len(list) == 0 && name != "reasoning_details" {
				delete(o, name)
			}
		}
		calls, _ := o["tool_calls"].([]any)
		for _, c := range calls {
			if call, ok := c.(members); ok && (call["type"] == nil || call["type"] == "") {
				call["type"] = "function"
			}
		}
	})
	return encoded(t, doc)
}
