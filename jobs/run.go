package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/openrouter-go/openrouter"
)

// run is one call of Run. A job waits in the lane of its model until a worker takes it. Its result
// goes to the writer, which frees the place of the job once the result is durable.
type run struct {
	Runner
	fleet Fleet
	own   alone // the fleet, if the store is none

	ctx       context.Context // ends when nothing may start any more
	askCtx    context.Context // of requests
	putCtx    context.Context // of results and settlements
	end       context.CancelCauseFunc
	endAsking context.CancelCauseFunc
	endPuts   context.CancelCauseFunc
	unwatch   func() bool
	workers   sync.WaitGroup
	writer    sync.WaitGroup

	reports chan struct{} // one call of OnProgress at a time; no mutex, with which time stands still in a synctest bubble

	mu       sync.Mutex
	work     *sync.Cond // there may be a job to start, or no more to come
	room     *sync.Cond // the source may be read on
	gathered *sync.Cond // there are results to record, or no more to come
	drained  *sync.Cond // the writer has taken what had gathered

	keys    keySet
	lanes   map[string]*lane
	order   []*lane
	turn    int    // in order
	counted Status // Done, Failed, Left and Usage

	waiting int // jobs in the lanes
	asking  int // jobs that a worker has, which may come back
	busy    int // jobs that have started and are not durable
	started int // workers
	idle    int // of these
	limit   float64
	round   int // of the limit: all requests of a round shrink it once
	settled int // counts settlements
	next    time.Time
	most    float64 // the most expensive answer of all models
	timers  []*time.Timer

	groups  map[string]*group // that are not full
	held    int               // jobs in these
	sent    int               // groups that are not done
	claimed map[string]bool   // ids of batches
	batches map[string]*batch // of earlier runs
	awaited map[string]*batch // the same, by the key of the job

	results  []Result // to record
	ended    bool     // the source
	finished bool     // the workers
	stopped  bool
	err      error // why it stopped
	panic    any   // of Do, OnProgress or the store
}

func newRun(ctx context.Context, r *Runner) *run {
	s := &run{
		Runner: *r, reports: make(chan struct{}, 1), keys: keySet{}, lanes: map[string]*lane{},
		groups: map[string]*group{}, claimed: map[string]bool{}, batches: map[string]*batch{}, awaited: map[string]*batch{},
	}
	s.Workers = cmp.Or(s.Workers, defaultWorkers)
	s.limit = float64(s.Workers)
	for _, c := range []**sync.Cond{&s.work, &s.room, &s.gathered, &s.drained} {
		*c = sync.NewCond(&s.mu)
	}
	s.fleet = &s.own
	if f, ok := r.Store.(Fleet); ok {
		s.fleet = f
	}
	apart := context.WithoutCancel(ctx) // the end of ctx reaches the three at different times
	s.ctx, s.end = context.WithCancelCause(apart)
	s.askCtx, s.endAsking = context.WithCancelCause(apart)
	s.putCtx, s.endPuts = context.WithCancelCause(apart)
	interrupt := func() {
		err := endOf(ctx)
		s.stop(err)
		s.after(grace, func() { s.endAsking(err) })
		s.after(2*grace, func() { s.endPuts(err) })
	}
	s.unwatch = func() bool { return false }
	if ctx.Err() != nil {
		interrupt()
	} else {
		s.unwatch = context.AfterFunc(ctx, interrupt)
	}
	return s
}

// endOf returns the error of a context that is done, with its cause.
func endOf(ctx context.Context) error {
	err := ctx.Err()
	if cause := context.Cause(ctx); !errors.Is(cause, err) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

// after calls f later, unless the run is over by then.
func (s *run) after(d time.Duration, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timers = append(s.timers, time.AfterFunc(d, f))
}

// cancel frees what the run holds.
func (s *run) cancel() {
	s.unwatch()
	s.end(nil)
	s.endAsking(nil)
	s.endPuts(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.timers {
		t.Stop()
	}
	for _, l := range s.order {
		if l.timer != nil {
			l.timer.Stop()
		}
	}
}

// stop lets nothing start any more. The first reason is the error of the run.
func (s *run) stop(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopLocked(err)
}

func (s *run) stopLocked(err error) {
	if s.stopped {
		return
	}
	s.stopped, s.err = true, err
	s.end(err)
	s.work.Broadcast()
	s.room.Broadcast()
	s.drained.Broadcast()
}

// wait lets what has been read end.
func (s *run) wait() {
	s.mu.Lock()
	s.ended = true
	s.work.Broadcast()
	s.mu.Unlock()
	s.workers.Wait()
	s.mu.Lock()
	s.finished = true
	s.gathered.Signal()
	s.mu.Unlock()
	s.writer.Wait()
}

// record writes results, all that have gathered at a time, until there are no more.
func (s *run) record() {
	var kept []Result // that the store did not take
	var failed error
	for {
		results, isLast := s.gather(failed != nil)
		results = append(kept, results...)
		if len(results) > 0 {
			failed = s.guard("Put of the Store", func() error { return s.Store.Put(s.putCtx, results...) })
		}
		if failed != nil {
			s.stop(failed)
			kept = results // once more, with those that are still to come
		} else {
			kept = nil
			s.account(results)
		}
		if isLast {
			return
		}
	}
}

// gather waits for results. After a failure of the store it waits for the last.
func (s *run) gather(all bool) (results []Result, isLast bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.finished && (all || len(s.results) == 0) {
		s.gathered.Wait()
	}
	results, s.results = s.results, nil
	s.drained.Broadcast()
	return results, s.finished
}

// account counts results that are durable, and frees their places.
func (s *run) account(results []Result) {
	s.mu.Lock()
	for i := range results {
		if results[i].Batch == "" {
			s.busy--
			s.work.Signal()
		}
	}
	s.mu.Unlock()
	for len(results) > 0 {
		err := s.guard("OnProgress", func() error { // for all of them: a goroutine takes time
			for len(results) > 0 {
				r := &results[0]
				results = results[1:]
				s.count(r)
			}
			return nil
		})
		if err != nil {
			s.stop(err)
		}
	}
}

func (s *run) count(r *Result) {
	if r.Pending() {
		return
	}
	s.mu.Lock()
	s.counted.Left--
	if r.Err != "" {
		s.counted.Failed++
	} else {
		s.counted.Done++
	}
	s.counted.Usage.Add(&r.Usage)
	s.mu.Unlock()
	s.report()
}

// report tells the program where the run is. It is called by guard.
func (s *run) report() {
	if s.OnProgress == nil {
		return
	}
	s.reports <- struct{}{}
	defer func() { <-s.reports }()
	s.OnProgress(s.status())
}

func (s *run) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := s.counted
	status.Workers = int(s.limit)
	now := time.Now()
	for _, l := range s.order {
		status.Paused = max(status.Paused, l.until.Sub(now))
	}
	return status
}

// spender is an error that knows what was spent until it came: of a run of an agent, of a typed answer,
// or of the program's own.
type spender interface {
	error
	Spent() openrouter.Usage
}

// usageIn returns what a failure tells of its usage.
func usageIn(err error) *openrouter.Usage {
	if e, ok := errors.AsType[spender](err); ok {
		return new(e.Spent())
	}
	var partial *openrouter.ChatCompletion
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		partial = e.Partial
	} else if e, ok := errors.AsType[*openrouter.StreamError](err); ok {
		partial = e.Partial
	}
	if partial == nil {
		return nil
	}
	return partial.Usage
}
