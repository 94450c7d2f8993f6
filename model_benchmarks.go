package openrouter

// ModelBenchmarks are measurements of a model that others made.
type ModelBenchmarks struct {
	// ArtificialAnalysis is nil where there is none.
	ArtificialAnalysis *ArtificialAnalysis `json:"artificial_analysis,omitzero"`
	// DesignArena has one element for each pair of arena and category.
	DesignArena []DesignArenaRank `json:"design_arena"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ArtificialAnalysis is that company's indexes of a model; 0 means not measured.
type ArtificialAnalysis struct {
	IntelligenceIndex float64 `json:"intelligence_index" wire:"null"`
	CodingIndex       float64 `json:"coding_index" wire:"null"`
	AgenticIndex      float64 `json:"agentic_index" wire:"null"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// DesignArenaRank is how a model did in Design Arena's comparisons.
type DesignArenaRank struct {
	// Arena is the kind of contestants, such as models or builders.
	Arena string `json:"arena"`
	// Category is the task, such as website.
	Category string  `json:"category"`
	Elo      float64 `json:"elo"`
	// WinRate is in percent.
	WinRate float64 `json:"win_rate"`
	// Rank is the place among the models that the service has; 1 is the best.
	Rank int `json:"rank"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
