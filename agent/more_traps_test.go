package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

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

func testRefusal(t *testing.T) {
	for _, c := range []struct {
		reply openroutertest.Reply
		want  error
		told  string
	}{
		{openroutertest.Refusal("I will not.").ToolCall("c1", "echo", `{"text":"x"}`), agent.ErrRefused, "error: not run: the model refused to answer"},
		{call("c1", "x").NativeFinishReason("refusal"), agent.ErrRefused, "error: not run: the model refused to answer"},
		{call("c1", "x").FinishReason("content_filter"), agent.ErrFiltered, "error: not run: a content filter ended the answer"},
	} {
		a := agent.Agent{Client: fake(t, c.reply).Client(), Tools: []agent.Tool{echo}, Final: true}
		run, err := a.Run(t.Context(), question())
		requireError(t, run, err, c.want)
		assert.Equal(t, c.told, results(run.Messages)["c1"])
	}
	assert.ErrorIs(t, agent.ErrRefused, openrouter.ErrRefusal)
	assert.NotErrorIs(t, agent.ErrFiltered, openrouter.ErrRefusal)
	run, err := agent.Agent{Client: fake(t, openroutertest.Refusal("No.")).Client()}.Run(t.Context(), question())
	requireError(t, run, err, openrouter.ErrRefusal)
	assert.Equal(t, "No.", run.Messages[1].Refusal)
	run, err = agent.Agent{Client: fake(t, openroutertest.Text("").FinishReason("content_filter")).Client()}.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrFiltered)
	assert.Len(t, run.Messages, 1)
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

func testResults(t *testing.T) {
	big := agent.NewTool("echo", "", func(context.Context, text) (string, error) { return strings.Repeat("ä", 300<<10), nil })
	answer := func(tool agent.Tool, a agent.Agent) string {
		a.Client, a.Tools = fake(t, call("c1", "one"), openroutertest.Text("Done.")).Client(), []agent.Tool{tool}
		run, err := a.Run(t.Context(), question())
		require.NoError(t, err)
		requireValid(t, run)
		return results(run.Messages)["c1"]
	}
	got := answer(big, agent.Agent{})
	head, note, _ := strings.Cut(got, "\n")
	assert.Len(t, head, 256<<10)
	assert.Equal(t, "[the result is cut: it has 614400 bytes, these are the first 262144]", note)
	assert.True(t, utf8.ValidString(got))

	assert.True(t, strings.HasPrefix(answer(big, agent.Agent{MaxResult: 5}), "ää\n[the result is cut"), "at a character")
	assert.Len(t, answer(big, agent.Agent{MaxResult: -1}), 600<<10)
	own := big
	own.MaxResult = 2
	assert.True(t, strings.HasPrefix(answer(own, agent.Agent{MaxResult: 500}), "ä\n[the result is cut"))
	failed := agent.NewTool("echo", "", func(context.Context, text) (string, error) { return "", errors.New(strings.Repeat("x", 100)) })
	assert.True(t, strings.HasPrefix(answer(failed, agent.Agent{MaxResult: 10}), "error: xxxxxxxxxx\n[the result is cut"))

	type out struct {
		A string `json:"a"`
		B []int  `json:"b"`
	}
	assert.Equal(t, `{"a":"<&>","b":[1]}`, answer(agent.NewTool("echo", "", func(context.Context, text) (out, error) { return out{"<&>", []int{1}}, nil }), agent.Agent{}))
	assert.Equal(t, "null", answer(agent.NewTool("echo", "", func(context.Context, text) (*out, error) { return nil, nil }), agent.Agent{}))
	assert.Equal(t, "{}", answer(agent.NewTool("echo", "", func(context.Context, text) (struct{}, error) { return struct{}{}, nil }), agent.Agent{}))
	assert.Equal(t, "(no output)", answer(agent.NewTool("echo", "", func(context.Context, text) (string, error) { return "", nil }), agent.Agent{}))
	assert.Equal(t, "(no output)", answer(agent.NewTool("echo", "", func(context.Context, text) ([]openrouter.Part, error) { return nil, nil }), agent.Agent{}))
	assert.Equal(t, "(no output)", answer(agent.NewTool("echo", "", func(context.Context, text) (string, error) { return " \n", nil }), agent.Agent{}))
	binary := agent.NewTool("echo", "", func(context.Context, text) (string, error) { return strings.Repeat("\x80", 100), nil })
	assert.Equal(t, strings.Repeat("\x80", 10)+"\n[the result is cut: it has 100 bytes, these are the first 10]", answer(binary, agent.Agent{MaxResult: 10}))
	assert.Contains(t, answer(agent.NewTool("echo", "", func(context.Context, text) (any, error) { return make(chan int), nil }), agent.Agent{}), "error: result: ")
	assert.Equal(t, "error: no such city", answer(agent.NewTool("echo", "", func(context.Context, text) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text("no such city"), IsError: true}, nil
	}), agent.Agent{}))
}

func testToolAlone(t *testing.T) {
	var seen openrouter.ToolCall
	tool := agent.NewTool("echo", "", func(ctx context.Context, in text) (string, error) {
		var ok bool
		seen, ok = agent.CallFrom(ctx)
		agent.Progress(ctx, "half") // no effect outside of a stream
		return fmt.Sprint(ok), nil
	})
	result, err := tool.Call(t.Context(), openrouter.ToolCall{Function: openrouter.FunctionCall{Arguments: `{"text":"x"}`}})
	require.NoError(t, err)
	assert.Equal(t, "false", result.Content[0].Text)
	_, err = tool.Call(t.Context(), openrouter.ToolCall{Function: openrouter.FunctionCall{Arguments: `{"text":1}`}})
	assert.EqualError(t, err, "invalid arguments:\ntext: must be a string, is a number")

	srv := fake(t, call("c7", "one"), openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "true", results(run.Messages)["c7"])
	assert.Equal(t, "c7", seen.ID)
	assert.Equal(t, `{"text":"one"}`, seen.Function.Arguments)
}

func testErrorText(t *testing.T) {
	tool := failing
	tool.ErrorText = func(error) string { return "the database is down" }
	srv := fake(t, openroutertest.ToolCall("c1", "failing", `{"text":"postgres://user:password@host"}`).ToolCall("c2", "failing", `{}`), openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "error: the database is down", results(run.Messages)["c1"])
	assert.EqualError(t, run.Steps[0].Outcomes[0].Err, "postgres://user:password@host", "the program sees it")
	assert.Contains(t, results(run.Messages)["c2"], "text: is missing", "what the model did wrong is told")
}
