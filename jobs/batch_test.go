package jobs_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// submitted returns the number of rows of each batch that arrived.
func submitted(t *testing.T, requests []*openroutertest.Request) (rows []int) {
	t.Helper()
	for _, r := range requests {
		if r.Method == http.MethodPost {
			require.Equal(t, "/batches", r.Path)
			var b struct{ Requests []json.RawMessage }
			require.NoError(t, json.Unmarshal(r.Raw, &b))
			rows = append(rows, len(b.Requests))
		}
	}
	return rows
}

func TestABatchLaneRecordsTheSameResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Error(400, openrouter.ErrInvalidRequest, "no").ForText("k7").Times(1),
			openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
				return openroutertest.Text(r.Text()).Cost(0.001)
			}).Always())
		store := &memory{}
		var progress int
		runner := jobs.Runner{Client: fake.Client(), Store: store, Batch: true, OnProgress: func(jobs.Status) { progress++ }}
		long := strings.Repeat("long", 50)
		status, err := runner.Run(t.Context(), func(yield func(jobs.Job, error) bool) {
			for job := range rows(12_000) {
				if !yield(job, nil) {
					return
				}
			}
			yield(jobs.Job{Key: long, Request: question("c/d", long), Meta: json.RawMessage(`1`)}, nil)
		})
		require.NoError(t, err)
		assert.Equal(t, 12_000, status.Done)
		assert.Equal(t, 1, status.Failed)
		assert.Zero(t, status.Left)
		assert.Equal(t, 12_001, progress)
		assert.InDelta(t, 12, status.Usage.Cost, 1e-6)
		assert.ElementsMatch(t, []int{5000, 5000, 2000, 1}, submitted(t, fake.Requests()))
		all := store.all()
		require.Len(t, all, 12_001)
		require.Len(t, store.results, 2*12_001, "first with the batch, then with the answer")
		for key, r := range all {
			require.NotEmpty(t, r.Batch)
			if key == "k7" {
				require.Contains(t, r.Err, "no")
				continue
			}
			require.Empty(t, r.Err)
			require.Equal(t, key, r.Answer.Text())
		}
		assert.JSONEq(t, `1`, string(all[long].Meta))

		status, err = runner.Run(t.Context(), rows(12_000))
		require.NoError(t, err)
		assert.Equal(t, 1, status.Failed)
		runner.RetryFailed = true
		status, err = runner.Run(t.Context(), rows(12_000))
		require.NoError(t, err)
		assert.Equal(t, 12_000, status.Done)
		assert.Contains(t, submitted(t, fake.Requests()[5:]), 1)
	})
}

func TestABatchIsPickedUpAfterARestart(t *testing.T) {
	store, path := openFile(t)
	require.NoError(t, store.Close())
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Echo())
		fake.SetBatchLife(openrouter.BatchStatusValidating, openrouter.BatchStatusInProgress, openrouter.BatchStatusInProgress, openrouter.BatchStatusInProgress, openrouter.BatchStatusCompleted)
		run := func(ctx context.Context, change func(*jobs.Runner), n int) (jobs.Status, error) {
			store, err := jobs.OpenFile(path)
			require.NoError(t, err)
			defer store.Close()
			runner := jobs.Runner{Client: fake.Client(), Store: store, Batch: true}
			change(&runner)
			return runner.Run(ctx, rows(n))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		status, err := run(ctx, func(*jobs.Runner) {}, 100)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 100, status.Left)

		_, err = run(t.Context(), func(r *jobs.Runner) {
			r.Client, r.Batch = nil, false
			r.Do = func(context.Context, jobs.Job) (jobs.Result, error) { return jobs.Result{}, nil }
		}, 100)
		require.ErrorContains(t, err, "wait for a batch", "they are not asked again")

		status, err = run(t.Context(), func(r *jobs.Runner) { r.Batch = false }, 110) // what is on its way is waited for
		require.NoError(t, err)
		assert.Equal(t, 110, status.Done)
		assert.Zero(t, status.Left)
		posts := 0
		for _, r := range fake.Requests() {
			if r.Method == http.MethodPost {
				posts++
			}
		}
		assert.Equal(t, 1+10, posts, "one batch, and the jobs that were not in it")

		status, err = run(t.Context(), func(*jobs.Runner) {}, 110)
		require.NoError(t, err)
		assert.Equal(t, 110, status.Done)
	})
	store = reopen(t, path)
	all := results(t, store)
	require.Len(t, all, 110)
	for key, r := range all {
		require.Equal(t, key, r.Answer.Text())
	}
}

