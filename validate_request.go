package openrouter

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxSeed is the largest integer that every reader of JSON has exactly.
	maxSeed = 1<<53 - 1
	// maxSessionID is the founding document's; the service has since doubled it.
	maxSessionID     = 128
	serviceSessionID = 256
	maxStops         = 4
	maxTopLogprobs   = 20
	maxXHandles      = 20
)

// request applies the rules that do not depend on the method; false where there
// is no request.
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
		k.missing("stream", "is in Extra, but the method sets it")
	}
	return true
}

// whole applies the rules for an answer that is not a stream.
func (k *checker) whole(r *ChatCompletionRequest) {
	if r.Stream != nil && *r.Stream {
		k.breaks(Violation{Field: "stream", Problem: "is true, which needs Chat.Stream", Value: true})
	}
	if r.Audio != nil {
		k.missing("audio", "needs Chat.Stream: spoken output comes as a stream only")
	}
	if slices.Contains(r.Modalities, ModalityAudio) {
		k.breaks(Violation{Field: "modalities", Problem: "has audio, which needs Chat.Stream: spoken output comes as a stream only", Value: string(ModalityAudio)})
	}
}

func (k *checker) conversation(r *ChatCompletionRequest) {
	if len(r.Messages) == 0 && r.Prompt == "" && !has(r.Extra, "messages") && !has(r.Extra, "prompt") {
		k.missing("messages", "is empty, and there is no prompt in its place")
	}
	for i := range r.Messages {
		m := &r.Messages[i]
		if m.Role == "" && !has(m.Extra, "role") {
			k.missing("messages["+strconv.Itoa(i)+"].role", "is missing")
		}
		if m.Role == RoleTool && m.ToolCallID == "" && !has(m.Extra, "tool_call_id") {
			k.missing("messages["+strconv.Itoa(i)+"].tool_call_id", "is missing: a tool message names the call that it answers")
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
		Problem: fmt.Sprintf("has %d characters, must have at most %d; today's service takes %d", n, maxSessionID, serviceSessionID),
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
		k.breaks(Violation{Field: "reasoning_effort", Problem: "differs from reasoning.effort, which is set too", Value: string(e)})
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

// prices checks that what travels as text is a number.
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
