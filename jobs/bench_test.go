package jobs_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

// instant is a service that takes no time.
type instant struct{}

var instantAnswer = []byte(`{"id":"gen-1760000000-abcdefghijklmnop","object":"chat.completion","created":1760000000,"model":"a/b","provider":"P",` +
	`"choices":[{"index":0,"message":{"role":"assistant","content":"positive"},"finish_reason":"stop","native_finish_reason":"stop"}],` +
	`"usage":{"prompt_tokens":120,"completion_tokens":3,"total_tokens":123,"cost":0.00012}}`)

func (instant) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(instantAnswer)),
		ContentLength: int64(len(instantAnswer)), Request: r}, nil
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkRun shows how many jobs a second a run with a file takes, and what it remembers of each.
// The second figure of time is for starting the finished run again.
//
//	go test ./jobs -run - -bench Run -benchtime 1x
func BenchmarkRun(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				path := filepath.Join(b.TempDir(), "results.jsonl")
				store, err := jobs.OpenFile(path)
				require.NoError(b, err)
				client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-bench"), openrouter.WithHTTPClient(&http.Client{Transport: instant{}}))
				var high, before float64 = 0, heap()
				recorded := 0
				runner := jobs.Runner{Client: client, Store: store, Workers: 256, OnProgress: func(jobs.Status) {
					if recorded++; recorded == n-256 { // while it runs, near the end
						high = heap()
					}
				}}
				start := time.Now()
				status, err := runner.Run(b.Context(), rows(n))
				took := time.Since(start)
				require.NoError(b, err)
				require.Equal(b, n, status.Done)
				b.ReportMetric(float64(n)/took.Seconds(), "jobs/s")
				b.ReportMetric((high-before)/1e6, "MB")
				b.ReportMetric((high-before)/float64(n), "B/job")
				start = time.Now()
				status, err = runner.Run(b.Context(), rows(n))
				require.NoError(b, err)
				require.Equal(b, n, status.Done)
				b.ReportMetric(time.Since(start).Seconds(), "s/resume")
				require.NoError(b, store.Close())
			}
		})
	}
}
