package openrouter

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/go-querystring/query"
)

// received is an answer that is one JSON object.
type received[T any] interface {
	*T
	// received links the answer to its exchange and returns what the caller gets of it, or nil if
	// the answer has no data, or a *DecodeError.
	received(call *CallInfo) any
}

// fetched runs an operation that sends the request that prepare returns, and decodes its answer.
func fetched[T any, P received[T]](ctx context.Context, c *config, op Operation, prepare func(*config) (outgoing, error)) (*T, error) {
	return observed(ctx, c, op, func(ctx context.Context, c *config) (*T, error) {
		out, err := prepare(c)
		if err != nil {
			return nil, err
		}
		answer, err := attempts(ctx, c, func(call *CallInfo) (*T, error) { return fetchOnce[T, P](ctx, c, out, call) })
		if out.managed {
			err = managed(err)
		}
		return answer, err
	})
}

func fetchOnce[T any, P received[T]](ctx context.Context, c *config, out outgoing, call *CallInfo) (*T, error) {
	data, err := c.exchange(ctx, out, call, new(bytes.Buffer))
	if err != nil {
		return nil, err
	}
	answer := new(T)
	if err := c.decode(call, data, answer); err != nil {
		if e, ok := errors.AsType[*DecodeError](err); ok { // the object around the answer has no name outside
			e.What = strings.ToUpper(e.What[:1]) + strings.TrimSuffix(e.What[1:], "Body")
		}
		return nil, err
	}
	result := P(answer).received(call)
	if e, ok := result.(*DecodeError); ok {
		e.Body, e.call = bytes.Clone(data), call
		return nil, e
	}
	if result == nil {
		return nil, c.without("data", call, data)
	}
	c.watch.answers(result)
	return answer, nil
}

// fixed prepares a request that has no parameters.
func fixed(path string) func(*config) (outgoing, error) {
	return func(c *config) (outgoing, error) { return outgoing{method: http.MethodGet, path: path}, c.err }
}

// get returns a request for path with a query, or an error if the parameters or the configuration
// are invalid.
func (c *config) get(path string, k *checker, values url.Values) (outgoing, error) {
	if len(k.found) > 0 {
		return outgoing{}, &ValidationError{Violations: slices.Concat(c.found, k.found)}
	}
	if len(values) > 0 {
		path += "?" + values.Encode()
	}
	return outgoing{method: http.MethodGet, path: path}, c.err
}

// values encodes the parameters of a query. Those of extra do not replace others.
func (k *checker) values(params any, extra url.Values) url.Values {
	values, err := query.Values(params)
	if err != nil {
		k.found = append(k.found, Violation{Field: "params", Problem: err.Error(), Err: err})
	}
	for name, v := range extra {
		if !values.Has(name) {
			values[name] = v
		}
	}
	return values
}

// slug returns the path of a model, such as openai/gpt-4:free.
func (k *checker) slug(slug string) string {
	author, name, ok := strings.Cut(slug, "/")
	isSegment := func(s string) bool { return s != "" && s != "." && s != ".." && !strings.Contains(s, "/") }
	if !ok || !isSegment(author) || !isSegment(name) {
		k.found = append(k.found, Violation{Field: "slug", Problem: "must be an author and a name, such as openai/gpt-5.2"})
	}
	return url.PathEscape(author) + "/" + url.PathEscape(name)
}

// Get returns one model. The slug is a [Model.ID], with or without a variant such as :free. If the
// model does not exist, the error is [ErrNotFound]. Errors are those of [Client.Do].
func (s *ModelsService) Get(ctx context.Context, slug string, opts ...Option) (*Model, error) {
	op := Operation{Name: "get_model", Target: slug}
	body, err := fetched[modelBody](ctx, s.client.config().with(opts), op, func(c *config) (outgoing, error) {
		var k checker
		return c.get("/model/"+k.slug(slug), &k, nil)
	})
	if err != nil {
		return nil, err
	}
	return body.Data, nil
}

