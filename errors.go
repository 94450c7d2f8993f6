package openrouter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter/internal/redact"
)

var (
	// ErrMissingAPIKey means that neither [WithAPIKey] nor OPENROUTER_API_KEY sets a
	// key. Nothing was sent. If there are other mistakes, the error is a
	// [*ValidationError] that wraps ErrMissingAPIKey.
	ErrMissingAPIKey = errors.New("openrouter: no API key: set OPENROUTER_API_KEY, or give WithAPIKey one that is not empty")

	// ErrStreamTruncated means that a stream was cut. It ended without the event
	// "[DONE]", before every choice had its finish reason, and the service reported
	// no failure. ErrStreamTruncated matches io.ErrUnexpectedEOF.
	ErrStreamTruncated error = &streamEnd{"stream ended before it was complete", io.ErrUnexpectedEOF}

	// ErrStreamIdle means that a stream sent nothing, not even a comment, for the
	// time set by [WithStreamIdleTimeout].
	ErrStreamIdle error = &streamEnd{"stream sent nothing for too long", os.ErrDeadlineExceeded}

	// ErrContentTimeout means that a stream sent no content for the time set by
	// [WithContentTimeout]. It may have sent comments.
	ErrContentTimeout error = &streamEnd{"stream sent no content for too long", os.ErrDeadlineExceeded}

	// ErrAttemptTimeout means that an attempt took longer than [WithTimeout] or the
	// Timeout of the http.Client allows. It does not match context.DeadlineExceeded,
	// which is the caller's own deadline.
	ErrAttemptTimeout error = &streamEnd{"no answer in time", os.ErrDeadlineExceeded}

	// ErrTooLarge means that an answer is larger than [WithMaxBodySize] allows, that
	// a stream is larger than [WithMaxStreamSize] allows, or that an event of a stream
	// is larger than [WithMaxEventSize] allows. It also means that an answer has more
	// than 4,096 choices, or that a choice has more than 4,096 tool calls or reasoning
	// details. A [*FileError] for a file that is too large matches it, too.
	ErrTooLarge error = &streamEnd{"answer too large", nil}

	// ErrStreamClosed means that a stream was closed before its end, or was read a
	// second time.
	ErrStreamClosed error = &streamEnd{"stream is closed", nil}
)

// streamEnd is an error that errors.Is can compare.
type streamEnd struct {
	msg string
	err error
}

func (e *streamEnd) Error() string { return "openrouter: " + e.msg }
func (e *streamEnd) Unwrap() error { return e.err }

// StreamError means that a stream broke off: it was cut, silent, cancelled, closed
// or unreadable. A failure that the service reports is an [*APIError] instead.
type StreamError struct {
	// Partial is the part of the answer that had arrived. It is never nil. It
	// contains the model's text.
	Partial *ChatCompletion
	// Err is the reason: [ErrStreamTruncated], [ErrStreamIdle],
	// [ErrContentTimeout], [ErrAttemptTimeout], [ErrStreamClosed],
	// [ErrTooLarge], a context error, a [*DecodeError] or the connection's
	// error.
	Err error
}

// Error returns one line. It contains no text of the answer.
func (e *StreamError) Error() string {
	reason := strings.TrimPrefix(oneLine(e.Err.Error()), "openrouter: ")
	if !strings.HasPrefix(reason, "stream ") {
		reason = "stream: " + reason
	}
	msg := "openrouter: " + reason
	if id := e.Call().GenerationID; id != "" {
		msg += " (generation " + nameIn(id) + ")"
	}
	return msg
}

// Unwrap returns Err.
func (e *StreamError) Unwrap() error { return e.Err }

// Call describes the HTTP exchange.
func (e *StreamError) Call() CallInfo { return e.Partial.Call() }

// ConnectionError means that a call did not get a complete response: there was no
// connection, it broke off, the call took too long, or its context ended.
type ConnectionError struct {
	// Err is the reason: [ErrAttemptTimeout], [ErrTooLarge], a context error,
	// io.ErrUnexpectedEOF for an answer that was cut, or the network's error.
	Err error
	// Body is what had arrived of the answer. It may contain the model's text. The
	// text of the error does not include it.
	Body []byte

	unsent bool // nothing of the request was sent
	call   *CallInfo
}

// Error returns one line. It contains no text of the answer.
func (e *ConnectionError) Error() string {
	msg := "openrouter: " + strings.TrimPrefix(oneLine(e.Err.Error()), "openrouter: ")
	if n := len(e.Body); n > 0 {
		msg += " (after " + strconv.Itoa(n) + " bytes)"
	}
	return msg
}

