package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func testPrepare(t *testing.T) {
	srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
	req := question()
	req.Models, req.Provider, req.Metadata = []string{"x/y"}, &openrouter.ProviderPreferences{Sort: openrouter.ProviderSort{By: "price"}}, map[string]string{"a": "b"}
	req.Tools = []openrouter.Tool{openrouter.WebSearchTool{}}
	before, err := json.Marshal(req)
	require.NoError(t, err)
	a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo, failing}}
	a.Prepare = func(_ context.Context, run *agent.Run, next *agent.Next) error {
		if len(run.Steps) == 0 {
			return nil
		}
		next.Request.Model, next.Request.Models[0], next.Request.Metadata["a"] = "c/d", "changed", "changed"
		next.Request.Provider.Sort.By = "latency"
		next.Request.Tools[0] = openrouter.DatetimeTool{}
		next.Request.Messages = append(next.Request.Messages[1:], openrouter.UserMessage("Be brief."))
		next.Request.Messages[0].Name = "changed"
		next.Tools[0] = failing
		next.Tools = next.Tools[:1]
		return nil
	}
	run, err := a.Run(t.Context(), req)
	require.NoError(t, err)
	after, err := json.Marshal(req)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "the caller's request")
	second := srv.Requests()[1].Body
	assert.Equal(t, "c/d", second.Model)
	assert.Len(t, second.Tools, 2)
	assert.Equal(t, "Be brief.", second.Messages[2].Text())
	assert.Len(t, run.Messages, 4)
	assert.Equal(t, "Question?", run.Messages[0].Text())
	assert.Empty(t, run.Messages[1].Name)
	assert.Equal(t, "echo", a.Tools[0].Def.Function.Name)

	// Its tool choice holds in every step, and messages that it drops are there again in the next.
	srv = fake(t, call("c1", "one"), openroutertest.Text("Done."))
	a.Client, a.Prepare = srv.Client(), func(_ context.Context, run *agent.Run, next *agent.Next) error {
		if next.Request.ToolChoice = openrouter.ToolChoiceRequired; len(run.Steps) == 0 {
			next.Request.Messages = []openrouter.Message{openrouter.UserMessage("Other.")}
		}
		return nil
	}
	_, err = a.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "Other.", srv.Requests()[0].Body.Messages[0].Text())
	assert.Equal(t, "Question?", srv.Requests()[1].Body.Messages[0].Text())
	for _, r := range srv.Requests() {
		assert.Equal(t, openrouter.ToolChoiceRequired, r.Body.ToolChoice)
	}

	cause := errors.New("no")
	for _, prepare := range []func(context.Context, *agent.Run, *agent.Next) error{
		func(context.Context, *agent.Run, *agent.Next) error { return cause },
		func(_ context.Context, _ *agent.Run, next *agent.Next) error { next.Request = nil; return nil },
		func(_ context.Context, _ *agent.Run, next *agent.Next) error {
			next.Tools = append(next.Tools, next.Tools...)
			return nil
		},
	} {
		a.Client, a.Prepare = fake(t).Client(), prepare
		run, err = a.Run(t.Context(), req)
		require.Error(t, err)
		requireError(t, run, err, errors.Unwrap(err))
	}
}

func testOffered(t *testing.T) {
	a := agent.Agent{Client: fake(t, call("c1", "one"), openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{echo, failing}}
	a.Prepare = func(_ context.Context, _ *agent.Run, next *agent.Next) error {
		next.Tools = next.Tools[1:]
		return nil
	}
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, `error: there is no tool "echo"; the tools are: failing`, results(run.Messages)["c1"])
}

