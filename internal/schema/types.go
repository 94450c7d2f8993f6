package schema

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	numberType   = reflect.TypeFor[json.Number]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	bigIntType   = reflect.TypeFor[big.Int]()

	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	describer       = reflect.TypeFor[interface{ JSONSchema() *jsonschema.Schema }]()
	alias           = reflect.TypeFor[interface{ JSONSchemaAlias() any }]()
	extender        = reflect.TypeFor[interface{ JSONSchemaExtend(*jsonschema.Schema) }]()
)

// implements reports whether t or *t has the methods. encoding/json uses both.
func implements(t, methods reflect.Type) bool { return reflect.PointerTo(t).Implements(methods) }

// leaf returns the schema of a type that is not described by its structure, or nil.
func leaf(t reflect.Type) *jsonschema.Schema {
	switch t {
	case timeType:
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case durationType:
		return &jsonschema.Schema{Type: "integer", Description: "A duration in nanoseconds."}
	case bigIntType:
		return &jsonschema.Schema{Type: "integer"}
	case numberType:
		return &jsonschema.Schema{Type: "number"}
	case rawType:
		return &jsonschema.Schema{}
	}
	switch {
	case implements(t, describer):
		s := *reflect.New(t).Interface().(interface{ JSONSchema() *jsonschema.Schema }).JSONSchema()
		return &s // a copy, because the tags of a field change it
	case implements(t, textUnmarshaler): // with an UnmarshalJSON, too, the text is what most types read
		return &jsonschema.Schema{Type: "string"}
	case implements(t, jsonUnmarshaler):
		return &jsonschema.Schema{}
	}
	switch t.Kind() {
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return &jsonschema.Schema{Type: "integer", Minimum: "0"}
	case reflect.Slice:
		if e := t.Elem(); e.Kind() == reflect.Uint8 && !implements(e, textUnmarshaler) && !implements(e, jsonUnmarshaler) {
			return &jsonschema.Schema{Type: "string", ContentEncoding: "base64"}
		}
	}
	return nil
}

// mapped is the Mapper of the reflector. It returns nil for what invopop describes well.
func (b *builder) mapped(t reflect.Type) *jsonschema.Schema {
	if b.built[t] {
		return nil
	}
	isTop := b.top == t
	b.top = nil
	if name, ok := b.definition(t); ok && !isTop {
		return &jsonschema.Schema{Ref: "#/$defs/" + name}
	}
	if s := leaf(t); s != nil {
		return s
	}
	switch t.Kind() {
	case reflect.Struct:
		return b.object(t)
	case reflect.Map:
		return b.dictionary(t)
	}
	return nil
}

// object describes a struct by one without embedded fields. invopop follows rules of its own where
// an embedded field has the name of another one.
func (b *builder) object(t reflect.Type) *jsonschema.Schema {
	b.structs++
	if b.structs > maxStructs && !b.share {
		return &jsonschema.Schema{} // the caller starts again
	}
	fields := jsonFields(t)
	flat := flatten(fields)
	b.built[flat] = true
	s := b.reflect(flat)
	for _, f := range fields {
		if property, ok := s.Properties.Get(f.name); ok {
			f.complete(property)
			if t, _ := pointee(f.typ); property.Description == "" && property.Ref == "" {
				property.Description = b.descriptionOf(t) // which the reflector drops
			}
		}
	}
	if implements(t, extender) {
		reflect.New(t).Interface().(interface{ JSONSchemaExtend(*jsonschema.Schema) }).JSONSchemaExtend(s)
		b.described[t] = s.Description
	}
	return s
}

// descriptionOf returns what a type says about itself.
func (b *builder) descriptionOf(t reflect.Type) string {
	if s := leaf(t); s != nil {
		return s.Description
	}
	return b.described[t]
}

func (b *builder) dictionary(t reflect.Type) *jsonschema.Schema {
	elem := b.reflect(t.Elem())
	if reflect.DeepEqual(elem, &jsonschema.Schema{}) {
		elem = nil
	}
	s := &jsonschema.Schema{Type: "object"}
	digits := ""
	if !implements(t.Key(), textUnmarshaler) {
		switch t.Key().Kind() {
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			digits = "^-?[0-9]+$"
		case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
			digits = "^[0-9]+$"
		}
	}
	if digits == "" {
		s.AdditionalProperties = elem
		return s
	}
	if elem == nil {
		elem = jsonschema.TrueSchema
	}
	s.PatternProperties = map[string]*jsonschema.Schema{digits: elem}
	s.AdditionalProperties = jsonschema.FalseSchema
	return s
}

// walker finds the types that contain themselves, and those that have no JSON.
type walker struct {
	open, done map[reflect.Type]bool
	recursive  map[reflect.Type]bool
	problems   []string
}

func (w *walker) walk(t reflect.Type, path string) {
	t, ok := pointee(t)
	if !ok {
		w.problem(path, t, "points to itself")
		return
	}
	if w.open[t] {
		w.recursive[t] = true
		return
	}
	if w.done[t] || leaf(t) != nil || implements(t, alias) {
		return
	}
	if t.Name() != "" { // every cycle goes through a type with a name
		w.open[t] = true
		defer func() { delete(w.open, t); w.done[t] = true }()
	}
	switch t.Kind() {
	case reflect.Struct:
		for _, f := range jsonFields(t) {
			if f.unreachable != "" {
				w.problem(join(path, f.name), f.typ, f.unreachable)
				continue
			}
			if err := f.tagError(); err != nil {
				w.problems = append(w.problems, join(path, f.name)+": "+err.Error())
			}
			w.walk(f.typ, join(path, f.name))
		}
	case reflect.Slice, reflect.Array:
		w.walk(t.Elem(), path+"[]")
	case reflect.Map:
		switch k := t.Key(); k.Kind() {
		case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
			reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		default:
			if !implements(k, textUnmarshaler) {
				w.problem(path, t, "has keys that cannot be read from text")
			}
		}
		w.walk(t.Elem(), join(path, "*"))
	case reflect.Interface:
		if t.NumMethod() > 0 {
			w.problem(path, t, "is an interface with methods, which encoding/json cannot decode into")
		}
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		w.problem(path, t, "has no JSON")
	}
}

// pointee returns what pointers to t, or to pointers to t, point to in the end. It reports false for
// a type such as type P *P.
func pointee(t reflect.Type) (reflect.Type, bool) {
	seen := map[reflect.Type]bool{}
	for t.Kind() == reflect.Pointer {
		if seen[t] {
			return t, false
		}
		seen[t] = true
		t = t.Elem()
	}
	return t, true
}

func (w *walker) problem(path string, t reflect.Type, problem string) {
	if path == "" {
		w.problems = append(w.problems, fmt.Sprintf("%s %s", t, problem))
		return
	}
	w.problems = append(w.problems, fmt.Sprintf("%s is of type %s, which %s", path, t, problem))
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }
