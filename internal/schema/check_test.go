package schema_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/schema"
)

func reflected[T any]() (json.RawMessage, error) { return schema.Reflect(reflect.TypeFor[T]()) }

func checker[T any](t *testing.T) *schema.Checker {
	t.Helper()
	c, err := schema.CheckerOf(reflect.TypeFor[T]())
	require.NoError(t, err)
	again, err := schema.CheckerOf(reflect.TypeFor[T]())
	require.NoError(t, err)
	require.Same(t, c, again)
	return c
}

func TestCheckerOfATypeWithoutSchema(t *testing.T) {
	_, err := schema.CheckerOf(reflect.TypeFor[chan int]())
	require.Error(t, err)
	_, err = schema.CheckerOf(reflect.TypeFor[struct {
		X string `jsonschema:"pattern=["`
	}]())
	require.ErrorContains(t, err, "X.pattern: ")
}

func TestEveryViolationHasALineInOrder(t *testing.T) {
	c := checker[struct {
		City    string `json:"city" jsonschema:"minLength=2"`
		Limit   int    `json:"limit" jsonschema:"maximum=1000,multipleOf=3"`
		Kind    string `json:"kind" jsonschema:"enum=a,enum=b"`
		Filters []struct {
			Name string `json:"name"`
			At   int    `json:"at,omitzero"`
		} `json:"filters"`
	}](t)
	const bad = `{"city":"X","limit":2000,"kind":"c","wrong":1,"also":2,"filters":[{"name":1},{},
		{"name":"x"},{},{},{},{},{},{},{},{"at":"now"}]}`
	want := []string{
		"also: is not allowed",
		"city: must have at least 2 characters, has 1",
		"filters[0].name: must be a string, is a number",
		"filters[1].name: is missing",
		"filters[3].name: is missing",
		"filters[4].name: is missing",
		"filters[5].name: is missing",
		"filters[6].name: is missing",
		"filters[7].name: is missing",
		"filters[8].name: is missing",
		"filters[9].name: is missing",
		"filters[10].at: must be an integer, is a string",
		"filters[10].name: is missing",
		"kind: value must be one of 'a', 'b'",
		"limit: must be a multiple of 3, is 2000; must be at most 1000, is 2000",
		"wrong: is not allowed",
	}
	for range 20 {
		lines, err := c.Check([]byte(bad))
		require.NoError(t, err)
		assert.Equal(t, want, lines)
	}
}

func TestNullCountsAsAbsentWhereAMemberIsOptional(t *testing.T) {
	type inner struct {
		X int `json:"x"`
	}
	c := checker[struct {
		Name  string   `json:"name"`
		Limit int      `json:"limit,omitzero"`
		Kind  string   `json:"kind,omitzero" jsonschema:"enum=a"`
		Inner *inner   `json:"inner"`
		Tree  *tree    `json:"tree"`
		List  []*inner `json:"list,omitzero"`
	}](t)
	lines, err := c.Check([]byte(`{"name":"n","limit":null,"kind":null,"inner":null,"tree":null,"list":null}`))
	require.NoError(t, err)
	assert.Empty(t, lines)
	lines, err = c.Check([]byte(`{"name":null,"inner":{"x":null},"list":[null],"tree":{"value":null,"children":[null]}}`))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"inner.x: must be an integer, is null",
		"list[0]: must be an object, is null",
		"name: must be a string, is null",
		"tree.children[0]: must be an object, is null",
		"tree.value: must be an integer, is null",
	}, lines)
}

func TestCheckRefusesWhatIsNotOneDocument(t *testing.T) {
	c := checker[search](t)
	for _, data := range []string{"", "{", `{"query":"a"}{}`, `{"query":"a"} x`, "nonsense"} {
		_, err := c.Check([]byte(data))
		assert.Error(t, err, data)
	}
	lines, err := c.Check([]byte(`[]`))
	require.NoError(t, err)
	assert.Equal(t, []string{"must be an object, is an array"}, lines)
}

func TestNumbersAreExact(t *testing.T) {
	c := checker[struct {
		N int64 `json:"n" jsonschema:"maximum=9007199254740993"`
	}](t)
	lines, err := c.Check([]byte(`{"n":9007199254740993}`))
	require.NoError(t, err)
	assert.Empty(t, lines)
	lines, err = c.Check([]byte(`{"n":9007199254740994}`)) // the same float64
	require.NoError(t, err)
	assert.Equal(t, []string{"n: must be at most 9007199254740993, is 9007199254740994"}, lines)
}

// A number with a huge exponent must neither hang nor crash.
func TestHugeNumbersAreHarmless(t *testing.T) {
	c := checker[bounds](t)
	for _, n := range []string{"1e9999999", "-1e-9999999", "1e999999999999999999999", strings.Repeat("9", 2001)} {
		_, err := c.Check([]byte(`{"number":` + n + `}`))
		assert.EqualError(t, err, "cannot be checked: a number has too many digits", n)
	}
	lines, err := c.Check([]byte(`{"number":1e2000,"ratio":1e-2000}`))
	require.NoError(t, err)
	assert.NotEmpty(t, lines)
}

