package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// worker is what run and work have in common.
type worker struct {
	workers   int
	perSecond float64
	maxCost   float64
	retry     bool
	isBatch   bool
	isFake    bool
	isJSON    bool
	isQuiet   bool
}

func (w *worker) flags(c *cobra.Command) {
	f := c.Flags()
	f.IntVar(&w.workers, "workers", 16, "`requests` that run at the same time")
	f.Float64Var(&w.maxCost, "max-cost", 0, "limit of the total cost in `USD`, including earlier runs; the default is no limit")
	f.Float64Var(&w.perSecond, "per-second", 0, "limit of the `requests` that start in a second; the default is no limit")
	f.BoolVar(&w.retry, "retry-failed", false, "send the failed jobs again")
	f.BoolVar(&w.isFake, "fake", false, "use a fake service inside this program, without a key")
	f.BoolVar(&w.isJSON, "json", false, "write the summary to standard output as JSON")
	f.BoolVarP(&w.isQuiet, "quiet", "q", false, "show no progress")
}

// runner returns a runner, and a function that frees what it needs.
func (w *worker) runner(c *cobra.Command) (*jobs.Runner, func(), error) {
	r := &jobs.Runner{Workers: w.workers, PerSecond: w.perSecond, MaxCost: w.maxCost, RetryFailed: w.retry, Batch: w.isBatch}
	switch {
	case w.workers < 1:
		return nil, nil, usageError{c, fmt.Errorf("--workers is %d: it must be at least 1", w.workers)}
	case !(w.perSecond >= 0):
		return nil, nil, usageError{c, fmt.Errorf("--per-second is %v: it must not be negative", w.perSecond)}
	case c.Flags().Changed("max-cost") && !(w.maxCost > 0):
		return nil, nil, usageError{c, fmt.Errorf("--max-cost is %v: it must be more than 0", w.maxCost)}
	case w.isFake:
		fake := openroutertest.Start(openroutertest.Func(pretend).Always())
		r.Client = fake.Client()
		return r, fake.Close, nil
	case os.Getenv("OPENROUTER_API_KEY") == "":
		return nil, nil, errNoKey
	}
	r.Client = openrouter.NewClient()
	return r, func() {}, nil
}

// pretend answers as a model might.
func pretend(r *openroutertest.Request) openroutertest.Reply {
	words := strings.Fields(r.Text())
	return openroutertest.Text("A fake answer to: "+strings.Join(words[:min(len(words), 8)], " ")).
		Usage(len(words), 12).Cost(0.0001 * float64(len(words)+12)).Latency(50*time.Millisecond + rand.N(100*time.Millisecond))
}

func newRun() *cobra.Command {
	var w worker
	var in input
	c := &cobra.Command{
		Use:   "run IN OUT",
		Short: "Send the jobs of a file, and write the results to a file",
		Long: `run sends the jobs of the file IN, and adds each result to the file OUT. Jobs that
have a result in OUT are skipped, so after Ctrl-C, a crash or an error, run the same
command again. Use - as IN to read standard input.

Each line of IN is a job, {"key": …, "request": {…}, "meta": …}; key and meta are
optional. With --prompt or --template, IN is a table instead: CSV, or TSV if its name
ends in .tsv.`,
		Example: `  openrouter-jobs run in.jsonl out.jsonl --workers 64 --max-cost 20
  openrouter-jobs run reviews.csv out.jsonl --key id --model openai/gpt-5.2 --prompt 'Positive or negative? {{text}}'
  openrouter-jobs run in.jsonl out.jsonl --fake`,
		Args: files(2, 2, "two files: IN OUT"),
		RunE: func(c *cobra.Command, args []string) error {
			in.path = args[0]
			if err := in.check(); err != nil {
				return usageError{c, err}
			}
			if args[1] == "-" {
				return usageError{c, errors.New("OUT cannot be standard output, because the next run reads it; name a file")}
			}
			if isSame(in.path, args[1]) {
				return usageError{c, errors.New("IN and OUT are the same file")}
			}
			return w.run(c, in, args[1])
		},
	}
	w.flags(c)
	in.flags(c)
	c.Flags().BoolVar(&w.isBatch, "batch", false, "use the service's Batch API, at about half the price; answers take minutes to hours, and Ctrl-C loses none")
	return c
}

