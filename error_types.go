package openrouter

import (
	"encoding/json"
	"net/http"
	"strings"
)

// ErrorType is the service's name for a kind of failure. Each ErrorType is an error: [errors.Is]
// matches it with every [*APIError] of that type. Other values are possible.
type ErrorType string

// Errors about length.
const (
	ErrContextLengthExceeded ErrorType = "context_length_exceeded"
	ErrMaxTokensExceeded     ErrorType = "max_tokens_exceeded"
	ErrTokenLimitExceeded    ErrorType = "token_limit_exceeded"
	ErrStringTooLong         ErrorType = "string_too_long"
)

// Errors about authentication, permission and credits.
const (
	ErrAuthentication ErrorType = "authentication"
	// ErrPermissionDenied means that the key may not do this. Some endpoints, such as
	// [AccountService.Credits], need a management key.
	ErrPermissionDenied ErrorType = "permission_denied"
	// ErrPaymentRequired means that there are too few credits, or that the key's limit is reached.
	// A negative balance blocks free models, too.
	ErrPaymentRequired ErrorType = "payment_required"
)

// Errors about availability.
const (
	// ErrRateLimitExceeded means that a rate limit of the service or of a provider was exceeded.
	// [APIError.RateLimit] is nil if it was a provider's.
	ErrRateLimitExceeded   ErrorType = "rate_limit_exceeded"
	ErrProviderOverloaded  ErrorType = "provider_overloaded"
	ErrProviderUnavailable ErrorType = "provider_unavailable"
)

// Errors about the request.
const (
	ErrInvalidRequest ErrorType = "invalid_request"
	ErrInvalidPrompt  ErrorType = "invalid_prompt"
	// ErrNotFound means that no endpoint can serve the request: the model is unknown, or no
	// endpoint meets all demands of the request. [GenerationsService.Get] returns it for a record
	// that does not exist.
	ErrNotFound           ErrorType = "not_found"
	ErrPreconditionFailed ErrorType = "precondition_failed"
	ErrPayloadTooLarge    ErrorType = "payload_too_large"
	ErrUnprocessable      ErrorType = "unprocessable"
)

// Errors about content.
const (
	ErrContentPolicyViolation ErrorType = "content_policy_violation"
	ErrRefusal                ErrorType = "refusal"
)

// Errors about images.
const (
	ErrInvalidImage           ErrorType = "invalid_image"
	ErrImageTooLarge          ErrorType = "image_too_large"
	ErrImageTooSmall          ErrorType = "image_too_small"
	ErrUnsupportedImageFormat ErrorType = "unsupported_image_format"
	ErrImageNotFound          ErrorType = "image_not_found"
	ErrImageDownloadFailed    ErrorType = "image_download_failed"
)

// Other errors.
const (
	ErrServer  ErrorType = "server"
	ErrTimeout ErrorType = "timeout"
	// ErrUnmapped means that the provider's error fits no other type.
	ErrUnmapped ErrorType = "unmapped"
)

// Error returns the name of the type after the prefix "openrouter: ".
func (t ErrorType) Error() string { return "openrouter: " + string(t) }

// known reports whether t is one of the types above. Other servers name failures differently.
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

// typeOfWord is the type that a code or a type of another vocabulary stands for;
// "" if it stands for none, or says less than a status does, as server_error.
func typeOfWord(word string) ErrorType {
	word = strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(word))
	if t := ErrorType(word); t.known() {
		return t
	}
	switch word {
	case "insufficient_quota", "insufficient_credits", "insufficient_balance", "billing_hard_limit_reached", "billing_not_active",
		"billing_error", "quota_exceeded":
		return ErrPaymentRequired
	case "invalid_api_key", "incorrect_api_key", "authentication_error", "unauthorized", "unauthenticated":
		return ErrAuthentication
	case "permission_error", "forbidden", "access_denied":
		return ErrPermissionDenied
	case "rate_limit_error", "rate_limit", "rate_limited", "rate_limit_reached", "too_many_requests", "resource_exhausted":
		return ErrRateLimitExceeded
	case "exceed_context_size_error", "context_window_exceeded":
		return ErrContextLengthExceeded
	case "string_above_max_length":
		return ErrStringTooLong
	case "model_not_found", "not_found_error":
		return ErrNotFound
	case "request_too_large", "payloadtoolargeerror":
		return ErrPayloadTooLarge
	case "invalid_request_error", "invalid_argument", "bad_request":
		return ErrInvalidRequest
	case "content_filter", "responsibleaipolicyviolation":
		return ErrContentPolicyViolation
	case "overloaded", "overloaded_error", "engine_overloaded", "model_overloaded", "service_unavailable":
		return ErrProviderOverloaded
	case "timeout_error", "request_timeout", "gateway_timeout", "deadline_exceeded":
		return ErrTimeout
	}
	return ""
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

// ErrorObject is the error member of an answer, a choice or a chunk, as it was received. Calls
// return it as an [*APIError].
type ErrorObject struct {
	// Code is an HTTP status. A code that is not a number is in Extra.
	Code int `json:"code,omitzero"`
	// Message is often general. The provider's message is in Metadata.
	Message string `json:"message"`
	// Metadata depends on the kind of error: see [APIError.Moderation],
	// [APIError.ProviderError] and [APIError.RateLimit].
	Metadata json.RawMessage `json:"metadata,omitzero"`

	// ErrorType is set if Availability is set. Otherwise the type is a member of Metadata.
	ErrorType ErrorType `json:"error_type,omitzero"`
	// Type and Param are the names that OpenAI uses.
	Type  string `json:"type,omitzero"`
	Param string `json:"param,omitzero"`
	// HTTPStatus is sent instead of Code if Availability is set.
	HTTPStatus   int           `json:"http_status,omitzero"`
	Availability *Availability `json:"availability,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// AvailabilityCode is the reason that a model is not available. Other values are possible. To
// decide whether to retry, use [Availability.Retryable].
type AvailabilityCode string

// The known codes. Only the last two, capacity_exhausted and temporarily_unavailable, are
// retryable.
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

// Availability describes why no provider could serve a request, and what to do.
type Availability struct {
	Code AvailabilityCode `json:"code"`
	// Retryable is true if the same request can succeed later.
	Retryable bool `json:"retryable"`
	// RetryAfter is the minimum time to wait, in seconds; 0 means that there is no hint.
	RetryAfter float64 `json:"retry_after,omitzero"`
	// RequestedModels are the models that the request named.
	RequestedModels []string `json:"requested_models"`
	// AffectedProviders are the providers that could not serve the request.
	AffectedProviders []string `json:"affected_providers,omitzero"`
	// ExcludedBy lists the rules that excluded providers: geo, data_region, data_policy:zdr,
	// data_policy:training, max_price, context_length, require_parameters, quantization,
	// allowed_providers, or others.
	ExcludedBy []string `json:"excluded_by,omitzero"`
	// FallbackModels are suggestions of models to try instead.
	FallbackModels []string `json:"fallback_models,omitzero"`
	// Constraint is the part of the request that no endpoint could meet.
	Constraint *AvailabilityConstraint `json:"constraint,omitzero"`
	// DocsURL is a page about Code.
	DocsURL string `json:"docs_url"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// AvailabilityConstraint names a field of the request and what it asked for.
type AvailabilityConstraint struct {
	Field  string `json:"field,omitzero"`
	Detail string `json:"detail,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}
