package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// tracer keeps the operations, each with the one around it.
type tracer struct {
	mu  sync.Mutex
	all []*span
}

type span struct {
	op     openrouter.Operation
	inside *span
	result any
	err    error
	ends   int
}

type spanKey struct{}

func (tr *tracer) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	s := &span{op: op}
	s.inside, _ = ctx.Value(spanKey{}).(*span)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.all = append(tr.all, s)
	return context.WithValue(ctx, spanKey{}, s), s
}

func (tr *tracer) named(name string) (found []*span) {
	for _, s := range tr.all {
		if s.op.Name == name {
			found = append(found, s)
		}
	}
	return found
}

func (s *span) Retry(openrouter.Retry) {}
func (s *span) FirstChunk()            {}
func (s *span) End(result any, _ openrouter.CallInfo, err error) {
	s.result, s.err = result, err
	s.ends++
}

func TestObserversSeeARunWithItsJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Error(429, openrouter.ErrRateLimitExceeded).ForText("k1").Times(1),
			openroutertest.Error(400, openrouter.ErrInvalidRequest).ForText("k2").Times(1), openroutertest.Echo())
		var seen tracer
		runner := jobs.Runner{Client: fake.Client(openrouter.WithObserver(&seen)), Store: &memory{}}
		status, err := runner.Run(t.Context(), rows(3))
		require.NoError(t, err)
		runs, tries, chats := seen.named("run_jobs"), seen.named("run_job"), seen.named("chat")
		require.Len(t, runs, 1)
		assert.Equal(t, status, runs[0].result)
		require.NoError(t, runs[0].err)
		require.Len(t, tries, 4)
		require.Len(t, chats, 4)
		for i := range tries {
			assert.Same(t, runs[0], tries[i].inside)
			assert.Equal(t, "run_job", chats[i].inside.op.Name)
			assert.Equal(t, "a/b", tries[i].op.Target)
			assert.IsType(t, jobs.Job{}, tries[i].op.Request)
			assert.IsType(t, jobs.Result{}, tries[i].result)
		}
		for _, s := range seen.all {
			assert.Equal(t, 1, s.ends)
		}
	})
}

func TestObserversSeeTheEndOfARunThatPanics(t *testing.T) {
	var seen tracer
	client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithObserver(&seen))
	runner := jobs.Runner{Client: client, Store: &memory{}, Do: func(context.Context, jobs.Job) (jobs.Result, error) { panic("do") }}
	assert.Panics(t, func() { _, _ = runner.Run(t.Context(), rows(1)) })
	runner.Do = func(context.Context, jobs.Job) (jobs.Result, error) { return jobs.Result{}, nil }
	assert.Panics(t, func() { _, _ = runner.Run(t.Context(), func(func(jobs.Job, error) bool) { panic("source") }) })
	lost := errors.New("lost")
	_, err := runner.Run(t.Context(), func(yield func(jobs.Job, error) bool) { yield(jobs.Job{}, lost) })
	require.ErrorIs(t, err, lost)
	for _, s := range seen.all {
		assert.Error(t, s.err, s.op.Name)
		assert.Equal(t, 1, s.ends)
	}
	assert.Len(t, seen.named("run_jobs"), 3)
}

func TestTheLogLineOfARunHasItsCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		client := openroutertest.NewTransport(t, openroutertest.Text("a").Usage(5, 2).Cost(0.5).Always()).Client(
			openrouter.WithObserver(openrouter.LogCalls(slog.New(slog.NewTextHandler(&out, nil)))))
		_, err := (&jobs.Runner{Client: client, Store: &memory{}, Workers: 1}).Run(t.Context(), rows(2))
		require.NoError(t, err)
		assert.Contains(t, out.String(), "operation=run_jobs done=2 failed=0 left=0 prompt_tokens=10 completion_tokens=4 cost=1 ")
	})
}
