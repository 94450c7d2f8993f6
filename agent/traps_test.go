package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

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

func testOrder(t *testing.T) {
	bubble(func(t *testing.T) {
		slow := agent.NewTool("slow", "", func(_ context.Context, in struct{ Seconds int }) (int, error) {
			time.Sleep(time.Duration(in.Seconds) * time.Second)
			return in.Seconds, nil
		})
		srv := fake(t, openroutertest.ToolCall("c1", "slow", `{"Seconds":3}`).ToolCall("c2", "slow", `{"Seconds":1}`).ToolCall("c3", "slow", `{"Seconds":2}`),
			call("c4", "one"), openroutertest.Text("Done."))
		req := question()
		req.Tools = []openrouter.Tool{openrouter.WebSearchTool{}}
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{slow, echo, failing}}.Run(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, []string{"c1", "c2", "c3", "c4"}, ids(run.Messages))
		var tools []string
		for _, r := range srv.Requests() {
			var body struct{ Tools json.RawMessage }
			require.NoError(t, json.Unmarshal(r.Raw, &body))
			tools = append(tools, string(body.Tools))
		}
		assert.Len(t, slices.Compact(tools), 1, "the same bytes")
		assert.Regexp(t, `^\[\{"type":"openrouter:web_search"\},.*"slow".*"echo".*"failing"`, tools[0])
	})(t)
}

func testInvalidTools(t *testing.T) {
	client := openroutertest.NewTransport(t).Client() // fails at any request
	noop := func(context.Context, struct{}) (string, error) { return "", nil }
	raw := func(context.Context, json.RawMessage) (agent.Result, error) { return agent.Result{}, nil }
	req := question()
	req.Tools = []openrouter.Tool{openrouter.FunctionTool{Function: openrouter.Function{Name: "browser"}}, openrouter.WebSearchTool{}}
	for _, c := range []struct {
		tools []agent.Tool
		want  []string
	}{
		{[]agent.Tool{echo, echo}, []string{`tools[3].function.name is "echo", like that of tools[2]`}},
		{[]agent.Tool{agent.NewTool("browser", "", noop)}, []string{`tools[2].function.name is "browser", like that of tools[0]`}},
		{[]agent.Tool{agent.NewTool("", "", noop), agent.NewTool("with space", "", noop), agent.NewTool(strings.Repeat("x", 65), "", noop)},
			[]string{`tools[2].function.name is ""`, `tools[3].function.name is "with space"`, "tools[4].function.name"}},
		{[]agent.Tool{agent.NewTool("a", "", func(context.Context, struct{ Done chan int }) (string, error) { return "", nil })},
			[]string{"tools[2].function.parameters is invalid: Done is of type chan int, which has no JSON"}},
		{[]agent.Tool{agent.NewTool("a", "", func(context.Context, string) (string, error) { return "", nil })},
			[]string{"arguments must be a JSON object, but string is of type string"}},
		{[]agent.Tool{agent.NewTool("a", "", func(context.Context, struct {
			X string `jsonschema:"pattern=["`
		}) (string, error) {
			return "", nil
		})}, []string{"tools[2].function.parameters is invalid"}},
		{[]agent.Tool{agent.NewRawTool(openrouter.Function{Name: "a", Parameters: json.RawMessage(`{"type":"objekt"}`)}, raw)},
			[]string{"tools[2].function.parameters is invalid: type: "}},
		{[]agent.Tool{agent.NewRawTool(openrouter.Function{Name: "a", Parameters: make(chan int)}, raw)}, []string{"unsupported type: chan int"}},
		{[]agent.Tool{{Def: openrouter.FunctionTool{Function: openrouter.Function{Name: "a"}}}}, []string{"tools[2].function has no Call"}},
	} {
		for range 2 {
			run, err := agent.Agent{Client: client, Tools: c.tools}.Run(t.Context(), req)
			e, ok := errors.AsType[*openrouter.ValidationError](err)
			require.True(t, ok, "%v", err)
			requireError(t, run, err, e)
			for _, want := range c.want {
				assert.Contains(t, err.Error(), want)
			}
			assert.NotContains(t, err.Error(), "\n")
		}
	}
	for name, c := range map[string]struct {
		client *openrouter.Client
		req    *openrouter.ChatCompletionRequest
	}{
		"Agent.Client is nil":     {nil, question()},
		"request is nil":          {client, nil},
		"prompt is not supported": {client, &openrouter.ChatCompletionRequest{Prompt: "x"}},
		"messages is empty":       {client, &openrouter.ChatCompletionRequest{}},
	} {
		run, err := agent.Agent{Client: c.client}.Run(t.Context(), c.req)
		require.NotNil(t, run)
		_, ok := errors.AsType[*openrouter.ValidationError](err)
		assert.True(t, ok)
		assert.ErrorContains(t, err, name)
	}
	for _, in := range []agent.Tool{
		agent.NewTool("map", "", func(context.Context, map[string]int) (string, error) { return "", nil }),
		agent.NewTool("any", "", func(context.Context, any) (string, error) { return "", nil }),
		agent.NewTool("raw", "", func(context.Context, json.RawMessage) (string, error) { return "", nil }),
		agent.NewTool("pointer", "", func(context.Context, *text) (string, error) { return "", nil }),
		agent.NewTool("none", "", noop),
		agent.NewRawTool(openrouter.Function{Name: "nil"}, raw),
	} {
		_, err := agent.Agent{Client: fake(t, openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{in}}.Run(t.Context(), question())
		assert.NoError(t, err, in.Def.Function.Name)
	}
}

func testErrors(t *testing.T) {
	cause := errors.New("disk full")
	fatal := agent.NewTool("fatal", "", func(context.Context, struct{}) (string, error) {
		return "", fmt.Errorf("writing: %w", agent.Fatal(cause))
	})
	srv := fake(t, openroutertest.ToolCall("c1", "failing", `{"text":"no such file"}`),
		openroutertest.ToolCall("c2", "fatal", `{}`).ToolCall("c3", "echo", `{"text":"one"}`))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{failing, fatal, echo}, Parallel: 1}.Run(t.Context(), question())
	requireError(t, run, err, cause)
	assert.Equal(t, "agent: disk full", err.Error())
	assert.Equal(t, map[string]string{"c1": "error: no such file", "c2": "error: disk full", "c3": "error: not run: the run ended"}, results(run.Messages))
	for _, s := range run.Steps {
		for _, o := range s.Outcomes {
			assert.Equal(t, o.Err != nil, o.Result.IsError)
		}
	}
	assert.NoError(t, agent.Fatal(nil))

	// The deadline of a tool itself is told; the run goes on.
	own := agent.NewTool("own", "", func(context.Context, struct{}) (string, error) { return "", context.DeadlineExceeded })
	srv = fake(t, openroutertest.ToolCall("c1", "own", `{}`), openroutertest.Text("Done."))
	run, err = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{own}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "error: context deadline exceeded", results(run.Messages)["c1"])
}

