package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

type Weather struct {
	Sky     string `json:"sky"`
	Celsius int    `json:"celsius"`
}

// station is where the weather comes from.
var station weatherStation

type weatherStation struct{}

func (weatherStation) Now(_ context.Context, city string) (Weather, error) {
	if city != "Oslo" {
		return Weather{}, fmt.Errorf("there is no station in %s", city)
	}
	return Weather{"rain", 6}, nil
}

// in is the argument of most tools here.
type in struct {
	City string `json:"city" jsonschema:"name of a city"`
}

func weatherIn(ctx context.Context, in in) (Weather, error) { return station.Now(ctx, in.City) }

func umbrella() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Do I need an umbrella in Oslo?")},
	}
}

// service is a fake of the service that gives these replies.
func service(replies ...openroutertest.Reply) *openrouter.Client {
	return openroutertest.NewTransport(nil, replies...).Client()
}

func Example() {
	client := service(openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).Cost(0.0001), openroutertest.Text("Take an umbrella.").Cost(0.0001))
	ctx, req := context.Background(), umbrella()

	weather := agent.NewTool("get_weather", "The weather in a city now.",
		func(ctx context.Context, in struct {
			City string `json:"city" jsonschema:"name of a city"`
		}) (Weather, error) {
			return station.Now(ctx, in.City)
		})

	bot := agent.Agent{Client: client, Tools: []agent.Tool{weather}, MaxCost: 0.05}
	run, err := bot.Run(ctx, req)
	if err != nil {
		log.Fatal(err) // an *agent.Error, which holds the run up to there
	}
	fmt.Println(run.Text(), len(run.Steps), run.Usage.Cost)
	req.Messages = run.Messages // to go on with the conversation

	for _, m := range req.Messages[1:] {
		fmt.Printf("%s: %d calls %q\n", m.Role, len(m.ToolCalls), m.Text())
	}
	// Output:
	// Take an umbrella. 2 0.0002
	// assistant: 1 calls ""
	// tool: 0 calls "{\"sky\":\"rain\",\"celsius\":6}"
	// assistant: 0 calls "Take an umbrella."
}

// The schema that the model gets is made from the type of the argument.
func ExampleNewTool() {
	search := agent.NewTool("search", "Searches the handbook.", func(_ context.Context, in struct {
		Query string   `json:"query" jsonschema:"words to look for"`
		Limit int      `json:"limit,omitzero" jsonschema:"number of hits,minimum=1,maximum=20"`
		Kind  string   `json:"kind,omitzero" jsonschema:"enum=page,enum=form"`
		Tags  []string `json:"tags,omitempty"`
	}) ([]string, error) {
		return []string{"Leave, page 7"}, nil
	})
	fmt.Printf("%s\n", search.Def.Function.Parameters)

	// What does not fit is told to the model.
	_, err := search.Call(context.Background(), openrouter.ToolCall{Function: openrouter.FunctionCall{Arguments: `{"limit":99,"kind":"book"}`}})
	fmt.Println(err)

	result, _ := search.Call(context.Background(), openrouter.ToolCall{Function: openrouter.FunctionCall{Arguments: `{"query":"leave"}`}})
	fmt.Println(result.Content[0].Text)
	// Output:
	// {"properties":{"query":{"type":"string","description":"words to look for"},"limit":{"type":"integer","maximum":20,"minimum":1,"description":"number of hits"},"kind":{"type":"string","enum":["page","form"]},"tags":{"items":{"type":"string"},"type":"array"}},"additionalProperties":false,"type":"object","required":["query"]}
	// invalid arguments:
	// kind: value must be one of 'page', 'form'
	// limit: must be at most 20, is 99
	// query: is missing
	// ["Leave, page 7"]
}

