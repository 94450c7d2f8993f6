package openrouter

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/google/go-querystring/query"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// answer is a value that an endpoint returns.
type answer[T any] interface {
	*T
	object
	// received links the value to its exchange. The error says what is wrong with the value, or is
	// [missing].
	received(call *CallInfo) error
}

// missing is the name of a member without which a body is not an answer.
type missing string

func (m missing) Error() string { return "there is no " + string(m) }

// fetched runs an operation that sends the request that prepare returns. once sends it and decodes
// the answer: [whole] or [inData].
func fetched[R any](ctx context.Context, c *config, op Operation, prepare func(*config) (outgoing, error), once func(context.Context, *config, outgoing, *CallInfo) (R, error)) (R, error) {
	return observed(ctx, c, op, func(ctx context.Context, c *config) (res R, err error) {
		out, err := prepare(c)
		if err != nil {
			return res, err
		}
		res, err = attempts(ctx, c, func(call *CallInfo) (R, error) { return once(ctx, c, out, call) })
		if out.managed {
			err = managed(err)
		}
		return res, err
	})
}

// whole returns an answer whose body is a T.
func whole[T any, P answer[T]](ctx context.Context, c *config, out outgoing, call *CallInfo) (*T, error) {
	return fetchOnce[T, P](ctx, c, out, call, nameOf[T]())
}

// inData returns an answer whose body has a T in its member data.
func inData[T any, P answer[T]](ctx context.Context, c *config, out outgoing, call *CallInfo) (*T, error) {
	body, err := fetchOnce[dataBody[T, P]](ctx, c, out, call, nameOf[T]())
	if err != nil {
		return nil, err
	}
	return body.data, nil
}

// nameOf returns the name of a type for a [DecodeError].
func nameOf[T any]() string {
	name := reflect.TypeFor[T]().Name()
	return strings.ToUpper(name[:1]) + name[1:]
}

func fetchOnce[T any, P interface {
	*T
	received(call *CallInfo) error
}](ctx context.Context, c *config, out outgoing, call *CallInfo, name string) (*T, error) {
	data, err := c.exchange(ctx, out, call, new(bytes.Buffer))
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := c.decode(call, data, v); err != nil {
		if e, ok := errors.AsType[*DecodeError](err); ok {
			e.What = name // and not that of the body around it
		}
		return nil, err
	}
	switch err := P(v).received(call).(type) {
	case nil:
		return v, nil
	case missing:
		return nil, c.without(string(err), call, data)
	default:
		return nil, &DecodeError{What: name, Body: bytes.Clone(data), Err: err, call: call}
	}
}

// dataBody is a body that has a T in its member data.
type dataBody[T any, P answer[T]] struct{ data *T }

var dataMembers = wire.Members{Keys: []string{`"data":`}}

func (b *dataBody[T, P]) member(r *wire.Reader) (int, wire.Got) {
	if string(r.Key) == "data" {
		return 0, readPtr[T, P](r, &b.data)
	}
	return -1, wire.Wrong
}

func (b *dataBody[T, P]) UnmarshalJSON(text []byte) error {
	var was presence
	var extra map[string]any
	r := wire.NewReader(text)
	return decoded(&r, readObject(&r, b, &dataMembers, &was, &extra), text, "")
}

func (b *dataBody[T, P]) received(call *CallInfo) error {
	if b.data == nil {
		return missing("data")
	}
	return P(b.data).received(call)
}

// fixed prepares a request that has no parameters.
func fixed(path string) func(*config) (outgoing, error) {
	return func(c *config) (outgoing, error) { return outgoing{method: http.MethodGet, path: path}, c.err }
}

// get returns a request for path with a query, or an error if something was found to be wrong with
// the parameters or the configuration is invalid.
func (c *config) get(path string, values url.Values, found []Violation) (outgoing, error) {
	if len(values) > 0 {
		path += "?" + values.Encode()
	}
	return outgoing{method: http.MethodGet, path: path}, c.refused(found)
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
	return fetched(ctx, s.client.config().with(opts), op, func(c *config) (outgoing, error) {
		var k checker
		path := "/model/" + k.slug(slug)
		return c.get(path, nil, k.found)
	}, inData[Model])
}

// Endpoints returns the endpoints of a model: the providers that run it, with price, speed and
// uptime. The slug is a [Model.ID]. Errors are those of [Client.Do].
func (s *ModelsService) Endpoints(ctx context.Context, slug string, opts ...Option) (*ModelEndpoints, error) {
	op := Operation{Name: "list_endpoints", Target: slug}
	return fetched(ctx, s.client.config().with(opts), op, func(c *config) (outgoing, error) {
		var k checker
		path := modelsPath + "/" + k.slug(slug) + "/endpoints"
		return c.get(path, nil, k.found)
	}, inData[ModelEndpoints])
}

// ZDREndpoints returns the endpoints with zero data retention, of all models. A request that sets
// [ProviderPreferences.ZDR] uses only these. Errors are those of [Client.Do].
func (s *ModelsService) ZDREndpoints(ctx context.Context, opts ...Option) (*EndpointList, error) {
	return fetched(ctx, s.client.config().with(opts), Operation{Name: "list_endpoints"}, fixed("/endpoints/zdr"), whole[EndpointList])
}

// Count returns the number of models. Nil params count models with text output. Errors are those of
// [Client.Do].
func (s *ModelsService) Count(ctx context.Context, params *ModelCountParams, opts ...Option) (int, error) {
	return fetched(ctx, s.client.config().with(opts), Operation{Name: "count_models"}, func(c *config) (outgoing, error) {
		var k checker
		var values url.Values
		if params != nil {
			values = k.values(params, params.Extra)
		}
		return c.get(modelsPath+"/count", values, k.found)
	}, func(ctx context.Context, c *config, out outgoing, call *CallInfo) (int, error) {
		n, err := inData[count](ctx, c, out, call)
		if err != nil {
			return 0, err
		}
		return *n.Count, nil
	})
}

// ListForUser returns the models that the key of the call may use, after the account's preferences,
// privacy settings and guardrails. Nil params return all of them. With a Limit or an Offset, the
// list is one page. Errors are those of [Client.Do].
func (s *ModelsService) ListForUser(ctx context.Context, params *PageParams, opts ...Option) (*ModelList, error) {
	return fetched(ctx, s.client.config().with(opts), Operation{Name: "list_models"}, func(c *config) (outgoing, error) {
		k := checker{unchecked: c.unchecked}
		var values url.Values
		if params != nil {
			between(&k, "limit", params.Limit, 1, 1000)
			notNegative(&k, "offset", params.Offset)
			values = k.values(params, params.Extra)
		}
		return c.get(modelsPath+"/user", values, k.found)
	}, whole[ModelList])
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

func (l *ModelList) received(call *CallInfo) error {
	if l.Data == nil {
		return missing("data")
	}
	l.call = call
	return nil
}

// count is the answer of [ModelsService.Count].
type count struct {
	Count *int `json:"count"`

	Extra map[string]any `json:"-"`

	presence presence
}

func (n *count) received(*CallInfo) error {
	if n.Count == nil {
		return errors.New("count is missing or not an integer")
	}
	return nil
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

func (m *ModelEndpoints) received(call *CallInfo) error {
	m.call = call
	return nil
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

func (l *EndpointList) received(call *CallInfo) error {
	if l.Data == nil {
		return missing("data")
	}
	l.call = call
	return nil
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
