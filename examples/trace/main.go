// Command trace runs an agent under OpenTelemetry and prints the spans as a tree,
// with their tokens and costs. A program would send them to a collector instead.
package main

import (
	"context"
	"fmt"
	"log"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/otelopenrouter"
)

type place struct {
	City string `json:"city" jsonschema:"name of a city"`
}

var weather = agent.NewTool("get_weather", "The weather in a city now.", func(_ context.Context, in place) (string, error) {
	if in.City != "Oslo" {
		return "", fmt.Errorf("there is no station in %s", in.City)
	}
	return "rain, 6 degrees", nil
})

func main() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).ToolCall("call_2", "get_weather", `{"city":"Atlantis"}`).Usage(60, 20).Cost(0.0004),
		openroutertest.Text("Take an umbrella to Oslo.").Usage(110, 8).Cost(0.0006))
	defer stop()

	spans := &tree{}
	tracers := trace.NewTracerProvider(trace.WithSpanProcessor(spans)) // in a program: WithBatcher(an exporter)
	observer := otelopenrouter.New(otelopenrouter.WithTracerProvider(tracers))

	// The observer could be an option of NewClient, too. Here it is one of the run.
	bot := agent.Agent{Client: client, Name: "packer", Tools: []agent.Tool{weather}, Parallel: 1}
	run, err := bot.Run(context.Background(), &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("What do I pack for Oslo and Atlantis?")},
	}, openrouter.WithObserver(observer))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n\n%s", run.Text(), spans)
}

// tree keeps the spans that have ended.
type tree struct {
	mu    sync.Mutex
	spans []trace.ReadOnlySpan
}

func (t *tree) OnEnd(span trace.ReadOnlySpan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spans = append(t.spans, span)
}

func (*tree) OnStart(context.Context, trace.ReadWriteSpan) {}
func (*tree) Shutdown(context.Context) error               { return nil }
func (*tree) ForceFlush(context.Context) error             { return nil }

// String draws the spans, each below its parent.
func (t *tree) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	var draw func(parent, indent string)
	draw = func(parent, indent string) {
		for _, span := range t.spans {
			if span.Parent().SpanID().String() == parent {
				fmt.Fprintf(&b, "%s%s%s\n", indent, span.Name(), facts(span))
				draw(span.SpanContext().SpanID().String(), indent+"  ")
			}
		}
	}
	draw(strings.Repeat("0", 16), "")
	return b.String()
}

// facts picks some attributes of a span.
func facts(span trace.ReadOnlySpan) string {
	var facts strings.Builder
	for _, kv := range span.Attributes() {
		switch kv.Key {
		case "gen_ai.usage.input_tokens":
			fmt.Fprintf(&facts, ", %d tokens in", kv.Value.AsInt64())
		case "gen_ai.usage.output_tokens":
			fmt.Fprintf(&facts, ", %d out", kv.Value.AsInt64())
		case "openrouter.cost":
			fmt.Fprintf(&facts, ", $%.4f", kv.Value.AsFloat64())
		case "error.type":
			facts.WriteString(", failed")
		}
	}
	return facts.String()
}
