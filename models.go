package openrouter

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
)

// ModelsService lists the models; it is [Client.Models].
type ModelsService struct {
	client *Client
}

const modelsPath = "/models"

// List returns one page of models: all that match, unless params has a Limit or
// an Offset. nil params match every model whose answer is text. Errors are those
// of [Client.Do]; params that the service is known to refuse are a
// [*ValidationError].
func (s *ModelsService) List(ctx context.Context, params *ModelListParams, opts ...Option) (*ModelList, error) {
	cfg := s.client.config().with(opts)
	address, err := cfg.modelsURL(params)
	if err != nil {
		return nil, err
	}
	return cfg.modelPage(ctx, address)
}

// All yields the models that match, page after page as they are needed; Limit is
// the size of a page. A failure is yielded once, as the last thing, and its model
// is nil. The sequence may be used again, and asks again then.
func (s *ModelsService) All(ctx context.Context, params *ModelListParams, opts ...Option) iter.Seq2[*Model, error] {
	return func(yield func(*Model, error) bool) {
		cfg := s.client.config().with(opts)
		address, err := cfg.modelsURL(params)
		seen := map[string]bool{}
		for err == nil && address != "" {
			seen[address] = true
			var page *ModelList
			if page, err = cfg.modelPage(ctx, address); err != nil {
				break
			}
			for i := range page.Data {
				if !yield(&page.Data[i], nil) {
					return
				}
			}
			address, err = page.next(address, seen)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// next is the address of the page behind the one that came from an address, ""
// if there is none. It is on the same server, since the key goes there.
func (l *ModelList) next(from string, seen map[string]bool) (string, error) {
	if l.Links.Next == "" {
		return "", nil
	}
	problem := ""
	base, err := url.Parse(from)
	if err != nil {
		return "", err
	}
	to, err := base.Parse(l.Links.Next)
	switch {
	case err != nil:
		problem = "is not a URL"
	case to.Scheme != base.Scheme || to.Host != base.Host || to.User != nil:
		problem = "leads to another server, which must not get the key"
	default:
		to.Fragment = ""
		if next := to.String(); !seen[next] {
			return next, nil
		}
		problem = "leads back to a page that was already read"
	}
	return "", &DecodeError{What: "links.next", Body: []byte(l.Links.Next), Err: errors.New(problem), call: l.call}
}

func (c *config) modelsURL(params *ModelListParams) (string, error) {
	k := checker{unchecked: c.unchecked}
	values := k.query(params)
	if len(k.found) > 0 {
		return "", &ValidationError{Violations: slices.Concat(c.found, k.found)}
	}
	if c.err != nil || len(values) == 0 {
		return c.baseURL + modelsPath, c.err
	}
	return c.baseURL + modelsPath + "?" + values.Encode(), nil
}

func (c *config) modelPage(ctx context.Context, address string) (*ModelList, error) {
	return attempts(ctx, c, func(call *CallInfo) (*ModelList, error) {
		data, err := c.exchange(ctx, outgoing{method: http.MethodGet, url: address}, call, new(bytes.Buffer))
		if err != nil {
			return nil, err
		}
		list := &ModelList{}
		if err := c.decode(call, data, list); err != nil {
			return nil, err
		}
		if list.Data == nil {
			return nil, c.without("data", call, data)
		}
		list.call = call
		return list, nil
	})
}
