package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// costing answers after a second, at the price that a function names.
func costing(price func(key string) float64) func(context.Context, jobs.Job) (jobs.Result, error) {
	return func(_ context.Context, job jobs.Job) (jobs.Result, error) {
		time.Sleep(time.Second)
		return jobs.Result{Usage: openrouter.Usage{TotalTokens: 1, Cost: price(job.Key)}}, nil
	}
}

func TestABudgetIsNotExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		runner := jobs.Runner{Store: store, Workers: 64, MaxCost: 1, Do: costing(func(string) float64 { return 0.1 })}
		status, err := runner.Run(t.Context(), rows(1000))
		require.ErrorIs(t, err, jobs.ErrMaxCost)
		assert.Equal(t, 10, status.Done)
		assert.InDelta(t, 1, status.Usage.Cost, 1e-9)
		assert.Positive(t, status.Left)

		status, err = runner.Run(t.Context(), rows(1000))
		require.ErrorIs(t, err, jobs.ErrMaxCost, "what earlier runs spent counts")
		assert.Zero(t, status.Usage.Cost)
		runner.MaxCost = 1.05
		status, err = runner.Run(t.Context(), rows(1000))
		require.ErrorIs(t, err, jobs.ErrMaxCost, "what earlier answers cost is known")
		assert.Zero(t, status.Usage.Cost)
		runner.MaxCost = 1.3
		status, err = runner.Run(t.Context(), rows(1000))
		require.ErrorIs(t, err, jobs.ErrMaxCost)
		assert.InDelta(t, 0.3, status.Usage.Cost, 1e-9, "sums of prices are not exact")
		runner.MaxCost = 1.8
		status, err = runner.Run(t.Context(), rows(1000))
		require.ErrorIs(t, err, jobs.ErrMaxCost)
		assert.InDelta(t, 0.5, status.Usage.Cost, 1e-9)
	})
}

func TestAFileKnowsWhatItHasCost(t *testing.T) {
	store, path := openFile(t)
	failing := true
	runner := jobs.Runner{Store: store, MaxCost: 0.5, RetryFailed: true, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
		r := jobs.Result{Usage: openrouter.Usage{TotalTokens: 1, Cost: 0.1}}
		if failing {
			failing = false
			return r, errors.New("no")
		}
		return r, nil
	}}
	_, err := runner.Run(t.Context(), rows(1))
	require.NoError(t, err)
	require.NoError(t, store.Close())
	runner.Store = reopen(t, path)
	status, err := runner.Run(t.Context(), rows(9))
	require.ErrorIs(t, err, jobs.ErrMaxCost)
	assert.Equal(t, 4, status.Done, "the failure was paid, too")
}

func TestAnUnknownPriceStartsSlowly(t *testing.T) {
	for name, price := range map[string]func(string) float64{
		"one price":  func(string) float64 { return 0.1 },
		"any price":  func(string) float64 { return rand.Float64() * 0.2 },
		"rare price": func(string) float64 { return map[bool]float64{true: 0.5, false: 0.01}[rand.N(20) == 0] },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const maxCost = 3
				var running, most, over float64
				guard := make(chan struct{}, 1)
				known := 0.0
				do := func(_ context.Context, job jobs.Job) (jobs.Result, error) {
					guard <- struct{}{}
					running++
					most = max(most, running)
					first := known == 0 && running > 1
					reserved := known
					<-guard
					assert.False(t, first, "one at a time until there is a price")
					time.Sleep(time.Second)
					guard <- struct{}{}
					defer func() { <-guard }()
					running--
					cost := price(job.Key)
					over += max(0, cost-reserved)
					known = max(known, cost)
					return jobs.Result{Usage: openrouter.Usage{TotalTokens: 1, Cost: cost}}, nil
				}
				runner := jobs.Runner{Store: &memory{}, Workers: 32, MaxCost: maxCost, Do: do}
				status, err := runner.Run(t.Context(), rows(5000))
				require.ErrorIs(t, err, jobs.ErrMaxCost)
				assert.LessOrEqual(t, status.Usage.Cost, maxCost+over+1e-9)
				assert.Greater(t, status.Usage.Cost, maxCost-known-1e-9, "what is left is less than an answer")
				assert.Greater(t, most, 2.0)
			})
		})
	}
}

func TestFailuresThatCostHaveAPrice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runner := jobs.Runner{Store: &memory{}, Workers: 64, MaxCost: 1, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			return jobs.Result{Usage: openrouter.Usage{TotalTokens: 1, Cost: 0.3}}, errors.New("no")
		}}
		status, err := runner.Run(t.Context(), rows(10))
		require.ErrorIs(t, err, jobs.ErrMaxCost)
		assert.Equal(t, 3, status.Failed)
	})
}

func TestWhatRefusedTriesCostCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shared{}
		tries := 0
		runner := jobs.Runner{Store: store, MaxCost: 1, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			result := jobs.Result{Usage: openrouter.Usage{TotalTokens: 1, Cost: 0.1}} // of the steps before
			if tries++; tries < 4 {
				return result, fmt.Errorf("step 2: %w", &openrouter.APIError{StatusCode: 429})
			}
			return result, nil
		}}
		status, err := runner.Run(t.Context(), rows(1))
		require.NoError(t, err)
		assert.InDelta(t, 0.4, status.Usage.Cost, 1e-9)
		assert.InDelta(t, 0.4, store.all()["k0"].Usage.Cost, 1e-9)
		assert.InDelta(t, 0.4, store.spent, 1e-9)
		assert.WithinDuration(t, time.Now(), store.paused["a/b"], time.Second, "the fleet pauses, too")
	})
}

func TestNothingMayBeSpent(t *testing.T) {
	fake := openroutertest.NewTransport(t, openroutertest.Echo())
	runner := jobs.Runner{Client: fake.Client(), Store: &memory{}, MaxCost: -1}
	status, err := runner.Run(t.Context(), rows(3))
	require.ErrorIs(t, err, jobs.ErrMaxCost)
	assert.Zero(t, status.Done)
	assert.Empty(t, fake.Requests())
}

func TestAFreeModelNeedsNoBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		runner := jobs.Runner{Store: &memory{}, MaxCost: 0.01, Do: costing(func(string) float64 { return 0 })}
		status, err := runner.Run(t.Context(), rows(160))
		require.NoError(t, err)
		assert.Equal(t, 160, status.Done)
		assert.Less(t, time.Since(start), 20*time.Second)
	})
}

func TestEachModelHasItsPrice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []jobs.Job
		for i := range 400 {
			all = append(all, jobs.Job{Key: fmt.Sprint(i), Request: question([]string{"a/dear", "b/cheap"}[i%2], "x")})
		}
		start := time.Now()
		runner := jobs.Runner{Store: &memory{}, MaxCost: 300, Workers: 16, Do: func(_ context.Context, job jobs.Job) (jobs.Result, error) {
			time.Sleep(time.Second)
			return jobs.Result{Usage: openrouter.Usage{TotalTokens: 1, Cost: map[string]float64{"a/dear": 1, "b/cheap": 0.001}[job.Request.Model]}}, nil
		}}
		status, err := runner.Run(t.Context(), list(all...))
		require.NoError(t, err)
		assert.Equal(t, 400, status.Done)
		assert.Less(t, time.Since(start), 40*time.Second)
	})
}

func TestTheProvidersBillCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runner := jobs.Runner{Store: &memory{}, MaxCost: 1, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			return jobs.Result{Usage: openrouter.Usage{TotalTokens: 1, IsBYOK: true, CostDetails: &openrouter.CostDetails{UpstreamInferenceCost: 0.25}}}, nil
		}}
		status, err := runner.Run(t.Context(), rows(10))
		require.ErrorIs(t, err, jobs.ErrMaxCost)
		assert.Equal(t, 4, status.Done)
	})
}

// shared is a store whose budget and pauses belong to several runs.
type shared struct {
	memory
	reserved, spent float64
	limit           float64
	paused          map[string]time.Time
	fail            error
}

func (s *shared) Reserve(_ context.Context, usd, maxCost float64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = maxCost
	if s.reserved+s.spent+usd > maxCost+1e-9 {
		return false, s.fail
	}
	s.reserved += usd
	return true, s.fail
}

func (s *shared) Settle(_ context.Context, reserved, spent float64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reserved -= reserved
	s.spent += spent
	return nil
}

func (s *shared) Pause(_ context.Context, model string, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused == nil {
		s.paused = map[string]time.Time{}
	}
	if until.After(s.paused[model]) {
		s.paused[model] = until
	}
	return nil
}

func (s *shared) Paused(_ context.Context, model string) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paused[model], nil
}

func TestAFleetSharesItsBudgetAndItsPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shared{spent: 0.5}
		seen := newArrivals()
		do := func(_ context.Context, job jobs.Job) (jobs.Result, error) {
			if seen.add("all") == 1 {
				return jobs.Result{}, &openrouter.APIError{StatusCode: 429, Type: openrouter.ErrRateLimitExceeded, RetryAfter: 10 * time.Second}
			}
			return costing(func(string) float64 { return 0.1 })(nil, job)
		}
		store.paused = map[string]time.Time{"a/b": time.Now().Add(5 * time.Second)} // by another process
		runner := jobs.Runner{Store: store, MaxCost: 1, Workers: 4, Do: do}
		status, err := runner.Run(t.Context(), rows(100))
		require.ErrorIs(t, err, jobs.ErrMaxCost)
		assert.Equal(t, 5, status.Done)
		assert.InDelta(t, 1, store.spent, 1e-9)
		assert.InDelta(t, 0, store.reserved, 1e-9, "all reservations are settled")
		assert.InDelta(t, 1, store.limit, 0)
		assert.InDelta(t, 5, seen.at["all"][0], 0.01, "a pause of the fleet")
		assert.InDelta(t, 15, seen.at["all"][1], 0.01)

		store.fail = errors.New("no quorum")
		_, err = runner.Run(t.Context(), rows(100))
		require.ErrorIs(t, err, store.fail)
	})
}
