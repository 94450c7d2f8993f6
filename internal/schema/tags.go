package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// keywords are what the tag jsonschema may have before an equals sign.
var keywords = []string{
	"title", "description", "type", "anchor", "oneof_required", "anyof_required", "oneof_ref", "oneof_type", "anyof_ref", "anyof_type",
	"minLength", "maxLength", "pattern", "format", "readOnly", "writeOnly", "default", "example", "enum",
	"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
	"minItems", "maxItems", "uniqueItems",
}

// tag is the tag jsonschema of a field.
type tag struct {
	description string
	required    bool
	nullable    bool
	keywords    []keyword
}

type keyword struct{ name, value string }

// parseTag reads the tags of a field. An element that is no keyword belongs to the description. There
// may be spaces before a keyword.
func parseTag(st reflect.StructTag) tag {
	var t tag
	var words, said []string
	for _, element := range splitElements(st.Get("jsonschema")) {
		name, value, ok := strings.Cut(strings.TrimLeft(element, " "), "=")
		switch {
		case ok && name == "description":
			said = append(said, value)
		case element == "required":
			t.required = true
		case element == "nullable":
			t.nullable = true
		case ok && slices.Contains(keywords, name):
			t.keywords = append(t.keywords, keyword{name, value})
		default:
			words = append(words, element)
		}
	}
	said = append(said, st.Get("jsonschema_description"), strings.TrimSpace(strings.Join(words, ",")))
	t.description = strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), ", ")
	return t
}

