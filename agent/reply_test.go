package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func testCallsDecide(t *testing.T) {
	srv := fake(t,
		call("c1", "one").FinishReason("stop"), // calls beside stop run
		openroutertest.Text("Done.").FinishReason("tool_calls"),
	)
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "Done.", run.Text())
	assert.Len(t, run.Steps, 2)
	assert.Equal(t, map[string]string{"c1": "one"}, results(run.Messages))
	requireValid(t, run)
}

func testEmptyAnswer(t *testing.T) {
	a := agent.Agent{Tools: []agent.Tool{echo}}
	t.Run("asked again", func(t *testing.T) {
		srv := fake(t, call("c1", "one"), openroutertest.Text(" \n"), openroutertest.Text("Done."))
		a.Client = srv.Client()
		run, err := a.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, "Done.", run.Text())
		requests := srv.Requests()
		assert.Equal(t, requests[1].Body.Messages, requests[2].Body.Messages, "the empty turn stays out")
		assert.Len(t, run.Steps, 3)
		requireValid(t, run)
	})
	t.Run("once", func(t *testing.T) {
		srv := fake(t, openroutertest.Reasoning("Hm.").FinishReason("tool_calls"), openroutertest.Text("").FinishReason("tool_calls"))
		a.Client = srv.Client()
		run, err := a.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Empty(t, run.Text())
		assert.Len(t, run.Messages, 1)
		requireValid(t, run)
	})
	t.Run("an empty first answer is an answer", func(t *testing.T) {
		a.Client = fake(t, openroutertest.Text("")).Client()
		run, err := a.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Len(t, run.Steps, 1)
	})
}

func testCutCalls(t *testing.T) {
	for name, c := range map[string]struct {
		reply openroutertest.Reply
		ran   bool
	}{
		"whole":              {call("c1", "one").FinishReason("length"), true},
		"broken":             {openroutertest.ToolCall("c1", "echo", `{"text":"rm -rf ./bui`).FinishReason("length"), false},
		"blank":              {openroutertest.ToolCall("c1", "echo", ``).FinishReason("length"), false},
		"null":               {openroutertest.ToolCall("c1", "echo", `null`).FinishReason("length"), false},
		"rewritten":          {openroutertest.ToolCall("c1", "echo", ``).FinishReason("tool_calls").NativeFinishReason("MAX_TOKENS"), false},
		"a prefix is a call": {openroutertest.ToolCall("c1", "echo", `{}`).FinishReason("length"), true},
	} {
		t.Run(name, func(t *testing.T) {
			var ran int
			tool := agent.NewRawTool(openrouter.Function{Name: "echo"}, func(context.Context, json.RawMessage) (agent.Result, error) {
				ran++
				return agent.Result{}, nil
			})
			srv := fake(t, c.reply, openroutertest.Text("Done."))
			run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
			require.NoError(t, err)
			if c.ran {
				assert.Equal(t, 1, ran)
				return
			}
			assert.Zero(t, ran)
			assert.Contains(t, results(run.Messages)["c1"], "error: the call was cut off by the token limit")
			assert.Equal(t, "{}", run.Messages[1].ToolCalls[0].Function.Arguments)
			requireValid(t, run)
		})
	}
	t.Run("a failure as the finish reason ends the run", func(t *testing.T) {
		srv := fake(t, call("c1", "one").ToolCall("c2", "echo", `{"te`).FinishReason("error"))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
		requireError(t, run, err, openrouter.ErrProviderUnavailable)
		assert.Equal(t, map[string]string{"c1": "error: not run: the answer broke off", "c2": "error: not run: the answer broke off"}, results(run.Messages))
	})
}

