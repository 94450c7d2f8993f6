// Command structured reads a text into a Go type. The first answer breaks a rule, which the model is told.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

type Order struct {
	Customer struct {
		Name string `json:"name"`
		Mail string `json:"mail,omitempty" jsonschema:"format=email"`
	} `json:"customer"`
	Items []struct {
		Name  string  `json:"name"`
		Count int     `json:"count" jsonschema:"minimum=1"`
		Price float64 `json:"price" jsonschema:"of one piece\\, in EUR,minimum=0"`
	} `json:"items" jsonschema:"minItems=1"`
	Shipping string     `json:"shipping" jsonschema:"enum=standard,enum=express"`
	Due      *time.Time `json:"due"`
}

func (o Order) Validate() error {
	if o.Shipping == "express" && o.Due == nil {
		return errors.New("due: express orders need a date")
	}
	return nil
}

func main() {
	const order = `{"customer":{"name":"Ada","mail":null},"items":[{"name":"pen","count":2,"price":1.5}],"shipping":"express","due":%s}`
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Text(fmt.Sprintf(order, "null")), openroutertest.Text(fmt.Sprintf(order, `"2026-03-02T12:00:00Z"`)))
	defer stop()

	got, res, err := structured.Create[Order](context.Background(), client, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Ada wants two pens at 1.50 by express, at noon on 2 March 2026.")},
	})
	if bad, ok := errors.AsType[*structured.Error](err); ok {
		for _, v := range bad.Violations {
			log.Print(v)
		}
		log.Fatalf("%v, for $%.4f", bad, bad.Usage.Cost)
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got.Customer.Name, got.Items[0].Count, got.Items[0].Name, got.Shipping, got.Due, res.Usage.TotalTokens)
}
