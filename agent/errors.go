package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/openrouter-go/openrouter"
)

var (
	// ErrMaxSteps means that a run reached [Agent.MaxSteps].
	ErrMaxSteps = errors.New("agent: the limit of requests (MaxSteps) is reached")
	// ErrMaxCost means that a run reached [Agent.MaxCost], its own or that of an outer run.
	ErrMaxCost = errors.New("agent: the limit of cost (MaxCost) is reached")
	// ErrRepeating means that a run made no progress: see [Agent.MaxRepeats].
	ErrRepeating = errors.New("agent: the model repeats its calls without progress (MaxRepeats)")
	// ErrRefused means that the model refused to answer: see [openrouter.Message.Refusal]. Its calls
	// did not run. It matches [openrouter.ErrRefusal].
	ErrRefused error = refused{}
	// ErrFiltered means that a content filter ended the answer. Its calls did not run.
	ErrFiltered = errors.New("agent: a content filter ended the answer")
)

type refused struct{}

func (refused) Error() string        { return "agent: the model refused to answer" }
func (refused) Is(target error) bool { return target == openrouter.ErrRefusal }

// Error describes why a run ended, and holds the run.
type Error struct {
	// Run has everything up to the error. Its Messages can be sent again.
	Run *Run
	// Err is the reason: see [Agent.Run].
	Err error

	name string // of the agent
}

// Error returns one line, without messages of the run. After the panic of a tool, it also has the
// stack of the tool.
func (e *Error) Error() string {
	text := e.Err.Error()
	for _, prefix := range []string{"agent: ", "openrouter: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	if e.name != "" {
		return "agent " + e.name + ": " + text
	}
	return "agent: " + text
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Spent returns what the run has used up to the error. Packages that keep a budget ask every error
// with this method, such as jobs.
func (e *Error) Spent() openrouter.Usage {
	if e.Run == nil {
		return openrouter.Usage{}
	}
	return e.Run.Usage
}

// Format writes the text of the error, for every verb: the run contains prompts.
func (e *Error) Format(f fmt.State, verb rune) {
	switch verb {
	case 'q', 'x', 'X':
		fmt.Fprintf(f, fmt.FormatString(f, verb), e.Error())
	default:
		_, _ = io.WriteString(f, e.Error())
	}
}

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Fatal returns an error that ends the run when a tool returns it. The run's error wraps err. With
// any other error of a tool, the model gets its text and can try again. Fatal(nil) is nil.
func Fatal(err error) error {
	if err == nil {
		return nil
	}
	return &fatal{err}
}

type fatal struct{ err error }

func (f *fatal) Error() string { return f.err.Error() }
func (f *fatal) Unwrap() error { return f.err }

// told is a problem in words for the model. [Tool.ErrorText] does not change it.
type told string

func (t told) Error() string { return string(t) }

const (
	toldCut       told = "the call was cut off by the token limit and was not run; try again with shorter arguments"
	toldBroken    told = "not run: the answer broke off"
	toldRefused   told = "not run: the model refused to answer"
	toldFiltered  told = "not run: a content filter ended the answer"
	toldNoBudget  told = "not run: the budget is spent"
	toldLast      told = "not run: no more calls are possible, answer with what there is"
	toldEnded     told = "not run: the run ended"
	toldCancelled told = "not run: the run was cancelled"
	toldGone      told = "the tool ended without a result"
	toldPanicked  told = "the tool failed"
)

// panicked is the panic of a tool.
type panicked struct {
	tool  string
	value any
	stack []byte
}

func (p *panicked) Error() string {
	return fmt.Sprintf("tool %s panicked: %v\n\n%s", p.tool, p.value, p.stack)
}

func (p *panicked) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

// errLeft ends a run whose events nobody reads any more.
var errLeft = errors.New("agent: the loop over the events was left")

func (l *loop) wrap(err error) *Error {
	return &Error{Run: l.run, Err: err, name: l.Name}
}

// ended returns the error of a context that is done, with its cause.
func ended(ctx context.Context) error {
	err := ctx.Err()
	if cause := context.Cause(ctx); err != nil && !errors.Is(cause, err) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

// because returns err so that it matches the error of the context that caused it.
func because(ctx context.Context, err error) error {
	done := ended(ctx)
	if err == nil || done == nil || errors.Is(err, ctx.Err()) && errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return fmt.Errorf("%w: %w", done, err)
}
