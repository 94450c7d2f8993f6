package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// The law: a value that was decoded encodes to the same JSON, member for member, at every depth. Here it is held against every body in
// testdata/bodies, as it is and after each of many changes; wire_test.go holds the typed fields of the same bodies.

// newWireValue returns a pointer to the Go type for a kind of document.
var newWireValue = map[string]func() any{
	"request":    func() any { return new(openrouter.ChatCompletionRequest) },
	"completion": func() any { return new(openrouter.ChatCompletion) },
	"chunk":      func() any { return new(openrouter.ChatCompletionChunk) },
	"error":      func() any { return new(openrouter.ChatCompletion) }, // an answer that has nothing but its error
	"message":    func() any { return new(openrouter.Message) },

	"models":        func() any { return new(openrouter.ModelList) },
	"endpoints":     func() any { return new(openrouter.ModelEndpoints) },
	"zdr":           func() any { return new(openrouter.EndpointList) },
	"content":       func() any { return new(openrouter.GenerationContent) },
	"key":           func() any { return new(openrouter.Key) },
	"credits":       func() any { return new(openrouter.Credits) },
	"activity":      func() any { return new(openrouter.ActivityList) },
	"providers":     func() any { return new(openrouter.ProviderList) },
	"generation":    func() any { return new(openrouter.Generation) },
	"batch":         func() any { return new(openrouter.Batch) },
	"batches":       func() any { return new(openrouter.BatchList) },
	"row":           func() any { return new(openrouter.BatchResult) },
	"deletion":      func() any { return new(openrouter.BatchDeletion) },
	"batchprovider": func() any { return new(openrouter.BatchProvider) },
	"embed":         func() any { return new(openrouter.EmbeddingRequest) },
	"vectors":       func() any { return new(openrouter.EmbeddingList) },
}

// mustRefuse reports whether doc is one of the documents that cannot be decoded: choices or error have a shape they cannot have.
func mustRefuse(kind string, doc any) bool {
	if kind != "completion" && kind != "chunk" && kind != "error" {
		return false
	}
	top := doc.(map[string]any)
	if badError(top) {
		return true
	}
	choices, ok := top["choices"].([]any)
	if !ok {
		return top["choices"] != nil
	}
	return slices.ContainsFunc(choices, func(v any) bool {
		choice, ok := v.(map[string]any)
		return !ok || badError(choice)
	})
}

func badError(o map[string]any) bool {
	_, ok := o["error"].(map[string]any)
	return !ok && o["error"] != nil
}

// lawBreak decodes and encodes a document of a kind and says how the law was broken, "" if it was not.
func lawBreak(kind string, doc any) string {
	data, err := json.Marshal(doc)
	if err != nil {
		return err.Error()
	}
	return lawBreakBytes(kind, doc, data)
}

func lawBreakBytes(kind string, doc any, data []byte) string {
	v := newWireValue[kind]()
	err := json.Unmarshal(data, v)
	if mustRefuse(kind, doc) {
		if err == nil {
			return "decoded, though choices or error have the wrong shape"
		}
		return ""
	}
	if err != nil {
		return "decode: " + err.Error()
	}
	out, err := json.Marshal(v)
	if err != nil {
		return "encode: " + err.Error()
	}
	got, err := kit.ParseJSON(out)
	if err != nil {
		return fmt.Sprintf("encoded to bad JSON: %v: %s", err, out)
	}
	if d := kit.DiffJSON(doc, got); d != "" {
		return d
	}
	again := newWireValue[kind]()
	if err := json.Unmarshal(out, again); err != nil {
		return "decode again: " + err.Error()
	}
	out2, err := json.Marshal(again)
	if err != nil {
		return "encode again: " + err.Error()
	}
	if !bytes.Equal(out, out2) {
		return fmt.Sprintf("the encoding is not stable:\n%s\n%s", out, out2)
	}
	return ""
}

// lawDocument is a JSON document of testdata/bodies; a stream gives one for each event.
type lawDocument struct {
	name, kind string
	data       []byte
}

