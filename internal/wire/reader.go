// Package wire is the library's one reader and one writer of JSON. The types' codecs are generated onto it, so that leniency, unknown
// members and remembered spellings are the same everywhere.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// MaxDepth is how deep arrays and objects may nest; it is encoding/json's own limit.
const MaxDepth = 10_000

// SyntaxError is a document that is not JSON, or not of a shape that can be kept.
type SyntaxError struct {
	Offset int
	Msg    string
	cut    bool // the document ends too soon
	other  bool // the document is of another type: its discriminator says so
	many   bool // it has too many elements
}

// ErrTooMany is wrapped by the error of a document with more elements than [Reader.Count] admits.
var ErrTooMany = errors.New("too many elements")

// MaxCounted is how many counted elements a document may have, in all its lists together.
const MaxCounted = 1 << 16

func (e *SyntaxError) Error() string { return e.Msg + " at byte " + strconv.Itoa(e.Offset) }

// Unwrap is io.ErrUnexpectedEOF for a document that ends too soon, and [ErrTooMany] for one that has too many elements.
func (e *SyntaxError) Unwrap() error {
	switch {
	case e.many:
		return ErrTooMany
	case e.cut:
		return io.ErrUnexpectedEOF
	}
	return nil
}

// Reader reads one document in one pass. The first error sticks: every later read finds nothing and loops end.
type Reader struct {
	// Key is the name of the member whose value comes next, valid until the next read.
	Key []byte
	// Owner is whose documents are read. It may keep room for what they hold.
	Owner any

	data    []byte
	pos     int
	depth   int
	counted int // elements
	err     error
	scratch []byte
	pool    *Pool   // makes the strings, if set
	holes   *[]Hole // notes the texts, if set
}

// NewReader returns a reader of data, which it never modifies or retains past its own life.
func NewReader(data []byte) Reader { return Reader{data: data} }

// Err returns the first error.
func (r *Reader) Err() error { return r.err }

// End reports the first error, or anything but white space after the document's one value.
func (r *Reader) End() error {
	if r.err == nil {
		if r.space(); r.pos < len(r.data) {
			r.fail("data after the end of the value")
		}
	}
	return r.err
}

// Fail records an error at the current position.
func (r *Reader) Fail(format string, args ...any) { r.fail(fmt.Sprintf(format, args...)) }

func (r *Reader) fail(msg string) {
	if r.err == nil {
		r.err = &SyntaxError{Offset: r.pos, Msg: msg, cut: r.pos >= len(r.data)}
	}
	r.pos = len(r.data)
}

func (r *Reader) unexpected(want string) {
	if r.pos >= len(r.data) {
		r.fail("unexpected end of JSON, want " + want)
		return
	}
	r.fail("unexpected " + strconv.QuoteRune(rune(r.data[r.pos])) + ", want " + want)
}

// Pos is the offset of the next byte; with Keep it returns to a value that did not fit.
func (r *Reader) Pos() int { return r.pos }

func (r *Reader) space() {
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\n', '\r', '\t':
			r.pos++
		default:
			return
		}
	}
}

// peek returns the first byte of the next value, 0 at the end.
func (r *Reader) peek() byte {
	if r.pos < len(r.data) {
		if c := r.data[r.pos]; c > ' ' {
			return c
		}
	}
	return r.slowPeek()
}

func (r *Reader) slowPeek() byte {
	if r.space(); r.pos < len(r.data) {
		return r.data[r.pos]
	}
	return 0
}

// Object enters an object; on false nothing was consumed.
func (r *Reader) Object() bool {
	if r.peek() != '{' {
		return false
	}
	r.pos++
	if r.depth++; r.depth > MaxDepth {
		r.fail("nested too deeply")
	}
	return true
}

// AtObject reports whether an object comes next.
func (r *Reader) AtObject() bool { return r.peek() == '{' }

// FirstMember goes to the first member's value; false ends the object.
func (r *Reader) FirstMember() bool {
	if r.peek() == '}' {
		r.pos++
		r.depth--
		return false
	}
	return r.member()
}

// NextMember goes to the next member's value; false ends the object.
func (r *Reader) NextMember() bool {
	switch r.peek() {
	case ',':
		r.pos++
		return r.member()
	case '}':
		r.pos++
		r.depth--
		return false
	}
	r.unexpected("',' or '}'")
	return false
}

func (r *Reader) member() bool {
	if r.peek() != '"' {
		r.unexpected("a member name")
		return false
	}
	if r.Key = r.text(); r.err != nil {
		return false
	}
	if r.peek() != ':' {
		r.unexpected("':'")
		return false
	}
	if r.pos++; r.pos < len(r.data) && r.data[r.pos] <= ' ' {
		r.space()
	}
	return true
}

// Array enters an array; on false nothing was consumed.
func (r *Reader) Array() bool {
	if r.peek() != '[' {
		return false
	}
	r.pos++
	if r.depth++; r.depth > MaxDepth {
		r.fail("nested too deeply")
	}
	return true
}

