package openrouter

// ProviderPreferences chooses among the providers of a model. Without it the service avoids
// providers that had an outage within the last 30 seconds, and prefers cheap ones.
//
// Providers are named by slug, such as anthropic. A slug without a suffix means every region and
// variant of the provider, but not its service tiers. A suffix selects one of these:
// google-vertex/us-east5, deepinfra/turbo, openai/priority. [ChatCompletion.Provider] is a display
// name, not a slug.
type ProviderPreferences struct {
	// Which providers may answer.

	// Order lists the providers to try first, in this order. It turns off load balancing and the
	// routing of a session to one provider.
	Order []string `json:"order,omitzero"`
	// Only lists the allowed providers. If none of them has the model, the service answers 404. If
	// the account has such a list, too, the service's documentation contradicts itself: it combines
	// the two as a union or as an intersection.
	Only []string `json:"only,omitzero"`
	// Ignore lists providers to leave out, in addition to those that the account leaves out.
	Ignore []string `json:"ignore,omitzero"`
	// AllowFallbacks false uses only the first provider, or only those in Order, and returns their
	// error. The default is true.
	AllowFallbacks *bool `json:"allow_fallbacks,omitzero"`
	// RequireParameters true leaves out endpoints that do not support every parameter of the
	// request. The default is false: endpoints ignore parameters that they do not support.
	RequireParameters *bool `json:"require_parameters,omitzero"`
	// DataCollection is [DataCollectionAllow] if empty.
	DataCollection DataCollection `json:"data_collection,omitzero"`
	// ZDR true allows only endpoints with zero data retention, which keep no prompts. False does
	// not relax the account's settings.
	ZDR *bool `json:"zdr,omitzero"`
	// EnforceDistillableText true allows only models whose author permits training on their output.
	// False has no effect.
	EnforceDistillableText *bool `json:"enforce_distillable_text,omitzero"`
	// Quantizations lists the allowed precisions.
	Quantizations []Quantization `json:"quantizations,omitzero"`
	// MaxPrice leaves out endpoints that are more expensive.
	MaxPrice *MaxPrice `json:"max_price,omitzero"`

	// Which providers are preferred.

	// Sort orders the endpoints and turns off load balancing. Order takes
	// precedence.
	Sort ProviderSort `json:"sort,omitzero"`
	// PreferredMinThroughput is in tokens per second. Slower endpoints are tried last.
	PreferredMinThroughput PercentileCutoffs `json:"preferred_min_throughput,omitzero"`
	// PreferredMaxLatency is in seconds. Endpoints that take longer are tried last.
	PreferredMaxLatency PercentileCutoffs `json:"preferred_max_latency,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation. The
	// service's schema allows no other members here.
	Extra map[string]any `json:"-"`

	presence presence
}

// ProviderSort orders the endpoints of a request. If only By is set, it is sent as a string.
//
//wire:short By
type ProviderSort struct {
	By SortKey `json:"by,omitzero"`
	// Partition is [SortPartitionModel] if empty.
	Partition SortPartition `json:"partition,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// SortKey is the value that endpoints are ordered by, best first. Other values are possible.
type SortKey string

const (
	SortPrice      SortKey = "price"
	SortThroughput SortKey = "throughput"
	SortLatency    SortKey = "latency"
	// SortExacto orders by quality, above all the quality of tool calls.
	SortExacto SortKey = "exacto"
)

// SortPartition sets how endpoints are grouped before they are ordered. Other values are possible.
type SortPartition string

const (
	// SortPartitionModel groups endpoints by model, so that the later
	// [ChatCompletionRequest.Models] stay fallbacks.
	SortPartitionModel SortPartition = "model"
	// SortPartitionNone orders the endpoints of all models together.
	SortPartitionNone SortPartition = "none"
)

// DataCollection tells whether a provider may store prompts and train on them. Other values are
// possible.
type DataCollection string

const (
	DataCollectionAllow DataCollection = "allow"
	// DataCollectionDeny allows only providers that neither store prompts nor train on them.
	DataCollectionDeny DataCollection = "deny"
)

// Quantization is the precision of a model's weights. Other values are possible.
type Quantization string

const (
	QuantizationInt4    Quantization = "int4"
	QuantizationInt8    Quantization = "int8"
	QuantizationFP4     Quantization = "fp4"
	QuantizationMXFP4   Quantization = "mxfp4"
	QuantizationNVFP4   Quantization = "nvfp4"
	QuantizationFP6     Quantization = "fp6"
	QuantizationFP8     Quantization = "fp8"
	QuantizationMXFP8   Quantization = "mxfp8"
	QuantizationFP16    Quantization = "fp16"
	QuantizationBF16    Quantization = "bf16"
	QuantizationFP32    Quantization = "fp32"
	QuantizationUnknown Quantization = "unknown"
)

// PercentileCutoffs sets limits for percentiles of a measurement of recent requests. All limits
// that are set must be met. If only P50 is set, it is sent as a number.
//
//wire:short P50
type PercentileCutoffs struct {
	// P50 is the limit for the median.
	P50 *float64 `json:"p50,omitzero"`
	P75 *float64 `json:"p75,omitzero"`
	P90 *float64 `json:"p90,omitzero"`
	P99 *float64 `json:"p99,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// MaxPrice is the highest price that an endpoint may have, in USD. Prices are sent as strings.
// Numbers, which the service accepted in the past, are decoded, too.
type MaxPrice struct {
	// Prompt is the price in USD per million tokens of the prompt. It is 1,000,000 times
	// [ModelPricing.Prompt].
	Prompt Decimal `json:"prompt,omitzero"`
	// Completion is the price in USD per million tokens of the answer.
	Completion Decimal `json:"completion,omitzero"`
	// Image is the price in USD per image.
	Image Decimal `json:"image,omitzero"`
	// Audio is the price in USD per unit of audio.
	Audio Decimal `json:"audio,omitzero"`
	// Request is the price in USD per request.
	Request Decimal `json:"request,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
	numbers  numbers
}
