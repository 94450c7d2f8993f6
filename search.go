package openrouter

// SearchEngine selects how the web is searched. Other values are possible.
type SearchEngine string

const (
	// SearchEngineAuto uses the provider's own search if it has one, else Exa. It is the default of
	// the tools. [WebPlugin] does not accept it.
	SearchEngineAuto SearchEngine = "auto"
	// SearchEngineNative uses the provider's own search.
	SearchEngineNative SearchEngine = "native"
	SearchEngineExa    SearchEngine = "exa"
	// SearchEngineFirecrawl requires the account's own Firecrawl key.
	SearchEngineFirecrawl SearchEngine = "firecrawl"
	SearchEngineParallel  SearchEngine = "parallel"
	// SearchEnginePerplexity uses Perplexity's ranked results, without its model.
	SearchEnginePerplexity SearchEngine = "perplexity"
)

// SearchMode chooses between the quality of a search and its speed. An engine ignores modes that it
// does not support. Other values are possible.
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

// SearchContextSize sets how much text of the results the model gets. With Exa, each result has up
// to 5,000, 15,000 or 30,000 characters. With Parallel, the size applies to all results together.
// Other values are possible.
type SearchContextSize string

const (
	SearchContextSizeLow    SearchContextSize = "low"
	SearchContextSizeMedium SearchContextSize = "medium"
	SearchContextSizeHigh   SearchContextSize = "high"
)

// UserLocation is the approximate place of the user. Results from there are preferred.
type UserLocation struct {
	// Type is "approximate". [WebPlugin] requires it, the tools do not.
	Type   string `json:"type,omitzero"`
	City   string `json:"city,omitzero"`
	Region string `json:"region,omitzero"`
	// Country is a two-letter code, such as NO.
	Country string `json:"country,omitzero"`
	// Timezone is an IANA name, such as Europe/Oslo.
	Timezone string `json:"timezone,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchParameters configures a [WebSearchTool]. Below, "engines" are Exa, Firecrawl, Parallel
// and Perplexity, but not a provider's own search.
type WebSearchParameters struct {
	// Engine is [SearchEngineAuto] when empty.
	Engine SearchEngine `json:"engine,omitzero"`
	// Mode is the engine's default when empty.
	Mode SearchMode `json:"mode,omitzero"`
	// MaxResults limits the results of one search. The default is 5; Perplexity allows at most 20.
	// It applies to engines only.
	MaxResults *int `json:"max_results,omitzero"`
	// MaxTotalResults limits the results of all searches of a request together. The default is 50.
	MaxTotalResults *int `json:"max_total_results,omitzero"`
	// MaxUses limits the number of searches of a request. Further calls return an error to the
	// model. It applies to engines and to Anthropic's own search.
	MaxUses *int `json:"max_uses,omitzero"`
	// MaxCharacters limits the length of one result. It applies to Exa, Parallel (1,500 by default)
	// and Perplexity, and takes precedence over SearchContextSize.
	MaxCharacters *int `json:"max_characters,omitzero"`
	// SearchContextSize applies to Exa, Parallel and Perplexity.
	SearchContextSize SearchContextSize `json:"search_context_size,omitzero"`
	// AllowedDomains lists the only domains to search. AllowedDomains and ExcludedDomains cannot
	// both be set.
	AllowedDomains []string `json:"allowed_domains,omitzero"`
	// ExcludedDomains lists domains to leave out.
	ExcludedDomains []string      `json:"excluded_domains,omitzero"`
	UserLocation    *UserLocation `json:"user_location,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchOptions configures the search that is built into some models. The service documents only
// SearchContextSize; its client for the AI SDK sends the other fields, too.
type WebSearchOptions struct {
	SearchContextSize SearchContextSize `json:"search_context_size,omitzero"`
	MaxResults        *int              `json:"max_results,omitzero"`
	// SearchPrompt is the text that introduces the results to the model.
	SearchPrompt string       `json:"search_prompt,omitzero"`
	Engine       SearchEngine `json:"engine,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// XSearchFilter limits the search of X (formerly Twitter) by xAI models.
type XSearchFilter struct {
	// AllowedXHandles lists the only accounts to search, up to 20. AllowedXHandles and
	// ExcludedXHandles cannot both be set.
	AllowedXHandles []string `json:"allowed_x_handles,omitzero"`
	// ExcludedXHandles lists accounts to leave out, up to 20.
	ExcludedXHandles []string `json:"excluded_x_handles,omitzero"`
	// FromDate is the first day, such as 2026-07-28.
	FromDate string `json:"from_date,omitzero"`
	// ToDate is the last day, such as 2026-07-31.
	ToDate string `json:"to_date,omitzero"`
	// EnableImageUnderstanding lets the model look at images in posts.
	EnableImageUnderstanding *bool `json:"enable_image_understanding,omitzero"`
	// EnableVideoUnderstanding lets the model watch videos in posts.
	EnableVideoUnderstanding *bool `json:"enable_video_understanding,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}
