package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

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

// What is wrong with a tool is told before anything is sent.
func TestToolsThatCannotRun(t *testing.T) {
	object := openrouter.Function{Name: "x", Parameters: json.RawMessage(`{"type":["array","null"]}`)}
	raw := func(context.Context, json.RawMessage) (agent.Result, error) { return agent.Result{}, nil }
	for want, tool := range map[string]agent.Tool{
		"tools[0].function has no Call":  agent.NewTool[text, string]("x", "", nil),
		"tools[0].function has no Call ": agent.NewRawTool(openrouter.Function{Name: "x"}, nil),
		"tools[0].function.parameters is invalid: arguments must be a JSON object, but the schema is of type [array null]": agent.NewRawTool(object, raw),
	} {
		run, err := agent.Agent{Client: fake(t).Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
		require.EqualError(t, err, "agent: "+strings.TrimSpace(want))
		requireValid(t, run)
	}
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

func testErrorText(t *testing.T) {
	tool := failing
	tool.ErrorText = func(error) string { return "the database is down" }
	srv := fake(t, openroutertest.ToolCall("c1", "failing", `{"text":"postgres://user:password@host"}`).ToolCall("c2", "failing", `{}`), openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "error: the database is down", results(run.Messages)["c1"])
	assert.EqualError(t, run.Steps[0].Outcomes[0].Err, "postgres://user:password@host", "the program sees it")
	assert.Contains(t, results(run.Messages)["c2"], "text: is missing", "what the model did wrong is told")

	// One that panics leaves the run complete.
	tool.ErrorText = func(error) string { panic("no words") }
	s := agent.Agent{Client: fake(t, openroutertest.ToolCall("c1", "failing", `{"text":"x"}`)).Client(), Tools: []agent.Tool{tool}}.Stream(t.Context(), question())
	assert.Equal(t, "no words", recovered(func() { _, _ = drain(s) }))
	requireValid(t, s.Run())
	assert.Equal(t, "error: the tool ended without a result", results(s.Run().Messages)["c1"])
}

func TestPointerToResult(t *testing.T) {
	stop := agent.NewTool("echo", "", func(_ context.Context, in text) (*agent.Result, error) {
		if in.Text == "" {
			return nil, nil
		}
		return &agent.Result{Content: openrouter.Text("told"), Stop: true}, nil
	})
	srv := fake(t, call("c1", ""), call("c2", "one"))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{stop}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"c1": "(no output)", "c2": "told"}, results(run.Messages))
}

// A name that is twice in the arguments would be seen by Approve and the schema with one value, and by
// encoding/json with a mixture of both.
func TestArgumentsWithANameTwice(t *testing.T) {
	type in struct {
		To map[string]string `json:"to"`
	}
	tool := agent.NewTool("echo", "", func(_ context.Context, in in) (int, error) { return len(in.To), nil })
	_, err := tool.Call(t.Context(), openrouter.ToolCall{Function: openrouter.FunctionCall{Arguments: `{"to":{"a":"x"},"to":{"b":"y"}}`}})
	assert.EqualError(t, err, "invalid arguments:\nto: is there twice")
}

// Exact arithmetic with a number of a million digits takes seconds, and a model can write one.
func TestNumbersThatAreTooLong(t *testing.T) {
	tool := agent.NewTool("echo", "", func(context.Context, struct {
		N int `json:"n" jsonschema:"maximum=5"`
	}) (string, error) {
		return "", nil
	})
	for _, n := range []string{strings.Repeat("9", 200_000), "1e1000000", "1e-1000000", "1e99999999999999999999"} {
		_, err := tool.Call(t.Context(), openrouter.ToolCall{Function: openrouter.FunctionCall{Arguments: `{"n":` + n + `}`}})
		require.EqualError(t, err, "arguments: cannot be checked: a number has too many digits")
	}
}
