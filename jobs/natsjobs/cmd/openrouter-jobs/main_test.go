package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const asCommand = "OPENROUTER_JOBS_TEST"

// The program of the tests is the command, too, so that it can be sent signals.
func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run())
	}
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0") // with -race, each command would take a second to end
	os.Exit(m.Run())
}

// shell is a folder in which commands run, with a service that answers.
type shell struct {
	t   *testing.T
	dir string
	env []string
	srv *openroutertest.Server
}

// newShell starts a fake service; without replies it echoes.
func newShell(t *testing.T, replies ...openroutertest.Reply) *shell {
	if replies == nil {
		replies = append(replies, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
			return openroutertest.Text(r.Text()).Usage(5, 5).Cost(0.5)
		}).Always())
	}
	srv := openroutertest.NewServer(t, replies...)
	return &shell{t: t, dir: t.TempDir(), srv: srv, env: []string{
		"OPENROUTER_API_KEY=" + openroutertest.Key, "OPENROUTER_BASE_URL=" + srv.URL, "NATS_URL=", "NATS_CREDS=",
	}}
}

func (s *shell) command(args ...string) *exec.Cmd {
	program, err := os.Executable()
	require.NoError(s.t, err)
	c := exec.CommandContext(s.t.Context(), program, args...)
	c.Dir = s.dir
	c.Env = append(append(os.Environ(), asCommand+"=1"), s.env...)
	return c
}

// runs runs a command and requires its exit status.
func (s *shell) runs(status int, args ...string) (stdout, stderr string) {
	s.t.Helper()
	c := s.command(args...)
	var out, err bytes.Buffer
	c.Stdout, c.Stderr = &out, &err
	_ = c.Run() // the status is looked at
	require.Equal(s.t, status, c.ProcessState.ExitCode(), "%s\n%s%s", args, out.String(), err.String())
	require.NotContains(s.t, out.String()+err.String(), openroutertest.Key)
	return out.String(), err.String()
}

func (s *shell) write(name, text string) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600))
}

