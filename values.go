package openrouter

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// The codecs in types_gen.go are generated from the struct declarations: from their json tags, their wire tags and the //wire: directives
// above them.
//
//go:generate go run ./internal/wiregen

// presence remembers whether a member that is zero in Go was absent, null or zero in the JSON, so that encoding repeats it.
type presence = wire.Presence

// widePresence is presence for an object with more than 30 members.
type widePresence = wire.WidePresence

// decoded ends every UnmarshalJSON. It returns a [*DecodeError] if data could not be read as the type named what.
func decoded(r *wire.Reader, got wire.Got, data []byte, what string) error {
	err := r.End()
	if err == nil && got == wire.Wrong {
		err = errors.New("not an object")
	}
	if err == nil {
		return nil
	}
	e := &DecodeError{What: what, Body: slices.Clone(data), Err: err}
	if at, ok := errors.AsType[*wire.SyntaxError](err); ok {
		e.Offset = at.Offset
	}
	return e
}

// readContent reads content: a list of parts, or a string.
func readContent(r *wire.Reader, dst *[]Part) wire.Got {
	var text string
	switch got := r.String(&text); got {
	case wire.Value, wire.GotZero:
		*dst = Text(text)
		return wire.Value
	case wire.GotNull:
		*dst = nil
		return got
	}
	got := readParts(r, dst)
	if got == wire.Value && isPlainText(*dst) {
		return wire.GotOther
	}
	return got
}

// writeContent writes a list of parts. If short is set, it writes a single part with nothing but text as a string.
func writeContent(w *wire.Writer, parts []Part, short bool) {
	if short && isPlainText(parts) {
		w.String(parts[0].Text)
		return
	}
	writeParts(w, parts)
}

// isPlainText reports whether parts can be written as one string.
func isPlainText(parts []Part) bool {
	if len(parts) != 1 || parts[0].Type != PartTypeText {
		return false
	}
	rest := parts[0]
	rest.Type, rest.Text = "", ""
	return rest.isZero()
}

// setContentNull removes the content of a message and makes the encoder write null for it.
func setContentNull(m *Message) {
	m.Content = nil
	m.presence.Set(messageContent, wire.Null)
}

// Some servers send a member in another JSON type. The decoder keeps it in Extra. The methods adopt below, which the decoder calls then,
// also set the field to what it means. The methods unadopted, which the encoder calls, take that back where the field still means the
// same, so that the member is encoded as it came.

// rawMember returns a member that was received, or nil.
func rawMember(extra map[string]any, name string) json.RawMessage {
	raw, _ := extra[name].(json.RawMessage)
	return raw
}

// begins reports whether raw begins with one of the characters.
func begins(raw json.RawMessage, chars string) bool {
	return len(raw) > 0 && slices.Contains([]byte(chars), raw[0])
}

// adopt reads an id that is a number.
func (c *ToolCall) adopt() {
	if raw := rawMember(c.Extra, "id"); c.ID == "" && begins(raw, "-0123456789") {
		c.ID = string(raw)
	}
}

func (c *ToolCall) unadopted() *ToolCall {
	if c.ID == "" || c.ID != string(rawMember(c.Extra, "id")) {
		return c
	}
	plain := *c
	plain.ID = ""
	plain.presence.Set(toolCallID, wire.Absent)
	return &plain
}

// adopt reads arguments that are an object, or a list.
func (f *FunctionCall) adopt() {
	if raw := rawMember(f.Extra, "arguments"); f.Arguments == "" && begins(raw, "{[") {
		f.Arguments = string(raw)
	}
}

func (f *FunctionCall) unadopted() *FunctionCall {
	if f.Arguments == "" || f.Arguments != string(rawMember(f.Extra, "arguments")) {
		return f
	}
	plain := *f
	plain.Arguments = ""
	plain.presence.Set(functionCallArguments, wire.Absent)
	return &plain
}

// adopt reads a call that is not in a list.
func (m *Message) adopt() {
	if m.ToolCalls == nil {
		m.ToolCalls = loneCall(m.Extra)
	}
}

func (m *Message) unadopted() *Message {
	if m.ToolCalls == nil || !reflect.DeepEqual(m.ToolCalls, loneCall(m.Extra)) {
		return m
	}
	plain := *m
	plain.ToolCalls = nil
	plain.presence.Set(messageToolCalls, wire.Absent)
	return &plain
}

