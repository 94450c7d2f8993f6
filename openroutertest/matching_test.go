package openroutertest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func answers(t *testing.T, client *openrouter.Client, model, text string) string {
	t.Helper()
	req := question(text)
	req.Model = model
	res, err := client.Chat.Create(t.Context(), req)
	if err != nil {
		return apiError(t, err).Message
	}
	return res.Text()
}

func TestRepliesAreASequence(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("one"), openroutertest.Text("two").Times(2))
	srv.Add(openroutertest.Text("three"))
	client := srv.Client()
	assert.Len(t, srv.Unused(), 3)
	for _, want := range []string{"one", "two", "two", "three"} {
		assert.Equal(t, want, answers(t, client, "a/b", "Hi"))
	}
	assert.Empty(t, srv.Unused())
	assert.Len(t, srv.Requests(), 4)
}

func TestConditions(t *testing.T) {
	tr := openroutertest.NewTransport(t,
		openroutertest.Text("claude").ForModel("anthropic/*").Always(),
		openroutertest.Text("free").ForModel("*:free").Always(),
		openroutertest.Text("middle").ForModel("a*/b*c").Always(),
		openroutertest.Text("exact").ForModel("openai/gpt-5.2").ForText("exact").Always(),
		openroutertest.Text("rain").ForText("weather").Always(),
		openroutertest.Text("cool").When(func(r *openroutertest.Request) bool {
			return r.Body.Temperature != nil && *r.Body.Temperature == 0
		}),
		openroutertest.Text("any").Always(),
	)
	client := tr.Client()
	for _, row := range []struct{ model, text, want string }{
		{"anthropic/claude-sonnet-4.5", "weather", "claude"},
		{"anthropic/claude:free", "", "claude"},
		{"qwen/qwen3:free", "", "free"},
		{"qwen/qwen3:freely", "", "any"},
		{"ax/bxc", "", "middle"},
		{"a/bc", "", "middle"},
		{"a/c", "", "any"},
		{"openai/gpt-5.2", "exactly", "exact"},
		{"openai/gpt-5.2-mini", "exactly", "any"},
		{"openai/gpt-5.2", "the weather", "rain"},
	} {
		assert.Equal(t, row.want, answers(t, client, row.model, row.text), row)
	}

	req := question("Hi")
	req.Temperature = new(0.0)
	res, err := client.Chat.Create(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "cool", res.Text())
	assert.Empty(t, tr.Unused())

	req = &openrouter.ChatCompletionRequest{Models: []string{"anthropic/a", "b"}, Prompt: "weather"}
	res, err = client.Chat.Create(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "claude", res.Text(), "the first of the models, where there is no model")
}

// The text is the last user message's, also when results of tools follow it.
func TestTextIsTheLastUserMessage(t *testing.T) {
	tr := openroutertest.NewTransport(t, openroutertest.Text("found").ForText("Oslo"))
	req := question("London?")
	req.Messages = append(req.Messages, openrouter.UserMessage("Oslo?"),
		openrouter.Message{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{{ID: "c", Function: openrouter.FunctionCall{Name: "f"}}}},
		openrouter.ToolMessage("c", "London"))
	_, err := tr.Client().Chat.Create(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "Oslo?", tr.Requests()[0].Text())
}

func TestEchoAndFunc(t *testing.T) {
	count := openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
		return openroutertest.Text(fmt.Sprintf("%d messages, %s, %d bytes", len(r.Body.Messages), r.Header.Get("X-Mine"), len(r.Raw)))
	}).ForText("count")
	tr := openroutertest.NewTransport(t, count, openroutertest.Echo())
	client := tr.Client(openrouter.WithHeader("X-Mine", "mine"))
	for range 2 {
		stream, err := client.Chat.Stream(t.Context(), question("Hello  you there"))
		require.NoError(t, err)
		var chunks []string
		for chunk, err := range stream.Chunks() {
			require.NoError(t, err)
			if chunk.Text() != "" {
				chunks = append(chunks, chunk.Text())
			}
		}
		assert.Equal(t, []string{"Hello ", " ", "you ", "there"}, chunks)
	}
	req := question("count")
	res, err := client.Chat.Create(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf("1 messages, mine, %d bytes", len(tr.Requests()[2].Raw)), res.Text())
	assert.Equal(t, "count", answers(t, client, "a/b", "count"), "Func is used up")
}

