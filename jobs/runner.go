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

// Runner sends jobs and records their results. Store is required, and Client unless Do is set; all
// other fields are optional. A Runner may be copied. It must not be changed while it runs.
type Runner struct {
	// Client sends the requests and retries temporary failures; see [openrouter.WithMaxRetries].
	Client *openrouter.Client
	// Store holds the results. Runs that use a Store at the same time must have different jobs: a run
	// knows only what was stored before it started.
	Store Store
	// Workers is how many jobs may run at once, from the request until the result is durable. With
	// Batch it is the number of batches. The default is 16.
	Workers int
	// PerSecond limits how many jobs start in a second; 0 means no limit. It does not apply to
	// batches.
	PerSecond float64
	// MaxCost limits the total cost of the jobs in the store, in USD, including earlier runs. 0 means
	// no limit, and a negative number means that nothing may be spent. [Runner.Run] tells how exact
	// the limit is. A [FileStore] also counts failures that RetryFailed replaced. A Store that keeps
	// only one result per key does not.
	MaxCost float64
	// RetryFailed sends jobs again that are recorded with an error.
	RetryFailed bool
	// Batch sends the jobs through the service's Batch API; see the package documentation. Client must
	// be set, and Do must be nil.
	Batch bool
	// Do makes the result of a job. Nil calls Chat.Create of Client. Several calls run at once. The
	// runner sets Key and Meta of the result. If Usage is zero, the runner takes that of the answer, or
	// of the error: errors of the packages agent and structured, and all with a method
	// Spent() openrouter.Usage, tell it. If Do returns an error, it is recorded together with the result.
	//
	// If Do panics, the run ends, and then Run panics with a text that has the value and the stack. The
	// same applies to OnProgress and the Store.
	Do func(context.Context, Job) (Result, error)
	// OnProgress is called after each recorded result, and when a pause begins. Calls do not overlap. A
	// slow call holds up the recording of further results.
	OnProgress func(Status)
}

const defaultWorkers = 16

// grace is how long requests under way may go on after the end of the context.
const grace = 5 * time.Second

// Run sends the jobs of a source that are not in the store, and records their results. It returns
// when the source has ended and all its jobs are recorded. If the run stops early, Run returns an
// error; the same call then continues where the run stopped. The Status is always set.
//
// The source is read while jobs run, at most Workers jobs ahead, and 1,000 more while a model is
// paused. After an error of the source, or a job without a valid key, Run finishes and records the
// jobs before it, and returns the error.
//
// # What stops a run
//
// After one of these, no more jobs start. Running jobs are finished and recorded:
//
//   - The context ends. Running requests get 5 seconds to finish. Then they are cancelled and left
//     for the next run, although the service may bill them.
//   - Credits are missing (402), or the service rejects the key (401, and 403 unless it is about
//     the content or comes from a provider). Run returns the error of the request, and its job is
//     left for the next run. A missing key or an invalid option of the client has the same effect.
//   - A job finds the service unreachable ten times. It is left for the next run.
//   - [ErrMaxCost].
//   - The store fails.
//
// Run also waits for the source. If the source can block, it should end with the context, or with
// the context that [Store.Done] gets.
//
// # Rate limits
//
// After a 429, all workers pause for the model of the job, until the time that the service names.
// If it names none, the pause is one second, and doubles with each further 429, up to a minute. The
// number of workers is halved, and then grows by one with each round of answers. The job is sent
// again, and fails after ten tries. A service that is overloaded and asks to wait is treated in the
// same way, and so is one that is unreachable, but that stops the run after ten tries. If Do makes
// the requests, only errors that it returns have this effect.
//
// # The budget
//
// With MaxCost, the cost of the most expensive answer of its model so far is reserved for each job
// before it starts. For a model without an answer yet, one job starts; after that, two jobs may run
// for each cost seen. So the total can exceed MaxCost only if running jobs cost more than every
// answer before. Failed jobs count if the service reported their usage. An answer without usage
// counts as free.
//
// # Observers
//
// The observers of Client see the run as the operation run_jobs, with a [Status] as its result.
// Inside it, each try of a job is the operation run_job, with the [Job] as its request and a
// [Result] as its result. It contains the requests of the job.
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
		for h, err := range store.heads(s.ctx, store.durable()) {
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
