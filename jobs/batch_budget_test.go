package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func slowBatches(fake interface {
	SetBatchLife(...openrouter.BatchStatus)
}) {
	var life []openrouter.BatchStatus
	for range 20 {
		life = append(life, openrouter.BatchStatusInProgress)
	}
	fake.SetBatchLife(append(life, openrouter.BatchStatusCompleted)...)
}

func TestABatchOfAnEarlierRunIsInTheBudget(t *testing.T) {
	for name, c := range map[string]struct {
		known int // jobs with an answer before
		batch bool
	}{
		"no price": {0, true}, "a price": {20, true}, "no price, asked alone": {0, false}, "a price, asked alone": {20, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake := openroutertest.NewTransport(t, openroutertest.Text("x").Cost(0.01).Always())
				store := &memory{}
				runner := jobs.Runner{Client: fake.Client(), Store: store, MaxCost: 1, Workers: 4}
				_, err := runner.Run(t.Context(), rows(c.known))
				require.NoError(t, err)

				slowBatches(fake)
				runner.Batch = true
				for range 3 { // each is stopped while its batch is on its way
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
					_, err = runner.Run(ctx, rows(500))
					require.Error(t, err)
					cancel()
				}
				runner.Batch = c.batch
				_, err = runner.Run(t.Context(), rows(500))
				require.ErrorIs(t, err, jobs.ErrMaxCost)
				spent := 0.0
				for _, r := range store.all() {
					spent += r.Usage.Cost
					assert.False(t, r.Pending())
				}
				assert.InDelta(t, 1, spent, 1e-9, "all of the budget, and no more")
			})
		})
	}
}

// counting is a Fleet that counts what it is asked.
type counting struct {
	shared
	asked int
}

func (c *counting) Reserve(ctx context.Context, usd, maxCost float64) (bool, error) {
	c.mu.Lock()
	c.asked++
	isTooMuch := c.asked > 1000
	c.mu.Unlock()
	if isTooMuch {
		return false, errors.New("asked again and again")
	}
	return c.shared.Reserve(ctx, usd, maxCost)
}

// Two models have the budget, and the others wait until their batches are done.
func TestBatchesThatWaitForMoneyWaitQuietly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Text("x").Cost(0.01).Always())
		slowBatches(fake)
		store := &counting{}
		runner := jobs.Runner{Client: fake.Client(), Store: store, Batch: true, MaxCost: 150e-6}
		_, err := runner.Run(t.Context(), func(yield func(jobs.Job, error) bool) {
			for i := range 600 {
				if !yield(jobs.Job{Key: fmt.Sprint(i), Request: question(fmt.Sprint("a/", i%6), "x")}, nil) {
					return
				}
			}
		})
		require.ErrorIs(t, err, jobs.ErrMaxCost)
	})
}

// A batch at Google fails as a whole if its rows have different response formats.
func TestABatchAtGoogleHasOneFormat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Text("{}").Always())
		var all []jobs.Job
		add := func(key, model string, format openrouter.ResponseFormat) {
			req := question(model, key)
			req.ResponseFormat = format
			all = append(all, jobs.Job{Key: key, Request: req})
		}
		for _, model := range []string{"google/gemini-2.5-flash", "openai/gpt-5-mini"} {
			add(model+" a", model, openrouter.NewJSONSchemaFormat("a", map[string]any{"type": "object"}))
			add(model+" plain", model, nil)
			add(model+" b", model, openrouter.NewJSONSchemaFormat("b", map[string]any{"type": "object"}))
			add(model+" a again", model, openrouter.NewJSONSchemaFormat("a", map[string]any{"type": "object"}))
		}
		runner := jobs.Runner{Client: fake.Client(), Store: &memory{}, Batch: true}
		status, err := runner.Run(t.Context(), list(all...))
		require.NoError(t, err)
		assert.Equal(t, 8, status.Done)
		assert.ElementsMatch(t, []int{2, 1, 1, 4}, submitted(t, fake.Requests()))
	})
}
