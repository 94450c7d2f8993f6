package openrouter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// The examples talk to a fake of the service, so that their output can be checked.
// A real program makes its client with NewClient. The rest is the same.

func Example() {
	srv := openroutertest.Start(openroutertest.Text("Γεια σου!"))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Say hello in Greek.")},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	// Output: Γεια σου!
}

// A client with a key, an address and the name of the application.
func ExampleNewClient() {
	client := openrouter.NewClient(
		openrouter.WithAPIKey("sk-or-v1-our-key"), // the default is OPENROUTER_API_KEY
		openrouter.WithBaseURL("https://eu.openrouter.ai/api/v1"),
		openrouter.WithApp("https://example.com", "Example"),
	)
	fmt.Println(client) // never shows the key
	// Output: openrouter.Client(https://eu.openrouter.ai/api/v1)
}

func ExampleChatService_Create() {
	srv := openroutertest.Start(openroutertest.Text("Γεια σου!").Usage(14, 4).Cost(0.000081))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{
			openrouter.SystemMessage("Answer with the translation only."),
			openrouter.UserMessage("Say hello in Greek."),
		},
		Temperature:         new(0.0),
		MaxCompletionTokens: new(200),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	if u := res.Usage; u != nil { // the service always sends it; other servers may not
		fmt.Printf("%d tokens, $%.6f\n", u.TotalTokens, u.Cost)
	}
	// Output:
	// Γεια σου!
	// 18 tokens, $0.000081
}

// A conversation. Message returns the whole reply for the next request, with
// everything that the model put into it.
func ExampleChatCompletion_Message() {
	srv := openroutertest.Start(openroutertest.Text("Oslo."), openroutertest.Text("About 720,000."))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	req := &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2"}
	for _, question := range []string{"What is the capital of Norway?", "How many people live there?"} {
		req.Messages = append(req.Messages, openrouter.UserMessage(question))
		res, err := client.Chat.Create(ctx, req)
		if err != nil {
			log.Fatal(err)
		}
		req.Messages = append(req.Messages, res.Message()) // text, reasoning, tool calls, annotations
		fmt.Println(res.Text())
	}
	// Output:
	// Oslo.
	// About 720,000.
}

// Call describes the exchange behind an answer, with the number of attempts.
func ExampleChatCompletion_Call() {
	srv := openroutertest.Start(openroutertest.Error(503, openrouter.ErrProviderOverloaded), openroutertest.Text("Hello."))
	defer srv.Close()
	client := srv.Client(openrouter.WithMaxRetries(2))

	res, err := client.Chat.Create(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	call := res.Call()
	fmt.Println(call.StatusCode, call.GenerationID, call.Attempts)
	// Output: 200 gen-fake-2 2
}

func ExampleChatCompletion_Reasoning() {
	srv := openroutertest.Start(openroutertest.Reasoning("17 times 20, minus 17.").Text("323"))
	defer srv.Close()

	res, err := srv.Client().Chat.Create(context.Background(), question("What is 17 times 19?"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Reasoning())
	fmt.Println(res.Text())
	// Output:
	// 17 times 20, minus 17.
	// 323
}

func ExampleChatCompletion_Refusal() {
	srv := openroutertest.Start(openroutertest.Refusal("I cannot help with that."))
	defer srv.Close()

	res, err := srv.Client().Chat.Create(context.Background(), question("How do I pick a lock?"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q %q\n", res.Text(), res.Refusal())
	// Output: "" "I cannot help with that."
}

// The token limit ended this answer early.
func ExampleChatCompletion_FinishReason() {
	srv := openroutertest.Start(openroutertest.Text("To be, or not to").FinishReason(openrouter.FinishReasonLength))
	defer srv.Close()

	req := question("Recite the monologue.")
	req.MaxCompletionTokens = new(16)
	res, err := srv.Client().Chat.Create(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	if res.FinishReason() == openrouter.FinishReasonLength {
		fmt.Println(res.Text(), "...")
	}
	// Output: To be, or not to ...
}

// question returns a request with one message.
func question(text string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Messages: []openrouter.Message{openrouter.UserMessage(text)}}
}

func printJSON(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
}

func ExampleChatService_Stream() {
	srv := openroutertest.Start(openroutertest.Text("One, ", "two, ", "three."))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()
	req := question("Count to three.")

	stream, err := client.Chat.Stream(ctx, req)
	if err != nil {
		log.Fatal(err) // the stream did not begin
	}
	for chunk, err := range stream.Chunks() { // leaving the loop closes the stream
		if err != nil {
			log.Fatal(err) // the answer is not complete
		}
		fmt.Print(chunk.Text())
	}
	res := stream.Response() // the whole answer, as Create returns it
	fmt.Printf("\n%d characters, finish %s\n", len(res.Text()), res.FinishReason())
	// Output:
	// One, two, three.
	// 16 characters, finish stop
}

// Leaving the loop ends the call.
func ExampleStream_Chunks() {
	srv := openroutertest.Start(openroutertest.Text("One, ", "two, ", "three, ", "and so on.").Stall())
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Count for ever."))
	if err != nil {
		log.Fatal(err)
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(chunk.Text())
		if strings.Contains(stream.Response().Text(), "three") {
			break
		}
	}
	// Output: One, two, three,
}

// Texts is the shortest loop for a program that shows text alone.
func ExampleStream_Texts() {
	srv := openroutertest.Start(openroutertest.Text("One, ", "two, ", "three."))
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Count to three."))
	if err != nil {
		log.Fatal(err)
	}
	for text, err := range stream.Texts() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(text)
	}
	fmt.Println("", stream.Response().Usage.TotalTokens > 0)
	// Output: One, two, three. true
}

// Response returns what had arrived when a stream was cut.
func ExampleStream_Response() {
	srv := openroutertest.Start(openroutertest.Text("To be, ", "or not ").Cut())
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("To be?"))
	if err != nil {
		log.Fatal(err)
	}
	for _, err = range stream.Chunks() {
		// This program does not use the chunks.
	}
	fmt.Println(errors.Is(err, openrouter.ErrStreamTruncated))
	fmt.Printf("%q\n", stream.Response().Text())
	// Output:
	// true
	// "To be, or not "
}

// Collect is for a program that does not need the chunks. A stream has an advantage
// over Create: WithStreamIdleTimeout detects a dead connection early.
func ExampleStream_Collect() {
	srv := openroutertest.Start(openroutertest.KeepAlive(3).Text("A ", "long ", "essay."))
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Write an essay."))
	if err != nil {
		log.Fatal(err)
	}
	res, err := stream.Collect()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	// Output: A long essay.
}

// A stream that is not read in a loop must be closed.
func ExampleStream_Close() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Stall())
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	fmt.Println(stream.Call().StatusCode)
	// Output: 200
}

