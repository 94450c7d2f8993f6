package kit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What the tests of the law need to know about JSON: reading documents exactly, comparing them, and changing them in one place at a time.
// A document is what encoding/json makes of it, with numbers as json.Number.

// errOutside marks documents of which the law says nothing.
var errOutside = errors.New("outside the law")

// ParseJSON reads a document. One with a repeated member, half a surrogate pair or invalid UTF-8 is errOutside.
func ParseJSON(data []byte) (any, error) {
	switch {
	case !json.Valid(data):
		return nil, errors.New("not JSON")
	case !utf8.Valid(data), hasLoneSurrogate(data):
		return nil, errOutside
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return parseValue(dec)
}

func parseValue(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := parseValue(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = dec.Token()
		return list, err
	case json.Delim('{'):
		object := map[string]any{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			if _, repeated := object[name.(string)]; repeated {
				return nil, errOutside
			}
			if object[name.(string)], err = parseValue(dec); err != nil {
				return nil, err
			}
		}
		_, err = dec.Token()
		return object, err
	}
	return tok, nil
}

// hasLoneSurrogate reports whether valid JSON escapes half a surrogate pair.
func hasLoneSurrogate(data []byte) bool {
	half := func(i int) rune { // the surrogate escaped at i, 0 if none is
		if i+6 > len(data) || data[i] != '\\' || data[i+1] != 'u' {
			return 0
		}
		u, err := strconv.ParseUint(string(data[i+2:i+6]), 16, 16)
		if err != nil || u < 0xD800 || u > 0xDFFF {
			return 0
		}
		return rune(u)
	}
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		if u := half(i); u != 0 {
			if u >= 0xDC00 || half(i+6) < 0xDC00 {
				return true
			}
			i += 10
		}
		i++ // the escaped byte
	}
	return false
}

// DiffJSON returns where and how two documents differ first, "" if they are the same: members in any order, numbers by their exact value.
func DiffJSON(want, got any) string { return diffAt("$", want, got) }

func diffAt(path string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(w)) {
			v, ok := g[name]
			if !ok {
				return fmt.Sprintf("%s: lost, was %s", atPath(path, name), BriefJSON(w[name]))
			}
			if d := diffAt(atPath(path, name), w[name], v); d != "" {
				return d
			}
		}
		for _, name := range slices.Sorted(maps.Keys(g)) {
			if _, ok := w[name]; !ok {
				return fmt.Sprintf("%s: made up, is %s", atPath(path, name), BriefJSON(g[name]))
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok {
			break
		}
		for i := range min(len(w), len(g)) {
			if d := diffAt(atPath(path, i), w[i], g[i]); d != "" {
				return d
			}
		}
		if len(w) != len(g) {
			return fmt.Sprintf("%s: had %d elements, has %d", path, len(w), len(g))
		}
		return ""
	case json.Number:
		if g, ok := got.(json.Number); ok && exactDecimal(w.String()) == exactDecimal(g.String()) {
			return ""
		}
	default:
		if want == got {
			return ""
		}
	}
	return fmt.Sprintf("%s: was %s, is %s", path, BriefJSON(want), BriefJSON(got))
}

func atPath(path string, step any) string {
	if i, ok := step.(int); ok {
		return fmt.Sprintf("%s[%d]", path, i)
	}
	return fmt.Sprintf("%s.%s", path, step)
}

// BriefJSON returns the beginning of a value's JSON.
func BriefJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if len(b) > 100 {
		return string(b[:97]) + "..."
	}
	return string(b)
}