func testBrokenStream(t *testing.T) {
	srv := fake(t, openroutertest.Text("I will").ToolCall("c1", "echo", `{"text":"one"}`).ToolCall("c2", "echo", `{"te`).Cut())
	s := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Stream(t.Context(), question())
	var err error
	for _, err = range s.Events() {
	}
	requireError(t, s.Run(), err, openrouter.ErrStreamTruncated)
	assert.Equal(t, map[string]string{"c1": "error: not run: the answer broke off", "c2": "error: not run: the answer broke off"}, results(s.Run().Messages))
	assert.Equal(t, "I will", s.Run().Messages[1].Text())
	assert.Equal(t, `{"te`, s.Run().Steps[0].Answer.Choices[0].Message.ToolCalls[1].Function.Arguments, "the original stays")
}

func testArguments(t *testing.T) {
	for arguments, want := range map[string]struct{ got, told, sent string }{
		``:                         {`{}`, "", `{}`},
		"  \n":                     {`{}`, "", `{}`},
		`null`:                     {`{}`, "", `{}`},
		`""`:                       {`{}`, "", `{}`},
		` {"a": 1} `:               {`{"a": 1}`, "", ` {"a": 1} `},
		`"{\"a\":1}"`:              {`{"a":1}`, "", `{"a":1}`},
		`{"a":1}{"a":2}`:           {"", "the arguments are not JSON: invalid character '{' after top-level value", `{}`},
		`{"a":`:                    {"", "the arguments are not JSON: unexpected end of JSON input", `{}`},
		`[1]`:                      {"", "the arguments must be a JSON object", `{}`},
		`7`:                        {"", "the arguments must be a JSON object", `{}`},
		`"words"`:                  {"", "the arguments are not JSON", `{}`},
		`{"a":1} and some prose`:   {"", "the arguments are not JSON", `{}`},
		"```json\n{\"a\":1}\n```":  {"", "the arguments are not JSON", `{}`},
		`{"a":9007199254740993.0}`: {`{"a":9007199254740993.0}`, "", `{"a":9007199254740993.0}`},
	} {
		got := ""
		tool := agent.NewRawTool(openrouter.Function{Name: "echo"}, func(_ context.Context, in json.RawMessage) (agent.Result, error) {
			got = string(in)
			return agent.Result{}, nil
		})
		srv := fake(t, openroutertest.ToolCall("c1", "echo", arguments), openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, want.got, got, arguments)
		assert.Equal(t, want.sent, run.Messages[1].ToolCalls[0].Function.Arguments, arguments)
		assert.Equal(t, arguments, run.Steps[0].Answer.Choices[0].Message.ToolCalls[0].Function.Arguments)
		if want.told != "" {
			assert.Contains(t, results(run.Messages)["c1"], "error: "+want.told)
			assert.Equal(t, arguments, run.Steps[0].Outcomes[0].Call.Function.Arguments)
		}
		requireValid(t, run)
	}
	t.Run("an object in place of its text", func(t *testing.T) {
		srv := fake(t, openroutertest.Raw(`{"choices":[{"message":{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"echo","arguments":{"text":"one"}}}]}}]}`),
			openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, "one", results(run.Messages)["c1"])
		requireValid(t, run)
	})
	t.Run("a number", func(t *testing.T) {
		srv := fake(t, openroutertest.Raw(`{"choices":[{"message":{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"echo","arguments":5}}]}}]}`),
			openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, "error: the arguments must be a JSON object", results(run.Messages)["c1"])
		requireValid(t, run)
	})
	t.Run("violations are told one by one", func(t *testing.T) {
		srv := fake(t, openroutertest.ToolCall("c1", "echo", `{"text":1,"more":2}`), openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, "error: invalid arguments:\nmore: is not allowed\ntext: must be a string, is a number", results(run.Messages)["c1"])
	})
}

