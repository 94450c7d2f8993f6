// Package schema describes Go types as JSON Schema and checks JSON against a schema. It is what the
// packages agent and structured have in common.
//
// [Reflect] describes what encoding/json decodes into a type. [Compile] prepares a schema, reflected
// or written by hand, for [Checker.Check]. [Decode] is json.Unmarshal for JSON that a model wrote.
// [OutputOf] fits a schema to the strict modes of providers. [Shown] and [Slot] are for values whose
// JSON is still arriving.
package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/invopop/jsonschema"
)

// cache computes a value once for each key.
type cache[K, V any] struct{ made sync.Map } // K → func() (V, error)

func (c *cache[K, V]) get(key K, compute func(K) (V, error)) (V, error) {
	value, ok := c.made.Load(key)
	if !ok {
		value, _ = c.made.LoadOrStore(key, sync.OnceValues(func() (V, error) { return compute(key) }))
	}
	return value.(func() (V, error))()
}

var (
	reflected cache[reflect.Type, json.RawMessage]
	checkers  cache[reflect.Type, *Checker]
)

// Reflect returns the schema of the JSON that encoding/json decodes into a t. The same type always
// has the same bytes. They must not be changed.
//
//   - The schema has no $schema and no $id. The type itself is at the root. Only types that contain
//     themselves are in $defs, and all types in the rare case that the schema would be huge without.
//   - Fields follow the rules of encoding/json, including embedding and the option string. A field is
//     required unless it is a pointer or has omitempty or omitzero; jsonschema:"required" requires it
//     anyway. No other members are allowed.
//   - The tag jsonschema holds a description and keywords: jsonschema:"number of hits,minimum=1".
//     [keywords] lists them. A comma in a value is written \\, and elements that are no keyword are
//     the description.
//   - Types that implement JSONSchema() *jsonschema.Schema, on the value or the pointer, describe
//     themselves. Types with an UnmarshalText are strings. Types with an UnmarshalJSON alone accept
//     any JSON.
//
// A type that encoding/json cannot decode is an error that names the place, such as
// "filters[].done is a chan int, which has no JSON". Reflect does not panic.
func Reflect(t reflect.Type) (json.RawMessage, error) {
	if t == nil {
		return nil, errors.New("nil has no schema")
	}
	return reflected.get(t, reflectType)
}

// CheckerOf returns the strict checker of the schema of t. It is compiled once for each type.
func CheckerOf(t reflect.Type) (*Checker, error) {
	s, err := Reflect(t)
	if err != nil {
		return nil, err
	}
	return checkers.get(t, func(reflect.Type) (*Checker, error) { return Compile(s, true) })
}

func reflectType(t reflect.Type) (schema json.RawMessage, err error) {
	defer func() {
		if v := recover(); v != nil { // of a method of the type, or of the reflector
			err = fmt.Errorf("%s: panic: %v", t, v)
		}
	}()
	w := walker{open: map[reflect.Type]bool{}, done: map[reflect.Type]bool{}, recursive: map[reflect.Type]bool{}}
	w.walk(t, "")
	if len(w.problems) > 0 {
		return nil, errors.New(strings.Join(w.problems, "; "))
	}
	t, _ = pointee(t)
	b := newBuilder(w.recursive, false)
	root := b.document(t)
	if b.structs > maxStructs {
		root = newBuilder(w.recursive, true).document(t)
	}
	return json.Marshal(root)
}

// maxStructs is the number of structs that a schema without shared definitions may have.
const maxStructs = 500

// builder makes one schema. It drives invopop's reflector type by type.
type builder struct {
	recursive map[reflect.Type]bool
	share     bool // every named struct is a definition
	reflector *jsonschema.Reflector

	names map[reflect.Type]string // of definitions
	taken map[string]bool
	order []reflect.Type        // the definitions in the order in which they were met
	built map[reflect.Type]bool // structs made by flat

	described map[reflect.Type]string // structs that say something about themselves
	top       reflect.Type            // the next type to expand, even if it is a definition

	structs int
}

func newBuilder(recursive map[reflect.Type]bool, share bool) *builder {
	b := &builder{
		recursive: recursive, share: share,
		names: map[reflect.Type]string{}, taken: map[string]bool{}, built: map[reflect.Type]bool{},
		described: map[reflect.Type]string{},
	}
	b.reflector = &jsonschema.Reflector{
		Anonymous: true, DoNotReference: true,
		Mapper: b.mapped, KeyNamer: keyName,
	}
	return b
}

// document returns the whole schema of t.
func (b *builder) document(t reflect.Type) *jsonschema.Schema {
	root := *b.expanded(t)
	for i := 0; i < len(b.order); i++ { // reflecting one may add more
		def := b.expanded(b.order[i])
		if root.Definitions == nil {
			root.Definitions = jsonschema.Definitions{}
		}
		root.Definitions[b.names[b.order[i]]] = def
	}
	return &root
}

func (b *builder) expanded(t reflect.Type) *jsonschema.Schema {
	b.top = t
	return b.reflect(t)
}

func (b *builder) reflect(t reflect.Type) *jsonschema.Schema {
	s := b.reflector.ReflectFromType(t)
	s.Version = ""
	return s
}

// definition returns the name of t in $defs, if it has one.
func (b *builder) definition(t reflect.Type) (string, bool) {
	if !b.recursive[t] && (!b.share || t.Name() == "" || t.Kind() != reflect.Struct) {
		return "", false
	}
	if name, ok := b.names[t]; ok {
		return name, true
	}
	base := DefinitionName(t.Name())
	name := base
	for n := 2; b.taken[name]; n++ { // types of other packages or functions may have the same name
		name = fmt.Sprintf("%s%d", base, n)
	}
	b.taken[name], b.names[t] = true, name
	b.order = append(b.order, t)
	return name, true
}

// DefinitionName is the name of a type without the package paths of its type arguments, and without
// characters that a $ref would have to escape.
func DefinitionName(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("[], *", r) })
	for i, part := range parts {
		part = part[strings.LastIndexByte(part, '/')+1:]
		parts[i] = strings.Map(func(r rune) rune {
			if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r
			}
			return '_'
		}, part[strings.LastIndexByte(part, '.')+1:])
	}
	return strings.Join(parts, "_")
}