// FirstElement goes to the first element; false ends the array.
func (r *Reader) FirstElement() bool {
	if r.peek() == ']' {
		r.pos++
		r.depth--
		return false
	}
	return r.err == nil
}

// NextElement goes to the next element; false ends the array.
func (r *Reader) NextElement() bool {
	switch r.peek() {
	case ',':
		r.pos++
		r.space()
		return true
	case ']':
		r.pos++
		r.depth--
		return false
	}
	r.unexpected("',' or ']'")
	return false
}

// Count counts the next element of a list that has n elements, of which most are allowed. It fails if that, or
// [MaxCounted] in the document, is exceeded.
func (r *Reader) Count(n, most int) bool {
	if r.counted++; n < most && r.counted <= MaxCounted {
		return true
	}
	if r.err == nil {
		r.err = &SyntaxError{Offset: r.pos, Msg: ErrTooMany.Error(), many: true}
		r.pos = len(r.data)
	}
	return false
}

// Null consumes a null; on false nothing was consumed.
func (r *Reader) Null() bool {
	if r.peek() != 'n' {
		return false
	}
	r.word("null")
	return r.err == nil
}

// Miss is the result for a value that is not of the wanted type: a null, which it consumes, or a wrong one.
func (r *Reader) Miss() Got {
	if r.Null() {
		return GotNull
	}
	return Wrong
}

func (r *Reader) word(w string) {
	if len(r.data)-r.pos < len(w) || string(r.data[r.pos:r.pos+len(w)]) != w {
		r.unexpected("a value")
		return
	}
	r.pos += len(w)
}

// Skip reads over one value of any type.
func (r *Reader) Skip() {
	switch c := r.peek(); c {
	case '"':
		r.text()
	case '{':
		r.Object()
		for ok := r.FirstMember(); ok; ok = r.NextMember() {
			r.Skip()
		}
	case '[':
		r.Array()
		for ok := r.FirstElement(); ok; ok = r.NextElement() {
			r.Skip()
		}
	case 't':
		r.word("true")
	case 'f':
		r.word("false")
	case 'n':
		r.word("null")
	default:
		r.number()
	}
}

// raw returns the bytes of the next value.
func (r *Reader) raw() []byte {
	r.space()
	start := r.pos
	if r.Skip(); r.err != nil {
		return nil
	}
	return r.data[start:r.pos]
}

// Raw returns a copy of the next value's JSON, null included.
func (r *Reader) Raw() json.RawMessage { return append(json.RawMessage(nil), r.raw()...) }

// Unknown keeps the member that comes next under its name. It and Keep are seldom called, from many places.
//
//go:noinline
func (r *Reader) Unknown(extra *map[string]any) {
	name := string(r.Key)
	r.keep(extra, name)
}

// Keep returns to the value at pos, which did not fit its field, and keeps it under name.
//
//go:noinline
func (r *Reader) Keep(extra *map[string]any, name string, pos int) {
	if r.err == nil {
		r.pos = pos
		r.keep(extra, name)
	}
}

func (r *Reader) keep(extra *map[string]any, name string) {
	v := r.Raw()
	if r.err != nil {
		return
	}
	if *extra == nil {
		*extra = make(map[string]any, 1)
	}
	(*extra)[name] = v
}

// Fixed reads the member that comes next if it is the discriminator that has no field. Any value other than its own is an error, unless a later
// member of the same name decides.
func (r *Reader) Fixed(m *Members) bool {
	last := len(m.Keys) - 1
	if m.Value == "" || string(r.Key) != m.Name(last) {
		return false
	}
	name := m.Name(last)
	var s string
	if got := r.String(&s); got == Wrong {
		r.Skip()
	}
	if s != m.Value && r.err == nil && !r.follows(name) {
		r.err = &SyntaxError{Offset: r.pos, Msg: fmt.Sprintf("%s is %q, want %q", name, s, m.Value), other: true}
		r.pos = len(r.data)
	}
	return true
}

// follows reports whether the rest of the object has a member of that name.
func (r *Reader) follows(name string) bool {
	look := Reader{data: r.data, pos: r.pos, depth: r.depth}
	for look.NextMember() {
		if string(look.Key) == name {
			return true
		}
		look.Skip()
	}
	return false
}

// Either lets a reader that was told by Peek what comes next, and found later in it something else of the same name, go back to start. It
// reports whether it did. What comes next is then neither.
func (r *Reader) Either(start Reader) bool {
	if r.err == nil {
		return false
	}
	if e, ok := errors.AsType[*SyntaxError](r.err); !ok || !e.other {
		return false
	}
	*r = start
	return true
}

// Peek returns the string member called name of the object that comes next, without consuming anything; "" if there is none.
func (r *Reader) Peek(name string) string {
	look := Reader{data: r.data, pos: r.pos, depth: r.depth}
	if !look.Object() {
		return ""
	}
	for ok := look.FirstMember(); ok; ok = look.NextMember() {
		if string(look.Key) == name {
			var s string
			look.String(&s)
			return s
		}
		look.Skip()
	}
	return ""
}
