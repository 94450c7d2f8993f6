package uistream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

// Turn has the new messages and decisions in a request of a page. Use it for one run only.
type Turn struct {
	// Chat is the id of the conversation: 1 to 256 letters, digits, dots, colons, dashes and
	// underscores, not only dots. The browser has chosen it, so check that the conversation belongs to
	// the user.
	Chat string
	// Messages are the new messages of the user, and before them the results of calls that the page
	// claims to have run. Do not append them to a conversation yourself: [Turn.Continue] drops results
	// that the page is not allowed to send.
	Messages []openrouter.Message
	// Decisions are the user's decisions about waiting calls, by [openrouter.ToolCall.ID].
	Decisions map[string]agent.Decision

	users  int               // user messages of the page, the new ones included; 0 if not known
	isBack bool              // the last user message is answered again
	isEdit bool              // it was edited before
	asked  map[string]string // the ids of the requests that the decisions answer

	mu   sync.Mutex
	used map[string]bool // decisions that have been taken
}

// Approve returns the user's decision about a call. If there is none, the call waits. Use it as
// [agent.Agent.Approve] or [agent.Tool.Approve].
//
// A decision counts once, and only for the call that the user saw, with the same name and
// arguments.
func (t *Turn) Approve(_ context.Context, call openrouter.ToolCall) (agent.Decision, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, ok := t.Decisions[call.ID]
	if asked, isKnown := t.asked[call.ID]; !ok || t.used[call.ID] || isKnown && asked != approvalID(call) {
		return agent.Decision{Wait: true}, nil
	}
	if t.used == nil {
		t.used = map[string]bool{}
	}
	t.used[call.ID] = true
	return d, nil
}

// approvalID returns the id of the request for a decision about a call. Ids of calls alone may be
// repeated in a conversation. White space around the arguments does not count: the messages of a run
// keep it, and the call that is asked about has none.
func approvalID(c openrouter.ToolCall) string {
	sum := sha256.Sum256([]byte(c.Function.Name + "\x00" + strings.TrimSpace(c.Function.Arguments)))
	return c.ID + "." + hex.EncodeToString(sum[:8])
}

// Continue returns the conversation to run: history, which is the server's copy, with the new
// messages and results. It does not change history.
//
// browser names the functions that the page runs. They are in the Tools of the request and have no
// Go function. Continue accepts results only for pending calls of these functions.
//
// If the user writes a message instead of deciding about a waiting call, the call is refused. If
// the page should have run the call, the model is told that there is no result.
//
// If the user asks for another answer (the trigger regenerate-message), everything after the
// question is dropped. If the user edits a message, it replaces the old one, and everything after
// it is dropped. Continue finds the message by its position among the user messages, so the page
// must send its whole list. A question is also found by its content.
//
// If the returned conversation ends with an answer without calls, nothing is new. This happens, for
// example, if the user decided about the call in another tab before. Do not run such a
// conversation, because the model would continue without a question.
func (t *Turn) Continue(history []openrouter.Message, browser ...string) []openrouter.Message {
	var results, messages []openrouter.Message
	for _, m := range t.Messages {
		if m.Role == openrouter.RoleTool {
			results = append(results, m)
		} else {
			messages = append(messages, m)
		}
	}
	if t.isBack {
		return t.back(history, messages)
	}
	run := &agent.Run{Messages: slices.Clone(history), Pending: pending(history)}
	for _, call := range slices.Clone(run.Pending) {
		i := slices.IndexFunc(results, func(m openrouter.Message) bool { return m.ToolCallID == call.ID })
		_, isDecided := t.Decisions[call.ID]
		isOfBrowser := slices.Contains(browser, call.Function.Name)
		result := agent.Result{IsError: true}
		switch {
		case isOfBrowser && i >= 0:
			result = agent.Result{Content: results[i].Content}
		case len(messages) == 0, !isOfBrowser && isDecided:
			continue // it still waits, or the run decides
		case isOfBrowser:
			result.Content = openrouter.Text("there is no result: the user went on without it")
		default:
			result.Content = openrouter.Text(denied + ": the user went on without deciding")
		}
		_ = run.Resolve(call.ID, result) // it is pending
	}
	return append(run.Messages, unknown(run.Messages, messages)...)
}

// back returns the conversation up to the last user message of the page.
func (t *Turn) back(history, messages []openrouter.Message) []openrouter.Message {
	var places []int
	for i := range history {
		if history[i].Role == openrouter.RoleUser {
			places = append(places, i)
		}
	}
	if len(messages) == 0 { // the page did not send it
		if len(places) == 0 {
			return slices.Clone(history)
		}
		return slices.Clone(history[:places[len(places)-1]+1])
	}
	isSame := func(i int) bool { return history[i].Equal(messages[0]) }
	at := -1
	if n := t.users; n > 0 && n <= len(places) {
		at = places[n-1]
	}
	if !t.isEdit && (at < 0 || !isSame(at)) {
		for _, i := range places {
			if isSame(i) {
				at = i
			}
		}
	}
	if at < 0 {
		at = len(history)
	}
	return append(slices.Clone(history[:at]), messages...)
}

// unknown returns the messages without those that the conversation ends with: a page sends a message
// again that was not answered.
func unknown(history, messages []openrouter.Message) []openrouter.Message {
	for n := min(len(messages), len(history)); n > 0; n-- {
		if slices.EqualFunc(history[len(history)-n:], messages[:n], openrouter.Message.Equal) {
			return messages[n:]
		}
	}
	return messages
}

// pending returns the calls at the end of a conversation that have no result.
func pending(messages []openrouter.Message) (calls []openrouter.ToolCall) {
	at := len(messages) - 1
	results := map[string]int{}
	for ; at >= 0 && messages[at].Role != openrouter.RoleAssistant; at-- {
		if messages[at].Role == openrouter.RoleTool {
			results[messages[at].ToolCallID]++
		}
	}
	if at < 0 {
		return nil
	}
	for _, c := range messages[at].ToolCalls {
		if results[c.ID] > 0 {
			results[c.ID]--
			continue
		}
		calls = append(calls, c)
	}
	return calls
}
