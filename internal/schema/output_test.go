package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	invopop "github.com/invopop/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/schema"
)

type (
	order struct {
		Customer customer   `json:"customer" jsonschema:"who pays"`
		Items    []item     `json:"items" jsonschema:"minItems=1"`
		Due      *time.Time `json:"due,omitzero" jsonschema:"when it is to be paid"`
		Note     string     `json:"note,omitempty" jsonschema:"maxLength=80"`
		Kind     *string    `json:"kind" jsonschema:"enum=bill,enum=credit"`
	}
	customer struct {
		Name string `json:"name"`
		Mail string `json:"mail" jsonschema:"format=email"`
	}
	item struct {
		Count int     `json:"count" jsonschema:"minimum=1,maximum=99"`
		Price float64 `json:"price" jsonschema:"exclusiveMinimum=0"`
		Code  string  `json:"code" jsonschema:"as printed,pattern=^[A-Z]+$,example=AB,default=X"`
	}
	described struct {
		Root tree  `json:"root" jsonschema:"where it begins"`
		Next *tree `json:"next" jsonschema:"where it goes on"`
	}
	plain struct {
		ID   string     `json:"id"`
		Tags []string   `json:"tags"`
		Both [2]float64 `json:"both"`
		More struct {
			Deep *bool `json:"deep"`
		} `json:"more"`
	}
	choice struct {
		Value either `jsonschema:"a name or a number"`
	}
	either    struct{}
	constant  struct{ Value always }
	always    string
	several   struct{ Value scalar }
	scalar    struct{}
	titled    struct{ Value title }
	title     string
	durations struct{ Wait time.Duration }
	pointers  struct{ A, B **int }
	level5    struct {
		A struct{ B struct{ C struct{ D []int } } }
	}
	optionalEnum struct {
		Level *level `json:"level,omitempty" jsonschema:"enum=1,enum=2"`
	}
)

func (either) JSONSchema() *invopop.Schema {
	return &invopop.Schema{OneOf: []*invopop.Schema{{Type: "string", Description: "a name"}, {Type: "integer", Minimum: "1"}}}
}
func (scalar) JSONSchema() *invopop.Schema {
	return &invopop.Schema{Description: "a name or a number", Extras: map[string]any{"type": []string{"string", "integer"}}}
}
func (always) JSONSchema() *invopop.Schema { return &invopop.Schema{Type: "string", Const: "yes"} }
func (title) JSONSchema() *invopop.Schema {
	return &invopop.Schema{Type: "string", Title: "T", Comments: "c", ReadOnly: true, Examples: []any{"a", 1}}
}

// answers are types with a strict schema.
var answers = map[string]reflect.Type{
	"order": reflect.TypeFor[order](), "described": reflect.TypeFor[described](), "plain": reflect.TypeFor[plain](),
	"choice": reflect.TypeFor[choice](), "constant": reflect.TypeFor[constant](), "several": reflect.TypeFor[several](), "titled": reflect.TypeFor[titled](),
	"durations": reflect.TypeFor[durations](), "pointers": reflect.TypeFor[pointers](), "level5": reflect.TypeFor[level5](),
	"optionalenum": reflect.TypeFor[optionalEnum](), "orders": reflect.TypeFor[[]order](), "int": reflect.TypeFor[int](),
	"bool": reflect.TypeFor[bool](), "trees": reflect.TypeFor[[]tree](),
}

// refused are the types of goldens that strict modes do not accept, with the places.
var refused = map[string]string{
	"scalars": "Any may be any JSON", "special": "raw may be any JSON", "forest": "trees is a map", "pairs": "the type is a map",
	"maps": "strings is a map", "any": "the type may be any JSON", "dictionary": "is a map", "anything": "Field may be any JSON",
	"part": "Message may be any JSON",
}

func TestStrictSchemasAreThoseOfTheGoldenFiles(t *testing.T) {
	all := map[string]reflect.Type{}
	for name, typ := range goldens {
		if _, ok := refused[name]; !ok {
			all[name] = typ
		}
	}
	for name, typ := range answers {
		all[name] = typ
	}
	require.GreaterOrEqual(t, len(all), 30)
	for name, typ := range all {
		t.Run(name, func(t *testing.T) {
			out, err := schema.OutputOf(typ, false)
			require.NoError(t, err)
			var indented bytes.Buffer
			require.NoError(t, json.Indent(&indented, out.JSON, "", "  "))
			indented.WriteByte('\n')
			file := filepath.Join("testdata", "strict", name+".json")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
				require.NoError(t, os.WriteFile(file, indented.Bytes(), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), indented.String())
			_, err = schema.Compile(out.JSON, true)
			require.NoError(t, err)
			assert.Empty(t, strictProblems(out.JSON))
		})
	}
}

