package interop_test

import (
	"encoding/json"

	"github.com/openrouter-go/openrouter"
)

// prismRequests are requests that together have every field, every variant, and
// every constant that needs other fields beside it.
func prismRequests() []*openrouter.ChatCompletionRequest {
	all := []*openrouter.ChatCompletionRequest{
		parametersRequest(), routingRequest(), messagesRequest(), toolsRequest(), pluginsRequest(),
		{ // what excludes a field of parametersRequest, or needs a stream
			Messages:        hello(),
			ReasoningEffort: openrouter.EffortLow,
			Reasoning:       &openrouter.Reasoning{MaxTokens: new(2000)},
			Stop:            []string{"END", "STOP"},
			Modalities:      []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityAudio},
			Audio:           &openrouter.AudioConfig{Voice: "alloy", Format: "pcm16"},
			Stream:          new(true),
			StreamOptions:   &openrouter.StreamOptions{IncludeUsage: new(true)},
			Debug:           &openrouter.DebugOptions{EchoUpstreamBody: new(true)},
		},
	}
	for _, format := range []openrouter.ResponseFormat{
		openrouter.TextFormat{},
		openrouter.JSONObjectFormat{},
		openrouter.JSONSchemaFormat{JSONSchema: openrouter.JSONSchema{
			Name: "person", Description: "A person.", Schema: map[string]any{"type": "object"}, Strict: new(true),
		}},
		openrouter.GrammarFormat{Grammar: `root ::= "yes" | "no"`},
		openrouter.PythonFormat{},
		openrouter.RawResponseFormat(`{"type":"text"}`),
	} {
		all = append(all, &openrouter.ChatCompletionRequest{Messages: hello(), ResponseFormat: format})
	}
	for _, choice := range []openrouter.ToolChoice{
		openrouter.ToolChoiceNone, openrouter.ToolChoiceAuto, openrouter.ToolChoiceRequired,
		openrouter.ForceFunction("f"),
		openrouter.ForceServerTool("openrouter:web_search"),
		openrouter.RawToolChoice(`{"type":"openrouter:datetime"}`),
	} {
		all = append(all, &openrouter.ChatCompletionRequest{Messages: hello(), ToolChoice: choice})
	}
	return all
}

func hello() []openrouter.Message { return []openrouter.Message{openrouter.UserMessage("Hi")} }

