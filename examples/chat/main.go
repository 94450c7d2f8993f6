// Command chat is a chat in the terminal. It shows the answer while the model writes it, runs tools
// that you allow, and counts what the conversation costs.
//
//	go run . [-model openai/gpt-5.2] [conversation.json]
//
// Ctrl-C stops an answer. What has arrived of it stays in the conversation. /help lists the commands.
// Without a terminal the program reads one question per line and prints the answers.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}

func run() error {
	model := flag.String("model", "", "`slug` of the model; the default is that of the loaded conversation, or "+defaultModel)
	budget := flag.Float64("max", 0.50, "most `USD` that the answer to one question may cost; 0 is no limit")
	yes := flag.Bool("yes", false, "allow every call of a tool without asking")
	flag.Parse()
	if flag.NArg() > 1 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(1))
	}

	client, stop := openroutertest.ClientOrFake(demo())
	defer stop()
	files, err := os.OpenRoot(".")
	if err != nil {
		return err
	}
	defer files.Close()

	c := &chat{model: defaultModel, isAllowed: *yes}
	c.bot.Client, c.bot.MaxCost = client, *budget
	c.bot.Tools = tools(files)
	c.bot.Approve = c.approve
	c.session = rand.Text() // keeps the conversation with one provider, whose prompt cache it uses

	isTerminal := term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	ends := []os.Signal{syscall.SIGTERM, syscall.SIGHUP}
	if isTerminal {
		ends = append(ends, os.Interrupt) // of another program: Ctrl-C is a key there
	}
	ctx, cancel := signal.NotifyContext(context.Background(), ends...)
	defer cancel()
	if isTerminal {
		t, err := openTerminal(ctx)
		if err != nil {
			return err
		}
		defer t.Close()
		c.console = t
	} else {
		p := newPlain(os.Stdin, os.Stdout, os.Stderr)
		p.isTerminal = term.IsTerminal(int(os.Stdout.Fd()))
		c.console = p
	}
	if name := flag.Arg(0); name != "" {
		if err := c.load(name); err != nil {
			return err
		}
	}
	if *model != "" {
		c.model = *model
	}
	return c.loop(ctx)
}
