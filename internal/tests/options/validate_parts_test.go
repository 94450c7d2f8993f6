package options_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	or "github.com/openrouter-go/openrouter"
)

// The rules for what requests hold: parts, tools, plugins, conditions, and the results of calls.

// content is a user message with one part.
func content(p or.Part) func(*request) {
	return func(r *request) {
		r.Messages = []or.Message{{Role: or.RoleUser, Content: []or.Part{or.TextPart("hi"), p}}}
	}
}

func extra(name string) map[string]any { return map[string]any{name: "new"} }

func condition(c or.StopCondition) func(*request) {
	return func(r *request) { r.StopServerToolsWhen = []or.StopCondition{or.StepCountIs{StepCount: 3}, c} }
}

func plugin(p or.Plugin) func(*request) {
	return func(r *request) { r.Plugins = []or.Plugin{or.WebPlugin{}, p} }
}

func choice(c or.ToolChoice) func(*request) {
	return func(r *request) { r.ToolChoice = c }
}

func format(f or.ResponseFormat) func(*request) {
	return func(r *request) { r.ResponseFormat = f }
}

func subagent(change func(*or.SubagentParameters)) func(*request) {
	p := &or.SubagentParameters{}
	change(p)
	return tools(or.SubagentTool{Parameters: p})
}

func environment(e or.Environment) func(*request) {
	return tools(&or.BashTool{Parameters: &or.BashParameters{Environment: &e}})
}

// missing is a rule for a discriminator: with it, with another in Extra, and without.
func missing(field, check string, inside []func(*request), without ...func(*request)) rule {
	r := rule{field: field, check: check, inside: inside}
	for _, change := range without {
		r.outside = append(r.outside, outside{change: change})
	}
	return r
}

type does = []func(*request)

