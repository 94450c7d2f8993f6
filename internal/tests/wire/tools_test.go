package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

var wireToolCases = []wireCase{
	onRequest("plugins", "", func(t *testing.T, r *request) {
		require.Len(t, r.Plugins, 10)
		assert.Equal(t, openrouter.AutoRouterPlugin{
			Enabled: new(true), AllowedModels: []string{"anthropic/*"}, ExcludedModels: []string{"openai/gpt-4"},
			CostTier: openrouter.CostTierXHigh, CostQualityTradeoff: new(7), PinModel: new(true),
		}, r.Plugins[0])
		assert.Equal(t, openrouter.AutoBetaRouterPlugin{
			Enabled: new(false), AllowedModels: []string{"*"}, ExcludedModels: []string{}, CostTier: openrouter.CostTierLow, CostQualityTradeoff: new(0),
		}, r.Plugins[1])
		assert.Equal(t, openrouter.ModerationPlugin{}, r.Plugins[2])
		web := r.Plugins[3].(openrouter.WebPlugin)
		assert.Equal(t, openrouter.SearchModeDeepLite, web.Mode)
		assert.Equal(t, openrouter.SearchEngineExa, web.Engine)
		assert.Equal(t, []any{new(true), new(5), new(3)}, []any{web.Enabled, web.MaxResults, web.MaxUses})
		assert.Equal(t, "Cite these.", web.SearchPrompt)
		assert.Equal(t, [][]string{{"example.com"}, {"example.org"}}, [][]string{web.IncludeDomains, web.ExcludeDomains})
		at := web.UserLocation
		assert.Equal(t, []string{"approximate", "Oslo", "", "NO", "Europe/Oslo"}, []string{at.Type, at.City, at.Region, at.Country, at.Timezone})
		assert.Nil(t, at.Extra)
		assert.Equal(t, openrouter.WebFetchPlugin{
			MaxUses: new(2), MaxContentTokens: new(4000), AllowedDomains: []string{"example.com"}, BlockedDomains: []string{"example.org"},
		}, r.Plugins[4])
		assert.Equal(t, openrouter.FileParserPlugin{
			Enabled: new(true), PDF: &openrouter.PDFOptions{Engine: openrouter.PDFEngineMistralOCR}, MaxFiles: new(4),
		}, r.Plugins[5])
		assert.Equal(t, openrouter.ResponseHealingPlugin{Enabled: new(true)}, r.Plugins[6])
		assert.Equal(t, openrouter.ContextCompressionPlugin{Enabled: new(false), Engine: openrouter.CompressionEngineMiddleOut}, r.Plugins[7])
		assert.Equal(t, openrouter.ParetoRouterPlugin{
			Enabled: new(true), MinCodingScore: new(0.8), MaxPrice: new(5.0), PriceSource: openrouter.PriceSourceWeightedAvg,
		}, r.Plugins[8])
		fusion := r.Plugins[9].(openrouter.FusionPlugin)
		assert.Equal(t, []string{"a/b", "c/d"}, fusion.AnalysisModels)
		assert.Equal(t, openrouter.FusionPresetGeneralHigh, fusion.Preset)
		assert.Equal(t, new(4), fusion.MaxToolCalls)
		assert.Equal(t, "openrouter:web_search", fusion.Tools[0].Type)
		assert.JSONEq(t, `{"max_results":3,"deep":{"x":null}}`, string(fusion.Tools[0].Parameters.(json.RawMessage)))
	}),
	onRequest("plugins-bare", "36", func(t *testing.T, r *request) {
		require.Len(t, r.Plugins, 13)
		assert.Equal(t, openrouter.AutoRouterPlugin{}, r.Plugins[0])
		assert.Equal(t, openrouter.AutoBetaRouterPlugin{}, r.Plugins[1])
		assert.Nil(t, r.Plugins[3].(openrouter.WebPlugin).UserLocation)
		assert.Equal(t, openrouter.FileParserPlugin{PDF: &openrouter.PDFOptions{}}, r.Plugins[5])
		assert.Equal(t, openrouter.ResponseHealingPlugin{Enabled: new(false)}, r.Plugins[6])
		assert.Equal(t, openrouter.ParetoRouterPlugin{MinCodingScore: new(0.0)}, r.Plugins[8])
		assert.Equal(t, openrouter.FusionPlugin{Tools: []openrouter.NestedTool{}}, r.Plugins[9])
		for i, want := range []string{`{"id":"tomorrow","power":11}`, `{"enabled":true}`, `{"id":7}`} {
			raw, ok := r.Plugins[10+i].(openrouter.RawPlugin)
			require.True(t, ok, "%T", r.Plugins[10+i])
			assert.JSONEq(t, want, string(raw))
		}
	}),
	onRequest("tools-function", "40", func(t *testing.T, r *request) {
		f := func(i int) openrouter.FunctionTool { return r.Tools[i].(openrouter.FunctionTool) }
		assert.Equal(t, "get_weather", f(0).Function.Name)
		assert.Equal(t, "Current weather.", f(0).Function.Description)
		assert.Equal(t, new(true), f(0).Function.Strict)
		assert.Equal(t, &openrouter.CacheControl{Type: "ephemeral"}, f(0).CacheControl)
		assert.JSONEq(t, `{"type":"object","properties":{"city":{"type":"string","enum":["Oslo","Bergen"]},"days":{"type":"integer","minimum":0,"default":null}},
			"required":["city"],"additionalProperties":false}`, string(f(0).Function.Parameters.(json.RawMessage)))
		assert.Nil(t, f(1).Function.Strict)
		assert.JSONEq(t, `{}`, string(f(1).Function.Parameters.(json.RawMessage)))
		assert.Equal(t, new(false), f(2).Function.Strict)
		assert.Equal(t, new(true), f(2).EagerInputStreaming)
		assert.Nil(t, f(3).Function.Parameters)
	}),
	onRequest("tools-server", "", func(t *testing.T, r *request) {
		require.Len(t, r.Tools, 11)
		search := r.Tools[0].(openrouter.WebSearchTool).Parameters
		assert.Equal(t, []any{openrouter.SearchEngineAuto, openrouter.SearchModeFast, openrouter.SearchContextSizeLow}, []any{search.Engine, search.Mode, search.SearchContextSize})
		assert.Equal(t, []*int{new(5), new(50), new(2), new(1000)}, []*int{search.MaxResults, search.MaxTotalResults, search.MaxUses, search.MaxCharacters})
		assert.Equal(t, [][]string{{"example.com"}, {}}, [][]string{search.AllowedDomains, search.ExcludedDomains})
		assert.Equal(t, "approximate", search.UserLocation.Type)
		assert.Equal(t, openrouter.WebFetchTool{Parameters: &openrouter.WebFetchParameters{
			Engine: openrouter.FetchEngineNative, MaxUses: new(1), MaxContentTokens: new(100), AllowedDomains: []string{"a.example"}, BlockedDomains: []string{"b.example"},
		}}, r.Tools[1])
		assert.Equal(t, openrouter.DatetimeTool{Parameters: &openrouter.DatetimeParameters{Timezone: "Europe/Oslo"}}, r.Tools[2])
		image := r.Tools[3].(openrouter.ImageGenerationTool).Parameters
		assert.Equal(t, "openai/gpt-5-image", image.Model)
		assert.Equal(t, `0.5`, kit.Kept(image.Extra, "quality"))
		assert.Equal(t, openrouter.SearchModelsTool{Parameters: &openrouter.SearchModelsParameters{MaxResults: new(20)}}, r.Tools[4])
		advisor := r.Tools[5].(openrouter.AdvisorTool).Parameters
		assert.Equal(t, []string{"senior", "a/b", "Review."}, []string{advisor.Name, advisor.Model, advisor.Instructions})
		assert.Equal(t, []*bool{new(true), new(false)}, []*bool{advisor.ForwardTranscript, advisor.Stream})
		assert.Equal(t, &openrouter.ToolReasoning{Effort: openrouter.EffortHigh, MaxTokens: new(100)}, advisor.Reasoning)
		assert.Equal(t, new(0.0), advisor.Temperature)
		assert.Equal(t, "3", kit.Kept(advisor.Extra, "max_tool_calls"))
		sub := r.Tools[6].(openrouter.SubagentTool).Parameters
		assert.Equal(t, new(25), sub.MaxToolCalls)
		assert.Equal(t, "openrouter:web_fetch", sub.Tools[0].Type)
		assert.JSONEq(t, `{"name":"f"}`, kit.Kept(sub.Tools[1].Extra, "function"))
		assert.Equal(t, new(true), sub.InheritFunctions)
		assert.Equal(t, []string{"f"}, sub.InheritedFunctionNames)
		assert.Equal(t, openrouter.FusionTool{Parameters: &openrouter.FusionParameters{
			AnalysisModels: []string{"a/b"}, Model: "c/d", MaxToolCalls: new(16), MaxCompletionTokens: new(16000),
			Reasoning: &openrouter.ToolReasoning{Effort: openrouter.EffortMax, MaxTokens: new(5)}, Temperature: new(1.0),
			Tools:        []openrouter.NestedTool{{Type: "openrouter:datetime"}},
			CacheControl: &openrouter.CacheControl{Type: "ephemeral", TTL: openrouter.CacheTTL1h},
		}}, r.Tools[7])
		assert.Equal(t, openrouter.FilesTool{Parameters: &openrouter.FilesParameters{}}, r.Tools[8])
		assert.Equal(t, openrouter.BashTool{Parameters: &openrouter.BashParameters{
			Engine:            openrouter.BashEngineOpenRouter,
			Environment:       &openrouter.Environment{Type: openrouter.EnvironmentTypeContainerReference, ContainerID: "c-1"},
			SleepAfterSeconds: new(600),
		}}, r.Tools[9])
		assert.Equal(t, openrouter.EnvironmentTypeContainerAuto, r.Tools[10].(openrouter.BashTool).Parameters.Environment.Type)
	}),
	onRequest("tools-bare", "36", func(t *testing.T, r *request) {
		assert.Equal(t, []openrouter.Tool{
			openrouter.WebSearchTool{}, openrouter.WebFetchTool{}, openrouter.DatetimeTool{}, openrouter.ImageGenerationTool{}, openrouter.SearchModelsTool{},
			openrouter.AdvisorTool{}, openrouter.SubagentTool{}, openrouter.FusionTool{}, openrouter.FilesTool{}, openrouter.BashTool{},
		}, r.Tools[:10])
		assert.JSONEq(t, `{"type":"openrouter:shell","parameters":{"deep":[1,{"x":null}]}}`, string(r.Tools[10].(openrouter.RawTool)))
		assert.JSONEq(t, `{"type":"custom"}`, string(r.Tools[11].(openrouter.RawTool)))
	}),
	onRequest("tools-search-shorthand", "", func(t *testing.T, r *request) {
		tool := func(i int) openrouter.WebSearchShorthandTool { return r.Tools[i].(openrouter.WebSearchShorthandTool) }
		assert.Equal(t, openrouter.WebSearchShorthandTool{
			Type: openrouter.WebSearchTypePlain, Engine: openrouter.SearchEngineNative, MaxResults: new(3), SearchContextSize: openrouter.SearchContextSizeMedium,
			AllowedDomains: []string{"example.com"}, UserLocation: &openrouter.UserLocation{Type: "approximate", Country: "NO"},
		}, tool(0))
		assert.Equal(t, openrouter.WebSearchTypePreview, tool(1).Type)
		assert.Equal(t, &openrouter.WebSearchParameters{MaxResults: new(5), Mode: openrouter.SearchModeDeep}, tool(1).Parameters)
		assert.Equal(t, openrouter.WebSearchTypePreview20250311, tool(2).Type)
		assert.Equal(t, []*int{new(1), new(10), new(6)}, []*int{tool(2).MaxUses, tool(2).MaxCharacters, tool(2).MaxTotalResults})
		assert.Equal(t, []string{"x.example"}, tool(2).ExcludedDomains)
		assert.Equal(t, openrouter.WebSearchShorthandTool{Type: openrouter.WebSearchType20250826}, tool(3))
	}),
	onRequest("tool-choice-none", "", choiceIs(openrouter.ToolChoiceNone)),
	onRequest("tool-choice-auto", "", choiceIs(openrouter.ToolChoiceAuto)),
	onRequest("tool-choice-required", "41", func(t *testing.T, r *request) {
		assert.Equal(t, openrouter.ToolChoiceRequired, r.ToolChoice)
		assert.Equal(t, &openrouter.Reasoning{Effort: openrouter.EffortHigh}, r.Reasoning, "both are sent")
	}),
	onRequest("tool-choice-function", "", choiceIs(openrouter.ForceFunction("get_weather"))),
	onRequest("tool-choice-server", "", choiceIs(openrouter.ForceServerTool("openrouter:web_search"))),
	onRequest("tool-choice-unknown", "36", func(t *testing.T, r *request) {
		// A type without a payload of its own is a server tool; anything else of it is kept.
		want := `{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","name":"f"}]}}`
		b, err := json.Marshal(r)
		require.NoError(t, err)
		assert.JSONEq(t, `{"messages":[],"tool_choice":`+want+`}`, string(b))
		assert.NotNil(t, r.ToolChoice)
	}),
	onRequest("format-text", "", formatIs(openrouter.TextFormat{})),
	onRequest("format-json-object", "", func(t *testing.T, r *request) {
		assert.Equal(t, openrouter.JSONObjectFormat{}, r.ResponseFormat)
		assert.Equal(t, []openrouter.Plugin{openrouter.ResponseHealingPlugin{}}, r.Plugins)
	}),
	onRequest("format-json-schema", "40", func(t *testing.T, r *request) {
		s := r.ResponseFormat.(openrouter.JSONSchemaFormat).JSONSchema
		assert.Equal(t, "answer", s.Name)
		assert.Equal(t, "An answer.", s.Description)
		assert.Equal(t, new(true), s.Strict)
		assert.Contains(t, string(s.Schema.(json.RawMessage)), `"multipleOf": 0.10`)
		assert.Equal(t, new(true), r.Provider.RequireParameters)
	}),
	onRequest("format-json-schema-bare", "", func(t *testing.T, r *request) {
		s := r.ResponseFormat.(openrouter.JSONSchemaFormat).JSONSchema
		assert.Equal(t, "answer", s.Name)
		assert.Nil(t, s.Strict)
		assert.Nil(t, s.Schema)
	}),
	onRequest("format-grammar", "", formatIs(openrouter.GrammarFormat{Grammar: `root ::= "yes" | "no"`})),
	onRequest("format-python", "", formatIs(openrouter.PythonFormat{})),
	onRequest("format-unknown", "36", func(t *testing.T, r *request) {
		assert.JSONEq(t, `{"type":"xml","xml":{"dtd":null}}`, string(r.ResponseFormat.(openrouter.RawResponseFormat)))
	}),
	onRequest("stop-conditions", "", func(t *testing.T, r *request) {
		assert.Equal(t, []openrouter.StopCondition{
			openrouter.StepCountIs{StepCount: 5}, openrouter.HasToolCall{ToolName: "openrouter:web_search"}, openrouter.MaxTokensUsed{MaxTokens: 10000},
			openrouter.MaxCost{MaxCostInDollars: 0.25}, openrouter.FinishReasonIs{Reason: openrouter.FinishReasonLength},
		}, r.StopServerToolsWhen[:5])
		assert.JSONEq(t, `{"type":"moon_is","phase":"full"}`, string(r.StopServerToolsWhen[5].(openrouter.RawStopCondition)))
	}),
}

func choiceIs(want openrouter.ToolChoice) func(*testing.T, *request) {
	return func(t *testing.T, r *request) { assert.Equal(t, want, r.ToolChoice) }
}

func formatIs(want openrouter.ResponseFormat) func(*testing.T, *request) {
	return func(t *testing.T, r *request) { assert.Equal(t, want, r.ResponseFormat) }
}
