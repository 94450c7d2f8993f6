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
