package endpoints_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestAddressesOfEndpoints(t *testing.T) {
	for want, call := range map[string]func(c *openrouter.Client) error{
		"/key":       func(c *openrouter.Client) error { _, err := c.Account.Key(t.Context()); return err },
		"/credits":   func(c *openrouter.Client) error { _, err := c.Account.Credits(t.Context()); return err },
		"/activity":  func(c *openrouter.Client) error { _, err := c.Account.Activity(t.Context(), nil); return err },
		"/providers": func(c *openrouter.Client) error { _, err := c.Providers.List(t.Context()); return err },
		"/activity?api_key_hash=h&date=2026-01-02&group_by=workspace&user_id=u&workspace_id=w&x=1": func(c *openrouter.Client) error {
			_, err := c.Account.Activity(t.Context(), &openrouter.ActivityParams{
				Date: "2026-01-02", APIKeyHash: "h", UserID: "u", GroupBy: openrouter.ActivityByWorkspace, WorkspaceID: "w",
				Extra: url.Values{"x": {"1"}, "date": {"never"}},
			})
			return err
		},
		"/model/openai/gpt-4:free": func(c *openrouter.Client) error { _, err := c.Models.Get(t.Context(), "openai/gpt-4:free"); return err },
		"/model/~openai/gpt-latest": func(c *openrouter.Client) error {
			_, err := c.Models.Get(t.Context(), "~openai/gpt-latest")
			return err
		},
		"/model/a%3F/b%23%20c": func(c *openrouter.Client) error { _, err := c.Models.Get(t.Context(), "a?/b# c"); return err },
		"/models/openai/gpt-4:x/endpoints": func(c *openrouter.Client) error {
			_, err := c.Models.Endpoints(t.Context(), "openai/gpt-4:x")
			return err
		},
		"/endpoints/zdr": func(c *openrouter.Client) error { _, err := c.Models.ZDREndpoints(t.Context()); return err },
		"/models/count":  func(c *openrouter.Client) error { _, err := c.Models.Count(t.Context(), nil); return err },
		"/models/count?output_modalities=image%2Caudio&x=1": func(c *openrouter.Client) error {
			_, err := c.Models.Count(t.Context(), &openrouter.ModelCountParams{
				OutputModalities: []openrouter.Modality{openrouter.ModalityImage, openrouter.ModalityAudio}, Extra: url.Values{"x": {"1"}},
			})
			return err
		},
		"/models/user": func(c *openrouter.Client) error { _, err := c.Models.ListForUser(t.Context(), nil); return err },
		"/models/user?limit=1000&offset=0&x=1": func(c *openrouter.Client) error {
			_, err := c.Models.ListForUser(t.Context(), &openrouter.PageParams{Limit: new(1000), Offset: new(0), Extra: url.Values{"x": {"1"}}})
			return err
		},
		"/generation/content?id=gen-1%26": func(c *openrouter.Client) error { _, err := c.Generations.Content(t.Context(), "gen-1&"); return err },
	} {
		client, mock := mocked()
		sent := answered(mock, func(req *http.Request) (int, string) {
			assert.Equal(t, http.MethodGet, req.Method)
			if list := req.URL.Path; list == "/api/v1/activity" || list == "/api/v1/providers" || list == "/api/v1/models/user" || list == "/api/v1/endpoints/zdr" {
				return 200, `{"data":[]}`
			}
			return 200, `{"data":{"count":3}}`
		})
		require.NoError(t, call(client), want)
		assert.Equal(t, []string{"https://openrouter.ai/api/v1" + want}, *sent)
	}
}

