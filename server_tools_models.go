package openrouter

// AdvisorTool lets the model ask another one, usually a stronger one, for
// advice. A request may have several, told apart by name; at most one has none.
//
//wire:variant Tool type=openrouter:advisor
type AdvisorTool struct {
	Parameters *AdvisorParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// AdvisorParameters set up an [AdvisorTool].
type AdvisorParameters struct {
	// Name is made of letters, digits, spaces, underscores and dashes, 64 at
	// most.
	Name string `json:"name,omitzero"`
	// Model is the advisor. When empty the model that asks may choose, or else
	// it is the request's.
	Model string `json:"model,omitzero"`
	// Instructions are the advisor's system message; empty is none.
	Instructions string `json:"instructions,omitzero"`
	// ForwardTranscript true shows the advisor the whole conversation. By
	// default it sees only what it is asked.
	ForwardTranscript *bool `json:"forward_transcript,omitzero"`
	// Stream has no effect on chat completions.
	Stream *bool `json:"stream,omitzero"`
	// MaxCompletionTokens bounds the advice, reasoning included.
	MaxCompletionTokens *int           `json:"max_completion_tokens,omitzero"`
	Reasoning           *ToolReasoning `json:"reasoning,omitzero"`
	Temperature         *float64       `json:"temperature,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// SubagentTool lets the model give tasks to another one, usually a cheaper one.
// A request may have several, told apart by name; at most one has none.
//
//wire:variant Tool type=openrouter:subagent
type SubagentTool struct {
	Parameters *SubagentParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// SubagentParameters set up a [SubagentTool].
type SubagentParameters struct {
	// Name is made of letters, digits, spaces, underscores and dashes, 64 at
	// most.
	Name string `json:"name,omitzero"`
	// Model does the tasks. When empty it is the request's.
	Model string `json:"model,omitzero"`
	// Instructions are the subagent's system message; empty is none.
	Instructions string `json:"instructions,omitzero"`
	// Tools are what the subagent may use, itself excepted.
	Tools []NestedTool `json:"tools,omitzero"`
	// MaxToolCalls is the number of steps it may take with them, between 1 and
	// 25.
	MaxToolCalls *int `json:"max_tool_calls,omitzero"`
	// MaxCompletionTokens bounds what it writes, reasoning included.
	MaxCompletionTokens *int           `json:"max_completion_tokens,omitzero"`
	Reasoning           *ToolReasoning `json:"reasoning,omitzero"`
	Temperature         *float64       `json:"temperature,omitzero"`
	// InheritFunctions is for the Responses API; chat completions refuse it
	// with 400.
	InheritFunctions *bool `json:"inherit_functions,omitzero"`
	// InheritedFunctionNames is for the Responses API; chat completions refuse
	// it with 400.
	InheritedFunctionNames []string `json:"inherited_function_names,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FusionTool lets the model put the question to a panel of models; an analyst
// sums up their answers for it.
//
//wire:variant Tool type=openrouter:fusion
type FusionTool struct {
	Parameters *FusionParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FusionParameters set up a [FusionTool].
type FusionParameters struct {
	// AnalysisModels are the panel, 1 to 8 models. When empty the service takes
	// its best ones.
	AnalysisModels []string `json:"analysis_models,omitzero"`
	// Model is the analyst. When empty it is the request's.
	Model string `json:"model,omitzero"`
	// MaxToolCalls is the number of steps each model may take with its tools,
	// between 1 and 16. The default is 4.
	MaxToolCalls *int `json:"max_tool_calls,omitzero"`
	// MaxCompletionTokens bounds what each model writes in a step, reasoning
	// included. The default is 16,000.
	MaxCompletionTokens *int           `json:"max_completion_tokens,omitzero"`
	Reasoning           *ToolReasoning `json:"reasoning,omitzero"`
	// Temperature is for the panel; the analyst's is always 0.
	Temperature *float64 `json:"temperature,omitzero"`
	// Tools are at most 8. Nil is web search and web fetch; an empty list that
	// is not nil is none.
	Tools        []NestedTool  `json:"tools,omitzero"`
	CacheControl *CacheControl `json:"cache_control,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ToolReasoning sets how much the models behind a tool think.
type ToolReasoning struct {
	Effort ReasoningEffort `json:"effort,omitzero"`
	// MaxTokens is the budget of each model.
	MaxTokens *int `json:"max_tokens,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
