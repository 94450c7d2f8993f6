package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// validate checks what was given, and offers the tools of the agent.
func (l *loop) validate() error {
	var found []openrouter.Violation
	if l.Client == nil {
		found = append(found, openrouter.Violation{Field: "Agent.Client", Problem: "is nil"})
	}
	if math.IsNaN(l.MaxCost) {
		found = append(found, openrouter.Violation{Field: "Agent.MaxCost", Problem: "is not a number"})
	}
	if l.req == nil {
		found = append(found, openrouter.Violation{Field: "request", Problem: "is nil"})
	} else if l.req.Prompt != "" {
		found = append(found, openrouter.Violation{Field: "prompt", Problem: "is not supported by an agent; use messages"})
	}
	if len(found) > 0 {
		return &openrouter.ValidationError{Violations: found}
	}
	return l.offer(l.req.Tools, l.Tools)
}

// offer sets the tools of a step.
func (l *loop) offer(others []openrouter.Tool, tools []Tool) error {
	l.tools, l.functions = tools, nil
	var found []openrouter.Violation
	seen := map[string]int{}
	claim := func(i int, name string) {
		if first, ok := seen[name]; ok {
			found = append(found, openrouter.Violation{Field: field(i, "function.name"), Value: name,
				Problem: fmt.Sprintf("is %q, like that of tools[%d]: the model could not tell them apart", name, first)})
		}
		seen[name] = i
	}
	for i, other := range others {
		if f := functionOf(other); f != "" {
			l.functions = append(l.functions, f)
			claim(i, f)
		}
	}
	for i := range tools {
		t, at := &tools[i], len(others)+i
		if n := t.Def.Function.Name; !isFunctionName(n) {
			found = append(found, openrouter.Violation{Field: field(at, "function.name"), Value: n,
				Problem: fmt.Sprintf("is %q, must have 1 to 64 letters, digits, underscores and dashes", n)})
		} else {
			claim(at, n)
		}
		if t.err != nil {
			found = append(found, openrouter.Violation{Field: field(at, "function.parameters"), Err: t.err,
				Problem: "is invalid: " + strings.TrimPrefix(t.err.Error(), "schema: ")})
		} else if t.Call == nil {
			found = append(found, openrouter.Violation{Field: field(at, "function"), Problem: "has no Call"})
		}
	}
	if len(found) > 0 {
		return &openrouter.ValidationError{Violations: found}
	}
	return nil
}

// functionOf returns the name of a tool that is a function, or "".
func functionOf(tool openrouter.Tool) string {
	switch t := tool.(type) {
	case openrouter.FunctionTool:
		return t.Function.Name
	case *openrouter.FunctionTool:
		if t != nil {
			return t.Function.Name
		}
	case openrouter.RawTool:
		var f openrouter.FunctionTool
		if json.Unmarshal(t, &f) == nil { // another kind of tool has no function
			return f.Function.Name
		}
	}
	return ""
}

func field(i int, member string) string { return fmt.Sprintf("tools[%d].%s", i, member) }

// next returns the request of the next step.
func (l *loop) next() (*openrouter.ChatCompletionRequest, error) {
	next := *l.req
	next.Messages = l.run.Messages
	if l.hasBegun() && isForced(next.ToolChoice) {
		next.ToolChoice = nil
	}
	others, tools := next.Tools, l.Tools
	if l.Prepare != nil {
		given := &Next{Request: next.Clone(), Tools: slices.Clone(tools)}
		if err := l.Prepare(l.ctx, l.run, given); err != nil {
			return nil, err
		}
		if given.Request == nil {
			return nil, errors.New("agent: Prepare set the request to nil")
		}
		next, others, tools = *given.Request, given.Request.Tools, given.Tools
		if err := l.offer(others, tools); err != nil {
			return nil, err
		}
	}
	if len(tools) > 0 {
		next.Tools = make([]openrouter.Tool, 0, len(others)+len(tools))
		next.Tools = append(next.Tools, others...)
		for i := range tools {
			next.Tools = append(next.Tools, tools[i].Def)
		}
	}
	if l.last != nil && len(next.Tools) > 0 {
		// The tools stay: without them the prompt cache misses, and models write calls as text.
		next.ToolChoice = openrouter.ToolChoiceNone
	}
	return &next, nil
}

// hasBegun reports whether the model has already been asked: in this run, or in the one that left
// its messages.
func (l *loop) hasBegun() bool { return l.requests > 0 || l.endsWithResult() }

// isForced reports whether a choice requires a call. In every step, it would keep the model from
// ever answering. A raw choice is not looked into.
func isForced(choice openrouter.ToolChoice) bool {
	switch c := choice.(type) {
	case openrouter.ToolChoiceMode:
		return c == openrouter.ToolChoiceRequired
	case *openrouter.ToolChoiceMode:
		return c != nil && *c == openrouter.ToolChoiceRequired
	case openrouter.FunctionToolChoice, *openrouter.FunctionToolChoice, openrouter.ServerToolChoice, *openrouter.ServerToolChoice:
		return true
	}
	return false
}

// ask sends a request. What arrives of the answer is written into the run, whatever happens.
func (l *loop) ask(req *openrouter.ChatCompletionRequest) (*openrouter.ChatCompletion, reply, error) {
	if l.yield == nil {
		answer, err := l.Client.Chat.Create(l.ctx, req, l.opts...)
		if err != nil {
			return nil, l.receive(partialOf(err), true), err
		}
		return answer, l.receive(answer, false), nil
	}
	s, err := l.Client.Chat.Stream(l.ctx, req, l.opts...)
	if err != nil {
		return nil, l.receive(partialOf(err), true), err
	}
	return l.read(s)
}

// read reads a streamed answer, with an event for each chunk.
func (l *loop) read(s *openrouter.Stream) (answer *openrouter.ChatCompletion, r reply, err error) {
	isReceived, isDone := false, false
	defer func() {
		if isDone {
			return
		}
		if !isReceived { // the loop over the events panicked
			r = l.receive(s.Response(), true)
		}
		l.refuse(r.jobs, toldCancelled)
	}()
	for chunk, failure := range s.Chunks() {
		if failure != nil {
			isDone = true
			return nil, l.receive(s.Response(), true), failure
		}
		if !l.send(Event{Chunk: chunk}) {
			break
		}
	}
	answer = s.Response()
	r = l.receive(answer, l.left)
	isReceived = true
	if !l.left {
		l.send(Event{Answer: answer})
	}
	isDone = true
	if l.left {
		return nil, r, errLeft
	}
	return answer, r, nil
}

// partialOf returns what an error has of the answer, or nil.
func partialOf(err error) *openrouter.ChatCompletion {
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		return e.Partial
	}
	if e, ok := errors.AsType[*openrouter.StreamError](err); ok {
		return e.Partial
	}
	return nil
}

// receive writes an answer, or what arrived of one, into the run.
func (l *loop) receive(answer *openrouter.ChatCompletion, failed bool) reply {
	if answer == nil || len(answer.Choices) == 0 && answer.Usage == nil {
		return reply{isEmpty: true}
	}
	l.run.Steps = append(l.run.Steps, Step{Answer: answer})
	if answer.Usage != nil {
		l.meter.add(costOf(answer.Usage))
		l.account(answer.Usage)
	}
	r := newReply(answer, failed)
	if !r.isEmpty {
		l.run.Messages = append(slices.Clip(l.run.Messages), r.message) // hooks may have appended to it
	}
	return r
}
