package openrouter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// BatchesService sends many requests for one model at a lower price. The service answers them
// within hours. Use it as [Client.Batches].
//
// The Batch API of the service is a beta and may change. A batch is visible to everyone in the
// workspace of the key, and cannot be cancelled. The service keeps results for 30 days.
type BatchesService struct {
	client *Client
}

const batchesPath = "/batches"

// Get returns the state of a batch, without its results. If the batch has ended, the service sends
// its results with the state. Get then reads and discards them, which takes as long as reading them
// with [BatchesService.Results].
//
// [WithTimeout] limits the wait for the first byte, and [WithStreamIdleTimeout] the wait for each
// later one. [WithMaxBodySize] limits the size without the results. Errors are those of
// [Client.Do]. A batch that failed is not an error: see [Batch.Status].
func (s *BatchesService) Get(ctx context.Context, id string, opts ...Option) (*Batch, error) {
	return observed(ctx, s.client.config().with(opts), Operation{Name: "get_batch"}, func(ctx context.Context, cfg *config) (*Batch, error) {
		path, err := cfg.batchPath(id)
		if err != nil {
			return nil, err
		}
		return attempts(ctx, cfg, func(call *CallInfo) (*Batch, error) {
			r, err := cfg.openBatch(ctx, path, call)
			if err != nil {
				return nil, err
			}
			defer r.close()
			return r.read(nil)
		})
	})
}

// The wait between two looks at a batch, at first and at last. Most batches take minutes.
const (
	firstPoll = 15 * time.Second
	lastPoll  = time.Minute
)

// Wait waits until a batch has ended and returns it, without its results. It requests the state at
// once, after about 15 seconds, and then in growing intervals of up to a minute. It needs only the
// id, so a restarted program can call it again. Only ctx limits the time.
//
// After a temporary failure, such as a lost connection or status 503, Wait tries again without
// limit. The function of [WithOnRetry] is called each time. Wait tries again when the service says,
// but at the latest after the total time of [WithMaxRetryWait], or after a minute if that is less.
// It returns the failure at once if ctx would end before.
//
// If the batch did not complete, the error is a [*BatchError], and the batch is returned with it:
// an expired batch may have results. If ctx ends, the error is a [*ConnectionError], and the last
// known state of the batch is returned. Other errors are those of [BatchesService.Get].
func (s *BatchesService) Wait(ctx context.Context, id string, opts ...Option) (*Batch, error) {
	return observed(ctx, s.client.config().with(opts), Operation{Name: "wait_batch"}, func(ctx context.Context, cfg *config) (*Batch, error) {
		return cfg.wait(ctx, func() (*Batch, error) { return s.Get(ctx, id, opts...) })
	})
}

// wait looks at a batch until it has ended.
func (c *config) wait(ctx context.Context, look func() (*Batch, error)) (*Batch, error) {
	var seen *Batch
	for n, step := 1, firstPoll; ; n, step = n+1, min(step*3/2, lastPoll) {
		b, err := look()
		wait := step - rand.N(step/4) // programs that were started together look at different times
		if err == nil {
			if seen = b; b.hasEnded() {
				return b, c.secrets.conceal(b.failure())
			}
		} else {
			r, ok := c.retry(n, err)
			if ctx.Err() != nil || !ok || !isPassing(r) {
				return seen, err
			}
			r.Wait = min(max(wait, r.Wait), max(c.maxWaits, lastPoll)) // a look before its time does no harm
			if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= r.Wait {
				return seen, hang(err, context.DeadlineExceeded)
			}
			wait = r.Wait
			for _, f := range c.onRetry {
				f(r)
			}
			c.watch.Retry(r)
		}
		if !slept(ctx, wait) {
			ended := c.secrets.conceal(contextError(ctx))
			if err != nil {
				return seen, hang(err, ended)
			}
			return seen, &ConnectionError{Err: ended, call: seen.call}
		}
	}
}

// isPassing reports whether a look at a batch may succeed later. A look does nothing, so that it may
// be repeated even after a timeout or in the middle of the answer.
func isPassing(r Retry) bool {
	if e, ok := errors.AsType[*ConnectionError](r.Err); ok {
		return !isPermanent(e) && !errors.Is(e, ErrTooLarge)
	}
	return RetryTransient(r)
}

