package natsjobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openrouter-go/openrouter/jobs"
)

// ackTimeout is how long to wait for the word that a job is out of the queue. A server that was
// killed has forgotten that it gave the job out, and says none.
const ackTimeout = time.Second

// backPrefix is for how often a job was given back by a worker that did not die.
const backPrefix = "back."

// Done implements [jobs.Store]. What the queue gives out is not done.
func (w *work) Done(ctx context.Context) iter.Seq2[string, error] {
	w.stopped = ctx
	return func(func(string, error) bool) {}
}

// Results implements [jobs.Store].
func (w *work) Results(context.Context) iter.Seq2[jobs.Result, error] {
	return func(func(jobs.Result, error) bool) {}
}

// Close implements [jobs.Store].
func (w *work) Close() error { return nil }

// keyOf returns the key of a job that the runner knows by another.
func (w *work) keyOf(key string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.held[key]; l != nil {
		return l.job.Key
	}
	return key
}

// Put implements [jobs.Store]. It writes each result unless another worker has, and then takes the
// job out of the queue.
func (w *work) Put(ctx context.Context, results ...jobs.Result) error {
	leases := make([]*lease, len(results))
	w.mu.Lock()
	for i, r := range results {
		leases[i] = w.held[r.Key]
	}
	w.mu.Unlock()
	messages := make([]*nats.Msg, len(results))
	for i, r := range results {
		if leases[i] == nil {
			return fmt.Errorf("natsjobs: the runner has recorded the job %q, which is not running here", r.Key)
		}
		r.Key = leases[i].job.Key
		var err error
		if messages[i], err = w.q.resultMessage(ctx, r, leases[i].failed(r), leases[i].old); err != nil {
			return err
		}
		messages[i].Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(leases[i].old.seq, 10))
	}
	errs := w.q.publish(ctx, messages)
	for i, err := range errs {
		if outdated(err) {
			// It was another worker, or this one, whose acknowledgement was lost.
			err = w.late(ctx, leases[i], messages[i])
		}
		if err != nil {
			return fmt.Errorf("natsjobs: store a result: %w", err)
		}
	}
	return atOnce(len(leases), func(i int) error { return w.done(ctx, leases[i]) })
}

// failed returns the job to keep beside a failure.
func (l *lease) failed(r jobs.Result) *jobs.Job {
	if r.Err == "" {
		return nil
	}
	return &l.job
}

// late drops the object of a result that was refused, unless it is the one that is recorded.
func (w *work) late(ctx context.Context, l *lease, m *nats.Msg) error {
	object := m.Header.Get(headerObject)
	if object == "" {
		return nil
	}
	kept, _, err := w.q.last(ctx, hash(l.job.Key))
	if err != nil || kept.object == object {
		return err
	}
	return w.q.dropObject(ctx, object)
}

// done takes a job out of the queue, whose result is recorded, and waits until it is out. If the
// server does not hear it, the job comes back, its result is found, and this is called again.
func (w *work) done(ctx context.Context, l *lease) error {
	w.mu.Lock()
	msg := l.msg
	delete(w.held, l.key)
	w.mu.Unlock()
	attempt, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	before := w.q.nc.LastError()
	if err := w.q.explain(before, msg.DoubleAck(attempt)); err != nil && !temporary(err) {
		return fmt.Errorf("natsjobs: acknowledge a job: %w", err)
	}
	if l.back > 0 {
		if err := w.q.insist(ctx, func(ctx context.Context) error { return w.q.state.Purge(ctx, backPrefix+hash(l.job.Key)) }); err != nil {
			return fmt.Errorf("natsjobs: tidy up after a job: %w", err)
		}
	}
	return errors.Join(
		w.q.dropObject(ctx, msg.Headers().Get(headerObject)), // of the job
		w.q.dropObject(ctx, l.old.object))                    // of the failed result that was replaced
}

// giveBack returns the jobs that are not recorded to the queue.
func (w *work) giveBack(ctx context.Context) error {
	w.mu.Lock()
	var leases []*lease
	for _, l := range w.held {
		leases = append(leases, l)
	}
	clear(w.held)
	w.mu.Unlock()
	err := atOnce(len(leases), func(i int) error {
		key := backPrefix + hash(leases[i].job.Key)
		n, revision, _, err := get[int](ctx, w.q, key)
		if err == nil {
			if err = w.q.set(ctx, key, n+1, revision); outdated(err) {
				err = nil // the answer to an earlier attempt was lost, or others have the job
			}
		}
		return errors.Join(err, leases[i].msg.Nak())
	})
	if err != nil {
		return fmt.Errorf("natsjobs: give jobs back: %w", err)
	}
	return w.q.nc.FlushWithContext(ctx)
}
