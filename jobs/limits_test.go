package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// arrivals keeps when each request arrived, in seconds since the beginning.
type arrivals struct {
	start time.Time
	at    map[string][]float64
	guard chan struct{}
}

func newArrivals() *arrivals {
	return &arrivals{start: time.Now(), at: map[string][]float64{}, guard: make(chan struct{}, 1)}
}

func (l *arrivals) add(key string) int {
	l.guard <- struct{}{}
	defer func() { <-l.guard }()
	l.at[key] = append(l.at[key], time.Since(l.start).Seconds())
	return len(l.at[key])
}

func TestARateLimitPausesItsModelForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := newArrivals()
		fake := openroutertest.NewTransport(t, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
			n := seen.add(r.Model())
			if r.Model() == "a/slow" && n == 3 {
				return openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RetryAfter(30 * time.Second)
			}
			return openroutertest.Text(r.Text()).Latency(time.Second)
		}).Always())
		store := &memory{}
		var paused time.Duration
		runner := jobs.Runner{Client: fake.Client(), Store: store, Workers: 2, OnProgress: func(s jobs.Status) { paused = max(paused, s.Paused) }}
		var all []jobs.Job
		for i := range 20 {
			model := []string{"a/slow", "b/quick"}[i%2]
			all = append(all, jobs.Job{Key: fmt.Sprint(i), Request: question(model, fmt.Sprint(i))})
		}
		status, err := runner.Run(t.Context(), list(all...))
		require.NoError(t, err)
		assert.Equal(t, 20, status.Done)
		assert.Zero(t, status.Failed)
		slow, quick := seen.at["a/slow"], seen.at["b/quick"]
		require.Len(t, slow, 11, "one was asked again")
		assert.Len(t, quick, 10)
		refused := slow[2]
		for _, at := range slow {
			assert.True(t, at <= refused || at >= refused+30, "nothing of the model until the service says")
		}
		assert.GreaterOrEqual(t, slow[10], refused+30)
		assert.Less(t, quick[9], refused+30, "the other model goes on")
		assert.Greater(t, paused, 25*time.Second)
		assert.Zero(t, status.Paused)
	})
}

func TestAPausedModelDoesNotHoldUpTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := newArrivals()
		runner := jobs.Runner{Store: &memory{}, Workers: 1, Do: func(_ context.Context, job jobs.Job) (jobs.Result, error) {
			if seen.add(job.Key) == 1 && job.Key == "a1" {
				time.Sleep(time.Second)
				return jobs.Result{}, &openrouter.APIError{StatusCode: 429, RetryAfter: 30 * time.Second}
			}
			return jobs.Result{}, nil
		}}
		_, err := runner.Run(t.Context(), list(jobs.Job{Key: "a1", Request: question("a", "x")}, jobs.Job{Key: "a2", Request: question("a", "x")},
			jobs.Job{Key: "b", Request: question("b", "x")}))
		require.NoError(t, err)
		assert.Equal(t, map[string][]float64{"a1": {0, 31}, "a2": {31}, "b": {1}}, seen.at)
	})
}

func TestTheRetriesOfTheClientPauseTooAndCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := newArrivals()
		fake := openroutertest.NewTransport(t,
			openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
				seen.add(r.Text())
				return openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RetryAfter(10 * time.Second)
			}).Times(1),
			openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply { seen.add(r.Text()); return openroutertest.Echo() }).Always())
		runner := jobs.Runner{Client: fake.Client(openrouter.WithMaxRetries(2)), Store: &memory{}, Workers: 1}
		status, err := runner.Run(t.Context(), rows(3))
		require.NoError(t, err)
		assert.Equal(t, 3, status.Done)
		assert.Equal(t, []float64{0, 10}, seen.at["k0"])
		assert.Equal(t, []float64{10}, seen.at["k1"])
	})
}

