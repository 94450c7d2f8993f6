// Command compare runs the benchmarks of this module for every client in turn,
// again and again, and prints one Markdown table of the medians and of how they
// relate. Run it in the directory benchmarks:
//
//	go run ./cmd/compare           everything, with the standard build
//	go run ./cmd/compare -jsonv2   and once more under GOEXPERIMENT=jsonv2
//	go run ./cmd/compare -quick    the rough picture, in about a minute
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// settings are what the command line asks for.
type settings struct {
	quick  bool
	jsonv2 bool
	only   *regexp.Regexp
	raw    io.Writer // gets the lines of the benchmarks
	memo   memoOff

	rounds, openRounds, buildRounds int
	benchtime                       time.Duration
	events                          int
}

func main() {
	var s settings
	flag.BoolVar(&s.quick, "quick", false, "the rough picture in about a minute: fewer rounds, 2,000 streams only, no cold builds")
	flag.BoolVar(&s.jsonv2, "jsonv2", false, "add a build under GOEXPERIMENT=jsonv2")
	only := flag.String("only", "", "run the rows that match this `expression`, such as stream|request")
	raw := flag.String("raw", "", "write the lines of the benchmarks, for benchstat, to this `file`; one more for each build and variant")
	memo := flag.String("memo-off", "tag:openrouter_nomemo", "how this library's memo is turned off: tag:NAME or env:NAME=VALUE")
	limit := flag.Duration("timeout", 90*time.Minute, "the longest it may take")
	flag.IntVar(&s.rounds, "rounds", 7, "rounds of each benchmark")
	flag.IntVar(&s.openRounds, "open-rounds", 3, "rounds of the open streams")
	flag.IntVar(&s.buildRounds, "build-rounds", 2, "rounds of the cold builds, each of several minutes; 0 for none")
	flag.DurationVar(&s.benchtime, "benchtime", 300*time.Millisecond, "time for each benchmark in a round")
	flag.IntVar(&s.events, "events", 10, "chunks each open stream gets between its first and its last")
	flag.Parse()
	if s.quick {
		set := map[string]bool{}
		flag.Visit(func(f *flag.Flag) { set[f.Name] = true })
		quick := func(name string, f func()) {
			if !set[name] {
				f()
			}
		}
		quick("rounds", func() { s.rounds = 3 })
		quick("open-rounds", func() { s.openRounds = 1 })
		quick("build-rounds", func() { s.buildRounds = 0 })
		quick("benchtime", func() { s.benchtime = 30 * time.Millisecond })
		quick("events", func() { s.events = 4 })
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	if err := run(ctx, s, *only, *raw, *memo); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings, only, raw, memo string) (err error) {
	if s.only, err = regexp.Compile(only); err != nil {
		return err
	}
	if s.memo, err = parseMemoOff(memo); err != nil {
		return err
	}
	if raw != "" {
		f, err := os.Create(raw)
		if err != nil {
			return err
		}
		defer f.Close()
		s.raw = f
	}
	dir, err := moduleDir(ctx)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "compare")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)

	start := time.Now()
	r := &runner{settings: s, dir: dir, temp: temp, figures: map[figure][]float64{}}
	if err := r.run(ctx); err != nil {
		return err
	}
	about, err := r.about(ctx, time.Since(start))
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n", about)
	r.table(os.Stdout)
	if r.failed > 0 {
		return fmt.Errorf("%d runs failed, see above", r.failed)
	}
	return nil
}

// moduleDir is the directory of this module.
func moduleDir(ctx context.Context) (string, error) {
	out, err := output(exec.CommandContext(ctx, "go", "env", "GOMOD"))
	if err != nil {
		return "", err
	}
	mod := strings.TrimSpace(out)
	data, err := os.ReadFile(mod)
	if err != nil || !strings.Contains(string(data), "openrouter/benchmarks\n") {
		return "", fmt.Errorf("run this in the directory benchmarks")
	}
	return filepath.Dir(mod), nil
}

// output runs a command and returns what it prints.
func output(cmd *exec.Cmd) (string, error) {
	var errs strings.Builder
	cmd.Stderr = &errs
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, errs.String())
	}
	return string(out), nil
}

// progress says on the standard error what goes on.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
