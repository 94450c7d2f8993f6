package openrouter

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// The service's limits of a batch. The size is in bytes.
const (
	maxBatchRows  = 5_000
	maxBatchSize  = 200_000_000
	maxBatchRowID = 64
)

// Submit sends the requests and returns the new batch. Its status is [BatchStatusValidating]: the
// service has stored the batch, but not yet checked it. Keep its ID; [BatchesService.Wait] and
// [BatchesService.Results] need nothing else.
//
// Submit calls Rows in the goroutine of the caller, takes a row when the rows before it are nearly
// sent, and keeps few rows in memory. It checks each row before sending it. If a row is invalid,
// Submit aborts the upload and returns a [*ValidationError]. If Rows yields an error, Submit aborts
// the upload and returns that error. The service creates no batch from an aborted upload. If the
// upload ends within the first 64 KiB, nothing was sent.
//
// Submit is never retried, whatever [WithMaxRetries] says, because Rows cannot be read twice. If
// the whole batch was sent and the outcome is unknown, the error is a [*BatchUnknownError]. After
// any other error there is no batch. Other errors are those of [Client.Do].
//
// [WithTimeout] limits how long the service may accept no data of the upload, and the wait for its
// answer. Time spent in Rows does not count.
func (s *BatchesService) Submit(ctx context.Context, req *BatchRequest, opts ...Option) (*Batch, error) {
	cfg := s.client.config().with(opts)
	req, seen := forObservers(cfg, req)
	op := Operation{Name: "submit_batch", Request: seen}
	if req != nil {
		op.Target = req.Model
	}
	return observed(ctx, cfg, op, func(ctx context.Context, cfg *config) (*Batch, error) {
		k := checker{unchecked: cfg.unchecked}
		k.batch(req)
		if err := cfg.refused(k.found); err != nil {
			return nil, err
		}
		u := newUpload(ctx, cfg, req)
		defer u.end()
		b, err := u.outcome(u.send(req.Rows))
		return b, cfg.secrets.conceal(err)
	})
}

// upload is the body of a batch on its way. The caller's goroutine writes it. One of the call's own
// sends what was written, and reads the answer.
type upload struct {
	c      *config
	ctx    context.Context
	cancel context.CancelCauseFunc
	wait   time.Duration // for the other side; 0 is no limit
	clock  *clock
	out    *bufio.Writer // to the upload itself

	head batchHead
	ids  map[string]int // the numbers of the rows
	rows int
	size int64 // of what was written

	pipe    *io.PipeWriter // nil until the request was started
	since   time.Time
	closing bool // the end of the body may have been sent

	answered chan struct{} // closed when the two below are set
	batch    *Batch
	err      error
}

// errAnswered is why the rest of an upload is not written: the exchange has ended.
var errAnswered error = &streamEnd{"answered before the end of the upload", nil}

// errGivenUpload is why an upload breaks off: the batch is not to be made.
var errGivenUpload error = &streamEnd{"the upload was broken off", nil}

func newUpload(ctx context.Context, c *config, req *BatchRequest) *upload {
	u := &upload{c: c, ids: map[string]int{}, answered: make(chan struct{}), wait: shorter(c.timeout, c.httpClient.Timeout)}
	u.ctx, u.cancel = context.WithCancelCause(ctx)
	u.clock = &clock{ring: func(reason error) { u.cancel(ownEnd{reason}) }}
	u.out = bufio.NewWriterSize(u, 64<<10)
	u.head = batchHead{
		Endpoint: req.endpoint(), Model: req.Model, CompletionWindow: "24h",
		Provider: req.Provider, CallbackURL: req.CallbackURL, Extra: req.Extra,
	}
	if req.CompletionWindow != "" {
		u.head.CompletionWindow = req.CompletionWindow
	}
	return u
}

func (r *BatchRequest) endpoint() BatchEndpoint {
	if r.Endpoint == "" {
		return BatchEndpointChat
	}
	return r.Endpoint
}

// send writes the whole body.
func (u *upload) send(rows iter.Seq2[BatchRow, error]) error {
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("openrouter: after %d rows of the batch: %w", u.rows, err)
		}
		if err := u.isOver(); err != nil {
			return err
		}
		if err := u.row(&row); err != nil {
			return err
		}
		u.rows++
	}
	if u.rows == 0 {
		return &ValidationError{Violations: []Violation{{Field: "requests", Problem: "is empty: Rows yielded no row"}}}
	}
	if err := u.out.Flush(); err != nil {
		return err
	}
	n, err := u.Write([]byte("]}"))
	if u.closing = n > 0; err != nil {
		return err
	}
	return u.pipe.Close()
}

// isOver reports why nothing more is to be sent. Small rows are collected, so that no write would tell
// for a long time.
func (u *upload) isOver() error {
	select {
	case <-u.answered:
		return errAnswered
	default:
	}
	if u.pipe == nil && u.ctx.Err() != nil {
		return &ConnectionError{Err: contextError(u.ctx), unsent: true}
	}
	return nil
}

