package openroutertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// fakes are the three ways to stand in for the service.
var fakes = []struct {
	name   string
	client func(testing.TB, ...openroutertest.Reply) *openrouter.Client
}{
	{"server", func(t testing.TB, r ...openroutertest.Reply) *openrouter.Client {
		return openroutertest.NewServer(t, r...).Client()
	}},
	{"TLS server", func(t testing.TB, r ...openroutertest.Reply) *openrouter.Client {
		return openroutertest.NewTLSServer(t, r...).Client()
	}},
	{"transport", func(t testing.TB, r ...openroutertest.Reply) *openrouter.Client {
		return openroutertest.NewTransport(t, r...).Client()
	}},
}

// bothWays runs a test with one answer by Create and one by Stream, from each
// kind of fake.
func bothWays(t *testing.T, reply openroutertest.Reply, test func(t *testing.T, res *openrouter.ChatCompletion, err error)) {
	for _, fake := range fakes {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s stream=%t", fake.name, stream), func(t *testing.T) {
				res, err := ask(t.Context(), fake.client(t, reply), stream, "Hello you")
				test(t, res, err)
			})
		}
	}
}

func ask(ctx context.Context, client *openrouter.Client, stream bool, text string) (*openrouter.ChatCompletion, error) {
	req := question(text)
	if !stream {
		return client.Chat.Create(ctx, req)
	}
	s, err := client.Chat.Stream(ctx, req)
	if err != nil {
		return nil, err
	}
	return s.Collect()
}

func question(text string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage(text)},
	}
}

// partial is what an error says had arrived, nil if nothing had.
func partial(err error) *openrouter.ChatCompletion {
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		return e.Partial
	}
	if e, ok := errors.AsType[*openrouter.StreamError](err); ok {
		return e.Partial
	}
	return nil
}

// post sends a body without the library.
func post(t *testing.T, url, body string) (*http.Response, string) {
	t.Helper()
	return do(t, http.MethodPost, url, body)
}

func do(t *testing.T, method, url, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+openroutertest.Key)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(data)
}

const (
	ask1       = `{"model":"a/b","messages":[{"role":"user","content":"Hello you"}]}`
	ask1stream = `{"model":"a/b","messages":[{"role":"user","content":"Hello you"}],"stream":true}`
)

// events takes a stream apart the simple way.
func events(body string) (data, comments []string) {
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(line, "\n")
		if s, ok := strings.CutPrefix(line, "data: "); ok {
			data = append(data, s)
		}
		if s, ok := strings.CutPrefix(line, ": "); ok {
			comments = append(comments, s)
		}
	}
	return data, comments
}

func decode[T any](t *testing.T, data string) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal([]byte(data), &v), data)
	return v
}

// recorder is a test that is expected to fail.
type recorder struct {
	testing.TB
	failures []string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func apiError(t *testing.T, err error) *openrouter.APIError {
	t.Helper()
	e, ok := errors.AsType[*openrouter.APIError](err)
	require.True(t, ok, "%v", err)
	return e
}

func equalJSON(t *testing.T, want string, got any) {
	t.Helper()
	data, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, want, string(data))
}
