// Package demo starts the examples: with OPENROUTER_API_KEY against the service,
// without it against a fake inside the program.
package demo

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// Run calls run with a client, and ends the program with its error. The replies
// are what the fake answers, one to a request.
func Run(run func(context.Context, *openrouter.Client) error, replies ...openroutertest.Reply) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	client := openrouter.NewClient()
	if os.Getenv("OPENROUTER_API_KEY") == "" {
		fmt.Fprintln(os.Stderr, "OPENROUTER_API_KEY is not set: answering with a fake service inside this program.")
		fake := openroutertest.Start(replies...)
		defer fake.Close()
		client = fake.Client()
	}
	if err := run(ctx, client); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
