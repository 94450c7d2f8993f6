package interop_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

var tools = []openrouter.Tool{
	function("get_weather", "location"),
	function("get_time", "tz"),
}

func function(name, parameter string) openrouter.Tool {
	return openrouter.FunctionTool{Function: openrouter.Function{
		Name:       name,
		Parameters: json.RawMessage(`{"type":"object","properties":{"` + parameter + `":{"type":"string"}},"required":["` + parameter + `"]}`),
	}}
}

// toolCall sends the call back with its result and expects an answer in words.
func toolCall(t *testing.T, s server, p say) {
	var call openrouter.ToolCall
	var answer, reasoning string
	for way, fetch := range ways {
		req := s.ask(p.prompt)
		req.Tools = tools
		res := fetch(t, s.client(), req)
		require.Len(t, res.ToolCalls(), 1, way)
		assert.Contains(t, res.Text(), p.want, way)
		assert.Equal(t, openrouter.FinishReasonToolCalls, res.FinishReason(), way)
		call, reasoning = res.ToolCalls()[0], res.Reasoning()
		assert.NotEmpty(t, call.ID, way)
		assert.Equal(t, "get_weather", call.Function.Name, way)
		requireArguments(t, call, "location", "Paris")

		req.Messages = append(req.Messages, res.Message(), openrouter.ToolMessage(call.ID, `{"sky":"sunny"}`))
		answered := fetch(t, s.client(), req)
		assert.Empty(t, answered.ToolCalls(), way)
		assert.NotEmpty(t, answered.Text(), way)
		answer = answered.Text()
	}
	t.Logf("both ways: %d bytes of reasoning, %s(%s), and with the result sent back: %s", len(reasoning), call.Function.Name, call.Function.Arguments, answer)
}

func requireArguments(t *testing.T, call openrouter.ToolCall, name, value string) {
	t.Helper()
	var args map[string]string
	require.NoError(t, call.Function.Unmarshal(&args))
	require.Equal(t, map[string]string{name: value}, args)
}

func parallelCalls(t *testing.T, s server, p say) {
	var answer string
	for way, fetch := range ways {
		req := s.ask(p.prompt)
		req.Tools, req.ParallelToolCalls = tools, new(true)
		res := fetch(t, s.client(), req)
		calls := res.ToolCalls()
		require.Len(t, calls, 2, way)
		requireArguments(t, calls[0], "location", "Paris")
		requireArguments(t, calls[1], "tz", "Asia/Tokyo")
		assert.NotEqual(t, calls[0].ID, calls[1].ID, way)

		req.Messages = append(req.Messages, res.Message(),
			openrouter.ToolMessage(calls[0].ID, `{"sky":"sunny"}`), openrouter.ToolMessage(calls[1].ID, `{"time":"12:00"}`))
		answered := fetch(t, s.client(), req)
		assert.NotEmpty(t, answered.Text(), way)
		answer = answered.Text()
	}
	t.Logf("both ways: get_weather(Paris) and get_time(Asia/Tokyo), and with both results sent back: %s", answer)
}

func textBetweenCalls(t *testing.T, s server, p say) {
	for way, fetch := range ways {
		req := s.ask(p.prompt)
		req.Tools = tools
		res := fetch(t, s.client(), req)
		calls := res.ToolCalls()
		require.Len(t, calls, 2, way)
		requireArguments(t, calls[0], "location", "Paris")
		requireArguments(t, calls[1], "tz", "UTC")
		assert.Equal(t, p.want, res.Text(), way)
	}
	t.Log("a call, text, a call: both calls and the text are whole, both ways")
}
