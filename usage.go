package openrouter

import (
	"encoding/json"
	"strings"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Usage holds the token counts of an answer, by the model's own tokenizer, and its cost. All counts
// of an answer from the response cache are 0.
type Usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`

	PromptTokensDetails     *PromptTokensDetails     `json:"prompt_tokens_details,omitzero"`
	CompletionTokensDetails *CompletionTokensDetails `json:"completion_tokens_details,omitzero"`

	// Cost is the amount that was charged, in USD. It includes the calls that server tools made.
	Cost        float64      `json:"cost,omitzero"`
	CostDetails *CostDetails `json:"cost_details,omitzero"`
	// IsBYOK is true if the provider was called with the account's own provider key. Cost may then
	// be 0; CostDetails has the provider's price.
	IsBYOK bool `json:"is_byok,omitzero"`
	// CacheDiscount is the amount that prompt caching saved, in USD. It is negative if writing to
	// the cache cost more than was saved.
	CacheDiscount float64 `json:"cache_discount,omitzero"`

	ServerToolUseDetails *ServerToolUse `json:"server_tool_use_details,omitzero"`
	// ServerToolUse is another name of ServerToolUseDetails.
	ServerToolUse *ServerToolUse `json:"server_tool_use,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Add adds the counts and the amounts of other, which may be nil. Members of Extra are not added.
func (u *Usage) Add(other *Usage) {
	if other == nil {
		return
	}
	u.PromptTokens += other.PromptTokens
	u.CompletionTokens += other.CompletionTokens
	u.TotalTokens += other.TotalTokens
	u.Cost += other.Cost
	u.CacheDiscount += other.CacheDiscount
	u.IsBYOK = u.IsBYOK || other.IsBYOK
	if o := other.PromptTokensDetails; o != nil {
		d := sumOf(&u.PromptTokensDetails)
		d.CachedTokens += o.CachedTokens
		d.CacheWriteTokens += o.CacheWriteTokens
		d.AudioTokens += o.AudioTokens
		d.VideoTokens += o.VideoTokens
		d.TextTokens += o.TextTokens
		d.ImageTokens += o.ImageTokens
		d.FileTokens += o.FileTokens
	}
	if o := other.CompletionTokensDetails; o != nil {
		d := sumOf(&u.CompletionTokensDetails)
		d.ReasoningTokens += o.ReasoningTokens
		d.AudioTokens += o.AudioTokens
		d.ImageTokens += o.ImageTokens
		d.AcceptedPredictionTokens += o.AcceptedPredictionTokens
		d.RejectedPredictionTokens += o.RejectedPredictionTokens
	}
	if o := other.CostDetails; o != nil {
		d := sumOf(&u.CostDetails)
		d.UpstreamInferenceCost += o.UpstreamInferenceCost
		d.UpstreamInferencePromptCost += o.UpstreamInferencePromptCost
		d.UpstreamInferenceCompletionsCost += o.UpstreamInferenceCompletionsCost
	}
	u.ServerToolUseDetails = u.ServerToolUseDetails.plus(other.ServerToolUseDetails)
	u.ServerToolUse = u.ServerToolUse.plus(other.ServerToolUse)
}

// sumOf returns a copy of *p that replaces it, or a new one: what was there may belong to an answer.
func sumOf[T any](p **T) *T {
	sum := new(T)
	if *p != nil {
		*sum = **p
	}
	*p = sum
	return sum
}

func (s *ServerToolUse) plus(other *ServerToolUse) *ServerToolUse {
	if other == nil {
		return s
	}
	sum := sumOf(&s)
	sum.ToolCallsRequested += other.ToolCallsRequested
	sum.ToolCallsExecuted += other.ToolCallsExecuted
	sum.WebSearchRequests += other.WebSearchRequests
	return sum
}

// hasCounts reports whether a usage has a count of tokens or a cost. A 0 that was
// received is one.
func (u *Usage) hasCounts() bool {
	if u.PromptTokens != 0 || u.CompletionTokens != 0 || u.TotalTokens != 0 || u.Cost != 0 {
		return true
	}
	p := u.presence
	if p.Form(usagePromptTokens) == wire.Plain || p.Form(usageCompletionTokens) == wire.Plain || p.Form(usageTotalTokens) == wire.Plain ||
		p.Form(usageCost) == wire.Zero {
		return true
	}
	for name := range u.Extra { // those of another dialect, or not whole
		if raw := rawMember(u.Extra, name); (strings.HasSuffix(name, "_tokens") || name == "cost") && begins(raw, "-0123456789") {
			return true
		}
	}
	return false
}

// PromptTokensDetails counts certain kinds of [Usage.PromptTokens]. They are included in that
// number.
type PromptTokensDetails struct {
	// CachedTokens were read from the provider's prompt cache.
	CachedTokens int `json:"cached_tokens,omitzero"`
	// CacheWriteTokens were written to the prompt cache. Only models that charge for writing report
	// them.
	CacheWriteTokens int `json:"cache_write_tokens,omitzero"`
	AudioTokens      int `json:"audio_tokens,omitzero"`
	VideoTokens      int `json:"video_tokens,omitzero"`
	// TextTokens, ImageTokens and FileTokens are reported for embeddings of several kinds of input.
	TextTokens  int `json:"text_tokens,omitzero"`
	ImageTokens int `json:"image_tokens,omitzero"`
	FileTokens  int `json:"file_tokens,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// CompletionTokensDetails counts certain kinds of [Usage.CompletionTokens].
type CompletionTokensDetails struct {
	// ReasoningTokens may exceed [Usage.CompletionTokens].
	ReasoningTokens int `json:"reasoning_tokens,omitzero"`
	AudioTokens     int `json:"audio_tokens,omitzero"`
	ImageTokens     int `json:"image_tokens,omitzero"`
	// AcceptedPredictionTokens and RejectedPredictionTokens count the tokens of the request's
	// [Prediction] that did and did not occur in the answer.
	AcceptedPredictionTokens int `json:"accepted_prediction_tokens,omitzero"`
	RejectedPredictionTokens int `json:"rejected_prediction_tokens,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// CostDetails is the amount that the provider charged, in USD. It does not include the calls that
// server tools made.
type CostDetails struct {
	UpstreamInferenceCost            float64 `json:"upstream_inference_cost,omitzero"`
	UpstreamInferencePromptCost      float64 `json:"upstream_inference_prompt_cost"`
	UpstreamInferenceCompletionsCost float64 `json:"upstream_inference_completions_cost"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ServerToolUse counts the calls of server tools. The counts overlap: do not add them up.
type ServerToolUse struct {
	// ToolCallsRequested does not include tools that a provider runs itself.
	ToolCallsRequested int `json:"tool_calls_requested,omitzero"`
	// ToolCallsExecuted counts calls that returned a result.
	ToolCallsExecuted int `json:"tool_calls_executed,omitzero"`
	WebSearchRequests int `json:"web_search_requests,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Logprobs holds the log probability of each token of an answer. Some providers send a number or
// another object instead, which is kept in Extra and is not an error.
//
//wire:hot
type Logprobs struct {
	Content []TokenLogprob `json:"content" wire:"null"`
	Refusal []TokenLogprob `json:"refusal,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// TokenLogprob is one token of an answer.
type TokenLogprob struct {
	Token string `json:"token" wire:"text"`
	// Logprob is the natural logarithm of the probability.
	Logprob float64 `json:"logprob"`
	// Bytes is the token in UTF-8; nil if it has no such form. A character may be spread over
	// several tokens.
	Bytes []int `json:"bytes" wire:"null"`
	// TopLogprobs are the most likely tokens at this position, as many as the request asked for.
	TopLogprobs []TopLogprob `json:"top_logprobs"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// TopLogprob is a token that was possible at the position of a [TokenLogprob].
//
//wire:list 4
type TopLogprob struct {
	Token   string  `json:"token" wire:"text"`
	Logprob float64 `json:"logprob"`
	Bytes   []int   `json:"bytes" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// RoutingStrategy is the way in which a model was chosen. Other values are possible.
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

// RouterMetadata describes how a request was routed. The service sends it if the call used
// [WithRouterMetadata], except with answers from the response cache and errors before routing. With
// an error it may be incomplete.
type RouterMetadata struct {
	// Requested is the model that the request named.
	Requested string          `json:"requested"`
	Strategy  RoutingStrategy `json:"strategy"`
	// Region is empty if none applies.
	Region string `json:"region" wire:"null"`
	// Summary is a text for people, such as "available=1, selected=OpenAI".
	Summary string `json:"summary"`
	// Attempt is the number of the provider call that answered, starting at 1; 0 means that no
	// provider was reached.
	Attempt int `json:"attempt"`
	// IsBYOK is true if the provider was called with the account's own provider key.
	IsBYOK    bool            `json:"is_byok"`
	Endpoints RouterEndpoints `json:"endpoints"`
	Params    *RouterParams   `json:"params,omitzero"`
	// Attempts lists the provider calls in order.
	Attempts []RouterAttempt `json:"attempts,omitzero"`
	// Pipeline lists the steps around the model, such as guardrails and plugins.
	Pipeline []PipelineStage `json:"pipeline,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterEndpoints are the endpoints that were considered.
type RouterEndpoints struct {
	Total     int              `json:"total"`
	Available []RouterEndpoint `json:"available"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterEndpoint is one model at one provider.
type RouterEndpoint struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Selected bool   `json:"selected"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterParams holds settings of the routing strategy. Settings without a field are in Extra.
type RouterParams struct {
	VersionGroup    string  `json:"version_group,omitzero"`
	QualityFloor    float64 `json:"quality_floor,omitzero"`
	ThroughputFloor float64 `json:"throughput_floor,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterAttempt is one call to a provider.
type RouterAttempt struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	// Status is the HTTP status of the provider's answer.
	Status int `json:"status"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PipelineStageType is the kind of a [PipelineStage]. Other values are possible.
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
	// Name distinguishes stages of the same type.
	Name           string `json:"name"`
	GuardrailID    string `json:"guardrail_id,omitzero"`
	GuardrailScope string `json:"guardrail_scope,omitzero"`
	Summary        string `json:"summary,omitzero"`
	// CostUSD is the cost of the stage, in USD.
	CostUSD float64 `json:"cost_usd,omitzero"`
	// Data is an object. Its members depend on the stage.
	Data json.RawMessage `json:"data,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}
