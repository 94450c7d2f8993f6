package otelopenrouter

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/openrouter-go/openrouter"
)

type observer struct {
	config
	tracer  trace.Tracer
	metrics *metrics
}

// The operations of the conventions.
const (
	chat        = "chat"
	embeddings  = "embeddings"
	waitBatch   = "wait_batch"
	executeTool = "execute_tool"
	invokeAgent = "invoke_agent"
	do          = "do" // of Client.Do
)

// Start implements [openrouter.Observer].
func (o *observer) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	attrs := common(op)
	kind := trace.SpanKindInternal
	if op.BaseURL != "" { // the operation sends a request
		kind = trace.SpanKindClient
	}
	s := &operation{observer: o, op: op, start: time.Now(), common: attrs}
	s.ctx, s.span = o.tracer.Start(ctx, spanName(op), trace.WithSpanKind(kind), trace.WithTimestamp(s.start),
		trace.WithAttributes(attrs...), trace.WithAttributes(valid(ofSpan(op))...))
	if req, ok := op.Request.(*openrouter.ChatCompletionRequest); ok && op.Name == chat {
		if s.span.IsRecording() {
			s.set(ofRequest(req))
			s.set(o.content.ofRequest(req))
		}
		if o.inject {
			inject(req, s.span.SpanContext())
		}
	}
	if req, ok := op.Request.(*openrouter.ChatCompletionRequest); ok && op.Name == invokeAgent && s.span.IsRecording() {
		s.set(ofRequest(req))
		if req.Model != "" {
			s.set([]attribute.KeyValue{attribute.String(requestModel, req.Model)}) // its chats may have another
		}
	}
	if req, ok := op.Request.(*openrouter.EmbeddingRequest); ok && s.span.IsRecording() {
		s.set(ofEmbeddings(req))
	}
	if call, ok := op.Request.(*openrouter.ToolCall); ok && s.span.IsRecording() {
		attrs := append(o.content.ofCall(call), attribute.String(toolType, "function"))
		if call.ID != "" {
			attrs = append(attrs, attribute.String(toolCallID, call.ID))
		}
		s.set(attrs)
	}
	return s.ctx, s
}

// spanName returns a name of low cardinality.
func spanName(op openrouter.Operation) string {
	target := op.Target
	if op.Name == do {
		target, _, _ = strings.Cut(target, " ") // the path may have ids
	}
	return validText(strings.TrimSpace(op.Name + " " + target))
}

// common returns the attributes that spans and metrics share. They have few values.
func common(op openrouter.Operation) []attribute.KeyValue {
	attrs := []attribute.KeyValue{attribute.String(operationName, op.Name), attribute.String(providerName, "openrouter")}
	if op.Target != "" {
		switch op.Name {
		case chat, embeddings:
			attrs = append(attrs, attribute.String(requestModel, op.Target))
		case executeTool:
			attrs = append(attrs, attribute.String(toolName, op.Target))
		case invokeAgent:
			attrs = append(attrs, attribute.String(agentName, op.Target))
		}
	}
	if u, err := url.Parse(op.BaseURL); err == nil && u.Hostname() != "" {
		port, err := strconv.Atoi(u.Port())
		if err != nil && u.Scheme == "http" {
			port = 80
		} else if err != nil {
			port = 443
		}
		attrs = append(attrs, attribute.String(serverAddress, u.Hostname()), attribute.Int(serverPort, port))
	}
	return valid(attrs)
}

// ofSpan returns what the common attributes leave out because it may have many values.
func ofSpan(op openrouter.Operation) []attribute.KeyValue {
	var attrs []attribute.KeyValue
	switch op.Name {
	case chat, embeddings, executeTool, invokeAgent:
	case do:
		method, path, _ := strings.Cut(op.Target, " ")
		attrs = append(attrs, attribute.String(httpMethod, method), attribute.String(urlPath, path))
	default:
		if op.Target != "" {
			attrs = append(attrs, attribute.String(ownTarget, op.Target))
		}
	}
	if op.Stream && op.Name == chat {
		attrs = append(attrs, attribute.Bool(requestStream, true))
	}
	return attrs
}

// inject puts the ids of a span into a request.
func inject(req *openrouter.ChatCompletionRequest, span trace.SpanContext) {
	if !span.IsValid() {
		return
	}
	var t openrouter.Trace
	if req.Trace != nil {
		t = *req.Trace // a copy: the caller's stays as it is
	}
	if t.TraceID != "" || t.Extra["trace_id"] != nil || req.Extra["trace"] != nil {
		return // a parent of another trace would not be found
	}
	t.TraceID = span.TraceID().String()
	if t.ParentSpanID == "" {
		t.ParentSpanID = span.SpanID().String()
	}
	req.Trace = &t
}

// operation is a span with its metrics.
type operation struct {
	*observer
	ctx    context.Context
	op     openrouter.Operation
	span   trace.Span
	start  time.Time
	common []attribute.KeyValue
	first  time.Duration // until the first content; 0 if there was none
}

func (s *operation) set(attrs []attribute.KeyValue) { s.span.SetAttributes(valid(attrs)...) }

// Retry implements [openrouter.Observation].
func (s *operation) Retry(r openrouter.Retry) {
	s.span.AddEvent(ownRetry, trace.WithAttributes(attribute.Int(ownRetryAttempt, r.Attempt),
		attribute.Float64(ownRetryWait, r.Wait.Seconds()), attribute.String(errorType, typeOf(r.Err))))
}

// FirstChunk implements [openrouter.Observation].
func (s *operation) FirstChunk() {
	s.first = max(time.Since(s.start), time.Nanosecond)
}

// End implements [openrouter.Observation].
func (s *operation) End(result any, info openrouter.CallInfo, err error) {
	end := time.Now()
	attrs := slices.Clone(s.common)
	if model := modelOf(result); model != "" && s.op.Name != do { // whose result is any type of the program
		attrs = append(attrs, attribute.String(responseModel, model))
	}
	switch {
	case isCancelled(err):
		attrs = append(attrs, attribute.Bool(ownCancelled, true))
	case err != nil:
		attrs = append(attrs, attribute.String(errorType, typeOf(err)))
	}
	usage := usageOf(result)
	attrs = valid(attrs)
	s.metrics.record(s.ctx, s.op.Name, attrs, end.Sub(s.start), s.first, usage)
	if s.span.IsRecording() {
		s.span.SetAttributes(attrs[len(s.common):]...)
		if e, ok := errors.AsType[*openrouter.APIError](err); ok && e.Provider != "" {
			s.set([]attribute.KeyValue{attribute.String(ownProvider, e.Provider)}) // the one that failed
		}
		s.set(s.ofEnd(result, usage, info))
		if err != nil && !isCancelled(err) {
			s.span.SetStatus(codes.Error, validText(textOf(err)))
		}
	}
	s.span.End(trace.WithTimestamp(end))
}
