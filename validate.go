package openrouter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter/internal/unencodable"
	"github.com/openrouter-go/openrouter/internal/wire"
)

// Validate checks the request as every call does before it sends anything. It
// returns everything that it finds in one [*ValidationError]: numbers and lengths
// out of range, members that contradict each other or are missing, and values that
// have no JSON. It accepts members and values that this version does not know.
//
// Rules that depend on the method are not included: [ChatService.Create] also
// refuses a request for a stream, and one for spoken output, which needs a stream.
//
// Validate takes about as long as encoding the request.
func (r *ChatCompletionRequest) Validate() error {
	var k checker
	if k.request(r) {
		k.write(r)
	}
	if len(k.found) > 0 {
		return &ValidationError{Violations: k.found}
	}
	return nil
}

// checker collects what is wrong with a request. It allocates nothing for a valid
// request.
type checker struct {
	unchecked
	found []Violation
}

// encode returns the body of a request that a method sends.
func (k *checker) encode(r *ChatCompletionRequest, stream bool) wire.Body {
	if !k.request(r) {
		return wire.Body{}
	}
	sent := *r
	switch {
	case stream:
		sent.Stream = new(true)
	case r.Stream != nil && *r.Stream || has(r.Extra, "stream"):
		sent.Stream = new(false) // for a request whose check is switched off
	}
	if !stream {
		k.whole(r)
	}
	return k.write(&sent)
}

// write returns the JSON of the request, or records every value that has none.
func (k *checker) write(r *ChatCompletionRequest) wire.Body {
	w := wire.NewBodyWriter(make([]byte, 0, r.size()))
	r.writeJSON(&w)
	body, err := w.Body()
	if err != nil {
		k.unencodable(r, err)
	}
	return body
}

// unencodable records every value that has no JSON.
func (k *checker) unencodable(r *ChatCompletionRequest, err error) {
	all := *r // a copy, so that only a refused request escapes to the heap
	for _, v := range unencodable.Find(&all, err) {
		k.found = append(k.found, Violation{Field: v.Path, Problem: v.Problem, Value: v.Value, Err: v.Err})
	}
}

// breaks records a violation, unless its rule is switched off.
func (k *checker) breaks(v Violation) {
	v.Check = withoutIndices(v.Field)
	if !k.has(v.Check) {
		k.found = append(k.found, v)
	}
}

// excludes records that two members are set of which the service takes one.
func (k *checker) excludes(field, other string, value any) {
	k.breaks(Violation{Field: field, Problem: "and " + other + " cannot both be set", Value: value})
}

func (k *checker) missing(field, problem string) {
	k.breaks(Violation{Field: field, Problem: problem})
}

// number is a type of a field whose range is checked.
type number interface{ int | int64 | float64 }

// between checks the range of a number that is set. NaN and infinities are left to
// the encoder, which refuses them.
func between[N number](k *checker, field string, p *N, least, most N) {
	if p == nil || *p >= least && *p <= most {
		return
	}
	if f := float64(*p); !math.IsNaN(f) && !math.IsInf(f, 0) {
		k.outside(field, *p, fmt.Sprintf("between %v and %v", least, most))
	}
}

func (k *checker) positive(field string, p *int) {
	if p != nil && *p < 1 {
		k.outside(field, *p, "at least 1")
	}
}

func (k *checker) outside(field string, value any, limit string) {
	k.breaks(Violation{Field: field, Problem: fmt.Sprintf("is %v, must be %s", value, limit), Value: value, Limit: limit})
}

// longer records a list or text that is too long.
func (k *checker) longer(field string, n, most int, what string) {
	limit := fmt.Sprintf("at most %d", most)
	k.breaks(Violation{Field: field, Problem: fmt.Sprintf("has %d %s, must have %s", n, what, limit), Value: n, Limit: limit})
}

// has reports whether an Extra contains a member, of any type.
func has(extra map[string]any, name string) bool {
	_, ok := extra[name]
	return ok
}

const (
	// maxSeed is the largest integer that every JSON reader reads exactly.
	maxSeed = 1<<53 - 1
	// maxSessionID was the service's limit. It currently accepts serviceSessionID.
	maxSessionID     = 128
	serviceSessionID = 256
	maxStops         = 4
	maxTopLogprobs   = 20
	maxXHandles      = 20
)

