package openroutertest

import (
	"strings"

	"github.com/openrouter-go/openrouter"
)

type reasoningStep struct {
	choice    int
	signature string
	chunks    []string
}

func (r reasoningStep) detail(index int, text, signature string) openrouter.ReasoningDetail {
	d := openrouter.ReasoningDetail{
		Type: openrouter.ReasoningDetailTypeText, Index: &index, Text: text, Signature: signature,
		Format: openrouter.ReasoningFormatUnknown,
	}
	if r.signature != "" {
		d.Format = openrouter.ReasoningFormatAnthropicClaudeV1
	}
	return d
}

func (r reasoningStep) stream(s *streaming) {
	c := s.at(r.choice)
	index := c.reasonings
	c.reasonings++
	send := func(text, signature string) {
		details := []openrouter.ReasoningDetail{r.detail(index, text, signature)}
		s.delta(r.choice, delta{Reasoning: text, payload: payload{ReasoningDetails: details}}, nil)
	}
	for _, chunk := range r.chunks {
		send(chunk, "")
	}
	if r.signature != "" {
		send("", r.signature)
	}
	s.countThought(strings.Join(r.chunks, ""))
}

func (r reasoningStep) whole(w *whole) {
	text := strings.Join(r.chunks, "")
	m := w.message(r.choice, len(r.chunks))
	c := w.at(r.choice)
	m.reason(text, r.detail(c.reasonings, text, r.signature))
	c.reasonings++
	w.countThought(text)
}

func (r reasoningStep) String() string {
	return "Reasoning(" + quoted(strings.Join(r.chunks, "")) + ")"
}

type detailsStep struct {
	choice  int
	details []openrouter.ReasoningDetail
}

func readable(d openrouter.ReasoningDetail) string {
	switch d.Type {
	case openrouter.ReasoningDetailTypeText:
		return d.Text
	case openrouter.ReasoningDetailTypeSummary:
		return d.Summary
	}
	return ""
}

func (r detailsStep) stream(s *streaming) {
	if len(r.details) == 0 {
		s.delta(r.choice, delta{payload: payload{ReasoningDetails: []openrouter.ReasoningDetail{}}}, nil)
	}
	for _, d := range r.details {
		list := []openrouter.ReasoningDetail{d}
		s.delta(r.choice, delta{Reasoning: readable(d), payload: payload{ReasoningDetails: list}}, nil)
		s.countThought(readable(d))
	}
}

func (r detailsStep) whole(w *whole) {
	m := w.message(r.choice, max(len(r.details), 1))
	m.reason("")
	for _, d := range r.details {
		m.reason(readable(d), d)
		w.countThought(readable(d))
	}
}

func (r detailsStep) String() string { return "ReasoningDetails" }

type imageStep struct {
	choice int
	image  openrouter.Image
}

func (i imageStep) indexed(c *choiceState) []openrouter.Image {
	i.image.Index = new(c.images)
	c.images++
	return []openrouter.Image{i.image}
}

func (i imageStep) stream(s *streaming) {
	s.delta(i.choice, delta{payload: payload{Images: i.indexed(s.at(i.choice))}}, nil)
}

func (i imageStep) whole(w *whole) {
	m := w.message(i.choice, 1)
	m.Images = append(m.Images, i.indexed(w.at(i.choice))...)
}

func (i imageStep) String() string { return "Image" }

type audioStep struct {
	choice int
	audio  openrouter.Audio
}

func (a audioStep) stream(s *streaming) {
	half := len(a.audio.Data) / 8 * 4 // whole groups of base64
	for _, piece := range []openrouter.Audio{
		{ID: a.audio.ID, Data: a.audio.Data[:half]},
		{Data: a.audio.Data[half:], Transcript: a.audio.Transcript},
		{ExpiresAt: a.audio.ExpiresAt},
	} {
		s.delta(a.choice, delta{payload: payload{Audio: &piece}}, nil)
	}
	s.count(a.audio.Transcript)
}

func (a audioStep) whole(w *whole) {
	w.message(a.choice, 3).Audio = &a.audio
	w.count(a.audio.Transcript)
}

func (a audioStep) String() string { return "Audio(" + quoted(a.audio.ID) + ")" }

type annotationsStep struct {
	choice      int
	annotations []openrouter.Annotation
}

func (a annotationsStep) stream(s *streaming) {
	s.delta(a.choice, delta{payload: payload{Annotations: a.annotations}}, nil)
}

func (a annotationsStep) whole(w *whole) {
	m := w.message(a.choice, 1)
	m.Annotations = append(m.Annotations, a.annotations...)
}

func (a annotationsStep) String() string { return "Annotations" }

type logprobsStep struct {
	choice   int
	logprobs openrouter.Logprobs
}

func (l logprobsStep) stream(s *streaming) {
	s.delta(l.choice, delta{}, &l.logprobs)
}

func (l logprobsStep) whole(w *whole) {
	w.message(l.choice, 1)
	w.at(l.choice).logprobs = &l.logprobs
}

func (l logprobsStep) String() string { return "Logprobs" }
