// Command testing sorts a support ticket. Its test, main_test.go, needs neither a
// key nor a network.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

func main() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Text(`{"team":"shipping","urgent":false,"summary":"Asks where a parcel is."}`))
	defer stop()

	text := cmp.Or(strings.Join(os.Args[1:], " "), "Where is my parcel?")
	ticket, err := sortTicket(context.Background(), client, text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s (urgent: %t): %s\n", ticket.Team, ticket.Urgent, ticket.Summary)
}

// Ticket is a support ticket, sorted.
type Ticket struct {
	Team    string `json:"team" jsonschema:"enum=payments,enum=shipping,enum=other"`
	Urgent  bool   `json:"urgent"`
	Summary string `json:"summary"`
}

var errEmptyTicket = errors.New("empty ticket")

// sortTicket asks a model what a ticket is about. The client is an argument, so
// that a test can pass one of a fake.
func sortTicket(ctx context.Context, client *openrouter.Client, text string) (Ticket, error) {
	if strings.TrimSpace(text) == "" {
		return Ticket{}, errEmptyTicket
	}
	ticket, _, err := structured.Create[Ticket](ctx, client, &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{
			openrouter.SystemMessage("Sort the support ticket."),
			openrouter.UserMessage(text),
		},
	})
	return ticket, err
}
