package openrouter

import (
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"
)

// FinishReason says why a model stopped. The set is open. It may be empty on an
// answer that is complete.
type FinishReason string

// The known finish reasons.
const (
	FinishReasonStop FinishReason = "stop"
	// FinishReasonLength means the token limit cut the answer, which may be
	// empty when reasoning used the limit up.
	FinishReasonLength FinishReason = "length"
	// FinishReasonToolCalls means the model waits for results. Calls can come
	// with any other reason too: see [ChatCompletion.ToolCalls].
	FinishReasonToolCalls     FinishReason = "tool_calls"
	FinishReasonContentFilter FinishReason = "content_filter"
	FinishReasonError         FinishReason = "error"
)

// Text returns the text of the first choice.
func (c *ChatCompletion) Text() string {
	choice := c.first()
	if choice.isPrompted() {
		return choice.Text
	}
	return choice.Message.Text()
}

// Reasoning returns the readable reasoning of the first choice. It is empty
// when the model did not reason, and when the provider keeps it encrypted.
func (c *ChatCompletion) Reasoning() string {
	choice := c.first()
	if text := choice.Message.reasoning(); text != "" {
		return text
	}
	return firstReasoning(choice.Reasoning, "", choice.ReasoningDetails)
}

// Refusal returns the explanation why the model does not answer, of the first
// choice.
func (c *ChatCompletion) Refusal() string {
	return c.first().Message.Refusal
}

// FinishReason returns the reason the first choice ended. It may be empty on a
// complete answer, and other than [FinishReasonToolCalls] beside tool calls.
func (c *ChatCompletion) FinishReason() FinishReason {
	return c.first().FinishReason
}

// ToolCalls returns the calls of the first choice as [ChatCompletion.Message]
// sends them back, so that their ids are the ones to answer with
// [ToolMessage]. They decide whether the model waits for results; the finish
// reason does not.
func (c *ChatCompletion) ToolCalls() []ToolCall {
	if c == nil {
		return nil
	}
	calls := cloneAll(c.first().Message.ToolCalls, ToolCall.clone)
	mendToolCalls(calls, c.ID)
	return calls
}

// Message returns the message of the first choice to append to the next
// request. Changing it does not change the completion. It differs from what
// the service sent in three ways, each of which would fail that request:
//
//   - beside tool calls, content that is empty or white space becomes null;
//   - missing or blank arguments of a function call become {};
//   - an id that is empty, or repeats that of an earlier call, is replaced by
//     one that is unique. The same completion always gets the same ids.
//
// The answer to a prompt, which has no message, becomes an assistant message.
func (c *ChatCompletion) Message() Message {
	if c == nil {
		return Message{}
	}
	choice := c.first()
	if choice.isPrompted() {
		m := AssistantMessage(choice.Text)
		m.Reasoning = choice.Reasoning
		m.ReasoningDetails = cloneAll(choice.ReasoningDetails, ReasoningDetail.clone)
		return m
	}
	m := choice.Message.clone()
	if len(m.ToolCalls) > 0 && hasBlankContent(&m) {
		setContentNull(&m)
	}
	mendToolCalls(m.ToolCalls, c.ID)
	return m
}

// first returns the first choice, or one that is zero.
func (c *ChatCompletion) first() *Choice {
	if c == nil || len(c.Choices) == 0 {
		return &Choice{}
	}
	return &c.Choices[0]
}

// isPrompted reports whether the choice answers a prompt and has no message.
func (c *Choice) isPrompted() bool {
	m := &c.Message
	return m.Role == "" && m.Content == nil && m.ToolCalls == nil &&
		(c.Text != "" || c.Reasoning != "" || c.ReasoningDetails != nil)
}

// hasBlankContent reports whether nothing but white space would be lost with
// the content. Extra holds what a typed field could not.
func hasBlankContent(m *Message) bool {
	if _, ok := m.Extra["content"]; ok {
		return false
	}
	for i := range m.Content {
		p := &m.Content[i]
		if p.Type != PartTypeText || !isBlank(p.Text) || len(p.Extra) > 0 {
			return false
		}
	}
	return true
}

// mendToolCalls gives every call arguments and an id of its own.
func mendToolCalls(calls []ToolCall, completionID string) {
	taken := make(map[string]bool, len(calls))
	for i := range calls {
		taken[calls[i].ID] = true
	}
	seen := make(map[string]bool, len(calls))
	for i := range calls {
		call := &calls[i]
		if _, ok := call.Extra[""]; ok {
			continue // not an object, kept as its JSON
		}
		mendArguments(call)
		if isBlank(call.ID) || seen[call.ID] {
			call.ID = newCallID(completionID, i+1, taken)
		}
		seen[call.ID] = true
	}
}

func mendArguments(call *ToolCall) {
	_, odd := call.Extra["function"]
	if _, ok := call.Function.Extra["arguments"]; ok || odd {
		return // there, in another shape
	}
	isFunction := call.Type == "" || call.Type == "function"
	if isFunction && isBlank(call.Function.Arguments) {
		call.Function.Arguments = "{}"
	}
}

// newCallID returns the first free id from call_x_n on. x differs between
// completions, because some providers want ids that are unique within the whole
// conversation.
func newCallID(completionID string, n int, taken map[string]bool) string {
	prefix := "call_"
	if completionID != "" {
		h := fnv.New64a()
		h.Write([]byte(completionID))
		prefix += strconv.FormatUint(h.Sum64(), 36) + "_"
	}
	for ; ; n++ {
		if id := prefix + strconv.Itoa(n); !taken[id] {
			taken[id] = true
			return id
		}
	}
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// Debug is the service's answer to the debug options of a request.
type Debug struct {
	// EchoUpstreamBody is the request as the service sent it to the provider,
	// in the provider's own shape.
	EchoUpstreamBody json.RawMessage `json:"echo_upstream_body,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Text returns what the chunk adds to the text of the choice with the index 0.
func (c *ChatCompletionChunk) Text() string {
	if d := c.delta(); d.Content != "" {
		return d.Content
	}
	if c == nil || len(c.Choices) == 0 {
		return ""
	}
	return c.Choices[0].Text
}

// Reasoning returns what the chunk adds to the readable reasoning of the choice
// with the index 0.
func (c *ChatCompletionChunk) Reasoning() string {
	d := c.delta()
	return firstReasoning(d.Reasoning, d.ReasoningContent, d.ReasoningDetails)
}

// noDelta is only ever read.
var noDelta Delta

// delta returns the fragment for the choice with the index 0, or an empty one.
func (c *ChatCompletionChunk) delta() *Delta {
	if c == nil {
		return &noDelta
	}
	for i := range c.Choices {
		if c.Choices[i].Index == 0 {
			return &c.Choices[i].Delta
		}
	}
	return &noDelta
}
