package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/openrouter-go/openrouter"
)

// Runner asks jobs and records their results. The zero values of its fields do the usual thing;
// Store is needed, and Client unless Do is set. A Runner may be copied. It must not be changed while
// it runs.
type Runner struct {
	// Client sends the requests. Its retries come first; see [openrouter.WithMaxRetries].
	Client *openrouter.Client
	// Store holds the results.
	Store Store
	// Workers is how many jobs may be under way at once, from the request until the result is
	// durable. With Batch it is how many batches may be. The default is 16.
	Workers int
	// PerSecond limits how many jobs start in a second; 0 is no limit. It does not limit batches.
	PerSecond float64
	// MaxCost limits what the jobs of the store may cost together, in USD, earlier runs included. 0
	// is no limit; if it is negative, nothing may be spent. [Runner.Run] says how exact it is. A Store
	// that keeps one result of each key does not know what a failure cost that RetryFailed replaced; a
	// [FileStore] does.
	MaxCost float64
	// RetryFailed asks jobs again that are recorded with an error.
	RetryFailed bool
	// Batch sends the jobs through the service's Batch API: see the package documentation. It needs
	// Client. Do must be nil.
	Batch bool
	// Do answers a job; nil calls Chat.Create of Client. The runner sets Key and Meta of the result,
	// and Usage if it is zero and there is an answer. If Do returns an error, the rest of the result
	// is recorded beside it. Several calls run at once. A panic ends the run, and is then raised
	// again by Run; so it is with OnProgress and the Store.
	Do func(context.Context, Job) (Result, error)
	// OnProgress is called after each recorded result, and when a pause begins, one call at a time.
	// No result is recorded while it runs.
	OnProgress func(Status)
}

const defaultWorkers = 16

// grace is how long requests under way may go on after the end of the context.
const grace = 5 * time.Second

// Run asks the jobs of a source that are not in the store, and records their results. It returns
// when the source has ended and all its jobs are recorded, or when the run stops early, which is an
// error. Then the same call goes on where the run stopped. The Status is always set.
//
// The source is read while jobs are under way, never further than Workers jobs ahead, and 1,000 more
// while a model is paused. An error of the source, and a job without a usable key, end the reading:
// the jobs before it are asked and recorded, and then Run returns the error.
//
// # What stops a run
//
// Nothing is started any more after one of these, and what is under way ends and is recorded:
//
//   - The context ends. Requests that are under way have 5 seconds. Those that take longer are
//     cancelled; they are left for the next run, although the service may bill them.
//   - The service says that there are too few credits or that the key is rejected: 401, 402, and 403
//     unless it is about the content or comes from a provider. The error is that of the request, which
//     is left. A missing key and an invalid option of the client are the same.
//   - [ErrMaxCost].
//   - The store fails.
//
// Run waits for the source meanwhile. A source that waits for something itself should end with the
// context, or with that of [Store.Done].
//
// # Rate limits
//
// A 429 pauses the model of the job, for every worker, until the time that the service names. If it
// names none, the pause is a second, and twice as long after each further 429, up to a minute. The
// number of workers is halved, and grows by one with every round of answers. The job is asked
// again, and fails after ten times. A service that cannot be reached, and one that is overloaded and
// asks to wait, are treated in the same way. If Do makes the requests, only the errors that it
// returns are seen.
//
// # The budget
//
// With MaxCost, each start reserves the cost of the most expensive answer of its model so far. An
// unknown model starts with one job; two may then be under way for each price seen. So the total can
// exceed MaxCost only by what the jobs under way cost more than every answer before. The usage of
// failed jobs counts as far as the service told it. An answer without usage costs nothing here.
//
// # Observers
//
// The observers of Client see the run as the operation run_jobs, with a [Status] as its result, and
// in it each try of a job as the operation run_job, with the [Job] as its request and a [Result] as
// its result. The requests of the job are in that.
func (r *Runner) Run(ctx context.Context, source iter.Seq2[Job, error]) (status Status, err error) {
	if err := r.check(source != nil); err != nil {
		return Status{}, err
	}
	ctx, watch := observe(ctx, r.Client, openrouter.Operation{Name: "run_jobs"})
	defer func() { watch(status, err) }()
	s := newRun(ctx, r)
	defer s.cancel()
	if err = s.load(); err == nil {
		err = s.resume()
	}
	if err == nil {
		s.writer.Go(s.record)
		err = gone("the source")
		err = s.readAll(source)
		s.wait()
	}
	if s.panic != nil {
		err = s.err
		panic(s.panic) //nolint:forbidigo // the panic of Do goes on in the caller
	}
	s.mu.Lock() // the context may end now
	if s.err != nil {
		err = s.err
	}
	s.mu.Unlock()
	return s.status(), err
}