// Results yields the results of a batch, one row at a time, in any order. It keeps one row in
// memory. [WithMaxBodySize] limits the size of each row. For a row that is too large or cannot be
// decoded, [BatchResult.Answer] returns an error, and the sequence continues.
//
// The second value is an error that ends the sequence, with a nil result:
//
//   - [*BatchError]: the batch did not complete, or results are missing. All available rows were
//     yielded before.
//   - [*ConnectionError]: the transfer broke off. The rows before are complete.
//   - [*DecodeError], [*APIError]: as for [Client.Do].
//
// [WithTimeout] limits the wait for the first byte, and [WithStreamIdleTimeout] the wait for each
// later one. Time that the program spends between two rows does not count. Each loop over the
// sequence sends a new request.
func (s *BatchesService) Results(ctx context.Context, id string, opts ...Option) iter.Seq2[*BatchResult, error] {
	return func(yield func(*BatchResult, error) bool) {
		left := false
		op := Operation{Name: "batch_results"}
		_, err := observed(ctx, s.client.config().with(opts), op, func(ctx context.Context, cfg *config) (*Batch, error) {
			b, err := cfg.results(ctx, id, func(row *BatchResult) bool {
				left = !yield(row, nil)
				return !left
			})
			return b, cfg.secrets.conceal(err)
		})
		if err != nil && !left {
			yield(nil, err)
		}
	}
}

// results gives each row to yield, until that returns false.
func (c *config) results(ctx context.Context, id string, yield func(*BatchResult) bool) (*Batch, error) {
	path, err := c.batchPath(id)
	if err != nil {
		return nil, err
	}
	r, err := attempts(ctx, c, func(call *CallInfo) (*batchReader, error) { return c.openBatch(ctx, path, call) })
	if err != nil {
		return nil, err
	}
	defer r.close()
	b, err := r.read(yield)
	switch {
	case err != nil:
		return nil, err
	case r.rows == 0 && b.Status == BatchStatusCompleted && b.RequestCounts.Completed+b.RequestCounts.Failed > 0:
		return b, &BatchError{Batch: b, Err: errors.New("the results are no longer available: the service keeps them for 30 days")}
	case r.rows < b.RequestCounts.Completed && b.Status == BatchStatusCompleted:
		return b, &BatchError{Batch: b, Err: fmt.Errorf("the service sent results for only %d", r.rows)}
	}
	return b, b.failure()
}

// batchPath returns the path of a batch.
func (c *config) batchPath(id string) (string, error) {
	var found []Violation
	switch id {
	case "":
		found = []Violation{{Field: "id", Problem: "is empty"}}
	case ".", "..":
		found = []Violation{{Field: "id", Problem: "is not the id of a batch"}}
	}
	return batchesPath + "/" + url.PathEscape(id), c.refused(found)
}

// batchReader reads a batch from the body of a response.
type batchReader struct {
	c    *config
	call *CallInfo
	conn *connection
	body *wire.Stream
	rows int
}

// openBatch sends the request for a batch, and waits for the first byte of the answer.
func (c *config) openBatch(ctx context.Context, path string, call *CallInfo) (*batchReader, error) {
	conn, stop, err := c.open(ctx, outgoing{method: http.MethodGet, path: path, bulk: true}, call)
	if err != nil {
		return nil, err
	}
	defer stop()
	r := &batchReader{c: c, call: call, conn: conn, body: wire.NewStream(conn)}
	first, err := r.body.Peek()
	switch {
	case err != nil && err != io.EOF:
		err = r.broken(err)
	case err != nil || first != '{':
		err = r.notABatch()
	}
	if err != nil {
		r.close()
		return nil, err
	}
	conn.idle = c.idle
	return r, nil
}

func (r *batchReader) close() { r.conn.abort(ErrStreamClosed) }

// notABatch returns the error for a body that is not an object.
func (r *batchReader) notABatch() error {
	defer r.conn.limit(errorBodyFor, maxErrorBody)()
	return r.c.notAnAnswer(r.call, r.body.Rest(maxErrorBody)) // a body that was cut off is still useful
}

// broken returns the error for a body that could not be read on.
func (r *batchReader) broken(err error) error {
	if e, ok := errors.AsType[*wire.SyntaxError](err); ok {
		return &DecodeError{What: "Batch", Err: e, call: r.call}
	}
	return r.c.broken(r.conn.ctx, fmt.Errorf("answer cut short: %w", err), nil, r.call)
}

// read reads the batch to its end. It gives each row to yield, which may be nil.
func (r *batchReader) read(yield func(*BatchResult) bool) (*Batch, error) {
	head := []byte{'{'}
	r.body.Enter()
	for first := true; ; first = false {
		name, ok, err := r.body.Member(first)
		if err != nil {
			return nil, r.broken(err)
		}
		if !ok {
			break
		}
		if string(name) == `"results"` {
			c, err := r.body.Peek()
			if err == nil && c == '[' {
				switch err = r.readRows(yield); {
				case err == ErrStreamClosed:
					return nil, err
				case err != nil:
					return nil, r.broken(err)
				}
				continue
			}
		}
		var size int64
		head = append(append(head, name...), ':')
		if head, size, err = r.body.Value(head, r.c.maxBody-int64(len(head))+1); err != nil {
			return nil, r.broken(err)
		}
		if int64(len(head)) > r.c.maxBody || size > r.c.maxBody {
			return nil, &ConnectionError{Err: ErrTooLarge, Body: reportBody(head), call: r.call}
		}
		head = append(head, ',')
	}
	defer r.conn.limit(drainFor, drainBytes)() // what follows is read, so that the connection can be used again
	if err := r.body.End(); err != nil {
		return nil, r.broken(err)
	}
	head = append(bytes.TrimSuffix(head, []byte(",")), '}')
	b := &Batch{}
	if err := decode(b, head, "Batch"); err != nil {
		return nil, during(r.call, err)
	}
	if b.ID == "" {
		return nil, r.c.without("id", r.call, head)
	}
	b.call = r.call
	return b, nil
}

