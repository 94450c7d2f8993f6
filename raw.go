package openrouter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"math"
	"mime"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/openrouter-go/openrouter/internal/sse"
)

// RawBody is a body that is not JSON, such as a form with files, for [Client.Do] and [Client.DoRaw].
// It is sent again if the call is retried.
type RawBody struct {
	// ContentType is sent as the header of that name, such as multipart/form-data with its boundary.
	ContentType string
	Data        []byte
}

// DoRaw is [Client.Do] for answers that are not JSON, or too large for memory: audio, files, event
// streams. It returns when the header of the answer has arrived. The caller must read the body to
// its end or close it.
//
// The arguments and the errors are those of Do. If the answer has a success status but is a JSON
// error report of at most 64 KiB, the error is an [*APIError]. Until DoRaw returns, the call may be
// retried.
//
// If ctx ends, reading the body fails, too. [WithTimeout] limits the wait for the header. After
// that, [WithStreamIdleTimeout] limits the time without a byte, and [WithMaxStreamSize] the size.
func (c *Client) DoRaw(ctx context.Context, method, path string, in any, opts ...Option) (*RawResponse, error) {
	cfg := c.config().with(opts)
	op := doOperation(cfg, method, path, in)
	op.Stream = true
	return observed(ctx, cfg, op, func(ctx context.Context, cfg *config) (*RawResponse, error) {
		sent, err := cfg.doRequest(method, path, in, nil)
		if err != nil {
			return nil, err
		}
		sent.accept, sent.stream = "*/*", true
		res, err := attempts(ctx, cfg, func(call *CallInfo) (*RawResponse, error) { return cfg.rawOnce(ctx, sent, call) })
		if err == nil {
			res.conn.watch = cfg.watch
		}
		return res, err
	})
}

// maxReport is the size of an answer in which a report of failure is looked for.
const maxReport = 64 << 10

func (c *config) rawOnce(ctx context.Context, out outgoing, call *CallInfo) (*RawResponse, error) {
	conn, stop, err := c.open(ctx, out, call)
	if err != nil {
		return nil, err
	}
	defer stop()
	conn.idle = c.idle
	r := &RawResponse{conn: conn, body: conn, call: call, cfg: func() *config { return c }, room: c.maxStream}
	r.media, _, _ = mime.ParseMediaType(call.Header.Get("Content-Type"))
	if r.media == "application/json" || strings.HasSuffix(r.media, "+json") {
		head, err := io.ReadAll(io.LimitReader(conn, maxReport+1))
		if err != nil {
			conn.abort(ErrStreamClosed)
			return nil, c.broken(conn.ctx, err, head, call)
		}
		if len(head) <= maxReport {
			if e := c.reportedAsSuccess(call, bytes.TrimSpace(head)); e != nil {
				conn.abort(ErrStreamClosed)
				return nil, e
			}
		}
		r.body = io.MultiReader(bytes.NewReader(head), conn)
	}
	// A body that was neither read to its end nor closed is closed by the garbage collector.
	runtime.AddCleanup(r, (*connection).abandon, conn)
	return r, nil
}

// RawResponse is an undecoded answer. It is an io.ReadCloser: read it to its end, or close it. Read
// it in one goroutine; any goroutine may call Close.
type RawResponse struct {
	conn   *connection
	body   io.Reader // conn, behind what was read of it already
	cfg    func() *config
	call   *CallInfo
	media  string
	room   int64 // bytes that may still come
	end    error
	taken  atomic.Bool // Events was called
	closed atomic.Bool // Close was called
}

// Call describes the HTTP exchange. Its Header has the Content-Type of the body.
func (r *RawResponse) Call() CallInfo {
	if r == nil {
		return CallInfo{}
	}
	return r.call.value()
}

// Read reads the body. At the end it returns io.EOF. Every other error is a [*ConnectionError] with
// an empty Body.
func (r *RawResponse) Read(p []byte) (n int, err error) {
	r.conn.watch.reads(r, func() (bool, error) {
		n, err = r.read(p)
		return n > 0, err
	})
	return n, err
}

// left returns the error of a body that was closed before its end.
func (r *RawResponse) left() error { return &ConnectionError{Err: ErrStreamClosed, call: r.call} }

func (r *RawResponse) isClosed() bool     { return r.closed.Load() }
func (r *RawResponse) resultAt(error) any { return nil } // the body is not kept

