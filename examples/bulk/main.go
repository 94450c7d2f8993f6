// Command bulk labels 500 reviews with workers, a rate limit, a budget and a progress bar. If you
// kill it and run it again, it continues.
package main

import (
	"context"
	"fmt"
	"iter"
	"log"
	"os"
	"os/signal"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const n = 500

func reviews() iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		for i := range n {
			prompt := fmt.Sprintf("Is this review positive or negative? One word. Review %d: It broke after %d days.", i, i%7)
			request := &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Messages: []openrouter.Message{openrouter.UserMessage(prompt)}}
			if !yield(jobs.Job{Key: fmt.Sprint("review-", i), Request: request}, nil) {
				return
			}
		}
	}
}

func bar(s jobs.Status) {
	fmt.Fprintf(os.Stderr, "\r[%-40s] %d done, %d failed, $%.2f ", strings.Repeat("#", 40*(s.Done+s.Failed)/n), s.Done, s.Failed, s.Usage.Cost)
}

func main() {
	client, stop := openroutertest.ClientOrFake(openroutertest.Text("negative").Usage(30, 1).Cost(0.0004).Always())
	defer stop()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()

	store, err := jobs.OpenFile("labels.jsonl") // jobs with a result in it are skipped
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	runner := jobs.Runner{Client: client, Store: store, Workers: 32, PerSecond: 1000, MaxCost: 5, OnProgress: bar}
	status, err := runner.Run(ctx, reviews())
	fmt.Fprintln(os.Stderr)
	fmt.Printf("%d of %d done, %d failed, $%.2f\n", status.Done, n, status.Failed, status.Usage.Cost)
	if err != nil {
		log.Fatal(err)
	}

	labels := map[string]int{}
	for result, err := range store.Results(ctx) {
		switch {
		case err != nil:
			log.Fatal(err)
		case result.Err != "":
			labels[result.Err]++
		default:
			labels[result.Answer.Text()]++
		}
	}
	fmt.Println(labels)
}
