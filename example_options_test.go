package openrouter_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func Example_retriesAndTimeouts() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()
	defer useInNewClient(srv)()
	ctx, req := context.Background(), question("Hello?")

	client := openrouter.NewClient(
		openrouter.WithMaxRetries(4),                               // the default is 2; 0 turns retries off
		openrouter.WithRetryPolicy(openrouter.RetryUnprocessed),    // only requests that were not processed
		openrouter.WithTimeout(time.Minute),                        // one attempt of Create, or the wait for a stream's first event
		openrouter.WithStreamIdleTimeout(20*time.Second),           // a stream that sends nothing at all
		openrouter.WithContentTimeout(time.Minute, 30*time.Second), // a stream that sends nothing but comments
		openrouter.WithOnRetry(func(r openrouter.Retry) { log.Print("again in ", r.Wait, ": ", r.Err) }),
	)
	res, err := client.Chat.Create(ctx, req, openrouter.WithMaxRetries(0)) // an option of a call takes precedence
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Call().Attempts, "attempt")
	// Output: 1 attempt
}

// useInNewClient sets the environment variables so that NewClient uses the fake.
// restore sets them back.
func useInNewClient(srv *openroutertest.Server) (restore func()) {
	values := map[string]string{"OPENROUTER_BASE_URL": srv.URL, "OPENROUTER_API_KEY": openroutertest.Key}
	for name, value := range values {
		before, set := os.LookupEnv(name)
		os.Setenv(name, value)
		values[name] = ""
		if set {
			values[name] = before
		}
	}
	return func() {
		for name, value := range values {
			os.Unsetenv(name)
			if value != "" {
				os.Setenv(name, value)
			}
		}
	}
}

// Each tenant pays with its own key.
func ExampleWithAPIKey() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()
	client := srv.Client()

	_, err := client.Chat.Create(context.Background(), question("Hello?"), openrouter.WithAPIKey("sk-or-v1-tenant"))
	fmt.Println(srv.Requests()[0].Header.Get("Authorization"), err)
	// Output: Bearer sk-or-v1-tenant <nil>
}

func ExampleWithBaseURL() {
	fmt.Println(openrouter.NewClient(openrouter.WithBaseURL("http://localhost:8080/v1")))
	// Output: openrouter.Client(http://localhost:8080/v1)
}

func ExampleWithHTTPClient() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()

	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxConnsPerHost = 10
	defer transport.CloseIdleConnections()
	client := srv.Client(openrouter.WithHTTPClient(&http.Client{Transport: transport}))
	res, err := client.Chat.Create(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	// Output: Hello.
}

func ExampleWithApp() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()

	client := srv.Client(openrouter.WithApp("https://example.com", "Example", "writing-assistant"))
	if _, err := client.Chat.Create(context.Background(), question("Hello?")); err != nil {
		log.Fatal(err)
	}
	header := srv.Requests()[0].Header
	fmt.Println(header.Get("HTTP-Referer"), header.Get("X-OpenRouter-Title"))
	// Output: https://example.com Example
}

// WithHeader sets a header that has no option of its own.
func ExampleWithHeader() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()

	client := srv.Client(openrouter.WithHeader("x-anthropic-beta", "interleaved-thinking-2025-05-14"))
	if _, err := client.Chat.Create(context.Background(), question("Hello?")); err != nil {
		log.Fatal(err)
	}
	fmt.Println(srv.Requests()[0].Header.Get("x-anthropic-beta"))
	// Output: interleaved-thinking-2025-05-14
}

func ExampleWithUserAgent() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()

	_, err := srv.Client(openrouter.WithUserAgent("umbrella/1.2")).Chat.Create(context.Background(), question("Hello?"))
	fmt.Println(srv.Requests()[0].Header.Get("User-Agent"), err)
	// Output: umbrella/1.2 <nil>
}

func ExampleWithSessionID() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("Hello?"), openrouter.WithSessionID("talk-17"))
	fmt.Println(srv.Requests()[0].Header.Get("X-Session-Id"), err)
	// Output: talk-17 <nil>
}

