package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"github.com/openrouter-go/openrouter"
)

// ErrMaxCost means that a run stopped because the next job could exceed [Runner.MaxCost].
var ErrMaxCost = errors.New("jobs: the limit of cost (MaxCost) is reached")

// Job is one request with a key.
type Job struct {
	// Key identifies the job in the [Store]. Of two jobs with the same key, the second is skipped. Key
	// must be valid UTF-8. If it is empty, [KeyOf] derives it from the request.
	Key string `json:"key,omitempty"`
	// Request is sent to the service. It is not changed. It may be nil if Runner.Do does not need it.
	Request *openrouter.ChatCompletionRequest `json:"request,omitempty"`
	// Meta is copied to the result, for example a row number or the expected label. It is not sent.
	Meta json.RawMessage `json:"meta,omitempty"`
}

// Result is the result of a job. As JSON it is one line of a [FileStore].
type Result struct {
	// Key is the key of the job.
	Key string `json:"key"`
	// Err is the error of a failed job, or empty. Check it first.
	Err string `json:"error,omitempty"`
	// Type is the type of the error, if the service reported one.
	Type openrouter.ErrorType `json:"error_type,omitempty"`
	// Batch is the id of the batch that the job was sent in, or empty. See [Result.Pending].
	Batch string `json:"batch,omitempty"`
	// Usage is the usage of the job, including failed tries if the service reported it. It may also be
	// set for a failed job.
	Usage openrouter.Usage `json:"usage,omitzero"`
	// Meta is the Meta of the job.
	Meta json.RawMessage `json:"meta,omitempty"`
	// Value is a value that [Runner.Do] makes, as JSON.
	Value json.RawMessage `json:"value,omitempty"`
	// Answer is the whole answer. It is nil if the job failed, unless Runner.Do sets it.
	Answer *openrouter.ChatCompletion `json:"answer,omitempty"`
}

// Pending reports whether the job waits for a batch: Batch is set, and there is no answer, value or
// error yet. Such a result is stored, but the job is not done.
func (r Result) Pending() bool {
	return r.Batch != "" && r.Err == "" && r.Answer == nil && len(r.Value) == 0
}

// Status counts jobs. Done, Failed and Left together are the jobs that a run has read from its
// source so far.
type Status struct {
	// Done jobs have a result without an error, from this run or from an earlier one.
	Done int
	// Failed jobs have a result with an error, from this run or from an earlier one.
	Failed int
	// Left jobs have no result yet.
	Left int
	// Usage is the total usage of the results that this run has recorded, including failures.
	Usage openrouter.Usage
	// Workers is how many jobs may run at once now. After rate limits it is less than
	// [Runner.Workers].
	Workers int
	// Paused is the rest of the longest pause of a model because of a rate limit.
	Paused time.Duration
}

// Store holds results. [OpenFile] opens one that is a file. To keep results in a database,
// implement Store and test it with package jobstest.
//
// A [Runner] reads the store when it starts. After that it only writes, with one Put at a time.
type Store interface {
	// Done yields the key of each recorded job, including failed ones. It may yield a key several
	// times. It does not yield jobs whose result is [Result.Pending]. An error ends the sequence. A
	// Runner passes a context that ends when the Runner starts no more jobs.
	Done(ctx context.Context) iter.Seq2[string, error]
	// Results yields the last result of each key, in any order. An error ends the sequence.
	Results(ctx context.Context) iter.Seq2[Result, error]
	// Put stores results. They must be durable when it returns nil. After an error, some of them may
	// be stored, and a Runner may Put them again. A later result of the same key replaces the earlier
	// one.
	Put(ctx context.Context, results ...Result) error
	// Close releases the store. A Runner does not call it.
	Close() error
}

// Fleet may be implemented by a [Store] that several processes share. Their runs then share the
// budget and the pauses of rate limits. Several goroutines call its methods at once, before each
// request, so they should be fast.
type Fleet interface {
	// Reserve reserves usd and returns true. If the sum of all spent and reserved amounts would exceed
	// maxCost, it changes nothing and returns false.
	Reserve(ctx context.Context, usd, maxCost float64) (bool, error)
	// Settle replaces a reservation by the amount that was spent, both in USD.
	Settle(ctx context.Context, reserved, spent float64) error
	// Pause stops all requests to the model until the given time. If there are several pauses, the
	// latest time counts.
	Pause(ctx context.Context, model string, until time.Time) error
	// Paused returns the end of the pause of the model, or a time in the past if there is no pause.
	Paused(ctx context.Context, model string) (time.Time, error)
}
