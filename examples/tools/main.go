// Command tools lets a model call a function of the program. A loop runs the calls
// and sends the results back until the model has its answer.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

var getWeather = openrouter.FunctionTool{Function: openrouter.Function{
	Name:        "get_weather",
	Description: "The weather in a city now.",
	Parameters: map[string]any{
		"type":       "object",
		"properties": map[string]any{"city": map[string]any{"type": "string"}},
		"required":   []string{"city"},
	},
}}

func main() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).ToolCall("call_2", "get_weather", `{"city":"Rome"}`),
		openroutertest.Text("Take it to Oslo. Leave it at home in Rome."))
	defer stop()
	ctx := context.Background()

	req := &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Umbrella in Oslo? And in Rome?")},
		Tools:    []openrouter.Tool{getWeather},
	}
	for range 5 { // the limit stops a model that never stops calling
		res, err := client.Chat.Create(ctx, req)
		if err != nil {
			log.Fatal(err)
		}
		calls := res.ToolCalls()
		if len(calls) == 0 {
			fmt.Println(res.Text())
			return
		}
		req.Messages = append(req.Messages, res.Message())
		for _, call := range calls { // the service refuses a call without a result
			result := weather(call.Function)
			fmt.Println(call.Function.Name, call.Function.Arguments, "=>", result)
			req.Messages = append(req.Messages, call.Result(result))
		}
	}
	log.Fatal("no answer after five turns")
}

// weather runs a call. A failure is a result, too: the model reads it and can try
// again.
func weather(call openrouter.FunctionCall) string {
	if call.Name != getWeather.Function.Name {
		return "there is no function " + call.Name
	}
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
