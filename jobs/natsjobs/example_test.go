package natsjobs_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func reviews(yield func(jobs.Job, error) bool) {
	for i, review := range []string{"It works.", "It broke after a day.", "It works."} {
		job := jobs.Job{Key: fmt.Sprint("review-", i), Request: &openrouter.ChatCompletionRequest{
			Model:    "openai/gpt-5.2",
			Messages: []openrouter.Message{openrouter.UserMessage("Positive or negative? " + review)},
		}}
		if !yield(job, nil) {
			return
		}
	}
}

func Example() {
	client, stop := fakeService()
	defer stop()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "queue")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	q, err := natsjobs.Open(ctx, "labels", natsjobs.Config{Dir: dir}) // or URL: "nats://host"
	if err != nil {
		log.Fatal(err)
	}
	defer q.Close()
	added, known, err := q.Add(ctx, reviews)
	fmt.Println(added, "added,", known, "known", err)
	added, known, err = q.Add(ctx, reviews) // nothing is added twice
	fmt.Println(added, "added,", known, "known", err)

	status, err := q.Work(ctx, &jobs.Runner{Client: client, Workers: 1, MaxCost: 1})
	fmt.Println(status.Done, "done,", status.Failed, "failed", err)

	for result, err := range q.Results(ctx) {
		fmt.Println(result.Key, result.Answer.Text(), err)
	}
	// Output:
	// 3 added, 0 known <nil>
	// 0 added, 3 known <nil>
	// 3 done, 0 failed <nil>
	// review-0 positive <nil>
	// review-1 negative <nil>
	// review-2 positive <nil>
}

// A service that is told to end lets its workers end what they have under way.
func ExampleQueue_Drain() {
	client, stop := fakeService()
	defer stop()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "queue")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	q, err := natsjobs.Open(ctx, "labels", natsjobs.Config{Dir: dir, Wait: true})
	if err != nil {
		log.Fatal(err)
	}
	defer q.Close()
	if _, _, err := q.Add(ctx, reviews); err != nil {
		log.Fatal(err)
	}
	status, err := q.Work(ctx, &jobs.Runner{Client: client, OnProgress: func(s jobs.Status) {
		if s.Done == 3 { // or when a signal comes: context.AfterFunc(interrupted, q.Drain)
			q.Drain()
		}
	}})
	fmt.Println(status.Done, err)
	// Output: 3 <nil>
}

func ExampleQueue_Status() {
	client, stop := fakeService()
	defer stop()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "queue")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	q, err := natsjobs.Open(ctx, "labels", natsjobs.Config{Dir: dir})
	if err != nil {
		log.Fatal(err)
	}
	defer q.Close()
	if _, _, err := q.Add(ctx, reviews); err != nil {
		log.Fatal(err)
	}
	show := func() {
		s, err := q.Status(ctx)
		fmt.Printf("%d done, %d failed, %d left, %.3f USD, %v\n", s.Done, s.Failed, s.Left, s.Usage.Cost, err)
	}
	show()
	if _, err := q.Work(ctx, &jobs.Runner{Client: client}); err != nil {
		log.Fatal(err)
	}
	show()
	// Output:
	// 0 done, 0 failed, 3 left, 0.000 USD, <nil>
	// 3 done, 0 failed, 0 left, 0.006 USD, <nil>
}

// fakeService answers reviews.
func fakeService() (*openrouter.Client, func()) {
	fake := openroutertest.Start(
		openroutertest.Text("negative").Cost(0.002).ForText("broke").Always(),
		openroutertest.Text("positive").Cost(0.002).Always())
	return fake.Client(), fake.Close
}
