package wire_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// onError checks the error that a body with a status becomes.
func onError(file, covers string, status int, check func(*testing.T, *openrouter.APIError)) wireCase {
	return onErrorWith(file, covers, status, nil, check)
}

func onErrorWith(file, covers string, status int, header http.Header, check func(*testing.T, *openrouter.APIError)) wireCase {
	return wireCase{file + ".json", "error", covers, func(t *testing.T, v any) {
		_, err := kit.CreateFrom(t, kit.Answering(status, header, v.([]byte)))
		var e *openrouter.APIError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, status, e.Call().StatusCode)
		check(t, e)
	}}
}

var wireErrorCases = []wireCase{
	onError("error-401", "V5", 401, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 401, e.StatusCode)
		assert.ErrorIs(t, e, openrouter.ErrAuthentication)
		assert.Equal(t, "Missing Authentication header", e.Message)
		assert.False(t, e.Retryable())
	}),
	onErrorWith("error-429-platform", "31 51 V6", 429, http.Header{
		"X-Ratelimit-Limit": {"20"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1759845420000"},
	}, isPlatformLimit),
	onError("error-429-platform", "31", 429, isPlatformLimit), // the body alone says as much
	onError("error-429-availability", "29 V7", 429, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 429, e.StatusCode)
		assert.ErrorIs(t, e, openrouter.ErrRateLimitExceeded)
		assert.Equal(t, 40*time.Second, e.RetryAfter)
		assert.True(t, e.Retryable())
		assert.Equal(t, openrouter.AvailabilityCodeCapacityExhausted, e.Availability.Code)
		assert.Nil(t, e.RateLimit())
	}),
	onErrorWith("error-429-upstream", "30 51", 429, http.Header{"Retry-After": {"7"}}, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, "Chutes", e.Provider)
		assert.Equal(t, "deepseek/deepseek-r1:free is temporarily rate-limited upstream.", e.ProviderError().Message())
		assert.Equal(t, 7*time.Second, e.RetryAfter)
		assert.Nil(t, e.RateLimit(), "a provider's limit, not the service's")
	}),
	onError("error-code-number-string", "29", 402, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 402, e.StatusCode)
		assert.ErrorIs(t, e, openrouter.ErrPaymentRequired)
	}),
	onError("error-code-word", "29 51", 500, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 500, e.StatusCode)
		assert.ErrorIs(t, e, openrouter.ErrServer)
		assert.Empty(t, e.UserID)
	}),
	onError("error-code-null", "29", 524, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 524, e.StatusCode)
		assert.ErrorIs(t, e, openrouter.ErrTimeout)
		assert.True(t, e.Retryable())
		assert.Nil(t, e.Metadata)
	}),
	onError("error-400-raw", "30 48 51", 400, func(t *testing.T, e *openrouter.APIError) {
		assert.ErrorIs(t, e, openrouter.ErrInvalidRequest)
		assert.Equal(t, "OpenAI", e.Provider)
		assert.Equal(t, "Unsupported parameter: 'temperature' is not supported with this model.", e.ProviderError().Message())
		assert.Equal(t, "u", e.UserID)
		assert.False(t, e.Retryable())
	}),
	onError("error-400-max-tokens", "47", 400, func(t *testing.T, e *openrouter.APIError) {
		assert.Contains(t, e.ProviderError().Message(), ">= 16")
	}),
	onError("error-403-moderation", "", 403, func(t *testing.T, e *openrouter.APIError) {
		assert.ErrorIs(t, e, openrouter.ErrContentPolicyViolation)
		m := e.Moderation()
		assert.Equal(t, []string{"violence", "self-harm"}, m.Reasons)
		assert.Equal(t, []string{"an example ... of text", "OpenAI", "openai/gpt-5.2"}, []string{m.FlaggedInput, m.ProviderName, m.ModelSlug})
	}),
	onError("error-403-guardrail", "", 403, func(t *testing.T, e *openrouter.APIError) {
		assert.ErrorIs(t, e, openrouter.ErrPermissionDenied)
		assert.Equal(t, []string{"ignore previous"}, e.Guardrail().Patterns)
		assert.Equal(t, openrouter.PipelineStageTypeGuardrail, e.RouterMetadata.Pipeline[0].Type)
	}),
	onError("error-404-strict", "40", 404, func(t *testing.T, e *openrouter.APIError) {
		assert.ErrorIs(t, e, openrouter.ErrNotFound)
		assert.Equal(t, []string{"require_parameters"}, e.Availability.ExcludedBy)
		assert.Equal(t, []string{}, e.FallbackModels())
		assert.False(t, e.Retryable())
	}),
	onError("error-fallback-history", "30 51", 400, func(t *testing.T, e *openrouter.APIError) {
		p := e.ProviderError()
		assert.Equal(t, "prompt is too long", p.Message())
		assert.Equal(t, "Azure", p.PreviousErrors[0].Provider)
		assert.Equal(t, 429, p.PreviousErrors[0].Status)
		assert.Equal(t, openrouter.PreviousError{Code: 429, Message: "busy"}, p.PreviousErrors[1])
	}),
	onError("error-file-annotations", "", 502, func(t *testing.T, e *openrouter.APIError) {
		assert.ErrorIs(t, e, openrouter.ErrProviderUnavailable)
		files := e.FileAnnotations()
		require.Len(t, files, 1)
		assert.Equal(t, &openrouter.ParsedFile{Hash: "h1", Name: "paper.pdf", Content: openrouter.Text("page")}, files[0].File)
	}),
	onError("error-raw-object", "30", 502, func(t *testing.T, e *openrouter.APIError) {
		assert.Empty(t, e.Provider)
		assert.JSONEq(t, `{"retryable":true}`, string(e.ProviderError().Raw))
	}),
	onError("error-500-masked", "", 500, func(t *testing.T, e *openrouter.APIError) {
		assert.ErrorIs(t, e, openrouter.ErrServer)
		assert.Equal(t, "Internal Server Error", e.Message)
	}),

	// With the status 200.
	onError("completion-error-only", "30 32 51 V2", 200, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 502, e.StatusCode)
		assert.True(t, e.Retryable())
		assert.ErrorIs(t, e, openrouter.ErrProviderUnavailable)
		assert.Equal(t, "Cloudflare", e.Provider)
		assert.Equal(t, "AiError", e.ProviderError().Message())
		assert.Equal(t, "u", e.UserID)
	}),
	onError("completion-choice-error", "30 33 V3", 200, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 502, e.StatusCode)
		assert.Equal(t, "Nebius", e.Provider)
		assert.Equal(t, "partial", e.Partial.Text())
	}),
	onError("completion-choice-error-finish", "29 33", 200, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, "par", e.Partial.Text())
		assert.Equal(t, "Upstream went away", e.Message)
	}),
	onError("completion-choice-error-tool-calls", "33", 200, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 502, e.StatusCode)
		assert.Len(t, e.Partial.Choices[0].Message.ToolCalls, 1)
	}),
	onError("completion-null-fields", "32 V4", 200, isNoAnswer),
	onError("completion-choices-empty", "32", 200, isNoAnswer),
	{"completion-nested-provider.json", "error", "32", func(t *testing.T, v any) { // which is unwrapped instead
		res, err := kit.CreateFrom(t, kit.Answering(200, nil, v.([]byte)))
		require.NoError(t, err)
		assert.Equal(t, "inner", res.Text())
		assert.Equal(t, "gen-1", res.ID)
	}},
	onError("completion-null-fields-error", "32", 200, func(t *testing.T, e *openrouter.APIError) {
		assert.Equal(t, 504, e.StatusCode)
		assert.ErrorIs(t, e, openrouter.ErrTimeout)
		assert.True(t, e.Retryable())
	}),
}

func isPlatformLimit(t *testing.T, e *openrouter.APIError) {
	assert.ErrorIs(t, e, openrouter.ErrRateLimitExceeded)
	assert.Equal(t, "Rate limit exceeded: free-models-per-min. ", e.Message)
	assert.Empty(t, e.Provider)
	assert.Equal(t, "u", e.UserID)
	limit := e.RateLimit()
	require.NotNil(t, limit)
	assert.Equal(t, [2]int{20, 0}, [2]int{limit.Limit, limit.Remaining})
	assert.Equal(t, time.Date(2025, 10, 7, 13, 57, 0, 0, time.UTC), limit.Reset.UTC())
}

func isNoAnswer(t *testing.T, e *openrouter.APIError) {
	assert.True(t, e.Retryable(), "an answer without choices may be one next time")
	assert.NotEmpty(t, e.Body)
}
