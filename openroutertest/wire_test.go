package openroutertest_test

import (
	"crypto/tls"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/openroutertest"
)

// The spelling of a stream is the service's.
func TestStreamOnTheWire(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.KeepAlive(2).Reasoning("hm").Text("a", "b").Comment("more\nto come").ToolCallChunks("c1", "f", "{", "}").
		Usage(1, 2).Cost(0.1).Member("service_tier", "flex"))
	res, body := post(t, srv.URL+"/chat/completions", ask1stream)
	assert.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	assert.Equal(t, "no-cache", res.Header.Get("Cache-Control"))
	assert.Equal(t, "gen-fake-1", res.Header.Get("X-Generation-Id"))
	assert.Regexp(t, "^(: OPENROUTER PROCESSING\n\n){2}data: ", body)
	assert.Regexp(t, "\n\ndata: \\[DONE]\n\n$", body)

	data, comments := events(body)
	assert.Equal(t, []string{"OPENROUTER PROCESSING", "OPENROUTER PROCESSING", "more", "to come"}, comments)
	const head = `"id":"gen-fake-1","provider":"Fake","model":"a/b","object":"chat.completion.chunk","created":1767225600,`
	delta := func(rest string) string {
		return `{` + head + `"choices":[{"index":0,"delta":{"role":"assistant",` + rest + `},"logprobs":null,"finish_reason":null,"native_finish_reason":null}]}`
	}
	const finish = `{` + head + `"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":"tool_calls","native_finish_reason":"tool_calls"}]`
	want := []string{
		delta(`"content":"","reasoning":"hm","reasoning_details":[{"type":"reasoning.text","format":"unknown","index":0,"text":"hm"}]`),
		delta(`"content":"a"`),
		delta(`"content":"b"`),
		delta(`"content":"","tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]`),
		delta(`"content":"","tool_calls":[{"index":0,"type":"function","function":{"arguments":"{"}}]`),
		delta(`"content":"","tool_calls":[{"index":0,"type":"function","function":{"arguments":"}"}}]`),
		finish + `}`,
		finish + `,"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.1},"service_tier":"flex"}`,
	}
	require.Len(t, data, len(want)+1)
	for i := range want {
		assert.Equal(t, want[i], data[i])
	}
}

func TestWholeAnswerOnTheWire(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("a <b>").Padding(2).Usage(1, 2).Member("new", nil))
	res, body := post(t, srv.URL+"/chat/completions", ask1)
	assert.Equal(t, "application/json", res.Header.Get("Content-Type"))
	assert.Empty(t, res.Header.Get("Content-Length"))
	assert.Equal(t, "\n         \n\n         \n"+`{"id":"gen-fake-1","provider":"Fake","model":"a/b","object":"chat.completion","created":1767225600,`+
		`"choices":[{"index":0,"message":{"role":"assistant","content":"a <b>","refusal":null,"reasoning":null},"logprobs":null,`+
		`"finish_reason":"stop","native_finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0},"new":null}`, body)
}

// White space is for the form that is not a stream, comments are for streams.
func TestSignsOfLife(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.KeepAlive(1).Padding(1).Comment("x").Text("a").Times(2))
	_, body := post(t, srv.URL+"/chat/completions", ask1stream)
	_, comments := events(body)
	assert.Equal(t, []string{"OPENROUTER PROCESSING", "x"}, comments)
	_, body = post(t, srv.URL+"/chat/completions", ask1)
	assert.Regexp(t, "^(\n         \n){2}{", body)
}

func TestHeaders(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("a").Status(http.StatusAccepted).Header("X-A", "1").Header("X-A", "2").Header("Cache-Control", ""))
	res, _ := post(t, srv.URL+"/chat/completions", ask1stream)
	assert.Equal(t, http.StatusAccepted, res.StatusCode)
	assert.Equal(t, []string{"2"}, res.Header.Values("X-A"))
	assert.Empty(t, res.Header.Values("Cache-Control"))
	assert.Empty(t, res.Header.Get("X-Generation-Id"))
}

func TestDebugEcho(t *testing.T) {
	const body = `{"model":"a/b","messages":[{"role":"user","content":"x"}],"stream":true,"debug":{"echo_upstream_body":true}}`
	srv := openroutertest.NewServer(t, openroutertest.Text("a"))
	_, got := post(t, srv.URL+"/chat/completions", body)
	data, _ := events(got)
	assert.JSONEq(t, `{"id":"gen-fake-1","provider":"Fake","model":"a/b","object":"chat.completion.chunk","created":1767225600,"choices":[],
		"debug":{"echo_upstream_body":`+body+`}}`, data[0])
	assert.Len(t, data, 5)
}

func TestHTTP2(t *testing.T) {
	srv := openroutertest.NewTLSServer(t, openroutertest.Text("x"))
	assert.Regexp(t, "^https://127.0.0.1:[0-9]+/api/v1$", srv.URL)
	_, err := ask(t.Context(), srv.Client(), true, "Hi")
	require.NoError(t, err)

	tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer tr.CloseIdleConnections()
	res, err := (&http.Client{Transport: tr}).Get(srv.URL + "/models")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, "HTTP/2.0", res.Proto)
}

func TestListen(t *testing.T) {
	srv, err := openroutertest.Listen("127.0.0.1:0", openroutertest.Echo())
	require.NoError(t, err)
	defer srv.Close()
	res, err := ask(t.Context(), srv.Client(), true, "Hi")
	require.NoError(t, err)
	assert.Equal(t, "Hi", res.Text())

	_, err = openroutertest.Listen(srv.URL, openroutertest.Echo())
	require.ErrorContains(t, err, "openroutertest: ")
	srv.Close()
	srv.Close()
}
