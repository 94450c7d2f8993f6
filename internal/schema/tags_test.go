package schema_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/schema"
)

// The reflector drops keywords that do not fit a type without a word, and misreads some values.
func TestKeywordsThatTheReflectorDrops(t *testing.T) {
	for want, typ := range map[string]reflect.Type{
		"enum=a is not a number": reflect.TypeFor[struct {
			A int `jsonschema:"enum=1,enum=a"`
		}](),
		"minLength has no effect on a number": reflect.TypeFor[struct {
			A *int `jsonschema:"minLength=1"`
		}](),
		"minimum has no effect on a string": reflect.TypeFor[struct {
			A string `jsonschema:"minimum=1"`
		}](),
		"minItems has no effect on a string": reflect.TypeFor[struct {
			A string `jsonschema:"minItems=1"`
		}](),
		"enum has no effect on a boolean": reflect.TypeFor[struct {
			A bool `jsonschema:"enum=true"`
		}](),
		"maximum has no effect on an array of string": reflect.TypeFor[struct {
			A []string `jsonschema:"maximum=1"`
		}](),
		"minimum has no effect on a value of any type": reflect.TypeFor[struct {
			A any `jsonschema:"minimum=1"`
		}](),
		"enum has no effect on an object": reflect.TypeFor[struct {
			A map[string]string `jsonschema:"enum=x"`
		}](),
		"default has no effect on an object": reflect.TypeFor[struct {
			A *Other `jsonschema:"default={}"`
		}](),
		"minLength has no effect on an array of object": reflect.TypeFor[struct {
			A []Other `jsonschema:"minItems=1,minLength=1"`
		}](),
		"minimum has no effect on an array of arrays": reflect.TypeFor[struct {
			A [][]int `jsonschema:"minItems=1,minimum=1"`
		}](),
		"enum has no effect on an array of value of any type": reflect.TypeFor[struct {
			A []any `jsonschema:"enum=x"`
		}](),
		"format has no effect on a number": reflect.TypeFor[struct {
			A int `jsonschema:"format=int32"`
		}](),
		"example has no effect on a boolean": reflect.TypeFor[struct {
			A bool `jsonschema:"default=true,example=true"`
		}](),
		"default=maybe is not true or false": reflect.TypeFor[struct {
			A bool `jsonschema:"default=maybe"`
		}](),
		"default=few is not a number": reflect.TypeFor[struct {
			A []int `jsonschema:"default=few"`
		}](),
		"maximum=1e400 is not a number": reflect.TypeFor[struct {
			A float64 `jsonschema:"maximum=1e400"`
		}](),
		"minimum=1  is not a number": reflect.TypeFor[struct {
			A int `jsonschema:"minimum=1 ,maximum=2"`
		}](),
		"uniqueItems=false is not true": reflect.TypeFor[struct {
			A []int `jsonschema:"uniqueItems=false"`
		}](),
		"readOnly=no is not true or false": reflect.TypeFor[struct {
			A string `jsonschema:"readOnly=no"`
		}](),
	} {
		_, err := schema.Reflect(typ)
		assert.EqualError(t, err, "A: tag jsonschema: "+want)
	}
}

// A space before a keyword does not make it part of the description, and no description is lost.
func TestTagsWithSpacesAndDescriptions(t *testing.T) {
	got, err := reflected[struct {
		A int         `json:"a" jsonschema:"number of hits, minimum=1, maximum=20, not more"`
		B []string    `json:"b" jsonschema:"description=the tags, uniqueItems=true, unsorted"`
		C string      `json:"c" jsonschema:"maxLenght=3" jsonschema_description:"the code"`
		D []int       `json:"d" jsonschema:"default=7,default=8"`
		E json.Number `json:"e,string"`
		F []Other     `json:"f" jsonschema:"title=T,minItems=1"`
		G []bool      `json:"g" jsonschema:"default=true"`
		H []string    `json:"h" jsonschema:"default=7"`
	}]()
	require.NoError(t, err)
	const other = `{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string"},"size":{"type":"integer"}},"required":["name","size"]}`
	assert.JSONEq(t, `{"type":"object","additionalProperties":false,"required":["a","b","c","d","e","f","g","h"],"properties":{
		"a":{"type":"integer","minimum":1,"maximum":20,"description":"number of hits, not more"},
		"b":{"type":"array","uniqueItems":true,"items":{"type":"string"},"description":"the tags, unsorted"},
		"c":{"type":"string","description":"the code, maxLenght=3"},
		"d":{"type":"array","items":{"type":"integer"},"default":[7,8]},
		"e":{"type":"string","pattern":"^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$"},
		"f":{"type":"array","minItems":1,"title":"T","items":`+other+`},
		"g":{"type":"array","items":{"type":"boolean"},"default":[true]},
		"h":{"type":"array","items":{"type":"string"},"default":["7"]}}}`, string(got))
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
	got, err := reflected[struct {
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
	got, err := reflected[struct {
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
