// Package sse reads and writes event streams, the text/event-stream format of the WHATWG HTML standard.
//
// The reader knows the whole format and keeps only what a client of data events needs: of the field event, whether it
// says error; id and retry are parsed and dropped. Bytes pass through as they are; invalid UTF-8 is not replaced.
package sse

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// ErrTooLong reports an event whose data is longer than [Reader.MaxEvent].
var ErrTooLong = errors.New("sse: event too long")

var errInvalidCount = errors.New("sse: source returned an invalid byte count from Read")

const (
	firstBuf   = 1 << 10  // size of a buffer until a read fills it
	minBuf     = 4 << 10  // size of a buffer while events are small
	keepBuf    = 64 << 10 // a larger buffer is given back as soon as what it holds is small again
	calmReads  = 64       // a smaller one is given back after so many reads without an event of half of minBuf
	maxComment = 64 << 10
	maxIdle    = 100 // reads in a row that may return (0, nil)
)

var bom = []byte("\xEF\xBB\xBF")

// Reader takes an event stream apart. It starts no goroutine and holds one buffer, which is 1 to 4 KiB while events are
// small, grows for a larger event and shrinks after it. Lines that are not data lines take no room in it, however long.
// A Reader must not be used by two goroutines at once.
type Reader struct {
	// MaxEvent is the largest number of bytes the data of one event may have; 0 means no limit.
	// [Reader.Next] reports a longer event as [ErrTooLong] before it has been read to its end.
	MaxEvent int

	// Loose also reads what some servers send beyond the standard: white space before the name of a field, and a field
	// called error, which is the data of an event called error.
	Loose bool

	// OnComment, if set, is called by [Reader.Next] with the text of every comment line, without the colon and one
	// space after it, and cut to 64 KiB. It is called at the end of the line, or as soon as more than 64 KiB of it
	// have arrived. If nil, comments are skipped and never built.
	OnComment func(text string)

	src     io.Reader
	srcErr  error  // came with bytes that were delivered first
	err     error  // what every further call of Next returns
	pending []byte // see Pending

	// buf holds the data of the event being read in buf[dataStart:dataEnd], if open, and further on the unread bytes
	// in buf[pos:end]. Data lines are joined in place: a line is always longer than what it adds to the data.
	buf                []byte
	open               bool
	failure            bool // the event is called error
	failed             bool // the last one that Next returned was
	half               bool // see Half
	dataStart, dataEnd int
	pos, end           int
	lf, cr             int // where to go on looking for each line end: buf[pos:lf] has no LF, buf[pos:cr] no CR

	full   bool // the last read took all the room there was
	begun  bool // the byte order mark has been looked for
	skip   bool // the rest of the current line is of no interest
	skipLF bool // the last line ended in a CR, so that an LF in front belongs to it
	calm   int  // reads since the last event that needed a large buffer
}

// NewReader returns a Reader of the event stream r. It reads nothing yet.
func NewReader(r io.Reader) *Reader { return &Reader{src: r} }

// Next returns the data of the next event, its data lines joined by LF. The slice is not nil, even if the data is
// empty, and valid until the next call. Blocks without a data line are no events and are passed over. An event is
// returned once the line end that completes it has arrived; nothing is read ahead of that.
//
// The error is [io.EOF] at the end of the stream, whether or not an event was left unfinished (see [Reader.Pending]),
// [ErrTooLong], [io.ErrNoProgress] if 100 reads in a row bring neither bytes nor an error, or the source's own error, as
// it is. It comes after all events before it, never beside one, and again from every further call.
func (r *Reader) Next() ([]byte, error) {
	for r.err == nil {
		end := r.lineEnd()
		if end < 0 {
			if err := r.more(); err != nil {
				r.stop(err)
			}
			continue
		}
		start := r.pos
		r.endLine(end)
		switch {
		case r.skip:
			r.skip = false
		case start < end:
			if !r.line(start, end) {
				r.stop(ErrTooLong)
			}
		case r.open:
			r.open, r.failed, r.failure = false, r.failure, false
			if r.dataEnd-r.dataStart > minBuf/2 {
				r.calm = 0
			}
			return r.buf[r.dataStart:r.dataEnd:r.dataEnd], nil
		default:
			r.failure = false
		}
	}
	return nil, r.err
}

// Release gives the buffer back: what Next returned is not valid any more, and it returns [io.EOF] from now on.
func (r *Reader) Release() {
	r.open = false
	r.stop(io.EOF)
}

// Failed reports whether the event that [Reader.Next] returned last, or [Reader.Pending] after the end, is called error.
func (r *Reader) Failed() bool { return r.failed }

