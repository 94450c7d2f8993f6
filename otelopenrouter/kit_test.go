package otelopenrouter_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/otelopenrouter"
)

var update = flag.Bool("update", false, "write testdata")

// telemetry collects spans and metrics in memory.
type telemetry struct {
	spans   *tracetest.InMemoryExporter
	reader  *metric.ManualReader
	tracers *trace.TracerProvider
	meters  *metric.MeterProvider
}

func newTelemetry(opts ...trace.TracerProviderOption) *telemetry {
	s := &telemetry{spans: tracetest.NewInMemoryExporter(), reader: metric.NewManualReader()}
	s.tracers = trace.NewTracerProvider(append(opts, trace.WithSyncer(s.spans))...)
	s.meters = metric.NewMeterProvider(metric.WithReader(s.reader))
	return s
}

// observer returns an option for a client.
func (s *telemetry) observer(opts ...otelopenrouter.Option) openrouter.Option {
	own := []otelopenrouter.Option{otelopenrouter.WithTracerProvider(s.tracers), otelopenrouter.WithMeterProvider(s.meters)}
	return openrouter.WithObserver(otelopenrouter.New(append(own, opts...)...))
}

// tree draws the spans, each below its parent, with their attributes.
func (s *telemetry) tree(t testing.TB) string {
	spans := s.spans.GetSpans()
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	var b strings.Builder
	var draw func(parent api.SpanID, indent string)
	draw = func(parent api.SpanID, indent string) {
		for i := range spans {
			span := &spans[i]
			if span.Parent.SpanID() != parent {
				continue
			}
			assert.NotEqual(t, codes.Ok, span.Status.Code)
			assert.False(t, span.EndTime.IsZero())
			fmt.Fprintf(&b, "%s%s (%s, %s)", indent, span.Name, span.SpanKind, span.EndTime.Sub(span.StartTime))
			if span.Status.Code == codes.Error {
				fmt.Fprintf(&b, " error %q", span.Status.Description)
			}
			b.WriteString("\n")
			writeAttributes(&b, indent+"  | ", span.Attributes)
			for _, e := range span.Events {
				fmt.Fprintf(&b, "%s  * %s after %s\n", indent, e.Name, e.Time.Sub(span.StartTime))
				writeAttributes(&b, indent+"    | ", e.Attributes)
			}
			draw(span.SpanContext.SpanID(), indent+"  ")
		}
	}
	draw(api.SpanID{}, "")
	return b.String()
}

func writeAttributes(b *strings.Builder, indent string, attrs []attribute.KeyValue) {
	set := attribute.NewSet(attrs...)
	for _, kv := range set.ToSlice() {
		fmt.Fprintf(b, "%s%s = %s\n", indent, kv.Key, kv.Value.String())
	}
}

// measured draws the metrics.
func (s *telemetry) measured(t testing.TB) string {
	var all metricdata.ResourceMetrics
	require.NoError(t, s.reader.Collect(context.Background(), &all))
	var b strings.Builder
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			var points []string
			add := func(value string, attrs attribute.Set) {
				var p strings.Builder
				fmt.Fprintf(&p, "  %s\n", value)
				writeAttributes(&p, "    | ", attrs.ToSlice())
				points = append(points, p.String())
			}
			switch data := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					add(fmt.Sprintf("count %d, sum %v, %d buckets", p.Count, p.Sum, len(p.BucketCounts)), p.Attributes)
				}
			case metricdata.Histogram[int64]:
				for _, p := range data.DataPoints {
					add(fmt.Sprintf("count %d, sum %v, %d buckets", p.Count, p.Sum, len(p.BucketCounts)), p.Attributes)
				}
			case metricdata.Sum[float64]:
				for _, p := range data.DataPoints {
					add(fmt.Sprintf("sum %v", p.Value), p.Attributes)
				}
			default:
				t.Errorf("%s is a %T", m.Name, data)
			}
			slices.Sort(points)
			fmt.Fprintf(&b, "%s in %s\n%s", m.Name, m.Unit, strings.Join(points, ""))
		}
	}
	return b.String()
}

// golden compares a text with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), got, "go test -update writes %s", path)
}

func asking(text string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Messages: []openrouter.Message{openrouter.UserMessage(text)}}
}
