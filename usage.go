package openrouter

import "encoding/json"

// Usage counts the tokens of an answer, with the model's own tokenizer, and
// their cost. An answer from the response cache counts zero.
type Usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`

	PromptTokensDetails     *PromptTokensDetails     `json:"prompt_tokens_details,omitzero"`
	CompletionTokensDetails *CompletionTokensDetails `json:"completion_tokens_details,omitzero"`

	// Cost is what was charged, in USD. It includes the calls made by server
	// tools.
	Cost        float64      `json:"cost,omitzero"`
	CostDetails *CostDetails `json:"cost_details,omitzero"`
	// IsBYOK says that the provider was called with the account's own key. Cost
	// may then be 0, and the provider's price stands in CostDetails.
	IsBYOK bool `json:"is_byok,omitzero"`
	// CacheDiscount is what prompt caching saved, in USD; negative where
	// writing to the cache cost more than it saved.
	CacheDiscount float64 `json:"cache_discount,omitzero"`

	ServerToolUseDetails *ServerToolUse `json:"server_tool_use_details,omitzero"`
	// ServerToolUse is another spelling of ServerToolUseDetails.
	ServerToolUse *ServerToolUse `json:"server_tool_use,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PromptTokensDetails counts some of [Usage.PromptTokens] again, by kind.
