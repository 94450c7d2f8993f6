package sse_test

import (
	"errors"
	"io"
	"strings"

	"github.com/openrouter-go/openrouter/internal/sse"
)

// result is everything a stream has to say.
type result struct {
	events, comments []string
	pending          *string // nil if none
	err              error
}

// naive is the algorithm of the standard on the whole input at once. limit 0 means none.
func naive(in string, limit int) (res result) {
	in = strings.TrimPrefix(in, "\xEF\xBB\xBF")
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(in, "\r\n", "\n"), "\r", "\n"), "\n")
	res.err = io.EOF
	var data []string
	for i, line := range lines {
		complete := i < len(lines)-1
		name, value, colon := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && complete && data != nil:
			res.events = append(res.events, strings.Join(data, "\n"))
			data = nil
		case name == "" && colon:
			if complete || len(value) > 64<<10 {
				res.comments = append(res.comments, value[:min(len(value), 64<<10)])
			}
		case name == "data":
			data = append(data, value)
		}
		text := strings.Join(data, "\n")
		tooLong := limit > 0 && len(text) > limit
		if tooLong {
			text = text[:limit]
		}
		if res.pending = nil; data != nil {
			res.pending = &text
		}
		if tooLong && (complete || colon) { // an unfinished name may yet become another one
			res.err = sse.ErrTooLong
			break
		}
	}
	return res
}

// readAll takes src apart with a Reader.
func readAll(src io.Reader, limit int) (res result) {
	r := sse.NewReader(src)
	r.MaxEvent = limit
	r.OnComment = func(text string) { res.comments = append(res.comments, text) }
	for {
		data, err := r.Next()
		if err != nil {
			res.err = err
			break
		}
		res.events = append(res.events, string(data))
	}
	if data := r.Pending(); data != nil {
		res.pending = new(string(data))
	}
	return res
}

// pieces is a source that returns one piece a read; an empty piece is a read of (0, nil).
// The error comes after the last piece, or beside it if early is set.
type pieces struct {
	list  []string
	err   error
	early bool
	reads int // bytes delivered
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.list) == 0 {
		return 0, p.err
	}
	n := copy(b, p.list[0])
	p.reads += n
	p.list[0] = p.list[0][n:]
	if p.list[0] == "" {
		p.list = p.list[1:]
	}
	if p.early && len(p.list) == 0 {
		return n, p.err
	}
	return n, nil
}

func bytewise(in string) *pieces {
	return &pieces{list: strings.Split(in, ""), err: io.EOF}
}

// repeat is a source of prefix, then unit over and over, size bytes in all, then err.
type repeat struct {
	prefix, unit string
	size         int
	at           int
	err          error
}

func (s *repeat) Read(b []byte) (int, error) {
	if s.at >= s.size {
		return 0, s.err
	}
	b = b[:min(len(b), s.size-s.at)]
	n := 0
	for n < len(b) {
		var m int
		if s.at < len(s.prefix) {
			m = copy(b[n:], s.prefix[s.at:])
		} else {
			m = copy(b[n:], s.unit[(s.at-len(s.prefix))%len(s.unit):])
		}
		n, s.at = n+m, s.at+m
	}
	return n, nil
}

// limited is a source whose reads return at most so many bytes.
type limited struct {
	src     io.Reader
	most    int
	largest int // the largest room a read was offered
}

func (l *limited) Read(b []byte) (int, error) {
	l.largest = max(l.largest, len(b))
	return l.src.Read(b[:min(len(b), l.most)])
}

var errCut = errors.New("connection cut")
