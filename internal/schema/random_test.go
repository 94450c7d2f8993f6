package schema_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/schema"
)

const rounds = 300

// What encoding/json writes for a value passes the schema of its type. Types with bounds in their
// tags are left out here: most of their values break them.
func TestRandomValuesPass(t *testing.T) {
	bounded := []string{"search", "pointer", "bounds", "enums", "tagged", "page", "twopages", "dictionary", "slice", "reading", "anything", "part", "required"}
	for name, typ := range goldens {
		if slices.Contains(bounded, name) || name == "inlined" || name == "odd" { // the experiment jsonv2 reads their tags otherwise
			continue
		}
		c := compiled(t, typ)
		r := rand.New(rand.NewPCG(1, 2))
		for range rounds {
			v := reflect.New(typ)
			fill(r, v.Elem(), 0)
			data, err := json.Marshal(v.Interface())
			require.NoError(t, err)
			lines, err := c.Check(data)
			require.NoError(t, err)
			require.Empty(t, lines, "%s: %s", name, data)
		}
	}
}

// JSON made from a schema passes it, and encoding/json decodes it. The same JSON with one random
// damage does not pass.
func TestRandomDamageDoesNotPass(t *testing.T) {
	kinds := map[string]int{}
	for name, typ := range goldens {
		c := compiled(t, typ)
		doc, err := schema.Reflect(typ)
		require.NoError(t, err)
		var root any
		require.NoError(t, json.Unmarshal(doc, &root))
		g := &generator{Rand: rand.New(rand.NewPCG(3, 4)), root: root}
		for range rounds {
			value := g.value(root, 0)
			data, err := json.Marshal(value)
			require.NoError(t, err)
			lines, err := c.Check(data)
			require.NoError(t, err)
			require.Empty(t, lines, "%s: %s", name, data)
			if name != "part" && name != "special" { // their text and unmarshalers accept less
				require.NoError(t, schema.Decode(data, reflect.New(typ).Interface()), "%s: %s", name, data)
			}

			var damages []damage
			g.damages(root, value, func(v any) { value = v }, &damages)
			if len(damages) == 0 {
				continue // every JSON is a value of this type
			}
			d := damages[g.IntN(len(damages))]
			d.apply()
			kinds[d.kind]++
			damaged, err := json.Marshal(value)
			require.NoError(t, err)
			lines, err = c.Check(damaged)
			require.NoError(t, err)
			assert.NotEmpty(t, lines, "%s: %s in %s", name, d.kind, damaged)
		}
	}
	for _, kind := range []string{"type", "missing", "unknown", "enum", "minimum", "maximum", "pattern", "format", "encoding", "minItems", "maxItems"} {
		assert.Positive(t, kinds[kind], "no damage of the kind %s", kind)
	}
}

func compiled(t *testing.T, typ reflect.Type) *schema.Checker {
	doc, err := schema.Reflect(typ)
	require.NoError(t, err)
	c, err := schema.Compile(doc, true)
	require.NoError(t, err)
	return c
}

// fill sets v to a random value without nil slices and maps, whose JSON is null.
func fill(r *rand.Rand, v reflect.Value, depth int) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(r.Int64N(1<<33), r.Int64N(1e9)).UTC()
		return
	case *big.Int:
		p.Lsh(big.NewInt(r.Int64()), uint(r.IntN(200)))
		return
	case *json.Number:
		*p = json.Number(strconv.FormatFloat(r.NormFloat64(), 'g', -1, 64))
		return
	case *json.RawMessage:
		*p = json.RawMessage(fmt.Sprintf(`{"n":%d}`, r.Int()))
		return
	case *netip.Addr:
		*p = netip.AddrFrom4([4]byte{byte(r.Int()), 2, 3, 4})
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.Int64() >> r.IntN(64) & (1<<(v.Type().Bits()-1) - 1))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint64() >> r.IntN(64))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(r.NormFloat64())
	case reflect.String:
		v.SetString([]string{"", "a", "größe", `"quoted"`, "<>&\n"}[r.IntN(5)])
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{1.0, "x", true, nil}[r.IntN(3)]))
	case reflect.Pointer:
		if depth > 6 { // only a member, which is optional
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(r, f, depth)
			} else if f.Kind() == reflect.Struct {
				for j := range f.NumField() {
					if f.Field(j).CanSet() {
						fill(r, f.Field(j), depth)
					}
				}
			}
		}
	case reflect.Slice:
		n := r.IntN(3)
		if depth > 3 {
			n = 0
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i), depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			if depth > 3 {
				break
			}
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key, depth+1)
			fill(r, elem, depth+1)
			if elem.Kind() == reflect.Pointer && elem.IsNil() {
				continue
			}
			v.SetMapIndex(key, elem)
		}
	}
}

