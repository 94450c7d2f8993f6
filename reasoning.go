package openrouter

// Reasoning sets how much a model thinks before it answers, by Effort or by
// MaxTokens, and what of it is returned.
type Reasoning struct {
	// Effort excludes MaxTokens. A model that lacks the level takes the nearest
	// it has.
	Effort ReasoningEffort `json:"effort,omitzero"`
	// Summary asks for a summary of the reasoning in the answer.
	Summary ReasoningSummary `json:"summary,omitzero"`
	// MaxTokens is the budget of Anthropic, Gemini and some Qwen models;
	// Anthropic's are given at least 1024. It must be less than the request's
	// MaxCompletionTokens. Claude models from 4.7 on ignore it.
	MaxTokens *int `json:"max_tokens,omitzero"`
	// Enabled true, with nothing else, is medium effort.
	Enabled *bool `json:"enabled,omitzero"`
	// Exclude true keeps the reasoning out of the answer; the model reasons
	// all the same, and it is paid for. The default is false.
	Exclude *bool `json:"exclude,omitzero"`
	// Context is which of the earlier reasoning the model sees, from GPT-5.6
	// on.
	Context ReasoningContext `json:"context,omitzero"`
	// Mode is for GPT-5.6 and later, at OpenAI and Azure.
	Mode ReasoningMode `json:"mode,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ReasoningEffort is how much a model thinks. For models that take a budget it
// stands for a share of the token limit. The set is open.
type ReasoningEffort string

const (
	// EffortMax is 0.95 of the token limit.
	EffortMax ReasoningEffort = "max"
	// EffortXHigh is 0.95 of the token limit.
	EffortXHigh ReasoningEffort = "xhigh"
	// EffortHigh is 0.8 of the token limit.
	EffortHigh ReasoningEffort = "high"
	// EffortMedium is half of the token limit.
	EffortMedium ReasoningEffort = "medium"
	// EffortLow is 0.2 of the token limit.
	EffortLow ReasoningEffort = "low"
	// EffortMinimal is 0.1 of the token limit.
	EffortMinimal ReasoningEffort = "minimal"
	// EffortNone turns reasoning off. A model that always reasons refuses it.
	EffortNone ReasoningEffort = "none"
)

// ReasoningSummary is how long a summary of the reasoning is. The set is open.
type ReasoningSummary string

const (
	ReasoningSummaryAuto     ReasoningSummary = "auto"
	ReasoningSummaryConcise  ReasoningSummary = "concise"
	ReasoningSummaryDetailed ReasoningSummary = "detailed"
)

// ReasoningContext is which of its earlier reasoning a model sees. The set is
// open.
type ReasoningContext string

const (
	ReasoningContextAuto        ReasoningContext = "auto"
	ReasoningContextAllTurns    ReasoningContext = "all_turns"
	ReasoningContextCurrentTurn ReasoningContext = "current_turn"
)

// ReasoningMode is the way a model reasons. The set is open.
type ReasoningMode string

const (
	ReasoningModeStandard ReasoningMode = "standard"
	// ReasoningModePro routes the request to the pro variant of the model.
	ReasoningModePro ReasoningMode = "pro"
)
