package openroutertest_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestErrorIsTheSameForStreams(t *testing.T) {
	reply := openroutertest.Error(http.StatusTooManyRequests, openrouter.ErrRateLimitExceeded, "Slow", "down").RetryAfter(1500 * time.Millisecond)
	bothWays(t, reply, func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		require.ErrorIs(t, err, openrouter.ErrRateLimitExceeded)
		e := apiError(t, err)
		assert.Equal(t, http.StatusTooManyRequests, e.StatusCode)
		assert.Equal(t, http.StatusTooManyRequests, e.StatusCode)
		assert.Equal(t, "Slow down", e.Message)
		assert.Equal(t, 2*time.Second, e.RetryAfter)
		assert.Equal(t, "user_fake", e.UserID)
		assert.Empty(t, e.Call().GenerationID)
	})
}

// What can be said about a failure, as bytes.
func TestErrorBodies(t *testing.T) {
	reset := time.UnixMilli(1759845420000)
	for _, row := range []struct {
		name   string
		reply  openroutertest.Reply
		want   string
		header map[string]string
	}{
		{"default message", openroutertest.Error(502, openrouter.ErrProviderUnavailable),
			`{"error":{"code":502,"message":"Bad Gateway","metadata":{"error_type":"provider_unavailable"}},"user_id":"user_fake"}`, nil},
		{"status without a name", openroutertest.Error(529, ""), `{"error":{"code":529,"message":"Provider returned error"},"user_id":"user_fake"}`, nil},
		{"no account", openroutertest.Error(500, "", "x").UserID(""), `{"error":{"code":500,"message":"x"}}`, nil},
		{"text code", openroutertest.Error(500, "", "x").ErrorCode("server_error").UserID(""), `{"error":{"code":"server_error","message":"x"}}`, nil},
		{"null code", openroutertest.Error(500, "", "x").ErrorCode(nil).UserID(""), `{"error":{"code":null,"message":"x"}}`, nil},
		{"metadata", openroutertest.Error(502, openrouter.ErrServer, "x").UserID("").Metadata(map[string]any{"provider_name": nil, "raw": json.RawMessage(`{"retryable":true}`)}),
			`{"error":{"code":502,"message":"x","metadata":{"provider_name":null,"raw":{"retryable":true}}}}`, nil},
		{"null metadata", openroutertest.Error(502, openrouter.ErrServer, "x").UserID("").Metadata(nil), `{"error":{"code":502,"message":"x","metadata":null}}`, nil},
		{"rate limit", openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "x").UserID("u").RateLimit(20, 0, reset),
			`{"error":{"code":429,"message":"x","metadata":{"provider_name":null,"headers":{
				"X-RateLimit-Limit":"20","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1759845420000"}}},"user_id":"u"}`,
			map[string]string{"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1759845420000"}},
		{"availability", openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "at capacity").UserID("").Availability(openrouter.Availability{
			Code: openrouter.AvailabilityCodeCapacityExhausted, Retryable: true, RetryAfter: 40, RequestedModels: []string{"a/b"}, DocsURL: "x"}),
			`{"error":{"message":"at capacity","error_type":"rate_limit_exceeded","http_status":429,"availability":
				{"code":"capacity_exhausted","retryable":true,"retry_after":40,"requested_models":["a/b"],"docs_url":"x"}}}`,
			map[string]string{"Retry-After": "40"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			srv := openroutertest.NewServer(t, row.reply.Times(2))
			for _, ask := range []string{ask1, ask1stream} {
				res, body := post(t, srv.URL+"/chat/completions", ask)
				assert.JSONEq(t, row.want, body)
				assert.Equal(t, "application/json", res.Header.Get("Content-Type"))
				for name, value := range row.header {
					assert.Equal(t, value, res.Header.Get(name))
				}
			}
		})
	}
}

// The same failure with the status 200 is one, too.
func TestErrorWithStatus200(t *testing.T) {
	bothWays(t, openroutertest.Error(502, openrouter.ErrProviderUnavailable).Status(200), func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		require.ErrorIs(t, err, openrouter.ErrProviderUnavailable)
		assert.Equal(t, 200, apiError(t, err).Call().StatusCode)
		assert.Equal(t, 502, apiError(t, err).StatusCode)
		assert.Equal(t, "gen-fake-1", apiError(t, err).Call().GenerationID)
	})
}

func TestNoChoices(t *testing.T) {
	bothWays(t, openroutertest.NoChoices(), func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		assert.Equal(t, 200, apiError(t, err).StatusCode)
	})
}

