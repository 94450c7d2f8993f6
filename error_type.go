package openrouter

import "net/http"

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
