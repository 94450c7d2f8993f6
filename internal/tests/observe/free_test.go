//go:build !race

// With the race detector, a sync.Pool drops what it gets at random.

package observe_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// A client without observers allocates what it did before there were any.
func TestFreeWithoutObservers(t *testing.T) {
	const before = 50 // of Create, measured before there were observers
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithHTTPClient(&http.Client{Transport: kit.Answering(200, nil, []byte(answer))}))
	req, ctx := asking("hi"), t.Context()
	allocs := testing.AllocsPerRun(200, func() {
		_, err := client.Chat.Create(ctx, req)
		require.NoError(t, err)
	})
	assert.LessOrEqual(t, allocs, float64(before))
}
