package openrouter

// WebSearchTool lets the model search the web. [Message.Annotations] of the answer are the sources.
//
//wire:variant Tool type=openrouter:web_search
type WebSearchTool struct {
	Parameters *WebSearchParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebSearchShorthandTool is [WebSearchTool] in the form of OpenAI's Responses API, with settings
// beside the type or under parameters. It is meant for requests that already have that form; use
// WebSearchTool in new ones.
//
//wire:variant Tool type=web_search,web_search_preview,web_search_preview_2025_03_11,web_search_2025_08_26
type WebSearchShorthandTool struct {
	// Type is required. All types have the same effect.
	Type WebSearchType `json:"type"`

	// Engine and the fields below are the settings of [WebSearchParameters].
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

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
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

// WebFetchTool lets the model read web pages and PDFs by URL.
//
//wire:variant Tool type=openrouter:web_fetch
type WebFetchTool struct {
	Parameters *WebFetchParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebFetchParameters configures a [WebFetchTool].
type WebFetchParameters struct {
	// Engine is [FetchEngineAuto] when empty.
	Engine FetchEngine `json:"engine,omitzero"`
	// MaxUses limits the number of pages in one request. Further calls return an error to the
	// model.
	MaxUses *int `json:"max_uses,omitzero"`
	// MaxContentTokens is the approximate maximum length of a page. The rest is cut off.
	MaxContentTokens *int `json:"max_content_tokens,omitzero"`
	// AllowedDomains, if set, lists the only domains to read from.
	AllowedDomains []string `json:"allowed_domains,omitzero"`
	// BlockedDomains lists domains never to read from.
	BlockedDomains []string `json:"blocked_domains,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FetchEngine selects how a web page is read. Other values are possible.
type FetchEngine string

const (
	// FetchEngineAuto uses the provider's own engine if it has one, else Exa.
	FetchEngineAuto FetchEngine = "auto"
	// FetchEngineNative uses the provider's own engine.
	FetchEngineNative FetchEngine = "native"
	// FetchEngineOpenRouter fetches the page with a plain HTTP request.
	FetchEngineOpenRouter FetchEngine = "openrouter"
	FetchEngineExa        FetchEngine = "exa"
	FetchEngineParallel   FetchEngine = "parallel"
	// FetchEngineFirecrawl requires the account's own Firecrawl key.
	FetchEngineFirecrawl FetchEngine = "firecrawl"
)

// DatetimeTool tells the model the date and time.
//
//wire:variant Tool type=openrouter:datetime
type DatetimeTool struct {
	Parameters *DatetimeParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// DatetimeParameters configures a [DatetimeTool].
type DatetimeParameters struct {
	// Timezone is an IANA name, such as America/New_York. Empty means UTC.
	Timezone string `json:"timezone,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ImageGenerationTool lets the model generate images with another model.
//
//wire:variant Tool type=openrouter:image_generation
type ImageGenerationTool struct {
	Parameters *ImageGenerationParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ImageGenerationParameters configures an [ImageGenerationTool].
type ImageGenerationParameters struct {
	// Model is openai/gpt-5-image when empty.
	Model string `json:"model,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation. Here
	// it holds the options of the image model: aspect_ratio, quality, size, background,
	// output_format, output_compression, moderation and others. Values are strings, numbers or
	// lists.
	Extra map[string]any `json:"-"`

	presence presence
}

// SearchModelsTool lets the model search the service's list of models. The service calls it
// experimental.
//
//wire:variant Tool type=openrouter:experimental__search_models
type SearchModelsTool struct {
	Parameters *SearchModelsParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// SearchModelsParameters configures a [SearchModelsTool].
type SearchModelsParameters struct {
	// MaxResults is 5 by default and at most 20.
	MaxResults *int `json:"max_results,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// AdvisorTool lets the model ask another model, usually a stronger one, for advice. A request may
// have several advisors with different names. At most one may have no name.
//
//wire:variant Tool type=openrouter:advisor
type AdvisorTool struct {
	Parameters *AdvisorParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// AdvisorParameters configures an [AdvisorTool].
type AdvisorParameters struct {
	// Name has up to 64 letters, digits, spaces, underscores and dashes.
	Name string `json:"name,omitzero"`
	// Model is the advisor. If it is empty, the model that asks may choose the advisor. If it
	// chooses none, the advisor is the request's model.
	Model string `json:"model,omitzero"`
	// Instructions are the advisor's system message. Empty means none.
	Instructions string `json:"instructions,omitzero"`
	// ForwardTranscript true shows the advisor the whole conversation. By default the advisor sees
	// only the question.
	ForwardTranscript *bool `json:"forward_transcript,omitzero"`
	// Stream has no effect on chat completions.
	Stream *bool `json:"stream,omitzero"`
	// MaxCompletionTokens limits the length of the advice, reasoning included.
	MaxCompletionTokens *int           `json:"max_completion_tokens,omitzero"`
	Reasoning           *ToolReasoning `json:"reasoning,omitzero"`
	Temperature         *float64       `json:"temperature,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// SubagentTool lets the model give tasks to another model, usually a cheaper one. A request may
// have several subagents with different names. At most one may have no name.
//
//wire:variant Tool type=openrouter:subagent
type SubagentTool struct {
	Parameters *SubagentParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// SubagentParameters configures a [SubagentTool].
type SubagentParameters struct {
	// Name has up to 64 letters, digits, spaces, underscores and dashes.
	Name string `json:"name,omitzero"`
	// Model is the subagent. If it is empty, the subagent is the request's model.
	Model string `json:"model,omitzero"`
	// Instructions are the subagent's system message. Empty means none.
	Instructions string `json:"instructions,omitzero"`
	// Tools lists the tools that the subagent may use. The subagent tool itself is not allowed.
	Tools []NestedTool `json:"tools,omitzero"`
	// MaxToolCalls limits the steps that the subagent may take with its tools, between 1 and 25.
	MaxToolCalls *int `json:"max_tool_calls,omitzero"`
	// MaxCompletionTokens limits the subagent's output, reasoning included.
	MaxCompletionTokens *int           `json:"max_completion_tokens,omitzero"`
	Reasoning           *ToolReasoning `json:"reasoning,omitzero"`
	Temperature         *float64       `json:"temperature,omitzero"`
	// InheritFunctions is for the Responses API only: chat completions refuse it with status 400.
	InheritFunctions *bool `json:"inherit_functions,omitzero"`
	// InheritedFunctionNames is for the Responses API only: chat completions refuse it with status
	// 400.
	InheritedFunctionNames []string `json:"inherited_function_names,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FusionTool lets the model send the prompt to a panel of models. An analyst model summarizes their
// answers for it.
//
//wire:variant Tool type=openrouter:fusion
type FusionTool struct {
	Parameters *FusionParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FusionParameters configures a [FusionTool].
type FusionParameters struct {
	// AnalysisModels is the panel, 1 to 8 models. If it is empty, the service uses its own panel.
	AnalysisModels []string `json:"analysis_models,omitzero"`
	// Model is the analyst. If it is empty, the analyst is the request's model.
	Model string `json:"model,omitzero"`
	// MaxToolCalls limits the steps that each of these models may take with its tools, between 1
	// and 16. The default is 4.
	MaxToolCalls *int `json:"max_tool_calls,omitzero"`
	// MaxCompletionTokens limits the output of each of these models per call, reasoning included.
	// The default is 16,000.
	MaxCompletionTokens *int           `json:"max_completion_tokens,omitzero"`
	Reasoning           *ToolReasoning `json:"reasoning,omitzero"`
	// Temperature applies to the panel. The analyst always uses 0.
	Temperature *float64 `json:"temperature,omitzero"`
	// Tools lists up to 8 tools for the panel and the analyst. Nil means web search and web fetch.
	// An empty list that is not nil means no tools.
	Tools        []NestedTool  `json:"tools,omitzero"`
	CacheControl *CacheControl `json:"cache_control,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ToolReasoning sets how much the models behind a tool think.
type ToolReasoning struct {
	Effort ReasoningEffort `json:"effort,omitzero"`
	// MaxTokens is the reasoning budget of each model.
	MaxTokens *int `json:"max_tokens,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FilesTool lets the model read, write, edit and list files of the workspace that the key belongs
// to.
//
//wire:variant Tool type=openrouter:files
type FilesTool struct {
	Parameters *FilesParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FilesParameters configures a [FilesTool]. It has no settings yet.
type FilesParameters struct {
	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`
}

// BashTool lets the model run shell commands. The service's documentation contradicts itself: its
// schema accepts the tool in chat completions, its guide says that they refuse it with status 400.
//
//wire:variant Tool type=openrouter:bash
type BashTool struct {
	Parameters *BashParameters `json:"parameters,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// BashParameters configures a [BashTool].
type BashParameters struct {
	// Engine is [BashEngineAuto] when empty.
	Engine BashEngine `json:"engine,omitzero"`
	// Environment is the container that the commands run in.
	Environment *Environment `json:"environment,omitzero"`
	// SleepAfterSeconds is the time after a command until an idle container sleeps. The default is
	// 900, the maximum 2,592,000 (30 days).
	SleepAfterSeconds *int `json:"sleep_after_seconds,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// BashEngine selects who runs shell commands. Other values are possible.
type BashEngine string

const (
	// BashEngineAuto currently means [BashEngineNative].
	BashEngineAuto BashEngine = "auto"
	// BashEngineNative returns the call to your program, which runs the command.
	BashEngineNative BashEngine = "native"
	// BashEngineOpenRouter runs the command in a container of the service.
	BashEngineOpenRouter BashEngine = "openrouter"
)

// Environment is a container to run commands in.
type Environment struct {
	Type EnvironmentType `json:"type"`
	// ContainerID is required with [EnvironmentTypeContainerReference]. It has up to 20 letters,
	// digits, underscores and dashes.
	ContainerID string `json:"container_id,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// EnvironmentType is the kind of an [Environment]. Other values are possible.
type EnvironmentType string

const (
	// EnvironmentTypeContainerAuto is a new container for this request.
	EnvironmentTypeContainerAuto EnvironmentType = "container_auto"
	// EnvironmentTypeContainerReference is the container named by ContainerID.
	EnvironmentTypeContainerReference EnvironmentType = "container_reference"
)
