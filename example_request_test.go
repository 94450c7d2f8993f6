package openrouter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// A request with fallback models, a choice of providers and a price limit.
func ExampleProviderPreferences() {
	srv := openroutertest.Start(openroutertest.Text("A haystack of clouds.").Model("anthropic/claude-sonnet-4.5").Provider("Anthropic"))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Models:   []string{"anthropic/claude-sonnet-4.5", "google/gemini-2.5-pro"}, // tried in this order if Model fails
		Messages: []openrouter.Message{openrouter.UserMessage("Describe the sky in four words.")},
		Provider: &openrouter.ProviderPreferences{
			ZDR:      new(true), // only endpoints that keep no prompts
			Ignore:   []string{"azure"},
			Sort:     openrouter.ProviderSort{By: openrouter.SortThroughput},
			MaxPrice: &openrouter.MaxPrice{Prompt: "5", Completion: "20"}, // USD per million tokens
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text(), res.Model, res.Provider)
	// Output: A haystack of clouds. anthropic/claude-sonnet-4.5 Anthropic
}

// A ProviderSort is sent as a string if only By is set, else as an object.
func ExampleProviderSort() {
	printJSON(openrouter.ProviderSort{By: openrouter.SortPrice})
	printJSON(openrouter.ProviderSort{By: openrouter.SortPrice, Partition: openrouter.SortPartitionNone})
	// Output:
	// "price"
	// {"by":"price","partition":"none"}
}

// The answer has the model's reasoning. The next request sends the reasoning back.
func ExampleReasoning() {
	srv := openroutertest.Start(openroutertest.SignedReasoning("c2ln", "17 times 20, ", "minus 17.").Text("323"), openroutertest.Text("18² - 1."))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	req := &openrouter.ChatCompletionRequest{
		Model:     "anthropic/claude-sonnet-4.5",
		Messages:  []openrouter.Message{openrouter.UserMessage("What is 17 times 19?")},
		Reasoning: &openrouter.Reasoning{Effort: openrouter.EffortHigh}, // or MaxTokens instead
	}
	stream, err := client.Chat.Stream(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(chunk.Reasoning(), chunk.Text())
	}
	fmt.Println()

	// Message carries the signed blocks, which must go back unchanged.
	req.Messages = append(req.Messages, stream.Response().Message(), openrouter.UserMessage("Is there a shorter way?"))
	res, err := client.Chat.Create(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	// Output:
	// 17 times 20, minus 17.323
	// 18² - 1.
}

// Extra sends and receives members that this version has no field for.
func Example_extra() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Member("carbon_grams", 0.25))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Hello?")},
		Extra:    map[string]any{"top_n_sigma": 1.5}, // sent as a member of the request
	})
	if err != nil {
		log.Fatal(err)
	}
	grams, _ := res.Extra["carbon_grams"].(json.RawMessage) // received as JSON
	fmt.Println(res.Text(), string(grams))
	// Output: Hello. 0.25
}

// Every object has an Extra. It also holds known members whose value has the wrong
// type, so that no part of an answer is lost.
func ExampleUsage() {
	var usage openrouter.Usage
	if err := json.Unmarshal([]byte(`{"prompt_tokens":12,"completion_tokens":"many","total_tokens":12,"joules":3.5}`), &usage); err != nil {
		log.Fatal(err)
	}
	fmt.Println(usage.PromptTokens, usage.CompletionTokens)
	fmt.Printf("%s %s\n", usage.Extra["completion_tokens"], usage.Extra["joules"])
	printJSON(usage)
	// Output:
	// 12 0
	// "many" 3.5
	// {"prompt_tokens":12,"total_tokens":12,"completion_tokens":"many","joules":3.5}
}