func TestSchemasByHand(t *testing.T) {
	for name, c := range map[string]struct{ doc, problem string }{
		"true":              {`true`, ""},
		"empty":             {`{}`, ""},
		"draft 7":           {`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","definitions":{"a":{"type":"string"}},"properties":{"x":{"$ref":"#/definitions/a"}}}`, ""},
		"pattern of ECMA":   {`{"properties":{"x":{"pattern":"^(?!y)"}}}`, ""},
		"unknown keyword":   {`{"x-order":1}`, ""},
		"unknown format":    {`{"properties":{"x":{"format":"money"}}}`, ""},
		"not JSON":          {`{`, "schema is not JSON"},
		"two documents":     {`{}{}`, "schema is not JSON"},
		"wrong type":        {`{"type":"objekt"}`, "type: "},
		"not a schema":      {`[]`, "must be a boolean or an object, is an array"},
		"several":           {`{"type":1,"properties":[]}`, "properties: must be an object, is an array; type: "},
		"dangling":          {`{"$ref":"#/$defs/x"}`, "$defs/x"},
		"from a file":       {`{"$ref":"file:///etc/passwd"}`, "other documents are not loaded"},
		"from the network":  {`{"$ref":"https://example.com/schema"}`, "other documents are not loaded"},
		"unknown draft":     {`{"$schema":"https://example.com/draft"}`, "other documents are not loaded"},
		"number as a bound": {`{"properties":{"n":{"minimum":"few"}}}`, "properties.n.minimum: must be a number, is a string"},
	} {
		_, err := schema.Compile(json.RawMessage(c.doc), false)
		if c.problem == "" {
			assert.NoError(t, err, name)
			continue
		}
		if assert.Error(t, err, name) {
			assert.Contains(t, err.Error(), c.problem, name)
			assert.NotContains(t, err.Error(), "\n", name)
		}
	}
	_, err := schema.Compile(json.RawMessage(`{"pattern":"^(?!y)"}`), true)
	assert.Error(t, err, "a pattern of a tag must be one that Go knows")
}

func TestFormatsAreHintsInSchemasByHand(t *testing.T) {
	doc := json.RawMessage(`{"properties":{"x":{"format":"date-time"}}}`)
	for strict, want := range map[bool]int{true: 1, false: 0} {
		c, err := schema.Compile(doc, strict)
		require.NoError(t, err)
		lines, err := c.Check([]byte(`{"x":"tomorrow"}`))
		require.NoError(t, err)
		assert.Len(t, lines, want)
	}
}

func TestAlternativesAreOneLine(t *testing.T) {
	c, err := schema.Compile(json.RawMessage(`{"properties":{"x":{"anyOf":[{"type":"string"},{"type":"object","required":["id"]}]},
		"y":{"oneOf":[{"minimum":1},{"maximum":9}]}}}`), false)
	require.NoError(t, err)
	lines, err := c.Check([]byte(`{"x":{},"y":5}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"x: must be a string, is an object, or id is missing", "y: 'oneOf' failed, subschemas 0, 1 matched"}, lines)
	lines, err = c.Check([]byte(`{"x":null}`))
	require.NoError(t, err)
	assert.Empty(t, lines)
}

func TestDecodeTakesIntegersThatAreWrittenAsFloats(t *testing.T) {
	var got struct {
		I int
		U uint8
		L []int64
		F float64
		S string
	}
	require.NoError(t, schema.Decode([]byte(`{"I": 3.0, "U":1e2, "L":[-4.0,9007199254740993.0], "F":1.50,"S":"say \"3.0\" 4.0"}`), &got))
	assert.Equal(t, 3, got.I)
	assert.Equal(t, uint8(100), got.U)
	assert.Equal(t, []int64{-4, 9007199254740993}, got.L)
	assert.Equal(t, 1.5, got.F)
	assert.Equal(t, `say "3.0" 4.0`, got.S)
	for _, bad := range []string{`{"I":3.5}`, `{"U":300}`, `{"I":1e400}`, `{"U":-1.0}`, `{"I":"3.0"}`, `{"I":`, `{"I":1e` + strings.Repeat("9", 300) + `}`} {
		assert.Error(t, schema.Decode([]byte(bad), &got), bad)
	}
}

func BenchmarkCheck(b *testing.B) {
	doc, err := reflected[nested]()
	require.NoError(b, err)
	c, err := schema.Compile(doc, true)
	require.NoError(b, err)
	data := []byte(`{"billing":{"name":"a","size":1},"shipping":{"name":"b","size":2},"more":[{"name":"c","size":3}]}`)
	for b.Loop() {
		lines, err := c.Check(data)
		if err != nil || len(lines) > 0 {
			b.Fatal(lines, err)
		}
	}
}

// The validator goes through maps, whose order differs each time.
func TestViolationsOfAChoiceHaveAFixedOrder(t *testing.T) {
	c, err := schema.Compile(json.RawMessage(`{"anyOf":[{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"string"},"c":{"type":"string"}}},
		{"type":"object","additionalProperties":false}]}`), false)
	require.NoError(t, err)
	for range 50 {
		lines, err := c.Check([]byte(`{"c":1,"a":2,"b":3}`))
		require.NoError(t, err)
		require.Equal(t, []string{"a must be a string, is a number, or b must be a string, is a number, or c must be a string, is a number, or " +
			"a is not allowed, or b is not allowed, or c is not allowed"}, lines)
	}
}
