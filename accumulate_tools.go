package openrouter

import (
	"github.com/openrouter-go/openrouter/internal/wire"
)

// callsMerger collects the tool calls of a choice.
type callsMerger struct {
	list []*callMerger
	open map[int]*callMerger // by slot, which is the index on the wire
	slot int                 // of the latest fragment
	last *callMerger         // which that belongs to
}

// add takes in a fragment. It belongs to the call that is open in its slot,
// unless its id says otherwise: some models give every call the index 0.
func (m *callsMerger) add(d *ToolCall) {
	if d.presence.Form(wire.Bare) != wire.Plain {
		m.list = append(m.list, &callMerger{call: d.clone(), whole: true})
		return
	}
	if d.Index != nil {
		m.slot = *d.Index
	}
	c := m.open[m.slot]
	if c == nil || d.ID != "" && c.call.ID != "" && d.ID != c.call.ID {
		c = newCallMerger(d)
		m.list = append(m.list, c)
		if m.open == nil {
			m.open = make(map[int]*callMerger, 1)
		}
		m.open[m.slot], m.last = c, c
		return
	}
	m.last = c
	c.add(d)
}

// addAgain takes in a fragment that differs from the one before in its arguments
// only.
func (m *callsMerger) addAgain(d *ToolCall) {
	m.last.arguments.add(d.Function.Arguments)
}

func (m *callsMerger) toolCalls() []ToolCall {
	if m.list == nil {
		return nil
	}
	calls := make([]ToolCall, len(m.list))
	for i, c := range m.list {
		calls[i] = c.toolCall()
	}
	return calls
}

// callMerger collects one tool call.
type callMerger struct {
	call      ToolCall // all but the arguments
	arguments textMerger
	whole     bool // not an object, kept as it came
}

func newCallMerger(d *ToolCall) *callMerger {
	c := &callMerger{call: d.clone()}
	c.call.Function.Arguments = ""
	c.arguments.add(d.Function.Arguments)
	return c
}

func (c *callMerger) add(d *ToolCall) {
	if c.call.Index == nil && d.Index != nil {
		c.call.Index = new(*d.Index)
	}
	if d.ID != "" {
		c.call.ID = d.ID
	}
	if d.Type != "" {
		c.call.Type = d.Type
	}
	mergeExtra(&c.call.Extra, d.Extra)

	f := &c.call.Function
	if f.Name == "" {
		f.Name = d.Function.Name
	}
	c.arguments.add(d.Function.Arguments)
	mergeExtra(&f.Extra, d.Function.Extra)

	had := c.call.presence.Form(toolCallFunction) == wire.Plain
	if has := d.presence.Form(toolCallFunction) == wire.Plain; has && had {
		mergeForms(&f.presence, d.Function.presence, functionCallArguments)
	} else if has {
		f.presence = d.Function.presence
	}
	mergeForms(&c.call.presence, d.presence, toolCallFunction)
}

func (c *callMerger) toolCall() ToolCall {
	call := c.call.clone()
	if c.whole {
		return call
	}
	if _, odd := call.Extra["type"]; call.Type == "" && !odd {
		call.Type = "function"
	}
	settle(&call.presence, &toolCallMembers, map[string]bool{
		"index": call.Index != nil, "id": call.ID != "", "type": call.Type != "",
	})
	giveWay(&call.presence, &toolCallMembers, call.Extra)

	f := &call.Function
	f.Arguments = c.arguments.String()
	settle(&f.presence, &functionCallMembers, map[string]bool{
		"name": f.Name != "", "arguments": f.Arguments != "",
	})
	giveWay(&f.presence, &functionCallMembers, f.Extra)
	return call
}
