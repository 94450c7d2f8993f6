package main

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func scriptClient(t *testing.T, script string) *openrouter.Client {
	t.Helper()
	replies, err := parseScript([]byte(script))
	require.NoError(t, err)
	return openroutertest.NewTransport(t, append(replies, byPrompt())...).Client()
}

func TestScriptIsASequence(t *testing.T) {
	for _, stream := range []bool{false, true} {
		client := scriptClient(t, `["#429", "Hello.", "#tool", "Sunny #length"]`)
		req := weather("Hi")
		_, err := ask(t, client, stream, req)
		require.ErrorIs(t, err, openrouter.ErrRateLimitExceeded)
		res, err := ask(t, client, stream, req)
		require.NoError(t, err)
		assert.Equal(t, "Hello.", res.Text())
		res, err = ask(t, client, stream, req)
		require.NoError(t, err)
		assert.Equal(t, "get_weather", res.ToolCalls()[0].Function.Name)
		res, err = ask(t, client, stream, req)
		require.NoError(t, err)
		assert.Equal(t, openrouter.FinishReasonLength, res.FinishReason())

		res, err = ask(t, client, stream, prompt("What now? #reason"))
		require.NoError(t, err)
		assert.Equal(t, "What now?", res.Text(), "behind the script the prompts decide")
		assert.NotEmpty(t, res.Reasoning())
	}
}

func TestScriptObjects(t *testing.T) {
	client := scriptClient(t, ` [
		{"for_model": "anthropic/*", "text": "I am Claude.", "times": -1},
		{"for_text": "weather", "text": ["It ", "rains."], "reasoning": "Hm.", "times": 2},
		{"tool_calls": [{"name": "f", "arguments": {"a": 1}}, {"id": "mine", "name": "g"}]},
		{"text": "Well", "model": "a/b", "provider": "Somebody", "finish_reason": "length",
			"usage": {"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.5}},
		{"error": {"status": 402, "message": "Buy more.", "retry_after": 1.5}},
		{"text": "Once", "error": {"status": 503}},
		{"text": "Once upon", "words": "#cut"}
	] `)
	next := func(model, text string) (*openrouter.ChatCompletion, error) {
		req := prompt(text)
		req.Model = model
		return ask(t, client, true, req)
	}
	for range 3 {
		res, err := next("anthropic/claude-sonnet-4.5", "weather")
		require.NoError(t, err)
		assert.Equal(t, "I am Claude.", res.Text())
	}
	for range 2 {
		res, err := next("openai/gpt-5.2", "The weather?")
		require.NoError(t, err)
		assert.Equal(t, "It rains.", res.Text())
		assert.Equal(t, "Hm.", res.Reasoning())
	}

	res, err := next("openai/gpt-5.2", "The weather?")
	require.NoError(t, err)
	calls := res.ToolCalls()
	require.Len(t, calls, 2)
	assert.Equal(t, openrouter.FunctionCall{Name: "f", Arguments: `{"a": 1}`}, calls[0].Function)
	assert.Equal(t, openrouter.FunctionCall{Name: "g", Arguments: `{}`}, calls[1].Function)
	assert.Equal(t, []string{"call_1", "mine"}, []string{calls[0].ID, calls[1].ID})

	res, err = next("openai/gpt-5.2", "Hi")
	require.NoError(t, err)
	assert.Equal(t, []string{"Well", "a/b", "Somebody", "length"}, []string{res.Text(), res.Model, res.Provider, string(res.FinishReason())})
	assert.Equal(t, 7, res.Usage.TotalTokens)
	assert.InDelta(t, 0.5, res.Usage.Cost, 0)

	_, err = next("openai/gpt-5.2", "Hi")
	e, ok := errors.AsType[*openrouter.APIError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, openrouter.ErrPaymentRequired, e.Type)
	assert.Equal(t, "Buy more.", e.Message)
	assert.JSONEq(t, `{"error_type":"payment_required"}`, string(e.Metadata))
	assert.Equal(t, 2*time.Second, e.RetryAfter)

	_, err = next("openai/gpt-5.2", "Hi")
	e, ok = errors.AsType[*openrouter.APIError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, openrouter.ErrProviderOverloaded, e.Type)
	assert.Equal(t, "Service Unavailable", e.Message)
	assert.Equal(t, "Once", e.Partial.Text())

	_, err = next("openai/gpt-5.2", "Hi")
	broken, ok := errors.AsType[*openrouter.StreamError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "Once upon", broken.Partial.Text())
}

// An error names the line and the column, and what is wrong. The words of
// encoding/json are its own.
func TestScriptErrors(t *testing.T) {
	for _, row := range []struct{ script, where, what string }{
		{``, "1:1: ", "a script is a list of replies"},
		{`{"text": "Hello."}`, "1:1: ", "a script is a list of replies"},
		{"[\"a\",\n", "", "unexpected end"},
		{"[\n\t\"a\"\n", "", "unexpected end"},
		{"[\"é\", {\n  \"text\": x}]", "2:1", "'x'"},
		{`["a"] "b"`, "1:", "after top-level value"},
		{"[\n\t\"a\",\n\t3]", "3:2: ", "reply 2: 3 is neither a string nor an object"},
		{"[\"a\" , \n {\"txt\": \"b\"}]", "2:2: ", `reply 2: json: unknown field "txt"`},
		{`[{"text": 3}]`, "1:2: ", "3 is neither a string nor a list of strings"},
		{`[{"times": "often"}]`, "1:2: ", "times"},
		{`[{"tool_calls": [{"arguments": {}}]}]`, "1:2: ", "reply 1: tool call 1 has no name"},
		{`[{"tool_calls": [{"name": "f", "arguments": "{}"}]}]`, "1:2: ", `tool call 1: the arguments are "{}", must be an object`},
		{`[{"error": {}}]`, "1:2: ", "error: the status is 0, must be between 400 and 599"},
		{`[{"words": "#cutt"}]`, "1:2: ", `words: "#cutt" is none of those that change an answer`},
		{`[{"words": "#help"}]`, "1:2: ", `words: "#help" is none of those that change an answer`},
	} {
		_, err := parseScript([]byte(row.script))
		require.Error(t, err, row.script)
		assert.Regexp(t, `^\d+:\d+: .`, err.Error(), row.script)
		assert.Contains(t, err.Error(), row.where, row.script)
		assert.Contains(t, err.Error(), row.what, row.script)
	}
	replies, err := parseScript([]byte("[]"))
	require.NoError(t, err)
	assert.Empty(t, replies)
}
