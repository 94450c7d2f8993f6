package agent_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func testMaxSteps(t *testing.T) {
	var replies []openroutertest.Reply
	for i := range 16 {
		replies = append(replies, call(fmt.Sprint("c", i), fmt.Sprint(i)))
	}
	run, err := agent.Agent{Client: fake(t, replies...).Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)
	assert.Len(t, run.Steps, 16)
	assert.Equal(t, "15", results(run.Messages)["c15"], "the calls of the last answer ran")

	// The run goes on where it was.
	req := question()
	req.Messages = run.Messages
	run, err = agent.Agent{Client: fake(t, call("d", "d"), openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{echo}, MaxSteps: 2}.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "Done.", run.Text())
	requireValid(t, run)
}

func testFinal(t *testing.T) {
	a := agent.Agent{Tools: []agent.Tool{echo}, MaxSteps: 1, Final: true}
	srv := fake(t, call("c1", "one"), openroutertest.Text("As far as I know."))
	a.Client = srv.Client()
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "As far as I know.", run.Text())
	first, last := srv.Requests()[0].Body, srv.Requests()[1].Body
	assert.Equal(t, openrouter.ToolChoiceNone, last.ToolChoice)
	assert.Equal(t, first.Tools, last.Tools, "the tools stay in the request")

	a.Client = fake(t, call("c1", "one"), call("c2", "two")).Client() // a call in spite of none
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)
	assert.Equal(t, "error: not run: no more calls are possible, answer with what there is", results(run.Messages)["c2"])

	a.Client = fake(t, call("c1", "one"), openroutertest.Text("")).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)

	a.Client = fake(t, call("c1", "one"), openroutertest.Error(500, openrouter.ErrServer)).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)
	require.ErrorIs(t, err, openrouter.ErrServer)

	a.MaxSteps, a.MaxCost = 0, 0.01
	a.Client = fake(t, call("c1", "one").Cost(1), openroutertest.Text("Spent.")).Client()
	run, err = a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "error: not run: the budget is spent", results(run.Messages)["c1"])
	requireValid(t, run)

	a.MaxCost = 0
	a.Client = fake(t, call("c1", "a"), call("c2", "a"), call("c3", "a"), openroutertest.Text("Enough.")).Client()
	run, err = a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "Enough.", run.Text())

	// A limit that a call of an earlier run reaches, before the first request.
	spending := agent.NewTool("echo", "", func(context.Context, text) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text("spent"), Usage: openrouter.Usage{Cost: 1}}, nil
	})
	a.Tools, a.MaxCost = []agent.Tool{spending}, 0.5
	a.Client = fake(t, openroutertest.Text("Spent.")).Client()
	req := question()
	req.Messages = append(req.Messages, openrouter.Message{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{
		{ID: "c1", Type: "function", Function: openrouter.FunctionCall{Name: "echo", Arguments: `{"text":"x"}`}}}})
	run, err = a.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "Spent.", run.Text())
}

func testCost(t *testing.T) {
	byok := openroutertest.ToolCall("c1", "echo", `{"text":"one"}`).FullUsage(openrouter.Usage{
		PromptTokens: 10, CompletionTokens: 5, Cost: 0.001, IsBYOK: true, CostDetails: &openrouter.CostDetails{UpstreamInferenceCost: 0.05},
		PromptTokensDetails: &openrouter.PromptTokensDetails{CachedTokens: 4}})
	ran := 0
	spending := agent.NewTool("echo", "", func(context.Context, text) (agent.Result, error) {
		ran++
		return agent.Result{Content: openrouter.Text("one"), Usage: openrouter.Usage{Cost: 0.02}}, errors.New("failed, but spent")
	})
	a := agent.Agent{Tools: []agent.Tool{spending}, MaxCost: 0.06}

	// 0.051, then the tool's 0.02: the budget is spent before the second request.
	a.Client = fake(t, byok).Client()
	run, err := a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxCost)
	assert.Equal(t, 1, ran)
	assert.InDelta(t, 0.021, run.Usage.Cost, 1e-9)
	assert.Equal(t, 4, run.Usage.PromptTokensDetails.CachedTokens)
	assert.Equal(t, "error: failed, but spent", results(run.Messages)["c1"])

	// An answer that spends all of it: its calls do not run.
	a.Client = fake(t, call("c1", "one").Cost(0.06)).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxCost)
	assert.Equal(t, 1, ran)
	assert.Equal(t, "error: not run: the budget is spent", results(run.Messages)["c1"])

	// A budget that is spent exactly is spent, although 0.7 and 0.1 are less than 0.8 in a float64.
	a.Tools, a.MaxCost = []agent.Tool{echo}, 0.8
	a.Client = fake(t, call("c1", "one").Cost(0.7), call("c2", "two").Cost(0.1)).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxCost)
	a.Tools, a.MaxCost = []agent.Tool{spending}, 0.06

	// An answer without calls may exceed it.
	a.Client = fake(t, openroutertest.Text("Done.").Cost(9)).Client()
	_, err = a.Run(t.Context(), question())
	require.NoError(t, err)

	// A negative budget sends nothing, also with Final.
	a.MaxCost, a.Final, a.Client = -1, true, fake(t).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxCost)

	// What a broken answer has cost counts, too.
	a = agent.Agent{Client: fake(t, openroutertest.Text("Half").MidStreamError(502, openrouter.ErrProviderUnavailable).Cost(0.3)).Client()}
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, openrouter.ErrProviderUnavailable)
	assert.InDelta(t, 0.3, run.Usage.Cost, 1e-9)
	assert.Equal(t, "Half", run.Messages[1].Text())
}

