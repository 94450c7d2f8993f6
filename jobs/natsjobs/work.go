package natsjobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/openrouter-go/openrouter/jobs"
)

const (
	beatsPerLease  = 3
	mostFetched    = 64
	defaultWorkers = 16                    // of jobs.Runner
	shortWait      = 20 * time.Millisecond // for jobs, doubled until longWait
	longWait       = time.Second
	partingTime    = 10 * time.Second // for giving jobs back
)

// Work runs jobs of the queue with a copy of the runner; its Store is not used. Any number of
// processes may call Work. It returns when every job of the queue has a result, including the jobs
// of other workers. With Config.Wait it waits for more jobs instead. It also returns when ctx ends,
// after Drain, and when the runner stops. The Status is that of this worker.
//
// Each job is sent at least once and recorded once. If a worker dies, other workers send its
// running jobs again after Config.Lease. A second answer to a job is dropped. Jobs that Work has
// not recorded when it returns go back to the queue at once.
//
// MaxCost of the runner limits the total cost of the queue, for all workers and earlier runs. Use
// the same MaxCost for all workers. If one worker gets a rate limit, all pause for that model. With
// RetryFailed, Work first puts the failed jobs back into the queue.
//
// Batch of the runner must be false. To send batches, call [jobs.Runner.Run] in one process, with
// the queue as its Store.
func (q *Queue) Work(ctx context.Context, runner *jobs.Runner) (jobs.Status, error) {
	if runner.Batch {
		return jobs.Status{}, errors.New("natsjobs: Runner.Batch is set, but Work cannot send batches; call Runner.Run in one process, with the queue as its Store")
	}
	if runner.RetryFailed {
		if err := q.addFailed(ctx); err != nil {
			return jobs.Status{}, fmt.Errorf("natsjobs: queue the failed jobs again: %w", err)
		}
	}
	// What belongs to the worker outlives ctx, so that it can put its things in order.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	w := &work{
		ledger: &ledger{q: q, ctx: life, id: nuid.Next(), pauses: map[string]time.Time{}},
		held:   map[string]*lease{},
		batch:  min(cmp.Or(runner.Workers, defaultWorkers), mostFetched),
	}
	stop, err := w.watch(ctx)
	if err != nil {
		return jobs.Status{}, err
	}
	defer stop()
	if err := w.join(ctx, runner.MaxCost != 0); err != nil {
		return jobs.Status{}, err
	}
	beats, rest := context.WithCancel(life)
	defer rest()
	var beating sync.WaitGroup
	beating.Go(func() { w.beat(beats) })

	r := *runner
	r.Store = w
	r.RetryFailed = false
	if do := runner.Do; do != nil {
		r.Do = func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
			job.Key = w.keyOf(job.Key)
			return do(ctx, job)
		}
	}
	status, err := r.Run(ctx, w.source(ctx))
	status.Failed += int(w.buried.Load())

	parting, cancel := context.WithTimeout(life, partingTime)
	defer cancel()
	err = errors.Join(err, w.giveBack(parting))
	rest()
	beating.Wait()
	return status, errors.Join(err, w.leave(parting))
}

// work is one call of Work. It is the Store of the runner, and its Fleet.
type work struct {
	*ledger
	batch  int // jobs fetched at once
	buried atomic.Int64

	stopped context.Context // ends when the runner starts no more jobs; Done sets it, before source is read

	mu   sync.Mutex
	held map[string]*lease // by the key that the runner knows
}

// lease is a job that this worker has.
type lease struct {
	msg  jetstream.Msg
	job  jobs.Job
	key  string // that the runner knows: it skips a job which it has seen, and a failed one comes again
	old  found  // the result that is to be replaced
	back int    // how often it was given back by workers that did not die
}

// join makes this worker known. If there is a budget and no other worker, it checks what was spent: a
// worker may have died between a result and its price.
func (w *work) join(ctx context.Context, budget bool) error {
	if !budget {
		return w.touch(ctx)
	}
	info, err := w.q.streamInfo(ctx, w.q.jobs)
	if err != nil {
		return fmt.Errorf("natsjobs: join the workers: %w", err)
	}
	others, _, err := w.q.present(ctx, info.TimeStamp)
	if err != nil || others > 0 {
		return errors.Join(err, w.touch(ctx))
	}
	s, err := w.q.Status(ctx)
	if err != nil {
		return err
	}
	recorded := totalsOf(s.Usage)
	return w.do(ctx, func(t *team, _ *member) { t.Spent = max(t.Spent, recorded.Cost+recorded.Upstream) })
}

// beat shows the server that this worker lives, and still has its jobs.
func (w *work) beat(ctx context.Context) {
	ticker := time.NewTicker(w.q.lease / beatsPerLease)
	defer ticker.Stop()
	back := w.q.nc.StatusChanged(nats.CONNECTED)
	defer w.q.nc.RemoveStatusListener(back)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-back: // the leases went on while there was no server
		}
		w.mu.Lock()
		for _, l := range w.held {
			_ = l.msg.InProgress() // a connection that is lost comes back, and the next one is soon
		}
		w.mu.Unlock()
		attempt, cancel := context.WithTimeout(ctx, w.q.lease/beatsPerLease)
		_ = w.touch(attempt) // the same
		cancel()
	}
}

