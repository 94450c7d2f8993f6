package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func testRunIsComplete(t *testing.T) {
	req := question()
	req.Messages = append(make([]openrouter.Message, 0, 99), req.Messages...) // room that a run must not write into
	before, err := json.Marshal(req)
	require.NoError(t, err)
	for range 2 {
		run, err := agent.Agent{Client: fake(t, call("c1", "one"), openroutertest.Error(402, openrouter.ErrPaymentRequired, "Top up.")).Client(), Tools: []agent.Tool{echo}}.
			Run(t.Context(), req)
		requireError(t, run, err, openrouter.ErrPaymentRequired)
		assert.Equal(t, "agent: payment_required 402: Top up.", err.Error())
		assert.Len(t, run.Messages, 3)
		assert.Len(t, run.Steps, 1)
	}
	after, err := json.Marshal(req)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	assert.Zero(t, req.Messages[:99][1].Role)

	var run agent.Run
	assert.Empty(t, run.Text())
	assert.Nil(t, run.Answer())
}

func testStop(t *testing.T) {
	stop := agent.NewTool("stop", "", func(context.Context, struct{}) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text("stopped"), Stop: true}, nil
	})
	run, err := agent.Agent{Client: fake(t, call("c1", "one").ToolCall("c2", "stop", `{}`)).Client(), Tools: []agent.Tool{echo, stop}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"c1": "one", "c2": "stopped"}, results(run.Messages))
	requireValid(t, run)

	a := agent.Agent{Client: fake(t, call("c1", "one"), call("c2", "two")).Client(), Tools: []agent.Tool{echo}}
	a.Stop = func(run *agent.Run) bool { return len(run.Steps) == 2 }
	run, err = a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"c1": "one", "c2": "two"}, results(run.Messages))
}

func testJSON(t *testing.T) {
	data := agent.NewTool("data", "", func(context.Context, struct{}) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text("x"), Data: make(chan int), Usage: openrouter.Usage{Cost: 0.5}}, nil
	})
	run, err := agent.Agent{Client: fake(t, openroutertest.ToolCall("c1", "data", `{}`).ToolCall("c2", "none", `{}`), openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{data}}.
		Run(t.Context(), question())
	require.NoError(t, err)
	requireValid(t, run)
	encoded, err := json.Marshal(run)
	require.NoError(t, err)
	var again agent.Run
	require.NoError(t, json.Unmarshal(encoded, &again))
	assert.Equal(t, "Done.", again.Text())
	assert.Equal(t, run.Messages, again.Messages)
	assert.InDelta(t, 0.5, again.Usage.Cost, 1e-9)
	assert.True(t, again.Steps[0].Outcomes[1].Result.IsError)
	assert.InDelta(t, 0.5, again.Steps[0].Outcomes[0].Result.Usage.Cost, 1e-9)
}

// What ends a run before the calls of an earlier one have run leaves them pending.
func TestCallsThatAreNotReached(t *testing.T) {
	waits := agent.Agent{Client: fake(t, call("c1", "one")).Client(), Tools: []agent.Tool{echo}, Approve: decide(wait)}
	earlier, err := waits.Run(t.Context(), question())
	require.NoError(t, err)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx context.Context
		bot agent.Agent
	}{
		"a cancelled context": {cancelled, agent.Agent{Client: fake(t).Client(), Tools: []agent.Tool{echo}}},
		"an invalid tool":     {t.Context(), agent.Agent{Client: fake(t).Client(), Tools: []agent.Tool{{}}}},
		"no client":           {t.Context(), agent.Agent{}},
	} {
		t.Run(name, func(t *testing.T) {
			req := question()
			req.Messages = earlier.Messages
			run, err := c.bot.Run(c.ctx, req)
			require.Error(t, err)
			requireValid(t, run)
			assert.Equal(t, earlier.Pending, run.Pending)
			assert.Equal(t, earlier.Messages, run.Messages)
		})
	}
}

// Runs that were copied, and requests that were made of them, keep their own messages.
func TestCopiesOfARunAreApart(t *testing.T) {
	ask := echo
	ask.Approve = decide(wait)
	srv := fake(t, call("c1", "one"))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{ask}}.Run(t.Context(), question())
	require.NoError(t, err)
	one, two := *run, *run
	next := append(run.Messages, openrouter.UserMessage("More."))
	require.NoError(t, one.Resolve("c1", agent.Result{Content: openrouter.Text("first")}))
	require.NoError(t, two.Resolve("c1", agent.Result{Content: openrouter.Text("second")}))
	assert.Equal(t, "first", one.Messages[2].Text())
	assert.Equal(t, "second", two.Messages[2].Text())
	assert.Equal(t, "More.", next[2].Text())
	assert.Equal(t, "first", one.Steps[0].Outcomes[0].Result.Content[0].Text)
	assert.Empty(t, run.Steps[0].Outcomes)

	var seen [][]openrouter.Message
	a := agent.Agent{Tools: []agent.Tool{echo}, Stop: func(run *agent.Run) bool {
		seen = append(seen, append(run.Messages, openrouter.UserMessage("Mine.")))
		return false
	}}
	a.Client = fake(t, call("c1", "one"), openroutertest.Text("Done.")).Client()
	_, err = a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "Mine.", seen[0][3].Text())
}

func testErrorIsOneLine(t *testing.T) {
	req := question()
	req.Messages[0] = openrouter.UserMessage("my secret")
	run, err := agent.Agent{Name: "helper", Client: fake(t, openroutertest.Text("half a secret").Cut()).Client()}.Run(t.Context(), req)
	requireError(t, run, err, io.ErrUnexpectedEOF)
	assert.Regexp(t, "^agent helper: ", err.Error())
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "err", err)
	data, _ := json.Marshal(err)
	for _, s := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), fmt.Sprintf("%q", err), log.String(), string(data)} {
		assert.NotContains(t, s, "secret")
		assert.Contains(t, s, "agent helper")
	}
}
