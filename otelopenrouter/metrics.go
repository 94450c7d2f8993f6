package otelopenrouter

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/openrouter-go/openrouter"
)

type metrics struct {
	duration, first metric.Float64Histogram
	tokens          metric.Int64Histogram
	cost            metric.Float64Counter
}

func newMetrics(m metric.Meter) *metrics {
	var ms metrics
	var errs [4]error
	ms.duration, errs[0] = m.Float64Histogram(operationDuration, metric.WithUnit("s"),
		metric.WithDescription("GenAI operation duration."), metric.WithExplicitBucketBoundaries(secondBuckets...))
	ms.first, errs[1] = m.Float64Histogram(timeToFirstChunk, metric.WithUnit("s"),
		metric.WithDescription("Time to the first content of a stream."), metric.WithExplicitBucketBoundaries(secondBuckets...))
	ms.tokens, errs[2] = m.Int64Histogram(tokenUsage, metric.WithUnit("{token}"),
		metric.WithDescription("Number of input and output tokens used."), metric.WithExplicitBucketBoundaries(tokenBuckets...))
	ms.cost, errs[3] = m.Float64Counter(ownCostMetric, metric.WithUnit("{USD}"),
		metric.WithDescription("What was charged."))
	for _, err := range errs {
		if err != nil {
			otel.Handle(err)
		}
	}
	return &ms
}

// record records an operation. ctx has its span, for exemplars.
func (ms *metrics) record(ctx context.Context, name string, attrs []attribute.KeyValue, took, first time.Duration, u *openrouter.Usage) {
	if !ms.duration.Enabled(ctx) && !ms.tokens.Enabled(ctx) && !ms.cost.Enabled(ctx) && !ms.first.Enabled(ctx) {
		return // without a meter provider
	}
	with := metric.WithAttributeSet(attribute.NewSet(slices.Clone(attrs)...)) // NewSet changes the order
	ms.duration.Record(ctx, took.Seconds(), with)
	if first > 0 {
		ms.first.Record(ctx, first.Seconds(), with)
	}
	if u == nil || name != chat && name != embeddings && name != waitBatch { // the others show the sum of those inside of them, or the same again
		return
	}
	of := func(kind string) metric.MeasurementOption {
		return metric.WithAttributeSet(attribute.NewSet(append(slices.Clone(attrs), attribute.String(tokenType, kind))...))
	}
	ms.tokens.Record(ctx, int64(u.PromptTokens), of("input"))
	if name != embeddings { // which have no output
		ms.tokens.Record(ctx, int64(outputTokens(u)), of("output"))
	}
	ms.cost.Add(ctx, u.Cost, with)
}
