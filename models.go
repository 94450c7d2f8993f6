package openrouter

import (
	"context"
	"errors"
	"iter"
	"math"
	"net/http"
	"net/url"
	"strings"
)

// ModelsService lists models and their endpoints. Use it as [Client.Models].
type ModelsService struct {
	client *Client
}

const modelsPath = "/models"

// List returns one page of models. The page has every model that matches, unless params has a Limit
// or an Offset. Nil params match every model with text output. Errors are those of [Client.Do].
// Params that the service would refuse are a [*ValidationError], and nothing is sent.
func (s *ModelsService) List(ctx context.Context, params *ModelListParams, opts ...Option) (*ModelList, error) {
	cfg := s.client.config().with(opts)
	address, err := cfg.modelsURL(params)
	return cfg.modelPage(ctx, address, err)
}

// All yields the models that match. It requests each page when it is needed; Limit is the size of a
// page. An error is yielded once, as the last element, with a nil model. The sequence may be used
// again; it then sends its requests again.
func (s *ModelsService) All(ctx context.Context, params *ModelListParams, opts ...Option) iter.Seq2[*Model, error] {
	return func(yield func(*Model, error) bool) {
		cfg := s.client.config().with(opts)
		address, err := cfg.modelsURL(params)
		seen := map[string]bool{}
		for address != "" || err != nil {
			seen[address] = true
			var page *ModelList
			if page, err = cfg.modelPage(ctx, address, err); err != nil {
				break
			}
			for i := range page.Data {
				if !yield(&page.Data[i], nil) {
					return
				}
			}
			address, err = page.next(cfg.baseURL, address, seen)
			err = cfg.secrets.conceal(err) // the next request is refused with it, so that observers see it
		}
		if err != nil {
			yield(nil, err)
		}
	}
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

// count is the answer of [ModelsService.Count].
type count struct {
	Count *int `json:"count"`

	Extra map[string]any `json:"-"`

	presence presence
}

func (n *count) received(*CallInfo) {}

func (n *count) problem() error {
	if n.Count == nil {
		return errors.New("count is missing or not an integer")
	}
	return nil
}

// next returns the address of the page after the one at from, or "" if there is none. The address
// must be on the same server and below the base URL, because the key is sent there.
func (l *ModelList) next(baseURL, from string, seen map[string]bool) (string, error) {
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
	case len(l.Data) == 0: // as could be every page after it
		problem = "is on a page without models"
	case to.Scheme != base.Scheme || to.Host != base.Host || to.User != nil:
		problem = "leads to another server, which must not get the key"
	case !isBelow(baseURL, to.Path):
		problem = "leads out of the base URL, where the key must not go"
	default:
		to.Fragment = ""
		if next := to.String(); !seen[next] {
			return next, nil
		}
		problem = "leads back to a page that was already read"
	}
	return "", &DecodeError{What: "links.next", Body: []byte(l.Links.Next), Err: errors.New(problem), call: l.call}
}

