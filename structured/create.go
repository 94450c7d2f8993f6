package structured

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// Create asks for a T and returns it with the whole answer. The Usage of the answer is the sum of all
// tries.
//
// The request gets a response format with the schema of T, so it must not have one. It also gets
// provider.require_parameters, so that only endpoints that honor the format serve it. To allow others,
// set RequireParameters to false in the request.
//
// If an answer is not JSON or breaks the schema, the model is told what is wrong, place by place, and
// asked once more; Repairs sets how often. It is not asked again if it refused, or if the answer was
// cut or filtered. An [*Error] tells what was wrong with the last answer. Other errors are those of
// [openrouter.ChatService.Create]; a T without a schema is an [*openrouter.ValidationError], and
// nothing is sent.
func (o Output[T]) Create(ctx context.Context, client *openrouter.Client, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) (value T, res *openrouter.ChatCompletion, err error) {
	if client == nil {
		_, err = o.request(client, req)
		return value, nil, err
	}
	ctx, watch := o.observe(ctx, client, outputOperation, false, req, opts)
	err = errPanicked
	defer func() { tell(watch, res, err) }()
	return o.create(ctx, client, req, opts)
}

func (o Output[T]) create(ctx context.Context, client *openrouter.Client, req *openrouter.ChatCompletionRequest, opts []openrouter.Option) (T, *openrouter.ChatCompletion, error) {
	var zero T
	request, err := o.request(client, req)
	if err != nil {
		return zero, nil, err
	}
	repairs := o.Repairs
	if repairs == 0 {
		repairs = 1
	}
	var spent openrouter.Usage
	var last *Error
	for try := 0; ; try++ {
		value, res, bad, err := o.ask(ctx, client, request, try > 0, opts)
		if err != nil {
			if last == nil {
				return zero, nil, err
			}
			if e, ok := errors.AsType[*openrouter.APIError](err); ok && e.Partial != nil {
				spent.Add(e.Partial.Usage)
			}
			last.Usage = spent
			last.Err = &reason{kind: last.Err, cause: err, text: "and asking again failed"}
			return zero, nil, last
		}
		spent.Add(res.Usage)
		if bad == nil {
			if try > 0 {
				sum := spent
				if res.Usage != nil {
					sum.Extra = res.Usage.Extra
				}
				res.Usage = &sum
			}
			return value, res, nil
		}
		bad.Usage = spent
		if try >= repairs || !bad.mayRepair() || request.Prompt != "" {
			return zero, nil, bad
		}
		last = bad
		request.Messages = append(slices.Clip(request.Messages), res.Message(), openrouter.UserMessage(bad.complaint()))
	}
}

// ask asks the model. A repair is an operation of its own.
func (o Output[T]) ask(ctx context.Context, client *openrouter.Client, request *openrouter.ChatCompletionRequest, isRepair bool, opts []openrouter.Option) (value T, res *openrouter.ChatCompletion, bad *Error, err error) {
	if isRepair {
		var watch openrouter.Observation
		ctx, watch = o.observe(ctx, client, repairOperation, false, request, opts)
		err = errPanicked
		defer func() {
			if bad != nil {
				tell(watch, res, bad)
				return
			}
			tell(watch, res, err)
		}()
	}
	if res, err = client.Chat.Create(ctx, request, opts...); err == nil {
		value, bad = o.read(res)
	}
	return value, res, bad, err
}

// mayRepair reports whether the model can be asked again.
func (e *Error) mayRepair() bool {
	isWrong := errors.Is(e.Err, ErrViolation) || errors.Is(e.Err, ErrNotJSON)
	return isWrong && e.Answer.FinishReason() != openrouter.FinishReasonLength && len(e.Answer.ToolCalls()) == 0 && strings.TrimSpace(e.Text) != ""
}

// maxComplaints is how many violations the model is told: the first explain the others.
const maxComplaints = 32

// complaint tells the model what is wrong.
func (e *Error) complaint() string {
	if errors.Is(e.Err, ErrNotJSON) {
		return "Your answer is not JSON. Answer again with one JSON object that matches the schema, and nothing before or after it."
	}
	lines := e.Violations[:min(len(e.Violations), maxComplaints)]
	return "Your answer does not match the schema:\n" + strings.Join(lines, "\n") +
		"\n\nAnswer again with the whole corrected JSON object, and nothing before or after it."
}
