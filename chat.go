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

// ChatService creates chat completions; it is [Client.Chat].
type ChatService struct {
	client *Client
}

const completionsPath = "/chat/completions"

// Create sends the request and returns the whole answer. A failure that the
// service reports, wherever it does, is an [*APIError], with what there is of
// the answer in Partial; an exchange that broke, ran out of time or was
// cancelled is a [*ConnectionError]; an answer that cannot be decoded is a
// [*DecodeError]; a bad request or option is a [*ValidationError]. Cancelling
// ctx ends the call, but never the provider's work, nor its price.
func (s *ChatService) Create(ctx context.Context, req *ChatCompletionRequest, opts ...Option) (*ChatCompletion, error) {
	cfg := s.client.config().with(opts)
	body, err := cfg.encode(req, false)
	if err != nil {
		return nil, err
	}
	return attempts(ctx, cfg, func(call *CallInfo) (*ChatCompletion, error) { return cfg.createOnce(ctx, body, call) })
}

func (c *config) createOnce(ctx context.Context, body []byte, call *CallInfo) (*ChatCompletion, error) {
	answer := bodies.Get().(*bytes.Buffer)
	defer giveBack(answer)
	data, err := c.exchange(ctx, outgoing{method: http.MethodPost, path: completionsPath, body: body}, call, answer)
	if err != nil {
		return nil, err
	}
	return c.completion(call, data)
}

// Stream sends the request and returns as soon as the first part of the answer
// has come, or the attempt has failed: with an error of [ChatService.Create]
// before the response, with an [*APIError] where the first part is a report of
// failure, and with a [*StreamError] where the stream broke before it. From then
// on the stream reports errors. It must be read to its end or closed. ctx
// bounds the stream, too.
func (s *ChatService) Stream(ctx context.Context, req *ChatCompletionRequest, opts ...Option) (*Stream, error) {
	cfg := s.client.config().with(opts)
	body, err := cfg.encode(req, true)
	if err != nil {
		return nil, err
	}
	return attempts(ctx, cfg, func(call *CallInfo) (*Stream, error) { return cfg.streamOnce(ctx, body, call) })
}

func (c *config) streamOnce(ctx context.Context, body []byte, call *CallInfo) (*Stream, error) {
	ctx, cancel, stop := timed(ctx, c.timeout, c.httpClient.Timeout)
	defer stop()
	res, err := c.send(ctx, outgoing{method: http.MethodPost, path: completionsPath, body: body, stream: true}, call)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	return c.openStream(newConnection(ctx, cancel, res.Body), call)
}

// encode writes the body of a request, unless something is wrong with it or
// with the configuration. The request stays as it is; the method decides
// whether the answer is a stream, whatever the request says.
func (c *config) encode(req *ChatCompletionRequest, stream bool) ([]byte, error) {
	k := checker{unchecked: c.unchecked}
	body := k.encode(req, stream)
	if len(k.found) > 0 {
		return nil, &ValidationError{Violations: slices.Concat(c.found, k.found)}
	}
	return body, c.err
}

// pooledSize is the size from which on a pool of strings pays within one answer.
const pooledSize = 4 << 10

// completion decodes a body that came with a status of success. It is the one
// place that decides whether such a body is an answer.
func (c *config) completion(call *CallInfo, data []byte) (*ChatCompletion, error) {
	text := bytes.TrimLeft(data, " \t\r\n") // the service pads with it while it waits
	if len(text) == 0 || text[0] != '{' {
		return nil, c.notAnAnswer(call, data)
	}
	res := &ChatCompletion{}
	r := wire.NewReader(text)
	if len(text) >= pooledSize {
		r = wire.NewPoolReader(text, &wire.Pool{}, nil)
	}
	if err := decoded(&r, res.readJSON(&r), text, "ChatCompletion"); err != nil {
		if e := errorFromBody(call, scrub(data, c.secrets)); e.Message != "" {
			return nil, e
		}
		if e, ok := errors.AsType[*DecodeError](err); ok {
			e.call, e.Body = call, scrub(e.Body, c.secrets)
		}
		return nil, err
	}
	// A router in between sometimes wraps the whole answer in a member of its own.
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
		clean := &ChatCompletion{} // a report that repeats a secret must not carry it
		if body := scrub(text, c.secrets); !bytes.Equal(body, text) && clean.UnmarshalJSON(body) == nil {
			clean.call = call
			e = c.reported(clean, body)
		}
		return nil, e
	}
	return res, nil
}

// reported returns the failure that an answer reports, if it does.
func (c *config) reported(res *ChatCompletion, data []byte) error {
	report := res.Error
	for i := range res.Choices {
		if report == nil {
			report = res.Choices[i].Error
		}
	}
	if report == nil && len(res.Choices) > 0 {
		return nil
	}
	return c.reportedIn(res, report, data)
}

// reportedIn makes an error of a report; nil stands for an answer without choices.
func (c *config) reportedIn(res *ChatCompletion, report *ErrorObject, data []byte) *APIError {
	e := newAPIError(res.call, report)
	e.Body = scrub(data[:min(len(data), maxErrorBody)], c.secrets)
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

// notAnAnswer is the error for a body that is empty or no JSON object.
func (c *config) notAnAnswer(call *CallInfo, data []byte) *APIError {
	e := newAPIError(call, nil)
	e.opaque = true
	e.Body = scrub(data[:min(len(data), maxErrorBody)], c.secrets)
	switch text := bytes.TrimSpace(data); {
	case len(text) == 0:
		e.Message = "the answer is empty"
	case text[0] == '<':
		e.Message = "the answer is HTML, not JSON"
	default:
		e.Message = "the answer is not JSON"
	}
	return e
}
