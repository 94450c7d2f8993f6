package endpoints_test

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

func TestDoSends(t *testing.T) {
	type credits struct {
		Total float64 `json:"total"`
	}
	for name, test := range map[string]struct {
		method, path string
		in           any
		url, body    string
	}{
		"nothing":    {"GET", "/credits", nil, "https://openrouter.ai/api/v1/credits", ""},
		"query":      {"GET", "/activity?date=2026-01-02&x=%2F..", nil, "https://openrouter.ai/api/v1/activity?date=2026-01-02&x=%2F..", ""},
		"slug":       {"GET", "/model/openai/gpt-4:free", nil, "https://openrouter.ai/api/v1/model/openai/gpt-4:free", ""},
		"escaped":    {"GET", "/keys/a%2Fb%23c", nil, "https://openrouter.ai/api/v1/keys/a%2Fb%23c", ""},
		"struct":     {"POST", "/keys", credits{0.1}, "https://openrouter.ai/api/v1/keys", `{"total":0.1}`},
		"html":       {"POST", "/keys", map[string]string{"name": "<&>"}, "https://openrouter.ai/api/v1/keys", `{"name":"<&>"}`},
		"bytes":      {"PATCH", "/keys/1", []byte(` {"a": 1} `), "https://openrouter.ai/api/v1/keys/1", ` {"a": 1} `},
		"raw":        {"PUT", "/keys/1", json.RawMessage(`[1.50]`), "https://openrouter.ai/api/v1/keys/1", `[1.50]`},
		"delete":     {"DELETE", "/keys/1", nil, "https://openrouter.ai/api/v1/keys/1", ""},
		"scalar":     {"POST", "/x", 7, "https://openrouter.ai/api/v1/x", "7"},
		"own types":  {"POST", "/x", openrouter.UserMessage("hi"), "https://openrouter.ai/api/v1/x", `{"role":"user","content":"hi"}`},
		"typed null": {"POST", "/x", (*credits)(nil), "https://openrouter.ai/api/v1/x", "null"},
	} {
		client, mock := mocked()
		sent := answered(mock, func(req *http.Request) (int, string) {
			assert.Equal(t, test.method, req.Method, name)
			assert.Equal(t, "Bearer "+endpointKey, req.Header.Get("Authorization"))
			body := ""
			if req.Body != nil {
				data, err := io.ReadAll(req.Body)
				require.NoError(t, err)
				body = string(data)
			}
			assert.Equal(t, test.body, body, name)
			contentType := ""
			if test.body != "" {
				contentType = "application/json"
			}
			assert.Equal(t, contentType, req.Header.Get("Content-Type"), name)
			return 200, `{"ok":true}`
		})
		info, err := client.Do(t.Context(), test.method, test.path, test.in, nil)
		require.NoError(t, err, name)
		assert.Equal(t, []string{test.url}, *sent)
		assert.Equal(t, []int{200, 1}, []int{info.StatusCode, info.Attempts})
	}
}

func TestDoDecodes(t *testing.T) {
	do := func(body string, out any) error {
		client, mock := mocked(openrouter.WithMaxRetries(0))
		answered(mock, always(200, body))
		_, err := client.Do(t.Context(), "GET", "/x", nil, out)
		return err
	}
	var object struct{ Data []int }
	require.NoError(t, do(`{"data":[1,2]}`, &object))
	assert.Equal(t, []int{1, 2}, object.Data)
	var anything any
	require.NoError(t, do("\n\n [1] ", &anything))
	assert.Equal(t, []any{1.0}, anything)
	var model openrouter.Model
	require.NoError(t, do(`{"id":"a/b","x":null}`, &model))
	assert.Equal(t, "a/b", model.ID)
	for _, scalar := range []string{`"text"`, `7`, `-1`, `true`, `null`} {
		var raw json.RawMessage
		require.NoError(t, do(" "+scalar+"\n", &raw))
		assert.Equal(t, scalar, string(raw))
	}
	for _, body := range []string{"", " ", "<rss></rss>", "\x00\xff", `{"cut`, `{"error":null}`} {
		got := []byte("before")
		require.NoError(t, do(body, &got), "bytes are not looked at")
		assert.Equal(t, body, string(got))
	}
	require.NoError(t, do("", nil))
	require.NoError(t, do(`{"error":false,"data":1}`, nil))

	var e *openrouter.APIError
	for _, out := range []any{nil, &anything, new([]byte), new(json.RawMessage)} {
		require.ErrorAs(t, do(`{"error":{"code":402,"message":"Pay"}}`, out), &e)
		assert.ErrorIs(t, e, openrouter.ErrPaymentRequired)
		if _, bytes := out.(*[]byte); bytes {
			continue
		}
		require.ErrorAs(t, do("<html>", out), &e)
		var d *openrouter.DecodeError
		require.ErrorAs(t, do(`{"cut`, out), &d)
		assert.Positive(t, d.Offset)
	}
	require.ErrorAs(t, do("", &anything), &e)

	var wrong struct{ Data map[string]int }
	err := do(`{"data":"some prompt"}`, &wrong)
	var d *openrouter.DecodeError
	require.ErrorAs(t, err, &d)
	assert.NotContains(t, err.Error(), "some prompt")
	assert.Equal(t, `{"data":"some prompt"}`, string(d.Body))
	require.ErrorAs(t, do(`[7]`, &model), &d)
	assert.Equal(t, "Model", d.What)
	assert.Equal(t, 200, d.Call().StatusCode)
}