func TestEndpointsRefuse(t *testing.T) {
	client, mock := mocked()
	for _, slug := range []string{"", "gpt-4", "/gpt-4", "openai/", "openai/gpt-4/endpoints", "../key", "a/..", "./a", "/"} {
		_, err := client.Models.Get(t.Context(), slug)
		isRefused(t, err, "slug")
		_, err = client.Models.Endpoints(t.Context(), slug)
		isRefused(t, err, "slug")
	}
	_, err := client.Generations.Content(t.Context(), "")
	isRefused(t, err, "id")
	_, err = client.Models.Get(t.Context(), "gpt-4", openrouter.WithRecordWait(-1), openrouter.WithMaxInputs(0))
	isRefused(t, err, "WithRecordWait", "WithMaxInputs", "slug")

	var v *openrouter.ValidationError
	_, err = client.Models.ListForUser(t.Context(), &openrouter.PageParams{Limit: new(0), Offset: new(-1)})
	require.ErrorAs(t, err, &v)
	assert.EqualError(t, err, `openrouter: limit is 0, must be between 1 and 1000; offset is -1, must be at least 0; WithoutValidation("limit", "offset") sends it anyway`)
	_, err = client.Account.Activity(t.Context(), &openrouter.ActivityParams{Date: "yesterday"})
	require.ErrorAs(t, err, &v)
	assert.Equal(t, "date", v.Violations[0].Check)
	assert.Zero(t, mock.GetTotalCallCount())

	answered(mock, always(200, `{"data":[]}`))
	_, err = client.Account.Activity(t.Context(), &openrouter.ActivityParams{Date: "yesterday"}, openrouter.WithoutValidation("date"))
	require.NoError(t, err)
}

// A refusal for want of a management key says what to do, and is still the service's own error.
func TestManagementKeys(t *testing.T) {
	calls := map[string]func(*openrouter.Client, ...openrouter.Option) error{
		"credits": func(c *openrouter.Client, opts ...openrouter.Option) error {
			_, err := c.Account.Credits(t.Context(), opts...)
			return err
		},
		"activity": func(c *openrouter.Client, opts ...openrouter.Option) error {
			_, err := c.Account.Activity(t.Context(), nil, opts...)
			return err
		},
	}
	const advice = "; this endpoint needs a management key, which you make in the settings of the account and pass with WithAPIKey; " +
		"Account.Key tells what any other key may still spend"
	for name, call := range calls {
		srv := openroutertest.NewServer(t)
		srv.RequireManagementKey("sk-or-manager")
		var log bytes.Buffer
		client := srv.Client(openrouter.WithObserver(openrouter.LogCalls(slog.New(slog.NewTextHandler(&log, nil)))))
		err := call(client)
		assert.Contains(t, log.String(), advice, "observers see it, too")
		require.ErrorIs(t, err, openrouter.ErrPermissionDenied, name)
		assert.EqualError(t, err, "openrouter: permission_denied 403: Only management keys can perform this operation"+advice)
		assert.NoError(t, call(client, openrouter.WithAPIKey("sk-or-manager")), name)

		mockedClient, mock := mocked(openrouter.WithMaxRetries(1), openrouter.WithRetryPolicy(func(r openrouter.Retry) bool {
			assert.NotContains(t, r.Err.Error(), "management key", "what others were given does not change")
			return false
		}))
		for status, advised := range map[int]bool{401: true, 403: true, 402: false, 404: false, 500: false} {
			answered(mock, always(status, `{"error":{"message":"No"}}`))
			var e *openrouter.APIError
			require.ErrorAs(t, call(mockedClient), &e)
			assert.Equal(t, status, e.StatusCode)
			assert.Equal(t, "No", e.Message)
			assert.Equal(t, advised, len(e.Error()) > len(advice), "%d", status)
		}
	}
	client, mock := mocked()
	answered(mock, always(403, `{"error":{"message":"No"}}`))
	_, err := client.Account.Key(t.Context())
	assert.NotContains(t, err.Error(), "management key")
}

func TestAccountValues(t *testing.T) {
	client, mock := mocked()
	answered(mock, always(200, `{"data":{"count":150,"total_credits":100.5,"total_usage":25.75,"limit":null,"limit_remaining":0}}`))
	n, err := client.Models.Count(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 150, n)
	credits, err := client.Account.Credits(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 74.75, credits.Remaining())
	key, err := client.Account.Key(t.Context())
	require.NoError(t, err)
	assert.Nil(t, key.Limit)
	assert.Equal(t, new(0.0), key.LimitRemaining)

	for _, call := range []openrouter.CallInfo{
		(*openrouter.Key)(nil).Call(), (*openrouter.Credits)(nil).Call(), (*openrouter.ActivityList)(nil).Call(), (*openrouter.ProviderList)(nil).Call(),
		(*openrouter.ModelEndpoints)(nil).Call(), (*openrouter.EndpointList)(nil).Call(), (*openrouter.GenerationContent)(nil).Call(),
		(*openrouter.EmbeddingList)(nil).Call(), (*openrouter.RawResponse)(nil).Call(),
	} {
		assert.Zero(t, call)
	}
}
