package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// Bodies of the endpoints beside chat. Where an answer has its value in a member data and nothing else, the file has the value.

func on[T any](kind, file string, check func(*testing.T, *T)) wireCase {
	return wireCase{kind + "-" + file + ".json", kind, "", func(t *testing.T, v any) { check(t, v.(*T)) }}
}

var wireEndpointCases = []wireCase{
	on("models", "user", func(t *testing.T, l *openrouter.ModelList) {
		assert.Empty(t, kit.UntypedMembers(l))
		assert.Equal(t, 1, l.TotalCount)
		m := l.Data[0]
		assert.True(t, m.Supports(openrouter.ModelParameterTopP) && m.Accepts(openrouter.ModalityText) && m.Produces(openrouter.ModalityText))
	}),
	on("models", "list", func(t *testing.T, list *openrouter.ModelList) {
		assert.Equal(t, 412, list.TotalCount)
		assert.Equal(t, "/api/v1/models?limit=3&offset=3", list.Links.Next)
		require.Len(t, list.Data, 3)

		full := list.Data[0]
		assert.Empty(t, kit.UntypedMembers(&full))
		assert.Equal(t, "anthropic/claude-sonnet-4.5", full.ID)
		assert.Equal(t, int64(1759161676), full.Created)
		assert.Equal(t, 1000000, full.ContextLength)
		assert.Equal(t, "2025-01-31", full.KnowledgeCutoff)
		assert.Equal(t, []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityImage, openrouter.ModalityFile}, full.Architecture.InputModalities)
		assert.Equal(t, openrouter.Decimal("0.000003"), full.Pricing.Prompt)
		assert.Equal(t, openrouter.Decimal("0.000006"), full.Pricing.InputCacheWrite1h)
		assert.Equal(t, 0.25, full.Pricing.Discount)
		assert.Equal(t, 200000, full.Pricing.Overrides[0].MinPromptTokens)
		assert.Equal(t, [2]int{1630, 30}, [2]int{full.Pricing.Overrides[1].UTCStart, full.Pricing.Overrides[1].UTCEnd})
		assert.Equal(t, openrouter.Decimal("0.000007"), full.Pricing.Overrides[2].Completion, "a price that was a number")
		assert.Equal(t, 64000, full.TopProvider.MaxCompletionTokens)
		assert.Equal(t, 500, full.PerRequestLimits.CompletionTokens)
		assert.Contains(t, full.SupportedParameters, openrouter.ModelParameterTools)
		assert.Equal(t, []any{new(0.0), new(0), (*float64)(nil)}, []any{full.DefaultParameters.Temperature, full.DefaultParameters.TopK, full.DefaultParameters.FrequencyPenalty})
		assert.Equal(t, []string{"alloy"}, full.SupportedVoices)
		assert.Equal(t, openrouter.EffortHigh, full.Reasoning.DefaultEffort)
		assert.Equal(t, 71.4, full.Benchmarks.ArtificialAnalysis.IntelligenceIndex)
		assert.Equal(t, 5, full.Benchmarks.DesignArena[0].Rank)
		assert.Equal(t, "anthropic/claude-sonnet-4.5", full.AliasTarget.Slug)

		auto := list.Data[1]
		assert.Empty(t, kit.UntypedMembers(&auto))
		assert.Zero(t, auto.ContextLength)
		assert.Nil(t, auto.PerRequestLimits)
		assert.Nil(t, auto.SupportedVoices)
		assert.NotNil(t, auto.DefaultParameters)

		old := list.Data[2]
		assert.Equal(t, int64(1.7e9), old.Created)
		assert.Equal(t, openrouter.Decimal("0.00003"), old.Pricing.Prompt)
		assert.Nil(t, old.DefaultParameters)
		assert.JSONEq(t, `{"deep":[1.50,null]}`, kit.Kept(old.Extra, "x_unknown"))
	}),
	on("generation", "full", func(t *testing.T, g *openrouter.Generation) {
		assert.Empty(t, kit.UntypedMembers(g))

		assert.Equal(t, []string{"gen-1", "chatcmpl-1", "req-1"}, []string{g.ID, g.UpstreamID, g.RequestID})
		assert.Equal(t, []float64{0.0004970133333333333, 0.0015, 0.0012, -0.0002}, []float64{g.TotalCost, g.Usage, g.UpstreamInferenceCost, g.CacheDiscount})
		assert.Equal(t, []bool{true, true, true}, []bool{g.IsBYOK, g.Streamed, g.Cancelled})
		assert.Equal(t, []float64{1250, 1200.5, 50}, []float64{g.Latency, g.GenerationTime, g.ModerationLatency})
		assert.Equal(t, openrouter.APITypeCompletions, g.APIType)
		assert.Equal(t, openrouter.DataRegionEurope, g.DataRegion)
		assert.Equal(t, openrouter.FinishReasonStop, g.FinishReason)
		assert.Equal(t, "end_turn", g.NativeFinishReason)
		assert.Equal(t, []int{9, 24, 10, 25, 5, 3, 1}, []int{g.TokensPrompt, g.TokensCompletion, g.NativeTokensPrompt, g.NativeTokensCompletion,
			g.NativeTokensReasoning, g.NativeTokensCached, g.NativeTokensCompletionImages})
		assert.Equal(t, []int{7, 4, 6, 8, 2}, []int{g.NumMediaPrompt, g.NumInputAudioPrompt, g.NumMediaCompletion, g.NumSearchResults, g.NumFetches})
		assert.Equal(t, []string{"gen-0", "provisioned", "exa", "user-123"}, []string{g.ResponseCacheSourceID, g.ServiceTier, g.WebSearchEngine, g.ExternalUser})
		require.Len(t, g.ProviderResponses, 2)
		assert.Zero(t, g.ProviderResponses[0].Status)
		assert.Equal(t, 503, g.ProviderResponses[1].Status)
		assert.Equal(t, openrouter.ServiceTierPriority, g.ProviderResponses[1].RoutedServiceTier)
	}),
	on("generation", "nulls", func(t *testing.T, g *openrouter.Generation) {
		assert.Equal(t, "gen-2", g.ID)
		assert.Zero(t, g.TotalCost)
		assert.Nil(t, g.ProviderResponses)
		assert.Equal(t, "[null, 1.50]", kit.Kept(g.Extra, "x_unknown"))
	}),
	on("batch", "full", func(t *testing.T, b *openrouter.Batch) {
		assert.Empty(t, kit.UntypedMembers(b))
		assert.Equal(t, []any{"OpenAI", openrouter.BatchStatusCompleted, int64(1767225700), 0.5}, []any{b.Provider, b.Status, b.FinalizedAt, b.Usage.Cost})
		assert.Equal(t, openrouter.BatchCounts{Total: 2, Completed: 1, Failed: 1}, b.RequestCounts)
	}),
	on("batch", "nulls", func(t *testing.T, b *openrouter.Batch) {
		assert.Zero(t, b.FinalizedAt)
		assert.Nil(t, b.Usage)
		assert.Nil(t, b.Error)
	}),
	on("batches", "page", func(t *testing.T, l *openrouter.BatchList) {
		assert.Empty(t, kit.UntypedMembers(l))
		assert.True(t, l.HasMore)
	}),
	on("row", "answered", func(t *testing.T, r *openrouter.BatchResult) {
		assert.Empty(t, kit.UntypedMembers(r))
		answer, err := r.Answer()
		require.NoError(t, err)
		assert.Equal(t, "x", answer.Text())
	}),
	on("row", "failed", func(t *testing.T, r *openrouter.BatchResult) {
		_, err := r.Answer()
		assert.ErrorContains(t, err, "m")
	}),
	on("deletion", "full", func(t *testing.T, d *openrouter.BatchDeletion) { assert.Contains(t, string(d.Deletion), "upstream") }),
	on("batchprovider", "full", func(t *testing.T, p *openrouter.BatchProvider) { assert.Equal(t, new(false), p.AllowFallbacks) }),
	on("endpoints", "full", func(t *testing.T, m *openrouter.ModelEndpoints) {
		assert.Empty(t, kit.UntypedMembers(m))
		assert.Equal(t, []any{"openai/gpt-4", "GPT-4", int64(1692901234), "GPT"}, []any{m.ID, m.Name, m.Created, m.Architecture.Tokenizer})
		e, none := m.Endpoints[0], m.Endpoints[1]
		assert.Equal(t, []any{"OpenAI", "openai/priority", 8192, 4096, 8192}, []any{e.ProviderName, e.Tag, e.ContextLength, e.MaxCompletionTokens, e.MaxPromptTokens})
		assert.Equal(t, openrouter.Percentiles{P50: 250.5, P75: 350, P90: 480, P99: 850}, *e.LatencyLast30m)
		assert.Equal(t, 15.1, e.ThroughputLast30m.P99)
		assert.Equal(t, []*float64{new(0.0), new(99.5), new(99.8)}, []*float64{e.UptimeLast5m, e.UptimeLast30m, e.UptimeLast1d})
		assert.Equal(t, openrouter.QuantizationFP16, e.Quantization)
		assert.Equal(t, []any{true, false, 0}, []any{e.SupportsImplicitCaching, e.SupportsVoiceCloning, e.Status})
		assert.Equal(t, 100, e.Pricing.Overrides[1].UTCStart)
		assert.Equal(t, -2, none.Status)
		assert.Zero(t, []any{none.MaxCompletionTokens, none.MaxPromptTokens}[0])
		assert.Nil(t, none.UptimeLast5m)
		assert.Nil(t, none.LatencyLast30m)
	}),
	on("zdr", "endpoints", func(t *testing.T, l *openrouter.EndpointList) {
		assert.Empty(t, kit.UntypedMembers(l))
		assert.True(t, l.Data[0].SupportsVoiceCloning)
	}),
	on("content", "messages", func(t *testing.T, c *openrouter.GenerationContent) {
		assert.Empty(t, kit.UntypedMembers(c))
		assert.Equal(t, []string{"What is the meaning of life?", "42", ""}, []string{c.Input.Messages[0].Text(), c.Input.Messages[1].Text(), c.Input.Prompt})
		assert.Equal(t, "The meaning of life is a philosophical question...", c.Output.Completion)
		assert.Nil(t, c.Error)
	}),
	on("content", "error", func(t *testing.T, c *openrouter.GenerationContent) {
		assert.Empty(t, kit.UntypedMembers(c))
		assert.Equal(t, []string{"Once upon a time", "", "Hm"}, []string{c.Input.Prompt, c.Output.Completion, c.Output.Reasoning})
		assert.Equal(t, []any{504, "Vertex", "Timed out waiting for the provider"}, []any{c.Error.Status, c.Error.ProviderName, c.Error.Message})
		assert.Contains(t, c.Error.Raw, "Deadline")
		assert.Equal(t, []any{429, "Google", 502}, []any{c.Error.PreviousErrors[0].Code, c.Error.PreviousErrors[0].ProviderName, c.Error.PreviousErrors[1].Code})
	}),
	on("content", "nulls", func(t *testing.T, c *openrouter.GenerationContent) {
		assert.Zero(t, c.Error.Status)
		assert.NotNil(t, c.Error.PreviousErrors)
	}),
	on("key", "full", func(t *testing.T, k *openrouter.Key) {
		assert.Empty(t, kit.UntypedMembers(k))
		assert.Equal(t, []*float64{new(100.0), new(74.5)}, []*float64{k.Limit, k.LimitRemaining})
		assert.Equal(t, []float64{25.5, 1.5, 5.25, 20}, []float64{k.Usage, k.UsageDaily, k.UsageWeekly, k.UsageMonthly})
		assert.Equal(t, []float64{17.38, 0, 0.5, 17.38}, []float64{k.BYOKUsage, k.BYOKUsageDaily, k.BYOKUsageWeekly, k.BYOKUsageMonthly})
		assert.Equal(t, []string{"monthly", "2027-12-31T23:59:59Z", "user_2dHFtVWx2n56w6HkM0000000000"}, []string{k.LimitReset, k.ExpiresAt, k.CreatorUserID})
		assert.Equal(t, []bool{false, false, true, true}, []bool{k.IncludeBYOKInLimit, k.IsFreeTier, k.IsManagementKey, k.IsProvisioningKey})
		assert.Contains(t, string(k.RateLimit), "deprecated")
	}),
	on("key", "unlimited", func(t *testing.T, k *openrouter.Key) {
		assert.Nil(t, k.Limit)
		assert.Nil(t, k.LimitRemaining)
		assert.True(t, k.IncludeBYOKInLimit && k.IsFreeTier)
	}),
	on("key", "spent", func(t *testing.T, k *openrouter.Key) {
		assert.Equal(t, new(0.0), k.LimitRemaining, "nothing is left, which is not without limit")
	}),
	on("credits", "full", func(t *testing.T, c *openrouter.Credits) {
		assert.Empty(t, kit.UntypedMembers(c))
		assert.Equal(t, 74.75, c.Remaining())
	}),
	on("activity", "full", func(t *testing.T, l *openrouter.ActivityList) {
		assert.Empty(t, kit.UntypedMembers(l))
		a := l.Data[0]
		assert.Equal(t, []any{"2025-08-24", "openai/gpt-4.1", "openai/gpt-4.1-2025-04-14", "OpenAI"}, []any{a.Date, a.Model, a.ModelPermaslug, a.ProviderName})
		assert.Equal(t, []any{0.015, 0.012, 5, 50, 125, 25}, []any{a.Usage, a.BYOKUsageInference, a.Requests, a.PromptTokens, a.CompletionTokens, a.ReasoningTokens})
		assert.Empty(t, a.WorkspaceID)
		assert.NotEmpty(t, l.Data[1].WorkspaceID)
	}),
	on("providers", "full", func(t *testing.T, l *openrouter.ProviderList) {
		assert.Empty(t, kit.UntypedMembers(l))
		p := l.Data[0]
		assert.Equal(t, []string{"OpenAI", "openai", "US", "US", "IE"}, append([]string{p.Name, p.Slug, p.Headquarters}, p.Datacenters...))
		assert.Equal(t, []string{"https://openai.com/privacy", "https://openai.com/terms", "https://status.openai.com"}, []string{p.PrivacyPolicyURL, p.TermsOfServiceURL, p.StatusPageURL})
		assert.Nil(t, l.Data[1].Datacenters)
	}),

	on("embed", "text", func(t *testing.T, r *openrouter.EmbeddingRequest) {
		assert.Empty(t, kit.UntypedMembers(r))
		assert.Equal(t, openrouter.Texts("The quick brown fox jumps over the lazy dog"), r.Input)
		assert.Equal(t, []any{new(1536), openrouter.EncodingFormatBase64, "search_query", "user-1234"}, []any{r.Dimensions, r.EncodingFormat, r.InputType, r.User})
		assert.True(t, *r.Provider.AllowFallbacks)
	}),
	on("embed", "texts", func(t *testing.T, r *openrouter.EmbeddingRequest) {
		assert.Equal(t, openrouter.Texts("one", "", "three"), r.Input)
	}),
	on("embed", "text-list", func(t *testing.T, r *openrouter.EmbeddingRequest) {
		assert.Equal(t, openrouter.Texts("alone"), r.Input)
		r.Input = openrouter.Texts("another")
		assert.JSONEq(t, `{"model":"a/b","input":["another"]}`, kit.Encode(t, r), "a list stays one")
		r.Input = append(r.Input, openrouter.EmbeddingInput{Tokens: []int{1}})
		assert.JSONEq(t, `{"model":"a/b","input":["another",[1]]}`, kit.Encode(t, r))
	}),
	on("embed", "tokens", func(t *testing.T, r *openrouter.EmbeddingRequest) {
		assert.Equal(t, []openrouter.EmbeddingInput{{Tokens: []int{1212, 318, 257}}}, r.Input)
	}),
	on("embed", "token-lists", func(t *testing.T, r *openrouter.EmbeddingRequest) {
		assert.Equal(t, []openrouter.EmbeddingInput{{Tokens: []int{1212, 318}}, {Tokens: []int{257}}, {Tokens: []int{}}}, r.Input)
	}),
	on("embed", "token-list", func(t *testing.T, r *openrouter.EmbeddingRequest) {
		assert.Equal(t, []openrouter.EmbeddingInput{{Tokens: []int{1212}}}, r.Input)
	}),
	on("embed", "content", func(t *testing.T, r *openrouter.EmbeddingRequest) {
		require.Len(t, r.Input, 5)
		assert.Equal(t, []openrouter.Part{openrouter.TextPart("a cat"), openrouter.ImagePart("https://x.example/cat.png")}, r.Input[0].Content)
		assert.JSONEq(t, `{"data":"AAAA","format":"mp4"}`, kit.Kept(r.Input[1].Content[0].Extra, "input_video"))
		assert.Equal(t, []any{"text", []int{7}}, []any{r.Input[2].Text, r.Input[3].Tokens})
	}),
	on("vectors", "floats", func(t *testing.T, l *openrouter.EmbeddingList) {
		assert.Empty(t, kit.UntypedMembers(l))
		assert.Equal(t, []float32{0.0023064255, -0.009327292, 0.015797347, 0, 1, 1e-7}, l.Data[0].Vector)
		assert.Equal(t, []any{"list", "embedding", 8, 8}, []any{l.Object, l.Data[0].Object, l.Usage.PromptTokens, l.Usage.TotalTokens})
		l.Data[0].Vector = []float32{0.1}
		assert.Contains(t, kit.Encode(t, l), `"embedding":[0.1]`)
	}),
	on("vectors", "doubles", func(t *testing.T, l *openrouter.EmbeddingList) {
		assert.Equal(t, []float32{-0.006929283495992422, 0.1, 0}, l.Data[0].Vector)
		assert.Equal(t, []any{"embd-1234567890", 0.0001, 0.0001, 1}, []any{l.ID, l.Usage.Cost, l.Usage.CostDetails.UpstreamInferenceCost, l.Data[0].Index})
		d := l.Usage.PromptTokensDetails
		assert.Equal(t, []int{8, 258, 1, 2, 3}, []int{d.TextTokens, d.ImageTokens, d.FileTokens, d.AudioTokens, d.VideoTokens})
		l.Data[0].Vector[0] = 0.5
		assert.Contains(t, kit.Encode(t, l), `"embedding":[0.5,0.1,0]`, "its digits are gone with the number")
		l.Data[0].Vector = nil
		assert.Contains(t, kit.Encode(t, l), `"embedding":[]`)
	}),
	on("vectors", "base64", func(t *testing.T, l *openrouter.EmbeddingList) {
		assert.Equal(t, [][]float32{{1, -0.5, 0}, {1}, nil}, l.Vectors())
		assert.Equal(t, `"not base64"`, kit.Kept(l.Data[2].Extra, "embedding"))
		l.Data[1].Vector = []float32{0.5}
		assert.Contains(t, kit.Encode(t, l), `"embedding":"AAAAPw=="`, "it stays in base64")
	}),
}

