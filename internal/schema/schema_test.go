package schema_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/big"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/schema"
)

var update = flag.Bool("update", false, "write the golden files")

type (
	empty  struct{}
	search struct {
		Query string `json:"query" jsonschema:"words to look for, in English"`
		Limit int    `json:"limit,omitzero" jsonschema:"minimum=1,maximum=20"`
	}
	scalars struct {
		Bool    bool
		Int     int
		Int8    int8 `json:",omitempty"`
		Uint    uint
		Float   float64
		String  string
		Any     any `json:",omitzero"`
		Skipped int `json:"-"`
		Dash    int `json:"-,"` //nolint:staticcheck // encoding/json takes it as the name "-"
		hidden  int //nolint:unused // for the reflector
	}
	bounds struct {
		Number int      `json:"number" jsonschema:"exclusiveMinimum=0,multipleOf=5"`
		Text   string   `json:"text" jsonschema:"minLength=2,maxLength=4"`
		Code   string   `json:"code" jsonschema:"pattern=^[a-z]{1\\,3}$"`
		List   []string `json:"list" jsonschema:"minItems=1,maxItems=3,enum=a,enum=b"`
		Ratio  float64  `json:"ratio" jsonschema:"minimum=0,maximum=1"`
	}
	enums struct {
		Kind  string `json:"kind" jsonschema:"kind of bill,enum=bill,enum=credit"`
		Level level  `json:"level" jsonschema:"enum=1,enum=2,enum=3"`
	}
	level   int
	special struct {
		At       time.Time       `json:"at"`
		For      time.Duration   `json:"for"`
		Wait     *time.Duration  `json:"wait,omitzero" jsonschema:"how long to wait, in nanoseconds"`
		Bytes    []byte          `json:"bytes"`
		Raw      json.RawMessage `json:"raw"`
		Number   json.Number     `json:"number"`
		Address  netip.Addr      `json:"address"`
		Big      big.Int         `json:"big"`
		Location url.URL         `json:"location"`
	}
	quoted struct {
		Int    int      `json:"int,string"`
		Uint   uint8    `json:"uint,string"`
		Float  float64  `json:"float,string"`
		Bool   bool     `json:"bool,string"`
		String string   `json:"string,string"`
		List   []int    `json:"list,string"` //nolint:staticcheck // it has no effect on lists
		Ptr    *float32 `json:"ptr,omitempty,string"`
	}
	base struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	Other struct {
		Name string `json:"name"`
		Size int    `json:"size"`
	}
	embedded struct {
		base
		Own string `json:"own"`
	}
	shadowed struct {
		Name int `json:"name"` // before the embedded one, which must not win
		base
	}
	ambiguous struct { // both names cancel each other out
		base
		*Other
	}
	named struct {
		base  `json:"base"`
		Other *Other `json:"other"`
	}
	text     string         //nolint:unused // embedded below
	textOnly struct{ text } //nolint:unused // an embedded field that is neither exported nor a struct
	inlined  struct {
		Inner base `json:",inline"` // encoding/json has no such option
	}
	nested struct {
		Billing  Other   `json:"billing"`
		Shipping *Other  `json:"shipping"`
		More     []Other `json:"more,omitempty"`
	}
	tree struct {
		Value    int    `json:"value"`
		Children []tree `json:"children,omitempty"`
	}
	forest struct {
		Trees map[string]*tree `json:"trees"`
		Best  tree             `json:"best"`
	}
	ping struct {
		Pong *pong `json:"pong,omitempty"`
	}
	pong struct {
		Ping  *ping `json:"ping,omitempty"`
		Count int   `json:"count"`
	}
	list        []list
	pairs       map[string]pairs
	page[T any] struct {
		Items []T      `json:"items"`
		Next  *page[T] `json:"next,omitempty"`
	}
	mappings struct {
		Strings map[string]int        `json:"strings"`
		Ints    map[int]string        `json:"ints"`
		Uints   map[uint8]bool        `json:"uints"`
		Texts   map[netip.Addr]string `json:"texts"`
		Any     map[string]any        `json:"any"`
		Lists   map[string][]int      `json:"lists"`
	}
	arrays struct {
		Pair   [2]int     `json:"pair"`
		Bytes  [3]byte    `json:"bytes"`
		Matrix [][]int    `json:"matrix"`
		Deep   *[]**Other `json:"deep"`
	}
	tags   []string
	tagged struct {
		Tags tags `json:"tags" jsonschema:"labels,maxItems=2,minLength=1"`
	}
	required struct {
		Pointer *int `json:"pointer" jsonschema:"required"`
		Omitted int  `json:"omitted,omitempty" jsonschema:"the count,required"`
		Null    *int `json:"null" jsonschema:"nullable"`
	}
	celsius  float64
	reading  struct{ Temperature celsius }
	extended struct {
		Code string `json:"code"`
	}
	anything struct{ Field custom }
	custom   struct{}
	decides  struct{ Message openrouter.Part }
	odd      struct {
		Spaced  int `json:"two words"`
		Slashed int `json:"a/b~c"`
		Quoted  int `json:"a\"b"` //nolint:staticcheck // no valid name: that of the field counts
		Ünïcode int `json:"größe"`
	}
)