func TestRequests(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("x"))
	_, err := ask(t.Context(), srv.Client(openrouter.WithApp("https://example.com", "Example")), true, "Hello")
	require.NoError(t, err)
	require.Len(t, srv.Requests(), 1)
	r := srv.Requests()[0]
	assert.Equal(t, http.MethodPost, r.Method)
	assert.Equal(t, "/chat/completions", r.Path)
	assert.Equal(t, "Example", r.Header.Get("X-OpenRouter-Title"))
	assert.Equal(t, "openai/gpt-5.2", r.Model())
	assert.Equal(t, "Hello", r.Text())
	assert.True(t, r.Stream())
	assert.NotNil(t, r.Context())
	assert.JSONEq(t, `{"model":"openai/gpt-5.2","messages":[{"role":"user","content":"Hello"}],"stream":true}`, string(r.Raw))
	assert.Equal(t, `POST /chat/completions model "openai/gpt-5.2" text "Hello"`, r.String())
}

func TestUnexpectedRequestFailsTheTest(t *testing.T) {
	long := strings.Repeat("é", 100)
	for _, row := range []struct {
		name    string
		replies []openroutertest.Reply
		text    string
		want    string
	}{
		{"no replies", nil, "Hi", `unexpected request: POST /chat/completions model "openai/gpt-5.2" text "Hi"; there are no replies`},
		{"used up", []openroutertest.Reply{openroutertest.Text("x").ForText("Hi"), openroutertest.Text("y")}, "Hi",
			`unexpected request: POST /chat/completions model "openai/gpt-5.2" text "Hi"; each of the 2 replies has been used`},
		{"for others", []openroutertest.Reply{
			openroutertest.ToolCall("c", "f", "{}").ForModel("a/*"), openroutertest.Error(429, "").ForText("x"),
			openroutertest.Reply{}.ForPath("/key"), openroutertest.Reset().When(func(*openroutertest.Request) bool { return false })}, long,
			`unexpected request: POST /chat/completions model "openai/gpt-5.2" text "` + strings.Repeat("é", 80) + `…"; the replies that are left are for others: ` +
				`ToolCall("c", "f") for model "a/*"; Error(429) for text "x"; an empty answer for path "/key"; Reset for a condition`},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := &recorder{TB: t}
			srv := openroutertest.NewServer(rec, row.replies...)
			client := srv.Client(openrouter.WithMaxRetries(3))
			var err error
			for range max(len(srv.Unused()), 1) + 1 {
				if len(rec.failures) == 0 {
					_, err = ask(t.Context(), client, false, row.text)
				}
			}
			assert.Equal(t, []string{"openroutertest: " + row.want}, rec.failures)
			e := apiError(t, err)
			assert.Equal(t, http.StatusInternalServerError, e.StatusCode)
			assert.Equal(t, "openroutertest: "+row.want, e.Message)
			assert.Equal(t, 1, e.Call().Attempts, "asking again would not help")
			for _, f := range rec.cleanups {
				f()
			}
			_, err = ask(t.Context(), srv.Client(), false, "Hi")
			require.Error(t, err, "the server is closed")
			_, ok := err.(*openrouter.APIError)
			assert.False(t, ok)
		})
	}
}

func TestUnexpectedRequestWithoutATest(t *testing.T) {
	srv := openroutertest.Start()
	defer srv.Close()
	_, err := ask(t.Context(), srv.Client(), true, "Hi")
	assert.Equal(t, 500, apiError(t, err).StatusCode)
	assert.Contains(t, apiError(t, err).Message, "unexpected request")

	_, err = ask(t.Context(), openroutertest.NewTransport(nil).Client(), true, "Hi")
	assert.Equal(t, 500, apiError(t, err).StatusCode)
}