var partRules = []rule{
	missing("messages[0].content[1].type", "messages.content.type", does{
		content(or.TextPart("")), content(or.Part{Type: "smell"}), content(or.Part{Text: "x", Extra: extra("type")}), content(or.ImagePart("u")),
		func(r *request) { *r = *decodeRequest(`{"messages":[{"role":"user","content":["a","b",null]}]}`) },
		func(r *request) {
			*r = *decodeRequest(`{"messages":[{"role":"user","content":["a",{"type":7,"text":"a"}]}]}`)
		},
	},
		content(or.Part{Text: "x"}), content(or.Part{ImageURL: &or.ImageURL{URL: "u"}}), content(or.Part{InputAudio: &or.InputAudio{Data: "d"}}),
		content(or.Part{VideoURL: &or.VideoURL{URL: "u"}}), content(or.Part{File: &or.File{FileID: "f"}}), content(or.Part{}),
		func(r *request) { *r = *decodeRequest(`{"messages":[{"role":"user","content":["a",{"text":"b"}]}]}`) },
	),
	missing("messages[1].content", "messages.content", does{
		messages(or.UserMessage(""), or.Message{Role: or.RoleAssistant}),
		messages(or.UserMessage("hi"), or.Message{Role: or.RoleUser, Extra: extra("content")}),
		messages(or.UserMessage("hi"), or.Message{Role: "moderator"}),
		func(r *request) {
			*r = *decodeRequest(`{"messages":[{"role":"user","content":""},{"role":"user","content":7}]}`)
		},
	},
		messages(or.UserMessage("hi"), or.Message{Role: or.RoleUser}), messages(or.UserMessage("hi"), or.Message{Role: or.RoleUser, Content: []or.Part{}}),
		messages(or.UserMessage("hi"), or.Message{Role: or.RoleSystem}), messages(or.UserMessage("hi"), or.Message{Role: or.RoleDeveloper, Name: "a"}),
	),
	missing("messages[0].content[1].cache_control.type", "messages.content.cache_control.type",
		does{content(or.TextPart("a").CachedFor(or.CacheTTL1h)), content(or.Part{Type: "text", CacheControl: &or.CacheControl{Extra: extra("type")}})},
		content(or.Part{Type: "text", CacheControl: &or.CacheControl{}}), content(or.Part{Type: "text", CacheControl: &or.CacheControl{TTL: or.CacheTTL5m}})),
	missing("messages[0].content[1].prompt_cache_breakpoint.mode", "messages.content.prompt_cache_breakpoint.mode",
		does{content(or.Part{Type: "text", PromptCacheBreakpoint: &or.PromptCacheBreakpoint{Mode: or.PromptCacheModeExplicit}}), content(or.Part{Type: "text", PromptCacheBreakpoint: &or.PromptCacheBreakpoint{Extra: extra("mode")}})},
		content(or.Part{Type: "text", PromptCacheBreakpoint: &or.PromptCacheBreakpoint{}})),
	missing("messages[0].cache_control.type", "messages.cache_control.type",
		does{func(r *request) { r.Messages[0].CacheControl = &or.CacheControl{Type: "ephemeral"} }},
		func(r *request) { r.Messages[0].CacheControl = &or.CacheControl{} }),
	missing("cache_control.type", "", does{func(r *request) { r.CacheControl = &or.CacheControl{Type: "new"} }}, func(r *request) { r.CacheControl = &or.CacheControl{} }),
	missing("prompt_cache_options.mode", "", does{func(r *request) { r.PromptCacheOptions = &or.PromptCacheOptions{Mode: "new"} }},
		func(r *request) { r.PromptCacheOptions = &or.PromptCacheOptions{TTL: "30m"} }),
	missing("prediction.type", "", does{func(r *request) { r.Prediction = or.PredictedContent("a") }, func(r *request) { r.Prediction = &or.Prediction{Extra: extra("type")} }},
		func(r *request) { r.Prediction = &or.Prediction{Content: or.Text("a")} }),
	missing("prediction.content[0].type", "prediction.content.type", nil,
		func(r *request) { r.Prediction = &or.Prediction{Type: "content", Content: []or.Part{{Text: "a"}}} }),
	missing("response_format.json_schema.name", "",
		does{format(or.NewJSONSchemaFormat(strings.Repeat("é", 64), nil)), format(or.JSONSchemaFormat{Extra: extra("json_schema")}), format(or.TextFormat{}), format(or.JSONSchemaFormat{JSONSchema: or.JSONSchema{Extra: extra("name")}})},
		format(or.JSONSchemaFormat{}), format(&or.JSONSchemaFormat{JSONSchema: or.JSONSchema{Schema: 1}})),
	{field: "response_format.json_schema.name", outside: []outside{{format(or.NewJSONSchemaFormat(strings.Repeat("é", 65), nil)), 65, "at most 64"}}},
}

var nestedSubagent = or.NestedTool{Type: "openrouter:subagent"}

