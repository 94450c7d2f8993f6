package natsjobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openrouter-go/openrouter/jobs"
)

// Add puts jobs into the queue. It returns how many were new, and how many were known: already
// queued or recorded, or twice in the source. So the same jobs can be added again after an error or
// a kill. A job without a key gets the key of [jobs.KeyOf]. A key has at most 48 KiB, escaped as in
// a URL.
//
// Add stops at the first error of the source, and at the first job that has no key or cannot be
// stored, and returns the error. The jobs before it are in the queue and are counted. If the
// connection is lost, Add waits for it until ctx ends. Jobs that were being added at that moment
// may count as known.
func (q *Queue) Add(ctx context.Context, source iter.Seq2[jobs.Job, error]) (added, known int, err error) {
	a := adding{q: q}
	for job, err := range source {
		if err == nil {
			job.Key, err = jobs.KeyOf(job)
		}
		if ctx.Err() != nil {
			return a.added, a.known, ctx.Err()
		}
		if err != nil {
			flushed := a.flush(ctx)
			return a.added, a.known, errors.Join(err, flushed)
		}
		if a.batch = append(a.batch, job); len(a.batch) == publishBatch {
			if err := a.flush(ctx); err != nil {
				return a.added, a.known, err
			}
		}
	}
	err = a.flush(ctx)
	return a.added, a.known, err
}

// adding is one call of Add.
type adding struct {
	q            *Queue
	batch        []jobs.Job
	added, known int
}

// flush queues the jobs of the batch that are neither queued nor recorded.
func (a *adding) flush(ctx context.Context) error {
	batch := a.batch
	a.batch = a.batch[:0]
	messages := make([]*nats.Msg, len(batch))
	errs := make([]error, len(batch))
	bad := atOnce(len(batch), func(i int) error {
		messages[i], errs[i] = a.q.newJob(ctx, batch[i])
		return errs[i]
	})
	var fresh []*nats.Msg
	for i, m := range messages {
		switch {
		case m != nil:
			fresh = append(fresh, m)
		case errs[i] == nil:
			a.known++
		}
	}
	added, known, err := a.q.enqueue(ctx, fresh)
	a.added += added
	a.known += known
	return errors.Join(bad, err)
}

// newJob makes the message of a job, or nil if the job has a result.
func (q *Queue) newJob(ctx context.Context, job jobs.Job) (*nats.Msg, error) {
	h := hash(job.Key)
	if _, recorded, err := q.last(ctx, h); err != nil || recorded {
		return nil, err
	}
	return q.newMessage(ctx, q.jobSubject(h), job.Key, job)
}

// enqueue publishes the messages of jobs. The server refuses those whose key is queued.
func (q *Queue) enqueue(ctx context.Context, messages []*nats.Msg) (added, known int, err error) {
	errs := q.publish(ctx, messages)
	for i, e := range errs {
		switch {
		case e == nil:
			added++
		case queued(e):
			known++
			if e := q.dropUnused(ctx, messages[i]); err == nil {
				err = e
			}
		case err == nil:
			err = fmt.Errorf("natsjobs: add a job: %w", e)
		}
	}
	return added, known, err
}

// dropUnused deletes the object of a job that was refused, unless it is in the queue after all: an
// acknowledgement may have been lost.
func (q *Queue) dropUnused(ctx context.Context, refused *nats.Msg) error {
	name := refused.Header.Get(headerObject)
	if name == "" {
		return nil
	}
	kept, err := ask(ctx, q, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return q.jobs.GetLastMsgForSubject(ctx, refused.Subject)
	})
	if err == nil && kept.Header.Get(headerObject) == name {
		return nil
	}
	if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("natsjobs: look for a job: %w", err)
	}
	return q.dropObject(ctx, name)
}

// addFailed queues the jobs again whose last result is a failure.
func (q *Queue) addFailed(ctx context.Context) error {
	info, err := q.streamInfo(ctx, q.results)
	if err != nil {
		return err
	}
	var messages []*nats.Msg
	for m, err := range q.scan(ctx, 1, true) {
		if err != nil {
			return err
		}
		if m.seq > info.State.LastSeq {
			break // failed again meanwhile
		}
		if m.State != stateFailed {
			continue
		}
		again, err := q.newRetry(ctx, m.found)
		if err != nil {
			return err
		}
		if again != nil {
			messages = append(messages, again)
		}
		if len(messages) == publishBatch {
			if _, _, err := q.enqueue(ctx, messages); err != nil {
				return err
			}
			messages = messages[:0]
		}
	}
	_, _, err = q.enqueue(ctx, messages)
	return err
}

// newRetry makes the message of a job that failed, or nil if its result does not hold it: then it
// was not this queue that asked.
func (q *Queue) newRetry(ctx context.Context, f found) (*nats.Msg, error) {
	raw, err := ask(ctx, q, func(ctx context.Context) (*jetstream.RawStreamMsg, error) { return q.results.GetMsg(ctx, f.seq) })
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil // replaced meanwhile
	}
	if err != nil {
		return nil, err
	}
	var r recorded
	if err := q.payload(ctx, raw.Header, raw.Data, &r); err != nil || r.Job == nil {
		return nil, err
	}
	m, err := q.newMessage(ctx, q.jobSubject(hash(f.key)), f.key, r.Job)
	if err != nil {
		return nil, err
	}
	m.Header.Set(headerAgain, strconv.FormatUint(f.seq, 10))
	return m, nil
}