func parametersRequest() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{
		Model:               "openai/gpt-5.2",
		Models:              []string{"anthropic/claude-sonnet-4.5"},
		Messages:            hello(),
		Prompt:              "Once upon a time",
		MaxCompletionTokens: new(2048),
		MaxTokens:           new(2048),
		Stop:                []string{"END"},
		StructuredOutputs:   new(false),
		Verbosity:           openrouter.VerbosityLow,
		ImageConfig:         map[string]any{"aspect_ratio": "16:9", "strength": 0.25, "sizes": []any{1, "2K"}},
		Prediction:          openrouter.PredictedContent("Hello."),
		N:                   new(1),
		Reasoning: &openrouter.Reasoning{
			Effort: openrouter.EffortHigh, Summary: openrouter.ReasoningSummaryAuto, Enabled: new(true), Exclude: new(false),
			Context: openrouter.ReasoningContextAuto, Mode: openrouter.ReasoningModePro,
		},
		IncludeReasoning:  new(true),
		ParallelToolCalls: new(false),
		MaxToolCalls:      new(3),
		StopServerToolsWhen: []openrouter.StopCondition{
			openrouter.StepCountIs{StepCount: 3},
			openrouter.HasToolCall{ToolName: "openrouter:web_search"},
			openrouter.MaxTokensUsed{MaxTokens: 10_000},
			openrouter.MaxCost{MaxCostInDollars: 0.05},
			openrouter.FinishReasonIs{Reason: openrouter.FinishReasonLength},
			openrouter.RawStopCondition(`{"type":"step_count_is","step_count":1}`),
		},
		WebSearchOptions: &openrouter.WebSearchOptions{
			SearchContextSize: openrouter.SearchContextSizeLow, MaxResults: new(3), SearchPrompt: "Results:", Engine: openrouter.SearchEngineExa,
		},
		XSearchFilter: &openrouter.XSearchFilter{
			AllowedXHandles: []string{"golang"}, FromDate: "2026-07-01", ToDate: "2026-07-31",
			EnableImageUnderstanding: new(true), EnableVideoUnderstanding: new(false),
		},
		Temperature:        new(0.0),
		TopP:               new(0.5),
		TopK:               new(40),
		MinP:               new(0.05),
		TopA:               new(0.1),
		FrequencyPenalty:   new(-2.0),
		PresencePenalty:    new(2.0),
		RepetitionPenalty:  new(1.1),
		Seed:               new(int64(-9007199254740991)),
		LogitBias:          map[string]float64{"50256": -100},
		Logprobs:           new(true),
		TopLogprobs:        new(20),
		Route:              openrouter.RouteFallback,
		ServiceTier:        openrouter.ServiceTierFlex,
		Speed:              openrouter.SpeedFast,
		Preset:             "@preset/careful",
		Transforms:         []string{"middle-out"},
		CacheControl:       &openrouter.CacheControl{Type: "ephemeral", TTL: openrouter.CacheTTL1h},
		PromptCacheKey:     "manual",
		PromptCacheOptions: &openrouter.PromptCacheOptions{Mode: openrouter.PromptCacheModeExplicit, TTL: "30m"},
		User:               "user-1",
		SessionID:          "session-1",
		Metadata:           map[string]string{"job": "nightly"},
		Trace: &openrouter.Trace{
			TraceID: "t1", TraceName: "nightly", SpanName: "summary", GenerationName: "first", ParentSpanID: "s0",
			Extra: map[string]any{"build": 7},
		},
		Usage: &openrouter.UsageOptions{Include: new(true)},
		Extra: map[string]any{"top_n_sigma": 1.5},
	}
}

func routingRequest() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{
		Messages:      hello(),
		XSearchFilter: &openrouter.XSearchFilter{ExcludedXHandles: []string{"spam"}},
		Provider: &openrouter.ProviderPreferences{
			Order: []string{"azure", "google-vertex/us-east5"}, Only: []string{"azure"}, Ignore: []string{"deepinfra/turbo"},
			AllowFallbacks: new(false), RequireParameters: new(true),
			DataCollection: openrouter.DataCollectionDeny, ZDR: new(true), EnforceDistillableText: new(false),
			Quantizations: []openrouter.Quantization{openrouter.QuantizationFP8, openrouter.QuantizationBF16},
			MaxPrice:      &openrouter.MaxPrice{Prompt: "1.50", Completion: "0.00000125", Image: "1", Audio: "0", Request: "2e-3"},
			Sort:          openrouter.ProviderSort{By: openrouter.SortThroughput, Partition: openrouter.SortPartitionNone},
			PreferredMinThroughput: openrouter.PercentileCutoffs{
				P50: new(50.0), P75: new(40.5), P90: new(30.0), P99: new(20.0),
			},
			PreferredMaxLatency: openrouter.PercentileCutoffs{P50: new(1.5)}, // sent as a number
		},
	}
}

