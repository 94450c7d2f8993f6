package faults_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// withMetadata is the error that a refusal with this metadata becomes.
func withMetadata(t *testing.T, metadata string) *openrouter.APIError {
	_, err := kit.CreateFrom(t, kit.Answering(400, nil, []byte(`{"error":{"code":400,"message":"m","metadata":`+metadata+`}}`)))
	return kit.APIError(t, err)
}

func TestAPIErrorViewsOfOtherMetadata(t *testing.T) {
	for _, metadata := range []string{"null", "{}", `"text"`, "[]", "7", "true", `{"other":1}`} {
		e := withMetadata(t, metadata)
		assert.Nil(t, e.ProviderError(), metadata)
		assert.Nil(t, e.Moderation(), metadata)
		assert.Nil(t, e.Guardrail(), metadata)
		assert.Nil(t, e.RateLimit(), metadata)
		assert.Nil(t, e.FileAnnotations(), metadata)
		assert.Nil(t, e.FallbackModels(), metadata)
	}
}

func TestProviderErrorMessage(t *testing.T) {
	for raw, want := range map[string]string{
		`null`:                                 "",
		`"plain text"`:                         "plain text",
		`" plain text\n"`:                      "plain text",
		`"{\"message\":\"m\"}"`:                "m",
		`"{\"error\":\"m\"}"`:                  "m",
		`"{\"error\":{\"message\":\"m\"}}"`:    "m",
		`"{\"errors\":[{\"message\":\"m\"}]}"`: "m",
		`"[{\"error\":{\"message\":\"m\"}}]"`:  "m",
		`"{\"detail\":\"m\"}"`:                 "m",
		`"{\"details\":\"m\"}"`:                "m",
		`"{\"msg\":\"m\"}"`:                    "m",
		`"\"m\""`:                              "m",
		`{"message":"m"}`:                      "m",
		`{"error":{"message":"m","code":5}}`:   "m",
		`{"detail":[{"msg":"m"}]}`:             "m",
		`{"message":"","error":"m"}`:           "m",
		`{"retryable":true}`:                   "",
		`"{\"retryable\":true}"`:               "",
		`"{broken"`:                            "{broken",
		`[]`:                                   "",
		`7`:                                    "",
		strings.Repeat(`{"error":`, 50) + `"m"` + strings.Repeat("}", 50): "",
	} {
		p := withMetadata(t, `{"provider_name":"P","raw":`+raw+`}`).ProviderError()
		require.NotNil(t, p, raw)
		assert.Equal(t, want, p.Message(), raw)
		assert.Equal(t, "P", p.ProviderName)
	}
}

func TestAPIErrorRateLimit(t *testing.T) {
	reset := time.UnixMilli(1759845420000)
	for name, e := range map[string]*openrouter.APIError{
		"in the headers": func() *openrouter.APIError {
			_, err := kit.CreateFrom(t, kit.Answering(429, http.Header{"X-Ratelimit-Limit": {"20"}, "X-Ratelimit-Remaining": {"3"}, "X-Ratelimit-Reset": {"1759845420000"}}, nil))
			return kit.APIError(t, err)
		}(),
		"in the metadata": withMetadata(t, `{"headers":{"X-RateLimit-Limit":"20","x-ratelimit-remaining":" 3 ","X-RATELIMIT-RESET":"1759845420000"}}`),
	} {
		l := e.RateLimit()
		require.NotNil(t, l, name)
		assert.Equal(t, [2]int{20, 3}, [2]int{l.Limit, l.Remaining}, name)
		assert.True(t, reset.Equal(l.Reset), name)
	}
	assert.Equal(t, &openrouter.RateLimit{Limit: 20}, withMetadata(t, `{"headers":{"X-RateLimit-Limit":"20","X-RateLimit-Reset":"soon"}}`).RateLimit())
}

// hostile are values that would break a line, a log or a terminal.
const hostile = "a\nb\r\nc\td\x00e\x1b[31mf\u2028g\u0085h"

func TestErrorsAreOneLine(t *testing.T) {
	quoted, err := json.Marshal(hostile + strings.Repeat("é", 2000))
	require.NoError(t, err)
	everywhere := strings.NewReplacer("HOSTILE", string(quoted)).Replace
	for _, place := range []struct {
		name string
		do   method
		r    reply
	}{
		{"by status", create, refuses(400, everywhere(`{"error":{"code":400,"message":HOSTILE,"type":HOSTILE,"metadata":{"provider_name":HOSTILE,"error_type":HOSTILE}}}`))},
		{"in a body", create, says200(everywhere(`{"id":HOSTILE,"provider":HOSTILE,"error":{"code":400,"message":HOSTILE}}`))},
		{"as a sentence", create, refuses(400, everywhere(`{"error":HOSTILE}`))},
		{"in an event", stream, of(func(x *exchange) error { x.head(200, "text/event-stream"); return nil },
			event(everywhere(`{"id":HOSTILE,"choices":[]}`)), event(everywhere(`{"error":{"code":400,"message":HOSTILE,"type":HOSTILE}}`)))},
		{"a cut stream", stream, of(func(x *exchange) error { x.head(200, "text/event-stream"); return nil },
			event(everywhere(`{"id":HOSTILE,"choices":[]}`)))},
		{"not JSON", create, says200(everywhere(`{HOSTILE`))},
		{"plain text", create, refuses(500, hostile)},
	} {
		t.Run(place.name, func(t *testing.T) {
			f := fault{name: place.name, do: place.do, on: inNoTime, with: once, server: replies(place.r)}
			f.run(t, func(o outcome) {
				require.Error(o.t, o.err)
				text := o.err.Error()
				for _, r := range text {
					if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 {
						o.t.Errorf("%q has %q", text, r)
						break
					}
				}
				assert.Less(o.t, len(text), 2000)
				assert.True(o.t, strings.HasPrefix(text, "openrouter: "))
			})
		})
	}
}

