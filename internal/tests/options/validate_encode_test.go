package options_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

var withoutIndices = regexp.MustCompile(`\[\d+\]`)

const canary = "SECRET PROMPT"

var errCanary = errors.New("cannot encode: " + canary)

// stubborn is a value of the caller's own whose encoding fails, and says what
// it was about.
type stubborn struct{}

func (stubborn) MarshalJSON() ([]byte, error) { return nil, errCanary }

type embedding struct{ openrouter.FunctionTool }

var (
	nan    = math.NaN()
	itself = map[string]any{}
)

func init() { itself["again"] = itself }

// unencodable are requests that cannot be sent, and what is said of them.
var unencodable = []struct {
	name   string
	change func(*request)
	want   []string // field: problem
}{
	{"floats", func(r *request) {
		r.Temperature, r.TopP, r.MinP, r.TopA = &nan, new(math.Inf(1)), new(math.Inf(-1)), &nan
		r.FrequencyPenalty, r.PresencePenalty, r.RepetitionPenalty = &nan, new(math.Inf(1)), &nan
		r.LogitBias = map[string]float64{"9": nan, "50256": 1, "10": math.Inf(-1)}
	}, []string{
		"temperature: is NaN", "top_p: is +Inf", "min_p: is -Inf", "top_a: is NaN",
		"frequency_penalty: is NaN", "presence_penalty: is +Inf", "repetition_penalty: is NaN",
		"logit_bias.10: is -Inf", "logit_bias.9: is NaN",
	}},
	{"image_config", func(r *request) {
		r.ImageConfig = map[string]any{"aspect_ratio": "1:1", "scale": nan, "sizes": []float64{1, nan}, "size": float32(nan)}
	}, []string{
		"image_config.scale: is NaN", "image_config.size: contains the number NaN", "image_config.sizes: contains the number NaN",
	}},
	{"routing", func(r *request) {
		r.Provider = &openrouter.ProviderPreferences{
			PreferredMinThroughput: openrouter.PercentileCutoffs{P50: &nan, P99: new(1.0)},
			PreferredMaxLatency:    openrouter.PercentileCutoffs{P75: &nan, P90: &nan},
			Extra:                  map[string]any{"weight": nan},
		}
		r.Plugins = []openrouter.Plugin{
			openrouter.ParetoRouterPlugin{MinCodingScore: &nan, MaxPrice: &nan}, nil, (*openrouter.WebPlugin)(nil),
			&openrouter.WebPlugin{Extra: map[string]any{"f": nan}}, openrouter.RawPlugin(`{"id":`), openrouter.RawPlugin(nil),
		}
	}, []string{
		"plugins[0].min_coding_score: is NaN", "plugins[0].max_price: is NaN", "plugins[1]: is nil", "plugins[2]: is nil",
		"plugins[3].f: is NaN", "plugins[4]: is not valid JSON at byte 6", "plugins[5]: is not valid JSON at byte 0",
		"provider.preferred_min_throughput.p50: is NaN", "provider.preferred_max_latency.p75: is NaN", "provider.preferred_max_latency.p90: is NaN",
		"provider.weight: is NaN",
	}},
	{"tools", func(r *request) {
		r.Tools = []openrouter.Tool{
			nil, (*openrouter.FunctionTool)(nil), function("f"), embedding{function("f")},
			openrouter.FunctionTool{Function: openrouter.Function{Name: "g", Parameters: make(chan int)}},
			openrouter.AdvisorTool{Parameters: &openrouter.AdvisorParameters{Temperature: &nan}},
			&openrouter.SubagentTool{Parameters: &openrouter.SubagentParameters{Temperature: &nan, Tools: []openrouter.NestedTool{
				{Type: "openrouter:advisor", Parameters: openrouter.AdvisorParameters{Temperature: &nan}},
				{Type: "openrouter:advisor", Parameters: &openrouter.AdvisorParameters{Temperature: &nan, Extra: map[string]any{"x": func() {}}}},
				{Type: "openrouter:advisor", Parameters: (*openrouter.AdvisorParameters)(nil)},
			}}},
			openrouter.FusionTool{Parameters: &openrouter.FusionParameters{Temperature: &nan}},
			openrouter.RawTool(`{"a":1} {`), (*openrouter.RawTool)(nil),
		}
		r.ToolChoice = (*openrouter.FunctionToolChoice)(nil)
		r.ResponseFormat = openrouter.JSONSchemaFormat{JSONSchema: openrouter.JSONSchema{Name: "s", Schema: json.RawMessage(`{`)}}
		r.StopServerToolsWhen = []openrouter.StopCondition{openrouter.MaxCost{MaxCostInDollars: nan}, nil}
	}, []string{
		"response_format.json_schema.schema: is not valid JSON at byte 1",
		"tools[0]: is nil", "tools[1]: is nil", "tools[3]: is of type options_test.embedding, must be of a type of this package",
		"tools[4].function.parameters: contains a value of type chan int, which JSON cannot carry",
		"tools[5].parameters.temperature: is NaN",
		"tools[6].parameters.tools[0].parameters.temperature: is NaN",
		"tools[6].parameters.tools[1].parameters.temperature: is NaN", "tools[6].parameters.tools[1].parameters.x: contains a value of type func()",
		"tools[6].parameters.temperature: is NaN",
		"tools[7].parameters.temperature: is NaN", "tools[8]: is not valid JSON at byte 8", "tools[9]: is nil",
		"tool_choice: is nil", "stop_server_tools_when[0].max_cost_in_dollars: is NaN", "stop_server_tools_when[1]: is nil",
	}},
	{"extra", func(r *request) {
		r.Messages[0].Extra = map[string]any{"f": nan}
		r.Messages[0].Content = []openrouter.Part{openrouter.TextPart("a"), {Type: "new", Extra: map[string]any{"new": map[string]any{canary: func() {}}}}}
		r.Messages = append(r.Messages, openrouter.Message{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{{Extra: map[string]any{"c": make(chan int)}}}})
		r.Model = "m"
		r.Extra = map[string]any{
			"model": func() {}, // the field takes precedence, so that this is not sent
			"raw":   json.RawMessage(canary), "nested": []any{json.RawMessage(canary)}, "own": stubborn{}, "deep": map[string]any{"x": stubborn{}},
			"itself": itself, "number": json.Number(canary), "fine": []any{1, nil, "x"}, "nil": nil,
		}
	}, []string{
		"messages[0].content[1].new: contains a value of type func()", "messages[0].f: is NaN", "messages[1].tool_calls[0].c: contains a value of type chan int",
		"deep: contains a value of type options_test.stubborn that failed to encode", "itself: contains itself", "nested: contains ", "number: ",
		"own: contains a value of type options_test.stubborn that failed to encode", "raw: is not valid JSON at byte 0",
	}},
	{"itself", func(r *request) {
		m := &r.Messages[0]
		m.Extra = map[string]any{"fine": m.Content, "m": m, "f": nan}
		sub := &openrouter.SubagentParameters{}
		sub.Tools = []openrouter.NestedTool{{Type: "a"}, {Type: "b", Parameters: sub}, {Type: "c", Extra: map[string]any{"deep": []any{sub}}}}
		tool := &openrouter.FunctionTool{Function: openrouter.Function{Name: "f"}}
		tool.Function.Parameters = []openrouter.Tool{tool}
		again := &openrouter.FunctionTool{Function: openrouter.Function{Name: "g"}}
		again.Function.Parameters = again
		r.Tools = []openrouter.Tool{openrouter.SubagentTool{Parameters: sub}, tool, again}
	}, []string{
		"messages[0].f: is NaN", "messages[0].m: contains itself, which JSON cannot carry",
		"tools[0].parameters.tools[1].parameters: contains itself, which", "tools[0].parameters.tools[2].deep: contains itself, which",
		"tools[1].function.parameters: contains itself, which", "tools[2].function.parameters: contains itself, which",
	}},
	{"request in itself", func(r *request) {
		r.Extra = map[string]any{"r": r, "list": []any{r}, "own": &struct{ R *request }{r}}
	}, []string{"list: contains itself, which", "own: contains itself, which", "r: contains itself, which"}},
	{"names", func(r *request) { r.Extra = map[string]any{"a\nb": nan} }, []string{"a\nb: is NaN"}},
}

