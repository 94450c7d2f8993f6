package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

// folder makes a folder for the results of an example.
func folder() (path string, remove func()) {
	dir, err := os.MkdirTemp("", "jobs")
	if err != nil {
		log.Fatal(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }
}

// reviews are jobs from a list. They could come from a file or a query.
func reviews(texts ...string) iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		for i, text := range texts {
			job := jobs.Job{Key: fmt.Sprint("review-", i), Request: &openrouter.ChatCompletionRequest{
				Model:    "openai/gpt-5.2",
				Messages: []openrouter.Message{openrouter.UserMessage("Positive or negative? " + text)},
			}}
			if !yield(job, nil) {
				return
			}
		}
	}
}

func Example() {
	client := openroutertest.NewTransport(nil, openroutertest.Text("positive").Usage(20, 1).Cost(0.25).Always()).Client()
	dir, remove := folder()
	defer remove()
	ctx, path := context.Background(), filepath.Join(dir, "labels.jsonl")
	rows := reviews("It works.", "I love it.")

	store, err := jobs.OpenFile(path) // jobs with a result in it are skipped
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	runner := jobs.Runner{Client: client, Store: store, Workers: 64, MaxCost: 20}
	status, err := runner.Run(ctx, rows)
	fmt.Println(status.Done, status.Failed, status.Left, status.Usage.Cost, err)

	for result, err := range store.Results(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s%s\n", result.Key, result.Answer.Text(), result.Err)
	}
	// Unordered output:
	// 2 0 0 0.5 <nil>
	// review-0: positive
	// review-1: positive
}

// A run that stopped goes on with the same call.
func ExampleRunner() {
	client := openroutertest.NewTransport(nil, openroutertest.Text("positive").Cost(0.25).Times(2),
		openroutertest.Error(402, openrouter.ErrPaymentRequired), openroutertest.Text("positive").Cost(0.25).Always()).Client()
	dir, remove := folder()
	defer remove()
	store, err := jobs.OpenFile(filepath.Join(dir, "labels.jsonl"))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	runner := jobs.Runner{Client: client, Store: store, Workers: 1}
	for range 2 {
		status, err := runner.Run(context.Background(), reviews("a", "b", "c", "d"))
		fmt.Println(status.Done, "done, error:", err)
	}
	// Output:
	// 2 done, error: openrouter: payment_required 402: Payment Required
	// 4 done, error: <nil>
}

func ExampleFileStore_Results() {
	client := openroutertest.NewTransport(nil,
		openroutertest.Error(400, openrouter.ErrContentPolicyViolation, "not this one").ForText("b"), openroutertest.Echo()).Client()
	dir, remove := folder()
	defer remove()
	store, err := jobs.OpenFile(filepath.Join(dir, "results.jsonl"))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	runner := jobs.Runner{Client: client, Store: store, Workers: 1}
	if _, err := runner.Run(context.Background(), jobs.ReadJSONL(strings.NewReader(`
		{"key": "1", "request": {"model": "a/b", "messages": [{"role": "user", "content": "a"}]}, "meta": {"row": 17}}
		{"key": "2", "request": {"model": "a/b", "messages": [{"role": "user", "content": "b"}]}, "meta": {"row": 18}}`))); err != nil {
		log.Fatal(err)
	}

	for result, err := range store.Results(context.Background()) {
		switch {
		case err != nil:
			log.Fatal(err)
		case result.Err != "":
			fmt.Println(result.Key, string(result.Meta), result.Err)
		default:
			fmt.Println(result.Key, string(result.Meta), result.Answer.Text())
		}
	}
	// Output:
	// 1 {"row":17} a
	// 2 {"row":18} openrouter: content_policy_violation 400: not this one
}

func ExampleReadJSONL() {
	file := strings.NewReader(`{"key": "a", "request": {"model": "openai/gpt-5.2", "messages": [{"role": "user", "content": "Hi"}]}}
{"prompt": "Hi"}`)
	for job, err := range jobs.ReadJSONL(file) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(job.Key, job.Request.Model)
	}
	// Output:
	// a openai/gpt-5.2
	// jobs: line 2: is not a job, {"key": …, "request": {…}, "meta": …}: json: unknown field "prompt"
}

