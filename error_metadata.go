package openrouter

import (
	"encoding/json"
	"strings"
)

// ProviderError is what a provider said of its failure.
type ProviderError struct {
	ErrorType    ErrorType `json:"error_type,omitzero"`
	ProviderName string    `json:"provider_name,omitzero"`
	// ProviderCode is the provider's own code; the service leaves it out of
	// internal errors.
	ProviderCode string `json:"provider_code,omitzero"`
	// Raw is the provider's answer: JSON text in a string, other text in a
	// string, or an object. It may carry parts of the prompt.
	Raw json.RawMessage `json:"raw,omitzero"`
	// PreviousErrors are the attempts that failed before this one.
	PreviousErrors []PreviousError `json:"previous_errors,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PreviousError is an attempt that failed before another was made.
type PreviousError struct {
	Provider string `json:"provider,omitzero"`
	Code     int    `json:"code,omitzero"`
	Status   int    `json:"status,omitzero"`
	Message  string `json:"message,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Message finds the sentence in Raw that says what went wrong; "" if there is
// none.
func (p *ProviderError) Message() string {
	raw := []byte(p.Raw)
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = []byte(text)
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return strings.TrimSpace(text)
	}
	return findMessage(v, 0)
}

// findMessage looks where providers put their messages.
func findMessage(v any, depth int) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		if len(v) > 0 && depth < 4 {
			return findMessage(v[0], depth+1)
		}
	case map[string]any:
		for _, name := range []string{"message", "error", "detail", "details", "msg", "errors"} {
			if depth < 4 {
				if s := findMessage(v[name], depth+1); s != "" {
					return s
				}
			}
		}
	}
	return ""
}

// Moderation is why an input was flagged.
type Moderation struct {
	// Reasons are the categories that matched.
	Reasons []string `json:"reasons,omitzero"`
	// FlaggedInput is the part of the prompt that was flagged: at most 100
	// characters, the middle left out.
	FlaggedInput string `json:"flagged_input,omitzero"`
	ProviderName string `json:"provider_name,omitzero"`
	ModelSlug    string `json:"model_slug,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Guardrail is what one of the account's guardrails found.
type Guardrail struct {
	// Patterns are the prompt injections that were recognized.
	Patterns []string `json:"patterns,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// fileMetadata is what remains of files when the request failed after they had
// been read.
type fileMetadata struct {
	FileAnnotations []Annotation `json:"file_annotations,omitzero"`

	Extra map[string]any `json:"-"`

	presence presence
}

// ProviderError returns what the provider said, nil if the metadata has nothing
// of it.
func (e *APIError) ProviderError() *ProviderError {
	p := &ProviderError{}
	if p.UnmarshalJSON(e.Metadata) != nil || p.ProviderName == "" && p.Raw == nil && p.ProviderCode == "" && p.PreviousErrors == nil {
		return nil
	}
	return p
}

// Moderation returns why the input was flagged, nil if that is not the reason.
func (e *APIError) Moderation() *Moderation {
	m := &Moderation{}
	if m.UnmarshalJSON(e.Metadata) != nil || m.Reasons == nil && m.FlaggedInput == "" {
		return nil
	}
	return m
}

// Guardrail returns what a guardrail found, nil if that is not the reason.
func (e *APIError) Guardrail() *Guardrail {
	g := &Guardrail{}
	if g.UnmarshalJSON(e.Metadata) != nil || g.Patterns == nil {
		return nil
	}
	return g
}

// RateLimit returns the service's own limit where it is the reason, nil where
// a provider's is.
func (e *APIError) RateLimit() *RateLimit {
	if l := e.Call().RateLimit; l != nil {
		return l
	}
	headers := e.metadata().Headers
	return newRateLimit(func(name string) string {
		for k, v := range headers {
			if strings.EqualFold(k, name) {
				return v
			}
		}
		return ""
	})
}

// FileAnnotations returns the files that had been parsed before the failure.
// Sent back in an assistant message, they need not be parsed and paid for again.
func (e *APIError) FileAnnotations() []Annotation {
	var f fileMetadata
	if f.UnmarshalJSON(e.Metadata) != nil {
		return nil
	}
	return f.FileAnnotations
}
