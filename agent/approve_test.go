package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// approve decides by the id of the call.
func approve(decisions map[string]agent.Decision) func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
	return func(_ context.Context, call openrouter.ToolCall) (agent.Decision, error) {
		return decisions[call.ID], nil
	}
}

func testApproveOrder(t *testing.T) {
	var asked []string
	tool := agent.NewTool("echo", "", func(_ context.Context, in text) (string, error) {
		assert.Len(t, asked, 3, "nothing starts before all have been asked about")
		return in.Text, nil
	})
	a := agent.Agent{Tools: []agent.Tool{tool}}
	a.Client = fake(t, three().ToolCall("bad", "echo", `{}`).ToolCall("none", "none", `{}`), openroutertest.Text("Done.")).Client()
	a.Approve = func(_ context.Context, call openrouter.ToolCall) (agent.Decision, error) {
		asked = append(asked, call.ID)
		return allow, nil
	}
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, []string{"c1", "c2", "c3"}, asked, "nobody is asked about calls that cannot run")
	assert.Equal(t, "error: invalid arguments:\ntext: is missing", results(run.Messages)["bad"])
}

func testApproveRefuses(t *testing.T) {
	a := agent.Agent{Client: fake(t, three(), openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{echo}}
	a.Approve = approve(map[string]agent.Decision{"c1": {Reason: "never on Sundays"}, "c3": allow})
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"c1": "error: the call was not allowed: never on Sundays", "c2": "error: the call was not allowed", "c3": "three"}, results(run.Messages))
	assert.Error(t, run.Steps[0].Outcomes[0].Err)
	requireValid(t, run)
}

func testApproveBoth(t *testing.T) {
	var asked []string
	tool := echo
	tool.Approve = func(_ context.Context, call openrouter.ToolCall) (agent.Decision, error) {
		asked = append(asked, "tool "+call.ID)
		return agent.Decision{Allow: call.ID != "c1", Wait: call.ID == "c3"}, nil
	}
	a := agent.Agent{Client: fake(t, three()).Client(), Tools: []agent.Tool{tool}}
	a.Approve = func(_ context.Context, call openrouter.ToolCall) (agent.Decision, error) {
		asked = append(asked, "agent "+call.ID)
		return agent.Decision{Reason: "no"}, nil
	}
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, []string{"tool c1", "tool c2", "agent c2", "tool c3"}, asked)
	assert.Equal(t, map[string]string{"c1": "error: the call was not allowed", "c2": "error: the call was not allowed: no"}, results(run.Messages))
	assert.Equal(t, "c3", run.Pending[0].ID)
}

func testWait(t *testing.T) {
	a := agent.Agent{Client: fake(t, three()).Client(), Tools: []agent.Tool{echo}}
	a.Approve = approve(map[string]agent.Decision{"c1": wait, "c2": allow, "c3": wait})
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	requireValid(t, run)
	assert.Equal(t, map[string]string{"c2": "two"}, results(run.Messages), "the others run")
	require.Len(t, run.Pending, 2)

	// The process ends; a new one reads the run.
	data, err := json.Marshal(run)
	require.NoError(t, err)
	var stored agent.Run
	require.NoError(t, json.Unmarshal(data, &stored))

	req := question()
	req.Messages = stored.Messages

	// A newer version of the program has not got the tool any more.
	gone, err := agent.Agent{Client: fake(t, openroutertest.Text("A pity.")).Client(), Tools: []agent.Tool{failing}}.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, `error: there is no tool "echo"; the tools are: failing`, results(gone.Messages)["c1"])
	assert.Equal(t, []string{"c1", "c2", "c3"}, ids(gone.Messages))

	a.Client = fake(t).Client() // one is still waiting: nothing is sent
	a.Approve = approve(map[string]agent.Decision{"c1": allow, "c3": wait})
	run, err = a.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"c1": "one", "c2": "two"}, results(run.Messages))
	assert.Equal(t, "c3", run.Pending[0].ID)
	requireValid(t, run)

	req.Messages = run.Messages
	a.Client = fake(t, openroutertest.Text("Done.")).Client()
	a.Approve = approve(map[string]agent.Decision{"c3": {Reason: "no"}})
	run, err = a.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "Done.", run.Text())
	assert.Equal(t, []string{"c1", "c2", "c3"}, ids(run.Messages), "in the order of the calls")
	assert.Nil(t, run.Steps[0].Answer, "the first step only ran calls")
	assert.Equal(t, "c3", run.Steps[0].Outcomes[0].Call.ID)
	requireValid(t, run)
}

func testApproveError(t *testing.T) {
	cause := errors.New("the terminal is gone")
	a := agent.Agent{Client: fake(t, three()).Client(), Tools: []agent.Tool{echo}}
	a.Approve = func(_ context.Context, call openrouter.ToolCall) (agent.Decision, error) {
		if call.ID == "c2" {
			return agent.Decision{}, cause
		}
		return allow, nil
	}
	run, err := a.Run(t.Context(), question())
	requireError(t, run, err, cause)
	for _, text := range results(run.Messages) {
		assert.Equal(t, "error: not run: the run ended", text)
	}

	// The context ends while somebody is asked.
	ctx, cancel := context.WithCancel(t.Context())
	a.Client = fake(t, three()).Client()
	asked := 0
	a.Approve = func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
		asked++
		cancel()
		return allow, nil
	}
	run, err = a.Run(ctx, question())
	assert.Equal(t, 1, asked)
	requireError(t, run, err, context.Canceled)
	assert.Len(t, results(run.Messages), 3)
}

