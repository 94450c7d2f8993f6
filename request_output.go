package openrouter

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
