package jobs_test

import (
	"context"
	"fmt"
	"iter"
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

// Runs with batches are stopped and started again, in any order, while the service fails, the budget
// is small and batches end in all ways. In the end each job has one answer.
func TestEveryRunWithBatchesEnds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) { anyBatches(t, rand.New(rand.NewPCG(seed, 1))) })
		if t.Failed() {
			t.Logf("seed %d", seed)
			return
		}
	}
}

func pick[T any](dice *rand.Rand, of ...T) T { return of[dice.IntN(len(of))] }

func anyBatches(t *testing.T, dice *rand.Rand) {
	var replies []openroutertest.Reply
	for range dice.IntN(12) {
		fault := pick(dice, openroutertest.Reset(), openroutertest.Cut(), openroutertest.Truncate(), openroutertest.Stall(), openroutertest.Raw("{"),
			openroutertest.HTML(502, "x"), openroutertest.Error(500, openrouter.ErrServer), openroutertest.Error(503, openrouter.ErrProviderOverloaded),
			openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RetryAfter(3*time.Second))
		replies = append(replies, fault.ForPath(pick(dice, "/batches", "/batches/*", "/batches*")).Times(1+dice.IntN(3)))
	}
	fake := openroutertest.NewTransport(t, append(replies, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
		return openroutertest.Text(r.Text()).Cost(0.01)
	}).Always())...)
	life := make([]openrouter.BatchStatus, dice.IntN(10))
	for i := range life {
		life[i] = openrouter.BatchStatusInProgress
	}
	fake.SetBatchLife(append(life, pick(dice, openrouter.BatchStatusCompleted, openrouter.BatchStatusExpired, openrouter.BatchStatusFailed, openrouter.BatchStatusCancelled))...)

	n, models := 1+dice.IntN(300), 1+dice.IntN(3)
	source := func(yield func(jobs.Job, error) bool) {
		for i := range n {
			key := fmt.Sprint("k", i)
			if !yield(jobs.Job{Key: key, Request: question(fmt.Sprint("a/", i%models), key)}, nil) {
				return
			}
		}
	}
	store := &memory{}
	runner := jobs.Runner{Client: fake.Client(openrouter.WithTimeout(time.Minute)), Store: store, Workers: 1 + dice.IntN(4), MaxCost: pick(dice, 0, 10.0)}
	for round := 0; ; round++ {
		require.Less(t, round, 100, "it ends")
		if round == 4 {
			fake.SetBatchLife(openrouter.BatchStatusCompleted)
		}
		runner.RetryFailed = round > 10 || dice.IntN(2) == 0
		runner.Batch = dice.IntN(4) != 0
		isStopped := round < 4 && dice.IntN(2) == 0
		if status, err := stoppedRun(t, &runner, source, isStopped, time.Duration(dice.IntN(90_000))*time.Millisecond); err == nil {
			require.Equal(t, []int{n, 0}, []int{status.Done + status.Failed, status.Left})
			if status.Failed == 0 {
				break
			}
		}
	}
	assert.Len(t, store.all(), n, "none is lost")
	answers := map[string]int{}
	for _, r := range store.results {
		if r.Err == "" && !r.Pending() {
			require.Equal(t, r.Key, r.Answer.Text())
			answers[r.Key]++
		}
	}
	for key, times := range answers {
		assert.Equal(t, 1, times, "%s is recorded once", key)
	}
}

func stoppedRun(t *testing.T, r *jobs.Runner, source iter.Seq2[jobs.Job, error], isStopped bool, after time.Duration) (jobs.Status, error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if isStopped {
		defer time.AfterFunc(after, cancel).Stop()
	}
	return r.Run(ctx, source)
}
