package openrouter

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// GenerationsService returns the records of answers. Use it as [Client.Generations].
type GenerationsService struct {
	client *Client
}

const generationPath = "/generation"

// Get returns the record of an answer. The record has the cost even if the answer broke off or was
// cancelled before it could report it. The id is [ChatCompletion.ID], or [CallInfo.GenerationID] if
// there is no answer.
//
// A record may not exist right after the answer. The service does not document how long that takes.
// Until then Get returns [ErrNotFound], unless [WithRecordWait] lets it wait:
//
//	client.Generations.Get(ctx, id, openrouter.WithRecordWait(time.Minute))
//
// Other errors are those of [Client.Do]. An empty id is a [*ValidationError].
func (s *GenerationsService) Get(ctx context.Context, id string, opts ...Option) (*Generation, error) {
	return record[Generation](ctx, s, "get_generation", generationPath, id, opts)
}

// Content returns the prompt and the answer that the service has stored, and the failure if there
// was one. It stores them only if the account says so, and never for endpoints with zero data
// retention: then the fields are empty, or the error is [ErrPermissionDenied] or [ErrNotFound]. It
// waits for the record and fails as [GenerationsService.Get] does.
func (s *GenerationsService) Content(ctx context.Context, id string, opts ...Option) (*GenerationContent, error) {
	return record[GenerationContent](ctx, s, "get_generation_content", generationPath+"/content", id, opts)
}

// WithRecordWait lets [GenerationsService.Get] and [GenerationsService.Content] wait up to d for a
// record that does not exist yet. The default is 0: they return [ErrNotFound] at once. While they
// wait they ask again, first after 250 milliseconds and then ever more seldom, up to every four
// seconds. [CallInfo.Attempts] counts that; [WithMaxRetries] and [WithOnRetry] do not.
func WithRecordWait(d time.Duration) Option {
	return func(c *config) { c.duration("WithRecordWait", d, &c.recordWait) }
}

const (
	firstRecordPause = 250 * time.Millisecond
	maxRecordPause   = 4 * time.Second
)

// record fetches what the service knows of a generation.
func record[T any, P answer[T]](ctx context.Context, s *GenerationsService, name, path, id string, opts []Option) (*T, error) {
	return observed(ctx, s.client.config().with(opts), Operation{Name: name}, func(ctx context.Context, c *config) (*T, error) {
		var found []Violation
		if id == "" {
			found = []Violation{{Field: "id", Problem: "is empty"}}
		}
		out, err := c.get(path, url.Values{"id": {id}}, found)
		if err != nil {
			return nil, err
		}
		left := c.recordWait
		return attempts(ctx, c, func(call *CallInfo) (*T, error) {
			for pause := firstRecordPause; ; pause = min(2*pause, maxRecordPause) {
				v, err := inData[T, P](ctx, c, out, call)
				wait := min(pause, left)
				if !errors.Is(err, ErrNotFound) || wait == 0 {
					return v, err
				}
				if !slept(ctx, wait) {
					return nil, hang(err, contextError(ctx))
				}
				left -= wait
				call.Waited += wait
				call.Attempts++
			}
		})
	})
}