func TestUnknownPaths(t *testing.T) {
	rec := &recorder{TB: t}
	srv := openroutertest.NewServer(rec, openroutertest.Raw(`{"data":{"label":"mine"}}`).ForPath("/key"))
	defer srv.Close()
	_, body := do(t, http.MethodGet, srv.URL+"/key", "")
	assert.JSONEq(t, `{"data":{"label":"mine"}}`, body)
	assert.Empty(t, rec.failures)

	root := strings.TrimSuffix(srv.URL, "/api/v1")
	for _, row := range []struct{ method, url, named string }{
		{http.MethodGet, srv.URL + "/keys", "GET /keys;"},
		{http.MethodGet, srv.URL + "/chat/completions", "GET /chat/completions;"},
		{http.MethodGet, root + "/chat/completions", "GET /chat/completions, which is not below /api/v1;"},
		{http.MethodGet, root + "/api/v1beta", "GET /api/v1beta, which is not below /api/v1;"},
		{http.MethodPost, root + "/chat/completions", "POST /chat/completions, which is not below /api/v1;"},
		{http.MethodPost, srv.URL + "/rerank", "POST /rerank;"},
	} {
		res, body := do(t, row.method, row.url, ask1)
		assert.Equal(t, http.StatusNotFound, res.StatusCode)
		assert.Equal(t, "application/json", res.Header.Get("Content-Type"))
		assert.JSONEq(t, `{"error":{"code":404,"message":"openroutertest: the fake has no endpoint `+row.named+
			` Reply.ForPath adds one","metadata":{"error_type":"not_found"}},"user_id":"user_fake"}`, body)
	}
	require.Len(t, rec.failures, 6)
	assert.Equal(t, "openroutertest: unexpected request: POST /chat/completions, which is not below /api/v1; each of the 1 replies has been used", rec.failures[4])
}

// Who has the wrong address may not have a key yet.
func TestUnknownPathsWithoutAKey(t *testing.T) {
	srv := openroutertest.Start()
	defer srv.Close()
	for path, want := range map[string]int{"": http.StatusNotFound, "/v1/models": http.StatusNotFound, "/api/v1/models": http.StatusOK, "/api/v1/key": http.StatusUnauthorized} {
		res, err := http.Get(strings.TrimSuffix(srv.URL, "/api/v1") + path)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, path)
	}
}

func TestKeys(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("x").Always())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/chat/completions", strings.NewReader(ask1))
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusUnauthorized, res.StatusCode)

	_, err = ask(t.Context(), srv.Client(openrouter.WithAPIKey("any other")), false, "Hi")
	require.Error(t, err, "no key has a space")
	_, err = ask(t.Context(), srv.Client(openrouter.WithAPIKey("another")), false, "Hi")
	require.NoError(t, err)

	srv.RequireKey("sk-right")
	_, err = ask(t.Context(), srv.Client(), false, "Hi")
	require.NoError(t, err, "its clients know it")
	for _, stream := range []bool{false, true} {
		_, err = ask(t.Context(), srv.Client(openrouter.WithAPIKey("sk-wrong")), stream, "Hi")
		require.ErrorIs(t, err, openrouter.ErrAuthentication)
	}
	assert.Len(t, srv.Requests(), 5)
}

func TestUnreadableRequests(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("x"))
	for _, body := range []string{"", "{", `{"model":"a/b"}`, `[]`} {
		res, answer := post(t, srv.URL+"/chat/completions", body)
		assert.Equal(t, http.StatusBadRequest, res.StatusCode)
		assert.Contains(t, answer, "Invalid request: ")
	}
	assert.Len(t, srv.Unused(), 1)
	assert.Len(t, srv.Requests(), 4)
	assert.Equal(t, "{", string(srv.Requests()[1].Raw))
}

func TestManyAtOnce(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("once").Times(20), openroutertest.Echo())
	client := srv.Client()
	var wg sync.WaitGroup
	got := make([]string, 50)
	for i := range got {
		wg.Go(func() {
			res, err := ask(t.Context(), client, i%2 == 0, "Hello")
			if assert.NoError(t, err) {
				got[i] = res.Text()
			}
			_, _ = srv.Requests(), srv.Unused()
		})
	}
	wg.Wait()
	once := 0
	for _, text := range got {
		if text == "once" {
			once++
		}
	}
	assert.Equal(t, 20, once)
	ids := map[string]bool{}
	for range srv.Requests() {
		ids[fmt.Sprint(len(ids))] = true
	}
	assert.Len(t, ids, 50)
}
