package openrouter

// WebSearchTool lets the model search the web. The sources come back as
// annotations.
//
//wire:variant Tool type=openrouter:web_search
type WebSearchTool struct {
	Parameters *WebSearchParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchShorthandTool is [WebSearchTool] in the spelling of OpenAI's
// Responses API, where the settings stand beside the type or under parameters.
// It is for requests that were written for that; new ones use WebSearchTool.
//
//wire:variant Tool type=web_search,web_search_preview,web_search_preview_2025_03_11,web_search_2025_08_26
type WebSearchShorthandTool struct {
	// Type is required. All types do the same.
	Type WebSearchType `json:"type"`

	// The settings are those of [WebSearchParameters].

	Engine            SearchEngine         `json:"engine,omitzero"`
	Mode              SearchMode           `json:"mode,omitzero"`
	MaxResults        *int                 `json:"max_results,omitzero"`
	MaxTotalResults   *int                 `json:"max_total_results,omitzero"`
	MaxUses           *int                 `json:"max_uses,omitzero"`
	MaxCharacters     *int                 `json:"max_characters,omitzero"`
	SearchContextSize SearchContextSize    `json:"search_context_size,omitzero"`
	AllowedDomains    []string             `json:"allowed_domains,omitzero"`
	ExcludedDomains   []string             `json:"excluded_domains,omitzero"`
	UserLocation      *UserLocation        `json:"user_location,omitzero"`
	Parameters        *WebSearchParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchType is a type of [WebSearchShorthandTool].
type WebSearchType string

const (
	WebSearchTypePlain           WebSearchType = "web_search"
	WebSearchTypePreview         WebSearchType = "web_search_preview"
	WebSearchTypePreview20250311 WebSearchType = "web_search_preview_2025_03_11"
	WebSearchType20250826        WebSearchType = "web_search_2025_08_26"
)

// WebFetchTool lets the model read web pages and PDFs by their address.
//
//wire:variant Tool type=openrouter:web_fetch
type WebFetchTool struct {
	Parameters *WebFetchParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebFetchParameters set up a [WebFetchTool].
type WebFetchParameters struct {
	// Engine is [FetchEngineAuto] when empty.
	Engine FetchEngine `json:"engine,omitzero"`
	// MaxUses is the number of pages of one request; the model is told of an
	// error when it asks for more.
	MaxUses *int `json:"max_uses,omitzero"`
	// MaxContentTokens is about how long a page may be; the rest is cut off.
	MaxContentTokens *int `json:"max_content_tokens,omitzero"`
	// AllowedDomains limits what may be read to these.
	AllowedDomains []string `json:"allowed_domains,omitzero"`
	// BlockedDomains keeps these out.
	BlockedDomains []string `json:"blocked_domains,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FetchEngine is what a web page is read with. The set is open.
type FetchEngine string

const (
	// FetchEngineAuto is the provider's own where it has one, else Exa.
	FetchEngineAuto FetchEngine = "auto"
	// FetchEngineNative is the provider's own.
	FetchEngineNative FetchEngine = "native"
	// FetchEngineOpenRouter gets the page with a plain HTTP request.
	FetchEngineOpenRouter FetchEngine = "openrouter"
	FetchEngineExa        FetchEngine = "exa"
	FetchEngineParallel   FetchEngine = "parallel"
	// FetchEngineFirecrawl needs the account's own Firecrawl key.
	FetchEngineFirecrawl FetchEngine = "firecrawl"
)

// DatetimeTool tells the model the date and time.
//
//wire:variant Tool type=openrouter:datetime
type DatetimeTool struct {
	Parameters *DatetimeParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// DatetimeParameters set up a [DatetimeTool].
type DatetimeParameters struct {
	// Timezone is an IANA name, such as America/New_York. Empty is UTC.
	Timezone string `json:"timezone,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ImageGenerationTool lets the model have images made by another one.
//
//wire:variant Tool type=openrouter:image_generation
type ImageGenerationTool struct {
	Parameters *ImageGenerationParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ImageGenerationParameters set up an [ImageGenerationTool].
type ImageGenerationParameters struct {
	// Model is openai/gpt-5-image when empty.
	Model string `json:"model,omitzero"`

	// Extra holds what that model takes: aspect_ratio, quality, size,
	// background, output_format, output_compression, moderation and others.
	// Values are strings, numbers and lists.
	Extra map[string]any `json:"-"`

	presence presence
}

// SearchModelsTool lets the model look for models in the service's catalog. The
// service calls it experimental.
//
//wire:variant Tool type=openrouter:experimental__search_models
type SearchModelsTool struct {
	Parameters *SearchModelsParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// SearchModelsParameters set up a [SearchModelsTool].
type SearchModelsParameters struct {
	// MaxResults is by default 5 and at most 20.
	MaxResults *int `json:"max_results,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

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

// FilesTool lets the model read, write, edit and list the files of the
// workspace that the key belongs to.
//
//wire:variant Tool type=openrouter:files
type FilesTool struct {
	Parameters *FilesParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FilesParameters set up a [FilesTool], which has no settings yet.
type FilesParameters struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// BashTool lets the model run shell commands. The service's schema lists it for
// chat completions, its guide says that they refuse it with 400.
//
//wire:variant Tool type=openrouter:bash
type BashTool struct {
	Parameters *BashParameters `json:"parameters,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// BashParameters set up a [BashTool].
type BashParameters struct {
	// Engine is [BashEngineAuto] when empty.
	Engine BashEngine `json:"engine,omitzero"`
	// Environment is the container that the commands run in.
	Environment *Environment `json:"environment,omitzero"`
	// SleepAfterSeconds is how long a container waits for another command
	// before it sleeps: by default 900, at most 2,592,000, which is 30 days.
	SleepAfterSeconds *int `json:"sleep_after_seconds,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// BashEngine is what runs shell commands. The set is open.
type BashEngine string

const (
	// BashEngineAuto is [BashEngineNative] today.
	BashEngineAuto BashEngine = "auto"
	// BashEngineNative returns the call to the caller, who runs the command.
	BashEngineNative BashEngine = "native"
	// BashEngineOpenRouter runs the command in a container of the service.
	BashEngineOpenRouter BashEngine = "openrouter"
)

// Environment is a container to run commands in.
type Environment struct {
	Type EnvironmentType `json:"type"`
	// ContainerID goes with [EnvironmentTypeContainerReference]: letters,
	// digits, underscores and dashes, 20 at most.
	ContainerID string `json:"container_id,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// EnvironmentType is a kind of [Environment]. The set is open.
type EnvironmentType string

const (
	// EnvironmentTypeContainerAuto is a new container for this request.
	EnvironmentTypeContainerAuto EnvironmentType = "container_auto"
	// EnvironmentTypeContainerReference is the container with that ContainerID.
	EnvironmentTypeContainerReference EnvironmentType = "container_reference"
)
