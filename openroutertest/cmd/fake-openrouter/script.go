package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// scriptHelp explains the file of -script.
const scriptHelp = `A script is a JSON list of replies. Each request takes the next one; behind the last, the words apply.
A reply is a string, which is read as a prompt ("Hello.", "#429", "Well #slow #cut"), or an object with any of:
  "for_text", "for_model"  answer only requests whose last user message contains this, or for such a model (anthropic/*)
  "times"                  how many requests it answers; -1 for all (by default 1)
  "reasoning", "text"      the content: a string, or a list of the parts that a stream sends
  "tool_calls"             a list of {"name": ..., "arguments": {...}}
  "error"                  {"status": 402, "type": "payment_required", "message": ..., "retry_after": seconds};
                           beside content, the answer fails half way
  "words"                  words that change the answer: "#slow #cut"
  "finish_reason", "model", "provider", "usage"
`

// scripted is a reply of a script.
type scripted struct {
	ForText  string `json:"for_text"`
	ForModel string `json:"for_model"`
	Times    int    `json:"times"`

	Reasoning parts  `json:"reasoning"`
	Text      parts  `json:"text"`
	ToolCalls []call `json:"tool_calls"`
	Error     *struct {
		Status     int                  `json:"status"`
		Type       openrouter.ErrorType `json:"type"`
		Message    string               `json:"message"`
		RetryAfter float64              `json:"retry_after"`
	} `json:"error"`
	Words string `json:"words"`

	FinishReason openrouter.FinishReason `json:"finish_reason"`
	Model        string                  `json:"model"`
	Provider     string                  `json:"provider"`
	Usage        *openrouter.Usage       `json:"usage"`
}

type call struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// parts is a text, or a list of its parts.
type parts []string

// UnmarshalJSON accepts both.
func (p *parts) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*p = pieces(s)
		return nil
	}
	if json.Unmarshal(data, (*[]string)(p)) != nil {
		return fmt.Errorf("%s is neither a string nor a list of strings", data)
	}
	return nil
}

// parseScript reads a script. Its errors begin with the line and the column, both
// from 1.
func parseScript(data []byte) ([]openroutertest.Reply, error) {
	var list []json.RawMessage
	err := json.Unmarshal(data, &list)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && len(data) > 0 {
		return nil, at(data, int(syntax.Offset)-1, err)
	}
	if err != nil || list == nil {
		return nil, at(data, 0, errors.New("a script is a list of replies: [...]"))
	}
	var replies []openroutertest.Reply
	end := 1 // behind the bracket
	for i, raw := range list {
		start := end + bytes.Index(data[end:], raw) // nothing but white space and a comma stands before it
		end = start + len(raw)
		r, err := parseReply(raw)
		if err != nil {
			return nil, at(data, start, fmt.Errorf("reply %d: %w", i+1, err))
		}
		replies = append(replies, r)
	}
	return replies, nil
}

// at says where in the script an error is.
func at(data []byte, offset int, err error) error {
	before := data[:min(max(offset, 0), len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Errorf("%d:%d: %w", line, column, err)
}

func parseReply(data json.RawMessage) (openroutertest.Reply, error) {
	switch data[0] {
	case '"':
		var prompt string
		if err := json.Unmarshal(data, &prompt); err != nil {
			return openroutertest.Reply{}, err
		}
		return openroutertest.Func(func(req *openroutertest.Request) openroutertest.Reply { return reply(req, prompt) }), nil
	case '{':
		var s scripted
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&s); err != nil {
			return openroutertest.Reply{}, err
		}
		return s.reply()
	}
	return openroutertest.Reply{}, fmt.Errorf("%s is neither a string nor an object", data)
}

func (s *scripted) reply() (r openroutertest.Reply, err error) {
	if len(s.Reasoning) > 0 {
		r = r.Reasoning(s.Reasoning...)
	}
	if len(s.Text) > 0 {
		r = r.Text(s.Text...)
	}
	for i, call := range s.ToolCalls {
		if call.Name == "" {
			return r, fmt.Errorf("tool call %d has no name", i+1)
		}
		arguments := cmp.Or(string(call.Arguments), "{}")
		if arguments[0] != '{' {
			return r, fmt.Errorf("tool call %d: the arguments are %s, must be an object", i+1, arguments)
		}
		r = r.ToolCall(cmp.Or(call.ID, fmt.Sprintf("call_%d", i+1)), call.Name, arguments)
	}
	if r, err = s.fail(r); err != nil {
		return r, err
	}
	for name := range strings.FieldsSeq(s.Words) {
		w, ok := find(name)
		if !ok || w.change == nil {
			return r, fmt.Errorf("words: %q is none of those that change an answer", name)
		}
		r = w.change(r)
	}
	if s.FinishReason != "" {
		r = r.FinishReason(s.FinishReason)
	}
	if s.Usage != nil {
		r = r.FullUsage(*s.Usage)
	}
	if s.ForText != "" {
		r = r.ForText(s.ForText)
	}
	if s.ForModel != "" {
		r = r.ForModel(s.ForModel)
	}
	switch {
	case s.Times < 0:
		r = r.Always()
	case s.Times > 0:
		r = r.Times(s.Times)
	}
	return r.Model(s.Model).Provider(s.Provider), nil
}

// fail adds the failure, if there is one: half way if there is an answer before it.
func (s *scripted) fail(r openroutertest.Reply) (openroutertest.Reply, error) {
	e := s.Error
	switch {
	case e == nil:
		return r, nil
	case e.Status < 400 || e.Status > 599:
		return r, fmt.Errorf("error: the status is %d, must be between 400 and 599", e.Status)
	}
	kind := cmp.Or(e.Type, errorTypes[e.Status])
	if len(s.Reasoning)+len(s.Text)+len(s.ToolCalls) > 0 {
		return r.MidStreamError(e.Status, kind, e.Message), nil
	}
	r = openroutertest.Error(e.Status, kind, e.Message)
	if e.RetryAfter > 0 {
		r = r.RetryAfter(time.Duration(e.RetryAfter * float64(time.Second)))
	}
	return r, nil
}
