package natsjobs_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
)

func TestMain(m *testing.M) {
	if worker() {
		return
	}
	goleak.VerifyTestMain(m)
}

// open opens a queue that closes with the test.
func open(t testing.TB, name string, config natsjobs.Config) *natsjobs.Queue {
	t.Helper()
	q, err := natsjobs.Open(t.Context(), name, config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, q.Close()) })
	return q
}

// rows yields the jobs from-to, with the keys row-0, row-1, …
func rows(from, to int) iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		for i := from; i < to; i++ {
			if !yield(row(i), nil) {
				return
			}
		}
	}
}

func row(i int) jobs.Job {
	return jobs.Job{
		Key: fmt.Sprintf("row-%d", i),
		Request: &openrouter.ChatCompletionRequest{
			Model:    "openai/gpt-5.2",
			Messages: []openrouter.Message{openrouter.UserMessage(fmt.Sprintf("Row %d", i))},
		},
	}
}

func list(all ...jobs.Job) iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		for _, job := range all {
			if !yield(job, nil) {
				return
			}
		}
	}
}

// results reads what is recorded, and requires that no key is recorded twice.
func results(t testing.TB, q *natsjobs.Queue) map[string]jobs.Result {
	t.Helper()
	all := map[string]jobs.Result{}
	for r, err := range q.Results(context.Background()) {
		require.NoError(t, err)
		require.NotContains(t, all, r.Key)
		all[r.Key] = r
	}
	return all
}

func keys(t testing.TB, q *natsjobs.Queue) []string {
	t.Helper()
	var all []string
	for key, err := range q.Done(context.Background()) {
		require.NoError(t, err)
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