var moreToolRules = []rule{
	missing("tool_choice.function.name", "", does{choice(or.ForceFunction("f")), choice(or.FunctionToolChoice{Extra: extra("function")}), choice(or.ToolChoiceMode("")), choice(or.RawToolChoice(`{}`))},
		choice(or.ForceFunction("")), choice(&or.FunctionToolChoice{})),
	missing("tool_choice.type", "", does{choice(or.ForceServerTool("a")), choice(or.ServerToolChoice{Extra: extra("type")})}, choice(or.ForceServerTool(""))),
	missing("stop_server_tools_when", "", does{func(r *request) { r.StopServerToolsWhen = nil }}, func(r *request) { r.StopServerToolsWhen = []or.StopCondition{} }),
	missing("stop_server_tools_when[1].tool_name", "stop_server_tools_when.tool_name", does{condition(or.HasToolCall{ToolName: "f"}), condition(or.HasToolCall{Extra: extra("tool_name")}), condition(or.RawStopCondition(`{}`))},
		condition(or.HasToolCall{}), condition(&or.HasToolCall{})),
	missing("stop_server_tools_when[1].reason", "stop_server_tools_when.reason", does{condition(or.FinishReasonIs{Reason: "new"}), condition(or.FinishReasonIs{Extra: extra("reason")})}, condition(or.FinishReasonIs{})),
	missing("tools[0].type", "tools.type", does{tools(or.WebSearchShorthandTool{Type: "web_search"}), tools(or.WebSearchShorthandTool{Extra: extra("type")})}, tools(or.WebSearchShorthandTool{})),
	missing("tools[0].cache_control.type", "tools.cache_control.type", nil, tools(or.FunctionTool{Function: or.Function{Name: "f"}, CacheControl: &or.CacheControl{}})),
	missing("tools[0].parameters.cache_control.type", "tools.parameters.cache_control.type", nil, tools(or.FusionTool{Parameters: &or.FusionParameters{CacheControl: &or.CacheControl{}}})),
	missing("tools[0].parameters.name", "tools.parameters.name",
		does{tools(or.AdvisorTool{Parameters: &or.AdvisorParameters{Name: "An advisor_1-a"}}, or.AdvisorTool{}, or.SubagentTool{}, or.SubagentTool{Parameters: &or.SubagentParameters{Name: "b"}})},
		tools(or.AdvisorTool{Parameters: &or.AdvisorParameters{Name: "é"}}), tools(or.SubagentTool{Parameters: &or.SubagentParameters{Name: "a.b"}})),
	{field: "tools[0].parameters.name", check: "tools.parameters.name", outside: []outside{
		{tools(or.AdvisorTool{Parameters: &or.AdvisorParameters{Name: strings.Repeat("a", 65)}}), 65, "at most 64"},
		{tools(&or.SubagentTool{Parameters: &or.SubagentParameters{Name: strings.Repeat("a", 65)}}), 65, "at most 64"},
	}},
	missing("tools[1].parameters.name", "tools.parameters.name", nil, tools(or.AdvisorTool{}, or.AdvisorTool{Parameters: &or.AdvisorParameters{}}), tools(or.SubagentTool{}, &or.SubagentTool{})),
	missing("tools[2].function.name", "tools.function.name",
		does{tools(function("f"), function("g"), or.RawTool(`{"type":"function","function":{"name":"f"}}`)), tools(or.WebSearchTool{}, or.WebSearchTool{})},
		tools(function("f"), or.WebSearchTool{}, function("f")), tools(or.FilesTool{}, new(function("f")), function("f"))),
	missing("tools[20].function.name", "tools.function.name", nil, func(r *request) {
		for i := range 20 {
			r.Tools = append(r.Tools, function(strings.Repeat("f", i+1)))
		}
		r.Tools = append(r.Tools, function("ff"))
	}),
	{
		field: "tools[0].parameters.max_tool_calls", check: "tools.parameters.max_tool_calls",
		inside: does{subagent(func(p *or.SubagentParameters) { p.MaxToolCalls = new(1) }), subagent(func(p *or.SubagentParameters) { p.MaxToolCalls = new(25) }), tools(or.FusionTool{Parameters: &or.FusionParameters{MaxToolCalls: new(16)}})},
		outside: []outside{
			{subagent(func(p *or.SubagentParameters) { p.MaxToolCalls = new(0) }), 0, "between 1 and 25"}, {subagent(func(p *or.SubagentParameters) { p.MaxToolCalls = new(26) }), 26, "between 1 and 25"},
			{tools(or.FusionTool{Parameters: &or.FusionParameters{MaxToolCalls: new(0)}}), 0, "between 1 and 16"}, {tools(or.FusionTool{Parameters: &or.FusionParameters{MaxToolCalls: new(17)}}), 17, "between 1 and 16"},
		},
	},
	missing("tools[0].parameters.inherit_functions", "tools.parameters.inherit_functions", nil, subagent(func(p *or.SubagentParameters) { p.InheritFunctions = new(true) })),
	missing("tools[0].parameters.inherited_function_names", "tools.parameters.inherited_function_names", nil, subagent(func(p *or.SubagentParameters) { p.InheritedFunctionNames = list(1) })),
	missing("tools[0].parameters.tools[1].type", "tools.parameters.tools.type",
		does{tools(or.FusionTool{Parameters: &or.FusionParameters{Tools: []or.NestedTool{{Type: "new"}, nestedSubagent}}}), subagent(func(p *or.SubagentParameters) { p.Tools = []or.NestedTool{{Type: "a"}, {Extra: extra("type")}} })},
		subagent(func(p *or.SubagentParameters) { p.Tools = []or.NestedTool{{Type: "a"}, nestedSubagent} }), subagent(func(p *or.SubagentParameters) { p.Tools = []or.NestedTool{{Type: "a"}, {}} }),
		subagent(func(p *or.SubagentParameters) { p.Tools = []or.NestedTool{{Type: "a"}, {Type: "function"}} }), tools(or.FusionTool{Parameters: &or.FusionParameters{Tools: []or.NestedTool{{Type: "a"}, {}}}})),
	{
		field: "tools[0].parameters.analysis_models", check: "tools.parameters.analysis_models", inside: does{tools(or.FusionTool{Parameters: &or.FusionParameters{AnalysisModels: list(8)}})},
		outside: []outside{{tools(or.FusionTool{Parameters: &or.FusionParameters{AnalysisModels: []string{}}}), 0, "between 1 and 8"}, {tools(or.FusionTool{Parameters: &or.FusionParameters{AnalysisModels: list(9)}}), 9, "between 1 and 8"}},
	},
	{
		field: "tools[0].parameters.tools", check: "tools.parameters.tools", inside: does{tools(or.FusionTool{Parameters: &or.FusionParameters{Tools: make9()[:8]}}), tools(or.FusionTool{Parameters: &or.FusionParameters{Tools: []or.NestedTool{}}})},
		outside: []outside{{tools(or.FusionTool{Parameters: &or.FusionParameters{Tools: make9()}}), 9, "at most 8"}},
	},
	missing("tools[0].parameters.environment.type", "tools.parameters.environment.type", does{environment(or.Environment{Type: "new"})}, environment(or.Environment{})),
	missing("tools[0].parameters.environment.container_id", "tools.parameters.environment.container_id",
		does{environment(or.Environment{Type: or.EnvironmentTypeContainerReference, ContainerID: "a_1-B"}), environment(or.Environment{Type: or.EnvironmentTypeContainerAuto})},
		environment(or.Environment{Type: or.EnvironmentTypeContainerReference}), environment(or.Environment{Type: or.EnvironmentTypeContainerReference, ContainerID: "a b"})),
	{field: "tools[0].parameters.environment.container_id", check: "tools.parameters.environment.container_id", outside: []outside{{environment(or.Environment{Type: or.EnvironmentTypeContainerReference, ContainerID: strings.Repeat("a", 21)}), 21, "at most 20"}}},

	{
		field: "plugins[1].analysis_models", check: "plugins.analysis_models", inside: does{plugin(or.FusionPlugin{AnalysisModels: list(1)}), plugin(or.FusionPlugin{})},
		outside: []outside{{plugin(or.FusionPlugin{AnalysisModels: []string{}}), 0, "between 1 and 8"}, {plugin(&or.FusionPlugin{AnalysisModels: list(9)}), 9, "between 1 and 8"}},
	},
	{field: "plugins[1].max_tool_calls", check: "plugins.max_tool_calls", inside: does{plugin(or.FusionPlugin{MaxToolCalls: new(16)})}, outside: []outside{{plugin(or.FusionPlugin{MaxToolCalls: new(17)}), 17, "between 1 and 16"}}},
	{field: "plugins[1].tools", check: "plugins.tools", inside: does{plugin(or.FusionPlugin{Tools: make9()[:8]})}, outside: []outside{{plugin(or.FusionPlugin{Tools: make9()}), 9, "at most 8"}}},
	{
		field: "plugins[1].cost_quality_tradeoff", check: "plugins.cost_quality_tradeoff", inside: does{plugin(or.AutoRouterPlugin{CostQualityTradeoff: new(0)}), plugin(or.AutoBetaRouterPlugin{CostQualityTradeoff: new(10)})},
		outside: []outside{{plugin(or.AutoRouterPlugin{CostQualityTradeoff: new(-1)}), -1, "between 0 and 10"}, {plugin(&or.AutoBetaRouterPlugin{CostQualityTradeoff: new(11)}), 11, "between 0 and 10"}},
	},
	{field: "plugins[1].allowed_models", check: "plugins.allowed_models", inside: does{plugin(or.AutoRouterPlugin{AllowedModels: list(1024)})}, outside: []outside{{plugin(or.AutoRouterPlugin{AllowedModels: list(1025)}), 1025, "at most 1024"}}},
	{field: "plugins[1].excluded_models[0]", check: "plugins.excluded_models", inside: does{plugin(or.AutoBetaRouterPlugin{ExcludedModels: []string{strings.Repeat("é", 1024)}})}, outside: []outside{{plugin(or.AutoBetaRouterPlugin{ExcludedModels: []string{strings.Repeat("a", 1025)}}), 1025, "at most 1024"}}},
	{
		field: "plugins[1].min_coding_score", check: "plugins.min_coding_score", inside: does{plugin(or.ParetoRouterPlugin{MinCodingScore: new(0.0)}), plugin(or.ParetoRouterPlugin{MinCodingScore: new(1.0)})},
		outside: []outside{{plugin(or.ParetoRouterPlugin{MinCodingScore: new(-0.1)}), -0.1, "between 0 and 1"}, {plugin(or.ParetoRouterPlugin{MinCodingScore: new(1.1)}), 1.1, "between 0 and 1"}},
	},
	{field: "plugins[1].max_price", check: "plugins.max_price", inside: does{plugin(or.ParetoRouterPlugin{MaxPrice: new(0.0)})}, outside: []outside{{plugin(or.ParetoRouterPlugin{MaxPrice: new(-1.0)}), -1.0, "at least 0"}}},
	missing("plugins[1].user_location.type", "plugins.user_location.type", does{plugin(or.WebPlugin{UserLocation: &or.UserLocation{Type: "approximate"}}), tools(or.WebSearchTool{Parameters: &or.WebSearchParameters{UserLocation: &or.UserLocation{City: "Oslo"}}})},
		plugin(or.WebPlugin{UserLocation: &or.UserLocation{City: "Oslo"}})),
}

