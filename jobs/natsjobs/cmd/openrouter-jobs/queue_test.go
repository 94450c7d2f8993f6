package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
)

func TestAQueueInAFolder(t *testing.T) {
	s := newShell(t)
	s.requests("in.jsonl", 20)
	out, _ := s.runs(exitDone, "add", "in.jsonl")
	assert.Equal(t, "20 added, 0 known already\n", out)
	s.requests("in.jsonl", 25)
	out, _ = s.runs(exitDone, "add", "in.jsonl", "--json")
	assert.JSONEq(t, `{"added":5,"known":20}`, out)

	out, _ = s.runs(exitDone, "status")
	assert.Equal(t, "0 done, 0 failed, 25 left, 0 tokens, $0.00, 0 workers\n", out)
	out, stderr := s.runs(exitDone, "work")
	assert.Empty(t, out)
	assert.Contains(t, stderr, "25 done, 0 failed, 250 tokens, $12.50 in ")
	assert.Contains(t, stderr, "The whole queue: 25 done, 0 failed, 250 tokens, $12.50\n")
	out, _ = s.runs(exitDone, "status", "--json")
	assert.JSONEq(t, `{"done":25,"failed":0,"left":0,"tokens":250,"cost":12.5,"workers":0}`, out)

	out, _ = s.runs(exitDone, "results")
	got := s.parse(out)
	assert.Len(t, got, 25)
	assert.Equal(t, "Row 7", got["row-7"].Answer.Text())
	s.write("out.jsonl", "old")
	dash, _ := s.runs(exitDone, "results", "-")
	assert.Equal(t, out, dash)
	assert.NoFileExists(t, s.dir+"/-")
	out, _ = s.runs(exitDone, "results", "out.jsonl")
	assert.Empty(t, out)
	assert.Equal(t, got, s.results("out.jsonl"))

	out, _ = s.runs(exitDone, "work", "--json")
	assert.Zero(t, s.summary(out).Done, "nothing is left")
	_, stderr = s.runs(exitDone, "work", "--queue", "other")
	assert.Contains(t, stderr, `The queue "other" has no jobs`)
}

func TestResultsGoWhereTheyAreSent(t *testing.T) {
	s := newShell(t)
	s.requests("in.jsonl", 3)
	s.runs(exitDone, "run", "in.jsonl", "run.jsonl", "-q")
	s.runs(exitDone, "add", "in.jsonl")
	s.runs(exitDone, "work", "-q")
	s.write("target.jsonl", "old")
	if err := os.Symlink("target.jsonl", filepath.Join(s.dir, "link.jsonl")); err != nil {
		t.Skip("there are no links here: ", err)
	}
	s.runs(exitDone, "results", "link.jsonl")
	assert.Len(t, s.results("target.jsonl"), 3)
	s.runs(exitDone, "results", "new.jsonl")
	mode := func(name string) os.FileMode {
		info, err := os.Lstat(filepath.Join(s.dir, name))
		require.NoError(t, err)
		return info.Mode()
	}
	assert.Equal(t, mode("run.jsonl"), mode("new.jsonl"), "whoever may read the results of a run may read these")
	assert.NotZero(t, mode("link.jsonl")&os.ModeSymlink)
	s.runs(exitDone, "results", os.DevNull)
}

func TestAFolderIsForOneProcess(t *testing.T) {
	s := newShell(t)
	q, err := natsjobs.Open(t.Context(), "jobs", natsjobs.Config{Dir: s.dir + "/here"})
	require.NoError(t, err)
	_, stderr := s.runs(exitError, "status", "--dir", "here")
	assert.Contains(t, stderr, "the folder is in use")
	require.NoError(t, q.Put(t.Context(), jobs.Result{Key: "a", Err: "no"}))
	require.NoError(t, q.Close())
	out, _ := s.runs(exitDone, "status", "--dir", "here", "--json")
	assert.Equal(t, 1, s.summary(out).Failed)
}

func TestAQueueOnAServer(t *testing.T) {
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir()})
	require.NoError(t, err)
	srv.Start()
	defer srv.Shutdown()
	require.True(t, srv.ReadyForConnections(time.Minute))

	s := newShell(t)
	s.env = append(s.env, "NATS_URL="+srv.ClientURL())
	s.requests("in.jsonl", 200)
	s.runs(exitDone, "add", "in.jsonl", "--queue", "labels")
	var fleet []*exec.Cmd
	for range 3 {
		c := s.command("work", "--queue", "labels", "--workers", "4", "-q")
		require.NoError(t, c.Start())
		fleet = append(fleet, c)
	}
	for _, c := range fleet {
		require.NoError(t, c.Wait())
	}
	out, _ := s.runs(exitDone, "status", "--queue", "labels", "--json")
	sum := s.summary(out)
	assert.Equal(t, []int{200, 0, 0}, []int{sum.Done, sum.Failed, sum.Left})
	out, _ = s.runs(exitDone, "results", "--queue", "labels", "--url", srv.ClientURL())
	assert.Len(t, s.parse(out), 200)
}

func TestAServerThatIsNotThere(t *testing.T) {
	s := newShell(t)
	_, stderr := s.runs(exitError, "status", "--url", "nats://127.0.0.1:1")
	assert.Contains(t, stderr, "connect")
	s.env = append(s.env, "NATS_URL=nats://127.0.0.1:1")
	s.runs(exitError, "status")
	_, stderr = s.runs(exitError, "status", "--dir", "here")
	assert.Contains(t, stderr, "no queue in the folder here", "a folder wins over the variable")
	assert.NoDirExists(t, s.dir+"/here")
}
