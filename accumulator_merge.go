package openrouter

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
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

// promptMerger collects what stands beside the answer to a prompt.
type promptMerger struct {
	reasoning textMerger
	details   detailsMerger
}

// addDeltaExtra adds what has no place in the fields of a delta. It reports whether
// that includes the content.
func (m *choiceMerger) addDeltaExtra(extra map[string]any) (hasContent bool) {
	if raw := rawMember(extra, "content"); begins(raw, "{[") {
		m.content.addOdd(raw)
		extra, hasContent = without(extra, "content"), true
	}
	if loneCall(extra) != nil {
		m.calls.lone = slices.Clone(rawMember(extra, "tool_calls"))
		extra = without(extra, "tool_calls")
	}
	mergeExtra(&m.messageExtra, extra, streamed)
	return hasContent
}

// addChoiceExtra adds what has no place in the fields of a choice of a chunk.
func (m *choiceMerger) addChoiceExtra(extra map[string]any) {
	reasoning, details := promptReasoning(extra)
	if reasoning != "" || details != nil {
		if m.prompt == nil {
			m.prompt = &promptMerger{}
		}
		m.prompt.reasoning.add(reasoning)
		m.prompt.details.add(details)
	}
	if reasoning != "" {
		extra = without(extra, "reasoning")
	}
	if details != nil {
		extra = without(extra, "reasoning_details")
	}
	if raw := rawMember(extra, "logprobs"); begins(raw, "[") {
		mergeExtra(&m.extra, map[string]any{"logprobs": raw}, growing)
		extra = without(extra, "logprobs")
	}
	mergeExtra(&m.extra, without(extra, "message"), streamed) // message is read as the delta
}

// promptReasoning returns the reasoning beside the answer to a prompt. A chunk has
// it in Extra.
func promptReasoning(extra map[string]any) (text string, details []ReasoningDetail) {
	r := wire.NewReader(rawMember(extra, "reasoning"))
	r.String(&text)
	r = wire.NewReader(rawMember(extra, "reasoning_details"))
	readList(&r, &details, nil)
	return text, details
}

// without returns extra without a member.
func without(extra map[string]any, name string) map[string]any {
	if _, ok := extra[name]; !ok {
		return extra
	}
	extra = maps.Clone(extra)
	delete(extra, name)
	return extra
}

// joining tells what becomes of unknown members that arrive more than once.
type joining uint8

const (
	latest   joining = iota // the latest value counts
	streamed                // texts are fragments: those whose name says that they are
	growing                 // lists are fragments
)

// mergeExtra adds the members of src to dst. Null and empty values replace nothing.
func mergeExtra(dst *map[string]any, src map[string]any, how joining) {
	if len(src) == 0 {
		return // ranging over an empty map costs time, and nearly every chunk has none
	}
	for name, v := range src {
		if isPadding(name, v) {
			continue
		}
		old, ok := (*dst)[name]
		if ok && isEmptyValue(v) {
			continue
		}
		if *dst == nil {
			*dst = make(map[string]any, len(src))
		}
		if ok && !isEmptyValue(old) {
			(*dst)[name] = mergeValue(name, old, v, how)
		} else {
			(*dst)[name] = cloneValue(v)
		}
	}
}

// mergeValue returns what an old and a new value of an unknown member add up to.
// It may append to old.
func mergeValue(name string, old, v any, how joining) any {
	raw, ok := v.(json.RawMessage)
	if members, isOpen := old.(openObject); isOpen && ok && begins(raw, "{") {
		mergeExtra((*map[string]any)(&members), rawMembers(raw), how)
		return members
	}
	was, isRaw := old.(json.RawMessage)
	if !ok || !isRaw {
		return cloneValue(v)
	}
	switch {
	case how == streamed && begins(was, `"`) && begins(raw, `"`) && isTextName(name):
		return append(was[:len(was)-1], raw[1:]...)
	case how == growing && begins(was, "[") && begins(raw, "["):
		return append(append(was[:len(was)-1], ','), raw[1:]...)
	case bytes.Equal(was, raw):
		return old // nearly every chunk repeats it
	case how == streamed && begins(was, "{") && begins(raw, "{"):
		if more := rawMembers(raw); hasText(more) {
			members := openObject(rawMembers(was))
			mergeExtra((*map[string]any)(&members), more, how)
			return members
		}
	}
	return cloneValue(v)
}

