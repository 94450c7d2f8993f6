package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// wrong says what is wrong with an outcome; it is empty if nothing is.
func (p *plan) wrong(o outcome) string {
	if o.end == forgotten {
		return ""
	}
	if n, err := strconv.Atoi(o.call.Header.Get(attemptHeader)); err == nil && n != o.call.Attempts {
		return fmt.Sprintf("%d attempts, but the server saw %d", o.call.Attempts, n)
	}
	if problem := p.wrongText(o); problem != "" {
		return problem
	}
	w := p.row.want(p)
	switch {
	case p.stopped(o):
		return ""
	case o.end != w.end && (w.or == "" || o.end != w.or):
		return fmt.Sprintf("the end is %q instead of %q: %v", o.end, w.end, o.err)
	case w.attempts != 0 && o.call.Attempts != w.attempts, o.call.Attempts < 1 || o.call.Attempts > allAttempts:
		return fmt.Sprintf("%d attempts instead of %d: %v", o.call.Attempts, w.attempts, o.err)
	case o.call.Waited < w.waited:
		return fmt.Sprintf("waited %v instead of %v", o.call.Waited, w.waited)
	}
	if o.end == complete {
		return p.incomplete(o)
	}
	if e, ok := o.err.(*openrouter.APIError); o.end == reported && (!ok || e.StatusCode != w.code) {
		return fmt.Sprintf("the failure is not the %d that was reported: %v", w.code, o.err)
	}
	if w.upTo || o.opened && !o.counted && o.res == nil {
		return ""
	}
	if o.counted && o.delivered != w.text {
		return differs("text that was delivered", o.delivered, w.text)
	}
	if got := o.res.Text(); o.res != nil && got != w.text {
		return differs("text that comes with the error", got, w.text)
	}
	if o.res == nil && o.end != reported && p.stream && w.text != "" {
		return fmt.Sprintf("the error has no text: %#v", o.err)
	}
	return ""
}

// stopped reports whether the caller ended the call, and it ended so.
func (p *plan) stopped(o outcome) bool {
	switch p.caller {
	case cancelsSoon:
		return o.end == cancelled
	case closesSoon:
		return o.end == closed
	case expires:
		return o.end == expired
	case cancels: // a chunk that comes afterwards is one too many
		return o.end == cancelled && o.chunks == p.stop
	case closes:
		return o.end == closed && o.chunks == p.stop
	case leaves:
		return o.end == left && o.chunks == p.stop
	}
	return false
}

// wrongText checks what holds for every end: what was delivered is a beginning
// of the answer, and not more than is there.
func (p *plan) wrongText(o outcome) string {
	text := o.res.Text()
	if late := p.caller == cancels || p.caller == closes; late && o.chunks > p.stop {
		return fmt.Sprintf("%d chunks, though the caller stopped at %d", o.chunks, p.stop)
	}
	switch {
	case !strings.HasPrefix(p.text(), text):
		return differs("text", text, p.text())
	case !strings.HasPrefix(p.text(), o.delivered):
		return differs("text that was delivered", o.delivered, p.text())
	case !strings.HasPrefix(strings.Join(p.reasoning, ""), o.thought):
		return differs("reasoning that was delivered", o.thought, strings.Join(p.reasoning, ""))
	case o.counted && o.res != nil && !strings.HasPrefix(text, o.delivered):
		return differs("text of the response", text, o.delivered)
	case o.end == left && text != o.delivered:
		return differs("text of the response", text, o.delivered)
	case o.counted && o.res != nil && !strings.HasPrefix(o.res.Reasoning(), o.thought):
		return differs("reasoning of the response", o.res.Reasoning(), o.thought)
	}
	return ""
}

// incomplete says what a complete answer lacks or has too much of.
func (p *plan) incomplete(o outcome) string {
	thought, arguments := strings.Join(p.reasoning, ""), strings.Join(p.arguments, "")
	calls := o.res.ToolCalls()
	switch {
	case o.res.Text() != p.text():
		return differs("text", o.res.Text(), p.text())
	case o.counted && o.delivered != p.text():
		return differs("text that was delivered", o.delivered, p.text())
	case o.res.Reasoning() != thought:
		return differs("reasoning", o.res.Reasoning(), thought)
	case o.counted && o.thought != thought:
		return differs("reasoning that was delivered", o.thought, thought)
	case o.res.ID != p.id() || o.call.GenerationID != p.id():
		return fmt.Sprintf("the answer is that of another call: %s, %s", o.res.ID, o.call.GenerationID)
	case o.res.Usage == nil || o.res.Usage.CompletionTokens != p.tokens():
		return fmt.Sprintf("the usage is wrong: %+v", o.res.Usage)
	case len(calls) != min(len(p.arguments), 1):
		return fmt.Sprintf("%d tool calls", len(calls))
	case len(calls) == 1 && (calls[0].ID != callID || calls[0].Function.Name != callName || calls[0].Function.Arguments != arguments):
		return differs("tool call", calls[0].Function.Arguments, arguments)
	}
	return ""
}

// differs shows where two texts part.
func differs(what, got, want string) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	return fmt.Sprintf("the %s (%d bytes) differs at byte %d from what it should be (%d bytes): %q instead of %q",
		what, len(got), i, len(want), clip(got[i:]), clip(want[i:]))
}

func clip(s string) string { return s[:min(len(s), 40)] }