// Numbers in requests are pointers, because a temperature of zero is not the same as
// no temperature.
func ExampleChatCompletionRequest() {
	printJSON(&openrouter.ChatCompletionRequest{
		Model:               "openai/gpt-5.2",
		Messages:            []openrouter.Message{openrouter.UserMessage("Hello?")},
		Temperature:         new(0.0),
		MaxCompletionTokens: new(100),
		Stop:                []string{"END"},
	})
	// Output: {"model":"openai/gpt-5.2","messages":[{"role":"user","content":"Hello?"}],"max_completion_tokens":100,"stop":"END","temperature":0}
}

// A relay or a log can decode requests.
func ExampleChatCompletionRequest_UnmarshalJSON() {
	var req openrouter.ChatCompletionRequest
	body := `{"messages":[{"role":"user","content":"Hello?"}],"plugins":[{"id":"web","max_results":3},{"id":"rhymes"}]}`
	if err := json.Unmarshal([]byte(body), &req); err != nil {
		log.Fatal(err)
	}
	for _, plugin := range req.Plugins {
		switch p := plugin.(type) {
		case openrouter.WebPlugin:
			fmt.Println("web,", *p.MaxResults, "results")
		case openrouter.RawPlugin:
			fmt.Println("unknown:", string(p))
		}
	}
	// Output:
	// web, 3 results
	// unknown: {"id":"rhymes"}
}

func ExampleWebPlugin() {
	printJSON([]openrouter.Plugin{openrouter.WebPlugin{MaxResults: new(3)}, openrouter.ContextCompressionPlugin{Enabled: new(false)}})
	// Output: [{"id":"web","max_results":3},{"id":"context-compression","enabled":false}]
}

func ExampleDecimal() {
	var price openrouter.MaxPrice
	if err := json.Unmarshal([]byte(`{"prompt":"0.10","completion":0.4}`), &price); err != nil {
		log.Fatal(err)
	}
	fmt.Println(price.Prompt, price.Completion) // exact, as it was written
	// Output: 0.10 0.4
}

func ExampleDecimal_Float64() {
	usd, err := openrouter.Decimal("0.00000125").Float64()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("$%.2f per million tokens\n", usd*1e6)
	// Output: $1.25 per million tokens
}

// A copy can be changed while the original is sent.
func ExampleChatCompletionRequest_Clone() {
	req := question("Hello?")
	for _, model := range []string{"openai/gpt-5.2", "anthropic/claude-sonnet-4.5"} {
		r := req.Clone()
		r.Model = model
		r.Messages[0].Name = "ada"
		printJSON(r)
	}
	fmt.Println(req.Equal(question("Hello?")))
	// Output:
	// {"model":"openai/gpt-5.2","messages":[{"role":"user","content":"Hello?","name":"ada"}]}
	// {"model":"anthropic/claude-sonnet-4.5","messages":[{"role":"user","content":"Hello?","name":"ada"}]}
	// true
}

func ExampleUsage_Add() {
	var total openrouter.Usage
	for _, usage := range []*openrouter.Usage{{PromptTokens: 10, TotalTokens: 10, Cost: 0.25}, nil, {PromptTokens: 5, TotalTokens: 5, Cost: 0.5}} {
		total.Add(usage) // nil, as some servers send no usage
	}
	fmt.Println(total.TotalTokens, total.Cost)
	// Output: 15 0.75
}

// An invalid request is refused before it is sent. The error lists everything that
// is wrong with it.
func ExampleValidationError() {
	client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-..."))
	_, err := client.Chat.Create(context.Background(), &openrouter.ChatCompletionRequest{
		Model:       "openai/gpt-5.2",
		Messages:    []openrouter.Message{openrouter.ToolMessage("", "21 degrees")},
		Temperature: new(2.5),
	})
	if e, ok := errors.AsType[*openrouter.ValidationError](err); ok {
		for _, v := range e.Violations {
			fmt.Printf("%s %s\n", v.Field, v.Problem)
		}
	}
	// Output:
	// messages[0].tool_call_id is missing: a tool message must name the call that it answers
	// temperature is 2.5, must be between 0 and 2
}