func ExampleNewRawTool() {
	tool := agent.NewRawTool(openrouter.Function{
		Name:        "add",
		Description: "Adds two numbers.",
		Parameters:  json.RawMessage(`{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}`),
	}, func(_ context.Context, args json.RawMessage) (agent.Result, error) {
		var in struct{ A, B float64 }
		if err := json.Unmarshal(args, &in); err != nil {
			return agent.Result{}, err
		}
		return agent.Result{Content: openrouter.Text(fmt.Sprint(in.A + in.B))}, nil
	})
	result, err := tool.Call(context.Background(), openrouter.ToolCall{Function: openrouter.FunctionCall{Arguments: `{"a":2,"b":0.5}`}})
	fmt.Println(result.Content[0].Text, err)
	// Output: 2.5 <nil>
}

// A tool is a value whose settings can be changed.
func ExampleTool() {
	tool := agent.NewTool("get_weather", "The weather in a city now.", weatherIn)
	tool.Sequential = true                                                        // never beside another call
	tool.MaxResult = 4 << 10                                                      // bytes of text
	tool.Def.Function.Strict = new(true)                                          // the provider enforces the schema
	tool.ErrorText = func(error) string { return "the weather is not available" } // what the model is told
	fmt.Println(tool.Def.Function.Name)
	// Output: get_weather
}

