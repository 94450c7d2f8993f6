package jobs_test

import (
	"context"
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