func TestRateLimitsShrinkTheWorkersWhichGrowAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const allowed = 8 // requests at once
		var running, refusals, peak atomic.Int64
		do := func(context.Context, jobs.Job) (jobs.Result, error) {
			n := running.Add(1)
			defer running.Add(-1)
			peak.Store(max(peak.Load(), n))
			if n > allowed {
				refusals.Add(1)
				return jobs.Result{}, &openrouter.APIError{StatusCode: 429, Type: openrouter.ErrRateLimitExceeded}
			}
			time.Sleep(time.Second)
			return jobs.Result{}, nil
		}
		least, last := 64, 0
		runner := jobs.Runner{Store: &memory{}, Workers: 64, Do: do, OnProgress: func(s jobs.Status) { least, last = min(least, s.Workers), s.Workers }}
		status, err := runner.Run(t.Context(), rows(2000))
		require.NoError(t, err)
		assert.Equal(t, 2000, status.Done)
		assert.Zero(t, status.Failed)
		assert.LessOrEqual(t, least, allowed, "halved until the service takes all")
		assert.Greater(t, last, least-1)
		assert.Less(t, refusals.Load(), int64(400))
		assert.Greater(t, peak.Load(), int64(allowed), "they grow again until the service refuses")
	})
}

func TestManyRefusalsAtOnceHalveTheWorkersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		var workers []int
		runner := jobs.Runner{Store: &memory{}, Workers: 8, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			n := asked.Add(1)
			time.Sleep(time.Second)
			if n <= 8 {
				return jobs.Result{}, &openrouter.APIError{StatusCode: 429}
			}
			return jobs.Result{}, nil
		}, OnProgress: func(s jobs.Status) { workers = append(workers, s.Workers) }}
		status, err := runner.Run(t.Context(), rows(100))
		require.NoError(t, err)
		assert.Equal(t, 4, workers[0])
		assert.Equal(t, 8, status.Workers, "one more for each round of answers")
		assert.Contains(t, workers, 6)
	})
}

func TestARefusalWithoutAHintWaitsLongerEachTimeAndEndsAsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := newArrivals()
		fake := openroutertest.NewTransport(t, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
			seen.add(r.Text())
			return openroutertest.Error(429, openrouter.ErrRateLimitExceeded)
		}).Always())
		store := &memory{}
		var told []time.Duration
		runner := jobs.Runner{Client: fake.Client(), Store: store, OnProgress: func(s jobs.Status) { told = append(told, s.Paused/time.Second) }}
		status, err := runner.Run(t.Context(), rows(1))
		require.NoError(t, err)
		assert.Equal(t, 1, status.Failed)
		assert.Equal(t, []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60, 0}, told, "every pause, and the result")
		assert.Equal(t, []float64{0, 1, 3, 7, 15, 31, 63, 123, 183, 243}, seen.at["k0"])
		assert.Equal(t, openrouter.ErrRateLimitExceeded, store.all()["k0"].Type)
	})
}

func TestAServiceThatCannotBeReachedStopsTheRunInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		tries := 0
		runner := jobs.Runner{Store: &memory{}, Workers: 1, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			if tries++; tries == 4 { // it is back
				return jobs.Result{}, nil
			}
			return jobs.Result{}, fmt.Errorf("layer: %w", down)
		}}
		status, err := runner.Run(t.Context(), rows(5))
		require.ErrorIs(t, err, down)
		assert.Equal(t, 1, status.Done)
		assert.Zero(t, status.Failed, "no job is to blame")
		assert.Equal(t, 4+10, tries)
	})
}

