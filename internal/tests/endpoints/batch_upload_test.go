package endpoints_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// large yields n rows of 20 KB, and then the error if it is not nil. asked counts the rows.
func large(n int, asked *int, end error) *openrouter.BatchRequest {
	return &openrouter.BatchRequest{Model: batchModel, Rows: func(yield func(openrouter.BatchRow, error) bool) {
		for i := range n {
			*asked++
			if !yield(openrouter.BatchRow{CustomID: fmt.Sprint(i), Request: &openrouter.ChatCompletionRequest{Prompt: strings.Repeat("x", 20_000)}}, nil) {
				return
			}
		}
		if end != nil {
			yield(openrouter.BatchRow{}, end)
		}
	}}
}

// transported returns a client whose requests end in a function.
func transported(f roundTripper, opts ...openrouter.Option) *openrouter.Client {
	return openrouter.NewClient(append([]openrouter.Option{openrouter.WithAPIKey(endpointKey), openrouter.WithHTTPClient(&http.Client{Transport: f})}, opts...)...)
}

// TestBatchThatBreaksOffIsNotWhole looks at what the server sees of an upload that breaks off.
func TestBatchThatBreaksOffIsNotWhole(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		seen := make(chan error, 1)
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			assert.Equal(t, http2, r.ProtoMajor == 2)
			_, err := io.Copy(io.Discard, r.Body)
			seen <- err
		}))
		srv.EnableHTTP2 = http2
		srv.StartTLS()
		defer srv.Close()
		client := openrouter.NewClient(openrouter.WithAPIKey(endpointKey), openrouter.WithBaseURL(srv.URL), openrouter.WithHTTPClient(srv.Client()))
		boom := errors.New("boom")
		_, err := client.Batches.Submit(t.Context(), large(50, new(int), boom))
		require.ErrorIs(t, err, boom)
		require.Error(t, <-seen, "the body does not come to its end")
	}
}

// TestBatchRefusedEarly has servers that answer before they have read the batch.
func TestBatchRefusedEarly(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	const report = `{"error":{"code":403,"message":"no batches for this key"}}`
	asked := 0
	client := transported(func(req *http.Request) (*http.Response, error) {
		_, _ = io.CopyN(io.Discard, req.Body, 100_000)
		_ = req.Body.Close()
		return &http.Response{StatusCode: 403, Body: io.NopCloser(strings.NewReader(report)), Request: req}, nil
	})
	_, err := client.Batches.Submit(t.Context(), large(5000, &asked, nil))
	require.ErrorIs(t, err, openrouter.ErrPermissionDenied)
	require.NotErrorIs(t, err, openrouter.ErrBatchUnknown)
	assert.Less(t, asked, 20, "the rest is not asked for")

	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 100_000)
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, report)
	}))
	defer srv.Close()
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	asked = 0
	client = openrouter.NewClient(openrouter.WithAPIKey(endpointKey), openrouter.WithBaseURL(srv.URL), openrouter.WithHTTPClient(&http.Client{Transport: own}))
	_, err = client.Batches.Submit(t.Context(), large(5000, &asked, nil))
	require.NotErrorIs(t, err, openrouter.ErrBatchUnknown)
	assert.Less(t, asked, 5000)
	var connection *openrouter.ConnectionError
	if !errors.As(err, &connection) { // the server closes the connection behind its answer, and net/http may see that first
		require.ErrorIs(t, err, openrouter.ErrPermissionDenied)
	}
}

// TestBatchTakenEarly has a server that takes a batch before it has read all of it.
func TestBatchTakenEarly(t *testing.T) {
	client := transported(func(req *http.Request) (*http.Response, error) {
		assert.Nil(t, req.GetBody, "the body cannot be had again")
		_, _ = io.CopyN(io.Discard, req.Body, 1000)
		_ = req.Body.Close()
		return &http.Response{StatusCode: 202, Body: io.NopCloser(strings.NewReader(`{"id":"batch_1"}`)), Request: req}, nil
	})
	_, err := client.Batches.Submit(t.Context(), large(100, new(int), nil))
	require.ErrorIs(t, err, openrouter.ErrBatchUnknown)
	require.ErrorContains(t, err, "answered before the end of the upload")
}

