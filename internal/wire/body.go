package wire

import (
	"bytes"
	"io"
)

// Body is a document as a request carries it. Its large texts are referred to and not copied: they are nearly all of a request with a file.
type Body struct {
	data  []byte
	texts []text
}

// text is a string that belongs into the document before byte at of the rest.
type text struct {
	at int
	s  string
}

// Large is the length from which a text is referred to. For shorter ones the copy is cheaper than one more piece.
const Large = 32 << 10

// NewBody returns the body that is data.
func NewBody(data []byte) Body { return Body{data: data} }

// NewBodyWriter returns a writer of a body that appends to buf.
func NewBodyWriter(buf []byte) Writer { return Writer{buf: buf, texts: []text{}} }

// Body returns the document of a writer from NewBodyWriter, or the first error.
func (w *Writer) Body() (Body, error) {
	data, err := w.Bytes()
	if err != nil {
		return Body{}, err
	}
	return Body{data, w.texts}, nil
}

// refer takes over a large text that needs no escapes, after its opening quote.
func (w *Writer) refer(s string) {
	w.texts = append(w.texts, text{len(w.buf), s})
	w.buf = append(w.buf, '"', ',')
}

// IsNil reports whether there is no body, which is not an empty one.
func (b Body) IsNil() bool { return b.data == nil }

// Len returns the length in bytes.
func (b Body) Len() int64 {
	n := int64(len(b.data))
	for _, t := range b.texts {
		n += int64(len(t.s))
	}
	return n
}

// Reader returns a new reader of the document: a *bytes.Reader if no text is referred to.
func (b Body) Reader() io.Reader {
	if len(b.texts) == 0 {
		return bytes.NewReader(b.data)
	}
	return &bodyReader{Body: b}
}

type bodyReader struct {
	Body     // texts are those that are not read to their end
	pos  int // in data
	off  int // in texts[0]
}

func (r *bodyReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		end := len(r.data)
		if len(r.texts) > 0 {
			end = r.texts[0].at
		}
		switch {
		case r.pos < end:
			m := copy(p[n:], r.data[r.pos:end])
			r.pos, n = r.pos+m, n+m
		case len(r.texts) > 0:
			s := r.texts[0].s
			m := copy(p[n:], s[r.off:])
			r.off, n = r.off+m, n+m
			if r.off == len(s) {
				r.texts, r.off = r.texts[1:], 0
			}
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
	return n, nil
}
