package wire

import (
	"io"
	"strconv"
)

// Stream reads one large JSON document from a source, piece by piece. It finds where values begin and end, and holds only the value that it
// is asked for. Whether a value is valid JSON is for a [Reader] to say.
type Stream struct {
	src      io.Reader
	buf      []byte
	pos, end int   // of what is unread in buf
	base     int   // the offset of buf in the document
	err      error // of src, after what is unread
}

// NewStream returns a stream of what src holds.
func NewStream(src io.Reader) *Stream { return &Stream{src: src, buf: make([]byte, 32<<10)} }

// Offset is that of the next byte.
func (s *Stream) Offset() int { return s.base + s.pos }

// fill makes sure that there is an unread byte. A source that ends is not an error yet.
func (s *Stream) fill() error {
	for s.pos == s.end {
		if s.err != nil {
			return s.err
		}
		s.base += s.end
		s.pos, s.end = 0, 0
		s.end, s.err = s.src.Read(s.buf)
	}
	return nil
}

// Peek returns the first byte of the next token. The error is that of the source: io.EOF at its end.
func (s *Stream) Peek() (byte, error) {
	for {
		if err := s.fill(); err != nil {
			return 0, err
		}
		if c := s.buf[s.pos]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, nil
		}
		s.pos++
	}
}

// next is Peek inside of the document, where an end comes too soon.
func (s *Stream) next() (byte, error) {
	c, err := s.Peek()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return c, err
}

// Enter consumes the { or [ that comes next.
func (s *Stream) Enter() { s.pos++ }

// Member goes to the value of the next member of the object, or of its first one, and returns its name in quotes. false ends the object.
func (s *Stream) Member(first bool) (name []byte, ok bool, err error) {
	c, err := s.next()
	if err == nil && c == '}' {
		s.pos++
		return nil, false, nil
	}
	if c, err = s.separator(c, err, first); err != nil {
		return nil, false, err
	}
	if c != '"' {
		return nil, false, s.unexpected(c, "a member name")
	}
	if name, _, err = s.Value(nil, maxName); err != nil {
		return nil, false, err
	}
	if c, err = s.next(); err == nil && c != ':' {
		err = s.unexpected(c, "':'")
	}
	s.pos++
	return name, err == nil, err
}

// maxName is how much of a member's name is kept. Names that are known are short.
const maxName = 1 << 10

// Element goes to the next element of the array, or to its first one. false ends the array.
func (s *Stream) Element(first bool) (bool, error) {
	c, err := s.next()
	if err == nil && c == ']' {
		s.pos++
		return false, nil
	}
	_, err = s.separator(c, err, first)
	return err == nil, err
}

// separator consumes the comma between two values, and returns what comes next.
func (s *Stream) separator(c byte, err error, first bool) (byte, error) {
	if err != nil || first {
		return c, err
	}
	if c != ',' {
		return c, s.unexpected(c, "','")
	}
	s.pos++
	return s.next()
}

func (s *Stream) unexpected(c byte, want string) error {
	return &SyntaxError{Offset: s.Offset(), Msg: "unexpected " + strconv.QuoteRune(rune(c)) + ", want " + want}
}

// End returns an error if more than white space follows. A source that fails has ended, too.
func (s *Stream) End() error {
	if _, err := s.Peek(); err != nil {
		return nil
	}
	return &SyntaxError{Offset: s.Offset(), Msg: "data after the end of the value"}
}

// Value reads over the next value. It appends the value to buf, up to keep bytes, and returns the size of the whole.
func (s *Stream) Value(buf []byte, keep int64) (value []byte, size int64, err error) {
	c, err := s.next()
	if err != nil {
		return buf, 0, err
	}
	b := bounds{bare: c != '{' && c != '[' && c != '"'}
	for done := false; !done; {
		if err := s.fill(); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return buf, size, err
		}
		var n int
		n, done = b.find(s.buf[s.pos:s.end])
		if room := keep - size; room > 0 {
			buf = append(buf, s.buf[s.pos:s.pos+int(min(int64(n), room))]...)
		}
		s.pos, size = s.pos+n, size+int64(n)
	}
	if size == 0 {
		return buf, 0, s.unexpected(c, "a value")
	}
	return buf, size, nil
}

// bounds finds the end of a value.
type bounds struct {
	bare    bool // neither an object, nor a list, nor a string
	depth   int
	inside  bool // a string
	escaped bool
}

// find returns how many of the bytes belong to the value, and whether it ends there.
func (b *bounds) find(data []byte) (n int, done bool) {
	for i := 0; i < len(data); i++ {
		if b.escaped {
			b.escaped = false
			continue
		}
		if b.inside {
			if i += PlainLen(data[i:]); i == len(data) {
				break
			}
		}
		switch c := data[i]; {
		case b.inside && c == '\\':
			b.escaped = true
		case c == '"':
			if b.bare {
				return i, true
			}
			if b.inside = !b.inside; !b.inside && b.depth == 0 {
				return i + 1, true
			}
		case b.inside:
		case c == '{' || c == '[':
			if b.bare {
				return i, true
			}
			b.depth++
		case c == '}' || c == ']':
			if b.bare {
				return i, true
			}
			if b.depth--; b.depth == 0 {
				return i + 1, true
			}
		case b.bare && (c == ',' || c == ':' || c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			return i, true
		}
	}
	return len(data), false
}

// Rest returns what is unread, up to keep bytes. An error of the source ends it, too.
func (s *Stream) Rest(keep int) []byte {
	var rest []byte
	for len(rest) < keep && s.fill() == nil {
		n := min(s.end-s.pos, keep-len(rest))
		rest = append(rest, s.buf[s.pos:s.pos+n]...)
		s.pos += n
	}
	return rest
}