func lawDocuments(t testing.TB) []lawDocument {
	var docs []lawDocument
	for _, file := range kit.Bodies(t, "*") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		name := filepath.Base(file)
		kind, _, _ := strings.Cut(name, "-")
		if kind != "stream" {
			docs = append(docs, lawDocument{name, kind, data})
			continue
		}
		for i, line := range strings.Split(string(data), "\n") {
			if event, ok := strings.CutPrefix(line, "data: {"); ok {
				docs = append(docs, lawDocument{fmt.Sprintf("%s:%d", name, i+1), "chunk", []byte("{" + event)})
			}
		}
	}
	return docs
}

// eachLawDocument runs check on every document, parsed.
func eachLawDocument(t *testing.T, check func(t *testing.T, d lawDocument, doc any)) {
	for _, d := range lawDocuments(t) {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			doc, err := kit.ParseJSON(d.data)
			require.NoError(t, err)
			check(t, d, doc)
		})
	}
}

func TestLawHoldsAsItIs(t *testing.T) {
	eachLawDocument(t, func(t *testing.T, d lawDocument, doc any) {
		assert.Empty(t, lawBreakBytes(d.kind, doc, d.data))

		// Without white space between tokens, as an encoder would have written it, the Go values are equal too.
		var compact bytes.Buffer
		require.NoError(t, json.Compact(&compact, d.data))
		v, again := newWireValue[d.kind](), newWireValue[d.kind]()
		require.NoError(t, json.Unmarshal(compact.Bytes(), v))
		out, err := v.(json.Marshaler).MarshalJSON() // as it is; json.Marshal escapes <, > and & in raw members
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(out, again))
		assert.Equal(t, v, again)

		out2, err := v.(json.Marshaler).MarshalJSON()
		require.NoError(t, err)
		assert.Equal(t, string(out), string(out2), "the second encoding of the same value")
	})
}

func TestLawHoldsWithUnknownMembers(t *testing.T) {
	unknown := map[string]any{
		"string": "x <&> \u2028", "number": json.Number("1.50"), "object": map[string]any{"type": "text", "x": []any{nil}},
		"array": []any{json.Number("1e400"), map[string]any{}, nil}, "null": nil, "false": false, "empty": map[string]any{},
	}
	eachLawDocument(t, func(t *testing.T, d lawDocument, doc any) {
		for kind, value := range unknown {
			for _, name := range []string{"x_unknown", "", "Extra", "presence", "<&>", "é\n"} {
				changed := kit.CloneJSON(doc)
				kit.EachObject(changed, func(o map[string]any) { o[name] = kit.CloneJSON(value) })
				assert.Empty(t, lawBreak(d.kind, changed), "every object given %q: %s", name, kind)
			}
		}
		// Names are what they are: a name in other letters is another name.
		changed := kit.CloneJSON(doc)
		kit.EachObject(changed, func(o map[string]any) {
			for name := range o {
				if upper := strings.ToUpper(name); upper != name {
					o[upper] = json.Number("9")
				}
			}
		})
		assert.Empty(t, lawBreak(d.kind, changed), "every name once more in upper case")
	})
}

// TestLawHoldsAfterChanges makes every change at every place, one at a time.
func TestLawHoldsAfterChanges(t *testing.T) {
	eachLawDocument(t, func(t *testing.T, d lawDocument, doc any) {
		changed := kit.CloneJSON(doc)
		kit.EachPlace(changed, func(p kit.Place) {
			for _, m := range kit.Mutations {
				for _, v := range m.Values(p.Value) {
					p.Set(v)
					if broken := lawBreak(d.kind, changed); broken != "" {
						t.Errorf("%s: %s set to %s: %s", m.Name, p.Path, kit.BriefJSON(v), broken)
					}
				}
			}
			if p.Member {
				p.Remove()
				if broken := lawBreak(d.kind, changed); broken != "" {
					t.Errorf("%s removed: %s", p.Path, broken)
				}
			}
			p.Set(p.Value)
		})
		require.Empty(t, kit.DiffJSON(doc, changed), "the test left the document changed")
	})
}