// source yields the jobs that the queue gives this worker.
func (w *work) source(ctx context.Context) iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(w.stopped, cancel)()
		defer context.AfterFunc(w.q.draining, cancel)()
		wait := shortWait
		for ctx.Err() == nil {
			leases, err := w.fetch(ctx, 0)
			if err == nil && len(leases) == 0 {
				var empty bool
				if empty, err = w.empty(ctx); empty {
					return
				}
				if err == nil {
					leases, err = w.fetch(ctx, wait)
					wait = min(2*wait, longWait)
				}
			}
			if err != nil && ctx.Err() == nil {
				yield(jobs.Job{}, err)
				return
			}
			for _, l := range leases {
				wait = shortWait
				job := l.job
				job.Key = l.key
				if ctx.Err() != nil || !yield(job, nil) {
					return
				}
			}
		}
	}
}

// fetch takes jobs from the queue: a few that are there, since they are not for other workers any
// more; or the next one that comes within a time, so that workers which wait share what comes.
func (w *work) fetch(ctx context.Context, wait time.Duration) ([]*lease, error) {
	var batch jetstream.MessageBatch
	var err error
	before := w.q.nc.LastError()
	if wait == 0 {
		batch, err = w.q.workers.FetchNoWait(w.batch)
	} else {
		// Not with ctx: what the server has sent already would stay with nobody until its lease ends.
		batch, err = w.q.workers.Fetch(1, jetstream.FetchMaxWait(wait))
	}
	if err != nil {
		return nil, ignoreTemporary(ctx, fmt.Errorf("natsjobs: fetch jobs: %w", err))
	}
	leases, err := w.accept(ctx, batch)
	if err == nil && len(leases) == 0 {
		if err = w.q.denied(before); err != nil {
			err = fmt.Errorf("natsjobs: fetch jobs: %w", err)
		}
	}
	return leases, err
}

// accept takes the jobs of a batch that are to be asked.
func (w *work) accept(ctx context.Context, batch jetstream.MessageBatch) ([]*lease, error) {
	var messages []jetstream.Msg
	for m := range batch.Messages() {
		messages = append(messages, m)
	}
	if err := batch.Error(); err != nil && len(messages) == 0 {
		return nil, ignoreTemporary(ctx, fmt.Errorf("natsjobs: fetch jobs: %w", err))
	}
	leases := make([]*lease, len(messages))
	err := atOnce(len(messages), func(i int) (err error) {
		leases[i], err = w.take(ctx, messages[i])
		return err
	})
	mine := leases[:0]
	for _, l := range leases {
		if l != nil {
			mine = append(mine, l)
		}
	}
	return mine, err
}

// empty reports that nobody else has jobs, either.
func (w *work) empty(ctx context.Context) (bool, error) {
	if w.q.wait {
		return false, nil
	}
	info, err := w.q.streamInfo(ctx, w.q.jobs)
	if err != nil {
		return false, fmt.Errorf("natsjobs: count the jobs: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return info.State.Msgs <= uint64(len(w.held)), nil
}

// take looks at a message. It returns nil if there is nothing to ask.
func (w *work) take(ctx context.Context, m jetstream.Msg) (*lease, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, err
	}
	l := &lease{msg: m}
	if l.job.Key, err = keyIn(m.Headers()); err != nil {
		// Nobody could ask it, so it must not come back for ever.
		return nil, errors.Join(fmt.Errorf("natsjobs: a message of the jobs was not written by this library: %w", err), m.Term())
	}
	h := hash(l.job.Key)
	l.key = l.job.Key
	again := m.Headers().Get(headerAgain)
	if again != "" {
		l.key += "\x00" + again
	}
	w.mu.Lock()
	if mine := w.held[l.key]; mine != nil {
		mine.msg = m // the connection was lost for longer than a lease
		w.mu.Unlock()
		return nil, nil
	}
	w.held[l.key] = l
	w.mu.Unlock()

	old, known, err := w.q.last(ctx, h)
	if err != nil {
		return nil, err
	}
	if known && strconv.FormatUint(old.seq, 10) != again {
		return nil, w.done(ctx, l) // its worker died after it had recorded it
	}
	l.old = old
	key := l.job.Key
	if err := w.q.payload(ctx, m.Headers(), m.Data(), &l.job); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if _, isUnread := errors.AsType[unreadError](err); isUnread {
			return nil, err
		}
		return nil, w.bury(ctx, l, fmt.Errorf("natsjobs: the job cannot be read: %w", err))
	}
	l.job.Key = key
	if meta.NumDelivered > 1 {
		if l.back, _, _, err = get[int](ctx, w.q, backPrefix+h); err != nil {
			return nil, err
		}
	}
	if deaths := int(meta.NumDelivered) - 1 - l.back; deaths >= w.q.deaths {
		return nil, w.bury(ctx, l, fmt.Errorf("natsjobs: %d workers have ended without a result for it", deaths))
	}
	return l, nil
}

// bury records a job as failed that was not asked.
func (w *work) bury(ctx context.Context, l *lease, err error) error {
	w.buried.Add(1)
	return w.Put(ctx, jobs.Result{Key: l.key, Err: err.Error(), Meta: l.job.Meta})
}
