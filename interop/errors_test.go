package interop_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// failures are the errors of both ways to an answer that does not come.
func failures(t *testing.T, c *openrouter.Client, req *openrouter.ChatCompletionRequest) map[string]error {
	t.Helper()
	res, created := c.Chat.Create(bounded(t), req)
	require.Error(t, created)
	assert.Nil(t, res)
	stream, streamed := c.Chat.Stream(bounded(t), req)
	require.Error(t, streamed)
	assert.Nil(t, stream)
	return map[string]error{"created": created, "streamed": streamed}
}

func requireAPIError(t *testing.T, err error) *openrouter.APIError {
	t.Helper()
	e, ok := errors.AsType[*openrouter.APIError](err)
	require.True(t, ok, "%T: %v", err, err)
	return e
}

func wrongKey(t *testing.T, s server, p say) {
	const key = "sk-or-v1-wrong"
	c := s.client(openrouter.WithAPIKey(key), openrouter.WithMaxRetries(2))
	if _, err := c.Chat.Create(bounded(t), s.ask(p.prompt)); err == nil {
		t.Skip("the server does not check keys")
	}
	var e *openrouter.APIError
	for way, err := range failures(t, c, s.ask(p.prompt)) {
		e = requireAPIError(t, err)
		assert.Equal(t, 401, e.StatusCode, way)
		assert.ErrorIs(t, err, openrouter.ErrAuthentication, way)
		assert.Equal(t, 1, e.Call().Attempts, way)
		assert.NotContains(t, err.Error(), key, way)
	}
	t.Logf("refused, not repeated: %v", e)
}

// refused is a status that tells why. The library repeats it where that can help.
func refused(status int, kind openrouter.ErrorType) func(*testing.T, server, say) {
	return func(t *testing.T, s server, p say) {
		var e *openrouter.APIError
		for way, err := range failures(t, s.client(openrouter.WithMaxRetries(1)), s.ask(p.prompt)) {
			e = requireAPIError(t, err)
			assert.Equal(t, status, e.Call().StatusCode, way)
			assert.Equal(t, status, e.StatusCode, way)
			assert.ErrorIs(t, err, kind, way)
			assert.NotEmpty(t, e.Message, way)
			assert.NotContains(t, err.Error(), p.prompt, way)
			attempts := 1
			if e.Retryable() {
				attempts = 2
			}
			assert.Equal(t, attempts, e.Call().Attempts, way)
		}
		assert.Equal(t, status == 408 || status == 502, e.Retryable())
		switch status {
		case 403:
			require.NotNil(t, e.Moderation())
			assert.Equal(t, []string{"violence"}, e.Moderation().Reasons)
		case 502:
			require.NotNil(t, e.ProviderError())
			assert.Equal(t, "upstream exploded", e.ProviderError().Message())
			assert.Equal(t, "Together", e.Provider)
		}
		t.Logf("%d attempts: %v", e.Call().Attempts, e)
	}
}

// rateLimited asks for a longer wait than the client is willing to make.
func rateLimited(t *testing.T, s server, p say) {
	c := s.client(openrouter.WithMaxRetries(2), openrouter.WithMaxRetryWait(time.Second, time.Second))
	var e *openrouter.APIError
	for way, err := range failures(t, c, s.ask(p.prompt)) {
		e = requireAPIError(t, err)
		assert.Equal(t, 429, e.StatusCode, way)
		assert.ErrorIs(t, err, openrouter.ErrRateLimitExceeded, way)
		assert.Equal(t, 2*time.Second, e.RetryAfter, way)
		assert.Equal(t, 1, e.Call().Attempts, way)
		require.NotNil(t, e.RateLimit(), way)
		assert.Equal(t, 20, e.RateLimit().Limit, way)
	}
	t.Logf("returned at once, the wait being longer than allowed: %v", e)
}

func promptTooLong(t *testing.T, s server, p say) {
	var e *openrouter.APIError
	for way, err := range failures(t, s.client(openrouter.WithMaxRetries(2)), s.ask(strings.Repeat(p.prompt+" ", 6000))) {
		e = requireAPIError(t, err)
		assert.Equal(t, 400, e.StatusCode, way)
		assert.ErrorIs(t, err, openrouter.ErrInvalidRequest, way)
		assert.Equal(t, 1, e.Call().Attempts, way)
		assert.NotContains(t, err.Error(), p.prompt, way)
	}
	t.Logf("refused before the stream, not repeated: %v", e)
}