// TestLawHoldsAfterManyChanges makes changes at random places of the same document, values of other documents among them.
func TestLawHoldsAfterManyChanges(t *testing.T) {
	const rounds = 30
	var values []any
	for _, d := range lawDocuments(t) {
		doc, err := kit.ParseJSON(d.data)
		require.NoError(t, err)
		kit.EachPlace(doc, func(p kit.Place) { values = append(values, p.Value) })
	}
	eachLawDocument(t, func(t *testing.T, d lawDocument, doc any) {
		random := rand.New(rand.NewPCG(1, uint64(len(d.data))))
		for range rounds {
			changed := kit.CloneJSON(doc)
			for range 1 + random.IntN(8) {
				changeSomewhere(random, changed, values)
			}
			if broken := lawBreak(d.kind, changed); broken != "" {
				t.Errorf("%s\n%s", broken, kit.BriefJSON(changed))
			}
		}
	})
}

// changeSomewhere makes one random change below doc.
func changeSomewhere(random *rand.Rand, doc any, values []any) {
	var places []kit.Place
	kit.EachPlace(doc, func(p kit.Place) { places = append(places, p) })
	if len(places) == 0 {
		return
	}
	p := places[random.IntN(len(places))]
	if p.Member && random.IntN(8) == 0 {
		p.Remove()
		return
	}
	if random.IntN(2) == 0 {
		p.Set(kit.CloneJSON(values[random.IntN(len(values))]))
		return
	}
	m := kit.Mutations[random.IntN(len(kit.Mutations))]
	if list := m.Values(p.Value); len(list) > 0 {
		p.Set(kit.CloneJSON(list[random.IntN(len(list))]))
	}
}

// TestLawHoldsInAnySpelling escapes every character of every string, names included, and puts white space wherever it may stand.
func TestLawHoldsInAnySpelling(t *testing.T) {
	eachLawDocument(t, func(t *testing.T, d lawDocument, doc any) {
		assert.Empty(t, lawBreakBytes(d.kind, doc, respell(nil, doc)))
	})
}

func respell(b []byte, v any) []byte {
	const space = " \t\r\n"
	quote := func(s string) {
		b = append(b, '"')
		for _, u := range utf16.Encode([]rune(s)) {
			b = fmt.Appendf(b, `\u%04X`, u)
		}
		b = append(b, '"')
	}
	b = append(b, space...)
	switch v := v.(type) {
	case string:
		quote(v)
	case map[string]any:
		b = append(b, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, space...)
			quote(name)
			b = append(b, space+":"...)
			b = respell(b, v[name])
		}
		b = append(b, space+"}"...)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = respell(b, e)
		}
		b = append(b, space+"]"...)
	default:
		b = fmt.Append(b, v)
		if v == nil {
			b = append(b[:len(b)-len("<nil>")], "null"...)
		}
	}
	return append(b, space...)
}

// FuzzLaw holds the law against any JSON object.
func FuzzLaw(f *testing.F) {
	kinds := []string{"request", "completion", "chunk", "message", "models", "endpoints", "zdr", "content", "key", "credits", "activity", "providers", "embed", "vectors"}
	for _, d := range lawDocuments(f) {
		kind := max(slices.Index(kinds, d.kind), 0)
		if d.kind == "error" {
			kind = 1
		}
		f.Add(byte(kind), d.data)
		doc, err := kit.ParseJSON(d.data)
		require.NoError(f, err)
		kit.EachObject(doc, func(o map[string]any) {
			if _, ok := o["role"]; ok {
				message, err := json.Marshal(o)
				require.NoError(f, err)
				f.Add(byte(3), message)
			}
		})
	}
	f.Fuzz(func(t *testing.T, k byte, data []byte) {
		kind := kinds[int(k)%len(kinds)]
		doc, err := kit.ParseJSON(data)
		if _, object := doc.(map[string]any); err != nil || !object {
			v := newWireValue[kind]()
			if json.Unmarshal(data, v) == nil { // whatever it is, it must not break anything
				_, err := json.Marshal(v)
				require.NoError(t, err)
			}
			return
		}
		if broken := lawBreakBytes(kind, doc, data); broken != "" {
			t.Errorf("%s: %s", kind, broken)
		}
	})
}
