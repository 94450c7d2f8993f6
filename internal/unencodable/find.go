package openrouter

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// unencodable notes every value in the request that has no JSON. The encoder,
// which stops at the first, has found one before; only then is there a reason
// to look at each value by reflection.
func (k *checker) unencodable(r *ChatCompletionRequest, err error) {
	all := *r // a copy, so that only a request that is refused escapes to the heap
	s := &seeker{}
	s.look("", reflect.ValueOf(&all))
	if len(s.found) == 0 {
		v := Violation{Field: "request"}
		if e, ok := errors.AsType[*wire.ValueError](err); ok && e.Path != "" {
			v.Field = e.Path
		}
		v.Problem, v.Err = noJSON(err)
		s.add(v)
	}
	k.found = append(k.found, s.found...)
}

// seeker goes through values and collects those that have no JSON.
type seeker struct{ found []Violation }

func (s *seeker) add(v Violation) { s.found = append(s.found, v) }

// look goes through a value of this package's types.
func (s *seeker) look(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			s.look(path, v.Elem())
		}
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			s.add(Violation{Field: path, Problem: "is " + strconv.FormatFloat(f, 'g', -1, 64) + ", which JSON cannot carry", Value: f})
		}
	case reflect.Struct:
		s.members(path, v)
	case reflect.Map:
		s.entries(path, v, nil)
	case reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Uint8: // JSON as text
			if !v.IsNil() {
				s.try(path, json.RawMessage(v.Bytes()))
			}
		case reflect.Struct, reflect.Interface:
			for i := range v.Len() {
				s.element(path+"["+strconv.Itoa(i)+"]", v.Index(i))
			}
		}
	case reflect.Interface:
		if v.Type().NumMethod() == 0 {
			s.any(path, v.Interface())
		} else if !v.IsNil() {
			s.element(path, v)
		}
	}
}

// members goes through an object's fields, then through its Extra, over which a
// field takes precedence.
func (s *seeker) members(path string, v reflect.Value) {
	var extra reflect.Value
	var set []string
	for field, value := range v.Fields() {
		switch name, _, _ := strings.Cut(field.Tag.Get("json"), ","); {
		case name == "-":
			extra = value
		case name != "" && !value.IsZero():
			set = append(set, name)
			s.look(member(path, name), value)
		}
	}
	if extra.IsValid() {
		s.entries(path, extra, set)
	}
}

// entries goes through a map in the order in which it is sent.
func (s *seeker) entries(path string, v reflect.Value, except []string) {
	members := map[string]reflect.Value{}
	for key, value := range v.Seq2() {
		if !slices.Contains(except, key.String()) {
			members[key.String()] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		s.look(member(path, name), members[name])
	}
}

func member(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// element looks at an element of a list, or at one of several variants, where
// nil is not allowed.
func (s *seeker) element(path string, v reflect.Value) {
	if v.Kind() == reflect.Interface {
		if v = v.Elem(); v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		switch {
		case !v.IsValid():
			s.add(Violation{Field: path, Problem: "is nil"})
			return
		case !isOurs(v.Type()):
			s.add(Violation{Field: path, Problem: "is of type " + v.Type().String() + ", which is not one of this package's"})
			return
		case v.Kind() == reflect.Slice:
			s.try(path, append(json.RawMessage{}, v.Bytes()...)) // not nil, which is null elsewhere
			return
		}
	}
	s.look(path, v)
}

// any looks at a value that the caller chose freely.
func (s *seeker) any(path string, v any) {
	t := reflect.TypeOf(v)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t != nil && isOurs(t) || t == reflect.TypeFor[float64]() {
		s.look(path, reflect.ValueOf(v))
		return
	}
	s.try(path, v)
}

func isOurs(t reflect.Type) bool {
	return t.PkgPath() == reflect.TypeFor[ChatCompletionRequest]().PkgPath()
}

// try notes a value that the encoder refuses.
func (s *seeker) try(path string, v any) {
	w := wire.NewWriter(nil)
	w.Any(v)
	if _, err := w.Bytes(); err != nil {
		violation := Violation{Field: path}
		violation.Problem, violation.Err = noJSON(err)
		s.add(violation)
	}
}

// noJSON says why a value has no JSON, in words that never repeat the value, as
// the error of an encoder may.
func noJSON(err error) (problem string, cause error) {
	if e, ok := errors.AsType[*wire.ValueError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*wire.SyntaxError](err); ok {
		return fmt.Sprintf("is not JSON, at byte %d", e.Offset), err
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("holds text that is not JSON, at byte %d", e.Offset), err
	}
	if e, ok := errors.AsType[*json.UnsupportedTypeError](err); ok {
		return "holds a value of type " + typeName(e.Type) + ", which JSON cannot carry", err
	}
	if e, ok := errors.AsType[*json.UnsupportedValueError](err); ok {
		if slices.Contains([]string{"NaN", "+Inf", "-Inf"}, e.Str) {
			return "holds a number that is " + e.Str + ", which JSON cannot carry", err
		}
		return "holds itself, which JSON cannot carry", err
	}
	if e, ok := errors.AsType[*json.MarshalerError](err); ok {
		return "holds a value of type " + typeName(e.Type) + ", whose encoding failed", err
	}
	return "cannot be encoded as JSON", err
}

// typeName leaves out the pointer that some versions of the encoder put there.
func typeName(t reflect.Type) string { return strings.TrimPrefix(t.String(), "*") }
