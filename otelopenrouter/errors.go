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
	{openrouter.ErrBatchUnknown, "batch_unknown"}, // first: it wraps the reason
	{context.Canceled, "cancelled"},               // only in a retry
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
	switch {
	case is[*openrouter.ValidationError](err):
		return "invalid"
	case is[*openrouter.DecodeError](err):
		return "undecodable"
	case is[*openrouter.ConnectionError](err), is[*openrouter.StreamError](err):
		return "connection"
	case is[*openrouter.BatchError](err):
		return "batch"
	case is[*openrouter.FileError](err):
		return "file"
	}
	// As the conventions say, the name of the type, unless it says nothing.
	if t := reflect.TypeOf(err); !strings.HasPrefix(t.String(), "*errors.") && !strings.HasPrefix(t.String(), "*fmt.") {
		return t.String()
	}
	return otherError
}

// is reports whether err is or wraps an E.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// textOf returns the text of an error of the client. Other errors, such as those of tools, may quote
// anything: theirs is left out.
func textOf(err error) string {
	for _, text := range []func(error) string{
		textAs[*openrouter.BatchError], textAs[*openrouter.BatchUnknownError], textAs[*openrouter.APIError], textAs[*openrouter.StreamError],
		textAs[*openrouter.ConnectionError], textAs[*openrouter.DecodeError], textAs[*openrouter.ValidationError],
	} {
		if text := text(err); text != "" {
			return text
		}
	}
	return ""
}

// textAs returns the text of the first error of a type, or "".
func textAs[E error](err error) string {
	if e, ok := errors.AsType[E](err); ok {
		return e.Error()
	}
	return ""
}