// exactDecimal returns a form that two JSON numbers share exactly when they are the same number.
func exactDecimal(lit string) string {
	sign := ""
	if lit[0] == '-' {
		sign, lit = "-", lit[1:]
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(lit), "e")
	exp := new(big.Int)
	if exponent != "" {
		exp.SetString(strings.TrimPrefix(exponent, "+"), 10)
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exp.Sub(exp, big.NewInt(int64(len(fraction))))
	digits := strings.TrimLeft(whole+fraction, "0")
	trimmed := strings.TrimRight(digits, "0")
	if trimmed == "" {
		return "0"
	}
	exp.Add(exp, big.NewInt(int64(len(digits)-len(trimmed))))
	return sign + trimmed + "e" + exp.String()
}

// A Place is a value inside a document, and how to change it.
type Place struct {
	Path   string
	Value  any
	Member bool // of an object, not an element of an array
	Set    func(any)
	Remove func() // members only; Set puts it back
}

// EachPlace visits every value below doc, outermost first. visit must leave the document as it found it.
func EachPlace(doc any, visit func(Place)) { eachPlaceAt("$", doc, visit) }

func eachPlaceAt(path string, doc any, visit func(Place)) {
	switch doc := doc.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(doc)) {
			visit(Place{
				Path: atPath(path, name), Value: doc[name], Member: true,
				Set:    func(v any) { doc[name] = v },
				Remove: func() { delete(doc, name) },
			})
			eachPlaceAt(atPath(path, name), doc[name], visit)
		}
	case []any:
		for i := range doc {
			visit(Place{Path: atPath(path, i), Value: doc[i], Set: func(v any) { doc[i] = v }})
			eachPlaceAt(atPath(path, i), doc[i], visit)
		}
	}
}

// EachObject visits every object in doc, doc included; visit may change it.
func EachObject(doc any, visit func(map[string]any)) {
	var objects []map[string]any
	if o, ok := doc.(map[string]any); ok {
		objects = append(objects, o)
	}
	EachPlace(doc, func(p Place) {
		if o, ok := p.Value.(map[string]any); ok {
			objects = append(objects, o)
		}
	})
	for _, o := range objects {
		visit(o)
	}
}

// CloneJSON returns a copy of doc that shares nothing with it.
func CloneJSON(doc any) any {
	switch doc := doc.(type) {
	case map[string]any:
		c := make(map[string]any, len(doc))
		for name, v := range doc {
			c[name] = CloneJSON(v)
		}
		return c
	case []any:
		c := make([]any, len(doc))
		for i, v := range doc {
			c[i] = CloneJSON(v)
		}
		return c
	}
	return doc
}

// jsonKind returns the JSON type of a value.
func jsonKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// A Mutation replaces a value by others.
type Mutation struct {
	Name string
	// Values returns what to put in the place of v, nothing if the mutation does not apply to it.
	Values func(v any) []any
}

// Mutations are what the tests of the law change.
var Mutations = []Mutation{
	{"null", func(v any) []any {
		if v == nil {
			return nil
		}
		return []any{nil}
	}},
	{"zero", func(v any) []any {
		switch v.(type) {
		case string:
			return []any{""}
		case json.Number:
			return []any{json.Number("0")}
		case bool:
			return []any{false}
		}
		return nil
	}},
	{"empty", func(v any) []any {
		switch v.(type) {
		case []any:
			return []any{[]any{}}
		case map[string]any:
			return []any{map[string]any{}}
		}
		return nil
	}},
	{"wrong type", func(v any) (others []any) {
		for _, other := range []any{
			"text", json.Number("7"), true, []any{"a"}, []any{}, map[string]any{"k": "v"}, map[string]any{},
			[]any{nil}, []any{map[string]any{}, json.Number("1")},
		} {
			if jsonKind(other) != jsonKind(v) {
				others = append(others, other)
			}
		}
		return others
	}},
	{"odd number", func(v any) []any {
		if _, ok := v.(json.Number); !ok {
			return nil
		}
		return []any{
			json.Number("3.0"), json.Number("12e1"), json.Number("-0"), json.Number("-0.0"), json.Number("1.5"), json.Number("0e5"),
			json.Number("9007199254740993"), json.Number("9223372036854775808"), json.Number("0.1000000000000000055511151231257827"),
			json.Number("1e400"), json.Number("-1e-400"), json.Number("1E+2"), json.Number("123456789012345678901234567890"),
		}
	}},
	{"odd text", func(v any) []any {
		if _, ok := v.(string); !ok {
			return nil
		}
		return []any{"text", "function", "<&>\u2028\x00\"\\", "\ufffd", " "}
	}},
}