func ExampleChatCompletionRequest_Validate() {
	req := &openrouter.ChatCompletionRequest{
		Messages:  []openrouter.Message{openrouter.UserMessage("Say hello in Greek.")},
		Reasoning: &openrouter.Reasoning{Effort: openrouter.EffortHigh, MaxTokens: new(2000)},
	}
	fmt.Println(req.Validate())
	// Output:
	// openrouter: reasoning.max_tokens and reasoning.effort cannot both be set; WithoutValidation("reasoning.max_tokens") sends it anyway
}

// The service currently accepts session ids of up to 256 characters.
func ExampleWithoutValidation() {
	service := serviceOf(func(req *http.Request) string {
		return `{"id":"gen-1","choices":[{"index":0,"message":{"role":"assistant","content":"Γεια σου!"},"finish_reason":"stop"}]}`
	})
	client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-..."), openrouter.WithHTTPClient(service))
	req := &openrouter.ChatCompletionRequest{
		Messages:  []openrouter.Message{openrouter.UserMessage("Say hello in Greek.")},
		SessionID: strings.Repeat("7", 200),
	}

	_, err := client.Chat.Create(context.Background(), req)
	fmt.Println(err)

	res, err := client.Chat.Create(context.Background(), req, openrouter.WithoutValidation("session_id"))
	fmt.Println(res.Text(), err)
	// Output:
	// openrouter: session_id has 200 characters, must have at most 128; WithoutValidation("session_id") sends it anyway
	// Γεια σου! <nil>
}

// Without this option, an http address of another machine is refused, because it
// would send the key unencrypted.
func ExampleWithInsecureHTTP() {
	service := serviceOf(func(req *http.Request) string {
		return `{"id":"gen-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello from ` + req.URL.Host + `"},"finish_reason":"stop"}]}`
	})
	client := openrouter.NewClient(
		openrouter.WithAPIKey("sk-or-v1-..."), openrouter.WithHTTPClient(service),
		openrouter.WithBaseURL("http://gateway.internal/v1"), openrouter.WithInsecureHTTP())
	res, err := client.Chat.Create(context.Background(), &openrouter.ChatCompletionRequest{
		Messages: []openrouter.Message{openrouter.UserMessage("Who are you?")},
	})
	fmt.Println(res.Text(), err)
	// Output:
	// Hello from gateway.internal <nil>
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// serviceOf returns an HTTP client whose every answer is the text that f returns.
func serviceOf(f func(*http.Request) string) *http.Client {
	return &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(f(req)))}, nil
	})}
}

// The amount is exact: half a million tokens, of which most were cached.
func ExampleModelPricing_Cost() {
	prices := openrouter.ModelPricing{Prompt: "0.000003", Completion: "0.000015", InputCacheRead: "0.0000003"}
	usage := &openrouter.Usage{
		PromptTokens: 500_000, CompletionTokens: 1_000, TotalTokens: 501_000,
		PromptTokensDetails: &openrouter.PromptTokensDetails{CachedTokens: 450_000},
	}
	fmt.Println(prices.Cost(usage, time.Now()))

	prices.Image = "0.005" // the usage does not say how many there were
	cost := prices.Cost(usage, time.Now())
	fmt.Println(cost, cost.Unknown)
	// Output:
	// 0.30 USD
	// about 0.30 USD [how many images the prompt has, which have a price of their own]
}

func ExampleDecimal_PerMillion() {
	fmt.Println(openrouter.Decimal("0.00000125").PerMillion(), openrouter.Decimal("0.000000075").PerMillion())
	// Output: 1.25 0.075
}

func ExampleDecimal_Rat() {
	price, err := openrouter.Decimal("0.1").Rat()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(price.Mul(price, big.NewRat(3, 1)).FloatString(20)) // a float64 would have rounded
	// Output: 0.30000000000000000000
}