// generator makes JSON from a schema.
type generator struct {
	*rand.Rand
	root any
}

func (g *generator) resolve(s any) map[string]any {
	object, _ := s.(map[string]any)
	if ref, ok := object["$ref"].(string); ok {
		object = g.root.(map[string]any)["$defs"].(map[string]any)[ref[len("#/$defs/"):]].(map[string]any)
	}
	if one, ok := object["oneOf"].([]any); ok {
		object = g.resolve(one[0])
	}
	return object
}

// samples are texts that patterns accept.
var samples = map[string]string{
	"^[a-z]{1,3}$":        "ab",
	`^-?(0|[1-9][0-9]*)$`: "-12",
	`^(0|[1-9][0-9]*)$`:   "7",
	`^"(.|\n)*"$`:         `"x"`,
	`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`: "1.5e3",
	"^-?[0-9]+$": "-4",
	"^[0-9]+$":   "4",
}

func (g *generator) value(s any, depth int) any {
	o := g.resolve(s)
	if enum, ok := o["enum"].([]any); ok {
		return enum[g.IntN(len(enum))]
	}
	switch o["type"] {
	case "object":
		out := map[string]any{}
		properties, _ := o["properties"].(map[string]any)
		required, _ := o["required"].([]any)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if slices.Contains(required, any(name)) || depth < 4 && g.IntN(2) == 0 {
				out[name] = g.value(properties[name], depth+1)
			}
		}
		if rest, ok := o["additionalProperties"].(map[string]any); ok && depth < 4 {
			name := "127.0.0.1" // for maps whose keys are addresses
			out[name] = g.value(rest, depth+1)
		}
		if patterns, ok := o["patternProperties"].(map[string]any); ok {
			for pattern, rest := range patterns {
				out[samples[pattern]] = g.value(rest, depth+1)
			}
		}
		return out
	case "array":
		n := g.IntN(3)
		if depth > 4 {
			n = 0
		}
		if least, ok := o["minItems"].(float64); ok {
			n = max(n, int(least))
		}
		if most, ok := o["maxItems"].(float64); ok {
			n = min(n, int(most))
		}
		out := make([]any, n)
		for i := range out {
			out[i] = g.value(o["items"], depth+1)
		}
		return out
	case "boolean":
		return g.IntN(2) == 0
	case "integer", "number":
		n := 1.0
		if least, ok := o["minimum"].(float64); ok {
			n = max(least, 0) + float64(g.IntN(2))
		}
		if by, ok := o["multipleOf"].(float64); ok {
			n = by
		}
		return n
	case "string":
		switch {
		case o["format"] == "date-time":
			return "2026-11-05T12:00:00Z"
		case o["contentEncoding"] == "base64":
			return base64.StdEncoding.EncodeToString([]byte("data"))
		case o["pattern"] != nil:
			return samples[o["pattern"].(string)]
		}
		return "abc"
	}
	return []any{nil, 1.0, "x", map[string]any{"a": true}}[g.IntN(4)]
}

type damage struct {
	kind  string
	apply func()
}

// damages lists what can be broken in a value. set replaces the value in its container.
func (g *generator) damages(s, value any, set func(any), found *[]damage) {
	o := g.resolve(s)
	add := func(kind string, v any) { *found = append(*found, damage{kind, func() { set(v) }}) }
	wrong := map[string]any{"object": "x", "array": map[string]any{}, "boolean": "true", "integer": 1.5, "number": "1", "string": 1.0}
	if kind, ok := o["type"].(string); ok {
		add("type", wrong[kind])
	}
	if o["enum"] != nil {
		add("enum", map[string]any{"string": "neither", "integer": 99.0}[o["type"].(string)])
	}
	if least, ok := o["minimum"].(float64); ok {
		add("minimum", least-5)
	}
	if most, ok := o["maximum"].(float64); ok {
		add("maximum", most+5)
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
		properties, _ := o["properties"].(map[string]any)
		if o["additionalProperties"] == false {
			*found = append(*found, damage{"unknown", func() { v["surely not known"] = 1 }})
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if member, ok := properties[name]; ok {
				g.damages(member, v[name], func(x any) { v[name] = x }, found)
				if required, _ := o["required"].([]any); slices.Contains(required, any(name)) {
					*found = append(*found, damage{"missing", func() { delete(v, name) }})
				}
			} else if rest, ok := o["additionalProperties"].(map[string]any); ok {
				g.damages(rest, v[name], func(x any) { v[name] = x }, found)
			}
		}
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
			g.damages(o["items"], v[i], func(x any) { v[i] = x }, found)
		}
	}
}
