package openrouter

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
