package openrouter

import "encoding/json"

// ResponseFormat says what form of text the model must write: a [TextFormat],
// [JSONObjectFormat], [JSONSchemaFormat], [GrammarFormat], [PythonFormat] or
// [RawResponseFormat]. Endpoints differ in what they support; see
// [ProviderPreferences.RequireParameters].
type ResponseFormat interface{ responseFormat() }

// TextFormat asks for any text, which is the default.
//
//wire:variant ResponseFormat type=text
type TextFormat struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// JSONObjectFormat asks for some JSON object. The messages must ask for JSON
// as well.
//
//wire:variant ResponseFormat type=json_object
type JSONObjectFormat struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// JSONSchemaFormat asks for JSON that matches a schema. Weak endpoints may
// still wrap it in other text, and a stream is JSON only at its end.
//
//wire:variant ResponseFormat type=json_schema
type JSONSchemaFormat struct {
	JSONSchema JSONSchema `json:"json_schema"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// JSONSchema is a schema with a name.
type JSONSchema struct {
	// Name is made of letters, digits, underscores and dashes, 64 at most.
	Name string `json:"name"`
	// Description tells the model what the object is.
	Description string `json:"description,omitzero"`
	// Schema is any value that encodes to a JSON schema: a map, a struct, a
	// [json.RawMessage]. Providers agree best on schemas that forbid additional
	// properties and require all others.
	Schema any `json:"schema,omitzero"`
	// Strict asks the provider to enforce the schema. Some take it as a hint,
	// and it can leave no endpoint to route to: the service answers 404.
	Strict *bool `json:"strict,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// GrammarFormat asks for text that a grammar accepts.
//
//wire:variant ResponseFormat type=grammar
type GrammarFormat struct {
	// Grammar is in a notation that the provider knows.
	Grammar string `json:"grammar"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PythonFormat asks for Python code.
//
//wire:variant ResponseFormat type=python
type PythonFormat struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// RawResponseFormat is a response format this version has no type for, kept as
// its JSON.
//
//wire:raw ResponseFormat
type RawResponseFormat json.RawMessage

// Verbosity is how much a model should write. The set is open.
type Verbosity string

const (
	VerbosityLow    Verbosity = "low"
	VerbosityMedium Verbosity = "medium"
	VerbosityHigh   Verbosity = "high"
	VerbosityXHigh  Verbosity = "xhigh"
	VerbosityMax    Verbosity = "max"
)

// Modality is a kind of input or output. The set is open.
type Modality string

const (
	ModalityText  Modality = "text"
	ModalityImage Modality = "image"
	// ModalityAudio is for streams only, together with [ModalityText].
	ModalityAudio Modality = "audio"
)

// AudioConfig says how spoken output sounds and is encoded.
type AudioConfig struct {
	// Voice is a name the model knows, such as alloy.
	Voice string `json:"voice,omitzero"`
	// Format is an encoding the model offers, such as wav, mp3 or pcm16.
	Format string `json:"format,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Prediction is text that an answer is expected to repeat in large parts, such
// as a file that is to be edited. See [PredictedContent].
type Prediction struct {
	// Type is content.
	Type string `json:"type"`
	// Content is text parts only.
	Content []Part `json:"content" wire:"short"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PredictedContent returns a prediction of the text.
func PredictedContent(text string) *Prediction {
	return &Prediction{Type: "content", Content: Text(text)}
}

// StreamOptions set up a stream.
type StreamOptions struct {
	// IncludeUsage has no effect on the service, whose streams always report
	// their usage. Other servers of the same API report it only when asked.
	IncludeUsage *bool `json:"include_usage,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// UsageOptions ask for the usage of an answer.
type UsageOptions struct {
	// Include has no effect: every answer reports its usage.
	//
	// Deprecated: leave it out.
	Include *bool `json:"include,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// DebugOptions make the service show what it does. They are not for
// production.
type DebugOptions struct {
	// EchoUpstreamBody sends the body that went to the provider in a chunk at
	// the start of the stream, without choices: see
	// [ChatCompletionChunk.Debug]. It holds the prompt. Without a stream it has
	// no effect.
	EchoUpstreamBody *bool `json:"echo_upstream_body,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// CacheTTL is how long a cached prompt is kept. The set is
// open; the prices are Anthropic's.
type CacheTTL string

const (
	// CacheTTL5m is the default. Writing costs 1.25 times the price of input.
	CacheTTL5m CacheTTL = "5m"
	// CacheTTL1h makes writing cost twice the price of input.
	CacheTTL1h CacheTTL = "1h"
)

// CacheControl caches the prompt up to where it stands: a [Part], a
// [FunctionTool], or the whole request. Anthropic models take up to 4 of them
// in parts, and cache from 1024, 2048 or 4096 tokens on. For a part that needs
// no TTL there is [Part.Cached].
type CacheControl struct {
	// Type is ephemeral; nothing else is known.
	Type string `json:"type"`
	// TTL is 5 minutes when empty. Providers other than Anthropic have their
	// own.
	TTL CacheTTL `json:"ttl,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PromptCacheMode says who chooses what of a prompt is cached. The set is open.
type PromptCacheMode string

// PromptCacheModeExplicit leaves the choice to the marks in the parts.
const PromptCacheModeExplicit PromptCacheMode = "explicit"

// PromptCacheBreakpoint is [CacheControl] in OpenAI's spelling, for text parts.
// The service converts either into the other, without the TTL.
type PromptCacheBreakpoint struct {
	// Mode is [PromptCacheModeExplicit].
	Mode PromptCacheMode `json:"mode"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PromptCacheOptions turn off the breakpoints that OpenAI sets by itself, so
// that only marked parts are cached.
type PromptCacheOptions struct {
	// Mode is [PromptCacheModeExplicit].
	Mode PromptCacheMode `json:"mode"`
	// TTL is a duration such as 30m, which is also the least.
	TTL string `json:"ttl,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Route is how the models of a request are used. The set is open.
//
// Deprecated: use [ProviderSort.Partition].
type Route string

const (
	// RouteFallback keeps the later models for when the first fails. It is
	// [SortPartitionModel] today.
	//
	// Deprecated: use [SortPartitionModel].
	RouteFallback Route = "fallback"
	// RouteSort sorts the endpoints of all models together. It is
	// [SortPartitionNone] today.
	//
	// Deprecated: use [SortPartitionNone].
	RouteSort Route = "sort"
)

// ServiceTier is a pool of endpoints with its own speed and price. The set is
// open.
type ServiceTier string

const (
	ServiceTierAuto    ServiceTier = "auto"
	ServiceTierDefault ServiceTier = "default"
	// ServiceTierFast is [ServiceTierPriority] by another name.
	ServiceTierFast ServiceTier = "fast"
	// ServiceTierFlex is cheaper and slower. Where a model has such endpoints
	// there is no fallback to others: a lack of capacity is an error.
	ServiceTierFlex ServiceTier = "flex"
	// ServiceTierPriority is faster and dearer. It falls back to the default
	// tier, and the tier that served is the one that is paid.
	ServiceTierPriority ServiceTier = "priority"
	ServiceTierScale    ServiceTier = "scale"
)

// Speed is Anthropic's spelling of a service tier. The set is open.
type Speed string

const (
	// SpeedFast is the same as [ServiceTierPriority].
	SpeedFast     Speed = "fast"
	SpeedStandard Speed = "standard"
)

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

// size estimates the length of the request's JSON, so that the buffer for it is
// allocated once: a body of many megabytes would otherwise be copied as often as
// it doubles. Only what can be long is counted.
func (r *ChatCompletionRequest) size() int {
	n := 1024 + len(r.Prompt) + 512*len(r.Tools)
	for i := range r.Messages {
		m := &r.Messages[i]
		n += 64 + len(m.Refusal) + len(m.Reasoning) + len(m.ReasoningContent) + 256*len(m.Annotations)
		for j := range m.Content {
			n += m.Content[j].size()
		}
		for j := range m.ToolCalls {
			n += 128 + len(m.ToolCalls[j].Function.Arguments)
		}
		for j := range m.ReasoningDetails {
			d := &m.ReasoningDetails[j]
			n += 128 + len(d.Text) + len(d.Signature) + len(d.Summary) + len(d.Data)
		}
		for j := range m.Images {
			if u := m.Images[j].ImageURL; u != nil {
				n += 64 + len(u.URL)
			}
		}
		if m.Audio != nil {
			n += 64 + len(m.Audio.Data)
		}
	}
	return n + n/32 // for the escapes
}

func (p *Part) size() int {
	n := 64 + len(p.Text)
	if p.ImageURL != nil {
		n += len(p.ImageURL.URL)
	}
	if p.InputAudio != nil {
		n += len(p.InputAudio.Data)
	}
	if p.VideoURL != nil {
		n += len(p.VideoURL.URL)
	}
	if p.File != nil {
		n += len(p.File.FileData)
	}
	return n
}