// openObject is an unknown object that grows.
type openObject map[string]any

// wholeExtra returns a copy in which every object is JSON again.
func wholeExtra(extra map[string]any) map[string]any {
	c := cloneExtra(extra)
	for name, v := range c {
		if o, ok := v.(openObject); ok {
			w := wire.NewWriter(nil)
			w.Any(wholeExtra(o))
			raw, _ := w.Bytes() // cannot fail: it came as JSON
			c[name] = json.RawMessage(raw)
		}
	}
	return c
}

func rawMembers(raw json.RawMessage) map[string]any {
	var members map[string]any
	r := wire.NewReader(raw)
	wire.AnyMap(&r, &members)
	return members
}

// hasText reports whether a member is a fragment of a text.
func hasText(members map[string]any) bool {
	for name := range members {
		if isTextName(name) && begins(rawMember(members, name), `"`) {
			return true
		}
	}
	return false
}

// isPadding reports whether a member only hides how long a chunk is.
func isPadding(name string, v any) bool {
	if name == "obfuscation" {
		return true
	}
	raw, ok := v.(json.RawMessage)
	return name == "p" && ok && begins(raw, `"`)
}

// isEmptyValue reports whether v is null, or an empty string, list or object.
func isEmptyValue(v any) bool {
	raw, ok := v.(json.RawMessage)
	switch {
	case !ok:
		return v == nil || v == ""
	case len(raw) < 2 || begins(raw, "n"):
		return len(raw) == 0 || raw[0] == 'n'
	case begins(raw, `"{[`):
		return len(bytes.TrimSpace(raw[1:len(raw)-1])) == 0 && (raw[0] != '"' || len(raw) == 2)
	}
	return false
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

// annotationsMerger collects the annotations of a choice. Each arrives whole.
type annotationsMerger struct {
	list  []Annotation
	alike map[annotationKey][]int // places in the list
}

// add appends an annotation, unless there is an equal one.
func (m *annotationsMerger) add(a *Annotation) {
	key := annotationKey{kind: a.Type}
	if u := a.URLCitation; u != nil {
		key.name, key.start, key.end = u.URL, u.StartIndex, u.EndIndex
	}
	for _, i := range m.alike[key] {
		if have := &m.list[i]; reflect.DeepEqual(have, a) || have.hasExtra() && a.hasExtra() && equalJSON(have, a) {
			return
		}
	}
	if m.alike == nil {
		m.alike = make(map[annotationKey][]int, 1)
	}
	m.alike[key] = append(m.alike[key], len(m.list))
	m.list = append(m.list, a.clone())
}

// hasExtra reports whether an annotation has unknown members, whose JSON is kept as
// it was spelled.
func (a *Annotation) hasExtra() bool {
	return a.Extra != nil || a.URLCitation != nil && a.URLCitation.Extra != nil || a.File != nil || a.FileAnnotation != nil && a.FileAnnotation.Extra != nil
}

// equalJSON reports whether two values are the same JSON, spaces, escapes and the
// order of members aside.
func equalJSON(a, b any) bool {
	var values [2]any
	for i, v := range []any{a, b} {
		raw, err := json.Marshal(v)
		if err != nil {
			return false
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if d.Decode(&values[i]) != nil {
			return false
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}

// annotationKey tells most annotations apart.
type annotationKey struct {
	kind       AnnotationType
	name       string
	start, end int
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
	mergeExtra(&m.audio.Extra, d.Extra, latest)
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
	mergeExtra(&l.Extra, d.Extra, growing)
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
