package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
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

// parseTag reads the tags of a field. An element that is no keyword belongs to the description.
func parseTag(st reflect.StructTag) tag {
	var t tag
	var words []string
	for _, element := range splitElements(st.Get("jsonschema")) {
		name, value, ok := strings.Cut(element, "=")
		switch {
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
	t.description = strings.TrimSpace(strings.Join(words, ","))
	if d := st.Get("jsonschema_description"); d != "" {
		t.description = d
	}
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

// tagError reports a keyword whose value the reflector would drop.
func (f field) tagError() error {
	for _, k := range parseTag(f.tag).keywords {
		switch k.name {
		case "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
			var n json.Number
			if json.Unmarshal([]byte(k.value), &n) != nil || n == "" {
				return fmt.Errorf("tag jsonschema: %s=%s is not a number", k.name, k.value)
			}
		case "minLength", "maxLength", "minItems", "maxItems":
			if _, err := strconv.ParseUint(k.value, 10, 64); err != nil {
				return fmt.Errorf("tag jsonschema: %s=%s is not a count", k.name, k.value)
			}
		}
	}
	return nil
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
	switch typ.Kind() {
	case reflect.Bool:
		return []keyword{{"enum", "true"}, {"enum", "false"}}
	case reflect.String:
		return []keyword{{"pattern", `^"(.|\n)*"$`}}
	case reflect.Float32, reflect.Float64:
		return []keyword{{"pattern", `^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`}}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return []keyword{{"pattern", `^(0|[1-9][0-9]*)$`}}
	}
	return []keyword{{"pattern", `^-?(0|[1-9][0-9]*)$`}}
}

// comment describes fields that have no description and whose JSON is hard to guess.
func comment(t reflect.Type, name string) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	f, ok := t.FieldByName(name)
	if !ok {
		return ""
	}
	typ := f.Type
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ == durationType {
		return "A duration in nanoseconds."
	}
	return ""
}
