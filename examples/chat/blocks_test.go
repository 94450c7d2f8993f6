package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// split gives a text to blocks in pieces. It also checks what is said to be open.
func split(t *testing.T, pieces ...string) (list []string) {
	t.Helper()
	var b blocks
	open := ""
	for _, piece := range pieces {
		finished, text := b.add(piece)
		if list = append(list, finished...); len(finished) > 0 {
			open = text
		} else {
			open += text
		}
	}
	end := b.end()
	squeeze := func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' }), "\n")
	}
	require.Equal(t, squeeze(end), squeeze(open))
	if end != "" {
		list = append(list, end)
	}
	return list
}

func TestBlocks(t *testing.T) {
	tests := map[string][]string{
		"# A\nText\nmore\n\n\nNext":                               {"# A\n", "Text\nmore\n", "Next"},
		"- a\n- b\n\n- c\n\n  d\n\n```x\n\ny\n```\n":              {"- a\n- b\n- c\n  d\n", "```x\n\ny\n```\n"},
		"1. a\n\n   ~~~\n   x\n\n   y\n   ~~~\n\n2. b\n\n**c**\n": {"1. a\n   ~~~\n   x\n\n   y\n   ~~~\n2. b\n", "**c**\n"},
		"````md\n```\n\n# no\n```\n````\nafter":                   {"````md\n```\n\n# no\n```\n````\n", "after"},
		"text\n```\ncode\n\ncode\n```\n":                          {"text\n```\ncode\n\ncode\n```\n"},
		"```not a fence``` x\n\ny":                                {"```not a fence``` x\n", "y"},
		"| a |\n|---|\n| b |\n\n> q\n> r\n\n---\n\nz":             {"| a |\n|---|\n| b |\n", "> q\n> r\n", "---\n", "z"},
		"- a\n\n2026 was\n\n- b\n\n--- x":                         {"- a\n", "2026 was\n", "- b\n", "--- x"},
		"- a\n\n1":                                                {"- a\n1"},
		"#tag\n\n\n":                                              {"#tag\n"},
		"\n\n \nx\n\n":                                            {"x\n"},
	}
	for text, want := range tests {
		assert.Equal(t, want, split(t, text), "%q", text)
		assert.Equal(t, want, split(t, strings.Split(text, "")...), "%q", text)
		for range 20 {
			var pieces []string
			for rest := text; rest != ""; {
				n := 1 + rand.IntN(len(rest))
				pieces, rest = append(pieces, rest[:n]), rest[n:]
			}
			assert.Equal(t, want, split(t, pieces...), "%q", pieces)
		}
	}
}

// The work of a long block grows with its length, not with its square: a drawing costs at most a
// screen, and there are 30 a second.
func TestLongBlocksAreNotDrawnAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const width, height, pieces = 80, 24, 20_000
		var out bytes.Buffer
		s := newScreen(&out, func() (int, int) { return width, height })
		begin := time.Now()
		for i := range pieces {
			s.Answer(fmt.Sprintf("word%d ", i))
			time.Sleep(time.Millisecond) // of the bubble's clock
		}
		s.Flush()
		frames := int(time.Since(begin)/frame) + 1
		assert.Less(t, out.Len(), frames*(width+8)*height+pieces*40)
		assert.Greater(t, out.Len(), frames*height, "it is drawn while it grows")
		assert.Less(t, len(s.open.rows), 4*height+1)
	})
}

func TestRegionWrapsAsItGrows(t *testing.T) {
	var r region
	for _, word := range strings.SplitAfter("\n\nthe quick brown fox jumps\nover the lazy dog and a-very-long-word-that-fits-nowhere", " ") {
		r.add(word, 12, 10)
	}
	assert.Equal(t, []string{"the quick", "brown fox", "jumps", "over the", "lazy dog and", "a-very-long-", "word-that-", "fits-nowhere"}, r.tail())
	r = region{}
	for _, word := range []string{"12345678 ", "12 ", "I ", "think"} {
		r.add(word, 12, 10)
	}
	assert.Equal(t, []string{"12345678 12", "I think"}, r.tail())
	for range 100 {
		r.add("row\n", 12, 3)
	}
	assert.Equal(t, []string{"row", "row", ""}, r.tail())
}

func TestPaste(t *testing.T) {
	const typed = "ab\x1b[200~c\rd\r\ne\n\tf\x1b[Ag\x03\x04\x7f\x1b[201~h\r\x1b[A"
	const want = "abc↵d↵e↵    f[Agh\r\x1b[A"
	for size := 1; size <= len(typed); size++ {
		var p paste
		var got []byte
		for _, keys := range pieces(typed, size) {
			got = append(got, p.convert([]byte(keys))...)
		}
		assert.Equal(t, want, string(got), "pieces of %d", size)
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		`see 'my photo.png' "b c.png" d\ e.png it's`: {"see", "my photo.png", "b c.png", "d e.png", "it's"},
		"  ": nil,
		"a":  {"a"},
	} {
		assert.Equal(t, want, words(text), text)
	}
}

func TestCommand(t *testing.T) {
	for line, want := range map[string]bool{"/save a.json": true, "/help": true, "/home/me/a.png what is it?": false, "/a.png": false, "what is /help": false} {
		_, _, ok := command(line)
		assert.Equal(t, want, ok, line)
	}
}
