package openrouter

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/openrouter-go/openrouter/internal/wire"
)

const (
	maxErrorBody = 1 << 20         // the number of bytes that are read of the body of a failure
	errorBodyFor = 5 * time.Second // the time for which they are read
)

// outgoing is a request to the service.
type outgoing struct {
	method, path string
	url          string    // the whole address; replaces the base URL and path
	body         wire.Body // zero for no body
	contentType  string    // of the body, if it is not JSON
	accept       string    // if it is neither JSON nor, for a stream, an event stream
	upload       io.Reader // a body of unknown size, which is sent once; in place of body
	stream       bool
	managed      bool // only management keys may send it
	bulk         bool // the body of the request or of the answer may take longer than any limit
}

// send sends every request of the library. The response that it returns has a
// success status. The caller must close its body. cancel ends ctx.
func (c *config) send(ctx context.Context, cancel context.CancelCauseFunc, out outgoing, call *CallInfo) (*http.Response, error) {
	once := &sendOnce{cancel: cancel}
	req, err := out.request(once.watch(ctx), cmp.Or(out.url, c.baseURL+out.path))
	if err != nil {
		return nil, fmt.Errorf("openrouter: %w", err)
	}
	if out.upload == nil {
		once.body, req.GetBody = req.GetBody, once.bodyAgain
	}
	client, accept := c.httpClient, "application/json"
	if out.stream || out.bulk {
		client = c.streamClient
	}
	if out.stream {
		accept = "text/event-stream"
	}
	// One list for the values, because Set would allocate one for each.
	values := [...]string{"Bearer " + c.key, cmp.Or(out.accept, accept), cmp.Or(out.contentType, "application/json")}
	req.Header = c.header.Clone()
	req.Header["Authorization"], req.Header["Accept"] = values[0:1:1], values[1:2:2]
	if !out.body.IsNil() || out.upload != nil {
		req.Header["Content-Type"] = values[2:3:3]
	}
	var res *http.Response
	if err = ctx.Err(); err == nil {
		once.given = true
		res, err = client.Do(req)
	}
	if err != nil {
		e := c.broken(ctx, fmt.Errorf("sending the request: %w", unwrapURL(err)), nil, call)
		if e.unsent = once.unsent(err); e.unsent {
			call.Attempts--
		}
		return nil, e
	}
	if to, ok := res.Header[hiddenLocation]; ok {
		res.Header["Location"] = to
		delete(res.Header, hiddenLocation)
	}
	call.answered(res, c.secrets)
	if res.StatusCode >= 200 && res.StatusCode <= 299 {
		return res, nil
	}
	conn := newConnection(ctx, cancel, res.Body)
	defer conn.abort(ErrStreamClosed)
	var body []byte
	if res.StatusCode != http.StatusSwitchingProtocols { // its body is the connection, and reading that might never end
		defer conn.limit(errorBodyFor, maxErrorBody)()
		body, _ = io.ReadAll(conn) // a report that was cut off is still useful
	}
	return nil, c.errorFromBody(call, body)
}

// sendOnce keeps net/http from sending a request a second time. net/http does that
// by itself if the peer resets the stream or goes away, without a limit in some
// cases, and nobody could count or bill such a request. A request that was not
// written may move to another connection.
type sendOnce struct {
	trace  httptrace.ClientTrace
	cancel context.CancelCauseFunc
	body   func() (io.ReadCloser, error)

	given    bool        // to the http.Client
	traced   atomic.Bool // the transport calls the trace
	attached atomic.Bool // there was a connection
	state    atomic.Int32
}

// The states of a request. A RoundTripper of the caller may repeat one that was
// answered: that is its own decision.
const (
	isUnwritten = iota
	isWritten
	isAnswered
)

// errGivenUp is why an attempt ends when its connection gives the request up.
var errGivenUp error = &streamEnd{"the connection gave the request up before it was answered", nil}

