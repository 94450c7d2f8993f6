package openrouter

import (
	"github.com/openrouter-go/openrouter/internal/wire"
)

// choiceMerger collects one choice.
type choiceMerger struct {
	index int
	role  Role

	content          textMerger
	reasoning        textMerger
	reasoningContent textMerger
	refusal          textMerger
	prompted         textMerger // the answer to a prompt
	hasContent       bool       // content was a string, if only an empty one

	calls       callsMerger
	details     detailsMerger
	images      imagesMerger
	annotations []Annotation
	audio       *audioMerger
	logprobs    *Logprobs

	finish finish
	err    *ErrorObject

	extra        map[string]any
	messageExtra map[string]any
}

// add takes in what a chunk says about the choice; failed is whether the chunk
// reports an error.
func (m *choiceMerger) add(c *ChunkChoice, failed bool) {
	d := &c.Delta
	if m.role == "" {
		m.role = d.Role
	}
	m.hasContent = m.hasContent || d.Content != "" || d.presence.Form(deltaContent) == wire.Zero
	m.addTexts(c)
	for i := range d.ToolCalls {
		m.calls.add(&d.ToolCalls[i])
	}
	m.details.add(d.ReasoningDetails)
	for i := range d.Images {
		m.images.add(&d.Images[i])
	}
	for i := range d.Annotations {
		m.annotations = append(m.annotations, d.Annotations[i].clone())
	}
	if d.Audio != nil {
		if m.audio == nil {
			m.audio = &audioMerger{}
		}
		m.audio.add(d.Audio)
	}
	if c.Logprobs != nil {
		m.logprobs = addLogprobs(m.logprobs, c.Logprobs)
	}
	if m.err == nil {
		m.err = cloneErrorObject(c.Error)
	}
	m.finish.add(c.FinishReason, c.NativeFinishReason, failed || c.Error != nil)
	mergeExtra(&m.extra, c.Extra)
	mergeExtra(&m.messageExtra, d.Extra)
}

func (m *choiceMerger) addTexts(c *ChunkChoice) {
	d := &c.Delta
	m.content.add(d.Content)
	m.reasoning.add(d.Reasoning)
	m.reasoningContent.add(d.ReasoningContent)
	m.refusal.add(d.Refusal)
	m.prompted.add(c.Text)
}

// addAgain takes in a fragment that differs from the one before in texts only,
// each of which is empty in both or in neither: it says nothing else that is new.
func (m *choiceMerger) addAgain(c *ChunkChoice) {
	m.addTexts(c)
	if calls := c.Delta.ToolCalls; len(calls) > 0 {
		m.calls.addAgain(&calls[0])
	}
	if details := c.Delta.ReasoningDetails; len(details) > 0 {
		m.details.addAgain(&details[0])
	}
}

// choice returns the choice as it is by now; failed is whether an error was
// reported for the answer as a whole, perhaps in a chunk without choices.
func (m *choiceMerger) choice(failed bool) Choice {
	c := Choice{
		Index:    m.index,
		Message:  m.message(),
		Text:     m.prompted.String(),
		Logprobs: wholeLogprobs(m.logprobs),
		Error:    cloneErrorObject(m.err),
		Extra:    cloneExtra(m.extra),
	}
	c.FinishReason, c.NativeFinishReason = m.finish.resolve(len(m.calls.list) > 0, failed)
	if _, odd := m.messageExtra["role"]; c.Message.Role == "" && !odd && !c.isPrompted() {
		c.Message.Role = RoleAssistant
	}
	giveWay(&c.presence, &choiceMembers, c.Extra)
	return c
}

func (m *choiceMerger) message() Message {
	msg := Message{
		Role:             m.role,
		ToolCalls:        m.calls.toolCalls(),
		Refusal:          m.refusal.String(),
		Reasoning:        m.reasoning.String(),
		ReasoningContent: m.reasoningContent.String(),
		ReasoningDetails: m.details.reasoningDetails(),
		Annotations:      cloneAll(m.annotations, Annotation.clone),
		Images:           cloneAll(m.images.list, Image.clone),
		Audio:            m.audio.whole(),
		Extra:            cloneExtra(m.messageExtra),
	}
	if m.hasContent {
		msg.Content = Text(m.content.String())
	}
	giveWay(&msg.presence, &messageMembers, msg.Extra)
	return msg
}

// finish collects why a choice ended. Chunks may say so more than once, and
// differ.
type finish struct {
	first, calls, failed ending
	native               string // the first one, whatever it came with
}

// ending is a finish reason and what the provider called it.
type ending struct {
	reason FinishReason
	native string
}

func (f *finish) add(reason FinishReason, native string, failed bool) {
	if f.native == "" {
		f.native = native
	}
	if failed || reason == FinishReasonError {
		f.failed.add(FinishReasonError, native)
	}
	switch reason {
	case "":
		return
	case FinishReasonToolCalls:
		f.calls.add(reason, native)
	}
	f.first.add(reason, native)
}

func (e *ending) add(reason FinishReason, native string) {
	if e.reason == "" {
		e.reason = reason
	}
	if e.reason == reason && e.native == "" {
		e.native = native
	}
}

// resolve picks the reason, and the native one that came with it.
func (f *finish) resolve(hasCalls, failed bool) (FinishReason, string) {
	e := f.first
	switch {
	case failed || f.failed.reason != "":
		e = ending{FinishReasonError, f.failed.native}
	case hasCalls && f.calls.reason != "":
		e = f.calls
	}
	if e.native == "" {
		e.native = f.native
	}
	return e.reason, e.native
}
