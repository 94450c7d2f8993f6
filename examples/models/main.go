// Command models lists models that can call tools, the cheapest first, with their
// prices.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	client, stop := openroutertest.ClientOrFake() // the fake has a list of its own
	defer stop()
	ctx := context.Background()

	params := &openrouter.ModelListParams{
		SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterTools},
		Sort:                openrouter.ModelSortPriceAscending,
		MinPrice:            "0.1", // USD per million tokens, to leave out the free ones
		Limit:               new(100),
	}
	shown := 0
	for model, err := range client.Models.All(ctx, params) { // asks for further pages as it goes
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%-32s %7d tokens  $%s in, $%s out\n", model.ID, model.ContextLength,
			perMillion(model.Pricing.Prompt), perMillion(model.Pricing.Completion))
		if shown++; shown == 20 {
			break
		}
	}
}

// perMillion is the price of a million tokens, given that of one token.
func perMillion(price openrouter.Decimal) string {
	usd, err := price.Float64()
	if err != nil {
		return "?"
	}
	return fmt.Sprintf("%.2f", usd*1e6)
}
