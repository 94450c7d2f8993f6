// Package memo recognizes a document that equals an earlier one but for a few
// strings in it.
//
// A parser is deterministic: where every byte outside those strings is the same,
// so is everything it makes of the document, but for them. Nearly every chunk of
// a stream differs from the one before in one to three strings only.
package memo

import (
	"bytes"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Span is the place of a string's value in a document, without its quotes.
type Span struct {
	Start, End int
	Plain      bool // every byte of it stands for itself; false if that is not known
}

// Skeleton is a document without the values of some of its strings. The zero
// value matches nothing.
type Skeleton struct {
	doc   []byte
	holes []Span
}

// Learn remembers doc but for the strings at holes, which are in ascending
// order and do not overlap. Both are copied.
func (s *Skeleton) Learn(doc []byte, holes []Span) {
	s.doc = append(s.doc[:0], doc...)
	s.holes = append(s.holes[:0], holes...)
}

// Forget makes the skeleton match nothing.
func (s *Skeleton) Forget() { s.doc, s.holes = s.doc[:0], s.holes[:0] }

// Match reports whether doc equals the skeleton but for the values of its
// strings, and appends their places to values. An empty value and one that is
// not empty are not the same to a parser: they do not match.
func (s *Skeleton) Match(doc []byte, values []Span) ([]Span, bool) {
	if len(s.doc) == 0 {
		return values, false
	}
	pos, from := 0, 0
	for _, hole := range s.holes {
		same := s.doc[from:hole.Start]
		if len(doc)-pos < len(same) || !bytes.Equal(doc[pos:pos+len(same)], same) {
			return values, false
		}
		pos += len(same)
		n := wire.PlainLen(doc[pos:])
		isPlain := pos+n < len(doc) && doc[pos+n] == '"'
		if !isPlain {
			n = valueLen(doc[pos:])
		}
		if n < 0 || (n == 0) != (hole.End == hole.Start) {
			return values, false
		}
		values = append(values, Span{pos, pos + n, isPlain})
		pos, from = pos+n, hole.End
	}
	return values, bytes.Equal(doc[pos:], s.doc[from:])
}

// valueLen is the length of the string value that b starts with, up to its
// closing quote; -1 if it has none.
func valueLen(b []byte) int {
	for n := 0; ; {
		i := bytes.IndexByte(b[n:], '"')
		if i < 0 {
			return -1
		}
		n += i
		slashes := n
		for slashes > 0 && b[slashes-1] == '\\' {
			slashes--
		}
		if (n-slashes)%2 == 0 {
			return n
		}
		n++
	}
}
