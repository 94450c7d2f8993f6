package openroutertest

import (
	"bytes"
	"encoding/json"

	"github.com/openrouter-go/openrouter"
)

// The objects of the wire, spelled the way the service spells them. They are
// not the library's types, which a fake should not take its idea of the wire
// from; only what lies deeper is.

// document is an answer, or a chunk of one.
type document struct {
	ID       string            `json:"id"`
	Provider string            `json:"provider,omitempty"`
	Model    string            `json:"model"`
	Object   string            `json:"object"`
	Created  int64             `json:"created"`
	Choices  []choice          `json:"choices"`
	Error    any               `json:"error,omitempty"`
	UserID   string            `json:"user_id,omitempty"`
	Debug    any               `json:"debug,omitempty"`
	Usage    *openrouter.Usage `json:"usage,omitempty"`
}

// nothing is an answer of which everything is null.
type nothing struct {
	ID      *string  `json:"id"`
	Object  *string  `json:"object"`
	Created *int64   `json:"created"`
	Model   *string  `json:"model"`
	Choices []choice `json:"choices"`
	Error   any      `json:"error"`
	UserID  string   `json:"user_id,omitempty"`
}

type choice struct {
	Index   int      `json:"index"`
	Message *message `json:"message,omitempty"`
	Delta   *delta   `json:"delta,omitempty"`
	prompted
	Logprobs           *openrouter.Logprobs `json:"logprobs"`
	FinishReason       *string              `json:"finish_reason"`
	NativeFinishReason *string              `json:"native_finish_reason"`
	Error              any                  `json:"error,omitempty"`
}

// prompted is what a choice has instead of a message when it answers a prompt.
type prompted struct {
	Text             *string                      `json:"text,omitempty"`
	Reasoning        string                       `json:"reasoning,omitempty"`
	ReasoningDetails []openrouter.ReasoningDetail `json:"reasoning_details,omitempty"`
}

type message struct {
	Role      string  `json:"role"`
	Content   string  `json:"content"`
	Refusal   *string `json:"refusal"`
	Reasoning *string `json:"reasoning"`
	payload
}

type delta struct {
	Role      string `json:"role"`
	Content   string `json:"content"`
	Refusal   string `json:"refusal,omitempty"`
	Reasoning string `json:"reasoning,omitempty"`
	payload
}

// payload is what a message has beside its texts.
type payload struct {
	ReasoningDetails []openrouter.ReasoningDetail `json:"reasoning_details,omitzero"`
	ToolCalls        []openrouter.ToolCall        `json:"tool_calls,omitempty"`
	Images           []openrouter.Image           `json:"images,omitempty"`
	Audio            *openrouter.Audio            `json:"audio,omitempty"`
	Annotations      []openrouter.Annotation      `json:"annotations,omitempty"`
}

// encode writes v as the service does, without escaping HTML, and the members
// behind its own.
func encode(v any, more ...member) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("openroutertest: " + err.Error())
	}
	data := bytes.TrimRight(b.Bytes(), "\n")
	for _, m := range more {
		data = append(data[:len(data)-1], ',')
		data = append(append(data, encode(m.name)...), ':')
		data = append(append(data, m.value...), '}')
	}
	return data
}
