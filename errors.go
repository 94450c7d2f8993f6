package openrouter

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

var (
	// ErrMissingAPIKey is returned before any network when there is no key:
	// neither [WithAPIKey] nor OPENROUTER_API_KEY. With other mistakes beside it,
	// it is one of the causes of a [*ValidationError].
	ErrMissingAPIKey = errors.New("openrouter: no API key: set OPENROUTER_API_KEY or use WithAPIKey")

	// ErrStreamTruncated is a stream that ended without [DONE] and without
	// saying why. It matches io.ErrUnexpectedEOF.
	ErrStreamTruncated error = &streamEnd{"stream ended before it was done", io.ErrUnexpectedEOF}

	// ErrStreamIdle is a stream that sent nothing, not even a comment, for the
	// time of [WithStreamIdleTimeout].
	ErrStreamIdle error = &streamEnd{"stream sent nothing for too long", os.ErrDeadlineExceeded}

	// ErrContentTimeout is a stream that sent no content for the time of
	// [WithContentTimeout], though it may have sent comments.
	ErrContentTimeout error = &streamEnd{"stream sent no content for too long", os.ErrDeadlineExceeded}

	// ErrAttemptTimeout is an attempt that took longer than [WithTimeout].
	ErrAttemptTimeout error = &streamEnd{"no answer in time", os.ErrDeadlineExceeded}

	// ErrTooLarge is an answer beyond [WithMaxBodySize], or an event of a stream
	// beyond [WithMaxEventSize].
	ErrTooLarge error = &streamEnd{"answer too large", nil}

	// ErrStreamClosed is what a stream yields after Close, and when it is read
	// a second time.
	ErrStreamClosed error = &streamEnd{"stream is closed", nil}
)

// streamEnd is a way a stream ends, for errors.Is.
type streamEnd struct {
	msg string
	err error
}

func (e *streamEnd) Error() string { return "openrouter: " + e.msg }
func (e *streamEnd) Unwrap() error { return e.err }

// StreamError is an answer that broke off on its way: cut, cancelled, closed or
// unreadable. Failures that the service reports are an [*APIError] instead.
type StreamError struct {
	// Partial is what had arrived, never nil. It carries the model's text.
	Partial *ChatCompletion
	// Err is the reason: [ErrStreamTruncated], [ErrStreamIdle],
	// [ErrContentTimeout], [ErrAttemptTimeout], [ErrStreamClosed],
	// [ErrTooLarge], a context error, a [*DecodeError] or the connection's
	// error.
	Err error
}

// Error is one line without any of the answer's text.
func (e *StreamError) Error() string {
	msg := "openrouter: stream: " + strings.TrimPrefix(e.Err.Error(), "openrouter: ")
	if id := e.Call().GenerationID; id != "" {
		msg += " (generation " + nameIn(id) + ")"
	}
	return msg
}

// Unwrap returns Err.
func (e *StreamError) Unwrap() error { return e.Err }

// Call tells about the HTTP exchange.
func (e *StreamError) Call() CallInfo { return e.Partial.Call() }

// ConnectionError is an exchange that this side could not bring to its end: no
// connection, one that broke, a timeout, or an ended context.
type ConnectionError struct {
	// Err is the reason: [ErrAttemptTimeout], [ErrTooLarge], a context error,
	// io.ErrUnexpectedEOF for an answer that was cut, or the network's error.
	Err error
	// Body is what had arrived of the answer. It may carry the model's text and
	// is not part of the text of the error.
	Body []byte

	call *CallInfo
}

// Error is one line without any of the answer.
func (e *ConnectionError) Error() string {
	msg := "openrouter: " + strings.TrimPrefix(e.Err.Error(), "openrouter: ")
	if n := len(e.Body); n > 0 {
		msg += " (after " + strconv.Itoa(n) + " bytes)"
	}
	return msg
}

// Unwrap returns Err.
func (e *ConnectionError) Unwrap() error { return e.Err }

// Call tells about the HTTP exchange.
func (e *ConnectionError) Call() CallInfo { return e.call.value() }

