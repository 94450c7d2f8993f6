package natsjobs_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const long = 2 * time.Minute // more than anything takes that works, on a busy machine, too

func TestWorkRecordsEveryJobOnce(t *testing.T) {
	dir := t.TempDir()
	q, err := natsjobs.Open(t.Context(), "a", natsjobs.Config{Dir: dir})
	require.NoError(t, err)
	f := newFake(t, nil)
	add(t, q, 0, 300)
	var last jobs.Status
	status, err := q.Work(within(t, long), &jobs.Runner{Client: f.Client(), OnProgress: func(s jobs.Status) { last = s }})
	require.NoError(t, err)
	assert.Equal(t, []int{300, 0, 0}, []int{status.Done, status.Failed, status.Left})
	assert.InDelta(t, 0.3, status.Usage.Cost, 1e-9)
	assert.Equal(t, 300, last.Done)
	n, requests := f.counts()
	assert.Equal(t, []int{300, 300}, []int{n, requests})

	add(t, q, 300, 310)
	status, err = q.Work(within(t, long), &jobs.Runner{Client: f.Client()})
	require.NoError(t, err)
	assert.Equal(t, 10, status.Done, "this call")
	require.NoError(t, q.Close())

	q = open(t, "a", natsjobs.Config{Dir: dir})
	all := results(t, q)
	require.Len(t, all, 310)
	for key, r := range all {
		assert.Equal(t, strings.Replace(key, "row-", "Row ", 1), r.Answer.Text())
	}
	s, err := q.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int{310, 0, 0, 0}, []int{s.Done, s.Failed, s.Left, s.Workers})
	status, err = q.Work(within(t, long), &jobs.Runner{Client: f.Client()})
	require.NoError(t, err)
	assert.Zero(t, status.Done, "there is nothing to do")
}

func TestWorkersShareTheJobs(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	f := newFake(t, nil)
	add(t, q, 0, 500)
	var waits []func() (jobs.Status, error)
	for range 4 {
		waits = append(waits, background(within(t, long), q, &jobs.Runner{Client: f.Client(), Workers: 8}))
	}
	done := 0
	for _, wait := range waits {
		status, err := wait()
		require.NoError(t, err)
		done += status.Done
	}
	assert.Equal(t, 500, done)
	assert.Len(t, results(t, q), 500)
	_, requests := f.counts()
	assert.Equal(t, 500, requests)
}

// An answer takes many leases. The others wait for it, and do not ask again.
func TestASlowAnswerKeepsItsLease(t *testing.T) {
	t.Parallel() // it waits most of the time
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir(), Lease: 500 * time.Millisecond})
	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply {
		return openroutertest.Text("late").Latency(1750 * time.Millisecond)
	})
	add(t, q, 0, 2)
	one := background(within(t, long), q, &jobs.Runner{Client: f.Client()})
	two := background(within(t, long), q, &jobs.Runner{Client: f.Client()})
	_, err := one()
	require.NoError(t, err)
	_, err = two()
	require.NoError(t, err)
	n, requests := f.counts()
	assert.Equal(t, []int{2, 2}, []int{n, requests})
}

// While a job is under way, somebody else records it.
func TestALateAnswerIsDropped(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	add(t, q, 1, 2)
	status, err := q.Work(within(t, long), &jobs.Runner{Do: func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
		return jobs.Result{Value: []byte(`"late"`)}, q.Put(ctx, jobs.Result{Key: job.Key, Value: []byte(`"first"`)})
	}})
	require.NoError(t, err)
	assert.Equal(t, 1, status.Done)
	assert.Equal(t, `"first"`, string(results(t, q)["row-1"].Value))
	assert.Zero(t, left(t, q))
}