func testPanic(t *testing.T) {
	cause := errors.New("broken")
	boom := agent.NewTool("boom", "", func(context.Context, struct{}) (string, error) { panic(cause) })
	for _, parallel := range []int{0, 1} {
		srv := fake(t, call("c1", "one").ToolCall("c2", "boom", `{}`).ToolCall("c3", "echo", `{"text":"three"}`))
		a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{boom, echo}, Parallel: parallel}
		value := recovered(func() { _, _ = a.Run(t.Context(), question()) })
		err, ok := value.(*agent.Error)
		require.True(t, ok, "%v", value)
		requireError(t, err.Run, err, cause)
		assert.Contains(t, err.Error(), "tool boom panicked: broken")
		assert.Contains(t, err.Error(), "testPanic", "the stack of the tool")
		got := results(err.Run.Messages)
		assert.Len(t, got, 3)
		assert.Equal(t, "error: the tool failed", got["c2"], "the model is told no details")
	}
	nothing := agent.NewTool("nothing", "", func(context.Context, struct{}) (string, error) { panic(nil) })
	srv := fake(t, openroutertest.ToolCall("c1", "nothing", `{}`))
	value := recovered(func() {
		_, _ = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{nothing}}.Run(t.Context(), question())
	})
	_, ok := value.(*agent.Error)
	assert.True(t, ok)
}

// recovered returns what f panics with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

func testGoroutines(t *testing.T) {
	count := func() int { // of the goroutines that the package has started
		stacks := make([]byte, 1<<20)
		return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "created by github.com/openrouter-go/openrouter/agent.")
	}
	require.Zero(t, count())
	inside := 0
	tool := agent.NewTool("count", "", func(context.Context, struct{}) (string, error) {
		inside = count()
		return "", nil
	})
	srv := fake(t, openroutertest.ToolCall("c1", "count", `{}`).ToolCall("c2", "count", `{}`), openroutertest.Text("Done."))
	_, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}, Parallel: 1}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Zero(t, inside, "Parallel 1 starts none")

	tool.Timeout = time.Hour
	srv = fake(t, openroutertest.ToolCall("c1", "count", `{}`), openroutertest.Text("Done."))
	_, err = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, 1, inside)
	for count() > 0 { // a goroutine that has reported may need a moment to end
		runtime.Gosched()
	}
}
