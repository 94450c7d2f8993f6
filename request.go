package openrouter

import (
	"encoding/json"

	"github.com/openrouter-go/openrouter/internal/deep"
	"github.com/openrouter-go/openrouter/internal/wire"
)

// ResponseFormat sets the form of the text that the model writes. It is a [TextFormat],
// [JSONObjectFormat], [JSONSchemaFormat], [GrammarFormat], [PythonFormat] or [RawResponseFormat].
// Endpoints support different formats; see [ProviderPreferences.RequireParameters].
type ResponseFormat interface{ responseFormat() }

// TextFormat asks for any text. This is the default.
//
//wire:variant ResponseFormat type=text
type TextFormat struct {
	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`
}

// JSONObjectFormat asks for a JSON object of any shape. The messages must ask for JSON, too.
//
//wire:variant ResponseFormat type=json_object
type JSONObjectFormat struct {
	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`
}

// JSONSchemaFormat asks for JSON that matches a schema. Weak endpoints may put other text around
// the JSON. In a stream, the text is valid JSON only at the end.
//
//wire:variant ResponseFormat type=json_schema
type JSONSchemaFormat struct {
	JSONSchema JSONSchema `json:"json_schema"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// NewJSONSchemaFormat returns a format for JSON that matches a schema: any value that encodes to one,
// such as a map, a struct or a [json.RawMessage]. To ask the provider to enforce it, set Strict of its
// JSONSchema.
func NewJSONSchemaFormat(name string, schema any) JSONSchemaFormat {
	return JSONSchemaFormat{JSONSchema: JSONSchema{Name: name, Schema: schema}}
}

// JSONSchema is a schema with a name.
type JSONSchema struct {
	// Name has up to 64 letters, digits, underscores and dashes.
	Name string `json:"name"`
	// Description tells the model what the object is.
	Description string `json:"description,omitzero"`
	// Schema is any value that encodes to a JSON schema: a map, a struct or a [json.RawMessage].
	// Most providers accept schemas that forbid additional properties and require all others.
	Schema any `json:"schema,omitzero"`
	// Strict asks the provider to enforce the schema. Some providers treat it as a hint. If no
	// endpoint supports it, the service answers 404.
	Strict *bool `json:"strict,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// GrammarFormat asks for text that matches a grammar.
//
//wire:variant ResponseFormat type=grammar
type GrammarFormat struct {
	// Grammar is written in a notation that the provider supports.
	Grammar string `json:"grammar"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PythonFormat asks for Python code.
//
//wire:variant ResponseFormat type=python
type PythonFormat struct {
	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`
}

// RawResponseFormat is the JSON of a response format that this version has no type for.
//
//wire:raw ResponseFormat
type RawResponseFormat json.RawMessage

// Verbosity sets how much a model writes. Other values are possible.
type Verbosity string

const (
	VerbosityLow    Verbosity = "low"
	VerbosityMedium Verbosity = "medium"
	VerbosityHigh   Verbosity = "high"
	VerbosityXHigh  Verbosity = "xhigh"
	VerbosityMax    Verbosity = "max"
)

// Modality is a kind of input or output. Other values are possible.
type Modality string

const (
	ModalityText  Modality = "text"
	ModalityImage Modality = "image"
	// ModalityAudio as output requires a stream and [ModalityText] beside it.
	ModalityAudio Modality = "audio"
)

// AudioConfig sets the voice and the encoding of spoken output.
type AudioConfig struct {
	// Voice is a voice that the model has, such as alloy.
	Voice string `json:"voice,omitzero"`
	// Format is an encoding that the model supports, such as wav, mp3 or pcm16.
	Format string `json:"format,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Prediction is text that the answer is expected to repeat in large parts, such as a file to be
// edited. [PredictedContent] makes one.
type Prediction struct {
	// Type is "content".
	Type string `json:"type"`
	// Content may have text parts only.
	Content []Part `json:"content" wire:"short"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PredictedContent returns a [Prediction] with the given text.
func PredictedContent(text string) *Prediction {
	return &Prediction{Type: "content", Content: Text(text)}
}

// StreamOptions configures a stream.
type StreamOptions struct {
	// IncludeUsage has no effect on the service: its streams always report their usage. Other
	// servers of the same API report it only if asked.
	IncludeUsage *bool `json:"include_usage,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// UsageOptions asks for the usage of an answer.
type UsageOptions struct {
	// Include has no effect: every answer reports its usage.
	//
	// Deprecated: leave it out.
	Include *bool `json:"include,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// DebugOptions makes the service show what it sends to a provider. Do not use it in production.
type DebugOptions struct {
	// EchoUpstreamBody returns the body that was sent to the provider, prompt included. It comes in
	// a chunk without choices at the start of the stream; see [ChatCompletionChunk.Debug]. Without
	// a stream it has no effect.
	EchoUpstreamBody *bool `json:"echo_upstream_body,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// CacheTTL is the time that a cached prompt is kept. The prices below are Anthropic's. Other values
// are possible.
type CacheTTL string

const (
	// CacheTTL5m is the default. Writing to the cache costs 1.25 times the input price.
	CacheTTL5m CacheTTL = "5m"
	// CacheTTL1h keeps the prompt for an hour. Writing to the cache costs twice the input price.
	CacheTTL1h CacheTTL = "1h"
)

// CacheControl caches the prompt up to the place where it is set: a [Part], a [FunctionTool], or
// the whole request. Anthropic models accept up to 4 of them in parts. They cache prompts of at
// least 1024, 2048 or 4096 tokens, depending on the model. For a part that needs no TTL use
// [Part.Cached].
type CacheControl struct {
	// Type is "ephemeral", the only known value.
	Type string `json:"type"`
	// TTL is [CacheTTL5m] if empty. Providers other than Anthropic have their own times.
	TTL CacheTTL `json:"ttl,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PromptCacheMode sets how the parts to cache are chosen. Other values are possible.
type PromptCacheMode string

// PromptCacheModeExplicit caches only what is marked in the parts.
const PromptCacheModeExplicit PromptCacheMode = "explicit"

// PromptCacheBreakpoint is OpenAI's form of [CacheControl], for text parts. The service converts
// each form into the other, without the TTL.
type PromptCacheBreakpoint struct {
	// Mode is [PromptCacheModeExplicit].
	Mode PromptCacheMode `json:"mode"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PromptCacheOptions turns off the breakpoints that OpenAI sets automatically. Then only marked
// parts are cached.
type PromptCacheOptions struct {
	// Mode is [PromptCacheModeExplicit].
	Mode PromptCacheMode `json:"mode"`
	// TTL is a duration such as 30m, which is the minimum.
	TTL string `json:"ttl,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Route sets how the models of a request are used. Other values are possible.
//
// Deprecated: use [ProviderSort.Partition].
type Route string

const (
	// RouteFallback uses the later models if the first one fails. Its new name is
	// [SortPartitionModel].
	//
	// Deprecated: use [SortPartitionModel].
	RouteFallback Route = "fallback"
	// RouteSort sorts the endpoints of all models together. Its new name is [SortPartitionNone].
	//
	// Deprecated: use [SortPartitionNone].
	RouteSort Route = "sort"
)

// ServiceTier is a group of endpoints with its own speed and price. Other values are possible.
type ServiceTier string

const (
	ServiceTierAuto    ServiceTier = "auto"
	ServiceTierDefault ServiceTier = "default"
	// ServiceTierFast is another name of [ServiceTierPriority].
	ServiceTierFast ServiceTier = "fast"
	// ServiceTierFlex is cheaper and slower. If a model has flex endpoints, no others are tried: a
	// lack of capacity is an error.
	ServiceTierFlex ServiceTier = "flex"
	// ServiceTierPriority is faster and more expensive. It falls back to the default tier. You pay
	// for the tier that served the request.
	ServiceTierPriority ServiceTier = "priority"
	ServiceTierScale    ServiceTier = "scale"
)

// Speed selects fast or standard serving on Anthropic models. Other values are possible.
type Speed string

const (
	// SpeedFast means the same as [ServiceTierPriority].
	SpeedFast     Speed = "fast"
	SpeedStandard Speed = "standard"
)

// Trace places a request in a trace of the observability tools that the account sends its requests
// to.
type Trace struct {
	// TraceID is shared by the requests of a trace.
	TraceID string `json:"trace_id,omitzero"`
	// TraceName is the name of the trace.
	TraceName string `json:"trace_name,omitzero"`
	// SpanName is the name of the step that the request belongs to.
	SpanName string `json:"span_name,omitzero"`
	// GenerationName is the name of the request.
	GenerationName string `json:"generation_name,omitzero"`
	// ParentSpanID is a span of your own trace. The request becomes its child.
	ParentSpanID string `json:"parent_span_id,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation. The
	// service passes its members on as metadata.
	Extra map[string]any `json:"-"`

	presence presence
}

// Clone returns a copy that shares no memory with r. Values of your own types in Extra, in
// [Function.Parameters] and the like are shared.
func (r *ChatCompletionRequest) Clone() *ChatCompletionRequest { return deep.Clone(r) }

// Equal reports whether both requests say the same. It makes no difference whether a request was
// decoded or built, how its members were spelled, whether a tool is given by pointer or by value, or
// whether a schema is a Go value or its JSON. A nil list differs from an empty one.
func (r *ChatCompletionRequest) Equal(other *ChatCompletionRequest) bool { return deep.Equal(r, other) }

// size estimates the length of the request's JSON, so that its buffer is allocated once. A buffer
// that grows would copy a body of many megabytes each time it doubles. Only fields that can be long
// count.
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
			n += 128 + len(d.Text) + len(d.Signature) + len(d.Summary) + copied(d.Data)
		}
		for j := range m.Images {
			if u := m.Images[j].ImageURL; u != nil {
				n += 64 + copied(u.URL)
			}
		}
		if m.Audio != nil {
			n += 64 + copied(m.Audio.Data)
		}
	}
	return n + n/32 // for the escapes
}

func (p *Part) size() int {
	n := 64 + len(p.Text)
	if p.ImageURL != nil {
		n += copied(p.ImageURL.URL)
	}
	if p.InputAudio != nil {
		n += copied(p.InputAudio.Data)
	}
	if p.VideoURL != nil {
		n += copied(p.VideoURL.URL)
	}
	if p.File != nil {
		n += copied(p.File.FileData)
	}
	return n
}

// copied returns how much of base64 the encoder copies.
func copied(base64 string) int {
	if n := len(base64); n < wire.Large {
		return n
	}
	return 0
}
