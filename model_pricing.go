package openrouter

// ModelPricing is what a model costs, in USD for one unit of each kind. What is
// free, or does not apply, is "0" or empty.
type ModelPricing struct {
	// Prompt is for a token.
	Prompt Decimal `json:"prompt"`
	// Completion is for a token.
	Completion Decimal `json:"completion"`
	// Request is for each request, on top.
	Request Decimal `json:"request,omitzero"`
	// Image is for an image in the prompt.
	Image Decimal `json:"image,omitzero"`
	// ImageToken is for a token of an image.
	ImageToken Decimal `json:"image_token,omitzero"`
	// ImageOutput is for an image in the answer.
	ImageOutput Decimal `json:"image_output,omitzero"`
	// Audio is for a token of audio in the prompt.
	Audio Decimal `json:"audio,omitzero"`
	// AudioOutput is for a token of audio in the answer.
	AudioOutput Decimal `json:"audio_output,omitzero"`
	// InputAudioCache is for a token of audio read from the prompt cache.
	InputAudioCache Decimal `json:"input_audio_cache,omitzero"`
	// InputCacheRead is for a token read from the prompt cache.
	InputCacheRead Decimal `json:"input_cache_read,omitzero"`
	// InputCacheWrite is for a token written to the prompt cache: for five
	// minutes, where the time makes a difference.
	InputCacheWrite Decimal `json:"input_cache_write,omitzero"`
	// InputCacheWrite1h is for a token written to the prompt cache for an hour,
	// where that has a price of its own.
	InputCacheWrite1h Decimal `json:"input_cache_write_1h,omitzero"`
	// InternalReasoning is for a token of reasoning.
	InternalReasoning Decimal `json:"internal_reasoning,omitzero"`
	// WebSearch is for a search.
	WebSearch Decimal `json:"web_search,omitzero"`

	// Discount is a fraction taken off: 0 is none, 1 is free.
	Discount float64 `json:"discount,omitzero"`
	// Overrides are prices for certain requests. Where several apply, a later
	// one wins, price by price.
	Overrides []PricingOverride `json:"overrides,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PricingOverride is prices, in the units of [ModelPricing], for requests that
// meet all of its conditions. An empty price leaves the usual one.
type PricingOverride struct {
	// MinPromptTokens is met by prompts of more tokens than this.
	MinPromptTokens int `json:"min_prompt_tokens,omitzero"`
	// UTCStart and UTCEnd are the time of day at which the prices begin and
	// end to apply, written as a number: 1030 is half past ten. The start may
	// be later than the end, across midnight. Both are 0 where the time of day
	// does not matter.
	UTCStart int `json:"utc_start,omitzero"`
	UTCEnd   int `json:"utc_end,omitzero"`

	Prompt            Decimal `json:"prompt,omitzero"`
	Completion        Decimal `json:"completion,omitzero"`
	Audio             Decimal `json:"audio,omitzero"`
	InputAudioCache   Decimal `json:"input_audio_cache,omitzero"`
	InputCacheRead    Decimal `json:"input_cache_read,omitzero"`
	InputCacheWrite   Decimal `json:"input_cache_write,omitzero"`
	InputCacheWrite1h Decimal `json:"input_cache_write_1h,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
