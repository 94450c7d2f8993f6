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

	"github.com/openrouter-go/openrouter/internal/wire"
)

// maxErrorBody is the number of bytes that are read of the body of a failure.
const maxErrorBody = 1 << 20

// outgoing is a request to the service.
type outgoing struct {
	method, path string
	url          string    // the whole address; replaces the base URL and path
	body         wire.Body // zero for no body
	stream       bool
}

// send sends every request of the library. The response that it returns has a
// success status. The caller must close its body.
func (c *config) send(ctx context.Context, out outgoing, call *CallInfo) (*http.Response, error) {
	req, err := out.request(ctx, cmp.Or(out.url, c.baseURL+out.path))
	if err != nil {
		return nil, fmt.Errorf("openrouter: %w", err)
	}
	req.Header = c.header.Clone()
	req.Header.Set("Authorization", "Bearer "+c.key)
	if !out.body.IsNil() {
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
	if res.StatusCode != http.StatusSwitchingProtocols { // its body is the connection, and reading that might never end
		body, _ = io.ReadAll(io.LimitReader(res.Body, maxErrorBody)) // a report that was cut off is still useful
	}
	return nil, errorFromBody(call, scrub(body, c.secrets))
}

// request returns the HTTP request, whose body net/http can read more than once.
func (out *outgoing) request(ctx context.Context, url string) (*http.Request, error) {
	body := out.body.Reader()
	req, err := http.NewRequestWithContext(ctx, out.method, url, body)
	if _, known := body.(*bytes.Reader); err == nil && !known {
		whole := out.body // out itself stays on the stack
		req.ContentLength = whole.Len()
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(whole.Reader()), nil }
	}
	return req, err
}

// exchange sends a request and reads the whole answer into a buffer, within the
// limits for time and size.
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

// bodies holds buffers for reuse after an answer was decoded. Decoded values share
// no memory with them.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxBodyKept is the largest buffer that is kept for the next answer.
const maxBodyKept = 1 << 20

func giveBack(body *bytes.Buffer) {
	if body.Cap() <= maxBodyKept {
		body.Reset()
		bodies.Put(body)
	}
}

// unwrapURL removes the method and address from an error of an http.Client.
func unwrapURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok && !e.Timeout() {
		return e.Err
	}
	return err
}

// broken returns the error for an exchange that ended before the answer was
// complete.
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

// neverConnected reports whether the connection was never made.
func neverConnected(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

// clean returns err. If its text contains secrets, clean returns an error with
// the text without them.
func (c *config) clean(err error) error {
	if text := string(scrub([]byte(err.Error()), c.secrets)); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// contextError returns the error of ctx, with its cause if it has one.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, err) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

// timed returns a context that ends with [ErrAttemptTimeout] after the shorter of
// two durations. 0 means no limit. stop removes the limit.
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

// noRedirects hides the address of a redirect from http.Client. The client would
// otherwise send the key there, or fail if the address is invalid.
type noRedirects struct{ http.RoundTripper }

// hiddenLocation is not canonical, so that no header of a response has this name.
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

// connection is the body of a response with the clocks and limits that end it. It
// does not refer to its stream, so that it can be closed when the stream is
// garbage. The clocks run only during a read. The time that a caller takes between
// chunks does not count.
type connection struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	body   io.ReadCloser

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
	c.cancel(reason) // must come first: closing a body may wait for the read in progress
	c.clock.end()
	c.body.Close()
}

// abandon is abort for a stream that is garbage.
func (c *connection) abandon() {
	c.cancel(ErrStreamClosed)
	c.clock.abandon()
	c.body.Close()
}

// why returns the reason why the client or the caller ended the connection, or
// nil.
func (c *connection) why() error { return endedBy(c.ctx) }

// endedBy returns why a context of this library ended: one of the library's own
// reasons, or the error of the caller's context. It returns nil if the context has
// not ended.
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

// limit ends the body after d, or after n more bytes. stop removes the time limit.
func (c *connection) limit(d time.Duration, n int64) (stop func() bool) {
	c.limited, c.left = true, n
	return time.AfterFunc(d, func() { c.abort(ErrStreamClosed) }).Stop
}

const (
	drainFor   = 250 * time.Millisecond
	drainBytes = 64 << 10
)

// drain reads the few bytes that follow a complete answer, so that the connection
// can be reused, and closes the body.
func (c *connection) drain() {
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
	c.due, c.reason = time.Since(c.epoch)+d, reason
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
