package agent

import (
	"context"
	"errors"
	"log/slog"

	"github.com/openrouter-go/openrouter"
)

// errPanicked is the error of a run that a panic, or the end of its goroutine, has left.
var errPanicked = errors.New("agent: the run ended with a panic")

// errReported is the error of a call that told the model about an error, and returned none.
var errReported = errors.New("agent: the tool reported an error")

// observe starts the operation of a run. end ends it.
func (l *loop) observe() (ctx context.Context, end func(error)) {
	op := openrouter.Operation{Name: "invoke_agent", Target: l.Name, Stream: l.yield != nil}
	if l.req != nil {
		req := *l.req // observers may change what they get
		op.Request = &req
	}
	ctx, watch := l.Client.Observe(l.ctx, op, l.opts...)
	return ctx, func(err error) {
		if err == nil {
			watch.End(l.run, openrouter.CallInfo{}, nil)
			return
		}
		if errors.Is(err, errLeft) {
			err = openrouter.ErrStreamClosed // as for any stream that is left
		}
		watch.End(l.run, openrouter.CallInfo{}, l.wrap(err))
	}
}

// observeCall starts the operation of a call that runs.
func (l *loop) observeCall(ctx context.Context, call openrouter.ToolCall) (context.Context, openrouter.Observation) {
	op := openrouter.Operation{Name: "execute_tool", Target: call.Function.Name, Request: &call}
	return l.Client.Observe(ctx, op, l.opts...)
}

// tell ends the operation of a call.
func (n *news) tell(watch openrouter.Observation) {
	err := n.err
	switch {
	case n.late:
		err = context.DeadlineExceeded
	case n.panic != nil:
		err = n.panic
	case n.goexit:
		err = toldGone
	case err == nil && n.result.IsError:
		err = errReported
	}
	result := n.result
	watch.End(&result, openrouter.CallInfo{}, err)
}

// LogValue returns the number of steps, calls and pending calls, and the usage, without any text.
// log/slog calls it.
func (r *Run) LogValue() slog.Value {
	if r == nil {
		return slog.Value{}
	}
	calls := 0
	for _, s := range r.Steps {
		calls += len(s.Outcomes)
	}
	attrs := []slog.Attr{slog.Int("steps", len(r.Steps)), slog.Int("calls", calls)}
	if n := len(r.Pending); n > 0 {
		attrs = append(attrs, slog.Int("pending", n))
	}
	return slog.GroupValue(append(attrs, r.Usage.LogValue().Group()...)...)
}

// LogValue returns the text of the error, and what [Run.LogValue] returns. log/slog calls it.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(append([]slog.Attr{slog.String("error", e.Error())}, e.Run.LogValue().Group()...)...)
}