// An input is what it is, alone and in a list, and a lone one built in Go stands without a list where it can.
func TestEmbeddingInputs(t *testing.T) {
	for want, in := range map[string][]openrouter.EmbeddingInput{
		`"a"`: openrouter.Texts("a"), `["a","b"]`: openrouter.Texts("a", "b"), `[]`: openrouter.Texts(), `[1,2]`: {{Tokens: []int{1, 2}}},
		`[[]]`: {{Tokens: []int{}}}, `[[1],"a"]`: {{Tokens: []int{1}}, {Text: "a"}}, `[{"content":[{"type":"text","text":"a"}]}]`: {{Content: openrouter.Text("a")}},
		`""`: {{}}, `[{"content":[],"x":1}]`: {{Extra: map[string]any{"x": 1}}},
	} {
		assert.JSONEq(t, `{"model":"","input":`+want+`}`, kit.Encode(t, openrouter.EmbeddingRequest{Input: in}))
	}
	for _, alone := range []string{`"a"`, `""`, `[1]`, `[]`, `{"content":[{"type":"text","text":"a"}]}`, `{}`, `null`, `7`, `[1.5]`, `["a"]`} {
		var in openrouter.EmbeddingInput
		if json.Unmarshal([]byte(alone), &in) == nil {
			assert.JSONEq(t, alone, kit.Encode(t, in))
		} else {
			assert.Contains(t, []string{`7`, `[1.5]`, `["a"]`}, alone)
		}
	}
}

func TestModelReasoningAcceptsEffort(t *testing.T) {
	var list openrouter.ModelList
	require.NoError(t, json.Unmarshal(readWire(t, "models-list.json"), &list))
	listed, anyEffort, noEfforts := list.Data[0].Reasoning, list.Data[1].Reasoning, list.Data[2].Reasoning
	for effort, want := range map[openrouter.ReasoningEffort][3]bool{
		openrouter.EffortHigh:   {true, true, false},
		openrouter.EffortMedium: {false, true, false},
		openrouter.EffortNone:   {true, false, false}, // the second always reasons
		"x_new":                 {false, true, false},
	} {
		assert.Equal(t, want, [3]bool{listed.AcceptsEffort(effort), anyEffort.AcceptsEffort(effort), noEfforts.AcceptsEffort(effort)}, effort)
	}
	assert.False(t, (*openrouter.ModelReasoning)(nil).AcceptsEffort(openrouter.EffortHigh))
}
