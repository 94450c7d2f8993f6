package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSampleFitsTheSchema(t *testing.T) {
	for _, row := range []struct{ name, schema, want string }{
		{"anything", `{}`, `"text"`},
		{"true", `true`, `null`},
		{"null", `{"type":"null"}`, `null`},
		{"type of several", `{"type":["null","boolean"]}`, `true`},
		{"only null of several", `{"type":["null"]}`, `null`},
		{"const", `{"const":[1]}`, `[1]`},
		{"enum", `{"type":"string","enum":["b","a"]}`, `"b"`},
		{"examples", `{"type":"string","examples":["Oslo"]}`, `"Oslo"`},
		{"default", `{"type":"integer","default":7}`, `7`},

		{"properties", `{"properties":{"a":{"type":"string"},"b":{"type":"boolean"}}}`, `{"a":"a","b":true}`},
		{"required without a schema", `{"type":"object","required":["a"]}`, `{"a":null}`},
		{"array", `{"type":"array","items":{"type":"string"}}`, `["text"]`},
		{"array of a property", `{"properties":{"tags":{"type":"array","minItems":3,"items":{"type":"string"}}}}`, `{"tags":["tags","tags 2","tags 3"]}`},
		{"array of a length", `{"items":{"const":0},"minItems":2}`, `[0,0]`},
		{"array that must be empty", `{"items":{"const":0},"maxItems":0}`, `[]`},
		{"array of anything", `{"type":"array"}`, `[]`},
		{"tuple", `{"prefixItems":[{"const":1},{"const":2}],"items":false}`, `[1,2]`},

		{"integer", `{"type":"integer"}`, `1`},
		{"minimum", `{"type":"integer","minimum":2.5}`, `3`},
		{"exclusive minimum", `{"type":"integer","exclusiveMinimum":3}`, `4`},
		{"maximum", `{"type":"integer","maximum":-1.5}`, `-2`},
		{"exclusive maximum", `{"type":"integer","exclusiveMaximum":1}`, `0`},
		{"multiple", `{"type":"integer","multipleOf":5}`, `5`},
		{"multiple above", `{"type":"integer","multipleOf":5,"minimum":11}`, `15`},
		{"multiple below", `{"type":"integer","multipleOf":5,"maximum":4}`, `0`},
		{"number", `{"minimum":0,"maximum":1}`, `1`},
		{"number between", `{"type":"number","minimum":0.1,"maximum":0.3}`, `0.3`},
		{"number strictly between", `{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}`, `0.5`},
		{"number strictly above", `{"type":"number","exclusiveMinimum":4}`, `5`},
		{"number strictly below", `{"type":"number","exclusiveMaximum":-4}`, `-5`},

		{"minLength", `{"type":"string","minLength":6}`, `"texttext"`},
		{"maxLength", `{"type":"string","maxLength":2}`, `"te"`},
		{"both lengths", `{"type":"string","minLength":6,"maxLength":6}`, `"textte"`},
		{"format", `{"type":"string","format":"date"}`, `"2026-01-01"`},
		{"unknown format", `{"type":"string","format":"color"}`, `"text"`},

		{"reference", `{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"const":1}}}`, `1`},
		{"reference to nothing", `{"properties":{"a":{"$ref":"#/$defs/x"},"b":{"$ref":"other.json"}}}`, `{"a":null,"b":null}`},
		{"anyOf", `{"anyOf":[{"type":"null"},{"type":"boolean"}]}`, `true`},
		{"oneOf beside a type", `{"type":"object","properties":{"a":{"const":1}},"required":["a"],"oneOf":[{"properties":{"b":{"const":2}},"required":["b"]}]}`, `{"a":1,"b":2}`},
		{"allOf", `{"allOf":[{"properties":{"a":{"const":1}}},{"properties":{"b":{"const":2}}}]}`, `{"a":1,"b":2}`},
		{"a list that ends with null", `{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["next"]}}}`,
			`{"next":{"next":null}}`},
		{"a tree", `{"properties":{"children":{"type":"array","items":{"$ref":"#"}}}}`, `{"children":[{"children":[{}]}]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := json.Marshal(sample(json.RawMessage(row.schema)))
			assert.NoError(t, err)
			assert.JSONEq(t, row.want, string(got))
		})
	}
	// Schemas that no value fits, and values that JSON does not have, end too.
	for _, schema := range []string{
		`{"type":"string","maxLength":-1}`, `{"type":"number","multipleOf":1e308,"minimum":1.5e308}`, `{"type":"number","multipleOf":1e-320}`,
		`{"type":"array","minItems":3,"items":{"$ref":"#"}}`, `{"type":"object","required":["a","b","c"],"properties":{"a":{"$ref":"#"},"b":{"$ref":"#"},"c":{"$ref":"#"}}}`,
	} {
		data, err := json.Marshal(sample(json.RawMessage(schema)))
		assert.NoError(t, err, schema)
		assert.Less(t, len(data), 1<<20, schema)
	}
	data, err := json.Marshal(sample(json.RawMessage(`{"type":"integer","minimum":1e300}`)))
	assert.NoError(t, err)
	assert.Equal(t, "1e+300", string(data))
	assert.Nil(t, sample(nil))
	assert.Nil(t, sample(json.RawMessage(`{`)))
	assert.NotNil(t, sample(json.RawMessage(`{"$ref":"#/a","a":{"type":"object","required":["b"],"properties":{"b":{"$ref":"#/a"}}}}`)), "a schema without end")
}
