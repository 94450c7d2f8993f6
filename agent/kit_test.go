package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type text struct {
	Text string `json:"text"`
}

// echo returns its argument.
var echo = agent.NewTool("echo", "Returns the text.", func(_ context.Context, in text) (string, error) { return in.Text, nil })

// failing tells the model its argument as an error.
var failing = agent.NewTool("failing", "Fails.", func(_ context.Context, in text) (string, error) { return "", errors.New(in.Text) })

// question is a request with one message of the user.
func question() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage("Question?")}}
}

// call is a reply that calls echo.
func call(id, arg string) openroutertest.Reply {
	return openroutertest.ToolCall(id, "echo", fmt.Sprintf(`{"text":%q}`, arg))
}

// results are the texts of the tool messages, by the id of the call.
func results(messages []openrouter.Message) map[string]string {
	out := map[string]string{}
	for _, m := range messages {
		if m.Role == openrouter.RoleTool {
			out[m.ToolCallID] = m.Text()
		}
	}
	return out
}

// decide decides the same for all calls.
func decide(d agent.Decision) func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
	return func(context.Context, openrouter.ToolCall) (agent.Decision, error) { return d, nil }
}

var (
	allow = agent.Decision{Allow: true}
	wait  = agent.Decision{Wait: true, Allow: true} // Wait wins
)

// three is an answer with three calls.
func three() openroutertest.Reply {
	return call("c1", "one").ToolCall("c2", "echo", `{"text":"two"}`).ToolCall("c3", "echo", `{"text":"three"}`)
}

// ids are the ids of the tool messages, in their order.
func ids(messages []openrouter.Message) (ids []string) {
	for _, m := range messages {
		if m.Role == openrouter.RoleTool {
			ids = append(ids, m.ToolCallID)
		}
	}
	return ids
}

// recovered returns what f panics with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

var functionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// problem returns what a strict service would refuse in a conversation. pending calls may be open.
func problem(messages []openrouter.Message, pending []openrouter.ToolCall) error {
	isPending := map[string]bool{}
	for _, c := range pending {
		isPending[c.ID] = true
	}
	var open []openrouter.ToolCall
	for i, m := range messages {
		fail := func(format string, args ...any) error {
			return fmt.Errorf("messages[%d]: %s", i, fmt.Sprintf(format, args...))
		}
		if m.Role == openrouter.RoleTool {
			for len(open) > 0 && open[0].ID != m.ToolCallID && isPending[open[0].ID] {
				open = open[1:]
			}
			if len(open) == 0 || open[0].ID != m.ToolCallID {
				return fail("result of %q is not expected here", m.ToolCallID)
			}
			if open = open[1:]; len(m.Content) == 0 || m.Content[0].Type == openrouter.PartTypeText && m.Content[0].Text == "" {
				return fail("result without content")
			}
			continue
		}
		for _, c := range open {
			if !isPending[c.ID] || i < len(messages)-1 {
				return fail("call %q has no result", c.ID)
			}
		}
		open = m.ToolCalls
		ids := map[string]bool{}
		for _, c := range open {
			var args map[string]any
			switch {
			case c.ID == "" || ids[c.ID]:
				return fail("id %q is empty or not unique", c.ID)
			case c.Type != "" && c.Type != "function":
			case !functionName.MatchString(c.Function.Name):
				return fail("no function can be called %q", c.Function.Name)
			case json.Unmarshal([]byte(c.Function.Arguments), &args) != nil:
				return fail("arguments %q", c.Function.Arguments)
			}
			ids[c.ID] = true
		}
		if m.Role == openrouter.RoleAssistant && len(open) == 0 && m.Text() == "" && m.Refusal == "" && len(m.Images) == 0 {
			return fail("an empty turn")
		}
		if m.Role == "" {
			return fail("no role")
		}
	}
	for _, c := range open {
		if !isPending[c.ID] {
			return fmt.Errorf("call %q has no result at the end", c.ID)
		}
	}
	if len(pending) > 0 {
		return nil
	}
	return (&openrouter.ChatCompletionRequest{Messages: messages}).Validate()
}

// requireValid demands that the messages of a run can be sent again, also after a way through JSON.
func requireValid(t testing.TB, run *agent.Run) {
	t.Helper()
	require.NotNil(t, run)
	require.NoError(t, problem(run.Messages, run.Pending))
	data, err := json.Marshal(run)
	require.NoError(t, err)
	var again agent.Run
	require.NoError(t, json.Unmarshal(data, &again))
	copied, err := json.Marshal(again)
	require.NoError(t, err)
	require.JSONEq(t, string(data), string(copied))
}

// requireError demands an *agent.Error that wraps target and has the run.
func requireError(t testing.TB, run *agent.Run, err, target error) {
	t.Helper()
	require.ErrorIs(t, err, target)
	e, ok := errors.AsType[*agent.Error](err)
	require.True(t, ok, "%T", err)
	require.Same(t, run, e.Run)
	requireValid(t, run)
}

// bubble runs a test with a fake clock.
func bubble(f func(t *testing.T)) func(t *testing.T) {
	return func(t *testing.T) { synctest.Test(t, f) }
}

// strict fails the test if a request comes whose conversation a strict service would refuse.
func strict(t testing.TB, r openroutertest.Reply) openroutertest.Reply {
	return r.When(func(req *openroutertest.Request) bool {
		return assert.NoError(t, problem(req.Body.Messages, nil))
	})
}

// fake is a service that gives these replies and refuses conversations that are not valid.
func fake(t testing.TB, replies ...openroutertest.Reply) *openroutertest.Transport {
	for i := range replies {
		replies[i] = strict(t, replies[i])
	}
	tr := openroutertest.NewTransport(t, replies...)
	t.Cleanup(func() { assert.Empty(t, tr.Unused(), "replies that no request used") })
	return tr
}