func TestFailedJobsAreRepeatedWhenAsked(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	add(t, q, 0, 10)
	var broken atomic.Bool
	broken.Store(true)
	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply {
		if broken.Load() && r.Text() < "Row 3" {
			return openroutertest.Error(400, openrouter.ErrInvalidRequest, "no")
		}
		return openroutertest.Text(r.Text()).Cost(1)
	})
	work := func(retry bool) jobs.Status {
		r := &jobs.Runner{Client: f.Client(), RetryFailed: retry}
		client := f.Client()
		r.Do = func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
			answer, err := client.Chat.Create(ctx, job.Request)
			return jobs.Result{Answer: answer, Value: []byte(`"` + job.Key + `"`)}, err
		}
		status, err := q.Work(within(t, long), r)
		require.NoError(t, err)
		return status
	}
	status := work(false)
	assert.Equal(t, []int{7, 3}, []int{status.Done, status.Failed})
	r := results(t, q)["row-1"]
	assert.Contains(t, r.Err, "no")
	assert.Equal(t, openrouter.ErrInvalidRequest, r.Type)

	status = work(false)
	assert.Zero(t, status.Failed+status.Done, "nothing is repeated unasked")
	added, known, err := q.Add(t.Context(), rows(0, 10))
	require.NoError(t, err)
	assert.Equal(t, []int{0, 10}, []int{added, known})

	status = work(true)
	assert.Equal(t, []int{0, 3}, []int{status.Done, status.Failed}, "still broken")
	broken.Store(false)
	status = work(true)
	assert.Equal(t, []int{3, 0}, []int{status.Done, status.Failed})
	all := results(t, q)
	require.Len(t, all, 10)
	for key, r := range all {
		assert.Empty(t, r.Err)
		assert.Equal(t, `"`+key+`"`, string(r.Value), "Do sees the key of the user")
	}
	s, err := q.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int{10, 0, 0}, []int{s.Done, s.Failed, s.Left})
}

// A job that failed comes back to a worker that has seen it, and waits for more.
func TestAWaitingWorkerRepeatsWhatItFailed(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir(), Wait: true})
	var tries atomic.Int32
	recorded := make(chan jobs.Status, 10)
	wait := background(within(t, long), q, &jobs.Runner{
		OnProgress: func(s jobs.Status) { recorded <- s },
		Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			if tries.Add(1) == 1 {
				return jobs.Result{}, errors.New("first")
			}
			return jobs.Result{Value: []byte("1")}, nil
		},
	})
	add(t, q, 1, 2)
	assert.Equal(t, 1, (<-recorded).Failed)
	other := background(within(t, long), q, &jobs.Runner{RetryFailed: true, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
		return jobs.Result{Value: []byte("2")}, nil
	}})
	require.Eventually(t, func() bool { return results(t, q)["row-1"].Err == "" }, long, 10*time.Millisecond)
	q.Drain()
	for _, wait := range []func() (jobs.Status, error){wait, other} {
		_, err := wait()
		require.NoError(t, err)
	}
}

func TestDrainGivesBackWhatWasNotStarted(t *testing.T) {
	config := natsjobs.Config{Dir: t.TempDir(), Deaths: 1, Lease: long} // giving back is no death
	for i := range 3 {
		q, err := natsjobs.Open(t.Context(), "a", config)
		require.NoError(t, err)
		_, _, err = q.Add(t.Context(), rows(0, 40))
		require.NoError(t, err)
		started := make(chan struct{}, 40)
		release := make(chan struct{})
		wait := background(within(t, long), q, &jobs.Runner{Workers: 2, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			started <- struct{}{}
			<-release
			return jobs.Result{Value: []byte("1")}, nil
		}})
		<-started
		<-started
		q.Drain()
		close(release)
		status, err := wait()
		require.NoError(t, err)
		assert.Zero(t, status.Failed)
		assert.Less(t, status.Done, 10, "it ends before all is done")
		_, err = q.Work(within(t, long), &jobs.Runner{Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			assert.Fail(t, "a drained queue works no more")
			return jobs.Result{}, nil
		}})
		require.NoError(t, err)
		assert.Equal(t, 40, left(t, q)+len(results(t, q)), "round %d", i)
		require.NoError(t, q.Close())
	}
	q := open(t, "a", config)
	start := time.Now()
	_, err := q.Work(within(t, long), &jobs.Runner{Client: newFake(t, nil).Client()})
	require.NoError(t, err)
	assert.Less(t, time.Since(start), long, "what was given back comes at once, not after its lease")
	for _, r := range results(t, q) {
		assert.Empty(t, r.Err)
	}
}

