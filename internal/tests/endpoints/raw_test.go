package endpoints_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// serving returns a client of a real server, since framing matters here.
func serving(t *testing.T, handler http.HandlerFunc, opts ...openrouter.Option) *openrouter.Client {
	srv := httptest.NewServer(handler)
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	opts = append([]openrouter.Option{openrouter.WithAPIKey(endpointKey), openrouter.WithBaseURL(srv.URL), openrouter.WithMaxRetries(0)}, opts...)
	return openrouter.NewClient(opts...)
}

// sending answers with a type and pieces, each flushed.
func sending(media string, pieces ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		for _, piece := range pieces {
			_, _ = io.WriteString(w, piece)
			_ = http.NewResponseController(w).Flush()
		}
	}
}

func TestDoRaw(t *testing.T) {
	sound := strings.Repeat("\x00\xff<{\"error\":1}", 10_000)
	client := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, `{"input":"Hi"}`, string(body))
		assert.Equal(t, []string{"*/*", "application/json", "Bearer " + endpointKey}, []string{r.Header.Get("Accept"), r.Header.Get("Content-Type"), r.Header.Get("Authorization")})
		w.Header().Set("X-Generation-Id", "gen-1")
		sending("audio/mpeg", sound[:10], sound[10:])(w, r)
	})
	res, err := client.DoRaw(t.Context(), http.MethodPost, "/audio/speech", map[string]string{"input": "Hi"})
	require.NoError(t, err)
	assert.Equal(t, []any{200, "audio/mpeg", "gen-1", 1}, []any{res.Call().StatusCode, res.Call().Header.Get("Content-Type"), res.Call().GenerationID, res.Call().Attempts})
	got, err := io.ReadAll(res)
	require.NoError(t, err)
	assert.Equal(t, sound, string(got))
	require.NoError(t, res.Close())
	require.NoError(t, res.Close())
	_, err = res.Read(make([]byte, 1))
	assert.Equal(t, io.EOF, err, "the end stays the end")
}

func TestDoRawSendsOtherBodies(t *testing.T) {
	client, mock := mocked()
	var bodies, types []string
	answered(mock, func(req *http.Request) (int, string) {
		body, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		bodies, types = append(bodies, string(body)), append(types, req.Header.Get("Content-Type"))
		return 200, `{"id":"file-1"}`
	})
	form := openrouter.RawBody{ContentType: `multipart/form-data; boundary="x"`, Data: []byte("--x\r\n\xff")}
	var file struct{ ID string }
	_, err := client.Do(t.Context(), "POST", "/files", form, &file)
	require.NoError(t, err)
	assert.Equal(t, "file-1", file.ID)
	res, err := client.DoRaw(t.Context(), "POST", "/files", openrouter.RawBody{ContentType: "text/plain"})
	require.NoError(t, err)
	require.NoError(t, res.Close())
	_, err = client.Do(t.Context(), "POST", "/files", &form, &file)
	require.NoError(t, err)
	assert.Equal(t, []string{"--x\r\n\xff", "", "--x\r\n\xff"}, bodies)
	assert.Equal(t, []string{`multipart/form-data; boundary="x"`, "text/plain", `multipart/form-data; boundary="x"`}, types)
	_, err = client.Do(t.Context(), "POST", "/files", (*openrouter.RawBody)(nil), &file)
	isRefused(t, err, "in")

	for _, bad := range []openrouter.RawBody{{}, {ContentType: "multipart/form-data; boundary"}, {ContentType: "text/plain\r\nX: y"}} {
		_, err = client.Do(t.Context(), "POST", "/files", bad, nil)
		isRefused(t, err, "in")
		_, err = client.DoRaw(t.Context(), "POST", "/files", bad)
		isRefused(t, err, "in")
	}
	_, err = client.DoRaw(t.Context(), "get", "x", nil, openrouter.WithMaxRetries(-1))
	isRefused(t, err, "WithMaxRetries", "method", "path")
	_, err = client.DoRaw(t.Context(), "GET", "/x", nil, openrouter.WithAPIKey(""))
	assert.ErrorIs(t, err, openrouter.ErrMissingAPIKey)
}

