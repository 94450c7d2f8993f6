package openrouter

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter/internal/deep"
)

// FinishReason tells why a model stopped. The service may add values. A complete
// answer may have none.
type FinishReason string

// The known finish reasons.
const (
	FinishReasonStop FinishReason = "stop"
	// FinishReasonLength means that the token limit ended the answer. The text is
	// empty if reasoning used all of the tokens.
	FinishReasonLength FinishReason = "length"
	// FinishReasonToolCalls means that the model waits for results. Calls may also
	// come with any other reason: see [ChatCompletion.ToolCalls].
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

// Reasoning returns the readable reasoning of the first choice. It is empty if
// the model did not reason, or if the provider encrypts the reasoning.
func (c *ChatCompletion) Reasoning() string {
	choice := c.first()
	if text := choice.Message.reasoning(); text != "" {
		return text
	}
	return firstReasoning(choice.Reasoning, "", choice.ReasoningDetails)
}

// Refusal returns the model's explanation of why it does not answer, from the
// first choice.
func (c *ChatCompletion) Refusal() string {
	return c.first().Message.Refusal
}

// FinishReason returns the reason why the first choice ended. It may be empty for
// a complete answer. It need not be [FinishReasonToolCalls] if there are tool
// calls.
func (c *ChatCompletion) FinishReason() FinishReason {
	return c.first().FinishReason
}

// ToolCalls returns the tool calls of the first choice. Answer each with a
// [ToolMessage] that has its ID. If the list is not empty, the model is waiting
// for results, whatever the finish reason says. IDs and arguments are corrected
// in the same way as by [ChatCompletion.Message].
func (c *ChatCompletion) ToolCalls() []ToolCall {
	if c == nil {
		return nil
	}
	calls := cloneAll(c.first().Message.ToolCalls, ToolCall.clone)
	mendToolCalls(calls, c.ID)
	return calls
}

// Message returns a copy of the first choice's message, to append to the next
// request. It corrects three defects that would make that request fail:
//
//   - Content that is empty or only white space becomes null if there are tool
//     calls.
//   - Missing or blank arguments of a function call become {}.
//   - An id that is empty, or that an earlier call has too, is replaced by a
//     unique one. The same completion always gets the same ids.
//
// The answer to [ChatCompletionRequest.Prompt] has no message. Message returns it
// as an assistant message.
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

// Clone returns a copy that shares no memory with c, except for what [ChatCompletion.Call] returns.
func (c *ChatCompletion) Clone() *ChatCompletion { return deep.Clone(c) }

// Equal reports whether both answers say the same; see [ChatCompletionRequest.Equal]. How they came
// makes no difference.
func (c *ChatCompletion) Equal(other *ChatCompletion) bool { return deep.Equal(c, other) }

// failedFinish returns the first finish reason that says failure, or "".
func (c *ChatCompletion) failedFinish() string {
	for i := range c.Choices {
		if reason := c.Choices[i].failedFinish(); reason != "" {
			return reason
		}
	}
	return ""
}

func (c *Choice) failedFinish() string {
	if c.FinishReason == FinishReasonError {
		return cmp.Or(c.NativeFinishReason, string(c.FinishReason))
	}
	for _, reason := range []FinishReason{FinishReason(c.NativeFinishReason), c.FinishReason} {
		if saysFailure(reason) && !c.hasContent() {
			return string(reason)
		}
	}
	return ""
}

// saysFailure reports whether a finish reason, a provider's own included, says
// that the provider failed.
func saysFailure(reason FinishReason) bool {
	return reason == FinishReasonError || reason == "network_error" || reason == "insufficient_system_resource"
}

// first returns the first choice, or a zero one.
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

// hasBlankContent reports whether the content is only white space, so that it can
// be dropped. Content of another JSON type is in Extra.
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

// mendToolCalls gives every call arguments and a unique id.
func mendToolCalls(calls []ToolCall, completionID string) {
	taken := make(map[string]bool, len(calls))
	for i := range calls {
		taken[calls[i].ID] = true
	}
	seen := make(map[string]bool, len(calls))
	for i := range calls {
		call := &calls[i]
		if isBare(call.presence, call.Extra) && call.blank() {
			continue // the call is not an object; Extra holds its JSON
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
		return // the arguments are there, in another JSON type
	}
	isFunction := call.Type == "" || call.Type == "function"
	if isFunction && isBlank(call.Function.Arguments) {
		call.Function.Arguments = "{}"
	}
}

// newCallID returns an id of the form call_x_n that is not taken, counting up
// from n. x differs between completions, because some providers want ids to be
// unique in the whole conversation.
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

// Debug holds what the service sends for [ChatCompletionRequest.Debug].
type Debug struct {
	// EchoUpstreamBody is the request body that the service sent to the provider,
	// in the provider's format.
	EchoUpstreamBody json.RawMessage `json:"echo_upstream_body,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Text returns the text that the chunk adds to the choice with index 0.
func (c *ChatCompletionChunk) Text() string {
	choice := c.first()
	if choice.Delta.Content != "" {
		return choice.Delta.Content
	}
	return choice.Text
}

// Reasoning returns the readable reasoning that the chunk adds to the choice with
// index 0.
func (c *ChatCompletionChunk) Reasoning() string {
	d := &c.first().Delta
	return firstReasoning(d.Reasoning, d.ReasoningContent, d.ReasoningDetails)
}

// noChoice is never written to.
var noChoice ChunkChoice

// first returns the choice with index 0, or an empty one.
func (c *ChatCompletionChunk) first() *ChunkChoice {
	if c == nil {
		return &noChoice
	}
	for i := range c.Choices {
		if c.Choices[i].Index == 0 {
			return &c.Choices[i]
		}
	}
	return &noChoice
}
