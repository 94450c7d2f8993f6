package jobs_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

// A failed run of an agent, and an answer that does not fit, have cost something. The budget knows it.
func TestWhatFailuresOfDoCostIsInTheBudget(t *testing.T) {
	look := agent.NewTool("look", "", func(context.Context, struct{}) (string, error) { return "nothing", nil })
	for name, c := range map[string]struct {
		reply openroutertest.Reply
		do    func(ctx context.Context, client *openrouter.Client, job jobs.Job) error
	}{
		"agent": {openroutertest.ToolCall("c1", "look", `{}`).Cost(0.25), func(ctx context.Context, client *openrouter.Client, job jobs.Job) error {
			_, err := agent.Agent{Client: client, Tools: []agent.Tool{look}, MaxSteps: 2}.Run(ctx, job.Request)
			return err
		}},
		"structured": {openroutertest.Text("no JSON").Cost(0.25), func(ctx context.Context, client *openrouter.Client, job jobs.Job) error {
			_, _, err := structured.Create[struct{ Label string }](ctx, client, job.Request)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			client := openroutertest.NewTransport(t, c.reply.Always()).Client()
			store := &memory{}
			runner := jobs.Runner{Store: store, Workers: 1, MaxCost: 1, Do: func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
				return jobs.Result{}, c.do(ctx, client, job)
			}}
			status, err := runner.Run(t.Context(), rows(10))
			require.ErrorIs(t, err, jobs.ErrMaxCost)
			assert.Equal(t, 2, status.Failed, "each asks twice")
			assert.InDelta(t, 1, status.Usage.Cost, 1e-9)
		})
	}
}
