package connections_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

const mib = 1 << 20

// listOf is a JSON list of n empty objects.
func listOf(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("{},", n), ",") + "]" }

// TestManyElements holds that an answer of many tiny elements does not take a
// hundred times its size.
func TestManyElements(t *testing.T) {
	message := func(member string) func(n int) string {
		return func(n int) string {
			return `{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hello","` + member + `":` + listOf(n) + `}}]}`
		}
	}
	delta := func(member string) func(n int) string {
		return func(n int) string {
			return `data: {"id":"gen-1","choices":[{"index":0,"finish_reason":"stop","delta":{"content":"hello","` + member + `":` + listOf(n) + "}}]}\n\ndata: [DONE]\n\n"
		}
	}
	for _, row := range []struct {
		name string
		call int // of calls
		body func(n int) string
	}{
		{"choices", 0, func(n int) string { return `{"choices":` + listOf(n) + `}` }},
		{"choices of a stream's whole answer", 1, func(n int) string { return `{"choices":` + listOf(n) + `}` }},
		{"choices of a chunk", 1, func(n int) string { return `data: {"choices":` + listOf(n) + "}\n\ndata: [DONE]\n\n" }},
		{"tool calls", 0, message("tool_calls")},
		{"reasoning details", 0, message("reasoning_details")},
		{"tool calls of a chunk", 1, delta("tool_calls")},
		{"reasoning details of a chunk", 1, delta("reasoning_details")},
		{"choices, a chunk each", 1, func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "data: {\"choices\":[{\"index\":%d,\"delta\":{\"content\":\"a\"}}]}\n\n", i)
			}
			return b.String() + "data: [DONE]\n\n"
		}},
		{"tool calls, a chunk each", 1, func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":%d,\"id\":\"c%d\",\"function\":{\"name\":\"f\"}}]}}]}\n\n", i, i)
			}
			return b.String() + "data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"delta\":{}}]}\n\ndata: [DONE]\n\n"
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			do := func(n int) (uint64, error) {
				body := row.body(n)
				client := through(func(req *http.Request) (*http.Response, error) { return answer(req, body), nil }, openrouter.WithMaxRetries(0))
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err := calls[row.call].do(t.Context(), client)
				runtime.ReadMemStats(&after)
				return after.TotalAlloc - before.TotalAlloc, err
			}
			_, err := do(1000)
			require.NotErrorIs(t, err, openrouter.ErrTooLarge)
			allocated, err := do(50_000)
			require.ErrorIs(t, err, openrouter.ErrTooLarge)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, allocated, uint64(48*mib))
		})
	}
	t.Run("calls in many choices", func(t *testing.T) {
		body := `{"choices":[` + strings.TrimSuffix(strings.Repeat(`{"message":{"tool_calls":`+listOf(4000)+`}},`, 100), ",") + `]}`
		client := through(func(req *http.Request) (*http.Response, error) { return answer(req, body), nil })
		_, err := client.Chat.Create(t.Context(), question)
		require.ErrorIs(t, err, openrouter.ErrTooLarge)
	})
}

// TestBuffersOfLargeEventsAreLetGo holds that a stream that has ended leaves little
// behind.
func TestBuffersOfLargeEventsAreLetGo(t *testing.T) {
	collected := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := collected()
	func() {
		large := strings.Repeat("a", 40*mib)
		s := openrouter.ReadStream(io.MultiReader(strings.NewReader(`data: {"choices":[{"index":0,"finish_reason":"stop","delta":{"content":"`),
			strings.NewReader(large), strings.NewReader("\"}}]}\n\ndata: [DONE]\n\n")))
		_, err := s.Collect()
		require.NoError(t, err)
	}()
	assert.Less(t, collected(), before+24*mib)
}