// observe starts an operation. A run without a client has no observers.
func observe(ctx context.Context, client *openrouter.Client, op openrouter.Operation) (context.Context, func(result any, err error)) {
	if client == nil {
		return ctx, func(any, error) {}
	}
	ctx, o := client.Observe(ctx, op)
	return ctx, func(result any, err error) { o.End(result, openrouter.CallInfo{}, err) }
}

func (r *Runner) check(hasSource bool) error {
	var found []openrouter.Violation
	refuse := func(isBad bool, field, problem string) {
		if isBad {
			found = append(found, openrouter.Violation{Field: field, Problem: problem})
		}
	}
	refuse(r.Store == nil, "Runner.Store", "is nil; OpenFile opens one")
	refuse(r.Client == nil && r.Do == nil, "Runner.Client", "is nil, and so is Do")
	refuse(r.Batch && (r.Client == nil || r.Do != nil), "Runner.Batch", "needs a Client, and no Do")
	refuse(r.Workers < 0, "Runner.Workers", fmt.Sprintf("is %d, must not be negative", r.Workers))
	refuse(!(r.PerSecond >= 0), "Runner.PerSecond", fmt.Sprintf("is %v, must not be negative", r.PerSecond))
	refuse(math.IsNaN(r.MaxCost), "Runner.MaxCost", "is not a number")
	refuse(!hasSource, "source", "is nil")
	if len(found) > 0 {
		return &openrouter.ValidationError{Violations: found}
	}
	return nil
}

// load reads what the store holds.
func (s *run) load() error {
	if store, ok := s.Store.(*FileStore); ok {
		for h, err := range store.heads(s.ctx) {
			if err != nil {
				return err
			}
			if h.isPending() {
				s.await(h.Key, h.Batch, h.Meta)
			} else {
				s.remember(h.Key, h.Err != "", costOf(&h.Usage))
			}
		}
		return nil
	}
	for key, err := range s.Store.Done(s.ctx) {
		if err != nil {
			return err
		}
		s.keys[hashOf(key)] = storedDone
	}
	for result, err := range s.Store.Results(s.ctx) { // only they tell failures, costs and batches
		if err != nil {
			return err
		}
		if result.Pending() {
			s.await(result.Key, result.Batch, result.Meta)
		} else {
			s.remember(result.Key, result.Err != "", costOf(&result.Usage))
		}
	}
	return nil
}

func (s *run) remember(key string, isFailed bool, cost float64) {
	s.forget(key)
	state := storedDone
	if isFailed {
		state = storedFailed
	}
	s.keys[hashOf(key)] = state
	s.own.spent += cost
	s.most = max(s.most, cost)
}

// readAll reads the source until it ends, fails, or nothing may start any more.
func (s *run) readAll(source iter.Seq2[Job, error]) error {
	isDone := false
	defer func() {
		if !isDone { // a panic of the source, or the end of its goroutine
			s.stop(errors.New("jobs: the source panicked"))
			s.wait()
		}
	}()
	n := 0
	var failed error
	for job, err := range source {
		n++
		if err == nil {
			err = s.add(job, n)
		}
		if err != nil {
			failed = err
			break
		}
	}
	isDone = true
	s.dispatchAll()
	if errors.Is(failed, errStopped) {
		return nil
	}
	return failed
}

// errStopped ends the reading when the run has stopped.
var errStopped = errors.New("jobs: stopped")

// add takes over the job at position n of the source.
func (s *run) add(job Job, n int) error {
	key, err := KeyOf(job)
	if err == nil && len(job.Meta) > 0 && !json.Valid(job.Meta) {
		err = errors.New("jobs: its meta is not JSON")
	}
	if err != nil {
		return fmt.Errorf("job %d of the source: %w", n, err)
	}
	h := hashOf(key)
	job.Key = key
	size := 0
	if s.Batch {
		data, _ := json.Marshal(job.Request) // an error is that of the batch
		size = len(data)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return errStopped
	}
	state := s.keys[h]
	if state&read != 0 {
		return nil
	}
	s.keys[h] = state | read
	switch {
	case state&storedDone != 0:
		s.counted.Done++
	case state&storedFailed != 0 && !s.RetryFailed:
		s.counted.Failed++
	default:
		s.counted.Left++
		if s.Batch {
			return s.put(job, size)
		}
		return s.queue(job)
	}
	return nil
}