func testForcedChoice(t *testing.T) {
	for _, c := range []struct {
		choice openrouter.ToolChoice
		want   []bool // whether each request has a choice
	}{
		{openrouter.ToolChoiceRequired, []bool{true, false, false}},
		{openrouter.ForceFunction("echo"), []bool{true, false, false}},
		{openrouter.ForceServerTool("openrouter:x"), []bool{true, false, false}},
		{new(openrouter.ToolChoiceRequired), []bool{true, false, false}},
		{&openrouter.FunctionToolChoice{Function: openrouter.FunctionName{Name: "echo"}}, []bool{true, false, false}},
		{openrouter.ToolChoiceAuto, []bool{true, true, true}},
		{openrouter.ToolChoiceNone, []bool{true, true, true}},
		{nil, []bool{false, false, false}},
	} {
		choice, want := c.choice, c.want
		srv := fake(t, call("c1", "one"), call("c2", "two"), openroutertest.Text("Done."))
		req := question()
		req.ToolChoice = choice
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), req)
		require.NoError(t, err)
		for i, r := range srv.Requests() {
			assert.Equal(t, want[i], r.Body.ToolChoice != nil, "%v, request %d", choice, i)
		}
		assert.Equal(t, choice, req.ToolChoice)

		// A run that goes on with results has been through its first step.
		srv = fake(t, openroutertest.Text("Done."))
		req.Messages = run.Messages[:3]
		_, err = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, want[1], srv.Requests()[0].Body.ToolChoice != nil, "%v", choice)
	}
}

func testReasoningAndPin(t *testing.T) {
	details := []openrouter.ReasoningDetail{
		{Type: openrouter.ReasoningDetailTypeText, Text: "Let me see.", Signature: "sig=="},
		{Type: openrouter.ReasoningDetailTypeEncrypted, Data: "abc", ID: "r1", Extra: map[string]any{"new": 1}},
	}
	srv := fake(t, openroutertest.ReasoningDetails(details...).ToolCall("c1", "echo", `{"text":"one"}`).Provider("Google"), openroutertest.Text("Done."))
	a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}
	a.Prepare = func(_ context.Context, run *agent.Run, next *agent.Next) error {
		if last := run.Answer(); last != nil {
			next.Request.Provider = &openrouter.ProviderPreferences{Order: []string{strings.ToLower(last.Provider)}}
		}
		return nil
	}
	_, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	second := srv.Requests()[1].Body
	assert.Equal(t, []string{"google"}, second.Provider.Order)
	got, err := json.Marshal(second.Messages[1].ReasoningDetails)
	require.NoError(t, err)
	want, err := json.Marshal(details)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(got))
}

func testServerTools(t *testing.T) {
	req := question()
	req.Tools = []openrouter.Tool{openrouter.WebSearchTool{}, openrouter.RawTool(`{"type":"openrouter:new"}`)}
	req.StopServerToolsWhen = []openrouter.StopCondition{openrouter.StepCountIs{StepCount: 3}}
	srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
	_, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), req)
	require.NoError(t, err)
	for _, r := range srv.Requests() {
		assert.Len(t, r.Body.Tools, 3)
		assert.Len(t, r.Body.StopServerToolsWhen, 1)
	}
	// Only functions can be called back: another kind of call is told so.
	srv = fake(t, openroutertest.Raw(`{"choices":[{"message":{"role":"assistant","tool_calls":[{"id":"c1","type":"custom","custom":{"name":"x","input":"y"}}]}}]}`))
	srv.Add(openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "error: only functions can be called here, not custom", results(run.Messages)["c1"])
}

func testOptions(t *testing.T) {
	srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
	_, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question(), openrouter.WithHeader("X-Tenant", "7"))
	require.NoError(t, err)
	for _, r := range srv.Requests() {
		assert.Equal(t, "7", r.Header.Get("X-Tenant"))
	}
}

func testNoRepeat(t *testing.T) {
	srv := openroutertest.NewTransport(t, openroutertest.Text("Half").Cut(), openroutertest.Text("Never sent."))
	s := agent.Agent{Client: srv.Client(openrouter.WithMaxRetries(5))}.Stream(t.Context(), question())
	var err error
	for _, err = range s.Events() {
	}
	requireError(t, s.Run(), err, openrouter.ErrStreamTruncated)
	assert.Len(t, srv.Requests(), 1)

	// A tool is not run again when the request with its result is repeated.
	bubble(func(t *testing.T) {
		ran := 0
		tool := agent.NewTool("echo", "", func(context.Context, text) (string, error) { ran++; return "one", nil })
		srv := fake(t, call("c1", "one"), openroutertest.Error(503, openrouter.ErrProviderOverloaded).Times(2), openroutertest.Text("Done."))
		_, err := agent.Agent{Client: srv.Client(openrouter.WithMaxRetries(3)), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, 1, ran)
	})(t)
}
