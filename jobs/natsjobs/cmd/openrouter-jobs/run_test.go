package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestRunGoesOnWhereItStopped(t *testing.T) {
	s := newShell(t)
	s.requests("in.jsonl", 20)
	out, stderr := s.runs(exitDone, "run", "in.jsonl", "out.jsonl", "--json", "-q")
	sum := s.summary(out)
	assert.Equal(t, []int{20, 0, 0, 200}, []int{sum.Done, sum.Failed, sum.Left, sum.Tokens})
	assert.InDelta(t, 10, sum.Cost, 1e-9)
	assert.Empty(t, stderr)

	s.requests("in.jsonl", 30)
	out, stderr = s.runs(exitDone, "run", "in.jsonl", "out.jsonl")
	assert.Empty(t, out)
	assert.Regexp(t, `^30 done, 0 failed, 100 tokens, \$5\.00 in \d+s\n$`, stderr, "only ten were asked")
	for key, r := range s.results("out.jsonl") {
		assert.Equal(t, strings.Replace(key, "row-", "Row ", 1), r.Answer.Text())
	}
	assert.Len(t, s.results("out.jsonl"), 30)
}

func TestRunRepeatsFailedJobsWhenAsked(t *testing.T) {
	var works atomic.Bool
	s := newShell(t, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
		if !works.Load() && r.Text() == "Row 1" {
			return openroutertest.Error(400, "invalid_request", "no")
		}
		return openroutertest.Text("yes")
	}).Always())
	s.requests("in.jsonl", 3)
	s.runs(exitFailed, "run", "in.jsonl", "out.jsonl")
	works.Store(true)
	s.runs(exitFailed, "run", "in.jsonl", "out.jsonl")
	s.runs(exitDone, "run", "in.jsonl", "out.jsonl", "--retry-failed")
	assert.Equal(t, "yes", s.results("out.jsonl")["row-1"].Answer.Text())
}

func TestRowsOfATable(t *testing.T) {
	s := newShell(t)
	s.write("a.csv", "\ufeffid,the text\r\n7,\"a \"\"b\"\", {{id}}\nc\"\r\n8,d\r\n")
	s.runs(exitDone, "run", "a.csv", "out.jsonl", "--key", "id", "--model", "m/x", "--system", "Answer as {{id}}.", "--prompt", "Good? {{ the text }}")
	got := s.results("out.jsonl")
	require.Len(t, got, 2)
	assert.Equal(t, "Good? a \"b\", {{id}}\nc", got["7"].Answer.Text(), "what a row holds is not a template")
	assert.JSONEq(t, `{"id":"8","the text":"d"}`, string(got["8"].Meta))

	s.write("t.json", `{"model":"m/{{size}}","seed":9007199254740991,"temperature":0.5,"messages":[{"role":"user","content":[{"type":"text","text":"{{size}}{{size}}"}]}]}`)
	s.write("b.tsv", "size\tq\nbig\t5\" x\nbig\ty\n")
	out, _ := s.runs(exitDone, "run", "b.tsv", "o2.jsonl", "--template", "t.json", "--json")
	assert.Equal(t, 1, s.summary(out).Done, "rows with equal requests are one job")
	for _, r := range s.results("o2.jsonl") {
		assert.Equal(t, "bigbig", r.Answer.Text())
		assert.Equal(t, "m/big", r.Answer.Model)
	}
}

func TestRunReadsStandardInput(t *testing.T) {
	s := newShell(t)
	c := s.command("run", "-", "out.jsonl")
	in, err := c.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	_, err = io.WriteString(in, `{"request":{"model":"m/x","messages":[{"role":"user","content":"Hi"}]}}`)
	require.NoError(t, err)
	require.NoError(t, in.Close())
	require.NoError(t, c.Wait())
	assert.Len(t, s.results("out.jsonl"), 1)
}

// started runs a command until it has sent a request that gets no answer before release.
func started(t *testing.T, s *shell, args ...string) (interrupt func(), says func(string), status func() int) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent an interrupt")
	}
	c := s.command(args...)
	stderr, err := c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(stderr)
	interrupt = func() { require.NoError(t, c.Process.Signal(os.Interrupt)) }
	says = func(text string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		require.Fail(t, "it never said "+text)
	}
	status = func() int {
		_, _ = io.Copy(io.Discard, stderr)
		_ = c.Wait() // the status is looked at
		return c.ProcessState.ExitCode()
	}
	return interrupt, says, status
}

// stalling answers the first requests and then none until it is released.
func stalling(t *testing.T) (s *shell, asked <-chan struct{}, release func()) {
	t.Helper()
	requests, open := make(chan struct{}, 100), make(chan struct{})
	s = newShell(t, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
		requests <- struct{}{}
		<-open
		return openroutertest.Text(r.Text())
	}).Always())
	s.requests("in.jsonl", 50)
	release = func() { close(open) }
	return s, requests, release
}

