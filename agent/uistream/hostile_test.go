package uistream_test

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/agent/uistream"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// A short body can have millions of elements, which take much more memory than their text.
func TestListsAreBounded(t *testing.T) {
	const n = 2_000_000
	for name, body := range map[string]string{
		"messages": chat(strings.Repeat("{},", n) + user("Hi.")),
		"parts":    chat(`{"role":"user","parts":[` + strings.Repeat("{},", n) + `{}]}`),
		"calls":    chat(assistant(strings.Repeat("{},", n) + "{}")),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, w, err := read(t, body)
		runtime.ReadMemStats(&after)
		require.Error(t, err, name)
		assert.Equal(t, http.StatusBadRequest, w.Code, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10*len(body)), name)
	}
}

// Parts of the assistant that are not calls are left alone, whatever later versions put there.
func TestUnknownPartsAreLeftAlone(t *testing.T) {
	allowed := `{"type":"tool-add_note","toolCallId":"call_1","state":"approval-responded","input":{},"approval":{"id":"x","approved":true}}`
	for _, part := range []string{`{"type":"new","text":{"rich":1}}`, `{"type":"source-new","url":[],"state":5}`, `null`, `5`, `"x"`, `{"type":7}`} {
		turn, _, err := read(t, chat(user("Old."), assistant(part, allowed)))
		require.NoError(t, err, part)
		assert.Equal(t, map[string]agent.Decision{"call_1": {Allow: true}}, turn.Decisions, part)
	}
	_, _, err := read(t, chat(user("Old."), assistant(`{"type":"tool-add_note","toolCallId":"call_1","state":"approval-responded","approval":true}`)))
	require.EqualError(t, err, "uistream: the last message of the assistant cannot be read")
	_, _, err = read(t, chat(`{"role":"user","parts":[{"type":"text","text":5}]}`))
	require.EqualError(t, err, "uistream: messages[0]: parts[0]: it cannot be read")
	_, _, err = read(t, chat(`{"role":"user","parts":[{"type":"mention","text":{}}]}`))
	require.EqualError(t, err, "uistream: messages[0]: parts[0]: a user message may have only text and files")
}

// Some providers send the name of a call again with each fragment.
func TestNameInEachFragment(t *testing.T) {
	fragment := func(id, args string) string {
		return `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"` + id + `","type":"function","function":{"name":"add_note","arguments":"` + args + `"}}]}}]}` + "\n\n"
	}
	body, _, err := serve(t, agent.Agent{Tools: []agent.Tool{note}}, question(),
		openroutertest.Raw(fragment("", "{")+fragment("c1", `\"Line\":\"a\"}`)+`data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`+"\n\ndata: [DONE]\n\n").Header("Content-Type", "text/event-stream"),
		openroutertest.Text("Done."))
	require.NoError(t, err)
	start := only(partsOf(t, body), "tool-input-start")
	require.Len(t, start, 1)
	assert.Equal(t, "add_note", start[0]["toolName"])
}

// The client refuses objects that could change the prototypes of its own, and whatever follows them. It
// gets their text.
func TestNothingThatTheClientRefuses(t *testing.T) {
	pass := agent.NewTool("pass", "Returns what it is given.", func(ctx context.Context, in any) (any, error) {
		agent.Progress(ctx, in)
		return in, nil
	})
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	for _, args := range []string{`{"__proto__":1}`, `{"a":[{"\u005f_proto__":1}]}`, `{"constructor":{"prototype":1}}`, deep} {
		body, run, err := serve(t, agent.Agent{Tools: []agent.Tool{pass}}, question(), openroutertest.ToolCall("c1", "pass", args), openroutertest.Text("Done."))
		require.NoError(t, err)
		parts := partsOf(t, body)
		assert.IsType(t, "", only(parts, "tool-input-available")[0]["input"], args)
		assert.IsType(t, "", only(parts, "tool-output-available")[0]["output"], args)
		assert.IsType(t, "", only(parts, "data-progress")[0]["data"].(object)["progress"], args)

		var page []struct{ Parts []object }
		require.NoError(t, json.Unmarshal(uistream.History(run.Messages), &page))
		assert.IsType(t, "", page[1].Parts[1]["input"], args)
		assert.IsType(t, "", page[1].Parts[1]["output"], args)
	}
	for _, args := range []string{`{"proto":{"__proto":1}}`, `{"constructor":"prototype","a":"\u00e9"}`, `{"a":[` + strings.Repeat("{},", 500) + `{}]}`} {
		body, _, err := serve(t, agent.Agent{Tools: []agent.Tool{pass}}, question(), openroutertest.ToolCall("c1", "pass", args), openroutertest.Text("Done."))
		require.NoError(t, err)
		assert.IsType(t, object{}, only(partsOf(t, body), "tool-input-available")[0]["input"], args)
		assert.IsType(t, object{}, only(partsOf(t, body), "tool-output-available")[0]["output"], args)
	}
}

// Some providers keep the signature of their reasoning in the ids of calls.
func TestLongIDs(t *testing.T) {
	id := strings.Repeat("x", 8000)
	ask := note
	ask.Approve = func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
		return agent.Decision{Wait: true}, nil
	}
	body, run, err := serve(t, agent.Agent{Tools: []agent.Tool{ask}}, question(), openroutertest.ToolCall(id, "add_note", `{"Line":"a"}`))
	require.NoError(t, err)
	asked := only(partsOf(t, body), "tool-approval-request")[0]["approvalId"].(string)
	turn, _, err := read(t, chat(assistant(`{"type":"tool-add_note","toolCallId":"`+id+`","state":"approval-responded","approval":{"id":"`+asked+`","approved":true}}`)))
	require.NoError(t, err)
	d, err := turn.Approve(t.Context(), run.Pending[0])
	require.NoError(t, err)
	assert.True(t, d.Allow)
	_, _, err = read(t, chat(assistant(`{"type":"tool-add_note","toolCallId":"`+strings.Repeat(id, 3)+`","state":"approval-responded","approval":{"id":"x"}}`)))
	require.EqualError(t, err, "uistream: the id of a call has more than 16384 bytes")
}

// A decision of a page that was loaded again counts, however the model wrote the arguments.
func TestADecisionAfterAReload(t *testing.T) {
	for _, args := range []string{`{"Line":"a"}`, " {\"Line\": \"a\"}\n", `"{\"Line\":\"a\"}"`} {
		ask := agent.Agent{Tools: []agent.Tool{note}, Approve: (&uistream.Turn{}).Approve}
		body, run, err := serve(t, ask, question(), openroutertest.ToolCall("c1", "add_note", args))
		require.NoError(t, err)
		asked := only(partsOf(t, body), "tool-approval-request")[0]["approvalId"]

		var page []struct {
			Parts []struct{ Approval struct{ ID string } }
		}
		require.NoError(t, json.Unmarshal(uistream.History(run.Messages), &page))
		id := page[1].Parts[1].Approval.ID
		assert.Equal(t, asked, id, "%q", args)

		turn, _, err := read(t, chat(assistant(`{"type":"tool-add_note","toolCallId":"c1","state":"approval-responded","approval":{"id":"`+id+`","approved":true}}`)))
		require.NoError(t, err)
		ask.Approve = turn.Approve
		req := question()
		req.Messages = turn.Continue(run.Messages)
		_, run, err = serve(t, ask, req, openroutertest.Text("Done."))
		require.NoError(t, err)
		assert.Equal(t, "Done.", run.Text(), "%q", args)
	}
}
