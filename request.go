package openrouter

// ChatCompletionRequest is the body of a chat completion. Only Messages, or
// Prompt in their place, is required. What is left out stays out: the service
// fills in no sampling values of its own, the provider's defaults hold.
// Parameters that the chosen endpoint does not support are ignored, unless
// [ProviderPreferences.RequireParameters] is set.
//
// Ranges and defaults are given where the service states them.
//
//wire:hot
type ChatCompletionRequest struct {
	// The model.

	// Model is the slug of a model, with or without a suffix such as :free or
	// :nitro, of a router such as openrouter/auto, of an alias such as
	// ~openai/gpt-latest, or of a preset such as @preset/name. Empty is the
	// account's default model.
	Model string `json:"model,omitzero"`
	// Models are the models to fall back on, in order, when one fails for any
	// reason. They come after Model, or stand alone. The price is that of the
	// model that answers.
	Models []string `json:"models,omitzero"`

	// The conversation.

	// Messages has at least one element, unless Prompt is set.
	Messages []Message `json:"messages,omitzero"`
	// Prompt replaces Messages for plain text completion. The text of the
	// answer is then in [Choice.Text].
	Prompt string `json:"prompt,omitzero"`

	// The length and shape of the answer.

	// MaxCompletionTokens bounds the answer, reasoning included. It is at least
	// 1, for some providers 16. The founding document has it as a double; the
	// service takes integers.
	MaxCompletionTokens *int `json:"max_completion_tokens,omitzero"`
	// MaxTokens is the older name of MaxCompletionTokens, with the same limits.
	// The founding document has it as a double and as current.
	//
	// Deprecated: use MaxCompletionTokens.
	MaxTokens *int `json:"max_tokens,omitzero"`
	// Stop holds up to 4 texts, each of which ends the answer.
	Stop []string `json:"stop,omitzero" wire:"short"`
	// ResponseFormat asks for JSON or for another form of text.
	ResponseFormat ResponseFormat `json:"response_format,omitzero"`
	// StructuredOutputs announces a schema in ResponseFormat. The service lists
	// the parameter without saying what it adds to a [JSONSchemaFormat].
	StructuredOutputs *bool `json:"structured_outputs,omitzero"`
	// Verbosity is how much the model should write. On Anthropic models it
	// takes precedence over [Reasoning.Effort].
	Verbosity Verbosity `json:"verbosity,omitzero"`
	// Modalities are the kinds of output wanted.
	Modalities []Modality `json:"modalities,omitzero"`
	// Audio is the voice of spoken output. It takes a stream, and text and
	// audio in Modalities.
	Audio *AudioConfig `json:"audio,omitzero"`
	// ImageConfig sets what the image model takes: aspect_ratio and image_size,
	// for instance. Values are strings, numbers and lists.
	ImageConfig map[string]any `json:"image_config,omitzero"`
	// Prediction is text the answer is expected to repeat, which makes some
	// models faster.
	Prediction *Prediction `json:"prediction,omitzero"`
	// N is the number of choices. The service documents no other than 1.
	N *int `json:"n,omitzero"`

	// Reasoning.

	// Reasoning sets how much a reasoning model thinks and what of it is
	// returned. A pointer to the zero value is sent as {}, which asks for
	// reasoning at the model's defaults.
	Reasoning *Reasoning `json:"reasoning,omitzero"`
	// ReasoningEffort is short for [Reasoning.Effort]. The service refuses a
	// request in which the two differ.
	ReasoningEffort ReasoningEffort `json:"reasoning_effort,omitzero"`
	// IncludeReasoning true is short for an empty Reasoning, false for one with
	// [Reasoning.Exclude] set.
	//
	// Deprecated: use Reasoning.
	IncludeReasoning *bool `json:"include_reasoning,omitzero"`

	// Tools.

	// Tools are the functions the model may ask for and the tools the service
	// runs for it. They are sent again with every turn, also with the one that
	// carries results.
	Tools []Tool `json:"tools,omitzero"`
	// ToolChoice forbids or demands calls; by default the model decides.
	ToolChoice ToolChoice `json:"tool_choice,omitzero"`
	// ParallelToolCalls allows several calls in one turn. The default is true.
	ParallelToolCalls *bool `json:"parallel_tool_calls,omitzero"`
	// MaxToolCalls is the number of steps the server tools may take, at most
	// and by default 30. StopServerToolsWhen replaces it.
	MaxToolCalls *int `json:"max_tool_calls,omitzero"`
	// StopServerToolsWhen ends the work of the server tools as soon as one of
	// the conditions holds. Pending calls still run, and one last turn without
	// tools answers. When sent it has at least one element.
	StopServerToolsWhen []StopCondition `json:"stop_server_tools_when,omitzero"`
	// Plugins change how the service treats the request. One that is listed is
	// on, unless its Enabled is false.
	Plugins []Plugin `json:"plugins,omitzero"`
	// WebSearchOptions sets up the search that is built into a model. For any
	// other model there is [WebSearchTool].
	WebSearchOptions *WebSearchOptions `json:"web_search_options,omitzero"`
	// XSearchFilter narrows the search of X that xAI models do. The service
	// drops an invalid one without a word.
	XSearchFilter *XSearchFilter `json:"x_search_filter,omitzero"`

	// Sampling.

	// Temperature is between 0 and 2. The founding document gives 1 as its
	// default. Some models refuse it rather than ignore it.
	Temperature *float64 `json:"temperature,omitzero"`
	// TopP keeps the likeliest tokens that together have this probability,
	// between 0 and 1. The founding document gives 1 as its default.
	TopP *float64 `json:"top_p,omitzero"`
	// TopK keeps this many of the likeliest tokens; 1 always takes the
	// likeliest.
	TopK *int `json:"top_k,omitzero"`
	// MinP drops tokens whose probability is less than this share, between 0
	// and 1, of the likeliest one's.
	MinP *float64 `json:"min_p,omitzero"`
	// TopA, between 0 and 1, drops tokens that are improbable beside the
	// likeliest one.
	TopA *float64 `json:"top_a,omitzero"`
	// FrequencyPenalty is between -2 and 2. It grows with the number of times a
	// token has been used.
	FrequencyPenalty *float64 `json:"frequency_penalty,omitzero"`
	// PresencePenalty is between -2 and 2. It is the same however often a token
	// has been used.
	PresencePenalty *float64 `json:"presence_penalty,omitzero"`
	// RepetitionPenalty is between 0 and 2, where 1 is none.
	RepetitionPenalty *float64 `json:"repetition_penalty,omitzero"`
	// Seed makes equal requests answer alike, where the provider can. It is
	// within ±9007199254740991, the integers a float64 can hold.
	Seed *int64 `json:"seed,omitzero"`
	// LogitBias adds between -100 and 100 to the likelihood of tokens. The keys
	// are token ids in decimal.
	LogitBias map[string]float64 `json:"logit_bias,omitzero"`
	// Logprobs asks for the log probabilities of the tokens written.
	Logprobs *bool `json:"logprobs,omitzero"`
	// TopLogprobs asks for those of the likeliest alternatives too, 0 to 20 of
	// them. It takes Logprobs. The founding document has it as a double; the
	// service takes integers.
	TopLogprobs *int `json:"top_logprobs,omitzero"`

	// Routing.

	// Provider chooses among the providers of a model.
	Provider *ProviderPreferences `json:"provider,omitzero"`
	// Route chooses how Models are used. In the founding document it is
	// current, with fallback as its default.
	//
	// Deprecated: use [ProviderSort.Partition].
	Route Route `json:"route,omitzero"`
	// ServiceTier chooses between speed and price, where the provider has
	// tiers. Empty is the default tier.
	ServiceTier ServiceTier `json:"service_tier,omitzero"`
	// Speed is Anthropic's name for the choice between tiers.
	Speed Speed `json:"speed,omitzero"`
	// Preset is the slug of a configuration stored with the account, with or
	// without @preset/ in front. The fields of the request win over it.
	Preset string `json:"preset,omitzero"`
	// Transforms is the older form of [ContextCompressionPlugin]; middle-out is
	// the only value.
	//
	// Deprecated: use [ContextCompressionPlugin].
	Transforms []string `json:"transforms,omitzero"`

	// Prompt caching.

	// CacheControl caches the prompt up to its last cacheable block, which the
	// service finds by itself. To choose the block see [Part.CacheControl].
	CacheControl *CacheControl `json:"cache_control,omitzero"`
	// PromptCacheKey keeps requests with the same key on the same provider, so
	// that its cache is warm. SessionID takes precedence.
	PromptCacheKey string `json:"prompt_cache_key,omitzero"`
	// PromptCacheOptions leaves caching to the parts that are marked. It works
	// on OpenAI models from GPT-5.6 on and is removed for others.
	PromptCacheOptions *PromptCacheOptions `json:"prompt_cache_options,omitzero"`

	// Who asks, and for what record.

	// User identifies the end user, in up to 128 characters: a stable id or a
	// pseudonym. It is hashed before a provider sees it. Without it a
	// provider's block for abuse can hit the whole account.
	User string `json:"user,omitzero"`
	// SessionID groups the requests of a conversation or agent: they stay on
	// one provider, so that its prompt cache is warm, and together in the logs.
	// It takes precedence over the header x-session-id. The service allows 256
	// characters, the founding document 128.
	SessionID string `json:"session_id,omitzero"`
	// Metadata is stored with the request: up to 16 pairs, keys of up to 64
	// characters, values of up to 512.
	Metadata map[string]string `json:"metadata,omitzero"`
	// Trace places the request in a trace, for the observability tools the
	// account sends its requests to.
	Trace *Trace `json:"trace,omitzero"`

	// Streaming.

	// Stream is decided by the method that sends the request,
	// [ChatService.Create] or [ChatService.Stream]. Here it is what a decoded
	// request said.
	Stream *bool `json:"stream,omitzero"`
	// StreamOptions has no effect any more.
	StreamOptions *StreamOptions `json:"stream_options,omitzero"`
	// Usage has no effect any more.
	Usage *UsageOptions `json:"usage,omitzero"`
	// Debug asks a stream to show what was sent to the provider.
	Debug *DebugOptions `json:"debug,omitzero"`

	// Extra holds members this version has no field for, such as parameters
	// that one provider alone understands.
	Extra map[string]any `json:"-"`

	presence widePresence
}
