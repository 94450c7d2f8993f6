package openrouter

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
