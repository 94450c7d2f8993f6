package openrouter

import "encoding/json"

// Plugin changes how the service treats a request. One that is listed is on;
// its Enabled false turns it off, also where the account turns it on, unless
// the account locks it. A plugin this version has no type for is a [RawPlugin].
type Plugin interface{ plugin() }

// ModerationPlugin has the request moderated. It has no settings.
//
//wire:variant Plugin id=moderation
type ModerationPlugin struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// WebPlugin adds what a search of the web finds to the request. The suffix
// :online of a model's slug is short for it.
//
// Deprecated: use [WebSearchTool].
//
//wire:variant Plugin id=web
type WebPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// MaxResults is 5 by default.
	MaxResults *int `json:"max_results,omitzero"`
	// SearchPrompt replaces the words that introduce the results to the model.
	SearchPrompt string `json:"search_prompt,omitzero"`
	// Engine is the provider's own search when empty, or else Exa. The plugin
	// does not know [SearchEngineAuto].
	Engine SearchEngine `json:"engine,omitzero"`
	// Mode is the engine's default when empty.
	Mode SearchMode `json:"mode,omitzero"`
	// MaxUses limits the searches of one turn, where the provider's own search
	// has such a limit, as Anthropic's does.
	MaxUses *int `json:"max_uses,omitzero"`
	// IncludeDomains limits the search to these. Patterns such as
	// *.substack.com and paths such as openai.com/blog work.
	IncludeDomains []string `json:"include_domains,omitzero"`
	// ExcludeDomains keeps these out, with the same patterns.
	ExcludeDomains []string `json:"exclude_domains,omitzero"`
	// UserLocation is for providers whose own search can use it. Its Type
	// must be set.
	UserLocation *UserLocation `json:"user_location,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// WebFetchPlugin lets the model read pages and PDFs by their address. See also
// [WebFetchTool].
//
//wire:variant Plugin id=web-fetch
type WebFetchPlugin struct {
	// MaxUses is the number of pages of one request; the model is told of an
	// error when it asks for more.
	MaxUses *int `json:"max_uses,omitzero"`
	// MaxContentTokens is about how long a page may be; the rest is cut off.
	MaxContentTokens *int `json:"max_content_tokens,omitzero"`
	// AllowedDomains limits what may be read to these.
	AllowedDomains []string `json:"allowed_domains,omitzero"`
	// BlockedDomains keeps these out.
	BlockedDomains []string `json:"blocked_domains,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FileParserPlugin sets how files are read. Files are parsed without it too.
//
//wire:variant Plugin id=file-parser
type FileParserPlugin struct {
	Enabled *bool       `json:"enabled,omitzero"`
	PDF     *PDFOptions `json:"pdf,omitzero"`
	// MaxFiles is the number of files to read. It is not in the service's
	// schema any more; its client for the AI SDK sends it.
	MaxFiles *int `json:"max_files,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PDFOptions set how PDFs are read.
type PDFOptions struct {
	// Engine is [PDFEngineNative] when empty, or [PDFEngineMistralOCR] for
	// models without it.
	Engine PDFEngine `json:"engine,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PDFEngine is what reads a PDF. The set is open.
type PDFEngine string

const (
	// PDFEngineMistralOCR reads scans too. It passes on up to 8 images of a
	// file. What it read comes back as an annotation, and sending that again
	// spares paying again.
	PDFEngineMistralOCR PDFEngine = "mistral-ocr"
	// PDFEngineNative leaves the file to the model.
	PDFEngineNative PDFEngine = "native"
	// PDFEngineCloudflareAI turns the file into Markdown.
	PDFEngineCloudflareAI PDFEngine = "cloudflare-ai"
	// PDFEnginePDFText is the older name of [PDFEngineCloudflareAI].
	//
	// Deprecated: use [PDFEngineCloudflareAI].
	PDFEnginePDFText PDFEngine = "pdf-text"
)

// ResponseHealingPlugin repairs JSON that a model wrote badly: missing
// brackets, commas and quotes, code fences, prose around it. It works with
// [JSONSchemaFormat] and [JSONObjectFormat], not in a stream. It cannot repair
// an answer that was cut, and does not enforce the schema.
//
//wire:variant Plugin id=response-healing
type ResponseHealingPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ContextCompressionPlugin cuts messages out of the middle of a conversation
// that is too long for the model. For endpoints with a context of up to 8,192
// tokens it is on unless Enabled is false. Without it a conversation that is
// too long is an error.
//
//wire:variant Plugin id=context-compression
type ContextCompressionPlugin struct {
	Enabled *bool `json:"enabled,omitzero"`
	// Engine is [CompressionEngineMiddleOut] when empty.
	Engine CompressionEngine `json:"engine,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// CompressionEngine is the way a conversation is shortened. The set is open.
type CompressionEngine string

// CompressionEngineMiddleOut keeps the beginning and the end.
const CompressionEngineMiddleOut CompressionEngine = "middle-out"

// RawPlugin is a plugin this version has no type for, kept as its JSON.
//
//wire:raw Plugin
type RawPlugin json.RawMessage
