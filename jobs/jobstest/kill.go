package jobstest

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// The variables of a process that a test starts, to kill it.
const (
	childDir = "OPENROUTER_JOBSTEST_DIR"
	childURL = "OPENROUTER_JOBSTEST_URL"
)

func isChild() bool { return os.Getenv(childDir) != "" }

// Plan configures [Kill].
type Plan struct {
	// Jobs is the number of jobs. The default is 500.
	Jobs int
	// Kills is how often all processes are killed, at random moments. The default is 5.
	Kills int
	// Processes is the number of processes at a time. The default is 1; more need a store that
	// processes share.
	Processes int
	// Workers is the Runner.Workers of each. The default is 16.
	Workers int
	// Open opens the store.
	Open Open
	// Work is the work of a process. The default runs a jobs.Runner over the source.
	Work func(ctx context.Context, store jobs.Store, runner *jobs.Runner, source iter.Seq2[jobs.Job, error]) error
}

// Kill starts the test binary again, with only this test. These processes work on jobs, with a fake
// service, until they are killed. This is repeated, and then the work is finished. Every job must
// be recorded once. Only jobs that ran during a kill may be sent again: at most Processes times
// Workers jobs for each kill.
func Kill(t *testing.T, k Plan) {
	k.Jobs, k.Kills = cmp.Or(k.Jobs, 500), cmp.Or(k.Kills, 5)
	k.Processes, k.Workers = cmp.Or(k.Processes, 1), cmp.Or(k.Workers, 16)
	if k.Work == nil {
		k.Work = func(ctx context.Context, _ jobs.Store, runner *jobs.Runner, source iter.Seq2[jobs.Job, error]) error {
			_, err := runner.Run(ctx, source)
			return err
		}
	}
	if isChild() {
		k.child(t)
		return
	}
	dir := t.TempDir()
	seen := counter{times: map[string]int{}}
	srv := openroutertest.NewServer(t, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
		seen.add(r.Text())
		return openroutertest.Text(r.Text()).Latency(rand.N(4 * time.Millisecond)).Cost(0.001)
	}).Always())
	for i := range k.Kills {
		// Somewhere in the share of the jobs that belongs to this kill.
		at := (i*k.Jobs + rand.N(k.Jobs)) / (k.Kills + 1)
		k.run(t, dir, srv.URL, seen.reaches(at))
	}
	k.run(t, dir, srv.URL, nil)

	store := k.Open(t, dir)
	defer func() { must(t, store.Close()) }()
	got := all(t, store)
	equal(t, k.Jobs, len(got), "jobs that are recorded")
	for key, r := range got {
		equal(t, "", r.Err)
		equal(t, key, r.Answer.Text(), "the answer belongs to the job")
	}
	recorded := map[string]int{}
	for key, err := range store.Done(t.Context()) {
		must(t, err)
		recorded[key]++
	}
	for key, n := range recorded {
		equal(t, 1, n, "how often "+key+" is recorded")
	}
	asked, again := seen.sum()
	equal(t, k.Jobs, asked)
	most := k.Kills * k.Processes * k.Workers
	holds(t, again <= most, "%d requests were repeated, but only %d can have been under way at the kills", again, most)
	t.Logf("%d jobs, %d kills: %d requests were repeated, %d were allowed", k.Jobs, k.Kills, again, most)
}

// run starts the processes, and kills them after a signal, or waits for their end.
func (k *Plan) run(t *testing.T, dir, url string, kill <-chan struct{}) {
	t.Helper()
	var all []*exec.Cmd
	for range k.Processes {
		cmd := child(t, dir, url)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		must(t, cmd.Start())
		all = append(all, cmd)
	}
	if kill != nil {
		<-kill
		for _, cmd := range all {
			_ = cmd.Process.Kill() // it may have ended
		}
	}
	for _, cmd := range all {
		if err := cmd.Wait(); kill == nil {
			must(t, err)
		}
	}
}

// child prepares this test in a process of its own.
func child(t *testing.T, dir, url string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	pattern := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	cmd := exec.CommandContext(t.Context(), program, "-test.run="+pattern, "-test.count=1")
	cmd.Env = append(os.Environ(), childDir+"="+dir, childURL+"="+url)
	return cmd
}

// child is the process that is killed.
func (k *Plan) child(t *testing.T) {
	client := openrouter.NewClient(openrouter.WithAPIKey(openroutertest.Key), openrouter.WithBaseURL(os.Getenv(childURL)))
	store := k.Open(t, os.Getenv(childDir))
	err := k.Work(t.Context(), store, &jobs.Runner{Client: client, Store: store, Workers: k.Workers}, questions(k.Jobs))
	must(t, err)
	must(t, store.Close())
}

// counter counts the requests of each job.
type counter struct {
	mu    sync.Mutex
	times map[string]int
	total int
	at    int
	hit   chan struct{}
}

func (c *counter) add(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.times[key]++
	if c.total++; c.hit != nil && len(c.times) >= c.at {
		close(c.hit)
		c.hit = nil
	}
}

// reaches returns a channel that is closed when so many jobs have been asked.
func (c *counter) reaches(n int) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	hit := make(chan struct{})
	if c.at = n; len(c.times) >= n {
		close(hit)
		return hit
	}
	c.hit = hit
	return hit
}

// sum returns how many jobs were asked, and how many requests came again.
func (c *counter) sum() (asked, again int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.times), c.total - len(c.times)
}

// survives kills a process that puts results and says so, and looks for what it said.
func survives(t *testing.T, p place) {
	for range 3 {
		cmd := child(t, p.dir, "-")
		out, err := cmd.StdoutPipe()
		must(t, err)
		cmd.Stderr = os.Stderr
		must(t, cmd.Start())
		var said []string
		for lines, most := bufio.NewScanner(out), 1+rand.N(30); len(said) < most && lines.Scan(); {
			if key, ok := strings.CutPrefix(lines.Text(), "put "); ok {
				said = append(said, key)
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		holds(t, len(said) > 0, "the process stored nothing")
		p.with(t, func(s jobs.Store) {
			got := all(t, s)
			keys := done(t, s)
			for _, key := range said {
				holds(t, slices.Contains(keys, key), "Done lacks %s, which Put had stored", key)
				equal(t, key, got[key].Answer.Text())
			}
			equal(t, len(keys), len(got))
		})
	}
}

// runChild puts results until it is killed.
func runChild(t *testing.T, open Open) {
	t.Run("WhatWasPutSurvivesTheProcess", func(t *testing.T) {
		store := open(t, os.Getenv(childDir))
		for i := 0; ; i++ {
			key := fmt.Sprintf("%d-%d", os.Getpid(), i)
			put(t, store, answered(key, key))
			fmt.Fprintf(os.Stdout, "put %s\n", key)
		}
	})
}
