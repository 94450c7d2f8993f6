package openrouter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// ChatService creates chat completions. Use the one in [Client.Chat].
type ChatService struct {
	client *Client
}

const completionsPath = "/chat/completions"

// Create sends the request and returns the whole answer. Its errors are:
//
//   - [*APIError]: the service reported a failure. Partial is the part of the
//     answer that came with it.
//   - [*ConnectionError]: the exchange broke off, took too long or was cancelled.
//   - [*DecodeError]: the answer cannot be decoded.
//   - [*ValidationError]: the request or an option is invalid; nothing was sent.
//   - [ErrMissingAPIKey]: there is no key; nothing was sent.
//
// Cancelling ctx ends the call at once. The provider still finishes the answer
// and bills it. For a model that only streams, use [ChatService.Stream] and
// [Stream.Collect].
func (s *ChatService) Create(ctx context.Context, req *ChatCompletionRequest, opts ...Option) (*ChatCompletion, error) {
	cfg := s.client.config().with(opts)
	req, seen := forObservers(cfg, req)
	op := Operation{Name: "chat", Target: req.model(), Request: seen}
	return observed(ctx, cfg, op, func(ctx context.Context, cfg *config) (*ChatCompletion, error) {
		body, err := cfg.encode(req, false)
		if err != nil {
			return nil, err
		}
		return attempts(ctx, cfg, func(call *CallInfo) (*ChatCompletion, error) { return cfg.createOnce(ctx, body, call) })
	})
}

func (c *config) createOnce(ctx context.Context, body wire.Body, call *CallInfo) (*ChatCompletion, error) {
	answer := bodies.Get().(*bytes.Buffer)
	defer giveBack(answer)
	data, err := c.exchange(ctx, outgoing{method: http.MethodPost, path: completionsPath, body: body}, call, answer)
	if err != nil {
		return nil, err
	}
	return c.completion(call, data)
}

// Stream sends the request and returns when the first part of the answer has
// arrived. The stream must be read to its end or closed. Cancelling ctx ends the
// stream.
//
// The errors of Stream are those of [ChatService.Create]. If the stream breaks
// off after the response has begun and before the first part of the answer, the
// error is a [*StreamError]. Later errors come from the stream.
func (s *ChatService) Stream(ctx context.Context, req *ChatCompletionRequest, opts ...Option) (*Stream, error) {
	cfg := s.client.config().with(opts)
	req, seen := forObservers(cfg, req)
	op := Operation{Name: "chat", Target: req.model(), Stream: true, Request: seen}
	return observed(ctx, cfg, op, func(ctx context.Context, cfg *config) (*Stream, error) {
		body, err := cfg.encode(req, true)
		if err != nil {
			return nil, err
		}
		stream, err := attempts(ctx, cfg, func(call *CallInfo) (*Stream, error) { return cfg.streamOnce(ctx, body, call) })
		if err == nil {
			stream.observe(cfg.watch)
		}
		return stream, err
	})
}

// model returns the model that is asked first.
func (r *ChatCompletionRequest) model() string {
	switch {
	case r == nil:
		return ""
	case r.Model == "" && len(r.Models) > 0:
		return r.Models[0]
	}
	return r.Model
}

func (c *config) streamOnce(ctx context.Context, body wire.Body, call *CallInfo) (*Stream, error) {
	conn, stop, err := c.open(ctx, outgoing{method: http.MethodPost, path: completionsPath, body: body, stream: true}, call)
	if err != nil {
		return nil, err
	}
	defer stop()
	return c.openStream(conn, call)
}

// encode returns the body of a request, or an error if the request or the
// configuration is invalid. It does not change the request. The argument stream
// replaces the request's own.
func (c *config) encode(req *ChatCompletionRequest, stream bool) (wire.Body, error) {
	k := checker{unchecked: c.unchecked}
	body := k.encode(req, stream)
	return body, c.refused(k.found)
}

// refused returns the error for a request that is not sent: something was found to be wrong with it,
// or the configuration is invalid. Otherwise it returns nil.
func (c *config) refused(found []Violation) error {
	if len(found) > 0 {
		return &ValidationError{Violations: slices.Concat(c.found, found)}
	}
	return c.err
}

// pooledSize is the size of an answer from which a pool of strings saves time.
const pooledSize = 4 << 10

