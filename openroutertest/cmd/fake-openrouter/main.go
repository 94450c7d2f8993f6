// Command fake-openrouter serves a fake OpenRouter on a port of this machine, for
// programs in any language. It needs no network and costs nothing.
//
//	go run github.com/openrouter-go/openrouter/openroutertest/cmd/fake-openrouter
//
// It prints the two environment variables that programs need. It answers with the
// last user message, unless a word in that message asks for something else: #tool
// for a tool call, #json for JSON that fits the schema, #429 for that error, #cut
// for a connection that breaks. The prompt #help and the flag -h list all words.
//
// The flag -script names a JSON file with the replies to give, one to a request:
//
//	["#429", {"text": "Hello.", "usage": {"prompt_tokens": 9, "completion_tokens": 1}}, "Well #slow"]
//
// Interrupt the command to stop it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"

	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("fake-openrouter", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the caller prints the error
	addr := flags.String("addr", "127.0.0.1:8787", "`address` to listen on, of this machine only")
	script := flags.String("script", "", "JSON `file` with the replies to give first")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stderr, "fake-openrouter serves a fake OpenRouter on a port of this machine.\n\n")
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		fmt.Fprint(stderr, "\n", help(), "\n", scriptHelp)
		return nil
	case err != nil:
		return fmt.Errorf("%w; -h lists the flags", err)
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err := checkLoopback(*addr); err != nil {
		return err
	}
	replies, err := readScript(*script)
	if err != nil {
		return err
	}
	server, err := openroutertest.Listen(*addr, append(replies, byPrompt())...)
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Fprintln(stderr, "Serving a fake OpenRouter. Set these two variables where your program runs:")
	fmt.Fprintf(stdout, "export OPENROUTER_BASE_URL=%s\nexport OPENROUTER_API_KEY=%s\n", server.URL, openroutertest.Key)
	fmt.Fprintln(stderr, "The prompt #help lists what it can answer. Interrupt to stop.")
	<-ctx.Done()
	return nil
}

// readScript reads the replies of a file. Without a file there are none.
func readScript(file string) ([]openroutertest.Reply, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("-script: %w", err)
	}
	replies, err := parseScript(data)
	if err != nil {
		return nil, fmt.Errorf("-script: %s:%w", file, err)
	}
	return replies, nil
}

// checkLoopback refuses an address that other machines could reach.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("-addr: %q is not an address of this machine only, such as 127.0.0.1", host)
	}
	return nil
}
