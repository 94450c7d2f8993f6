package otelopenrouter_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/otelopenrouter"
)

// attributes returns those of a span by name.
func attributes(span tracetest.SpanStub) map[string]attribute.Value {
	out := map[string]attribute.Value{}
	for _, kv := range span.Attributes {
		out[string(kv.Key)] = kv.Value
	}
	return out
}

func TestTraceInjection(t *testing.T) {
	seen := newTelemetry()
	fake := openroutertest.NewTransport(t, openroutertest.Text("Hello.").Always())
	client := fake.Client(seen.observer(otelopenrouter.WithTraceInjection()))
	ctx, around := seen.tracers.Tracer("program").Start(t.Context(), "around")

	plain, named, own := asking("hi"), asking("hi"), asking("hi")
	named.Trace = &openrouter.Trace{TraceName: "mine", ParentSpanID: "parent"}
	own.Trace = &openrouter.Trace{TraceID: "mine"}
	for _, req := range []*openrouter.ChatCompletionRequest{plain, named, own} {
		_, err := client.Chat.Create(ctx, req)
		require.NoError(t, err)
	}
	stream, err := client.Chat.Stream(ctx, plain)
	require.NoError(t, err)
	_, err = stream.Collect()
	require.NoError(t, err)

	spans, sent := seen.spans.GetSpans(), fake.Requests()
	trace := around.SpanContext().TraceID().String()
	assert.Equal(t, &openrouter.Trace{TraceID: trace, ParentSpanID: spans[0].SpanContext.SpanID().String()}, sent[0].Body.Trace)
	assert.Equal(t, &openrouter.Trace{TraceID: trace, TraceName: "mine", ParentSpanID: "parent"}, sent[1].Body.Trace)
	assert.Equal(t, own.Trace, sent[2].Body.Trace)
	assert.Equal(t, spans[3].SpanContext.SpanID().String(), sent[3].Body.Trace.ParentSpanID)
	assert.Nil(t, plain.Trace, "the caller's request stays as it is")
	assert.Equal(t, &openrouter.Trace{TraceName: "mine", ParentSpanID: "parent"}, named.Trace)

	_, err = fake.Client(openrouter.WithObserver(otelopenrouter.New(otelopenrouter.WithTraceInjection()))).Chat.Create(t.Context(), plain)
	require.NoError(t, err)
	assert.Nil(t, fake.Requests()[4].Body.Trace, "without a tracer there are no ids")
}

// A span that is not sampled costs little, and the metrics are complete.
func TestNotSampled(t *testing.T) {
	seen := newTelemetry(trace.WithSampler(trace.NeverSample()))
	redacted := 0
	client := openroutertest.NewTransport(t, openroutertest.Text("Hello.").Usage(3, 2)).Client(seen.observer(
		otelopenrouter.WithContent(otelopenrouter.Content{Messages: true, Redact: func(s string) string { redacted++; return s }})))
	_, err := client.Chat.Create(t.Context(), asking("hi"))
	require.NoError(t, err)
	assert.Empty(t, seen.spans.GetSpans())
	assert.Contains(t, seen.measured(t), "count 1, sum 3,")
	assert.Zero(t, redacted)
}

func TestSamplersSeeTheModel(t *testing.T) {
	var attrs []attribute.KeyValue
	seen := newTelemetry(trace.WithSampler(samplerFunc(func(p trace.SamplingParameters) trace.SamplingResult {
		attrs = p.Attributes
		return trace.SamplingResult{Decision: trace.Drop}
	})))
	_, err := openroutertest.NewTransport(t, openroutertest.Text("Hello.")).Client(seen.observer()).Chat.Create(t.Context(), asking("hi"))
	require.NoError(t, err)
	assert.Contains(t, attrs, attribute.String("gen_ai.request.model", "openai/gpt-5.2"))
	assert.Contains(t, attrs, attribute.String("gen_ai.operation.name", "chat"))
	assert.Contains(t, attrs, attribute.String("server.address", "openrouter.test"))
}

type samplerFunc func(trace.SamplingParameters) trace.SamplingResult

func (f samplerFunc) ShouldSample(p trace.SamplingParameters) trace.SamplingResult { return f(p) }
func (samplerFunc) Description() string                                            { return "func" }

// Without options the providers are the global ones.
func TestTheGlobalProviders(t *testing.T) {
	seen := newTelemetry()
	tracers, meters := otel.GetTracerProvider(), otel.GetMeterProvider()
	otel.SetTracerProvider(seen.tracers)
	otel.SetMeterProvider(seen.meters)
	defer otel.SetTracerProvider(tracers)
	defer otel.SetMeterProvider(meters)
	observer := otelopenrouter.New(nil, otelopenrouter.WithTracerProvider(nil), otelopenrouter.WithMeterProvider(nil))
	_, err := openroutertest.NewTransport(t, openroutertest.Text("Hello.")).Client(openrouter.WithObserver(observer)).Chat.Create(t.Context(), asking("hi"))
	require.NoError(t, err)
	require.Len(t, seen.spans.GetSpans(), 1)
	scope := seen.spans.GetSpans()[0].InstrumentationScope
	assert.Equal(t, "github.com/openrouter-go/openrouter/otelopenrouter", scope.Name)
	assert.Equal(t, openrouter.Version, scope.Version)
	assert.Contains(t, seen.measured(t), "gen_ai.client.operation.duration")
}

