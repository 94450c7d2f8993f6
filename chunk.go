package openrouter

import "encoding/json"

// ChatCompletionChunk is one event of a [Stream]. Its methods work on nil and
// without choices, where they return zero values.
//
//wire:hot
type ChatCompletionChunk struct {
	// ID is the same on every chunk of an answer.
	ID string `json:"id"`
	// Object is chat.completion.chunk.
	Object string `json:"object"`
	// Created is a Unix time in seconds.
	Created int64 `json:"created"`
	// Model is the model that answers, in its dated spelling.
	Model string `json:"model"`
	// Provider is the display name of the provider that answers.
	Provider string `json:"provider,omitzero"`
	// Choices is empty on a chunk that carries something else.
	Choices []ChunkChoice `json:"choices" wire:"strict"`
	// Usage is set on one of the last chunks. Should there be several, the last
	// one counts.
	Usage             *Usage `json:"usage,omitzero"`
	SystemFingerprint string `json:"system_fingerprint,omitzero"`
	ServiceTier       string `json:"service_tier,omitzero"`
	// OpenRouterMetadata comes with the last chunk, when the call asked for it.
	OpenRouterMetadata *RouterMetadata `json:"openrouter_metadata,omitzero"`

	// Error ends the answer, whatever else the chunk says.
	Error *ErrorObject `json:"error,omitzero" wire:"strict"`
	// Debug comes on chunks of its own, before the answer, one for each
	// provider that was tried.
	Debug *Debug `json:"debug,omitzero"`
	// UserID is the account an Error is reported for.
	UserID string `json:"user_id,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ChunkChoice is what a chunk adds to one choice.
type ChunkChoice struct {
	Index int   `json:"index"`
	Delta Delta `json:"delta"`
	// Text is used instead of Delta when the request has a prompt.
	Text string `json:"text,omitzero" wire:"text"`
	// FinishReason is not the end of the stream: content and usage may follow,
	// it may be repeated, change, or never come.
	FinishReason FinishReason `json:"finish_reason" wire:"null"`
	// NativeFinishReason is the reason in the provider's own words.
	NativeFinishReason string       `json:"native_finish_reason,omitzero"`
	Logprobs           *Logprobs    `json:"logprobs,omitzero"`
	Error              *ErrorObject `json:"error,omitzero" wire:"strict"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Delta is a fragment of a [Message]. [Accumulator] puts fragments together.
// Fragments of different fields come in any order, and may alternate.
type Delta struct {
	// Role is repeated on most chunks.
	Role    Role   `json:"role,omitzero"`
	Content string `json:"content,omitzero" wire:"text"`
	// Reasoning repeats the text of ReasoningDetails.
	Reasoning string `json:"reasoning,omitzero" wire:"text"`
	// ReasoningContent is another spelling of Reasoning.
	ReasoningContent string `json:"reasoning_content,omitzero" wire:"text"`
	Refusal          string `json:"refusal,omitzero" wire:"text"`
	// ToolCalls are fragments. That the arguments can be parsed so far does not
	// make a call complete.
	ToolCalls        []ToolCall        `json:"tool_calls,omitzero"`
	ReasoningDetails []ReasoningDetail `json:"reasoning_details,omitzero"`
	// Images are complete.
	Images []Image `json:"images,omitzero"`
	Audio  *Audio  `json:"audio,omitzero"`
	// Annotations are complete.
	Annotations []Annotation `json:"annotations,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

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
