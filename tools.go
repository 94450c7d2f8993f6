package openrouter

import "encoding/json"

// Tool is something the model may call: a [FunctionTool], which the caller
// runs, one of the tools that the service runs within the request, such as
// [WebSearchTool], or a [RawTool]. Both kinds may stand in one request; only
// calls of functions come back as [ToolCall].
type Tool interface{ tool() }

// FunctionTool is a function the caller runs for the model.
//
//wire:variant Tool type=function
type FunctionTool struct {
	Function Function `json:"function"`
	// CacheControl ends a cacheable prefix with this tool.
	CacheControl *CacheControl `json:"cache_control,omitzero"`
	// EagerInputStreaming true streams the arguments while the model writes
	// them, not checked as a whole, on Anthropic models.
	EagerInputStreaming *bool `json:"eager_input_streaming,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Function tells the model what a function is for and what to pass to it.
type Function struct {
	// Name is made of letters, digits, underscores and dashes, 64 at most.
	Name        string `json:"name"`
	Description string `json:"description,omitzero"`
	// Parameters is any value that encodes to a JSON schema of an object: a
	// map, a struct, a [json.RawMessage]. Its encoding should be the same on
	// every turn, or the prompt cache misses.
	Parameters any `json:"parameters,omitzero"`
	// Strict asks the provider to enforce the schema. Claude models drop it,
	// unless the header x-anthropic-beta has structured-outputs-2025-11-13.
	Strict *bool `json:"strict,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// NestedTool is a tool for the models behind a [SubagentTool], a [FusionTool]
// or a [FusionPlugin]. The service must run it: a function cannot be nested.
type NestedTool struct {
	// Type is that of a tool, such as openrouter:web_search.
	Type string `json:"type"`
	// Parameters is the parameters struct of that tool, such as
	// [WebSearchParameters], or any other value that encodes to an object.
	Parameters any `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RawTool is a tool this version has no type for, kept as its JSON.
//
//wire:raw Tool
type RawTool json.RawMessage

// ToolChoice says whether and which tool the model must call: a [ToolChoiceMode], [ForceFunction], [ForceServerTool] or [RawToolChoice].
// A choice that no endpoint supports leaves none to route to: the service answers 404.
type ToolChoice interface{ toolChoice() }

// ToolChoiceMode is a tool choice that names no tool.
//
//wire:text ToolChoice
type ToolChoiceMode string

const (
	// ToolChoiceNone forbids calls.
	ToolChoiceNone ToolChoiceMode = "none"
	// ToolChoiceAuto leaves it to the model, which is the default when tools are sent.
	ToolChoiceAuto ToolChoiceMode = "auto"
	// ToolChoiceRequired demands at least one call. With Anthropic's thinking the reasoning is then lost.
	ToolChoiceRequired ToolChoiceMode = "required"
)

// FunctionToolChoice demands a call of one function.
//
//wire:variant ToolChoice type=function
type FunctionToolChoice struct {
	Function FunctionName `json:"function"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FunctionName names a function of the request's tools.
type FunctionName struct {
	Name string `json:"name"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ServerToolChoice demands a call of a tool that the service runs, by its type, such as openrouter:web_search.
//
//wire:variant ToolChoice type=
type ServerToolChoice struct {
	Type string `json:"type"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// RawToolChoice is a tool choice this version has no type for, kept as its JSON.
//
//wire:raw ToolChoice
type RawToolChoice json.RawMessage

// ForceFunction demands a call of the named function.
func ForceFunction(name string) ToolChoice {
	return FunctionToolChoice{Function: FunctionName{Name: name}}
}

// ForceServerTool demands a call of a tool that the service runs, by its type, such as openrouter:web_search.
func ForceServerTool(toolType string) ToolChoice { return ServerToolChoice{Type: toolType} }

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
