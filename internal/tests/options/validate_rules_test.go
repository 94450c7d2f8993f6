package options_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// rule is one check of requests: changes just inside of it, and just outside.
type rule struct {
	field, check string // check is field where it is empty
	inside       []func(*request)
	outside      []outside
	createOnly   bool
}

type outside struct {
	change func(*request)
	value  any
	limit  string
}

// bounded is a rule for a number.
func bounded[N int | int64 | float64](field, limit string, set func(*request, *N), inside, beyond []N) rule {
	r := rule{field: field}
	for _, n := range inside {
		r.inside = append(r.inside, func(q *request) { set(q, &n) })
	}
	for _, n := range beyond {
		r.outside = append(r.outside, outside{func(q *request) { set(q, &n) }, n, limit})
	}
	return r
}

func list(n int) []string { return slices.Repeat([]string{"x"}, n) }

func tools(tools ...openrouter.Tool) func(*request) {
	return func(r *request) { r.Tools = tools }
}

func function(name string) openrouter.FunctionTool {
	return openrouter.FunctionTool{Function: openrouter.Function{Name: name}}
}

var (
	above, below = math.Nextafter(2, 3), math.Nextafter(-2, -3)
	allowing     = &openrouter.WebSearchParameters{AllowedDomains: []string{"a.example"}}
	excluding    = &openrouter.WebSearchParameters{ExcludedDomains: []string{"b.example"}}
	bothDomains  = openrouter.WebSearchParameters{AllowedDomains: []string{"a.example"}, ExcludedDomains: []string{"b.example"}}
)

func search(tool func(*openrouter.WebSearchParameters) openrouter.Tool) func(p *openrouter.WebSearchParameters) func(*request) {
	return func(p *openrouter.WebSearchParameters) func(*request) { return tools(tool(p)) }
}

// domains is the rule for a search at a place of its own.
func domains(at string, set func(*openrouter.WebSearchParameters) func(*request)) rule {
	return rule{
		field:   at + ".allowed_domains",
		inside:  []func(*request){set(allowing), set(excluding), set(&openrouter.WebSearchParameters{AllowedDomains: []string{"a"}, ExcludedDomains: []string{}}), set(nil)},
		outside: []outside{{change: set(&bothDomains)}},
	}
}

func nested(p *openrouter.WebSearchParameters) []openrouter.NestedTool {
	tool := openrouter.NestedTool{Type: "openrouter:web_search"}
	if p != nil {
		tool.Parameters = *p
	}
	return []openrouter.NestedTool{{Type: "openrouter:datetime"}, {Type: "openrouter:web_search", Parameters: allowing}, tool}
}

func price(set func(*openrouter.MaxPrice, openrouter.Decimal)) func(openrouter.Decimal) func(*request) {
	return func(d openrouter.Decimal) func(*request) {
		return func(r *request) {
			r.Provider = &openrouter.ProviderPreferences{MaxPrice: &openrouter.MaxPrice{}}
			set(r.Provider.MaxPrice, d)
		}
	}
}

func priced(name string, set func(*openrouter.MaxPrice, openrouter.Decimal)) rule {
	at := price(set)
	return rule{
		field:  "provider.max_price." + name,
		inside: []func(*request){at(""), at("0"), at("1.50"), at("-1"), at("2e-3"), at("1e999")},
		outside: []outside{
			{change: at("$1.50")}, {change: at("NaN")}, {change: at("Inf")}, {change: at("-infinity")}, {change: at("1,5")}, {change: at("0x1p4")}, {change: at(" 1")}, {change: at("1.5.0")},
		},
	}
}

func messages(list ...openrouter.Message) func(*request) {
	return func(r *request) { r.Messages = list }
}

var rules = slices.Concat(requestRules, toolRules, partRules, moreToolRules, resultRules)

