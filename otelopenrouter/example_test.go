package otelopenrouter_test

import (
	"context"
	"fmt"
	"log"
	"regexp"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/otelopenrouter"
)

func Example() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Provider("OpenAI").Usage(10, 2).Cost(0.0001))
	defer srv.Close()
	exporter := tracetest.NewInMemoryExporter() // in a program: one of OTLP
	tracers := trace.NewTracerProvider(trace.WithSyncer(exporter))

	client := srv.Client(openrouter.WithObserver(otelopenrouter.New(otelopenrouter.WithTracerProvider(tracers))))
	if _, err := client.Chat.Create(context.Background(), asking("Hello?")); err != nil {
		log.Fatal(err)
	}
	span := exporter.GetSpans()[0]
	fmt.Println(span.Name)
	for _, kv := range span.Attributes {
		if kv.Key == "openrouter.provider" || kv.Key == "gen_ai.usage.input_tokens" || kv.Key == "openrouter.cost" {
			fmt.Println(" ", kv.Key, kv.Value.String())
		}
	}
	// Output:
	// chat openai/gpt-5.2
	//   openrouter.provider OpenAI
	//   gen_ai.usage.input_tokens 10
	//   openrouter.cost 0.0001
}

var mail = regexp.MustCompile(`\w+@\w+(\.\w+)+`)

func ExampleWithContent() {
	srv := openroutertest.Start(openroutertest.Text("I wrote to ada@example.com."))
	defer srv.Close()
	exporter := tracetest.NewInMemoryExporter()
	tracers := trace.NewTracerProvider(trace.WithSyncer(exporter))

	observer := otelopenrouter.New(otelopenrouter.WithTracerProvider(tracers), otelopenrouter.WithContent(otelopenrouter.Content{
		Messages: true,
		MaxBytes: 4 << 10,
		Redact:   func(text string) string { return mail.ReplaceAllString(text, "[mail]") },
	}))
	if _, err := srv.Client(openrouter.WithObserver(observer)).Chat.Create(context.Background(), asking("Write to Ada.")); err != nil {
		log.Fatal(err)
	}
	for _, kv := range exporter.GetSpans()[0].Attributes {
		if kv.Key == "gen_ai.output.messages" {
			fmt.Println(kv.Value.AsString())
		}
	}
	// Output: [{"role":"assistant","parts":[{"type":"text","content":"I wrote to [mail]."}],"finish_reason":"stop"}]
}

func ExampleWithTraceInjection() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()
	tracers := trace.NewTracerProvider()
	observer := otelopenrouter.New(otelopenrouter.WithTracerProvider(tracers), otelopenrouter.WithTraceInjection())

	ctx, span := tracers.Tracer("program").Start(context.Background(), "answer")
	defer span.End()
	if _, err := srv.Client(openrouter.WithObserver(observer)).Chat.Create(ctx, asking("Hello?")); err != nil {
		log.Fatal(err)
	}
	sent := srv.Requests()[0].Body
	fmt.Println(sent.Trace.TraceID == span.SpanContext().TraceID().String())
	// Output: true
}