func TestTypesWithoutAStrictSchema(t *testing.T) {
	for name, place := range refused {
		_, err := schema.OutputOf(goldens[name], false)
		if assert.Error(t, err, name) {
			assert.Contains(t, err.Error(), place, name)
			assert.Contains(t, err.Error(), "set Lax", name)
		}
		out, err := schema.OutputOf(goldens[name], true)
		require.NoError(t, err, name)
		assert.NotEmpty(t, strictProblems(out.JSON), "%s: the checker of the dialects accepts everything", name)
	}
	type d4 struct{ A [][][]int }
	type d8 struct {
		A struct{ A struct{ A struct{ A d4 } } }
	}
	_, err := schema.OutputOf(reflect.TypeFor[struct{ A [][]d8 }](), false)
	assert.ErrorContains(t, err, "is nested more than 10 levels deep")
}

// strictProblems is what the published rules of the strict modes of OpenAI, Anthropic and Gemini say
// against a schema. Recursion, which Anthropic and Gemini do not accept when it is required, is left
// to the documentation: there is no other schema for such a type.
func strictProblems(doc []byte) []string {
	var root map[string]any
	if err := json.Unmarshal(doc, &root); err != nil {
		return []string{err.Error()}
	}
	d := dialect{root: root}
	if root["type"] != "object" || root["anyOf"] != nil {
		d.fail("openai", "$", "the root is no object")
	}
	defs, _ := root["$defs"].(map[string]any)
	for name, def := range defs {
		d.check(def, "$defs."+name, 0)
	}
	delete(root, "$defs")
	d.check(root, "$", 0)
	if d.properties > 5000 {
		d.fail("openai", "$", "more than 5000 properties")
	}
	if d.enums > 1000 {
		d.fail("openai", "$", "more than 1000 enum values")
	}
	if d.unions > 16 {
		d.fail("anthropic", "$", "more than 16 unions")
	}
	return d.found
}

type dialect struct {
	root                      map[string]any
	properties, enums, unions int
	found                     []string
}

func (d *dialect) fail(who, path, text string) { d.found = append(d.found, who+": "+path+": "+text) }

// keywordsOf are what each dialect knows; all others are refused.
var keywordsOf = map[string][]string{
	"openai": {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "description",
		"format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"},
	"anthropic": {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "allOf", "$ref",
		"description", "default", "format", "title"},
	"gemini": {"type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems", "minimum", "maximum",
		"anyOf", "oneOf", "properties", "additionalProperties", "required", "$ref", "$anchor", "$id"},
}

func (d *dialect) check(v any, path string, depth int) {
	s, ok := v.(map[string]any)
	if !ok || len(s) == 0 {
		d.fail("all", path, "accepts anything")
		return
	}
	for who, known := range keywordsOf {
		for k := range s {
			if !slices.Contains(known, k) {
				d.fail(who, path, k)
			}
		}
	}
	if depth > 10 {
		d.fail("openai", path, "nested too deep")
	}
	if format, ok := s["format"].(string); ok && !slices.Contains([]string{"date-time", "date", "time"}, format) {
		d.fail("gemini", path, "format "+format)
	}
	if ref, ok := s["$ref"].(string); ok {
		if len(s) > 1 {
			d.fail("openai, gemini", path, "keywords beside $ref")
		}
		defs, _ := d.root["$defs"].(map[string]any)
		if name, ok := strings.CutPrefix(ref, "#/$defs/"); !ok || defs != nil && defs[name] == nil {
			d.fail("all", path, "refers to "+ref)
		}
		return
	}
	if any, ok := s["anyOf"].([]any); ok {
		d.unions++
		if len(s) > 1 {
			d.fail("gemini", path, "keywords beside anyOf")
		}
		for i, b := range any {
			d.check(b, fmt.Sprintf("%s|%d", path, i), depth)
		}
		return
	}
	if enum, ok := s["enum"].([]any); ok {
		d.enums += len(enum)
		for _, e := range enum {
			switch e.(type) {
			case string, float64:
			default:
				d.fail("gemini", path, "enum of other values")
			}
		}
	}
	switch s["type"] {
	case "object":
		properties, ok := s["properties"].(map[string]any)
		if !ok || s["additionalProperties"] != false {
			d.fail("openai, anthropic", path, "additionalProperties is not false")
		}
		required, _ := s["required"].([]any)
		for name, p := range properties {
			d.properties++
			if !slices.Contains(required, any(name)) {
				d.fail("openai", path+"."+name, "is not required")
			}
			d.check(p, path+"."+name, depth+1)
		}
	case "array":
		d.check(s["items"], path+"[]", depth+1)
	case "string", "number", "integer", "boolean", "null":
	default:
		d.fail("all", path, fmt.Sprintf("has the type %v", s["type"]))
	}
}

