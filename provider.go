package openrouter

// ProviderPreferences choose among the providers of a model. Without them the
// service avoids providers that just had an outage and prefers cheap ones.
//
// Providers are named by slug, such as anthropic. A bare slug means every
// region and variant of the provider, but not its service tiers; these are
// named like google-vertex/us-east5, deepinfra/turbo or openai/priority. An
// answer names its provider differently: see [ChatCompletion.Provider].
type ProviderPreferences struct {
	// Who may serve.

	// Order lists the providers to try first, in this order. It turns off load
	// balancing and the stickiness of sessions.
	Order []string `json:"order,omitzero"`
	// Only lists the providers allowed. The service answers 404 when none of
	// them has the model. How the list combines with that of the account is
	// documented in two ways, merged and intersected.
	Only []string `json:"only,omitzero"`
	// Ignore lists providers to leave out, beside those the account leaves out.
	Ignore []string `json:"ignore,omitzero"`
	// AllowFallbacks false uses only the first provider, or only those in
	// Order, and returns their error. The default is true.
	AllowFallbacks *bool `json:"allow_fallbacks,omitzero"`
	// RequireParameters true leaves out endpoints that do not support every
	// parameter sent. The default is false: they ignore what they do not know.
	RequireParameters *bool `json:"require_parameters,omitzero"`
	// DataCollection is [DataCollectionAllow] when empty.
	DataCollection DataCollection `json:"data_collection,omitzero"`
	// ZDR true leaves only endpoints that retain no prompts. False does not
	// relax what the account demands.
	ZDR *bool `json:"zdr,omitzero"`
	// EnforceDistillableText true leaves only models whose author allows
	// training on their text. False has no effect.
	EnforceDistillableText *bool `json:"enforce_distillable_text,omitzero"`
	// Quantizations lists the precisions allowed.
	Quantizations []Quantization `json:"quantizations,omitzero"`
	// MaxPrice leaves out endpoints that are dearer.
	MaxPrice *MaxPrice `json:"max_price,omitzero"`

	// Who is preferred.

	// Sort orders the endpoints and turns off load balancing. Order takes
	// precedence.
	Sort ProviderSort `json:"sort,omitzero"`
	// PreferredMinThroughput is in tokens per second. Slower endpoints move to
	// the end of the list.
	PreferredMinThroughput PercentileCutoffs `json:"preferred_min_throughput,omitzero"`
	// PreferredMaxLatency is in seconds. Endpoints that take longer move to the
	// end of the list.
	PreferredMaxLatency PercentileCutoffs `json:"preferred_max_latency,omitzero"`

	// Extra holds members this version has no field for. The service documents
	// this object as closed.
	Extra map[string]any `json:"-"`

	presence presence
}

// ProviderSort orders the endpoints of a request. With By alone it is sent as a
// string.
//
//wire:short By
type ProviderSort struct {
	By SortKey `json:"by,omitzero"`
	// Partition is [SortPartitionModel] when empty.
	Partition SortPartition `json:"partition,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// SortKey is what endpoints are ordered by, the best first. The set is open.
type SortKey string

const (
	SortPrice      SortKey = "price"
	SortThroughput SortKey = "throughput"
	SortLatency    SortKey = "latency"
	// SortExacto puts quality first, above all that of tool calls.
	SortExacto SortKey = "exacto"
)

// SortPartition is what endpoints are grouped by before they are ordered. The
// set is open.
type SortPartition string

const (
	// SortPartitionModel groups by model, so that the models of
	// [ChatCompletionRequest.Models] stay fallbacks.
	SortPartitionModel SortPartition = "model"
	// SortPartitionNone orders the endpoints of all models together.
	SortPartitionNone SortPartition = "none"
)

// DataCollection says whether providers may store prompts and train on them.
// The set is open.
type DataCollection string

const (
	DataCollectionAllow DataCollection = "allow"
	// DataCollectionDeny leaves out providers that do.
	DataCollectionDeny DataCollection = "deny"
)

// Quantization is the precision of a model's weights. The set is open.
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

// PercentileCutoffs are limits on a measurement of recent requests. All that
// are set must hold. With P50 alone they are sent as a number.
//
//wire:short P50
type PercentileCutoffs struct {
	// P50 limits the median.
	P50 *float64 `json:"p50,omitzero"`
	P75 *float64 `json:"p75,omitzero"`
	P90 *float64 `json:"p90,omitzero"`
	P99 *float64 `json:"p99,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// MaxPrice is the most that an endpoint may cost, in USD. It is sent as
// strings; the service used to take numbers too, and they are read.
type MaxPrice struct {
	// Prompt is per million tokens.
	Prompt Decimal `json:"prompt,omitzero"`
	// Completion is per million tokens.
	Completion Decimal `json:"completion,omitzero"`
	// Image is per image.
	Image Decimal `json:"image,omitzero"`
	// Audio is per unit of audio.
	Audio Decimal `json:"audio,omitzero"`
	// Request is per request.
	Request Decimal `json:"request,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
