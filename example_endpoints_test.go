package openrouter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"

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

// A batch costs about half, and takes minutes to hours. Results come in any order.
func Example_batch() {
	srv := openroutertest.Start(
		openroutertest.Text("Oslo"),
		openroutertest.Error(502, openrouter.ErrProviderUnavailable, "The model is overloaded"))
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	rows := func(yield func(openrouter.BatchRow, error) bool) {
		for _, country := range []string{"Norway", "Japan"} { // or the rows of a database
			req := question("The capital of " + country + "?")
			if !yield(openrouter.BatchRow{CustomID: country, Request: req}, nil) {
				return
			}
		}
	}
	batch, err := client.Batches.Submit(ctx, &openrouter.BatchRequest{Model: "openai/gpt-5.2", Rows: rows})
	if err != nil {
		log.Fatal(err)
	}
	id := batch.ID // keep it: after a restart, go on from here

	if batch, err = client.Batches.Wait(ctx, id); err != nil {
		log.Fatal(err)
	}
	fmt.Println(batch.Status, batch.RequestCounts.Completed, "of", batch.RequestCounts.Total)
	for row, err := range client.Batches.Results(ctx, id) {
		if err != nil {
			log.Fatal(err) // the transfer broke off
		}
		answer, err := row.Answer()
		if err != nil {
			fmt.Println(row.CustomID, "failed:", err)
			continue
		}
		fmt.Println(row.CustomID, "has", answer.Text())
	}
	// Output:
	// completed 1 of 2
	// Norway has Oslo
	// Japan failed: openrouter: provider_unavailable: The model is overloaded
}

// Submit is never repeated. If nothing says whether the batch was made, look for it.
func ExampleBatchesService_Submit_unknownOutcome() {
	srv := openroutertest.Start(openroutertest.Reset().ForPath("/batches"))
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	_, err := client.Batches.Submit(ctx, &openrouter.BatchRequest{
		Model: "openai/gpt-5.2",
		Rows:  openrouter.BatchRows(openrouter.BatchRow{CustomID: "a", Request: question("Hello?")}),
	})
	unknown, ok := errors.AsType[*openrouter.BatchUnknownError](err)
	if !ok {
		log.Fatal(err)
	}
	for batch, err := range client.Batches.All(ctx, &openrouter.BatchListParams{CreatedAfter: unknown.Since}) {
		if err != nil {
			log.Fatal(err)
		}
		if batch.Model == unknown.Model && batch.RequestCounts.Total == unknown.Rows {
			fmt.Println("it was made:", batch.ID)
			return
		}
	}
	fmt.Println("there is none:", errors.Is(err, openrouter.ErrBatchUnknown))
	// Output: there is none: true
}

// Wait needs only the id. A batch that has expired may have some results.
func ExampleBatchesService_Wait() {
	srv := openroutertest.Start()
	defer srv.Close()
	srv.SetBatchLife(openrouter.BatchStatusExpired)
	client, ctx := srv.Client(), context.Background()
	batch, err := client.Batches.Submit(ctx, &openrouter.BatchRequest{Model: "openai/gpt-5.2", Rows: openrouter.BatchRows(
		openrouter.BatchRow{CustomID: "a", Request: question("Hello?")},
		openrouter.BatchRow{CustomID: "b", Request: question("Hello again?")},
	)})
	if err != nil {
		log.Fatal(err)
	}
	id := batch.ID // from a file, after a restart

	batch, err = client.Batches.Wait(ctx, id)
	fmt.Println(err)
	if _, ok := errors.AsType[*openrouter.BatchError](err); !ok {
		return
	}
	fmt.Println(batch.Status, batch.RequestCounts.Completed)
	for row, err := range client.Batches.Results(ctx, id) {
		if err != nil {
			break // the same error as above, after the rows
		}
		_, err := row.Answer()
		fmt.Println(row.CustomID, err)
	}
	// Output:
	// openrouter: batch batch_fake_1 is expired: 1 of 2 requests completed, 1 failed
	// expired 1
	// a <nil>
	// b openrouter: batch_expired: The batch expired before this request was answered
}

// The rows of another endpoint are any JSON.
func ExampleBatchResult_Decode() {
	srv := openroutertest.Start(openroutertest.Raw(`{"data":[{"embedding":[0.25,0.5]}]}`).ForPath("/embeddings"))
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	batch, err := client.Batches.Submit(ctx, &openrouter.BatchRequest{
		Endpoint: openrouter.BatchEndpointEmbeddings,
		Model:    "openai/text-embedding-3-small",
		Rows:     openrouter.BatchRows(openrouter.BatchRow{CustomID: "a", Body: map[string]any{"input": "Hello!"}}),
	})
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range client.Batches.Results(ctx, batch.ID) {
		if err != nil {
			log.Fatal(err)
		}
		var body struct {
			Data []struct{ Embedding []float64 }
		}
		if err := row.Decode(&body); err != nil {
			log.Fatal(err)
		}
		fmt.Println(row.CustomID, body.Data[0].Embedding)
	}
	// Output: a [0.25 0.5]
}

// Results can be stored and read later.
func ExampleBatchResult_Answer() {
	stored := []byte(`{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"role":"assistant","content":"Hello!"},"finish_reason":"stop"}]}},"error":null}`)
	var row openrouter.BatchResult
	if err := json.Unmarshal(stored, &row); err != nil {
		log.Fatal(err)
	}
	answer, err := row.Answer()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(row.CustomID, answer.Text())
	// Output: a Hello!
}

func ExampleBatchesService_All() {
	srv := openroutertest.Start()
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	for range 3 {
		req := &openrouter.BatchRequest{Model: "openai/gpt-5.2", Rows: openrouter.BatchRows(openrouter.BatchRow{CustomID: "a", Request: question("Hello?")})}
		if _, err := client.Batches.Submit(ctx, req); err != nil {
			log.Fatal(err)
		}
	}

	params := &openrouter.BatchListParams{Status: []openrouter.BatchStatus{openrouter.BatchStatusValidating}, Limit: new(2)}
	for batch, err := range client.Batches.All(ctx, params) { // asks for further pages as it goes
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(batch.ID, batch.Status)
	}
	// Output:
	// batch_fake_3 validating
	// batch_fake_2 validating
	// batch_fake_1 validating
}
