package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
)

// noJobs may be a wrong name, too.
const noJobs = "The queue %q has no jobs; add some with the command add.\n"

// queue says which queue a command is for.
type queue struct {
	name   string
	config natsjobs.Config
	creds  string
}

func (q *queue) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&q.name, "queue", "jobs", "the `name` of the queue")
	f.StringVar(&q.config.URL, "url", "", "the `address` of a NATS server with JetStream, or several of a cluster, separated by commas; the default is NATS_URL")
	f.StringVar(&q.config.Dir, "dir", "", "a `folder` with the queue, instead of a server, for one process at a time; without a URL the default is openrouter-jobs")
	f.StringVar(&q.creds, "creds", "", "a `file` with the credentials for the URL; the default is NATS_CREDS")
	f.IntVar(&q.config.Replicas, "replicas", 0, "number of `servers` of a cluster that keep each job of a new queue; the default is 3 in a cluster")
	f.DurationVar(&q.config.Lease, "lease", 0, "the `time` after which another worker gets the jobs of a dead worker, such as 2m; the default is that of the queue, or 30s for a new one")
}

const minLease = 300 * time.Millisecond // of natsjobs.Config

// open opens the queue. It makes a folder for add only. It tells of lost connections if say is not nil.
func (q *queue) open(c *cobra.Command, say func(string)) (*natsjobs.Queue, error) {
	config := q.config
	switch {
	case config.Dir != "" && config.URL != "":
		return nil, usageError{c, errors.New("--dir and --url cannot both be set")}
	case c.Flags().Changed("lease") && config.Lease < minLease:
		return nil, usageError{c, fmt.Errorf("--lease is %s: it must be at least %s", config.Lease, minLease)}
	}
	if config.Dir == "" && config.URL == "" {
		// Not as defaults of the flags, which the help shows: a URL may hold a password.
		if config.URL = os.Getenv("NATS_URL"); config.URL == "" {
			config.Dir = "openrouter-jobs"
		}
	}
	if _, err := os.Stat(config.Dir); config.Dir != "" && c.Name() != "add" && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no queue in the folder %s; make one with add, or name a server with --url or NATS_URL", config.Dir)
	}
	creds := cmp.Or(q.creds, os.Getenv("NATS_CREDS"))
	if config.URL != "" {
		if creds != "" {
			config.Options = append(config.Options, nats.UserCredentials(creds))
		}
		if say != nil {
			config.Options = append(config.Options,
				nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
					if err != nil {
						say(fmt.Sprintf("The connection to the NATS server is lost (%v). Trying again.", err))
					}
				}),
				nats.ReconnectHandler(func(*nats.Conn) { say("The connection to the NATS server is back.") }))
		}
	}
	return natsjobs.Open(c.Context(), q.name, config)
}

func newAdd() *cobra.Command {
	var q queue
	var in input
	var isJSON bool
	c := &cobra.Command{
		Use:   "add IN",
		Short: "Add the jobs of a file to a queue",
		Long: `add puts the jobs of the file IN into a queue. Jobs whose key is already queued or
recorded are skipped, so the same file can be added again after an error. IN has the
same form as for run.`,
		Example: `  openrouter-jobs add in.jsonl --url nats://host --queue labels`,
		Args:    files(1, 1, "one file: IN"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			in.path = args[0]
			if err := in.check(); err != nil {
				return usageError{c, err}
			}
			file, err := in.open()
			if err != nil {
				return err
			}
			defer file.Close()
			source, err := in.jobs(file)
			if err != nil {
				return err
			}
			queue, err := q.open(c, nil)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, queue.Close()) }()
			added, known, err := queue.Add(c.Context(), source)
			if isJSON {
				return errors.Join(err, writeJSON(os.Stdout, map[string]int{"added": added, "known": known}))
			}
			fmt.Fprintf(os.Stdout, "%s added, %s known already\n", comma(added), comma(known))
			return err
		},
	}
	q.flags(c)
	in.flags(c)
	c.Flags().BoolVar(&isJSON, "json", false, "write the counts to standard output as JSON")
	return c
}

func newWork() *cobra.Command {
	var w worker
	var q queue
	c := &cobra.Command{
		Use:   "work",
		Short: "Send the jobs of a queue, on any number of machines",
		Long: `work sends the jobs of a queue until every job has a result, from any worker. Start
any number of workers, at any time, with the same --max-cost. They share the jobs,
the budget and the pauses of rate limits. With --wait they wait for more jobs. If a
worker dies, another one sends its jobs again after --lease.`,
		Example: `  openrouter-jobs work --url nats://host --queue labels --workers 64 --max-cost 20`,
		Args:    files(0, 0, "no files"),
		RunE:    func(c *cobra.Command, _ []string) error { return w.work(c, &q) },
	}
	w.flags(c)
	q.flags(c)
	c.Flags().BoolVar(&q.config.Wait, "wait", false, "wait for more jobs when all are recorded")
	return c
}

