// Command soak runs thousands of streams at a time against a fake service in
// another process, in which everything goes wrong that can, and counts the
// answers that end in another way than they should.
//
//	go run ./internal/soak -d 10m
//
// The prompt of each request is a number. Both processes draw the same plan from
// it: the text, what goes wrong, and what the caller does. So this side knows to
// the byte what must come back. It needs no network beyond this machine, ends by
// itself, and fails if an end was wrong, or if memory or goroutines grew.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

// serveFlag is how the command starts itself as the server.
const serveFlag = "-serve"

const (
	longest     = time.Hour
	mostStreams = 5000 // two ends of each are open files, some are forgotten for a while
)

// settings are the flags.
type settings struct {
	duration time.Duration
	streams  int
	seed     uint64
	plan     uint64 // run this one alone
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == serveFlag {
		serve(os.Stdin, os.Stdout)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := command(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.DurationVar(&s.duration, "d", time.Minute, "`duration` of the run, at most an hour")
	flags.IntVar(&s.streams, "streams", 2000, "how many calls are under way at a `time`")
	flags.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "`number` that the run is drawn from; by default the time")
	flags.Uint64Var(&s.plan, "plan", 0, "make one call alone, by the `number` that is its prompt, and tell how it ended")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case s.duration <= 0 || s.duration > longest:
		return fmt.Errorf("-d: %v is not between 0 and %v", s.duration, longest)
	case s.streams < 1 || s.streams > mostStreams:
		return fmt.Errorf("-streams: %d is not between 1 and %d", s.streams, mostStreams)
	}
	return run(ctx, s, stdout)
}

// errInterrupted is a run that was ended from outside.
var errInterrupted = errors.New("interrupted")

// run starts the server, makes the calls and reports.
func run(ctx context.Context, s settings, out io.Writer) error {
	srv, err := startServer(ctx)
	if err != nil {
		return err
	}
	defer srv.kill()
	k := newSoak(srv, s, out)
	if s.plan != 0 {
		return k.one(ctx, s.plan)
	}
	fmt.Fprintf(out, "%d calls at a time for %v, seed %d\n", s.streams, s.duration, s.seed)
	k.run(ctx)
	k.report()
	if ctx.Err() != nil {
		return errInterrupted
	}
	return k.verdict()
}
