package otelopenrouter

import (
	"context"
	"errors"
	"reflect"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// isCancelled reports whether the program itself ended an operation: it cancelled the context, or
// left or closed the stream.
func isCancelled(err error) bool {
	return errors.Is(err, openrouter.ErrStreamClosed) || errors.Is(err, context.Canceled)
}

// otherError is the type of errors that are not known.
const otherError = "_OTHER"

// errorTypes are the types of failures that the service does not report.
var errorTypes = []struct {
	err  error
	name string
}{
	{context.Canceled, "cancelled"}, // only in a retry
	{context.DeadlineExceeded, "deadline_exceeded"},
	{openrouter.ErrMissingAPIKey, "missing_api_key"},
	{openrouter.ErrStreamIdle, "stream_idle"},
	{openrouter.ErrContentTimeout, "content_timeout"},
	{openrouter.ErrAttemptTimeout, "timeout"},
	{openrouter.ErrTooLarge, "too_large"},
	{openrouter.ErrStreamTruncated, "stream_truncated"},
}

// reportedTypes are the types that the service reports. A type that is not among them is new; as an
// attribute of a metric, it could be anything.
var reportedTypes = map[openrouter.ErrorType]bool{
	openrouter.ErrContextLengthExceeded: true, openrouter.ErrMaxTokensExceeded: true,
	openrouter.ErrTokenLimitExceeded: true, openrouter.ErrStringTooLong: true,
	openrouter.ErrAuthentication: true, openrouter.ErrPermissionDenied: true,
	openrouter.ErrPaymentRequired: true, openrouter.ErrRateLimitExceeded: true,
	openrouter.ErrProviderOverloaded: true, openrouter.ErrProviderUnavailable: true,
	openrouter.ErrInvalidRequest: true, openrouter.ErrInvalidPrompt: true, openrouter.ErrNotFound: true,
	openrouter.ErrPreconditionFailed: true, openrouter.ErrPayloadTooLarge: true,
	openrouter.ErrUnprocessable: true, openrouter.ErrContentPolicyViolation: true, openrouter.ErrRefusal: true,
	openrouter.ErrInvalidImage: true, openrouter.ErrImageTooLarge: true, openrouter.ErrImageTooSmall: true,
	openrouter.ErrUnsupportedImageFormat: true, openrouter.ErrImageNotFound: true,
	openrouter.ErrImageDownloadFailed: true, openrouter.ErrServer: true, openrouter.ErrTimeout: true,
	openrouter.ErrUnmapped: true,
}

// typeOf returns the type of an error, which is one of few.
func typeOf(err error) string {
	for _, known := range errorTypes {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		if reportedTypes[e.Type] {
			return string(e.Type)
		}
		return otherError
	}
	if _, ok := errors.AsType[*openrouter.ValidationError](err); ok {
		return "invalid"
	}
	if _, ok := errors.AsType[*openrouter.DecodeError](err); ok {
		return "undecodable"
	}
	if _, ok := errors.AsType[*openrouter.ConnectionError](err); ok {
		return "connection"
	}
	if _, ok := errors.AsType[*openrouter.StreamError](err); ok {
		return "connection"
	}
	// As the conventions say, the name of the type, unless it says nothing.
	if t := reflect.TypeOf(err); !strings.HasPrefix(t.String(), "*errors.") && !strings.HasPrefix(t.String(), "*fmt.") {
		return t.String()
	}
	return otherError
}

// textOf returns the text of an error of the client. Other errors, such as those of tools, may quote
// anything: theirs is left out.
func textOf(err error) string {
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*openrouter.StreamError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*openrouter.ConnectionError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*openrouter.DecodeError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*openrouter.ValidationError](err); ok {
		return e.Error()
	}
	return ""
}
