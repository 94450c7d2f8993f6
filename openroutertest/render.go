package openroutertest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
)

// answer is a reply made ready for one request.
type answer struct {
	status  int
	header  http.Header
	latency time.Duration
	reset   bool
	body    player

	id     string
	record *generation // what is known of it later; nil for a failure
}

// step is a part of an answer.
type step interface {
	stream(*streaming)
	whole(*whole)
	String() string
}

// rendering is what both forms of an answer have in common.
type rendering struct {
	reply Reply
	req   *Request
	id    string
	ops   []op

	choices        []*choiceState // by their index
	words, thought int            // counted as tokens
}

// choiceState is what is known of a choice.
type choiceState struct {
	index          int
	message        message // of the whole form
	finish, native *string // where the reply sets them
	logprobs       *openrouter.Logprobs
	failed         *failure

	reasonings, calls, images int
}

func (r Reply) answer(req *Request, id string) *answer {
	for r.fn != nil {
		r = r.fn(req)
	}
	a := &answer{
		status:  cmp.Or(r.status, http.StatusOK),
		header:  http.Header{},
		latency: r.latency,
		reset:   r.reset,
		body:    player{size: r.size, gap: r.gap},
		id:      cmp.Or(r.id, id),
	}
	x := rendering{reply: r, req: req, id: a.id}
	for _, s := range r.steps {
		if s, ok := s.(choiceEnd); ok {
			s.set(&x)
		}
	}
	if req.Stream() && !r.whole {
		a.header.Set("Content-Type", "text/event-stream")
		a.header.Set("Cache-Control", "no-cache")
		a.body.ops = x.stream()
	} else {
		a.header.Set("Content-Type", "application/json")
		a.body.ops = x.whole()
	}
	if a.status == http.StatusOK && req.isChat() {
		a.header.Set("X-Generation-Id", a.id)
		a.record = x.record()
	}
	apply(r.header, a.header)
	return a
}

func (x *rendering) stream() []op {
	s := streaming{rendering: x}
	s.echo()
	for _, step := range x.reply.steps {
		if s.stopped {
			return x.ops
		}
		step.stream(&s)
	}
	if !s.stopped && !s.ended && !x.reply.verbose {
		s.done()
	}
	return x.ops
}

func (x *rendering) whole() []op {
	w := whole{rendering: x}
	for _, step := range x.reply.steps {
		if w.stopped {
			return x.ops
		}
		step.whole(&w)
	}
	if !w.stopped && !w.sent && !x.reply.verbose {
		w.send()
	}
	return x.ops
}

// at returns the choice with that index.
func (x *rendering) at(index int) *choiceState {
	i, ok := slices.BinarySearchFunc(x.choices, index, func(c *choiceState, index int) int { return c.index - index })
	if !ok {
		c := &choiceState{index: index, message: message{Role: string(openrouter.RoleAssistant)}}
		x.choices = slices.Insert(x.choices, i, c)
	}
	return x.choices[i]
}

// all returns the choices, of which there is at least one.
func (x *rendering) all() []*choiceState {
	if len(x.choices) == 0 {
		x.at(0)
	}
	return x.choices
}

// wait lets time pass.
func (x *rendering) wait(d time.Duration) {
	if d > 0 {
		x.ops = append(x.ops, op{wait: d})
	}
}

func (x *rendering) count(text string)        { x.words += len(strings.Fields(text)) }
func (x *rendering) countThought(text string) { x.thought += len(strings.Fields(text)) }

// usage is what the answer used, nil if it does not say.
func (x *rendering) usage() *openrouter.Usage {
	r := x.reply
	if r.noUsage {
		return nil
	}
	u := openrouter.Usage{PromptTokens: promptWords(x.req.Body), CompletionTokens: x.words + x.thought}
	if x.thought > 0 {
		u.CompletionTokensDetails = &openrouter.CompletionTokensDetails{ReasoningTokens: x.thought}
	}
	u.TotalTokens = u.PromptTokens + u.CompletionTokens
	if r.usage != nil {
		u = *r.usage
	}
	if r.cost != nil {
		u.Cost = *r.cost
	}
	if u.Cost == 0 && u.Extra == nil {
		u.Extra = map[string]any{"cost": 0} // the service always says it
	}
	return &u
}

func promptWords(req *openrouter.ChatCompletionRequest) int {
	n := len(strings.Fields(req.Prompt))
	for _, m := range req.Messages {
		n += len(strings.Fields(m.Text()))
	}
	return n
}

func (x *rendering) model() string {
	return cmp.Or(x.reply.model, x.req.Model(), "openrouter/fake")
}

func (x *rendering) provider() string { return cmp.Or(x.reply.provider, "Fake") }

// created is the time of every answer, so that answers repeat themselves.
const created = 1767225600 // 2026-01-01

func (x *rendering) document(object string) document {
	return document{ID: x.id, Provider: x.provider(), Model: x.model(), Object: object, Created: created}
}

// finishReason is why the choice ended; nil is null.
func (c *choiceState) finishReason() *string {
	switch {
	case c.finish != nil && *c.finish == "":
		return nil
	case c.finish != nil:
		return c.finish
	case c.failed != nil:
		return c.failed.finishReason()
	case c.calls > 0:
		return new(string(openrouter.FinishReasonToolCalls))
	}
	return new(string(openrouter.FinishReasonStop))
}

func (c *choiceState) nativeReason() *string {
	if c.native != nil {
		return c.native
	}
	return c.finishReason()
}

// choiceEnd sets why a choice ends.
type choiceEnd struct {
	choice         int
	finish, native *string
}

func (e choiceEnd) set(x *rendering) {
	c := x.at(e.choice)
	if e.finish != nil {
		c.finish = e.finish
	}
	if e.native != nil {
		c.native = e.native
	}
}

func (choiceEnd) stream(*streaming) {}
func (choiceEnd) whole(*whole)      {}

func (e choiceEnd) String() string {
	if e.finish != nil {
		return fmt.Sprintf("FinishReason(%q)", *e.finish)
	}
	return fmt.Sprintf("NativeFinishReason(%q)", *e.native)
}
