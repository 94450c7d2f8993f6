// Command models picks a model: it lists those that can do a job, the cheapest
// first for a request of a usual size, and the endpoints of the cheapest.
package main

import (
	"context"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// usual is what a request of the job uses, as in an answer of a similar request.
var usual = &openrouter.Usage{
	PromptTokens: 12_000, CompletionTokens: 500, TotalTokens: 12_500,
	PromptTokensDetails: &openrouter.PromptTokensDetails{CachedTokens: 10_000},
}

// needs are what the model must be able to do.
var needs = &openrouter.ModelListParams{
	SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterTools, openrouter.ModelParameterReasoning},
	InputModalities:     []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityImage},
	Context:             new(100_000),
	MinPrice:            "0.01", // USD per million tokens, to leave out the free ones
}

type candidate struct {
	model *openrouter.Model
	cost  openrouter.Cost
}

func main() {
	client, stop := openroutertest.ClientOrFake() // the fake has models of its own
	defer stop()
	ctx := context.Background()

	var found []candidate
	for model, err := range client.Models.All(ctx, needs) { // asks for further pages as it goes
		if err != nil {
			log.Fatal(err)
		}
		if model.Pricing.Prompt.PerMillion() == "" {
			continue // a router, whose price depends on the model that it takes
		}
		found = append(found, candidate{model, model.Pricing.Cost(usual, time.Now())})
	}
	if len(found) == 0 {
		log.Fatal("no model can do all of that")
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.cost.USD.Cmp(b.cost.USD) })
	for _, c := range found[:min(10, len(found))] {
		fmt.Printf("%-28s %s a request ($%s in, $%s out, per million tokens)\n", c.model.ID, c.cost,
			c.model.Pricing.Prompt.PerMillion(), c.model.Pricing.Completion.PerMillion())
		for _, unknown := range c.cost.Unknown {
			fmt.Println("    not known:", unknown)
		}
	}

	best, err := client.Models.Endpoints(ctx, found[0].model.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("\nEndpoints of", best.ID)
	for _, e := range best.Endpoints {
		fmt.Printf("%-14s %s a request, up %s\n", e.Tag, e.Pricing.Cost(usual, time.Now()), percent(e.UptimeLast1d))
	}
}

// percent renders a measurement that may be missing.
func percent(p *float64) string {
	if p == nil {
		return "?"
	}
	return fmt.Sprintf("%.1f%%", *p)
}