// isBelow reports whether a path is one of the base URL's own. Its segments are compared decoded,
// because a server may decode %2e%2e and go up.
func isBelow(baseURL, path string) bool {
	base, err := url.Parse(baseURL)
	if err != nil || !strings.HasPrefix(path, strings.TrimRight(base.Path, "/")+"/") {
		return false
	}
	for segment := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

func (c *config) modelsURL(params *ModelListParams) (string, error) {
	k := checker{unchecked: c.unchecked}
	var values url.Values
	if params != nil {
		k.params(params)
		values = k.values(params, params.Extra)
	}
	out, err := c.get(modelsPath, values, k.found)
	return c.baseURL + out.path, err
}

// modelPage requests a page. It returns refused if that is not nil, without a request.
func (c *config) modelPage(ctx context.Context, address string, refused error) (*ModelList, error) {
	return fetched(ctx, c, Operation{Name: "list_models"}, func(*config) (outgoing, error) {
		return outgoing{method: http.MethodGet, url: address}, refused
	}, whole[ModelList])
}

// ModelListParams selects models and their order. Fields that are empty or nil are not sent. A
// model must match all fields that are sent. The service does not document whether it must match
// every element of a list, or only one.
type ModelListParams struct {
	// Query is a text to search for in names and slugs.
	Query    string        `url:"q,omitempty"`
	Category ModelCategory `url:"category,omitempty"`
	// Sort is the order of the models. Empty means the service's own order.
	Sort ModelSort `url:"sort,omitempty"`

	// SupportedParameters selects models that support these parameters.
	SupportedParameters []ModelParameter `url:"supported_parameters,omitempty,comma"`
	InputModalities     []Modality       `url:"input_modalities,omitempty,comma"`
	// OutputModalities selects models with these kinds of output. Empty means [ModalityText].
	// [ModalityAll] alone matches every model.
	OutputModalities []Modality `url:"output_modalities,omitempty,comma"`
	// Context is the minimum context length, in tokens.
	Context *int `url:"context,omitempty"`
	// Architecture is a model family, such as GPT, Claude, Gemini or Llama.
	Architecture string `url:"arch,omitempty"`
	// ModelAuthors are slugs, such as openai.
	ModelAuthors []string `url:"model_authors,omitempty,comma"`
	// Providers are display names, such as Google AI Studio.
	Providers []string `url:"providers,omitempty,comma"`
	// Distillable selects models whose output may (true) or may not (false) be used to train other
	// models. Nil selects both.
	Distillable *bool `url:"distillable,omitempty"`
	// ZDR selects only models that have an endpoint with zero data retention. The service cannot
	// select the others, so ZDR is not a pointer.
	ZDR bool `url:"zdr,omitempty"`
	// Region selects only models that have an endpoint in the region.
	Region ModelRegion `url:"region,omitempty"`

	// MinPrice and MaxPrice limit the price of the prompt, in USD per million tokens, as
	// [Decimal.PerMillion] writes it.
	MinPrice Decimal `url:"min_price,omitempty"`
	MaxPrice Decimal `url:"max_price,omitempty"`
	// MinOutputPrice and MaxOutputPrice limit the price of the answer, in USD per million tokens, too.
	MinOutputPrice Decimal `url:"min_output_price,omitempty"`
	MaxOutputPrice Decimal `url:"max_output_price,omitempty"`

	// MinAgeDays and MaxAgeDays limit the days since the model was created.
	MinAgeDays *int `url:"min_age_days,omitempty"`
	MaxAgeDays *int `url:"max_age_days,omitempty"`

	// MinIntelligenceIndex and the five fields below limit the indexes of [ArtificialAnalysis].
	MinIntelligenceIndex *float64 `url:"min_intelligence_index,omitempty"`
	MaxIntelligenceIndex *float64 `url:"max_intelligence_index,omitempty"`
	MinCodingIndex       *float64 `url:"min_coding_index,omitempty"`
	MaxCodingIndex       *float64 `url:"max_coding_index,omitempty"`
	MinAgenticIndex      *float64 `url:"min_agentic_index,omitempty"`
	MaxAgenticIndex      *float64 `url:"max_agentic_index,omitempty"`
	// MinToolSuccessRate and MaxToolSuccessRate limit the fraction, between 0 and 1, of requests
	// with tools that ended in a tool call.
	MinToolSuccessRate *float64 `url:"min_tool_success_rate,omitempty"`
	MaxToolSuccessRate *float64 `url:"max_tool_success_rate,omitempty"`

	// Limit is the maximum number of models on a page, 1 to 1000; the default is 500. If Limit and
	// Offset are nil, there is one page with all models.
	Limit *int `url:"limit,omitempty"`
	// Offset is the number of models to skip.
	Offset *int `url:"offset,omitempty"`

	// Extra holds query parameters that this version has no field for. Fields that are set take
	// precedence.
	Extra url.Values `url:"-"`
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

func (k *checker) params(p *ModelListParams) {
	k.positive("context", p.Context)
	k.listPrice("min_price", p.MinPrice)
	k.listPrice("max_price", p.MaxPrice)
	k.listPrice("min_output_price", p.MinOutputPrice)
	k.listPrice("max_output_price", p.MaxOutputPrice)
	notNegative(k, "min_age_days", p.MinAgeDays)
	notNegative(k, "max_age_days", p.MaxAgeDays)
	notNegative(k, "min_intelligence_index", p.MinIntelligenceIndex)
	notNegative(k, "max_intelligence_index", p.MaxIntelligenceIndex)
	notNegative(k, "min_coding_index", p.MinCodingIndex)
	notNegative(k, "max_coding_index", p.MaxCodingIndex)
	notNegative(k, "min_agentic_index", p.MinAgenticIndex)
	notNegative(k, "max_agentic_index", p.MaxAgenticIndex)
	if isFinite(k, "min_tool_success_rate", p.MinToolSuccessRate) {
		between(k, "min_tool_success_rate", p.MinToolSuccessRate, 0, 1)
	}
	if isFinite(k, "max_tool_success_rate", p.MaxToolSuccessRate) {
		between(k, "max_tool_success_rate", p.MaxToolSuccessRate, 0, 1)
	}
	between(k, "limit", p.Limit, 1, 1000)
	notNegative(k, "offset", p.Offset)
}

func notNegative[N number](k *checker, field string, p *N) {
	if isFinite(k, field, p) && p != nil && *p < 0 {
		k.outside(field, *p, "at least 0")
	}
}

// isFinite notes a number that is NaN or infinite, which cannot be sent.
func isFinite[N number](k *checker, field string, p *N) bool {
	if p == nil || !math.IsNaN(float64(*p)) && !math.IsInf(float64(*p), 0) {
		return true
	}
	k.found = append(k.found, Violation{Field: field, Problem: "is NaN or infinite, must be a finite number", Value: *p})
	return false
}

func (k *checker) listPrice(field string, d Decimal) {
	k.price(field, d)
	if f, err := d.Float64(); err == nil && f < 0 {
		k.outside(field, d, "at least 0")
	}
}

// ModelCategory is a use case that models are ranked for. Other values are possible.
type ModelCategory string

const (
	ModelCategoryProgramming  ModelCategory = "programming"
	ModelCategoryRoleplay     ModelCategory = "roleplay"
	ModelCategoryMarketing    ModelCategory = "marketing"
	ModelCategoryMarketingSEO ModelCategory = "marketing/seo"
	ModelCategoryTechnology   ModelCategory = "technology"
	ModelCategoryScience      ModelCategory = "science"
	ModelCategoryTranslation  ModelCategory = "translation"
	ModelCategoryLegal        ModelCategory = "legal"
	ModelCategoryFinance      ModelCategory = "finance"
	ModelCategoryHealth       ModelCategory = "health"
	ModelCategoryTrivia       ModelCategory = "trivia"
	ModelCategoryAcademia     ModelCategory = "academia"
)

// ModelSort is an order of models. Models without the measurement that an order needs come last.
// Other values are possible.
type ModelSort string

const (
	ModelSortPopular ModelSort = "most-popular"
	ModelSortNewest  ModelSort = "newest"
	// ModelSortTopWeekly orders by the tokens processed in the last week.
	ModelSortTopWeekly ModelSort = "top-weekly"
	// ModelSortPriceAscending orders by the average of the prompt price and the completion price.
	ModelSortPriceAscending  ModelSort = "pricing-low-to-high"
	ModelSortPriceDescending ModelSort = "pricing-high-to-low"
	ModelSortContext         ModelSort = "context-high-to-low"
	ModelSortThroughput      ModelSort = "throughput-high-to-low"
	ModelSortLatency         ModelSort = "latency-low-to-high"
	ModelSortIntelligence    ModelSort = "intelligence-high-to-low"
	ModelSortCoding          ModelSort = "coding-high-to-low"
	ModelSortAgentic         ModelSort = "agentic-high-to-low"
	// ModelSortDesignArena orders by a model's best rating in any arena.
	ModelSortDesignArena ModelSort = "design-arena-elo-high-to-low"
)

// ModelRegion is the region that an endpoint runs in. Other values are possible.
type ModelRegion string

const (
	ModelRegionEU ModelRegion = "eu"
	ModelRegionUS ModelRegion = "us"
)

// ModalityAll matches every modality in [ModelListParams.OutputModalities].
const ModalityAll Modality = "all"
