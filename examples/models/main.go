// Command models lists models that can call tools, the cheapest first, with
// their prices.
package main

import (
	"context"
	"fmt"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/examples/internal/demo"
)

func main() {
	demo.Run(run) // the fake has a list of its own
}

func run(ctx context.Context, client *openrouter.Client) error {
	params := &openrouter.ModelListParams{
		SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterTools},
		Sort:                openrouter.ModelSortPriceAscending,
		MinPrice:            "0.1", // USD per million tokens, to leave out the free ones
		Limit:               new(100),
	}
	shown := 0
	for model, err := range client.Models.All(ctx, params) { // asks for further pages as it goes
		if err != nil {
			return err
		}
		fmt.Printf("%-32s %7d tokens  $%s in, $%s out\n", model.ID, model.ContextLength,
			perMillion(model.Pricing.Prompt), perMillion(model.Pricing.Completion))
		if shown++; shown == 20 {
			break
		}
	}
	return nil
}

// perMillion turns the price of a token, which is exact, into a readable one of a
// million tokens.
func perMillion(price openrouter.Decimal) string {
	usd, err := price.Float64()
	if err != nil {
		return "?"
	}
	return fmt.Sprintf("%.2f", usd*1e6)
}