// splitElements splits at commas that no backslash escapes.
func splitElements(text string) []string {
	if text == "" {
		return nil
	}
	var elements []string
	for part := range strings.SplitSeq(text, ",") {
		if n := len(elements); n > 0 && strings.HasSuffix(elements[n-1], `\`) {
			elements[n-1] = strings.TrimSuffix(elements[n-1], `\`) + "," + part
			continue
		}
		elements = append(elements, part)
	}
	return elements
}

// text is the tag in the form that invopop reads.
func (t tag) text() string {
	var elements []string
	if t.nullable {
		elements = append(elements, "nullable")
	}
	for _, k := range t.keywords {
		elements = append(elements, k.name+"="+strings.ReplaceAll(k.value, ",", `\,`))
	}
	return strings.Join(elements, ",")
}

func (t tag) has(name string) bool {
	return slices.ContainsFunc(t.keywords, func(k keyword) bool { return k.name == name })
}

// tagError reports a keyword that the reflector would drop.
func (f field) tagError() error {
	t := parseTag(f.tag)
	kind := f.kind()
	for _, k := range t.keywords {
		if !t.hasForm() && !isFor(k.name, kind) {
			return fmt.Errorf("tag jsonschema: %s has no effect on %s", k.name, article(kind))
		}
		if problem := k.problem(strings.TrimPrefix(kind, arrayOf)); problem != "" {
			return fmt.Errorf("tag jsonschema: %s=%s is not %s", k.name, k.value, problem)
		}
	}
	return nil
}

// problem returns what a value should be if it is not that. kind is that of the JSON.
func (k keyword) problem(kind string) string {
	switch k.name {
	case "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return isNot("a number", isNumber(k.value))
	case "minLength", "maxLength", "minItems", "maxItems":
		_, err := strconv.ParseUint(k.value, 10, 64)
		return isNot("a count", err == nil)
	case "uniqueItems":
		return isNot("true", k.value == "true") // the reflector takes any value for it
	case "readOnly", "writeOnly":
		return isNot("true or false", k.value == "true" || k.value == "false")
	case "enum", "default", "example":
		switch kind {
		case "number":
			return isNot("a number", isNumber(k.value))
		case "boolean":
			return isNot("true or false", k.value == "true" || k.value == "false")
		}
	}
	return ""
}

func isNot(what string, ok bool) string {
	if ok {
		return ""
	}
	return what
}

// isNumber reports whether both JSON and the reflector take a text for a number.
func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && json.Valid([]byte(s))
}

// hasForm reports whether a tag changes the type of the JSON.
func (t tag) hasForm() bool {
	return slices.ContainsFunc(t.keywords, func(k keyword) bool {
		return k.name == "type" || strings.HasPrefix(k.name, "oneof_") || strings.HasPrefix(k.name, "anyof_")
	})
}

const (
	arrayOf = "array of "
	anyKind = "value of any type"
	objects = "object"
)

// kind returns what the JSON of the field is: a string, a number, a boolean, an object, an array of
// such, or "" for a type that describes itself.
func (f field) kind() string {
	t, _ := pointee(f.typ)
	if f.quoted {
		return "string"
	}
	if inner := simpleKind(t); inner != "" {
		return inner
	}
	if k := t.Kind(); (k == reflect.Slice || k == reflect.Array) && !isOpaque(t) && t != rawType {
		t, _ = pointee(t.Elem())
		if inner := simpleKind(t); inner != "" {
			return arrayOf + inner
		}
		if k := t.Kind(); (k == reflect.Slice || k == reflect.Array) && !isOpaque(t) {
			return arrayOf + "arrays"
		}
	}
	return ""
}

func simpleKind(t reflect.Type) string {
	if implements(t, describer) || implements(t, alias) {
		return ""
	}
	if s := leaf(t); s != nil {
		switch s.Type {
		case "string", "boolean", "number":
			return s.Type
		case "integer":
			return "number"
		}
		return anyKind
	}
	switch t.Kind() {
	case reflect.Interface:
		return anyKind
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Struct, reflect.Map:
		return objects
	}
	return ""
}

// effective are the keywords that do something for JSON of a kind, beside those that all have.
var effective = map[string][]string{
	"string":  {"minLength", "maxLength", "pattern", "format", "readOnly", "writeOnly", "default", "example", "enum"},
	"number":  {"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "default", "example", "enum"},
	"boolean": {"default"},
	anyKind:   {"enum"},
}

// isFor reports whether a keyword does something for JSON of a kind.
func isFor(keyword, kind string) bool {
	if keyword == "title" || keyword == "anchor" || kind == "" {
		return true
	}
	inner, isArray := strings.CutPrefix(kind, arrayOf)
	if isArray && slices.Contains([]string{"minItems", "maxItems", "uniqueItems"}, keyword) {
		return true
	}
	return slices.Contains(effective[inner], keyword) && (!isArray || inner != anyKind)
}

// complete adds what the reflector drops: the enum of a value of any type, which is one of texts, and
// keywords of the elements of a list whose value has an equals sign. It also mends the default of a list,
// and tells the unit of a duration.
func (f field) complete(s *jsonschema.Schema) {
	t := parseTag(f.tag)
	if typ, _ := pointee(f.typ); typ == durationType && s.Description != "" && !strings.Contains(s.Description, "nanosecond") {
		s.Description += ", in nanoseconds" // or the model takes seconds for granted
	}
	if f.kind() == anyKind && !t.hasForm() {
		for _, k := range t.keywords {
			if k.name == "enum" {
				s.Enum = append(s.Enum, k.value)
			}
		}
	}
	if values, ok := s.Default.([]any); ok && f.kind() != arrayOf+"string" {
		for i := range values {
			values[i] = json.RawMessage(values[i].(string)) // the reflector has texts alone
		}
	}
	if s.Type != "array" || s.Items == nil || s.Items.Type != "string" {
		return
	}
	for _, k := range t.keywords {
		switch {
		case !strings.Contains(k.value, "="):
		case k.name == "pattern":
			s.Items.Pattern = k.value
		case k.name == "enum":
			s.Items.Enum = append(s.Items.Enum, k.value)
		}
	}
}

// quotedForm returns keywords for the text of a field with the option string.
func (f field) quotedForm(t tag) []keyword {
	if t.has("pattern") || t.has("enum") {
		return nil
	}
	typ := f.typ
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch kind := typ.Kind(); {
	case kind == reflect.Bool:
		return []keyword{{"enum", "true"}, {"enum", "false"}}
	case typ == numberType, kind == reflect.Float32, kind == reflect.Float64:
		return []keyword{{"pattern", `^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`}}
	case kind == reflect.String:
		return []keyword{{"pattern", `^"(.|\n)*"$`}}
	case kind >= reflect.Uint && kind <= reflect.Uintptr:
		return []keyword{{"pattern", `^(0|[1-9][0-9]*)$`}}
	}
	return []keyword{{"pattern", `^-?(0|[1-9][0-9]*)$`}}
}