// request applies the rules that do not depend on the method. It returns false if
// the request is nil.
func (k *checker) request(r *ChatCompletionRequest) bool {
	if r == nil {
		k.found = append(k.found, Violation{Field: "request", Problem: "is nil"})
		return false
	}
	k.conversation(r)
	k.ranges(r)
	k.reasoning(r)
	k.tools(r.Tools)
	k.plugins(r.Plugins)
	k.xSearch(r.XSearchFilter)
	k.prices(r.Provider)
	if has(r.Extra, "stream") {
		k.missing("stream", "must not be in Extra: the method decides whether to stream")
	}
	return true
}

// whole applies the rules for [ChatService.Create].
func (k *checker) whole(r *ChatCompletionRequest) {
	if r.Stream != nil && *r.Stream {
		k.breaks(Violation{Field: "stream", Problem: "is true, needs Chat.Stream", Value: true})
	}
	if r.Audio != nil {
		k.missing("audio", "needs Chat.Stream: the service only streams spoken output")
	}
	if slices.Contains(r.Modalities, ModalityAudio) {
		k.breaks(Violation{Field: "modalities", Problem: "contains audio, which needs Chat.Stream: the service only streams spoken output", Value: string(ModalityAudio)})
	}
}

func (k *checker) conversation(r *ChatCompletionRequest) {
	if len(r.Messages) == 0 && r.Prompt == "" && !has(r.Extra, "messages") && !has(r.Extra, "prompt") {
		k.missing("messages", "is empty, and prompt is not set either")
	}
	for i := range r.Messages {
		m := &r.Messages[i]
		if m.Role == "" && !has(m.Extra, "role") {
			k.missing("messages["+strconv.Itoa(i)+"].role", "is missing")
		}
		if m.Role == RoleTool && m.ToolCallID == "" && !has(m.Extra, "tool_call_id") {
			k.missing("messages["+strconv.Itoa(i)+"].tool_call_id", "is missing: a tool message must name the call that it answers")
		}
	}
}

func (k *checker) ranges(r *ChatCompletionRequest) {
	k.positive("max_completion_tokens", r.MaxCompletionTokens)
	k.positive("max_tokens", r.MaxTokens)
	if n := len(r.Stop); n > maxStops {
		k.longer("stop", n, maxStops, "texts")
	}
	between(k, "temperature", r.Temperature, 0, 2)
	between(k, "top_p", r.TopP, 0, 1)
	between(k, "frequency_penalty", r.FrequencyPenalty, -2, 2)
	between(k, "presence_penalty", r.PresencePenalty, -2, 2)
	between(k, "seed", r.Seed, -maxSeed, maxSeed)
	between(k, "top_logprobs", r.TopLogprobs, 0, maxTopLogprobs)
	if n := r.TopLogprobs; n != nil && *n > 0 && (r.Logprobs == nil || !*r.Logprobs) && !has(r.Extra, "logprobs") {
		k.breaks(Violation{Field: "top_logprobs", Problem: "needs logprobs to be true", Value: *n})
	}
	if v, tooLong := sessionIDViolation("session_id", r.SessionID); tooLong {
		k.breaks(v)
	}
}

// sessionIDViolation checks a session id, wherever it is set.
func sessionIDViolation(field, id string) (_ Violation, tooLong bool) {
	if len(id) <= maxSessionID {
		return Violation{}, false
	}
	n := utf8.RuneCountInString(id)
	if n <= maxSessionID {
		return Violation{}, false
	}
	return Violation{
		Field: field, Value: n, Limit: fmt.Sprintf("at most %d", maxSessionID), Check: "session_id",
		Problem: fmt.Sprintf("has %d characters, must have at most %d (the service currently accepts %d)", n, maxSessionID, serviceSessionID),
	}, true
}

func (k *checker) reasoning(r *ChatCompletionRequest) {
	if r.Reasoning == nil || r.Reasoning.Effort == "" {
		return
	}
	if n := r.Reasoning.MaxTokens; n != nil {
		k.excludes("reasoning.max_tokens", "reasoning.effort", *n)
	}
	if e := r.ReasoningEffort; e != "" && e != r.Reasoning.Effort {
		k.breaks(Violation{Field: "reasoning_effort", Problem: "differs from reasoning.effort; set only one of them", Value: string(e)})
	}
}

