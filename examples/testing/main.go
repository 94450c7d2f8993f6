// Command testing sorts a support ticket. Its test, main_test.go, needs neither a
// key nor a network.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
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
	Team    string `json:"team"`
	Urgent  bool   `json:"urgent"`
	Summary string `json:"summary"`
}

// schema describes a Ticket to the model.
const schema = `{
	"type": "object",
	"properties": {
		"team":    {"type": "string", "enum": ["payments", "shipping", "other"]},
		"urgent":  {"type": "boolean"},
		"summary": {"type": "string"}
	},
	"required": ["team", "urgent", "summary"],
	"additionalProperties": false
}`

var errEmptyTicket = errors.New("empty ticket")

// sortTicket asks a model what a ticket is about. The client is an argument, so
// that a test can pass one of a fake.
func sortTicket(ctx context.Context, client *openrouter.Client, text string) (*Ticket, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errEmptyTicket
	}
	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{
			openrouter.SystemMessage("Sort the support ticket."),
			openrouter.UserMessage(text),
		},
		ResponseFormat: openrouter.JSONSchemaFormat{JSONSchema: openrouter.JSONSchema{
			Name: "ticket", Strict: new(true), Schema: json.RawMessage(schema),
		}},
	})
	if err != nil {
		return nil, err
	}
	var ticket Ticket
	if err := json.Unmarshal([]byte(res.Text()), &ticket); err != nil {
		return nil, fmt.Errorf("the model's answer: %w", err)
	}
	return &ticket, nil
}
