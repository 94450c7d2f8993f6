package wire_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

type request = openrouter.ChatCompletionRequest

var wireRequestCases = []wireCase{
	onRequest("minimal", "", func(t *testing.T, r *request) {
		assert.Equal(t, &request{Messages: []openrouter.Message{openrouter.UserMessage("hi")}}, r)
	}),
	onRequest("founding", "", func(t *testing.T, r *request) {
		want := &request{
			Model:    "openai/gpt-5.2",
			Models:   []string{"anthropic/claude-sonnet-4.5", "google/gemini-2.5-pro"},
			Messages: []openrouter.Message{openrouter.SystemMessage("Be brief."), openrouter.UserMessage("What is the capital of France?")},
			Provider: &openrouter.ProviderPreferences{Order: []string{"azure", "openai"}},
			Plugins:  []openrouter.Plugin{openrouter.WebPlugin{}},
			Route:    openrouter.RouteFallback,
			User:     "user-1", SessionID: "session-1",
			FrequencyPenalty: new(0.1), PresencePenalty: new(-0.1),
			LogitBias: map[string]float64{"50256": -100, "1712": 12.5},
			Logprobs:  new(true), TopLogprobs: new(5),
			MaxCompletionTokens: new(100), MaxTokens: new(150),
			Metadata:       map[string]string{"tenant": "t1", "run": ""},
			Reasoning:      &openrouter.Reasoning{Effort: openrouter.EffortMedium, Summary: openrouter.ReasoningSummaryConcise},
			ResponseFormat: openrouter.JSONObjectFormat{},
			Seed:           new(int64(42)),
			Stop:           []string{"END"},
			Stream:         new(true), StreamOptions: &openrouter.StreamOptions{IncludeUsage: new(true)},
			Temperature: new(0.7), TopP: new(0.9),
			ToolChoice: openrouter.ToolChoiceAuto,
			Tools:      []openrouter.Tool{openrouter.FunctionTool{Function: openrouter.Function{Name: "get_weather"}}},
			Debug:      &openrouter.DebugOptions{EchoUpstreamBody: new(true)},
		}
		// Built in Go, a stop list of one is sent as a string; otherwise the two are the same to the last byte.
		a, err := json.Marshal(want)
		require.NoError(t, err)
		b, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Equal(t, strings.Replace(string(a), `"stop":"END"`, `"stop":["END"]`, 1), string(b))
		assert.Equal(t, want.Provider, r.Provider)
		assert.Equal(t, want.Tools, r.Tools)
		assert.Equal(t, want.Plugins, r.Plugins)
		assert.Equal(t, want.Reasoning, r.Reasoning)
		assert.Nil(t, r.Extra)
	}),
	onRequest("since-founding", "34", func(t *testing.T, r *request) {
		assert.Equal(t, "~anthropic/claude-sonnet-latest", r.Model)
		assert.Equal(t, new(40), r.TopK)
		assert.Equal(t, new(0.05), r.MinP)
		assert.Equal(t, new(0.2), r.TopA)
		assert.Equal(t, new(1.1), r.RepetitionPenalty)
		assert.Equal(t, new(true), r.ParallelToolCalls)
		assert.Equal(t, openrouter.EffortXHigh, r.ReasoningEffort)
		assert.Equal(t, &openrouter.Trace{TraceID: "tr-1", TraceName: "nightly", SpanName: "summary", GenerationName: "first", ParentSpanID: "sp-0"}, r.Trace)
		assert.Equal(t, []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityImage, openrouter.ModalityAudio}, r.Modalities)
		assert.Equal(t, `"16:9"`, kit.Kept(r.ImageConfig, "aspect_ratio"))
		assert.Equal(t, `0.6`, kit.Kept(r.ImageConfig, "strength"))
		assert.Equal(t, &openrouter.CacheControl{Type: "ephemeral", TTL: openrouter.CacheTTL1h}, r.CacheControl)
		assert.Equal(t, "docs-v2", r.PromptCacheKey)
		assert.Equal(t, &openrouter.PromptCacheOptions{Mode: openrouter.PromptCacheModeExplicit, TTL: "30m"}, r.PromptCacheOptions)
		assert.Equal(t, openrouter.PredictedContent("func main() {}"), r.Prediction)
		assert.Equal(t, openrouter.ServiceTierPriority, r.ServiceTier)
		assert.Equal(t, []openrouter.StopCondition{openrouter.StepCountIs{StepCount: 5}}, r.StopServerToolsWhen)
		assert.Nil(t, r.Extra)
	}),
	onRequest("outside-schema", "35", func(t *testing.T, r *request) {
		assert.Equal(t, "@preset/support", r.Preset)
		assert.Equal(t, openrouter.VerbosityMax, r.Verbosity)
		assert.Equal(t, new(true), r.IncludeReasoning)
		assert.Equal(t, &openrouter.WebSearchOptions{
			SearchContextSize: openrouter.SearchContextSizeHigh, MaxResults: new(3), SearchPrompt: "Cite:", Engine: openrouter.SearchEngineExa,
		}, r.WebSearchOptions)
		assert.Equal(t, &openrouter.XSearchFilter{
			AllowedXHandles: []string{"openrouter"}, ExcludedXHandles: []string{}, FromDate: "2026-01-01", ToDate: "2026-02-01",
			EnableImageUnderstanding: new(true), EnableVideoUnderstanding: new(false),
		}, r.XSearchFilter)
		assert.Equal(t, new(12), r.MaxToolCalls)
		assert.Equal(t, &openrouter.AudioConfig{Voice: "alloy", Format: "pcm16"}, r.Audio)
		assert.Equal(t, &openrouter.UsageOptions{Include: new(true)}, r.Usage)
		assert.Equal(t, new(true), r.StructuredOutputs)
		assert.Equal(t, []string{"middle-out"}, r.Transforms)
		assert.Equal(t, new(1), r.N)
		assert.Equal(t, openrouter.SpeedFast, r.Speed)
		assert.Equal(t, &openrouter.Reasoning{
			MaxTokens: new(2000), Enabled: new(true), Exclude: new(false),
			Context: openrouter.ReasoningContextAllTurns, Mode: openrouter.ReasoningModePro,
		}, r.Reasoning)
		assert.Equal(t, "true", kit.Kept(r.Extra, "safe_prompt"), "parameters of one provider have no fields")
		assert.Equal(t, "false", kit.Kept(r.Extra, "raw_mode"))
		assert.Len(t, r.Extra, 2)
	}),
	onRequest("prompt", "", func(t *testing.T, r *request) {
		assert.Equal(t, "Once upon a time", r.Prompt)
		assert.Nil(t, r.Messages)
		assert.Equal(t, []string{}, r.Transforms)
	}),
	onRequest("null-scalars", "", func(t *testing.T, r *request) {
		assert.Nil(t, r.Extra, "nulls never go to Extra")
		assert.Nil(t, r.Provider)
		assert.Nil(t, r.Temperature)
		assert.Nil(t, r.Seed)
		assert.Nil(t, r.Stop)
		assert.Nil(t, r.Prediction)
		require.NotNil(t, r.Reasoning)
		assert.Empty(t, r.Reasoning.Effort)
		r.Temperature = new(0.5) // a value that is set wins over the remembered null
		b, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Contains(t, string(b), `"temperature":0.5`)
		assert.Contains(t, string(b), `"top_p":null`)
	}),
	onRequest("zero-scalars", "", func(t *testing.T, r *request) {
		assert.Nil(t, r.Extra)
		assert.Equal(t, new(0.0), r.Temperature)
		assert.Equal(t, new(0), r.MaxTokens)
		assert.Equal(t, new(int64(0)), r.Seed)
		assert.Equal(t, new(false), r.Logprobs)
		assert.Equal(t, []string{}, r.Stop)
		assert.Equal(t, []openrouter.Message{}, r.Messages)
		assert.Equal(t, map[string]float64{}, r.LogitBias)
		assert.Equal(t, &openrouter.Trace{}, r.Trace)
	}),
	onRequest("founding-doubles", "", func(t *testing.T, r *request) {
		assert.Equal(t, new(150), r.MaxTokens)
		assert.Equal(t, new(100), r.MaxCompletionTokens)
		assert.Equal(t, new(20), r.TopLogprobs)
		assert.Equal(t, new(int64(-9007199254740991)), r.Seed)
	}),
	onRequest("wide-numbers", "50", func(t *testing.T, r *request) {
		assert.Equal(t, new(int64(9007199254740991)), r.Seed)
		assert.Equal(t, new(0.30000000000000004), r.Temperature)
		assert.Equal(t, new(1e-7), r.TopP)
		assert.Equal(t, new(5e-324), r.MinP)
		assert.Equal(t, map[string]float64{"1": -0.5, "2": 100}, r.LogitBias)
		if math.MaxInt > math.MaxInt32 {
			require.NotNil(t, r.TopK)
			assert.EqualValues(t, int64(2147483648), *r.TopK)
		} else {
			assert.Nil(t, r.TopK)
			assert.Equal(t, "2147483648", kit.Kept(r.Extra, "top_k"))
		}
	}),
	onRequest("max-tokens-below-sixteen", "47", func(t *testing.T, r *request) {
		assert.Equal(t, new(5), r.MaxTokens)
	}),
	onRequest("provider", "", func(t *testing.T, r *request) {
		p := r.Provider
		assert.Equal(t, []string{"anthropic", "deepinfra/turbo", "google-vertex/us-east5"}, p.Order)
		assert.Equal(t, []string{"Amazon Bedrock"}, p.Only)
		assert.Equal(t, []string{"openai/priority"}, p.Ignore)
		assert.Equal(t, new(false), p.AllowFallbacks)
		assert.Equal(t, new(true), p.RequireParameters)
		assert.Equal(t, openrouter.DataCollectionDeny, p.DataCollection)
		assert.Equal(t, new(true), p.ZDR)
		assert.Equal(t, new(true), p.EnforceDistillableText)
		assert.Len(t, p.Quantizations, 12)
		assert.Equal(t, openrouter.QuantizationMXFP8, p.Quantizations[7])
		assert.Equal(t, openrouter.ProviderSort{By: openrouter.SortThroughput}, p.Sort)
		assert.Equal(t, openrouter.PercentileCutoffs{P50: new(50.0)}, p.PreferredMinThroughput)
		assert.Equal(t, openrouter.PercentileCutoffs{P50: new(1.5)}, p.PreferredMaxLatency)
		assert.Equal(t, &openrouter.MaxPrice{Prompt: "1.50", Completion: "2", Image: "0.001", Audio: "0", Request: "0.0100"}, p.MaxPrice)
	}),
	onRequest("provider-objects", "38", func(t *testing.T, r *request) {
		p := r.Provider
		assert.Equal(t, openrouter.ProviderSort{By: openrouter.SortPrice, Partition: openrouter.SortPartitionNone}, p.Sort)
		c := p.PreferredMinThroughput
		assert.Equal(t, []any{new(100.0), (*float64)(nil), new(20.5), new(0.0)}, []any{c.P50, c.P75, c.P90, c.P99})
		assert.Equal(t, new(3.0), p.PreferredMaxLatency.P99)
		m := p.MaxPrice
		assert.Equal(t, []openrouter.Decimal{"1.5", "2", "0.001", "0", "1e-2"}, []openrouter.Decimal{m.Prompt, m.Completion, m.Image, m.Audio, m.Request})
		assert.Nil(t, m.Extra)
	}),
	onRequest("provider-edges", "", func(t *testing.T, r *request) {
		p := r.Provider
		assert.Empty(t, p.Sort.By)
		assert.Empty(t, p.Sort.Partition)
		assert.Equal(t, new(100.0), p.PreferredMinThroughput.P50)
		assert.Nil(t, p.PreferredMaxLatency.P50)
		assert.Equal(t, &openrouter.MaxPrice{}, p.MaxPrice)
		assert.Equal(t, []string{}, p.Order)
		assert.Equal(t, new(false), p.ZDR)
	}),
	onRequest("provider-sort-by-only", "", func(t *testing.T, r *request) {
		assert.Equal(t, openrouter.SortExacto, r.Provider.Sort.By)
		assert.Equal(t, new(0.0), r.Provider.PreferredMinThroughput.P50)
		assert.Equal(t, new(0.0), r.Provider.PreferredMaxLatency.P50)
	}),
	onRequest("provider-null", "", func(t *testing.T, r *request) {
		p := r.Provider
		assert.Nil(t, p.Extra)
		assert.Nil(t, p.Order)
		assert.Nil(t, p.ZDR)
		assert.Empty(t, p.DataCollection)
		assert.Empty(t, p.Sort.By)
		assert.Nil(t, p.PreferredMaxLatency.P50)
	}),
	onRequest("stop-string", "", stopIs("\n")),
	onRequest("stop-list-of-one", "", stopIs("\n")),
	onRequest("stop-list", "", stopIs("END", "STOP", "", ">")),
	onRequest("stop-blank", "", stopIs("")),
	onRequest("prediction-string", "", func(t *testing.T, r *request) {
		assert.Equal(t, openrouter.PredictedContent("func main() {}\n"), r.Prediction)
	}),
	onRequest("prediction-parts", "", func(t *testing.T, r *request) {
		assert.Equal(t, []openrouter.Part{openrouter.TextPart("one"), openrouter.TextPart("two")}, r.Prediction.Content)
	}),
	onRequest("reasoning", "", func(t *testing.T, r *request) {
		assert.Equal(t, &openrouter.Reasoning{
			Effort: openrouter.EffortMax, Summary: openrouter.ReasoningSummaryDetailed, MaxTokens: new(1024), Enabled: new(true), Exclude: new(true),
			Context: openrouter.ReasoningContextCurrentTurn, Mode: openrouter.ReasoningModeStandard,
		}, r.Reasoning)
	}),
	onRequest("reasoning-empty", "", func(t *testing.T, r *request) {
		assert.Equal(t, &openrouter.Reasoning{}, r.Reasoning)
		assert.Equal(t, new(false), r.IncludeReasoning)
	}),
	onRequest("reasoning-off", "", func(t *testing.T, r *request) {
		assert.Equal(t, &openrouter.Reasoning{Enabled: new(false), MaxTokens: new(0), Exclude: new(false)}, r.Reasoning)
		assert.Equal(t, openrouter.EffortNone, r.ReasoningEffort)
		assert.Equal(t, openrouter.VerbosityLow, r.Verbosity)
	}),
	onRequest("trace-open", "", func(t *testing.T, r *request) {
		assert.Equal(t, "tr-1", r.Trace.TraceID)
		assert.Equal(t, `"test"`, kit.Kept(r.Trace.Extra, "environment"))
		assert.JSONEq(t, `["a",{"b":1}]`, kit.Kept(r.Trace.Extra, "tags"))
		assert.Equal(t, map[string]string{"a": "b"}, r.Metadata)
	}),
	onRequest("cache-options-null-ttl", "", func(t *testing.T, r *request) {
		assert.Equal(t, openrouter.PromptCacheModeExplicit, r.PromptCacheOptions.Mode)
		assert.Empty(t, r.PromptCacheOptions.TTL)
		assert.Nil(t, r.PromptCacheOptions.Extra)
	}),
	onRequest("key-order-a", "37", sameBytesInAnyOrder),
	onRequest("key-order-b", "37", sameBytesInAnyOrder),
	onRequest("unknown-members", "36", func(t *testing.T, r *request) {
		assert.Equal(t, "1.5", kit.Kept(r.Extra, "top_n_sigma"))
		assert.Equal(t, "null", kit.Kept(r.Extra, "null_knob"))
		assert.Equal(t, "[]", kit.Kept(r.Extra, "empty_list"))
		assert.Equal(t, openrouter.Role("critic"), r.Messages[0].Role)
		assert.Equal(t, "0.5", kit.Kept(r.Messages[0].Extra, "weight"))
		parts := r.Messages[1].Content
		assert.Equal(t, `"en"`, kit.Kept(parts[0].Extra, "lang"))
		assert.Equal(t, `"x"`, kit.Kept(parts[1].ImageURL.Extra, "alt"))
		assert.Equal(t, "null", kit.Kept(parts[1].Extra, "z"))
		call := r.Messages[2].ToolCalls[0]
		assert.Equal(t, "custom", call.Type)
		assert.Equal(t, "[1]", kit.Kept(call.Function.Extra, "partial"))
		assert.Equal(t, openrouter.SortKey("vibes"), r.Provider.Sort.By)
		assert.Equal(t, openrouter.DataCollection("maybe"), r.Provider.DataCollection)
		assert.Equal(t, []openrouter.Quantization{"fp2"}, r.Provider.Quantizations)
		assert.Equal(t, `"9.99"`, kit.Kept(r.Provider.MaxPrice.Extra, "video"))
		assert.Equal(t, openrouter.ReasoningEffort("extreme"), r.Reasoning.Effort)
		assert.Equal(t, []openrouter.Modality{"smell"}, r.Modalities)
		assert.Equal(t, openrouter.ServiceTier("provisioned"), r.ServiceTier)
		assert.Equal(t, openrouter.Route("spread"), r.Route)
		assert.Equal(t, "durable", r.CacheControl.Type)
	}),
}

func stopIs(want ...string) func(*testing.T, *request) {
	return func(t *testing.T, r *request) { assert.Equal(t, want, r.Stop) }
}

// sameBytesInAnyOrder asserts that requests that differ in the order of their members are encoded to the same bytes. Inside a member
// without a field the order is the caller's.
func sameBytesInAnyOrder(t *testing.T, r *request) {
	b, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Equal(t, `{"model":"m","messages":[{"role":"user","content":"hi","name":"kim"}],"temperature":0.5,"top_p":1,`+
		`"metadata":{"a":"1","b":"2"},"alpha":{"y":1,"x":2},"zeta":1}`, string(b))
}
