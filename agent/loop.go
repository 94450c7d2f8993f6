package agent

import (
	"context"
	"fmt"
	"slices"

	"github.com/openrouter-go/openrouter"
)

const (
	defaultMaxSteps   = 16
	defaultMaxRepeats = 3
)

// loop is a run under way. All of it belongs to the goroutine of the caller.
type loop struct {
	Agent
	ctx   context.Context
	req   *openrouter.ChatCompletionRequest
	opts  []openrouter.Option
	yield func(Event) bool // nil in Agent.Run
	left  bool             // the consumer does not want more events

	run   *Run
	meter meter
	outer *callState // of the call that the run takes place in

	tools     []Tool   // offered in the current step
	functions []string // of the request, without a Go function
	requests  int
	repeats   repeats
	isAgain   bool  // an empty answer has been asked for again
	last      error // the limit that was reached, if Final allows one more request
}

func (a Agent) loop(ctx context.Context, req *openrouter.ChatCompletionRequest, opts []openrouter.Option) *loop {
	l := &loop{Agent: a, ctx: ctx, req: req, opts: opts, run: &Run{}, outer: stateFrom(ctx)}
	l.meter.most = a.MaxCost
	if l.outer != nil {
		l.meter.outer = l.outer.meter
	}
	if req != nil {
		l.run.Messages = append([]openrouter.Message{}, req.Messages...)
		_, l.run.Pending = unanswered(l.run.Messages) // until they run
	}
	return l
}

// do runs the loop to its end, under the observers of the client.
func (l *loop) do() (err error) {
	if l.Client == nil {
		return l.validate()
	}
	ctx, end := l.observe()
	l.ctx, err = ctx, errPanicked
	defer func() { end(err) }()
	return l.steps()
}

func (l *loop) steps() error {
	if err := l.validate(); err != nil {
		return err
	}
	if len(l.run.Pending) > 0 {
		if isDone, err := l.resume(); isDone || err != nil {
			return err
		}
	}
	for {
		if isDone, err := l.step(); isDone || err != nil {
			return err
		}
	}
}

// resume runs the calls that an earlier run has left.
func (l *loop) resume() (isDone bool, err error) {
	if err := ended(l.ctx); err != nil {
		return true, err
	}
	at, calls := unanswered(l.run.Messages)
	l.run.Pending = nil
	l.run.Steps = append(l.run.Steps, Step{})
	jobs := reopened(&l.run.Messages[at], calls)
	return l.advance(at, jobs)
}

// step asks the model once and runs its calls.
func (l *loop) step() (isDone bool, err error) {
	if err := ended(l.ctx); err != nil {
		return true, err
	}
	if err := l.limit(); err != nil {
		return true, err
	}
	next, err := l.next()
	if err != nil {
		return true, err
	}
	l.requests++
	answer, r, err := l.ask(next)
	switch {
	case err != nil:
		if l.last != nil && !l.left {
			err = fmt.Errorf("%w: %w", l.last, err)
		}
		l.refuse(r.jobs, toldBroken)
		return true, because(l.ctx, err)
	case isRefusal(answer):
		l.refuse(r.jobs, toldRefused)
		return true, ErrRefused
	case answer.FinishReason() == openrouter.FinishReasonContentFilter:
		l.refuse(r.jobs, toldFiltered)
		return true, ErrFiltered
	case r.isEmpty && !l.isAgain && l.last == nil && l.isWorthAsking(answer):
		l.isAgain = true
		return false, nil
	case r.isEmpty:
		return true, l.last
	case len(r.jobs) == 0:
		return true, nil
	case l.last != nil:
		l.refuse(r.jobs, toldLast)
		return true, l.last
	case l.isBroke():
		l.refuse(r.jobs, toldNoBudget)
		err := l.reach(ErrMaxCost)
		return err != nil, err
	}
	return l.advance(len(l.run.Messages)-1, r.jobs)
}

// refuse gives the calls of the last message results that say why they do not run.
func (l *loop) refuse(jobs []*job, why told) {
	if len(jobs) == 0 {
		return
	}
	defer l.settle(len(l.run.Messages)-1, jobs) // the loop over the events may panic
	l.abandon(jobs, why)
}

// isWorthAsking reports whether an empty answer is the kind that small models give after results.
func (l *loop) isWorthAsking(answer *openrouter.ChatCompletion) bool {
	return !wasCut(answer) && (answer.FinishReason() == openrouter.FinishReasonToolCalls || l.endsWithResult())
}

func (l *loop) endsWithResult() bool {
	m := l.run.Messages
	return len(m) > 0 && m[len(m)-1].Role == openrouter.RoleTool
}

// advance runs calls and decides whether the run goes on.
func (l *loop) advance(at int, jobs []*job) (isDone bool, err error) {
	if err := l.answer(at, jobs); err != nil {
		return true, err
	}
	outcomes := l.run.Steps[len(l.run.Steps)-1].Outcomes
	isStop := slices.ContainsFunc(outcomes, func(o Outcome) bool { return o.Result.Stop })
	if isStop || len(l.run.Pending) > 0 || l.Stop != nil && l.Stop(l.run) {
		return true, nil
	}
	most := l.MaxRepeats
	if most == 0 {
		most = defaultMaxRepeats
	}
	if most > 0 && l.repeats.add(outcomes, most) {
		if err := l.reach(ErrRepeating); err != nil {
			return true, err
		}
	}
	return false, nil
}

// limit reports a limit that the next request would exceed.
func (l *loop) limit() error {
	most := l.MaxSteps
	if most == 0 {
		most = defaultMaxSteps
	}
	switch {
	case l.last != nil:
		return nil // this is the request that may exceed it
	case l.isBroke():
		return l.reach(ErrMaxCost)
	case most > 0 && l.requests >= most:
		return l.reach(ErrMaxSteps)
	}
	return nil
}

// isBroke reports whether nothing more may be spent.
func (l *loop) isBroke() bool { return l.meter.isOver() || l.meter.isOuterOver() }

// reach returns the error of a limit, or nil if the model is asked once more.
func (l *loop) reach(err error) error {
	if !l.Final || l.MaxCost < 0 || l.meter.isOuterOver() {
		return err
	}
	l.last = err
	return nil
}

// account adds to what the run has used.
func (l *loop) account(u *openrouter.Usage) {
	l.run.Usage.Add(u)
	if l.outer != nil {
		l.outer.add(u)
	}
}

// send gives an event to the consumer. It reports whether the consumer wants more.
func (l *loop) send(e Event) bool {
	if l.yield == nil || l.left {
		return !l.left
	}
	e.Step = max(len(l.run.Steps)-1, 0)
	if e.Chunk != nil {
		e.Step = len(l.run.Steps)
	}
	l.left = true // also if the consumer panics
	l.left = !l.yield(e)
	return !l.left
}
