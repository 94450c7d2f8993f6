package openrouter

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// textMerger collects a text. What came in one piece is never copied; otherwise
// the room doubles as it fills, so that no byte is copied more than twice on
// average. It must not be copied.
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

// String costs nothing: the builder's bytes are only ever appended to.
func (t *textMerger) String() string {
	if t.all.Len() == 0 {
		return t.first
	}
	return t.all.String()
}

// mergeExtra copies the members of src over those of dst.
func mergeExtra(dst *map[string]any, src map[string]any) {
	if len(src) == 0 {
		return // ranging over nothing is not free, and this is nearly every chunk
	}
	for name, v := range src {
		if raw, ok := v.(json.RawMessage); ok {
			if old, ok := (*dst)[name].(json.RawMessage); ok && bytes.Equal(old, raw) {
				continue // most often every chunk repeats it
			}
		}
		if *dst == nil {
			*dst = make(map[string]any, len(src))
		}
		(*dst)[name] = cloneValue(v)
	}
}

// giveWay keeps empty fields from hiding members of the same name in extra,
// which came in another JSON type.
func giveWay(p *presence, m *wire.Members, extra map[string]any) {
	for name := range extra {
		if i := m.Index(name); i >= 0 {
			p.Set(i, wire.Absent)
		}
	}
}

// mergeForms makes p remember the strongest of the spellings that a member had
// while it was empty: "" before null before none. written is the member that
// the encoder writes even when it is empty; all others are left out then.
func mergeForms(p *presence, src presence, written int) {
	a, b := p.Form(written), src.Form(written)
	*p |= src // Null and Zero are 2 and 3: the greater one is left
	if a == wire.Plain || b == wire.Plain {
		p.Set(written, wire.Plain)
	} else {
		p.Set(written, max(a, b))
	}
}

// settle forgets the spelling of members that are not empty any more.
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
