package schema

import (
	"reflect"
	"slices"
	"sync"
)

// Step is where a container goes on: at a member of an object, or at an element of a list.
type Step struct {
	Name   string
	IsList bool
}

// Shown tells how much of an unfinished value of type t can be decoded. steps has one step for each
// open container, from the outside to the inside; isText tells that behind the last one a string is
// open. Shown returns how many of the containers can be closed at once, and whether the string can.
//
// A type that reads itself from JSON or text would refuse half of it. An enum, a format or a pattern
// would refuse half a string.
func Shown(t reflect.Type, steps []Step, isText bool) (containers int, text bool) {
	fussy := false
	for i, step := range steps {
		t, _ = pointee(t)
		if isOpaque(t) {
			return i, false
		}
		if i == len(steps)-1 && !isText {
			return len(steps), false
		}
		switch kind := t.Kind(); {
		case kind == reflect.Interface:
			return len(steps), true
		case kind == reflect.Struct && !step.IsList:
			f, ok := fieldOf(t, step.Name)
			if !ok {
				return i + 1, false // is not allowed, which is found in the end
			}
			t, fussy = f.typ, isFussy(f)
		case kind == reflect.Map && !step.IsList:
			t, fussy = t.Elem(), false
		case (kind == reflect.Slice || kind == reflect.Array) && step.IsList:
			t = t.Elem() // the keywords of the field hold for the elements
		default:
			return i, false // of another JSON type
		}
	}
	t, _ = pointee(t)
	isString := t.Kind() == reflect.String && t != numberType
	return len(steps), !fussy && !isOpaque(t) && (isString || t.Kind() == reflect.Interface)
}

// isOpaque reports whether a type has JSON of its own.
func isOpaque(t reflect.Type) bool {
	return implements(t, jsonUnmarshaler) || implements(t, textUnmarshaler) || implements(t, describer) || implements(t, alias)
}

// isFussy reports whether a field accepts certain strings only.
func isFussy(f field) bool {
	tag := parseTag(f.tag)
	return slices.ContainsFunc([]string{"enum", "pattern", "format"}, tag.has) || f.tag.Get("jsonschema_extras") != ""
}

// Slot returns what the steps lead to within v, or false if they lead nowhere. A step into a list
// leads to its last element. What can be shared with other values, pointers and lists, is replaced by
// copies on the way, so that they do not see a change.
func Slot(v reflect.Value, steps []Step) (reflect.Value, bool) {
	for i := 0; ; i++ {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			v.Set(own)
			v = own.Elem()
		}
		if isOpaque(v.Type()) {
			return v, false
		}
		if i == len(steps) {
			return v, v.CanSet()
		}
		if v.Kind() == reflect.Slice && steps[i].IsList && v.Len() > 0 {
			own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(own, v)
			v.Set(own)
			v = own.Index(v.Len() - 1)
			continue
		}
		if v.Kind() != reflect.Struct || steps[i].IsList {
			return v, false
		}
		f, ok := fieldOf(v.Type(), steps[i].Name)
		if !ok {
			return v, false
		}
		for _, n := range f.index {
			if v.Kind() != reflect.Struct {
				return v, false // behind an embedded pointer
			}
			v = v.Field(n)
		}
		if !v.CanSet() {
			return v, false
		}
	}
}

var fields sync.Map // reflect.Type → map[string]field

func fieldOf(t reflect.Type, name string) (field, bool) {
	byName, ok := fields.Load(t)
	if !ok {
		all := map[string]field{}
		for _, f := range jsonFields(t) {
			all[f.name] = f
		}
		byName, _ = fields.LoadOrStore(t, all)
	}
	f, ok := byName.(map[string]field)[name]
	return f, ok
}
