// Package corpus makes the bytes that every client reads and the conversations
// that every client sends, the same ones in every run, in the spelling of the
// real service.
package corpus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
)

// Chunks is the number of chunks in a long stream.
const Chunks = 2000

// Answer is what a stream or a whole answer says.
type Answer struct {
	Text      string
	Reasoning string
	Arguments string // of all tool calls, one a line
	Image     string // the data URL
	Tokens    int    // that have log probabilities
}

// Stream is an event stream.
type Stream struct {
	Events [][]byte // each with the comments before it; the last one is [DONE]
	Body   []byte   // all of them
	Texts  []string // what each event adds to the text
	Chunks int      // events that are chunks
	Want   Answer
}

// Values are the chunks, without what makes them events.
func (s *Stream) Values() [][]byte {
	values := make([][]byte, s.Chunks)
	for i := range values {
		_, values[i], _ = bytes.Cut(bytes.TrimSpace(s.Events[i]), []byte("data: "))
	}
	return values
}

// Streams are the event streams by name.
var Streams = map[string]func() *Stream{
	"text":      sync.OnceValue(textStream),
	"reasoning": sync.OnceValue(reasoningStream),
	"tools":     sync.OnceValue(toolStream),
	"image":     sync.OnceValue(imageStream),
}

const (
	id      = "gen-1759845420-Qm3vT8xWcYbN5aLpR2dK"
	created = 1759845420
)

const usage = `{"prompt_tokens":812,"completion_tokens":2000,"total_tokens":2812,"cost":0.0241755,"is_byok":false,` +
	`"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"cost_details":{"upstream_inference_cost":null,` +
	`"upstream_inference_prompt_cost":0.001421,"upstream_inference_completions_cost":0.0227545},` +
	`"completion_tokens_details":{"reasoning_tokens":0,"image_tokens":0}}`

// writer puts a stream together.
type writer struct {
	Stream
	head, tail string // what stands around the delta in every chunk
	comment    string // to come before the next event
	text       strings.Builder
	reasoning  strings.Builder
}

func newWriter(provider, model, fingerprint string) *writer {
	w := &writer{head: fmt.Sprintf(`{"id":%q,"provider":%q,"model":%q,"object":"chat.completion.chunk","created":%d,"choices":[{"index":0,"delta":`,
		id, provider, model, created)}
	w.tail = `,"finish_reason":null,"native_finish_reason":null,"logprobs":null}]`
	if fingerprint != "" {
		w.tail += fmt.Sprintf(`,"system_fingerprint":%q`, fingerprint)
	}
	w.tail += "}"
	w.comment = ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n"
	return w
}

// event adds data as one event.
func (w *writer) event(text, data string) {
	if w.Chunks > 0 && w.Chunks%500 == 0 {
		w.comment = ": OPENROUTER PROCESSING\n\n"
	}
	w.Events = append(w.Events, []byte(w.comment+"data: "+data+"\n\n"))
	w.Texts = append(w.Texts, text)
	w.text.WriteString(text)
	w.comment = ""
}

func (w *writer) delta(text, delta string) {
	w.event(text, w.head+delta+w.tail)
	w.Chunks++
}

func (w *writer) addText(text string) {
	w.delta(text, `{"role":"assistant","content":`+quote(text)+`}`)
}

func (w *writer) addReasoning(text string) {
	w.reasoning.WriteString(text)
	q := quote(text)
	w.delta("", `{"role":"assistant","content":"","reasoning":`+q+
		`,"reasoning_details":[{"type":"reasoning.text","text":`+q+`,"format":"anthropic-claude-v1","index":0}]}`)
}

// end adds the last chunk, with the usage, and the mark of the end.
func (w *writer) end(finish, native string) *Stream {
	tail := strings.Replace(w.tail, `"finish_reason":null,"native_finish_reason":null`,
		fmt.Sprintf(`"finish_reason":%q,"native_finish_reason":%q`, finish, native), 1)
	w.event("", w.head+`{"role":"assistant","content":""}`+strings.TrimSuffix(tail, "}")+`,"usage":`+usage+"}")
	w.Chunks++
	w.event("", "[DONE]")
	w.Body = bytes.Join(w.Events, nil)
	w.Want.Text, w.Want.Reasoning = w.text.String(), w.reasoning.String()
	return &w.Stream
}

