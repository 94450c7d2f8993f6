package openroutertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/openrouter-go/openrouter"
)

// Transport is a fake OpenRouter without a network: an http.RoundTripper. It starts
// no goroutine and keeps no clock of its own, so that it works with
// testing/synctest, where an hour of waiting takes no time.
//
// The pauses of an answer do not depend on how fast the client reads. It is as if the
// connection could buffer the whole answer.
type Transport struct {
	*fake
}

// transportURL is an address that no one can have.
const transportURL = "https://openrouter.test" + basePath

// NewTransport returns a transport that answers with the replies. A request
// without a matching reply fails the test. If t is nil, such a request is answered
// with the status 500 and a message that says so.
func NewTransport(t testing.TB, replies ...Reply) *Transport {
	return &Transport{newFake(t, replies)}
}

// Client returns a client that uses this transport. The transport sets the base
// URL, a key and no retries, so that one reply answers one request. The given
// options are applied after these.
func (t *Transport) Client(opts ...openrouter.Option) *openrouter.Client {
	own := append(t.clientOptions(transportURL), openrouter.WithHTTPClient(&http.Client{Transport: t}))
	return openrouter.NewClient(append(own, opts...)...)
}

// RoundTrip answers a request. It implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, context.Cause(r.Context())
	}
	a := t.handle(r)
	b := &body{ctx: r.Context(), closed: make(chan struct{}), due: time.Now(), play: a.body}
	if err := b.wait(a.latency); err != nil {
		return nil, err
	}
	if a.reset {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	if a.header.Get("Date") == "" {
		a.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        a.header,
		ContentLength: -1,
		Body:          b,
		Request:       r,
	}, nil
}

// body is an answer on its way.
type body struct {
	ctx       context.Context
	closed    chan struct{}
	closeOnce sync.Once

	play player
	due  time.Time // when the next piece is there, before its own wait
	rest []byte    // of a piece that is there
	err  error     // behind rest
}

var errBodyClosed = errors.New("openroutertest: read on closed response body")

// Read waits for the next piece.
func (b *body) Read(p []byte) (int, error) {
	if err := b.ended(); err != nil {
		return 0, err
	}
	for len(b.rest) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		piece, wait, end := b.play.next()
		if err := b.wait(wait); err != nil {
			b.err = err
			return 0, err
		}
		b.rest = piece
		switch end {
		case endBody:
			b.err = io.EOF
		case cutBody:
			b.err = io.ErrUnexpectedEOF
		}
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// Close ends a read under way. It may be called at any time.
func (b *body) Close() error {
	b.closeOnce.Do(func() { close(b.closed) })
	return nil
}

func (b *body) ended() error {
	select {
	case <-b.closed:
		return errBodyClosed
	default:
	}
	if b.ctx.Err() != nil {
		return context.Cause(b.ctx)
	}
	return nil
}

// wait lets d pass since what was waited for last.
func (b *body) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	var passed <-chan time.Time // nil for ever
	if d != Forever {
		b.due = b.due.Add(d)
		left := time.Until(b.due)
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(left)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-passed:
		return nil
	case <-b.closed:
		return errBodyClosed
	case <-b.ctx.Done():
		return context.Cause(b.ctx)
	}
}
