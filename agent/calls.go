package agent

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
)

const defaultParallel = 8

// answer gives every call of a message a result, or leaves it pending. at is the index of the
// message. It returns what ends the run, if anything does.
func (l *loop) answer(at int, jobs []*job) error {
	ctx, cancel := context.WithCancelCause(l.ctx)
	defer cancel(nil)
	defer l.settle(at, jobs) // also if Approve panics, or a tool ends the goroutine

	for _, j := range jobs {
		l.assign(j)
	}
	if err := l.approve(ctx, jobs); err != nil {
		l.abandon(jobs, toldEnded)
		return because(l.ctx, err)
	}
	c := &crew{l: l, ctx: ctx, cancel: cancel, news: make(chan news), ends: make(chan news, len(jobs))}
	var ready []*job
	for i, j := range jobs {
		switch {
		case j.isOpen:
		case j.problem != nil:
			l.conclude(j, Result{}, j.problem, 0)
		default:
			j.index = i
			ready = append(ready, j)
		}
	}
	c.run(ready)
	l.abandon(jobs, toldEnded)

	switch {
	case c.panic != nil:
		panic(l.wrap(c.panic)) //nolint:forbidigo // the panic of a tool goes on in the caller
	case c.goexit:
		runtime.Goexit()
	case c.fatal != nil:
		return because(l.ctx, c.fatal)
	case l.left:
		return errLeft
	}
	return ended(l.ctx)
}

// assign finds the tool of a call, or that there is none here.
func (l *loop) assign(j *job) {
	name := j.call.Function.Name
	if j.call.Type != "" && j.call.Type != "function" {
		j.problem = told("only functions can be called here, not " + j.call.Type)
		return
	}
	for i := range l.tools {
		if l.tools[i].Def.Function.Name == name {
			j.tool = &l.tools[i]
			return
		}
	}
	if j.problem != nil {
		return
	}
	if slices.Contains(l.functions, name) {
		j.isOpen = true
		return
	}
	names := slices.Clone(l.functions)
	for i := range l.tools {
		names = append(names, l.tools[i].Def.Function.Name)
	}
	if len(names) == 0 {
		j.problem = told(fmt.Sprintf("there is no tool %q, and no other", name))
		return
	}
	j.problem = told(fmt.Sprintf("there is no tool %q; the tools are: %s", name, strings.Join(names, ", ")))
}

// approve asks about the calls that could run, in their order.
func (l *loop) approve(ctx context.Context, jobs []*job) error {
	for _, j := range jobs {
		if j.problem != nil || j.isOpen || l.Approve == nil && j.tool.Approve == nil {
			continue
		}
		if _, err := checked(j.tool.checker, j.call); err != nil {
			j.problem = err // nobody is asked about a call that cannot run
			continue
		}
		for _, ask := range []func(context.Context, openrouter.ToolCall) (Decision, error){j.tool.Approve, l.Approve} {
			if ask == nil || j.isOpen || j.problem != nil {
				continue
			}
			d, err := ask(ctx, j.call)
			switch {
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ended(ctx)
			case d.Wait:
				j.isOpen = true
			case !d.Allow && d.Reason != "":
				j.problem = told("the call was not allowed: " + d.Reason)
			case !d.Allow:
				j.problem = told("the call was not allowed")
			}
		}
	}
	return nil
}

// conclude decides the outcome of a call and tells the consumer.
func (l *loop) conclude(j *job, result Result, err error, took time.Duration) {
	spent := result.Usage // by the tool itself; runs inside of it have been counted
	l.meter.add(costOf(&spent))
	if j.state != nil {
		nested := j.state.spent()
		result.Usage.Add(&nested)
	}
	if err == nil {
		err = sendable(result.Content)
	}
	if err != nil {
		result.Content, result.IsError = openrouter.Text(l.errorText(j, err)), true
	}
	j.ended = true
	j.outcome = Outcome{Call: j.call, Result: result, Err: err, Took: took}
	outcome := j.outcome
	l.send(Event{Outcome: &outcome})
}

// errorText is what the model is told about an error.
func (l *loop) errorText(j *job, err error) string {
	if t, ok := err.(told); ok {
		return string(t)
	}
	if _, ok := errors.AsType[*panicked](err); ok {
		return string(toldPanicked)
	}
	if l.ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return "the call was cancelled"
	}
	if j.tool != nil && j.tool.ErrorText != nil {
		return j.tool.ErrorText(err)
	}
	if t, ok := errors.AsType[told](err); ok {
		return string(t)
	}
	return err.Error()
}

// abandon tells the calls that have not started that they will not.
func (l *loop) abandon(jobs []*job, why told) {
	if l.ctx.Err() != nil || l.left {
		why = toldCancelled
	}
	for _, j := range jobs {
		if !j.ended && !j.isOpen && !j.started {
			l.conclude(j, Result{}, why, 0)
		}
	}
}

// settle writes the outcomes into the run, and completes what a panic left.
func (l *loop) settle(at int, jobs []*job) {
	step := &l.run.Steps[len(l.run.Steps)-1]
	var results []openrouter.Message
	for _, j := range jobs {
		if j.isOpen {
			l.run.Pending = append(l.run.Pending, j.call)
			continue
		}
		if !j.ended {
			why := toldEnded
			switch {
			case j.started:
				why = toldGone
			case l.left || l.ctx.Err() != nil:
				why = toldCancelled
			}
			l.left = true // nobody is told while a panic goes through
			l.conclude(j, Result{}, why, 0)
		}
		most := l.MaxResult
		if j.tool != nil && j.tool.MaxResult != 0 {
			most = j.tool.MaxResult
		}
		if most == 0 {
			most = defaultMaxResult
		}
		step.Outcomes = append(step.Outcomes, j.outcome)
		results = append(results, message(j.call.ID, j.outcome.Result, most))
		l.account(&j.outcome.Result.Usage)
	}
	l.run.Messages = answered(l.run.Messages, at, results)
}
