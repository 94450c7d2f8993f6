package structured_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

// partials streams a text cut into chunks, and returns all values and how it ended.
func partials[T any](t testing.TB, out structured.Output[T], reply openroutertest.Reply) (values []T, err error) {
	t.Helper()
	client := openroutertest.NewTransport(t, reply).Client()
	stream, err := out.Stream(t.Context(), client, request())
	require.NoError(t, err)
	var then []string // what the values were when they came
	defer func() {
		for i, v := range values {
			require.Equal(t, then[i], encoded(v), "a value has changed after it was yielded")
		}
	}()
	for v, err := range stream.Partials() {
		if err != nil {
			return values, err
		}
		values, then = append(values, v), append(then, encoded(v))
	}
	return values, nil
}

// encoded is a value as JSON, or why it has none.
func encoded(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func TestPartialsGrow(t *testing.T) {
	type story struct {
		Title string   `json:"title"`
		Words int      `json:"words"`
		Done  bool     `json:"done"`
		Tags  []string `json:"tags"`
		Kind  string   `json:"kind" jsonschema:"enum=long,enum=short"`
	}
	values, err := partials(t, structured.Output[story]{}, openroutertest.Text(
		`{`, `"ti`, `tle":"The `, `Sea\`, `u00e9\ud83d`, `\ude00 `, "\xc3\xa9", `",`, `"words":1`, `2`, `,"done":tr`, `ue,"tags":["a","b`, `c"],"kind":"lo`, `ng"`, `}`))
	require.NoError(t, err)
	tags := []string{"a", "bc"}
	assert.Equal(t, []story{
		{Title: "The "}, {Title: "The Sea"}, {Title: "The Seaé"}, {Title: "The Seaé😀 "}, {Title: "The Seaé😀 é"},
		{Title: "The Seaé😀 é", Words: 12},
		{Title: "The Seaé😀 é", Words: 12, Done: true, Tags: []string{"a", "b"}},
		{Title: "The Seaé😀 é", Words: 12, Done: true, Tags: tags},
		{Title: "The Seaé😀 é", Words: 12, Done: true, Tags: tags, Kind: "long"},
		{Title: "The Seaé😀 é", Words: 12, Done: true, Tags: tags, Kind: "long"},
	}, values)
}

// Half of a character is not shown, and what looks like an escape but is none is.
func TestPartialsShowWholeCharacters(t *testing.T) {
	for text, want := range map[string]string{
		`a\`: "a", `a\\\\`: `a\\`, `a\\\\\\`: `a\\\`, `a\\u12`: `a\u12`, `a\u12`: "a", `a\u00e9`: "aé", `a\ud83d`: "a", `a\ud83d\`: "a", `a\ud83d\ude0`: "a",
		`a\ud83d\ude00`: "a😀", `a\ud83dx`: "a\ufffdx", `a\udE00`: "a\ufffd", `a\n`: "a\n", `a\"`: `a"`, `a\\\"`: `a\"`, "aé": "aé",
	} {
		values, err := partials(t, structured.Output[string]{}, openroutertest.Text(`{"value":"`+text))
		require.ErrorIs(t, err, structured.ErrNotJSON, "it is cut")
		require.NotEmpty(t, values, text)
		assert.Equal(t, want, values[0], text)
	}
}

// A string that its type would refuse in part appears when it is whole.
func TestPartialsHoldBackWhatTypesRefuse(t *testing.T) {
	type all struct {
		Open   string          `json:"open"`
		At     time.Time       `json:"at"`
		Addr   netip.Addr      `json:"addr"`
		Bytes  []byte          `json:"bytes"`
		Quoted int             `json:"quoted,string"`
		Code   string          `json:"code" jsonschema:"pattern=^[a-z]+$"`
		Codes  []string        `json:"codes" jsonschema:"enum=abc,enum=abd"`
		Own    own             `json:"own"`
		Ptr    *[]*string      `json:"ptr"`
		Raw    json.RawMessage `json:"raw"`
		Any    any             `json:"any"`
		Map    map[string]item `json:"map"`
	}
	doc := `{"open":"abc","at":"2026-01-02T03:04:05Z","addr":"10.0.0.1","bytes":"YWJjZGVm","quoted":"123","code":"abc","codes":["abc","abd"],` +
		`"own":{"a":["x","y"]},"ptr":["p","q"],"raw":{"r":["s"]},"any":{"deep":["abc",1.5]},"map":{"k":{"name":"n","count":12,"note":"abc"}}}`
	values, err := partials(t, structured.Output[all]{Lax: true}, pieces(doc, 1))
	require.NoError(t, err)
	final := values[len(values)-1]
	seen := map[string]bool{}
	for _, v := range values {
		require.True(t, isPrefix(reflect.ValueOf(v), reflect.ValueOf(final)), "%+v", v)
		seen["open "+v.Open] = true
		seen["code "+v.Code] = true
		if v.Quoted != 0 {
			assert.Equal(t, 123, v.Quoted)
		}
		for _, code := range v.Codes {
			assert.Contains(t, []string{"abc", "abd"}, code)
		}
		if v.Own.Text != "" {
			assert.Equal(t, `{"a":["x","y"]}`, v.Own.Text)
		}
		if m, ok := v.Any.(map[string]any); ok {
			if list, ok := m["deep"].([]any); ok && len(list) > 0 {
				seen["any "+list[0].(string)] = true
			}
		}
		if n := v.Map["k"].Note; n != nil {
			seen["note "+string(*n)] = true
		}
	}
	for _, want := range []string{"open a", "open ab", "open abc", "code ", "code abc", "any a", "any abc", "note ab"} {
		assert.True(t, seen[want], want)
	}
	assert.False(t, seen["code a"] || seen["code ab"])
}

type own struct{ Text string }

func (o *own) UnmarshalJSON(data []byte) error { o.Text = string(data); return nil }

func TestValueReadsTheRest(t *testing.T) {
	srv := openroutertest.NewServer(t, pieces(valid, 7).Cost(0.5), pieces(valid, 7), pieces(valid, 7), pieces(valid, 7).Times(1))
	stream, err := structured.Stream[invoice](t.Context(), srv.Client(), request())
	require.NoError(t, err)
	v, res, err := stream.Value()
	require.NoError(t, err)
	assert.Equal(t, "A-1", v.Number)
	assert.Equal(t, 0.5, res.Usage.Cost)
	assert.Equal(t, valid, res.Text())

	stream, err = structured.Stream[invoice](t.Context(), srv.Client(), request())
	require.NoError(t, err)
	for range stream.Partials() {
		v, _, err = stream.Value() // within the loop, too
		require.NoError(t, err)
		assert.Equal(t, "A-1", v.Number)
	}

	stream, err = structured.Stream[invoice](t.Context(), srv.Client(), request())
	require.NoError(t, err)
	for _, err := range stream.Partials() {
		require.NoError(t, err)
		break
	}
	_, res, err = stream.Value()
	assert.ErrorIs(t, err, openrouter.ErrStreamClosed)
	assert.Nil(t, res)
	for _, err := range stream.Partials() {
		assert.ErrorIs(t, err, openrouter.ErrStreamClosed)
	}

	stream, err = structured.Stream[invoice](t.Context(), srv.Client(), request())
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	_, _, err = stream.Value()
	assert.ErrorIs(t, err, openrouter.ErrStreamClosed)
}

func TestStreamThatFails(t *testing.T) {
	for want, reply := range map[error]openroutertest.Reply{
		openrouter.ErrStreamTruncated:     pieces(valid[:60], 7).Truncate(),
		openrouter.ErrProviderUnavailable: pieces(valid[:60], 7).MidStreamError(502, openrouter.ErrProviderUnavailable),
	} {
		values, err := partials(t, structured.Output[invoice]{}, reply)
		assert.NotEmpty(t, values)
		require.ErrorIs(t, err, want)
		_, ok := errors.AsType[*structured.Error](err)
		assert.False(t, ok, "the answer is not to blame")
	}
	client := openroutertest.NewTransport(t, openroutertest.Error(402, openrouter.ErrPaymentRequired)).Client()
	_, err := structured.Stream[invoice](t.Context(), client, request())
	assert.ErrorIs(t, err, openrouter.ErrPaymentRequired)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = structured.Stream[invoice](ctx, openroutertest.NewTransport(nil, text(valid)).Client(), request())
	assert.ErrorIs(t, err, context.Canceled)
}

var decodes atomic.Int64 // bytes that counted decoded

// counted counts what is decoded. Only closed values are given to it.
type counted string

func (c *counted) UnmarshalText(b []byte) error {
	decodes.Add(int64(len(b)))
	*c = counted(b)
	return nil
}

// The text is decoded often at first, and then at every eighth, however small the chunks.
func TestCostIsLinear(t *testing.T) {
	cost := func(size int) (perByte float64, values int) {
		decodes.Store(0)
		element := `"` + strings.Repeat("x", 61) + `",`
		doc := `{"value":[` + strings.TrimSuffix(strings.Repeat(element, size/len(element)), ",") + `]}`
		got, err := partials(t, structured.Output[[]counted]{}, pieces(doc, 32))
		require.NoError(t, err)
		return float64(decodes.Load()) / float64(len(doc)), len(got)
	}
	small, few := cost(64 << 10)
	large, many := cost(1 << 20)
	assert.Less(t, large, 4.0, "times each byte is decoded: whole elements once, the final value, and the first 4 KiB")
	assert.Less(t, large, small+1)

	decodes.Store(0) // without a list, everything is decoded again at each eighth
	type members struct {
		A, B, C, D, E, F, G, H counted
		Text                   string
	}
	var v members
	for i := range 8 {
		reflect.ValueOf(&v).Elem().Field(i).SetString(strings.Repeat("x", 64<<10))
	}
	v.Text = "x"
	got, err := partials(t, structured.Output[members]{}, pieces(string(asJSON(t, v)), 32))
	require.NoError(t, err)
	assert.Less(t, len(got), 80)
	assert.Less(t, float64(decodes.Load())/(512<<10), 11.0)
	assert.Less(t, many-few, 40, "a value for each eighth")
	assert.Greater(t, few, 40)
}

type forest struct {
	Name  string   `json:"name"`
	Size  float64  `json:"size"`
	Trees []tree   `json:"trees"`
	Best  *tree    `json:"best"`
	Words []string `json:"words"`
	Grid  [][]int8 `json:"grid"`
}

type tree struct {
	Label    string `json:"label"`
	Tall     bool   `json:"tall"`
	Children []tree `json:"children,omitempty"`
}

// Random cuts of the JSON of random values never panic, and every partial is a prefix of the final
// value.
func TestRandomValuesAndCuts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		checkCuts[forest](t, r, structured.Output[forest]{})
		checkCuts[[]tree](t, r, structured.Output[[]tree]{})
		checkCuts[string](t, r, structured.Output[string]{})
		checkCuts[map[string]tree](t, r, structured.Output[map[string]tree]{Lax: true})
		checkCuts[[][][]string](t, r, structured.Output[[][][]string]{})
		checkCuts[[]item](t, r, structured.Output[[]item]{})
		checkCuts[struct {
			At    []time.Time
			Bytes [][]byte
			Any   any
			Next  *forest
		}](t, r, structured.Output[struct {
			At    []time.Time
			Bytes [][]byte
			Any   any
			Next  *forest
		}]{Lax: true})
	}
}

func checkCuts[T any](t *testing.T, r *rand.Rand, out structured.Output[T]) {
	t.Helper()
	var v T
	fill(r, reflect.ValueOf(&v).Elem(), 4)
	data, err := json.Marshal(v)
	require.NoError(t, err)
	schema, err := out.Schema()
	require.NoError(t, err)
	if strings.Contains(string(schema), `"properties":{"value"`) && !strings.HasPrefix(string(data), "{") {
		data = []byte(`{"value":` + string(data) + `}`)
	}
	if r.IntN(2) == 0 { // other escapes and white space
		data = []byte(strings.NewReplacer("é", `\u00e9`, "😀", `\ud83d\ude00`, ",", " ,\n").Replace(string(data)))
	}
	var chunks []string
	for rest := string(data); rest != ""; {
		n := 1 + r.IntN(min(len(rest), 1+r.IntN(12)))
		for n < len(rest) && rest[n]&0xC0 == 0x80 { // a chunk is JSON, which has whole characters
			n++
		}
		chunks, rest = append(chunks, rest[:n]), rest[n:]
	}
	values, err := partials(t, out, openroutertest.Text(chunks...))
	require.NoError(t, err, "%s", data)
	require.NotEmpty(t, values)
	final := reflect.ValueOf(values[len(values)-1])
	for i, v := range values {
		require.True(t, isPrefix(reflect.ValueOf(v), final), "%d: %+v is no beginning of %s", i, v, data)
		require.True(t, i == 0 || isPrefix(reflect.ValueOf(values[i-1]), reflect.ValueOf(v)), "%d: what was shown is taken back: %s", i, data)
	}
}

// fill sets v to a random value.
func fill(r *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		words := []string{"a", "é", "😀", `\`, `"`, "\n", "{[", "]}", "<", "b c"}
		var b strings.Builder
		for range r.IntN(6) {
			b.WriteString(words[r.IntN(len(words))])
		}
		v.SetString(b.String())
	case reflect.Int, reflect.Int8:
		v.SetInt(r.Int64N(256) - 128)
	case reflect.Uint8:
		v.SetUint(r.Uint64N(256))
	case reflect.Float64:
		v.SetFloat(r.NormFloat64() * 1e6)
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Pointer:
		if depth > 0 && r.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), depth-1)
		}
	case reflect.Slice:
		n := 0
		if depth > 0 {
			n = r.IntN(4)
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(4) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key, 0)
			fill(r, value, depth-1)
			v.SetMapIndex(key, value)
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{"é😀", 1.5, true, nil, map[string]any{"k": "words", "l": []any{"x"}}}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(r.Int64N(1e9), 0).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(r, v.Field(i), depth-1)
		}
	}
}

// Text that is no JSON, or JSON of another type, never panics a partial.
func FuzzPartials(f *testing.F) {
	for _, s := range []string{valid, `{"name":"a`, `{"a":[1,{"b":"\`, `[1,2]`, `{"trees":[{"label":"\ud83d\ude`, `{,,}`, `{"a" "b"}`, "{\"a\":\"\xff", `{"trees":{"x":"y`, `}`} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n < 1 || len(s) > 1<<10 || s == "" {
			return
		}
		values, err := partials(t, structured.Output[forest]{}, pieces(s, n))
		if err == nil {
			final := reflect.ValueOf(values[len(values)-1])
			for _, v := range values {
				require.True(t, isPrefix(reflect.ValueOf(v), final), "%q: %+v", s, v)
			}
		}
	})
}