// requests writes a file with the jobs row-0, row-1, …
func (s *shell) requests(name string, n int) {
	s.t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"key":"row-%d","request":{"model":"m/x","messages":[{"role":"user","content":"Row %d"}]}}`+"\n", i, i)
	}
	s.write(name, b.String())
}

// results reads a file of results.
func (s *shell) results(name string) map[string]jobs.Result {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(s.t, err)
	return s.parse(string(data))
}

func (s *shell) parse(text string) map[string]jobs.Result {
	s.t.Helper()
	all := map[string]jobs.Result{}
	for line := range strings.Lines(text) {
		var r jobs.Result
		require.NoError(s.t, json.Unmarshal([]byte(line), &r), line)
		all[r.Key] = r
	}
	return all
}

func (s *shell) summary(stdout string) summary {
	s.t.Helper()
	var sum summary
	require.NoError(s.t, json.Unmarshal([]byte(stdout), &sum), stdout)
	return sum
}

func TestHelp(t *testing.T) {
	s := newShell(t)
	out, _ := s.runs(exitDone)
	help, _ := s.runs(exitDone, "--help")
	assert.Equal(t, help, out)
	for _, name := range []string{"run", "add", "work", "status", "results"} {
		assert.Contains(t, help, "openrouter-jobs "+name)
		out, _ = s.runs(exitDone, name, "--help")
		assert.Contains(t, out, "Examples:\n  openrouter-jobs "+name)
	}
	s.env = append(s.env, "NATS_URL=nats://me:password@host")
	out, _ = s.runs(exitDone, "work", "--help")
	assert.NotContains(t, out, "password")
}

func TestAWrongCommandLine(t *testing.T) {
	s := newShell(t)
	s.write("a.csv", "x\n1\n")
	for _, c := range []struct{ line, says string }{
		{"walk", `no command "walk"`},
		{"run", "two files"},
		{"run a", "two files"},
		{"add", "one file"},
		{"work now", "no files"},
		{"results a b", "at most one"},
		{"run a -", "name a file"},
		{"run a b --speed 3", "unknown flag: --speed"},
		{"run a b --workers 0", "at least 1"},
		{"run a b --workers many", "--workers"},
		{"run a b --max-cost 0", "more than 0"},
		{"run a b --per-second -1", "negative"},
		{"run a.csv b", "--prompt or --template"},
		{"run a b --prompt x", "--prompt needs --model"},
		{"run a b --model x", "need --prompt"},
		{"run a b --model x --prompt x --template t", "cannot both be set"},
		{"run a b --key x", "--key needs"},
		{"work --dir a --url nats://b", "--dir and --url cannot both be set"},
		{"status --lease 1ms", "--lease is 1ms: it must be at least 300ms"},
	} {
		_, stderr := s.runs(exitUsage, strings.Fields(c.line)...)
		assert.Contains(t, stderr, c.says)
		assert.Contains(t, stderr, "--help", "it says where to look")
	}
	assert.NoFileExists(t, filepath.Join(s.dir, "b"))
}

func TestFilesThatAreWrong(t *testing.T) {
	s := newShell(t)
	s.write("bad.jsonl", `{"key":"a","request":{"model":"m/x","messages":[{"role":"user","content":"Hi"}]}}`+"\nno\n")
	s.write("a.csv", "id,text\n1,x\n")
	s.write("empty.csv", "")
	s.write("list.json", "[]")
	s.write("plain.json", `{"model":"m/x","messages":[]}`)
	s.write("short.csv", "id,text\n1\n")
	s.write("nokey.csv", "id,text\n,x\n")
	for _, c := range []struct{ line, says string }{
		{"run none.jsonl out", "none.jsonl"},
		{"run bad.jsonl out", "line 2"},
		{"run bad.jsonl no/such/folder", "no/such/folder"},
		{"run a.csv out --model m --prompt {{texts}}", `no column "texts"; the columns are id, text`},
		{"run a.csv out --model m --prompt {{text}} --key ids", `no column "ids"`},
		{"run a.csv out --model m --prompt text", "no {{column}}"},
		{"run empty.csv out --model m --prompt {{x}}", "is empty"},
		{"run a.csv out --template none.json", "none.json"},
		{"run a.csv out --template list.json", "not a request"},
		{"run a.csv out --template plain.json", "no {{column}}"},
		{"run short.csv out --model m --prompt {{text}}", "short.csv: record on line 2"},
		{"run nokey.csv out --model m --prompt {{text}} --key id", `the column "id" is empty`},
	} {
		_, stderr := s.runs(exitError, strings.Fields(c.line)...)
		assert.Contains(t, stderr, c.says, c.line)
	}
}

func TestWithoutAKeyNothingIsAsked(t *testing.T) {
	s := newShell(t)
	s.requests("in.jsonl", 3)
	s.env = append(s.env, "OPENROUTER_API_KEY=")
	_, stderr := s.runs(exitRefused, "run", "in.jsonl", "out.jsonl")
	assert.Contains(t, stderr, "OPENROUTER_API_KEY is not set")
	assert.NoFileExists(t, filepath.Join(s.dir, "out.jsonl"))

	s.runs(exitDone, "run", "in.jsonl", "out.jsonl", "--fake")
	assert.Equal(t, "A fake answer to: Row 1", s.results("out.jsonl")["row-1"].Answer.Text())
}

func TestTheExitStatusSaysWhy(t *testing.T) {
	refuse := func(status int, kind openrouter.ErrorType) openroutertest.Reply {
		return openroutertest.Error(status, kind, "no").Always()
	}
	for _, c := range []struct {
		reply   openroutertest.Reply
		args    []string
		status  int
		stopped string
		left    int
	}{
		{refuse(401, openrouter.ErrAuthentication), nil, exitRefused, "refused", 5},
		{refuse(402, openrouter.ErrPaymentRequired), nil, exitRefused, "refused", 5},
		{refuse(400, openrouter.ErrInvalidRequest), nil, exitFailed, "", 0},
		{openroutertest.Text("x").Cost(1).Always(), []string{"--max-cost", "2.5", "--workers", "1"}, exitMaxCost, "max_cost", 3},
		{openroutertest.Text("x").Always(), nil, exitDone, "", 0},
	} {
		for _, queue := range []bool{false, true} {
			s := newShell(t, c.reply)
			s.requests("in.jsonl", 5)
			args := append([]string{"run", "in.jsonl", "out.jsonl", "--json"}, c.args...)
			if queue {
				s.runs(exitDone, "add", "in.jsonl")
				args = append([]string{"work", "--json"}, c.args...)
			}
			out, stderr := s.runs(c.status, args...)
			sum := s.summary(out)
			assert.Equal(t, c.stopped, sum.Stopped, "%s%s", out, stderr)
			assert.Equal(t, c.stopped != "", sum.Error != "")
			assert.Equal(t, c.status == exitMaxCost, strings.Contains(sum.Error, "raise --max-cost"), sum.Error)
			if queue {
				sum = *sum.Queue
			}
			assert.Equal(t, c.left, sum.Left)
			assert.Equal(t, 5, sum.Done+sum.Failed+sum.Left)
		}
	}
}
