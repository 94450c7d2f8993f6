package memo_test

import (
	"bytes"
	"regexp"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/memo"
)

// learned returns a skeleton of the document, in which each <value> is a hole.
func learned(doc string) (s memo.Skeleton, plain string, holes []memo.Span) {
	var out []byte
	for i := 0; i < len(doc); i++ {
		switch doc[i] {
		case '<':
			holes = append(holes, memo.Span{Start: len(out)})
		case '>':
			holes[len(holes)-1].End = len(out)
		default:
			out = append(out, doc[i])
		}
	}
	s.Learn(out, holes)
	return s, string(out), holes
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		name, learned, doc string
		values             []string // nil for no match
		plain              bool
	}{
		{"the same", `{"a":"<x>"}`, `{"a":"x"}`, []string{"x"}, true},
		{"another value", `{"a":"<x>"}`, `{"a":"longer"}`, []string{"longer"}, true},
		{"two values", `{"a":"<x>","b":"<y>"}`, `{"a":"one","b":"two"}`, []string{"one", "two"}, true},
		{"an empty one stays empty", `{"a":"<>"}`, `{"a":""}`, []string{""}, true},
		{"an empty one does not fill", `{"a":"<>"}`, `{"a":"x"}`, nil, false},
		{"a full one does not empty", `{"a":"<x>"}`, `{"a":""}`, nil, false},
		{"an escaped quote", `{"a":"<x>"}`, `{"a":"\"y"}`, []string{`\"y`}, false},
		{"escaped backslashes", `{"a":"<x>"}`, `{"a":"\\\\"}`, []string{`\\\\`}, false},
		{"a backslash too many", `{"a":"<x>"}`, `{"a":"\\\"}`, nil, false},
		{"beyond ASCII", `{"a":"<x>"}`, `{"a":"é"}`, []string{"é"}, false},
		{"a control character", `{"a":"<x>"}`, "{\"a\":\"\n\"}", []string{"\n"}, false},
		{"another name", `{"a":"<x>"}`, `{"b":"x"}`, nil, false},
		{"more behind", `{"a":"<x>"}`, `{"a":"x"} `, nil, false},
		{"less behind", `{"a":"<x>"}`, `{"a":"x"`, nil, false},
		{"cut in the value", `{"a":"<x>"}`, `{"a":"x`, nil, false},
		{"cut before the value", `{"a":"<x>"}`, `{"a":`, nil, false},
		{"another type", `{"a":"<x>"}`, `{"a":null}`, nil, false},
		{"nothing", `{"a":"<x>"}`, ``, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _, _ := learned(tt.learned)
			spans, ok := s.Match([]byte(tt.doc), nil)
			require.Equal(t, tt.values != nil, ok)
			for i, want := range tt.values {
				assert.Equal(t, want, tt.doc[spans[i].Start:spans[i].End])
				assert.Equal(t, tt.plain, spans[i].Plain)
			}
		})
	}
}

func TestZeroSkeletonMatchesNothing(t *testing.T) {
	var s memo.Skeleton
	_, ok := s.Match(nil, nil)
	assert.False(t, ok)
	s, doc, _ := learned(`{"a":"<x>"}`)
	s.Forget()
	_, ok = s.Match([]byte(doc), nil)
	assert.False(t, ok)
}

func TestLearnCopies(t *testing.T) {
	doc, holes := []byte(`{"a":"x"}`), []memo.Span{{Start: 6, End: 7}}
	var s memo.Skeleton
	s.Learn(doc, holes)
	clear(doc)
	clear(holes)
	_, ok := s.Match([]byte(`{"a":"y"}`), nil)
	assert.True(t, ok)
}

func TestMatchDoesNotAllocate(t *testing.T) {
	s, doc, _ := learned(`{"a":"<x>","b":"<y>"}`)
	data, room := []byte(doc), make([]memo.Span, 0, 2)
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.Match(data, room) }))
}

// FuzzMatch holds Match against a regular expression that says the same.
func FuzzMatch(f *testing.F) {
	for _, doc := range []string{`{"a":"x"}`, `{"a":"","b":"longer value than a word"}`, `{"a":"\"","b":"\\"}`, "{\"a\":\"\xff\"}", `{"a":"x","b":"x`, `"`, `\"`} {
		f.Add(`{"a":"<x>","b":"<>"}`, doc)
		f.Add(`{"a":"<x>"}`, doc)
		f.Add(`"<x>`, doc)
	}
	f.Fuzz(func(t *testing.T, pattern, doc string) {
		if !utf8.ValidString(pattern) || !regexp.MustCompile(`^([^<>]*<[^<>]*>)+[^<>]*$`).MatchString(pattern) {
			return
		}
		s, text, holes := learned(pattern)
		var re bytes.Buffer
		re.WriteString(`(?s)^`)
		from := 0
		for _, h := range holes {
			re.WriteString(regexp.QuoteMeta(text[from:h.Start]))
			if h.Start == h.End {
				re.WriteString(`()`)
			} else {
				re.WriteString(`((?:[^"\\]|\\.)+)`)
			}
			if from = h.End; from == len(text) || text[from] != '"' {
				return // the value of a string ends before a quote
			}
		}
		re.WriteString(regexp.QuoteMeta(text[from:]) + `$`)
		want := regexp.MustCompile(re.String()).FindStringSubmatchIndex(doc)
		spans, ok := s.Match([]byte(doc), nil)
		require.Equal(t, want != nil, ok, "%s", re.String())
		for i, span := range spans {
			if ok {
				assert.Equal(t, want[2+2*i:4+2*i], []int{span.Start, span.End})
			}
		}
	})
}