// Half reports whether the stream ended in a line of which only the beginning of the name of a data line had arrived, or
// its name without a value.
func (r *Reader) Half() bool { return r.half }

// Pending returns the data of the event that was under way when [Reader.Next] reported the end of the stream or an
// error: what Next would have returned had a blank line followed, a last line without a line end included. It is nil if no
// event was under way, and before that. After [ErrTooLong] it is cut to MaxEvent bytes.
func (r *Reader) Pending() []byte { return r.pending }

// lineEnd returns the index of the CR or LF that ends the first unread line, -1 if none has arrived.
// What is known about either byte is kept, so that no byte is searched twice whatever mixture the stream uses.
func (r *Reader) lineEnd() int {
	r.lf = r.find('\n', r.lf)
	r.cr = r.find('\r', r.cr)
	if end := min(r.lf, r.cr); end < r.end {
		return end
	}
	return -1
}

// find returns the index of the first c among the unread bytes, given that there is none before from; r.end if none.
func (r *Reader) find(c byte, from int) int {
	from = max(from, r.pos)
	if from == r.end || r.buf[from] == c {
		return from
	}
	if i := bytes.IndexByte(r.buf[from:r.end], c); i >= 0 {
		return from + i
	}
	return r.end
}

// endLine moves past the line end at the given index.
func (r *Reader) endLine(end int) {
	r.pos = end + 1
	if r.buf[end] == '\r' {
		r.skipLF = true
		r.swallowLF()
	}
}

// swallowLF moves past the LF that follows a CR. If it has not arrived, that is left to the next read: a CR ends its
// line at once.
func (r *Reader) swallowLF() {
	if !r.skipLF || r.pos == r.end {
		return
	}
	r.skipLF = false
	if r.buf[r.pos] == '\n' {
		r.pos++
	}
}

// line takes in the complete line buf[start:end], which is not empty. It returns false if that makes the event too long.
func (r *Reader) line(start, end int) bool {
	start += r.indent(r.buf[start:end])
	line := r.buf[start:end]
	if len(line) == 0 {
		return true
	}
	if line[0] == ':' {
		if r.OnComment != nil {
			r.comment(line)
		}
		return true
	}
	if i := r.valueIndex(line); i >= 0 {
		r.add(start+i, end)
		return !r.tooLong(r.dataEnd - r.dataStart)
	}
	return true
}

// indent is the number of bytes of white space before the name that line begins with.
func (r *Reader) indent(line []byte) int {
	n := 0
	for r.Loose && n < len(line) && (line[n] == ' ' || line[n] == '\t') {
		n++
	}
	return n
}

// valueIndex returns where the value of a data line begins, -1 if line is none. It notes whether the line says that the
// event is called error.
func (r *Reader) valueIndex(line []byte) int {
	if i := fieldIndex(line, "data"); i >= 0 {
		return i
	}
	if i := fieldIndex(line, "error"); r.Loose && i > len("error") {
		r.failure = true
		return i
	}
	if i := fieldIndex(line, "event"); i >= 0 {
		r.failure = string(bytes.TrimSpace(line[i:])) == "error"
	}
	return -1
}

// fieldIndex returns where the value of a field begins, -1 if line is not of that name.
func fieldIndex(line []byte, name string) int {
	switch {
	case len(line) < len(name) || string(line[:len(name)]) != name:
		return -1
	case len(line) == len(name):
		return len(name)
	case line[len(name)] != ':':
		return -1
	case len(line) > len(name)+1 && line[len(name)+1] == ' ':
		return len(name) + 2
	}
	return len(name) + 1
}

// maxName is how much of a line that is not data is kept until its end.
const maxName = 64

// isOpen reports whether a line that has begun may still become one that counts.
func isOpen(line []byte) bool {
	if len(line) > maxName {
		return false
	}
	for _, name := range []string{"data:", "error:", "event:"} {
		if n := min(len(line), len(name)); string(line[:n]) == name[:n] {
			return true
		}
	}
	return false
}

// add appends the value of a data line, buf[start:end], to the data of the event.
func (r *Reader) add(start, end int) {
	if !r.open {
		r.open, r.dataStart, r.dataEnd = true, start, end
		return
	}
	r.buf[r.dataEnd] = '\n'
	r.dataEnd++
	r.dataEnd += copy(r.buf[r.dataEnd:], r.buf[start:end])
}

func (r *Reader) tooLong(n int) bool { return r.MaxEvent > 0 && n > r.MaxEvent }

// comment reports the text of a comment line.
func (r *Reader) comment(line []byte) {
	text := commentText(line)
	r.OnComment(string(text[:min(len(text), maxComment)]))
}

