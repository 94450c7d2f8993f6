package agent

import (
	"context"
	"iter"
	"sync"

	"github.com/openrouter-go/openrouter"
)

// Event is something that happened in a run. One of Chunk, Answer, Outcome and Call is set;
// Progress comes together with Call.
//
// The events of a step come in this order: its chunks, its answer, then the events of its calls. A
// call has an event for its start, for each progress report, and for its outcome. Events of
// parallel calls are mixed. A call that does not run has only an outcome. A pending call has no
// event; it is in [Run.Pending] at the end.
type Event struct {
	// Step is the index in [Run.Steps] of the step that the event belongs to.
	Step int
	// Chunk is a part of the answer. You may keep it.
	Chunk *openrouter.ChatCompletionChunk
	// Answer is the whole answer, after its last chunk.
	Answer *openrouter.ChatCompletion
	// Call is a call that has started. If Parallel is 1, it starts after the event was handled.
	Call *openrouter.ToolCall
	// Progress is the value that the tool of Call passed to [Progress].
	Progress any
	// Outcome is the result of a call.
	Outcome *Outcome
}

// Stream is a run that yields events while it works. See [Agent.Stream].
type Stream struct {
	loop *loop

	mu     sync.Mutex
	cancel context.CancelCauseFunc
	taken  bool
	closed bool
}

// Stream does what [Agent.Run] does, with streamed answers. The run starts with the loop over
// [Stream.Events]. A request is retried only if no part of its answer has arrived.
func (a Agent) Stream(ctx context.Context, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) *Stream {
	return &Stream{loop: a.loop(ctx, req, opts)}
}

// Events runs the agent in the goroutine of the loop. Only tools run in other goroutines. If the
// run fails, the last pair is a zero event and an [*Error], as [Agent.Run] returns it.
//
// Leaving the loop cancels the request or the running calls, and waits for the calls. [Stream.Run]
// is then complete.
//
// The events can be read once. A second loop yields [openrouter.ErrStreamClosed].
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

// Run returns the run so far. It is never nil. Call it in the loop over the events, or after it.
func (s *Stream) Run() *Run { return s.loop.run }

// Agent returns the agent of the run. If it has a tool with the name of a call in [Run.Pending],
// the call waits for a decision. Otherwise it waits for a result from elsewhere; see [Run.Resolve].
func (s *Stream) Agent() Agent { return s.loop.Agent }

// Close ends the run: the loop over the events gets an error that wraps
// [openrouter.ErrStreamClosed]. Any goroutine may call it, also several times.
func (s *Stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.cancel != nil {
		s.cancel(openrouter.ErrStreamClosed)
	}
}
