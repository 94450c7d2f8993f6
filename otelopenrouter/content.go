package otelopenrouter

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"

	"github.com/openrouter-go/openrouter"
)

// Content selects the content that is recorded in spans. The zero value records none.
type Content struct {
	// Messages records prompts and answers in the spans of chats, as gen_ai.input.messages and
	// gen_ai.output.messages of the conventions. They include reasoning. For images, audio and files,
	// only the kind, a web address and a transcript are recorded, never the data.
	Messages bool
	// Tools records the definitions of tools in the spans of chats. It records arguments and results
	// in the spans of tools that the program executes.
	Tools bool
	// MaxBytes limits each of these attributes; 0 means 16 KiB. From a longer conversation, the newest
	// messages are kept. From a longer message, the last parts are kept, with their texts cut. The
	// span then has openrouter.content.truncated.
	MaxBytes int
	// Redact is called with each text before it is recorded: texts and reasoning of messages,
	// arguments, results and addresses. Its result is recorded instead. Nil records texts unchanged.
	// Several goroutines may call it at the same time.
	Redact func(text string) string
}

const (
	defaultMaxBytes = 16 << 10
	cutMark         = "…"
	leastText       = 64 // bytes of a text that is cut
)

// message and part are the conventions' own form of a conversation.
type message struct {
	Role         string `json:"role"`
	Parts        []part `json:"parts"`
	FinishReason string `json:"finish_reason,omitempty"`
}

type part struct {
	Type      string  `json:"type"`
	Content   *string `json:"content,omitempty"`
	ID        string  `json:"id,omitempty"`
	Name      string  `json:"name,omitempty"`
	Arguments any     `json:"arguments,omitempty"`
	Response  *string `json:"response,omitempty"`
	Modality  string  `json:"modality,omitempty"`
	URI       string  `json:"uri,omitempty"`
}

func (c *Content) redacted(text string) string {
	if c.Redact != nil {
		text = c.Redact(text)
	}
	return validText(text)
}

func (c *Content) most() int {
	if c.MaxBytes > 0 {
		return c.MaxBytes
	}
	return defaultMaxBytes
}

// ofRequest returns the attributes for a prompt and its tools.
func (c *Content) ofRequest(req *openrouter.ChatCompletionRequest) []attribute.KeyValue {
	var attrs []attribute.KeyValue
	if c.Messages {
		messages := make([]message, 0, len(req.Messages)+1)
		if req.Prompt != "" {
			messages = append(messages, message{Role: "user", Parts: []part{c.text("text", req.Prompt)}})
		}
		for i := range req.Messages {
			messages = append(messages, c.message(&req.Messages[i]))
		}
		attrs = c.appendMessages(attrs, inputMessages, messages)
	}
	if c.Tools && len(req.Tools) > 0 {
		attrs = c.appendJSON(attrs, toolDefinitions, definitions(req.Tools))
	}
	return attrs
}

// ofAnswer returns the attributes for an answer.
func (c *Content) ofAnswer(res *openrouter.ChatCompletion) []attribute.KeyValue {
	if !c.Messages || len(res.Choices) == 0 {
		return nil
	}
	var messages []message
	for i := range res.Choices {
		choice := &res.Choices[i]
		m := c.message(&choice.Message)
		if choice.Text != "" {
			m.Parts = append(m.Parts, c.text("text", choice.Text))
		}
		if m.Role == "" {
			m.Role = "assistant"
		}
		m.FinishReason = string(choice.FinishReason)
		messages = append(messages, m)
	}
	return c.appendMessages(nil, outputMessages, messages)
}

// ofCall returns the attributes for the arguments of a call.
func (c *Content) ofCall(call *openrouter.ToolCall) []attribute.KeyValue {
	if !c.Tools {
		return nil
	}
	return c.appendText(nil, toolArguments, call.Function.Arguments)
}

// ofResult returns the attributes for what a tool returned.
func (c *Content) ofResult(parts []openrouter.Part) []attribute.KeyValue {
	if !c.Tools || len(parts) == 0 {
		return nil
	}
	m := openrouter.Message{Content: parts}
	return c.appendText(nil, toolResult, m.Text())
}

// message turns a message into the form of the conventions.
func (c *Content) message(m *openrouter.Message) message {
	out := message{Role: string(m.Role), Parts: []part{}}
	if m.Role == openrouter.RoleTool {
		text := c.redacted(m.Text())
		out.Parts = append(out.Parts, part{Type: "tool_call_response", ID: m.ToolCallID, Response: &text})
		return out
	}
	reasoning := m.Reasoning
	if reasoning == "" {
		reasoning = m.ReasoningContent
	}
	if reasoning != "" {
		out.Parts = append(out.Parts, c.text("reasoning", reasoning))
	}
	for i := range m.Content {
		out.Parts = append(out.Parts, c.part(&m.Content[i]))
	}
	if m.Refusal != "" {
		out.Parts = append(out.Parts, c.text("refusal", m.Refusal))
	}
	for i := range m.Images {
		if image := m.Images[i].ImageURL; image != nil {
			out.Parts = append(out.Parts, c.media("image", image.URL))
		}
	}
	if m.Audio != nil {
		out.Parts = append(out.Parts, c.media("audio", ""))
		if m.Audio.Transcript != "" {
			out.Parts = append(out.Parts, c.text("text", m.Audio.Transcript))
		}
	}
	for i := range m.ToolCalls {
		call := &m.ToolCalls[i]
		out.Parts = append(out.Parts, part{Type: "tool_call", ID: call.ID, Name: call.Function.Name, Arguments: arguments(c.redacted(call.Function.Arguments))})
	}
	return out
}

