package openrouter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func weatherIn(city string) string { return "rain in " + city }

func Example_tools() {
	srv := openroutertest.Start(openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`), openroutertest.Text("Take an umbrella."))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	req := &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Do I need an umbrella in Oslo?")},
		Tools: []openrouter.Tool{openrouter.NewFunctionTool("get_weather", "Returns the current weather in a city.", map[string]any{
			"type":       "object",
			"properties": map[string]any{"city": map[string]any{"type": "string"}},
			"required":   []string{"city"},
		})},
	}
	for {
		res, err := client.Chat.Create(ctx, req)
		if err != nil {
			log.Fatal(err)
		}
		calls := res.ToolCalls()
		if len(calls) == 0 {
			fmt.Println(res.Text())
			break
		}
		req.Messages = append(req.Messages, res.Message())
		for _, call := range calls { // every call needs a result
			var args struct{ City string }
			result := ""
			if err := call.Function.Unmarshal(&args); err != nil {
				result = err.Error() // the model can correct its arguments
			} else {
				result = weatherIn(args.City)
			}
			req.Messages = append(req.Messages, call.Result(result))
		}
	}
	// Output: Take an umbrella.
}

func ExampleFunctionTool() {
	printJSON(openrouter.FunctionTool{Function: openrouter.Function{
		Name:       "get_weather",
		Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`),
		Strict:     new(true),
	}})
	// Output: {"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]},"strict":true}}
}

func ExampleNewFunctionTool() {
	printJSON(openrouter.NewFunctionTool("get_weather", "The weather in a city now.", map[string]any{
		"type": "object", "properties": map[string]any{"city": map[string]any{"type": "string"}},
	}))
	// Output: {"type":"function","function":{"name":"get_weather","description":"The weather in a city now.","parameters":{"properties":{"city":{"type":"string"}},"type":"object"}}}
}

func ExampleToolCall_Result() {
	call := openrouter.ToolCall{ID: "call_1", Function: openrouter.FunctionCall{Name: "get_weather", Arguments: `{"city":"Oslo"}`}}
	printJSON(call.Result("rain, 6 degrees"))
	printJSON(call.Result("The radar:", openrouter.ImagePart("https://example.com/radar.png")))
	// Output:
	// {"role":"tool","content":"rain, 6 degrees","tool_call_id":"call_1"}
	// {"role":"tool","content":[{"type":"text","text":"The radar:"},{"type":"image_url","image_url":{"url":"https://example.com/radar.png"}}],"tool_call_id":"call_1"}
}

func ExampleToolCall_String() {
	fmt.Println(openrouter.ToolCall{ID: "call_1", Function: openrouter.FunctionCall{Name: "get_weather", Arguments: `{"city":"Oslo"}`}})
	// Output: call_1 get_weather({"city":"Oslo"})
}

// Tools that are stored as JSON are read with encoding/json.
func ExampleTools() {
	stored := `{"model":"openai/gpt-5.2","tools":[{"type":"function","function":{"name":"get_weather"}},{"type":"openrouter:web_search"}]}`
	var config struct {
		Model string           `json:"model"`
		Tools openrouter.Tools `json:"tools"`
	}
	if err := json.Unmarshal([]byte(stored), &config); err != nil {
		log.Fatal(err)
	}
	req := &openrouter.ChatCompletionRequest{Model: config.Model, Tools: config.Tools}
	fmt.Printf("%T %T\n", req.Tools[0], req.Tools[1])
	// Output: openrouter.FunctionTool openrouter.WebSearchTool
}

func ExamplePlugins() {
	var plugins openrouter.Plugins
	if err := json.Unmarshal([]byte(`[{"id":"web"},{"id":"rhymes"}]`), &plugins); err != nil {
		log.Fatal(err)
	}
	req := &openrouter.ChatCompletionRequest{Plugins: plugins}
	fmt.Printf("%T %T\n", req.Plugins[0], req.Plugins[1])
	// Output: openrouter.WebPlugin openrouter.RawPlugin
}

func ExampleNewJSONSchemaFormat() {
	format := openrouter.NewJSONSchemaFormat("city", json.RawMessage(`{"type":"object"}`))
	format.JSONSchema.Strict = new(true)
	printJSON(format)
	// Output: {"type":"json_schema","json_schema":{"name":"city","schema":{"type":"object"},"strict":true}}
}

