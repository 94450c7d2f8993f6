package openrouter

import "encoding/json"

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
