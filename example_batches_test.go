package openrouter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

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
