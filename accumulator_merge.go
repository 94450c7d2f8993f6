package openrouter

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// textMerger collects a text. A text in one piece is never copied. Otherwise the
// buffer doubles when it is full, so that a byte is copied at most twice on
// average. A textMerger must not be copied.
type textMerger struct {
	first string
	all   strings.Builder // from the second piece on, the first included
}

func (t *textMerger) add(s string) {
	if s == "" {
		return
	}
	if t.first == "" {
		t.first = s
		return
	}
	if t.all.Len() == 0 {
		t.all.Grow(max(64, len(t.first)+len(s)))
		t.all.WriteString(t.first)
	}
	t.all.Grow(len(s)) // doubles, where WriteString alone adds a quarter
	t.all.WriteString(s)
}

// String returns the text without a copy. The builder's bytes are only appended to,
// never changed.
func (t *textMerger) String() string {
	if t.all.Len() == 0 {
		return t.first
	}
	return t.all.String()
}

// mergeExtra copies the members of src over those of dst.
func mergeExtra(dst *map[string]any, src map[string]any) {
	if len(src) == 0 {
		return // nearly every chunk; ranging over an empty map costs time
	}
	for name, v := range src {
		if raw, ok := v.(json.RawMessage); ok {
			if old, ok := (*dst)[name].(json.RawMessage); ok && bytes.Equal(old, raw) {
				continue // most often every chunk has the same value
			}
		}
		if *dst == nil {
			*dst = make(map[string]any, len(src))
		}
		(*dst)[name] = cloneValue(v)
	}
}

// giveWay marks fields as absent whose member is in extra because it came in
// another JSON type. The encoder then writes the one in extra.
func giveWay(p *presence, m *wire.Members, extra map[string]any) {
	for name := range extra {
		if i := m.Index(name); i >= 0 {
			p.Set(i, wire.Absent)
		}
	}
}

// mergeForms merges how empty members were spelled: "" wins over null, and null
// over absent. written is the member that the encoder writes even if it is empty.
// It leaves out all others.
func mergeForms(p *presence, src presence, written int) {
	a, b := p.Form(written), src.Form(written)
	*p |= src // Null is 2 and Zero is 3, so the greater one remains
	if a == wire.Plain || b == wire.Plain {
		p.Set(written, wire.Plain)
	} else {
		p.Set(written, max(a, b))
	}
}

// settle forgets how members were spelled that are no longer empty.
func settle(p *presence, m *wire.Members, filled map[string]bool) {
	if *p == 0 {
		return
	}
	for i := range m.Keys {
		if filled[m.Name(i)] {
			p.Set(i, wire.Plain)
		}
	}
}

// callsMerger collects the tool calls of a choice.
type callsMerger struct {
	list []*callMerger
	open map[int]*callMerger // by slot: the index in the JSON
	slot int                 // of the latest fragment
	last *callMerger         // the call of the latest fragment
}

// add adds a fragment to the call that is open in its slot. A fragment with
// another id starts a new call, because some models give every call the index 0.
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

// addAgain adds a fragment that differs from the one before only in its arguments.
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
	call      ToolCall // without the arguments
	arguments textMerger
	whole     bool // the call is not an object and stays as it came
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

// imagesMerger collects the images of a choice. Each arrives in one piece.
type imagesMerger struct {
	list []Image
	at   map[int]int // place in list by index
}

// add appends an image, or replaces the one that has the same index.
func (m *imagesMerger) add(img *Image) {
	if img.Index == nil {
		m.list = append(m.list, img.clone())
		return
	}
	if i, ok := m.at[*img.Index]; ok {
		m.list[i] = img.clone()
		return
	}
	if m.at == nil {
		m.at = make(map[int]int, 1)
	}
	m.at[*img.Index] = len(m.list)
	m.list = append(m.list, img.clone())
}

// audioMerger collects the audio of a choice.
type audioMerger struct {
	audio      Audio // without the data and the transcript
	data       textMerger
	transcript textMerger
}

func (m *audioMerger) add(d *Audio) {
	keepLast(&m.audio.ID, d.ID)
	keepLast(&m.audio.ExpiresAt, d.ExpiresAt)
	m.data.add(d.Data)
	m.transcript.add(d.Transcript)
	mergeExtra(&m.audio.Extra, d.Extra)
	m.audio.presence |= d.presence // no member is written by default
}

// whole returns the audio, or nil if there is none.
func (m *audioMerger) whole() *Audio {
	if m == nil {
		return nil
	}
	a := m.audio
	a.Data, a.Transcript = m.data.String(), m.transcript.String()
	a.Extra = cloneExtra(a.Extra)
	settle(&a.presence, &audioMembers, map[string]bool{
		"id": a.ID != "", "data": a.Data != "", "expires_at": a.ExpiresAt != 0, "transcript": a.Transcript != "",
	})
	return &a
}

// addLogprobs appends the tokens of d to those of l. l may be nil.
func addLogprobs(l, d *Logprobs) *Logprobs {
	if l == nil {
		return cloneLogprobs(d)
	}
	l.Content = addTokens(l.Content, d.Content)
	l.Refusal = addTokens(l.Refusal, d.Refusal)
	mergeExtra(&l.Extra, d.Extra)
	mergeForms(&l.presence, d.presence, logprobsContent)
	return l
}

// wholeLogprobs returns a copy of the collected log probabilities.
func wholeLogprobs(l *Logprobs) *Logprobs {
	if l = cloneLogprobs(l); l == nil {
		return nil
	}
	settle(&l.presence, &logprobsMembers, map[string]bool{"content": l.Content != nil, "refusal": l.Refusal != nil})
	giveWay(&l.presence, &logprobsMembers, l.Extra)
	return l
}

// addTokens appends more to list. An empty list stays different from nil.
func addTokens(list, more []TokenLogprob) []TokenLogprob {
	if list == nil {
		return cloneAll(more, cloneToken)
	}
	for i := range more {
		list = append(list, cloneToken(more[i]))
	}
	return list
}

func cloneLogprobs(l *Logprobs) *Logprobs {
	if l == nil {
		return nil
	}
	c := *l
	c.Content = cloneAll(c.Content, cloneToken)
	c.Refusal = cloneAll(c.Refusal, cloneToken)
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneToken(t TokenLogprob) TokenLogprob {
	t.Bytes = slices.Clone(t.Bytes)
	t.TopLogprobs = cloneAll(t.TopLogprobs, func(top TopLogprob) TopLogprob {
		top.Bytes = slices.Clone(top.Bytes)
		top.Extra = cloneExtra(top.Extra)
		return top
	})
	t.Extra = cloneExtra(t.Extra)
	return t
}
