package openrouter

import (
	"slices"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// ModelList is one page of models. It has all models, unless the request had a limit or an offset.
type ModelList struct {
	Data []Model `json:"data"`
	// TotalCount is the number of models that match, on all pages.
	TotalCount int       `json:"total_count"`
	Links      PageLinks `json:"links"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// PageLinks links a page to other pages.
type PageLinks struct {
	// Next is the address of the next page, relative to the address of this page. It is empty on
	// the last page. [ModelsService.All] follows it.
	Next string `json:"next" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Model is a model that the service offers.
type Model struct {
	// ID is the slug for [ChatCompletionRequest.Model].
	ID string `json:"id"`
	// CanonicalSlug is the permanent slug of the model. [ChatCompletion.Model] has this form.
	CanonicalSlug string `json:"canonical_slug"`
	// Name is the display name.
	Name        string `json:"name"`
	Description string `json:"description,omitzero"`
	// Created is a Unix time in seconds.
	Created int64 `json:"created"`
	// KnowledgeCutoff is the last day of the training data, as YYYY-MM-DD. It is empty if unknown.
	KnowledgeCutoff string `json:"knowledge_cutoff,omitzero"`
	// ExpirationDate is the day after which the model may be removed, as YYYY-MM-DD. It is empty if
	// there is none.
	ExpirationDate string `json:"expiration_date,omitzero"`
	HuggingFaceID  string `json:"hugging_face_id,omitzero"`
	// ContextLength is the maximum number of tokens of prompt and answer together; 0 means unknown.
	ContextLength int               `json:"context_length" wire:"null"`
	Architecture  ModelArchitecture `json:"architecture"`
	Pricing       ModelPricing      `json:"pricing"`
	TopProvider   TopProvider       `json:"top_provider"`
	// PerRequestLimits is nil if there are none.
	PerRequestLimits *PerRequestLimits `json:"per_request_limits" wire:"null"`
	// SupportedParameters lists the request parameters that the model supports. Some of its
	// providers may support fewer; see [ProviderPreferences.RequireParameters].
	SupportedParameters []ModelParameter `json:"supported_parameters"`
	// DefaultParameters is nil if there are none.
	DefaultParameters *DefaultParameters `json:"default_parameters" wire:"null"`
	// SupportedVoices is nil for models without speech output.
	SupportedVoices []string `json:"supported_voices" wire:"null"`
	// Reasoning is nil for models that do not reason, and for routers.
	Reasoning *ModelReasoning `json:"reasoning,omitzero"`
	Links     ModelLinks      `json:"links"`
	// Benchmarks is nil if there are none.
	Benchmarks *ModelBenchmarks `json:"benchmarks,omitzero"`
	// AliasTarget is the model that an alias such as ~openai/gpt-latest currently stands for. It is
	// nil if this model is not an alias.
	AliasTarget *ModelAlias `json:"alias_target,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Supports reports whether the model supports all of these parameters of a request.
func (m *Model) Supports(params ...ModelParameter) bool {
	return containsAll(m.SupportedParameters, params)
}

// Accepts reports whether all of these kinds of input may be in a request.
func (m *Model) Accepts(inputs ...Modality) bool {
	return containsAll(m.Architecture.InputModalities, inputs)
}

// Produces reports whether all of these kinds of output may be in an answer.
func (m *Model) Produces(outputs ...Modality) bool {
	return containsAll(m.Architecture.OutputModalities, outputs)
}

func containsAll[S ~string](list, wanted []S) bool {
	return !slices.ContainsFunc(wanted, func(s S) bool { return !slices.Contains(list, s) })
}

// Call describes the HTTP exchange that returned the model. It is zero for a model of a list.
func (m *Model) Call() CallInfo {
	if m == nil {
		return CallInfo{}
	}
	return m.call.value()
}

func (m *Model) received(call *CallInfo) { m.call = call }

// ModelArchitecture describes the input and the output of a model.
type ModelArchitecture struct {
	// Modality is a summary, such as text+image->text.
	Modality         string     `json:"modality" wire:"null"`
	InputModalities  []Modality `json:"input_modalities"`
	OutputModalities []Modality `json:"output_modalities"`
	// Tokenizer is a tokenizer family, such as GPT, Claude or Llama4.
	Tokenizer string `json:"tokenizer,omitzero"`
	// InstructType is the prompt format, such as chatml; empty for most models.
	InstructType string `json:"instruct_type,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Modalities that only lists of models have. Requests accept [ModalityText], [ModalityImage] and
// [ModalityAudio].
const (
	ModalityFile          Modality = "file"
	ModalityVideo         Modality = "video"
	ModalityEmbeddings    Modality = "embeddings"
	ModalityRerank        Modality = "rerank"
	ModalitySpeech        Modality = "speech"
	ModalityTranscription Modality = "transcription"
)

// TopProvider describes the provider that the service prefers for a model.
type TopProvider struct {
	// IsModerated is true if prompts are checked before the model sees them.
	IsModerated bool `json:"is_moderated"`
	// ContextLength is in tokens; 0 means unknown.
	ContextLength int `json:"context_length,omitzero"`
	// MaxCompletionTokens is 0 if the provider states no limit.
	MaxCompletionTokens int `json:"max_completion_tokens,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PerRequestLimits is the maximum number of tokens of one request.
type PerRequestLimits struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// DefaultParameters holds the default values that the service lists for a model. Nil means that it
// lists none for that parameter.
type DefaultParameters struct {
	Temperature       *float64 `json:"temperature,omitzero"`
	TopP              *float64 `json:"top_p,omitzero"`
	TopK              *int     `json:"top_k,omitzero"`
	FrequencyPenalty  *float64 `json:"frequency_penalty,omitzero"`
	PresencePenalty   *float64 `json:"presence_penalty,omitzero"`
	RepetitionPenalty *float64 `json:"repetition_penalty,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ModelReasoning describes how the reasoning of a model can be set.
type ModelReasoning struct {
	// Mandatory is true if reasoning cannot be turned off.
	Mandatory bool `json:"mandatory"`
	// SupportedEfforts lists the efforts that the model accepts, the highest first. Nil means
	// either that it accepts any effort or that it accepts none. [ModelReasoning.AcceptsEffort]
	// tells which.
	SupportedEfforts []ReasoningEffort `json:"supported_efforts,omitzero"`
	// DefaultEffort applies if a request turns reasoning on without an effort.
	DefaultEffort ReasoningEffort `json:"default_effort,omitzero"`
	// DefaultEnabled is true if the model reasons unless a request turns it off.
	DefaultEnabled bool `json:"default_enabled,omitzero"`
	// SupportsMaxTokens is true if the model accepts [Reasoning.MaxTokens].
	SupportsMaxTokens bool `json:"supports_max_tokens,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// AcceptsEffort reports whether a request may set this effort. It may if SupportedEfforts contains
// the effort, or if the service sent null for SupportedEfforts, which means any. It may never set
// [EffortNone] if reasoning is mandatory. AcceptsEffort returns false on nil.
func (r *ModelReasoning) AcceptsEffort(effort ReasoningEffort) bool {
	switch {
	case r == nil || effort == EffortNone && r.Mandatory:
		return false
	case r.SupportedEfforts != nil:
		return slices.Contains(r.SupportedEfforts, effort)
	}
	return r.presence.Form(modelReasoningSupportedEfforts) == wire.Null
}

// ModelLinks links to more information about a model.
type ModelLinks struct {
	// Details is the path of the model's endpoints, such as
	// /api/v1/models/openai/gpt-5.2/endpoints.
	Details string `json:"details"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ModelAlias is the model that an alias stands for.
type ModelAlias struct {
	// Slug is the [Model.ID] of that model.
	Slug string `json:"slug"`
	Name string `json:"name"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Call describes the HTTP exchange that returned the page.
func (l *ModelList) Call() CallInfo {
	if l == nil {
		return CallInfo{}
	}
	return l.call.value()
}

func (l *ModelList) received(call *CallInfo) { l.call = call }

func (l *ModelList) problem() error {
	if l.Data == nil {
		return missing("data")
	}
	return nil
}

// ModelPricing holds the prices of a model, in USD per unit, such as a token. Limits of prices, such
// as [MaxPrice], are in USD per million tokens; [Decimal.PerMillion] converts. A price that is zero,
// or does not apply, is "0" or empty. The price -1 of a router depends on the model that answers.
// [ModelPricing.Cost] calculates.
type ModelPricing struct {
	// Prompt is the price in USD per token of the prompt.
	Prompt Decimal `json:"prompt"`
	// Completion is the price in USD per token of the answer.
	Completion Decimal `json:"completion"`
	// Request is the price in USD per request, in addition.
	Request Decimal `json:"request,omitzero"`
	// Image is the price in USD per image in the prompt.
	Image Decimal `json:"image,omitzero"`
	// ImageToken is the price in USD per token of an image.
	ImageToken Decimal `json:"image_token,omitzero"`
	// ImageOutput is the price in USD per image in the answer.
	ImageOutput Decimal `json:"image_output,omitzero"`
	// Audio is the price in USD per audio token in the prompt.
	Audio Decimal `json:"audio,omitzero"`
	// AudioOutput is the price in USD per audio token in the answer.
	AudioOutput Decimal `json:"audio_output,omitzero"`
	// InputAudioCache is the price in USD per audio token read from the prompt cache.
	InputAudioCache Decimal `json:"input_audio_cache,omitzero"`
	// InputCacheRead is the price in USD per token read from the prompt cache.
	InputCacheRead Decimal `json:"input_cache_read,omitzero"`
	// InputCacheWrite is the price in USD per token written to the prompt cache. If the price
	// depends on the TTL, it is the price for 5 minutes.
	InputCacheWrite Decimal `json:"input_cache_write,omitzero"`
	// InputCacheWrite1h is the price in USD per token written to the prompt cache for an hour. It is
	// empty if there is no separate price.
	InputCacheWrite1h Decimal `json:"input_cache_write_1h,omitzero"`
	// InternalReasoning is the price in USD per reasoning token.
	InternalReasoning Decimal `json:"internal_reasoning,omitzero"`
	// WebSearch is the price in USD per search.
	WebSearch Decimal `json:"web_search,omitzero"`

	// Discount is a fraction: prices are multiplied by 1 - Discount. 0 means no discount, 1 means
	// free.
	Discount float64 `json:"discount,omitzero"`
	// Overrides are other prices for certain requests. If several apply, the last one wins,
	// separately for each price.
	Overrides []PricingOverride `json:"overrides,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
	numbers  numbers
}

// PricingOverride holds prices for requests that meet all of its conditions, in the units of
// [ModelPricing]. An empty price means that the usual price applies.
type PricingOverride struct {
	// MinPromptTokens is met if the prompt has more tokens than this.
	MinPromptTokens int `json:"min_prompt_tokens,omitzero"`
	// UTCStart and UTCEnd are the time of day, in UTC, at which the prices begin and stop to apply.
	// They are numbers of the form HHMM: 1030 is half past ten. UTCStart may be later than UTCEnd,
	// across midnight. Both are 0 if the time of day does not matter.
	UTCStart int `json:"utc_start,omitzero"`
	UTCEnd   int `json:"utc_end,omitzero"`

	Prompt            Decimal `json:"prompt,omitzero"`
	Completion        Decimal `json:"completion,omitzero"`
	Audio             Decimal `json:"audio,omitzero"`
	InputAudioCache   Decimal `json:"input_audio_cache,omitzero"`
	InputCacheRead    Decimal `json:"input_cache_read,omitzero"`
	InputCacheWrite   Decimal `json:"input_cache_write,omitzero"`
	InputCacheWrite1h Decimal `json:"input_cache_write_1h,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
	numbers  numbers
}

// ModelBenchmarks holds third-party measurements of a model.
type ModelBenchmarks struct {
	// ArtificialAnalysis is nil if there is none.
	ArtificialAnalysis *ArtificialAnalysis `json:"artificial_analysis,omitzero"`
	// DesignArena has one element for each combination of arena and category.
	DesignArena []DesignArenaRank `json:"design_arena"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ArtificialAnalysis holds the indexes that the company Artificial Analysis measured; 0 means not
// measured.
type ArtificialAnalysis struct {
	IntelligenceIndex float64 `json:"intelligence_index" wire:"null"`
	CodingIndex       float64 `json:"coding_index" wire:"null"`
	AgenticIndex      float64 `json:"agentic_index" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// DesignArenaRank is the result of a model in a comparison by Design Arena.
type DesignArenaRank struct {
	// Arena is the kind of participants, such as models or builders.
	Arena string `json:"arena"`
	// Category is the task, such as website.
	Category string  `json:"category"`
	Elo      float64 `json:"elo"`
	// WinRate is in percent.
	WinRate float64 `json:"win_rate"`
	// Rank is the place among the models of the service; 1 is the best.
	Rank int `json:"rank"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ModelParameter is a request parameter that a model may support. Other values are possible.
type ModelParameter string

const (
	ModelParameterTemperature         ModelParameter = "temperature"
	ModelParameterTopP                ModelParameter = "top_p"
	ModelParameterTopK                ModelParameter = "top_k"
	ModelParameterMinP                ModelParameter = "min_p"
	ModelParameterTopA                ModelParameter = "top_a"
	ModelParameterFrequencyPenalty    ModelParameter = "frequency_penalty"
	ModelParameterPresencePenalty     ModelParameter = "presence_penalty"
	ModelParameterRepetitionPenalty   ModelParameter = "repetition_penalty"
	ModelParameterMaxTokens           ModelParameter = "max_tokens"
	ModelParameterMaxCompletionTokens ModelParameter = "max_completion_tokens"
	ModelParameterLogitBias           ModelParameter = "logit_bias"
	ModelParameterLogprobs            ModelParameter = "logprobs"
	ModelParameterTopLogprobs         ModelParameter = "top_logprobs"
	ModelParameterPrediction          ModelParameter = "prediction"
	ModelParameterSeed                ModelParameter = "seed"
	ModelParameterResponseFormat      ModelParameter = "response_format"
	// ModelParameterStructuredOutputs means a response format with a schema, such as
	// [JSONSchemaFormat].
	ModelParameterStructuredOutputs ModelParameter = "structured_outputs"
	ModelParameterStop              ModelParameter = "stop"
	ModelParameterTools             ModelParameter = "tools"
	ModelParameterToolChoice        ModelParameter = "tool_choice"
	ModelParameterParallelToolCalls ModelParameter = "parallel_tool_calls"
	ModelParameterIncludeReasoning  ModelParameter = "include_reasoning"
	ModelParameterReasoning         ModelParameter = "reasoning"
	ModelParameterReasoningEffort   ModelParameter = "reasoning_effort"
	ModelParameterWebSearchOptions  ModelParameter = "web_search_options"
	ModelParameterVerbosity         ModelParameter = "verbosity"
)