// DecodeError is data that is not the JSON it should be.
type DecodeError struct {
	// What names the type the data was read as.
	What string
	// Offset is the byte in Body at which reading failed.
	Offset int
	// Body is the data, which may carry prompts and answers. It is not part of
	// the text of the error.
	Body []byte
	Err  error

	call *CallInfo
}

// Error is one line without any of the data.
func (e *DecodeError) Error() string {
	return "openrouter: decoding " + e.What + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *DecodeError) Unwrap() error { return e.Err }

// Call tells about the HTTP exchange. It is zero where there was none.
func (e *DecodeError) Call() CallInfo { return e.call.value() }

// ValidationError is a request or an option that is refused before the network.
type ValidationError struct {
	// Violations are all that was found, at least one: those of the options,
	// then those of the request.
	Violations []Violation
}

// Violation is one rule that a value breaks.
type Violation struct {
	// Field is the member's path on the wire, such as messages[2].role, or the
	// name of an option.
	Field string
	// Problem says what is wrong with it and what would be right. It never
	// repeats a prompt or a key.
	Problem string
	// Value is the number, the length or the name that breaks the rule; nil
	// where nothing is there, or where it could be text of a prompt.
	Value any
	// Limit is what the rule allows, such as "between 0 and 2"; empty where the
	// rule is no limit.
	Limit string
	// Check is the argument of [WithoutValidation] that switches the rule off.
	// It is empty for what cannot be sent at all.
	Check string
	// Err is the cause, where there is one. An encoder of the caller's own wrote
	// it, and it may repeat what it was given.
	Err error
}

// maxListed is how many violations the text of an error lists.
const maxListed = 32

// Error lists the violations in one line, and how to switch off the rules that
// can be.
func (e *ValidationError) Error() string {
	var b strings.Builder
	b.WriteString("openrouter: invalid ")
	var checks []string
	for i, v := range e.Violations {
		if check := strconv.Quote(v.Check); v.Check != "" && !slices.Contains(checks, check) {
			checks = append(checks, check)
		}
		if i >= maxListed {
			continue
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(oneLine(v.Field + ": " + v.Problem))
	}
	if more := len(e.Violations) - maxListed; more > 0 {
		b.WriteString("; and " + strconv.Itoa(more) + " more")
	}
	switch len(checks) {
	case 0:
	case 1:
		b.WriteString(" (WithoutValidation(" + checks[0] + ") switches this check off)")
	default:
		b.WriteString(" (WithoutValidation(" + strings.Join(checks, ", ") + ") switches these checks off)")
	}
	return b.String()
}

// Unwrap returns the causes.
func (e *ValidationError) Unwrap() []error {
	var errs []error
	for _, v := range e.Violations {
		if v.Err != nil {
			errs = append(errs, v.Err)
		}
	}
	return errs
}

// parenthesized lists the non-empty facts behind a message.
func parenthesized(facts ...string) string {
	var set []string
	for _, f := range facts {
		if f != "" {
			set = append(set, f)
		}
	}
	if len(set) == 0 {
		return ""
	}
	return " (" + strings.Join(set, ", ") + ")"
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func statusText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Errors and streams are rendered as their text by every verb of fmt and as
// JSON: their fields carry answers, and parts of prompts.

func render(f fmt.State, verb rune, text string) {
	switch verb {
	case 'q', 'x', 'X':
		fmt.Fprintf(f, fmt.FormatString(f, verb), text)
	default:
		_, _ = io.WriteString(f, text)
	}
}

// Format renders the error as its text, whatever the verb.
func (e *APIError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *APIError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the error as its text, whatever the verb.
func (e *StreamError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *StreamError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the error as its text, whatever the verb.
func (e *ConnectionError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *ConnectionError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the error as its text, whatever the verb.
func (e *DecodeError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *DecodeError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the error as its text, whatever the verb.
func (e *ValidationError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *ValidationError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the stream as its text, whatever the verb.
func (s *Stream) Format(f fmt.State, verb rune) { render(f, verb, s.String()) }

// Format renders the client as its text, whatever the verb.
func (c *Client) Format(f fmt.State, verb rune) { render(f, verb, c.String()) }