// contextOverflow writes until the context is full. Servers either say length
// or report an error; neither may look like an answer that the model ended.
func contextOverflow(t *testing.T, s server, p say) {
	stream, err := s.client().Chat.Stream(bounded(t), s.ask(p.prompt))
	require.NoError(t, err)
	text, chunks, err := read(stream, nil)
	assert.Contains(t, text, p.want)
	assert.Equal(t, text, stream.Response().Text())
	if err == nil {
		assert.Equal(t, openrouter.FinishReasonLength, stream.Response().FinishReason())
		t.Logf("%d chunks, then finish reason length and the end mark", chunks)
		return
	}
	e := requireAPIError(t, err)
	assert.Equal(t, text, e.Partial.Text())
	t.Logf("%d chunks, then %v", chunks, e)
}

// contextOverflowMidStream has two choices fill the context that they share.
func contextOverflowMidStream(t *testing.T, s server, p say) {
	s.url = startLlama(t, 1024).url
	req := s.ask(p.prompt)
	req.N = new(2)
	stream, err := s.client(openrouter.WithMaxRetries(2)).Chat.Stream(bounded(t), req)
	require.NoError(t, err)
	_, chunks, err := read(stream, nil)
	require.Error(t, err)
	e := requireAPIError(t, err)
	assert.Equal(t, 200, e.Call().StatusCode)
	assert.Equal(t, 500, e.StatusCode)
	assert.Equal(t, 1, e.Call().Attempts)
	require.NotNil(t, e.Partial)
	require.Len(t, e.Partial.Choices, 2)
	for _, choice := range e.Partial.Choices {
		assert.Contains(t, choice.Message.Text(), p.want)
		assert.Equal(t, openrouter.FinishReasonError, choice.FinishReason)
	}
	t.Logf("%d chunks of two choices, then an error event, no end mark, not repeated: %v", chunks, e)
}

// broken is a stream that breaks off.
func broken(t *testing.T, s server, p say) {
	stream, err := s.client(openrouter.WithMaxRetries(2)).Chat.Stream(bounded(t), s.ask(p.prompt))
	require.NoError(t, err)
	text, chunks, err := read(stream, nil)
	requireBroken(t, err, text)
	assert.ErrorIs(t, err, openrouter.ErrStreamTruncated)
	assert.True(t, strings.HasPrefix(p.want, text) || strings.HasPrefix(text, p.want), text)
	assert.Equal(t, 1, stream.Call().Attempts)
	t.Logf("%d chunks with the text %q, then %v", chunks, text, err)
}

// requireBroken requires the error of a stream that broke off after that text.
func requireBroken(t *testing.T, err error, text string) {
	t.Helper()
	require.Error(t, err)
	e, ok := errors.AsType[*openrouter.StreamError](err)
	require.True(t, ok, "%T: %v", err, err)
	require.Equal(t, text, e.Partial.Text())
}

func malformed(t *testing.T, s server, p say) {
	errs := failures(t, s.client(openrouter.WithMaxRetries(2)), s.ask(p.prompt))
	for way, err := range errs {
		e, ok := errors.AsType[*openrouter.DecodeError](err)
		require.True(t, ok, "%s: %T: %v", way, err, err)
		assert.Contains(t, string(e.Body), "malformed", way)
		assert.Equal(t, 200, e.Call().StatusCode, way)
		assert.Equal(t, 1, e.Call().Attempts, way)
	}
	t.Logf("status 200, not repeated: %v", errs["streamed"])
}

// hangup is a connection that closes in the place of a response.
func hangup(t *testing.T, s server, p say) {
	errs := failures(t, s.client(openrouter.WithMaxRetries(1)), s.ask(p.prompt))
	for way, err := range errs {
		e, ok := errors.AsType[*openrouter.ConnectionError](err)
		require.True(t, ok, "%s: %T: %v", way, err, err)
		assert.Equal(t, 2, e.Call().Attempts, way)
	}
	t.Logf("no response, 2 attempts: %v", errs["streamed"])
}
