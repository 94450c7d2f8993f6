package openrouter

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
)

// GenerationsService looks up answers that were given; it is
// [Client.Generations].
type GenerationsService struct {
	client *Client
}

const generationPath = "/generation"

// Get returns the record of an answer: what it cost, also where the answer
// itself broke off or was cancelled before it could say so. The id is
// [ChatCompletion.ID], or [CallInfo.GenerationID] where there is no answer.
//
// A record may not be there right after the answer, and nothing says how soon it
// is: until then the error is [ErrNotFound], which is not repeated by itself.
// This repeats it:
//
//	openrouter.WithRetryPolicy(func(r openrouter.Retry) bool {
//		return openrouter.RetryTransient(r) || errors.Is(r.Err, openrouter.ErrNotFound)
//	})
//
// Other errors are those of [Client.Do]. An empty id is a [*ValidationError].
func (s *GenerationsService) Get(ctx context.Context, id string, opts ...Option) (*Generation, error) {
	cfg := s.client.config().with(opts)
	if id == "" {
		return nil, &ValidationError{Violations: slices.Concat(cfg.found, []Violation{{Field: "id", Problem: "is empty"}})}
	}
	if cfg.err != nil {
		return nil, cfg.err
	}
	out := outgoing{method: http.MethodGet, url: cfg.baseURL + generationPath + "?" + url.Values{"id": {id}}.Encode()}
	return attempts(ctx, cfg, func(call *CallInfo) (*Generation, error) {
		data, err := cfg.exchange(ctx, out, call, new(bytes.Buffer))
		if err != nil {
			return nil, err
		}
		var body generationBody
		if err := cfg.decode(call, data, &body); err != nil {
			return nil, err
		}
		if body.Data == nil {
			return nil, cfg.without("data", call, data)
		}
		body.Data.call = call
		return body.Data, nil
	})
}