func (k *checker) xSearch(f *XSearchFilter) {
	if f == nil {
		return
	}
	if n := len(f.AllowedXHandles); n > maxXHandles {
		k.longer("x_search_filter.allowed_x_handles", n, maxXHandles, "accounts")
	}
	if n := len(f.ExcludedXHandles); n > maxXHandles {
		k.longer("x_search_filter.excluded_x_handles", n, maxXHandles, "accounts")
	}
	if len(f.AllowedXHandles) > 0 && len(f.ExcludedXHandles) > 0 {
		k.excludes("x_search_filter.allowed_x_handles", "x_search_filter.excluded_x_handles", nil)
	}
}

// prices checks that prices, which are sent as text, are numbers.
func (k *checker) prices(p *ProviderPreferences) {
	if p == nil || p.MaxPrice == nil {
		return
	}
	k.price("provider.max_price.prompt", p.MaxPrice.Prompt)
	k.price("provider.max_price.completion", p.MaxPrice.Completion)
	k.price("provider.max_price.image", p.MaxPrice.Image)
	k.price("provider.max_price.audio", p.MaxPrice.Audio)
	k.price("provider.max_price.request", p.MaxPrice.Request)
}

func (k *checker) price(field string, d Decimal) {
	if d == "" {
		return
	}
	other := func(r rune) bool { return (r < '0' || r > '9') && !strings.ContainsRune("+-.eE", r) }
	if _, err := d.Float64(); err != nil && !errors.Is(err, strconv.ErrRange) || strings.ContainsFunc(string(d), other) {
		k.missing(field, `is not a decimal number, such as "1.50"`)
	}
}

const maxFunctionName = 64

func (k *checker) tools(tools []Tool) {
	for i, tool := range tools {
		if t, ok := as[FunctionTool](tool); ok {
			k.function(i, &t)
		}
		if t, ok := as[WebSearchTool](tool); ok && t.Parameters.contradictory() {
			k.domains("tools[%d].parameters", i)
		}
		if t, ok := as[WebSearchShorthandTool](tool); ok {
			if len(t.AllowedDomains) > 0 && len(t.ExcludedDomains) > 0 {
				k.domains("tools[%d]", i)
			}
			if t.Parameters.contradictory() {
				k.domains("tools[%d].parameters", i)
			}
		}
		if t, ok := as[SubagentTool](tool); ok && t.Parameters != nil {
			k.nested(t.Parameters.Tools, "tools[%d].parameters.tools[%d].parameters", i)
		}
		if t, ok := as[FusionTool](tool); ok && t.Parameters != nil {
			k.nested(t.Parameters.Tools, "tools[%d].parameters.tools[%d].parameters", i)
		}
	}
}

func (k *checker) plugins(plugins []Plugin) {
	for i, plugin := range plugins {
		if p, ok := as[FusionPlugin](plugin); ok {
			k.nested(p.Tools, "plugins[%d].tools[%d].parameters", i)
		}
	}
}

// nested applies the rules to the tools in the parameters of element i of a list.
func (k *checker) nested(tools []NestedTool, path string, i int) {
	for j := range tools {
		if p, ok := as[WebSearchParameters](tools[j].Parameters); ok && p.contradictory() {
			k.domains(path, i, j)
		}
	}
}

// function checks what the service demands of a function's name. The providers
// decide which characters it may have.
func (k *checker) function(i int, t *FunctionTool) {
	if t.Function.Name == "" && !has(t.Function.Extra, "name") && !has(t.Extra, "function") {
		k.missing(fmt.Sprintf("tools[%d].function.name", i), "is missing")
	}
	if len(t.Function.Name) <= maxFunctionName {
		return
	}
	if n := utf8.RuneCountInString(t.Function.Name); n > maxFunctionName {
		k.longer(fmt.Sprintf("tools[%d].function.name", i), n, maxFunctionName, "characters")
	}
}

func (k *checker) domains(path string, indices ...any) {
	path = fmt.Sprintf(path, indices...)
	k.excludes(path+".allowed_domains", path+".excluded_domains", nil)
}

// contradictory reports whether domains are both allowed and excluded. The service
// takes only one of the two.
func (p *WebSearchParameters) contradictory() bool {
	return p != nil && len(p.AllowedDomains) > 0 && len(p.ExcludedDomains) > 0
}

// as returns v if it is a T, or *v if it is a *T.
func as[T any](v any) (t T, ok bool) {
	if p, isPointer := v.(*T); isPointer && p != nil {
		return *p, true
	}
	t, ok = v.(T)
	return t, ok
}
