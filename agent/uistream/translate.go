package uistream

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

// translator turns the events of a run into parts.
type translator struct {
	out    *sink
	stream *agent.Stream
	// isOngoing tells that the page goes on with the message that it has: it knows the calls that
	// had no result.
	isOngoing bool

	step       int  // of the run; -1 before the first
	isOpen     bool // a step has begun and not ended
	isAnswered bool // its answer is there
	kind       string
	blocks     int // of text and reasoning so far
	text       strings.Builder
	reasoned   bool
	calls      []*call // of the answer
	announced  map[string]bool
}

// call is a call whose arguments arrive in fragments.
type call struct {
	index     *int
	id, name  string
	arguments string // not yet sent
	isStarted bool
}

func newTranslator(out *sink, stream *agent.Stream) *translator {
	given := stream.Run().Messages
	return &translator{
		out: out, stream: stream, announced: map[string]bool{}, step: -1,
		isOngoing: len(given) > 0 && given[len(given)-1].Role != openrouter.RoleUser,
	}
}

func (t *translator) event(e agent.Event) {
	switch {
	case e.Chunk != nil:
		t.step = e.Step
		t.chunk(e.Chunk)
	case e.Answer != nil:
		t.answer(e.Answer)
	case e.Outcome != nil:
		t.catchUp(e.Step)
		t.outcome(e.Outcome)
	case e.Call != nil && e.Progress != nil:
		t.out.part(part{Type: "data-progress", ID: e.Call.ID, Data: &progress{e.Call.ID, safe(encoded(e.Progress))}})
	case e.Call != nil:
		t.announce(*e.Call)
	}
}

// open begins a step, unless one is open.
func (t *translator) open() {
	if t.isOpen {
		return
	}
	t.isOpen, t.isAnswered, t.isOngoing, t.reasoned = true, false, false, false
	t.text.Reset()
	t.calls = nil
	clear(t.announced) // a page looks for a call in the step first
	t.out.part(part{Type: "start-step"})
}

// close ends the step, if one is open.
func (t *translator) close() {
	if t.isOpen {
		t.say("", "")
		t.out.part(part{Type: "finish-step"})
	}
	t.isOpen = false
}

// say sends a piece of text or of reasoning. Another kind than before ends what is open.
func (t *translator) say(kind, delta string) {
	if t.kind != kind {
		if t.kind != "" {
			t.out.part(part{Type: t.kind + "-end", ID: t.id()})
		}
		if t.kind = kind; kind != "" {
			t.blocks++
			t.out.part(part{Type: kind + "-start", ID: t.id()})
		}
	}
	if delta != "" {
		t.out.part(part{Type: kind + "-delta", ID: t.id(), Delta: delta})
	}
}

func (t *translator) id() string { return t.kind + "-" + strconv.Itoa(t.blocks) }

// write sends text that the user reads.
func (t *translator) write(text string) {
	if text != "" {
		t.text.WriteString(text)
		t.say("text", text)
	}
}

func (t *translator) chunk(c *openrouter.ChatCompletionChunk) {
	if t.isAnswered {
		t.close()
	}
	t.open()
	if text := c.Reasoning(); text != "" {
		t.reasoned = true
		t.say("reasoning", text)
	}
	t.write(c.Text())
	for i := range c.Choices {
		if c.Choices[i].Index != 0 {
			continue
		}
		d := &c.Choices[i].Delta
		t.write(d.Refusal)
		if d.Audio != nil {
			t.write(d.Audio.Transcript)
		}
		for j := range d.ToolCalls {
			t.fragment(&d.ToolCalls[j])
		}
	}
}

// fragment sends a piece of the arguments of a call. A call whose id cannot stay waits for the whole
// answer.
func (t *translator) fragment(f *openrouter.ToolCall) {
	c := t.find(f)
	if c.name != f.Function.Name { // some providers repeat it
		c.name += f.Function.Name
	}
	c.arguments += f.Function.Arguments
	if !c.isStarted {
		if strings.TrimSpace(c.id) == "" || c.name == "" || t.announced[c.id] || !t.isFirst(c) {
			return
		}
		c.isStarted = true
		t.say("", "")
		t.out.part(part{Type: "tool-input-start", ToolCallID: c.id, ToolName: c.name})
	}
	if c.arguments != "" {
		t.out.part(part{Type: "tool-input-delta", ToolCallID: c.id, InputTextDelta: c.arguments})
		c.arguments = ""
	}
}

// find returns the call that a fragment belongs to.
func (t *translator) find(f *openrouter.ToolCall) *call {
	for i := len(t.calls) - 1; i >= 0; i-- {
		c := t.calls[i]
		isSame := f.Index == nil && (f.ID != "" || i == len(t.calls)-1) || f.Index != nil && c.index != nil && *f.Index == *c.index
		if isSame && (f.ID == "" || c.id == "" || f.ID == c.id) {
			if c.id == "" {
				c.id = f.ID
			}
			return c
		}
	}
	t.calls = append(t.calls, &call{index: f.Index, id: f.ID})
	return t.calls[len(t.calls)-1]
}