func textStream() *Stream {
	w := newWriter("OpenAI", "openai/gpt-5.2-2025-12-11", "fp_a1b2c3d4e5")
	for _, t := range tokens(1, Chunks-1) {
		w.addText(t)
	}
	return w.end("stop", "completed")
}

func reasoningStream() *Stream {
	const answer = 100
	w := newWriter("Anthropic", "anthropic/claude-sonnet-4.5", "")
	for _, t := range tokens(2, Chunks-answer-2) {
		w.addReasoning(t)
	}
	w.delta("", `{"role":"assistant","content":"","reasoning_details":[{"type":"reasoning.text","signature":"`+
		random(3, 400)+`","format":"anthropic-claude-v1","index":0}]}`)
	for _, t := range tokens(4, answer) {
		w.addText(t)
	}
	return w.end("stop", "end_turn")
}

func toolStream() *Stream {
	const calls = 4
	w := newWriter("OpenAI", "openai/gpt-5.2-2025-12-11", "fp_a1b2c3d4e5")
	var all []string
	for i := range calls {
		w.delta("", fmt.Sprintf(`{"role":"assistant","content":null,"tool_calls":[{"index":%d,"id":"call_%s","type":"function",`+
			`"function":{"name":"write_file","arguments":""}}]}`, i, random(uint64(10+i), 24)))
		n := (Chunks-1)/calls - 1
		if i == 0 {
			n += (Chunks - 1) % calls
		}
		parts := arguments(uint64(20+i), n)
		for _, part := range parts {
			w.delta("", fmt.Sprintf(`{"role":"assistant","content":null,"tool_calls":[{"index":%d,"type":"function","function":{"arguments":%s}}]}`,
				i, quote(part)))
		}
		all = append(all, strings.Join(parts, ""))
	}
	w.Want.Arguments = strings.Join(all, "\n")
	return w.end("tool_calls", "completed")
}

// ImageURL is a data URL of 4 MiB.
var ImageURL = sync.OnceValue(func() string { return dataURL(30, 4<<20) })

func imageStream() *Stream {
	w := newWriter("Google", "google/gemini-2.5-flash-image", "")
	w.addText("Here you are.")
	w.delta("", `{"role":"assistant","content":"","images":[{"type":"image_url","image_url":{"url":"`+ImageURL()+`"},"index":0}]}`)
	w.Want.Image = ImageURL()
	return w.end("stop", "STOP")
}

// arguments returns n fragments of a JSON object.
func arguments(seed uint64, n int) []string {
	parts := []string{`{"`, `path`, `":"`, `notes`, `.md`, `","`, `content`, `":"`}
	for _, t := range tokens(seed, n-len(parts)-1) {
		parts = append(parts, strings.Trim(quote(t), `"`))
	}
	return append(parts, `"}`)
}

var words = strings.Fields(`the of and a to in is that it was for on are as with his they at be this from have or by one had not but what all
	were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more
	her two like him see time could no make than first been its who now people my made over did down only way find use may water long little
	very after words called just where most know stream encode buffer request latency provider tokens completion measure interval`)

// tokens returns n fragments as models write them: mostly a space and a word,
// sometimes punctuation, a line break, a quote, a character beyond ASCII.
func tokens(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, 7))
	odd := []string{".\n\n", ",", ".", " \"", "\"", ":\n", " é", " → ", " 日本", " naïve", "\t", " <b>", " &", " \\(x\\)", " 😀", "'s", " 12", " 3.5", "`", "\n- "}
	list := make([]string, n)
	for i := range list {
		if r.IntN(6) == 0 {
			list[i] = odd[r.IntN(len(odd))]
		} else {
			list[i] = " " + words[r.IntN(len(words))]
		}
	}
	return list
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func random(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 7))
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// dataURL returns a data URL of about size bytes.
func dataURL(seed uint64, size int) string {
	const head = "data:image/png;base64,"
	return head + random(seed, (size-len(head))/4*4)
}

// quote spells s as the service does: nothing is escaped that need not be.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
