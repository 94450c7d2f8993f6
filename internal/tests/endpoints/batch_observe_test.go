package endpoints_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// batchWatcher writes down what it sees.
type batchWatcher struct{ seen []string }

type batchParent struct{}

func (w *batchWatcher) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	name := op.Name
	if parent, ok := ctx.Value(batchParent{}).(string); ok {
		name = parent + "/" + name
	}
	if req, ok := op.Request.(*openrouter.BatchRequest); ok {
		req.Extra = map[string]any{"seen": true}
		name += " " + op.Target
	}
	return context.WithValue(ctx, batchParent{}, op.Name), &batchObservation{w, name}
}

type batchObservation struct {
	w    *batchWatcher
	name string
}

func (o *batchObservation) Retry(openrouter.Retry) { o.w.seen = append(o.w.seen, o.name+" again") }
func (o *batchObservation) FirstChunk()            {}
func (o *batchObservation) End(result any, info openrouter.CallInfo, err error) {
	switch b, ok := result.(*openrouter.Batch); {
	case ok:
		result = b.Status
	case result != nil:
		result = fmt.Sprintf("%T", result)
	}
	o.w.seen = append(o.w.seen, fmt.Sprintf("%s: %v %d %v", o.name, result, info.StatusCode, err))
}

func TestBatchesAreObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &batchWatcher{}
		transport := openroutertest.NewTransport(t, openroutertest.Error(503, "", "busy").ForPath("/batches/*"))
		client := transport.Client(openrouter.WithObserver(w))
		req := &openrouter.BatchRequest{Model: batchModel, Rows: asks("one", "two")}
		b, err := client.Batches.Submit(t.Context(), req)
		require.NoError(t, err)
		assert.Nil(t, req.Extra, "observers change a copy")
		assert.Contains(t, string(transport.Requests()[0].Raw), `"seen":true,"requests"`)
		_, err = client.Batches.Wait(t.Context(), b.ID)
		require.NoError(t, err)
		for range 2 {
			for range client.Batches.Results(t.Context(), b.ID) {
				if len(w.seen) == 6 {
					break
				}
			}
		}
		for range client.Batches.All(t.Context(), nil) {
			continue
		}
		_, err = client.Batches.Delete(t.Context(), b.ID)
		require.NoError(t, err)
		_, err = client.Batches.Submit(t.Context(), nil)
		require.Error(t, err)
		assert.Equal(t, []string{
			"submit_batch openai/gpt-5-mini: validating 202 <nil>",
			"wait_batch/get_batch: <nil> 503 openrouter: provider_overloaded 503: busy",
			"wait_batch again",
			"wait_batch/get_batch: completed 200 <nil>",
			"wait_batch: completed 0 <nil>",
			"batch_results: completed 200 <nil>",
			"batch_results: <nil> 200 openrouter: stream is closed",
			"list_batches: *openrouter.BatchList 200 <nil>",
			"delete_batch: *openrouter.BatchDeletion 200 <nil>",
			"submit_batch: <nil> 0 openrouter: request is nil",
		}, w.seen)
	})
}

// TestLinksThatLeadNowhereAreObserved has pages whose link to the next one is refused.
func TestLinksThatLeadNowhereAreObserved(t *testing.T) {
	w := &batchWatcher{}
	client, mock := mocked(openrouter.WithObserver(w))
	answered(mock, always(200, `{"data":[{"id":"a/b"}],"links":{"next":"https://elsewhere.example/"},"has_more":true}`))
	var failed error
	for _, failed = range client.Models.All(t.Context(), nil) {
	}
	require.ErrorContains(t, failed, "leads to another server")
	for _, failed = range client.Batches.All(t.Context(), nil) {
	}
	require.ErrorContains(t, failed, "is missing, although there is a next page")
	require.Len(t, w.seen, 4)
	assert.Contains(t, w.seen[1], "list_models: <nil> 0 openrouter: decoding links.next: leads to another server")
	assert.Contains(t, w.seen[3], "list_batches: <nil> 0 openrouter: decoding last_id: is missing")
	assert.Equal(t, 2, mock.GetTotalCallCount())
}
