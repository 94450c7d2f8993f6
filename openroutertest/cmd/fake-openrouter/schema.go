package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// sample makes a value that fits a JSON schema, which is anything that encodes to
// one. It does not look at pattern, not, if, nor at the other keywords that take a
// search.
func sample(schema any) any {
	var root any
	data, err := json.Marshal(schema)
	if err != nil || json.Unmarshal(data, &root) != nil {
		return nil
	}
	return (&sampler{root: root}).value(root, "", 0)
}

type sampler struct {
	root any
	made int // values so far
}

// A schema can contain itself. From deep on, samples leave out all that may be
// left out. At tooDeep they end, and after tooMany values: both may then not fit.
const (
	deep    = 4
	tooDeep = 32
	tooMany = 10_000
)

// value makes a value for the property of that name.
func (s *sampler) value(schema any, name string, depth int) any {
	m, ok := schema.(map[string]any)
	if s.made++; !ok || depth > tooDeep || s.made > tooMany {
		return nil // true allows anything
	}
	if ref, ok := m["$ref"].(string); ok {
		return s.value(s.resolve(ref), name, depth+1)
	}
	if v, ok := m["const"]; ok {
		return v
	}
	for _, key := range []string{"enum", "examples"} {
		if list, _ := m[key].([]any); len(list) > 0 {
			return list[0]
		}
	}
	if v, ok := m["default"]; ok {
		return v
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		if list, _ := m[key].([]any); len(list) > 0 {
			return s.value(merged(m, key, s.choose(list, depth)), name, depth+1)
		}
	}
	if list, _ := m["allOf"].([]any); len(list) > 0 {
		return s.value(merged(m, "allOf", list...), name, depth+1)
	}
	switch kind(m) {
	case "object":
		return s.object(m, depth)
	case "array":
		return s.array(m, name, depth)
	case "integer":
		return finite(number(m, 1))
	case "number":
		return finite(number(m, 0))
	case "boolean":
		return true
	case "string":
		return str(m, name)
	}
	return nil
}

// resolve follows a reference within the schema, such as #/$defs/city.
func (s *sampler) resolve(ref string) any {
	at := s.root
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if part == "" {
			continue
		}
		m, _ := at.(map[string]any)
		at = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
	}
	return at
}

// choose takes the first alternative that is not null, or null where that ends the
// value.
func (s *sampler) choose(list []any, depth int) any {
	isNull := func(v any) bool {
		m, _ := v.(map[string]any)
		return m["type"] == "null"
	}
	i := slices.IndexFunc(list, func(v any) bool { return isNull(v) == (depth > deep) })
	return list[max(i, 0)]
}

// merged adds schemas to one, in place of the keyword that holds them.
func merged(m map[string]any, key string, more ...any) map[string]any {
	m = maps.Clone(m)
	delete(m, key)
	for _, other := range more {
		o, _ := other.(map[string]any)
		for k, v := range o {
			switch old := m[k].(type) {
			case map[string]any: // properties
				if v, ok := v.(map[string]any); ok {
					both := maps.Clone(old)
					maps.Copy(both, v)
					m[k] = both
					continue
				}
			case []any: // required
				if v, ok := v.([]any); ok && k == "required" {
					m[k] = slices.Concat(old, v)
					continue
				}
			}
			m[k] = v
		}
	}
	return m
}

// kind is the type of the values, guessed if the schema does not name it.
func kind(m map[string]any) string {
	switch t := m["type"].(type) {
	case string:
		return t
	case []any:
		for _, v := range t {
			if s, ok := v.(string); ok && s != "null" {
				return s
			}
		}
		return "null"
	}
	for _, guess := range []struct{ keyword, kind string }{
		{"properties", "object"}, {"required", "object"}, {"items", "array"}, {"prefixItems", "array"}, {"minimum", "number"}, {"maximum", "number"},
	} {
		if _, ok := m[guess.keyword]; ok {
			return guess.kind
		}
	}
	return "string"
}

func (s *sampler) object(m map[string]any, depth int) any {
	properties, _ := m["properties"].(map[string]any)
	required, _ := m["required"].([]any)
	v := map[string]any{}
	for _, r := range required {
		if name, ok := r.(string); ok {
			v[name] = s.value(properties[name], name, depth+1)
		}
	}
	if depth <= deep {
		for name, schema := range properties {
			v[name] = s.value(schema, name, depth+1)
		}
	}
	return v
}

func (s *sampler) array(m map[string]any, name string, depth int) any {
	v := []any{}
	prefix, _ := m["prefixItems"].([]any)
	for _, schema := range prefix {
		v = append(v, s.value(schema, name, depth+1))
	}
	size := 1
	if _, ok := m["items"].(map[string]any); !ok || depth > deep {
		size = 0
	}
	if least, ok := m["minItems"].(float64); ok {
		size = max(size, int(min(least, 100)))
	}
	if most, ok := m["maxItems"].(float64); ok {
		size = min(size, int(most))
	}
	for len(v) < size {
		element := name
		if len(v) > 0 {
			element = fmt.Sprint(cmp.Or(name, "text"), " ", len(v)+1) // for uniqueItems
		}
		v = append(v, s.value(m["items"], element, depth+1))
	}
	return v
}

// number makes a number within the limits, a multiple of step unless the schema
// names another one or step is 0.
func number(m map[string]any, step float64) float64 {
	limit := func(keyword string, none float64) float64 {
		if v, ok := m[keyword].(float64); ok {
			return v
		}
		return none
	}
	low, high := limit("minimum", math.Inf(-1)), limit("maximum", math.Inf(1))
	above, below := limit("exclusiveMinimum", math.Inf(-1)), limit("exclusiveMaximum", math.Inf(1))
	step = limit("multipleOf", step)
	if step > 0 {
		low = math.Max(math.Ceil(low/step)*step, (math.Floor(above/step)+1)*step)
		high = math.Min(math.Floor(high/step)*step, (math.Ceil(below/step)-1)*step)
		return math.Min(math.Max(math.Ceil(1/step)*step, low), high)
	}
	v := math.Min(math.Max(1, low), high)
	if v > above && v < below {
		return v
	}
	low, high = math.Max(low, above), math.Min(high, below)
	switch {
	case math.IsInf(low, 0):
		return high - 1
	case math.IsInf(high, 0):
		return low + 1
	}
	return low + (high-low)/2
}

// finite is 0 for a number that JSON does not have.
func finite(v float64) float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return 0
	}
	return v
}

// formats are strings of the formats that JSON schemas name.
var formats = map[string]string{
	"date-time": "2026-01-01T12:00:00Z",
	"date":      "2026-01-01",
	"time":      "12:00:00Z",
	"duration":  "PT1H",
	"email":     "ada@example.com",
	"hostname":  "example.com",
	"ipv4":      "192.0.2.1",
	"ipv6":      "2001:db8::1",
	"uri":       "https://example.com/",
	"uuid":      "00000000-0000-4000-8000-000000000000",
}

// str makes a string: the name of the property, in the length that is asked for.
func str(m map[string]any, name string) string {
	if format, ok := m["format"].(string); ok && formats[format] != "" {
		return formats[format]
	}
	s := cmp.Or(name, "text")
	if least, ok := m["minLength"].(float64); ok {
		for utf8.RuneCountInString(s) < int(min(least, 10_000)) {
			s += s
		}
	}
	if most, ok := m["maxLength"].(float64); ok && utf8.RuneCountInString(s) > int(most) {
		return string([]rune(s)[:int(max(most, 0))])
	}
	return s
}
