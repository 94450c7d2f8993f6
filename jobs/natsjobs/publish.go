package natsjobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	publishBatch   = 256             // messages whose acknowledgements are awaited together
	publishTimeout = 5 * time.Second // for one of them, before it is sent again
	retryWait      = 200 * time.Millisecond
)

// Codes of the server that package jetstream has no names for.
const (
	codeNoPeers      jetstream.ErrorCode = 10005
	codeNotAvailable jetstream.ErrorCode = 10008
	codeNotLeader    jetstream.ErrorCode = 10009
	codeFull         jetstream.ErrorCode = 10023
	codeStoreFailed  jetstream.ErrorCode = 10077 // for a reason that only the text tells
	codeOffline      jetstream.ErrorCode = 10118
	codeNotReady     jetstream.ErrorCode = 10163
)

// publish sends messages, each again until the server has answered it, the context ends or the
// connection is closed. It returns the refusal of each, or nil.
func (q *Queue) publish(ctx context.Context, messages []*nats.Msg) []error {
	errs := make([]error, len(messages))
	pending := make([]int, len(messages))
	for i := range pending {
		pending[i] = i
	}
	for len(pending) > 0 {
		before := q.nc.LastError()
		acks := make([]jetstream.PubAckFuture, len(pending))
		for n, i := range pending {
			// A copy: the connection sets the reply subject of what it sends.
			m := *messages[i]
			acks[n], errs[i] = q.js.PublishMsgAsync(&m)
		}
		again := pending[:0]
		for n, i := range pending {
			if acks[n] != nil {
				errs[i] = wait(ctx, acks[n])
			}
			if errs[i] = q.explain(before, errs[i]); temporary(errs[i]) {
				again = append(again, i)
			}
		}
		pending = again
		if len(pending) > 0 && sleep(ctx, retryWait) != nil {
			return errs
		}
	}
	return errs
}

func wait(ctx context.Context, ack jetstream.PubAckFuture) error {
	select {
	case <-ack.Ok():
		return nil
	case err := <-ack.Err():
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// insist is ask for what returns only an error.
func (q *Queue) insist(ctx context.Context, f func(context.Context) error) error {
	_, err := ask(ctx, q, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
	return err
}

// ask is repeat for a request, which may take publishTimeout each time.
func ask[T any](ctx context.Context, q *Queue, f func(context.Context) (T, error)) (T, error) {
	return repeat(ctx, q, func() (T, error) {
		attempt, cancel := context.WithTimeout(ctx, publishTimeout)
		defer cancel()
		return f(attempt)
	})
}

// repeat calls f until it has an answer of the server, the context ends or the connection is closed.
func repeat[T any](ctx context.Context, q *Queue, f func() (T, error)) (T, error) {
	for {
		before := q.nc.LastError()
		v, err := f()
		if err = q.explain(before, err); temporary(err) && sleep(ctx, retryWait) == nil {
			continue
		}
		if ended := ctx.Err(); err != nil && ended != nil && !errors.Is(err, ended) {
			err = fmt.Errorf("%w: %w", ended, err)
		}
		return v, err
	}
}

// explain returns the reason why a request has no answer, if the connection knows it. before is the
// last error of the connection before the request.
func (q *Queue) explain(before, err error) error {
	last := q.nc.LastError()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrConnectionClosed) && last != nil && q.life.Err() == nil: // by the client, which was rejected again
		return fmt.Errorf("%w: %w", err, last)
	case hasCode(err, codeFull):
		return fmt.Errorf("%w: the JetStream storage of the server is full; make room or raise its limit", err)
	}
	if denied := q.denied(before); denied != nil && temporary(err) {
		return denied
	}
	return err
}

// denied returns an error if the server has refused something for lack of a permission. It tells
// that to the connection, and does not answer the request.
func (q *Queue) denied(before error) error {
	last := q.nc.LastError()
	if !errors.Is(last, nats.ErrPermissionViolation) || errors.Is(last, before) {
		return nil
	}
	return fmt.Errorf("the NATS user needs a permission: %w", last)
}

// temporary reports that an error says nothing about a request: a server restarts, a cluster elects
// its leader, a connection was lost.
func temporary(err error) bool {
	if api, ok := apiError(err); ok {
		switch api.ErrorCode {
		case codeNotAvailable, codeNotLeader, codeOffline, codeNotReady:
			return true
		case codeStoreFailed:
			return strings.Contains(api.Description, "store is closed") // it shuts down
		default:
			return false
		}
	}
	return !errors.Is(err, nats.ErrConnectionClosed) && slices.ContainsFunc(lost, func(e error) bool { return errors.Is(err, e) })
}

// lost are the errors of the client when there is no answer.
var lost = []error{
	context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrReconnectBufExceeded,
	nats.ErrStaleConnection, jetstream.ErrNoStreamResponse, jetstream.ErrAsyncPublishTimeout, jetstream.ErrTooManyStalledMsgs,
}

// ignoreTemporary waits after an error that says nothing about a request. It returns all others, and
// the end of the context.
func ignoreTemporary(ctx context.Context, err error) error {
	if temporary(err) {
		return sleep(ctx, retryWait)
	}
	return err
}

// outdated reports that a message was refused because its subject has another message than expected.
func outdated(err error) bool {
	return hasCode(err, jetstream.JSErrCodeStreamWrongLastSequence) || hasCode(err, jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// queued reports that a job was refused because its subject has its message already.
func queued(err error) bool {
	api, ok := apiError(err)
	return ok && api.ErrorCode == codeStoreFailed && strings.Contains(api.Description, "per subject")
}

func hasCode(err error, code jetstream.ErrorCode) bool {
	api, ok := apiError(err)
	return ok && api.ErrorCode == code
}

// apiError returns what the server said. A watcher has the error of the client's older package.
func apiError(err error) (jetstream.APIError, bool) {
	if api, ok := errors.AsType[*jetstream.APIError](err); ok {
		return *api, true
	}
	if api, ok := errors.AsType[*nats.APIError](err); ok {
		return jetstream.APIError{Code: api.Code, ErrorCode: jetstream.ErrorCode(api.ErrorCode), Description: api.Description}, true
	}
	return jetstream.APIError{}, false
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// atOnce calls f for 0 to n-1, several at a time, and returns the first error. It calls all.
func atOnce(n int, f func(int) error) error {
	const most = 32
	next := make(chan int)
	var wg sync.WaitGroup
	var once sync.Once
	var first error
	for range min(n, most) {
		wg.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					once.Do(func() { first = err })
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	return first
}
