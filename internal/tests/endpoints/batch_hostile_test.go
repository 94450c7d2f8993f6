package endpoints_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// TestBatchThatCannotBeWritten has a batch and ids that have no JSON of their own.
func TestBatchThatCannotBeWritten(t *testing.T) {
	client := openroutertest.NewTransport(t).Client()
	_, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{
		Model: batchModel, Rows: asks("one"), Extra: map[string]any{"x": make(chan int)},
	})
	var invalid *openrouter.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.ErrorContains(t, err, "chan int")

	hi := &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}}
	_, err = client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: batchModel, Rows: openrouter.BatchRows(
		openrouter.BatchRow{CustomID: "a\xff", Request: hi}, openrouter.BatchRow{CustomID: "a\xfe", Request: hi},
	)})
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, "requests[0].custom_id", invalid.Violations[0].Field)
}

// slowly yields small rows, one each second.
func slowly(asked *int) *openrouter.BatchRequest {
	return &openrouter.BatchRequest{Model: batchModel, Rows: func(yield func(openrouter.BatchRow, error) bool) {
		for i := range 5000 {
			*asked++
			time.Sleep(time.Second)
			req := &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage(strings.Repeat("x", 700))}}
			if !yield(openrouter.BatchRow{CustomID: strconv.Itoa(i), Request: req}, nil) {
				return
			}
		}
	}}
}

// TestBatchStopsAtOnce has rows that come slowly, and are small, so that an upload has nothing to
// write for a long time.
func TestBatchStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, before := 0, 0
		client := transported(func(req *http.Request) (*http.Response, error) {
			_, _ = io.CopyN(io.Discard, req.Body, 60_000)
			before = asked
			_ = req.Body.Close()
			return &http.Response{StatusCode: 401, Body: io.NopCloser(strings.NewReader(`{"error":{"code":401,"message":"no"}}`)), Request: req}, nil
		})
		_, err := client.Batches.Submit(t.Context(), slowly(&asked))
		require.ErrorIs(t, err, openrouter.ErrAuthentication)
		assert.LessOrEqual(t, asked, before+1, "the service has refused the batch")

		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		asked = 0
		_, err = client.Batches.Submit(ctx, slowly(&asked))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, openrouter.ErrBatchUnknown)
		assert.Equal(t, 4, asked)
	})
}

// TestBatchResultsThatAreMissing has a batch with fewer results than it says.
func TestBatchResultsThatAreMissing(t *testing.T) {
	client, mock := mocked(openrouter.WithMaxRetries(0))
	answered(mock, always(200, `{"id":"batch_1","status":"completed","request_counts":{"total":3,"completed":2,"failed":1},"results":[`+resultOf("a", "1")+`]}`))
	rows, err := readResults(t, client)
	assert.Equal(t, []string{"a: 1"}, rows)
	var incomplete *openrouter.BatchError
	require.ErrorAs(t, err, &incomplete)
	assert.EqualError(t, err, "openrouter: batch batch_1 is completed: 2 of 3 requests completed, 1 failed: the service sent results for only 1")
}

// TestBatchWaitIsBounded has a service that wants years of patience.
func TestBatchWaitIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := openroutertest.Error(503, "").RetryAfter(10_000 * time.Hour).ForPath("/batches/*").When(func(r *openroutertest.Request) bool { return r.Method == http.MethodGet })
		transport := openroutertest.NewTransport(t, late, late, late)
		client := transport.Client()
		id := submitted(t, client)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		_, err := client.Batches.Wait(ctx, id)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, openrouter.ErrProviderOverloaded)
		assert.Zero(t, time.Since(start), "nothing can come of waiting")

		_, err = client.Batches.Wait(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, 10*time.Minute, time.Since(start), "twice the total of WithMaxRetryWait")
		assert.Len(t, transport.Requests(), 5)
	})
}

// TestBatchThatIsFollowedByMore has bodies with more than the batch.
func TestBatchThatIsFollowedByMore(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":"b","status":"completed"}` + strings.Repeat(" \n", 50_000): "",
		`{"id":"b","status":"completed"}{}`:                               "openrouter: decoding Batch: data after the end of the value at byte 31",
		`{"id":"b","status":"completed","results":[]} <html>`:             "openrouter: decoding Batch: data after the end of the value at byte 45",
	} {
		client, mock := mocked()
		answered(mock, always(200, body))
		_, err := client.Batches.Get(t.Context(), "b")
		for _, failed := range client.Batches.Results(t.Context(), "b") {
			require.Equal(t, err, failed)
		}
		if want == "" {
			assert.NoError(t, err)
		} else {
			assert.EqualError(t, err, want)
		}
	}
}

func TestBatchDeletionThatIsNone(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"id":7}`, `{"id":""}`, `<html>`, `{"id":"b"`} {
		w := &batchWatcher{}
		client, mock := mocked(openrouter.WithObserver(w), openrouter.WithMaxRetries(0))
		answered(mock, always(200, body))
		deletion, err := client.Batches.Delete(t.Context(), "b")
		require.Error(t, err, body)
		assert.Nil(t, deletion, body)
		assert.Contains(t, w.seen[0], "delete_batch: <nil> 200", "nothing had arrived")
	}
}