// What is in a batch is not recorded, so Done of the store yields nothing.
func TestABatchOfAnyStoreIsPickedUpWithoutBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Echo())
		fake.SetBatchLife(openrouter.BatchStatusValidating, openrouter.BatchStatusInProgress, openrouter.BatchStatusCompleted)
		runner := jobs.Runner{Client: fake.Client(), Store: &memory{}, Batch: true}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := runner.Run(ctx, rows(3))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		sent := len(fake.Requests())

		runner.Batch = false
		status, err := runner.Run(t.Context(), rows(3))
		require.NoError(t, err)
		assert.Equal(t, 3, status.Done)
		for _, r := range fake.Requests()[sent:] {
			assert.Equal(t, http.MethodGet, r.Method, "nothing is asked again")
		}
	})
}

// Some are over before the run has begun to wait for the last.
func TestManyBatchesArePickedUp(t *testing.T) {
	const n = 300
	store := &memory{}
	for job := range rows(n) {
		require.NoError(t, store.Put(t.Context(), jobs.Result{Key: job.Key, Batch: "batch-" + job.Key}))
	}
	runner := jobs.Runner{Client: openroutertest.NewTransport(t).Client(), Store: store}
	status, err := runner.Run(t.Context(), rows(n))
	require.NoError(t, err)
	assert.Equal(t, []int{n, 0}, []int{status.Failed, status.Left}, "the service does not know them")
}

func TestWhatABatchDoesNotAnswerFails(t *testing.T) {
	for _, end := range []openrouter.BatchStatus{openrouter.BatchStatusExpired, openrouter.BatchStatusFailed, openrouter.BatchStatusCancelled} {
		t.Run(string(end), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake := openroutertest.NewTransport(t, openroutertest.Echo())
				fake.SetBatchLife(end)
				store := &memory{}
				runner := jobs.Runner{Client: fake.Client(), Store: store, Batch: true}
				status, err := runner.Run(t.Context(), rows(10))
				require.NoError(t, err)
				want := map[bool]int{true: 5}[end == openrouter.BatchStatusExpired]
				assert.Equal(t, want, status.Done)
				assert.Equal(t, 10-want, status.Failed)
				assert.NotEmpty(t, store.all()["k9"].Err)
				fake.SetBatchLife()
				runner.RetryFailed = true
				status, err = runner.Run(t.Context(), rows(10))
				require.NoError(t, err)
				assert.Equal(t, 10, status.Done)
			})
		})
	}
}

func TestAJobThatCannotGoWithABatchFailsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Echo())
		store := &memory{}
		runner := jobs.Runner{Client: fake.Client(), Store: store, Batch: true}
		var all []jobs.Job
		for i := range 20 {
			job := jobs.Job{Key: fmt.Sprint(i), Request: question("a/b", fmt.Sprint(i))}
			if i%5 == 0 {
				job.Request.Temperature = new(9.0)
			}
			all = append(all, job)
		}
		all[19].Request = nil
		status, err := runner.Run(t.Context(), list(all...))
		require.NoError(t, err)
		assert.Equal(t, 15, status.Done)
		assert.Equal(t, 5, status.Failed)
		assert.Contains(t, store.all()["5"].Err, "temperature")
		assert.Equal(t, []int{15}, submitted(t, fake.Requests()))
	})
}

func TestTwoJobsWithOneIDInABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Echo())
		long := strings.Repeat("key", 50)
		sum := sha256.Sum256([]byte(long))
		all := []jobs.Job{{Key: long, Request: question("a/b", "1")}, {Key: hex.EncodeToString(sum[:]), Request: question("a/b", "2")}}
		runner := jobs.Runner{Client: fake.Client(), Store: &memory{}, Batch: true}
		status, err := runner.Run(t.Context(), list(all...))
		require.NoError(t, err)
		assert.Equal(t, []int{1, 1}, []int{status.Done, status.Failed})
		runner.RetryFailed = true
		status, err = runner.Run(t.Context(), list(all...))
		require.NoError(t, err)
		assert.Equal(t, 2, status.Done)
	})
}

func TestABatchWhoseOutcomeIsUnknownIsLookedFor(t *testing.T) {
	for name, wasMade := range map[string]bool{"it was made": true, "it was not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake := openroutertest.NewTransport(t, openroutertest.Echo())
				cut := &cutting{RoundTripper: fake, wasMade: wasMade}
				client := fake.Client(openrouter.WithHTTPClient(&http.Client{Transport: cut}))
				runner := jobs.Runner{Client: client, Store: &memory{}, Batch: true}
				status, err := runner.Run(t.Context(), rows(10))
				require.NoError(t, err)
				assert.Equal(t, 10, status.Done)
				assert.Equal(t, []int{10}, submitted(t, fake.Requests()), "there is one batch")
			})
		})
	}
}

// cutting loses the first answer, of a request that it has passed on or not.
type cutting struct {
	http.RoundTripper
	wasMade, isDone bool
}

func (c *cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || c.isDone {
		return c.RoundTripper.RoundTrip(r)
	}
	c.isDone = true
	if c.wasMade {
		res, err := c.RoundTripper.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_ = res.Body.Close()
	} else {
		buf := make([]byte, 1<<20)
		for {
			if _, err := r.Body.Read(buf); err != nil {
				break
			}
		}
	}
	return nil, errors.New("connection reset")
}

func TestABatchStaysInTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Text("x").Cost(0.01).Always())
		store := &shared{}
		runner := jobs.Runner{Client: fake.Client(), Store: store, Batch: true, MaxCost: 5}
		status, err := runner.Run(t.Context(), rows(2000))
		require.ErrorIs(t, err, jobs.ErrMaxCost)
		assert.InDelta(t, 5, status.Usage.Cost, 0.01)
		assert.LessOrEqual(t, status.Usage.Cost, 5+1e-9)
		assert.InDelta(t, 0, store.reserved, 1e-6)
		assert.InDelta(t, status.Usage.Cost, store.spent, 1e-6)
		assert.Equal(t, 100, submitted(t, fake.Requests())[0], "the first batch is small while no price is known")
	})
}

func TestABatchThatTheServiceRefusesStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse := openroutertest.Error(404, openrouter.ErrNotFound, "No endpoints").ForPath("/batches").Times(1)
		slow := openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RetryAfter(time.Minute).ForPath("/batches").Times(1)
		fake := openroutertest.NewTransport(t, refuse, slow, openroutertest.Echo())
		store := &memory{}
		runner := jobs.Runner{Client: fake.Client(), Store: store, Batch: true}
		status, err := runner.Run(t.Context(), rows(10))
		require.ErrorIs(t, err, openrouter.ErrNotFound)
		assert.Equal(t, 10, status.Left)
		assert.Empty(t, store.results)
		start := time.Now()
		status, err = runner.Run(t.Context(), rows(10))
		require.NoError(t, err)
		assert.Equal(t, 10, status.Done)
		assert.GreaterOrEqual(t, time.Since(start), time.Minute)

		runner.Do = func(context.Context, jobs.Job) (jobs.Result, error) { return jobs.Result{}, nil }
		_, err = runner.Run(t.Context(), rows(10))
		require.ErrorContains(t, err, "Runner.Batch needs a Client, and no Do")
	})
}
