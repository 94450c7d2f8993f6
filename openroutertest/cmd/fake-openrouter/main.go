// Command fake-openrouter serves a fake OpenRouter on a port of this machine,
// for programs in any language. It answers with the last user message.
//
//	go run ./openroutertest/cmd/fake-openrouter -addr 127.0.0.1:8787
//
// It needs no network and spends no money. Interrupt it to stop it.
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
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8787", "`address` to listen on, of this machine only")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err := checkLoopback(*addr); err != nil {
		return err
	}
	server, err := openroutertest.Listen(*addr, openroutertest.Echo())
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Fprintf(stdout, "export OPENROUTER_BASE_URL=%s\nexport OPENROUTER_API_KEY=%s\n", server.URL, openroutertest.Key)
	fmt.Fprintln(stderr, "Serving a fake OpenRouter that echoes. Interrupt to stop.")
	<-ctx.Done()
	return nil
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
