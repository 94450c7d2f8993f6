package schema_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"
)

// generator makes JSON from a schema.
type generator struct {
	*rand.Rand
	root any
}

// resolve follows references. A schema that is only true is an empty one.
func (g *generator) resolve(s any) map[string]any {
	object, _ := s.(map[string]any)
	if ref, ok := object["$ref"].(string); ok {
		object = g.root.(map[string]any)["$defs"].(map[string]any)[ref[len("#/$defs/"):]].(map[string]any)
	}
	return object
}

func (g *generator) value(s any, depth int) any {
	o := g.resolve(s)
	if enum, ok := o["enum"].([]any); ok {
		return enum[g.IntN(len(enum))]
	}
	if one, ok := o["oneOf"].([]any); ok {
		return g.value(one[g.IntN(len(one))], depth)
	}
	switch o["type"] {
	case "null":
		return nil
	case "object":
		return g.object(o, depth)
	case "array":
		least, most := limit(o, "minItems", 0), limit(o, "maxItems", 3)
		n := least + g.IntN(most-least+1)
		if depth > 4 {
			n = least
		}
		out := make([]any, n)
		for i := range out {
			out[i] = g.value(o["items"], depth+1)
		}
		return out
	case "boolean":
		return g.IntN(2) == 0
	case "integer", "number":
		return g.number(o)
	case "string":
		switch {
		case o["format"] == "date-time":
			return time.Unix(g.Int64N(1<<33), g.Int64N(1e9)).In(time.FixedZone("", 60*(g.IntN(1680)-840))).Format(time.RFC3339Nano)
		case o["contentEncoding"] == "base64":
			return base64.StdEncoding.EncodeToString([]byte(randomText(g.Rand, 0, 9)))
		case o["pattern"] != nil:
			return matching(g.Rand, o["pattern"].(string))
		}
		return randomText(g.Rand, limit(o, "minLength", 0), limit(o, "maxLength", 9))
	}
	return anyJSON(g.Rand, depth)
}

func (g *generator) object(o map[string]any, depth int) any {
	out := map[string]any{}
	properties, _ := o["properties"].(map[string]any)
	required, _ := o["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		switch isRequired := slices.Contains(required, any(name)); {
		case name == "address": // a netip.Addr, of which the schema knows only that it is text
			out[name] = "192.0.2.7"
		case isRequired || depth < 4 && g.IntN(3) == 0:
			out[name] = g.value(properties[name], depth+1)
		case g.IntN(4) == 0:
			out[name] = nil // counts as absent
		}
	}
	if rest, ok := o["additionalProperties"].(map[string]any); ok && depth < 4 && g.IntN(2) == 0 {
		name := "127.0.0.1" // for maps whose keys are addresses
		out[name] = g.value(rest, depth+1)
	}
	patterns, _ := o["patternProperties"].(map[string]any)
	for _, pattern := range slices.Sorted(maps.Keys(patterns)) {
		out[matching(g.Rand, pattern)] = g.value(patterns[pattern], depth+1)
	}
	return out
}

// number returns one that the smallest types of Go hold.
func (g *generator) number(o map[string]any) any {
	n := float64(g.IntN(128))
	least, hasLeast := o["minimum"].(float64)
	most, hasMost := o["maximum"].(float64)
	switch {
	case o["multipleOf"] != nil:
		n = o["multipleOf"].(float64) * (1 + float64(g.IntN(9)))
	case o["type"] == "number" && hasMost:
		n = least + g.Float64()*(most-least)
	case o["type"] == "number":
		n = least + math.Abs(g.NormFloat64())
	case hasMost:
		n = least + float64(g.IntN(int(most-least)+1))
	case !hasLeast && g.IntN(2) == 0:
		n = -n
	}
	if o["type"] == "integer" && g.IntN(3) == 0 {
		return json.RawMessage(strconv.FormatInt(int64(n), 10) + ".0") // as models write it
	}
	return n
}

func limit(o map[string]any, keyword string, otherwise int) int {
	if n, ok := o[keyword].(float64); ok {
		return int(n)
	}
	return otherwise
}

