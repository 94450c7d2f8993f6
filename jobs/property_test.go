package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

// Whatever happens to a run, it ends, its status adds up, and every key is recorded once. The bubble
// of a test fails if everybody waits for somebody else.
func TestEveryRunEnds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) { anyRun(t, seed) })
		if t.Failed() {
			t.Logf("seed %d", seed)
			return
		}
	}
}

func anyRun(t *testing.T, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 0))
	guard := make(chan struct{}, 1)
	roll := func(n int) int {
		guard <- struct{}{}
		defer func() { <-guard }()
		return dice.IntN(n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if roll(5) == 0 {
		time.AfterFunc(time.Duration(roll(20_000))*time.Millisecond, cancel)
	}
	troubles := roll(3) // how many of ten tries have one
	do := func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
		select {
		case <-time.After(time.Duration(roll(3000)) * time.Millisecond):
		case <-ctx.Done():
			return jobs.Result{}, ctx.Err()
		}
		result := jobs.Result{Usage: openrouter.Usage{TotalTokens: 1, Cost: float64(roll(100)) / 1000}}
		if roll(10) >= troubles {
			return result, nil
		}
		switch roll(60) {
		case 0:
			return result, &openrouter.APIError{StatusCode: 402, Type: openrouter.ErrPaymentRequired}
		case 1, 2, 3, 4, 5:
			return jobs.Result{}, &openrouter.APIError{StatusCode: 429, Type: openrouter.ErrRateLimitExceeded, RetryAfter: time.Duration(roll(9)) * time.Second}
		default:
			return result, errors.New("no")
		}
	}
	n, read := 1+roll(150), 0
	source := func(yield func(jobs.Job, error) bool) {
		for i := range n {
			read++
			if roll(50) == 0 {
				time.Sleep(time.Second)
			}
			if !yield(jobs.Job{Key: fmt.Sprint(i), Request: question(fmt.Sprint("m/", roll(3)), "x")}, nil) {
				return
			}
		}
	}
	store := &shared{}
	runner := jobs.Runner{Store: store, Workers: 1 + roll(20), Do: do}
	if roll(2) == 0 {
		runner.Store = &store.memory // not a fleet
	}
	if roll(2) == 0 {
		runner.MaxCost = float64(1+roll(4000)) / 1000
	}
	if roll(3) == 0 {
		runner.PerSecond = 1 + float64(roll(50))
	}
	if roll(3) == 0 { // other processes
		store.spent = float64(roll(1000)) / 1000
		for range roll(10) {
			time.AfterFunc(time.Duration(roll(10_000))*time.Millisecond, func() {
				_ = store.Pause(ctx, fmt.Sprint("m/", roll(3)), time.Now().Add(time.Duration(roll(5000))*time.Millisecond))
			})
		}
	}

	status, err := runner.Run(ctx, source)
	all := store.all()
	require.Len(t, store.results, len(all), "every key is recorded once")
	require.Equal(t, len(all), status.Done+status.Failed)
	if err == nil {
		require.Zero(t, status.Left)
		require.Equal(t, n, status.Done+status.Failed)
	} else {
		require.GreaterOrEqual(t, read, status.Done+status.Failed+status.Left)
		require.LessOrEqual(t, read-1, status.Done+status.Failed+status.Left)
	}
	failed := 0
	for _, r := range all {
		if r.Err != "" {
			failed++
		}
	}
	require.Equal(t, failed, status.Failed)
	require.InDelta(t, 0, store.reserved, 1e-6, "no reservation is left")
	if runner.MaxCost != 0 && errors.Is(err, jobs.ErrMaxCost) {
		require.Positive(t, status.Left)
	}
}