type PromptTokensDetails struct {
	// CachedTokens were read from the provider's prompt cache.
	CachedTokens int `json:"cached_tokens,omitzero"`
	// CacheWriteTokens were written to it. Only models that charge for that
	// report them.
	CacheWriteTokens int `json:"cache_write_tokens,omitzero"`
	AudioTokens      int `json:"audio_tokens,omitzero"`
	VideoTokens      int `json:"video_tokens,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// CompletionTokensDetails counts some of [Usage.CompletionTokens] again, by
// kind.
type CompletionTokensDetails struct {
	// ReasoningTokens may exceed [Usage.CompletionTokens].
	ReasoningTokens int `json:"reasoning_tokens,omitzero"`
	AudioTokens     int `json:"audio_tokens,omitzero"`
	ImageTokens     int `json:"image_tokens,omitzero"`
	// AcceptedPredictionTokens and RejectedPredictionTokens say how much of the
	// request's prediction came true.
	AcceptedPredictionTokens int `json:"accepted_prediction_tokens,omitzero"`
	RejectedPredictionTokens int `json:"rejected_prediction_tokens,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// CostDetails is what the provider asked for an answer, in USD. It leaves out
// the calls made by server tools.
type CostDetails struct {
	UpstreamInferenceCost            float64 `json:"upstream_inference_cost,omitzero"`
	UpstreamInferencePromptCost      float64 `json:"upstream_inference_prompt_cost"`
	UpstreamInferenceCompletionsCost float64 `json:"upstream_inference_completions_cost"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ServerToolUse counts the tool calls the service made on its own side. The
// counts overlap; do not add them up.
type ServerToolUse struct {
	// ToolCallsRequested leaves out the tools that a provider runs itself.
	ToolCallsRequested int `json:"tool_calls_requested,omitzero"`
	// ToolCallsExecuted are those that had a result.
	ToolCallsExecuted int `json:"tool_calls_executed,omitzero"`
	WebSearchRequests int `json:"web_search_requests,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Logprobs says how likely each token of an answer was. Some providers send a
// number or another object in its place; that is kept in Extra and is not an
// error.
type Logprobs struct {
	Content []TokenLogprob `json:"content" wire:"null"`
	Refusal []TokenLogprob `json:"refusal,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// TokenLogprob is one token of an answer.
type TokenLogprob struct {
	Token string `json:"token" wire:"text"`
	// Logprob is the natural logarithm of the probability.
	Logprob float64 `json:"logprob"`
	// Bytes is the token in UTF-8, nil where it has no such form. A character
	// may be spread over several tokens.
	Bytes []int `json:"bytes" wire:"null"`
	// TopLogprobs are the likeliest tokens at this place, as many as the
	// request asked for.
	TopLogprobs []TopLogprob `json:"top_logprobs"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// TopLogprob is a token that could have stood in the place of a [TokenLogprob].
//
//wire:list 4
type TopLogprob struct {
	Token   string  `json:"token" wire:"text"`
	Logprob float64 `json:"logprob"`
	Bytes   []int   `json:"bytes" wire:"null"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RoutingStrategy is the way a model was chosen. The set is open.
type RoutingStrategy string

// The known strategies.
const (
	RoutingStrategyDirect      RoutingStrategy = "direct"
	RoutingStrategyAuto        RoutingStrategy = "auto"
	RoutingStrategyFree        RoutingStrategy = "free"
	RoutingStrategyLatest      RoutingStrategy = "latest"
	RoutingStrategyAlias       RoutingStrategy = "alias"
	RoutingStrategyFallback    RoutingStrategy = "fallback"
	RoutingStrategyPareto      RoutingStrategy = "pareto"
	RoutingStrategyBodybuilder RoutingStrategy = "bodybuilder"
	RoutingStrategyFusion      RoutingStrategy = "fusion"
)

// RouterMetadata tells how a request was routed. It is sent when a call asks
// for it with [WithRouterMetadata], but not with an answer from the response
// cache or an error from before routing. Beside an error it may be incomplete.
type RouterMetadata struct {
	// Requested is the model the request named.
	Requested string          `json:"requested"`
	Strategy  RoutingStrategy `json:"strategy"`
	// Region is empty where none applies.
	Region string `json:"region" wire:"null"`
	// Summary is a sentence for people.
	Summary string `json:"summary"`
	// Attempt is the number of the provider call that answered, from 1; 0 means
	// that no provider was reached.
	Attempt int `json:"attempt"`
	// IsBYOK says that the provider was called with the account's own key.
	IsBYOK    bool            `json:"is_byok"`
	Endpoints RouterEndpoints `json:"endpoints"`
	Params    *RouterParams   `json:"params,omitzero"`
	// Attempts are the provider calls in their order.
	Attempts []RouterAttempt `json:"attempts,omitzero"`
	// Pipeline is what worked on the request beside the model.
	Pipeline []PipelineStage `json:"pipeline,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterEndpoints are the endpoints that were considered.
type RouterEndpoints struct {
	Total     int              `json:"total"`
	Available []RouterEndpoint `json:"available"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterEndpoint is a model at a provider.
type RouterEndpoint struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Selected bool   `json:"selected"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterParams are the settings the strategy worked with. What else a strategy
// reports is in Extra.
type RouterParams struct {
	VersionGroup    string  `json:"version_group,omitzero"`
	QualityFloor    float64 `json:"quality_floor,omitzero"`
	ThroughputFloor float64 `json:"throughput_floor,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterAttempt is one call of a provider.
type RouterAttempt struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	// Status is the HTTP status the provider answered with.
	Status int `json:"status"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PipelineStageType is the kind of a [PipelineStage]. The set is open.
type PipelineStageType string

// The known kinds of stage.
const (
	PipelineStageTypeGuardrail          PipelineStageType = "guardrail"
	PipelineStageTypePlugin             PipelineStageType = "plugin"
	PipelineStageTypeServerTools        PipelineStageType = "server_tools"
	PipelineStageTypeResponseHealing    PipelineStageType = "response_healing"
	PipelineStageTypeContextCompression PipelineStageType = "context_compression"
)

// PipelineStage is a guardrail, a plugin or another step around the model.
type PipelineStage struct {
	Type PipelineStageType `json:"type"`
	// Name tells stages of the same type apart.
	Name           string `json:"name"`
	GuardrailID    string `json:"guardrail_id,omitzero"`
	GuardrailScope string `json:"guardrail_scope,omitzero"`
	Summary        string `json:"summary,omitzero"`
	// CostUSD is the price of the stage, in USD.
	CostUSD float64 `json:"cost_usd,omitzero"`
	// Data is an object whose members depend on the stage.
	Data json.RawMessage `json:"data,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
