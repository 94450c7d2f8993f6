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
