package otelopenrouter

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/openrouter-go/openrouter"
)

// Option configures [New].
type Option func(*config)

type config struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
	content Content
	inject  bool
}

// WithTracerProvider sets where spans go. The default is the global provider. A nil provider is
// the default.
func WithTracerProvider(p trace.TracerProvider) Option { return func(c *config) { c.tracers = p } }

// WithMeterProvider sets where metrics go. The default is the global provider. A nil provider is
// the default.
func WithMeterProvider(p metric.MeterProvider) Option { return func(c *config) { c.meters = p } }

// WithContent records content in spans. Without this option none is recorded. Content is large, and
// it may be private: whoever can read the traces can read it.
func WithContent(content Content) Option { return func(c *config) { c.content = content } }

// WithTraceInjection sends the ids of the span in the request, as
// [openrouter.ChatCompletionRequest.Trace], so that the spans that the service itself exports
// (its Broadcast feature) become children of the span of the call. What the request has there
// already stays.
//
// It changes what is sent: two requests are never the same. The service's response cache,
// [openrouter.WithResponseCache], therefore never has an answer. And a backend that gets both
// spans may count the tokens of a call twice.
func WithTraceInjection() Option { return func(c *config) { c.inject = true } }

// New returns an observer for [openrouter.WithObserver]. Share one: it is safe for concurrent use.
// If there is a [openrouter.LogCalls], too, pass the observer of New to WithObserver first, so that
// the lines of the log get the context of the span.
//
// An instrument that the meter provider refuses is reported to the error handler of OpenTelemetry,
// and the rest works.
func New(opts ...Option) openrouter.Observer {
	var c config
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if c.tracers == nil {
		c.tracers = otel.GetTracerProvider()
	}
	if c.meters == nil {
		c.meters = otel.GetMeterProvider()
	}
	const scope = "github.com/openrouter-go/openrouter/otelopenrouter"
	return &observer{
		config:  c,
		tracer:  c.tracers.Tracer(scope, trace.WithInstrumentationVersion(openrouter.Version), trace.WithSchemaURL(schemaURL)),
		metrics: newMetrics(c.meters.Meter(scope, metric.WithInstrumentationVersion(openrouter.Version), metric.WithSchemaURL(schemaURL))),
	}
}
