package natsjobs_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
)

// instant answers at once, so that a benchmark measures the queue alone.
func instant(_ context.Context, job jobs.Job) (jobs.Result, error) {
	return jobs.Result{Value: []byte(`"` + job.Key + `"`), Usage: openrouter.Usage{TotalTokens: 10, Cost: 0.001}}, nil
}

// Jobs a second with answers that take no time: go test -bench . -benchtime 5000x
func BenchmarkJobs(b *testing.B) {
	b.Run("file", func(b *testing.B) {
		store, err := jobs.OpenFile(filepath.Join(b.TempDir(), "results.jsonl"))
		require.NoError(b, err)
		b.ResetTimer()
		_, err = (&jobs.Runner{Store: store, Do: instant, Workers: 64}).Run(b.Context(), rows(0, b.N))
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
	bench("embedded", jobs.Runner{Do: instant, Workers: 64}, embedded)
	bench("server", jobs.Runner{Do: instant, Workers: 64}, remote)
	bench("server with a budget", jobs.Runner{Do: instant, Workers: 64, MaxCost: 1e6}, remote)
}