// The arguments are written by the model and may be invalid JSON.
func ExampleFunctionCall_Unmarshal() {
	var args struct{ City string }
	fmt.Println(openrouter.FunctionCall{Name: "get_weather", Arguments: `{"city":"Oslo"}`}.Unmarshal(&args), args.City)
	fmt.Println(openrouter.FunctionCall{Name: "get_weather", Arguments: ""}.Unmarshal(&args))
	fmt.Println(openrouter.FunctionCall{Name: "get_weather", Arguments: `{"city":`}.Unmarshal(&args))
	// Output:
	// <nil> Oslo
	// <nil>
	// openrouter: arguments of function "get_weather": unexpected end of JSON input
}

// Some models give calls no ids, or the same id twice. ToolCalls returns calls with
// unique ids.
func ExampleChatCompletion_ToolCalls() {
	srv := openroutertest.Start(openroutertest.ToolCall("", "get_weather", `{"city":"Oslo"}`).ToolCall("", "get_weather", `{"city":"Rome"}`))
	defer srv.Close()

	res, err := srv.Client().Chat.Create(context.Background(), question("Umbrella in Oslo and Rome?"))
	if err != nil {
		log.Fatal(err)
	}
	calls := res.ToolCalls()
	fmt.Println(len(calls), calls[0].ID != "", calls[0].ID != calls[1].ID)
	// Output: 2 true true
}

func ExampleForceFunction() {
	req := question("Umbrella in Oslo?")
	req.ToolChoice = openrouter.ForceFunction("get_weather")
	printJSON(req.ToolChoice)
	// Output: {"type":"function","function":{"name":"get_weather"}}
}

func ExampleForceServerTool() {
	printJSON(openrouter.ForceServerTool("openrouter:web_search"))
	// Output: {"type":"openrouter:web_search"}
}

func ExampleToolChoiceMode() {
	req := question("Umbrella in Oslo?")
	req.ToolChoice = openrouter.ToolChoiceRequired
	printJSON(req.ToolChoice)
	// Output: "required"
}

// The service runs this tool. The pages that it finds come back as annotations.
func ExampleWebSearchTool() {
	srv := openroutertest.Start(openroutertest.Text("Go 1.26.").Citation("https://go.dev/doc/devel/release", "Release History"))
	defer srv.Close()

	req := question("What is the newest version of Go?")
	req.Tools = []openrouter.Tool{openrouter.WebSearchTool{Parameters: &openrouter.WebSearchParameters{
		MaxResults: new(3), AllowedDomains: []string{"go.dev"},
	}}}
	res, err := srv.Client().Chat.Create(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	for _, a := range res.Message().Annotations {
		if a.URLCitation != nil {
			fmt.Println(a.URLCitation.Title, a.URLCitation.URL)
		}
	}
	// Output:
	// Go 1.26.
	// Release History https://go.dev/doc/devel/release
}

// RawTool and RawPlugin are for kinds that this version has no type for.
func ExampleRawTool() {
	req := question("What is the weather in Oslo?")
	req.Tools = []openrouter.Tool{openrouter.RawTool(`{"type":"openrouter:weather","parameters":{"unit":"celsius"}}`)}
	req.Plugins = []openrouter.Plugin{openrouter.RawPlugin(`{"id":"rhymes","level":3}`)}
	printJSON(req)
	// Output: {"model":"openai/gpt-5.2","messages":[{"role":"user","content":"What is the weather in Oslo?"}],"tools":[{"type":"openrouter:weather","parameters":{"unit":"celsius"}}],"plugins":[{"id":"rhymes","level":3}]}
}

// The answer is JSON that follows the program's schema.
func ExampleJSONSchemaFormat() {
	srv := openroutertest.Start(openroutertest.Text(`{"city":"Oslo","people":720000}`))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("The capital of Norway?")},
		ResponseFormat: openrouter.JSONSchemaFormat{JSONSchema: openrouter.JSONSchema{
			Name:   "city",
			Strict: new(true),
			Schema: json.RawMessage(`{
				"type": "object",
				"properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
				"required": ["city", "people"],
				"additionalProperties": false
			}`),
		}},
		Provider: &openrouter.ProviderPreferences{RequireParameters: new(true)}, // only endpoints that support schemas
		Plugins:  []openrouter.Plugin{openrouter.ResponseHealingPlugin{}},       // repairs brackets and code fences
	})
	if err != nil {
		log.Fatal(err)
	}
	var city struct {
		City   string
		People int
	}
	if err := json.Unmarshal([]byte(res.Text()), &city); err != nil {
		log.Fatal(err) // some models ignore the schema
	}
	fmt.Println(city.City, city.People)
	// Output: Oslo 720000
}

func ExampleJSONObjectFormat() {
	req := question("The capital of Norway, as JSON with the member city.")
	req.ResponseFormat = openrouter.JSONObjectFormat{}
	printJSON(req.ResponseFormat)
	// Output: {"type":"json_object"}
}
