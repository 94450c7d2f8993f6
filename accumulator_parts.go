package openrouter

import (
	"encoding/json"
	"reflect"
	"slices"
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
	lone  json.RawMessage         // the latest fragment, if it was not in a list
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

// setLone makes the encoder write the only call of a message without a list, if it
// arrived whole in that form.
func (m *callsMerger) setLone(msg *Message) {
	if lone := map[string]any{"tool_calls": m.lone}; m.lone != nil && reflect.DeepEqual(msg.ToolCalls, loneCall(lone)) {
		if msg.Extra == nil {
			msg.Extra = make(map[string]any, 1)
		}
		msg.Extra["tool_calls"] = slices.Clone(m.lone)
	}
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
	} else {
		extra = without(extra, "id")
	}
	if d.Type != "" {
		c.call.Type = d.Type
	}
	mergeExtra(&c.call.Extra, extra, latest)

	f := &c.call.Function
	if f.Name == "" {
		f.Name = d.Function.Name
	}
	c.addArguments(d.Function.Arguments)
	mergeExtra(&f.Extra, d.Function.Extra, latest)

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
	if t := &c.arguments; len(t.first) >= len("{}") && len(t.first) <= len(" {} ") && t.all.Len() <= 16 &&
		isEmptyObject(t.first) && strings.HasPrefix(strings.TrimSpace(s), "{") && isEmptyObject(t.String()) {
		*t, c.progress = textMerger{}, jsonProgress{}
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
	settle(&call.presence, &toolCallMembers, map[string]bool{
		"index": call.Index != nil, "id": call.ID != "", "type": call.Type != "",
	})
	giveWay(&call.presence, &toolCallMembers, call.Extra)

	f := &call.Function
	f.Arguments = c.arguments.String()
	if raw, ok := f.Extra["arguments"].(json.RawMessage); ok && f.Arguments != "" && f.Arguments != string(raw) {
		delete(f.Extra, "arguments") // an object was one of several fragments
	}
	settle(&f.presence, &functionCallMembers, map[string]bool{
		"name": f.Name != "", "arguments": f.Arguments != "",
	})
	giveWay(&f.presence, &functionCallMembers, f.Extra)
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

// contentMerger collects a content. It is one text as long as only strings arrive.
type contentMerger struct {
	text textMerger // the part that grows, behind all others
	odd  *oddContent
}

// oddContent is the content beside its last text, where a list or an object arrived.
type oddContent struct {
	done     []Part
	thinking *thinkingMerger // the part that grows, instead of a text
	blank    bool            // a text part was empty
	object   json.RawMessage // the first fragment, if it was an object
	strings  bool            // text arrived as a string too
}

// addString makes ready for a string behind a list.
func (m *contentMerger) addString() {
	m.odd.strings = true
	m.closeThinking()
}

// addOdd adds a fragment that is a list of parts or an object.
func (m *contentMerger) addOdd(raw json.RawMessage) {
	parts := contentOf(raw)
	if m.odd == nil {
		m.odd = &oddContent{strings: m.text.first != ""}
		if m.text.first == "" && begins(raw, "{") && parts != nil {
			m.odd.object = slices.Clone(raw)
		}
	}
	for i := range parts {
		m.addPart(&parts[i], i == 0)
	}
}

// addPart adds a part. Only the first of a list continues the part before.
func (m *contentMerger) addPart(p *Part, isFirst bool) {
	switch {
	case isPlainText([]Part{*p}):
		m.odd.blank = m.odd.blank || p.Text == ""
		m.closeThinking()
		if !isFirst {
			m.closeText()
		}
		m.text.add(p.Text)
	case p.isThinking():
		m.closeText()
		if !isFirst {
			m.closeThinking()
		}
		if m.odd.thinking == nil {
			m.odd.thinking = &thinkingMerger{}
		}
		m.odd.thinking.add(p)
	default:
		m.closeText()
		m.closeThinking()
		m.odd.done = append(m.odd.done, p.clone())
	}
}

func (m *contentMerger) closeText() {
	if m.text.first != "" {
		m.odd.done = append(m.odd.done, TextPart(m.text.String()))
		m.text = textMerger{}
	}
}

func (m *contentMerger) closeThinking() {
	if m.odd.thinking != nil {
		m.odd.done = append(m.odd.done, m.odd.thinking.part())
		m.odd.thinking = nil
	}
}

// parts returns the parts so far.
func (m *contentMerger) parts() []Part {
	odd := m.odd
	if odd == nil {
		return Text(m.text.String())
	}
	parts := cloneAll(odd.done, Part.clone)
	switch {
	case odd.thinking != nil:
		parts = append(parts, odd.thinking.part())
	case m.text.first != "" || odd.blank && len(parts) == 0:
		parts = append(parts, TextPart(m.text.String()))
	}
	return parts
}

// setIn sets the content of a message. hasString is true if a string arrived,
// perhaps an empty one.
func (m *contentMerger) setIn(msg *Message, hasString bool) {
	if m.odd == nil {
		if hasString {
			msg.Content = Text(m.text.String())
		}
		return
	}
	parts := m.parts()
	switch {
	case m.odd.object != nil && reflect.DeepEqual(parts, contentOf(m.odd.object)):
		if msg.Extra == nil {
			msg.Extra = make(map[string]any, 1)
		}
		msg.Extra["content"] = slices.Clone(m.odd.object)
	case len(parts) == 0 && hasString:
		msg.Content = Text("")
	default:
		if msg.Content = parts; parts == nil {
			msg.Content = []Part{}
		}
		if m.odd.object == nil && !m.odd.strings && isPlainText(parts) {
			msg.presence.Set(messageContent, wire.Absent) // a list of one
		}
	}
}

// thinkingMerger collects a thinking part.
type thinkingMerger struct {
	text  contentMerger
	list  bool // the text is a list of parts
	extra map[string]any
}

func (m *thinkingMerger) add(p *Part) {
	if raw := rawMember(p.Extra, "thinking"); begins(raw, `"`) {
		if m.text.odd != nil {
			m.text.addString()
		}
		m.text.text.add(p.thinking())
	} else {
		m.list = true
		m.text.addOdd(raw)
	}
	mergeExtra(&m.extra, without(p.Extra, "thinking"), latest)
}

func (m *thinkingMerger) part() Part {
	p := Part{Type: partTypeThinking, Extra: cloneExtra(m.extra)}
	if p.Extra == nil {
		p.Extra = make(map[string]any, 1)
	}
	w := wire.NewWriter(nil)
	if parts := m.text.parts(); m.list {
		writeList(&w, parts)
	} else {
		w.String(textOf(parts))
	}
	raw, _ := w.Bytes() // cannot fail: it came as JSON
	p.Extra["thinking"] = json.RawMessage(raw)
	return p
}
