package openroutertest

import (
	"encoding/json"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/sse"
)

// streaming renders a reply as a stream.
type streaming struct {
	*rendering

	finished bool // the finish reason and the usage have been sent
	ended    bool // nothing is added at the end
	stopped  bool // nothing can follow
}

func (s *streaming) event(data []byte) {
	s.ops = append(s.ops, op{wait: s.reply.pace, data: sse.AppendEvent(nil, data)})
}

// send sends a chunk.
func (s *streaming) send(d document, more ...member) {
	if d.Choices == nil {
		d.Choices = []choice{}
	}
	s.event(encode(d, more...))
}

// delta sends a fragment of a choice.
func (s *streaming) delta(index int, d delta, lp *openrouter.Logprobs) {
	s.at(index)
	c := s.chunkChoice(index, d)
	c.Logprobs = lp
	chunk := s.document("chat.completion.chunk")
	chunk.Choices = []choice{c}
	s.send(chunk)
}

func (s *streaming) chunkChoice(index int, d delta) choice {
	c := choice{Index: index}
	if s.req.isPrompted() {
		c.prompted = prompted{Text: &d.Content, Reasoning: d.Reasoning, ReasoningDetails: d.ReasoningDetails}
		return c
	}
	d.Role = string(openrouter.RoleAssistant)
	c.Delta = &d
	return c
}

// echo sends what goes upstream, where the request asks to see that.
func (s *streaming) echo() {
	if d := s.req.Body.Debug; d == nil || d.EchoUpstreamBody == nil || !*d.EchoUpstreamBody || s.reply.verbose {
		return
	}
	chunk := s.document("chat.completion.chunk")
	chunk.Debug = map[string]any{"echo_upstream_body": json.RawMessage(s.req.Raw)}
	s.send(chunk)
}

// finish sends the finish reasons, then the usage in a last chunk that repeats
// the first of them.
func (s *streaming) finish() {
	if s.finished {
		return
	}
	s.finished = true
	for _, c := range s.all() {
		if c.failed == nil {
			s.send(s.finishChunk(c))
		}
	}
	s.account()
}

func (s *streaming) finishChunk(c *choiceState) document {
	end := s.chunkChoice(c.index, delta{})
	end.FinishReason, end.NativeFinishReason = c.finishReason(), c.nativeReason()
	chunk := s.document("chat.completion.chunk")
	chunk.Choices = []choice{end}
	return chunk
}

// account sends the usage, and the members that were added.
func (s *streaming) account() {
	chunk := s.finishChunk(s.all()[0])
	chunk.Usage = s.usage()
	if chunk.Usage != nil || len(s.reply.members) > 0 {
		s.send(chunk, s.reply.members...)
	}
}

// done ends the stream as complete.
func (s *streaming) done() {
	s.finish()
	s.event([]byte("[DONE]"))
	s.ended = true
}

func (s *streaming) stop(o op) {
	s.ops = append(s.ops, o)
	s.stopped = true
}
