package openrouter

import "encoding/json"

// Plugin changes how the service treats a request. One that is listed is on;
// its Enabled false turns it off, also where the account turns it on, unless
// the account locks it. A plugin this version has no type for is a [RawPlugin].
type Plugin interface{ plugin() }

// ModerationPlugin has the request moderated. It has no settings.
//
//wire:variant Plugin id=moderation
type ModerationPlugin struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// WebPlugin adds what a search of the web finds to the request. The suffix
// :online of a model's slug is short for it.
//
// Deprecated: use [WebSearchTool].
//
//wire:variant Plugin id=web
type WebPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// MaxResults is 5 by default.
	MaxResults *int `json:"max_results,omitzero"`
	// SearchPrompt replaces the words that introduce the results to the model.
	SearchPrompt string `json:"search_prompt,omitzero"`
	// Engine is the provider's own search when empty, or else Exa. The plugin
	// does not know [SearchEngineAuto].
	Engine SearchEngine `json:"engine,omitzero"`
	// Mode is the engine's default when empty.
	Mode SearchMode `json:"mode,omitzero"`
	// MaxUses limits the searches of one turn, where the provider's own search
	// has such a limit, as Anthropic's does.
	MaxUses *int `json:"max_uses,omitzero"`
	// IncludeDomains limits the search to these. Patterns such as
	// *.substack.com and paths such as openai.com/blog work.
	IncludeDomains []string `json:"include_domains,omitzero"`
	// ExcludeDomains keeps these out, with the same patterns.
	ExcludeDomains []string `json:"exclude_domains,omitzero"`
	// UserLocation is for providers whose own search can use it. Its Type
	// must be set.
	UserLocation *UserLocation `json:"user_location,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebFetchPlugin lets the model read pages and PDFs by their address. See also
// [WebFetchTool].
//
//wire:variant Plugin id=web-fetch
type WebFetchPlugin struct {
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

// FileParserPlugin sets how files are read. Files are parsed without it too.
//
//wire:variant Plugin id=file-parser
type FileParserPlugin struct {
	Enabled *bool       `json:"enabled,omitzero"`
	PDF     *PDFOptions `json:"pdf,omitzero"`
	// MaxFiles is the number of files to read. It is not in the service's
	// schema any more; its client for the AI SDK sends it.
	MaxFiles *int `json:"max_files,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PDFOptions set how PDFs are read.