// Whatever ends a run, nothing of it is lost.
func ExampleAgent_Run() {
	client := service(openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`), openroutertest.Error(503, openrouter.ErrProviderOverloaded, "Try later."))
	bot := agent.Agent{Client: client, Tools: []agent.Tool{agent.NewTool("get_weather", "", weatherIn)}}

	run, err := bot.Run(context.Background(), umbrella())
	fmt.Println(err)
	fmt.Println(errors.Is(err, openrouter.ErrProviderOverloaded), len(run.Messages), run.Steps[0].Outcomes[0].Result.Content[0].Text)

	req := umbrella()
	req.Messages = run.Messages // with the result of the call
	bot.Client = service(openroutertest.Text("Take an umbrella."))
	run, err = bot.Run(context.Background(), req)
	fmt.Println(run.Text(), err)
	// Output:
	// agent: provider_overloaded 503: Try later.
	// true 3 {"sky":"rain","celsius":6}
	// Take an umbrella. <nil>
}

func ExampleAgent_Stream() {
	client := service(openroutertest.Text("I will look.").ToolCall("call_1", "get_weather", `{"city":"Oslo"}`), openroutertest.Text("Take ", "an umbrella."))
	bot := agent.Agent{Client: client, Tools: []agent.Tool{agent.NewTool("get_weather", "", weatherIn)}}

	stream := bot.Stream(context.Background(), umbrella())
	for event, err := range stream.Events() { // leaving the loop ends the run
		if err != nil {
			log.Fatal(err)
		}
		switch {
		case event.Chunk != nil:
			fmt.Print(event.Chunk.Text())
		case event.Call != nil:
			fmt.Println("\ncall:", event.Call.Function.Name, event.Call.Function.Arguments)
		case event.Outcome != nil:
			fmt.Println("result:", event.Outcome.Result.Content[0].Text)
		}
	}
	fmt.Println("\nsteps:", len(stream.Run().Steps))
	// Output:
	// I will look.
	// call: get_weather {"city":"Oslo"}
	// result: {"sky":"rain","celsius":6}
	// Take an umbrella.
	// steps: 2
}

func ExampleProgress() {
	client := service(openroutertest.ToolCall("call_1", "index", `{}`), openroutertest.Text("All pages are indexed."))
	index := agent.NewTool("index", "Indexes the handbook.", func(ctx context.Context, _ struct{}) (string, error) {
		for page := range 3 {
			agent.Progress(ctx, fmt.Sprintf("page %d", page+1))
		}
		return "ok", nil
	})
	stream := agent.Agent{Client: client, Tools: []agent.Tool{index}}.Stream(context.Background(), umbrella())
	for event, err := range stream.Events() {
		if err != nil {
			log.Fatal(err)
		}
		if event.Progress != nil {
			fmt.Println(event.Call.Function.Name, event.Progress)
		}
	}
	fmt.Println(stream.Run().Text())
	// Output:
	// index page 1
	// index page 2
	// index page 3
	// All pages are indexed.
}

func ExampleCallFrom() {
	client := service(openroutertest.ToolCall("call_1", "remember", `{"city":"Oslo"}`), openroutertest.Text("Noted."))
	remember := agent.NewTool("remember", "Remembers a city.", func(ctx context.Context, in in) (string, error) {
		call, _ := agent.CallFrom(ctx)
		fmt.Println(call.ID, in.City) // the id makes a key that is stable when a run goes on
		return "ok", nil
	})
	_, err := agent.Agent{Client: client, Tools: []agent.Tool{remember}}.Run(context.Background(), umbrella())
	fmt.Println(err)
	// Output:
	// call_1 Oslo
	// <nil>
}

func ExampleFatal() {
	client := service(openroutertest.ToolCall("call_1", "save", `{}`))
	errDiskFull := errors.New("the disk is full")
	save := agent.NewTool("save", "Saves the page.", func(context.Context, struct{}) (string, error) { return "", agent.Fatal(errDiskFull) })

	run, err := agent.Agent{Client: client, Tools: []agent.Tool{save}}.Run(context.Background(), umbrella())
	fmt.Println(errors.Is(err, errDiskFull), err)
	fmt.Println(run.Messages[2].Text())
	// Output:
	// true agent: the disk is full
	// error: the disk is full
}

// A result with media, what it cost, and data for the program that the model does not get.
func ExampleResult() {
	chart := agent.NewTool("chart", "Draws the temperatures of a city.", func(context.Context, in) (agent.Result, error) {
		png := []byte("...")
		return agent.Result{
			Content: []openrouter.Part{openrouter.TextPart("The chart:"), openrouter.ImageDataPart("image/png", png)},
			Usage:   openrouter.Usage{Cost: 0.004},
			Data:    png,
		}, nil
	})
	client := service(openroutertest.ToolCall("call_1", "chart", `{"city":"Oslo"}`), openroutertest.Text("It is getting warmer."))
	run, err := agent.Agent{Client: client, Tools: []agent.Tool{chart}}.Run(context.Background(), umbrella())
	fmt.Println(run.Text(), run.Usage.Cost, err)
	fmt.Printf("%s\n", run.Steps[0].Outcomes[0].Result.Data)
	// Output:
	// It is getting warmer. 0.004 <nil>
	// ...
}

// Nobody has decided yet: the run ends, is stored, and goes on later.
func ExampleDecision() {
	bot := agent.Agent{Tools: []agent.Tool{agent.NewTool("get_weather", "", weatherIn)}}
	bot.Client = service(openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`))
	bot.Approve = func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
		return agent.Decision{Wait: true}, nil
	}
	run, err := bot.Run(context.Background(), umbrella())
	if err != nil {
		log.Fatal(err)
	}
	stored, err := json.Marshal(run) // survives a restart
	if err != nil {
		log.Fatal(err)
	}
	for _, call := range run.Pending {
		fmt.Println("allow", call.Function.Name, call.Function.Arguments+"?")
	}

	if err := json.Unmarshal(stored, &run); err != nil {
		log.Fatal(err)
	}
	bot.Client = service(openroutertest.Text("Take an umbrella."))
	bot.Approve = func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
		return agent.Decision{Allow: true}, nil
	}
	req := umbrella()
	req.Messages = run.Messages
	run, err = bot.Run(context.Background(), req) // asks again, runs the call, then asks the model
	fmt.Println(run.Text(), err)
	// Output:
	// allow get_weather {"city":"Oslo"}?
	// Take an umbrella. <nil>
}

