package wire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

type chunk = openrouter.ChatCompletionChunk

var wireChunkCases = []wireCase{
	onChunk("content", "35", func(t *testing.T, c *chunk) {
		assert.Equal(t, "gen-1", c.ID)
		assert.Equal(t, "chat.completion.chunk", c.Object)
		assert.Equal(t, int64(1759845420), c.Created)
		assert.Equal(t, "openai/gpt-5.2", c.Model)
		assert.Equal(t, "OpenAI", c.Provider)
		assert.Equal(t, "fp_1", c.SystemFingerprint)
		assert.Equal(t, "flex", c.ServiceTier)
		assert.Equal(t, "Hel", c.Text())
		assert.Equal(t, openrouter.RoleAssistant, c.Choices[0].Delta.Role)
		assert.Empty(t, c.Choices[0].FinishReason)
		assert.Nil(t, c.Choices[0].Logprobs)
	}),
	onChunk("content-blank", "17 20", func(t *testing.T, c *chunk) {
		assert.Empty(t, c.Text())
		assert.Equal(t, []openrouter.ReasoningDetail{}, c.Choices[0].Delta.ReasoningDetails)
	}),
	onChunk("content-null", "15 28", func(t *testing.T, c *chunk) {
		assert.Empty(t, c.Text())
		assert.Nil(t, c.Choices[0].Delta.ToolCalls)
		assert.Nil(t, c.Choices[0].Delta.Extra)
		assert.Nil(t, c.Usage)
		assert.Nil(t, c.Extra)
	}),
	onChunk("delta-empty", "17", func(t *testing.T, c *chunk) {
		assert.Equal(t, openrouter.Delta{}, c.Choices[0].Delta)
	}),
	onChunk("delta-missing", "17", func(t *testing.T, c *chunk) {
		assert.Equal(t, openrouter.Delta{}, c.Choices[0].Delta)
		assert.Equal(t, openrouter.FinishReasonStop, c.Choices[0].FinishReason)
	}),
	onChunk("finish", "", func(t *testing.T, c *chunk) {
		assert.Equal(t, openrouter.FinishReasonStop, c.Choices[0].FinishReason)
		assert.Equal(t, "STOP", c.Choices[0].NativeFinishReason)
	}),
	onChunk("usage", "6", func(t *testing.T, c *chunk) {
		assert.Equal(t, [3]int{1, 2, 3}, tokens(c.Usage))
		assert.InDelta(t, 0.1, c.Usage.Cost, 0)
		assert.Len(t, c.Choices, 1)
		assert.NotNil(t, c.Usage.PromptTokensDetails)
	}),
	onChunk("usage-no-choices", "5 27", func(t *testing.T, c *chunk) {
		assert.Equal(t, []openrouter.ChunkChoice{}, c.Choices)
		assert.Equal(t, [3]int{1, 2, 3}, tokens(c.Usage))
		assert.Empty(t, c.Text())
	}),
	onChunk("usage-null", "7", func(t *testing.T, c *chunk) {
		assert.Nil(t, c.Usage)
		assert.Equal(t, "x", c.Text())
	}),
	onChunk("null-choices", "32 S9", func(t *testing.T, c *chunk) {
		assert.Nil(t, c.Choices)
		assert.Nil(t, c.Error)
		assert.Empty(t, c.ID)
		assert.Nil(t, c.Extra)
	}),
	onChunk("debug", "5 S10", func(t *testing.T, c *chunk) {
		assert.Empty(t, c.Choices)
		assert.JSONEq(t, `{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,"top_k":null}`, string(c.Debug.EchoUpstreamBody))
	}),
	onChunk("debug-text", "5", func(t *testing.T, c *chunk) {
		assert.Equal(t, `"not an object"`, string(c.Debug.EchoUpstreamBody))
	}),
	onChunk("error", "4", func(t *testing.T, c *chunk) {
		assert.Equal(t, 502, c.Error.Code)
		assert.Equal(t, "Provider disconnected", c.Error.Message)
		assert.JSONEq(t, `{"error_type":"provider_unavailable","provider_code":"overloaded"}`, string(c.Error.Metadata))
		assert.Equal(t, openrouter.FinishReasonError, c.Choices[0].FinishReason)
	}),
	onChunk("error-usage", "4 49 S3", func(t *testing.T, c *chunk) {
		assert.Equal(t, 400, c.Error.Code)
		assert.Empty(t, c.Choices[0].FinishReason)
		assert.Equal(t, [3]int{43, 10, 53}, tokens(c.Usage))
		assert.Equal(t, 11, c.Usage.CompletionTokensDetails.ReasoningTokens)
	}),
	onChunk("error-stop", "4 30", func(t *testing.T, c *chunk) {
		assert.Equal(t, openrouter.FinishReasonStop, c.Choices[0].FinishReason)
		assert.Equal(t, "MALFORMED_FUNCTION_CALL", c.Choices[0].NativeFinishReason)
		assert.Equal(t, 502, c.Error.Code)
	}),
	onChunk("error-bare", "3 51 S2", func(t *testing.T, c *chunk) {
		assert.Equal(t, 502, c.Error.Code)
		assert.Equal(t, "u", c.UserID)
		assert.Nil(t, c.Choices)
	}),
	onChunk("error-string-code", "29", func(t *testing.T, c *chunk) {
		assert.Zero(t, c.Error.Code)
		assert.Equal(t, `"server_error"`, kit.Kept(c.Error.Extra, "code"))
		assert.Empty(t, c.Error.Type)
		assert.Len(t, c.Error.Extra, 1)
	}),
	onChunk("error-null-code", "29 32", func(t *testing.T, c *chunk) {
		assert.Zero(t, c.Error.Code)
		assert.Nil(t, c.Error.Extra)
		assert.Equal(t, "overloaded", c.Error.Type)
		assert.Equal(t, "model", c.Error.Param)
		assert.Nil(t, c.Choices)
	}),
	onChunk("error-availability", "29", func(t *testing.T, c *chunk) {
		assert.Equal(t, 429, c.Error.HTTPStatus)
		assert.Equal(t, openrouter.ErrRateLimitExceeded, c.Error.ErrorType)
		a := c.Error.Availability
		assert.Equal(t, openrouter.AvailabilityCodeCapacityExhausted, a.Code)
		assert.True(t, a.Retryable)
		assert.Zero(t, a.RetryAfter)
		assert.Equal(t, []string{"a/b"}, a.RequestedModels)
		assert.Nil(t, a.AffectedProviders)
		assert.Equal(t, []string{"max_price"}, a.ExcludedBy)
		assert.Equal(t, []string{"c/d"}, a.FallbackModels)
		assert.Equal(t, &openrouter.AvailabilityConstraint{Field: "provider.max_price", Detail: "too low"}, a.Constraint)
		assert.Equal(t, "x", a.DocsURL)
		assert.Nil(t, a.Extra)
	}),
	onChunk("choice-error", "33", func(t *testing.T, c *chunk) {
		assert.Equal(t, 503, c.Choices[0].Error.Code)
		assert.Equal(t, "a", c.Text())
	}),
	onChunk("reasoning", "18 19 24 S6 S7", func(t *testing.T, c *chunk) {
		assert.Equal(t, "A", c.Reasoning())
		d := c.Choices[0].Delta.ReasoningDetails
		assert.Equal(t, []string{"A", ""}, []string{d[0].Text, d[0].Signature})
		assert.Equal(t, "S", d[1].Summary)
		assert.Equal(t, []*int{new(0), new(0)}, []*int{d[0].Index, d[1].Index})
	}),
	onChunk("reasoning-signature", "19", func(t *testing.T, c *chunk) {
		assert.Equal(t, openrouter.ReasoningDetail{
			Type: openrouter.ReasoningDetailTypeText, Signature: "SIG", Format: openrouter.ReasoningFormatAnthropicClaudeV1, Index: new(0),
		}, c.Choices[0].Delta.ReasoningDetails[0])
	}),
	onChunk("tool-first", "14", func(t *testing.T, c *chunk) {
		call := c.Choices[0].Delta.ToolCalls[0]
		assert.Equal(t, new(0), call.Index)
		assert.Equal(t, []string{"call_1", "function", "f", ""}, []string{call.ID, call.Type, call.Function.Name, call.Function.Arguments})
	}),
	onChunk("tool-later", "10 12 S5", func(t *testing.T, c *chunk) {
		calls := c.Choices[0].Delta.ToolCalls
		require.Len(t, calls, 8)
		arguments := ""
		for _, call := range calls[:7] {
			assert.Empty(t, call.ID)
			assert.Empty(t, call.Function.Name)
			assert.Nil(t, call.Extra)
			assert.Nil(t, call.Function.Extra)
			arguments += call.Function.Arguments
		}
		assert.Equal(t, `{"x":1} `, arguments)
		assert.Nil(t, calls[6].Index)
		assert.Equal(t, "g", calls[7].Function.Name)
		assert.Equal(t, new(1), calls[7].Index)
	}),
	onChunk("images", "35", func(t *testing.T, c *chunk) {
		assert.Len(t, c.Choices[0].Delta.Images, 2)
		assert.Equal(t, "data:image/png;base64,BB==", c.Choices[0].Delta.Images[1].ImageURL.URL)
		assert.Equal(t, new(1), c.Choices[0].Delta.Images[1].Index)
	}),
	onChunk("audio", "50", func(t *testing.T, c *chunk) {
		assert.Equal(t, &openrouter.Audio{ID: "audio_1", Data: "AAA", Transcript: "he", ExpiresAt: 4102444800}, c.Choices[0].Delta.Audio)
	}),
	onChunk("annotations", "35 42", func(t *testing.T, c *chunk) {
		a := c.Choices[0].Delta.Annotations[0]
		assert.Equal(t, openrouter.AnnotationTypeURLCitation, a.Type)
		assert.Equal(t, "https://example.com", a.URLCitation.URL)
		assert.Zero(t, a.URLCitation.EndIndex)
	}),
	onChunk("logprobs", "", func(t *testing.T, c *chunk) {
		l := c.Choices[0].Logprobs
		assert.Equal(t, []openrouter.TokenLogprob{{Token: "Hi", Logprob: -0.5, Bytes: []int{72, 105}, TopLogprobs: []openrouter.TopLogprob{}}}, l.Content)
		assert.Nil(t, l.Refusal)
	}),
	onChunk("logprobs-legacy", "25", func(t *testing.T, c *chunk) {
		assert.Nil(t, c.Choices[0].Logprobs.Content)
		assert.Len(t, c.Choices[0].Logprobs.Extra, 4)
		assert.Equal(t, "-0.25", kit.Kept(c.Choices[1].Extra, "logprobs"))
	}),
	onChunk("metadata", "", func(t *testing.T, c *chunk) {
		assert.Equal(t, openrouter.RoutingStrategyDirect, c.OpenRouterMetadata.Strategy)
		assert.Equal(t, "iad", c.OpenRouterMetadata.Region)
		assert.Equal(t, openrouter.RouterEndpoints{Total: 1, Available: []openrouter.RouterEndpoint{}}, c.OpenRouterMetadata.Endpoints)
	}),
	onChunk("unknown-members", "35 36", func(t *testing.T, c *chunk) {
		assert.Equal(t, "r", c.Choices[0].Delta.ReasoningContent)
		assert.Equal(t, "[1,2]", kit.Kept(c.Choices[0].Delta.Extra, "token_ids"))
		assert.Equal(t, `"eos"`, kit.Kept(c.Choices[0].Extra, "stop_reason"))
		assert.Equal(t, openrouter.FinishReason("pondering"), c.Choices[0].FinishReason)
		assert.Equal(t, `{"id":"r1"}`, kit.Kept(c.Extra, "x_groq"))
	}),
}