func TestNoCreditsAndARejectedKeyStopAllAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		reply openroutertest.Reply
		stops bool
	}{
		"401":                {openroutertest.Error(401, openrouter.ErrAuthentication), true},
		"402":                {openroutertest.Error(402, openrouter.ErrPaymentRequired), true},
		"429 for a quota":    {openroutertest.Error(429, openrouter.ErrPaymentRequired), true},
		"403 of the key":     {openroutertest.Error(403, openrouter.ErrPermissionDenied), true},
		"403 of the prompt":  {openroutertest.Error(403, openrouter.ErrPermissionDenied).Metadata(map[string]any{"reasons": []string{"violence"}, "flagged_input": "x"}), false},
		"403 of a guardrail": {openroutertest.Error(403, openrouter.ErrPermissionDenied).Metadata(map[string]any{"patterns": []string{"ignore all"}}), false},
		"403 of a provider":  {openroutertest.Error(403, openrouter.ErrPermissionDenied).Metadata(map[string]any{"provider_name": "P"}), false},
		"400":                {openroutertest.Error(400, openrouter.ErrInvalidRequest), false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake := openroutertest.NewTransport(t, c.reply.ForText("k5").Times(1), openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
					return openroutertest.Text(r.Text()).Latency(time.Second)
				}).Always())
				store := &memory{}
				runner := jobs.Runner{Client: fake.Client(), Store: store, Workers: 8}
				status, err := runner.Run(t.Context(), rows(100))
				if !c.stops {
					require.NoError(t, err)
					assert.Equal(t, 99, status.Done)
					assert.Equal(t, 1, status.Failed)
					return
				}
				require.Error(t, err)
				assert.Less(t, len(fake.Requests()), 9, "nothing is started any more")
				assert.Equal(t, len(fake.Requests())-1, status.Done, "what was under way is recorded")
				assert.Zero(t, status.Failed)
				assert.NotContains(t, store.all(), "k5")
				status, err = runner.Run(t.Context(), rows(100))
				require.NoError(t, err)
				assert.Equal(t, 100, status.Done)
				assert.Len(t, fake.Requests(), 101)
			})
		})
	}
}

func TestAClientThatCannotSendStopsARun(t *testing.T) {
	t.Setenv("OPENROUTER_API_KEY", "")
	for name, client := range map[string]*openrouter.Client{
		"no key":  openrouter.NewClient(),
		"address": openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithBaseURL("not a url")),
		"both":    openrouter.NewClient(openrouter.WithMaxRetries(-1)),
	} {
		t.Run(name, func(t *testing.T) {
			store := &memory{}
			runner := jobs.Runner{Client: client, Store: store}
			status, err := runner.Run(t.Context(), rows(100))
			require.Error(t, err)
			assert.Empty(t, store.all(), "no job is to blame")
			assert.Positive(t, status.Left)
			runner.Batch = true
			_, err = runner.Run(t.Context(), rows(100))
			require.Error(t, err)
			assert.Empty(t, store.all())
		})
	}
	store := &memory{}
	bad := question("a/b", "x")
	bad.Temperature = new(9.0)
	runner := jobs.Runner{Client: openroutertest.NewTransport(t).Client(), Store: store}
	status, err := runner.Run(t.Context(), list(jobs.Job{Key: "a", Request: bad}, jobs.Job{Key: "b"}))
	require.NoError(t, err)
	assert.Equal(t, 2, status.Failed, "a request that is invalid fails alone")
	assert.Contains(t, store.all()["a"].Err, "temperature")
	assert.Contains(t, store.all()["b"].Err, "request is nil")
}

func TestStartsArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := newArrivals()
		runner := jobs.Runner{Store: &memory{}, PerSecond: 2.5, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			seen.add("all")
			time.Sleep(3 * time.Second)
			return jobs.Result{}, nil
		}}
		_, err := runner.Run(t.Context(), rows(51))
		require.NoError(t, err)
		for i, at := range seen.at["all"] {
			assert.InDelta(t, 0.4*float64(i), at, 1e-6)
		}
	})
}

func TestTheEndOfTheContextLeavesFiveSeconds(t *testing.T) {
	cause := errors.New("the machine goes down")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		store := &memory{}
		type key struct{}
		runner := jobs.Runner{Store: store, Workers: 2, Do: func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
			assert.Equal(t, "v", ctx.Value(key{}))
			took := map[string]time.Duration{"k0": 4 * time.Second, "k1": time.Hour}[job.Key]
			select {
			case <-time.After(took):
				return jobs.Result{}, nil
			case <-ctx.Done():
				return jobs.Result{}, context.Cause(ctx)
			}
		}}
		start := time.Now()
		time.AfterFunc(time.Second, func() { cancel(cause) })
		status, err := runner.Run(context.WithValue(ctx, key{}, "v"), rows(10))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, cause)
		assert.Equal(t, 6*time.Second, time.Since(start))
		assert.Equal(t, 1, status.Done)
		assert.Zero(t, status.Failed, "what was cancelled is asked again")
		assert.Contains(t, store.all(), "k0")

		_, err = runner.Run(ctx, rows(10))
		require.ErrorIs(t, err, cause)
		assert.Equal(t, 6*time.Second, time.Since(start), "nothing starts")
	})
}
