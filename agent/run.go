package agent

import (
	"fmt"
	"slices"
	"time"

	"github.com/openrouter-go/openrouter"
)

// Run is what happened from a request to its answer. It can be stored as JSON and read back:
// [Outcome.Err] and [Result.Data] are lost, all else is kept.
type Run struct {
	// Messages is the conversation: the messages of the request, then those of the run. They can be
	// given to [Agent.Run] again at any time, and to [openrouter.ChatService.Create] once Pending is
	// empty.
	//
	// They differ from the answers in Steps only where a later request would fail: arguments that
	// are no JSON object are {}, names that no function can have are replaced, ids are filled as by
	// [openrouter.ChatCompletion.Message]. An empty answer is left out, and so is the unsigned
	// reasoning of an answer that was cut off.
	Messages []openrouter.Message `json:"messages"`
	// Steps lists the answers with the calls they led to.
	Steps []Step `json:"steps,omitzero"`
	// Pending are the calls without a result: [Decision.Wait] was said about them, or the request
	// has a function without a [Tool]. Give Messages to Run again, which asks again, or put in the
	// results with [Run.Resolve].
	Pending []openrouter.ToolCall `json:"pending,omitzero"`
	// Usage is the sum of all answers, of [Result.Usage], and of the runs inside of tools.
	Usage openrouter.Usage `json:"usage"`
}

// Step is an answer and what became of its calls.
type Step struct {
	// Answer is the answer as it was received, or the part that had arrived before it broke off. It
	// is nil in the first step of a run that began with calls of an earlier one.
	Answer *openrouter.ChatCompletion `json:"answer,omitzero"`
	// Outcomes are in the order of the calls. Pending calls have none.
	Outcomes []Outcome `json:"outcomes,omitzero"`
}

// Outcome is what became of a call.
type Outcome struct {
	// Call is the call with the id that is in [Run.Messages]. Arguments that could not be used are
	// as the model wrote them.
	Call   openrouter.ToolCall `json:"call"`
	Result Result              `json:"result"`
	// Err is the error of the tool, or why it did not run. Result.IsError is then true.
	Err error `json:"-"`
	// Took is the time that the tool ran; 0 if it did not run.
	Took time.Duration `json:"took,omitzero"`
}

// Result is what a tool returns. [NewTool] makes one from other types.
type Result struct {
	// Content is what the model gets, media included. Not every provider accepts media here.
	Content []openrouter.Part `json:"content,omitzero"`
	// IsError tells the model that the call failed: the text gets the prefix "error: ".
	IsError bool `json:"is_error,omitzero"`
	// Stop ends the run after this step, without an error and without another request.
	Stop bool `json:"stop,omitzero"`
	// Usage is what the tool spent. It counts in [Run.Usage] and [Agent.MaxCost], also if the tool
	// failed. A run of an agent inside the tool is added by itself; do not add it again.
	Usage openrouter.Usage `json:"usage,omitzero"`
	// Data is for the program. The model does not get it.
	Data any `json:"-"`
}

// Text returns the text of the last answer.
func (r *Run) Text() string { return r.Answer().Text() }

// Answer returns the last answer, or nil if there is none. Its methods accept nil.
func (r *Run) Answer() *openrouter.ChatCompletion {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if r.Steps[i].Answer != nil {
			return r.Steps[i].Answer
		}
	}
	return nil
}

// Resolve puts in the result of a pending call that was made elsewhere, at its place in the order
// of the calls. A text of more than 256 KiB is cut. It is an error if no such call is pending, or if
// the result has a part that cannot be sent.
func (r *Run) Resolve(callID string, result Result) error {
	i := slices.IndexFunc(r.Pending, func(c openrouter.ToolCall) bool { return c.ID == callID })
	at, open := unanswered(r.Messages)
	if i < 0 || !slices.ContainsFunc(open, func(c openrouter.ToolCall) bool { return c.ID == callID }) {
		return fmt.Errorf("agent: no call with the id %q is pending", callID)
	}
	if err := sendable(result.Content); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	call := r.Pending[i]
	r.Messages = answered(r.Messages, at, []openrouter.Message{message(call.ID, result, defaultMaxResult)})
	r.Pending = slices.Delete(slices.Clone(r.Pending), i, i+1)
	r.Usage.Add(&result.Usage)

	calls := r.Messages[at].ToolCalls
	place := func(c openrouter.ToolCall) int {
		return slices.IndexFunc(calls, func(other openrouter.ToolCall) bool { return other.ID == c.ID })
	}
	if r.Steps = slices.Clone(r.Steps); len(r.Steps) == 0 { // a copy of the run may share them
		r.Steps = []Step{{}}
	}
	last := &r.Steps[len(r.Steps)-1]
	n := 0
	for n < len(last.Outcomes) && place(last.Outcomes[n].Call) < place(call) {
		n++
	}
	last.Outcomes = slices.Insert(slices.Clip(last.Outcomes), n, Outcome{Call: call, Result: result})
	return nil
}

// unanswered returns the calls at the end of a conversation that have no result, and the index of
// their message. Messages of the user may follow it.
func unanswered(messages []openrouter.Message) (at int, calls []openrouter.ToolCall) {
	for at = len(messages) - 1; at >= 0 && messages[at].Role != openrouter.RoleAssistant; at-- {
	}
	if at < 0 {
		return at, nil
	}
	results := map[string]int{}
	for _, m := range messages[at+1:] {
		if m.Role == openrouter.RoleTool {
			results[m.ToolCallID]++
		}
	}
	for _, call := range messages[at].ToolCalls {
		if results[call.ID] > 0 {
			results[call.ID]--
			continue
		}
		calls = append(calls, call)
	}
	return at, calls
}

// answered adds results to the calls of the message at this index, in the order of the calls. The
// messages are not changed.
func answered(messages []openrouter.Message, at int, results []openrouter.Message) []openrouter.Message {
	if at == len(messages)-1 {
		return append(slices.Clip(messages), results...)
	}
	end := at + 1
	for end < len(messages) && messages[end].Role == openrouter.RoleTool {
		end++
	}
	all := append(slices.Clone(messages[at+1:end]), results...)
	out := slices.Clone(messages[:at+1])
	for _, call := range messages[at].ToolCalls {
		i := slices.IndexFunc(all, func(m openrouter.Message) bool { return m.ToolCallID == call.ID })
		if i >= 0 {
			out = append(out, all[i])
			all = slices.Delete(all, i, i+1)
		}
	}
	out = append(out, all...)
	return append(out, messages[end:]...)
}
