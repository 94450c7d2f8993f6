package schema_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/schema"
)

const rounds = 300

// damageKinds are those that each test must have tried.
var damageKinds = []string{
	"type", "null", "missing", "unknown", "enum", "minimum", "maximum", "exclusiveMinimum", "multipleOf",
	"minLength", "maxLength", "pattern", "format", "encoding", "minItems", "maxItems", "key", "twice", "cut",
}

// What encoding/json writes for a value passes the schema of its type, and reads back as the same
// value. The same JSON with one random damage does not pass. All types of the golden files are drawn.
func TestRandomValuesPass(t *testing.T) {
	kinds := map[string]int{}
	for name, typ := range goldens {
		if (name == "inlined" || name == "odd") && readsTagsOtherwise() {
			continue
		}
		s := subjectOf(t, name, 1)
		for range rounds {
			v := reflect.New(typ)
			fill(s.Rand, v.Elem(), "", 0)
			data, err := json.Marshal(v.Interface())
			require.NoError(t, err)
			s.passes(t, data)

			back := reflect.New(typ)
			require.NoError(t, schema.Decode(data, back.Interface()), "%s: %s", name, data)
			again, err := json.Marshal(back.Interface())
			require.NoError(t, err)
			require.Equal(t, string(data), string(again), name)

			s.damage(t, data, kinds)
		}
	}
	for _, kind := range damageKinds {
		assert.Positive(t, kinds[kind], "no damage of the kind %s", kind)
	}
}

// readsTagsOtherwise reports whether encoding/json is that of the experiment jsonv2, which has an option
// inline, and other names for tags that are none.
func readsTagsOtherwise() bool {
	data, _ := json.Marshal(odd{})
	return !bytes.Contains(data, []byte(`"Quoted"`))
}

// JSON made from a schema passes it, and encoding/json decodes it. The same JSON with one random
// damage does not pass.
func TestRandomDamageDoesNotPass(t *testing.T) {
	kinds := map[string]int{}
	for name, typ := range goldens {
		s := subjectOf(t, name, 3)
		for range rounds {
			data, err := json.Marshal(s.value(s.root, 0))
			require.NoError(t, err)
			s.passes(t, data)
			if name != "part" { // its schema is any JSON, and openrouter.Part reads objects alone
				require.NoError(t, schema.Decode(data, reflect.New(typ).Interface()), "%s: %s", name, data)
			}
			s.damage(t, data, kinds)
		}
	}
	for _, kind := range damageKinds {
		assert.Positive(t, kinds[kind], "no damage of the kind %s", kind)
	}
}

// subject is a schema under test.
type subject struct {
	*generator
	name    string
	checker *schema.Checker
}

func subjectOf(t *testing.T, name string, seed uint64) subject {
	doc, err := schema.Reflect(goldens[name])
	require.NoError(t, err)
	c, err := schema.Compile(doc, true)
	require.NoError(t, err)
	var root any
	require.NoError(t, json.Unmarshal(doc, &root))
	return subject{&generator{Rand: rand.New(rand.NewPCG(seed, 2)), root: root}, name, c}
}

func (s subject) passes(t *testing.T, data []byte) {
	lines, err := s.checker.Check(data)
	require.NoError(t, err, "%s: %s", s.name, data)
	require.Empty(t, lines, "%s: %s", s.name, data)
}

// damage breaks JSON that passes at one place, and expects that it does not pass.
func (s subject) damage(t *testing.T, data []byte, kinds map[string]int) {
	var value any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	require.NoError(t, d.Decode(&value))
	var damages []damage
	s.damages(s.root, value, func(v any) { value = v }, false, &damages)

	var damaged []byte
	kind := ""
	switch n := s.IntN(len(damages) + 2); {
	case n < len(damages):
		damages[n].apply()
		kind = damages[n].kind
		var err error
		damaged, err = json.Marshal(value)
		require.NoError(t, err)
	case n == len(damages):
		kind, damaged = "cut", slices.Clone(data[:s.IntN(len(data))])
		if json.Valid(damaged) {
			return // a shorter number
		}
	default:
		object, ok := value.(map[string]any)
		if !ok || len(object) == 0 {
			return
		}
		names := slices.Sorted(maps.Keys(object))
		name := names[s.IntN(len(names))]
		again, err := json.Marshal(map[string]any{name: object[name]})
		require.NoError(t, err)
		kind, damaged = "twice", slices.Concat(data[:len(data)-1], []byte(","), again[1:])
	}
	kinds[kind]++
	lines, err := s.checker.Check(damaged)
	if kind == "cut" {
		assert.Error(t, err, "%s: %s", s.name, damaged)
		return
	}
	require.NoError(t, err)
	assert.NotEmpty(t, lines, "%s: %s in %s", s.name, kind, damaged)
}
