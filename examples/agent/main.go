// Command agent answers a question with three functions of the program. It prints
// the answer while the model writes it, and spends five cents at most.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// place is what a tool is called with. The model learns the arguments from the type.
type place struct {
	City string `json:"city" jsonschema:"name of a city"`
}

var weather = map[string]string{"Oslo": "rain, 6 degrees", "Rome": "sunny, 24 degrees"}

var notes []string

var tools = []agent.Tool{
	agent.NewTool("get_weather", "The weather in a city now.", func(_ context.Context, in place) (string, error) {
		return weather[in.City], nil // an error would be told to the model
	}),
	agent.NewTool("get_time", "The local time in a city.", func(context.Context, place) (string, error) {
		return "14:30", nil
	}),
	agent.NewTool("add_note", "Adds a line to the notes.", func(_ context.Context, in struct{ Line string }) (int, error) {
		notes = append(notes, in.Line)
		return len(notes), nil
	}),
}

func main() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).ToolCall("call_2", "get_time", `{"city":"Oslo"}`).Cost(0.0004),
		openroutertest.Text("It rains. ").ToolCall("call_3", "add_note", `{"Line":"Pack an umbrella."}`).Cost(0.0005),
		openroutertest.Text("Take an ", "umbrella: ", "it is in your notes.").Cost(0.0006))
	defer stop()

	// Parallel 1: add_note changes a variable, so that calls must not run at once.
	bot := agent.Agent{Client: client, Tools: tools, MaxCost: 0.05, Parallel: 1}
	stream := bot.Stream(context.Background(), &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Do I need an umbrella in Oslo? If so, note it down.")},
	})
	for event, err := range stream.Events() { // leaving the loop ends the run
		if err != nil {
			log.Fatal(err) // also at a limit; stream.Run() has all that there is
		}
		fmt.Print(event.Chunk.Text()) // empty for the other events
	}
	run := stream.Run()
	fmt.Printf("\n%d steps, $%.4f, notes: %q\n", len(run.Steps), run.Usage.Cost, notes)
}
