package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

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

// What a tool returns cannot make the conversation one that no service accepts.
func TestResultsThatCannotBeSent(t *testing.T) {
	for want, content := range map[string][]openrouter.Part{
		"error: result: content[0].type is missing":                                              {{}},
		"error: result: content[0].x contains a value of type chan int, which JSON cannot carry": {{Type: "text", Text: "x", Extra: map[string]any{"x": make(chan int)}}},
		"error: result: content[1] is of type image_url, but has no such content":                {openrouter.TextPart("x"), {Type: openrouter.PartTypeImageURL}},
		"error: result: content[0] is of type input_audio, but has no such content":              {{Type: openrouter.PartTypeInputAudio}},
		"error: result: content[0] is of type file, but has no such content":                     {{Type: openrouter.PartTypeFile}},
		"error: result: content[0] is of type video_url, but has no such content":                {openrouter.VideoPart("")},
	} {
		tool := agent.NewTool("echo", "", func(context.Context, text) ([]openrouter.Part, error) { return content, nil })
		srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
		require.NoError(t, err)
		requireValid(t, run)
		assert.Equal(t, want, results(run.Messages)["c1"])
		assert.Error(t, run.Steps[0].Outcomes[0].Err)

		tool.Approve = decide(wait)
		run, err = agent.Agent{Client: fake(t, call("c1", "one")).Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
		require.NoError(t, err)
		require.EqualError(t, run.Resolve("c1", agent.Result{Content: content}), strings.Replace(want, "error", "agent", 1))
		require.Len(t, run.Pending, 1, "it can be resolved again")
	}
}

// Some providers refuse text that is empty.
func TestEmptyTextBesideMedia(t *testing.T) {
	image := openrouter.ImagePart("https://example.com/a.png")
	tool := agent.NewTool("echo", "", func(context.Context, text) ([]openrouter.Part, error) {
		return []openrouter.Part{openrouter.TextPart(""), image}, nil
	})
	srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, []openrouter.Part{image}, run.Messages[2].Content)
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

// The request behind a limit fails, too.
func TestFinalThatFailsIsOneLine(t *testing.T) {
	srv := fake(t, call("c1", "one"), openroutertest.Error(500, openrouter.ErrServer))
	a := agent.Agent{Client: srv.Client(openrouter.WithMaxRetries(0)), Tools: []agent.Tool{echo}, MaxSteps: 1, Final: true}
	run, err := a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)
	require.ErrorIs(t, err, openrouter.ErrServer)
	assert.NotContains(t, err.Error(), "\n")
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
