package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// generate runs the generator on a package of one file, and returns its folder and the error without that.
func generate(t *testing.T, source string) (dir, refusal string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte(source), 0o600))
	if err := run(dir); err != nil {
		refusal = strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")
	}
	return dir, refusal
}

// structOf is a file that declares T, whose fields begin at line 4.
func structOf(fields string) string {
	return "package openrouter\n\ntype T struct {\n" + fields + "\nExtra map[string]any `json:\"-\"`\npresence presence\n}\n"
}

// unionU is a file that declares the union U and its raw variant. What follows begins at line 5.
const unionU = "package openrouter\ntype U interface{ u() }\n//wire:raw U\ntype RawU json.RawMessage\n"

// variantOf declares an object of no members of its own.
func variantOf(name, directive string) string {
	return "//wire:variant " + directive + "\ntype " + name + " struct { Type string `json:\"type\"`; Extra map[string]any `json:\"-\"`; presence presence }\n"
}

func TestRefusalsSayWhere(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		// Fields.
		{"no tag", structOf("A string"), `a.go:4: T.A has no json tag`},
		{"another tag only", structOf("A string `wire:\"text\"`"), `a.go:4: T.A has no json tag`},
		{"no name", structOf("A string `json:\",omitzero\"`"), `a.go:4: T.A: "" is no name for a member`},
		{"ignored", structOf("A string `json:\"-\"`"), `a.go:4: T.A: "-" is no name for a member`},
		{"an escaped name", structOf("A string `json:\"é\\t\"`"), `a.go:4: T.A: "é\t" is no name for a member`},
		{"omitempty", structOf("A string `json:\"a\"`\nB []string `json:\"b,omitempty\"`"), `a.go:5: T.B: omitempty would drop an empty list that was set; use omitzero`},
		{"json option", structOf("A int `json:\"a,string\"`"), `a.go:4: T.A: unknown json option "string"`},
		{"two json options", structOf("A int `json:\"a,omitzero,string\"`"), `a.go:4: T.A: unknown json option "omitzero,string"`},
		{"wire word", structOf("A string `json:\"a\" wire:\"nul\"`"), `a.go:4: T.A: unknown word wire:"nul"`},
		{"empty wire word", structOf("A string `json:\"a\" wire:\"\"`"), `a.go:4: T.A: unknown word wire:""`},
		{"wire word with a value", structOf("A string `json:\"a\" wire:\"text=1\"`"), `a.go:4: T.A: unknown word wire:"text=1"`},
		{"with without a value", structOf("A string `json:\"a,omitzero\" wire:\"with\"`"), `a.go:4: T.A: unknown word wire:"with"`},
		{"repeated wire word", structOf("A string `json:\"a\" wire:\"text,text\"`"), `a.go:4: T.A: wire:"text" is there twice`},
		{"malformed tag", structOf("A string `json: \"a\"`"), "a.go:4: T.A: the tag `json: \"a\"` is not of the form json:\"…\" wire:\"…\""},
		{"unknown tag", structOf("A string `jsn:\"a\"`"), "a.go:4: T.A: the tag `jsn:\"a\"` is not of the form json:\"…\" wire:\"…\""},
		{"duplicate member", structOf("A string `json:\"a\"`\nB string `json:\"a\"`"), `a.go:5: T.B: the member "a" exists already`},
		{"unexported with a tag", structOf("a string `json:\"a\"`"), `a.go:4: T.a has a tag and is not exported`},
		{"embedded", structOf("A string `json:\"a\"`\nother"), `a.go:5: T embeds other: no codec for embedded fields`},
		{"unknown type", structOf("A Other `json:\"a\"`"), `a.go:4: T.A: no codec for Other`},
		{"array", structOf("A [2]int `json:\"a\"`"), `a.go:4: T.A: no codec for […]int`},
		{"list of lists", structOf("A [][]string `json:\"a\"`"), `a.go:4: T.A: no codec for [][]string`},
		{"interface", structOf("A interface{ M() } `json:\"a\"`"), `a.go:4: T.A: no codec for interface{…}`},
		{"anonymous struct", structOf("A struct{} `json:\"a\"`"), `a.go:4: T.A: no codec for struct{…}`},
		{"channel", structOf("A chan int `json:\"a\"`"), `a.go:4: T.A: no codec for chan`},
		{"function", structOf("A func() `json:\"a\"`"), `a.go:4: T.A: no codec for func(…)`},

		// Words that do not fit their field.
		{"null with omitzero", structOf("A string `json:\"a,omitzero\" wire:\"null\"`"), `a.go:4: T.A: wire:"null" contradicts omitzero`},
		{"null of an object", structOf("A *T `json:\"b,omitzero\"`\nB V `json:\"a\" wire:\"null\"`") + "type V struct { Extra map[string]any `json:\"-\"`; presence presence }", `a.go:5: T.B: wire:"null" is not for an object by value`},
		{"text of a number", structOf("A int `json:\"a\" wire:\"text\"`"), `a.go:4: T.A: wire:"text" is for strings, not for int`},
		{"short of a number", structOf("A int `json:\"a\" wire:\"short\"`"), `a.go:4: T.A: wire:"short" is for lists of strings and of Part, not for int`},
		{"short without a Part", structOf("A []Part `json:\"a\" wire:\"short\"`"), `a.go:4: T.A: no codec for []Part`},
		{"strict of a string", structOf("A string `json:\"a\" wire:\"strict\"`"), `a.go:4: T.A: wire:"strict" is for pointers to objects and lists of them, not for string`},
		{"with of a number", structOf("A int `json:\"a,omitzero\" wire:\"with=x\"`"), `a.go:4: T.A: wire:"with=x" is for strings with omitzero`},
		{"with without omitzero", structOf("A string `json:\"a\" wire:\"with=x\"`"), `a.go:4: T.A: wire:"with=x" is for strings with omitzero`},
		{"with of a cold type", structOf("A string `json:\"a,omitzero\" wire:\"with=x\"`"), `a.go:4: T.A: wire:"with=x" is for types that are //wire:hot`},
		{"with without a Type", strings.Replace(structOf("A string `json:\"a,omitzero\" wire:\"with=x\"`"), "\n\n", "\n//wire:hot\n", 1), `a.go:4: T.A: wire:"with=x" needs a string field Type`},

		// Structs.
		{"no Extra", "package openrouter\ntype T struct {\nA string `json:\"a\"`\npresence presence\n}", `a.go:2: T has no field Extra map[string]any`},
		{"no presence", "package openrouter\ntype T struct {\nA string `json:\"a\"`\nExtra map[string]any `json:\"-\"`\n}", `a.go:2: T has no field presence of type presence or widePresence`},
		{"another presence", strings.Replace(structOf("A string `json:\"a\"`"), "presence presence", "presence int", 1), `a.go:3: T has no field presence of type presence or widePresence`},
		{"Extra without a tag", strings.Replace(structOf("A string `json:\"a\"`"), "`json:\"-\"`", "", 1), "a.go:5: T.Extra needs the tag `json:\"-\"`"},
		{"type parameters", strings.Replace(structOf("A string `json:\"a\"`"), "T struct", "T[P any] struct", 1), `a.go:3: T has type parameters`},
		{"too many members", structOf(numbered(31)), `a.go:3: T has 31 members, its presence has room for 30`},
		{"far too many members", strings.Replace(structOf(numbered(65)), "presence presence", "presence widePresence", 1), `a.go:3: T has 65 members, its presence has room for 64`},
		{"wide and always written", strings.Replace(structOf("A string `json:\"a\"`"), "presence presence", "presence widePresence", 1), `a.go:4: T.A: a member of an object with widePresence must be omitzero`},
		{"an element that remembers nothing", structOf("A []V `json:\"a\"`") + "type V struct { Extra map[string]any `json:\"-\"` }", `a.go:8: V is an element of a list and has no presence`},

		// Directives.
		{"unknown directive", "package openrouter\n//wire:shrt A\ntype T struct { A string `json:\"a\"`; Extra map[string]any `json:\"-\"`; presence presence }", `a.go:2: T: unknown directive //wire:shrt A`},
		{"no directive", "package openrouter\n//wire:\ntype T struct { A string `json:\"a\"`; Extra map[string]any `json:\"-\"`; presence presence }", `a.go:2: T: unknown directive //wire:`},
		{"short of an unknown field", directed("short B"), `a.go:2: T: //wire:short B: no such field`},
		{"short of a list", directed("short L"), `a.go:2: T: //wire:short L: a []string cannot stand for the object`},
		{"short without a field", directed("short"), `a.go:2: T: //wire:short has 0 arguments, want 1`},
		{"short with two fields", directed("short A L"), `a.go:2: T: //wire:short A L has 2 arguments, want 1`},
		{"short twice", directed("short A\n//wire:short A"), `a.go:3: T: //wire:short A: there is a //wire:short already`},
		{"hot with an argument", directed("hot A"), `a.go:2: T: //wire:hot A has 1 arguments, want 0`},
		{"hot twice", directed("hot\n//wire:hot"), `a.go:3: T: //wire:hot: there is a //wire:hot already`},
		{"list of an unknown function", directed("list firstT"), `a.go:2: T: //wire:list firstT: no such function`},
		{"list of none", directed("list 0"), `a.go:2: T: //wire:list 0: a list that has an element has room for one`},
		{"list of what is in no list", directed("list 4") + "func f() {}", `a.go:2: T: //wire:list 4: no field is a list of them`},
		{"short of a string type", "package openrouter\n//wire:short A\ntype S string", `a.go:2: S: //wire:short A is for structs that have Extra and presence`},
		{"above a function", "package openrouter\n//wire:short A\nfunc f() {}", `a.go:2: //wire:short A is not above a type`},
		{"a line apart", "package openrouter\n//wire:short A\n\ntype S string", `a.go:2: //wire:short A is not above a type`},
		{"above a field", structOf("//wire:short A\nA string `json:\"a\"`"), `a.go:4: //wire:short A is not above a type`},

		// Unions.
		{"variant of an unknown union", unionU + variantOf("A", "U type=a") + variantOf("B", "V type=b"), `a.go:7: B: //wire:variant V type=b: no such sealed interface`},
		{"variant without a value", unionU + variantOf("A", "U type"), `a.go:5: A: //wire:variant U type: want member=value`},
		{"variant without a member", unionU + variantOf("A", "U =a"), `a.go:5: A: //wire:variant U =a: want member=value`},
		{"variant with one argument", unionU + variantOf("A", "U"), `a.go:5: A: //wire:variant U has 1 arguments, want 2`},
		{"two variants of one value", unionU + variantOf("A", "U type=a") + variantOf("B", "U type=b,a"), `a.go:7: B: A is the variant of U for type=a already`},
		{"one value twice", unionU + variantOf("A", "U type=a,a"), `a.go:5: A: A is the variant of U for type=a already`},
		{"two variants of any other value", unionU + variantOf("A", "U type=") + variantOf("B", "U type="), `a.go:7: B: A is the variant of U for type=* already`},
		{"an empty value", unionU + variantOf("A", "U type=a,"), `a.go:5: A: "" is no value of "type"`},
		{"two discriminators", unionU + variantOf("A", "U type=a") + variantOf("B", "U id=b"), `a.go:7: B: the variants of U are told apart by "type", not by "id"`},
		{"one object in two places", unionU + variantOf("A", "U type=a\n//wire:variant U type=b"), `a.go:6: A: //wire:variant U type=b: there is a //wire:variant already`},
		{"several values and no field", unionU + variantOf("A", "U kind=a,b"), `a.go:5: A: //wire:variant with other than one value needs a string field for "kind"`},
		{"no raw variant", "package openrouter\ntype U interface{ u() }\n" + variantOf("A", "U type=a"), `a.go:2: U has no //wire:raw variant`},
		{"no variant", unionU, `a.go:2: U has no //wire:variant`},
		{"raw of an unknown union", "package openrouter\n//wire:raw U\ntype RawU json.RawMessage", `a.go:2: RawU: //wire:raw U: no such sealed interface`},
		{"raw of another type", "package openrouter\ntype U interface{ u() }\n//wire:raw U\ntype RawU string\n" + variantOf("A", "U type=a"), `a.go:3: RawU: //wire:raw U: its type must be json.RawMessage`},
		{"raw twice", unionU + "//wire:raw U\ntype Raw2 json.RawMessage\n" + variantOf("A", "U type=a"), `a.go:5: Raw2: //wire:raw U: RawU is that already`},
		{"text of another type", unionU + "//wire:text U\ntype Text int\n" + variantOf("A", "U type=a"), `a.go:5: Text: //wire:text U: its type must be string`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, refusal := generate(t, tt.source)
			assert.Equal(t, tt.want, refusal)
			assert.NoFileExists(t, filepath.Join(dir, output))
		})
	}
}