// Unwrap returns Err.
func (e *ConnectionError) Unwrap() error { return e.Err }

// Call describes the HTTP exchange.
func (e *ConnectionError) Call() CallInfo { return e.call.value() }

// DecodeError means that data could not be decoded: it is not complete and valid
// JSON, or has another JSON type than expected.
type DecodeError struct {
	// What is the name of the expected type, such as ChatCompletion.
	What string
	// Offset is the position in Body at which decoding failed, in bytes.
	Offset int
	// Body is the data. It may contain prompts and answers. The text of the error
	// does not include it.
	Body []byte
	// Err is the reason.
	Err error

	call *CallInfo
}

// Error returns one line. It contains nothing of the data.
func (e *DecodeError) Error() string {
	return "openrouter: decoding " + oneLine(e.What) + ": " + oneLine(e.Err.Error())
}

// Unwrap returns Err.
func (e *DecodeError) Unwrap() error { return e.Err }

// Call describes the HTTP exchange. It is zero if there was none.
func (e *DecodeError) Call() CallInfo { return e.call.value() }

// ValidationError means that a request or an option is invalid. Nothing was sent,
// except for the rows of a batch before an invalid one, which the service drops.
type ValidationError struct {
	// Violations lists everything that was found: first for the options, then for
	// the request. It has at least one element.
	Violations []Violation
}

// Violation describes a value that breaks a rule.
type Violation struct {
	// Field is the path of a member in the JSON, such as messages[2].role, or the
	// name of an option.
	Field string
	// Problem says what is wrong and what is allowed, such as "is 9, must be between
	// 0 and 2". Field and Problem together are a sentence. Problem never contains a
	// prompt or a key.
	Problem string
	// Value is the number, the length or the name that breaks the rule. It is nil
	// if there is no value, or if the value could be part of a prompt.
	Value any
	// Limit is what the rule allows, such as "between 0 and 2". It is empty if the
	// rule is not a limit.
	Limit string
	// Check is the argument of [WithoutValidation] that switches the rule off. It
	// is empty if the value cannot be sent at all.
	Check string
	// Err is the cause, or nil. It may come from the MarshalJSON of one of your own
	// types, and may then contain the value.
	Err error
}

// maxListed is the number of violations that the text of an error lists.
const maxListed = 32

