package structured

import (
	"context"
	"errors"
	"log/slog"

	"github.com/openrouter-go/openrouter"
)

// The operations that observers see. Each call of the model is a chat inside of them.
const (
	outputOperation = "structured_output"
	repairOperation = "repair_output"
)

// errPanicked is the error of an operation that a panic has left.
var errPanicked = errors.New("structured: the call ended with a panic")

// observe starts an operation whose target is the name of T.
func (o Output[T]) observe(ctx context.Context, client *openrouter.Client, name string, stream bool, req *openrouter.ChatCompletionRequest, opts []openrouter.Option) (context.Context, openrouter.Observation) {
	op := openrouter.Operation{Name: name, Target: o.name(), Stream: stream}
	if req != nil {
		own := *req // observers may change what they get
		op.Request = &own
	}
	return client.Observe(ctx, op, opts...)
}

// tell ends an operation. What is known of the answer is its result.
func tell(watch openrouter.Observation, res *openrouter.ChatCompletion, err error) {
	if bad, ok := errors.AsType[*Error](err); ok {
		res = bad.Answer
	}
	if res == nil {
		watch.End(nil, openrouter.CallInfo{}, err)
		return
	}
	watch.End(res, openrouter.CallInfo{}, err)
}

// LogValue returns the text of the error, the number of violations and the usage. log/slog calls it.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("error", e.Error()), slog.Int("violations", len(e.Violations))}
	return slog.GroupValue(append(attrs, e.Usage.LogValue().Group()...)...)
}