type PDFOptions struct {
	// Engine is [PDFEngineNative] when empty, or [PDFEngineMistralOCR] for
	// models without it.
	Engine PDFEngine `json:"engine,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PDFEngine is what reads a PDF. The set is open.
type PDFEngine string

const (
	// PDFEngineMistralOCR reads scans too. It passes on up to 8 images of a
	// file. What it read comes back as an annotation, and sending that again
	// spares paying again.
	PDFEngineMistralOCR PDFEngine = "mistral-ocr"
	// PDFEngineNative leaves the file to the model.
	PDFEngineNative PDFEngine = "native"
	// PDFEngineCloudflareAI turns the file into Markdown.
	PDFEngineCloudflareAI PDFEngine = "cloudflare-ai"
	// PDFEnginePDFText is the older name of [PDFEngineCloudflareAI].
	//
	// Deprecated: use [PDFEngineCloudflareAI].
	PDFEnginePDFText PDFEngine = "pdf-text"
)

// ResponseHealingPlugin repairs JSON that a model wrote badly: missing
// brackets, commas and quotes, code fences, prose around it. It works with
// [JSONSchemaFormat] and [JSONObjectFormat], not in a stream. It cannot repair
// an answer that was cut, and does not enforce the schema.
//
//wire:variant Plugin id=response-healing
type ResponseHealingPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ContextCompressionPlugin cuts messages out of the middle of a conversation
// that is too long for the model. For endpoints with a context of up to 8,192
// tokens it is on unless Enabled is false. Without it a conversation that is
// too long is an error.
//
//wire:variant Plugin id=context-compression
type ContextCompressionPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// Engine is [CompressionEngineMiddleOut] when empty.
	Engine CompressionEngine `json:"engine,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// CompressionEngine is the way a conversation is shortened. The set is open.
type CompressionEngine string

// CompressionEngineMiddleOut keeps the beginning and the end.
const CompressionEngineMiddleOut CompressionEngine = "middle-out"

// RawPlugin is a plugin this version has no type for, kept as its JSON.
//
//wire:raw Plugin
type RawPlugin json.RawMessage

// AutoRouterPlugin sets up the model openrouter/auto, which chooses a model by
// the task. With any other model it is not read.
//
//wire:variant Plugin id=auto-router
type AutoRouterPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// AllowedModels limits the choice to slugs or patterns such as anthropic/*,
	// at most 1,024 of them, of 1,024 characters each and 65,536 together.
	AllowedModels []string `json:"allowed_models,omitzero"`
	// ExcludedModels keeps models out, within the same limits. It wins over
	// AllowedModels.
	ExcludedModels []string `json:"excluded_models,omitzero"`
	// CostTier is the price class to choose from.
	CostTier CostTier `json:"cost_tier,omitzero"`
	// CostQualityTradeoff is between 0, for dear models too, and 10, for the
	// cheapest alone. The default is 9. CostTier takes precedence.
	//
	// Deprecated: use CostTier.
	CostQualityTradeoff *int `json:"cost_quality_tradeoff,omitzero"`
	// PinModel true stays with the model of the last assistant message, which
	// must have its [Message.Model]. The default is false.
	PinModel *bool `json:"pin_model,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// AutoBetaRouterPlugin sets up the model openrouter/auto-beta, as
// [AutoRouterPlugin] does openrouter/auto. Neither reads the other's.
//
//wire:variant Plugin id=auto-beta-router
type AutoBetaRouterPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// AllowedModels limits the choice to slugs or patterns such as anthropic/*,
	// at most 1,024 of them, of 1,024 characters each and 65,536 together.
	AllowedModels []string `json:"allowed_models,omitzero"`
	// ExcludedModels keeps models out, within the same limits. It wins over
	// AllowedModels.
	ExcludedModels []string `json:"excluded_models,omitzero"`
	// CostTier is the price class to choose from.
	CostTier CostTier `json:"cost_tier,omitzero"`
	// CostQualityTradeoff is between 0, for dear models too, and 10, for the
	// cheapest alone. The default is 9. CostTier takes precedence.
	//
	// Deprecated: use CostTier.
	CostQualityTradeoff *int `json:"cost_quality_tradeoff,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// CostTier is a fifth of the models fit for a task, ordered by what they cost.
// The set is open.
type CostTier string

const (
	// CostTierLow is the cheapest fifth.
	CostTierLow    CostTier = "low"
	CostTierMedium CostTier = "medium"
	CostTierHigh   CostTier = "high"
	CostTierXHigh  CostTier = "xhigh"
	// CostTierMax is the dearest fifth.
	CostTierMax CostTier = "max"
)

// ParetoRouterPlugin sets up the model openrouter/pareto-code, which chooses a
// model for programming. The service's guide knows MinCodingScore only, its
// schema all fields.
//
//wire:variant Plugin id=pareto-router
type ParetoRouterPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// MinCodingScore is between 0 and 1. From 0.66 on, and by default, only the
	// best models are chosen from; from 0.33 on good ones too. With MaxPrice it
	// is not used.
	MinCodingScore *float64 `json:"min_coding_score,omitzero"`
	// MaxPrice chooses the best model whose input costs at most this, in USD
	// per million tokens. The service answers 404 when there is none.
	MaxPrice *float64 `json:"max_price,omitzero"`
	// PriceSource is [PriceSourcePrompt] when empty.
	PriceSource PriceSource `json:"price_source,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PriceSource is which price of a model's input counts. The set is open.
type PriceSource string

const (
	// PriceSourcePrompt is the list price.
	PriceSourcePrompt PriceSource = "prompt"
	// PriceSourceWeightedAvg is the average that was paid, or the list price of
	// a model nobody has used.
	PriceSourceWeightedAvg PriceSource = "weighted_avg"
)

// FusionPlugin sets up the model openrouter/fusion, which asks a panel of
// models and joins their answers. See also [FusionTool].
//
//wire:variant Plugin id=fusion
type FusionPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// AnalysisModels are the panel, 1 to 8 models. When empty the service takes
	// its best ones.
	AnalysisModels []string `json:"analysis_models,omitzero"`
	// Model analyzes the answers and writes the final one. When empty it is the
	// first model of the service's best panel.
	Model string `json:"model,omitzero"`
	// MaxToolCalls is the number of steps each model may take with its tools,
	// between 1 and 16. The default is 4.
	MaxToolCalls *int `json:"max_tool_calls,omitzero"`
	// Preset is a panel with its analyst. AnalysisModels and Model take
	// precedence.
	Preset FusionPreset `json:"preset,omitzero"`
	// Tools are at most 8. Nil is web search and web fetch; an empty list that
	// is not nil is none.
	Tools []NestedTool `json:"tools,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FusionPreset is a panel of models put together by the service. The set is
// open.
type FusionPreset string

const (
	FusionPresetGeneralHigh   FusionPreset = "general-high"
	FusionPresetGeneralBudget FusionPreset = "general-budget"
	FusionPresetGeneralFast   FusionPreset = "general-fast"
)