// Each shape is the failure it stands for, with what had been written.
func TestMidStreamErrorShapes(t *testing.T) {
	const (
		before  = `{"index":0,"delta":{"role":"assistant","content":"par"},"logprobs":null,"finish_reason":null,"native_finish_reason":null}`
		failure = `{"code":502,"message":"boom","metadata":{"error_type":"provider_unavailable"}}`
		nulls   = `"id":null,"object":null,"created":null,"model":null,"choices":null,`
		usage   = `"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3,"cost":0}`
		head    = `"id":"gen-fake-1","provider":"Fake","model":"a/b","created":1767225600,`
		message = `"message":{"role":"assistant","content":"par","refusal":null,"reasoning":null},`
	)
	delta := func(finish string) string {
		return `"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":` + finish + `,"native_finish_reason":` + finish
	}
	chunk := func(rest string) string { return `{` + head + `"object":"chat.completion.chunk",` + rest + `}` }
	whole := func(rest string) string {
		return `{` + head + `"object":"chat.completion","choices":[{"index":0,` + message + `"logprobs":null,` + rest + `,` + usage + `}`
	}
	finish := func(reason string) string { return `"finish_reason":` + reason + `,"native_finish_reason":` + reason }
	bare := `{"error":` + failure + `,"user_id":"user_fake"}`
	for _, row := range []struct {
		name   string
		shape  openroutertest.ErrorShape
		stream []string // behind the first chunk
		whole  string
		text   bool // whether what was written is known in both forms
	}{
		{"chunk", openroutertest.ShapeChunk,
			[]string{chunk(delta(`"error"`) + `}],"error":` + failure)},
			whole(finish(`"error"`) + `,"error":` + failure + `}]`), true},
		{"with usage", openroutertest.ShapeWithUsage,
			[]string{chunk(delta(`null`) + `}],"error":` + failure + `,` + usage), "[DONE]"},
			whole(finish(`null`) + `}],"error":` + failure), true},
		{"before usage", openroutertest.ShapeBeforeUsage,
			[]string{chunk(delta(`"stop"`) + `}],"error":` + failure), chunk(delta(`"stop"`) + `}],` + usage)},
			whole(finish(`"stop"`) + `,"error":` + failure + `}]`), true},
		{"bare", openroutertest.ShapeBare, []string{bare}, bare, false},
		{"choice", openroutertest.ShapeChoice,
			[]string{chunk(delta(`"error"`) + `,"error":` + failure + `}]`), chunk(delta(`"error"`) + `}],` + usage), "[DONE]"},
			whole(finish(`"error"`) + `,"error":` + failure + `}]`), true},
		{"nulls", openroutertest.ShapeNulls,
			[]string{`{` + nulls + `"error":` + failure + `,"user_id":"user_fake"}`}, `{` + nulls + `"error":` + failure + `,"user_id":"user_fake"}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			reply := openroutertest.Text("par").MidStreamError(502, openrouter.ErrProviderUnavailable, "boom").Shape(row.shape)

			srv := openroutertest.NewServer(t, reply)
			_, body := post(t, srv.URL+"/chat/completions", ask1stream)
			data, _ := events(body)
			require.Len(t, data, 1+len(row.stream))
			assert.JSONEq(t, chunk(`"choices":[`+before+`]`), data[0])
			for i, want := range row.stream {
				if want == "[DONE]" {
					assert.Equal(t, want, data[i+1])
					continue
				}
				assert.JSONEq(t, want, data[i+1])
			}

			srv = openroutertest.NewServer(t, reply)
			_, body = post(t, srv.URL+"/chat/completions", ask1)
			assert.JSONEq(t, row.whole, body)

			bothWays(t, reply, func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
				require.ErrorIs(t, err, openrouter.ErrProviderUnavailable)
				e := apiError(t, err)
				assert.Equal(t, 200, e.Call().StatusCode)
				assert.Equal(t, 502, e.StatusCode)
				assert.Equal(t, "boom", e.Message)
				if row.text {
					require.NotNil(t, e.Partial)
					assert.Equal(t, "par", e.Partial.Text())
				}
			})
		})
	}
}

func TestMidStreamErrorFirst(t *testing.T) {
	reply := openroutertest.MidStreamError(503, openrouter.ErrProviderOverloaded).FinishReason("tool_calls")
	bothWays(t, reply, func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		require.ErrorIs(t, err, openrouter.ErrProviderOverloaded)
	})
	srv := openroutertest.NewServer(t, reply)
	_, body := post(t, srv.URL+"/chat/completions", ask1stream)
	assert.Contains(t, body, `"finish_reason":"tool_calls"`)
}

// What is added behind a failure follows it.
func TestBehindAFailure(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("a").MidStreamError(502, "").Text("b").Done())
	_, body := post(t, srv.URL+"/chat/completions", ask1stream)
	data, _ := events(body)
	require.Len(t, data, 4)
	assert.Contains(t, data[2], `"content":"b"`)
	assert.Equal(t, "[DONE]", data[3])
}

// The fake refuses what the service would. This library has checked its requests, unless the call switched that off.
func TestFakeRefusesInvalidRequests(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("hi").Always())
	url := srv.URL + "/chat/completions"
	res, text := post(t, url, `{"temperature":9,"messages":[{"role":"user","content":"hi"},{"role":"tool","content":"x"}]}`)
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
	assert.Contains(t, text, "messages[1].tool_call_id is missing: a tool message must name the call that it answers; temperature is 9, must be between 0 and 2")
	assert.NotContains(t, text, "WithoutValidation")
	res, _ = post(t, url, `{"temperature":1,"stream":false,"messages":[{"role":"user","content":"hi"}]}`)
	assert.Equal(t, http.StatusOK, res.StatusCode)

	req := &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}, Temperature: new(9.0)}
	_, err := srv.Client().Chat.Create(t.Context(), req)
	assert.ErrorContains(t, err, "temperature is 9")
	_, err = srv.Client().Chat.Create(t.Context(), req, openrouter.WithoutValidation("temperature"))
	assert.NoError(t, err)
}
