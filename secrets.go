package openrouter

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/openrouter-go/openrouter/internal/redact"
)

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
