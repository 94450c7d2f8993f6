package openrouter

import "encoding/json"

// StopCondition ends the work of the server tools when it holds: a
// [StepCountIs], [HasToolCall], [MaxTokensUsed], [MaxCost], [FinishReasonIs] or
// [RawStopCondition].
type StopCondition interface{ stopCondition() }

// StepCountIs holds after a number of steps.
//
//wire:variant StopCondition type=step_count_is
type StepCountIs struct {
	StepCount int `json:"step_count"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// HasToolCall holds when a tool has been called.
//
//wire:variant StopCondition type=has_tool_call
type HasToolCall struct {
	// ToolName must not be empty.
	ToolName string `json:"tool_name"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// MaxTokensUsed holds when all steps together have used more tokens.
//
//wire:variant StopCondition type=max_tokens_used
type MaxTokensUsed struct {
	MaxTokens int `json:"max_tokens"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// MaxCost holds when all steps together have cost more.
//
//wire:variant StopCondition type=max_cost
type MaxCost struct {
	// MaxCostInDollars is in USD.
	MaxCostInDollars float64 `json:"max_cost_in_dollars"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FinishReasonIs holds when a step ends for a reason.
//
//wire:variant StopCondition type=finish_reason_is
type FinishReasonIs struct {
	// Reason must not be empty.
	Reason FinishReason `json:"reason"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RawStopCondition is a stop condition this version has no type for, kept as
// its JSON.
//
//wire:raw StopCondition
type RawStopCondition json.RawMessage