func TestErrorTexts(t *testing.T) {
	for _, row := range []struct {
		status int
		header http.Header
		body   string
		want   string
	}{
		{429, http.Header{"Retry-After": {"20"}, "X-Generation-Id": {"gen-1"}},
			`{"error":{"code":429,"message":"Slow\n down.","metadata":{"provider_name":"Chutes"}}}`,
			"openrouter: rate_limit_exceeded 429: Slow down. (provider Chutes, generation gen-1, retry in 20s)"},
		{418, nil, "", "openrouter: status 418: I'm a teapot"},
		{599, nil, "", "openrouter: status 599"},
		{502, nil, "<html>", "openrouter: provider_unavailable 502: Bad Gateway"},
		{400, nil, `{"detail":"no such field"}`, "openrouter: invalid_request 400: no such field"},
		{400, nil, `{"message":"no such field"}`, "openrouter: invalid_request 400: no such field"},
		{200, nil, failure(402, "no credits"), "openrouter: payment_required 402: no credits"},
		{200, nil, "", "openrouter: provider_unavailable 200: the answer is empty"},
	} {
		_, err := kit.CreateFrom(t, kit.Answering(row.status, row.header, []byte(row.body)))
		assert.EqualError(t, err, row.want)
		assert.Equal(t, row.want, fmt.Sprintf("%v", err))
		assert.Equal(t, row.want, fmt.Sprintf("%#v", err))
	}
}

// TestEveryErrorTypeMatchesItself goes through the types of the schema.
func TestEveryErrorTypeMatchesItself(t *testing.T) {
	for _, kind := range []openrouter.ErrorType{
		openrouter.ErrContextLengthExceeded, openrouter.ErrMaxTokensExceeded, openrouter.ErrTokenLimitExceeded, openrouter.ErrStringTooLong,
		openrouter.ErrAuthentication, openrouter.ErrPermissionDenied, openrouter.ErrPaymentRequired,
		openrouter.ErrRateLimitExceeded, openrouter.ErrProviderOverloaded, openrouter.ErrProviderUnavailable,
		openrouter.ErrInvalidRequest, openrouter.ErrInvalidPrompt, openrouter.ErrNotFound, openrouter.ErrPreconditionFailed,
		openrouter.ErrPayloadTooLarge, openrouter.ErrUnprocessable, openrouter.ErrContentPolicyViolation, openrouter.ErrRefusal,
		openrouter.ErrInvalidImage, openrouter.ErrImageTooLarge, openrouter.ErrImageTooSmall, openrouter.ErrUnsupportedImageFormat,
		openrouter.ErrImageNotFound, openrouter.ErrImageDownloadFailed, openrouter.ErrServer, openrouter.ErrTimeout, openrouter.ErrUnmapped,
	} {
		e := withMetadata(t, `{"error_type":"`+string(kind)+`"}`)
		assert.ErrorIs(t, e, kind)
		assert.Equal(t, kind == openrouter.ErrInvalidRequest, errors.Is(e, openrouter.ErrInvalidRequest), "%s is not what its status stands for", kind)
		assert.Equal(t, "openrouter: "+string(kind), kind.Error())
	}
}

func TestSentinels(t *testing.T) {
	assert.ErrorIs(t, openrouter.ErrStreamTruncated, io.ErrUnexpectedEOF)
	for _, err := range []error{openrouter.ErrStreamIdle, openrouter.ErrContentTimeout, openrouter.ErrAttemptTimeout} {
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.NotErrorIs(t, err, context.DeadlineExceeded, "that is the caller's own")
	}
	all := []error{openrouter.ErrMissingAPIKey, openrouter.ErrStreamTruncated, openrouter.ErrStreamIdle, openrouter.ErrContentTimeout,
		openrouter.ErrAttemptTimeout, openrouter.ErrTooLarge, openrouter.ErrStreamClosed}
	for i, a := range all {
		assert.True(t, strings.HasPrefix(a.Error(), "openrouter: "), a)
		for _, b := range all[i+1:] {
			assert.NotErrorIs(t, a, b)
			assert.NotErrorIs(t, b, a)
		}
	}
}
