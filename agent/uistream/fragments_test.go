package uistream_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// events is a streamed answer with these fragments of calls, one in each chunk.
func events(fragments ...string) openroutertest.Reply {
	body := ""
	for _, f := range fragments {
		body += `data: {"choices":[{"index":0,"delta":{"tool_calls":[` + f + `]}}]}` + "\n\n"
	}
	body += `data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}` + "\n\ndata: [DONE]\n\n"
	return openroutertest.Raw(body).Header("Content-Type", "text/event-stream")
}

// assertEnded demands that the page sees an end of each call that it sees begin, once.
func assertEnded(t *testing.T, parts []object) {
	t.Helper()
	open := map[any]bool{}
	for _, p := range parts {
		switch id := p["toolCallId"]; p["type"] {
		case "start-step":
			assert.Empty(t, open)
		case "tool-input-start", "tool-input-available":
			open[id] = true
		case "tool-output-available", "tool-output-error", "tool-output-denied":
			assert.True(t, open[id], "%v is not known", id)
			delete(open, id)
		case "tool-input-error":
			delete(open, id)
		}
	}
	assert.Empty(t, open)
}

// Fragments that begin a call and end in another one, and that give two calls one id.
func TestFragmentsThatChangeTheirCall(t *testing.T) {
	for _, fragments := range [][]string{
		{`{"function":{"name":"add_note","arguments":""}}`, `{"index":0,"id":"a","function":{"arguments":""}}`, `{"id":"b","function":{"arguments":"{}"}}`},
		{`{"index":0,"function":{"name":"add_note","arguments":"{}"}}`, `{"index":1,"id":"a","function":{"name":"add_note","arguments":"{}"}}`, `{"index":0,"id":"a","function":{"arguments":""}}`},
	} {
		body, _, err := serve(t, agent.Agent{Tools: []agent.Tool{note}}, question(), events(fragments...), openroutertest.Text("Done."))
		require.NoError(t, err)
		assertEnded(t, partsOf(t, body))
	}
}

// Some providers send the name of a call again with each fragment.
func TestNameInEachFragment(t *testing.T) {
	body, _, err := serve(t, agent.Agent{Tools: []agent.Tool{note}}, question(), events(
		`{"index":0,"id":"","type":"function","function":{"name":"add_note","arguments":"{"}}`,
		`{"index":0,"id":"c1","type":"function","function":{"name":"add_note","arguments":"\"Line\":\"a\"}"}}`), openroutertest.Text("Done."))
	require.NoError(t, err)
	start := only(partsOf(t, body), "tool-input-start")
	require.Len(t, start, 1)
	assert.Equal(t, "add_note", start[0]["toolName"])
}

// The first event of an answer may already be its failure, and have calls.
func TestAnswerThatFailsInItsFirstEvent(t *testing.T) {
	const failed = `data: {"error":{"code":502,"message":"bad"},"choices":[{"index":0,"delta":{"reasoning":"Hm.","content":"Half","tool_calls":[{"index":0,"id":"c1","function":{"name":"add_note","arguments":"{}"}}]},"finish_reason":"error"}]}` + "\n\n"
	failing := openroutertest.Raw(failed).Header("Content-Type", "text/event-stream").Always()
	for _, replies := range [][]openroutertest.Reply{
		{failing},
		{openroutertest.ToolCall("c1", "add_note", `{"Line":"a"}`), failing},
	} {
		body, run, err := serve(t, agent.Agent{Tools: []agent.Tool{note}}, question(), replies...)
		require.Error(t, err)
		parts := partsOf(t, body)
		assertEnded(t, parts)
		assert.Len(t, only(parts, "start-step"), len(replies))
		assert.Len(t, only(parts, "start-step"), len(run.Steps))
		assert.Equal(t, "Hm.", only(parts, "reasoning-delta")[0]["delta"])
		text := only(parts, "text-delta")
		require.Len(t, text, 1)
		assert.Equal(t, "Half", text[0]["delta"])
	}
}