// Endpoints returns the endpoints of a model: the providers that run it, with price, speed and
// uptime. The slug is a [Model.ID]. Errors are those of [Client.Do].
func (s *ModelsService) Endpoints(ctx context.Context, slug string, opts ...Option) (*ModelEndpoints, error) {
	op := Operation{Name: "list_endpoints", Target: slug}
	body, err := fetched[modelEndpointsBody](ctx, s.client.config().with(opts), op, func(c *config) (outgoing, error) {
		var k checker
		return c.get(modelsPath+"/"+k.slug(slug)+"/endpoints", &k, nil)
	})
	if err != nil {
		return nil, err
	}
	return body.Data, nil
}

// ZDREndpoints returns the endpoints with zero data retention, of all models. A request that sets
// [ProviderPreferences.ZDR] uses only these. Errors are those of [Client.Do].
func (s *ModelsService) ZDREndpoints(ctx context.Context, opts ...Option) (*EndpointList, error) {
	return fetched[EndpointList](ctx, s.client.config().with(opts), Operation{Name: "list_endpoints"}, fixed("/endpoints/zdr"))
}

// Count returns the number of models. Nil params count models with text output. Errors are those of
// [Client.Do].
func (s *ModelsService) Count(ctx context.Context, params *ModelCountParams, opts ...Option) (int, error) {
	body, err := fetched[countBody](ctx, s.client.config().with(opts), Operation{Name: "count_models"}, func(c *config) (outgoing, error) {
		var k checker
		var values url.Values
		if params != nil {
			values = k.values(params, params.Extra)
		}
		return c.get(modelsPath+"/count", &k, values)
	})
	if err != nil {
		return 0, err
	}
	return *body.Data.Count, nil
}

// ListForUser returns the models that the key of the call may use, after the account's preferences,
// privacy settings and guardrails. Nil params return all of them. With a Limit or an Offset, the
// list is one page. Errors are those of [Client.Do].
func (s *ModelsService) ListForUser(ctx context.Context, params *PageParams, opts ...Option) (*ModelList, error) {
	return fetched[ModelList](ctx, s.client.config().with(opts), Operation{Name: "list_models"}, func(c *config) (outgoing, error) {
		k := checker{unchecked: c.unchecked}
		var values url.Values
		if params != nil {
			between(&k, "limit", params.Limit, 1, 1000)
			notNegative(&k, "offset", params.Offset)
			values = k.values(params, params.Extra)
		}
		return c.get(modelsPath+"/user", &k, values)
	})
}

// PageParams selects one page of a list.
type PageParams struct {
	// Limit is the maximum number of elements, 1 to 1000; the default is 500. If Limit and Offset
	// are nil, there is one page with all elements.
	Limit *int `url:"limit,omitempty"`
	// Offset is the number of elements to skip.
	Offset *int `url:"offset,omitempty"`

	// Extra holds query parameters that this version has no field for. Fields that are set take
	// precedence.
	Extra url.Values `url:"-"`
}

// ModelCountParams selects the models that [ModelsService.Count] counts.
type ModelCountParams struct {
	// OutputModalities selects models with these kinds of output. Empty means [ModalityText].
	// [ModalityAll] alone counts every model.
	OutputModalities []Modality `url:"output_modalities,omitempty,comma"`

	// Extra holds query parameters that this version has no field for. Fields that are set take
	// precedence.
	Extra url.Values `url:"-"`
}

func (l *ModelList) received(call *CallInfo) any {
	if l.Data == nil {
		return nil
	}
	l.call = call
	return l
}

type modelBody struct {
	Data *Model `json:"data" wire:"null"`

	Extra map[string]any `json:"-"`

	presence presence
}

func (b *modelBody) received(call *CallInfo) any {
	if b.Data == nil {
		return nil
	}
	b.Data.call = call
	return b.Data
}

type countBody struct {
	Data *modelCount `json:"data" wire:"null"`

	Extra map[string]any `json:"-"`

	presence presence
}

type modelCount struct {
	Count *int `json:"count"`

	Extra map[string]any `json:"-"`

	presence presence
}

