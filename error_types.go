package openrouter

import (
	"encoding/json"
	"net/http"
)

// ErrorType is the service's word for a kind of failure. Each is an error to
// match with [errors.Is]: every [*APIError] of that type does. The set is open.
type ErrorType string

// Too long.
const (
	ErrContextLengthExceeded ErrorType = "context_length_exceeded"
	ErrMaxTokensExceeded     ErrorType = "max_tokens_exceeded"
	ErrTokenLimitExceeded    ErrorType = "token_limit_exceeded"
	ErrStringTooLong         ErrorType = "string_too_long"
)

// Not allowed.
const (
	ErrAuthentication   ErrorType = "authentication"
	ErrPermissionDenied ErrorType = "permission_denied"
	// ErrPaymentRequired means too few credits, or the key's limit is reached.
	// A negative balance blocks free models too.
	ErrPaymentRequired ErrorType = "payment_required"
)

// Not available now.
const (
	// ErrRateLimitExceeded is the service's own limit or a provider's;
	// [APIError.RateLimit] tells which.
	ErrRateLimitExceeded   ErrorType = "rate_limit_exceeded"
	ErrProviderOverloaded  ErrorType = "provider_overloaded"
	ErrProviderUnavailable ErrorType = "provider_unavailable"
)

// Not valid.
const (
	ErrInvalidRequest ErrorType = "invalid_request"
	ErrInvalidPrompt  ErrorType = "invalid_prompt"
	// ErrNotFound means that no endpoint is left: an unknown model, or demands
	// that none can meet.
	ErrNotFound           ErrorType = "not_found"
	ErrPreconditionFailed ErrorType = "precondition_failed"
	ErrPayloadTooLarge    ErrorType = "payload_too_large"
	ErrUnprocessable      ErrorType = "unprocessable"
)

// Against a policy.
const (
	ErrContentPolicyViolation ErrorType = "content_policy_violation"
	ErrRefusal                ErrorType = "refusal"
)

// About an image.
const (
	ErrInvalidImage           ErrorType = "invalid_image"
	ErrImageTooLarge          ErrorType = "image_too_large"
	ErrImageTooSmall          ErrorType = "image_too_small"
	ErrUnsupportedImageFormat ErrorType = "unsupported_image_format"
	ErrImageNotFound          ErrorType = "image_not_found"
	ErrImageDownloadFailed    ErrorType = "image_download_failed"
)

// Anything else.
const (
	ErrServer   ErrorType = "server"
	ErrTimeout  ErrorType = "timeout"
	ErrUnmapped ErrorType = "unmapped"
)

// Error returns the type's name behind the package's.
func (t ErrorType) Error() string { return "openrouter: " + string(t) }

// known reports whether t is one of the service's types, and not a word of
// another vocabulary.
func (t ErrorType) known() bool {
	switch t {
	case ErrContextLengthExceeded, ErrMaxTokensExceeded, ErrTokenLimitExceeded, ErrStringTooLong,
		ErrAuthentication, ErrPermissionDenied, ErrPaymentRequired,
		ErrRateLimitExceeded, ErrProviderOverloaded, ErrProviderUnavailable,
		ErrInvalidRequest, ErrInvalidPrompt, ErrNotFound, ErrPreconditionFailed, ErrPayloadTooLarge, ErrUnprocessable,
		ErrContentPolicyViolation, ErrRefusal,
		ErrInvalidImage, ErrImageTooLarge, ErrImageTooSmall, ErrUnsupportedImageFormat, ErrImageNotFound, ErrImageDownloadFailed,
		ErrServer, ErrTimeout, ErrUnmapped:
		return true
	}
	return false
}

// typeOfStatus is the type that an HTTP status stands for where the service
// named none; "" if it stands for none.
func typeOfStatus(status int) ErrorType {
	switch status {
	case http.StatusBadRequest:
		return ErrInvalidRequest
	case http.StatusUnauthorized:
		return ErrAuthentication
	case http.StatusPaymentRequired:
		return ErrPaymentRequired
	case http.StatusForbidden:
		return ErrPermissionDenied
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusRequestTimeout, http.StatusGatewayTimeout, statusEdgeTimeout:
		return ErrTimeout
	case http.StatusPreconditionFailed:
		return ErrPreconditionFailed
	case http.StatusRequestEntityTooLarge:
		return ErrPayloadTooLarge
	case http.StatusUnprocessableEntity:
		return ErrUnprocessable
	case http.StatusTooManyRequests:
		return ErrRateLimitExceeded
	case http.StatusInternalServerError:
		return ErrServer
	case http.StatusBadGateway:
		return ErrProviderUnavailable
	case http.StatusServiceUnavailable, statusOverloaded:
		return ErrProviderOverloaded
	}
	return ""
}

// Statuses that net/http has no name for.
const (
	statusEdgeTimeout = 524
	statusOverloaded  = 529
)

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
