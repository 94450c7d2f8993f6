package agent_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// delegate is a tool that runs another agent.
func delegate(inner agent.Agent) agent.Tool {
	return agent.NewTool("delegate", "", func(ctx context.Context, _ struct{}) (string, error) {
		run, err := inner.Run(ctx, &openrouter.ChatCompletionRequest{Model: "inner", Messages: []openrouter.Message{openrouter.UserMessage("Inner?")}})
		return run.Text(), err
	})
}

func testNested(t *testing.T) {
	srv := fake(t,
		openroutertest.ToolCall("c1", "delegate", `{}`).ToolCall("c2", "delegate", `{}`).ForModel("a/b").Usage(10, 1).Cost(0.01),
		openroutertest.Text("Done.").ForModel("a/b").Usage(10, 1).Cost(0.01),
		call("d1", "x").ForModel("inner").Usage(100, 1).Cost(0.1).Times(2),
		openroutertest.Text("Inner answer.").ForModel("inner").Usage(100, 1).Cost(0.1).Times(2))
	deep := delegate(agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}})
	a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{deep}}
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.InDelta(t, 0.42, run.Usage.Cost, 1e-9)
	assert.Equal(t, 420, run.Usage.PromptTokens)
	outcomes := run.Steps[0].Outcomes
	assert.InDelta(t, 0.4, outcomes[0].Result.Usage.Cost+outcomes[1].Result.Usage.Cost, 1e-9)
	assert.Equal(t, "Inner answer.", results(run.Messages)["c1"])

	// The inner run has a budget of its own.
	srv = fake(t,
		openroutertest.ToolCall("c1", "delegate", `{}`).ForModel("a/b").Cost(0.01), openroutertest.Text("Done.").ForModel("a/b"),
		call("d1", "x").ForModel("inner").Cost(0.1))
	run, err = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{delegate(agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}, MaxCost: 0.1})}, MaxCost: 1}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "error: agent: the limit of cost (MaxCost) is reached", results(run.Messages)["c1"])

	// The inner run stops at the outer budget, three levels down, although it has Final.
	srv = fake(t,
		openroutertest.ToolCall("c1", "delegate", `{}`).ForModel("a/b").Cost(0.01),
		openroutertest.ToolCall("d1", "delegate", `{}`).ForModel("inner").Cost(0.1),
		call("e1", "x").ForModel("inner").Cost(0.5))
	deepest := delegate(agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}, Final: true})
	middle := delegate(agent.Agent{Client: srv.Client(), Tools: []agent.Tool{deepest}, Final: true, MaxCost: 5})
	run, err = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{middle}, MaxCost: 0.5}.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxCost)
	assert.InDelta(t, 0.61, run.Usage.Cost, 1e-9)
	assert.Equal(t, "error: agent: the limit of cost (MaxCost) is reached", results(run.Messages)["c1"])
	require.ErrorIs(t, run.Steps[0].Outcomes[0].Err, agent.ErrMaxCost)
}

func testNestedWait(t *testing.T) {
	srv := fake(t, openroutertest.ToolCall("c1", "delegate", `{}`).ForModel("a/b"), openroutertest.Text("Done.").ForModel("a/b"), call("d1", "x").ForModel("inner"))
	inner := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}, Approve: decide(wait)}
	pending := 0
	tool := agent.NewTool("delegate", "", func(ctx context.Context, _ struct{}) (string, error) {
		run, err := inner.Run(ctx, &openrouter.ChatCompletionRequest{Model: "inner", Messages: []openrouter.Message{openrouter.UserMessage("Inner?")}})
		pending = len(run.Pending)
		return "needs approval", err
	})
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, 1, pending)
	assert.Empty(t, run.Pending)
	assert.Equal(t, "Done.", run.Text())
}