func (b *countBody) received(*CallInfo) any {
	if b.Data == nil {
		return nil
	}
	if b.Data.Count == nil {
		return &DecodeError{What: "Count", Err: errors.New("count is missing or not an integer")}
	}
	return *b.Data.Count
}

// ModelEndpoints is a model with the endpoints that serve it.
type ModelEndpoints struct {
	// ID is the [Model.ID].
	ID string `json:"id"`
	// Name is the display name.
	Name string `json:"name"`
	// Created is a Unix time in seconds.
	Created      int64             `json:"created"`
	Description  string            `json:"description"`
	Architecture ModelArchitecture `json:"architecture"`
	Endpoints    []Endpoint        `json:"endpoints"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the endpoints.
func (m *ModelEndpoints) Call() CallInfo {
	if m == nil {
		return CallInfo{}
	}
	return m.call.value()
}

type modelEndpointsBody struct {
	Data *ModelEndpoints `json:"data" wire:"null"`

	Extra map[string]any `json:"-"`

	presence presence
}

func (b *modelEndpointsBody) received(call *CallInfo) any {
	if b.Data == nil {
		return nil
	}
	b.Data.call = call
	return b.Data
}

// EndpointList is a list of endpoints of several models.
type EndpointList struct {
	Data []Endpoint `json:"data"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the list.
func (l *EndpointList) Call() CallInfo {
	if l == nil {
		return CallInfo{}
	}
	return l.call.value()
}

func (l *EndpointList) received(call *CallInfo) any {
	if l.Data == nil {
		return nil
	}
	l.call = call
	return l
}

// Endpoint is a model at a provider.
type Endpoint struct {
	// Name is a display name of the provider and the model.
	Name string `json:"name"`
	// ModelID is the [Model.ID], and ModelName the display name of the model.
	ModelID   string `json:"model_id"`
	ModelName string `json:"model_name"`
	// ProviderName is the display name of the provider.
	ProviderName string `json:"provider_name"`
	// Tag selects the endpoint in [ProviderPreferences], such as openai/priority.
	Tag string `json:"tag"`
	// ContextLength is the maximum number of tokens of prompt and answer together.
	ContextLength int `json:"context_length"`
	// MaxCompletionTokens and MaxPromptTokens are 0 if the provider states no limit.
	MaxCompletionTokens int          `json:"max_completion_tokens" wire:"null"`
	MaxPromptTokens     int          `json:"max_prompt_tokens" wire:"null"`
	Pricing             ModelPricing `json:"pricing"`
	// Quantization is empty if it is not known.
	Quantization        Quantization     `json:"quantization" wire:"null"`
	SupportedParameters []ModelParameter `json:"supported_parameters"`
	// SupportsImplicitCaching is true if the provider caches prompts without being asked.
	SupportsImplicitCaching bool `json:"supports_implicit_caching"`
	// SupportsVoiceCloning is true for speech that can imitate a recording in the request.
	SupportsVoiceCloning bool `json:"supports_voice_cloning,omitzero"`
	// Status is 0 for an endpoint in use. Other values are negative, and the service does not document
	// them.
	Status int `json:"status,omitzero"`

	// UptimeLast5m is the percentage of requests that succeeded in the last five minutes. The two
	// fields below are for the last half hour and the last day. Requests over a rate limit do not
	// count. Nil means that there were too few requests.
	UptimeLast5m  *float64 `json:"uptime_last_5m" wire:"null"`
	UptimeLast30m *float64 `json:"uptime_last_30m" wire:"null"`
	UptimeLast1d  *float64 `json:"uptime_last_1d" wire:"null"`
	// LatencyLast30m is the time to the first token in the last half hour, in milliseconds. Nil means
	// that it is not known.
	LatencyLast30m *Percentiles `json:"latency_last_30m" wire:"null"`
	// ThroughputLast30m is the speed of the answers in the last half hour, in tokens per second. Nil
	// means that it is not known.
	ThroughputLast30m *Percentiles `json:"throughput_last_30m" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Percentiles describes a measurement. For a latency, 90 of 100 requests took at most P90. For a
// throughput, 90 of 100 requests were at least as fast as P90.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P75 float64 `json:"p75"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}
