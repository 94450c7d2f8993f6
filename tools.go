package openrouter

import "encoding/json"

// Tool is something that the model may call. It is a [FunctionTool], which your program runs, a
// tool that the service runs, such as [WebSearchTool], or a [RawTool]. A request may have both
// kinds. Only calls of functions are returned as [ToolCall].
type Tool interface{ tool() }

// Tools is a list of tools that encoding/json can decode, for tools that are stored. It can be assigned
// to [ChatCompletionRequest.Tools].
type Tools []Tool

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Tools) UnmarshalJSON(data []byte) error {
	return decodeUnions(data, (*[]Tool)(t), readTool, Tool(RawTool("null")), "Tools")
}

// FunctionTool is a function that your program runs for the model.
//
//wire:variant Tool type=function
type FunctionTool struct {
	Function Function `json:"function"`
	// CacheControl caches the prompt up to and including this tool.
	CacheControl *CacheControl `json:"cache_control,omitzero"`
	// EagerInputStreaming true streams the arguments while the model writes them, before they are
	// checked as a whole. It works on Anthropic models.
	EagerInputStreaming *bool `json:"eager_input_streaming,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// NewFunctionTool returns a function for the model to call. parameters is any value that encodes to
// the JSON schema of an object: a map, a struct or a [json.RawMessage]. Nil means no arguments.
func NewFunctionTool(name, description string, parameters any) FunctionTool {
	return FunctionTool{Function: Function{Name: name, Description: description, Parameters: parameters}}
}

// Function tells the model what a function does and which arguments it takes.
type Function struct {
	// Name has up to 64 letters, digits, underscores and dashes.
	Name        string `json:"name"`
	Description string `json:"description,omitzero"`
	// Parameters is any value that encodes to the JSON schema of an object: a map, a struct or a
	// [json.RawMessage]. If its encoding changes between turns, the prompt cache misses.
	Parameters any `json:"parameters,omitzero"`
	// Strict asks the provider to enforce the schema. For Claude models the service removes it,
	// unless the header x-anthropic-beta has structured-outputs-2025-11-13.
	Strict *bool `json:"strict,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// NestedTool is a tool for the models behind a [SubagentTool], a [FusionTool] or a [FusionPlugin].
// It must be a tool that the service runs: functions are refused.
type NestedTool struct {
	// Type is the type of the tool, such as openrouter:web_search.
	Type string `json:"type"`
	// Parameters is the parameters struct of the tool, such as [WebSearchParameters], or any other
	// value that encodes to an object.
	Parameters any `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// RawTool is the JSON of a tool that this version has no type for.
//
//wire:raw Tool
type RawTool json.RawMessage

// ToolChoice sets whether the model must call a tool, and which one. It is a [ToolChoiceMode],
// [FunctionToolChoice], [ServerToolChoice] or [RawToolChoice]. If no endpoint supports the choice,
// the service answers 404. If a call is required, Anthropic models return no reasoning.
type ToolChoice interface{ toolChoice() }

// ToolChoiceMode is a tool choice that names no tool.
//
//wire:text ToolChoice
type ToolChoiceMode string

const (
	// ToolChoiceNone forbids tool calls.
	ToolChoiceNone ToolChoiceMode = "none"
	// ToolChoiceAuto lets the model decide. It is the default if tools are sent.
	ToolChoiceAuto ToolChoiceMode = "auto"
	// ToolChoiceRequired requires at least one call.
	ToolChoiceRequired ToolChoiceMode = "required"
)

// FunctionToolChoice requires a call of one function. [ForceFunction] makes one.
//
//wire:variant ToolChoice type=function
type FunctionToolChoice struct {
	Function FunctionName `json:"function"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FunctionName is the name of one of the request's functions.
type FunctionName struct {
	Name string `json:"name"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ServerToolChoice requires a call of a tool that the service runs. [ForceServerTool] makes one.
//
//wire:variant ToolChoice type=
type ServerToolChoice struct {
	// Type is the type of the tool, such as openrouter:web_search.
	Type string `json:"type"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// RawToolChoice is the JSON of a tool choice that this version has no type for.
//
//wire:raw ToolChoice
type RawToolChoice json.RawMessage

// ForceFunction returns a choice that requires a call of the named function.
func ForceFunction(name string) ToolChoice {
	return FunctionToolChoice{Function: FunctionName{Name: name}}
}

// ForceServerTool returns a choice that requires a call of a tool that the service runs. toolType
// is the type of the tool, such as openrouter:web_search.
func ForceServerTool(toolType string) ToolChoice { return ServerToolChoice{Type: toolType} }

// StopCondition stops the server tools when it is met. It is a [StepCountIs], [HasToolCall],
// [MaxTokensUsed], [MaxCost], [FinishReasonIs] or [RawStopCondition].
type StopCondition interface{ stopCondition() }

// StepCountIs is met after this number of steps.
//
//wire:variant StopCondition type=step_count_is
type StepCountIs struct {
	StepCount int `json:"step_count"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// HasToolCall is met after the named tool has been called.
//
//wire:variant StopCondition type=has_tool_call
type HasToolCall struct {
	// ToolName must not be empty.
	ToolName string `json:"tool_name"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// MaxTokensUsed is met when all steps together have used more than MaxTokens tokens.
//
//wire:variant StopCondition type=max_tokens_used
type MaxTokensUsed struct {
	MaxTokens int `json:"max_tokens"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// MaxCost is met when all steps together have cost more than MaxCostInDollars.
//
//wire:variant StopCondition type=max_cost
type MaxCost struct {
	// MaxCostInDollars is in USD.
	MaxCostInDollars float64 `json:"max_cost_in_dollars"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FinishReasonIs is met when a step ends with this finish reason.
//
//wire:variant StopCondition type=finish_reason_is
type FinishReasonIs struct {
	// Reason must not be empty.
	Reason FinishReason `json:"reason"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// RawStopCondition is the JSON of a stop condition that this version has no type for.
//
//wire:raw StopCondition
type RawStopCondition json.RawMessage