func make9() (tools []or.NestedTool) {
	for range 9 {
		tools = append(tools, or.NestedTool{Type: "openrouter:datetime"})
	}
	return tools
}

// turn is a turn of the model that calls functions.
func turn(ids ...string) or.Message {
	m := or.Message{Role: or.RoleAssistant}
	for _, id := range ids {
		m.ToolCalls = append(m.ToolCalls, or.ToolCall{ID: id, Type: "function", Function: or.FunctionCall{Name: "f", Arguments: "{}"}})
	}
	return m
}

var (
	ask, answer = or.UserMessage("hi"), or.AssistantMessage("done")
	result      = func(id string) or.Message { return or.ToolMessage(id, "21 degrees") }
)

var resultRules = []rule{
	missing("messages[3].tool_call_id", "messages.tool_call_id", does{
		messages(ask, turn("a", "b"), result("b"), result("a")), messages(ask, turn("a", "b"), result("a"), result("b"), answer, ask, turn("a"), result("a")),
		messages(result("a"), answer), messages(ask, answer, result("a")), // the turn is not there
		messages(ask, turn("a", "b"), ask), messages(ask, turn("a", "b"), result("a"), ask), // cut by the user
		messages(ask, turn("", "b"), result("c")), messages(ask, turn("a", "a"), result("a"), result("x")), // ids that tell nothing
		messages(turn("a"), result("a"), ask, turn("a"), result("a")), messages(ask, turn(), result("a")),
		messages(ask, turn("a"), or.Message{Role: "function", Name: "f", Content: or.Text("x")}), messages(ask, turn("a", "b"), result("b"), or.Message{Role: "critic"}, answer), // other roles
		messages(ask, turn("a"), or.SystemMessage("x"), result("a")), messages(ask, turn("a", "b"), or.DeveloperMessage("x"), result("b"), or.SystemMessage("x"), result("a"), answer),
		messages(ask, turn("a"), or.DeveloperMessage("x"), ask), messages(ask, turn("a"), or.Message{Role: or.RoleSystem, Content: or.Text("x"), ToolCallID: "a"}, result("a")),
		messages(ask, turn("a"), or.Message{Role: or.RoleTool, Content: or.Text("x"), Extra: map[string]any{"tool_call_id": 7}}),
		func(r *request) {
			*r = *decodeRequest(`{"messages":[{"role":"assistant","tool_calls":["legacy",null]},{"role":"tool","tool_call_id":"a","content":""}]}`)
		},
	},
		messages(ask, turn("a", "b"), result("a"), result("c")),                       // no such call
		messages(ask, turn("a", "b"), result("a"), result("a")),                       // twice
		messages(ask, turn("a", "b"), result("a"), or.ToolMessage("21 degrees", "b")), // swapped
		messages(ask, turn("a"), result("a"), result("a"), answer), messages(ask, turn("a"), or.SystemMessage("x"), result("c")),
		messages(ask, turn("a", "b"), result("a"), result("c"), ask),
	),
	missing("messages[1].tool_calls[1]", "messages.tool_calls", nil,
		messages(ask, turn("a", "b"), result("a")), messages(ask, turn("a", "b"), result("a"), answer), messages(ask, turn("a", "b", "c"), result("c"), result("a"), or.SystemMessage("x"))),
	missing("messages[1].tool_calls[0]", "messages.tool_calls", nil, messages(ask, turn("a")), messages(ask, turn("a"), answer), messages(ask, turn("a"), or.SystemMessage("x"), answer)),
}

