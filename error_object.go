package openrouter

import "encoding/json"

// ErrorObject is the error member of an answer, a choice or a chunk, as it was
// sent. Calls return it as an [*APIError].
type ErrorObject struct {
	// Code is an HTTP status. A code of another type is in Extra.
	Code int `json:"code,omitzero"`
	// Message is often general. What the provider said is in Metadata.
	Message string `json:"message"`
	// Metadata depends on the kind of error: see [APIError.Moderation],
	// [APIError.ProviderError] and [APIError.RateLimit].
	Metadata json.RawMessage `json:"metadata,omitzero"`

	// ErrorType stands here on errors about availability; otherwise it is a
	// member of Metadata.
	ErrorType ErrorType `json:"error_type,omitzero"`
	// Type and Param are in OpenAI's vocabulary.
	Type  string `json:"type,omitzero"`
	Param string `json:"param,omitzero"`
	// HTTPStatus takes the place of Code beside Availability.
	HTTPStatus   int           `json:"http_status,omitzero"`
	Availability *Availability `json:"availability,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// AvailabilityCode is the reason a model cannot be had. The set is open, and
// grows: decide on [Availability.Retryable].
type AvailabilityCode string

// The known codes. Those from AvailabilityCodeCapacityExhausted on are worth a
// retry.
const (
	AvailabilityCodeModelNotFound            AvailabilityCode = "model_not_found"
	AvailabilityCodeWrongEndpoint            AvailabilityCode = "wrong_endpoint"
	AvailabilityCodeNoEndpoints              AvailabilityCode = "no_endpoints"
	AvailabilityCodeModelDeprecated          AvailabilityCode = "model_deprecated"
	AvailabilityCodeModelUnavailableUpstream AvailabilityCode = "model_unavailable_upstream"
	AvailabilityCodePrivacyRestricted        AvailabilityCode = "privacy_restricted"
	AvailabilityCodeConstraintFiltered       AvailabilityCode = "constraint_filtered"
	AvailabilityCodeFreeVariantEnded         AvailabilityCode = "free_variant_ended"
	AvailabilityCodeRegionRestricted         AvailabilityCode = "region_restricted"
	AvailabilityCodeCapacityExhausted        AvailabilityCode = "capacity_exhausted"
	AvailabilityCodeTemporarilyUnavailable   AvailabilityCode = "temporarily_unavailable"
)

// Availability tells why no provider could serve a request, and what to do.
type Availability struct {
	Code AvailabilityCode `json:"code"`
	// Retryable says whether the same request can succeed later.
	Retryable bool `json:"retryable"`
	// RetryAfter is the least time to wait, in seconds; 0 means no hint.
	RetryAfter float64 `json:"retry_after,omitzero"`
	// RequestedModels are the models the request named.
	RequestedModels []string `json:"requested_models"`
	// AffectedProviders are the providers that could not serve it.
	AffectedProviders []string `json:"affected_providers,omitzero"`
	// ExcludedBy are the rules that ruled providers out: geo, data_region,
	// data_policy:zdr, data_policy:training, max_price, context_length,
	// require_parameters, quantization, allowed_providers, or others.
	ExcludedBy []string `json:"excluded_by,omitzero"`
	// FallbackModels are models to try instead. They are hints only.
	FallbackModels []string `json:"fallback_models,omitzero"`
	// Constraint is the part of the request that nothing could meet.
	Constraint *AvailabilityConstraint `json:"constraint,omitzero"`
	// DocsURL is a page about the code.
	DocsURL string `json:"docs_url"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// AvailabilityConstraint is a field of the request and what it asked for.
type AvailabilityConstraint struct {
	Field  string `json:"field,omitzero"`
	Detail string `json:"detail,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
