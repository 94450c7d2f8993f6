package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"github.com/openrouter-go/openrouter"
)

// ErrMaxCost means that the next job could exceed [Runner.MaxCost].
var ErrMaxCost = errors.New("jobs: the limit of cost is reached")

// Job is one request, asked and recorded once.
type Job struct {
	// Key names the job in the [Store]. Two jobs with the same key are one job: the second is
	// skipped. It must be valid UTF-8. If it is empty, [KeyOf] derives it from the request.
	Key string `json:"key,omitempty"`
	// Request is what is asked. It is not changed. It may be nil if Runner.Do does not need it.
	Request *openrouter.ChatCompletionRequest `json:"request,omitempty"`
	// Meta is copied to the result: a row number, the expected label. It is not sent.
	Meta json.RawMessage `json:"meta,omitempty"`
}

// Result is what became of a job. As JSON it is one line of a [FileStore].
type Result struct {
	// Key is the key of the job.
	Key string `json:"key"`
	// Err is the error that the job failed with, or empty. Look at it first.
	Err string `json:"error,omitempty"`
	// Type is the kind of failure, if the service named one.
	Type openrouter.ErrorType `json:"error_type,omitempty"`
	// Batch is the id of the service's batch that the job went with, or empty. See [Result.Pending].
	Batch string `json:"batch,omitempty"`
	// Usage counts what the job used, the failed tries included as far as the service told. It may
	// be set beside an error.
	Usage openrouter.Usage `json:"usage,omitzero"`
	// Meta is that of the job.
	Meta json.RawMessage `json:"meta,omitempty"`
	// Value is for what [Runner.Do] makes of an answer.
	Value json.RawMessage `json:"value,omitempty"`
	// Answer is the whole answer. It is nil if the job failed, unless Runner.Do sets it.
	Answer *openrouter.ChatCompletion `json:"answer,omitempty"`
}

// Pending reports whether the job is still on its way: its result has a Batch, and neither an answer,
// a value nor an error. Such a result is stored, but the job is not done.
func (r Result) Pending() bool {
	return r.Batch != "" && r.Err == "" && r.Answer == nil && len(r.Value) == 0
}

// Status counts the jobs that a run has read so far from its source: Done, Failed and Left together.
type Status struct {
	// Done jobs have a result without an error, from this run or from an earlier one.
	Done int
	// Failed jobs have a result with an error, from this run or from an earlier one.
	Failed int
	// Left jobs have been read and have no result yet.
	Left int
	// Usage is the sum of what this run has recorded, failures included.
	Usage openrouter.Usage
	// Workers is how many jobs may be under way at once now. Rate limits make it less than
	// [Runner.Workers].
	Workers int
	// Paused is how long a rate limit still pauses a model, the longest if there are several.
	Paused time.Duration
}

// Store holds the results. [OpenFile] opens one, and any database can be another: package jobstest
// checks it.
//
// A [Runner] reads the store when it starts. Then it writes: one Put at a time.
type Store interface {
	// Done yields the key of each recorded job, once or more often, whether the job failed or not. A
	// [Result.Pending] is not recorded yet. An error ends the sequence. The context that a Runner
	// gives ends when it starts no more jobs.
	Done(ctx context.Context) iter.Seq2[string, error]
	// Results yields the last result of each key, in any order. An error ends the sequence.
	Results(ctx context.Context) iter.Seq2[Result, error]
	// Put stores results, which are durable when it returns nil. After an error any of them may be
	// stored; a Runner may Put them again. A later result of the same key replaces the earlier one.
	// A Runner never calls Put twice at once.
	Put(ctx context.Context, results ...Result) error
	// Close frees what the store holds. A Runner does not call it.
	Close() error
}

// Fleet is implemented by a [Store] that several processes share. Budget and pauses are then those of
// all of them. Without it, they are those of one run. Its methods are called at the same time, and
// before each request, so they should be fast.
type Fleet interface {
	// Reserve adds usd to what is reserved and returns true. If what is spent and reserved would then
	// exceed maxCost, it changes nothing and returns false.
	Reserve(ctx context.Context, usd, maxCost float64) (bool, error)
	// Settle replaces a reservation by what was spent, both in USD.
	Settle(ctx context.Context, reserved, spent float64) error
	// Pause makes everybody wait with requests to the model until then. A later time wins.
	Pause(ctx context.Context, model string, until time.Time) error
	// Paused returns until when to wait with requests to the model; a time in the past if there is no
	// pause.
	Paused(ctx context.Context, model string) (time.Time, error)
}