// TestValidateSaysWhatFits checks the texts that say more than that a member is missing.
func TestValidateSaysWhatFits(t *testing.T) {
	for want, change := range map[string]func(*request){
		`messages[0].content[1].type is missing, must be "text" for the payload that is set`:        content(or.Part{Text: "x"}),
		`messages[0].content[1].type is missing, must be "image_url" for the payload that is set`:   content(or.Part{ImageURL: &or.ImageURL{}}),
		`messages[0].content[1].type is missing, must be "input_audio" for the payload that is set`: content(or.Part{InputAudio: &or.InputAudio{}}),
		`messages[0].content[1].type is missing, must be "video_url" for the payload that is set`:   content(or.Part{VideoURL: &or.VideoURL{}}),
		`messages[0].content[1].type is missing, must be "file" for the payload that is set`:        content(or.Part{File: &or.File{}}),
		`messages[2].tool_call_id is not the id of a call, but the text is: they are swapped`:       messages(ask, turn("a"), or.ToolMessage("21 degrees", "a")),
		`messages[2].tool_call_id is not the id of a call of messages[1]`:                           messages(ask, turn("a"), result("c")),
		`messages[3].tool_call_id names a call that messages[2] has answered`:                       messages(ask, turn("a"), result("a"), result("a")),
		`messages[1].tool_calls[0] has no answer: every call needs a tool message with its id`:      messages(ask, turn("a")),
		`session_id has 129 characters, must have at most 128`:                                      func(r *request) { r.SessionID = strings.Repeat("s", 129) },
		`tools[1].function.name is that of tools[0], too: names must differ`:                        tools(function("f"), function("f")),
	} {
		v := violations(t, asking(change).Validate())[0]
		assert.Equal(t, want, v.Field+" "+v.Problem)
		assert.EqualError(t, asking(change).Validate(), "openrouter: "+want+`; WithoutValidation("`+v.Check+`") sends it anyway`)
	}
}