func ExampleWithMaxRetries() {
	srv := openroutertest.Start(openroutertest.Error(503, openrouter.ErrProviderOverloaded), openroutertest.Text("Hello."))
	defer srv.Close()

	res, err := srv.Client(openrouter.WithMaxRetries(3)).Chat.Create(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text(), res.Call().Attempts)
	// Output: Hello. 2
}

func ExampleWithOnRetry() {
	srv := openroutertest.Start(openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "Slow down."), openroutertest.Text("Hello."))
	defer srv.Close()

	client := srv.Client(openrouter.WithMaxRetries(1), openrouter.WithOnRetry(func(r openrouter.Retry) {
		fmt.Println("attempt", r.Attempt, "failed:", r.Err)
	}))
	if _, err := client.Chat.Create(context.Background(), question("Hello?")); err != nil {
		log.Fatal(err)
	}
	// Output: attempt 1 failed: openrouter: rate_limit_exceeded 429: Slow down.
}

// A retried request may be billed twice. This client retries only requests that
// were certainly not processed.
func ExampleWithRetryPolicy() {
	srv := openroutertest.Start(openroutertest.Error(502, openrouter.ErrProviderUnavailable, "The provider is gone."))
	defer srv.Close()

	client := srv.Client(openrouter.WithMaxRetries(3), openrouter.WithRetryPolicy(openrouter.RetryUnprocessed))
	_, err := client.Chat.Create(context.Background(), question("Hello?"))
	fmt.Println(err)
	fmt.Println(len(srv.Requests()))
	// Output:
	// openrouter: provider_unavailable 502: The provider is gone.
	// 1
}

// The service asks for a longer wait than the client allows, so that the call
// returns the error at once.
func ExampleWithMaxRetryWait() {
	srv := openroutertest.Start(openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RetryAfter(time.Hour))
	defer srv.Close()

	client := srv.Client(openrouter.WithMaxRetries(3), openrouter.WithMaxRetryWait(10*time.Second, time.Minute))
	_, err := client.Chat.Create(context.Background(), question("Hello?")) // does not wait
	fmt.Println(err)
	// Output: openrouter: rate_limit_exceeded 429: Too Many Requests (retry in 1h0m0s)
}