// readRows reads the list of results. The error is [ErrStreamClosed] if yield returns false.
func (r *batchReader) readRows(yield func(*BatchResult) bool) error {
	var row []byte
	r.body.Enter()
	for first := true; ; first = false {
		if err := r.conn.ctx.Err(); err != nil { // rows that have come end, too
			return err
		}
		if ok, err := r.body.Element(first); err != nil || !ok {
			return err
		}
		keep := r.c.maxBody
		if yield == nil {
			keep = 0
		}
		var size int64
		var err error
		if row, size, err = r.body.Value(row[:0], keep); err != nil {
			return err
		}
		r.rows++
		if yield != nil && !yield(r.c.newResult(row, size, r.call)) {
			return ErrStreamClosed
		}
		if cap(row) > maxBodyKept {
			row = nil
		}
	}
}

// Delete deletes a batch that has ended, with its results. For a batch that is still running, the
// error is an [*APIError] with status 409. The service keeps the records of the cost.
func (s *BatchesService) Delete(ctx context.Context, id string, opts ...Option) (*BatchDeletion, error) {
	return fetched(ctx, s.client.config().with(opts), Operation{Name: "delete_batch"}, func(c *config) (outgoing, error) {
		path, err := c.batchPath(id)
		return outgoing{method: http.MethodDelete, path: path}, err
	}, whole[BatchDeletion])
}

// BatchListParams selects batches. Fields that are empty or nil are not sent.
type BatchListParams struct {
	// Limit is the maximum number of batches on a page, 1 to 100. The service's default is 20.
	Limit *int `url:"limit,omitempty"`
	// After is the [BatchList.LastID] of the previous page.
	After string `url:"after,omitempty"`
	// Status selects batches with one of these statuses.
	Status []BatchStatus `url:"status,omitempty"`
	// CreatedAfter and CreatedBefore limit the creation time of the batch. They are sent in whole
	// seconds.
	CreatedAfter  time.Time `url:"created_after,omitempty"`
	CreatedBefore time.Time `url:"created_before,omitempty"`

	// Extra holds query parameters that this version has no field for. Fields that are set take
	// precedence.
	Extra url.Values `url:"-"`
}

// List returns one page of the workspace's batches, the newest first, without their results. Nil
// params match all. Errors are those of [Client.Do].
func (s *BatchesService) List(ctx context.Context, params *BatchListParams, opts ...Option) (*BatchList, error) {
	cfg := s.client.config().with(opts)
	values, err := cfg.batchQuery(params)
	return cfg.batchPage(ctx, values, err)
}

// All yields the workspace's batches, the newest first. It requests each page when it is needed;
// Limit is the size of a page. An error is yielded once, as the last element, with a nil batch.
// Each loop over the sequence sends new requests.
func (s *BatchesService) All(ctx context.Context, params *BatchListParams, opts ...Option) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		cfg := s.client.config().with(opts)
		values, err := cfg.batchQuery(params)
		seen := map[string]bool{}
		for {
			var page *BatchList
			if page, err = cfg.batchPage(ctx, values, err); err != nil {
				break
			}
			for i := range page.Data {
				if !yield(&page.Data[i], nil) {
					return
				}
			}
			if !page.HasMore {
				return
			}
			switch last := page.LastID; {
			case last == "":
				err = &DecodeError{What: "last_id", Err: errors.New("is missing, although there is a next page"), call: page.call}
			case seen[last]:
				err = &DecodeError{What: "last_id", Body: []byte(last), Err: errors.New("leads back to a page that was already read"), call: page.call}
			default:
				seen[last] = true
				values.Set("after", last)
			}
			err = cfg.secrets.conceal(err) // the next request is refused with it, so that observers see it
		}
		yield(nil, err)
	}
}

func (c *config) batchQuery(p *BatchListParams) (url.Values, error) {
	k := checker{unchecked: c.unchecked}
	values := url.Values{}
	if p != nil {
		between(&k, "limit", p.Limit, 1, 100)
		values = k.values(p, p.Extra)
	}
	return values, c.refused(k.found)
}

// batchPage requests a page. It returns refused if that is not nil, without a request.
func (c *config) batchPage(ctx context.Context, values url.Values, refused error) (*BatchList, error) {
	return fetched(ctx, c, Operation{Name: "list_batches"}, func(c *config) (outgoing, error) {
		if refused != nil {
			return outgoing{}, refused
		}
		return c.get(batchesPath, values, nil)
	}, whole[BatchList])
}
