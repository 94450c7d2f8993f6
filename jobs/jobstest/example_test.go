package jobstest_test

import (
	"path/filepath"
	"testing"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/jobstest"
)

// A store of your own is checked by one test.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestStore(t *testing.T)
		jobstest.Run(t, func(t testing.TB, dir string) jobs.Store {
			store, err := jobs.OpenFile(filepath.Join(dir, "results.jsonl")) // your store here
			if err != nil {
				t.Fatal(err)
			}
			return store
		})
	}
}
