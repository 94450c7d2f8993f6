package openrouter

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter/internal/deep"
	"github.com/openrouter-go/openrouter/internal/wire"
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
// the model did not reason, or if the provider encrypts the reasoning. A blank line
// separates several summaries; [ChatCompletionChunk.Reasoning] cannot add it.
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
// for results, whatever the finish reason says. IDs, types and arguments are
// corrected in the same way as by [ChatCompletion.Message].
func (c *ChatCompletion) ToolCalls() []ToolCall {
	if c == nil {
		return nil
	}
	calls := cloneAll(c.first().Message.ToolCalls, ToolCall.clone)
	c.mendToolCalls(calls)
	return calls
}

// Message returns a copy of the first choice's message, to append to the next
// request. It differs from what the service sent only in defects that would make
// that request fail:
//
//   - Content that is empty or only white space becomes null if there are tool
//     calls.
//   - Missing or blank arguments of a function call become {}. Arguments that are a
//     JSON object instead of a string become the text of that object.
//   - A call without a type gets the type function.
//   - An id that is empty, or that an earlier call has too, is replaced by a
//     unique one. It is derived from the whole answer, so that the same completion
//     always gets the same ids.
//
// The answer to [ChatCompletionRequest.Prompt] has no message. Message returns it
// as an assistant message.
//
// It makes no difference whether the answer came from [ChatService.Create] or was
// put together from the chunks of a stream.
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
	c.mendToolCalls(m.ToolCalls)
	return m
}

// Clone returns a copy that shares no memory with c, except for what [ChatCompletion.Call] returns.
func (c *ChatCompletion) Clone() *ChatCompletion { return deep.Clone(c) }

// Equal reports whether both answers say the same; see [ChatCompletionRequest.Equal]. It does not
// compare [ChatCompletion.Call].
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

// mendToolCalls gives every call of the first choice a type, arguments and a unique
// id.
func (c *ChatCompletion) mendToolCalls(calls []ToolCall) {
	if len(calls) == 0 {
		return
	}
	taken := make(map[string]bool, len(calls))
	for i := range calls {
		taken[calls[i].ID] = true
	}
	seen := make(map[string]bool, len(calls))
	prefix := ""
	for i := range calls {
		call := &calls[i]
		if isBare(call.presence, call.Extra) && call.blank() {
			continue // the call is not an object; Extra holds its JSON
		}
		mendArguments(call)
		if _, odd := call.Extra["type"]; call.Type == "" && !odd {
			call.Type = "function"
		}
		if isBlank(call.ID) || seen[call.ID] {
			if prefix == "" {
				prefix = c.callPrefix()
			}
			call.ID = newCallID(prefix, i+1, taken)
		}
		seen[call.ID] = true
	}
}

func mendArguments(call *ToolCall) {
	f := &call.Function
	if raw := rawMember(f.Extra, "arguments"); f.Arguments != "" && f.Arguments == string(raw) {
		if f.Extra = without(f.Extra, "arguments"); len(f.Extra) == 0 {
			f.Extra = nil
		}
		f.presence.Set(functionCallArguments, wire.Plain)
		return
	}
	_, odd := call.Extra["function"]
	if _, ok := f.Extra["arguments"]; ok || odd {
		return // the arguments are there, in another JSON type
	}
	isFunction := call.Type == "" || call.Type == "function"
	if isFunction && isBlank(f.Arguments) {
		f.Arguments = "{}"
	}
}

