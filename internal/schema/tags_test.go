package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/schema"
)

// The reflector drops keywords that do not fit a type without a word.
func TestKeywordsWithoutEffect(t *testing.T) {
	problem := func(_ json.RawMessage, err error) string {
		require.Error(t, err)
		return err.Error()
	}
	assert.Equal(t, "A: tag jsonschema: enum=a is not a number", problem(schema.For[struct {
		A int `jsonschema:"enum=1,enum=a"`
	}]()))
	assert.Equal(t, "A: tag jsonschema: minLength has no effect on a number", problem(schema.For[struct {
		A *int `jsonschema:"minLength=1"`
	}]()))
	assert.Equal(t, "A: tag jsonschema: minimum has no effect on a string", problem(schema.For[struct {
		A string `jsonschema:"minimum=1"`
	}]()))
	assert.Equal(t, "A: tag jsonschema: minItems has no effect on a string", problem(schema.For[struct {
		A string `jsonschema:"minItems=1"`
	}]()))
	assert.Equal(t, "A: tag jsonschema: enum has no effect on a boolean", problem(schema.For[struct {
		A bool `jsonschema:"enum=true"`
	}]()))
	assert.Equal(t, "A: tag jsonschema: maximum has no effect on an array of string", problem(schema.For[struct {
		A []string `jsonschema:"maximum=1"`
	}]()))
}

func TestKeywordsWithAnEqualsSign(t *testing.T) {
	got, err := schema.For[struct {
		A []string `json:"a" jsonschema:"pattern=^k=v$,minItems=1"`
		B []string `json:"b" jsonschema:"enum=k=v,enum=k=w"`
		C string   `json:"c" jsonschema:"pattern=^k=v$"`
	}]()
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"object","additionalProperties":false,"required":["a","b","c"],"properties":{
		"a":{"type":"array","minItems":1,"items":{"type":"string","pattern":"^k=v$"}},
		"b":{"type":"array","items":{"type":"string","enum":["k=v","k=w"]}},
		"c":{"type":"string","pattern":"^k=v$"}}}`, string(got))
}
