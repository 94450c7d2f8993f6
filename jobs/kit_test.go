package jobs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func question(model, text string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: model, Messages: []openrouter.Message{openrouter.UserMessage(text)}}
}

// rows are n jobs with the keys and texts k0, k1, …, of one model.
func rows(n int) iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		for i := range n {
			key := fmt.Sprintf("k%d", i)
			if !yield(jobs.Job{Key: key, Request: question("a/b", key)}, nil) {
				return
			}
		}
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

func openFile(t testing.TB) (*jobs.FileStore, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "results.jsonl")
	return reopen(t, path), path
}

func reopen(t testing.TB, path string) *jobs.FileStore {
	t.Helper()
	s, err := jobs.OpenFile(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func results(t testing.TB, s jobs.Store) map[string]jobs.Result {
	t.Helper()
	all := map[string]jobs.Result{}
	for r, err := range s.Results(context.WithoutCancel(t.Context())) {
		require.NoError(t, err)
		if _, isThere := all[r.Key]; isThere {
			require.Fail(t, "two results of "+r.Key)
		}
		all[r.Key] = r
	}
	return all
}

// memory is a Store without a file, for tests in which time is not real.
type memory struct {
	mu      sync.Mutex
	results []jobs.Result
	isBusy  bool
	groups  []int
	fail    func(results []jobs.Result) error
}

func (m *memory) Done(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, r := range m.all() {
			if !r.Pending() && !yield(r.Key, nil) {
				return
			}
		}
	}
}

func (m *memory) Results(context.Context) iter.Seq2[jobs.Result, error] {
	return func(yield func(jobs.Result, error) bool) {
		for _, r := range m.all() {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (m *memory) all() map[string]jobs.Result {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := map[string]jobs.Result{}
	for _, r := range m.results {
		all[r.Key] = r
	}
	return all
}

func (m *memory) Put(ctx context.Context, results ...jobs.Result) error {
	m.mu.Lock()
	if m.isBusy {
		panic("Put is called twice at once")
	}
	m.isBusy = true
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.isBusy = false
	}()
	if m.fail != nil {
		if err := m.fail(results); err != nil {
			return err
		}
	}
	if _, err := json.Marshal(results); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.groups = append(m.groups, len(results))
	m.results = append(m.results, results...)
	return ctx.Err()
}

func (m *memory) Close() error { return nil }
