package natsjobs_test

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
)

// instant is a service that takes no time.
type instant struct{}

const instantAnswer = `{"id":"gen-1760000000-abcdefghijklmnop","object":"chat.completion","created":1760000000,"model":"a/b","provider":"P",` +
	`"choices":[{"index":0,"message":{"role":"assistant","content":"positive"},"finish_reason":"stop","native_finish_reason":"stop"}],` +
	`"usage":{"prompt_tokens":120,"completion_tokens":3,"total_tokens":123,"cost":0.00012}}`

func (instant) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(instantAnswer)),
		ContentLength: int64(len(instantAnswer)), Request: r}, nil
}

// BenchmarkJobs shows how many jobs a second a queue takes and answers, beside a file.
//
//	go test . -run - -bench Jobs -benchtime 100000x
func BenchmarkJobs(b *testing.B) {
	client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-bench"), openrouter.WithHTTPClient(&http.Client{Transport: instant{}}))
	b.Run("file", func(b *testing.B) {
		store, err := jobs.OpenFile(filepath.Join(b.TempDir(), "results.jsonl"))
		require.NoError(b, err)
		b.ResetTimer()
		_, err = (&jobs.Runner{Store: store, Client: client, Workers: 256}).Run(b.Context(), rows(0, b.N))
		require.NoError(b, err)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		require.NoError(b, store.Close())
	})
	bench := func(name string, runner jobs.Runner, config func(b *testing.B) natsjobs.Config) {
		b.Run(name, func(b *testing.B) {
			q := open(b, "bench", config(b))
			b.ResetTimer()
			add(b, q, 0, b.N)
			adding := b.Elapsed()
			b.ResetTimer()
			_, err := q.Work(b.Context(), &runner)
			require.NoError(b, err)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
			b.ReportMetric(float64(b.N)/adding.Seconds(), "added/s")
		})
	}
	embedded := func(b *testing.B) natsjobs.Config { return natsjobs.Config{Dir: b.TempDir()} }
	remote := func(b *testing.B) natsjobs.Config { return natsjobs.Config{URL: newServer(b).URL} }
	bench("embedded", jobs.Runner{Client: client, Workers: 256}, embedded)
	bench("server", jobs.Runner{Client: client, Workers: 256}, remote)
	bench("server with a budget", jobs.Runner{Client: client, Workers: 256, MaxCost: 1e6}, remote)
}
