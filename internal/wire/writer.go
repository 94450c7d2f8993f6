package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"sync/atomic"
	"unicode/utf8"
	"unsafe"
)

// ValueError is a Go value that has no JSON, at a place such as tools[1].function.parameters.
type ValueError struct {
	Path string
	Err  error
}

func (e *ValueError) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

func (e *ValueError) Unwrap() error { return e.Err }

// Writer writes one document into one buffer. Every value is followed by a comma, which the end of its object, array or document takes back.
type Writer struct {
	buf   []byte
	err   error
	texts []text // of a Body; nil if every text is copied
}

// NewWriter returns a writer that appends to buf.
func NewWriter(buf []byte) Writer { return Writer{buf: buf} }

// Bytes returns the document, or the first error.
func (w *Writer) Bytes() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return w.buf[:len(w.buf)-1], nil
}

// Fail records that the value due here has no JSON.
func (w *Writer) Fail(err error) {
	if w.err == nil {
		w.err = &ValueError{Path: path(w.buf), Err: err}
	}
	w.buf = append(w.buf, "null,"...)
}

// FailUnion is Fail for a value that is none of its union's: nil, or of a type of another package.
func (w *Writer) FailUnion(v any) {
	if t := reflect.ValueOf(v); !t.IsValid() || t.Kind() == reflect.Pointer && t.IsNil() {
		w.Fail(errors.New("is nil"))
		return
	}
	w.Fail(fmt.Errorf("is of type %T, must be of a type of this package", v))
}

// Bare writes what came in place of an object, and reports whether it did: an object that has got other members is one by now.
func (w *Writer) Bare(extra map[string]any) bool {
	v, ok := extra[""]
	if len(extra) > 1 || len(extra) == 1 && !ok {
		return false
	}
	w.Any(v)
	return true
}

// Open and Close write { and }, OpenArray and CloseArray [ and ].
func (w *Writer) Open()       { w.buf = append(w.buf, '{') }
func (w *Writer) Close()      { w.close('}') }
func (w *Writer) OpenArray()  { w.buf = append(w.buf, '[') }
func (w *Writer) CloseArray() { w.close(']') }

//go:noinline
func (w *Writer) close(c byte) {
	if last := len(w.buf) - 1; w.buf[last] == ',' {
		w.buf[last] = c
		w.buf = append(w.buf, ',')
		return
	}
	w.buf = append(w.buf, c, ',')
}

// Name writes a name.
func (w *Writer) Name(name string) {
	w.String(name)
	w.buf[len(w.buf)-1] = ':'
}

// Verbatim writes a value that is already JSON.
func (w *Writer) Verbatim(v string) { w.buf = append(append(w.buf, v...), ',') }

// Null writes null.
func (w *Writer) Null() { w.Verbatim("null") }

// Bool writes true or false.
func (w *Writer) Bool(b bool) { w.buf = append(strconv.AppendBool(w.buf, b), ',') }

// Int writes an integer.
func (w *Writer) Int(n int) { w.Int64(int64(n)) }

// Int64 writes an integer.
func (w *Writer) Int64(n int64) { w.buf = append(strconv.AppendInt(w.buf, n, 10), ',') }

// Float writes a number in its shortest form, spelled as encoding/json does.
func (w *Writer) Float(f float64) { w.float(f, 64) }

// Float32 is Float for a number of 32 bits.
func (w *Writer) Float32(f float32) { w.float(float64(f), 32) }

func (w *Writer) float(f float64, size int) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		w.Fail(errors.New("is " + strconv.FormatFloat(f, 'g', -1, 64) + ", which JSON cannot carry"))
		return
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	w.buf = strconv.AppendFloat(w.buf, f, format, -1, size)
	if n := len(w.buf); format == 'e' && w.buf[n-4] == 'e' && w.buf[n-3] == '-' && w.buf[n-2] == '0' {
		w.buf[n-2] = w.buf[n-1]
		w.buf = w.buf[:n-1]
	}
	w.buf = append(w.buf, ',')
}

// FloatAs writes f in the digits kept for it, if they are still its own.
func (w *Writer) FloatAs(f float64, digits any) {
	if lit, ok := digits.(json.RawMessage); ok {
		r := NewReader(lit)
		var was float64
		if got := r.Float(&was); got == Inexact && r.End() == nil && was == f {
			w.Raw(lit)
			return
		}
	}
	w.Float(f)
}

// isInexact reports whether v is a number with more digits than a float64 holds, as it was spelled in a document.
func isInexact(v any) bool {
	raw, ok := v.(json.RawMessage)
	if !ok {
		return false
	}
	r := NewReader(raw)
	var f float64
	return r.Float(&f) == Inexact && r.End() == nil
}

const hexDigits = "0123456789abcdef"

