package jobstest_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/jobstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openFile(t testing.TB, dir string) jobs.Store {
	s, err := jobs.OpenFile(filepath.Join(dir, "results.jsonl"))
	require.NoError(t, err)
	return s
}

func TestFileStore(t *testing.T) { jobstest.Run(t, openFile) }

func TestFileStoreIsKilled(t *testing.T) {
	jobstest.Kill(t, jobstest.Plan{Jobs: 5000, Kills: 20, Open: openFile})
}
