package agent_test

import (
	"context"
	"encoding/json"
	"errors"
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
	inner := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}
	inner.Approve = func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
		return agent.Decision{Wait: true}, nil
	}
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

func testMedia(t *testing.T) {
	image := openrouter.ImageDataPart("image/png", []byte("png"))
	for _, tool := range []agent.Tool{
		agent.NewTool("echo", "", func(context.Context, text) (openrouter.Part, error) { return image, nil }),
		agent.NewTool("echo", "", func(context.Context, text) ([]openrouter.Part, error) {
			return []openrouter.Part{image, openrouter.TextPart("123456789"), image, openrouter.TextPart("more"), image}, nil
		}),
		agent.NewTool("echo", "", func(context.Context, text) (agent.Result, error) {
			return agent.Result{Content: []openrouter.Part{image}, IsError: true}, nil
		}),
	} {
		srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}, MaxResult: 5}.Run(t.Context(), question())
		require.NoError(t, err)
		requireValid(t, run)
		sent := srv.Requests()[1].Body.Messages[2].Content
		images, words := 0, ""
		for _, p := range sent {
			words += p.Text
			if p.ImageURL != nil {
				images++
				assert.Equal(t, image.ImageURL.URL, p.ImageURL.URL)
			}
		}
		switch outcome := run.Steps[0].Outcomes[0].Result; {
		case outcome.IsError:
			assert.Equal(t, "error: the call failed", words)
		case len(outcome.Content) > 1:
			assert.Equal(t, "12345\n[the result is cut: it has 13 bytes, these are the first 5]", words)
			assert.Equal(t, 3, images)
		default:
			assert.Equal(t, 1, images)
		}
	}
}

func testUntouched(t *testing.T) {
	const message = `{"role":"assistant","content":"See.","reasoning":"Hm.","reasoning_details":[{"type":"reasoning.text","text":"Hm.","signature":"s","format":"f","index":0,"more":{"x":1}},` +
		`{"type":"reasoning.new","stuff":[1.50]}],"annotations":[{"type":"file","file":{"hash":"h","name":"n","content":[{"type":"text","text":"t"}]}},{"type":"new","new":true}],` +
		`"images":[{"type":"image_url","image_url":{"url":"data:,"}}],"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"echo","arguments":"{ \"text\" : \"one\" }","more":1},"extra_content":{"google":{"thought_signature":"t"}}}],` +
		`"provider_member":{"deep":[null,{}]}}`
	srv := fake(t, openroutertest.Raw(`{"id":"g","choices":[{"index":0,"finish_reason":"tool_calls","message":`+message+`}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`), openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
	require.NoError(t, err)
	requireValid(t, run)
	var sent struct{ Messages []json.RawMessage }
	require.NoError(t, json.Unmarshal(srv.Requests()[1].Raw, &sent))
	assert.JSONEq(t, message, string(sent.Messages[1]))
	// Numbers keep their spelling, too.
	assert.Contains(t, string(sent.Messages[1]), `"stuff":[1.50]`)
}

func testUnsigned(t *testing.T) {
	detail := func(text, signature string) openrouter.ReasoningDetail {
		return openrouter.ReasoningDetail{Type: openrouter.ReasoningDetailTypeText, Text: text, Signature: signature}
	}
	encrypted := openrouter.ReasoningDetail{Type: openrouter.ReasoningDetailTypeEncrypted, Data: "d"}
	summary := openrouter.ReasoningDetail{Type: openrouter.ReasoningDetailTypeSummary, Summary: "s"}
	for name, c := range map[string]struct {
		reply openroutertest.Reply
		want  []openrouter.ReasoningDetailType // of the message that goes back; nil for none
		left  bool                             // the readable reasoning stays
	}{
		"broken off, unsigned":              {openroutertest.ReasoningDetails(detail("Hm", "")).Text("The").Cut(), nil, false},
		"broken off, signed":                {openroutertest.ReasoningDetails(detail("Hm", "s")).Text("The").Cut(), []openrouter.ReasoningDetailType{"reasoning.text"}, true},
		"broken off, a summary alone":       {openroutertest.ReasoningDetails(summary).Text("The").Cut(), nil, false},
		"broken off, a summary and a block": {openroutertest.ReasoningDetails(summary, encrypted).Text("The").Cut(), []openrouter.ReasoningDetailType{"reasoning.summary", "reasoning.encrypted"}, true},
		"broken off, readable only":         {openroutertest.Reasoning("Hm").Text("The").Cut(), nil, false},
		"token limit":                       {openroutertest.ReasoningDetails(detail("Hm", "")).Text("The").FinishReason("length"), nil, false},
		"token limit behind a whole call":   {openroutertest.ReasoningDetails(detail("Hm", "")).ToolCall("c1", "stop", `{}`).FinishReason("length"), []openrouter.ReasoningDetailType{"reasoning.text"}, true},
		"whole":                             {openroutertest.ReasoningDetails(detail("Hm", "")).Text("The"), []openrouter.ReasoningDetailType{"reasoning.text"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			stop := agent.NewTool("stop", "", func(context.Context, struct{}) (agent.Result, error) { return agent.Result{Stop: true}, nil })
			s := agent.Agent{Client: fake(t, c.reply).Client(), Tools: []agent.Tool{stop}}.Stream(t.Context(), question())
			for range s.Events() {
			}
			run := s.Run()
			requireValid(t, run)
			var got []openrouter.ReasoningDetailType
			for _, d := range run.Messages[1].ReasoningDetails {
				got = append(got, d.Type)
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, !c.left, run.Messages[1].Reasoning == "" && len(got) == 0)
			assert.NotEmpty(t, run.Answer().Reasoning()+run.Answer().Text(), "the step has all of it")
		})
	}
	// Reasoning that broke off before anything else is no turn at all.
	s := agent.Agent{Client: fake(t, openroutertest.Reasoning("Let me").Cut()).Client()}.Stream(t.Context(), question())
	for range s.Events() {
	}
	assert.Len(t, s.Run().Messages, 1)
	assert.Equal(t, "Let me", s.Run().Answer().Reasoning())
}

func testOptions(t *testing.T) {
	srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
	_, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question(), openrouter.WithHeader("X-Tenant", "7"))
	require.NoError(t, err)
	for _, r := range srv.Requests() {
		assert.Equal(t, "7", r.Header.Get("X-Tenant"))
	}
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