func messagesRequest() *openrouter.ChatCompletionRequest {
	cached := openrouter.TextPart("Read the pages.")
	cached.CacheControl = &openrouter.CacheControl{Type: "ephemeral", TTL: openrouter.CacheTTL5m}
	cached.PromptCacheBreakpoint = &openrouter.PromptCacheBreakpoint{Mode: openrouter.PromptCacheModeExplicit}
	system := openrouter.SystemMessage("Be brief.")
	system.Name, system.CacheControl = "rules", &openrouter.CacheControl{Type: "ephemeral"}
	return &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{
		system,
		{Role: openrouter.RoleDeveloper, Content: []openrouter.Part{openrouter.TextPart("Be kind."), cached}},
		openrouter.UserMessage("What is this?", cached,
			openrouter.Part{Type: openrouter.PartTypeImageURL, ImageURL: &openrouter.ImageURL{
				URL: "https://example.com/a.png", Detail: openrouter.ImageDetailHigh,
			}},
			openrouter.ImageDataPart("image/png", []byte("png")),
			openrouter.AudioPart("wav", []byte("wav")),
			openrouter.VideoPart("https://example.com/a.mp4"),
			openrouter.Part{Type: openrouter.PartTypeInputVideo, VideoURL: &openrouter.VideoURL{URL: "https://example.com/a.mp4"}},
			openrouter.FilePart("a.pdf", "https://example.com/a.pdf"),
			openrouter.Part{Type: openrouter.PartTypeFile, File: &openrouter.File{FileID: "file-1"}},
		),
		{
			Role:    openrouter.RoleAssistant,
			Content: openrouter.Text("Let me look."),
			ToolCalls: []openrouter.ToolCall{{
				Index: new(0), ID: "call_1", Type: "function", Function: openrouter.FunctionCall{Name: "f", Arguments: "{}"},
			}},
			Refusal:          "no",
			Reasoning:        "first second",
			ReasoningContent: "first second",
			ReasoningDetails: []openrouter.ReasoningDetail{
				{
					Type: openrouter.ReasoningDetailTypeText, Text: "first", Signature: "c2ln", ID: "r1", Index: new(0),
					Format: openrouter.ReasoningFormatAnthropicClaudeV1,
				},
				{Type: openrouter.ReasoningDetailTypeSummary, Summary: "second", Index: new(1)},
				{Type: openrouter.ReasoningDetailTypeEncrypted, Data: "ZGF0YQ==", Index: new(2)},
				{
					Type: openrouter.ReasoningDetailTypeServerToolCall, ToolName: "openrouter:datetime", Arguments: "{}",
					Result: "today", ToolCallID: "call_0",
				},
			},
			Annotations: []openrouter.Annotation{
				{Type: openrouter.AnnotationTypeURLCitation, URLCitation: &openrouter.URLCitation{
					URL: "https://example.com", Title: "Example", Content: "Example Domain", StartIndex: 1, EndIndex: 5,
				}},
				{Type: openrouter.AnnotationTypeFile, File: &openrouter.ParsedFile{
					Hash: "h1", Name: "a.pdf", Content: openrouter.Text("page one"),
				}},
				{Type: openrouter.AnnotationTypeFileAnnotation, FileAnnotation: &openrouter.FileCitation{FileID: "file-1", Quote: "page"}},
			},
			Images: []openrouter.Image{{
				Type: "image_url", ImageURL: &openrouter.ImageURL{URL: "data:image/png;base64,cG5n"}, Index: new(0),
			}},
			Audio: &openrouter.Audio{ID: "audio-1", Data: "d2F2", ExpiresAt: 1_900_000_000, Transcript: "Let me look."},
			Model: "openai/gpt-5.2",
		},
		openrouter.ToolMessage("call_1", "42", openrouter.ImagePart("https://example.com/b.png")),
	}}
}

