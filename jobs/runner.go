package jobs

import (
	"context"
	"errors"
	"iter"

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
	// durable. The default is 16.
	Workers int
	// PerSecond limits how many jobs start in a second; 0 is no limit.
	PerSecond float64
	// MaxCost limits what the jobs of the store may cost together, in USD, earlier runs included: 0
	// is no limit, and if it is negative nothing may be spent. See [Runner.Run].
	MaxCost float64
	// RetryFailed asks jobs again that are recorded with an error.
	RetryFailed bool
	// Do answers a job; nil calls Chat.Create of Client. The runner sets Key and Meta of the result,
	// and Usage if it is empty and there is an answer. Several calls run at once. With an error, the
	// rest of the result is recorded beside it.
	Do func(context.Context, Job) (Result, error)
	// OnProgress is called after each recorded result, one call at a time. Results are not recorded
	// while it runs.
	OnProgress func(Status)
}

// Run asks the jobs of a source that are not in the store.
func (r *Runner) Run(ctx context.Context, source iter.Seq2[Job, error]) (Status, error) {
	return Status{}, errors.New("jobs: not built yet")
}
