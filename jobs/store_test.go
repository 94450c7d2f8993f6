package jobs_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/jobstest"
)

func openIn(t testing.TB, dir string) jobs.Store {
	s, err := jobs.OpenFile(filepath.Join(dir, "results.jsonl"))
	require.NoError(t, err)
	return s
}

func TestAFileIsAStore(t *testing.T) { jobstest.Run(t, openIn) }

// 5,000 jobs; the process is killed 20 times.
func TestAKillLosesNothing(t *testing.T) {
	jobstest.Kill(t, jobstest.Plan{Jobs: 5000, Kills: 20, Open: openIn})
}
