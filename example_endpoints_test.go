package openrouter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// A search by meaning: the text whose vector points in the same direction.
func ExampleEmbeddingsService_Create() {
	srv := openroutertest.Start()
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	texts := []string{"Oslo is the capital of Norway.", "Bread rises because yeast makes gas."}
	req := &openrouter.EmbeddingRequest{Model: "openai/text-embedding-3-small", Input: openrouter.Texts(texts...)}
	index, err := client.Embeddings.Create(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	req.Input = openrouter.Texts("Why does bread rise?")
	query, err := client.Embeddings.Create(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	best, most := 0, float32(-1)
	for i, vector := range index.Vectors() {
		var similarity float32
		for j, x := range query.Data[0].Vector {
			similarity += x * vector[j]
		}
		if similarity > most {
			best, most = i, similarity
		}
	}
	fmt.Println(texts[best])
	fmt.Println(index.Usage.PromptTokens, "tokens")
	// Output:
	// Bread rises because yeast makes gas.
	// 12 tokens
}

func ExampleTexts() {
	printJSON(openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("one")})
	printJSON(openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("one", "two")})
	// Output:
	// {"model":"a/b","input":"one"}
	// {"model":"a/b","input":["one","two"]}
}

// A picture and its caption get one vector.
func ExampleEmbeddingInput() {
	printJSON(openrouter.EmbeddingRequest{Model: "a/b", Input: []openrouter.EmbeddingInput{
		{Content: []openrouter.Part{openrouter.TextPart("a cat"), openrouter.ImagePart("https://example.com/cat.png")}},
	}})
	// Output: {"model":"a/b","input":[{"content":[{"type":"text","text":"a cat"},{"type":"image_url","image_url":{"url":"https://example.com/cat.png"}}]}]}
}

// Ten texts, four at a time.
func ExampleWithMaxInputs() {
	srv := openroutertest.Start()
	defer srv.Close()

	list, err := srv.Client().Embeddings.Create(context.Background(), &openrouter.EmbeddingRequest{
		Model: "openai/text-embedding-3-small", Input: openrouter.Texts("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"),
	}, openrouter.WithMaxInputs(4))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(list.Data), "vectors,", list.Call().Attempts, "requests")
	// Output: 10 vectors, 3 requests
}

func ExampleAccountService_Key() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Cost(0.25))
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	if _, err := client.Chat.Create(ctx, question("Hello?")); err != nil {
		log.Fatal(err)
	}
	key, err := client.Account.Key(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("spent", key.Usage, "USD")
	if key.LimitRemaining != nil { // nil: the key has no limit
		fmt.Println("left", *key.LimitRemaining, "USD")
	}
	// Output:
	// spent 0.25 USD
	// left 9.75 USD
}

// The credits of the account are only for management keys.
func ExampleAccountService_Credits() {
	srv := openroutertest.Start()
	defer srv.Close()
	srv.RequireManagementKey("sk-or-v1-management")
	client, ctx := srv.Client(), context.Background()

	_, err := client.Account.Credits(ctx)
	fmt.Println(errors.Is(err, openrouter.ErrPermissionDenied))

	credits, err := client.Account.Credits(ctx, openrouter.WithAPIKey("sk-or-v1-management"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(credits.Remaining(), "of", credits.TotalCredits, "USD are left")
	// Output:
	// true
	// 100 of 100 USD are left
}

func ExampleAccountService_Activity() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Usage(10, 5).Cost(0.25).Times(2))
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	for range 2 {
		if _, err := client.Chat.Create(ctx, question("Hello?")); err != nil {
			log.Fatal(err)
		}
	}

	activity, err := client.Account.Activity(ctx, &openrouter.ActivityParams{Date: "2026-01-01"})
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range activity.Data {
		fmt.Println(a.Date, a.Model, a.Requests, "requests,", a.PromptTokens+a.CompletionTokens, "tokens,", a.Usage, "USD")
	}
	// Output: 2026-01-01 openai/gpt-5.2 2 requests, 30 tokens, 0.5 USD
}

func ExampleProvidersService_List() {
	srv := openroutertest.Start()
	defer srv.Close()

	providers, err := srv.Client().Providers.List(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range providers.Data {
		fmt.Println(p.Slug, p.Datacenters)
	}
	// Output:
	// fake [NO IE]
	// private-fake []
}

func ExampleModelsService_Get() {
	srv := openroutertest.Start()
	defer srv.Close()

	model, err := srv.Client().Models.Get(context.Background(), "anthropic/claude-sonnet-4.5")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.ContextLength, "tokens, for USD", model.Pricing.Prompt.PerMillion(), "per million")
	fmt.Println("tools:", model.Supports(openrouter.ModelParameterTools), "images:", model.Accepts(openrouter.ModalityImage))
	// Output:
	// 1000000 tokens, for USD 3.00 per million
	// tools: true images: true
}

func ExampleModelsService_Endpoints() {
	srv := openroutertest.Start()
	defer srv.Close()

	model, err := srv.Client().Models.Endpoints(context.Background(), "openai/gpt-5.2")
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range model.Endpoints {
		if e.UptimeLast1d != nil && e.LatencyLast30m != nil { // they may be unknown
			fmt.Println(e.Tag, *e.UptimeLast1d, "% up,", e.LatencyLast30m.P50, "ms to the first token")
		}
	}
	// Output:
	// fake 99.8 % up, 300 ms to the first token
	// private-fake 98.8 % up, 500 ms to the first token
}

func ExampleModelsService_Count() {
	srv := openroutertest.Start()
	defer srv.Close()

	n, err := srv.Client().Models.Count(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "models write text")
	// Output: 3 models write text
}

func ExampleGenerationsService_Content() {
	srv := openroutertest.Start(openroutertest.Text("Geia sou."))
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	res, err := client.Chat.Create(ctx, question("Hello in Greek?"))
	if err != nil {
		log.Fatal(err)
	}
	content, err := client.Generations.Content(ctx, res.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(content.Input.Messages[0].Text(), content.Output.Completion)
	// Output: Hello in Greek? Geia sou.
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

// Speech comes as bytes.
func ExampleClient_DoRaw() {
	srv := openroutertest.Start(openroutertest.Raw("MP3...").Header("Content-Type", "audio/mpeg").ForPath("/audio/speech"))
	defer srv.Close()

	speech, err := srv.Client().DoRaw(context.Background(), "POST", "/audio/speech", map[string]string{
		"model": "openai/gpt-4o-mini-tts", "input": "Hello!", "voice": "alloy",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer speech.Close()
	n, err := io.Copy(io.Discard, speech) // or into a file
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "bytes of", speech.Call().Header.Get("Content-Type"))
	// Output: 6 bytes of audio/mpeg
}

// The events of an endpoint that this library does not know.
func ExampleRawResponse_Events() {
	srv := openroutertest.Start(openroutertest.Raw("data: {\"type\":\"a\"}\n\ndata: {\"type\":\"b\"}\n\ndata: [DONE]\n\n").
		Header("Content-Type", "text/event-stream").ForPath("/responses"))
	defer srv.Close()

	res, err := srv.Client().DoRaw(context.Background(), "POST", "/responses", map[string]any{"model": "openai/gpt-5.2", "input": "Hello!", "stream": true})
	if err != nil {
		log.Fatal(err)
	}
	for data, err := range res.Events() {
		if err != nil {
			log.Fatal(err)
		}
		var event struct{ Type string }
		if err := json.Unmarshal(data, &event); err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Type)
	}
	// Output:
	// a
	// b
}