// matching returns a text that a pattern matches as a whole.
func matching(r *rand.Rand, pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	var write func(re *syntax.Regexp)
	times := func(re *syntax.Regexp, least, most int) {
		for range least + r.IntN(most-least+1) {
			write(re.Sub[0])
		}
	}
	write = func(re *syntax.Regexp) {
		switch re.Op {
		case syntax.OpLiteral:
			b.WriteString(string(re.Rune))
		case syntax.OpCharClass:
			n := 2 * r.IntN(len(re.Rune)/2)
			b.WriteRune(re.Rune[n] + r.Int32N(re.Rune[n+1]-re.Rune[n]+1))
		case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
			b.WriteByte("xyz"[r.IntN(3)])
		case syntax.OpStar, syntax.OpQuest:
			times(re, 0, 1) // short, so that numbers fit into the smallest types
		case syntax.OpPlus: // an exponent of two digits is too much for a float32
			times(re, 1, 1)
		case syntax.OpRepeat:
			times(re, re.Min, re.Max)
		case syntax.OpAlternate:
			write(re.Sub[r.IntN(len(re.Sub))])
		default: // groups, sequences and anchors
			for _, sub := range re.Sub {
				write(sub)
			}
		}
	}
	write(re)
	return b.String()
}

type damage struct {
	kind  string
	apply func()
}

// examples are one value of each JSON type.
var examples = map[string]any{
	"object": map[string]any{}, "array": []any{}, "boolean": true, "number": 1.5, "string": "x", "null": nil,
}

// damages lists what can be broken in a value. set replaces the value in its container.
func (g *generator) damages(s, value any, set func(any), optional bool, found *[]damage) {
	o := g.resolve(s)
	add := func(kind string, v any) { *found = append(*found, damage{kind, func() { set(v) }}) }
	if one, ok := o["oneOf"].([]any); ok { // of a type and null
		o, optional = g.resolve(one[0]), true
	}
	if wanted, ok := o["type"].(string); ok {
		for _, kind := range slices.Sorted(maps.Keys(examples)) {
			switch {
			case kind == wanted:
			case kind == "null" && !optional:
				add("null", nil)
			case kind != "null":
				add("type", examples[kind])
			}
		}
	}
	if value == nil {
		return // nothing else to break
	}
	if o["enum"] != nil {
		add("enum", map[string]any{"string": "neither", "integer": 99}[o["type"].(string)])
	}
	if least, ok := o["minimum"].(float64); ok {
		add("minimum", least-1)
	}
	if most, ok := o["maximum"].(float64); ok {
		add("maximum", most+1)
	}
	if least, ok := o["exclusiveMinimum"].(float64); ok {
		add("exclusiveMinimum", least)
	}
	if by, ok := o["multipleOf"].(float64); ok {
		add("multipleOf", by+1)
	}
	if n := limit(o, "minLength", 0); n > 0 {
		add("minLength", strings.Repeat("ö", n-1))
	}
	if n := limit(o, "maxLength", -1); n >= 0 {
		add("maxLength", strings.Repeat("ö", n+1))
	}
	if o["pattern"] != nil {
		add("pattern", "?")
	}
	if o["format"] != nil {
		add("format", "tomorrow")
	}
	if o["contentEncoding"] != nil {
		add("encoding", "***")
	}
	if o["minItems"] != nil {
		add("minItems", []any{})
	}
	switch v := value.(type) {
	case map[string]any:
		g.damagesOf(o, v, found)
	case []any:
		if o["type"] != "array" {
			return
		}
		if most, ok := o["maxItems"].(float64); ok {
			more := slices.Clone(v)
			for len(more) <= int(most) {
				more = append(more, g.value(o["items"], 5))
			}
			add("maxItems", more)
		}
		for i := range v {
			g.damages(o["items"], v[i], func(x any) { v[i] = x }, false, found)
		}
	}
}

func (g *generator) damagesOf(o, v map[string]any, found *[]damage) {
	properties, _ := o["properties"].(map[string]any)
	required, _ := o["required"].([]any)
	rest, _ := o["additionalProperties"].(map[string]any)
	patterns, _ := o["patternProperties"].(map[string]any)
	if o["additionalProperties"] == false {
		kind := "unknown"
		if patterns != nil {
			kind = "key"
		}
		*found = append(*found, damage{kind, func() { v["surely not known"] = 1 }})
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		member, isKnown := properties[name]
		isRequired := slices.Contains(required, any(name))
		switch {
		case isRequired:
			*found = append(*found, damage{"missing", func() { delete(v, name) }})
		case isKnown:
		case rest != nil:
			member = rest
		default:
			for _, member = range patterns {
			}
		}
		g.damages(member, v[name], func(x any) { v[name] = x }, isKnown && !isRequired, found)
	}
}
