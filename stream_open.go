package openrouter

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"strings"
)

// openStream makes a stream from a response with a success status. It waits for
// the first event. If that fails, it returns the error. The connection does not
// outlive a failure, not even a panic of a function that [WithOnComment] set.
func (c *config) openStream(conn *connection, call *CallInfo) (s *Stream, err error) {
	defer func() {
		if s == nil {
			conn.abort(ErrStreamClosed)
		}
	}()
	conn.idle, conn.content, conn.nextContent = c.idle, c.firstContent, c.nextContent
	media, _, _ := mime.ParseMediaType(call.Header.Get("Content-Type"))
	head, events, err := peekText(conn, media)
	if err != nil && err != io.EOF {
		return nil, newStream(c, conn, call).broken(err)
	}
	if !events {
		return c.openWhole(conn, call, head)
	}
	conn.body = readCloser{io.MultiReader(strings.NewReader(head), conn.body), conn.body}
	opened := newStream(c, conn, call)
	opened.next, opened.end = opened.read()
	if opened.end != nil {
		return nil, opened.end
	}
	return opened, nil
}

// opensEvents reports whether text starts like an event stream, and whether it is
// long enough to tell. The Content-Type alone is not reliable: proxies send HTML,
// and servers send JSON, under any type.
func opensEvents(head []byte, media string) (events, known bool) {
	if len(head) == 0 {
		return false, false
	}
	if head[0] == '{' || head[0] == '<' {
		return false, true
	}
	if media == "text/event-stream" || head[0] == ':' { // a comment
		return true, true
	}
	known = true
	for _, field := range []string{"data:", "event:", "id:", "retry:", "error:"} {
		if bytes.HasPrefix(head, []byte(field)) {
			return true, true
		}
		known = known && !strings.HasPrefix(field, string(head))
	}
	return false, known
}

const byteOrderMark = "\xEF\xBB\xBF"

// peekText reads the body up to the bytes that tell whether it is an event stream,
// however they are divided into packets. It drops a byte order mark and white space.
func peekText(r io.Reader, media string) (head string, events bool, err error) {
	buf, text := make([]byte, 512), []byte(nil)
	marked := true // the text may still begin with a byte order mark
	for err == nil {
		var n int
		n, err = r.Read(buf)
		text = append(text, buf[:n]...)
		if marked && err == nil && len(text) < len(byteOrderMark) && strings.HasPrefix(byteOrderMark, string(text)) {
			continue
		}
		if marked {
			text, marked = bytes.TrimPrefix(text, []byte(byteOrderMark)), false
		}
		text = append(text[:0], bytes.TrimLeft(text, " \t\r\n")...)
		if is, known := opensEvents(text, media); known {
			return string(text), is, nil
		}
	}
	return string(text), false, err
}

type readCloser struct {
	io.Reader
	io.Closer
}

// openWhole makes a stream of one chunk from an answer that came in one piece.
func (c *config) openWhole(conn *connection, call *CallInfo, head string) (*Stream, error) {
	rest, err := io.ReadAll(io.LimitReader(conn, c.maxBody))
	data := append([]byte(head), rest...)
	s := newStream(c, conn, call)
	defer conn.abort(ErrStreamClosed)
	if err != nil {
		return nil, c.broken(conn.ctx, fmt.Errorf("answer cut short: %w", err), data, call)
	}
	if int64(len(data)) > c.maxBody {
		return nil, &ConnectionError{Err: ErrTooLarge, Body: data, call: call}
	}
	res, err := c.completion(call, data)
	if err != nil {
		return nil, err
	}
	s.whole, s.next, s.end = res, res.chunk(), io.EOF
	return s, nil
}
