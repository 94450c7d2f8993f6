package openrouter

// Trace places a request in a trace of the observability tools that the
// account broadcasts its requests to.
type Trace struct {
	// TraceID joins requests to one trace.
	TraceID string `json:"trace_id,omitzero"`
	// TraceName is what the trace is called.
	TraceName string `json:"trace_name,omitzero"`
	// SpanName is what the step around the request is called.
	SpanName string `json:"span_name,omitzero"`
	// GenerationName is what the request itself is called.
	GenerationName string `json:"generation_name,omitzero"`
	// ParentSpanID is the span of the caller's own trace to hang the request
	// under.
	ParentSpanID string `json:"parent_span_id,omitzero"`

	// Extra holds the caller's own members, which are passed on as metadata.
	Extra map[string]any `json:"-"`

	presence presence
}
