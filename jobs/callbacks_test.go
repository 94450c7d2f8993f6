package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

func empty(context.Context, jobs.Job) (jobs.Result, error) { return jobs.Result{}, nil }

// panics returns what f panicked with.
func panics(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

func TestAPanicOfAFunctionOfTheProgramIsThatOfRun(t *testing.T) {
	for name, change := range map[string]func(*jobs.Runner, *memory){
		"Do": func(r *jobs.Runner, _ *memory) {
			r.Do = func(context.Context, jobs.Job) (jobs.Result, error) { panic("boom") }
		},
		"OnProgress": func(r *jobs.Runner, _ *memory) { r.OnProgress = func(jobs.Status) { panic("boom") } },
		"OnProgress of a pause": func(r *jobs.Runner, _ *memory) {
			r.Do = func(context.Context, jobs.Job) (jobs.Result, error) {
				return jobs.Result{}, &openrouter.APIError{StatusCode: 429}
			}
			r.OnProgress = func(jobs.Status) { panic("boom") }
		},
		"Put": func(_ *jobs.Runner, s *memory) { s.fail = func([]jobs.Result) error { panic("boom") } },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &memory{}
				runner := jobs.Runner{Store: store, Workers: 4, Do: empty}
				change(&runner, store)
				v := panics(func() { _, _ = runner.Run(t.Context(), rows(100)) })
				require.Contains(t, v, "boom")
				assert.Contains(t, v, "callbacks_test.go", "where it happened")
			})
		})
	}
}

func TestAFunctionThatEndsItsGoroutineStopsTheRun(t *testing.T) { // as t.FailNow does
	for name, change := range map[string]func(*jobs.Runner, *memory){
		"Do": func(r *jobs.Runner, _ *memory) {
			r.Do = func(context.Context, jobs.Job) (jobs.Result, error) { runtime.Goexit(); panic("") }
		},
		"OnProgress": func(r *jobs.Runner, _ *memory) { r.OnProgress = func(jobs.Status) { runtime.Goexit() } },
		"OnProgress of a pause": func(r *jobs.Runner, _ *memory) {
			r.Do = func(context.Context, jobs.Job) (jobs.Result, error) {
				return jobs.Result{}, &openrouter.APIError{StatusCode: 429}
			}
			r.OnProgress = func(jobs.Status) { runtime.Goexit() }
		},
		"Put": func(_ *jobs.Runner, s *memory) { s.fail = func([]jobs.Result) error { runtime.Goexit(); return nil } },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &memory{}
				runner := jobs.Runner{Store: store, Workers: 4, Do: empty}
				change(&runner, store)
				status, err := runner.Run(t.Context(), rows(100))
				require.ErrorContains(t, err, "ended its goroutine")
				assert.Less(t, status.Done+status.Failed, 100, "the rest is left") // Left counts only what was read
			})
		})
	}
}

func TestAResultOfDoThatIsNotJSONFailsAlone(t *testing.T) {
	for name, bad := range map[string]jobs.Result{
		"meta":   {Meta: json.RawMessage(`{`)},
		"value":  {Value: json.RawMessage(`{`)},
		"cost":   {Usage: openrouter.Usage{TotalTokens: 1, Cost: math.NaN()}},
		"answer": {Answer: &openrouter.ChatCompletion{Usage: &openrouter.Usage{Cost: math.Inf(1)}}},
	} {
		t.Run(name, func(t *testing.T) {
			store, _ := openFile(t)
			runner := jobs.Runner{Store: store, Workers: 4, MaxCost: 1, Do: func(_ context.Context, job jobs.Job) (jobs.Result, error) {
				if job.Key == "k5" {
					return bad, nil
				}
				return jobs.Result{}, nil
			}}
			status, err := runner.Run(t.Context(), rows(20))
			require.NoError(t, err)
			assert.Equal(t, 19, status.Done)
			assert.Equal(t, 1, status.Failed)
			assert.Contains(t, results(t, store)["k5"].Err, "Do returned")
			bad := bad
			runner.Do = func(context.Context, jobs.Job) (jobs.Result, error) { return bad, errors.New("the reason") }
			_, err = runner.Run(t.Context(), list(jobs.Job{Key: "both", Meta: json.RawMessage(`7`)}))
			require.NoError(t, err)
			assert.Contains(t, results(t, store)["both"].Err, "the reason")
			assert.JSONEq(t, `7`, string(results(t, store)["both"].Meta))
		})
	}
}

func TestASlowRateIsARate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		runner := jobs.Runner{Store: &memory{}, PerSecond: 1e-12, Do: empty}
		status, err := runner.Run(ctx, rows(100))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 1, status.Done)
	})
}

func TestProgressMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := 0
		isCalled := false
		runner := jobs.Runner{Store: &memory{}, Workers: 4, Do: func(_ context.Context, job jobs.Job) (jobs.Result, error) {
			if job.Key == "k3" && refused < 3 { // a pause begins while a result is reported
				refused++
				return jobs.Result{}, &openrouter.APIError{StatusCode: 429}
			}
			return jobs.Result{}, nil
		}, OnProgress: func(jobs.Status) {
			assert.False(t, isCalled, "one call at a time")
			isCalled = true
			time.Sleep(time.Second)
			isCalled = false
		}}
		status, err := runner.Run(t.Context(), rows(20))
		require.NoError(t, err)
		assert.Equal(t, 20, status.Done)
	})
}
