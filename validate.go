package openrouter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
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
		all := *r // a copy, so that only a refused request escapes to the heap
		k.unencodable(&all, err)
	}
	return body
}

// unencodable records every value that has no JSON.
func (k *checker) unencodable(request any, err error) {
	for _, v := range unencodable.Find(request, err) {
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
	// maxSessionID was the service's limit. It currently accepts 256.
	maxSessionID   = 128
	maxStops       = 4
	maxTopLogprobs = 20
	maxXHandles    = 20
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
	k.choice(r.ToolChoice)
	k.conditions(r.StopServerToolsWhen)
	k.format(r)
	k.caching(r)
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
		if len(m.Content) == 0 && m.needsContent() && !has(m.Extra, "content") {
			k.missing("messages["+strconv.Itoa(i)+"].content", "is missing: a "+string(m.Role)+" message needs content")
		}
		for j := range m.Content {
			if m.Content[j].isOdd() {
				k.part(&m.Content[j], fmt.Sprintf("messages[%d].content[%d]", i, j))
			}
		}
		k.cacheControl(m.CacheControl, "messages[%d]", i)
		if len(m.ToolCalls) > 0 && m.Role == RoleAssistant {
			k.results(r.Messages, i)
		}
	}
}

func (m *Message) needsContent() bool {
	return m.Role == RoleUser || m.Role == RoleSystem || m.Role == RoleDeveloper
}

// isOdd reports whether anything may be wrong with a part. Nearly all are not.
func (p *Part) isOdd() bool {
	return p.Type == "" || p.CacheControl != nil || p.PromptCacheBreakpoint != nil
}

// part checks that a part has its type, and what ends a cacheable prefix with it.
func (k *checker) part(p *Part, path string) {
	if p.Type == "" && !has(p.Extra, "type") && !isBare(p.presence, p.Extra) {
		problem := "is missing"
		if kind := p.payload(); kind != "" {
			problem += `, must be "` + string(kind) + `" for the payload that is set`
		}
		k.missing(path+".type", problem)
	}
	if c := p.CacheControl; c != nil && c.Type == "" && !has(c.Extra, "type") {
		k.missing(path+".cache_control.type", ephemeral)
	}
	if b := p.PromptCacheBreakpoint; b != nil && b.Mode == "" && !has(b.Extra, "mode") {
		k.missing(path+".prompt_cache_breakpoint.mode", explicit)
	}
}

// payload returns the type of the payload that is set.
func (p *Part) payload() PartType {
	switch {
	case p.ImageURL != nil:
		return PartTypeImageURL
	case p.InputAudio != nil:
		return PartTypeInputAudio
	case p.VideoURL != nil:
		return PartTypeVideoURL
	case p.File != nil:
		return PartTypeFile
	case p.Text != "":
		return PartTypeText
	}
	return ""
}

// Problems of discriminators that have one known value.
const (
	ephemeral = `is missing, must be "ephemeral"`
	explicit  = `is missing, must be "explicit"`
)

func (k *checker) cacheControl(c *CacheControl, path string, i int) {
	if c != nil && c.Type == "" && !has(c.Extra, "type") {
		k.missing(fmt.Sprintf(path, i)+".cache_control.type", ephemeral)
	}
}

// caching checks the settings of the prompt cache, and the prediction.
func (k *checker) caching(r *ChatCompletionRequest) {
	if c := r.CacheControl; c != nil && c.Type == "" && !has(c.Extra, "type") {
		k.missing("cache_control.type", ephemeral)
	}
	if o := r.PromptCacheOptions; o != nil && o.Mode == "" && !has(o.Extra, "mode") {
		k.missing("prompt_cache_options.mode", explicit)
	}
	p := r.Prediction
	if p == nil {
		return
	}
	if p.Type == "" && !has(p.Extra, "type") {
		k.missing("prediction.type", `is missing, must be "content"`)
	}
	for i := range p.Content {
		if p.Content[i].isOdd() {
			k.part(&p.Content[i], fmt.Sprintf("prediction.content[%d]", i))
		}
	}
}

// format checks the name of a schema.
func (k *checker) format(r *ChatCompletionRequest) {
	if r.ResponseFormat == nil {
		return
	}
	f, ok := as[JSONSchemaFormat](r.ResponseFormat)
	if !ok {
		return
	}
	name := f.JSONSchema.Name
	if name == "" && !has(f.JSONSchema.Extra, "name") && !has(f.Extra, "json_schema") {
		k.missing("response_format.json_schema.name", "is missing")
	}
	if n, tooLong := exceeds(name, maxName); tooLong {
		k.longer("response_format.json_schema.name", n, maxName, "characters")
	}
}

// results checks the answers to the calls of message i: each call needs one, from a
// tool message behind it. Notes of the program, which some put between the two, do
// not count. A turn whose ids do not tell its calls apart is not checked, nor is one
// that was cut short by the user, or answered in a role that is not known.
func (k *checker) results(messages []Message, i int) {
	calls := messages[i].ToolCalls
	for n := range calls {
		if calls[n].ID == "" || callWith(calls[:n], calls[n].ID) >= 0 {
			return
		}
	}
	wrong := false
	end := i + 1
	for ; end < len(messages) && isResultOrNote(messages[end].Role); end++ {
		m := &messages[end]
		if m.Role != RoleTool {
			continue
		}
		problem := ""
		switch {
		case m.ToolCallID == "":
			wrong = true // found elsewhere, or of another JSON type
			continue
		case callWith(calls, m.ToolCallID) >= 0:
			for before := i + 1; before < end; before++ {
				if messages[before].answers(m.ToolCallID) {
					problem = fmt.Sprintf("names a call that messages[%d] has answered", before)
					break
				}
			}
		case callWith(calls, m.Text()) >= 0:
			problem = "is not the id of a call, but the text is: they are swapped"
		default:
			problem = fmt.Sprintf("is not the id of a call of messages[%d]", i)
		}
		if problem != "" {
			wrong = true
			k.missing(fmt.Sprintf("messages[%d].tool_call_id", end), problem)
		}
	}
	if wrong || end < len(messages) && messages[end].Role != RoleAssistant {
		return
	}
	for n := range calls {
		if !hasResult(messages[i+1:end], calls[n].ID) {
			k.missing(fmt.Sprintf("messages[%d].tool_calls[%d]", i, n), "has no answer: every call needs a tool message with its id")
		}
	}
}

func isResultOrNote(r Role) bool { return r == RoleTool || r == RoleSystem || r == RoleDeveloper }

// answers reports whether a message is the result of a call.
func (m *Message) answers(callID string) bool { return m.Role == RoleTool && m.ToolCallID == callID }

// callWith returns the number of the call with an id, or -1.
func callWith(calls []ToolCall, id string) int {
	for n := range calls {
		if calls[n].ID == id {
			return n
		}
	}
	return -1
}

func hasResult(results []Message, id string) bool {
	for i := range results {
		if results[i].answers(id) {
			return true
		}
	}
	return false
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
		Problem: fmt.Sprintf("has %d characters, must have at most %d", n, maxSessionID),
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
	if _, err := d.Float64(); err != nil && !errors.Is(err, strconv.ErrRange) {
		k.missing(field, `is not a decimal number, such as "1.50"`)
	}
}
