package openrouter

import (
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

// ChatCompletion is the answer to a [ChatCompletionRequest]. Its methods work
// on nil and without choices, where they return zero values.
//
//wire:hot
type ChatCompletion struct {
	// ID identifies the generation: its cost and outcome can be asked for
	// later.
	ID string `json:"id"`
	// Object is chat.completion.
	Object string `json:"object"`
	// Created is a Unix time in seconds. The founding document calls it a
	// double; the service sends integers.
	Created int64 `json:"created"`
	// Model is the model that answered, in its dated spelling, which often is
	// not the one of the request.
	Model string `json:"model"`
	// Provider is the display name of the provider that answered.
	Provider string `json:"provider,omitzero"`
	// Choices holds one element in practice.
	Choices []Choice `json:"choices" wire:"strict"`
	// SystemFingerprint is empty on most answers.
	SystemFingerprint string `json:"system_fingerprint,omitzero"`
	// ServiceTier is the tier the provider used, such as default, flex,
	// priority or provisioned.
	ServiceTier string `json:"service_tier,omitzero"`
	Usage       *Usage `json:"usage,omitzero"`
	// OpenRouterMetadata tells how the request was routed, when the call asked
	// for that with [WithRouterMetadata].
	OpenRouterMetadata *RouterMetadata `json:"openrouter_metadata,omitzero"`

	// What comes with a failure that was reported with the status 200.

	Error *ErrorObject `json:"error,omitzero" wire:"strict"`
	// UserID is the account the failure is reported for.
	UserID string `json:"user_id,omitzero"`

	// Debug is what a stream echoed at the request's wish.
	Debug *Debug `json:"debug,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Choice is one answer of a [ChatCompletion].
type Choice struct {
	Index int `json:"index"`
	// Message is what the service sent. The copy to send back, with the
	// blemishes removed that would fail the next request, is
	// [ChatCompletion.Message].
	Message Message `json:"message,omitzero"`

	// A request with a prompt instead of messages is answered in these, and
	// without Message.

	Text             string            `json:"text,omitzero"`
	Reasoning        string            `json:"reasoning,omitzero"`
	ReasoningDetails []ReasoningDetail `json:"reasoning_details,omitzero"`

	FinishReason FinishReason `json:"finish_reason" wire:"null"`
	// NativeFinishReason is the reason in the provider's own words.
	NativeFinishReason string    `json:"native_finish_reason,omitzero"`
	Logprobs           *Logprobs `json:"logprobs,omitzero"`
	// Error is set when the model failed half way; Message is what it wrote
	// until then.
	Error *ErrorObject `json:"error,omitzero" wire:"strict"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

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
