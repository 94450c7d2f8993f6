// Command tools lets a model call two functions of the program, by hand: a loop
// that runs what the model asks for until it has its answer.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/examples/internal/demo"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	demo.Run(run,
		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).ToolCall("call_2", "get_weather", `{"city":"Rome"}`),
		openroutertest.Text("Take it to Oslo. Leave it at home in Rome."))
}

var getWeather = openrouter.FunctionTool{Function: openrouter.Function{
	Name:        "get_weather",
	Description: "The weather in a city now.",
	Parameters: map[string]any{
		"type":       "object",
		"properties": map[string]any{"city": map[string]any{"type": "string"}},
		"required":   []string{"city"},
	},
}}

func run(ctx context.Context, client *openrouter.Client) error {
	req := &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Umbrella in Oslo? And in Rome?")},
		Tools:    []openrouter.Tool{getWeather},
	}
	for range 5 { // a model may go on asking: bound it
		res, err := client.Chat.Create(ctx, req)
		if err != nil {
			return err
		}
		calls := res.ToolCalls()
		if len(calls) == 0 {
			fmt.Println(res.Text())
			return nil
		}
		req.Messages = append(req.Messages, res.Message())
		for _, call := range calls { // every call needs its result
			result := weather(call.Function)
			fmt.Println(call.Function.Name, call.Function.Arguments, "=>", result)
			req.Messages = append(req.Messages, openrouter.ToolMessage(call.ID, result))
		}
	}
	return errors.New("no answer after five turns")
}

// weather runs a call. What goes wrong is told to the model, which can do better
// the next time.
func weather(call openrouter.FunctionCall) string {
	var args struct{ City string }
	if err := call.Unmarshal(&args); err != nil {
		return err.Error()
	}
	switch args.City {
	case "Oslo":
		return "rain, 6 degrees"
	case "Rome":
		return "sunny, 24 degrees"
	}
	return "no weather station in " + args.City
}
