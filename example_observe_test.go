package openrouter_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// spending is an observer that adds up what each model costs. Several goroutines use
// an observer at the same time; this one is for a single one.
type spending map[string]float64

func (s spending) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	if op.Name != "chat" {
		return ctx, nil // this observer does not watch anything else
	}
	return ctx, spent{s, op.Target}
}

type spent struct {
	total spending
	model string
}

func (s spent) Retry(openrouter.Retry) {}
func (s spent) FirstChunk()            {}

func (s spent) End(result any, _ openrouter.CallInfo, _ error) {
	// With an error, the result is what had arrived of the answer: it may have cost something.
	if res, ok := result.(*openrouter.ChatCompletion); ok && res.Usage != nil {
		s.total[s.model] += res.Usage.Cost
	}
}

func ExampleWithObserver() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Usage(10, 2).Cost(0.25).Times(2))
	defer srv.Close()
	total := spending{}
	client := srv.Client(openrouter.WithObserver(total))

	for range 2 {
		if _, err := client.Chat.Create(context.Background(), question("Hello?")); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(total)
	// Output: map[openai/gpt-5.2:0.5]
}

func ExampleLogCalls() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Provider("OpenAI").Usage(10, 2).Cost(0.25))
	defer srv.Close()
	// In a program: slog.Default(), or nil, which is the same.
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTimes}))
	client := srv.Client(openrouter.WithObserver(openrouter.LogCalls(logger)))

	if _, err := client.Chat.Create(context.Background(), question("Hello?")); err != nil {
		log.Fatal(err)
	}
	// Output:
	// level=INFO msg=openrouter operation=chat target=openai/gpt-5.2 model=openai/gpt-5.2 provider=OpenAI finish_reason=stop prompt_tokens=10 completion_tokens=2 cost=0.25 status=200 generation_id=gen-fake-1 attempts=1
}

// withoutTimes leaves out what is different in each run.
func withoutTimes(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == "duration" {
		return slog.Attr{}
	}
	return a
}

// A function that makes several calls is an operation of its own, around them.
func ExampleClient_Observe() {
	srv := openroutertest.Start(openroutertest.Text("Bonjour."), openroutertest.Text("Hallo."))
	defer srv.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key != "operation" && a.Key != "target" && a.Key != "error_type" {
			return slog.Attr{}
		}
		return a
	}}))
	client := srv.Client(openrouter.WithObserver(openrouter.LogCalls(logger)))

	translate := func(ctx context.Context, words ...string) (answers []string, err error) {
		ctx, watch := client.Observe(ctx, openrouter.Operation{Name: "translate", Target: "glossary"})
		defer func() { watch.End(nil, openrouter.CallInfo{}, err) }()
		for _, word := range words {
			res, err := client.Chat.Create(ctx, question("Translate: "+word)) // belongs to the operation, because of ctx
			if err != nil {
				return answers, err
			}
			answers = append(answers, res.Text())
		}
		return answers, nil
	}
	if _, err := translate(context.Background(), "hello in French", "hello in German"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// operation=chat target=openai/gpt-5.2
	// operation=chat target=openai/gpt-5.2
	// operation=translate target=glossary
}