func toolsRequest() *openrouter.ChatCompletionRequest {
	oslo := &openrouter.UserLocation{Type: "approximate", City: "Oslo", Region: "Oslo", Country: "NO", Timezone: "Europe/Oslo"}
	thinking := &openrouter.ToolReasoning{Effort: openrouter.EffortLow, MaxTokens: new(1000)}
	nested := []openrouter.NestedTool{
		{Type: "openrouter:web_search", Parameters: openrouter.WebSearchParameters{MaxResults: new(3)}},
		{Type: "openrouter:datetime"},
	}
	return &openrouter.ChatCompletionRequest{
		Messages: hello(),
		Tools: []openrouter.Tool{
			openrouter.FunctionTool{
				Function: openrouter.Function{
					Name: "f", Description: "The answer.", Parameters: json.RawMessage(`{"type":"object"}`), Strict: new(true),
				},
				CacheControl: &openrouter.CacheControl{Type: "ephemeral"}, EagerInputStreaming: new(true),
			},
			openrouter.WebSearchTool{Parameters: &openrouter.WebSearchParameters{
				Engine: openrouter.SearchEngineExa, Mode: openrouter.SearchModeDeep, MaxResults: new(3), MaxTotalResults: new(9), MaxUses: new(2),
				MaxCharacters: new(500), SearchContextSize: openrouter.SearchContextSizeLow, AllowedDomains: []string{"example.com"}, UserLocation: oslo,
			}},
			openrouter.WebSearchTool{Parameters: &openrouter.WebSearchParameters{ExcludedDomains: []string{"example.org"}}},
			openrouter.WebSearchShorthandTool{
				Type: openrouter.WebSearchTypePlain, Engine: openrouter.SearchEngineExa, Mode: openrouter.SearchModeDeep, MaxResults: new(3),
				MaxTotalResults: new(9), MaxUses: new(2), MaxCharacters: new(500), SearchContextSize: openrouter.SearchContextSizeLow,
				AllowedDomains: []string{"example.com"}, UserLocation: oslo,
			},
			openrouter.WebSearchShorthandTool{
				Type: openrouter.WebSearchTypePreview, ExcludedDomains: []string{"example.org"},
				Parameters: &openrouter.WebSearchParameters{MaxResults: new(3)},
			},
			openrouter.WebFetchTool{Parameters: &openrouter.WebFetchParameters{
				Engine: openrouter.FetchEngineExa, MaxUses: new(2), MaxContentTokens: new(1000),
				AllowedDomains: []string{"example.com"}, BlockedDomains: []string{"example.org"},
			}},
			openrouter.DatetimeTool{Parameters: &openrouter.DatetimeParameters{Timezone: "Europe/Oslo"}},
			openrouter.ImageGenerationTool{Parameters: &openrouter.ImageGenerationParameters{
				Model: "openai/gpt-5-image", Extra: map[string]any{"quality": "high", "output_compression": 80},
			}},
			openrouter.SearchModelsTool{Parameters: &openrouter.SearchModelsParameters{MaxResults: new(5)}},
			openrouter.AdvisorTool{Parameters: &openrouter.AdvisorParameters{
				Name: "the_boss", Model: "openai/gpt-5.2-pro", Instructions: "Be strict.", ForwardTranscript: new(true), Stream: new(false),
				MaxCompletionTokens: new(500), Reasoning: thinking, Temperature: new(0.5),
			}},
			openrouter.SubagentTool{Parameters: &openrouter.SubagentParameters{
				Name: "helper", Model: "openai/gpt-5-nano", Instructions: "Be quick.", Tools: nested, MaxToolCalls: new(5),
				MaxCompletionTokens: new(500), Reasoning: thinking, Temperature: new(0.5),
				InheritFunctions: new(false), InheritedFunctionNames: []string{"f"},
			}},
			openrouter.FusionTool{Parameters: &openrouter.FusionParameters{
				AnalysisModels: []string{"openai/gpt-5.2"}, Model: "openai/gpt-5.2-pro", MaxToolCalls: new(4), MaxCompletionTokens: new(500),
				Reasoning: thinking, Temperature: new(0.5), Tools: nested, CacheControl: &openrouter.CacheControl{Type: "ephemeral"},
			}},
			openrouter.FilesTool{Parameters: &openrouter.FilesParameters{}},
			openrouter.BashTool{Parameters: &openrouter.BashParameters{
				Engine: openrouter.BashEngineAuto, SleepAfterSeconds: new(60),
				Environment: &openrouter.Environment{Type: openrouter.EnvironmentTypeContainerAuto},
			}},
			openrouter.BashTool{Parameters: &openrouter.BashParameters{
				Environment: &openrouter.Environment{Type: openrouter.EnvironmentTypeContainerReference, ContainerID: "c_1"},
			}},
			openrouter.RawTool(`{"type":"openrouter:datetime"}`),
		},
	}
}