func (w *worker) work(c *cobra.Command, q *queue) (err error) {
	runner, free, err := w.runner(c)
	if err != nil {
		return err
	}
	defer free()
	var shown atomic.Pointer[progress]
	say := func(text string) {
		if p := shown.Load(); p != nil {
			p.say(text)
		}
	}
	queue, err := q.open(c, say)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, queue.Close()) }()
	first, err := queue.Status(c.Context())
	if err != nil {
		return err
	}
	p := newProgress(first.Done+first.Failed+first.Left, first, w.isQuiet)
	shown.Store(p)
	ctx, signals := listen(c.Context(), p.say, draining, queue.Drain)
	defer signals.stop()
	looking, end := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		p.follow(looking, queue)
	}()
	status, err := queue.Work(ctx, runner)
	end()
	<-watched
	p.end()
	mine := summaryOf(status)
	mine.Left = 0 // what it has not done is left to all
	if last, failed := queue.Status(c.Context()); failed == nil {
		all := summaryOf(last)
		mine.Queue = &all
		if last.Done+last.Failed+last.Left == 0 {
			fmt.Fprintf(os.Stderr, noJobs, q.name)
		}
	}
	return w.report(mine, time.Since(p.start), signals, err)
}

// follow shows the status of the whole queue.
func (p *progress) follow(ctx context.Context, q *natsjobs.Queue) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		// Without a connection there is nothing new.
		if s, err := q.Status(ctx); err == nil {
			p.set(s, s.Done+s.Failed-p.first.Done-p.first.Failed)
		}
	}
}

func newStatus() *cobra.Command {
	var q queue
	var isJSON bool
	c := &cobra.Command{
		Use:     "status",
		Short:   "Show how many jobs of a queue are done, failed and left, and what they cost",
		Example: `  openrouter-jobs status --url nats://host --queue labels`,
		Args:    files(0, 0, "no files"),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			queue, err := q.open(c, nil)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, queue.Close()) }()
			s, err := queue.Status(c.Context())
			if err != nil {
				return err
			}
			if isJSON {
				sum := summaryOf(s)
				sum.Workers, sum.Paused = &s.Workers, max(s.Paused, 0).Seconds()
				return writeJSON(os.Stdout, sum)
			}
			if s.Done+s.Failed+s.Left == 0 {
				fmt.Fprintf(os.Stderr, noJobs, q.name)
			}
			fmt.Fprintf(os.Stdout, "%s done, %s failed, %s left, %s tokens, %s, %s workers\n",
				comma(s.Done), comma(s.Failed), comma(s.Left), comma(s.Usage.TotalTokens), usd(s.Usage.Cost), comma(s.Workers))
			if s.Paused > 0 {
				fmt.Fprintf(os.Stdout, "a model is paused for %s\n", rough(s.Paused))
			}
			return nil
		},
	}
	q.flags(c)
	c.Flags().BoolVar(&isJSON, "json", false, "write the counts to standard output as JSON")
	return c
}

func newResults() *cobra.Command {
	var q queue
	c := &cobra.Command{
		Use:   "results [OUT]",
		Short: "Write the results of a queue to a file, or to standard output",
		Long: `results writes a line for each job that has a result, including failed ones, in the
same form as run. The file OUT is replaced when all results are written. Without it,
or with -, they go to standard output.`,
		Example: `  openrouter-jobs results out.jsonl --url nats://host --queue labels`,
		Args:    files(0, 1, "at most one file: OUT"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			queue, err := q.open(c, nil)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, queue.Close()) }()
			if len(args) == 0 || args[0] == "-" {
				return writeResults(c.Context(), queue, os.Stdout)
			}
			return replace(args[0], func(f *os.File) error { return writeResults(c.Context(), queue, f) })
		},
	}
	q.flags(c)
	return c
}

func writeResults(ctx context.Context, store jobs.Store, f *os.File) error {
	w := bufio.NewWriter(f)
	for r, err := range store.Results(ctx) {
		if err != nil {
			return err
		}
		if err := writeJSON(w, r); err != nil {
			return err
		}
	}
	return w.Flush()
}

// replace writes a file that has its name only when it is complete. A pipe or a device is written to.
func replace(path string, write func(*os.File) error) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d", filepath.Base(path), os.Getpid())), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