// adopt reads content that is a list or an object, and a call that is not in a list.
func (d *Delta) adopt() {
	if raw := rawMember(d.Extra, "content"); d.Content == "" && begins(raw, "{[") {
		d.Content = textOf(contentOf(raw))
	}
	if d.ToolCalls == nil {
		d.ToolCalls = loneCall(d.Extra)
	}
}

func (d *Delta) unadopted() *Delta {
	plain := *d
	if raw := rawMember(d.Extra, "content"); d.Content != "" && begins(raw, "{[") && d.Content == textOf(contentOf(raw)) {
		plain.Content = ""
		plain.presence.Set(deltaContent, wire.Absent)
	}
	if d.ToolCalls != nil && reflect.DeepEqual(d.ToolCalls, loneCall(d.Extra)) {
		plain.ToolCalls = nil
		plain.presence.Set(deltaToolCalls, wire.Absent)
	}
	return &plain
}

// adopt reads a message in place of a delta.
func (c *ChunkChoice) adopt() {
	if c.hasNoDelta() {
		c.Delta = deltaOf(rawMember(c.Extra, "message"))
	}
}

func (c *ChunkChoice) hasNoDelta() bool {
	form := c.presence.Form(chunkChoiceDelta)
	return form == wire.Absent || form == wire.Null
}

func (c *ChunkChoice) unadopted() *ChunkChoice {
	if !c.hasNoDelta() {
		return c
	}
	d := deltaOf(rawMember(c.Extra, "message"))
	if d.isZero() {
		return c
	}
	plain := *c
	if reflect.DeepEqual(c.Delta, d) {
		plain.Delta = Delta{}
	} else { // the delta was changed, and takes the message's place
		plain.Extra = without(c.Extra, "message")
		plain.presence.Set(chunkChoiceDelta, wire.Plain)
	}
	return &plain
}

// deltaOf returns the delta that raw is, which is zero if it is none.
func deltaOf(raw json.RawMessage) (d Delta) {
	r := wire.NewReader(raw)
	if d.readJSON(&r) != wire.Value || r.End() != nil {
		return Delta{}
	}
	return d
}

// loneCall returns the one call that stands in place of a list of calls, or nil. An object that says nothing is none.
func loneCall(extra map[string]any) []ToolCall {
	raw := rawMember(extra, "tool_calls")
	if !begins(raw, "{") {
		return nil
	}
	r := wire.NewReader(raw)
	calls := make([]ToolCall, 1)
	c := &calls[0]
	if c.readJSON(&r) != wire.Value || c.ID == "" && c.Function.Name == "" && c.Function.Arguments == "" {
		return nil
	}
	return calls
}

// contentOf returns the parts that a list is, or that an object is: a part, or else JSON that the model was asked for. It is nil for an
// empty object.
func contentOf(raw json.RawMessage) []Part {
	r := wire.NewReader(raw)
	if begins(raw, "[") {
		var parts []Part
		readParts(&r, &parts)
		return parts
	}
	var p Part
	switch p.readJSON(&r); {
	case p.blank() && p.Extra == nil:
		return nil
	case p.hasPayload():
		return []Part{p}
	}
	return Text(string(raw))
}

// hasPayload reports whether the part is of a known type and has what that type carries.
func (p *Part) hasPayload() bool {
	switch p.Type {
	case PartTypeText:
		return p.Text != ""
	case PartTypeImageURL:
		return p.ImageURL != nil
	case PartTypeInputAudio:
		return p.InputAudio != nil
	case PartTypeVideoURL, PartTypeInputVideo:
		return p.VideoURL != nil
	case PartTypeFile:
		return p.File != nil
	}
	return p.isThinking()
}

var (
	toolCallID            = slices.Index(toolCallMembers[:], "id")
	toolCallFunction      = slices.Index(toolCallMembers[:], "function")
	functionCallArguments = slices.Index(functionCallMembers[:], "arguments")
	messageContent        = slices.Index(messageMembers[:], "content")
	messageToolCalls      = slices.Index(messageMembers[:], "tool_calls")
	deltaContent          = slices.Index(deltaMembers[:], "content")
	deltaToolCalls        = slices.Index(deltaMembers[:], "tool_calls")
	chunkChoiceDelta      = slices.Index(chunkChoiceMembers[:], "delta")
)

// Decimal is an exact decimal number as text, such as the price "0.00000125". It
// is sent as a string. One that was received as a number is sent as a number.
type Decimal string

// Float64 returns the nearest float64, or an error if d is not a number.
func (d Decimal) Float64() (float64, error) { return strconv.ParseFloat(string(d), 64) }