func (celsius) JSONSchema() *invopop.Schema {
	return &invopop.Schema{Type: "number", Minimum: "-273.15"}
}

func (extended) JSONSchemaExtend(s *invopop.Schema) { s.Title = "extended" }

func (*custom) UnmarshalJSON([]byte) error { return nil }

// goldens are the types whose schemas are in testdata.
var goldens = map[string]reflect.Type{
	"empty": reflect.TypeFor[empty](), "search": reflect.TypeFor[search](), "pointer": reflect.TypeFor[**search](),
	"scalars": reflect.TypeFor[scalars](), "bounds": reflect.TypeFor[bounds](), "enums": reflect.TypeFor[enums](),
	"special": reflect.TypeFor[special](), "quoted": reflect.TypeFor[quoted](), "embedded": reflect.TypeFor[embedded](),
	"shadowed": reflect.TypeFor[shadowed](), "ambiguous": reflect.TypeFor[ambiguous](), "named": reflect.TypeFor[named](),
	"textonly": reflect.TypeFor[textOnly](), "inlined": reflect.TypeFor[inlined](), "nested": reflect.TypeFor[nested](),
	"tree": reflect.TypeFor[tree](), "forest": reflect.TypeFor[forest](), "ping": reflect.TypeFor[ping](),
	"list": reflect.TypeFor[list](), "pairs": reflect.TypeFor[pairs](), "page": reflect.TypeFor[page[search]](),
	"twopages": reflect.TypeFor[struct {
		A page[search]
		B page[Other]
	}](),
	"maps": reflect.TypeFor[mappings](), "arrays": reflect.TypeFor[arrays](), "tagged": reflect.TypeFor[tagged](),
	"required": reflect.TypeFor[required](), "reading": reflect.TypeFor[reading](), "extended": reflect.TypeFor[extended](),
	"anything": reflect.TypeFor[anything](), "part": reflect.TypeFor[decides](), "odd": reflect.TypeFor[odd](),
	"string": reflect.TypeFor[string](), "time": reflect.TypeFor[time.Time](), "any": reflect.TypeFor[any](),
	"dictionary": reflect.TypeFor[map[string]search](), "slice": reflect.TypeFor[[]search](),
}

func TestSchemasAreThoseOfTheGoldenFiles(t *testing.T) {
	require.GreaterOrEqual(t, len(goldens), 30)
	for name, typ := range goldens {
		t.Run(name, func(t *testing.T) {
			got, err := schema.Reflect(typ)
			require.NoError(t, err)
			again, _ := schema.Reflect(typ)
			assert.Equal(t, string(got), string(again), "the same bytes every time")

			var indented bytes.Buffer
			require.NoError(t, json.Indent(&indented, got, "", "  "))
			indented.WriteByte('\n')
			file := filepath.Join("testdata", name+".json")
			if *update {
				require.NoError(t, os.WriteFile(file, indented.Bytes(), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), indented.String())

			assert.NotContains(t, string(got), `"$schema"`)
			assert.NotContains(t, string(got), `"$id"`)
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(got))
			require.NoError(t, err)
			meta, err := jsonschema.NewCompiler().Compile("https://json-schema.org/draft/2020-12/schema")
			require.NoError(t, err)
			assert.NoError(t, meta.Validate(doc), "the meta-schema of 2020-12")
			_, err = schema.Compile(got, true)
			assert.NoError(t, err)
		})
	}
}

