package openroutertest

import "github.com/openrouter-go/openrouter"

// whole renders a reply as one JSON document.
type whole struct {
	*rendering

	begun   bool   // there is something to send
	sent    bool   // the document has been sent
	stopped bool   // nothing can follow
	other   []byte // a document in place of the answer
}

// message returns the message of a choice to add to.
func (w *whole) message(index, pieces int) *message {
	w.begun = true
	for range pieces {
		w.wait(w.reply.pace) // as long as the stream takes
	}
	return &w.at(index).message
}

// send sends the document.
func (w *whole) send() {
	w.ops = append(w.ops, op{data: w.body()})
	w.sent = true
}

// stop ends the body with o, in the middle of the document.
func (w *whole) stop(o op) {
	if w.begun && !w.sent && !w.reply.verbose {
		body := w.body()
		w.ops = append(w.ops, op{data: body[:len(body)/2]})
	}
	w.ops = append(w.ops, o)
	w.stopped = true
}

func (w *whole) body() []byte {
	if w.other != nil {
		return w.other
	}
	d := w.document("chat.completion")
	for _, c := range w.all() {
		d.Choices = append(d.Choices, w.choice(c))
		if f := c.failed; f != nil && f.shape == ShapeWithUsage {
			d.Error = f.object()
		}
	}
	d.Usage = w.usage()
	return encode(d, w.reply.members...)
}

func (w *whole) choice(c *choiceState) choice {
	out := choice{Index: c.index, Logprobs: c.logprobs, FinishReason: c.finishReason(), NativeFinishReason: c.nativeReason()}
	m := c.message
	if w.req.isPrompted() {
		out.prompted = prompted{Text: &m.Content, ReasoningDetails: m.ReasoningDetails}
		if m.Reasoning != nil {
			out.prompted.Reasoning = *m.Reasoning
		}
	} else {
		out.Message = &m
	}
	if f := c.failed; f != nil && f.shape != ShapeWithUsage {
		out.Error = f.object()
	}
	return out
}

func (m *message) reason(text string, details ...openrouter.ReasoningDetail) {
	if text != "" {
		if m.Reasoning == nil {
			m.Reasoning = new("")
		}
		m.Reasoning = new(*m.Reasoning + text)
	}
	if m.ReasoningDetails == nil {
		m.ReasoningDetails = []openrouter.ReasoningDetail{}
	}
	m.ReasoningDetails = append(m.ReasoningDetails, details...)
}
