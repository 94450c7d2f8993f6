package endpoints_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

type endpointCall = func(*testing.T, *openrouter.Client, ...openrouter.Option) (openrouter.CallInfo, error)

func TestEndpointsReportTheServicesErrors(t *testing.T) {
	statuses := map[int]error{
		400: openrouter.ErrInvalidRequest, 401: openrouter.ErrAuthentication, 402: openrouter.ErrPaymentRequired,
		403: openrouter.ErrPermissionDenied, 404: openrouter.ErrNotFound, 429: openrouter.ErrRateLimitExceeded, 500: openrouter.ErrServer,
		502: openrouter.ErrProviderUnavailable, 524: openrouter.ErrTimeout, 529: openrouter.ErrProviderOverloaded,
	}
	eachEndpointCall(t, func(t *testing.T, _ string, call endpointCall) {
		for status, want := range statuses {
			client, mock := mocked(openrouter.WithMaxRetries(0))
			answered(mock, always(status, `{"error":{"message":"No, `+endpointKey+`"}}`))
			_, err := call(t, client)
			var e *openrouter.APIError
			require.ErrorAs(t, err, &e)
			assert.ErrorIs(t, err, want)
			assert.Equal(t, status, e.StatusCode)
			assert.Equal(t, 1, e.Call().Attempts)
			assert.NotContains(t, string(e.Body)+e.Message+err.Error(), endpointKey)
		}
	})
}

func TestEndpointsBrokenAnswers(t *testing.T) {
	isAPIError := func(message string) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			var e *openrouter.APIError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, 200, e.Call().StatusCode)
			assert.Contains(t, e.Message, message)
			assert.NotContains(t, string(e.Body), endpointKey)
			assert.Equal(t, 1, e.Call().Attempts)
		}
	}
	isDecodeError := func(t *testing.T, err error) {
		var e *openrouter.DecodeError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, 200, e.Call().StatusCode)
		assert.NotEmpty(t, e.Body)
		assert.NotContains(t, err.Error(), "secret text")
	}
	tests := map[string]func(*testing.T, error){
		"":                             isAPIError("the answer is empty"),
		" \n":                          isAPIError("the answer is empty"),
		"<html>" + endpointKey:         isAPIError("the answer is HTML, not JSON"),
		"upstream gone":                isAPIError("the answer is not JSON"),
		`{"data":[{"id":"secret text"`: isDecodeError,
		`{"data":[]} secret text`:      isDecodeError,
		`["secret text"]`:              isDecodeError,
		`{"error":{"code":502,"message":"Gone"}}`:                           isAPIError("Gone"),
		" \n\n" + `{"error":{"code":502,"message":"Gone"}}`:                 isAPIError("Gone"),
		`{"error":{"code":502,"message":"Gone"},"data":[],"total_count":1}`: isAPIError("Gone"),
		`{"error":"Gone"}`: isAPIError("Gone"),
	}
	eachEndpointCall(t, func(t *testing.T, _ string, call endpointCall) {
		for body, check := range tests {
			client, mock := mocked(openrouter.WithMaxRetries(0))
			answered(mock, always(200, body))
			_, err := call(t, client)
			require.Error(t, err, "%s", body)
			check(t, err)
		}
	})
	for name := range endpointCalls {
		if name == "do" {
			continue
		}
		for body, message := range map[string]string{
			`{}`: "the answer has no data", `{"data":null}`: "the answer has no data", `{"data":7}`: "the answer has no data",
			`{"message":"moved"}`: "moved", `{"error":null}`: "the answer has no data", `{"error":""}`: "",
		} {
			client, mock := mocked(openrouter.WithMaxRetries(0))
			answered(mock, always(200, body))
			_, err := endpointCalls[name](t, client)
			isAPIError(message)(t, err)
		}
	}
}

func TestEndpointsRepeatAttempts(t *testing.T) {
	eachEndpointCall(t, func(t *testing.T, good string, call endpointCall) {
		for name, first := range map[string]httpmock.Responder{
			"status":     httpmock.NewStringResponder(503, `{"error":{"code":503,"message":"Busy"}}`),
			"connection": httpmock.NewErrorResponder(io.ErrUnexpectedEOF),
			"body":       httpmock.NewStringResponder(200, `{"error":{"code":502,"message":"Gone"}}`),
		} {
			synctest.Test(t, func(t *testing.T) {
				client, mock := mocked()
				mock.RegisterNoResponder(first.Then(httpmock.NewStringResponder(200, good)))
				info, err := call(t, client)
				require.NoError(t, err, name)
				assert.Equal(t, 2, info.Attempts, name)
				assert.Equal(t, 2, mock.GetTotalCallCount(), name)
				assert.Equal(t, 200, info.StatusCode, name)
			})
		}
	})
}

func TestEndpointsEndWithTheirContextAndLimits(t *testing.T) {
	eachEndpointCall(t, func(t *testing.T, good string, call endpointCall) {
		client, mock := mocked()
		mock.RegisterNoResponder(httpmock.NewStringResponder(200, good+strings.Repeat(" ", 100)))
		_, err := call(t, client, openrouter.WithMaxBodySize(50), openrouter.WithMaxRetries(0))
		assert.ErrorIs(t, err, openrouter.ErrTooLarge)

		synctest.Test(t, func(t *testing.T) {
			client, mock := mocked()
			mock.RegisterNoResponder(httpmock.NewStringResponder(200, good).Delay(time.Hour))
			_, err := call(t, client, openrouter.WithTimeout(time.Minute))
			assert.ErrorIs(t, err, openrouter.ErrAttemptTimeout)
			time.Sleep(2 * time.Hour) // the mock's own goroutine
		})
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	client, _ := mocked()
	_, err := client.Generations.Get(ctx, "gen-1")
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "enough")
}

func TestEndpointsTakeOptions(t *testing.T) {
	eachEndpointCall(t, func(t *testing.T, good string, call endpointCall) {
		client, mock := mocked(openrouter.WithHeader("X-Team", "a"))
		var header http.Header
		answered(mock, func(req *http.Request) (int, string) {
			header = req.Header.Clone()
			assert.Equal(t, req.Method == http.MethodPost, req.Body != nil && req.Body != http.NoBody)
			return 200, good
		})
		_, err := call(t, client, openrouter.WithAPIKey("sk-tenant"), openrouter.WithApp("https://example.com", "Example"))
		require.NoError(t, err)
		assert.Equal(t, "Bearer sk-tenant", header.Get("Authorization"))
		assert.Equal(t, "application/json", header.Get("Accept"))
		assert.Contains(t, []string{"", "application/json"}, header.Get("Content-Type"))
		assert.Equal(t, []string{"a", "https://example.com", "Example"}, []string{header.Get("X-Team"), header.Get("HTTP-Referer"), header.Get("X-OpenRouter-Title")})

		mock.ZeroCallCounters()
		_, err = call(t, client, openrouter.WithAPIKey(""))
		assert.ErrorIs(t, err, openrouter.ErrMissingAPIKey)
		_, err = call(t, client, openrouter.WithMaxRetries(-1))
		var v *openrouter.ValidationError
		require.ErrorAs(t, err, &v)
		assert.Equal(t, "WithMaxRetries", v.Violations[0].Field)
		assert.Zero(t, mock.GetTotalCallCount())
	})
}
