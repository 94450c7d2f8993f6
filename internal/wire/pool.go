package wire

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// Pool makes the strings of many documents that are alike, one after the
// other. The zero value is ready; it belongs to one reader at a time.
type Pool struct {
	known [1 << knownBits]string
	texts strings.Builder
	block int // size of the last block of texts
	room  []int
	many  int // size of the last block of integers

	scratch []byte
}

const knownBits = 5

// maxKnown is the length up to which a repeated string is looked for.
const maxKnown = 64

// repeated returns a string for b, the same one as before where b was seen
// lately: names of models and types hardly change within a stream.
func (p *Pool) repeated(b []byte) string {
	n := len(b)
	if n > maxKnown || n == 0 {
		return string(b)
	}
	h := uint64(n)
	if n >= 8 {
		h ^= binary.LittleEndian.Uint64(b) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(b[n-8:]), 32)
	} else {
		for _, c := range b {
			h = h<<8 ^ uint64(c)
		}
	}
	i := h * 0x9e3779b97f4a7c15 >> (64 - knownBits)
	if p.known[i] == string(b) {
		return p.known[i]
	}
	// Two strings that want one place take turns in it and the next.
	j := i ^ 1
	if p.known[j] == string(b) {
		return p.known[j]
	}
	if p.known[i] != "" {
		p.known[j] = p.known[i]
	}
	p.known[i] = string(b)
	return p.known[i]
}

const (
	firstBlock = 64
	lastBlock  = 1 << 10
)

// text returns a string for b that shares its memory with its neighbors, a
// kilobyte at the most: keeping one alive keeps no more than that.
func (p *Pool) text(b []byte) string {
	if len(b) > lastBlock/8 {
		return string(b)
	}
	if p.texts.Cap()-p.texts.Len() < len(b) {
		p.block = min(max(2*p.block, firstBlock), lastBlock)
		p.texts = strings.Builder{}
		p.texts.Grow(max(p.block, len(b)))
	}
	at := p.texts.Len()
	p.texts.Write(b)
	return p.texts.String()[at:]
}

// Integers share their memory, at first with few others.
const (
	firstInts = 8
	lastInts  = 128
)

// ints returns an empty list with room for n; p may be nil.
func (p *Pool) ints(n int) []int {
	if p == nil || n == 0 || n > lastInts/4 {
		return make([]int, 0, n)
	}
	if len(p.room) < n {
		p.many = min(max(2*p.many, firstInts), lastInts)
		p.room = make([]int, max(p.many, n))
	}
	list := p.room[:0:n]
	p.room = p.room[n:]
	return list
}

// Hole is a text that was read, and where.
type Hole struct {
	Dst        *string
	Start, End int // the value in the document, without its quotes
}

// NewPoolReader returns a reader of data that makes its strings with p, and
// notes in holes where it read free text; both may be nil.
func NewPoolReader(data []byte, p *Pool, holes *[]Hole) Reader {
	r := Reader{data: data, pool: p, holes: holes}
	if p != nil {
		r.scratch = p.scratch
	}
	return r
}

// Text reads a string of which hardly any two are alike.
func (r *Reader) Text(dst *string) Got {
	if r.peek() != '"' {
		*dst = ""
		return r.Miss()
	}
	start := r.pos + 1
	b := r.text()
	if r.holes != nil {
		*r.holes = append(*r.holes, Hole{dst, start, r.pos - 1})
	}
	if len(b) == 0 {
		*dst = ""
		return GotZero
	}
	if r.pool != nil {
		*dst = r.pool.text(b)
	} else {
		*dst = string(b)
	}
	return Value
}

// TextAt reads the string whose value stands at start and ends before end; false
// if it is not a valid one. isPlain spares the look at it.
func (p *Pool) TextAt(data []byte, start, end int, isPlain bool) (string, bool) {
	if !isPlain && PlainLen(data[start:end]) < end-start {
		r := NewPoolReader(data, p, nil)
		r.pos = start - 1
		b := r.text()
		return p.text(b), r.err == nil && r.pos == end+1
	}
	return p.text(data[start:end]), true
}