func pluginsRequest() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{
		Messages: hello(),
		Plugins: []openrouter.Plugin{
			openrouter.ModerationPlugin{},
			openrouter.WebPlugin{
				Enabled: new(true), MaxResults: new(3), SearchPrompt: "Results:", Engine: openrouter.SearchEngineExa, Mode: openrouter.SearchModeFast,
				MaxUses: new(2), IncludeDomains: []string{"*.example.com"}, ExcludeDomains: []string{"example.org/blog"},
				UserLocation: &openrouter.UserLocation{Type: "approximate", City: "Oslo"},
			},
			openrouter.WebFetchPlugin{
				MaxUses: new(2), MaxContentTokens: new(1000), AllowedDomains: []string{"example.com"}, BlockedDomains: []string{"example.org"},
			},
			openrouter.FileParserPlugin{
				Enabled: new(true), PDF: &openrouter.PDFOptions{Engine: openrouter.PDFEngineNative}, MaxFiles: new(5),
			},
			openrouter.ResponseHealingPlugin{Enabled: new(false)},
			openrouter.ContextCompressionPlugin{Enabled: new(true), Engine: openrouter.CompressionEngineMiddleOut},
			openrouter.AutoRouterPlugin{
				Enabled: new(true), AllowedModels: []string{"anthropic/*"}, ExcludedModels: []string{"openai/*"}, CostTier: openrouter.CostTierLow,
				CostQualityTradeoff: new(0), PinModel: new(true),
			},
			openrouter.AutoBetaRouterPlugin{
				Enabled: new(true), AllowedModels: []string{"anthropic/*"}, ExcludedModels: []string{"openai/*"}, CostTier: openrouter.CostTierLow,
				CostQualityTradeoff: new(10),
			},
			openrouter.ParetoRouterPlugin{
				Enabled: new(true), MinCodingScore: new(0.66), MaxPrice: new(1.5), PriceSource: openrouter.PriceSourceWeightedAvg,
			},
			openrouter.FusionPlugin{
				Enabled: new(true), AnalysisModels: []string{"openai/gpt-5.2"}, Model: "openai/gpt-5.2-pro", MaxToolCalls: new(4),
				Preset: openrouter.FusionPresetGeneralFast, Tools: []openrouter.NestedTool{{Type: "openrouter:web_fetch"}},
			},
			openrouter.RawPlugin(`{"id":"moderation"}`),
		},
	}
}

// prismModels has every parameter of a list of models.
func prismModels() *openrouter.ModelListParams {
	return &openrouter.ModelListParams{
		Query: "gpt", Category: openrouter.ModelCategoryProgramming, Sort: openrouter.ModelSortNewest,
		SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterTools},
		InputModalities:     []openrouter.Modality{openrouter.ModalityText}, OutputModalities: []openrouter.Modality{openrouter.ModalityText},
		Context: new(128_000), Architecture: "GPT", ModelAuthors: []string{"openai"}, Providers: []string{"OpenAI"},
		Distillable: new(false), ZDR: true, Region: openrouter.ModelRegionEU,
		MinPrice: "0", MaxPrice: "10.5", MinOutputPrice: "0.00000125", MaxOutputPrice: "1e2", MinAgeDays: new(0), MaxAgeDays: new(90),
		MinIntelligenceIndex: new(0.0), MaxIntelligenceIndex: new(100.0), MinCodingIndex: new(0.5), MaxCodingIndex: new(99.5),
		MinAgenticIndex: new(1.0), MaxAgenticIndex: new(1e2), MinToolSuccessRate: new(0.9), MaxToolSuccessRate: new(1.0),
		Limit: new(1000), Offset: new(0),
	}
}