// String writes a string; <, > and & stay themselves.
func (w *Writer) String(s string) {
	b := append(w.buf, '"')
	start := 0
	for i := 0; i < len(s); {
		// The bytes are only read, and not kept.
		if i += PlainLen(unsafe.Slice(unsafe.StringData(s[i:]), len(s)-i)); i == len(s) {
			break
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			u, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case u == utf8.RuneError && n == 1:
				b = append(append(b, s[start:i]...), `\ufffd`...)
				start = i + 1
			case u == '\u2028' || u == '\u2029': // as encoding/json does: JavaScript once took them for line ends
				b = append(append(b, s[start:i]...), `\u202`...)
				b = append(b, hexDigits[u&15])
				start = i + n
			}
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	if start == 0 && len(s) >= Large && w.texts != nil {
		w.buf = b
		w.refer(s)
		return
	}
	w.buf = append(append(b, s[start:]...), '"', ',')
}

// Raw writes JSON text without the white space between its tokens; text that is not JSON is an error. Bytes that are not UTF-8, which may
// stand in strings only, become U+FFFD, as in String.
func (w *Writer) Raw(text []byte) {
	r := NewReader(text)
	r.Skip()
	if err := r.End(); err != nil {
		w.Fail(err)
		return
	}
	inside, valid := false, utf8.Valid(text)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case !valid && c >= utf8.RuneSelf:
			if u, n := utf8.DecodeRune(text[i:]); u == utf8.RuneError && n == 1 {
				w.buf = append(w.buf, `\ufffd`...)
				continue
			} else if u != '\u2028' && u != '\u2029' {
				w.buf = append(w.buf, text[i:i+n]...)
				i += n - 1
				continue
			}
			w.buf = append(w.buf, `\u202`...)
			w.buf = append(w.buf, hexDigits[text[i+2]&15])
			i += 2
			continue
		case inside && c == '\\':
			w.buf = append(w.buf, c, text[i+1])
			i++
			continue
		case c == '"':
			inside = !inside
		case !inside && (c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			continue
		case c == 0xe2 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2]&^1 == 0xa8: // as in String
			w.buf = append(w.buf, `\u202`...)
			w.buf = append(w.buf, hexDigits[text[i+2]&15])
			i += 2
			continue
		}
		w.buf = append(w.buf, text[i])
	}
	w.buf = append(w.buf, ',')
}

// Any writes any value that encoding/json can encode.
func (w *Writer) Any(v any) {
	switch v := v.(type) {
	case nil:
		w.Null()
	case string:
		w.String(v)
	case bool:
		w.Bool(v)
	case int:
		w.Int(v)
	case float64:
		w.Float(v)
	case json.RawMessage:
		if v == nil {
			w.Null()
			return
		}
		w.Raw(v)
	default:
		w.any(v)
	}
}

// nested counts the values that encoding/json encodes for this package at the moment.
var nested atomic.Int32

// manyNested is how many of them make it worth a look whether one holds itself.
const manyNested = 1000

// any writes a value that only encoding/json knows how to encode. That notices a value that holds itself, but not through one of our objects:
// each of them begins a document of its own.
func (w *Writer) any(v any) {
	if w.err != nil {
		w.Null() // nobody will read it, and a value that holds itself in several places would be tried in all of them
		return
	}
	defer nested.Add(-1)
	if nested.Add(1) > manyNested && holdsItself(v) {
		w.Fail(&json.UnsupportedValueError{Value: reflect.ValueOf(v), Str: fmt.Sprintf("encountered a cycle via %T", v)})
		return
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		if cycle, ok := errors.AsType[*json.UnsupportedValueError](err); ok {
			err = cycle // each object on the way has put its own words around it
		}
		w.Fail(err)
		return
	}
	text := bytes.TrimRight(buf.Bytes(), "\n")
	if !utf8.Valid(text) { // from a json.Marshaler
		w.Raw(text)
		return
	}
	w.buf = append(append(w.buf, text...), ',')
}

// Extra writes members without a field, sorted by name. m are the members with one and wrote those already written, which win. bare is
// whether the member without a name is what came in place of the object, which is not a member.
func (w *Writer) Extra(extra map[string]any, m *Members, wrote uint64, bare bool) {
	keys := make([]string, 0, len(extra))
	for k := range extra {
		if bare && k == "" {
			continue
		}
		if i := m.Index(k); i < 0 || wrote&(1<<uint(i)) == 0 {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		w.Name(k)
		w.Any(extra[k])
	}
}

// path says where in an unfinished document its next value stands. It reads what was written, so that writing itself keeps no path.
func path(doc []byte) string {
	type level struct {
		name  string
		index int
		array bool
	}
	var stack []level
	r := NewReader(doc)
	for r.pos < len(doc) {
		switch c := doc[r.pos]; c {
		case '{', '[':
			stack = append(stack, level{array: c == '['})
			r.pos++
		case '}', ']':
			stack = stack[:len(stack)-1]
			r.pos++
		case ',':
			if n := len(stack); n > 0 {
				stack[n-1].index++
			}
			r.pos++
		case '"':
			s := string(r.text())
			if r.pos < len(doc) && doc[r.pos] == ':' && len(stack) > 0 {
				stack[len(stack)-1].name = s
			}
		default:
			r.pos++
		}
	}
	var b []byte
	for _, l := range stack {
		if l.array {
			b = append(strconv.AppendInt(append(b, '['), int64(l.index), 10), ']')
			continue
		}
		if len(b) > 0 {
			b = append(b, '.')
		}
		b = append(b, l.name...)
	}
	return string(b)
}
