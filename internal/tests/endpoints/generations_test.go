package endpoints_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

func TestGenerationsGet(t *testing.T) {
	client, mock := mocked()
	sent := answered(mock, always(200, `{"data":{"id":"gen-1"},"x":1}`))
	g, err := client.Generations.Get(t.Context(), "gen-1&x=ä")
	require.NoError(t, err)
	assert.Equal(t, []string{"https://openrouter.ai/api/v1/generation?id=gen-1%26x%3D%C3%A4"}, *sent)
	assert.Equal(t, "gen-1", g.ID)
	assert.Equal(t, []int{200, 1}, []int{g.Call().StatusCode, g.Call().Attempts})
	assert.Zero(t, (*openrouter.Generation)(nil).Call())
}

func TestGenerationsGetRefusesNoID(t *testing.T) {
	client, mock := mocked()
	_, err := client.Generations.Get(t.Context(), "", openrouter.WithMaxRetries(-1))
	var e *openrouter.ValidationError
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Violations, 2)
	assert.Equal(t, openrouter.Violation{Field: "id", Problem: "is empty"}, e.Violations[1])
	assert.Zero(t, mock.GetTotalCallCount())
}

func TestGenerationsGetWaitsWherePolicySaysSo(t *testing.T) {
	notYet := `{"error":{"code":404,"message":"Generation gen-1 not found"}}`
	synctest.Test(t, func(t *testing.T) {
		client, mock := mocked()
		left := 2
		sent := answered(mock, func(*http.Request) (int, string) {
			if left--; left >= 0 {
				return 404, notYet
			}
			return 200, `{"data":{"id":"gen-1","total_cost":0.5}}`
		})
		_, err := client.Generations.Get(t.Context(), "gen-1")
		assert.ErrorIs(t, err, openrouter.ErrNotFound)
		assert.Len(t, *sent, 1, "a missing record is not repeated by itself")

		left = 2
		g, err := client.Generations.Get(t.Context(), "gen-1", openrouter.WithRetryPolicy(func(r openrouter.Retry) bool {
			return openrouter.RetryTransient(r) || errors.Is(r.Err, openrouter.ErrNotFound)
		}))
		require.NoError(t, err)
		assert.Equal(t, 0.5, g.TotalCost)
		assert.Equal(t, 3, g.Call().Attempts)
		assert.Positive(t, g.Call().Waited)
	})
}

func TestGenerationsWait(t *testing.T) {
	calls := map[string]endpointCall{
		"get": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
			g, err := c.Generations.Get(t.Context(), "gen-1", opts...)
			return g.Call(), err
		},
		"content": func(t *testing.T, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
			g, err := c.Generations.Content(t.Context(), "gen-1", opts...)
			return g.Call(), err
		},
	}
	for name, call := range calls {
		synctest.Test(t, func(t *testing.T) {
			client, mock := mocked(openrouter.WithOnRetry(func(r openrouter.Retry) { t.Error("a wait is no retry", r) }))
			left := 4
			sent := answered(mock, func(*http.Request) (int, string) {
				if left--; left >= 0 {
					return 404, `{"error":{"code":404,"message":"Generation gen-1 not found"}}`
				}
				return 200, `{"data":{"id":"gen-1"}}`
			})
			start := time.Now()
			info, err := call(t, client, openrouter.WithRecordWait(time.Minute))
			require.NoError(t, err, name)
			assert.Equal(t, 3750*time.Millisecond, time.Since(start))
			assert.Equal(t, []any{5, 3750 * time.Millisecond, 200}, []any{info.Attempts, info.Waited, info.StatusCode})

			*sent, left, start = nil, 1<<30, time.Now()
			_, err = call(t, client, openrouter.WithRecordWait(10*time.Second), openrouter.WithMaxRetries(0))
			var e *openrouter.APIError
			require.ErrorAs(t, err, &e)
			assert.ErrorIs(t, err, openrouter.ErrNotFound)
			assert.Equal(t, 10*time.Second, time.Since(start), "it asks a last time when the time is over")
			assert.Equal(t, []any{len(*sent), 10 * time.Second}, []any{e.Call().Attempts, e.Call().Waited})
			assert.Len(t, *sent, 7)
		})
	}
	synctest.Test(t, func(t *testing.T) { // the wait ends with the context
		client, mock := mocked()
		answered(mock, always(404, "{}"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := client.Generations.Get(ctx, "gen-1", openrouter.WithRecordWait(time.Hour))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, openrouter.ErrNotFound)
	})
	synctest.Test(t, func(t *testing.T) { // other failures in between are retried as ever
		client, mock := mocked()
		statuses := []int{404, 503, 404, 200}
		answered(mock, func(*http.Request) (int, string) {
			status := statuses[0]
			statuses = statuses[1:]
			return status, `{"data":{"id":"gen-1"}}`
		})
		g, err := client.Generations.Get(t.Context(), "gen-1", openrouter.WithRecordWait(time.Minute))
		require.NoError(t, err)
		assert.Equal(t, 4, g.Call().Attempts)
	})
}
