package openrouter

import (
	"encoding/json"
	"strings"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// callsMerger collects the tool calls of a choice.
type callsMerger struct {
	list  []*callMerger
	open  map[int]*callMerger     // the latest call of each slot; the slot is the index in the JSON
	known map[callKey]*callMerger // every call with an id; made when one is first looked for
	slot  int                     // of the latest fragment
	last  *callMerger             // the call of the latest fragment
}

// callKey names a call. Two slots may use one id for two calls.
type callKey struct {
	slot int
	id   string
}

// addAll adds the fragments of a list.
func (m *callsMerger) addAll(list []ToolCall) {
	named := false // an earlier fragment of this list has a name
	for i := range list {
		d := &list[i]
		m.add(d, named)
		named = named || d.Function.Name != ""
	}
}

// add adds a fragment. Its slot is its index; without one it is the slot of the
// fragment before. The fragment starts a call in an empty slot. Otherwise it
// continues the slot's call with its id, or else the latest one, unless startsCall
// says that it is another call: some models give every call the index 0, no id, or
// another id in each fragment. named is true if an earlier fragment of the same
// list has a name.
func (m *callsMerger) add(d *ToolCall, named bool) {
	if d.presence.Form(wire.Bare) != wire.Plain {
		m.list = append(m.list, &callMerger{call: d.clone(), whole: true})
		return
	}
	if d.Index != nil {
		m.slot = *d.Index
	}
	c := m.open[m.slot]
	if c == nil || named && d.Function.Name != "" && d.Index == nil && d.ID == "" {
		m.start(d)
		return
	}
	if d.ID != "" && d.ID != c.call.ID {
		if same := m.find(d.ID); same != nil {
			c = same
		} else if c.call.ID != "" && c.isAnother(d) {
			m.start(d)
			return
		}
	}
	switch {
	case c.isRepeated(d):
		m.open[m.slot], m.last = c, c
	case c.isFollowed(d):
		m.start(d)
	default:
		m.open[m.slot], m.last = c, c
		hadID := c.call.ID != ""
		c.add(d)
		if m.known != nil && !hadID && c.call.ID != "" {
			m.known[callKey{c.slot, c.call.ID}] = c
		}
	}
}

// addAgain adds a fragment that differs from the one before only in its arguments.
func (m *callsMerger) addAgain(d *ToolCall) {
	if d.ID != "" || d.Function.Name != "" {
		m.add(d, false)
		return
	}
	m.last.addArguments(d.Function.Arguments)
}

// start adds a call that begins with d.
func (m *callsMerger) start(d *ToolCall) {
	c := newCallMerger(d, m.slot)
	m.list = append(m.list, c)
	if m.open == nil {
		m.open = make(map[int]*callMerger, 1)
	}
	m.open[m.slot], m.last = c, c
	if m.known != nil && d.ID != "" {
		m.known[callKey{m.slot, d.ID}] = c
	}
}

// find returns the latest call with that id in the slot, or nil.
func (m *callsMerger) find(id string) *callMerger {
	if m.known == nil {
		m.known = make(map[callKey]*callMerger, len(m.list))
		for _, c := range m.list {
			if c.call.ID != "" {
				m.known[callKey{c.slot, c.call.ID}] = c
			}
		}
	}
	return m.known[callKey{m.slot, id}]
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
	slot      int
	arguments textMerger
	progress  jsonProgress // in the arguments
	whole     bool         // not a JSON object, kept unchanged
}

func newCallMerger(d *ToolCall, slot int) *callMerger {
	c := &callMerger{call: d.clone(), slot: slot}
	c.call.Function.Arguments = ""
	c.arguments.add(d.Function.Arguments)
	return c
}

// isWhole reports whether the arguments so far are one whole JSON value.
func (c *callMerger) isWhole() bool { return c.progress.isWhole(c.arguments.String()) }

// isAnother reports whether a fragment with an id that is not the call's, nor any
// other's, is another call. Without a name it is one only if the call needs no more.
func (c *callMerger) isAnother(d *ToolCall) bool {
	if d.Function.Name != "" {
		return true
	}
	return !isBlank(d.Function.Arguments) && c.isWhole() && !c.isPlaceholder(d)
}

// isRepeated reports whether a fragment repeats all of the call.
func (c *callMerger) isRepeated(d *ToolCall) bool {
	return d.ID != "" && d.ID == c.call.ID && d.Function.Name != "" && d.Function.Name == c.call.Function.Name &&
		d.Function.Arguments == c.arguments.String() && c.isWhole()
}

// isFollowed reports whether a fragment with a name is the next call.
func (c *callMerger) isFollowed(d *ToolCall) bool {
	name := c.call.Function.Name
	if d.Function.Name == "" || name == "" || isBlank(d.Function.Arguments) {
		return false
	}
	return d.Function.Name != name || c.isWhole() && !(d.ID != "" && d.ID == c.call.ID && c.isPlaceholder(d))
}

// isPlaceholder reports whether the arguments so far are a {} that stands for those
// that begin with the fragment.
func (c *callMerger) isPlaceholder(d *ToolCall) bool {
	var p jsonProgress
	return isEmptyObject(c.arguments.String()) && !p.isWhole(d.Function.Arguments)
}

func (c *callMerger) add(d *ToolCall) {
	if c.call.Index == nil && d.Index != nil {
		c.call.Index = new(*d.Index)
	}
	extra := d.Extra
	if c.call.ID == "" {
		c.call.ID = d.ID
	} else if _, odd := extra["id"]; odd {
		extra = cloneExtra(extra)
		delete(extra, "id")
	}
	if d.Type != "" {
		c.call.Type = d.Type
	}
	mergeExtra(&c.call.Extra, extra)

	f := &c.call.Function
	if f.Name == "" {
		f.Name = d.Function.Name
	}
	c.addArguments(d.Function.Arguments)
	mergeExtra(&f.Extra, d.Function.Extra)

	had := c.call.presence.Form(toolCallFunction) == wire.Plain
	if has := d.presence.Form(toolCallFunction) == wire.Plain; has && had {
		mergeForms(&f.presence, d.Function.presence, functionCallArguments)
	} else if has {
		f.presence = d.Function.presence
	}
	mergeForms(&c.call.presence, d.presence, toolCallFunction)
}

// addArguments appends arguments. Some servers begin a call with {} in their place.
func (c *callMerger) addArguments(s string) {
	if t := &c.arguments; len(t.first) >= len("{}") && len(t.first) <= len(" {} ") && t.all.Len() == 0 &&
		isEmptyObject(t.first) && strings.HasPrefix(strings.TrimSpace(s), "{") {
		t.first, c.progress = "", jsonProgress{}
	}
	c.arguments.add(s)
}

func isEmptyObject(s string) bool { return strings.TrimSpace(s) == "{}" }

func (c *callMerger) toolCall() ToolCall {
	call := c.call.clone()
	if c.whole {
		return call
	}
	if _, odd := call.Extra["type"]; call.Type == "" && !odd {
		call.Type = "function"
	}
	settle(&call.presence, toolCallMembers[:], map[string]bool{
		"index": call.Index != nil, "id": call.ID != "", "type": call.Type != "",
	})
	giveWay(&call.presence, toolCallMembers[:], call.Extra)

	f := &call.Function
	f.Arguments = c.arguments.String()
	if raw, ok := f.Extra["arguments"].(json.RawMessage); ok && f.Arguments != "" && f.Arguments != string(raw) {
		delete(f.Extra, "arguments") // an object was one of several fragments
	}
	settle(&f.presence, functionCallMembers[:], map[string]bool{
		"name": f.Name != "", "arguments": f.Arguments != "",
	})
	giveWay(&f.presence, functionCallMembers[:], f.Extra)
	return call
}

// jsonProgress follows a JSON object or array as it arrives. It looks at each byte
// once, and only if somebody asks.
type jsonProgress struct {
	seen   int // bytes
	depth  int
	text   bool // in a string
	escape bool // behind a backslash
	ended  bool // the value is complete
	broken bool // there is more than one value, or none that is an object or array
}

// isWhole reports whether the text, which begins with all that was seen before, is
// one whole object or array, perhaps in white space.
func (p *jsonProgress) isWhole(text string) bool {
	for ; p.seen < len(text); p.seen++ {
		c := text[p.seen]
		switch {
		case p.escape:
			p.escape = false
		case p.text:
			p.escape = c == '\\'
			p.text = c != '"'
		case c == '{' || c == '[':
			p.broken = p.broken || p.ended
			p.depth++
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
		case p.depth == 0:
			p.broken = true
		case c == '"':
			p.text = true
		case c == '}' || c == ']':
			p.depth--
			p.ended = p.depth == 0
		}
	}
	return p.ended && !p.broken
}
