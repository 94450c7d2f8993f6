// Package unencodable finds the values in a request that have no JSON.
package unencodable

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
	"unsafe"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Value is a value that has no JSON.
type Value struct {
	Path    string // from the request down, such as messages[0].content
	Problem string
	Value   any // the number; nil for everything else
	Err     error
}

// Find returns every value in the request that has no JSON, in the order in which
// they would be sent. request is a pointer to a struct. err is the error of the
// encoder, which stops at the first such value. Call Find only after that error,
// because it inspects every value by reflection. It looks into types of the
// request's package, and tries all others with the encoder.
func Find(request any, err error) []Value {
	v := reflect.ValueOf(request).Elem()
	s := &seeker{ours: v.Type().PkgPath()}
	s.look("", v)
	if len(s.found) == 0 {
		at := Value{Path: "request"}
		if e, ok := errors.AsType[*wire.ValueError](err); ok && e.Path != "" {
			at.Path = e.Path
		}
		at.Problem, at.Err = NoJSON(err)
		s.add(at)
	}
	return s.found
}

// seeker visits values and collects those that have no JSON.
type seeker struct {
	ours  string // the path of the request's package
	found []Value
	on    []place // the way to the value that is visited
}

// place is memory that can be reached in several ways.
type place struct {
	at  unsafe.Pointer
	len int // of a slice
}

// enter goes on into a pointer, map or slice. It returns false for one that is on
// the way already, which it records.
func (s *seeker) enter(path string, v reflect.Value) bool {
	at := place{at: v.UnsafePointer()}
	if v.Kind() == reflect.Slice {
		at.len = v.Len()
	}
	if slices.Contains(s.on, at) {
		s.add(Value{Path: path, Problem: itself})
		return false
	}
	s.on = append(s.on, at)
	return true
}

func (s *seeker) leave() { s.on = s.on[:len(s.on)-1] }

const itself = "contains itself, which JSON cannot carry"

func (s *seeker) add(v Value) { s.found = append(s.found, v) }

// look visits a value of one of the package's own types.
func (s *seeker) look(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && s.enter(path, v) {
			s.look(path, v.Elem())
			s.leave()
		}
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			s.add(Value{Path: path, Problem: "is " + strconv.FormatFloat(f, 'g', -1, 64) + ", which JSON cannot carry", Value: f})
		}
	case reflect.Struct:
		s.members(path, v)
	case reflect.Map:
		if s.enter(path, v) {
			s.entries(path, v, nil)
			s.leave()
		}
	case reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Uint8: // a json.RawMessage
			if !v.IsNil() {
				s.try(path, json.RawMessage(v.Bytes()))
			}
		case reflect.Struct, reflect.Interface:
			if v.Len() == 0 || !s.enter(path, v) {
				return
			}
			for i := range v.Len() {
				s.element(path+"["+strconv.Itoa(i)+"]", v.Index(i))
			}
			s.leave()
		}
	case reflect.Interface:
		if v.Type().NumMethod() == 0 {
			s.any(path, v.Interface())
		} else if !v.IsNil() {
			s.element(path, v)
		}
	}
}

// members visits the fields of an object, then its Extra. A field that is set takes
// precedence over a member of Extra.
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
	if extra.IsValid() && extra.Len() > 0 && s.enter(path, extra) {
		s.entries(path, extra, set)
		s.leave()
	}
}

// entries visits a map in the order in which it is sent.
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

// element visits an element of a list, or a value of an interface type. It must not
// be nil.
func (s *seeker) element(path string, v reflect.Value) {
	if v.Kind() == reflect.Interface {
		pointer := v.Elem()
		if v = pointer; v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		switch {
		case !v.IsValid():
			s.add(Value{Path: path, Problem: "is nil"})
			return
		case !s.isOurs(v.Type()):
			s.add(Value{Path: path, Problem: "is of type " + v.Type().String() + ", must be of a type of this package"})
			return
		case v.Kind() == reflect.Slice:
			s.try(path, append(json.RawMessage{}, v.Bytes()...)) // not nil, which would be encoded as null
			return
		}
		v = pointer
	}
	s.look(path, v)
}

// any visits a value of any type.
func (s *seeker) any(path string, v any) {
	t := reflect.TypeOf(v)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t != nil && s.isOurs(t) || t == reflect.TypeFor[float64]() {
		s.look(path, reflect.ValueOf(v)) // a pointer to one, too
		return
	}
	s.try(path, v)
}

func (s *seeker) isOurs(t reflect.Type) bool { return t.PkgPath() == s.ours }

// try records a value that the encoder refuses.
func (s *seeker) try(path string, v any) {
	w := wire.NewWriter(nil)
	w.Any(v)
	if _, err := w.Bytes(); err != nil {
		v := Value{Path: path}
		v.Problem, v.Err = NoJSON(err)
		s.add(v)
	}
}

// NoJSON describes why a value has no JSON. The description never contains the
// value; the error of an encoder may.
func NoJSON(err error) (problem string, cause error) {
	if e, ok := errors.AsType[*wire.ValueError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*wire.SyntaxError](err); ok {
		return fmt.Sprintf("is not valid JSON at byte %d", e.Offset), err
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("contains text that is not valid JSON at byte %d", e.Offset), err
	}
	if e, ok := errors.AsType[*json.UnsupportedTypeError](err); ok {
		return "contains a value of type " + typeName(e.Type) + ", which JSON cannot carry", err
	}
	if e, ok := errors.AsType[*json.UnsupportedValueError](err); ok {
		if slices.Contains([]string{"NaN", "+Inf", "-Inf"}, e.Str) {
			return "contains the number " + e.Str + ", which JSON cannot carry", err
		}
		return itself, err
	}
	if e, ok := errors.AsType[*json.MarshalerError](err); ok {
		return "contains a value of type " + typeName(e.Type) + " that failed to encode", err
	}
	return "cannot be encoded as JSON", err
}

// typeName returns the name of a type without the pointer that some versions of
// encoding/json add.
func typeName(t reflect.Type) string { return strings.TrimPrefix(t.String(), "*") }
