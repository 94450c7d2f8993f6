package uistream_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/agent/uistream"
	"github.com/openrouter-go/openrouter/openroutertest"
)

var update = flag.Bool("update", false, "write the streams that are served into testdata")

// What the browser gets for every kind of thing that happens in a run, byte for byte.
func TestStreams(t *testing.T) {
	wait := func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
		return agent.Decision{Wait: true}, nil
	}
	refuse := func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
		return agent.Decision{Reason: "not today"}, nil
	}
	oslo := openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`)
	done := openroutertest.Text("Done.")
	for name, test := range map[string]struct {
		bot     agent.Agent
		tools   []openrouter.Tool
		replies []openroutertest.Reply
	}{
		"text":        {replies: list(openroutertest.Text("Hel", "lo <b>\u2028").Usage(9, 2).Cost(0.00012))},
		"reasoning":   {replies: list(openroutertest.SignedReasoning("signature", "Let me ", "see.").Text("It is ", "42."))},
		"alternating": {replies: list(openroutertest.Reasoning("One.").Text("a").Reasoning("Two.").Text("b"))},
		"json":        {replies: list(openroutertest.Reasoning("Whole.").Text("Not a stream.").NoStream())},
		"image":       {replies: list(openroutertest.Text("Here.").ImageData("image/png", []byte("\x89PNG\r\n\x1a\n")).Image("javascript:alert(1)"))},
		"speech":      {replies: list(openroutertest.Audio("audio_1", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), "Good morning."))},
		"sources": {replies: list(openroutertest.Text("See there.").Citation("https://example.com/a", "A").
			Citation("https://example.com/a", "again").Citation("javascript:alert(1)", "B"))},
		"refusal":  {replies: list(openroutertest.Refusal("I cannot ", "do that."))},
		"filtered": {replies: list(openroutertest.Text("Well").FinishReason(openrouter.FinishReasonContentFilter))},
		"length":   {replies: list(openroutertest.Text("Once upon").FinishReason(openrouter.FinishReasonLength))},
		"tool":     {bot: agent.Agent{Tools: []agent.Tool{weather}}, replies: list(openroutertest.Reasoning("Ask.").ToolCall("call_1", "get_weather", `{"city":"Oslo"}`), done)},
		"tools": {bot: agent.Agent{Tools: []agent.Tool{note}, Parallel: 1}, replies: list(openroutertest.Text("Two. ").
			ToolCall("call_1", "add_note", `{"Line":"a"}`).ToolCall("call_2", "add_note", `{"Line":"b"}`), done)},
		"tool-error":   {bot: agent.Agent{Tools: []agent.Tool{weather}}, replies: list(openroutertest.ToolCall("call_1", "get_weather", `{"city":"Atlantis"}`), done)},
		"tool-unknown": {bot: agent.Agent{Tools: []agent.Tool{weather}}, replies: list(openroutertest.ToolCall("call_1", "get_wether", `{}`), done)},
		"tool-no-json": {bot: agent.Agent{Tools: []agent.Tool{weather}}, replies: list(openroutertest.ToolCall("call_1", "get_weather", `{"city":`), done)},
		"tool-no-id":   {bot: agent.Agent{Tools: []agent.Tool{note}, Parallel: 1}, replies: list(openroutertest.ToolCall("", "add_note", `{"Line":"a"}`).ToolCall("", "add_note", `{"Line":"b"}`), done)},
		"tool-same-id": {bot: agent.Agent{Tools: []agent.Tool{note}, Parallel: 1}, replies: list(openroutertest.ToolCall("call_1", "add_note", `{"Line":"a"}`), openroutertest.ToolCall("call_1", "add_note", `{"Line":"b"}`), done)},
		"tool-no-name": {bot: agent.Agent{Tools: []agent.Tool{note}}, replies: list(openroutertest.ToolCall("call_1", "", `{}`), done)},
		"tool-stops": {bot: agent.Agent{Tools: []agent.Tool{agent.NewTool("stop", "Stops.", func(context.Context, struct{}) (agent.Result, error) {
			return agent.Result{Content: openrouter.Text("[1, 2]"), Stop: true}, nil
		})}}, replies: list(openroutertest.ToolCall("call_1", "stop", ""))},
		"no-reason": {replies: list(openroutertest.Text("Done.").FinishReason(""))},
		"choices":   {replies: list(openroutertest.Text("One.").Choice(1).Text("Two."))},
		"parallel": {bot: agent.Agent{Tools: []agent.Tool{note}, Parallel: 1}, replies: list( // without indexes, and all at one index
			openroutertest.Event(chunk(`{"id":"a","function":{"name":"add_note","arguments":"{\"Line\":"}},{"function":{"arguments":"\"a\"}"}},{"id":"b","function":{"name":"add_note","arguments":"{\"Line\":\"b\"}"}}`)),
			openroutertest.Event(chunk(`{"index":0,"id":"c","function":{"name":"add_note","arguments":"{\"Line\":"}}`)).Event(chunk(`{"index":0,"id":"c","function":{"arguments":"\"c\"}"}},{"index":0,"id":"d","function":{"name":"add_note","arguments":"{\"Line\":\"d\"}"}}`)),
			done)},
		"media": {bot: agent.Agent{Tools: []agent.Tool{agent.NewTool("draw", "Draws.", func(context.Context, struct{}) ([]openrouter.Part, error) {
			return []openrouter.Part{openrouter.TextPart("A dot."), openrouter.ImageDataPart("image/png", []byte("dot"))}, nil
		})}}, replies: list(openroutertest.ToolCall("call_1", "draw", ""), done)},
		"denied":   {bot: agent.Agent{Tools: []agent.Tool{weather}, Approve: refuse}, replies: list(oslo, done)},
		"approval": {bot: agent.Agent{Tools: []agent.Tool{weather}, Approve: wait}, replies: list(oslo)},
		"browser":  {tools: []openrouter.Tool{position}, replies: list(openroutertest.ToolCall("call_1", "get_position", `{}`))},
		"cut": {bot: agent.Agent{Tools: []agent.Tool{weather}},
			replies: list(openroutertest.Text("Let me").ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).Cut())},
		"failed":    {replies: list(openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "swordfish and sk-or-v1-secret"))},
		"broke-off": {replies: list(openroutertest.Text("It is").MidStreamError(502, openrouter.ErrProviderUnavailable, "raw swordfish"))},
		"nothing": {bot: agent.Agent{Tools: []agent.Tool{weather}},
			replies: list(oslo, openroutertest.Event(`{"id":"gen-1","model":"a/b","choices":[]}`).Truncate())},
		"max-steps": {bot: agent.Agent{Tools: []agent.Tool{weather}, MaxSteps: 1}, replies: list(oslo)},
	} {
		t.Run(name, func(t *testing.T) {
			req := question()
			req.Tools = test.tools
			body, _, _ := serve(t, test.bot, req, test.replies...)
			partsOf(t, body)
			assert.NotContains(t, body, "swordfish")
			assert.NotContains(t, body, "signature")
			golden(t, name, body)
		})
	}
}

// chunk is a chunk with fragments of calls.
func chunk(calls string) string {
	return `{"id":"gen-1","model":"a/b","choices":[{"index":0,"delta":{"tool_calls":[` + calls + `]}}]}`
}

func list(replies ...openroutertest.Reply) []openroutertest.Reply { return replies }

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "streams", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// A run that waited goes on in the message that the page has: its calls are not sent again.
func TestDecisionsContinueTheMessage(t *testing.T) {
	bot := agent.Agent{Tools: []agent.Tool{note}, Parallel: 1}
	history := question().Messages
	history = append(history, assistantWith(
		call("call_1", "add_note", `{"Line":"a"}`), call("call_2", "add_note", `{"Line":"b"}`), call("call_3", "add_note", `{"Line":"c"}`)))
	turn := &uistream.Turn{Decisions: map[string]agent.Decision{"call_1": {Allow: true}, "call_2": {Reason: "no"}}}
	bot.Approve = turn.Approve
	body, run, err := serve(t, bot, &openrouter.ChatCompletionRequest{Model: "a/b", Messages: history})
	require.NoError(t, err)
	partsOf(t, body)
	golden(t, "resumed", body)
	require.Len(t, run.Pending, 1)

	turn = &uistream.Turn{Decisions: map[string]agent.Decision{"call_3": {Allow: true}}}
	bot.Approve = turn.Approve
	body, run, err = serve(t, bot, &openrouter.ChatCompletionRequest{Model: "a/b", Messages: run.Messages}, openroutertest.Text("All done."))
	require.NoError(t, err)
	partsOf(t, body)
	golden(t, "resumed-again", body)
	assert.Empty(t, run.Pending)
}

// A decision that came with a new message of the user belongs to a message that the page does not go
// on with, so the call is shown in the new one.
func TestCallsOfAnOldMessageAreShownInTheNewOne(t *testing.T) {
	history := append(question().Messages, assistantWith(call("call_1", "add_note", `{"Line":"a"}`)), openrouter.UserMessage("And now?"))
	turn := &uistream.Turn{Decisions: map[string]agent.Decision{"call_1": {Allow: true}}}
	bot := agent.Agent{Tools: []agent.Tool{note}, Approve: turn.Approve}
	body, _, err := serve(t, bot, &openrouter.ChatCompletionRequest{Model: "a/b", Messages: history}, openroutertest.Text("Now this."))
	require.NoError(t, err)
	partsOf(t, body)
	golden(t, "new-message", body)
}

func call(id, name, arguments string) openrouter.ToolCall {
	return openrouter.ToolCall{ID: id, Type: "function", Function: openrouter.FunctionCall{Name: name, Arguments: arguments}}
}

func assistantWith(calls ...openrouter.ToolCall) openrouter.Message {
	return openrouter.Message{Role: openrouter.RoleAssistant, ToolCalls: calls}
}