// isFirst reports whether no call before c has its id, and none behind it has been sent with it.
func (t *translator) isFirst(c *call) bool {
	isBefore := true
	for _, other := range t.calls {
		if other == c {
			isBefore = false
		} else if other.id == c.id && (isBefore || other.isStarted) {
			return false
		}
	}
	return true
}

// answer sends what the chunks did not have: files, sources, and the calls with their arguments.
func (t *translator) answer(a *openrouter.ChatCompletion) {
	t.open()
	t.isAnswered = true
	if text := a.Reasoning(); text != "" && !t.reasoned {
		t.say("reasoning", text)
	}
	if rest, ok := strings.CutPrefix(a.Text(), t.text.String()); ok {
		t.write(rest)
	}
	t.say("", "")
	m := a.Message()
	for _, p := range append(filesOf(&m), sourcesOf(&m)...) {
		t.out.part(p)
	}
	calls := a.ToolCalls()
	for _, c := range calls {
		t.announce(c)
	}
	for _, c := range t.calls { // of fragments that became part of another call
		isThere := slices.ContainsFunc(calls, func(other openrouter.ToolCall) bool { return other.ID == c.id })
		if c.isStarted && !isThere && !t.announced[c.id] {
			t.announced[c.id] = true
			t.out.part(part{Type: "tool-input-error", ToolCallID: c.id, ToolName: c.name, Input: rawInput(""), ErrorText: "the call is not whole"})
		}
	}
}

// announce sends a call with its arguments, once, and only if they are a JSON object.
func (t *translator) announce(c openrouter.ToolCall) {
	input, ok := inputOf(c.Function.Arguments)
	if !ok || t.isOngoing || t.announced[c.ID] {
		return
	}
	t.open()
	t.announced[c.ID] = true
	t.out.part(part{Type: "tool-input-available", ToolCallID: c.ID, ToolName: nameOf(c), Input: input})
}

func (t *translator) outcome(o *agent.Outcome) {
	t.announce(o.Call)
	id := o.Call.ID
	switch {
	case !t.isOngoing && !t.announced[id]:
		t.open()
		t.announced[id] = true
		t.out.part(part{Type: "tool-input-error", ToolCallID: id, ToolName: nameOf(o.Call),
			Input: rawInput(o.Call.Function.Arguments), ErrorText: errorOf(o.Result.Content)})
	case o.Result.IsError && isDenied(o.Result.Content):
		t.out.part(part{Type: "tool-output-denied", ToolCallID: id})
	case o.Result.IsError:
		t.out.part(part{Type: "tool-output-error", ToolCallID: id, ErrorText: errorOf(o.Result.Content)})
	default:
		t.out.part(part{Type: "tool-output-available", ToolCallID: id, Output: outputOf(o.Result.Content)})
	}
}

// catchUp sends what had arrived of an answer that broke off. It may have had no chunk.
func (t *translator) catchUp(step int) {
	steps := t.stream.Run().Steps
	if step > t.step && step < len(steps) && steps[step].Answer != nil {
		t.close()
		t.open()
		t.step = step
	}
	if t.isOpen && !t.isAnswered {
		if t.step >= 0 && t.step < len(steps) {
			t.answer(steps[t.step].Answer)
		}
		t.isAnswered = true
	}
}

// end sends what is left when the run has ended.
func (t *translator) end(err error) {
	run := t.stream.Run()
	t.catchUp(len(run.Steps) - 1)
	for _, c := range run.Pending {
		t.announce(c)
		if isTool(t.stream.Agent().Tools, c) {
			t.out.part(part{Type: "tool-approval-request", ToolCallID: c.ID, ApprovalID: approvalID(c)})
		}
	}
	t.close()
	switch {
	case err == nil:
		t.out.part(part{Type: "finish", FinishReason: finishOf(run), Metadata: metadataOf(run)})
	case errors.Is(err, context.Canceled), errors.Is(err, openrouter.ErrStreamClosed):
		t.out.part(part{Type: "message-metadata", Metadata: metadataOf(run)})
		t.out.part(part{Type: "abort"})
	default: // the page reads nothing behind an error
		t.out.part(part{Type: "finish", FinishReason: "error", Metadata: metadataOf(run)})
		t.out.part(part{Type: "error", ErrorText: lineOf(err)})
	}
}

// isTool reports whether the server runs a call.
func isTool(tools []agent.Tool, c openrouter.ToolCall) bool {
	return slices.ContainsFunc(tools, func(tool agent.Tool) bool { return tool.Def.Function.Name == c.Function.Name })
}

func nameOf(c openrouter.ToolCall) string {
	if c.Function.Name == "" {
		return "unknown"
	}
	return c.Function.Name
}
