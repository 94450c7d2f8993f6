package openrouter

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// maxErrorBody is how much of a failure's body is read.
const maxErrorBody = 1 << 20

// outgoing is a request to the service.
type outgoing struct {
	method, path string
	url          string // the whole address, in place of the base URL and path
	body         []byte // nil for none
	stream       bool
}

// send is the one place that talks to the service. The response it returns has
// a status of success; its body is the caller's to close.
func (c *config) send(ctx context.Context, out outgoing, call *CallInfo) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, out.method, cmp.Or(out.url, c.baseURL+out.path), bytes.NewReader(out.body))
	if err != nil {
		return nil, fmt.Errorf("openrouter: %w", err)
	}
	req.Header = c.header.Clone()
	req.Header.Set("Authorization", "Bearer "+c.key)
	if out.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	client, accept := c.httpClient, "application/json"
	if out.stream {
		client, accept = c.streamClient, "text/event-stream"
	}
	req.Header.Set("Accept", accept)
	res, err := client.Do(req)
	if err != nil {
		return nil, c.broken(ctx, fmt.Errorf("sending the request: %w", unwrapURL(err)), nil, call)
	}
	if to, ok := res.Header[hiddenLocation]; ok {
		res.Header["Location"] = to
		delete(res.Header, hiddenLocation)
	}
	call.answered(res, c.secrets)
	if res.StatusCode >= 200 && res.StatusCode <= 299 {
		return res, nil
	}
	defer res.Body.Close()
	var body []byte
	if res.StatusCode != http.StatusSwitchingProtocols { // whose body is the connection, which nothing would end
		body, _ = io.ReadAll(io.LimitReader(res.Body, maxErrorBody)) // a report cut short is still the report
	}
	return nil, errorFromBody(call, scrub(body, c.secrets))
}

// exchange sends a request and reads the whole answer into a buffer, within the time and size
// that are allowed for it.
func (c *config) exchange(ctx context.Context, out outgoing, call *CallInfo, into *bytes.Buffer) ([]byte, error) {
	ctx, cancel, stop := timed(ctx, c.timeout, 0)
	defer cancel(nil)
	defer stop()
	res, err := c.send(ctx, out, call)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	_, err = into.ReadFrom(io.LimitReader(res.Body, c.maxBody+1))
	data := into.Bytes()
	if err != nil {
		return nil, c.broken(ctx, fmt.Errorf("answer cut short: %w", err), data, call)
	}
	if int64(len(data)) > c.maxBody {
		return nil, &ConnectionError{Err: ErrTooLarge, Body: scrub(data[:c.maxBody], c.secrets), call: call}
	}
	return data, nil
}

// bodies holds buffers of answers that were decoded: what is decoded shares no
// memory with them.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxBodyKept is the largest buffer that is kept for the next answer.
const maxBodyKept = 1 << 20

func giveBack(body *bytes.Buffer) {
	if body.Cap() <= maxBodyKept {
		body.Reset()
		bodies.Put(body)
	}
}

// unwrapURL takes the method and address away from a client's error.
func unwrapURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok && !e.Timeout() {
		return e.Err
	}
	return err
}

// broken is the error of an exchange that ended before its answer did.
func (c *config) broken(ctx context.Context, err error, body []byte, call *CallInfo) *ConnectionError {
	if why := endedBy(ctx); why != nil {
		err = why
	} else if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() && !neverConnected(err) {
		err = fmt.Errorf("%w: %w", ErrAttemptTimeout, c.clean(err))
	} else {
		err = c.clean(err)
	}
	return &ConnectionError{Err: err, Body: scrub(body, c.secrets), call: call}
}

// neverConnected reports whether there was no connection to send anything on.
func neverConnected(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

// clean is err, or its text without the secrets if it holds any.
func (c *config) clean(err error) error {
	if text := string(scrub([]byte(err.Error()), c.secrets)); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// contextError is why ctx ended, with its cause where it has one.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, err) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

// timed returns a context that ends after d, if that is not 0, with
// [ErrAttemptTimeout]; stop takes the bound back.
func timed(ctx context.Context, d, also time.Duration) (_ context.Context, cancel context.CancelCauseFunc, stop func() bool) {
	ctx, cancel = context.WithCancelCause(ctx)
	if d == 0 || also > 0 && also < d {
		d = also
	}
	if d == 0 {
		return ctx, cancel, func() bool { return true }
	}
	return ctx, cancel, time.AfterFunc(d, func() { cancel(ErrAttemptTimeout) }).Stop
}

// noRedirects hides where a redirect leads from http.Client, which would go
// there with the key, and fails where the address is none.
type noRedirects struct{ http.RoundTripper }

// hiddenLocation is a name that no header on the wire has: this one is not canonical.
const hiddenLocation = "location of the redirect"

func (t noRedirects) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(req)
	if err == nil && res.StatusCode >= 300 && res.StatusCode <= 399 {
		if to, ok := res.Header["Location"]; ok {
			res.Header[hiddenLocation] = to
			delete(res.Header, "Location")
		}
	}
	return res, err
}

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

// clock bounds how long something may wait, again and again. A timer that is
// set and stopped for every wait costs more than most chunks do. This one runs
// on: when it rings, it looks at the wait under way, and goes on for what is
// left of it.
type clock struct {
	ring func(reason error) // called when a wait was too long, at most once for each

	mu     sync.Mutex
	timer  *time.Timer
	epoch  time.Time     // what the durations below count from
	rings  time.Duration // when the timer will, 0 if it does not run
	due    time.Duration // when the wait under way is too long, 0 if none is under way
	reason error         // why it is bounded
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
	c.due, c.reason = time.Since(c.epoch)+d, reason
	if c.rings == 0 || c.due < c.rings {
		c.rings = c.due
		c.timer.Reset(d)
	}
}

// stop ends the wait under way.
func (c *clock) stop() {
	c.mu.Lock()
	c.due = 0
	c.mu.Unlock()
}

// look is what the timer does.
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

// end lets the timer go. What is started after it is not bounded.
func (c *clock) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due, c.ended = 0, true
	if c.timer != nil {
		c.timer.Stop()
	}
}

// abandon is end for a caller that may not touch the timer, such as a cleanup,
// which is outside of every testing/synctest bubble: the timer rings once more,
// and holds nothing until then.
func (c *clock) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due, c.ended, c.ring = 0, true, nil
}
