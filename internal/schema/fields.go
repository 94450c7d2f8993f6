package schema

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// field is a member of the JSON object of a struct.
type field struct {
	name     string
	typ      reflect.Type
	tag      reflect.StructTag
	index    []int
	tagged   bool // the name comes from a tag
	quoted   bool // the option string
	optional bool
	// unreachable says why encoding/json cannot set the field, or is empty.
	unreachable string
}

// level is a struct, with the way to it from the outermost one that embeds it.
type level struct {
	typ         reflect.Type
	index       []int
	unreachable string
}

// jsonFields returns the fields that encoding/json reads, in their order. Where several have the
// same name, the one with the shortest path wins, then the one whose name comes from a tag. If that
// leaves two, none of them counts.
func jsonFields(t reflect.Type) []field {
	var all []field
	seen := map[reflect.Type]bool{}
	for next := []level{{typ: t}}; len(next) > 0; {
		current := next
		next = nil
		times := map[reflect.Type]int{}
		for _, l := range current {
			times[l.typ]++
		}
		for _, l := range current {
			if seen[l.typ] {
				continue
			}
			seen[l.typ] = true
			own, embedded := l.fields()
			if all = append(all, own...); times[l.typ] > 1 { // a type embedded twice at a level cancels itself out
				all = append(all, own...)
			}
			next = append(next, embedded...)
		}
	}
	return dominant(all)
}

// fields returns the fields of a struct, and the structs that it embeds.
func (l level) fields() (own []field, embedded []level) {
	for i := range l.typ.NumField() {
		sf := l.typ.Field(i)
		inner := sf.Type
		isPointer := inner.Name() == "" && inner.Kind() == reflect.Pointer
		if isPointer {
			inner = inner.Elem()
		}
		if !sf.IsExported() && (!sf.Anonymous || inner.Kind() != reflect.Struct) {
			continue
		}
		tag := sf.Tag.Get("json")
		if tag == "-" || sf.Tag.Get("jsonschema") == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if !isValidName(name) {
			name = ""
		}
		index := append(slices.Clone(l.index), i)
		if name == "" && sf.Anonymous && inner.Kind() == reflect.Struct {
			unreachable := l.unreachable
			if isPointer && !sf.IsExported() {
				unreachable = "is in an embedded pointer to an unexported struct, which encoding/json cannot set"
			}
			embedded = append(embedded, level{inner, index, unreachable})
			continue
		}
		f := field{name: cmp.Or(name, sf.Name), typ: sf.Type, tag: sf.Tag, index: index, tagged: name != "", unreachable: l.unreachable}
		if !sf.IsExported() && isPointer {
			f.unreachable = "is an embedded pointer to an unexported struct, which encoding/json cannot set"
		}
		opts := strings.Split(options, ",")
		f.quoted = slices.Contains(opts, "string") && isScalar(inner)
		f.optional = slices.Contains(opts, "omitempty") || slices.Contains(opts, "omitzero") || sf.Type.Kind() == reflect.Pointer
		own = append(own, f)
	}
	return own, embedded
}

// dominant leaves one field of each name.
func dominant(all []field) []field {
	byName := map[string][]field{}
	for _, f := range all {
		byName[f.name] = append(byName[f.name], f)
	}
	var out []field
	for _, same := range byName {
		slices.SortStableFunc(same, func(a, b field) int {
			if len(a.index) != len(b.index) {
				return len(a.index) - len(b.index)
			}
			if a.tagged != b.tagged {
				if a.tagged {
					return -1
				}
				return 1
			}
			return slices.Compare(a.index, b.index)
		})
		if len(same) > 1 && len(same[0].index) == len(same[1].index) && same[0].tagged == same[1].tagged {
			continue
		}
		out = append(out, same[0])
	}
	slices.SortFunc(out, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return out
}

// isValidName is encoding/json's rule for a name in a tag.
func isValidName(s string) bool {
	if s == "" {
		return false
	}
	for _, c := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return true
}

// isScalar reports whether the option string has an effect on a type.
func isScalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return false
}

// dash stands for the name "-", which the reflector takes for a field to skip.
const dash = "{-}"

func keyName(name string) string {
	if name == dash {
		return "-"
	}
	return name
}

// flatten makes a struct type that has the fields and none that are embedded. Its tags are in the
// form that invopop reads.
func flatten(fields []field) reflect.Type {
	flat := make([]reflect.StructField, len(fields))
	for i, f := range fields {
		name := f.name
		if name == "-" {
			name = dash
		}
		t := parseTag(f.tag)
		json := name
		if f.optional && !t.required {
			json += ",omitempty"
		}
		typ := f.typ
		if f.quoted {
			t.keywords = append(t.keywords, f.quotedForm(t)...)
			typ = reflect.TypeFor[string]()
		}
		tag := `json:` + strconv.Quote(json)
		if text := t.text(); text != "" {
			tag += ` jsonschema:` + strconv.Quote(text)
		}
		if t.description != "" {
			tag += ` jsonschema_description:` + strconv.Quote(t.description)
		}
		if extras := f.tag.Get("jsonschema_extras"); extras != "" {
			tag += ` jsonschema_extras:` + strconv.Quote(extras)
		}
		flat[i] = reflect.StructField{Name: "F" + strconv.Itoa(i), Type: typ, Tag: reflect.StructTag(tag)}
	}
	return reflect.StructOf(flat)
}
