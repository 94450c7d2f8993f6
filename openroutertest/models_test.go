package openroutertest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

type modelList struct {
	Data []struct {
		ID      string            `json:"id"`
		Name    string            `json:"name"`
		Pricing map[string]string `json:"pricing"`
		New     int               `json:"new"`
	} `json:"data"`
	TotalCount int `json:"total_count"`
	Links      struct {
		Next *string `json:"next"`
	} `json:"links"`
}

func TestModels(t *testing.T) {
	srv := openroutertest.NewServer(t)
	res, body := do(t, http.MethodGet, srv.URL+"/models", "")
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Equal(t, "application/json", res.Header.Get("Content-Type"))
	list := decode[modelList](t, body)
	assert.Equal(t, 3, list.TotalCount, "one more makes embeddings")
	assert.Nil(t, list.Links.Next)
	assert.Equal(t, "openai/gpt-5.2", list.Data[0].ID)
	assert.Equal(t, "0.000001", list.Data[0].Pricing["prompt"])

	srv.SetModels("a/one", "b/two", json.RawMessage(`{"id":"c/three","new":1}`))
	_, body = do(t, http.MethodGet, srv.URL+"/models", "")
	list = decode[modelList](t, body)
	assert.Equal(t, "a: one", list.Data[0].Name)
	assert.Equal(t, 1, list.Data[2].New)

	srv.SetModels()
	_, body = do(t, http.MethodGet, srv.URL+"/models", "")
	assert.JSONEq(t, `{"data":[],"total_count":0,"links":{"next":null}}`, body)
}

func TestPagesOfModels(t *testing.T) {
	srv := openroutertest.NewServer(t)
	srv.SetModels("a/1", "a/2", "a/3", "a/4", "a/5")
	var ids []string
	next := new("/api/v1/models?limit=2&q=a")
	for next != nil {
		require.True(t, strings.HasPrefix(*next, "/"), "it is relative")
		_, body := do(t, http.MethodGet, strings.TrimSuffix(srv.URL, "/api/v1")+*next, "")
		list := decode[modelList](t, body)
		assert.Equal(t, 5, list.TotalCount)
		for _, m := range list.Data {
			ids = append(ids, m.ID)
		}
		next = list.Links.Next
	}
	assert.Equal(t, []string{"a/1", "a/2", "a/3", "a/4", "a/5"}, ids)

	_, body := do(t, http.MethodGet, srv.URL+"/models?offset=9", "")
	assert.Empty(t, decode[modelList](t, body).Data)
}

func TestModelsNeedNoKeyAndCanFail(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Error(500, openrouter.ErrServer).ForPath("/models"))
	for _, want := range []int{500, 200} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/models", nil)
		require.NoError(t, err)
		if want == 500 {
			req.Header.Set("Authorization", "Bearer x")
		}
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode)
	}
}

func TestGeneration(t *testing.T) {
	srv := openroutertest.NewServer(t,
		openroutertest.Reasoning("a b").Text("c").Usage(10, 5).Cost(0.5).Model("a/b-1").Provider("Azure").NativeFinishReason("end"),
		openroutertest.Text("c d").NoUsage().MidStreamError(502, ""),
		openroutertest.Error(502, ""))
	client := srv.Client()
	req := question("Hi")
	req.SessionID = "s1"
	res, err := client.Chat.Create(t.Context(), req)
	require.NoError(t, err)
	generation := func(id string) map[string]any {
		res, body := do(t, http.MethodGet, srv.URL+"/generation?id="+id, "")
		require.Equal(t, http.StatusOK, res.StatusCode)
		return decode[struct{ Data map[string]any }](t, body).Data
	}
	g := generation(res.ID)
	for name, want := range map[string]any{
		"id": res.ID, "model": "a/b-1", "provider_name": "Azure", "streamed": false, "finish_reason": "stop", "native_finish_reason": "end",
		"tokens_prompt": 10.0, "native_tokens_completion": 5.0, "total_cost": 0.5, "usage": 0.5, "session_id": "s1", "cache_discount": nil,
	} {
		assert.Equal(t, want, g[name], name)
	}

	_, err = ask(t.Context(), client, true, "Hi you")
	g = generation(apiError(t, err).Call().GenerationID)
	assert.Equal(t, true, g["streamed"])
	assert.Equal(t, "error", g["finish_reason"])
	assert.EqualValues(t, 2, g["tokens_completion"])

	_, err = ask(t.Context(), client, true, "Hi")
	require.Error(t, err)
	for _, id := range []string{"gen-fake-9", ""} {
		res, body := do(t, http.MethodGet, srv.URL+"/generation?id="+id, "")
		assert.Equal(t, http.StatusNotFound, res.StatusCode)
		assert.JSONEq(t, `{"error":{"code":404,"message":"Generation `+id+` not found"}}`, body)
	}
}
