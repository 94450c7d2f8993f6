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

// WithContent records content in spans. Without this option, no content is recorded. Content is
// large and may be private: everybody who can read the traces can read it.
func WithContent(content Content) Option { return func(c *config) { c.content = content } }

// WithTraceInjection sends the ids of the span in [openrouter.ChatCompletionRequest.Trace]. The
// spans that the service itself exports (its Broadcast feature) then become children of the span of
// the call. Values that the request already has in Trace are kept.
//
// Every request is then different, so the service's response cache, [openrouter.WithResponseCache],
// is never hit. A backend that gets both spans may count the tokens of a call twice.
func WithTraceInjection() Option { return func(c *config) { c.inject = true } }

// New returns an observer for [openrouter.WithObserver]. It is safe for concurrent use, and clients
// can share it. If you also use [openrouter.LogCalls], pass the observer of New to WithObserver
// first, so that log lines get the context of the span.
//
// If the meter provider refuses an instrument, the error goes to the error handler of
// OpenTelemetry, and the other instruments work.
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