// The schema does not depend on what was reflected before, or on a map's order.
func TestSchemaIsDeterministic(t *testing.T) {
	type local struct { // a new type each time would be cached under another key
		Maps  mappings
		Trees forest
		Ping  ping
		Pong  pong
	}
	first, err := reflected[local]()
	require.NoError(t, err)
	for range 20 {
		type again struct {
			Maps  mappings
			Trees forest
			Ping  ping
			Pong  pong
		}
		other, err := reflected[again]()
		require.NoError(t, err)
		assert.Equal(t, string(first), string(other))
	}
}

func TestTypesWithoutJSONAreErrors(t *testing.T) {
	type selfPointer *selfPointer
	type loop struct{ *loop }
	for _, c := range []struct {
		typ  reflect.Type
		want string
	}{
		{reflect.TypeFor[chan int](), "chan int has no JSON"},
		{reflect.TypeFor[func()](), "func() has no JSON"},
		{reflect.TypeFor[struct{ A complex128 }](), "A is of type complex128, which has no JSON"},
		{reflect.TypeFor[struct {
			Filters []struct {
				Done map[string]chan bool `json:"done"`
			} `json:"filters"`
		}](), "filters[].done.* is of type chan bool, which has no JSON"},
		{reflect.TypeFor[struct {
			A func()
			B chan int
		}](), "A is of type func(), which has no JSON; B is of type chan int, which has no JSON"},
		{reflect.TypeFor[struct{ R fmt.Stringer }](), "R is of type fmt.Stringer, which is an interface with methods"},
		{reflect.TypeFor[map[struct{ X int }]string](), "has keys that cannot be read from text"},
		{reflect.TypeFor[struct{ *base }](), "embedded pointer to an unexported struct"},
		{reflect.TypeFor[struct {
			N int `jsonschema:"minimum=few"`
		}](), "N: tag jsonschema: minimum=few is not a number"},
		{reflect.TypeFor[struct {
			N string `jsonschema:"minLength=-1"`
		}](), "N: tag jsonschema: minLength=-1 is not a count"},
		{reflect.TypeFor[struct{ P panics }](), "panic: no schema today"},
		{reflect.TypeFor[selfPointer](), "points to itself"},
		{nil, "nil has no schema"},
	} {
		_, err := schema.Reflect(c.typ)
		require.Error(t, err, "%v", c.typ)
		assert.Contains(t, err.Error(), c.want)
	}
	_, err := reflected[loop]() // embeds itself: encoding/json reads no field
	assert.NoError(t, err)
	_, err = reflected[struct {
		F func()   `json:"-"`
		C chan int `jsonschema:"-"`
	}]()
	assert.NoError(t, err, "fields that are left out")
}

type panics struct{}

func (panics) JSONSchema() *invopop.Schema { panic("no schema today") }

// A type of which each level mentions the next twice would double the schema with each level.
func TestHugeSchemasShareDefinitions(t *testing.T) {
	typ := reflect.TypeFor[d1]()
	got, err := schema.Reflect(typ)
	require.NoError(t, err)
	assert.Less(t, len(got), 10_000)
	c, err := schema.Compile(got, true)
	require.NoError(t, err)
	lines, err := c.Check([]byte(`{"A":{"A":{"A":{"A":{"A":{"A":{"A":{"A":{"A":{"X":"no"}}}}}}}}}}`))
	require.NoError(t, err)
	assert.Contains(t, strings.Join(lines, "\n"), "A.A.A.A.A.A.A.A.A.X: must be an integer, is a string")
}

type (
	d1  struct{ A, B *d2 }
	d2  struct{ A, B *d3 }
	d3  struct{ A, B *d4 }
	d4  struct{ A, B *d5 }
	d5  struct{ A, B *d6 }
	d6  struct{ A, B *d7 }
	d7  struct{ A, B *d8 }
	d8  struct{ A, B *d9 }
	d9  struct{ A, B *d10 }
	d10 struct{ X int }
)