// TestBatchUploadTimeout has a server that takes nothing, and one that does not answer.
func TestBatchUploadTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, whole := range map[string]bool{"takes nothing": false, "does not answer": true} {
			client := transported(func(req *http.Request) (*http.Response, error) {
				if whole {
					_, _ = io.Copy(io.Discard, req.Body)
				}
				<-req.Context().Done()
				_ = req.Body.Close()
				return nil, req.Context().Err()
			})
			_, err := client.Batches.Submit(t.Context(), large(100, new(int), nil))
			require.ErrorIs(t, err, openrouter.ErrAttemptTimeout, name)
			assert.Equal(t, whole, errors.Is(err, openrouter.ErrBatchUnknown), name)
		}
	})
}

// TestBatchOfABrokenIterator breaks the upload off in its middle: the service makes no batch.
func TestBatchOfABrokenIterator(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	boom := errors.New("the database is gone")
	for name, size := range map[string]int{"before the request": 10, "in the request": 100_000} {
		client := openroutertest.NewTransport(t).Client()
		rows := func(yield func(openrouter.BatchRow, error) bool) {
			for i := range 10 {
				req := &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage(strings.Repeat("x", size))}}
				if !yield(openrouter.BatchRow{CustomID: fmt.Sprint(i), Request: req}, nil) {
					return
				}
			}
			yield(openrouter.BatchRow{}, boom)
		}
		_, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: batchModel, Rows: rows})
		require.ErrorIs(t, err, boom, name)
		require.NotErrorIs(t, err, openrouter.ErrBatchUnknown)
		assert.EqualError(t, err, "openrouter: after 10 rows of the batch: the database is gone")
		assert.Panics(t, func() {
			_, _ = client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: batchModel, Rows: func(yield func(openrouter.BatchRow, error) bool) {
				rows(func(r openrouter.BatchRow, err error) bool { return err != nil || yield(r, nil) })
				panic("in the iterator")
			}})
		}, "panics reach the caller")
		list, err := client.Batches.List(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, list.Data, name)
	}
}

func TestBatchIsNeverSentTwice(t *testing.T) {
	for _, reply := range []openroutertest.Reply{
		openroutertest.Error(http.StatusServiceUnavailable, ""), openroutertest.Error(http.StatusTooManyRequests, ""), openroutertest.Error(400, ""),
		openroutertest.Error(408, ""), openroutertest.Error(500, ""), openroutertest.Error(502, ""), openroutertest.HTML(200, "<html>"), openroutertest.Raw("").Status(202), openroutertest.Raw("{}"),
		openroutertest.Raw(`{"id":"batch_1","status":`).Status(202), openroutertest.Reset(), openroutertest.Cut(),
	} {
		srv := openroutertest.NewServer(t, reply.ForPath("/batches"), openroutertest.Reply{})
		client := srv.Client(openrouter.WithMaxRetries(5), openrouter.WithRetryPolicy(func(openrouter.Retry) bool { return true }))
		reads := 0
		_, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: batchModel, Rows: func(yield func(openrouter.BatchRow, error) bool) {
			reads++
			asks("one", "two")(yield)
		}})
		require.Error(t, err, reply)
		assert.Equal(t, 1, reads, reply)
		assert.Len(t, srv.Requests(), 1, reply)
		e, refused := errors.AsType[*openrouter.APIError](err)
		if refused = refused && (e.StatusCode == 503 || e.StatusCode == 429 || e.StatusCode == 400); refused {
			assert.NotErrorIs(t, err, openrouter.ErrBatchUnknown, reply)
			continue
		}
		require.ErrorIs(t, err, openrouter.ErrBatchUnknown, reply)
		var unknown *openrouter.BatchUnknownError
		require.ErrorAs(t, err, &unknown, reply)
		assert.Equal(t, batchModel, unknown.Model)
		assert.Equal(t, 2, unknown.Rows)
		assert.Contains(t, err.Error(), "it is unknown whether the batch was created: look in Batches.List for one of model openai/gpt-5-mini with 2 requests")
	}
	client := openrouter.NewClient(openrouter.WithAPIKey("k"), openrouter.WithBaseURL("http://127.0.0.1:1"))
	_, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: batchModel, Rows: asks("one")})
	var e *openrouter.ConnectionError
	require.ErrorAs(t, err, &e, "there was no connection")
	assert.NotErrorIs(t, err, openrouter.ErrBatchUnknown)
}