// Generation is the service's record of one answer: its cost, its provider and its times. For
// values that do not apply or are not known, the service sends null; the field is then zero.
type Generation struct {
	ID string `json:"id,omitzero"`
	// UpstreamID is the provider's id of the answer.
	UpstreamID string `json:"upstream_id,omitzero"`
	// RequestID is shared by all generations of one request.
	RequestID string `json:"request_id,omitzero"`
	Model     string `json:"model,omitzero"`
	// ProviderName is the display name of the provider that answered.
	ProviderName string `json:"provider_name,omitzero"`
	// CreatedAt is a time in the format [time.RFC3339].
	CreatedAt string  `json:"created_at,omitzero"`
	APIType   APIType `json:"api_type,omitzero"`
	// Router is the router that chose the model, such as openrouter/auto.
	Router string `json:"router,omitzero"`

	// Cost.

	// TotalCost is the amount that was charged, in USD.
	TotalCost float64 `json:"total_cost,omitzero"`
	// Usage is a usage amount, in USD. The service does not say how it differs from TotalCost.
	Usage float64 `json:"usage,omitzero"`
	// UpstreamInferenceCost is the amount that the provider charged, in USD.
	UpstreamInferenceCost float64 `json:"upstream_inference_cost,omitzero"`
	// CacheDiscount is the amount that prompt caching saved, in USD; see [Usage.CacheDiscount].
	CacheDiscount float64 `json:"cache_discount,omitzero"`
	// IsBYOK is true if the provider was called with the account's own provider key.
	IsBYOK bool `json:"is_byok,omitzero"`

	// Outcome and timing.

	Streamed           bool         `json:"streamed,omitzero"`
	Cancelled          bool         `json:"cancelled,omitzero"`
	FinishReason       FinishReason `json:"finish_reason,omitzero"`
	NativeFinishReason string       `json:"native_finish_reason,omitzero"`
	// Latency, GenerationTime and ModerationLatency are in milliseconds.
	Latency           float64 `json:"latency,omitzero"`
	GenerationTime    float64 `json:"generation_time,omitzero"`
	ModerationLatency float64 `json:"moderation_latency,omitzero"`
	// ProviderResponses lists the attempts, including those that failed.
	ProviderResponses []ProviderResponse `json:"provider_responses,omitzero"`
	// ResponseCacheSourceID is the generation whose answer was returned from the response cache.
	ResponseCacheSourceID string `json:"response_cache_source_id,omitzero"`
	// ServiceTier is the tier that the provider reported.
	ServiceTier string `json:"service_tier,omitzero"`
	// DataRegion is the region that the request was routed through.
	DataRegion DataRegion `json:"data_region,omitzero"`

	// Tokens.

	// TokensPrompt and TokensCompletion are counted by the service.
	TokensPrompt     int `json:"tokens_prompt,omitzero"`
	TokensCompletion int `json:"tokens_completion,omitzero"`
	// NativeTokensPrompt and the fields below are counted by the provider, with the model's own
	// tokenizer.
	NativeTokensPrompt           int `json:"native_tokens_prompt,omitzero"`
	NativeTokensCompletion       int `json:"native_tokens_completion,omitzero"`
	NativeTokensReasoning        int `json:"native_tokens_reasoning,omitzero"`
	NativeTokensCached           int `json:"native_tokens_cached,omitzero"`
	NativeTokensCompletionImages int `json:"native_tokens_completion_images,omitzero"`

	// Other counts.

	NumMediaPrompt      int `json:"num_media_prompt,omitzero"`
	NumInputAudioPrompt int `json:"num_input_audio_prompt,omitzero"`
	NumMediaCompletion  int `json:"num_media_completion,omitzero"`
	NumSearchResults    int `json:"num_search_results,omitzero"`
	NumFetches          int `json:"num_fetches,omitzero"`
	// WebSearchEngine is the engine that searched, such as exa.
	WebSearchEngine string `json:"web_search_engine,omitzero"`

	// Origin of the request.

	// Origin is the URL that the request came from.
	Origin      string `json:"origin,omitzero"`
	AppID       int    `json:"app_id,omitzero"`
	HTTPReferer string `json:"http_referer,omitzero"`
	UserAgent   string `json:"user_agent,omitzero"`
	// ExternalUser is [ChatCompletionRequest.User].
	ExternalUser string `json:"external_user,omitzero"`
	SessionID    string `json:"session_id,omitzero"`
	PresetID     string `json:"preset_id,omitzero"`
	WorkspaceID  string `json:"workspace_id,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence widePresence
}

// ProviderResponse is one attempt to get an answer from a provider.
type ProviderResponse struct {
	// ID is the provider's id of its response.
	ID string `json:"id,omitzero"`
	// Status is the HTTP status; 0 if there was no response.
	Status       int    `json:"status" wire:"null"`
	ProviderName string `json:"provider_name,omitzero"`
	EndpointID   string `json:"endpoint_id,omitzero"`
	// ModelPermaslug is the [Model.CanonicalSlug].
	ModelPermaslug string `json:"model_permaslug,omitzero"`
	// Latency is in milliseconds.
	Latency float64 `json:"latency,omitzero"`
	IsBYOK  bool    `json:"is_byok,omitzero"`
	// RoutedServiceTier is the tier that the service asked for. The provider may have used and
	// billed another.
	RoutedServiceTier ServiceTier `json:"routed_service_tier,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// APIType is the kind of request that a generation belongs to. Other values are possible.
type APIType string

const (
	// APITypeCompletions includes chat completions.
	APITypeCompletions APIType = "completions"
	APITypeEmbeddings  APIType = "embeddings"
	APITypeRerank      APIType = "rerank"
	// APITypeTTS is text to speech, and APITypeSTT speech to text.
	APITypeTTS   APIType = "tts"
	APITypeSTT   APIType = "stt"
	APITypeVideo APIType = "video"
	APITypeImage APIType = "image"
)

// DataRegion is a region that requests are routed through. Other values are possible.
type DataRegion string

const (
	DataRegionGlobal DataRegion = "global"
	DataRegionEurope DataRegion = "europe"
	DataRegionUS     DataRegion = "us"
)

func (g *Generation) received(call *CallInfo) { g.call = call }

// Call describes the HTTP exchange that returned the record.
func (g *Generation) Call() CallInfo {
	if g == nil {
		return CallInfo{}
	}
	return g.call.value()
}

// GenerationContent is what the service has stored of an answer and its prompt.
type GenerationContent struct {
	Input  GenerationInput  `json:"input"`
	Output GenerationOutput `json:"output"`
	// Error is the failure of the request, or nil if it succeeded.
	Error *GenerationError `json:"error" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the content.
func (g *GenerationContent) Call() CallInfo {
	if g == nil {
		return CallInfo{}
	}
	return g.call.value()
}

func (g *GenerationContent) received(call *CallInfo) { g.call = call }

// GenerationInput is the prompt of a generation: a text or messages.
type GenerationInput struct {
	Prompt   string    `json:"prompt,omitzero"`
	Messages []Message `json:"messages,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// GenerationOutput is the answer of a generation.
type GenerationOutput struct {
	// Completion is the text of the answer.
	Completion string `json:"completion" wire:"null"`
	// Reasoning is the text of the model's reasoning.
	Reasoning string `json:"reasoning" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// GenerationError is the failure that ended a generation.
type GenerationError struct {
	// Status is the HTTP status that the client got.
	Status int `json:"status" wire:"null"`
	// Message is the text that the client got.
	Message string `json:"message" wire:"null"`
	// ProviderName is the display name of the provider that failed.
	ProviderName string `json:"provider_name" wire:"null"`
	// Raw is the body of the provider's failure. It may contain parts of the prompt.
	Raw string `json:"raw" wire:"null"`
	// PreviousErrors are the attempts at providers that failed before, in their order.
	PreviousErrors []GenerationAttempt `json:"previous_errors"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// GenerationAttempt is an attempt at a provider that failed.
type GenerationAttempt struct {
	// Code is the HTTP status of the provider's answer.
	Code         int    `json:"code"`
	Message      string `json:"message"`
	ProviderName string `json:"provider_name" wire:"null"`
	// Raw is the body of the provider's failure. It may contain parts of the prompt.
	Raw string `json:"raw" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}
