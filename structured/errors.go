package structured

import (
	"errors"
	"fmt"
	"io"

	"github.com/openrouter-go/openrouter"
)

var (
	// ErrRefused means that the model refused to answer; see [openrouter.Message.Refusal]. It matches
	// [openrouter.ErrRefusal].
	ErrRefused error = refused{}
	// ErrTruncated means that the token limit ended the answer before its JSON was whole.
	ErrTruncated = errors.New("structured: the token limit cut the answer")
	// ErrFiltered means that a content filter ended the answer.
	ErrFiltered = errors.New("structured: a content filter ended the answer")
	// ErrNotJSON means that the answer is not a single JSON value.
	ErrNotJSON = errors.New("structured: the answer is not JSON")
	// ErrViolation means that the answer breaks the schema, or that Validate refused the value.
	ErrViolation = errors.New("structured: the answer does not match the schema")
)

type refused struct{}

func (refused) Error() string        { return "structured: the model refused to answer" }
func (refused) Is(target error) bool { return target == openrouter.ErrRefusal }

// Error means that the answer is not a T. It holds everything that was paid for.
type Error struct {
	// Text is the text of the answer.
	Text string
	// Answer is the last answer.
	Answer *openrouter.ChatCompletion
	// Usage is the sum of all tries.
	Usage openrouter.Usage
	// Violations says what is wrong with the value, one line for each place, such as
	// "items[2].count: must be at least 1, is 0". The places of a T that is no object begin with
	// value, the member around it. The lines may contain parts of the answer.
	Violations []string
	// Err is the reason. It matches one of [ErrRefused], [ErrTruncated], [ErrFiltered], [ErrNotJSON]
	// and [ErrViolation]. It also matches the error of Validate, or of a repair that failed.
	Err error
}

// Spent returns Usage. Packages that keep a budget ask every error with this method, such as jobs.
func (e *Error) Spent() openrouter.Usage { return e.Usage }

// Error returns one line. It contains nothing of the answer.
func (e *Error) Error() string {
	text := e.Err.Error()
	switch n := len(e.Violations); n {
	case 0:
		return text
	case 1:
		return text + " (1 violation)"
	default:
		return fmt.Sprintf("%s (%d violations)", text, n)
	}
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Format writes the text of the error, for every verb: the answer may repeat a prompt.
func (e *Error) Format(f fmt.State, verb rune) {
	switch verb {
	case 'q', 'x', 'X':
		fmt.Fprintf(f, fmt.FormatString(f, verb), e.Error())
	default:
		_, _ = io.WriteString(f, e.Error())
	}
}

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// reason is a kind of error with its cause. Its text does not have that of the cause, which may
// contain the answer.
type reason struct {
	kind, cause error
	text        string
}

func (r *reason) Error() string {
	if r.text == "" {
		return r.kind.Error()
	}
	return r.kind.Error() + ": " + r.text
}

func (r *reason) Unwrap() []error {
	if r.cause == nil {
		return []error{r.kind}
	}
	return []error{r.kind, r.cause}
}