func testApprovePanic(t *testing.T) {
	var run *agent.Run
	a := agent.Agent{Client: fake(t, three()).Client(), Tools: []agent.Tool{echo}}
	a.Prepare = func(_ context.Context, r *agent.Run, _ *agent.Next) error { run = r; return nil }
	a.Approve = func(_ context.Context, call openrouter.ToolCall) (agent.Decision, error) { panic("no terminal") }
	assert.Equal(t, "no terminal", recovered(func() { _, _ = a.Run(t.Context(), question()) }), "it goes on as it is")
	requireValid(t, run)
	assert.Len(t, results(run.Messages), 3)
}

func testPendingFunction(t *testing.T) {
	raw := question()
	raw.Tools = []openrouter.Tool{openrouter.RawTool(`{"type":"function","function":{"name":"browser"}}`), openrouter.RawTool(`{"type":"openrouter:new"}`)}
	pending, err := agent.Agent{Client: fake(t, openroutertest.ToolCall("c1", "browser", `{}`)).Client()}.Run(t.Context(), raw)
	require.NoError(t, err)
	require.Len(t, pending.Pending, 1)

	req := question()
	req.Tools = []openrouter.Tool{&openrouter.FunctionTool{Function: openrouter.Function{Name: "browser"}}}
	asked := 0
	a := agent.Agent{Client: fake(t, call("c1", "one").ToolCall("c2", "browser", `{"x":1}`).ToolCall("c3", "browser", `{"x":`)).Client(), Tools: []agent.Tool{echo}}
	a.Approve = func(context.Context, openrouter.ToolCall) (agent.Decision, error) { asked++; return allow, nil }
	run, err := a.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, 1, asked, "only about what runs here")
	require.Len(t, run.Pending, 1)
	assert.Equal(t, `{"x":1}`, run.Pending[0].Function.Arguments)
	assert.Contains(t, results(run.Messages)["c3"], "not JSON")
	requireValid(t, run)

	// The browser's result comes as a message; Run puts nothing beside it.
	at := slices.IndexFunc(run.Messages, func(m openrouter.Message) bool { return m.ToolCallID == "c3" })
	req.Messages = slices.Insert(slices.Clone(run.Messages), at, openrouter.ToolMessage("c2", "clicked"))
	a.Client = fake(t, openroutertest.Text("Done.")).Client()
	run, err = a.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "clicked", results(run.Messages)["c2"])
}

func testResolve(t *testing.T) {
	a := agent.Agent{Client: fake(t, three()).Client(), Tools: []agent.Tool{echo}}
	a.Approve = approve(map[string]agent.Decision{"c1": wait, "c2": allow, "c3": wait})
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Error(t, run.Resolve("c2", agent.Result{}), "it has a result")
	assert.Error(t, run.Resolve("unknown", agent.Result{}))
	require.NoError(t, run.Resolve("c3", agent.Result{Content: openrouter.Text("by hand"), Usage: openrouter.Usage{Cost: 0.25}}))
	requireValid(t, run)
	require.NoError(t, run.Resolve("c1", agent.Result{Content: openrouter.Text("failed"), IsError: true}))
	require.Error(t, run.Resolve("c1", agent.Result{}), "only once")
	requireValid(t, run)
	assert.Empty(t, run.Pending)
	assert.Equal(t, []string{"c1", "c2", "c3"}, ids(run.Messages))
	assert.Equal(t, map[string]string{"c1": "error: failed", "c2": "two", "c3": "by hand"}, results(run.Messages))
	var order []string
	for _, o := range run.Steps[0].Outcomes {
		order = append(order, o.Call.ID)
	}
	assert.Equal(t, []string{"c1", "c2", "c3"}, order)
	assert.InDelta(t, 0.25, run.Usage.Cost, 1e-9)

	req := question()
	req.Messages = run.Messages
	_, err = fake(t, openroutertest.Text("Done.")).Client().Chat.Create(t.Context(), req)
	require.NoError(t, err, "fit for Create")
}

func testPendingAndUser(t *testing.T) {
	a := agent.Agent{Client: fake(t, three()).Client(), Tools: []agent.Tool{echo}}
	a.Approve = approve(map[string]agent.Decision{"c1": wait, "c2": allow, "c3": wait})
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	req := question()
	req.Messages = append(run.Messages, openrouter.UserMessage("Never mind."))
	a.Client = fake(t, openroutertest.Text("Done.")).Client()
	a.Approve = approve(nil)
	run, err = a.Run(t.Context(), req)
	require.NoError(t, err)
	requireValid(t, run)
	assert.Equal(t, []string{"c1", "c2", "c3"}, ids(run.Messages))
	assert.Equal(t, "Never mind.", run.Messages[5].Text())
}
