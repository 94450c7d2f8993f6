package openrouter

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Role says who speaks in a [Message]. The set is open: an unknown role is
// kept and sent on.
type Role string

// The roles.
const (
	RoleSystem Role = "system"
	// RoleDeveloper is the newer spelling of system instructions; some models
	// refuse it.
	RoleDeveloper Role = "developer"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	// RoleTool carries the result of one tool call, named by
	// [Message.ToolCallID].
	RoleTool Role = "tool"
)

// Message is one turn of a conversation, in a request and in an answer alike:
// what a model wrote can be appended to the next request as it is. See
// [ChatCompletion.Message].
type Message struct {
	Role Role `json:"role"`
	// Content is the body of the message. A lone plain text part is sent as a
	// string, and a string that was received is one text part. Nil leaves the
	// member out, which only an assistant message may do.
	Content []Part `json:"content,omitzero" wire:"short"`
	// Name tells speakers of the same role apart. For models that have no such
	// notion the service writes it in front of the content.
	Name string `json:"name,omitzero"`

	// Tools.

	// ToolCallID is the [ToolCall.ID] that a tool message answers.
	ToolCallID string `json:"tool_call_id,omitzero"`
	// ToolCalls are the calls the model asks for. A non-empty list is decisive,
	// whatever the finish reason says.
	ToolCalls []ToolCall `json:"tool_calls,omitzero"`

	// What a model writes beside its content.

	// Refusal is the model's explanation of why it does not answer.
	Refusal string `json:"refusal,omitzero"`
	// Reasoning is the readable reasoning. It repeats the text of
	// ReasoningDetails, and is empty when all of that is encrypted.
	Reasoning string `json:"reasoning,omitzero"`
	// ReasoningContent is another spelling of Reasoning, used by some clients
	// and servers. It goes back under the name it came with.
	ReasoningContent string `json:"reasoning_content,omitzero"`
	// ReasoningDetails are the reasoning blocks with their signatures. They
	// must go back complete, unchanged and in order. Empty is not nil: some
	// models need an empty list back.
	ReasoningDetails []ReasoningDetail `json:"reasoning_details,omitzero"`
	// Annotations are citations and parsed files. Sending a file annotation
	// back spares parsing, and paying for, the same file again.
	Annotations []Annotation `json:"annotations,omitzero"`
	Images      []Image      `json:"images,omitzero"`
	Audio       *Audio       `json:"audio,omitzero"`

	// Routing and caching.

	// Model is the model that wrote an assistant message. The auto router reads
	// it to stay with the model of the conversation.
	Model string `json:"model,omitzero"`
	// CacheControl marks the end of a cacheable prefix. It acts on the last
	// text part only, and does not suffice on a system message: prefer
	// [Part.Cached].
	CacheControl *CacheControl `json:"cache_control,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// SystemMessage returns instructions that rank above those of the user.
func SystemMessage(text string) Message {
	return Message{Role: RoleSystem, Content: Text(text)}
}

// DeveloperMessage returns instructions in the newer spelling of
// [SystemMessage]; some models refuse it.
func DeveloperMessage(text string) Message {
	return Message{Role: RoleDeveloper, Content: Text(text)}
}

// AssistantMessage returns a turn of the model. At the end of the list it asks
// the model to go on from that text.
func AssistantMessage(text string) Message {
	return Message{Role: RoleAssistant, Content: Text(text)}
}

// UserMessage returns a turn of the user: the text, then the parts in their
// order. An empty text beside parts adds no text part.
func UserMessage(text string, parts ...Part) Message {
	content := make([]Part, 0, 1+len(parts))
	if text != "" || len(parts) == 0 {
		content = append(content, TextPart(text))
	}
	return Message{Role: RoleUser, Content: append(content, parts...)}
}

// ToolMessage returns the result of the call with that [ToolCall.ID]. Every
// call of a turn needs one before the next request.
func ToolMessage(callID, text string) Message {
	return Message{Role: RoleTool, ToolCallID: callID, Content: Text(text)}
}

// Text returns the text parts of the content, joined without a separator.
// Other parts are skipped.
func (m Message) Text() string {
	if len(m.Content) == 1 && m.Content[0].Type == PartTypeText {
		return m.Content[0].Text
	}
	var b strings.Builder
	for i := range m.Content {
		if m.Content[i].Type == PartTypeText {
			b.WriteString(m.Content[i].Text)
		}
	}
	return b.String()
}

// reasoning returns the readable reasoning, wherever the message has it.
func (m *Message) reasoning() string {
	return firstReasoning(m.Reasoning, m.ReasoningContent, m.ReasoningDetails)
}

// clone returns a copy that shares no memory with m that could be written to.
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

// cloneAll copies a list element by element; nil stays nil and empty stays
// empty, because they are encoded differently.
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
	switch v := v.(type) {
	case json.RawMessage:
		return slices.Clone(v)
	case map[string]any:
		return cloneExtra(v)
	case []any:
		return cloneAll(v, cloneValue)
	default:
		return v
	}
}

// ToolCall is a call the model asks for. In a [Delta] it is a fragment of one.
//
//wire:list firstToolCall
type ToolCall struct {
	// Index is the place among the calls of the turn. In a stream it tells
	// fragments apart, though some models give every call the index 0.
	Index *int `json:"index,omitzero"`
	// ID joins the call to the [ToolMessage] that answers it. Models choose any
	// format. It may be empty, or the same on two calls: see
	// [ChatCompletion.ToolCalls].
	ID string `json:"id,omitzero"`
	// Type is function. A call of another type keeps its payload in Extra.
	Type     string       `json:"type,omitzero"`
	Function FunctionCall `json:"function"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FunctionCall is the function a [ToolCall] names and what to pass to it.
type FunctionCall struct {
	Name string `json:"name,omitzero"`
	// Arguments is what the model wrote, which should be a JSON object and
	// sometimes is not: it may be empty, broken, or two objects in a row. See
	// [FunctionCall.Unmarshal].
	Arguments string `json:"arguments" wire:"text"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Unmarshal decodes the arguments into what v points to, as [json.Unmarshal]
// does. Blank arguments count as {}. The error names the function.
func (f FunctionCall) Unmarshal(v any) error {
	args := []byte(strings.TrimSpace(f.Arguments))
	if len(args) == 0 {
		args = []byte("{}")
		if raw, ok := f.Extra["arguments"].(json.RawMessage); ok {
			args = raw // an object where the text of one belongs
		}
	}
	if err := json.Unmarshal(args, v); err != nil {
		return fmt.Errorf("openrouter: arguments of function %q: %w", f.Name, err)
	}
	return nil
}

func (c ToolCall) clone() ToolCall {
	if c.Index != nil {
		c.Index = new(*c.Index)
	}
	c.Function.Extra = cloneExtra(c.Function.Extra)
	c.Extra = cloneExtra(c.Extra)
	return c
}
