package openrouter

import "encoding/json"

// RoutingStrategy is the way a model was chosen. The set is open.
type RoutingStrategy string

// The known strategies.
const (
	RoutingStrategyDirect      RoutingStrategy = "direct"
	RoutingStrategyAuto        RoutingStrategy = "auto"
	RoutingStrategyFree        RoutingStrategy = "free"
	RoutingStrategyLatest      RoutingStrategy = "latest"
	RoutingStrategyAlias       RoutingStrategy = "alias"
	RoutingStrategyFallback    RoutingStrategy = "fallback"
	RoutingStrategyPareto      RoutingStrategy = "pareto"
	RoutingStrategyBodybuilder RoutingStrategy = "bodybuilder"
	RoutingStrategyFusion      RoutingStrategy = "fusion"
)

// RouterMetadata tells how a request was routed. It is sent when a call asks
// for it with [WithRouterMetadata], but not with an answer from the response
// cache or an error from before routing. Beside an error it may be incomplete.
type RouterMetadata struct {
	// Requested is the model the request named.
	Requested string          `json:"requested"`
	Strategy  RoutingStrategy `json:"strategy"`
	// Region is empty where none applies.
	Region string `json:"region" wire:"null"`
	// Summary is a sentence for people.
	Summary string `json:"summary"`
	// Attempt is the number of the provider call that answered, from 1; 0 means
	// that no provider was reached.
	Attempt int `json:"attempt"`
	// IsBYOK says that the provider was called with the account's own key.
	IsBYOK    bool            `json:"is_byok"`
	Endpoints RouterEndpoints `json:"endpoints"`
	Params    *RouterParams   `json:"params,omitzero"`
	// Attempts are the provider calls in their order.
	Attempts []RouterAttempt `json:"attempts,omitzero"`
	// Pipeline is what worked on the request beside the model.
	Pipeline []PipelineStage `json:"pipeline,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterEndpoints are the endpoints that were considered.
type RouterEndpoints struct {
	Total     int              `json:"total"`
	Available []RouterEndpoint `json:"available"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterEndpoint is a model at a provider.
type RouterEndpoint struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Selected bool   `json:"selected"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterParams are the settings the strategy worked with. What else a strategy
// reports is in Extra.
type RouterParams struct {
	VersionGroup    string  `json:"version_group,omitzero"`
	QualityFloor    float64 `json:"quality_floor,omitzero"`
	ThroughputFloor float64 `json:"throughput_floor,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RouterAttempt is one call of a provider.
type RouterAttempt struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	// Status is the HTTP status the provider answered with.
	Status int `json:"status"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PipelineStageType is the kind of a [PipelineStage]. The set is open.
type PipelineStageType string

// The known kinds of stage.
const (
	PipelineStageTypeGuardrail          PipelineStageType = "guardrail"
	PipelineStageTypePlugin             PipelineStageType = "plugin"
	PipelineStageTypeServerTools        PipelineStageType = "server_tools"
	PipelineStageTypeResponseHealing    PipelineStageType = "response_healing"
	PipelineStageTypeContextCompression PipelineStageType = "context_compression"
)

// PipelineStage is a guardrail, a plugin or another step around the model.
type PipelineStage struct {
	Type PipelineStageType `json:"type"`
	// Name tells stages of the same type apart.
	Name           string `json:"name"`
	GuardrailID    string `json:"guardrail_id,omitzero"`
	GuardrailScope string `json:"guardrail_scope,omitzero"`
	Summary        string `json:"summary,omitzero"`
	// CostUSD is the price of the stage, in USD.
	CostUSD float64 `json:"cost_usd,omitzero"`
	// Data is an object whose members depend on the stage.
	Data json.RawMessage `json:"data,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
