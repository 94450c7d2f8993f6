package openrouter

import (
	"context"
	"errors"
	"io"
	"time"
)

// connection is the body of a response with the clocks and limits that end it.
// It does not know its stream, so that it can be closed when that is garbage.
// The clocks run while it waits in a read, and only then: the time a caller
// takes between chunks is the caller's.
type connection struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	body   io.ReadCloser

	idle        time.Duration // how long a read may wait for any byte; 0 for ever
	content     time.Duration // how long reads may still wait for content; 0 for ever, less for no longer
	nextContent time.Duration // what that is set to by content
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
		// What is spent stays spent until content comes.
		if c.content -= time.Since(start); c.content <= 0 {
			c.content = -1
		}
	}
	c.left -= int64(n)
	return n, err
}

// abort ends the connection, and a read under way, for the given reason. Only
// the first reason counts.
func (c *connection) abort(reason error) {
	c.cancel(reason) // first: a body under a read may only close once the read has returned
	c.clock.end()
	c.body.Close()
}

// abandon is abort for a stream that was forgotten.
func (c *connection) abandon() {
	c.cancel(ErrStreamClosed)
	c.clock.abandon()
	c.body.Close()
}

// why is the reason for which the connection was ended from this side, nil if
// it was not.
func (c *connection) why() error { return endedBy(c.ctx) }

// endedBy is why a context of this library ended: this side's own reason, or
// the caller's context; nil if it did not.
func endedBy(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	cause := context.Cause(ctx)
	for _, own := range []error{ErrStreamClosed, ErrStreamIdle, ErrContentTimeout, ErrAttemptTimeout} {
		if errors.Is(cause, own) {
			return own
		}
	}
	return contextError(ctx)
}

// limit ends the body after d, or n more bytes; stop takes the time limit back.
func (c *connection) limit(d time.Duration, n int64) (stop func() bool) {
	c.limited, c.left = true, n
	return time.AfterFunc(d, func() { c.abort(ErrStreamClosed) }).Stop
}

const (
	drainFor   = 250 * time.Millisecond
	drainBytes = 64 << 10
)

// drain reads the little that follows a complete answer, so that the connection
// can serve the next request, and closes the body.
func (c *connection) drain() {
	defer c.limit(drainFor, drainBytes)()
	_, _ = io.Copy(io.Discard, c) // the answer is complete: what comes now only decides about reuse
	c.abort(ErrStreamClosed)
}