// A function that runs in the browser has no Tool: its calls are pending.
func ExampleRun_Resolve() {
	req := umbrella()
	req.Tools = []openrouter.Tool{openrouter.FunctionTool{Function: openrouter.Function{Name: "ask_user"}}}
	bot := agent.Agent{Client: service(openroutertest.ToolCall("call_1", "ask_user", `{"question":"Which Oslo?"}`), openroutertest.Text("No umbrella there."))}
	run, err := bot.Run(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	if err := run.Resolve(run.Pending[0].ID, agent.Result{Content: openrouter.Text("Oslo, Minnesota")}); err != nil {
		log.Fatal(err)
	}
	req.Messages = run.Messages
	run, err = bot.Run(context.Background(), req)
	fmt.Println(run.Text(), err)
	// Output: No umbrella there. <nil>
}

// The first step uses a large model, the others a small one.
func ExampleNext() {
	client := service(
		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).ForModel("openai/gpt-5.2"),
		openroutertest.Text("Take an umbrella.").ForModel("openai/gpt-5-mini"))
	bot := agent.Agent{Client: client, Tools: []agent.Tool{agent.NewTool("get_weather", "", weatherIn)}}
	bot.Prepare = func(_ context.Context, run *agent.Run, next *agent.Next) error {
		if len(run.Steps) > 0 {
			next.Request.Model = "openai/gpt-5-mini"
		}
		return nil
	}
	run, err := bot.Run(context.Background(), umbrella())
	fmt.Println(run.Text(), err)
	// Output: Take an umbrella. <nil>
}

// A limit is an error that holds the run.
func ExampleError() {
	client := service(openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).Cost(0.02))
	bot := agent.Agent{Name: "umbrella", Client: client, Tools: []agent.Tool{agent.NewTool("get_weather", "", weatherIn)}, MaxCost: 0.01}
	_, err := bot.Run(context.Background(), umbrella())
	fmt.Println(err)
	if e, ok := errors.AsType[*agent.Error](err); ok && errors.Is(err, agent.ErrMaxCost) {
		fmt.Println(e.Run.Usage.Cost, e.Run.Messages[2].Text())
	}
	// Output:
	// agent umbrella: the limit of cost (MaxCost) is reached
	// 0.02 error: not run: the budget is spent
}

// A tool that runs another agent. Its cost counts in the run around it.
func Example_subAgent() {
	client := service(
		openroutertest.ToolCall("call_1", "research", `{"city":"Oslo"}`).Cost(0.01).ForModel("openai/gpt-5.2"),
		openroutertest.ToolCall("call_2", "get_weather", `{"city":"Oslo"}`).Cost(0.001).ForModel("openai/gpt-5-mini"),
		openroutertest.Text("It rains.").Cost(0.001).ForModel("openai/gpt-5-mini"),
		openroutertest.Text("Take an umbrella.").Cost(0.01).ForModel("openai/gpt-5.2"))

	researcher := agent.Agent{Client: client, Tools: []agent.Tool{agent.NewTool("get_weather", "", weatherIn)}}
	research := agent.NewTool("research", "Finds out about a city.", func(ctx context.Context, in in) (string, error) {
		run, err := researcher.Run(ctx, &openrouter.ChatCompletionRequest{
			Model:    "openai/gpt-5-mini",
			Messages: []openrouter.Message{openrouter.UserMessage("What is it like in " + in.City + "?")},
		})
		return run.Text(), err
	})
	run, err := agent.Agent{Client: client, Tools: []agent.Tool{research}, MaxCost: 0.1}.Run(context.Background(), umbrella())
	fmt.Println(run.Text(), fmt.Sprintf("%.3f", run.Usage.Cost), err)
	// Output: Take an umbrella. 0.022 <nil>
}

// An answer that the token limit cut is no error.
func ExampleRun_Answer() {
	run, err := agent.Agent{Client: service(openroutertest.Text("No, unless").FinishReason("length"))}.Run(context.Background(), umbrella())
	fmt.Println(run.Text(), run.Answer().FinishReason(), err)
	// Output: No, unless length <nil>
}
