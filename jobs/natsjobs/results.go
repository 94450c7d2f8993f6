package natsjobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openrouter-go/openrouter/jobs"
)

// Done yields the keys of the jobs that have a result. It does not read the answers.
func (q *Queue) Done(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for m, err := range q.scan(ctx, 1, true) {
			if err == nil && m.State == stateBatch {
				continue
			}
			if !yield(m.key, err) || err != nil {
				return
			}
		}
	}
}

// Results yields the last result of each key, the oldest first.
func (q *Queue) Results(ctx context.Context) iter.Seq2[jobs.Result, error] {
	return func(yield func(jobs.Result, error) bool) {
		for m, err := range q.scan(ctx, 1, false) {
			var r recorded
			if err == nil {
				err = q.payload(ctx, m.msg.Headers(), m.msg.Data(), &r)
			}
			if errors.Is(err, jetstream.ErrObjectNotFound) {
				last, _, failed := q.last(ctx, hash(m.key))
				if failed == nil && last.seq != m.seq {
					continue // it was replaced since it was read, and the new one follows
				}
			}
			if !yield(r.Result, err) || err != nil {
				return
			}
		}
	}
}

// Put stores results. Each replaces the earlier result of its key. It is for a Runner that has the
// queue as its Store; Work stores results itself.
func (q *Queue) Put(ctx context.Context, results ...jobs.Result) error {
	for len(results) > 0 {
		n := oncePerKey(results) // the second result of a key replaces the first
		if err := q.replace(ctx, results[:n]); err != nil {
			return err
		}
		results = results[n:]
	}
	return nil
}

// oncePerKey returns how many of the first results have different keys.
func oncePerKey(results []jobs.Result) int {
	seen := map[string]bool{}
	for i, r := range results {
		if seen[r.Key] {
			return i
		}
		seen[r.Key] = true
	}
	return len(results)
}

// replace stores results of different keys.
func (q *Queue) replace(ctx context.Context, results []jobs.Result) error {
	messages := make([]*nats.Msg, 0, len(results))
	replaced := make([]found, 0, len(results))
	for _, r := range results {
		old, _, err := q.last(ctx, hash(r.Key))
		if err != nil {
			return err
		}
		m, err := q.resultMessage(ctx, r, nil, old)
		if err != nil {
			return err
		}
		messages, replaced = append(messages, m), append(replaced, old)
	}
	errs := q.publish(ctx, messages)
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("natsjobs: store a result: %w", err)
		}
		if err := q.dropObject(ctx, replaced[i].object); err != nil {
			return err
		}
	}
	return nil
}

// resultMessage makes the message of a result that takes the place of old.
func (q *Queue) resultMessage(ctx context.Context, r jobs.Result, job *jobs.Job, old found) (*nats.Msg, error) {
	m, err := q.newMessage(ctx, q.resultSubject(hash(r.Key)), r.Key, recorded{Result: r, Job: job})
	if err != nil {
		return nil, err
	}
	sum := summary{State: stateOf(r), Used: totalsOf(r.Usage), After: old.seq, Was: old.State, Before: old.Used}
	sum.Used.add(old.Used) // what failed cost, too
	header, err := json.Marshal(sum)
	if err != nil {
		return nil, fmt.Errorf("natsjobs: %s: %w", r.Key, err)
	}
	m.Header.Set(headerResult, string(header))
	return m, nil
}

func stateOf(r jobs.Result) string {
	switch {
	case r.Err != "":
		return stateFailed
	case r.Pending():
		return stateBatch
	}
	return stateDone
}

// last reads what is recorded for a key, if there is anything.
func (q *Queue) last(ctx context.Context, hash string) (found, bool, error) {
	raw, err := ask(ctx, q, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return q.results.GetLastMsgForSubject(ctx, q.resultSubject(hash))
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return found{}, false, nil
	}
	if err != nil {
		return found{}, false, fmt.Errorf("natsjobs: look for a result: %w", err)
	}
	f, err := readHeaders(raw.Header, raw.Sequence)
	return f, err == nil, err
}

// count is what Status knows of the results up to a sequence.
type count struct {
	mu     sync.Mutex
	seq    uint64
	states map[string]int
	used   totals
	read   []uint64 // a bit for each sequence that was counted
}

func (c *count) take(f found) {
	if c.states == nil {
		c.states = map[string]int{}
	}
	if word := f.After / 64; word < uint64(len(c.read)) && c.read[word]&(1<<(f.After%64)) != 0 {
		c.states[f.Was]--
		c.used.subtract(f.Before)
	}
	for f.seq/64 >= uint64(len(c.read)) {
		c.read = append(c.read, 0)
	}
	c.read[f.seq/64] |= 1 << (f.seq % 64)
	c.states[f.State]++
	c.used.add(f.Used)
	c.seq = f.seq
}

// Status counts the jobs of the whole queue. Jobs in a batch are left. Usage has the tokens and the
// cost of all results, without their details, including failed results of jobs that were sent again.
// Workers is the number of calls of Work now, in all processes. Paused is the longest pause of a
// model. The first call reads the headers of all results; later calls read only those of new results.
func (q *Queue) Status(ctx context.Context) (jobs.Status, error) {
	info, err := q.streamInfo(ctx, q.jobs)
	if err != nil {
		return jobs.Status{}, fmt.Errorf("natsjobs: status: %w", err)
	}
	c := &q.counted
	c.mu.Lock()
	defer c.mu.Unlock()
	for m, err := range q.scan(ctx, c.seq+1, true) {
		if err != nil {
			return jobs.Status{}, err
		}
		c.take(m.found)
	}
	s := jobs.Status{Done: c.states[stateDone], Failed: c.states[stateFailed], Usage: c.used.usage(), Left: int(info.State.Msgs) + c.states[stateBatch]}
	s.Workers, s.Paused, err = q.present(ctx, info.TimeStamp)
	return s, err
}