// watch returns the context for the request. Its trace is called in addition to
// the one that ctx may have.
func (s *sendOnce) watch(ctx context.Context) context.Context {
	s.trace.GetConn = func(string) { s.traced.Store(true) }
	s.trace.GotConn = func(httptrace.GotConnInfo) {
		s.attached.Store(true)
		if s.state.Load() == isWritten {
			s.cancel(ownEnd{errGivenUp})
			return
		}
		s.state.Store(isUnwritten)
	}
	s.trace.WroteHeaders = func() {
		s.state.CompareAndSwap(isUnwritten, isWritten) // over HTTP/2 the answer may be faster than this call
	}
	s.trace.GotFirstResponseByte = func() { s.state.Store(isAnswered) }
	s.trace.Got1xxResponse = func(int, textproto.MIMEHeader) error { // which is no answer
		s.state.Store(isWritten)
		return nil
	}
	return httptrace.WithClientTrace(ctx, &s.trace)
}

// bodyAgain is the GetBody of the request.
func (s *sendOnce) bodyAgain() (io.ReadCloser, error) {
	if s.state.Load() == isWritten {
		s.cancel(ownEnd{errGivenUp})
		return nil, errGivenUp
	}
	return s.body()
}

// unsent reports whether certainly no part of the request was sent, given the
// error that ended it.
func (s *sendOnce) unsent(err error) bool {
	if s.traced.Load() {
		return !s.attached.Load()
	}
	e, ok := errors.AsType[*net.OpError](err)
	return !s.given || ok && e.Op == "dial"
}

// request returns the HTTP request. net/http can read its body more than once, unless it is an upload.
func (out *outgoing) request(ctx context.Context, url string) (*http.Request, error) {
	if out.upload != nil {
		return http.NewRequestWithContext(ctx, out.method, url, out.upload)
	}
	body := out.body.Reader()
	req, err := http.NewRequestWithContext(ctx, out.method, url, body)
	if _, known := body.(*bytes.Reader); err == nil && !known {
		whole := out.body // out itself stays on the stack
		req.ContentLength = whole.Len()
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(whole.Reader()), nil }
	}
	return req, err
}

// open sends a request whose answer is read bit by bit, for as long as it comes. The time limit of
// an attempt ends with stop. The caller must close the connection.
func (c *config) open(ctx context.Context, out outgoing, call *CallInfo) (conn *connection, stop func() bool, err error) {
	ctx, cancel, stop := timed(ctx, c.timeout, c.httpClient.Timeout)
	res, err := c.send(ctx, cancel, out, call)
	if err != nil {
		stop()
		cancel(nil)
		return nil, nil, err
	}
	return newConnection(ctx, cancel, res.Body), stop, nil
}

// exchange sends a request and reads the whole answer into a buffer, within the
// limits for time and size.
func (c *config) exchange(ctx context.Context, out outgoing, call *CallInfo, into *bytes.Buffer) ([]byte, error) {
	ctx, cancel, stop := timed(ctx, c.timeout, 0)
	defer cancel(nil)
	defer stop()
	res, err := c.send(ctx, cancel, out, call)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	err = readUpTo(c.maxBody, res, into)
	data := into.Bytes()
	if err != nil {
		return nil, c.broken(ctx, fmt.Errorf("answer cut short: %w", err), data, call)
	}
	if int64(len(data)) > c.maxBody {
		return nil, &ConnectionError{Err: ErrTooLarge, Body: bytes.Clone(data[:c.maxBody]), call: call}
	}
	return data, nil
}

// firstRead is how much of a body must have come before its Content-Length is
// believed.
const firstRead = 1 << 20

