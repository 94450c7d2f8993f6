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
func giveWay(p *presence, members []string, extra map[string]any) {
	for name := range extra {
		if i := slices.Index(members, name); i >= 0 {
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
func settle(p *presence, members []string, filled map[string]bool) {
	if *p == 0 {
		return
	}
	for i, name := range members {
		if filled[name] {
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
	settle(&a.presence, audioMembers[:], map[string]bool{
		"id": a.ID != "", "data": a.Data != "", "expires_at": a.ExpiresAt != 0, "transcript": a.Transcript != "",
	})
	return &a
}

var logprobsContent = slices.Index(logprobsMembers[:], "content")

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
	settle(&l.presence, logprobsMembers[:], map[string]bool{"content": l.Content != nil, "refusal": l.Refusal != nil})
	giveWay(&l.presence, logprobsMembers[:], l.Extra)
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
