package endpoints_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// submitted returns the id of a batch of two rows.
func submitted(t *testing.T, client *openrouter.Client) string {
	b, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: batchModel, Rows: asks("one", "two")})
	require.NoError(t, err)
	return b.ID
}

func TestBatchWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := openroutertest.NewTransport(t)
		life := []openrouter.BatchStatus{openrouter.BatchStatusValidating}
		for range 10 {
			life = append(life, openrouter.BatchStatusInProgress)
		}
		transport.SetBatchLife(append(life, openrouter.BatchStatusCompleted)...)
		id := submitted(t, transport.Client())

		start, last := time.Now(), time.Now()
		var waits []time.Duration
		client := transport.Client(openrouter.WithHTTPClient(&http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			waits, last = append(waits, time.Since(last)), time.Now()
			return transport.RoundTrip(req)
		})}))
		b, err := client.Batches.Wait(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, openrouter.BatchStatusCompleted, b.Status)
		require.Len(t, waits, 12)
		assert.Zero(t, waits[0], "the first look is at once")
		for i, step := range []float64{15, 22.5, 33.75, 50.625, 60, 60, 60} {
			wait := waits[i+1].Seconds()
			assert.True(t, wait > step*3/4 && wait <= step, "wait %d is %v", i+1, wait)
		}
		assert.Greater(t, time.Since(start), 5*time.Minute)

		// A program that was started again knows only the id.
		b, err = transport.Client().Batches.Wait(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, 2, b.RequestCounts.Completed)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestBatchWaitOutlivesFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const path = "/batches/*"
		transport := openroutertest.NewTransport(t,
			openroutertest.Reset().ForPath(path), openroutertest.Error(503, "").RetryAfter(5*time.Minute).ForPath(path), openroutertest.Error(500, "").ForPath(path),
			openroutertest.Raw(`{"id":"batch`).Cut().ForPath(path), openroutertest.Raw(`{"id":"batch`).ForPath(path), openroutertest.Stall().ForPath(path),
			openroutertest.Raw(`{"id":"batch_fake_1",`).Stall().ForPath(path), openroutertest.HTML(502, "<html>").ForPath(path))
		transport.SetBatchLife(openrouter.BatchStatusInProgress, openrouter.BatchStatusCompleted)
		var told []openrouter.Retry
		client := transport.Client(openrouter.WithOnRetry(func(r openrouter.Retry) { told = append(told, r) }))
		id := submitted(t, client)
		start := time.Now()
		b, err := client.Batches.Wait(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, openrouter.BatchStatusCompleted, b.Status)
		require.Len(t, told, 8)
		assert.Equal(t, 5*time.Minute, told[1].Wait, "the service's hint is followed")
		assert.Greater(t, time.Since(start), 17*time.Minute, "the timeouts are ten minutes and two")
	})
}

func TestBatchWaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for status, want := range map[int]openrouter.ErrorType{401: openrouter.ErrAuthentication, 403: openrouter.ErrPermissionDenied, 404: openrouter.ErrNotFound} {
			_, err := openroutertest.NewTransport(t, openroutertest.Error(status, "").ForPath("/batches/x")).Client().Batches.Wait(t.Context(), "x")
			require.ErrorIs(t, err, want)
		}
		for _, status := range []openrouter.BatchStatus{openrouter.BatchStatusFailed, openrouter.BatchStatusExpired, openrouter.BatchStatusCancelled} {
			transport := openroutertest.NewTransport(t)
			transport.SetBatchLife(openrouter.BatchStatusInProgress, status)
			client := transport.Client()
			id := submitted(t, client)
			b, err := client.Batches.Wait(t.Context(), id)
			var e *openrouter.BatchError
			require.ErrorAs(t, err, &e)
			assert.Same(t, b, e.Batch)
			assert.Equal(t, status, b.Status)
			assert.Contains(t, fmt.Sprintf("%+v", err), "openrouter: batch batch_fake_1 is "+string(status))
			rows := 0
			for result, err := range client.Batches.Results(t.Context(), id) {
				if err != nil {
					require.ErrorAs(t, err, &e)
				} else if rows++; rows == 2 {
					_, err := result.Answer()
					require.ErrorContains(t, err, "expired before")
				}
			}
			assert.Equal(t, map[bool]int{true: 2}[status == openrouter.BatchStatusExpired], rows)
		}

		transport := openroutertest.NewTransport(t, openroutertest.Error(503, "").ForPath("/batches/*").When(func(r *openroutertest.Request) bool { return r.Method == "GET" }))
		transport.SetBatchLife(openrouter.BatchStatusInProgress)
		client := transport.Client()
		id := submitted(t, client)
		for _, failing := range []bool{true, false} {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			b, err := client.Batches.Wait(ctx, id)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, failing, b == nil, "the batch as it was last seen")
			assert.Equal(t, failing, errors.Is(err, openrouter.ErrProviderOverloaded))
		}
		for _, id := range []string{"", ".", ".."} {
			var e *openrouter.ValidationError
			_, err := client.Batches.Wait(t.Context(), id)
			require.ErrorAs(t, err, &e)
			_, err = client.Batches.Delete(t.Context(), id)
			require.ErrorAs(t, err, &e)
			for _, err := range client.Batches.Results(t.Context(), id) {
				require.ErrorAs(t, err, &e)
			}
		}
	})
}

