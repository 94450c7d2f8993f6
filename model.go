package openrouter

import (
	"slices"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// ModelList is a page of models; it is all of them unless the request had a
// limit or an offset.
type ModelList struct {
	Data []Model `json:"data"`
	// TotalCount is how many models match, on all pages.
	TotalCount int       `json:"total_count"`
	Links      PageLinks `json:"links"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// PageLinks leads from page to page.
type PageLinks struct {
	// Next is the address of the next page, relative to that of this one, and
	// empty on the last. [ModelsService.All] follows it.
	Next string `json:"next" wire:"null"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Model is a model that the service offers.
type Model struct {
	// ID is what [ChatCompletionRequest.Model] takes.
	ID string `json:"id"`
	// CanonicalSlug is the model's lasting name. Answers carry it.
	CanonicalSlug string `json:"canonical_slug"`
	// Name is for people.
	Name        string `json:"name"`
	Description string `json:"description,omitzero"`
	// Created is a Unix time in seconds.
	Created int64 `json:"created"`
	// KnowledgeCutoff is the last day of the training data, YYYY-MM-DD, empty
	// if unknown.
	KnowledgeCutoff string `json:"knowledge_cutoff,omitzero"`
	// ExpirationDate is the day after which the model may be removed,
	// YYYY-MM-DD, empty if there is none.
	ExpirationDate string `json:"expiration_date,omitzero"`
	HuggingFaceID  string `json:"hugging_face_id,omitzero"`
	// ContextLength is the most tokens of prompt and answer together; 0 means
	// unknown.
	ContextLength int               `json:"context_length" wire:"null"`
	Architecture  ModelArchitecture `json:"architecture"`
	Pricing       ModelPricing      `json:"pricing"`
	TopProvider   TopProvider       `json:"top_provider"`
	// PerRequestLimits is nil where there are none.
	PerRequestLimits *PerRequestLimits `json:"per_request_limits" wire:"null"`
	// SupportedParameters are the members of a request that the model respects.
	// One of its providers may respect fewer: see
	// [ProviderPreferences.RequireParameters].
	SupportedParameters []ModelParameter `json:"supported_parameters"`
	// DefaultParameters are used where a request has none; nil if there are
	// none.
	DefaultParameters *DefaultParameters `json:"default_parameters" wire:"null"`
	// SupportedVoices is nil for models that do not speak.
	SupportedVoices []string `json:"supported_voices" wire:"null"`
	// Reasoning is nil for models that do not reason, and for routers.
	Reasoning *ModelReasoning `json:"reasoning,omitzero"`
	Links     ModelLinks      `json:"links"`
	// Benchmarks are other people's measurements; nil where there are none.
	Benchmarks *ModelBenchmarks `json:"benchmarks,omitzero"`
	// AliasTarget is the model that an alias, such as one for the latest of a
	// family, stands for at the moment; nil if this is none.
	AliasTarget *ModelAlias `json:"alias_target,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ModelArchitecture is what a model takes and gives.
type ModelArchitecture struct {
	// Modality sums it up, such as text+image->text.
	Modality         string     `json:"modality" wire:"null"`
	InputModalities  []Modality `json:"input_modalities"`
	OutputModalities []Modality `json:"output_modalities"`
	// Tokenizer names the family, such as GPT, Claude or Llama4.
	Tokenizer string `json:"tokenizer,omitzero"`
	// InstructType is the prompt format, such as chatml; empty for most models.
	InstructType string `json:"instruct_type,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Modalities that only models have; requests take the first three.
const (
	ModalityFile          Modality = "file"
	ModalityVideo         Modality = "video"
	ModalityEmbeddings    Modality = "embeddings"
	ModalityRerank        Modality = "rerank"
	ModalitySpeech        Modality = "speech"
	ModalityTranscription Modality = "transcription"
)

// TopProvider is about the provider that the service prefers for a model.
type TopProvider struct {
	// IsModerated says that prompts are checked before the model sees them.
	IsModerated bool `json:"is_moderated"`
	// ContextLength is in tokens; 0 means unknown.
	ContextLength int `json:"context_length,omitzero"`
	// MaxCompletionTokens is 0 where the provider states no limit.
	MaxCompletionTokens int `json:"max_completion_tokens,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PerRequestLimits is the most that one request may use, in tokens.
type PerRequestLimits struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// DefaultParameters are what the service puts into a request that does not set
// them. They are pointers, as in a request: nil leaves it to the provider.
type DefaultParameters struct {
	Temperature       *float64 `json:"temperature,omitzero"`
	TopP              *float64 `json:"top_p,omitzero"`
	TopK              *int     `json:"top_k,omitzero"`
	FrequencyPenalty  *float64 `json:"frequency_penalty,omitzero"`
	PresencePenalty   *float64 `json:"presence_penalty,omitzero"`
	RepetitionPenalty *float64 `json:"repetition_penalty,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ModelReasoning is how a model's reasoning can be set.
type ModelReasoning struct {
	// Mandatory says that it cannot be turned off.
	Mandatory bool `json:"mandatory"`
	// SupportedEfforts are the efforts that the model takes, the highest first.
	// It is nil both for a model that takes any and for one that takes none:
	// [ModelReasoning.AcceptsEffort] tells them apart.
	SupportedEfforts []ReasoningEffort `json:"supported_efforts,omitzero"`
	// DefaultEffort is used where a request turns reasoning on without one.
	DefaultEffort ReasoningEffort `json:"default_effort,omitzero"`
	// DefaultEnabled is whether the model reasons where a request does not say.
	DefaultEnabled bool `json:"default_enabled,omitzero"`
	// SupportsMaxTokens says that the model takes [Reasoning.MaxTokens].
	SupportsMaxTokens bool `json:"supports_max_tokens,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// AcceptsEffort reports whether a request may set the effort: it is one of
// SupportedEfforts, or the service said null there, which stands for any. It is
// false on nil.
func (r *ModelReasoning) AcceptsEffort(effort ReasoningEffort) bool {
	switch {
	case r == nil || effort == EffortNone && r.Mandatory:
		return false
	case r.SupportedEfforts != nil:
		return slices.Contains(r.SupportedEfforts, effort)
	}
	return r.presence.Form(modelReasoningSupportedEfforts) == wire.Null
}

// ModelLinks leads to more about a model.
type ModelLinks struct {
	// Details is the path of the model's endpoints, such as
	// /api/v1/models/openai/gpt-5.2/endpoints.
	Details string `json:"details"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ModelAlias is the model an alias stands for.
type ModelAlias struct {
	// Slug is the ID of that model.
	Slug string `json:"slug"`
	Name string `json:"name"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Call tells about the HTTP exchange behind the page.
func (l *ModelList) Call() CallInfo {
	if l == nil {
		return CallInfo{}
	}
	return l.call.value()
}