func TestDoRawReportsFailures(t *testing.T) {
	for name, test := range map[string]struct {
		status      int
		media, body string
		want        error
		message     string
	}{
		"status":          {402, "application/json", `{"error":{"code":402,"message":"Pay"}}`, openrouter.ErrPaymentRequired, "Pay"},
		"HTML":            {502, "text/html", "<html>" + endpointKey, openrouter.ErrProviderUnavailable, ""},
		"success":         {200, "application/json", "\n\n" + `{"error":{"code":429,"message":"Later"}}`, openrouter.ErrRateLimitExceeded, "Later"},
		"a type of JSON":  {200, "application/problem+json; charset=utf-8", `{"error":{"code":404,"message":"None"}}`, openrouter.ErrNotFound, "None"},
		"with other data": {200, "application/json", `{"data":[],"error":{"message":"` + endpointKey + `","code":500}}`, openrouter.ErrServer, "[redacted]"},
	} {
		client, mock := mocked(openrouter.WithMaxRetries(0))
		mock.RegisterNoResponder(httpmock.NewStringResponder(test.status, test.body).HeaderSet(http.Header{"Content-Type": {test.media}}))
		res, err := client.DoRaw(t.Context(), "GET", "/files/1/content", nil)
		assert.Nil(t, res)
		var e *openrouter.APIError
		require.ErrorAs(t, err, &e, name)
		assert.ErrorIs(t, err, test.want, name)
		assert.Contains(t, e.Message, test.message)
		assert.NotContains(t, err.Error()+string(e.Body), endpointKey)
	}
	for _, body := range []string{`{"error":null,"text":"x"}`, `["error"]`, "", `{"cut`, `{"x":"` + strings.Repeat("y", 100<<10) + `","error":{"code":500}}`} {
		client, mock := mocked()
		mock.RegisterNoResponder(httpmock.NewStringResponder(200, body).HeaderSet(http.Header{"Content-Type": {"application/json"}}))
		res, err := client.DoRaw(t.Context(), "GET", "/files/1/content", nil)
		require.NoError(t, err)
		got, err := io.ReadAll(res)
		require.NoError(t, err)
		assert.Equal(t, body, string(got), "it is not looked at further")
	}
	synctest.Test(t, func(t *testing.T) { // before the body, it is repeated as every call
		client := openroutertest.NewTransport(t, openroutertest.Error(503, "").ForPath("/x"), openroutertest.Raw("ok").Header("Content-Type", "text/plain").ForPath("/x")).
			Client(openrouter.WithMaxRetries(1))
		res, err := client.DoRaw(t.Context(), "GET", "/x", nil)
		require.NoError(t, err)
		assert.Equal(t, 2, res.Call().Attempts)
		require.NoError(t, res.Close())
	})
}

func TestDoRawBodiesThatBreakOff(t *testing.T) {
	broken := func(t *testing.T, client *openrouter.Client, ctx context.Context, opts ...openrouter.Option) (string, *openrouter.ConnectionError) {
		res, err := client.DoRaw(ctx, "GET", "/x", nil, opts...)
		require.NoError(t, err)
		got, err := io.ReadAll(res)
		var e *openrouter.ConnectionError
		require.ErrorAs(t, err, &e)
		assert.NotContains(t, err.Error(), string(got))
		assert.Equal(t, 200, e.Call().StatusCode)
		_, again := res.Read(make([]byte, 1))
		assert.Equal(t, err, again)
		return string(got), e
	}
	cut := serving(t, func(w http.ResponseWriter, r *http.Request) {
		sending("audio/mpeg", "half")(w, r)
		panic(http.ErrAbortHandler)
	})
	got, e := broken(t, cut, t.Context())
	assert.Equal(t, "half", got)
	assert.ErrorIs(t, e, io.ErrUnexpectedEOF)

	large := serving(t, sending("audio/mpeg", "12345678", "9"))
	got, e = broken(t, large, t.Context(), openrouter.WithMaxStreamSize(8))
	assert.Equal(t, "12345678", got)
	assert.ErrorIs(t, e, openrouter.ErrTooLarge)

	stalling := openroutertest.Raw("half").Stall().Header("Content-Type", "audio/mpeg").ForPath("/x").Always()
	synctest.Test(t, func(t *testing.T) {
		got, e := broken(t, openroutertest.NewTransport(t, stalling).Client(), t.Context(), openrouter.WithTimeout(time.Second))
		assert.Equal(t, "half", got, "WithTimeout is for the header")
		assert.ErrorIs(t, e, openrouter.ErrStreamIdle)
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, e := broken(t, openroutertest.NewTransport(t, stalling).Client(), ctx)
		assert.ErrorIs(t, e, context.DeadlineExceeded)
	})
	synctest.Test(t, func(t *testing.T) {
		res, err := openroutertest.NewTransport(t, stalling).Client().DoRaw(t.Context(), "GET", "/x", nil)
		require.NoError(t, err)
		time.AfterFunc(time.Second, func() { assert.NoError(t, res.Close()) })
		got, err := io.ReadAll(res)
		assert.Equal(t, "half", string(got))
		assert.ErrorIs(t, err, openrouter.ErrStreamClosed)
	})
	synctest.Test(t, func(t *testing.T) { // no header
		_, err := openroutertest.NewTransport(t, openroutertest.Stall().Latency(openroutertest.Forever).ForPath("/x")).Client().
			DoRaw(t.Context(), "GET", "/x", nil, openrouter.WithTimeout(time.Minute))
		assert.ErrorIs(t, err, openrouter.ErrAttemptTimeout)
	})
}