// numbered declares n fields on one line.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		s := string(rune('A'+i/26)) + string(rune('a'+i%26))
		b.WriteString(s + " string `json:\"" + s + ",omitzero\"`;")
	}
	return b.String()
}

// directed declares T with a directive on line 2.
func directed(d string) string {
	return "package openrouter\n//wire:" + d + "\ntype T struct { A string `json:\"a\"`; L []string `json:\"l\"`; Extra map[string]any `json:\"-\"`; presence presence }\n"
}

func TestAllRefusalsAreReportedInOrder(t *testing.T) {
	_, refusal := generate(t, structOf("A string\n\n\n\n\n\nB string `json:\"b,omitempty\"`\nC chan int `json:\"c\"`"))
	assert.Equal(t, "a.go:4: T.A has no json tag\n"+
		"a.go:10: T.B: omitempty would drop an empty list that was set; use omitzero\n"+
		"a.go:11: T.C: no codec for chan", refusal)
}

func TestOneFileIsWritten(t *testing.T) {
	source := unionU + variantOf("A", "U type=a") + variantOf("B", "U type=b,c") +
		"type T struct { Name string `json:\"name\"`; Us []U `json:\"us,omitzero\"`; As []A `json:\"as,omitzero\"`; Extra map[string]any `json:\"-\"`; presence presence }\n" +
		"var _ = tUs\n"
	dir, refusal := generate(t, source)
	require.Empty(t, refusal)
	code, err := os.ReadFile(filepath.Join(dir, output))
	require.NoError(t, err)
	assert.Contains(t, string(code), "const tUs = 1 // us\n", "the code asks for it")
	assert.NotContains(t, string(code), "tName", "the code does not")
	assert.Contains(t, string(code), "func (v *A) blank()", "an element of a list")
	assert.NotContains(t, string(code), "func (v *B) blank()", "nobody would call it")

	stale := filepath.Join(dir, "old_gen.go")
	require.NoError(t, os.WriteFile(stale, []byte("package openrouter\n"), 0o600))
	require.NoError(t, run(dir))
	assert.NoFileExists(t, stale)
	again, err := os.ReadFile(filepath.Join(dir, output))
	require.NoError(t, err)
	assert.Equal(t, string(code), string(again))
}
