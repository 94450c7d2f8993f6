package openrouter

import "context"

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

// ProvidersService lists providers. Use it as [Client.Providers].
type ProvidersService struct {
	client *Client
}

// List returns all providers. Errors are those of [Client.Do].
func (s *ProvidersService) List(ctx context.Context, opts ...Option) (*ProviderList, error) {
	return fetched(ctx, s.client.config().with(opts), Operation{Name: "list_providers"}, fixed("/providers"), whole[ProviderList])
}

// ProviderList has all providers.
type ProviderList struct {
	Data []Provider `json:"data"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the list.
func (l *ProviderList) Call() CallInfo {
	if l == nil {
		return CallInfo{}
	}
	return l.call.value()
}

func (l *ProviderList) received(call *CallInfo) { l.call = call }

func (l *ProviderList) problem() error {
	if l.Data == nil {
		return missing("data")
	}
	return nil
}

// Provider is a company that runs models. Countries are ISO 3166-1 codes, such as US. Unknown
// values are empty.
type Provider struct {
	// Name is the display name, as in [ChatCompletion.Provider].
	Name string `json:"name"`
	// Slug is the name in [ProviderPreferences].
	Slug              string `json:"slug"`
	PrivacyPolicyURL  string `json:"privacy_policy_url" wire:"null"`
	TermsOfServiceURL string `json:"terms_of_service_url,omitzero"`
	StatusPageURL     string `json:"status_page_url,omitzero"`
	// Headquarters is the country of the company. Datacenters are the countries of its data centers.
	Headquarters string   `json:"headquarters,omitzero"`
	Datacenters  []string `json:"datacenters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ModelEndpoints is a model with the endpoints that serve it.
type ModelEndpoints struct {
	// ID is the [Model.ID].
	ID string `json:"id"`
	// Name is the display name.
	Name string `json:"name"`
	// Created is a Unix time in seconds.
	Created      int64             `json:"created"`
	Description  string            `json:"description"`
	Architecture ModelArchitecture `json:"architecture"`
	Endpoints    []Endpoint        `json:"endpoints"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the endpoints.
func (m *ModelEndpoints) Call() CallInfo {
	if m == nil {
		return CallInfo{}
	}
	return m.call.value()
}

func (m *ModelEndpoints) received(call *CallInfo) { m.call = call }

// EndpointList is a list of endpoints of several models.
type EndpointList struct {
	Data []Endpoint `json:"data"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the list.
func (l *EndpointList) Call() CallInfo {
	if l == nil {
		return CallInfo{}
	}
	return l.call.value()
}

func (l *EndpointList) received(call *CallInfo) { l.call = call }

func (l *EndpointList) problem() error {
	if l.Data == nil {
		return missing("data")
	}
	return nil
}

// Endpoint is a model at a provider.
type Endpoint struct {
	// Name is a display name of the provider and the model.
	Name string `json:"name"`
	// ModelID is the [Model.ID], and ModelName the display name of the model.
	ModelID   string `json:"model_id"`
	ModelName string `json:"model_name"`
	// ProviderName is the display name of the provider.
	ProviderName string `json:"provider_name"`
	// Tag selects the endpoint in [ProviderPreferences], such as openai/priority.
	Tag string `json:"tag"`
	// ContextLength is the maximum number of tokens of prompt and answer together.
	ContextLength int `json:"context_length"`
	// MaxCompletionTokens and MaxPromptTokens are 0 if the provider states no limit.
	MaxCompletionTokens int          `json:"max_completion_tokens" wire:"null"`
	MaxPromptTokens     int          `json:"max_prompt_tokens" wire:"null"`
	Pricing             ModelPricing `json:"pricing"`
	// Quantization is empty if it is not known.
	Quantization        Quantization     `json:"quantization" wire:"null"`
	SupportedParameters []ModelParameter `json:"supported_parameters"`
	// SupportsImplicitCaching is true if the provider caches prompts without being asked.
	SupportsImplicitCaching bool `json:"supports_implicit_caching"`
	// SupportsVoiceCloning is true for speech that can imitate a recording in the request.
	SupportsVoiceCloning bool `json:"supports_voice_cloning,omitzero"`
	// Status is 0 for an endpoint in use. Other values are negative, and the service does not document
	// them.
	Status int `json:"status,omitzero"`

	// UptimeLast5m is the percentage of requests that succeeded in the last five minutes. The two
	// fields below are for the last half hour and the last day. Requests over a rate limit do not
	// count. Nil means that there were too few requests.
	UptimeLast5m  *float64 `json:"uptime_last_5m" wire:"null"`
	UptimeLast30m *float64 `json:"uptime_last_30m" wire:"null"`
	UptimeLast1d  *float64 `json:"uptime_last_1d" wire:"null"`
	// LatencyLast30m is the time to the first token in the last half hour, in milliseconds. Nil means
	// that it is not known.
	LatencyLast30m *Percentiles `json:"latency_last_30m" wire:"null"`
	// ThroughputLast30m is the speed of the answers in the last half hour, in tokens per second. Nil
	// means that it is not known.
	ThroughputLast30m *Percentiles `json:"throughput_last_30m" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Percentiles describes a measurement. For a latency, 90 of 100 requests took at most P90. For a
// throughput, 90 of 100 requests were at least as fast as P90.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P75 float64 `json:"p75"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}
