package openrouter

// SearchEngine is what a web search is done with. The set is open.
type SearchEngine string

const (
	// SearchEngineAuto is the provider's own search where it has one, else Exa.
	// It is the default of the tools; the web plugin does not know the value.
	SearchEngineAuto SearchEngine = "auto"
	// SearchEngineNative is the provider's own search.
	SearchEngineNative SearchEngine = "native"
	SearchEngineExa    SearchEngine = "exa"
	// SearchEngineFirecrawl needs the account's own Firecrawl key.
	SearchEngineFirecrawl SearchEngine = "firecrawl"
	SearchEngineParallel  SearchEngine = "parallel"
	// SearchEnginePerplexity is Perplexity's ranked results, without its model.
	SearchEnginePerplexity SearchEngine = "perplexity"
)

// SearchMode trades the quality of a search against its time. An engine ignores
// the modes it does not know. The set is open.
type SearchMode string

const (
	// SearchModeInstant is for Exa.
	SearchModeInstant SearchMode = "instant"
	// SearchModeFast is for Exa and Parallel.
	SearchModeFast SearchMode = "fast"
	// SearchModeAuto is Exa's default.
	SearchModeAuto SearchMode = "auto"
	// SearchModeDeepLite is for Exa.
	SearchModeDeepLite SearchMode = "deep-lite"
	// SearchModeDeep is for Exa.
	SearchModeDeep SearchMode = "deep"
	// SearchModeDeepReasoning is for Exa.
	SearchModeDeepReasoning SearchMode = "deep-reasoning"
	// SearchModeTurbo is for Parallel.
	SearchModeTurbo SearchMode = "turbo"
	// SearchModeBasic is Parallel's default.
	SearchModeBasic SearchMode = "basic"
	// SearchModeAdvanced is for Parallel.
	SearchModeAdvanced SearchMode = "advanced"
)

// SearchContextSize is how much text of each result the model gets. With Exa it
// is 5,000, 15,000 or 30,000 characters. The set is open.
type SearchContextSize string

const (
	SearchContextSizeLow    SearchContextSize = "low"
	SearchContextSizeMedium SearchContextSize = "medium"
	SearchContextSizeHigh   SearchContextSize = "high"
)

// UserLocation is roughly where the user is, to favor results from there.
type UserLocation struct {
	// Type is approximate. [WebPlugin] demands it, the tools do not.
	Type   string `json:"type,omitzero"`
	City   string `json:"city,omitzero"`
	Region string `json:"region,omitzero"`
	// Country is a two-letter code, such as NO.
	Country string `json:"country,omitzero"`
	// Timezone is an IANA name, such as Europe/Oslo.
	Timezone string `json:"timezone,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchParameters set up a [WebSearchTool]. "Engines" below are Exa,
// Firecrawl, Parallel and Perplexity, as opposed to a provider's own search.
type WebSearchParameters struct {
	// Engine is [SearchEngineAuto] when empty.
	Engine SearchEngine `json:"engine,omitzero"`
	// Mode is the engine's default when empty.
	Mode SearchMode `json:"mode,omitzero"`
	// MaxResults is the number of results of one search, by default 5, with
	// Perplexity at most 20. Only engines heed it.
	MaxResults *int `json:"max_results,omitzero"`
	// MaxTotalResults is the number of results of all searches of the request,
	// by default 50.
	MaxTotalResults *int `json:"max_total_results,omitzero"`
	// MaxUses is the number of searches of the request; the model is told of an
	// error when it asks for more. Engines and Anthropic heed it.
	MaxUses *int `json:"max_uses,omitzero"`
	// MaxCharacters is the length of one result, for Exa, Parallel (by default
	// 1,500) and Perplexity. It takes precedence over SearchContextSize.
	MaxCharacters *int `json:"max_characters,omitzero"`
	// SearchContextSize is for Exa, Parallel and Perplexity.
	SearchContextSize SearchContextSize `json:"search_context_size,omitzero"`
	// AllowedDomains limits the search to these. It excludes ExcludedDomains.
	AllowedDomains []string `json:"allowed_domains,omitzero"`
	// ExcludedDomains keeps these out. It excludes AllowedDomains.
	ExcludedDomains []string      `json:"excluded_domains,omitzero"`
	UserLocation    *UserLocation `json:"user_location,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchOptions set up the search that is built into a model. Only
// SearchContextSize is documented by the service; the rest is sent by its
// client for the AI SDK.
type WebSearchOptions struct {
	SearchContextSize SearchContextSize `json:"search_context_size,omitzero"`
	MaxResults        *int              `json:"max_results,omitzero"`
	// SearchPrompt introduces the results to the model.
	SearchPrompt string       `json:"search_prompt,omitzero"`
	Engine       SearchEngine `json:"engine,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// XSearchFilter narrows the search of X that xAI models do.
type XSearchFilter struct {
	// AllowedXHandles limits the search to up to 20 accounts. It excludes
	// ExcludedXHandles.
	AllowedXHandles []string `json:"allowed_x_handles,omitzero"`
	// ExcludedXHandles keeps up to 20 accounts out. It excludes
	// AllowedXHandles.
	ExcludedXHandles []string `json:"excluded_x_handles,omitzero"`
	// FromDate is the first day, such as 2026-07-28.
	FromDate string `json:"from_date,omitzero"`
	// ToDate is the last day, such as 2026-07-31.
	ToDate string `json:"to_date,omitzero"`
	// EnableImageUnderstanding lets the model look at images in posts.
	EnableImageUnderstanding *bool `json:"enable_image_understanding,omitzero"`
	// EnableVideoUnderstanding lets the model watch videos in posts.
	EnableVideoUnderstanding *bool `json:"enable_video_understanding,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
