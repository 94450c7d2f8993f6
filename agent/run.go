package agent

import (
	"fmt"
	"slices"
	"time"

	"github.com/openrouter-go/openrouter"
)

// Run has everything that happened from a request to its answer. It can be stored as JSON and read
// back. Only [Outcome.Err] and [Result.Data] are not stored.
type Run struct {
	// Messages is the conversation: the messages of the request, then those of the run. You can always
	// pass them to [Agent.Run] again. You can send them with [openrouter.ChatService.Create] if
	// Pending is empty.
	//
	// They differ from the answers in Steps only where a later request would fail. Arguments that are
	// not a JSON object become {}. Invalid names of functions are replaced. Missing ids are added as
	// by [openrouter.ChatCompletion.Message]. Empty answers, and the unsigned reasoning of an answer
	// that was cut, are left out.
	Messages []openrouter.Message `json:"messages"`
	// Steps lists the answers with the calls they led to.
	Steps []Step `json:"steps,omitzero"`
	// Pending has the calls without a result: Approve returned [Decision.Wait], the function is in the
	// request's Tools and has no [Tool], or the run ended before it reached the calls that its request
	// ended with. To continue, pass Messages to [Agent.Run], which calls Approve again, or add results
	// with [Run.Resolve].
	Pending []openrouter.ToolCall `json:"pending,omitzero"`
	// Usage is the sum over all answers, [Result.Usage], and the runs inside tools.
	Usage openrouter.Usage `json:"usage"`
}

// Step is an answer and the outcomes of its calls.
type Step struct {
	// Answer is the answer as received, or the part that arrived before it broke off. It is nil in the
	// first step of a run that began with the calls of an earlier run.
	Answer *openrouter.ChatCompletion `json:"answer,omitzero"`
	// Outcomes are in the order of the calls. Pending calls have none.
	Outcomes []Outcome `json:"outcomes,omitzero"`
}

// Outcome is the result of a call.
type Outcome struct {
	// Call is the call with the id that is in [Run.Messages]. Invalid arguments are kept as the model
	// wrote them.
	Call   openrouter.ToolCall `json:"call"`
	Result Result              `json:"result"`
	// Err is the error of the tool, or the reason why it did not run. Result.IsError is then true.
	Err error `json:"-"`
	// Took is how long the tool ran. It is 0 if the tool did not run.
	Took time.Duration `json:"took,omitzero"`
}

// Result is the result of a tool. [NewTool] makes one from other types.
type Result struct {
	// Content is sent to the model. It may have media, but not every provider accepts media here.
	Content []openrouter.Part `json:"content,omitzero"`
	// IsError tells the model that the call failed: the text gets the prefix "error: ".
	IsError bool `json:"is_error,omitzero"`
	// Stop ends the run after this step, without an error and without another request.
	Stop bool `json:"stop,omitzero"`
	// Usage is the usage of the tool. It counts in [Run.Usage] and [Agent.MaxCost], even if the tool
	// failed. Runs of agents inside the tool are added automatically; do not add them here.
	Usage openrouter.Usage `json:"usage,omitzero"`
	// Data is for your program. It is not sent to the model.
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

// Resolve adds the result of a pending call, at its place in the order of the calls. A text of more
// than 256 KiB is cut. It returns an error if no such call is pending, or if the result has a part
// that cannot be sent.
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