var requestRules = []rule{
	{
		field: "messages",
		inside: []func(*request){
			func(r *request) { r.Messages, r.Prompt = nil, "Once" },
			func(r *request) { r.Messages, r.Extra = nil, map[string]any{"messages": json.RawMessage(`"hi"`)} },
			func(r *request) { r.Messages, r.Extra = nil, map[string]any{"prompt": []string{"Once"}} },
		},
		outside: []outside{
			{change: func(r *request) { r.Messages = nil }},
			{change: func(r *request) { r.Messages = []openrouter.Message{} }},
			{change: func(r *request) { r.Messages, r.Preset = nil, "p" }},
			{change: func(r *request) { *r = *decodeRequest(`{"messages":[],"prompt":null}`) }},
		},
	},
	{
		field: "messages[1].role", check: "messages.role",
		inside:  []func(*request){func(r *request) { r.Messages[0].Role = "moderator" }},
		outside: []outside{{change: messages(openrouter.UserMessage("hi"), openrouter.Message{Content: openrouter.Text("there")})}},
	},
	{
		field: "messages[0].tool_call_id", check: "messages.tool_call_id",
		inside: []func(*request){
			messages(openrouter.ToolMessage("c", "")),
			func(r *request) { *r = *decodeRequest(`{"messages":[{"role":"tool","content":"4","tool_call_id":7}]}`) },
		},
		outside: []outside{{change: messages(openrouter.ToolMessage("", "4"))}},
	},
	{
		field:      "stream",
		createOnly: true,
		inside:     []func(*request){func(r *request) { r.Stream = new(false) }},
		outside:    []outside{{change: func(r *request) { r.Stream = new(true) }, value: true}},
	},
	{
		field:   "stream",
		outside: []outside{{change: func(r *request) { r.Extra = map[string]any{"stream": false} }}},
	},
	{
		field: "audio", createOnly: true,
		outside: []outside{{change: func(r *request) { r.Audio = &openrouter.AudioConfig{Voice: "alloy"} }}},
	},
	{
		field: "modalities", createOnly: true,
		inside: []func(*request){func(r *request) {
			r.Modalities = []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityImage, "smell"}
		}},
		outside: []outside{{
			change: func(r *request) {
				r.Modalities = []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityAudio}
			},
			value: "audio",
		}},
	},
	bounded("max_completion_tokens", "at least 1", func(r *request, n *int) { r.MaxCompletionTokens = n }, []int{1, math.MaxInt}, []int{0, -1}),
	bounded("max_tokens", "at least 1", func(r *request, n *int) { r.MaxTokens = n }, []int{1, math.MaxInt}, []int{0, -1}),
	bounded("temperature", "between 0 and 2", func(r *request, f *float64) { r.Temperature = f }, []float64{0, 0.7, 2}, []float64{-0.1, above}),
	bounded("top_p", "between 0 and 1", func(r *request, f *float64) { r.TopP = f }, []float64{0, 1}, []float64{-math.SmallestNonzeroFloat64, 1.01}),
	bounded("frequency_penalty", "between -2 and 2", func(r *request, f *float64) { r.FrequencyPenalty = f }, []float64{-2, 0, 2}, []float64{below, above}),
	bounded("presence_penalty", "between -2 and 2", func(r *request, f *float64) { r.PresencePenalty = f }, []float64{-2, 0, 2}, []float64{below, above}),
	bounded("seed", "between -9007199254740991 and 9007199254740991", func(r *request, n *int64) { r.Seed = n },
		[]int64{-9007199254740991, 0, 9007199254740991}, []int64{-9007199254740992, 9007199254740992, math.MinInt64, math.MaxInt64}),
	bounded("top_logprobs", "between 0 and 20", func(r *request, n *int) { r.Logprobs, r.TopLogprobs = new(true), n }, []int{0, 20}, []int{-1, 21}),
	{
		field:  "top_logprobs",
		inside: []func(*request){func(r *request) { r.TopLogprobs = new(0) }, func(r *request) { r.TopLogprobs, r.Extra = new(5), map[string]any{"logprobs": 1} }},
		outside: []outside{
			{change: func(r *request) { r.TopLogprobs = new(5) }, value: 5},
			{change: func(r *request) { r.Logprobs, r.TopLogprobs = new(false), new(1) }, value: 1},
		},
	},
	{
		field:   "session_id",
		inside:  []func(*request){func(r *request) { r.SessionID = strings.Repeat("é", 128) }},
		outside: []outside{{func(r *request) { r.SessionID = strings.Repeat("é", 129) }, 129, "at most 128"}},
	},
	{
		field:   "stop",
		inside:  []func(*request){func(r *request) { r.Stop = list(4) }, func(r *request) { r.Stop = []string{} }},
		outside: []outside{{func(r *request) { r.Stop = list(5) }, 5, "at most 4"}},
	},
	{
		field: "reasoning.max_tokens",
		inside: []func(*request){
			func(r *request) { r.Reasoning = &openrouter.Reasoning{MaxTokens: new(2000)} },
			func(r *request) { r.Reasoning = &openrouter.Reasoning{Effort: "ultra"} },
		},
		outside: []outside{{change: func(r *request) {
			r.Reasoning = &openrouter.Reasoning{Effort: openrouter.EffortLow, MaxTokens: new(2000)}
		}, value: 2000}},
	},
	{
		field: "reasoning_effort",
		inside: []func(*request){
			func(r *request) { r.ReasoningEffort = openrouter.EffortLow },
			func(r *request) {
				r.ReasoningEffort, r.Reasoning = openrouter.EffortLow, &openrouter.Reasoning{Effort: openrouter.EffortLow}
			},
			func(r *request) { r.ReasoningEffort, r.Reasoning = openrouter.EffortLow, &openrouter.Reasoning{} },
		},
		outside: []outside{{change: func(r *request) {
			r.ReasoningEffort, r.Reasoning = openrouter.EffortHigh, &openrouter.Reasoning{Effort: openrouter.EffortLow}
		}, value: "high"}},
	},
	{
		field:   "x_search_filter.allowed_x_handles",
		inside:  []func(*request){func(r *request) { r.XSearchFilter = &openrouter.XSearchFilter{AllowedXHandles: list(20)} }},
		outside: []outside{{func(r *request) { r.XSearchFilter = &openrouter.XSearchFilter{AllowedXHandles: list(21)} }, 21, "at most 20"}},
	},
	{
		field:   "x_search_filter.excluded_x_handles",
		inside:  []func(*request){func(r *request) { r.XSearchFilter = &openrouter.XSearchFilter{ExcludedXHandles: list(20)} }},
		outside: []outside{{func(r *request) { r.XSearchFilter = &openrouter.XSearchFilter{ExcludedXHandles: list(21)} }, 21, "at most 20"}},
	},
	{
		field: "x_search_filter.allowed_x_handles",
		outside: []outside{{change: func(r *request) {
			r.XSearchFilter = &openrouter.XSearchFilter{AllowedXHandles: list(1), ExcludedXHandles: list(1)}
		}}},
	},
	priced("prompt", func(p *openrouter.MaxPrice, d openrouter.Decimal) { p.Prompt = d }),
	priced("completion", func(p *openrouter.MaxPrice, d openrouter.Decimal) { p.Completion = d }),
	priced("image", func(p *openrouter.MaxPrice, d openrouter.Decimal) { p.Image = d }),
	priced("audio", func(p *openrouter.MaxPrice, d openrouter.Decimal) { p.Audio = d }),
	priced("request", func(p *openrouter.MaxPrice, d openrouter.Decimal) { p.Request = d }),
}