// The lines of a log are in the span if its observer comes first.
func TestLogCallsInTheSpan(t *testing.T) {
	seen := newTelemetry()
	var out bytes.Buffer
	logs := openrouter.LogCalls(slog.New(withSpan{slog.NewTextHandler(&out, nil)}))
	client := openroutertest.NewTransport(t, openroutertest.Text("Hello.")).Client(seen.observer(), openrouter.WithObserver(logs))
	_, err := client.Chat.Create(t.Context(), asking("hi"))
	require.NoError(t, err)
	assert.Contains(t, out.String(), "span="+seen.spans.GetSpans()[0].SpanContext.SpanID().String())
}

// withSpan adds the span of the context to each line.
type withSpan struct{ slog.Handler }

func (h withSpan) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(slog.String("span", api.SpanContextFromContext(ctx).SpanID().String()))
	return h.Handler.Handle(ctx, r)
}

type ownError struct{ text string }

func (e *ownError) Error() string { return e.text }

func TestErrorTypes(t *testing.T) {
	seen := newTelemetry()
	client := openroutertest.NewTransport(t).Client(seen.observer())
	secret := "a secret of a tool"
	for want, err := range map[string]error{
		"_OTHER":                        fmt.Errorf("wrapped: %w", errors.New(secret)),
		"*otelopenrouter_test.ownError": &ownError{secret},
		"missing_api_key":               openrouter.ErrMissingAPIKey,
		"stream_idle":                   &openrouter.StreamError{Partial: &openrouter.ChatCompletion{}, Err: openrouter.ErrStreamIdle},
		"connection":                    &openrouter.ConnectionError{Err: errors.New("no route")},
		"batch_unknown":                 &openrouter.BatchUnknownError{Model: "a/b", Err: &openrouter.APIError{Type: openrouter.ErrServer}},
		"batch":                         &openrouter.BatchError{Batch: &openrouter.Batch{ID: "batch_1"}},
		"file":                          &openrouter.FileError{Err: errors.New(secret)},
		"undecodable":                   &openrouter.DecodeError{Err: errors.New("no JSON")},
		"rate_limit_exceeded":           fmt.Errorf("%s: %w", secret, &openrouter.APIError{Type: openrouter.ErrRateLimitExceeded}),
	} {
		seen.spans.Reset()
		_, o := client.Observe(t.Context(), openrouter.Operation{Name: "execute_tool", Target: "f"})
		o.End(nil, openrouter.CallInfo{}, err)
		span := seen.spans.GetSpans()[0]
		assert.Equal(t, want, attributes(span)["error.type"].AsString())
		assert.NotContains(t, span.Status.Description, secret)
	}
	seen.spans.Reset()
	_, o := client.Observe(t.Context(), openrouter.Operation{Name: "execute_tool"})
	o.End(nil, openrouter.CallInfo{}, &openrouter.APIError{Type: "invented_" + openrouter.ErrorType(secret)})
	assert.Equal(t, "_OTHER", attributes(seen.spans.GetSpans()[0])["error.type"].AsString(), "a type of the service that is new could be anything")
}

// TestEveryErrorTypeIsKnown reads the list in the source.
func TestEveryErrorTypeIsKnown(t *testing.T) {
	source, err := os.ReadFile("../error_types.go")
	require.NoError(t, err)
	names := regexp.MustCompile(`(?m)^\t(Err\w+) +ErrorType = "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(names), 20)
	seen := newTelemetry()
	client := openroutertest.NewTransport(t).Client(seen.observer())
	for _, name := range names {
		seen.spans.Reset()
		_, o := client.Observe(t.Context(), openrouter.Operation{Name: "chat"})
		o.End(nil, openrouter.CallInfo{}, &openrouter.APIError{Type: openrouter.ErrorType(name[2])})
		assert.Equal(t, name[2], attributes(seen.spans.GetSpans()[0])["error.type"].AsString(), "%s is missing in errors.go", name[1])
	}
}

// Reasoning that is not in the count of the answer is added to it.
func TestReasoningBesideTheAnswer(t *testing.T) {
	seen := newTelemetry()
	u := openrouter.Usage{PromptTokens: 10, CompletionTokens: 5, TotalTokens: 45, CompletionTokensDetails: &openrouter.CompletionTokensDetails{ReasoningTokens: 30}}
	_, err := openroutertest.NewTransport(t, openroutertest.Text("Hello.").FullUsage(u)).Client(seen.observer()).Chat.Create(t.Context(), asking("hi"))
	require.NoError(t, err)
	attrs := attributes(seen.spans.GetSpans()[0])
	assert.EqualValues(t, 35, attrs["gen_ai.usage.output_tokens"].AsInt64())
	assert.EqualValues(t, 30, attrs["gen_ai.usage.reasoning.output_tokens"].AsInt64())
}

func TestTheResponseCache(t *testing.T) {
	seen := newTelemetry()
	reply := openroutertest.Text("Hello.").Header("X-OpenRouter-Cache-Status", "HIT")
	_, err := openroutertest.NewTransport(t, reply).Client(seen.observer()).Chat.Create(t.Context(), asking("hi"), openrouter.WithResponseCache(time.Minute))
	require.NoError(t, err)
	assert.True(t, attributes(seen.spans.GetSpans()[0])["openrouter.cache.hit"].AsBool())
}

// What a call costs under this observer, with a tracer that records nothing.
func BenchmarkObserver(b *testing.B) {
	observer := otelopenrouter.New(otelopenrouter.WithMeterProvider(noop.NewMeterProvider()))
	op := openrouter.Operation{Name: "chat", Target: "a/b", BaseURL: openrouter.DefaultBaseURL}
	res := &openrouter.ChatCompletion{Model: "a/b", Usage: &openrouter.Usage{PromptTokens: 10}}
	b.ReportAllocs()
	for b.Loop() {
		_, o := observer.Start(b.Context(), op)
		o.End(res, openrouter.CallInfo{Attempts: 1}, nil)
	}
}