// A body that nobody reads is closed when it is garbage.
func TestDoRawForgotten(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ended := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sending("audio/mpeg", "half")(w, r)
		<-r.Context().Done()
		close(ended)
	}))
	defer srv.Close()
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithBaseURL(srv.URL))
	func() {
		_, err := client.DoRaw(t.Context(), "GET", "/x", nil)
		require.NoError(t, err)
	}()
	for range 5000 {
		runtime.GC()
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond):
		}
	}
	t.Error("the body is still open")
}

func events(t *testing.T, handler http.HandlerFunc, opts ...openrouter.Option) (list []string, err error) {
	res, err := serving(t, handler, opts...).DoRaw(t.Context(), "POST", "/responses", map[string]bool{"stream": true})
	require.NoError(t, err)
	for data, err := range res.Events() {
		if err != nil {
			assert.Nil(t, data)
			return list, err
		}
		list = append(list, string(data))
	}
	return list, nil
}

func TestEventsOfRawResponses(t *testing.T) {
	const media = "text/event-stream"
	for name, test := range map[string]struct {
		media  string
		pieces []string
		want   []string
	}{
		"events":         {media, []string{": hi\n\nevent: a\nid: 1\nda", "ta: {\"a\":1}\n\ndata: 2\ndata: 3\n\n", "data: [DONE]\n\ndata: after\n\n"}, []string{`{"a":1}`, "2\n3"}},
		"no [DONE]":      {media, []string{"data: 1\n\n"}, []string{"1"}},
		"no blank line":  {media, []string{"data: 1\n\ndata: {\"b\":2}"}, []string{"1", `{"b":2}`}},
		"half a [DONE]":  {media, []string{"data: 1\n\ndata: [DONE]"}, []string{"1"}},
		"another type":   {"text/plain", []string{"data: 1\n\n"}, []string{"1"}},
		"one document":   {"application/json", []string{` {"a":`, `1}`}, []string{`{"a":1}`}},
		"comments alone": {media, []string{": nothing\n\n"}, nil},
	} {
		got, err := events(t, sending(test.media, test.pieces...))
		require.NoError(t, err, name)
		assert.Equal(t, test.want, got, name)
	}

	for name, test := range map[string]struct {
		handler http.HandlerFunc
		opts    []openrouter.Option
		want    error
		before  int
	}{
		"a report":         {sending(media, "data: 1\n\n", "data: {\"error\":{\"code\":429,\"message\":\"Later\"}}\n\n", "data: 3\n\n"), nil, openrouter.ErrRateLimitExceeded, 1},
		"an event by name": {sending(media, "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"Later\"}\n\n"), nil, openrouter.ErrRateLimitExceeded, 0},
		"a cut event":      {sending(media, "data: 1\n\ndata: {\"a\":"), nil, openrouter.ErrStreamTruncated, 1},
		"a cut name":       {sending(media, "data: 1\n\ndat"), nil, openrouter.ErrStreamTruncated, 1},
		"a cut connection": {func(w http.ResponseWriter, r *http.Request) {
			sending(media, "data: 1\n\n")(w, r)
			panic(http.ErrAbortHandler)
		}, nil, io.ErrUnexpectedEOF, 1},
		"HTML":               {sending("text/html", "<html>"), nil, openrouter.ErrProviderUnavailable, 0},
		"nothing":            {sending("", ""), nil, openrouter.ErrProviderUnavailable, 0},
		"a large event":      {sending(media, "data: 1\n\ndata: 123456789\n\n"), []openrouter.Option{openrouter.WithMaxEventSize(5)}, openrouter.ErrTooLarge, 1},
		"a large stream":     {sending(media, "data: 1\n\n", strings.Repeat("data: 1\n\n", 1000)), []openrouter.Option{openrouter.WithMaxStreamSize(9)}, openrouter.ErrTooLarge, 1},
		"a large document":   {sending("application/json", `{"a":"`+strings.Repeat("x", 1000)+`"}`), []openrouter.Option{openrouter.WithMaxBodySize(100)}, openrouter.ErrTooLarge, 0},
		"a report by itself": {sending("text/plain", `{"error":{"code":429,"message":"Later"}}`), nil, openrouter.ErrRateLimitExceeded, 0},
	} {
		got, err := events(t, test.handler, test.opts...)
		assert.ErrorIs(t, err, test.want, name)
		assert.Len(t, got, test.before, name)
	}
}

func TestEventsAreLeftAndReadOnce(t *testing.T) {
	var comments []string
	res, err := serving(t, sending("text/event-stream", ": wait\n\n", "data: 1\n\n", "data: 2\n\n"), openrouter.WithOnComment(func(c string) { comments = append(comments, c) })).
		DoRaw(t.Context(), "GET", "/x", nil)
	require.NoError(t, err)
	for data := range res.Events() {
		assert.Equal(t, "1", string(data))
		break
	}
	assert.Equal(t, []string{"wait"}, comments)
	for _, err := range res.Events() {
		assert.ErrorIs(t, err, openrouter.ErrStreamClosed)
	}
}