// TestBatchSubmitCancelled ends the context of the call while Rows waits.
func TestBatchSubmitCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := openroutertest.NewTransport(t, openroutertest.Stall().ForPath("/batches"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := transport.Client().Batches.Submit(ctx, &openrouter.BatchRequest{Model: batchModel, Rows: asks("one")})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, openrouter.ErrBatchUnknown, "the whole batch was sent")

		_, err = transport.Client().Batches.Submit(ctx, &openrouter.BatchRequest{Model: batchModel, Rows: asks("one")})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, openrouter.ErrBatchUnknown, "nothing was sent")
	})
}

func TestBatchList(t *testing.T) {
	srv := openroutertest.NewServer(t)
	client := srv.Client()
	var want []string
	for range 5 {
		want = append([]string{submitted(t, client)}, want...)
	}
	_, err := client.Batches.Get(t.Context(), want[0])
	require.NoError(t, err)

	var got []string
	for b, err := range client.Batches.All(t.Context(), &openrouter.BatchListParams{Limit: new(2), CreatedAfter: time.Now().Add(-time.Hour), CreatedBefore: time.Now().Add(time.Hour)}) {
		require.NoError(t, err)
		assert.Equal(t, 2, b.RequestCounts.Total)
		got = append(got, b.ID)
	}
	assert.Equal(t, want, got, "the newest first")
	page, err := client.Batches.List(t.Context(), &openrouter.BatchListParams{
		Status: []openrouter.BatchStatus{openrouter.BatchStatusCompleted, openrouter.BatchStatusExpired}, Extra: map[string][]string{"x": {"y"}, "after": {"z"}}, After: "",
	})
	require.NoError(t, err)
	assert.Empty(t, page.Data, "after an unknown id there is nothing")
	page, err = client.Batches.List(t.Context(), &openrouter.BatchListParams{Status: []openrouter.BatchStatus{openrouter.BatchStatusCompleted}})
	require.NoError(t, err)
	require.Len(t, page.Data, 1)
	assert.Equal(t, want[0], page.LastID)
	assert.Equal(t, 200, page.Data[0].Call().StatusCode)
	requests := srv.Requests()
	assert.Equal(t, []string{"completed", "expired"}, requests[len(requests)-2].Query["status"])

	page, err = client.Batches.List(t.Context(), &openrouter.BatchListParams{CreatedBefore: time.Now().Add(-time.Hour)})
	require.NoError(t, err)
	assert.Empty(t, page.Data)
	_, err = client.Batches.List(t.Context(), &openrouter.BatchListParams{Limit: new(101)})
	require.ErrorContains(t, err, "limit is 101, must be between 1 and 100")
	_, err = client.Batches.Delete(t.Context(), want[1])
	require.ErrorContains(t, err, "409")

	for bad, why := range map[string]string{
		`{"data":[],"has_more":true}`:                 "is missing, although there is a next page",
		`{"data":[],"has_more":true,"last_id":"b_1"}`: "leads back to a page that was already read",
		`{"object":"list"}`:                           "no data",
	} {
		client, mock := mocked(openrouter.WithMaxRetries(0))
		answered(mock, always(200, bad))
		var last error
		for _, err := range client.Batches.All(t.Context(), nil) {
			last = err
		}
		require.ErrorContains(t, last, why)
	}
}