// row checks the next row and writes it.
func (u *upload) row(row *BatchRow) error {
	k, n := checker{unchecked: u.c.unchecked}, u.rows
	if n == 0 && u.head.Model == "" {
		u.head.Model = row.model()
	}
	body := k.batchRow(row, &u.head)
	k.place(n, row.CustomID)
	k.batchIDs(n, row.CustomID, u.ids)

	w := wire.NewWriter(u.before(n, &k))
	w.Open()
	w.Name("custom_id")
	w.String(row.CustomID)
	w.Name("body")
	w.Null() // in its place comes the body
	text, _ := w.Bytes()
	text = text[:len(text)-len("null")]

	u.size += int64(len(text)) + body.Len() + int64(len("}"))
	if u.size+int64(len("]}")) > maxBatchSize {
		k.breaks(Violation{Field: "requests", Problem: "are larger than 200 MB in total; submit several batches", Limit: "at most 200 MB"})
	}
	if n >= maxBatchRows {
		k.breaks(Violation{Field: "requests", Problem: "are more than 5,000; submit several batches", Limit: "at most 5000"})
	}
	if len(k.found) > 0 {
		return &ValidationError{Violations: k.found}
	}
	if _, err := u.out.Write(text); err != nil {
		return err
	}
	if _, err := io.Copy(u.out, body.Reader()); err != nil {
		return err
	}
	return u.out.WriteByte('}')
}

// before returns what comes before row n: the head of the batch, or a comma.
func (u *upload) before(n int, k *checker) []byte {
	if n > 0 {
		return []byte{','}
	}
	w := wire.NewWriter(nil)
	u.head.writeJSON(&w)
	head, err := w.Bytes()
	if err != nil {
		k.unencodable(&u.head, err)
		return nil
	}
	return append(head[:len(head)-1], `,"requests":[`...)
}

// piece is how much of a large row must be taken within the time limit.
const piece = 64 << 10

// Write hands data over to the connection. It starts the request when the first data comes.
func (u *upload) Write(data []byte) (written int, err error) {
	if u.pipe == nil {
		u.start()
	}
	for p := range slices.Chunk(data, piece) {
		u.startClock()
		n, err := u.pipe.Write(p)
		u.clock.stop()
		written += n
		if errors.Is(err, io.ErrClosedPipe) { // net/http closes a body that it needs no more
			err = errAnswered
		}
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// startClock starts the time limit for the other side.
func (u *upload) startClock() {
	if u.wait > 0 {
		u.clock.start(u.wait, ErrAttemptTimeout)
	}
}

// start sends the request, whose body is what will be written.
func (u *upload) start() {
	u.since = time.Now().Add(-time.Minute)
	body, pipe := io.Pipe()
	u.pipe = pipe
	unlimited := *u.c
	unlimited.timeout = 0 // the clock of the upload is the limit
	unlimited.maxRetries = 0
	go func() {
		defer close(u.answered)
		u.batch, u.err = attempts(u.ctx, &unlimited, func(call *CallInfo) (*Batch, error) { return unlimited.submitOnce(u.ctx, body, call) })
		_ = body.CloseWithError(errAnswered) // never fails
	}()
}

// submitOnce sends a body and reads the batch that the service has made of it.
func (c *config) submitOnce(ctx context.Context, body io.Reader, call *CallInfo) (*Batch, error) {
	out := outgoing{method: http.MethodPost, path: batchesPath, upload: body, bulk: true}
	data, err := c.exchange(ctx, out, call, new(bytes.Buffer))
	if err != nil {
		return nil, err
	}
	text := bytes.TrimSpace(data)
	if kindOf(text) != '{' {
		return nil, c.notAnAnswer(call, data)
	}
	b := &Batch{}
	if err := decode(b, text, "Batch"); err != nil {
		return nil, during(call, err)
	}
	if b.ID == "" {
		return nil, c.without("id", call, data)
	}
	b.call = call
	return b, nil
}

// outcome waits for the answer, given the error that ended the writing.
func (u *upload) outcome(err error) (*Batch, error) {
	if u.pipe == nil {
		return nil, err
	}
	if err != nil && !errors.Is(err, errAnswered) {
		u.breakOff()
		return nil, err
	}
	u.startClock()
	<-u.answered
	u.clock.stop()
	switch {
	case u.err == nil && err == nil:
		return u.batch, nil
	case u.err == nil:
		u.err = err // the service took a batch before it was whole
	case !u.closing || isRefusal(u.err):
		return nil, u.err
	}
	return nil, &BatchUnknownError{Model: u.head.Model, Rows: u.rows, Since: u.since, Err: u.err}
}

// isRefusal reports whether an error says for sure that the service did not take the request.
func isRefusal(err error) bool {
	if e, ok := errors.AsType[*ConnectionError](err); ok {
		return e.unsent
	}
	e, ok := errors.AsType[*APIError](err)
	if !ok || e.opaque {
		return false
	}
	switch e.StatusCode {
	case http.StatusRequestTimeout:
		return false
	case http.StatusServiceUnavailable:
		return true
	}
	return e.StatusCode >= 400 && e.StatusCode <= 499
}

// breakOff ends an upload so that the service cannot take what it has for the whole.
func (u *upload) breakOff() {
	u.cancel(ownEnd{errGivenUpload})
	_ = u.pipe.CloseWithError(errGivenUpload) // never fails
	<-u.answered
}

// end leaves nothing of the upload behind, also if Rows has panicked.
func (u *upload) end() {
	if u.pipe != nil {
		u.breakOff()
	}
	u.cancel(nil)
	u.clock.end()
}
