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
