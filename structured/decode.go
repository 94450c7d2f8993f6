package structured

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/schema"
)

// Decode reads a T from the text of an answer: one of Create, of a stream, of an agent, or one that
// was stored. Only the first choice counts. Every error is an [*Error], apart from the one of a T
// without a schema, which is an [*openrouter.ValidationError].
//
// The text must be one JSON object with the members of the schema. In particular:
//
//   - null is the same as absent where a member is optional.
//   - 1.0 and 1e2 are integers. Integers of any size are exact; one that its Go type cannot hold is a
//     violation. In a float64 and in an any, they lose digits beyond 2^53, as with encoding/json.
//   - A name that occurs twice in an object is a violation.
//   - JSON in a code fence, or with text before or after it, is not accepted, unless o is Lax.
//   - A complete answer counts, even if its finish reason is length.
//
// If T or *T has a method Validate() error, it is called after that; each line of its error is a
// violation.
func (o Output[T]) Decode(res *openrouter.ChatCompletion) (T, error) {
	if _, err := o.output(); err != nil {
		var zero T
		return zero, &openrouter.ValidationError{Violations: []openrouter.Violation{withoutSchema(err)}}
	}
	value, bad := o.read(res)
	if bad != nil {
		return value, bad
	}
	return value, nil
}

// read reads a T. With an error, the T is zero.
func (o Output[T]) read(res *openrouter.ChatCompletion) (T, *Error) {
	e := &Error{Text: res.Text(), Answer: res}
	if res != nil {
		e.Usage.Add(res.Usage)
	}
	finish := res.FinishReason()
	wasCut := finish == openrouter.FinishReasonLength
	data, ok := o.find(e.Text)
	switch {
	case isRefusal(res):
		e.Err = ErrRefused
	case finish == openrouter.FinishReasonContentFilter:
		e.Err = ErrFiltered
	case !ok || wasCut && data[0] != '{':
		e.Err = notJSON(res, e.Text, wasCut)
	default:
		value, lines, cause := o.value(data)
		if len(lines) == 0 {
			return value, nil
		}
		e.Violations, e.Err = lines, ErrViolation
		if cause != nil {
			e.Err = &reason{kind: ErrViolation, cause: cause}
		}
	}
	var zero T
	return zero, e
}

// isRefusal reports whether the model refused. Some providers say so in their own finish reason alone.
func isRefusal(res *openrouter.ChatCompletion) bool {
	return res.Refusal() != "" || res != nil && len(res.Choices) > 0 && res.Choices[0].NativeFinishReason == "refusal"
}

// notJSON returns the reason why there is no JSON.
func notJSON(res *openrouter.ChatCompletion, text string, wasCut bool) error {
	switch {
	case wasCut:
		return ErrTruncated
	case len(res.ToolCalls()) > 0:
		return &reason{kind: ErrNotJSON, text: "it calls tools"}
	case strings.TrimSpace(text) == "":
		return &reason{kind: ErrNotJSON, text: "it is empty"}
	}
	return ErrNotJSON
}

// find returns the JSON in a text.
func (o Output[T]) find(text string) ([]byte, bool) {
	data := []byte(strings.TrimSpace(text))
	if json.Valid(data) {
		return data, true
	}
	if !o.Lax {
		return nil, false
	}
	return embedded(data)
}

// embedded returns the only JSON object in a text, or the JSON in a fence.
func embedded(text []byte) ([]byte, bool) {
	if inner, ok := fenced(text); ok {
		return inner, true
	}
	value, rest := firstObject(text)
	if value == nil {
		return nil, false
	}
	another, _ := firstObject(rest)
	return value, another == nil
}

// firstObject returns the first JSON object in a text, or nil, and the text behind it.
func firstObject(text []byte) (value json.RawMessage, rest []byte) {
	const most = 64 // beginnings that are tried: each may read all of the text
	for range most {
		start := bytes.IndexByte(text, '{')
		if start < 0 {
			return nil, nil
		}
		text = text[start:]
		d := json.NewDecoder(bytes.NewReader(text))
		switch err := d.Decode(&value); {
		case err == nil:
			return value, text[d.InputOffset():]
		case errors.Is(err, io.ErrUnexpectedEOF): // cut; what is inside is not the answer
			return nil, nil
		}
		text = text[1:]
	}
	return nil, nil
}

// fenced returns the JSON between the fences that Markdown has around code.
func fenced(text []byte) ([]byte, bool) {
	const fence = "```"
	inner, ok := bytes.CutPrefix(text, []byte(fence))
	if !ok {
		return nil, false
	}
	if inner, ok = bytes.CutSuffix(inner, []byte(fence)); !ok {
		return nil, false
	}
	inner = bytes.TrimSpace(bytes.TrimLeft(inner, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
	return inner, json.Valid(inner)
}

// value decodes and checks JSON. With lines, which say what is wrong, the value does not count.
func (o Output[T]) value(data []byte) (value T, lines []string, cause error) {
	out, err := o.output()
	if err != nil {
		return value, []string{err.Error()}, err
	}
	isBare := o.Lax && out.Wrapped && data[0] != '{' // an endpoint that knows no schemas leaves the object out
	if isBare {
		data = append(append([]byte(`{"value":`), data...), '}')
	}
	lines, err = out.Check(data)
	if err != nil {
		return value, []string{err.Error()}, err
	}
	if len(lines) > 0 {
		return value, lines, nil
	}
	if err := decode(data, out.Wrapped, &value); err != nil {
		return value, []string{unfit(err)}, err
	}
	if err := validate(&value); err != nil {
		return value, strings.Split(strings.TrimSpace(err.Error()), "\n"), err
	}
	return value, nil, nil
}

// wrapped is the JSON around a value that is no object.
type wrapped[T any] struct {
	Value T `json:"value"`
}

// decode decodes JSON without the member around a value that is no object.
func decode[T any](data []byte, isWrapped bool, v *T) error {
	if !isWrapped {
		return schema.Decode(data, v)
	}
	var around wrapped[T]
	err := schema.Decode(data, &around)
	*v = around.Value
	return err
}

// unfit says in words for the model why a value does not fit into its Go type.
func unfit(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		text := e.Value + " does not fit into a Go value of type " + e.Type.String()
		if e.Field != "" {
			text = e.Field + ": " + text
		}
		return text
	}
	return strings.ReplaceAll(strings.TrimPrefix(err.Error(), "json: "), "\n", " ")
}

// validate asks a value whether it is valid.
func validate[T any](v *T) error {
	type validator interface{ Validate() error }
	if own, ok := any(v).(validator); ok {
		return own.Validate()
	}
	if own, ok := any(*v).(validator); ok && !reflect.ValueOf(own).IsNil() { // T is itself a pointer
		return own.Validate()
	}
	return nil
}
