package endpoints_test

import (
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// What the tests of the endpoints share.

const endpointKey = "sk-or-endpoints"

// mocked returns a client whose requests end in the mock.
func mocked(opts ...openrouter.Option) (*openrouter.Client, *httpmock.MockTransport) {
	mock := httpmock.NewMockTransport()
	opts = append([]openrouter.Option{
		openrouter.WithAPIKey(endpointKey), openrouter.WithBaseURL(openrouter.DefaultBaseURL),
		openrouter.WithHTTPClient(&http.Client{Transport: mock}),
	}, opts...)
	return openrouter.NewClient(opts...), mock
}

// answered answers every request with what answer returns, and keeps their addresses.
func answered(mock *httpmock.MockTransport, answer func(*http.Request) (int, string)) *[]string {
	var sent []string
	mock.RegisterNoResponder(func(req *http.Request) (*http.Response, error) {
		sent = append(sent, req.URL.String())
		status, body := answer(req)
		return httpmock.NewStringResponse(status, body), nil
	})
	return &sent
}

func always(status int, body string) func(*http.Request) (int, string) {
	return func(*http.Request) (int, string) { return status, body }
}

// endpointCalls are the calls that have their answers checked alike.
var endpointCalls = map[string]func(*testing.T, *openrouter.Client, ...openrouter.Option) (openrouter.CallInfo, error){
	"models": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		list, err := c.Models.List(t.Context(), nil, opts...)
		return list.Call(), err
	},
	"all models": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		var last error
		for m, err := range c.Models.All(t.Context(), nil, opts...) {
			require.Equal(t, err == nil, m != nil)
			last = err
		}
		return openrouter.CallInfo{StatusCode: 200, Attempts: 2}, last
	},
	"generation": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		g, err := c.Generations.Get(t.Context(), "gen-1", opts...)
		return g.Call(), err
	},
	"models of a user": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		list, err := c.Models.ListForUser(t.Context(), nil, opts...)
		return list.Call(), err
	},
	"model": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		m, err := c.Models.Get(t.Context(), "a/b", opts...)
		return m.Call(), err
	},
	"endpoints": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		m, err := c.Models.Endpoints(t.Context(), "a/b", opts...)
		return m.Call(), err
	},
	"private endpoints": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		list, err := c.Models.ZDREndpoints(t.Context(), opts...)
		return list.Call(), err
	},
	"count": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		n, err := c.Models.Count(t.Context(), nil, opts...)
		require.True(t, err == nil || n == 0)
		return openrouter.CallInfo{StatusCode: 200, Attempts: 2}, err
	},
	"content": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		g, err := c.Generations.Content(t.Context(), "gen-1", opts...)
		return g.Call(), err
	},
	"key": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		k, err := c.Account.Key(t.Context(), opts...)
		return k.Call(), err
	},
	"credits": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		k, err := c.Account.Credits(t.Context(), opts...)
		return k.Call(), err
	},
	"activity": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		list, err := c.Account.Activity(t.Context(), nil, opts...)
		return list.Call(), err
	},
	"providers": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		list, err := c.Providers.List(t.Context(), opts...)
		return list.Call(), err
	},
	"embeddings": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		list, err := c.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("a")}, opts...)
		return list.Call(), err
	},
	"do": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		var out struct{ Data any }
		return c.Do(t.Context(), "GET", "/credits", nil, &out, opts...)
	},
}

// eachEndpointCall runs check for each call. good is an answer that it takes.
func eachEndpointCall(t *testing.T, check func(t *testing.T, good string, call func(*testing.T, *openrouter.Client, ...openrouter.Option) (openrouter.CallInfo, error))) {
	for name, call := range endpointCalls {
		good := `{"data":{"id":"gen-1","count":1}}`
		switch name {
		case "models", "all models", "models of a user", "private endpoints", "activity", "providers", "do":
			good = `{"data":[],"total_count":0,"links":{"next":null}}`
		case "embeddings":
			good = `{"data":[{"embedding":[0.5]}]}`
		}
		t.Run(name, func(t *testing.T) { check(t, good, call) })
	}
}