func testRepeating(t *testing.T) {
	same := func(n int) (replies []openroutertest.Reply) {
		for i := range n {
			args := []string{`{"text":"a"}`, ` { "text" : "a" } `}[i%2]
			replies = append(replies, openroutertest.ToolCall(fmt.Sprint("c", i), "echo", args))
		}
		return replies
	}
	a := agent.Agent{Tools: []agent.Tool{echo, failing}}
	a.Client = fake(t, same(3)...).Client()
	run, err := a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrRepeating)
	assert.Len(t, results(run.Messages), 3)

	// Other calls between them do not help.
	a.Client = fake(t, call("c0", "a"), call("c1", "b"), call("c2", "a"), call("c3", "c"), call("c4", "a")).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrRepeating)

	// A tool that fails in other ways each time.
	var fails []openroutertest.Reply
	for i := range 5 {
		fails = append(fails, openroutertest.ToolCall(fmt.Sprint("c", i), "failing", fmt.Sprintf(`{"text":"%d"}`, i)))
	}
	a.Client = fake(t, fails...).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrRepeating)

	// Equal calls in one answer count once, and another result is progress.
	var n atomic.Int32
	counter := agent.NewTool("counter", "", func(context.Context, struct{}) (int32, error) { return n.Add(1), nil })
	many := openroutertest.ToolCall("c1", "counter", `{}`)
	a.Tools = append(a.Tools, counter)
	a.Client = fake(t, call("d1", "x").ToolCall("d2", "echo", `{"text":"x"}`).ToolCall("d3", "echo", `{"text":"x"}`),
		many, many, many, many, openroutertest.Text("Done.")).Client()
	_, err = a.Run(t.Context(), question())
	require.NoError(t, err)

	// A tool that fails beside a success of its own does not fail in a row.
	odd := agent.NewTool("odd", "", func(_ context.Context, in struct{ N int }) (int, error) {
		if in.N%2 == 0 {
			return 0, fmt.Errorf("%d is even", in.N)
		}
		return in.N, nil
	})
	a.Tools = append(a.Tools, odd)
	var mixed []openroutertest.Reply
	for i := range 6 {
		mixed = append(mixed, openroutertest.ToolCall("c1", "odd", fmt.Sprintf(`{"N":%d}`, 2*i+1)).ToolCall("c2", "odd", fmt.Sprintf(`{"N":%d}`, 2*i)))
	}
	a.Client = fake(t, append(mixed, openroutertest.Text("Done."))...).Client()
	_, err = a.Run(t.Context(), question())
	require.NoError(t, err)

	// Polling.
	a.MaxRepeats = 5
	a.Client = fake(t, append(same(4), openroutertest.Text("Done."))...).Client()
	_, err = a.Run(t.Context(), question())
	require.NoError(t, err)
	a.MaxRepeats, a.MaxSteps = -1, -1
	a.Client = fake(t, append(same(40), openroutertest.Text("Done."))...).Client()
	_, err = a.Run(t.Context(), question())
	require.NoError(t, err)
}

// A limit that is as large as the type allows is no limit.
func TestHugeLimits(t *testing.T) {
	srv := fake(t, openroutertest.ToolCall("c1", "failing", `{"text":"no"}`), openroutertest.Text("Done."))
	a := agent.Agent{
		Client: srv.Client(), Tools: []agent.Tool{failing},
		MaxSteps: math.MaxInt, MaxRepeats: math.MaxInt, MaxResult: math.MaxInt, Parallel: math.MaxInt,
		ToolTimeout: math.MaxInt64, MaxCost: math.Inf(1),
	}
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "error: no", results(run.Messages)["c1"])
}

func TestBudgetThatIsNoNumber(t *testing.T) {
	run, err := agent.Agent{Client: fake(t).Client(), MaxCost: math.NaN()}.Run(t.Context(), question())
	invalid := &openrouter.ValidationError{}
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, "Agent.MaxCost", invalid.Violations[0].Field)
	requireValid(t, run)
}

// What a tool says that it spent cannot make room in the budget.
func TestBudgetNeverGrows(t *testing.T) {
	for _, cost := range []float64{-100, math.NaN()} {
		tool := agent.NewTool("refund", "", func(context.Context, struct{}) (agent.Result, error) {
			return agent.Result{Usage: openrouter.Usage{Cost: cost}}, nil
		})
		refund := openroutertest.ToolCall("c1", "refund", "{}").Cost(0.6)
		srv := fake(t, refund, refund)
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}, MaxCost: 1}.Run(t.Context(), question())
		require.ErrorIs(t, err, agent.ErrMaxCost)
		assert.Len(t, run.Steps, 2)
	}
}

// The request behind a limit fails, too.
func TestFinalThatFailsIsOneLine(t *testing.T) {
	srv := fake(t, call("c1", "one"), openroutertest.Error(500, openrouter.ErrServer))
	a := agent.Agent{Client: srv.Client(openrouter.WithMaxRetries(0)), Tools: []agent.Tool{echo}, MaxSteps: 1, Final: true}
	run, err := a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)
	require.ErrorIs(t, err, openrouter.ErrServer)
	assert.NotContains(t, err.Error(), "\n")
}