func TestValidateUnencodable(t *testing.T) {
	for _, c := range unencodable {
		t.Run(c.name, func(t *testing.T) {
			r := asking(c.change)
			// No option lets these through: there is nothing to send.
			client := clientOn(unreachable{t}, openrouter.WithoutValidation())
			for _, err := range []error{r.Validate(), createOn(t, client, r), streamOn(t, client, r)} {
				list := violations(t, err)
				for i, v := range list {
					require.Less(t, i, len(c.want), v.Field)
					assert.True(t, strings.HasPrefix(v.Field+": "+v.Problem, c.want[i]), "%s: %s\nwant %s", v.Field, v.Problem, c.want[i])
					assert.Empty(t, v.Check)
				}
				assert.Len(t, list, len(c.want))
				for _, format := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
					assert.NotContains(t, fmt.Sprintf(format, err), canary)
				}
			}
		})
	}
}

// TestValidateKeepsTheCause of a caller's own encoder.
func TestValidateKeepsTheCause(t *testing.T) {
	err := asking(func(r *request) { r.Extra = map[string]any{"own": stubborn{}} }).Validate()
	assert.ErrorIs(t, err, errCanary)
	assert.Equal(t, "openrouter: own contains a value of type options_test.stubborn that failed to encode", err.Error())
}

// TestValidateKeepsPromptsOut breaks rules all around texts that must not show.
func TestValidateKeepsPromptsOut(t *testing.T) {
	r := &request{
		Messages: []openrouter.Message{
			{Content: openrouter.Text(canary), Name: canary},
			{Role: openrouter.RoleTool, Content: openrouter.Text(canary)},
			{ToolCalls: []openrouter.ToolCall{{ID: canary, Function: openrouter.FunctionCall{Name: canary, Arguments: canary}}}},
		},
		Stop: []string{canary, canary, canary, canary, canary}, SessionID: strings.Repeat(canary, 20),
		XSearchFilter: &openrouter.XSearchFilter{AllowedXHandles: []string{canary}, ExcludedXHandles: []string{canary}},
		Provider:      &openrouter.ProviderPreferences{MaxPrice: &openrouter.MaxPrice{Prompt: canary}},
		Reasoning:     &openrouter.Reasoning{Effort: canary, MaxTokens: new(1)}, ReasoningEffort: canary + "2",
		Tools: []openrouter.Tool{
			function(strings.Repeat(canary, 10)), openrouter.FunctionTool{Function: openrouter.Function{Description: canary}},
			openrouter.WebSearchTool{Parameters: &openrouter.WebSearchParameters{AllowedDomains: []string{canary}, ExcludedDomains: []string{canary}}},
		},
		Extra: map[string]any{"stream": canary, "f": nan},
	}
	err := createOn(t, clientOn(unreachable{t}, openrouter.WithAPIKey(canary), openrouter.WithSessionID(strings.Repeat(canary, 20))), r)
	assert.Len(t, violations(t, err), 16)
	for _, format := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
		assert.NotContains(t, fmt.Sprintf(format, err), canary)
	}
}
