package openrouter

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/openrouter-go/openrouter/internal/deep"
	"github.com/openrouter-go/openrouter/internal/wire"
)

// Role is the author of a [Message]. Other values are possible: an unknown role is kept and sent
// back.
type Role string

// The roles.
const (
	RoleSystem Role = "system"
	// RoleDeveloper is the newer name of the system role. Some models refuse it.
	RoleDeveloper Role = "developer"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	// RoleTool is the role of a tool's result. [Message.ToolCallID] names the call.
	RoleTool Role = "tool"
)

// Message is one turn of a conversation. Requests and answers use the same type. To append a
// model's reply to the next request, use [ChatCompletion.Message].
//
//wire:adopts
type Message struct {
	Role Role `json:"role"`
	// Content is the body of the message. A single text part without other settings is sent as a
	// string. A string that is received becomes one text part. If Content is nil, it is not sent.
	// Only assistant messages may leave it out.
	Content []Part `json:"content,omitzero" wire:"short"`
	// Name distinguishes speakers of the same role. For models that do not support names, the
	// service writes it in front of the content.
	Name string `json:"name,omitzero"`

	// Tools.

	// ToolCallID is the [ToolCall.ID] that a tool message answers.
	ToolCallID string `json:"tool_call_id,omitzero"`
	// ToolCalls are the calls that the model asks for. If the list is not empty, the model is
	// waiting for results, whatever FinishReason says.
	ToolCalls []ToolCall `json:"tool_calls,omitzero"`

	// Other output of the model.

	// Refusal is the model's explanation if it does not answer.
	Refusal string `json:"refusal,omitzero"`
	// Reasoning is the readable reasoning. It repeats the text of ReasoningDetails. It is empty if
	// all of them are encrypted.
	Reasoning string `json:"reasoning,omitzero"`
	// ReasoningContent is another name of Reasoning, used by some clients and servers. A value that
	// was received under this name is sent back under it.
	ReasoningContent string `json:"reasoning_content,omitzero"`
	// ReasoningDetails are the reasoning blocks with their signatures. Send them back complete,
	// unchanged and in order. An empty list is not the same as nil: some models need the empty list
	// back.
	ReasoningDetails []ReasoningDetail `json:"reasoning_details,omitzero"`
	// Annotations are citations and parsed files. Send parsed files back to avoid parsing, and
	// paying for, the same file again.
	Annotations []Annotation `json:"annotations,omitzero"`
	Images      []Image      `json:"images,omitzero"`
	Audio       *Audio       `json:"audio,omitzero"`

	// Routing and caching.

	// Model is the model that wrote an assistant message. [AutoRouterPlugin.PinModel] reads it to
	// keep the model of the conversation.
	Model string `json:"model,omitzero"`
	// CacheControl caches the prompt up to the last text part of this message. It is not enough on
	// a system message: prefer [Part.Cached].
	CacheControl *CacheControl `json:"cache_control,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// SystemMessage returns instructions that take precedence over those of the user. The content is
// the text, then the parts in their order. The parts should be text, too. If text is empty and
// there are parts, no text part is added. The same applies to the functions for the other roles.
func SystemMessage(text string, parts ...Part) Message {
	return Message{Role: RoleSystem, Content: joined(text, parts)}
}

// DeveloperMessage returns instructions like [SystemMessage], with the newer role developer. Some
// models refuse it.
func DeveloperMessage(text string, parts ...Part) Message {
	return Message{Role: RoleDeveloper, Content: joined(text, parts)}
}

// AssistantMessage returns a turn of the model. As the last message of a request, it asks the model
// to continue that text.
func AssistantMessage(text string, parts ...Part) Message {
	return Message{Role: RoleAssistant, Content: joined(text, parts)}
}

// UserMessage returns a turn of the user: the text, then the parts in their order. If text is empty
// and there are parts, no text part is added.
func UserMessage(text string, parts ...Part) Message {
	return Message{Role: RoleUser, Content: joined(text, parts)}
}

// ToolMessage returns the result of the call with the given [ToolCall.ID]. The next request needs a
// result for every call of the turn. [ToolCall.Result] sets the ID itself.
func ToolMessage(callID, text string, parts ...Part) Message {
	return Message{Role: RoleTool, ToolCallID: callID, Content: joined(text, parts)}
}

func joined(text string, parts []Part) []Part {
	content := make([]Part, 0, 1+len(parts))
	if text != "" || len(parts) == 0 {
		content = append(content, TextPart(text))
	}
	return append(content, parts...)
}

// Text returns the text parts of the content, joined without a separator.
// Other parts are skipped. If the content was received as one JSON object, which is
// then in Extra, Text returns the text of that part, or else the object's JSON.
func (m Message) Text() string {
	if m.Content == nil {
		return textOf(m.oddContent())
	}
	return textOf(m.Content)
}

// oddContent returns the parts of a content that is an object.
func (m *Message) oddContent() []Part {
	if raw := rawMember(m.Extra, "content"); begins(raw, "{") {
		return contentOf(raw)
	}
	return nil
}

func textOf(parts []Part) string {
	if len(parts) == 1 && parts[0].Type == PartTypeText {
		return parts[0].Text
	}
	var b strings.Builder
	for i := range parts {
		if parts[i].Type == PartTypeText {
			b.WriteString(parts[i].Text)
		}
	}
	return b.String()
}

// reasoning returns the readable reasoning from whichever field has it.
func (m *Message) reasoning() string {
	text := firstReasoning(m.Reasoning, m.ReasoningContent, m.ReasoningDetails)
	if text == "" {
		text = thinkingOf(m.Content, paragraph)
	}
	return text
}

// String describes the message for people: the role, the content as [Part.String] describes it, and
// the calls. It leaves out the reasoning.
func (m Message) String() string {
	b := &strings.Builder{}
	b.WriteString(string(m.Role))
	if m.ToolCallID != "" {
		b.WriteString(" " + m.ToolCallID)
	}
	b.WriteByte(':')
	for i := range m.Content {
		b.WriteString(" " + m.Content[i].String())
	}
	if m.Refusal != "" {
		b.WriteString(" [refusal] " + m.Refusal)
	}
	for i := range m.Images {
		b.WriteString(" [image " + shortURL(m.Images[i].url()) + "]")
	}
	if m.Audio != nil {
		b.WriteString(" [audio] " + m.Audio.Transcript)
	}
	for i := range m.ToolCalls {
		b.WriteString(" [call " + m.ToolCalls[i].String() + "]")
	}
	return b.String()
}

// Equal reports whether both messages say the same. It makes no difference how a message was
// spelled in JSON, or whether it was decoded or built. [ChatCompletionRequest.Equal] has
// the details.
func (m Message) Equal(other Message) bool { return deep.Equal(m, other) }

// Clone returns a copy that shares no memory with m. Values of your own types in Extra are shared.
func (m Message) Clone() Message { return m.clone() }

func (m Message) clone() Message {
	m.Content = cloneAll(m.Content, Part.clone)
	m.ToolCalls = cloneAll(m.ToolCalls, ToolCall.clone)
	m.ReasoningDetails = cloneAll(m.ReasoningDetails, ReasoningDetail.clone)
	m.Annotations = cloneAll(m.Annotations, Annotation.clone)
	m.Images = cloneAll(m.Images, Image.clone)
	m.Audio = cloneObject(m.Audio, func(a *Audio) *map[string]any { return &a.Extra })
	m.CacheControl = cloneObject(m.CacheControl, func(c *CacheControl) *map[string]any { return &c.Extra })
	m.Extra = cloneExtra(m.Extra)
	return m
}

// cloneAll copies a list element by element. Nil stays nil and empty stays empty, because they are
// encoded differently.
func cloneAll[T any](list []T, clone func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = clone(v)
	}
	return out
}

// cloneObject copies a struct whose only shared memory is its Extra.
func cloneObject[T any](p *T, extra func(*T) *map[string]any) *T {
	if p == nil {
		return nil
	}
	c := *p
	members := extra(&c)
	*members = cloneExtra(*members)
	return &c
}

func cloneExtra(extra map[string]any) map[string]any {
	if extra == nil {
		return nil
	}
	out := make(map[string]any, len(extra))
	for k, v := range extra {
		out[k] = cloneValue(v)
	}
	return out
}

func cloneValue(v any) any {
	if raw, ok := v.(json.RawMessage); ok { // as all that was decoded
		return slices.Clone(raw)
	}
	return deep.Clone(v)
}

// ToolCall is a call that the model asks for. In a [Delta] it is a fragment of one.
//
//wire:list firstToolCall
//wire:adopts
type ToolCall struct {
	// Index is the position among the calls of the turn. In a stream it tells which call a fragment
	// belongs to, but some models give every call the index 0.
	Index *int `json:"index,omitzero"`
	// ID connects the call with the [ToolMessage] that answers it. Its format depends on the model.
	// It may be empty, or the same on two calls; [ChatCompletion.ToolCalls] replaces such ids.
	ID string `json:"id,omitzero"`
	// Type is function. A call of another type keeps its payload in Extra.
	Type     string       `json:"type,omitzero"`
	Function FunctionCall `json:"function"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FunctionCall is the function that a [ToolCall] calls, with its arguments.
//
//wire:adopts
type FunctionCall struct {
	Name string `json:"name,omitzero"`
	// Arguments is the text that the model wrote. It should be a JSON object, but may be empty,
	// broken, or two objects in a row. [FunctionCall.Unmarshal] decodes it. If the server sent the
	// object itself, Arguments is its JSON, and the unchanged value is encoded as an object again.
	Arguments string `json:"arguments" wire:"text"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Unmarshal decodes the arguments into what v points to, as [json.Unmarshal] does. Blank arguments
// count as {}. Errors name the function.
func (f FunctionCall) Unmarshal(v any) error {
	args := []byte(strings.TrimSpace(f.Arguments))
	if len(args) == 0 {
		args = []byte("{}")
		if raw, ok := f.Extra["arguments"].(json.RawMessage); ok {
			args = raw // some models send an object in place of its text
		}
	}
	if err := json.Unmarshal(args, v); err != nil {
		return fmt.Errorf("openrouter: arguments of function %q: %w", f.Name, err)
	}
	return nil
}

// Result returns the message that answers the call: the text, then the parts in their order. The
// next request needs one for every call of the turn.
func (c ToolCall) Result(text string, parts ...Part) Message {
	return ToolMessage(c.ID, text, parts...)
}

// String describes the call for people, such as call_1 get_weather({"city":"Oslo"}).
func (c ToolCall) String() string {
	name := c.Function.Name
	if name == "" && c.Type != "function" {
		name = c.Type
	}
	return strings.TrimSpace(c.ID + " " + name + "(" + c.Function.Arguments + ")")
}

// Equal reports whether both calls say the same; see [Message.Equal].
func (c ToolCall) Equal(other ToolCall) bool { return deep.Equal(c, other) }

func (c ToolCall) clone() ToolCall {
	if c.Index != nil {
		c.Index = new(*c.Index)
	}
	c.Function.Extra = cloneExtra(c.Function.Extra)
	c.Extra = cloneExtra(c.Extra)
	return c
}

// adopt reads an id that is a number.
func (c *ToolCall) adopt() {
	if raw := rawMember(c.Extra, "id"); c.ID == "" && begins(raw, "-0123456789") {
		c.ID = string(raw)
		c.presence.Set(toolCallID, wire.Absent) // remembers that it was adopted
	}
}

func (c *ToolCall) unadopted() *ToolCall {
	raw := rawMember(c.Extra, "id")
	plain := *c
	switch {
	case c.ID == "" && c.presence.Form(toolCallID) == wire.Absent && begins(raw, "-0123456789"):
		plain.Extra = without(c.Extra, "id")
	case c.ID != "" && c.ID == string(raw):
		plain.ID = ""
		plain.presence.Set(toolCallID, wire.Absent)
	default:
		return c
	}
	return &plain
}

// adopt reads arguments that are an object, or a list.
func (f *FunctionCall) adopt() {
	if raw := rawMember(f.Extra, "arguments"); f.Arguments == "" && begins(raw, "{[") {
		f.Arguments = string(raw)
		f.presence.Set(functionCallArguments, wire.Zero)
	}
}

func (f *FunctionCall) unadopted() *FunctionCall {
	raw := rawMember(f.Extra, "arguments")
	plain := *f
	switch {
	case f.Arguments == "" && f.presence.Form(functionCallArguments) == wire.Zero && begins(raw, "{["):
		plain.Extra = without(f.Extra, "arguments")
	case f.Arguments != "" && f.Arguments == string(raw):
		plain.Arguments = ""
		plain.presence.Set(functionCallArguments, wire.Absent)
	default:
		return f
	}
	return &plain
}

// adopt reads a call that is not in a list.
func (m *Message) adopt() {
	if m.ToolCalls == nil {
		if m.ToolCalls = loneCall(m.Extra); m.ToolCalls != nil {
			m.presence.Set(messageToolCalls, wire.Absent)
		}
	}
}

func (m *Message) unadopted() *Message {
	plain := *m
	switch lone := loneCall(m.Extra); {
	case lone == nil:
		return m
	case m.ToolCalls == nil && m.presence.Form(messageToolCalls) == wire.Absent:
		plain.Extra = without(m.Extra, "tool_calls")
	case m.ToolCalls != nil && reflect.DeepEqual(m.ToolCalls, lone):
		plain.ToolCalls = nil
		plain.presence.Set(messageToolCalls, wire.Absent)
	default:
		return m
	}
	return &plain
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

// isTextName reports whether an unknown member that is a string is a text that
// streams, such as reasoning_text, or the arguments of the old function_call.
func isTextName(name string) bool {
	words := strings.FieldsFunc(snakeCase(name), func(c rune) bool { return c == '_' || c == '-' || c == '.' })
	if len(words) == 0 {
		return false
	}
	switch words[len(words)-1] {
	case "id", "type", "format", "effort", "signature", "status", "tokens", "details":
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool {
		switch w {
		case "text", "content", "reasoning", "thinking", "thought", "thoughts", "summary", "arguments", "plan", "transcript", "analysis", "commentary", "explanation":
			return true
		}
		return false
	})
}

// snakeCase returns a name in lower case, with an underscore before what was a
// capital behind a small letter: providers write reasoningText, too.
func snakeCase(name string) string {
	if strings.IndexFunc(name, unicode.IsUpper) < 0 {
		return name
	}
	var b strings.Builder
	small := false
	for _, c := range name {
		if unicode.IsUpper(c) && small {
			b.WriteByte('_')
		}
		small = unicode.IsLower(c)
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