var toolRules = []rule{
	{
		field: "tools[1].function.name", check: "tools.function.name",
		inside: []func(*request){
			tools(function("f"), function(strings.Repeat("é", 64))),
			tools(function("weather.now, in °C")), // what else a name may be, providers decide
			func(r *request) {
				*r = *decodeRequest(`{"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":"f"},{"type":"function","function":{"name":7}}]}`)
			},
		},
		outside: []outside{
			{change: tools(function("f"), function(""))},
			{change: tools(function("f"), new(function("")))},
			{tools(function("f"), function(strings.Repeat("é", 65))), 65, "at most 64"},
		},
	},
	domains("tools[0].parameters", search(func(p *openrouter.WebSearchParameters) openrouter.Tool {
		return openrouter.WebSearchTool{Parameters: p}
	})),
	domains("tools[0].parameters", search(func(p *openrouter.WebSearchParameters) openrouter.Tool {
		return &openrouter.WebSearchTool{Parameters: p}
	})),
	domains("tools[0].parameters", search(func(p *openrouter.WebSearchParameters) openrouter.Tool {
		return openrouter.WebSearchShorthandTool{Type: openrouter.WebSearchTypePlain, Parameters: p}
	})),
	domains("tools[0]", search(func(p *openrouter.WebSearchParameters) openrouter.Tool {
		tool := openrouter.WebSearchShorthandTool{Type: openrouter.WebSearchTypePlain}
		if p != nil {
			tool.AllowedDomains, tool.ExcludedDomains = p.AllowedDomains, p.ExcludedDomains
		}
		return tool
	})),
	domains("tools[0].parameters.tools[2].parameters", search(func(p *openrouter.WebSearchParameters) openrouter.Tool {
		return openrouter.SubagentTool{Parameters: &openrouter.SubagentParameters{Tools: nested(p)}}
	})),
	domains("tools[0].parameters.tools[2].parameters", search(func(p *openrouter.WebSearchParameters) openrouter.Tool {
		return openrouter.FusionTool{Parameters: &openrouter.FusionParameters{Tools: nested(p)}}
	})),
	domains("plugins[1].tools[2].parameters", func(p *openrouter.WebSearchParameters) func(*request) {
		return func(r *request) {
			r.Plugins = []openrouter.Plugin{openrouter.WebPlugin{}, openrouter.FusionPlugin{Tools: nested(p)}}
		}
	}),
}