func (r *RawResponse) read(p []byte) (int, error) {
	if r.end == nil && r.closed.Load() { // what was read before is dropped
		r.end = r.left()
	}
	if r.end != nil {
		return 0, r.end
	}
	n, err := r.body.Read(p)
	if r.room -= int64(n); r.room < 0 {
		n, err = max(0, n+int(r.room)), nil
		r.end = &ConnectionError{Err: ErrTooLarge, call: r.call}
	}
	cfg := r.cfg()
	switch {
	case err == io.EOF:
		r.end = io.EOF
		r.conn.finish()
	case err != nil:
		r.end = cfg.secrets.conceal(cfg.broken(r.conn.ctx, err, nil, r.call))
	}
	if r.end != nil {
		r.conn.abort(ErrStreamClosed)
	}
	return n, r.end
}

// Close ends the call. Later reads fail with [ErrStreamClosed], unless the end was already read.
// Close may be called several times, and always returns nil.
func (r *RawResponse) Close() error {
	r.closed.Store(true)
	r.conn.abort(ErrStreamClosed)
	r.conn.watch.closed(r)
	return nil
}

// Events returns an iterator over the data of each event of an event stream. It ends at the end of
// the body or at an event [DONE], which is not yielded. The data is valid until the next event.
// Leaving the loop closes the body. A JSON body is one event.
//
// If reading fails, the last pair is nil and the error. It is an [*APIError] if an event has the
// name error or a member error, or if the body is not an event stream. Otherwise it is a
// [*ConnectionError].
//
// A body that ends after any event is not an error, because Events does not know the last event of
// an endpoint. Check that it arrived.
func (r *RawResponse) Events() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		defer r.Close()
		if r.taken.Swap(true) {
			yield(nil, r.left())
			return
		}
		e := &rawEvents{r: r, cfg: r.cfg()}
		for {
			var data []byte
			var err error
			r.conn.watch.reads(r, func() (bool, error) {
				data, err = e.next()
				return err == nil, err
			})
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(data, nil) {
				return
			}
		}
	}
}

// rawEvents reads the events of a body. Its Read is that of the body, unobserved: what counts for an
// observer are the events.
type rawEvents struct {
	r      *RawResponse
	cfg    *config
	events *sse.Reader
	last   bool // there is no further event
}

func (e *rawEvents) Read(p []byte) (int, error) { return e.r.read(p) }

// next returns the next event, or io.EOF if there is none.
func (e *rawEvents) next() ([]byte, error) {
	switch {
	case e.last:
		return nil, io.EOF
	case e.events == nil:
		head, isEvents, err := peekText(e, e.r.media)
		if err != nil && err != io.EOF {
			return nil, err
		}
		if !isEvents {
			e.last = true
			return e.whole(head)
		}
		e.events = sse.NewReader(io.MultiReader(strings.NewReader(head), e))
		e.events.OnComment, e.events.MaxEvent, e.events.Loose = e.cfg.onComment, int(min(e.cfg.maxEvent, math.MaxInt)), true
	}
	data, err := e.events.Next()
	if e.last = err == io.EOF; e.last {
		err = nil
		if data = e.events.Pending(); data == nil && !e.events.Half() {
			return nil, io.EOF
		}
		if e.events.Half() || string(data) != doneMark && !json.Valid(data) {
			err = &ConnectionError{Err: ErrStreamTruncated, Body: bytes.Clone(data), call: e.r.call}
		}
	}
	if string(data) == doneMark {
		return nil, io.EOF
	}
	if err == nil {
		err = e.r.reported(e.cfg, data, e.events.Failed())
	} else if errors.Is(err, sse.ErrTooLong) {
		err = &ConnectionError{Err: ErrTooLarge, call: e.r.call}
	}
	if err != nil {
		return nil, e.cfg.secrets.conceal(err)
	}
	return data, nil
}

// whole returns the rest of a body that is no event stream.
func (e *rawEvents) whole(head string) ([]byte, error) {
	rest, err := io.ReadAll(io.LimitReader(e, e.cfg.maxBody))
	data := append([]byte(head), rest...)
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > e.cfg.maxBody:
		return nil, &ConnectionError{Err: ErrTooLarge, call: e.r.call}
	case !json.Valid(data):
		return nil, e.cfg.secrets.conceal(e.cfg.notAnAnswer(e.r.call, data))
	}
	if err := e.r.reported(e.cfg, data, false); err != nil {
		return nil, e.cfg.secrets.conceal(err)
	}
	return data, nil
}

// reported returns the failure that an event reports, or nil.
func (r *RawResponse) reported(cfg *config, data []byte, failed bool) error {
	text := bytes.TrimSpace(data)
	if e := cfg.reportedAsSuccess(r.call, text); e != nil {
		return e
	}
	if failed {
		return cfg.errorFromBody(r.call, text)
	}
	return nil
}