func ExampleWithStreamIdleTimeout() {
	srv := openroutertest.Start(openroutertest.Text("To be").Stall())
	defer srv.Close()

	client := srv.Client(openrouter.WithStreamIdleTimeout(500 * time.Millisecond))
	stream, err := client.Chat.Stream(context.Background(), question("To be?"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = stream.Collect()
	fmt.Println(errors.Is(err, openrouter.ErrStreamIdle), stream.Response().Text())
	// Output: true To be
}

// Comments keep a stream alive, but they are not content.
func ExampleWithContentTimeout() {
	srv := openroutertest.Start(openroutertest.Text("To be").Processing(5*time.Millisecond, openroutertest.Forever))
	defer srv.Close()

	client := srv.Client(openrouter.WithContentTimeout(time.Minute, 100*time.Millisecond))
	stream, err := client.Chat.Stream(context.Background(), question("To be?"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = stream.Collect()
	fmt.Println(errors.Is(err, openrouter.ErrContentTimeout), stream.Response().Text())
	// Output: true To be
}

func ExampleWithOnComment() {
	srv := openroutertest.Start(openroutertest.KeepAlive(1).Text("Hello."))
	defer srv.Close()

	client := srv.Client(openrouter.WithOnComment(func(comment string) { fmt.Println("comment:", comment) }))
	stream, err := client.Chat.Stream(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	res, err := stream.Collect()
	fmt.Println(res.Text(), err)
	// Output:
	// comment: OPENROUTER PROCESSING
	// Hello. <nil>
}

// The service answers the same request from its cache, at no cost.
func ExampleWithResponseCache() {
	srv := openroutertest.Start(openroutertest.Text("Oslo.").Header("X-OpenRouter-Cache-Status", "HIT").Header("X-OpenRouter-Cache-Age", "42"))
	defer srv.Close()
	ctx, client, req := context.Background(), srv.Client(), question("What is the capital of Norway?")

	res, err := client.Chat.Create(ctx, req, openrouter.WithResponseCache(time.Hour))
	if err != nil {
		log.Fatal(err)
	}
	if cache := res.Call().Cache; cache != nil {
		fmt.Println("hit:", cache.Hit, "age:", cache.Age)
	}
	// Output: hit: true age: 42s
}

func ExampleWithRouterMetadata() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Member("openrouter_metadata", openrouter.RouterMetadata{
		Strategy: openrouter.RoutingStrategyFallback, Attempt: 2,
	}))
	defer srv.Close()

	res, err := srv.Client().Chat.Create(context.Background(), question("Hello?"), openrouter.WithRouterMetadata(true))
	if err != nil {
		log.Fatal(err)
	}
	if m := res.OpenRouterMetadata; m != nil {
		fmt.Println(m.Strategy, m.Attempt)
	}
	// Output: fallback 2
}

// WithTimeout ends the call but does not stop the provider. The request may be billed.
func ExampleWithTimeout() {
	srv := openroutertest.Start(openroutertest.Text("To be").Stall())
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("To be?"), openrouter.WithTimeout(50*time.Millisecond))
	fmt.Println(errors.Is(err, openrouter.ErrAttemptTimeout))
	// Output: true
}

func ExampleRetryTimeouts() {
	srv := openroutertest.Start(openroutertest.Stall(), openroutertest.Text("Hello."))
	defer srv.Close()

	client := srv.Client(openrouter.WithTimeout(500*time.Millisecond), openrouter.WithMaxRetries(1),
		openrouter.WithRetryPolicy(openrouter.RetryTimeouts))
	res, err := client.Chat.Create(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text(), res.Call().Attempts)
	// Output: Hello. 2
}

func ExampleWithMaxBodySize() {
	srv := openroutertest.Start(openroutertest.Text(strings.Repeat("To be. ", 10_000)))
	defer srv.Close()

	_, err := srv.Client(openrouter.WithMaxBodySize(1<<10)).Chat.Create(context.Background(), question("To be?"))
	fmt.Println(errors.Is(err, openrouter.ErrTooLarge))
	// Output: true
}

func ExampleWithMaxEventSize() {
	srv := openroutertest.Start(openroutertest.Text("To be.", strings.Repeat(" To be.", 10_000)))
	defer srv.Close()

	stream, err := srv.Client(openrouter.WithMaxEventSize(1<<10)).Chat.Stream(context.Background(), question("To be?"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = stream.Collect()
	fmt.Println(errors.Is(err, openrouter.ErrTooLarge), stream.Response().Text())
	// Output: true To be.
}

func ExampleWithMaxStreamSize() {
	srv := openroutertest.Start(openroutertest.Text(strings.Fields(strings.Repeat("To be. ", 10_000))...))
	defer srv.Close()

	stream, err := srv.Client(openrouter.WithMaxStreamSize(100<<10)).Chat.Stream(context.Background(), question("To be?"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = stream.Collect()
	fmt.Println(errors.Is(err, openrouter.ErrTooLarge), len(stream.Response().Text()) > 0)
	// Output: true true
}

// The client uses the cache. This call gets a new answer from the model.
func ExampleWithoutResponseCache() {
	srv := openroutertest.Start(openroutertest.Text("Oslo."))
	defer srv.Close()

	client := srv.Client(openrouter.WithResponseCache(time.Hour))
	_, err := client.Chat.Create(context.Background(), question("The capital of Norway?"), openrouter.WithoutResponseCache())
	fmt.Println(srv.Requests()[0].Header.Get("X-OpenRouter-Cache"), err)
	// Output: false <nil>
}

func ExampleWithResponseCacheRefresh() {
	srv := openroutertest.Start(openroutertest.Text("Oslo."))
	defer srv.Close()

	_, err := srv.Client().Chat.Create(context.Background(), question("The capital of Norway?"), openrouter.WithResponseCacheRefresh())
	fmt.Println(srv.Requests()[0].Header.Get("X-OpenRouter-Cache-Clear"), err)
	// Output: true <nil>
}

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