func TestCheckOfAnOutput(t *testing.T) {
	out, err := schema.OutputOf(reflect.TypeFor[order](), false)
	require.NoError(t, err)
	lines, err := out.Check([]byte(`{"customer":{"name":"A","mail":"nobody"},"items":[{"count":0,"price":0,"code":"a"}],"due":null,"note":null,"kind":"x","kind":null}`))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"customer.mail: 'nobody' is not valid email: missing @",
		"items[0].code: 'a' does not match pattern '^[A-Z]+$'",
		"items[0].count: must be at least 1, is 0",
		"items[0].price: must be more than 0, is 0",
		"kind: is there twice",
	}, lines)
	assert.False(t, out.Wrapped)
	out, err = schema.OutputOf(reflect.TypeFor[[]tree](), false)
	require.NoError(t, err)
	assert.True(t, out.Wrapped)
	lines, err = out.Check([]byte(`{"value":[{"value":1,"children":[{"value":"2"}]}]}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"value[0].children[0].value: must be an integer, is a string"}, lines)
}

// What encoding/json writes for a random value of a random type passes the schema that is sent for
// the type and the one it is checked against, and is decoded into the same value.
func TestRandomTypesRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	optional := 0
	for range rounds {
		typ := randomType(r, 3, new(14))
		out, err := schema.OutputOf(typ, false)
		require.NoError(t, err, "%s", typ)
		require.Empty(t, strictProblems(out.JSON), "%s: %s", typ, out.JSON)
		sent, err := schema.Compile(out.JSON, true)
		require.NoError(t, err)
		for range 10 {
			v := reflect.New(typ)
			fill(r, v.Elem(), "", 0)
			dropPointers(r, v.Elem())
			data, err := json.Marshal(v.Interface())
			require.NoError(t, err)
			if out.Wrapped {
				data = []byte(`{"value":` + string(data) + `}`)
			}
			optional += bytes.Count(data, []byte("null"))
			lines, err := sent.Check(data)
			require.NoError(t, err)
			require.Empty(t, lines, "%s: %s", out.JSON, data)
			lines, err = out.Check(data)
			require.NoError(t, err)
			require.Empty(t, lines, "%s: %s", out.JSON, data)

			around := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Value", Type: typ, Tag: `json:"value"`}}))
			if !out.Wrapped {
				data = []byte(`{"value":` + string(data) + `}`)
			}
			require.NoError(t, schema.Decode(data, around.Interface()))
			again, err := json.Marshal(around.Interface())
			require.NoError(t, err)
			require.Equal(t, string(data), string(again))
		}
	}
	assert.Positive(t, optional)
}

// randomType makes a type with a strict schema that has at most *pointers pointers.
func randomType(r *rand.Rand, depth int, pointers *int) reflect.Type {
	scalars := []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[uint8](), reflect.TypeFor[int64](), reflect.TypeFor[float64](),
		reflect.TypeFor[bool](), reflect.TypeFor[time.Time](), reflect.TypeFor[[]byte](), reflect.TypeFor[json.Number](), reflect.TypeFor[big.Int](),
	}
	if depth == 0 {
		return scalars[r.IntN(len(scalars))]
	}
	switch r.IntN(4) {
	case 0:
		return scalars[r.IntN(len(scalars))]
	case 1:
		for {
			if e := randomType(r, depth-1, pointers); e.Kind() != reflect.Uint8 { // []uint8 is base64
				return reflect.SliceOf(e)
			}
		}
	}
	fields := make([]reflect.StructField, 1+r.IntN(4))
	for i := range fields {
		typ := randomType(r, depth-1, pointers)
		if *pointers > 0 && r.IntN(3) == 0 {
			*pointers--
			typ = reflect.PointerTo(typ)
		}
		fields[i] = reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: typ, Tag: reflect.StructTag(fmt.Sprintf(`json:"f%d" jsonschema:"member %d"`, i, i))}
	}
	return reflect.StructOf(fields)
}

// dropPointers sets some pointers to nil.
func dropPointers(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type().PkgPath() != "" { // time.Time and big.Int
			return
		}
		for i := range v.NumField() {
			dropPointers(r, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			dropPointers(r, v.Index(i))
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if r.IntN(2) == 0 {
			v.SetZero()
			return
		}
		dropPointers(r, v.Elem())
	}
}
