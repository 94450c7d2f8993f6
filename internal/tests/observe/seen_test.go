package observe_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/openrouter-go/openrouter"
)

// seen is an observer that writes down what it sees, a line for each call of a method.
type seen struct {
	name   string                        // before each line
	start  func(op openrouter.Operation) // called first
	errs   []error                       // of the Ends
	onEach func(line string)             // for panics

	mu    sync.Mutex
	lines []string
}

type inside struct{} // the key of the names of the observers around

func (s *seen) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	line := "start " + op.Name
	if op.Target != "" {
		line += " " + op.Target
	}
	if op.Stream {
		line += " stream"
	}
	around, _ := ctx.Value(inside{}).(string)
	s.note(line + around)
	if s.start != nil {
		s.start(op)
	}
	return context.WithValue(ctx, inside{}, around+" in "+op.Name+s.name), watching{s}
}

// watching is another type than seen, so that nothing is both by accident.
type watching struct{ *seen }

func (w watching) Retry(r openrouter.Retry) {
	w.note(fmt.Sprint("retry ", r.Attempt, " after ", r.Wait))
}

func (w watching) FirstChunk() { w.note("first") }

func (w watching) End(result any, info openrouter.CallInfo, err error) {
	line := "end"
	switch result := result.(type) {
	case nil:
	case *openrouter.ChatCompletion:
		line += fmt.Sprintf(" %q", result.Text())
	default:
		line += fmt.Sprintf(" %T", result)
	}
	line += fmt.Sprintf(" attempts=%d", info.Attempts)
	if err != nil {
		line += " " + kindOf(err)
	}
	w.errs = append(w.errs, err)
	w.note(line)
}

func (s *seen) note(line string) {
	s.mu.Lock()
	s.lines = append(s.lines, s.name+line)
	s.mu.Unlock()
	if s.onEach != nil {
		s.onEach(line)
	}
}

func (s *seen) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

// kindOf is a short name for an error.
func kindOf(err error) string {
	for _, known := range []struct {
		name string
		err  error
	}{
		{"closed", openrouter.ErrStreamClosed}, {"cancelled", context.Canceled}, {"truncated", openrouter.ErrStreamTruncated},
		{"overloaded", openrouter.ErrProviderOverloaded}, {"no key", openrouter.ErrMissingAPIKey},
	} {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	if _, ok := errors.AsType[*openrouter.ValidationError](err); ok {
		return "invalid"
	}
	text, _, _ := strings.Cut(err.Error(), ": ")
	return text
}

func asking(text string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage(text)}}
}

const answer = `{"id":"g","model":"a/b","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}`
