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

// Generation is the service's record of one answer: what it cost, who gave it
// and how long that took. The service sends null for what does not apply or is
// not known, which is the zero value here.
type Generation struct {
	ID string `json:"id,omitzero"`
	// UpstreamID is the provider's own id for the answer.
	UpstreamID string `json:"upstream_id,omitzero"`
	// RequestID is shared by all generations of one request.
	RequestID string `json:"request_id,omitzero"`
	Model     string `json:"model,omitzero"`
	// ProviderName is the display name of the provider that answered.
	ProviderName string `json:"provider_name,omitzero"`
	// CreatedAt is a time in the format of time.RFC3339.
	CreatedAt string  `json:"created_at,omitzero"`
	APIType   APIType `json:"api_type,omitzero"`
	// Router is the router that picked the model, such as openrouter/auto.
	Router string `json:"router,omitzero"`

	// What it cost, in USD.

	// TotalCost is what was charged.
	TotalCost float64 `json:"total_cost,omitzero"`
	// Usage is the amount counted as used. The service does not say when it
	// differs from TotalCost.
	Usage float64 `json:"usage,omitzero"`
	// UpstreamInferenceCost is the provider's price.
	UpstreamInferenceCost float64 `json:"upstream_inference_cost,omitzero"`
	// CacheDiscount is what prompt caching saved; see [Usage.CacheDiscount].
	CacheDiscount float64 `json:"cache_discount,omitzero"`
	// IsBYOK says that the provider was called with the account's own key.
	IsBYOK bool `json:"is_byok,omitzero"`

	// How it went.

	Streamed           bool         `json:"streamed,omitzero"`
	Cancelled          bool         `json:"cancelled,omitzero"`
	FinishReason       FinishReason `json:"finish_reason,omitzero"`
	NativeFinishReason string       `json:"native_finish_reason,omitzero"`
	// Latency is in milliseconds, as all three are.
	Latency           float64 `json:"latency,omitzero"`
	GenerationTime    float64 `json:"generation_time,omitzero"`
	ModerationLatency float64 `json:"moderation_latency,omitzero"`
	// ProviderResponses are the attempts, failed ones included.
	ProviderResponses []ProviderResponse `json:"provider_responses,omitzero"`
	// ResponseCacheSourceID is the generation that this one repeats from the
	// response cache.
	ResponseCacheSourceID string `json:"response_cache_source_id,omitzero"`
	// ServiceTier is the tier that the provider says it used.
	ServiceTier string `json:"service_tier,omitzero"`
	// DataRegion is where it was processed.
	DataRegion DataRegion `json:"data_region,omitzero"`

	// Tokens: the first two as the service counts them, the others as the
	// provider does, with the model's own tokenizer.

	TokensPrompt                 int `json:"tokens_prompt,omitzero"`
	TokensCompletion             int `json:"tokens_completion,omitzero"`
	NativeTokensPrompt           int `json:"native_tokens_prompt,omitzero"`
	NativeTokensCompletion       int `json:"native_tokens_completion,omitzero"`
	NativeTokensReasoning        int `json:"native_tokens_reasoning,omitzero"`
	NativeTokensCached           int `json:"native_tokens_cached,omitzero"`
	NativeTokensCompletionImages int `json:"native_tokens_completion_images,omitzero"`

	// Other things counted.

	NumMediaPrompt      int `json:"num_media_prompt,omitzero"`
	NumInputAudioPrompt int `json:"num_input_audio_prompt,omitzero"`
	NumMediaCompletion  int `json:"num_media_completion,omitzero"`
	NumSearchResults    int `json:"num_search_results,omitzero"`
	NumFetches          int `json:"num_fetches,omitzero"`
	// WebSearchEngine is the engine that searched, such as exa.
	WebSearchEngine string `json:"web_search_engine,omitzero"`

	// Who asked.

	// Origin is the URL the request came from, and AppID the application's
	// number.
	Origin      string `json:"origin,omitzero"`
	AppID       int    `json:"app_id,omitzero"`
	HTTPReferer string `json:"http_referer,omitzero"`
	UserAgent   string `json:"user_agent,omitzero"`
	// ExternalUser is the request's user.
	ExternalUser string `json:"external_user,omitzero"`
	SessionID    string `json:"session_id,omitzero"`
	PresetID     string `json:"preset_id,omitzero"`
	WorkspaceID  string `json:"workspace_id,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence widePresence
}

// ProviderResponse is one attempt to get an answer from a provider.
type ProviderResponse struct {
	// ID is the provider's own id for its response.
	ID string `json:"id,omitzero"`
	// Status is the HTTP status; 0 if no response came.
	Status       int    `json:"status" wire:"null"`
	ProviderName string `json:"provider_name,omitzero"`
	EndpointID   string `json:"endpoint_id,omitzero"`
	// ModelPermaslug is the model's canonical slug.
	ModelPermaslug string `json:"model_permaslug,omitzero"`
	// Latency is in milliseconds.
	Latency float64 `json:"latency,omitzero"`
	IsBYOK  bool    `json:"is_byok,omitzero"`
	// RoutedServiceTier is the tier asked of the provider, which may have used
	// and billed another.
	RoutedServiceTier ServiceTier `json:"routed_service_tier,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// APIType is the kind of request a generation belongs to. The set is open.
type APIType string

const (
	// APITypeCompletions is chat completions, too.
	APITypeCompletions APIType = "completions"
	APITypeEmbeddings  APIType = "embeddings"
	APITypeRerank      APIType = "rerank"
	// APITypeTTS is speech made of text, and APITypeSTT text made of speech.
	APITypeTTS   APIType = "tts"
	APITypeSTT   APIType = "stt"
	APITypeVideo APIType = "video"
	APITypeImage APIType = "image"
)

// DataRegion is where a request was processed. The set is open.
type DataRegion string

const (
	DataRegionGlobal DataRegion = "global"
	DataRegionEurope DataRegion = "europe"
	DataRegionUS     DataRegion = "us"
)

// generationBody is the body that a generation comes in.
type generationBody struct {
	Data *Generation `json:"data" wire:"null"`

	Extra map[string]any `json:"-"`

	presence presence
}

// Call tells about the HTTP exchange that fetched the record.
func (g *Generation) Call() CallInfo {
	if g == nil {
		return CallInfo{}
	}
	return g.call.value()
}