// completion decodes a body that came with a success status. Only this function
// decides whether such a body is an answer.
func (c *config) completion(call *CallInfo, data []byte) (*ChatCompletion, error) {
	text := bytes.TrimLeft(data, " \t\r\n") // the service sends white space while it waits
	if len(text) == 0 || text[0] != '{' {
		return nil, c.notAnAnswer(call, data)
	}
	res := &ChatCompletion{}
	r := wire.NewReader(text)
	if len(text) >= pooledSize {
		r = wire.NewPoolReader(text, &wire.Pool{}, nil)
	}
	if err := decoded(&r, res.readJSON(&r), text, "ChatCompletion"); err != nil {
		if e := c.reportInstead(call, text); e != nil {
			return nil, e
		}
		if e, ok := errors.AsType[*DecodeError](err); ok {
			e.call = call
		}
		return nil, err
	}
	// Some routers between the client and the service wrap the whole answer in the member provider.
	if raw, ok := res.Extra["provider"].(json.RawMessage); ok && res.Choices == nil && res.Error == nil {
		inner := &ChatCompletion{}
		if inner.UnmarshalJSON(raw) == nil && inner.Choices != nil {
			res = inner
		}
	}
	res.call = call
	if call.GenerationID == "" {
		call.GenerationID = res.ID
	}
	if e := c.reported(res, data); e != nil {
		return nil, e
	}
	return res, nil
}

// reportInstead returns the error for data that is a report of failure instead of
// an answer, or nil.
func (c *config) reportInstead(call *CallInfo, data []byte) *APIError {
	if !openEnvelope(data).reports() {
		return nil
	}
	return c.errorFromBody(call, data)
}

// reported returns the failure that an answer reports, or nil.
func (c *config) reported(res *ChatCompletion, data []byte) error {
	var report *ErrorObject
	if res.Error != nil {
		report = res.Error.beside(openEnvelope(data))
	}
	for i := range res.Choices {
		if e := res.Choices[i].Error; report == nil && e != nil {
			report = e.beside(nil)
		}
	}
	switch {
	case report != nil:
		return c.reportedIn(res, report, data)
	case len(res.Choices) > 0:
		if reason := res.failedFinish(); reason != "" {
			return c.failedFinish(res, reason, data)
		}
		return nil
	}
	members := openEnvelope(data)
	if res.Usage == nil && res.Debug == nil && res.OpenRouterMetadata == nil && members.reports() {
		return c.reportedBeside(res, members.failure(), data)
	}
	e := c.reportedIn(res, nil, data)
	e.opaque = !members.holdsOnly(envelopeMembers...)
	return e
}

// reportedBeside makes an error from a report that is not in a member error. If it
// names neither a status nor a known kind, the request is not sent again.
func (c *config) reportedBeside(res *ChatCompletion, report *ErrorObject, data []byte) *APIError {
	e := c.reportedIn(res, report, data)
	e.opaque = e.StatusCode == http.StatusOK && e.Type == ErrProviderUnavailable
	return e
}

// failedFinish makes an error from an answer that has no report, but a finish
// reason that says failure.
func (c *config) failedFinish(res *ChatCompletion, reason string, data []byte) *APIError {
	e := c.reportedIn(res, &ErrorObject{Message: "the answer ended with the finish reason " + nameIn(c.secrets.Text(reason))}, data)
	e.Type = ErrProviderUnavailable
	return e
}

// reportedIn makes an error from a report. A nil report stands for an answer
// without choices.
func (c *config) reportedIn(res *ChatCompletion, report *ErrorObject, data []byte) *APIError {
	e := newAPIError(res.call, report)
	e.Body = reportBody(data)
	e.UserID, e.RouterMetadata = res.UserID, res.OpenRouterMetadata
	if e.Provider == "" {
		e.Provider = res.Provider
	}
	if report == nil {
		e.Message = "the answer has no choices"
	}
	if len(res.Choices) > 0 || res.Usage != nil {
		e.Partial = res
	}
	return e
}

// notAnAnswer returns the error for a body that is empty or not a JSON object.
func (c *config) notAnAnswer(call *CallInfo, data []byte) *APIError {
	text := bytes.TrimSpace(data)
	if e := c.reportInstead(call, text); e != nil { // in a list
		return e
	}
	e := newAPIError(call, nil)
	e.opaque = true
	e.Body = reportBody(data)
	switch encoding := foreignEncoding(call); {
	case encoding != "":
		e.Message = "the answer has the Content-Encoding " + encoding + ", which is not supported"
	case len(text) == 0:
		e.Message = "the answer is empty"
	case text[0] == '<':
		e.Message = "the answer is HTML, not JSON"
	default:
		e.Message = "the answer is not JSON"
	}
	return e
}