func testUnknownTool(t *testing.T) {
	browser := openrouter.FunctionTool{Function: openrouter.Function{Name: "browser"}}
	req := question()
	req.Tools = []openrouter.Tool{browser, openrouter.WebSearchTool{}}
	srv := fake(t, openroutertest.ToolCall("c1", "Echo", `{}`).ToolCall("c2", "echo<|channel|>", `{}`).ToolCall("c3", "", `{}`).
		ToolCall("c4", strings.Repeat("x", 70), `{`), openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo, failing}}.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, `error: there is no tool "Echo"; the tools are: browser, echo, failing`, results(run.Messages)["c1"])
	assert.Equal(t, `error: there is no tool "echo<|channel|>"; the tools are: browser, echo, failing`, results(run.Messages)["c2"])
	assert.Equal(t, "echo__channel__", run.Messages[1].ToolCalls[1].Function.Name, "a name that services accept back")
	assert.Equal(t, "unknown", run.Messages[1].ToolCalls[2].Function.Name)
	requireValid(t, run)

	srv = fake(t, openroutertest.ToolCall("c1", "echo", `{}`), openroutertest.Text("Done."))
	run, err = agent.Agent{Client: srv.Client()}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, `error: there is no tool "echo", and no other`, results(run.Messages)["c1"])
}

func testIDs(t *testing.T) {
	srv := fake(t, call("", "a").ToolCall("x", "echo", `{"text":"b"}`).ToolCall("x", "echo", `{"text":"c"}`).ToolCall("", "echo", `{"text":"d"}`),
		openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
	require.NoError(t, err)
	requireValid(t, run)
	var texts []string
	for i, o := range run.Steps[0].Outcomes {
		texts = append(texts, o.Result.Content[0].Text)
		assert.Equal(t, run.Messages[2+i].ToolCallID, o.Call.ID)
	}
	assert.Equal(t, []string{"a", "b", "c", "d"}, texts)

	// What is no call at all stays in the step.
	srv = fake(t, openroutertest.Raw(`{"choices":[{"message":{"role":"assistant","content":"x","tool_calls":["odd",{"id":"c1","type":"function","function":{"name":"echo","arguments":"{\"text\":\"one\"}"}}]}}]}`),
		openroutertest.Text("Done."))
	run, err = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
	require.NoError(t, err)
	requireValid(t, run)
	assert.Equal(t, map[string]string{"c1": "one"}, results(run.Messages))
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

// Members of a reply that have another JSON type, or another role, are not sent back.
func TestRepliesInOddShapes(t *testing.T) {
	for _, role := range []string{`"user"`, `"tool"`, `"model"`, `5`, `null`} {
		reply := fmt.Sprintf(`{"choices":[{"message":{"role":%s,"content":null,"tool_calls":[{"id":7,"type":8,"function":{"name":"echo","arguments":{"text":"one"}}}]}}]}`, role)
		srv := fake(t, openroutertest.Raw(reply), openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
		require.NoError(t, err, role)
		requireValid(t, run)
		data, err := json.Marshal(run.Messages[1])
		require.NoError(t, err)
		assert.JSONEq(t, `{"role":"assistant","content":null,"tool_calls":[{"id":"7","type":"function","function":{"name":"echo","arguments":"{\"text\":\"one\"}"}}]}`, string(data))
		assert.Equal(t, "one", results(run.Messages)["7"])
	}
}

// Calls of messages that are not from a run may be as the model wrote them.
func TestCallsOfOtherMessages(t *testing.T) {
	called := func(id, name, args string) openrouter.ToolCall {
		return openrouter.ToolCall{ID: id, Function: openrouter.FunctionCall{Name: name, Arguments: args}}
	}
	req := question()
	given := openrouter.Message{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{
		called("a", "echo", `{"text":"old"}`), called("", "echo", `{"text":"one"}`), called("a", "echo", `{"text"`), called("b", "no name", ""),
	}}
	req.Messages = append(req.Messages, given, openrouter.ToolMessage("a", "old"), openrouter.UserMessage("Go on."))
	srv := fake(t, openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), req)
	require.NoError(t, err)
	requireValid(t, run)
	assert.Equal(t, map[string]string{
		"a": "old", "call_2": "one", "call_3": "error: the arguments are not JSON: unexpected end of JSON input",
		"b": `error: there is no tool "no name"; the tools are: echo`,
	}, results(run.Messages))
	assert.Equal(t, `{"text"`, run.Steps[0].Outcomes[1].Call.Function.Arguments, "as the model wrote them")
	assert.Empty(t, req.Messages[1].ToolCalls[1].ID, "the request is not changed")
}