func TestTheEndOfTheContextStopsWork(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir(), Wait: true})
	ctx, cancel := context.WithCancel(t.Context())
	wait := background(ctx, q, &jobs.Runner{Client: newFake(t, nil).Client()})
	add(t, q, 0, 5)
	require.Eventually(t, func() bool { return len(keys(t, q)) == 5 }, long, 10*time.Millisecond)
	cancel()
	status, err := wait()
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 5, status.Done, "it waited for jobs that were added later")
}

func TestNoCreditsStopTheWorker(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	add(t, q, 0, 50)
	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply {
		return openroutertest.Error(402, openrouter.ErrPaymentRequired, "no credits")
	})
	_, err := q.Work(within(t, long), &jobs.Runner{Client: f.Client(), Workers: 4})
	require.ErrorIs(t, err, openrouter.ErrPaymentRequired)
	assert.Equal(t, 50, left(t, q), "every job is left")
	assert.Empty(t, results(t, q))

	_, err = q.Work(within(t, long), &jobs.Runner{Client: newFake(t, nil).Client()})
	require.NoError(t, err)
	assert.Len(t, results(t, q), 50)
}

func TestWorkReadsLargeJobsAndWritesLargeResults(t *testing.T) {
	t.Parallel()
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	job := large(3 << 20)
	_, _, err := q.Add(t.Context(), list(job))
	require.NoError(t, err)
	f := newFake(t, nil)
	for _, retry := range []bool{false, true} {
		_, err = q.Work(within(t, long), &jobs.Runner{RetryFailed: retry, Do: func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
			answer, err := f.Client().Chat.Create(ctx, job.Request)
			if err == nil && !retry {
				err = errors.New("a failure keeps the job for another try")
			}
			return jobs.Result{Answer: answer}, err
		}})
		require.NoError(t, err)
		r := results(t, q)["large"]
		assert.Equal(t, job.Request.Messages[0].Text(), r.Answer.Text())
		assert.Equal(t, retry, r.Err == "")
	}
	assert.Zero(t, left(t, q))
}

// What is too large for a message is an object. It goes with its message.
func TestObjectsDoNotPileUp(t *testing.T) {
	t.Parallel()
	config := natsjobs.Config{URL: newServer(t).URL}
	q := open(t, "large", config)
	job := large(3 << 20)
	value := []byte(`"` + strings.Repeat("x", 3<<20) + `"`)
	for range 2 {
		_, _, err := q.Add(t.Context(), list(job))
		require.NoError(t, err)
	}
	failure := errors.New("a failure keeps its job")
	for _, c := range []struct {
		first []byte // recorded by somebody else
		err   error
	}{{nil, failure}, {value, nil}} {
		_, err := q.Work(within(t, long), &jobs.Runner{RetryFailed: true, Do: func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
			if c.first != nil {
				require.NoError(t, q.Put(ctx, jobs.Result{Key: job.Key, Value: c.first}))
			}
			return jobs.Result{Value: value}, c.err
		}})
		require.NoError(t, err)
		assert.Equal(t, 1, objects(t, config.URL, "large"))
	}
	assert.Len(t, results(t, q)["large"].Value, len(value))
}

func TestWorkLeavesBatchesAlone(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	add(t, q, 0, 2)
	f := newFake(t, nil)
	_, err := q.Work(t.Context(), &jobs.Runner{Client: f.Client(), Batch: true})
	require.ErrorContains(t, err, "call Runner.Run in one process")
	assert.Equal(t, 2, left(t, q))

	// A job that went with a batch of Run meanwhile is not asked here, too.
	require.NoError(t, q.Put(t.Context(), jobs.Result{Key: "row-1", Batch: "batch_1"}))
	status, err := q.Work(within(t, long), &jobs.Runner{Client: f.Client()})
	require.NoError(t, err)
	assert.Equal(t, 1, status.Done)
	assert.True(t, results(t, q)["row-1"].Pending())
}