func commentText(line []byte) []byte {
	if len(line) > 1 && line[1] == ' ' {
		return line[2:]
	}
	return line[1:]
}

// more reads on when no complete line is left. It first drops the unread part of a line that is of no interest.
func (r *Reader) more() error {
	space := r.indent(r.buf[r.pos:r.end])
	line := r.buf[r.pos+space : r.end]
	switch i := r.dataIndex(line); {
	case r.skip:
		r.pos = r.end
	case len(line) == 0 && space <= maxName:
	case len(line) > 0 && line[0] == ':' && r.OnComment != nil:
		if len(commentText(line)) > maxComment {
			r.comment(line)
			r.pos, r.skip = r.end, true
		}
	case i >= 0:
		n := len(line) - i
		if r.open {
			n += r.dataEnd - r.dataStart + len("\n")
		}
		if r.tooLong(n) {
			r.add(r.pos+space+i, r.end)
			return ErrTooLong
		}
	case !isOpen(line):
		r.pos, r.skip = r.end, true
	}
	err := r.fill()
	if err == nil {
		return nil
	}
	if at := r.pos + r.indent(r.buf[r.pos:r.end]); !r.skip && at < r.end {
		line := r.buf[at:r.end]
		name := string(bytes.TrimSpace(line))
		r.half = name != "" && (strings.HasPrefix("data:", name) || r.Loose && strings.HasPrefix("error:", name))
		if i := r.valueIndex(line); i >= 0 {
			r.add(at+i, r.end)
		}
	}
	return err
}

// dataIndex returns where the value of a data line begins that is one for certain, since its colon has arrived; -1 if it
// is not.
func (r *Reader) dataIndex(line []byte) int {
	i := fieldIndex(line, "data")
	if i < 0 && r.Loose {
		i = fieldIndex(line, "error")
	}
	if i >= 0 && i == len(line) && line[i-1] != ':' {
		return -1
	}
	return i
}

// fill reads at least one byte, and as many as it takes to know whether the stream starts with a byte order mark.
func (r *Reader) fill() error {
	for {
		if err := r.read(); err != nil {
			return err
		}
		r.swallowLF()
		if r.begun {
			return nil
		}
		head := r.buf[r.pos:r.end]
		if len(head) < len(bom) && bytes.HasPrefix(bom, head) {
			continue
		}
		r.begun = true
		if bytes.HasPrefix(head, bom) {
			r.pos += len(bom)
		}
		return nil
	}
}

func (r *Reader) read() error {
	if r.srcErr != nil {
		return r.srcErr
	}
	r.makeRoom()
	for range maxIdle {
		room := r.buf[r.end:]
		n, err := r.src.Read(room)
		if n < 0 || n > len(room) {
			return errInvalidCount
		}
		r.end += n
		r.full = n == len(room)
		r.srcErr = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// makeRoom moves what is held to the start of the buffer, after making the buffer larger or smaller if need be.
// Moving is cheap: the data of an event moves once, and of the unread bytes at most those of the last read move.
func (r *Reader) makeRoom() {
	data := 0
	if r.open {
		data = r.dataEnd - r.dataStart
	}
	size, held := len(r.buf), data+r.end-r.pos
	r.calm++
	switch {
	case size == 0:
		size = firstBuf
	case r.full && size < minBuf:
		size = minBuf
	case size-held < min(size/4, minBuf):
		size *= 2
		r.calm = 0
	case size > keepBuf && held <= size/8, size > minBuf && held <= minBuf/2 && r.calm > calmReads:
		size = minBuf
		for size < 2*held {
			size *= 2
		}
	}
	to, old := r.buf, []byte(nil)
	switch {
	case size > len(to) && size <= cap(to):
		to = to[:size]
	case size != len(to):
		to, old = borrow(size), r.buf
	case r.pos == data:
		return // all in place
	}
	if r.open {
		copy(to, r.buf[r.dataStart:r.dataEnd])
		r.dataStart, r.dataEnd = 0, data
	}
	copy(to[data:], r.buf[r.pos:r.end])
	giveBack(old)
	r.buf, r.pos, r.end = to, data, held
	r.lf, r.cr = held, held // the reader reads on only when it has seen that no line end is left
}

// stop makes err the end of the stream and lets go of everything but the unfinished event.
func (r *Reader) stop(err error) {
	r.err, r.failed = err, r.failure
	if r.open {
		n := r.dataEnd - r.dataStart
		if r.tooLong(n) {
			n = r.MaxEvent
		}
		r.pending = r.buf[r.dataStart : r.dataStart+n : r.dataStart+n]
	} else {
		giveBack(r.buf)
	}
	r.src, r.buf, r.open = nil, nil, false
	r.pos, r.end = 0, 0
}
