package openrouter

import (
	"encoding/json"
	"reflect"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// ChatCompletionRequest is the body of a chat completion request. Only Messages is required, or
// Prompt in its place. A field that is not set is not sent. The service adds no sampling defaults
// of its own: the provider's defaults apply. Endpoints ignore parameters that they do not support,
// unless [ProviderPreferences.RequireParameters] is set.
//
// Ranges and defaults below are those that the service documents.
//
//wire:hot
type ChatCompletionRequest struct {
	// The model.

	// Model is the slug of a model, with or without a suffix such as :free or :nitro. It may also
	// name a router such as openrouter/auto, an alias such as ~openai/gpt-latest, or a preset such
	// as @preset/name. If Model and Models are empty, the account's default model answers.
	Model string `json:"model,omitzero"`
	// Models lists the models to try, in order, if Model fails for any reason. It may also be used
	// without Model. You pay the price of the model that answers.
	Models []string `json:"models,omitzero"`

	// The conversation.

	// Messages must have at least one element, unless Prompt is set.
	Messages []Message `json:"messages,omitzero"`
	// Prompt asks for plain text completion, in place of Messages. The answer is then in
	// [Choice.Text].
	Prompt string `json:"prompt,omitzero"`

	// The length and shape of the answer.

	// MaxCompletionTokens limits the length of the answer, reasoning included. The minimum is 1;
	// some providers require at least 16.
	MaxCompletionTokens *int `json:"max_completion_tokens,omitzero"`
	// MaxTokens is the older name of MaxCompletionTokens. Its limits are the same.
	//
	// Deprecated: use MaxCompletionTokens.
	MaxTokens *int `json:"max_tokens,omitzero"`
	// Stop lists up to 4 stop sequences. The answer ends where the model writes one of them.
	Stop []string `json:"stop,omitzero" wire:"short"`
	// ResponseFormat asks for JSON or another form of text. Nil means any text.
	ResponseFormat ResponseFormat `json:"response_format,omitzero"`
	// StructuredOutputs tells the service that ResponseFormat has a schema. The service does not
	// document what this adds to a [JSONSchemaFormat].
	StructuredOutputs *bool `json:"structured_outputs,omitzero"`
	// Verbosity sets how much the model writes. On Anthropic models it takes precedence over
	// [Reasoning.Effort].
	Verbosity Verbosity `json:"verbosity,omitzero"`
	// Modalities lists the kinds of output that you want.
	Modalities []Modality `json:"modalities,omitzero"`
	// Audio sets the voice and the format of spoken output. It requires a stream, and both text and
	// audio in Modalities.
	Audio *AudioConfig `json:"audio,omitzero"`
	// ImageConfig holds options of the image model, such as aspect_ratio and image_size. Values are
	// strings, numbers or lists.
	ImageConfig map[string]any `json:"image_config,omitzero"`
	// Prediction is text that the answer is expected to repeat. It makes some models faster.
	Prediction *Prediction `json:"prediction,omitzero"`
	// N is the number of choices. The service documents only 1.
	N *int `json:"n,omitzero"`

	// Reasoning.

	// Reasoning sets how much a reasoning model thinks, and how much of its reasoning is returned.
	// A pointer to the zero value is sent as {}, which asks for reasoning with the model's
	// defaults.
	Reasoning *Reasoning `json:"reasoning,omitzero"`
	// ReasoningEffort is a short form of [Reasoning.Effort]. The service refuses a request if the
	// two differ.
	ReasoningEffort ReasoningEffort `json:"reasoning_effort,omitzero"`
	// IncludeReasoning true means the same as an empty Reasoning, and false the same as
	// [Reasoning.Exclude].
	//
	// Deprecated: use Reasoning.
	IncludeReasoning *bool `json:"include_reasoning,omitzero"`

	// Tools.

	// Tools lists the functions that the model may call and the tools that the service runs for it.
	// Send the same tools with every request of a conversation, including the one with the results.
	Tools []Tool `json:"tools,omitzero"`
	// ToolChoice forbids or requires tool calls. If it is nil, the model decides.
	ToolChoice ToolChoice `json:"tool_choice,omitzero"`
	// ParallelToolCalls allows several calls in one turn. The default is true.
	ParallelToolCalls *bool `json:"parallel_tool_calls,omitzero"`
	// MaxToolCalls limits the steps of the server tools. The default and the maximum are 30. It has
	// no effect if StopServerToolsWhen is set.
	MaxToolCalls *int `json:"max_tool_calls,omitzero"`
	// StopServerToolsWhen stops the server tools as soon as one of its conditions is met. Pending
	// calls still run. Then the model answers in a last turn without tools. The service refuses an
	// empty list; nil is not sent.
	StopServerToolsWhen []StopCondition `json:"stop_server_tools_when,omitzero"`
	// Plugins change how the service processes the request. A plugin in the list is on, unless its
	// Enabled is false.
	Plugins []Plugin `json:"plugins,omitzero"`
	// WebSearchOptions configures the search that is built into some models. For other models use
	// [WebSearchTool].
	WebSearchOptions *WebSearchOptions `json:"web_search_options,omitzero"`
	// XSearchFilter limits the search of X (formerly Twitter) by xAI models. An invalid filter is
	// silently ignored.
	XSearchFilter *XSearchFilter `json:"x_search_filter,omitzero"`

	// Sampling.

	// Temperature is between 0 and 2; the documented default is 1. Some models refuse a request
	// that sets it.
	Temperature *float64 `json:"temperature,omitzero"`
	// TopP limits the choice to the most likely tokens whose probabilities add up to this value,
	// between 0 and 1. The documented default is 1.
	TopP *float64 `json:"top_p,omitzero"`
	// TopK limits the choice to this many of the most likely tokens. With 1 the model always takes
	// the most likely token.
	TopK *int `json:"top_k,omitzero"`
	// MinP is between 0 and 1. It drops tokens whose probability is less than MinP times that of
	// the most likely token.
	MinP *float64 `json:"min_p,omitzero"`
	// TopA is between 0 and 1. It drops tokens that are improbable compared with the most likely
	// one.
	TopA *float64 `json:"top_a,omitzero"`
	// FrequencyPenalty is between -2 and 2. A positive value makes a token less likely, in
	// proportion to how often it has been used; a negative one more likely.
	FrequencyPenalty *float64 `json:"frequency_penalty,omitzero"`
	// PresencePenalty is between -2 and 2. A positive value makes used tokens less likely, however
	// often they have been used; a negative one more likely.
	PresencePenalty *float64 `json:"presence_penalty,omitzero"`
	// RepetitionPenalty is between 0 and 2; 1 means no penalty. Values above 1 penalize repeated
	// tokens.
	RepetitionPenalty *float64 `json:"repetition_penalty,omitzero"`
	// Seed makes equal requests return equal answers, if the provider supports that. It is between
	// -9007199254740991 and 9007199254740991, the integers that a float64 holds exactly.
	Seed *int64 `json:"seed,omitzero"`
	// LogitBias maps token ids, in decimal, to values between -100 and 100 that make a token less
	// or more likely.
	LogitBias map[string]float64 `json:"logit_bias,omitzero"`
	// Logprobs asks for the log probability of each output token.
	Logprobs *bool `json:"logprobs,omitzero"`
	// TopLogprobs asks for this many of the most likely tokens at each position, 0 to 20. It
	// requires Logprobs.
	TopLogprobs *int `json:"top_logprobs,omitzero"`

	// Routing.

	// Provider chooses among the providers of a model.
	Provider *ProviderPreferences `json:"provider,omitzero"`
	// Route sets how Models are used.
	//
	// Deprecated: use [ProviderSort.Partition].
	Route Route `json:"route,omitzero"`
	// ServiceTier chooses between speed and price, if the provider has service tiers. Empty means
	// the default tier.
	ServiceTier ServiceTier `json:"service_tier,omitzero"`
	// Speed selects fast or standard serving on Anthropic models; see ServiceTier.
	Speed Speed `json:"speed,omitzero"`
	// Preset is the slug of a configuration stored in the account, with or without the prefix
	// @preset/. Fields of the request take precedence over it.
	Preset string `json:"preset,omitzero"`
	// Transforms is the older form of [ContextCompressionPlugin]; middle-out is
	// the only value.
	//
	// Deprecated: use [ContextCompressionPlugin].
	Transforms []string `json:"transforms,omitzero"`

	// Prompt caching.

	// CacheControl caches the prompt up to its last cacheable block, which the service finds. To
	// choose the block yourself, see [Part.CacheControl].
	CacheControl *CacheControl `json:"cache_control,omitzero"`
	// PromptCacheKey sends requests with the same key to the same provider, so that its prompt
	// cache can be used. SessionID takes precedence.
	PromptCacheKey string `json:"prompt_cache_key,omitzero"`
	// PromptCacheOptions limits caching to the marked parts. It works on OpenAI models from GPT-5.6
	// on; for other models the service removes it.
	PromptCacheOptions *PromptCacheOptions `json:"prompt_cache_options,omitzero"`

	// User, session and records.

	// User identifies the end user, in up to 128 characters. It is a stable id or a pseudonym. The
	// service hashes it before it reaches a provider. Without it, a provider's block for abuse can
	// affect the whole account.
	User string `json:"user,omitzero"`
	// SessionID groups the requests of a conversation or an agent. The service prefers one provider
	// for them, so that its prompt cache can be used, and groups them in the logs. SessionID takes
	// precedence over the header x-session-id. The service accepts 256 characters. Validation refuses
	// more than 128, an older limit; [WithoutValidation] with "session_id" sends longer ids.
	SessionID string `json:"session_id,omitzero"`
	// Metadata is stored with the request. It may have 16 pairs, with keys of up to 64 and values
	// of up to 512 characters.
	Metadata map[string]string `json:"metadata,omitzero"`
	// Trace places the request in a trace of the observability tools that the account uses.
	Trace *Trace `json:"trace,omitzero"`

	// Streaming.

	// Stream is what a decoded request asked for. The method that sends a request decides:
	// [ChatService.Stream] sends true, and [ChatService.Create] refuses true.
	Stream *bool `json:"stream,omitzero"`
	// StreamOptions has no effect on the service. Other servers of the same API use it.
	StreamOptions *StreamOptions `json:"stream_options,omitzero"`
	// Usage has no effect any more: every answer reports its usage.
	Usage *UsageOptions `json:"usage,omitzero"`
	// Debug makes a stream return the body that was sent to the provider.
	Debug *DebugOptions `json:"debug,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation. Use it
	// for parameters that only one provider has.
	Extra map[string]any `json:"-"`

	presence widePresence
}

// ChatCompletion is the answer to a [ChatCompletionRequest]. Its methods return zero values if it
// is nil or has no choices.
//
//wire:hot
type ChatCompletion struct {
	// ID identifies the generation. [GenerationsService.Get] returns its cost and outcome.
	ID string `json:"id"`
	// Object is chat.completion.
	Object string `json:"object"`
	// Created is a Unix time in seconds.
	Created int64 `json:"created"`
	// Model is the dated slug of the model that answered. It often differs from the slug of the
	// request.
	Model string `json:"model"`
	// Provider is the display name of the provider that answered, such as Amazon Bedrock.
	Provider string `json:"provider,omitzero"`
	// Choices has one element in practice.
	Choices []Choice `json:"choices" wire:"strict"`
	// SystemFingerprint is empty on most answers.
	SystemFingerprint string `json:"system_fingerprint,omitzero"`
	// ServiceTier is the tier that the provider used: default, flex, priority, provisioned or
	// another.
	ServiceTier string `json:"service_tier,omitzero"`
	Usage       *Usage `json:"usage,omitzero"`
	// OpenRouterMetadata describes how the request was routed. It is set if the call used
	// [WithRouterMetadata].
	OpenRouterMetadata *RouterMetadata `json:"openrouter_metadata,omitzero"`

	// Error is a failure that was reported with status 200. Calls return it as an [*APIError].
	Error *ErrorObject `json:"error,omitzero" wire:"strict"`
	// UserID is the account that the failure was reported for.
	UserID string `json:"user_id,omitzero"`

	// Debug is the result of the request's Debug option. Only answers of streams have it.
	Debug *Debug `json:"debug,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Choice is one answer of a [ChatCompletion].
type Choice struct {
	Index int `json:"index"`
	// Message is the reply exactly as received. Use [ChatCompletion.Message] to append it to the
	// next request.
	Message Message `json:"message,omitzero"`

	// Text, Reasoning and ReasoningDetails are set in place of Message if the request had a Prompt.
	Text             string            `json:"text,omitzero"`
	Reasoning        string            `json:"reasoning,omitzero"`
	ReasoningDetails []ReasoningDetail `json:"reasoning_details,omitzero"`

	FinishReason FinishReason `json:"finish_reason" wire:"null"`
	// NativeFinishReason is the finish reason in the provider's own words.
	NativeFinishReason string    `json:"native_finish_reason,omitzero"`
	Logprobs           *Logprobs `json:"logprobs,omitzero"`
	// Error is set if the model failed before its answer was complete. Message then holds what it
	// had written.
	Error *ErrorObject `json:"error,omitzero" wire:"strict"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ChatCompletionChunk is one event of a [Stream]. Its methods return zero values if it is nil or
// has no choices.
//
//wire:hot
type ChatCompletionChunk struct {
	// ID is the same on every chunk of an answer.
	ID string `json:"id"`
	// Object is chat.completion.chunk.
	Object string `json:"object"`
	// Created is a Unix time in seconds.
	Created int64 `json:"created"`
	// Model is the dated slug of the model that answers.
	Model string `json:"model"`
	// Provider is the display name of the provider that answers.
	Provider string `json:"provider,omitzero"`
	// Choices is empty on a chunk that carries only other data.
	Choices []ChunkChoice `json:"choices" wire:"strict"`
	// Usage is set on one of the last chunks. If several chunks have it, the last one counts.
	Usage             *Usage `json:"usage,omitzero"`
	SystemFingerprint string `json:"system_fingerprint,omitzero"`
	ServiceTier       string `json:"service_tier,omitzero"`
	// OpenRouterMetadata is set on the last chunk if the call used [WithRouterMetadata].
	OpenRouterMetadata *RouterMetadata `json:"openrouter_metadata,omitzero"`

	// Error means that the answer failed, whatever else the chunk has. Chunks with usage may
	// follow.
	Error *ErrorObject `json:"error,omitzero" wire:"strict"`
	// Debug is set on chunks of its own before the answer, one for each provider that was tried.
	Debug *Debug `json:"debug,omitzero"`
	// UserID is the account that the failure was reported for.
	UserID string `json:"user_id,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ChunkChoice holds what a chunk adds to one choice.
//
//wire:adopts
type ChunkChoice struct {
	Index int   `json:"index"`
	Delta Delta `json:"delta"`
	// Text is used in place of Delta if the request has a Prompt.
	Text string `json:"text,omitzero" wire:"text"`
	// FinishReason does not mean the end of the stream: content and usage may follow. It may be
	// repeated, change, or never come.
	FinishReason FinishReason `json:"finish_reason" wire:"null"`
	// NativeFinishReason is the finish reason in the provider's own words.
	NativeFinishReason string       `json:"native_finish_reason,omitzero"`
	Logprobs           *Logprobs    `json:"logprobs,omitzero"`
	Error              *ErrorObject `json:"error,omitzero" wire:"strict"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Delta is a fragment of a [Message]. An [Accumulator] joins the fragments. Fragments of different
// fields may come in any order and may alternate.
//
//wire:adopts
type Delta struct {
	// Role is repeated on most chunks.
	Role    Role   `json:"role,omitzero"`
	Content string `json:"content,omitzero" wire:"text"`
	// Reasoning repeats the text of ReasoningDetails.
	Reasoning string `json:"reasoning,omitzero" wire:"text"`
	// ReasoningContent is another name of Reasoning.
	ReasoningContent string `json:"reasoning_content,omitzero" wire:"text"`
	Refusal          string `json:"refusal,omitzero" wire:"text"`
	// ToolCalls are fragments. A call is complete only at the end of the stream, even if its
	// arguments can be parsed earlier.
	ToolCalls        []ToolCall        `json:"tool_calls,omitzero"`
	ReasoningDetails []ReasoningDetail `json:"reasoning_details,omitzero"`
	// Images are complete, not fragments.
	Images []Image `json:"images,omitzero"`
	Audio  *Audio  `json:"audio,omitzero"`
	// Annotations are complete, not fragments.
	Annotations []Annotation `json:"annotations,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
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
