package deep

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Equal reports whether a and b say the same. How a value was spelled in a document, a variant by pointer or by value, and JSON that was
// decoded or is still a Go value make no difference. A value that holds itself is equal to none: it can only do so where it must be JSON.
func Equal[T any](a, b T) bool {
	return equal(reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem())
}

func equal(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Interface:
		if a.NumMethod() == 0 {
			return equalJSON(a.Interface(), b.Interface())
		}
		return equalVariants(variant(a), variant(b))
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() || a.UnsafePointer() == b.UnsafePointer() {
			return a.IsNil() == b.IsNil()
		}
		return equal(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return false
		}
		if a.Type().Elem().Kind() == reflect.Uint8 {
			return equalJSON(json.RawMessage(a.Bytes()), json.RawMessage(b.Bytes()))
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return false
		}
		for key, value := range a.Seq2() {
			if other := b.MapIndex(key); !other.IsValid() || !equal(value, other) {
				return false
			}
		}
		return true
	case reflect.Struct:
		return equalObjects(a, b)
	}
	return a.Equal(b)
}

// variant returns what is in an interface, without a pointer.
func variant(v reflect.Value) reflect.Value {
	if v = v.Elem(); v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

func equalVariants(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return a.IsValid() == b.IsValid() && !a.IsValid()
	}
	return equal(a, b)
}

// equalObjects compares fields, then the members of Extra that are sent.
func equalObjects(a, b reflect.Value) bool {
	set := map[string]bool{}
	for field := range a.Type().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || name == "-" {
			continue
		}
		x, y := a.FieldByIndex(field.Index), b.FieldByIndex(field.Index)
		if !equal(x, y) {
			return false
		}
		set[name] = !x.IsZero()
	}
	extra := func(v reflect.Value) map[string]any {
		sent := map[string]any{}
		if f := v.FieldByName("Extra"); f.IsValid() {
			for name, value := range f.Interface().(map[string]any) {
				if !set[name] {
					sent[name] = value
				}
			}
		}
		return sent
	}
	x, y := extra(a), extra(b)
	if len(x) != len(y) {
		return false
	}
	for name, value := range x {
		if other, ok := y[name]; !ok || !equalJSON(value, other) {
			return false
		}
	}
	return true
}

// equalJSON compares the JSON of two values. Values without any are equal to nothing.
func equalJSON(a, b any) bool {
	x, ok := normal(a)
	if !ok {
		return false
	}
	y, ok := normal(b)
	return ok && bytes.Equal(x, y)
}

// normal returns the JSON of a value with its names sorted and its numbers in one form.
func normal(v any) ([]byte, bool) {
	w := wire.NewWriter(nil)
	w.Any(v)
	text, err := w.Bytes()
	if err != nil {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var tree any
	if dec.Decode(&tree) != nil {
		return nil, false
	}
	out, err := json.Marshal(numbers(tree))
	return out, err == nil
}

// numbers replaces the numbers in a document by texts that are equal if they are.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = numbers(v[name])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case json.Number:
		return map[string]any{"number": decimal(string(v))}
	case string:
		return []any{v} // no text is a number
	}
	return v
}

// decimal returns a number's digits without zeros around them, and its exponent.
func decimal(s string) string {
	s, sign := strings.CutPrefix(s, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	trimmed := strings.TrimRight(digits, "0")
	if trimmed == "" {
		return "0"
	}
	exp, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
	if err != nil && exponent != "" {
		return s // an exponent beyond all numbers
	}
	exp += len(digits) - len(trimmed) - len(fraction)
	out := trimmed + "e" + strconv.Itoa(exp)
	if sign {
		out = "-" + out
	}
	return out
}
