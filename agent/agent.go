package agent

import (
	"context"
	"time"

	"github.com/openrouter-go/openrouter"
)

// Agent lets a model use functions of your program. [Agent.Run] asks the model, runs the functions
// that it calls, and asks again with the results, until there is an answer.
//
// An Agent is a value: copy it, share it between goroutines, change a copy for one request. Every
// field but Client may stay zero.
type Agent struct {
	Client *openrouter.Client
	// Name tells agents apart: in traces and logs, where a run is the operation
	// invoke_agent with this target, and in the text of errors. It should be one of few names. See
	// [openrouter.WithObserver].
	Name string
	// Tools are offered after those of the request, in this order. Functions in the request's own
	// Tools, which have no Go function here, are run by somebody else: calls of them are
	// [Run.Pending]. Tools that the service runs, such as [openrouter.WebSearchTool], stay in the
	// request.
	Tools []Tool

	// MaxSteps limits the number of requests of a run: 0 means 16, and -1 means no limit. The calls
	// of the last answer still run. Then the run ends with [ErrMaxSteps].
	MaxSteps int
	// MaxCost limits the cost of a run in USD: 0 means no limit, and a negative number that nothing
	// may be spent. The cost of an answer is known only when it is there, so that a run may exceed
	// the limit by one answer, or by one for each sub-agent that runs at the same time. When the
	// limit is reached and the model still calls tools, they do not run, and the run ends with
	// [ErrMaxCost].
	//
	// The cost is [openrouter.Usage.Cost] of the answers, plus the provider's price where it was
	// charged to your own provider key, plus [Result.Usage] of the tools. Runs inside a tool count
	// in this run and stop at its limit.
	MaxCost float64
	// MaxRepeats ends a run that makes no progress with [ErrRepeating]: the same call had the same
	// result in MaxRepeats steps, or a tool failed in MaxRepeats+2 steps in a row. 0 means 3, and -1
	// that a run never ends for this reason. Raise it for tools that are meant to be polled.
	MaxRepeats int

	// Parallel limits how many calls of one answer run at the same time; 0 means 8. With 1 they run
	// one after another, and Run starts no goroutine, unless a call has a timeout.
	Parallel int
	// ToolTimeout limits the time of a call; 0 means no limit. See [Tool.Timeout].
	ToolTimeout time.Duration
	// MaxResult limits the text of a result that the model gets, in bytes: 0 means 256 KiB, and -1
	// no limit. Longer texts are cut, and a note tells the model so.
	MaxResult int

	// Approve decides whether a call may run. It is asked in the order of the calls, before any of
	// them starts, and only about calls that could run. An error ends the run. Nil allows all calls.
	// If [Tool.Approve] is set, too, both must allow the call: the tool's is asked first.
	Approve func(context.Context, openrouter.ToolCall) (Decision, error)
	// Prepare is called before each request and may change it: model, tools, messages. The changes
	// hold for this request only, and do not change [Run.Messages]. It must not change run. An error
	// ends the run.
	Prepare func(ctx context.Context, run *Run, next *Next) error
	// Stop is asked after each step whose calls have run. If it returns true, the run ends without
	// an error.
	Stop func(*Run) bool
	// Final lets the model answer when MaxSteps, MaxCost or MaxRepeats is reached: one more request
	// forbids tool calls. If there is an answer, the run has no error. Final adds one request to
	// MaxSteps, and the cost of one answer to MaxCost. It does not apply where MaxCost is negative,
	// or where the limit of an outer run is reached.
	Final bool
}

// Next is the request that [Agent.Prepare] may change. Both fields, and their lists, are copies.
type Next struct {
	// Request has the tools of the caller's request. Tools is added when it is sent.
	Request *openrouter.ChatCompletionRequest
	// Tools are the agent's tools. Only tools that are offered in this request can run.
	Tools []Tool
}

// Decision says what happens to a call. The zero value refuses it, which is told to the model.
type Decision struct {
	// Allow lets the call run.
	Allow bool
	// Wait leaves the call without a result. The other calls of the answer run. Then the run ends
	// without an error, and the call is in [Run.Pending]. Wait takes precedence over Allow.
	//
	// In a run inside a tool, Wait ends only that run. It cannot suspend the outer one, which needs
	// the tool's result.
	Wait bool
	// Reason is told to the model if the call is refused.
	Reason string
}

// Run runs the request until the model answers without calling a tool. The request is not changed.
// The options apply to every request of the run.
//
// A tool choice that requires a call holds for the first request only. In each request, it would
// keep the model from ever answering. Prepare can set it again.
//
// Run first runs the calls at the end of req.Messages that have no result. A run that ended with
// [Run.Pending] therefore goes on when its messages are given to Run again.
//
// Run is never nil, and every error is an [*Error]. It wraps what ended the run:
//
//   - [ErrMaxSteps], [ErrMaxCost], [ErrRepeating]: a limit was reached.
//   - [ErrRefused], [ErrFiltered]: the model does not answer.
//   - an error of [openrouter.ChatService.Create]. What had arrived of the answer is in the run.
//   - the error of ctx, an error given to [Fatal], or an error of Approve or Prepare.
//   - [*openrouter.ValidationError]: a tool or the request is invalid; nothing was sent.
//
// Whatever ends a run, run.Messages has a result for each call and can be sent again. If a tool
// panics, Run completes the messages and panics with an [*Error] that wraps the value. If a tool
// calls [runtime.Goexit], Run completes the messages and calls it, too.
//
// Run returns when its tools have returned. The only exception is a call that ignores its timeout:
// see [Tool.Timeout].
func (a Agent) Run(ctx context.Context, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) (*Run, error) {
	l := a.loop(ctx, req, opts)
	if err := l.do(); err != nil {
		return l.run, l.wrap(err)
	}
	return l.run, nil
}
