package openrouter

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// APIError is a failure that the service reported. The report may be an HTTP status, part of an
// answer with status 200, part of a choice or of a chunk, or a response that is not an answer at
// all.
//
//	if errors.Is(err, openrouter.ErrRateLimitExceeded) { … }
//	if e, ok := errors.AsType[*openrouter.APIError](err); ok { … e.RetryAfter … }
type APIError struct {
	// StatusCode is the HTTP status of the failure. It comes from the report if the report names
	// one, and from the response otherwise. It is 200 if a report inside an answer names none. The
	// status of the response is in Call().StatusCode.
	StatusCode int
	// Type is the kind of failure, to compare with errors.Is. If the service named none, Type
	// follows from StatusCode.
	Type ErrorType
	// Message is the service's message. It is often general: [APIError.ProviderError] may have more.
	// [redacted] stands for the API key and other secrets, here and in all other texts of the report.
	Message string
	// Metadata is error.metadata as it was received, of any JSON type. It may contain parts of the
	// prompt.
	Metadata json.RawMessage
	// Provider is the display name of the provider that failed.
	Provider string
	// RetryAfter is how long the service asks to wait before a retry; 0 means no wait, or that
	// there is no hint.
	RetryAfter time.Duration
	// Availability describes why no provider could serve the request. It is nil for other failures.
	Availability *Availability
	// RouterMetadata describes how the request was routed. It is set if the call used
	// [WithRouterMetadata].
	RouterMetadata *RouterMetadata
	// UserID is the account that the failure was reported for.
	UserID string
	// Partial is the part of the answer that was received, or nil if there was none.
	Partial *ChatCompletion
	// Body is the report as it was received, up to 1 MiB. [redacted] stands for secrets.
	Body []byte

	hint   string // what to do, beyond what the service says
	err    error  // of the context, if it ended before a retry
	opaque bool   // the response was no report of a known kind: the request may have been served
	hinted bool   // RetryAfter is a hint, also if it is 0
	call   *CallInfo
}

// Error returns one line with the type, the code, the service's message, the provider, the
// generation, and how long to wait before a retry. It does not contain the key, and adds nothing of
// the prompt to the service's message.
func (e *APIError) Error() string {
	var b strings.Builder
	b.WriteString("openrouter: ")
	switch {
	case e.Type != "":
		b.WriteString(nameIn(string(e.Type)))
	default:
		b.WriteString("status")
	}
	b.WriteString(prefixed(" ", statusText(e.StatusCode)))
	if msg := oneLine(e.Message); msg != "" {
		b.WriteString(": " + msg)
	} else if text := http.StatusText(e.StatusCode); text != "" && e.StatusCode != http.StatusOK {
		b.WriteString(": " + text)
	}
	retry := ""
	if e.RetryAfter > 0 {
		retry = "retry in " + e.RetryAfter.Round(time.Millisecond).String()
	}
	b.WriteString(parenthesized(prefixed("provider ", nameIn(e.Provider)), prefixed("generation ", nameIn(e.Call().GenerationID)), retry))
	b.WriteString(prefixed("; ", e.hint))
	if e.err != nil {
		b.WriteString(": " + oneLine(e.err.Error()))
	}
	return b.String()
}

// oneLine shortens a message to one line of at most 500 bytes, and nameIn a name to 100 bytes,
// because both come from outside.
func oneLine(s string) string { return cutLine(s, 500) }
func nameIn(s string) string  { return cutLine(s, 100) }

func cutLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// Is reports whether target is the [ErrorType] of this failure. If Type is not one of the
// constants, the constants that correspond to Type and to StatusCode match, too.
func (e *APIError) Is(target error) bool {
	t, ok := target.(ErrorType)
	return ok && (t == e.Type || !e.Type.known() && t != "" && (t == typeOfStatus(e.StatusCode) || t == typeOfWord(string(e.Type))))
}

// Unwrap returns the context's error if the context ended before the request could be retried, else
// nil.
func (e *APIError) Unwrap() error { return e.err }

// Call describes the HTTP exchange.
func (e *APIError) Call() CallInfo { return e.call.value() }

// FallbackModels returns models that the service suggests instead, if any.
func (e *APIError) FallbackModels() []string {
	if e.Availability == nil {
		return nil
	}
	return e.Availability.FallbackModels
}

// Retryable reports whether the same request can succeed later. It returns what the service said in
// Availability, or else decides by StatusCode, or by Type if the report names no status. Rejected
// keys and missing credits are never retryable, nor is a response with a success status that is
// neither an answer nor a report. A retry may be billed again.
func (e *APIError) Retryable() bool {
	switch {
	case e.opaque:
		return false
	case e.StatusCode == http.StatusUnauthorized, e.StatusCode == http.StatusPaymentRequired:
		return false
	case e.Type == ErrAuthentication, e.Type == ErrPaymentRequired: // some say 429 for a quota that is used up
		return false
	case e.Availability != nil:
		return e.Availability.Retryable
	}
	switch e.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, 520, 521, 522, 523, statusEdgeTimeout, statusOverloaded:
		return true
	case http.StatusOK, 0: // reported without a code, or read from a recording
		switch e.Type {
		case ErrRateLimitExceeded, ErrProviderOverloaded, ErrProviderUnavailable, ErrServer, ErrTimeout:
			return true
		}
	}
	return false
}

// errorBody is the body of a failure.
type errorBody struct {
	Error              *ErrorObject    `json:"error,omitzero"`
	UserID             string          `json:"user_id,omitzero"`
	OpenRouterMetadata *RouterMetadata `json:"openrouter_metadata,omitzero"`

	Extra map[string]any `json:"-"`

	presence presence
}