func TestDoRefuses(t *testing.T) {
	client, mock := mocked()
	var out any
	var none *any
	for _, path := range []string{
		"", "credits", "//evil.example/x", "https://openrouter.ai/api/v1/credits", "@evil.example/", ".evil.example", ":80/", "/../admin", "/a/./b",
		"/a/%2e%2E/b", "/a/..%2fb", "/%zz", "/a b", "/a?b=c d", "/a#b", "/a\r\nX: y", "/\x7f", "?a=b",
	} {
		_, err := client.Do(t.Context(), "GET", path, nil, &out)
		isRefused(t, err, "path")
	}
	for _, method := range []string{"", "get", "GET /x", "G\r\n", "ÄH"} {
		_, err := client.Do(t.Context(), method, "/x", nil, &out)
		isRefused(t, err, "method")
	}
	for _, target := range []any{out2{}, 7, none, map[string]any{}, "x"} {
		_, err := client.Do(t.Context(), "GET", "/x", nil, target)
		isRefused(t, err, "out")
	}
	_, err := client.Do(t.Context(), "HEAD", "/x", nil, &out)
	isRefused(t, err, "out")
	for _, method := range []string{"GET", "HEAD"} {
		_, err = client.Do(t.Context(), method, "/x", out2{}, nil)
		isRefused(t, err, "in")
	}
	for _, in := range []any{math.NaN(), make(chan int), []byte("{"), []byte{}, json.RawMessage("x"), json.RawMessage(nil), func() {}, stubborn{}} {
		_, err = client.Do(t.Context(), "POST", "/x", in, nil)
		isRefused(t, err, "in")
		assert.NotContains(t, err.Error(), errQuoting.Error(), "it may be a prompt")
	}
	assert.ErrorIs(t, err, errQuoting)
	_, err = client.Do(t.Context(), "get", "x", math.Inf(1), 7, openrouter.WithMaxRetries(-1))
	isRefused(t, err, "WithMaxRetries", "method", "path", "out", "in")
	assert.Zero(t, mock.GetTotalCallCount())
}

type out2 struct{}

// stubborn is a value whose error quotes what it was about.
type stubborn struct{}

var errQuoting = errors.New("cannot encode the secret text")

func (stubborn) MarshalJSON() ([]byte, error) { return nil, errQuoting }

func isRefused(t *testing.T, err error, fields ...string) {
	t.Helper()
	var e *openrouter.ValidationError
	require.ErrorAs(t, err, &e)
	var got []string
	for _, v := range e.Violations {
		got = append(got, v.Field)
		assert.Empty(t, v.Check, "what cannot be sent cannot be let through")
	}
	assert.Equal(t, fields, got)
}

func TestDoCallInfo(t *testing.T) {
	client, mock := mocked(openrouter.WithMaxRetries(0))
	mock.RegisterNoResponder(httpmock.NewStringResponder(404, `{"error":{"code":404,"message":"No"}}`).
		HeaderSet(http.Header{"X-Generation-Id": {"gen-1"}, "X-Other": {"1"}}))
	info, err := client.Do(t.Context(), "HEAD", "/x", nil, nil)
	assert.ErrorIs(t, err, openrouter.ErrNotFound)
	assert.Equal(t, []any{404, "gen-1", "1", 1}, []any{info.StatusCode, info.GenerationID, info.Header.Get("X-Other"), info.Attempts})

	info, err = client.Do(t.Context(), "x", "/x", nil, nil)
	require.Error(t, err)
	assert.Zero(t, info)
}

func TestDoRepeatsAsThePolicySays(t *testing.T) {
	for _, method := range []string{"GET", "POST", "DELETE"} {
		for policy, want := range map[string]int{"transient": 3, "unprocessed": 1} {
			synctest.Test(t, func(t *testing.T) {
				client, mock := mocked()
				bodies := answered(mock, always(502, `{}`))
				opts := map[string]openrouter.Option{
					"transient": openrouter.WithMaxRetries(2), "unprocessed": openrouter.WithRetryPolicy(openrouter.RetryUnprocessed),
				}
				info, err := client.Do(t.Context(), method, "/x", nil, nil, opts[policy])
				assert.ErrorIs(t, err, openrouter.ErrProviderUnavailable)
				assert.Equal(t, want, info.Attempts)
				assert.Len(t, *bodies, want)
			})
		}
	}
	synctest.Test(t, func(t *testing.T) { // the body goes out whole each time
		client, mock := mocked()
		var bodies []string
		answered(mock, func(req *http.Request) (int, string) {
			data, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			if bodies = append(bodies, string(data)); len(bodies) < 3 {
				return 503, ""
			}
			return 200, "{}"
		})
		_, err := client.Do(t.Context(), "POST", "/x", map[string]int{"a": 1}, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{`{"a":1}`, `{"a":1}`, `{"a":1}`}, bodies)
	})
}
