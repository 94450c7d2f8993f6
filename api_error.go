package openrouter

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// APIError is a failure that the service reported, wherever it did: by status,
// in the body of an answer with the status 200, in a choice, in a chunk of a
// stream, or by sending something that is no answer at all.
//
//	if errors.Is(err, openrouter.ErrRateLimitExceeded) { … }
//	if e, ok := errors.AsType[*openrouter.APIError](err); ok { … e.RetryAfter … }
type APIError struct {
	// StatusCode is the HTTP status: 200 where the failure was reported inside
	// an answer.
	StatusCode int
	// Code is the status that the report itself names, else StatusCode.
	Code int
	// Type is the kind of failure. Where the service named none, it follows
	// from Code. It matches with errors.Is.
	Type ErrorType
	// Message is the service's message as it was sent. It is often general:
	// [APIError.ProviderError] may know more.
	Message string
	// Metadata is error.metadata as it was sent, of any JSON type. It may carry
	// parts of the prompt.
	Metadata json.RawMessage
	// Provider is the display name of the provider that failed.
	Provider string
	// RetryAfter is the service's hint when to try again; 0 means none.
	RetryAfter time.Duration
	// Availability tells why nothing could serve the request.
	Availability *Availability
	// RouterMetadata tells how the request was routed, when the call asked for
	// that with [WithRouterMetadata].
	RouterMetadata *RouterMetadata
	// UserID is the account the service reported the failure for.
	UserID string
	// Partial is the part of the answer that had arrived, nil if nothing had.
	Partial *ChatCompletion
	// Body is the report as it was sent, up to 1 MiB.
	Body []byte

	err    error // why the call ended before it could be repeated
	opaque bool  // the answer was no report, so nobody knows what became of the request
	call   *CallInfo
}

// Error is one line: the type, the code, the service's message, the provider,
// the generation and the hint when to try again. The key and the prompt are
// not in it.
func (e *APIError) Error() string {
	var b strings.Builder
	b.WriteString("openrouter: ")
	switch {
	case e.Type != "":
		b.WriteString(nameIn(string(e.Type)))
	default:
		b.WriteString("status")
	}
	b.WriteString(prefixed(" ", statusText(e.Code)))
	if msg := oneLine(e.Message); msg != "" {
		b.WriteString(": " + msg)
	} else if text := http.StatusText(e.Code); text != "" && e.Code != http.StatusOK {
		b.WriteString(": " + text)
	}
	retry := ""
	if e.RetryAfter > 0 {
		retry = "retry in " + e.RetryAfter.Round(time.Millisecond).String()
	}
	b.WriteString(parenthesized(prefixed("provider ", nameIn(e.Provider)), prefixed("generation ", nameIn(e.Call().GenerationID)), retry))
	if e.err != nil {
		b.WriteString(": " + e.err.Error())
	}
	return b.String()
}

// oneLine cuts a message to a line of at most 500 bytes, nameIn a name to one of
// 100: both come from outside.
func oneLine(s string) string { return cutLine(s, 500) }
func nameIn(s string) string  { return cutLine(s, 100) }

func cutLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// Is reports whether target is this failure's [ErrorType]. A type in another
// vocabulary also matches what its code stands for.
func (e *APIError) Is(target error) bool {
	t, ok := target.(ErrorType)
	return ok && (t == e.Type || !e.Type.known() && t == typeOfStatus(e.Code))
}

// Unwrap returns the context's error where the context ended the call before
// the request could be repeated, else nil.
func (e *APIError) Unwrap() error { return e.err }

// Call tells about the HTTP exchange.
func (e *APIError) Call() CallInfo { return e.call.value() }

// FallbackModels are models that the service suggests instead. They are hints.
func (e *APIError) FallbackModels() []string {
	if e.Availability == nil {
		return nil
	}
	return e.Availability.FallbackModels
}

// Retryable reports whether the same request can succeed later: the service's
// own word where it gave it, else what Code stands for. It says nothing about
// cost: a request that is repeated may be billed again.
func (e *APIError) Retryable() bool {
	switch {
	case e.Code == http.StatusUnauthorized, e.Code == http.StatusPaymentRequired:
		return false
	case e.Availability != nil:
		return e.Availability.Retryable
	}
	switch e.Code {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, statusEdgeTimeout, statusOverloaded:
		return true
	case http.StatusOK, 0: // reported without a code, or read from a record
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
	Message            string          `json:"message,omitzero"`
	Detail             string          `json:"detail,omitzero"`

	Extra map[string]any `json:"-"`

	presence presence
}

// errorMetadata is the part of error.metadata that every error uses.
type errorMetadata struct {
	ErrorType    ErrorType         `json:"error_type,omitzero"`
	ProviderName string            `json:"provider_name,omitzero"`
	Headers      map[string]string `json:"headers,omitzero"`

	Extra map[string]any `json:"-"`

	presence presence
}

// errorFromBody makes an error of the body of a response that is a failure,
// whatever it is.
func errorFromBody(call *CallInfo, body []byte) *APIError {
	var b errorBody
	text := bytes.TrimSpace(body)
	if err := b.UnmarshalJSON(text); err != nil {
		b = errorBody{}
	}
	e := newAPIError(call, b.Error)
	e.Body, e.UserID, e.RouterMetadata = body, b.UserID, b.OpenRouterMetadata
	if b.Error == nil {
		e.Message = b.Message + b.Detail
		if raw, ok := b.Extra["error"].(json.RawMessage); ok {
			e.Message = rawText(raw)
		}
	}
	return e
}

// newAPIError makes an error of the wire's; o may be nil.
func newAPIError(call *CallInfo, o *ErrorObject) *APIError {
	e := &APIError{StatusCode: call.StatusCode, Code: call.StatusCode, call: call}
	if o == nil {
		o = &ErrorObject{}
	}
	e.Message, e.Metadata, e.Availability = o.Message, o.Metadata, o.Availability
	switch code := numericCode(o); {
	case code != 0:
		e.Code = code
	case o.HTTPStatus != 0:
		e.Code = o.HTTPStatus
	}
	meta := e.metadata()
	e.Provider = meta.ProviderName
	for _, t := range []ErrorType{meta.ErrorType, o.ErrorType, ErrorType(o.Type), typeOfStatus(e.Code)} {
		if e.Type == "" {
			e.Type = t
		}
	}
	if e.Type == "" && (e.Code == http.StatusOK || e.Code == 0) {
		e.Type = ErrProviderUnavailable // nothing said why there is no answer
	}
	e.RetryAfter = retryHint(e, time.Now())
	return e
}

// numericCode is error.code as a number, 0 if it is none.
func numericCode(o *ErrorObject) int {
	if o.Code != 0 {
		return o.Code
	}
	var text string
	if raw, ok := o.Extra["code"].(json.RawMessage); ok && json.Unmarshal(raw, &text) == nil {
		return atoi(text)
	}
	return 0
}

func (e *APIError) metadata() errorMetadata {
	var m errorMetadata
	if m.UnmarshalJSON(e.Metadata) != nil {
		return errorMetadata{}
	}
	return m
}

// rawText is the text a JSON value carries: a string's own, else the JSON.
func rawText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// scrub returns a copy of what the service sent back without the secrets.
func scrub(b []byte, secrets []string) []byte {
	b = bytes.Clone(b)
	for _, s := range secrets {
		if s != "" && bytes.Contains(b, []byte(s)) {
			b = bytes.ReplaceAll(b, []byte(s), []byte("[redacted]"))
		}
	}
	return b
}

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
