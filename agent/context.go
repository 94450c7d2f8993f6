package agent

import (
	"context"
	"sync"

	"github.com/openrouter-go/openrouter"
)

type callKey struct{}

// callState is what the context of a call carries.
type callState struct {
	job      *job
	meter    *meter      // of the run that the call belongs to
	progress chan<- news // nil where nobody listens

	mu     sync.Mutex
	nested openrouter.Usage // of the runs inside of the call
}

func stateFrom(ctx context.Context) *callState {
	state, _ := ctx.Value(callKey{}).(*callState)
	return state
}

func (s *callState) add(u *openrouter.Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nested.Add(u)
}

// spent returns the usage of the runs inside of the call so far.
func (s *callState) spent() openrouter.Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum openrouter.Usage
	sum.Add(&s.nested)
	return sum
}

// CallFrom returns the call that the current tool answers. It returns false outside of a run.
func CallFrom(ctx context.Context) (openrouter.ToolCall, bool) {
	state := stateFrom(ctx)
	if state == nil {
		return openrouter.ToolCall{}, false
	}
	return state.job.call, true
}

// Progress sends v as an [Event] of the run that the tool belongs to, and waits until the event is
// read. It does nothing in [Agent.Run], outside of a run, after the call has ended, or if v is nil.
// Several goroutines may call it at once.
func Progress(ctx context.Context, v any) {
	state := stateFrom(ctx)
	if state == nil || state.progress == nil || v == nil {
		return
	}
	select {
	case <-state.job.over: // where both are possible, the end counts
		return
	default:
	}
	select {
	case state.progress <- news{job: state.job, progress: v}:
	case <-state.job.over:
	}
}