// callPrefix returns what made-up ids begin with. It differs between completions,
// because some providers want ids to be unique in the whole conversation.
func (c *ChatCompletion) callPrefix() string {
	if c.ID == "" && c.Created == 0 && c.Model == "" {
		return "call_"
	}
	h := fnv.New64a()
	add := func(s string) {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	m := &c.first().Message
	add(c.ID)
	add(strconv.FormatInt(c.Created, 10))
	add(c.Model)
	add(m.Text())
	for i := range m.ToolCalls {
		add(m.ToolCalls[i].Function.Name)
		add(m.ToolCalls[i].Function.Arguments)
	}
	return "call_" + strconv.FormatUint(h.Sum64(), 36) + "_"
}

// newCallID returns an id that is not taken, counting up from n.
func newCallID(prefix string, n int, taken map[string]bool) string {
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
	return cmp.Or(choice.Delta.Content, choice.Text)
}

// Reasoning returns the readable reasoning that the chunk adds to the choice with
// index 0. A loop over chunks cannot tell where one of several summaries ends:
// [ChatCompletion.Reasoning] of the whole answer puts a blank line there.
func (c *ChatCompletionChunk) Reasoning() string {
	choice := c.first()
	d := &choice.Delta
	if text := cmp.Or(d.Reasoning, d.ReasoningContent); text != "" {
		return text
	}
	if text := joinReasoning(d.ReasoningDetails, ""); text != "" {
		return text
	}
	if d.Extra != nil {
		if text := thinkingOf(d.oddContent(), ""); text != "" {
			return text
		}
	}
	if choice.Extra == nil {
		return ""
	}
	text, details := promptReasoning(choice.Extra)
	return cmp.Or(text, joinReasoning(details, ""))
}

// oddContent returns the parts of a content that is a list or an object.
func (d *Delta) oddContent() []Part {
	if raw := rawMember(d.Extra, "content"); begins(raw, "{[") {
		return contentOf(raw)
	}
	return nil
}

// noChoice is never written to.
var noChoice ChunkChoice

// first returns what the chunk adds to the choice with index 0, or an empty one.
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

// hasParts reports whether a content has more than empty texts.
func hasParts(parts []Part) bool {
	return slices.ContainsFunc(parts, func(p Part) bool {
		return p.Type != PartTypeText && (!p.isThinking() || p.thinking() != "") || p.Text != ""
	})
}

// hasUnknownText reports whether an unknown member is a part of the answer: a text,
// or an object with one.
func hasUnknownText(extra map[string]any) bool {
	for name := range extra {
		switch raw := rawMember(extra, name); {
		case isTextName(name) && begins(raw, `"`):
			if !isEmptyValue(raw) {
				return true
			}
		case begins(raw, "{") && name != "message":
			if hasText(rawMembers(raw)) {
				return true
			}
		case name == "reasoning_details" && begins(raw, "["):
			if !isEmptyValue(raw) {
				return true
			}
		}
	}
	return false
}

// chunk returns the answer as a single chunk, which shares no memory with it that a
// caller can write to.
func (c *ChatCompletion) chunk() *ChatCompletionChunk {
	chunk := &ChatCompletionChunk{
		ID: c.ID, Object: "chat.completion.chunk", Created: c.Created, Model: c.Model, Provider: c.Provider,
		SystemFingerprint: c.SystemFingerprint, ServiceTier: c.ServiceTier, Usage: cloneUsage(c.Usage),
		OpenRouterMetadata: cloneRouterMetadata(c.OpenRouterMetadata), Debug: cloneDebug(c.Debug), UserID: c.UserID, Extra: cloneExtra(c.Extra),
	}
	for i := range c.Choices {
		chunk.Choices = append(chunk.Choices, c.Choices[i].chunk())
	}
	return chunk
}

func (c *Choice) chunk() ChunkChoice {
	m := c.Message.clone()
	chunk := ChunkChoice{
		Index: c.Index,
		Delta: Delta{
			Role: m.Role, Content: m.Text(), Reasoning: m.Reasoning, ReasoningContent: m.ReasoningContent, Refusal: m.Refusal,
			ToolCalls: m.ToolCalls, ReasoningDetails: m.ReasoningDetails, Images: m.Images, Audio: m.Audio, Annotations: m.Annotations,
			Extra: m.Extra,
		},
		Text:               c.Text,
		FinishReason:       c.FinishReason,
		NativeFinishReason: c.NativeFinishReason,
		Logprobs:           cloneLogprobs(c.Logprobs),
		Extra:              cloneExtra(c.Extra),
	}
	if len(m.Content) > 0 && !isPlainText(m.Content) {
		set(&chunk.Delta.Extra, "content", func(w *wire.Writer) { writeList(w, m.Content) })
	}
	if c.Reasoning != "" {
		set(&chunk.Extra, "reasoning", func(w *wire.Writer) { w.String(c.Reasoning) })
	}
	if c.ReasoningDetails != nil {
		set(&chunk.Extra, "reasoning_details", func(w *wire.Writer) { writeList(w, c.ReasoningDetails) })
	}
	return chunk
}

// set puts a member that write writes into extra.
func set(extra *map[string]any, name string, write func(*wire.Writer)) {
	w := wire.NewWriter(nil)
	write(&w)
	if raw, err := w.Bytes(); err == nil {
		if *extra == nil {
			*extra = make(map[string]any, 1)
		}
		(*extra)[name] = json.RawMessage(raw)
	}
}
