package openrouter

import "slices"

// imagesMerger collects the images of a choice. Each one comes whole.
type imagesMerger struct {
	list []Image
	at   map[int]int // place in list by index
}

// add appends an image, or puts it in the place of the one it repeats.
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
	audio      Audio // all but the data and the transcript
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

// whole returns the audio, nil if there is none.
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

// addLogprobs appends the tokens of d to those of l, which may be nil.
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

// wholeLogprobs returns a copy of what was added.
func wholeLogprobs(l *Logprobs) *Logprobs {
	if l = cloneLogprobs(l); l == nil {
		return nil
	}
	settle(&l.presence, &logprobsMembers, map[string]bool{"content": l.Content != nil, "refusal": l.Refusal != nil})
	giveWay(&l.presence, &logprobsMembers, l.Extra)
	return l
}

// addTokens keeps an empty list apart from none.
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
