package wire

import (
	"encoding/json"
	"reflect"
	"strings"
)

// holdsItself reports whether what encoding/json would encode of v contains v's own memory, or any of it twice on one way down.
func holdsItself(v any) bool {
	var d descent
	return d.into(reflect.ValueOf(v))
}

// A descent is the way from a value to what is looked at.
type descent struct {
	on   map[place]bool // the places on the way
	done map[place]bool // the places that were left again
}

// A place is memory that can be reached in several ways.
type place struct {
	at  uintptr
	len int
	typ reflect.Type
}

func (d *descent) into(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Interface:
		return !v.IsNil() && d.into(v.Elem())
	case reflect.Array:
		return d.elements(v)
	case reflect.Struct:
		if v.Type().Implements(reflect.TypeFor[json.Marshaler]()) && !isOurs(v.Type()) {
			return false // nobody knows what it encodes
		}
		for field, value := range v.Fields() {
			if field.IsExported() && d.into(value) {
				return true
			}
		}
		return false
	case reflect.Pointer, reflect.Map, reflect.Slice:
	default:
		return false
	}
	if v.IsNil() {
		return false
	}
	at := place{at: v.Pointer(), typ: v.Type()}
	if v.Kind() == reflect.Slice {
		at.len = v.Len()
	}
	if d.on[at] || d.done[at] {
		return d.on[at]
	}
	if d.on == nil {
		d.on, d.done = map[place]bool{}, map[place]bool{}
	}
	d.on[at] = true
	defer func() {
		delete(d.on, at)
		d.done[at] = true
	}()
	switch v.Kind() {
	case reflect.Pointer:
		return d.into(v.Elem())
	case reflect.Map:
		for _, value := range v.Seq2() {
			if d.into(value) {
				return true
			}
		}
		return false
	}
	return d.elements(v)
}

func (d *descent) elements(v reflect.Value) bool {
	switch v.Type().Elem().Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface, reflect.Struct, reflect.Array:
		for i := range v.Len() {
			if d.into(v.Index(i)) {
				return true
			}
		}
	}
	return false
}

// isOurs reports whether a type's codec is written onto this package.
func isOurs(t reflect.Type) bool {
	return t.PkgPath() == strings.TrimSuffix(reflect.TypeFor[Writer]().PkgPath(), "/internal/wire")
}
