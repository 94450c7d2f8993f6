package openrouter

import "encoding/json"

// Plugin changes how the service processes a request. A plugin in the list is on. If its Enabled is
// false it is off, even if the account turns it on, unless the account locks it. A plugin that this
// version has no type for is a [RawPlugin].
type Plugin interface{ plugin() }

// Plugins is a list of plugins that encoding/json can decode, as [Tools] is one of tools.
type Plugins []Plugin

// UnmarshalJSON implements [json.Unmarshaler].
func (p *Plugins) UnmarshalJSON(data []byte) error {
	return decodeUnions(data, (*[]Plugin)(p), readPlugin, Plugin(RawPlugin("null")), "Plugins")
}

// ModerationPlugin turns on moderation of the request. It has no settings.
//
//wire:variant Plugin id=moderation
type ModerationPlugin struct {
	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`
}

// WebPlugin searches the web and adds the results to the request. The suffix :online of a model's
// slug is a short form of it.
//
// Deprecated: use [WebSearchTool].
//
//wire:variant Plugin id=web
type WebPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// MaxResults is 5 by default.
	MaxResults *int `json:"max_results,omitzero"`
	// SearchPrompt replaces the text that introduces the results to the model.
	SearchPrompt string `json:"search_prompt,omitzero"`
	// Engine is the provider's own search if empty, or Exa if there is none. [SearchEngineAuto] is
	// not accepted.
	Engine SearchEngine `json:"engine,omitzero"`
	// Mode is the engine's default when empty.
	Mode SearchMode `json:"mode,omitzero"`
	// MaxUses limits the searches of one turn. It applies to providers' own search that has such a
	// limit, such as Anthropic's.
	MaxUses *int `json:"max_uses,omitzero"`
	// IncludeDomains lists the only domains to search. Patterns such as *.substack.com and paths
	// such as openai.com/blog are allowed.
	IncludeDomains []string `json:"include_domains,omitzero"`
	// ExcludeDomains lists domains to leave out. The same patterns are allowed.
	ExcludeDomains []string `json:"exclude_domains,omitzero"`
	// UserLocation applies to providers' own search that can use it. Its Type must be set.
	UserLocation *UserLocation `json:"user_location,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebFetchPlugin lets the model read web pages and PDFs by URL. See also [WebFetchTool].
//
//wire:variant Plugin id=web-fetch
type WebFetchPlugin struct {
	// MaxUses limits the number of pages in one request. Further calls return an error to the
	// model.
	MaxUses *int `json:"max_uses,omitzero"`
	// MaxContentTokens is the approximate maximum length of a page. The rest is cut off.
	MaxContentTokens *int `json:"max_content_tokens,omitzero"`
	// AllowedDomains, if set, lists the only domains to read from.
	AllowedDomains []string `json:"allowed_domains,omitzero"`
	// BlockedDomains lists domains never to read from.
	BlockedDomains []string `json:"blocked_domains,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FileParserPlugin configures how files are parsed. Files are parsed without the plugin, too.
//
//wire:variant Plugin id=file-parser
type FileParserPlugin struct {
	Enabled *bool       `json:"enabled,omitzero"`
	PDF     *PDFOptions `json:"pdf,omitzero"`
	// MaxFiles limits the number of files to parse. The service's schema no longer has it, but the
	// service's client for the AI SDK still sends it.
	MaxFiles *int `json:"max_files,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PDFOptions configures how PDFs are parsed.
type PDFOptions struct {
	// Engine is [PDFEngineNative] if empty, or [PDFEngineMistralOCR] for models that cannot read
	// PDFs.
	Engine PDFEngine `json:"engine,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PDFEngine selects how a PDF is read. Other values are possible.
type PDFEngine string

const (
	// PDFEngineMistralOCR also reads scanned pages. It passes on up to 8 images of a file. Its
	// result is returned as an annotation; send that back to avoid paying again.
	PDFEngineMistralOCR PDFEngine = "mistral-ocr"
	// PDFEngineNative passes the file to the model.
	PDFEngineNative PDFEngine = "native"
	// PDFEngineCloudflareAI converts the file to Markdown.
	PDFEngineCloudflareAI PDFEngine = "cloudflare-ai"
	// PDFEnginePDFText is the older name of [PDFEngineCloudflareAI].
	//
	// Deprecated: use [PDFEngineCloudflareAI].
	PDFEnginePDFText PDFEngine = "pdf-text"
)

// ResponseHealingPlugin repairs broken JSON in an answer: missing brackets, commas and quotes, code
// fences, and text around the JSON. It works with [JSONSchemaFormat] and [JSONObjectFormat], but
// not in a stream. It cannot repair an answer that was cut off, and does not enforce the schema.
//
//wire:variant Plugin id=response-healing
type ResponseHealingPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ContextCompressionPlugin removes messages from the middle of a conversation that is too long for
// the model. It is on by default for endpoints with a context of up to 8,192 tokens. Without it, a
// conversation that is too long is an error.
//
//wire:variant Plugin id=context-compression
type ContextCompressionPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// Engine is [CompressionEngineMiddleOut] when empty.
	Engine CompressionEngine `json:"engine,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// CompressionEngine selects how a conversation is shortened. Other values are possible.
type CompressionEngine string

// CompressionEngineMiddleOut keeps the beginning and the end of the conversation.
const CompressionEngineMiddleOut CompressionEngine = "middle-out"

// RawPlugin is the JSON of a plugin that this version has no type for.
//
//wire:raw Plugin
type RawPlugin json.RawMessage

// AutoRouterPlugin configures the model openrouter/auto, which chooses a model by the task. Other
// models ignore the plugin.
//
//wire:variant Plugin id=auto-router
type AutoRouterPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// AllowedModels lists the only models to choose from, as slugs or patterns such as anthropic/*.
	// The limits are 1,024 entries, 1,024 characters each, and 65,536 characters together.
	AllowedModels []string `json:"allowed_models,omitzero"`
	// ExcludedModels lists models never to choose, with the same limits. It takes precedence over
	// AllowedModels.
	ExcludedModels []string `json:"excluded_models,omitzero"`
	// CostTier limits the choice to one price quintile of the suitable models.
	CostTier CostTier `json:"cost_tier,omitzero"`
	// CostQualityTradeoff goes from 0 (almost any price) to 10 (cheapest only). The default is 9.
	// CostTier takes precedence.
	//
	// Deprecated: use CostTier.
	CostQualityTradeoff *int `json:"cost_quality_tradeoff,omitzero"`
	// PinModel true keeps the model of the last assistant message, as named by its [Message.Model].
	// The default is false.
	PinModel *bool `json:"pin_model,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// AutoBetaRouterPlugin configures the model openrouter/auto-beta, as [AutoRouterPlugin] configures
// openrouter/auto. Each of the two models ignores the plugin of the other.
//
//wire:variant Plugin id=auto-beta-router
type AutoBetaRouterPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// AllowedModels lists the only models to choose from, as slugs or patterns such as anthropic/*.
	// The limits are 1,024 entries, 1,024 characters each, and 65,536 characters together.
	AllowedModels []string `json:"allowed_models,omitzero"`
	// ExcludedModels lists models never to choose, with the same limits. It takes precedence over
	// AllowedModels.
	ExcludedModels []string `json:"excluded_models,omitzero"`
	// CostTier limits the choice to one price quintile of the suitable models.
	CostTier CostTier `json:"cost_tier,omitzero"`
	// CostQualityTradeoff goes from 0 (almost any price) to 10 (cheapest only). The default is 9.
	// CostTier takes precedence.
	//
	// Deprecated: use CostTier.
	CostQualityTradeoff *int `json:"cost_quality_tradeoff,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// CostTier is a price quintile of the models that are suitable for a task. Other values are
// possible.
type CostTier string

const (
	// CostTierLow is the cheapest 20 %.
	CostTierLow    CostTier = "low"
	CostTierMedium CostTier = "medium"
	CostTierHigh   CostTier = "high"
	CostTierXHigh  CostTier = "xhigh"
	// CostTierMax is the most expensive 20 %.
	CostTierMax CostTier = "max"
)

// ParetoRouterPlugin configures the model openrouter/pareto-code, which chooses a model for
// programming. The service's schema has all of these fields, its guide only MinCodingScore.
//
//wire:variant Plugin id=pareto-router
type ParetoRouterPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// MinCodingScore is between 0 and 1. It selects the best models if it is at least 0.66, good
	// models if it is at least 0.33, and capable models otherwise. Nil selects the best models. It
	// is ignored if MaxPrice is set.
	MinCodingScore *float64 `json:"min_coding_score,omitzero"`
	// MaxPrice selects the best model whose input costs at most this, in USD per million tokens. If
	// there is none, the service answers 404.
	MaxPrice *float64 `json:"max_price,omitzero"`
	// PriceSource is [PriceSourcePrompt] when empty.
	PriceSource PriceSource `json:"price_source,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PriceSource selects which input price of a model is compared. Other values are possible.
type PriceSource string

const (
	// PriceSourcePrompt is the list price.
	PriceSourcePrompt PriceSource = "prompt"
	// PriceSourceWeightedAvg is the average price that was paid, or the list price if a model has
	// not been used.
	PriceSourceWeightedAvg PriceSource = "weighted_avg"
)

// FusionPlugin configures the model openrouter/fusion, which asks a panel of models and combines
// their answers. See also [FusionTool].
//
//wire:variant Plugin id=fusion
type FusionPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// AnalysisModels is the panel, 1 to 8 models. If it is empty, the service uses its own panel.
	AnalysisModels []string `json:"analysis_models,omitzero"`
	// Model analyzes the answers and writes the final one. If it is empty, the first model of the
	// service's own panel does that.
	Model string `json:"model,omitzero"`
	// MaxToolCalls limits the steps that each of these models may take with its tools, between 1
	// and 16. The default is 4.
	MaxToolCalls *int `json:"max_tool_calls,omitzero"`
	// Preset selects a panel and its analyst. AnalysisModels and Model take precedence.
	Preset FusionPreset `json:"preset,omitzero"`
	// Tools lists up to 8 tools for the panel and the analyst. Nil means web search and web fetch.
	// An empty list that is not nil means no tools.
	Tools []NestedTool `json:"tools,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FusionPreset is a panel of models chosen by the service. Other values are possible.
type FusionPreset string

const (
	FusionPresetGeneralHigh   FusionPreset = "general-high"
	FusionPresetGeneralBudget FusionPreset = "general-budget"
	FusionPresetGeneralFast   FusionPreset = "general-fast"
)

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
