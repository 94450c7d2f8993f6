package agent

import (
	"context"
	"time"

	"github.com/openrouter-go/openrouter"
)

// Agent lets a model use functions of your program. [Agent.Run] sends a request, runs the functions
// that the model calls, and sends their results, until the model answers.
//
// An Agent is a value: you may copy it, share it between goroutines, and change a copy for one
// request. Only Client is required.
type Agent struct {
	Client *openrouter.Client
	// Name identifies the agent in traces, logs and errors. In traces and logs, a run is the operation
	// invoke_agent with Name as its target; see [openrouter.WithObserver]. A program should have few
	// different names.
	Name string
	// Tools are added after the tools of the request, in this order. The request's own Tools may have
	// functions that run elsewhere, without a Go function; calls of these end up in [Run.Pending].
	// Tools that the service runs, such as [openrouter.WebSearchTool], go into the request, too.
	Tools []Tool

	// MaxSteps limits the number of requests of a run: 0 means 16, and -1 means no limit. The calls
	// of the last answer still run. Then the run ends with [ErrMaxSteps].
	MaxSteps int
	// MaxCost limits the cost of a run in USD. 0 means no limit, and a negative number means that
	// nothing may be spent. The cost of an answer is known only when it has arrived. So a run may
	// exceed the limit by one answer, or by one answer for each agent that runs inside a tool at the
	// same time. If the limit is reached and the answer has calls, they do not run, and the run ends
	// with [ErrMaxCost].
	//
	// The cost is the sum of [openrouter.Usage.Cost] of the answers, of what providers charged to your
	// own provider key, and of [Result.Usage] of the tools. Runs inside a tool count, and stop at this
	// limit, too.
	MaxCost float64
	// MaxRepeats ends a run that makes no progress with [ErrRepeating]. This is the case if the same
	// call had the same result in MaxRepeats steps, or if a tool failed in MaxRepeats+2 steps in a
	// row. 0 means 3, and -1 means no limit. Raise it for tools that the model should poll.
	MaxRepeats int

	// Parallel limits how many calls of one answer run at the same time; 0 means 8. With 1, calls run
	// one after another, and Run starts a goroutine only for a call with a timeout.
	Parallel int
	// ToolTimeout limits the time of a call; 0 means no limit. See [Tool.Timeout].
	ToolTimeout time.Duration
	// MaxResult limits the text of a result that the model gets, in bytes: 0 means 256 KiB, and -1
	// no limit. Longer texts are cut, and a note tells the model so.
	MaxResult int

	// Approve decides whether a call may run. It is called for each valid call of an answer, in order,
	// before any of them starts. An error ends the run. Nil allows all calls. If [Tool.Approve] is
	// also set, it is called first, and both must allow the call.
	Approve func(context.Context, openrouter.ToolCall) (Decision, error)
	// Prepare is called before each request and may change its model, tools and messages. The changes
	// apply to this request only, and do not change [Run.Messages]. Prepare must not change run. An
	// error ends the run.
	Prepare func(ctx context.Context, run *Run, next *Next) error
	// Stop is called after each step, when its calls have run. If it returns true, the run ends
	// without an error.
	Stop func(*Run) bool
	// Final sends one more request when MaxSteps, MaxCost or MaxRepeats is reached. This request
	// forbids tool calls, so that the model answers. If it does, the run has no error. The request
	// comes on top of MaxSteps and MaxCost. Final has no effect if MaxCost is negative, or if the
	// limit of an outer run is reached.
	Final bool
}

// Next is the request that [Agent.Prepare] may change. Both fields, and their lists, are copies.
type Next struct {
	// Request has the tools of the caller's request. Tools is added when it is sent.
	Request *openrouter.ChatCompletionRequest
	// Tools are the agent's tools. Only tools that are offered in this request can run.
	Tools []Tool
}

// Decision says what happens to a call. The zero value refuses it, and the model is told.
type Decision struct {
	// Allow lets the call run.
	Allow bool
	// Wait postpones the call. The other calls of the answer run. Then the run ends without an error,
	// and the call is in [Run.Pending]. Wait takes precedence over Allow.
	//
	// In a run inside a tool, Wait ends only the inner run. The outer run continues, because it needs
	// the tool's result.
	Wait bool
	// Reason is told to the model if the call is refused.
	Reason string
}

// Run sends the request, runs the tools that the model calls, and repeats this until the model
// answers without calling a tool. req is not changed. The options apply to every request of the
// run.
//
// A tool choice that requires a call applies to the first request only, because otherwise the model
// could never answer. If req.Messages ends with the result of a tool, the conversation has begun, and
// the choice does not apply. Prepare can set it again.
//
// If req.Messages ends with calls that have no result, Run runs them first. To continue a run that
// ended with [Run.Pending], pass its messages to Run.
//
// The returned run is never nil. Every error is an [*Error], which wraps the reason:
//
//   - [ErrMaxSteps], [ErrMaxCost], [ErrRepeating]: a limit was reached.
//   - [ErrRefused], [ErrFiltered]: the model refused, or a content filter ended the answer.
//   - an error of [openrouter.ChatService.Create]. The run has the part of the answer that had
//     arrived.
//   - the error of ctx, an error passed to [Fatal], or an error of Approve or Prepare.
//   - [*openrouter.ValidationError]: a tool or the request is invalid; nothing was sent.
//
// As with Create, an answer that the token limit cut is no error, even if it has no text. Its
// FinishReason tells it; see [Run.Answer].
//
// Whatever ends a run, its Messages have a result for each call that is not pending, and can be
// sent again. If a tool panics, Run completes the messages and panics with an [*Error] that wraps
// the value. If a tool calls [runtime.Goexit], Run completes the messages and calls it, too.
//
// Run waits for its tools, except for a call that ignores its timeout; see [Tool.Timeout].
func (a Agent) Run(ctx context.Context, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) (*Run, error) {
	l := a.loop(ctx, req, opts)
	if err := l.do(); err != nil {
		return l.run, l.wrap(err)
	}
	return l.run, nil
}
