package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/jobstest"
	"github.com/openrouter-go/openrouter/jobs/jobstest/sqlite"
)

func open(t testing.TB, dir string) jobs.Store {
	s, err := sqlite.Open(filepath.Join(dir, "results.db"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) { jobstest.Run(t, open) }

func TestStoreIsKilled(t *testing.T) { jobstest.Kill(t, jobstest.Plan{Open: open}) }