// readUpTo reads a body. If it is longer than most, one byte more is read.
func readUpTo(most int64, res *http.Response, into *bytes.Buffer) error {
	body := io.LimitReader(res.Body, most+1)
	if res.ContentLength > firstRead {
		if n, err := into.ReadFrom(io.LimitReader(body, firstRead)); err != nil || n < firstRead {
			return err
		}
		into.Grow(int(min(res.ContentLength, most, defaultMaxSize)) - firstRead + bytes.MinRead)
	}
	_, err := into.ReadFrom(body)
	return err
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
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// broken returns the error for an exchange that ended before the answer was
// complete.
func (c *config) broken(ctx context.Context, err error, body []byte, call *CallInfo) *ConnectionError {
	switch why := endedBy(ctx); {
	case why != nil:
		err = why
	case isPatience(err):
		err = fmt.Errorf("%w: %w", ErrAttemptTimeout, ofNetwork{err})
	default:
		err = ofNetwork{err}
	}
	return &ConnectionError{Err: err, Body: bytes.Clone(body), call: call}
}

// isPatience reports whether a time limit of the caller's http.Client or transport
// ended an attempt. While there is no connection, only the limit for the whole
// attempt counts: it is the one that comes without the error of a dial or a
// handshake.
func isPatience(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	if !ok || !e.Timeout() || errors.Is(err, syscall.ETIMEDOUT) {
		return false
	}
	op, ok := errors.AsType[*net.OpError](err)
	return !(ok && op.Op != "read" && op.Op != "write") && !strings.Contains(err.Error(), "TLS handshake timeout")
}

// ofNetwork is an error of the network. It never matches the errors of a context,
// as timeouts of net and net/http do: no context of the caller has ended.
type ofNetwork struct{ error }

func (e ofNetwork) Is(target error) bool {
	return target != context.DeadlineExceeded && target != context.Canceled && errors.Is(e.error, target)
}

func (e ofNetwork) As(target any) bool { return errors.As(e.error, target) }

// isPermanent reports whether a connection would fail the next time, too: the
// certificate is not trusted, or the server does not speak TLS.
func isPermanent(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok || errors.Is(err, http.ErrSchemeMismatch)
}

// contextError returns the error of ctx, with its cause if it has one. A cause that
// is an error of another call, as with errgroup, is only quoted: nothing of it may
// look like this call's own.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	switch cause := context.Cause(ctx); {
	case cause == nil || errors.Is(cause, err):
		return err
	case isOurs(cause):
		return fmt.Errorf("%w: %s", err, oneLine(cause.Error()))
	default:
		return fmt.Errorf("%w: %w", err, cause)
	}
}

// isOurs reports whether err is, or wraps, an error of this library.
func isOurs(err error) bool {
	switch err.(type) {
	case *APIError, *ConnectionError, *StreamError, *DecodeError, *ValidationError, *BatchError, *BatchUnknownError, *streamEnd, ownEnd, ErrorType:
		return true
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return err.Unwrap() != nil && isOurs(err.Unwrap())
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(err.Unwrap(), isOurs)
	}
	return false
}

// timed returns a context that ends with [ErrAttemptTimeout] after the shorter of
// two durations. 0 means no limit. stop removes the limit.
func timed(ctx context.Context, d, also time.Duration) (_ context.Context, cancel context.CancelCauseFunc, stop func() bool) {
	ctx, cancel = context.WithCancelCause(ctx)
	if d = shorter(d, also); d == 0 {
		return ctx, cancel, func() bool { return true }
	}
	return ctx, cancel, time.AfterFunc(d, func() { cancel(ownEnd{ErrAttemptTimeout}) }).Stop
}

// shorter returns the shorter of a limit, for which 0 means none, and the Timeout of an http.Client, for
// which negative numbers mean none, too.
func shorter(d, ofClient time.Duration) time.Duration {
	if ofClient > 0 && (d == 0 || ofClient < d) {
		return ofClient
	}
	return d
}

// noRedirects hides the address of a redirect from http.Client. The client would
// otherwise send the key there, or fail if the address is invalid.
type noRedirects struct{ http.RoundTripper }

// hiddenLocation is not canonical, so that no header of a response has this name.
const hiddenLocation = "location of the redirect"

func (t noRedirects) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(req)
	if err == nil && res == nil {
		return nil, errors.New("the RoundTripper returned neither a response nor an error")
	}
	if err == nil && res.StatusCode >= 300 && res.StatusCode <= 399 {
		if to, ok := res.Header["Location"]; ok {
			res.Header[hiddenLocation] = to
			delete(res.Header, "Location")
		}
	}
	return res, err
}
