package openrouter

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
