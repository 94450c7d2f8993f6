package jobstest_test

import (
	"context"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
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

func TestAGoodStorePasses(t *testing.T) {
	jobstest.Run(t, openFile)
}

// broken is a store with a defect.
type broken struct {
	jobs.Store
	defect string
	kept   []jobs.Result
}

var defects = []string{"forgets", "drops meta", "keeps all", "keeps the first", "pending is done", "failed is not done", "late", "cuts keys"}

func (b *broken) Put(ctx context.Context, results ...jobs.Result) error {
	var changed []jobs.Result
	for _, r := range results {
		switch b.defect {
		case "forgets":
			if r.Key == "q7" || r.Key == "batch" {
				continue
			}
		case "drops meta":
			r.Meta = nil
		case "cuts keys":
			r.Key, _, _ = strings.Cut(r.Key, "\n")
		case "late": // the last one stays in memory until the next
			b.kept = append(b.kept, r)
			if r, b.kept = b.kept[0], b.kept[1:]; len(b.kept) == 0 {
				b.kept = append(b.kept, r)
				continue
			}
		}
		changed = append(changed, r)
	}
	return b.Store.Put(ctx, changed...)
}

func (b *broken) Close() error {
	if len(b.kept) > 0 {
		_ = b.Store.Put(context.Background(), b.kept...)
	}
	return b.Store.Close()
}

func (b *broken) Done(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range b.Store.Results(ctx) {
			if err == nil && (r.Pending() && b.defect != "pending is done" || r.Err != "" && b.defect == "failed is not done") {
				continue
			}
			if !yield(r.Key, err) {
				return
			}
		}
	}
}

func (b *broken) Results(ctx context.Context) iter.Seq2[jobs.Result, error] {
	return func(yield func(jobs.Result, error) bool) {
		for r, err := range b.Store.Results(ctx) {
			if !yield(r, err) || b.defect == "keeps all" && !yield(r, err) {
				return
			}
			if b.defect == "keeps the first" && r.Key == "b" {
				return
			}
		}
	}
}

// It runs in a process of its own, where it must fail.
func TestABrokenStore(t *testing.T) {
	defect := os.Getenv("JOBSTEST_DEFECT")
	if defect == "" {
		t.Skip("TestEveryDefectIsFound runs it")
	}
	jobstest.Run(t, func(t testing.TB, dir string) jobs.Store { return &broken{Store: openFile(t, dir), defect: defect} })
}

func TestEveryDefectIsFound(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	for _, defect := range defects {
		cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestABrokenStore$", "-test.count=1")
		cmd.Env = append(os.Environ(), "JOBSTEST_DEFECT="+defect, "GORACE=atexit_sleep_ms=0")
		out, err := cmd.CombinedOutput()
		assert.Error(t, err, defect)
		assert.Contains(t, string(out), "--- FAIL: TestABrokenStore/", defect)
	}
}
