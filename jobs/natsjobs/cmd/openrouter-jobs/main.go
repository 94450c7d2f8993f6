// Command openrouter-jobs sends many requests and records each answer once, on one machine or many.
// See its --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

// What the program ends with.
const (
	exitDone        = 0
	exitError       = 1   // a file, the service or the queue failed
	exitUsage       = 2   // the command line is wrong
	exitFailed      = 3   // every job has a result, and some of them failed
	exitMaxCost     = 4   // --max-cost is reached, and jobs are left
	exitRefused     = 5   // the service rejects the key, or there are no credits
	exitInterrupted = 130 // by a signal, and jobs are left
)

const rootHelp = `openrouter-jobs sends many requests and records each answer once. After a crash or
Ctrl-C, run it again: it continues where it stopped.

On one machine, from a file to a file:

  openrouter-jobs run in.jsonl out.jsonl --workers 64 --max-cost 20

On many machines, with a NATS server with JetStream (nats-server -js):

  openrouter-jobs add in.jsonl --url nats://host        once
  openrouter-jobs work --url nats://host                on every machine
  openrouter-jobs status --url nats://host
  openrouter-jobs results out.jsonl --url nats://host

Each line of in.jsonl is a request; the key is optional:

  {"key": "row-1", "request": {"model": "openai/gpt-5.2", "messages": [{"role": "user", "content": "Hi"}]}}

Each line of out.jsonl is a result: the key, and the answer and usage, or the error.
The rows of a CSV file become requests with --prompt or --template:

  openrouter-jobs run reviews.csv out.jsonl --model openai/gpt-5.2 --prompt 'Positive or negative? {{text}}'

The API key is read from OPENROUTER_API_KEY. With --fake, a fake service inside this
program answers, without a key and without cost.

After Ctrl-C, running requests are finished and recorded. A second Ctrl-C stops
within seconds.

Exit status: 0 every job has an answer; 1 an error; 2 a wrong command line; 3 every
job has a result, but some failed; 4 the limit of --max-cost is reached; 5 the
service rejects the key, or there are no credits; 130 stopped by a signal.`

func main() {
	os.Exit(run())
}

func run() int {
	err := newRoot().ExecuteContext(context.Background())
	if err != nil && !errors.Is(err, errSomeFailed) {
		fmt.Fprintln(os.Stderr, "openrouter-jobs:", err)
	}
	return exitOf(err)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "openrouter-jobs",
		Short:         "Send many requests, and record each answer once",
		Long:          rootHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{c, fmt.Errorf("there is no command %q", args[0])}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{c, err} })
	root.AddCommand(newRun(), newAdd(), newWork(), newStatus(), newResults())
	for _, c := range root.Commands() {
		c.Flags().SortFlags = false // those that are needed most come first
	}
	return root
}

var (
	errSomeFailed  = errors.New("some jobs failed")
	errInterrupted = errors.New("stopped by a signal; run it again to continue")
	errNoKey       = errors.New("OPENROUTER_API_KEY is not set; set it, or use --fake for a fake service")
)

// usageError is a wrong command line.
type usageError struct {
	command *cobra.Command
	error
}

func (e usageError) Error() string {
	return fmt.Sprintf("%v\nSee: %s --help", e.error, e.command.CommandPath())
}

func exitOf(err error) int {
	if _, wrong := errors.AsType[usageError](err); wrong {
		return exitUsage
	}
	for _, c := range []struct {
		err  error
		code int
	}{
		{errInterrupted, exitInterrupted},
		{errSomeFailed, exitFailed},
		{jobs.ErrMaxCost, exitMaxCost},
		{errNoKey, exitRefused},
		{openrouter.ErrMissingAPIKey, exitRefused},
		{openrouter.ErrAuthentication, exitRefused},
		{openrouter.ErrPaymentRequired, exitRefused},
		{openrouter.ErrPermissionDenied, exitRefused},
	} {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	if err != nil {
		return exitError
	}
	return exitDone
}

// files checks the number of arguments.
func files(least, most int, names string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usageError{c, fmt.Errorf("wrong number of arguments: it needs %s", names)}
		}
		return nil
	}
}
