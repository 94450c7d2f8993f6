package openrouter

// WebSearchTool lets the model search the web. The sources come back as
// annotations.
//
//wire:variant Tool type=openrouter:web_search
type WebSearchTool struct {
	Parameters *WebSearchParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchShorthandTool is [WebSearchTool] in the spelling of OpenAI's
// Responses API, where the settings stand beside the type or under parameters.
// It is for requests that were written for that; new ones use WebSearchTool.
//
//wire:variant Tool type=web_search,web_search_preview,web_search_preview_2025_03_11,web_search_2025_08_26
type WebSearchShorthandTool struct {
	// Type is required. All types do the same.
	Type WebSearchType `json:"type"`

	// The settings are those of [WebSearchParameters].

	Engine            SearchEngine         `json:"engine,omitzero"`
	Mode              SearchMode           `json:"mode,omitzero"`
	MaxResults        *int                 `json:"max_results,omitzero"`
	MaxTotalResults   *int                 `json:"max_total_results,omitzero"`
	MaxUses           *int                 `json:"max_uses,omitzero"`
	MaxCharacters     *int                 `json:"max_characters,omitzero"`
	SearchContextSize SearchContextSize    `json:"search_context_size,omitzero"`
	AllowedDomains    []string             `json:"allowed_domains,omitzero"`
	ExcludedDomains   []string             `json:"excluded_domains,omitzero"`
	UserLocation      *UserLocation        `json:"user_location,omitzero"`
	Parameters        *WebSearchParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchType is a type of [WebSearchShorthandTool].
type WebSearchType string

const (
	WebSearchTypePlain           WebSearchType = "web_search"
	WebSearchTypePreview         WebSearchType = "web_search_preview"
	WebSearchTypePreview20250311 WebSearchType = "web_search_preview_2025_03_11"
	WebSearchType20250826        WebSearchType = "web_search_2025_08_26"
)

// WebFetchTool lets the model read web pages and PDFs by their address.
//
//wire:variant Tool type=openrouter:web_fetch
type WebFetchTool struct {
	Parameters *WebFetchParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebFetchParameters set up a [WebFetchTool].
type WebFetchParameters struct {
	// Engine is [FetchEngineAuto] when empty.
	Engine FetchEngine `json:"engine,omitzero"`
	// MaxUses is the number of pages of one request; the model is told of an
	// error when it asks for more.
	MaxUses *int `json:"max_uses,omitzero"`
	// MaxContentTokens is about how long a page may be; the rest is cut off.
	MaxContentTokens *int `json:"max_content_tokens,omitzero"`
	// AllowedDomains limits what may be read to these.
	AllowedDomains []string `json:"allowed_domains,omitzero"`
	// BlockedDomains keeps these out.
	BlockedDomains []string `json:"blocked_domains,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FetchEngine is what a web page is read with. The set is open.
type FetchEngine string

const (
	// FetchEngineAuto is the provider's own where it has one, else Exa.
	FetchEngineAuto FetchEngine = "auto"
	// FetchEngineNative is the provider's own.
	FetchEngineNative FetchEngine = "native"
	// FetchEngineOpenRouter gets the page with a plain HTTP request.
	FetchEngineOpenRouter FetchEngine = "openrouter"
	FetchEngineExa        FetchEngine = "exa"
	FetchEngineParallel   FetchEngine = "parallel"
	// FetchEngineFirecrawl needs the account's own Firecrawl key.
	FetchEngineFirecrawl FetchEngine = "firecrawl"
)

// DatetimeTool tells the model the date and time.
//
//wire:variant Tool type=openrouter:datetime
type DatetimeTool struct {
	Parameters *DatetimeParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// DatetimeParameters set up a [DatetimeTool].
type DatetimeParameters struct {
	// Timezone is an IANA name, such as America/New_York. Empty is UTC.
	Timezone string `json:"timezone,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ImageGenerationTool lets the model have images made by another one.
//
//wire:variant Tool type=openrouter:image_generation
type ImageGenerationTool struct {
	Parameters *ImageGenerationParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ImageGenerationParameters set up an [ImageGenerationTool].
type ImageGenerationParameters struct {
	// Model is openai/gpt-5-image when empty.
	Model string `json:"model,omitzero"`

	// Extra holds what that model takes: aspect_ratio, quality, size,
	// background, output_format, output_compression, moderation and others.
	// Values are strings, numbers and lists.
	Extra map[string]any `json:"-"`

	presence presence
}

// SearchModelsTool lets the model look for models in the service's catalog. The
// service calls it experimental.
//
//wire:variant Tool type=openrouter:experimental__search_models
type SearchModelsTool struct {
	Parameters *SearchModelsParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// SearchModelsParameters set up a [SearchModelsTool].
type SearchModelsParameters struct {
	// MaxResults is by default 5 and at most 20.
	MaxResults *int `json:"max_results,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
