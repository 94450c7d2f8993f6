package main

import (
	"fmt"
	"strings"
)

// A codec is how a value of a type that internal/wire knows is read and written. Its words are formats.
type codec struct {
	reader  string // reads into %s
	member  string // writes member %d, %s
	writer  string // writes %s alone, empty where nothing may stand alone
	zeroTyp string // what is zero in Go
}

func (c codec) read(dst string) string { return fmt.Sprintf(c.reader, dst) }

// scalars are the codecs of types without a name of their own.
var scalars = map[string]*codec{
	"string":             {"r.String(%s)", "o.String(%d, %s)", "w.String(%s)", `""`},
	"bool":               {"r.Bool(%s)", "o.Bool(%d, %s)", "w.Bool(%s)", "false"},
	"int":                {"r.Int(%s)", "o.Int(%d, %s)", "w.Int(%s)", "0"},
	"int64":              {"r.Int64(%s)", "o.Int64(%d, %s)", "w.Int64(%s)", "0"},
	"float64":            {"r.Float(%s)", "o.Float(%d, %s)", "w.Float(%s)", "0"},
	"*bool":              {"r.BoolPtr(%s)", "o.BoolPtr(%d, %s)", "w.Bool(*%s)", "nil"},
	"*int":               {"r.IntPtr(%s)", "o.IntPtr(%d, %s)", "w.Int(*%s)", "nil"},
	"*int64":             {"r.Int64Ptr(%s)", "o.Int64Ptr(%d, %s)", "w.Int64(*%s)", "nil"},
	"*float64":           {"r.FloatPtr(%s)", "o.FloatPtr(%d, %s)", "w.Float(*%s)", "nil"},
	"any":                {"r.Any(%s)", "o.Any(%d, %s)", "", "nil"},
	"json.RawMessage":    {"r.RawMessage(%s)", "o.Raw(%d, %s)", "", "nil"},
	"[]int":              {"wire.Ints(r, %s)", "o.Ints(%d, %s)", "", "nil"},
	"[]float32":          {"wire.Vector(r, %s)", "o.Vector(%d, %s)", "", "nil"},
	"map[string]string":  {"wire.StringMap(r, %s)", "o.StringMap(%d, %s)", "", "nil"},
	"map[string]float64": {"wire.FloatMap(r, %s)", "o.FloatMap(%d, %s)", "", "nil"},
	"map[string]any":     {"wire.AnyMap(r, %s)", "o.AnyMap(%d, %s)", "", "nil"},
}

// scalar is the codec of a field that is a scalar.
func (m *model) scalar(f field) codec {
	switch {
	case f.typ == "string" && !f.text:
		return *scalars["string"]
	case f.typ == "Decimal":
		return codec{"", "o.Number(%d, string(%s), v.numbers)", "", `""`}
	case m.isString(f.typ):
		c := codec{"r.String((*string)(%s))", "o.String(%d, string(%s))", "w.String(string(%s))", `""`}
		if f.typ == "string" {
			c = *scalars["string"]
		}
		if f.text {
			c.reader = strings.Replace(c.reader, "r.String", "r.Text", 1)
		}
		return c
	case scalars[f.typ] != nil:
		return *scalars[f.typ]
	case f.short:
		return codec{"wire.StringOrStrings(r, %s)", "wire.WriteStrings(&o, %d, %s, true)", "", "nil"}
	}
	return codec{"wire.Strings(r, %s)", "wire.WriteStrings(&o, %d, %s, false)", "", "nil"}
}
