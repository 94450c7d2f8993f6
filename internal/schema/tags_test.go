package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/invopop/jsonschema"
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
	assert.Equal(t, "A: tag jsonschema: minimum has no effect on a value of any type", problem(schema.For[struct {
		A any `jsonschema:"minimum=1"`
	}]()))
}

type ownJSON struct{}

func (*ownJSON) UnmarshalJSON([]byte) error { return nil }

type selfDescribed struct{ X int }

func (selfDescribed) JSONSchemaExtend(s *jsonschema.Schema) { s.Description = "says so itself" }

type spoken string

func (spoken) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Description: "a word"}
}

func TestWhatTypesSayIsKept(t *testing.T) {
	got, err := schema.For[struct {
		A ownJSON       `json:"a" jsonschema:"enum=mon,enum=tue"`
		B selfDescribed `json:"b"`
		C spoken        `json:"c"`
		D spoken        `json:"d" jsonschema:"of the field"`
	}]()
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"object","additionalProperties":false,"required":["a","b","c","d"],"properties":{
		"a":{"enum":["mon","tue"]},
		"b":{"type":"object","additionalProperties":false,"properties":{"X":{"type":"integer"}},"required":["X"],"description":"says so itself"},
		"c":{"type":"string","description":"a word"},
		"d":{"type":"string","description":"of the field"}}}`, string(got))
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