func ExampleStream_Call() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	fmt.Println(stream.Call().GenerationID) // known before the answer is complete
	// Output: gen-fake-1
}

// ReadStream reads a stream that was recorded in a file.
func ExampleReadStream() {
	recorded := strings.NewReader(`: OPENROUTER PROCESSING

data: {"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}

data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"lo."},"finish_reason":"stop"}]}

data: [DONE]

`)
	res, err := openrouter.ReadStream(recorded).Collect()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.ID, res.Text(), res.FinishReason())
	// Output: gen-1 Hello. stop
}

// An Accumulator combines chunks into the whole answer.
func ExampleAccumulator() {
	srv := openroutertest.Start(openroutertest.ToolCallChunks("call_1", "get_weather", `{"ci`, `ty":"O`, `slo"}`))
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Umbrella in Oslo?"))
	if err != nil {
		log.Fatal(err)
	}
	var acc openrouter.Accumulator
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		acc.Add(chunk)
	}
	for _, call := range acc.Response().ToolCalls() {
		fmt.Println(call.ID, call.Function.Name, call.Function.Arguments)
	}
	// Output: call_1 get_weather {"city":"Oslo"}
}

// exampleService returns an option for a client whose service gives these answers,
// one for each address.
func exampleService(answers map[string]string) openrouter.Option {
	mock := httpmock.NewMockTransport()
	for address, body := range answers {
		mock.RegisterResponder(http.MethodGet, openrouter.DefaultBaseURL+address, httpmock.NewStringResponder(200, body))
	}
	return openrouter.WithHTTPClient(&http.Client{Transport: mock})
}

func ExampleModelsService_List() {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), exampleService(map[string]string{
		"/models?max_price=1&sort=pricing-low-to-high&supported_parameters=tools": `{"data":[
			{"id":"a/small","context_length":8192,"pricing":{"prompt":"0.0000001","completion":"0.0000004"}},
			{"id":"b/large","context_length":200000,"pricing":{"prompt":"0.000001","completion":"0.000004"}}
		],"total_count":2,"links":{"next":null}}`,
	}))

	list, err := client.Models.List(context.Background(), &openrouter.ModelListParams{
		SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterTools},
		MaxPrice:            "1", // USD per million tokens of the prompt
		Sort:                openrouter.ModelSortPriceAscending,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(list.TotalCount, "models")
	for _, m := range list.Data {
		fmt.Println(m.ID, m.ContextLength, m.Pricing.Prompt)
	}
	// Output:
	// 2 models
	// a/small 8192 0.0000001
	// b/large 200000 0.000001
}

func ExampleModelsService_All() {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), exampleService(map[string]string{
		"/models?limit=2":          `{"data":[{"id":"a/one"},{"id":"a/two"}],"total_count":3,"links":{"next":"/api/v1/models?limit=2&offset=2"}}`,
		"/models?limit=2&offset=2": `{"data":[{"id":"b/three"}],"total_count":3,"links":{"next":null}}`,
	}))

	for model, err := range client.Models.All(context.Background(), &openrouter.ModelListParams{Limit: new(2)}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(model.ID)
	}
	// Output:
	// a/one
	// a/two
	// b/three
}

func ExampleGenerationsService_Get() {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), exampleService(map[string]string{
		"/generation?id=gen-1": `{"data":{"id":"gen-1","provider_name":"OpenAI","total_cost":0.0015,"native_tokens_reasoning":64}}`,
	}))

	// The record may not exist right after the answer.
	g, err := client.Generations.Get(context.Background(), "gen-1", openrouter.WithRecordWait(time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: $%.4f, %d tokens of reasoning\n", g.ProviderName, g.TotalCost, g.NativeTokensReasoning)
	// Output: OpenAI: $0.0015, 64 tokens of reasoning
}

func ExampleClient_Do() {
	srv := openroutertest.Start(openroutertest.Raw(`{"results":[{"index":1,"relevance_score":0.98},{"index":0,"relevance_score":0.02}]}`).ForPath("/rerank"))
	defer srv.Close()

	request := map[string]any{
		"model": "cohere/rerank-v3.5", "query": "How does bread rise?", "documents": []string{"The fjords are deep.", "Yeast makes gas."},
	}
	var ranking struct {
		Results []struct {
			Index int
			Score float64 `json:"relevance_score"`
		}
	}
	info, err := srv.Client().Do(context.Background(), "POST", "/rerank", request, &ranking)
	if err != nil {
		fmt.Println(err)
		return
	}
	best := ranking.Results[0]
	fmt.Println(info.StatusCode, best.Index, best.Score)
	// Output: 200 1 0.98
}
