// Package deep copies and compares values of the types that are JSON on the wire.
package deep

import (
	"reflect"
	"strings"
	"unsafe"
)

// Clone returns a copy of v. Structs of the module's root package, lists and maps are copied at every depth. What else pointers lead to is
// shared: only its owner knows how to copy it. A value that holds itself has a copy that holds itself.
func Clone[T any](v T) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	var c cloner
	out.Set(c.clone(reflect.ValueOf(&v).Elem()))
	return out.Interface().(T)
}

// A cloner makes one copy of each piece of memory.
type cloner struct{ made map[place]reflect.Value }

// A place is memory that can be reached in several ways.
type place struct {
	at  unsafe.Pointer
	len int // of a slice
	typ reflect.Type
}

// copyOf returns the copy that was made of what v leads to.
func (c *cloner) copyOf(v reflect.Value) (reflect.Value, bool) {
	out, ok := c.made[placeOf(v)]
	return out, ok
}

func (c *cloner) keep(v, out reflect.Value) {
	if c.made == nil {
		c.made = map[place]reflect.Value{}
	}
	c.made[placeOf(v)] = out
}

func placeOf(v reflect.Value) place {
	p := place{at: v.UnsafePointer(), typ: v.Type()}
	if v.Kind() == reflect.Slice {
		p.len = v.Len()
	}
	return p
}

func (c *cloner) clone(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(c.clone(v.Elem()))
		return out
	case reflect.Struct:
		return c.cloneStruct(v)
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if v.IsNil() {
			return v
		}
	default:
		return v
	}
	if out, ok := c.copyOf(v); ok {
		return out
	}
	switch v.Kind() {
	case reflect.Pointer:
		elem := v.Type().Elem()
		if elem.Kind() == reflect.Struct && !isOurs(elem) {
			return v
		}
		out := reflect.New(elem).Convert(v.Type())
		c.keep(v, out)
		out.Elem().Set(c.clone(v.Elem()))
		return out
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		if isPlain(v.Type().Elem().Kind()) {
			reflect.Copy(out, v)
			return out
		}
		c.keep(v, out)
		for i := range v.Len() {
			out.Index(i).Set(c.clone(v.Index(i)))
		}
		return out
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	c.keep(v, out)
	for key, value := range v.Seq2() {
		out.SetMapIndex(key, c.clone(value))
	}
	return out
}

func (c *cloner) cloneStruct(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v) // what is not exported is never changed
	if !isOurs(v.Type()) {
		return out
	}
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() && !isPlain(v.Field(i).Kind()) {
			out.Field(i).Set(c.clone(v.Field(i)))
		}
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

var root = strings.TrimSuffix(reflect.TypeFor[cloner]().PkgPath(), "/internal/deep")
