package openrouter

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"mime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
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

// connection is the body of a response with the clocks and limits that end it. It
// does not refer to its stream, so that it can be closed when the stream is
// garbage. The clocks run only during a read. The time that a caller takes between
// chunks does not count.
type connection struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	body   io.ReadCloser
	closed atomic.Bool // body, which must be closed only once
	alone  bool        // body is a source of the caller, not a response
	watch  *watch      // ends with the stream; nil if nobody observes it

	idle        time.Duration // how long a read may wait for any byte; 0 is no limit
	content     time.Duration // how long reads may still wait for content; 0 is no limit, negative means used up
	nextContent time.Duration // the value of content after content has arrived
	clock       *clock

	limited bool
	left    int64 // bytes that may still be read, if limited
}

func newConnection(ctx context.Context, cancel context.CancelCauseFunc, body io.ReadCloser) *connection {
	c := &connection{ctx: ctx, cancel: cancel, body: body}
	c.clock = &clock{ring: c.abort}
	return c
}

// Read reads from the body under the clocks.
func (c *connection) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	if c.limited {
		if c.left <= 0 {
			return 0, io.EOF
		}
		p = p[:min(int64(len(p)), c.left)]
	}
	wait, reason := c.idle, ErrStreamIdle
	if c.content != 0 && (wait == 0 || c.content < wait) {
		wait, reason = c.content, ErrContentTimeout
	}
	if wait < 0 {
		c.abort(reason)
		return 0, reason
	}
	if wait == 0 {
		n, err := c.body.Read(p)
		c.left -= int64(n)
		return n, err
	}
	var start time.Time
	if c.content > 0 {
		start = time.Now()
	}
	c.clock.start(wait, reason)
	n, err := c.body.Read(p)
	c.clock.stop()
	if c.content > 0 {
		// The time of all reads counts until content comes.
		if c.content -= time.Since(start); c.content <= 0 {
			c.content = -1
		}
	}
	c.left -= int64(n)
	return n, err
}

// abort ends the connection for the given reason, and any read in progress. Only
// the first reason counts.
func (c *connection) abort(reason error) {
	c.cancel(ownEnd{reason}) // must come first: closing a body may wait for the read in progress
	c.clock.end()
	c.close()
}

func (c *connection) close() {
	if !c.closed.Swap(true) {
		c.body.Close()
	}
}

// abandon is abort for a stream that is garbage.
func (c *connection) abandon() {
	c.cancel(ownEnd{ErrStreamClosed})
	c.clock.abandon()
	c.close()
	c.watch.forgotten() // which must not ask the context either
}

// why returns the reason why the client or the caller ended the connection, or
// nil.
func (c *connection) why() error { return endedBy(c.ctx) }

// ownEnd is the cause with which this library ends its own contexts. It tells them
// from a context that the caller ended, perhaps with an error of another call.
type ownEnd struct{ error }

func (e ownEnd) Unwrap() error { return e.error }

// endedBy returns why a context of this library ended: one of the library's own
// reasons, or the error of the caller's context. It returns nil if the context has
// not ended.
func endedBy(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	if own, ok := context.Cause(ctx).(ownEnd); ok {
		return own.error
	}
	return contextError(ctx)
}

// limit ends the body after d, or after n more bytes. stop removes the time limit.
func (c *connection) limit(d time.Duration, n int64) (stop func() bool) {
	c.limited, c.left = true, n
	return time.AfterFunc(d, func() { c.abort(ErrStreamClosed) }).Stop
}

const (
	drainFor   = 250 * time.Millisecond
	drainBytes = 64 << 10
)

// finish closes the body after a complete answer. The few bytes that follow are read
// before, so that the connection can be used again. A source that the caller gave
// has no such bytes, and may wait for ever.
func (c *connection) finish() {
	if c.alone {
		c.abort(ErrStreamClosed)
		return
	}
	defer c.limit(drainFor, drainBytes)()
	_, _ = io.Copy(io.Discard, c) // an error here only means that the connection is not reused
	c.abort(ErrStreamClosed)
}

// clock limits many waits, one after another. Setting and stopping a timer for
// each wait would cost more than decoding most chunks. This timer runs on: when it
// rings, it looks at the current wait, and is set again to the time that is left.
type clock struct {
	ring func(reason error) // called when a wait is too long, at most once for each wait

	mu     sync.Mutex
	timer  *time.Timer
	epoch  time.Time     // the start of the durations below
	rings  time.Duration // when the timer rings; 0 if it does not run
	due    time.Duration // when the current wait is too long; 0 if there is none
	reason error         // passed to ring
	ended  bool
}

// start begins a wait of at most d.
func (c *clock) start(d time.Duration, reason error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	if c.timer == nil {
		c.epoch = time.Now()
		c.timer = time.AfterFunc(d, c.look)
		c.rings = d
	}
	now := time.Since(c.epoch)
	c.due, c.reason = now+min(d, math.MaxInt64-now), reason
	if c.rings == 0 || c.due < c.rings {
		c.rings = c.due
		c.timer.Reset(d)
	}
}

// stop ends the current wait.
func (c *clock) stop() {
	c.mu.Lock()
	c.due = 0
	c.mu.Unlock()
}

// look runs when the timer rings.
func (c *clock) look() {
	c.mu.Lock()
	left := c.due - time.Since(c.epoch)
	c.rings = 0
	if c.due != 0 && left > 0 {
		c.rings = c.due
		c.timer.Reset(left)
	}
	tooLong, ring, reason := c.due != 0 && left <= 0, c.ring, c.reason
	c.mu.Unlock()
	if tooLong {
		ring(reason)
	}
}

// end stops the timer. Waits that start later have no limit.
func (c *clock) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due, c.ended = 0, true
	if c.timer != nil {
		c.timer.Stop()
	}
}

// abandon is end for a cleanup, which must not touch the timer because it runs
// outside of every testing/synctest bubble. The timer rings once more. Until then
// it keeps nothing alive.
func (c *clock) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due, c.ended, c.ring = 0, true, nil
}
