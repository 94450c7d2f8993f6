package agent

import (
	"context"
	"iter"
	"sync"

	"github.com/openrouter-go/openrouter"
)

// Event is something that happens in a run. The fields that are set tell what: Chunk, Answer,
// Outcome, or Call alone or with Progress.
//
// The events of a step come in this order: its chunks, its answer, then those of its calls. A call
// starts, may report progress, and has an outcome; calls that run at once take turns. A call that
// does not run has only an outcome. A pending call has no event; it is in [Run.Pending] at the end.
type Event struct {
	// Step is the index in [Run.Steps] of the step that the event belongs to.
	Step int
	// Chunk is a part of the answer. You may keep it.
	Chunk *openrouter.ChatCompletionChunk
	// Answer is the whole answer, after its last chunk.
	Answer *openrouter.ChatCompletion
	// Call is a call that has started. With a Parallel of 1 it starts when the event has been
	// handled.
	Call *openrouter.ToolCall
	// Progress is what the tool of Call gave to [Progress].
	Progress any
	// Outcome is what became of a call.
	Outcome *Outcome
}

// Stream is a run whose events can be read while they happen. See [Agent.Stream].
type Stream struct {
	loop *loop

	mu     sync.Mutex
	cancel context.CancelCauseFunc
	taken  bool
	closed bool
}

// Stream returns a run that starts with the loop over its [Stream.Events]. It does what [Agent.Run]
// does, and asks for streamed answers. A request is repeated only if nothing of its answer has
// arrived.
func (a Agent) Stream(ctx context.Context, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) *Stream {
	return &Stream{loop: a.loop(ctx, req, opts)}
}

// Events runs the agent in the goroutine of the loop over it. Only the tools run beside it. If the
// run fails, the last pair is a zero event and an [*Error], as returned by [Agent.Run].
//
// Leaving the loop, in any way, cancels the request or the calls in progress and waits for the
// calls. [Stream.Run] is then complete.
//
// The events can be read once: a second loop yields [openrouter.ErrStreamClosed].
func (s *Stream) Events() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		l := s.loop
		s.mu.Lock()
		taken := s.taken
		s.taken = true
		if taken {
			s.mu.Unlock()
			yield(Event{}, l.wrap(openrouter.ErrStreamClosed))
			return
		}
		ctx, cancel := context.WithCancelCause(l.ctx)
		defer cancel(nil)
		s.cancel = cancel
		if s.closed {
			cancel(openrouter.ErrStreamClosed)
		}
		s.mu.Unlock()

		l.ctx = ctx
		l.yield = func(e Event) bool { return yield(e, nil) }
		if err := l.do(); err != nil && !l.left {
			yield(Event{}, l.wrap(err))
		}
	}
}

// Run returns the run as far as it has come. It is never nil. Call it in the loop over the events,
// or after it.
func (s *Stream) Run() *Run { return s.loop.run }

// Agent returns the agent that runs. A call in [Run.Pending] waits for a decision if the agent has a
// tool of its name, and else for somebody who runs it.
func (s *Stream) Agent() Agent { return s.loop.Agent }

// Close ends the run: the loop over the events gets an error that wraps [openrouter.ErrStreamClosed].
// Any goroutine may call it, any number of times.
func (s *Stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.cancel != nil {
		s.cancel(openrouter.ErrStreamClosed)
	}
}