// An observation sees the whole body.
func TestDoRawIsObserved(t *testing.T) {
	ends := func(read func(*openrouter.RawResponse)) *noted {
		seen := &noted{}
		res, err := serving(t, sending("audio/mpeg", "ab", "cd"), openrouter.WithObserver(seen)).DoRaw(t.Context(), "GET", "/files/1/content?x=1", nil)
		require.NoError(t, err)
		assert.Empty(t, seen.ends)
		read(res)
		read(res)
		return seen
	}
	whole := ends(func(r *openrouter.RawResponse) { _, _ = io.Copy(io.Discard, r); _ = r.Close() })
	assert.Equal(t, openrouter.Operation{Name: "do", Target: "GET /files/1/content", Stream: true, BaseURL: whole.op.BaseURL}, whole.op)
	assert.Equal(t, []error{nil}, whole.ends)
	assert.Equal(t, 1, whole.first)
	left := ends(func(r *openrouter.RawResponse) { _, _ = io.CopyN(io.Discard, r, 1); _ = r.Close() })
	require.Len(t, left.ends, 1)
	assert.ErrorIs(t, left.ends[0], openrouter.ErrStreamClosed)

	seen := &noted{}
	client, mock := mocked(openrouter.WithObserver(seen), openrouter.WithMaxRetries(0))
	answered(mock, always(500, "{}"))
	_, err := client.DoRaw(t.Context(), "GET", "/x", nil)
	assert.Equal(t, []error{err}, seen.ends)
}

type noted struct {
	op     openrouter.Operation
	first  int
	ends   []error
	result any
}

func (n *noted) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	n.op = op
	return ctx, n
}
func (n *noted) Retry(openrouter.Retry) {}
func (n *noted) FirstChunk()            { n.first++ }
func (n *noted) End(result any, _ openrouter.CallInfo, err error) {
	n.result, n.ends = result, append(n.ends, err)
}

func TestEndpointsAreObserved(t *testing.T) {
	for name, want := range map[string]struct {
		op, target string
		result     any
	}{
		"models": {"list_models", "", &openrouter.ModelList{}}, "models of a user": {"list_models", "", &openrouter.ModelList{}}, "model": {"get_model", "a/b", &openrouter.Model{}},
		"endpoints": {"list_endpoints", "a/b", &openrouter.ModelEndpoints{}}, "private endpoints": {"list_endpoints", "", &openrouter.EndpointList{}}, "count": {"count_models", "", 0},
		"generation": {"get_generation", "", &openrouter.Generation{}}, "content": {"get_generation_content", "", &openrouter.GenerationContent{}},
		"key": {"get_key", "", &openrouter.Key{}}, "credits": {"get_credits", "", &openrouter.Credits{}}, "activity": {"list_activity", "", &openrouter.ActivityList{}},
		"providers": {"list_providers", "", &openrouter.ProviderList{}}, "embeddings": {"embeddings", "a/b", &openrouter.EmbeddingList{}},
	} {
		eachEndpointCall(t, func(t *testing.T, good string, call endpointCall) {
			if !strings.HasSuffix(t.Name(), "/"+strings.ReplaceAll(name, " ", "_")) {
				return
			}
			seen := &noted{}
			client, mock := mocked(openrouter.WithObserver(seen), openrouter.WithMaxRetries(0))
			answered(mock, always(200, good))
			_, err := call(t, client)
			require.NoError(t, err)
			assert.Equal(t, []string{want.op, want.target}, []string{seen.op.Name, seen.op.Target})
			assert.Equal(t, []error{nil}, seen.ends)
			assert.IsType(t, want.result, seen.result)

			answered(mock, always(500, "{}"))
			_, err = call(t, client)
			require.Len(t, seen.ends, 2)
			assert.Equal(t, errors.Is(err, openrouter.ErrServer), errors.Is(seen.ends[1], openrouter.ErrServer))
			_, err = call(t, client, openrouter.WithMaxRetries(-1))
			require.Error(t, err)
			assert.Len(t, seen.ends, 3, "a refused request, too")
		})
	}
}

func TestRawBodiesAreNotShared(t *testing.T) {
	client, mock := mocked()
	data := []byte("abc")
	answered(mock, func(req *http.Request) (int, string) {
		data[0] = 'x'
		body, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(body, []byte("abc")))
		return 200, "{}"
	})
	_, err := client.Do(t.Context(), "POST", "/x", openrouter.RawBody{ContentType: "text/plain", Data: data}, nil)
	require.NoError(t, err)
}