func TestTheFirstSignalDrains(t *testing.T) {
	for _, queue := range []bool{false, true} {
		s, asked, release := stalling(t)
		args := []string{"run", "in.jsonl", "out.jsonl", "--workers", "2"}
		if queue {
			s.runs(exitDone, "add", "in.jsonl")
			args = []string{"work", "--workers", "2"}
		}
		interrupt, says, status := started(t, s, args...)
		<-asked
		<-asked
		interrupt()
		says("Stopping: running requests are finished first")
		release()
		assert.Equal(t, exitInterrupted, status())
		again := []string{"run", "in.jsonl", "out.jsonl"}
		if queue {
			out, _ := s.runs(exitDone, "results")
			n := len(s.parse(out))
			assert.GreaterOrEqual(t, n, 2, "what was under way is recorded")
			assert.Less(t, n, 10)
			again = []string{"work"}
		} else {
			n := len(s.results("out.jsonl"))
			assert.GreaterOrEqual(t, n, 2, "what was under way is recorded")
			assert.Less(t, n, 10)
		}
		s.runs(exitDone, again...)
	}
}

func TestTheSecondSignalStops(t *testing.T) {
	s, asked, release := stalling(t)
	defer release()
	interrupt, says, status := started(t, s, "run", "in.jsonl", "out.jsonl", "--workers", "2")
	<-asked
	<-asked
	interrupt()
	says("Stopping: ")
	interrupt()
	says("Stopping now")
	start := time.Now()
	assert.Equal(t, exitInterrupted, status())
	assert.Less(t, time.Since(start), time.Minute)
	assert.Empty(t, s.results("out.jsonl"))
}

func TestASignalEndsTheWaitForStandardInput(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent an interrupt")
	}
	s := newShell(t)
	c := s.command("run", "-", "out.jsonl")
	in, err := c.StdinPipe()
	require.NoError(t, err)
	defer in.Close()
	require.NoError(t, c.Start())
	_, err = io.WriteString(in, `{"request":{"model":"m/x","messages":[{"role":"user","content":"Hi"}]}}`+"\n")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		data, err := os.ReadFile(s.dir + "/out.jsonl")
		return err == nil && len(data) > 0
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, c.Process.Signal(os.Interrupt))
	_ = c.Wait() // the status is looked at
	assert.Equal(t, exitInterrupted, c.ProcessState.ExitCode())
}

// A signal leaves the batch to the service. The next run picks it up.
func TestABatchIsPickedUp(t *testing.T) {
	s := newShell(t)
	s.requests("in.jsonl", 10)
	s.srv.SetBatchLife(openrouter.BatchStatusInProgress, openrouter.BatchStatusCompleted)
	interrupt, _, status := started(t, s, "run", "in.jsonl", "out.jsonl", "--batch")
	require.Eventually(t, func() bool {
		data, err := os.ReadFile(s.dir + "/out.jsonl")
		return err == nil && strings.Count(string(data), "\n") == 10
	}, time.Minute, 10*time.Millisecond, "the id of the batch is stored first")
	interrupt()
	assert.Equal(t, exitInterrupted, status())
	for _, r := range s.results("out.jsonl") {
		assert.True(t, r.Pending())
	}
	out, _ := s.runs(exitDone, "run", "in.jsonl", "out.jsonl", "--batch", "--json")
	assert.Equal(t, 10, s.summary(out).Done)
	assert.Equal(t, "Row 3", s.results("out.jsonl")["row-3"].Answer.Text())
	posts := 0
	for _, r := range s.srv.Requests() {
		if r.Method == http.MethodPost {
			posts++
		}
	}
	assert.Equal(t, 1, posts, "it was sent once")
}

func TestATerminalHasABar(t *testing.T) {
	s, asked, release := stalling(t)
	c := s.command("run", "in.jsonl", "out.jsonl", "--workers", "4")
	screen, err := pty.StartWithSize(c, &pty.Winsize{Rows: 30, Cols: 120})
	if err != nil {
		t.Skip("there are no terminals here: ", err)
	}
	defer screen.Close()
	<-asked
	var shown strings.Builder
	for part := make([]byte, 4096); !strings.Contains(shown.String(), "50 left"); {
		n, err := screen.Read(part)
		require.NoError(t, err, shown.String())
		shown.Write(part[:n])
	}
	release()
	_, _ = io.Copy(&shown, screen) // it ends with an error on Linux
	require.NoError(t, c.Wait())
	text := shown.String()
	assert.Regexp(t, `\[[=>-]+\]`, text)
	assert.Contains(t, text, "tokens/s")
	last := text[strings.LastIndex(strings.TrimSpace(text), "\n"):]
	assert.Contains(t, last, "50 done, 0 failed")
}

func TestAPauseTellsNothingOfTheTimeToGo(t *testing.T) {
	s := newShell(t, openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RetryAfter(2*time.Second), openroutertest.Echo())
	s.requests("in.jsonl", 5)
	c := s.command("run", "in.jsonl", "out.jsonl", "--workers", "1")
	screen, err := pty.StartWithSize(c, &pty.Winsize{Rows: 30, Cols: 200})
	if err != nil {
		t.Skip("there are no terminals here: ", err)
	}
	defer screen.Close()
	var shown strings.Builder
	for part := make([]byte, 4096); !strings.Contains(shown.String(), "paused for"); {
		n, err := screen.Read(part)
		require.NoError(t, err, shown.String())
		shown.Write(part[:n])
	}
	assert.NotContains(t, shown.String(), "to go", "no job is done")
	_, _ = io.Copy(io.Discard, screen) // it ends with an error on Linux
	require.NoError(t, c.Wait())
}