func ExampleKeyOf() {
	key, err := jobs.KeyOf(jobs.Job{Request: &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Prompt: "Hi"}})
	fmt.Println(key, err)
	// Output: d02ec9e29df454bef1c62af4bdf1dffed0ba6deae25a50c363a993148191bd78 <nil>
}

// Jobs that may wait cost about half.
func ExampleRunner_batch() {
	client := openroutertest.NewTransport(nil, openroutertest.Text("positive").Cost(0.125).Always()).Client()
	dir, remove := folder()
	defer remove()
	store, err := jobs.OpenFile(filepath.Join(dir, "labels.jsonl"))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	runner := jobs.Runner{Client: client, Store: store, Batch: true}
	status, err := runner.Run(context.Background(), reviews("It works.", "I love it."))
	fmt.Println(status.Done, status.Usage.Cost, err)
	for result := range store.Results(context.Background()) {
		fmt.Println(result.Batch, result.Answer.Text())
	}
	// Output:
	// 2 0.25 <nil>
	// batch_fake_1 positive
	// batch_fake_1 positive
}

// A job may be a typed answer.
func ExampleRunner_structured() {
	type Label struct {
		Sentiment string `json:"sentiment" jsonschema:"enum=positive,enum=negative"`
		Score     int    `json:"score"`
	}
	client := openroutertest.NewTransport(nil, openroutertest.Text(`{"sentiment":"positive","score":9}`).Usage(20, 8).Always()).Client()
	dir, remove := folder()
	defer remove()
	store, err := jobs.OpenFile(filepath.Join(dir, "labels.jsonl"))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	runner := jobs.Runner{Store: store, Do: func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
		label, res, err := structured.Create[Label](ctx, client, job.Request)
		if err != nil {
			result := jobs.Result{}
			if bad, ok := errors.AsType[*structured.Error](err); ok {
				result.Usage = bad.Usage // a wrong answer is paid, too
			}
			return result, err
		}
		value, err := json.Marshal(label)
		return jobs.Result{Value: value, Answer: res}, err // its usage counts
	}}
	job := jobs.Job{Key: "1", Request: &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Prompt: "I love it."}}
	_, err = runner.Run(context.Background(), func(yield func(jobs.Job, error) bool) { yield(job, nil) })
	if err != nil {
		log.Fatal(err)
	}
	for result := range store.Results(context.Background()) {
		fmt.Println(result.Key, string(result.Value), result.Err)
	}
	// Output: 1 {"sentiment":"positive","score":9}
}

// A job may be the run of an agent.
func ExampleRunner_agent() {
	client := openroutertest.NewTransport(nil, openroutertest.ToolCall("c", "stock", `{"article":"pen"}`), openroutertest.Text("There are 3.").Usage(40, 4)).Client()
	stock := agent.NewTool("stock", "How many there are.", func(context.Context, struct {
		Article string `json:"article"`
	}) (int, error) {
		return 3, nil
	})
	dir, remove := folder()
	defer remove()
	store, err := jobs.OpenFile(filepath.Join(dir, "runs.jsonl"))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	bot := agent.Agent{Client: client, Tools: []agent.Tool{stock}, MaxCost: 0.05}
	runner := jobs.Runner{Store: store, Do: func(ctx context.Context, job jobs.Job) (jobs.Result, error) {
		run, err := bot.Run(ctx, job.Request)
		return jobs.Result{Answer: run.Answer(), Usage: run.Usage}, err // Usage is that of all steps
	}}
	job := jobs.Job{Key: "pen", Request: &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("How many pens are there?")}}}
	_, err = runner.Run(context.Background(), func(yield func(jobs.Job, error) bool) { yield(job, nil) })
	if err != nil {
		log.Fatal(err)
	}
	for result := range store.Results(context.Background()) {
		fmt.Println(result.Key, result.Answer.Text())
	}
	// Output: pen There are 3.
}