func isSame(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && first.Mode().IsRegular() && os.SameFile(first, second)
}

func (w *worker) run(c *cobra.Command, in input, out string) (err error) {
	runner, free, err := w.runner(c)
	if err != nil {
		return err
	}
	defer free()
	file, err := in.open()
	if err != nil {
		return err
	}
	defer file.Close()
	source, err := in.jobs(file)
	if err != nil {
		return err
	}
	total, err := in.count()
	if err != nil {
		return err
	}
	store, err := jobs.OpenFile(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()

	p := newProgress(total, jobs.Status{}, w.isQuiet)
	asked, known := 0, 0
	runner.Store = store
	runner.OnProgress = func(s jobs.Status) {
		if n := s.Done + s.Failed; n > known { // else a pause begins
			known = n
			asked++
		}
		p.set(s, asked)
	}
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	what, soft := draining, func() {}
	if w.isBatch {
		what, soft = "the service continues its batches, and the next run gets their results.", cancel
	}
	ctx, signals := listen(ctx, p.say, what, soft)
	defer signals.stop()
	rows := 0
	status, err := runner.Run(ctx, func(yield func(jobs.Job, error) bool) {
		for job, err := range signals.until(source) {
			if rows++; !yield(job, err) {
				return
			}
		}
	})
	p.end()
	sum := summaryOf(status)
	if err == nil && !signals.came.Load() {
		sum.Duplicates = max(0, rows-status.Done-status.Failed) // batches of earlier runs have no rows
	}
	if err != nil || signals.came.Load() {
		sum.Left = max(status.Left, total-status.Done-status.Failed)
	}
	return w.report(sum, time.Since(p.start), signals, err)
}

// summary is the end of a run, for scripts.
type summary struct {
	Done   int `json:"done"`
	Failed int `json:"failed"`
	Left   int `json:"left"`
	// Duplicates are rows with the key, or the request, of another one.
	Duplicates int      `json:"duplicates,omitempty"`
	Tokens     int      `json:"tokens"`
	Cost       float64  `json:"cost"`
	Seconds    float64  `json:"seconds,omitempty"`
	Workers    *int     `json:"workers,omitempty"`
	Paused     float64  `json:"paused_seconds,omitempty"`
	Stopped    string   `json:"stopped,omitempty"` // why jobs may be left
	Error      string   `json:"error,omitempty"`
	Queue      *summary `json:"queue,omitempty"` // of all workers
}

func summaryOf(s jobs.Status) summary {
	return summary{Done: s.Done, Failed: s.Failed, Left: s.Left, Tokens: s.Usage.TotalTokens, Cost: s.Usage.Cost}
}

func (s summary) String() string {
	text := fmt.Sprintf("%s done, %s failed", comma(s.Done), comma(s.Failed))
	if s.Left > 0 {
		text += fmt.Sprintf(", %s left", comma(s.Left))
	}
	if s.Duplicates > 0 {
		text += fmt.Sprintf(", %s duplicates", comma(s.Duplicates))
	}
	return text + fmt.Sprintf(", %s tokens, %s", comma(s.Tokens), usd(s.Cost))
}

// report tells how a run ended, and returns what the program ends with.
func (w *worker) report(s summary, took time.Duration, sig *signals, err error) error {
	if sig.came.Load() && (err == nil || errors.Is(err, context.Canceled)) {
		err = errInterrupted
	}
	if err == nil && (s.Failed > 0 || s.Queue != nil && s.Queue.Failed > 0) {
		err = errSomeFailed
	}
	if errors.Is(err, jobs.ErrMaxCost) {
		err = fmt.Errorf("%w: raise --max-cost to go on", err)
	}
	if w.isJSON {
		s.Seconds = took.Seconds()
		if err != nil && !errors.Is(err, errSomeFailed) {
			s.Error = err.Error()
			s.Stopped = cmp.Or(map[int]string{exitInterrupted: "interrupted", exitMaxCost: "max_cost", exitRefused: "refused"}[exitOf(err)], "error")
		}
		return errors.Join(err, writeJSON(os.Stdout, s))
	}
	if !w.isQuiet {
		fmt.Fprintf(os.Stderr, "%s in %s\n", s, rough(took))
		if s.Queue != nil {
			fmt.Fprintf(os.Stderr, "The whole queue: %s\n", s.Queue)
		}
	}
	return err
}

func writeJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }
