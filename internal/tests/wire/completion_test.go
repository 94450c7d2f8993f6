package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// The envelope of an answer: everything but what the model wrote.
var wireCompletionCases = []wireCase{
	onCompletion("padded", "1 27 V1", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "gen-1", c.ID)
		assert.Equal(t, "chat.completion", c.Object)
		assert.Equal(t, int64(1), c.Created)
		assert.Equal(t, "hi", c.Text())
		assert.Equal(t, openrouter.FinishReasonStop, c.Choices[0].FinishReason)
		assert.Equal(t, "end_turn", c.Choices[0].NativeFinishReason)
		assert.Equal(t, [3]int{1, 1, 2}, tokens(c.Usage))
		assert.Zero(t, c.Usage.Cost)
		assert.Nil(t, c.Error)
	}),
	onCompletion("error-only", "30 32 51 V2", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, 502, c.Error.Code)
		assert.Equal(t, "Provider returned error", c.Error.Message)
		assert.JSONEq(t, `{"provider_name":"Cloudflare","raw":"{\"errors\":[{\"message\":\"AiError\"}]}"}`, string(c.Error.Metadata))
		assert.Equal(t, "u", c.UserID)
		assert.Nil(t, c.Choices)
		assert.Nil(t, c.Extra)
	}),
	onCompletion("choice-error", "30 33 V3", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "partial", c.Text())
		assert.Empty(t, c.Choices[0].FinishReason)
		assert.Equal(t, 502, c.Choices[0].Error.Code)
		assert.JSONEq(t, `{"provider_name":"Nebius","raw":{"retryable":true}}`, string(c.Choices[0].Error.Metadata))
		assert.Nil(t, c.Error)
	}),
	onCompletion("choice-error-finish", "29 33", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, openrouter.FinishReasonError, c.Choices[0].FinishReason)
		assert.Zero(t, c.Choices[0].Error.Code)
		assert.Equal(t, `"server_error"`, kit.Kept(c.Choices[0].Error.Extra, "code"))
		assert.Equal(t, "Upstream went away", c.Choices[0].Error.Message)
	}),
	onCompletion("choice-error-tool-calls", "30 33", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "MALFORMED_FUNCTION_CALL", c.Choices[0].NativeFinishReason)
		assert.Equal(t, `{"x":`, c.Choices[0].Message.ToolCalls[0].Function.Arguments)
		assert.JSONEq(t, `{"provider_name":null,"raw":"plain text"}`, string(c.Choices[0].Error.Metadata))
	}),
	onCompletion("null-fields", "32 V4", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Nil(t, c.Choices)
		assert.Empty(t, c.ID)
		assert.Zero(t, c.Created)
		assert.Nil(t, c.Error)
		assert.Nil(t, c.Extra)
	}),
	onCompletion("null-fields-error", "32", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, 504, c.Error.Code)
		assert.Equal(t, "Timed out", c.Error.Message)
		assert.Nil(t, c.Error.Metadata)
		assert.Nil(t, c.Usage)
	}),
	onCompletion("choices-empty", "32", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, []openrouter.Choice{}, c.Choices)
	}),
	onCompletion("error-null", "32", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Nil(t, c.Error)
		assert.Empty(t, c.UserID)
		assert.Equal(t, "ok", c.Text())
	}),
	onCompletion("nested-provider", "32", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Empty(t, c.Provider)
		assert.Nil(t, c.Choices)
		var inner openrouter.ChatCompletion
		require.NoError(t, json.Unmarshal([]byte(kit.Kept(c.Extra, "provider")), &inner))
		assert.Equal(t, "inner", inner.Text())
	}),
	onCompletion("full", "24 34 35", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "anthropic/claude-4.5-haiku-20251001", c.Model)
		assert.Equal(t, "Amazon Bedrock", c.Provider)
		assert.Equal(t, "fp_1", c.SystemFingerprint)
		assert.Equal(t, "default", c.ServiceTier)
		assert.Equal(t, "end_turn", c.Choices[0].NativeFinishReason)
		assert.Equal(t, "Greet.", c.Reasoning())
		assert.Equal(t, [3]int{14, 30, 44}, tokens(c.Usage))
		assert.InDelta(t, 0.0004970133333333333, c.Usage.Cost, 0)
		p := c.Usage.PromptTokensDetails
		assert.Equal(t, [4]int{3, 4, 1, 2}, [4]int{p.CachedTokens, p.CacheWriteTokens, p.AudioTokens, p.VideoTokens})
		d := c.Usage.CompletionTokensDetails
		assert.Equal(t, [5]int{9, 7, 5, 2, 0}, [5]int{d.ReasoningTokens, d.ImageTokens, d.AudioTokens, d.AcceptedPredictionTokens, d.RejectedPredictionTokens})
		cost := c.Usage.CostDetails
		assert.Equal(t, [3]float64{0, 0.000014, 0.00015}, [3]float64{cost.UpstreamInferenceCost, cost.UpstreamInferencePromptCost, cost.UpstreamInferenceCompletionsCost})
		assert.Equal(t, &openrouter.ServerToolUse{ToolCallsRequested: 3, ToolCallsExecuted: 2, WebSearchRequests: 1}, c.Usage.ServerToolUseDetails)
	}),
	onCompletion("fingerprint-null", "28", fingerprintIs("")),
	onCompletion("fingerprint-blank", "28", fingerprintIs("")),
	onCompletion("fingerprint-absent", "28", fingerprintIs("")),
	onCompletion("created-float", "26", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, int64(1759845420), c.Created)
		assert.Equal(t, 0, c.Choices[0].Index)
		assert.Equal(t, [3]int{3, 1, 4}, tokens(c.Usage))
	}),
	onCompletion("created-fraction", "26", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Zero(t, c.Created)
		assert.Equal(t, "1759845420.25", kit.Kept(c.Extra, "created"), "what the field cannot hold is kept")
		assert.Equal(t, [3]int{0, 0, 0}, tokens(c.Usage))
		assert.Equal(t, "1.5", kit.Kept(c.Usage.Extra, "prompt_tokens"))
		assert.InDelta(t, 0.1, c.Usage.Cost, 0, "the nearest float")
	}),
	onCompletion("finish-null", "8", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Empty(t, c.FinishReason())
		assert.Equal(t, "complete", c.Text())
	}),
	onCompletion("empty-content", "8", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Empty(t, c.Text())
		assert.Equal(t, openrouter.Text(""), c.Choices[0].Message.Content)
		assert.Equal(t, [3]int{9, 0, 9}, tokens(c.Usage))
	}),
	onCompletion("usage-null", "7", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Nil(t, c.Usage)
	}),
	onCompletion("usage-null-details", "7", func(t *testing.T, c *openrouter.ChatCompletion) {
		u := c.Usage
		assert.Equal(t, [3]int{1, 1, 2}, tokens(u))
		assert.Nil(t, u.PromptTokensDetails)
		assert.Nil(t, u.CompletionTokensDetails)
		assert.Nil(t, u.CostDetails)
		assert.Nil(t, u.ServerToolUseDetails)
		assert.Nil(t, u.Extra)
	}),
	onCompletion("usage-cached", "27", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Zero(t, c.Usage.Cost)
		assert.Equal(t, 0, c.Usage.PromptTokensDetails.CachedTokens)
		assert.NotNil(t, c.Usage.CompletionTokensDetails)
		assert.NotNil(t, c.Usage.CostDetails)
		assert.NotNil(t, c.Usage.ServerToolUseDetails)
	}),
	onCompletion("usage-guides", "27 35", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.True(t, c.Usage.IsBYOK)
		assert.InDelta(t, 0.0123, c.Usage.CostDetails.UpstreamInferenceCost, 0)
		assert.Equal(t, &openrouter.ServerToolUse{WebSearchRequests: 2}, c.Usage.ServerToolUse)
		assert.InDelta(t, -0.00025, c.Usage.CacheDiscount, 0)
	}),
	onCompletion("metadata", "36", func(t *testing.T, c *openrouter.ChatCompletion) {
		m := c.OpenRouterMetadata
		assert.Equal(t, "openrouter/auto", m.Requested)
		assert.Equal(t, openrouter.RoutingStrategyAuto, m.Strategy)
		assert.Empty(t, m.Region)
		assert.Equal(t, "1 of 2", m.Summary)
		assert.Equal(t, 2, m.Attempt)
		assert.True(t, m.IsBYOK)
		assert.Equal(t, openrouter.RouterEndpoints{Total: 2, Available: []openrouter.RouterEndpoint{
			{Provider: "OpenAI", Model: "openai/gpt-5.2", Selected: true}, {Provider: "Azure", Model: "openai/gpt-5.2"},
		}}, m.Endpoints)
		assert.Equal(t, "v1", m.Params.VersionGroup)
		assert.InDelta(t, 0.5, m.Params.QualityFloor, 0)
		assert.JSONEq(t, `{"x":[1]}`, kit.Kept(m.Params.Extra, "deep"))
		assert.Equal(t, []openrouter.RouterAttempt{
			{Provider: "Azure", Model: "openai/gpt-5.2", Status: 503}, {Provider: "OpenAI", Model: "openai/gpt-5.2", Status: 200},
		}, m.Attempts)
		s := m.Pipeline[0]
		assert.Equal(t, openrouter.PipelineStageTypeGuardrail, s.Type)
		assert.Equal(t, []string{"pii", "g1", "org", "clean"}, []string{s.Name, s.GuardrailID, s.GuardrailScope, s.Summary})
		assert.JSONEq(t, `{"hits":0}`, string(s.Data))
		assert.InDelta(t, 0.02, m.Pipeline[1].CostUSD, 0)
		assert.Equal(t, openrouter.PipelineStageType("tomorrow"), m.Pipeline[2].Type)
		assert.Equal(t, `["a"]`, kit.Kept(m.Extra, "experiments"))
	}),
	onCompletion("unknown-enums", "36", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "provisioned", c.ServiceTier)
		assert.Equal(t, openrouter.FinishReason("guardrail"), c.FinishReason())
		assert.Equal(t, openrouter.Role("critic"), c.Choices[0].Message.Role)
		assert.Equal(t, openrouter.ReasoningFormat("nebula-v9"), c.Choices[0].Message.ReasoningDetails[0].Format)
	}),
	onCompletion("function-call-finish", "36", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, openrouter.FinishReason("function_call"), c.FinishReason())
	}),
	onCompletion("two-choices", "", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, []int{1, 0}, []int{c.Choices[0].Index, c.Choices[1].Index})
		assert.Equal(t, "a", c.Choices[1].Message.Text())
	}),
	onCompletion("wrong-types", "", func(t *testing.T, c *openrouter.ChatCompletion) {
		for name, want := range map[string]string{
			"id": "7", "object": `["chat.completion"]`, "created": `"2025-10-07"`, "model": `{"slug":"m"}`, "provider": `["OpenAI"]`,
			"system_fingerprint": `{"a":1}`, "service_tier": "3", "usage": `"none"`, "openrouter_metadata": "[]",
		} {
			assert.Equal(t, want, kit.Kept(c.Extra, name), name)
		}
		assert.Equal(t, `"just text"`, kit.Kept(c.Choices[0].Extra, "message"))
		assert.Equal(t, `"0"`, kit.Kept(c.Choices[0].Extra, "index"))
		assert.Equal(t, "[]", kit.Kept(c.Choices[0].Extra, "logprobs"))
		m := c.Choices[1].Message
		assert.Nil(t, m.ToolCalls)
		assert.Equal(t, `{"0":{}}`, kit.Kept(m.Extra, "tool_calls"))
		assert.Equal(t, `["r"]`, kit.Kept(m.Extra, "reasoning"))
	}),
	onCompletion("unknown-members", "35", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "null", kit.Kept(c.Extra, "kv_transfer_params"))
		assert.Equal(t, `{"<&>":" spaced  out "}`, kit.Kept(c.Extra, "x"))
		assert.Equal(t, "0.5", kit.Kept(c.Choices[0].Extra, "score"))
		assert.Equal(t, "null", kit.Kept(c.Choices[0].Message.Extra, "mood"))
		assert.Equal(t, "r", c.Choices[0].Message.ReasoningContent)
		assert.Equal(t, "0.01", kit.Kept(c.Usage.Extra, "carbon_grams"))
		assert.Equal(t, 1, c.Usage.PromptTokensDetails.CachedTokens)
	}),
}

func tokens(u *openrouter.Usage) [3]int {
	return [3]int{u.PromptTokens, u.CompletionTokens, u.TotalTokens}
}

func fingerprintIs(want string) func(*testing.T, *openrouter.ChatCompletion) {
	return func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, want, c.SystemFingerprint)
		assert.Empty(t, c.ServiceTier)
		assert.Equal(t, "x", c.Text())
		assert.Nil(t, c.Extra)
	}
}
