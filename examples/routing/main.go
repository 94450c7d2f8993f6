// Command routing lets the service choose among models and providers: another model
// if the first fails, only providers that keep no prompts, none above a price.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	// What the service reports when the first model was overloaded.
	routed := openrouter.RouterMetadata{
		Requested: "openai/gpt-5.2",
		Strategy:  openrouter.RoutingStrategyFallback,
		Attempt:   2,
		Attempts: []openrouter.RouterAttempt{
			{Provider: "OpenAI", Model: "openai/gpt-5.2", Status: 503},
			{Provider: "Anthropic", Model: "anthropic/claude-sonnet-4.5", Status: 200},
		},
	}
	client, stop := openroutertest.ClientOrFake(openroutertest.Text("A haystack of clouds.").
		Model("anthropic/claude-sonnet-4.5").Provider("Anthropic").
		Member("openrouter_metadata", routed))
	defer stop()
	ctx := context.Background()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Models:   []string{"anthropic/claude-sonnet-4.5", "google/gemini-2.5-pro"}, // fallbacks, in order
		Messages: []openrouter.Message{openrouter.UserMessage("Describe the sky in four words.")},
		Provider: &openrouter.ProviderPreferences{
			ZDR:               new(true),
			RequireParameters: new(true),
			Ignore:            []string{"azure"},
			Sort:              openrouter.ProviderSort{By: openrouter.SortThroughput},
			MaxPrice:          &openrouter.MaxPrice{Prompt: "5", Completion: "20"}, // USD per million tokens
		},
	}, openrouter.WithRouterMetadata(true))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	fmt.Println(res.Model, "at", res.Provider)
	if m := res.OpenRouterMetadata; m != nil {
		for _, a := range m.Attempts {
			fmt.Println("tried:", a.Provider, a.Model, a.Status)
		}
	}
}
