// Command batch sorts product reviews overnight, at the lower price of a batch. If it
// is stopped while it waits, -id goes on with the batch.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// reviews could come from a database: one at a time is needed.
var reviews = []struct{ id, text string }{
	{"r-101", "Works as described, and the battery lasts for days."},
	{"r-102", "Broke after a week."},
	{"r-103", "It is a lamp."},
}

func main() {
	id := flag.String("id", "", "the id of a batch that was submitted before")
	flag.Parse()
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Text("positive").Cost(0.00002),
		openroutertest.Text("negative").Cost(0.00002),
		openroutertest.Error(502, openrouter.ErrProviderUnavailable, "The model is overloaded"),
	)
	defer stop()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()

	if *id == "" {
		batch, err := client.Batches.Submit(ctx, &openrouter.BatchRequest{Model: "openai/gpt-5-mini", Rows: rows})
		if errors.Is(err, openrouter.ErrBatchUnknown) {
			log.Fatal("look for the batch before you submit it again: ", err)
		}
		if err != nil {
			log.Fatal(err)
		}
		*id = batch.ID
		fmt.Println("submitted", *id)
	}

	batch, err := client.Batches.Wait(ctx, *id)
	if _, isOver := errors.AsType[*openrouter.BatchError](err); err != nil && !isOver { // an expired batch has some results
		log.Fatalf("%v; go on with -id %s", err, *id)
	}
	fmt.Println("completed:", batch.RequestCounts.Completed, "failed:", batch.RequestCounts.Failed)
	if batch.Usage != nil {
		fmt.Printf("cost: $%.5f\n", batch.Usage.Cost)
	}

	for row, err := range client.Batches.Results(ctx, *id) {
		if err != nil {
			log.Fatal(err) // after the results that there are
		}
		answer, err := row.Answer()
		if err != nil {
			fmt.Println(row.CustomID, "failed:", err)
			continue
		}
		fmt.Println(row.CustomID, answer.Text())
	}
}

// rows yields a request for each review.
func rows(yield func(openrouter.BatchRow, error) bool) {
	for _, r := range reviews {
		row := openrouter.BatchRow{CustomID: r.id, Request: &openrouter.ChatCompletionRequest{
			Messages: []openrouter.Message{
				openrouter.SystemMessage("Is the review positive, negative or neutral? Answer with one word."),
				openrouter.UserMessage(r.text),
			},
			MaxCompletionTokens: new(200),
		}}
		if !yield(row, nil) {
			return
		}
	}
}
