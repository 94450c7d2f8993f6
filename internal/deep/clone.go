// Package deep copies and compares values of the types that are JSON on the wire.
package deep

import (
	"reflect"
	"strings"
)

// maxDepth bounds the way down: a value may hold itself.
const maxDepth = 1000

// Clone returns a copy of v. Structs of the module's root package, lists and maps are copied at every depth. What else pointers lead to is
// shared: only its owner knows how to copy it.
func Clone[T any](v T) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	out.Set(clone(reflect.ValueOf(&v).Elem(), 0))
	return out.Interface().(T)
}

func clone(v reflect.Value, depth int) reflect.Value {
	if depth > maxDepth {
		return v
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Map:
		if v.IsNil() {
			return v
		}
	}
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Interface:
		out.Set(clone(v.Elem(), depth+1))
	case reflect.Pointer:
		if elem := v.Type().Elem(); elem.Kind() == reflect.Struct && !isOurs(elem) {
			return v
		}
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(clone(v.Elem(), depth+1))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		if isPlain(v.Type().Elem().Kind()) {
			reflect.Copy(out, v)
			break
		}
		for i := range v.Len() {
			out.Index(i).Set(clone(v.Index(i), depth+1))
		}
	case reflect.Map:
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for key, value := range v.Seq2() {
			out.SetMapIndex(key, clone(value, depth+1))
		}
	case reflect.Struct:
		out.Set(v) // what is not exported is never changed
		if isOurs(v.Type()) {
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() && !isPlain(v.Field(i).Kind()) {
					out.Field(i).Set(clone(v.Field(i), depth+1))
				}
			}
		}
	default:
		return v
	}
	return out
}

// isPlain reports whether values of a kind share no memory.
func isPlain(k reflect.Kind) bool {
	return k <= reflect.Complex128 && k != reflect.Invalid || k == reflect.String
}

// isOurs reports whether a type is one of the module's root package.
func isOurs(t reflect.Type) bool {
	return t.PkgPath() == root
}

var root = strings.TrimSuffix(reflect.TypeFor[marker]().PkgPath(), "/internal/deep")

type marker struct{}