// Error lists the violations in one line, and the call of [WithoutValidation] that
// switches their checks off.
func (e *ValidationError) Error() string {
	var b strings.Builder
	b.WriteString("openrouter: ")
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
		b.WriteString(oneLine(v.Field + " " + v.Problem))
	}
	if more := len(e.Violations) - maxListed; more > 0 {
		b.WriteString("; and " + strconv.Itoa(more) + " more")
	}
	if len(checks) == 0 {
		return b.String()
	}
	b.WriteString("; WithoutValidation(" + strings.Join(checks, ", ") + ")")
	switch stuck := slices.ContainsFunc(e.Violations, func(v Violation) bool { return v.Check == "" }); {
	case !stuck:
		b.WriteString(" sends it anyway")
	case len(checks) == 1:
		b.WriteString(" switches that check off")
	default:
		b.WriteString(" switches those checks off")
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

// parenthesized lists the facts that are not empty, for the end of a message.
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

// Every verb of fmt, and JSON, renders errors and streams as their text, because
// their fields contain answers and parts of prompts.

func render(f fmt.State, verb rune, text string) {
	switch verb {
	case 'q', 'x', 'X':
		fmt.Fprintf(f, fmt.FormatString(f, verb), text)
	default:
		_, _ = io.WriteString(f, text)
	}
}

// Format writes the text of the error, for every verb.
func (e *APIError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *APIError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format writes the text of the error, for every verb.
func (e *StreamError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *StreamError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format writes the text of the error, for every verb.
func (e *ConnectionError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *ConnectionError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format writes the text of the error, for every verb.
func (e *DecodeError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *DecodeError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format writes the text of the error, for every verb.
func (e *ValidationError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *ValidationError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format writes the text of the stream, for every verb.
func (s *Stream) Format(f fmt.State, verb rune) { render(f, verb, s.String()) }

// Format writes the text of the client, for every verb.
func (c *Client) Format(f fmt.State, verb rune) { render(f, verb, c.String()) }

// Servers and networks repeat what was sent to them. This file keeps the key and
// other secrets out of errors. It works on errors that are finished: what an error
// is, is decided by the bytes as they came.

// secrets are the texts that no error may show.
type secrets struct{ redact.Secrets }

// conceal removes the secrets from an error of this library, in place, and from its
// causes. What the model wrote and the ids stay as they are.
func (s secrets) conceal(err error) error {
	if len(s.Secrets) == 0 {
		return err
	}
	switch e := err.(type) {
	case nil, *streamEnd:
	case *APIError:
		e.Message, e.Provider = s.Text(e.Message), s.Text(e.Provider)
		if !e.Type.known() && typeOfWord(string(e.Type)) == "" { // errors.Is needs the others
			e.Type = ErrorType(s.Text(string(e.Type)))
		}
		e.Metadata, e.Body, e.err = s.JSON(e.Metadata), s.data(e.Body), s.conceal(e.err)
		e.Availability, e.RouterMetadata = concealedCopy(s, e.Availability), concealedCopy(s, e.RouterMetadata)
		if e.Partial != nil {
			s.concealReport(e.Partial.Error, e.Partial.Extra)
			for i := range e.Partial.Choices {
				s.concealReport(e.Partial.Choices[i].Error, nil)
			}
		}
	case *ConnectionError:
		e.Body, e.Err = s.data(e.Body), s.conceal(e.Err)
	case *StreamError:
		e.Err = s.conceal(e.Err)
	case *DecodeError:
		e.Body, e.Offset = s.Data(e.Body, e.Offset)
		e.Err = s.conceal(e.Err)
	case *BatchError:
		e.Batch.ID, e.Batch.Status = s.Text(e.Batch.ID), BatchStatus(s.Text(string(e.Batch.Status)))
		s.concealReport(e.Batch.Error, e.Batch.Extra)
		e.Err = s.conceal(e.Err)
	case *BatchUnknownError:
		e.Model, e.Err = s.Text(e.Model), s.conceal(e.Err)
	case *ValidationError:
		return s.violations(e)
	default:
		if s.isIn(err) {
			return &concealed{s.Text(err.Error()), func() error { return err }}
		}
	}
	return err
}

// violations returns a copy of e without the secrets: several calls may share e.
func (s secrets) violations(e *ValidationError) *ValidationError {
	list := slices.Clone(e.Violations)
	for i := range list {
		v := &list[i]
		v.Field, v.Problem, v.Err = s.Text(v.Field), s.Text(v.Problem), s.conceal(v.Err)
		if text, ok := v.Value.(string); ok {
			v.Value = s.Text(text)
		}
	}
	return &ValidationError{Violations: list}
}

// isIn reports whether the text of an error, or of one that it wraps, has a secret.
func (s secrets) isIn(err error) bool {
	if err == nil {
		return false
	}
	if text := err.Error(); s.Text(text) != text {
		return true
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return s.isIn(err.Unwrap())
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(err.Unwrap(), s.isIn)
	}
	return false
}

// data is Data for a text in which no position matters.
func (s secrets) data(text []byte) []byte {
	text, _ = s.Data(text, 0)
	return text
}

// concealReport removes the secrets from a report inside an answer, in place: from
// its error object, which may be nil, and from the members beside it.
func (s secrets) concealReport(o *ErrorObject, beside map[string]any) {
	if o != nil {
		*o = *concealedCopy(s, o)
	}
	for name, v := range beside {
		if raw, ok := v.(json.RawMessage); ok {
			beside[name] = json.RawMessage(s.JSON(raw))
		}
	}
}

// concealedCopy returns v, or a copy without the secrets if its JSON holds any.
func concealedCopy[T any](s secrets, v *T) *T {
	if v == nil || len(s.Secrets) == 0 {
		return v
	}
	text, _ := json.Marshal(v) // v came from JSON
	clean := s.JSON(text)
	if string(clean) == string(text) {
		return v
	}
	v = new(T)
	_ = json.Unmarshal(clean, v) // only texts differ
	return v
}

// concealed is a cause with another text, because its own holds a secret or quotes
// data. errors.Is and errors.As find what they find in the cause. A func holds the
// cause, so that no formatting prints it.
type concealed struct {
	text  string
	cause func() error
}

func (e *concealed) Error() string        { return e.text }
func (e *concealed) Is(target error) bool { return errors.Is(e.cause(), target) }
func (e *concealed) As(target any) bool   { return errors.As(e.cause(), target) }