// arguments returns the JSON of arguments, or their text if they are no JSON.
func arguments(text string) any {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return text
}

func (c *Content) text(kind, text string) part {
	text = c.redacted(text)
	return part{Type: kind, Content: &text}
}

func (c *Content) part(p *openrouter.Part) part {
	switch {
	case p.ImageURL != nil:
		return c.media("image", p.ImageURL.URL)
	case p.InputAudio != nil:
		return c.media("audio", "")
	case p.VideoURL != nil:
		return c.media("video", p.VideoURL.URL)
	case p.File != nil:
		return c.media("file", p.File.FileData)
	case p.Type == openrouter.PartTypeText:
		return c.text("text", p.Text)
	}
	return part{Type: string(p.Type)}
}

// media returns a part for an image and the like. Data is left out.
func (c *Content) media(modality, uri string) part {
	if strings.HasPrefix(uri, "https://") || strings.HasPrefix(uri, "http://") {
		return part{Type: "uri", Modality: modality, URI: c.redacted(uri)}
	}
	return part{Type: "blob", Modality: modality, Content: new("")}
}

// definition is a tool in the form of the conventions.
type definition struct {
	Type        string `json:"type"`
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	Parameters  any    `json:"parameters,omitempty"`
}

func definitions(tools []openrouter.Tool) []definition {
	var out []definition
	for _, t := range tools {
		raw, err := json.Marshal(t)
		var tool struct {
			Type     string
			Function definition
		}
		if err != nil || json.Unmarshal(raw, &tool) != nil {
			continue // the request is refused, and says why
		}
		tool.Function.Type = tool.Type
		out = append(out, tool.Function)
	}
	return out
}

// appendMessages adds a conversation. If it is too long, the oldest messages are left out, and then
// the texts are cut.
func (c *Content) appendMessages(attrs []attribute.KeyValue, key string, messages []message) []attribute.KeyValue {
	encoded := make([]json.RawMessage, len(messages))
	left, from := c.most()-len("[]"), len(messages)
	for from > 0 {
		raw, err := json.Marshal(messages[from-1])
		if err != nil {
			return attrs // none of its values can fail
		}
		if left -= len(raw) + len(","); left < 0 {
			break
		}
		from--
		encoded[from] = raw
	}
	isCut := from > 0
	if isCut && from == len(messages) {
		from--
		raw, ok := shorten(&messages[from], c.most()-len("[]"))
		if !ok {
			return append(attrs, attribute.Bool(ownTruncated, true))
		}
		encoded[from] = raw
	}
	if isCut {
		attrs = append(attrs, attribute.Bool(ownTruncated, true))
	}
	raw, _ := json.Marshal(encoded[from:])
	return append(attrs, attribute.String(key, string(raw)))
}

// shorten encodes a message with its texts cut so that it has at most so many bytes. If there are too
// many parts for that, the last ones are kept. It returns false if that is not possible.
func shorten(m *message, most int) (json.RawMessage, bool) {
	for n := len(m.Parts); n > 0; n /= 2 {
		for size := most; size >= leastText; size /= 2 {
			short := *m
			short.Parts = make([]part, 0, n)
			for _, p := range m.Parts[len(m.Parts)-n:] {
				short.Parts = append(short.Parts, p.cut(size))
			}
			if raw, err := json.Marshal(short); err == nil && len(raw) <= most {
				return raw, true
			}
		}
	}
	return nil, false
}

// cut returns the part with its texts cut.
func (p part) cut(size int) part {
	p.Content, p.Response = cutText(p.Content, size), cutText(p.Response, size)
	switch args := p.Arguments.(type) {
	case string:
		p.Arguments = cut(args, size)
	case json.RawMessage:
		if len(args) > size {
			p.Arguments = cut(string(args), size)
		}
	}
	return p
}

func cutText(text *string, most int) *string {
	if text == nil {
		return nil
	}
	return new(cut(*text, most))
}

// cut cuts a text at a character.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	if most -= len(cutMark); most < 0 {
		return ""
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + cutMark
}

func (c *Content) appendText(attrs []attribute.KeyValue, key, text string) []attribute.KeyValue {
	text = c.redacted(text)
	if short := cut(text, c.most()); short != text {
		attrs = append(attrs, attribute.Bool(ownTruncated, true))
		text = short
	}
	return append(attrs, attribute.String(key, text))
}

// appendJSON adds a value, or nothing if it is too long: half a JSON is none.
func (c *Content) appendJSON(attrs []attribute.KeyValue, key string, v any) []attribute.KeyValue {
	raw, err := json.Marshal(v)
	if err != nil || len(raw) > c.most() {
		return append(attrs, attribute.Bool(ownTruncated, true))
	}
	return append(attrs, attribute.String(key, string(raw)))
}