// errorMetadata is the part of error.metadata that every error uses.
type errorMetadata struct {
	ErrorType    ErrorType      `json:"error_type,omitzero"`
	ProviderName string         `json:"provider_name,omitzero"`
	Headers      map[string]any `json:"headers,omitzero"`

	Extra map[string]any `json:"-"`

	presence presence
}

// newAPIError makes an error of an error object, which may be nil.
func newAPIError(call *CallInfo, o *ErrorObject) *APIError {
	e := &APIError{StatusCode: call.StatusCode, call: call}
	if o == nil {
		o = &ErrorObject{}
	}
	e.Message, e.Metadata, e.Availability = o.Message, o.Metadata, o.Availability
	switch code := numericCode(o); {
	case isStatus(code):
		e.StatusCode = code
	case isStatus(o.HTTPStatus):
		e.StatusCode = o.HTTPStatus
	}
	meta := e.metadata()
	e.Provider = meta.ProviderName
	for _, t := range []ErrorType{meta.ErrorType, o.ErrorType, typeOfWord(codeWord(o)), ErrorType(o.Type), typeOfStatus(e.StatusCode)} {
		if e.Type == "" {
			e.Type = t
		}
	}
	if e.Type == "" && (e.StatusCode == http.StatusOK || e.StatusCode == 0) {
		e.Type = ErrProviderUnavailable // there is no answer, and no reason was given
	}
	e.RetryAfter, e.hinted = retryHint(e, o, time.Now())
	return e
}

// numericCode returns error.code as a number, or 0 if it is not one.
func numericCode(o *ErrorObject) int {
	if o.Code != 0 {
		return o.Code
	}
	return atoi(codeWord(o))
}

func (e *APIError) metadata() errorMetadata {
	var m errorMetadata
	if m.UnmarshalJSON(e.Metadata) != nil {
		return errorMetadata{}
	}
	return m
}

// rawText returns the text of a JSON string, or the JSON of any other value.
func rawText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// ProviderError is the error that a provider returned to the service.
type ProviderError struct {
	ErrorType    ErrorType `json:"error_type,omitzero"`
	ProviderName string    `json:"provider_name,omitzero"`
	// ProviderCode is the provider's own code. The service leaves it out of internal errors.
	ProviderCode string `json:"provider_code,omitzero"`
	// Raw is the provider's response: a string with JSON text, a string with other text, or an
	// object. It may contain parts of the prompt.
	Raw json.RawMessage `json:"raw,omitzero"`
	// PreviousErrors lists the attempts that failed before this one.
	PreviousErrors []PreviousError `json:"previous_errors,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// PreviousError is an earlier attempt that failed.
type PreviousError struct {
	Provider string `json:"provider,omitzero"`
	Code     int    `json:"code,omitzero"`
	Status   int    `json:"status,omitzero"`
	Message  string `json:"message,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Message returns the message inside Raw, or "" if it finds none.
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

// Moderation describes why an input was flagged.
type Moderation struct {
	// Reasons lists the categories that matched.
	Reasons []string `json:"reasons,omitzero"`
	// FlaggedInput is the part of the prompt that was flagged. It has at most 100 characters; the
	// middle may be left out.
	FlaggedInput string `json:"flagged_input,omitzero"`
	ProviderName string `json:"provider_name,omitzero"`
	ModelSlug    string `json:"model_slug,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Guardrail describes what one of the account's guardrails found.
type Guardrail struct {
	// Patterns lists the prompt injections that were recognized.
	Patterns []string `json:"patterns,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// fileMetadata holds files that were parsed before the request failed.
type fileMetadata struct {
	FileAnnotations []Annotation `json:"file_annotations,omitzero"`

	Extra map[string]any `json:"-"`

	presence presence
}

// ProviderError returns the provider's error, or nil if Metadata has none.
func (e *APIError) ProviderError() *ProviderError {
	p := &ProviderError{}
	if p.UnmarshalJSON(e.Metadata) != nil || p.ProviderName == "" && p.Raw == nil && p.ProviderCode == "" && p.PreviousErrors == nil {
		return nil
	}
	return p
}

// Moderation returns why the input was flagged, or nil if it was not.
func (e *APIError) Moderation() *Moderation {
	m := &Moderation{}
	if m.UnmarshalJSON(e.Metadata) != nil || m.Reasons == nil && m.FlaggedInput == "" {
		return nil
	}
	return m
}

// Guardrail returns what a guardrail found, or nil if no guardrail caused the failure.
func (e *APIError) Guardrail() *Guardrail {
	g := &Guardrail{}
	if g.UnmarshalJSON(e.Metadata) != nil || g.Patterns == nil {
		return nil
	}
	return g
}

// RateLimit returns the service's own rate limit, or nil if that limit did not cause the failure.
// Limits of providers are not known.
func (e *APIError) RateLimit() *RateLimit {
	if l := e.Call().RateLimit; l != nil {
		return l
	}
	return newRateLimit(e.metadata().header)
}

// header returns a header of the provider's response that the service passed on.
// Some are numbers.
func (m errorMetadata) header(name string) string {
	for k, v := range m.Headers {
		if raw, ok := v.(json.RawMessage); ok && strings.EqualFold(k, name) {
			return rawText(raw)
		}
	}
	return ""
}

// FileAnnotations returns the files that were parsed before the failure. Send them in an assistant
// message to avoid parsing and paying for them again.
func (e *APIError) FileAnnotations() []Annotation {
	var f fileMetadata
	if f.UnmarshalJSON(e.Metadata) != nil {
		return nil
	}
	return f.FileAnnotations
}
