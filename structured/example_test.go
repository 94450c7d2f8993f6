package structured_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

type Order struct {
	Customer string `json:"customer"`
	Items    []Item `json:"items" jsonschema:"minItems=1"`
	Express  bool   `json:"express,omitempty"`
}

type Item struct {
	Name  string `json:"name"`
	Count int    `json:"count" jsonschema:"number of pieces,minimum=1"`
}

// service is a fake of the service that gives these replies.
func service(replies ...openroutertest.Reply) *openrouter.Client {
	return openroutertest.NewTransport(nil, replies...).Client()
}

func orderRequest() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Ada wants two pens.")},
	}
}

func Example() {
	client := service(openroutertest.Text(`{"number":"A-1","total":12.5,"kind":"bill","due":null}`).Cost(0.0002))
	ctx, scan := context.Background(), openrouter.FilePart("scan.pdf", "https://example.com/scan.pdf")

	type Invoice struct {
		Number string    `json:"number"`
		Total  float64   `json:"total" jsonschema:"in EUR,minimum=0"`
		Kind   string    `json:"kind" jsonschema:"enum=bill,enum=credit"`
		Due    time.Time `json:"due,omitzero"`
	}

	invoice, res, err := structured.Create[Invoice](ctx, client, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Read this invoice.", scan)},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(invoice.Number, invoice.Total, invoice.Kind, invoice.Due.IsZero(), res.Usage.Cost)
	// Output: A-1 12.5 bill true 0.0002
}

// The first answer breaks the schema. The model is told, and its second answer counts. The usage is
// that of both.
func ExampleCreate() {
	client := service(
		openroutertest.Text(`{"customer":"Ada","items":[{"name":"pen","count":0}],"express":null}`).Cost(0.0002),
		openroutertest.Text(`{"customer":"Ada","items":[{"name":"pen","count":2}],"express":null}`).Cost(0.0003))
	order, res, err := structured.Create[Order](context.Background(), client, orderRequest())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(order.Items, res.Usage.Cost)
	// Output: [{pen 2}] 0.0005
}

func ExampleError() {
	client := service(openroutertest.Text(`{"customer":"Ada","items":[{"name":"pen","count":0}]}`).Cost(0.0002))
	once := structured.Output[Order]{Repairs: -1}
	_, _, err := once.Create(context.Background(), client, orderRequest())
	if bad, ok := errors.AsType[*structured.Error](err); ok {
		switch {
		case errors.Is(bad.Err, structured.ErrViolation):
			fmt.Println(bad.Violations)
		case errors.Is(bad.Err, structured.ErrRefused):
			fmt.Println(bad.Answer.Refusal())
		}
		fmt.Println(bad.Err)
		fmt.Println(bad.Usage.Cost)
	}
	// Output:
	// [items[0].count: must be at least 1, is 0]
	// structured: the answer does not match the schema
	// 0.0002
}

func ExampleStream() {
	client := service(openroutertest.Text(`{"customer":"A`, `da","items":[{"na`, `me":"pen","cou`, `nt":2}],"express":tr`, `ue}`))
	stream, err := structured.Stream[Order](context.Background(), client, orderRequest())
	if err != nil {
		log.Fatal(err)
	}
	for order, err := range stream.Partials() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%+v\n", order)
	}
	order, res, err := stream.Value()
	fmt.Println(order.Customer, res.FinishReason(), err)
	// Output:
	// {Customer:A Items:[] Express:false}
	// {Customer:Ada Items:[{Name: Count:0}] Express:false}
	// {Customer:Ada Items:[{Name:pen Count:0}] Express:false}
	// {Customer:Ada Items:[{Name:pen Count:2}] Express:false}
	// {Customer:Ada Items:[{Name:pen Count:2}] Express:true}
	// Ada stop <nil>
}

func ExampleStreamOf_Value() {
	client := service(openroutertest.Text(`{"value":[`, `1,2`, `,3]}`))
	stream, err := structured.Stream[[]int](context.Background(), client, orderRequest())
	if err != nil {
		log.Fatal(err)
	}
	numbers, _, err := stream.Value()
	fmt.Println(numbers, err)
	// Output: [1 2 3] <nil>
}

// The last answer of an agent is an Order. No endpoint may ignore the format.
func ExampleFormat() {
	client := service(openroutertest.ToolCall("call_1", "stock", `{"name":"pen"}`), openroutertest.Text(`{"customer":"Ada","items":[{"name":"pen","count":2}],"express":null}`))
	stock := agent.NewTool("stock", "How many there are.", func(context.Context, struct {
		Name string `json:"name"`
	}) (int, error) {
		return 12, nil
	})
	req := orderRequest()
	req.ResponseFormat = structured.Format[Order]()
	req.Provider = &openrouter.ProviderPreferences{RequireParameters: new(true)}
	bot := agent.Agent{Client: client, Tools: []agent.Tool{stock}}
	run, err := bot.Run(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	order, err := structured.Decode[Order](run.Answer())
	fmt.Println(order.Items, err)
	// Output: [{pen 2}] <nil>
}

func ExampleSchema() {
	schema, err := structured.Schema[Item]()
	fmt.Println(string(schema), err)
	_, err = structured.Schema[map[string]Item]()
	fmt.Println(err)
	// Output:
	// {"type":"object","properties":{"name":{"type":"string"},"count":{"type":"integer","description":"number of pieces (at least 1)"}},"required":["name","count"],"additionalProperties":false} <nil>
	// the type is a map, which strict providers refuse; set Lax, or use a slice of keys and values
}

func ExampleDecode() {
	client := service(openroutertest.Text(`{"name":"pen","count":2.0}`))
	req := orderRequest()
	req.ResponseFormat = structured.Format[Item]()
	res, err := client.Chat.Create(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	item, err := structured.Decode[Item](res)
	fmt.Println(item, err)
	// Output: {pen 2} <nil>
}

// A map is accepted, and JSON in a fence.
func ExampleOutput() {
	client := service(openroutertest.Text("```json\n{\"pen\":2}\n```"))
	counts := structured.Output[map[string]int]{Name: "counts", Description: "How many of each.", Lax: true}
	got, _, err := counts.Create(context.Background(), client, orderRequest())
	fmt.Println(got, err)
	// Output: map[pen:2] <nil>
}
