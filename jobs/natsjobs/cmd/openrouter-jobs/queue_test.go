package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/stretchr/testify/require"
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
	out, _ = s.runs(exitDone, "results", "out.jsonl")
	assert.Empty(t, out)
	assert.Equal(t, got, s.results("out.jsonl"))

	out, _ = s.runs(exitDone, "work", "--json")
	assert.Zero(t, s.summary(out).Done, "nothing is left")
	_, stderr = s.runs(exitDone, "work", "--queue", "other")
	assert.Contains(t, stderr, `The queue "other" has no jobs`)
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

func TestAServerThatIsNotThere(t *testing.T) {
	s := newShell(t)
	_, stderr := s.runs(exitError, "status", "--url", "nats://127.0.0.1:1")
	assert.Contains(t, stderr, "connect")
	s.env = append(s.env, "NATS_URL=nats://127.0.0.1:1")
	s.runs(exitError, "status")
	s.runs(exitDone, "status", "--dir", "here")
}
