package openrouter

import (
	"cmp"
	"slices"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Accumulator combines the chunks of a stream into one answer. The zero value is
// ready to use. It is not safe for concurrent use. Do not copy it after adding a
// chunk. A [Stream] has its own: use [Stream.Response].
//
//   - Texts are appended. Content in lists of parts is appended part by part.
//   - Fragments of tool calls and reasoning details are joined. The results keep
//     the order in which they first appeared. Many servers give all calls the same
//     index, or no id. Then a fragment with a name begins a new call if the
//     arguments of the call before are complete. A reasoning fragment begins a new
//     block if it has another id, or if it follows a signature.
//   - Images and annotations are appended. An image with the index of an earlier
//     image replaces that one. Equal annotations are kept once.
//   - ID, Created, Model, Role, Error and the id and the name of a tool call keep
//     the first value that arrived.
//   - Usage, Debug, the other members and those in Extra keep the last value.
//     Null, empty strings, lists and objects, and a usage without any count do not
//     replace a value.
//   - Two kinds of members in Extra grow: texts of the model, such as
//     reasoning_text or the arguments of function_call, and lists of log
//     probabilities. Padding (obfuscation, p) is left out.
type Accumulator struct {
	head    ChatCompletion // all but the choices
	choices []*choiceMerger
	byIndex map[int]*choiceMerger
	last    *choiceMerger
}

// Add adds a chunk. It does not change the chunk, and later changes to the chunk
// have no effect. A nil chunk adds nothing.
func (a *Accumulator) Add(chunk *ChatCompletionChunk) {
	if chunk == nil {
		return
	}
	h := &a.head
	keepFirst(&h.ID, chunk.ID)
	keepFirst(&h.Created, chunk.Created)
	keepFirst(&h.Model, chunk.Model)
	keepLast(&h.Provider, chunk.Provider)
	keepLast(&h.SystemFingerprint, chunk.SystemFingerprint)
	keepLast(&h.ServiceTier, chunk.ServiceTier)
	keepLast(&h.UserID, chunk.UserID)
	if u := chunk.Usage; u != nil && (h.Usage == nil || u.hasCounts()) {
		h.Usage = cloneUsage(u)
	}
	if chunk.OpenRouterMetadata != nil {
		h.OpenRouterMetadata = cloneRouterMetadata(chunk.OpenRouterMetadata)
	}
	if chunk.Debug != nil {
		h.Debug = cloneDebug(chunk.Debug)
	}
	if h.Error == nil {
		h.Error = cloneErrorObject(chunk.Error)
	}
	mergeExtra(&h.Extra, chunk.Extra, latest)
	for i := range chunk.Choices {
		c := &chunk.Choices[i]
		a.choice(c.Index).add(c, chunk.Error != nil)
	}
}

// addAgain is Add for a chunk that has one choice and differs from the chunk before
// only in texts, each of which is empty in both or in neither.
func (a *Accumulator) addAgain(chunk *ChatCompletionChunk) {
	a.last.addAgain(&chunk.Choices[0])
}

// choice returns the choice with this index. It adds one if there is none.
func (a *Accumulator) choice(index int) *choiceMerger {
	if a.last != nil && a.last.index == index {
		return a.last
	}
	m := a.byIndex[index]
	if m == nil {
		m = &choiceMerger{index: index}
		a.choices = append(a.choices, m)
		if a.byIndex == nil {
			a.byIndex = make(map[int]*choiceMerger, 1)
		}
		a.byIndex[index] = m
	}
	a.last = m
	return m
}

// Response returns the answer that the chunks so far add up to. It is never nil,
// and later chunks do not change it. The choices are ordered by their index.
//
// Members that no chunk had stay empty, ids of tool calls included. Use
// [ChatCompletion.Message] for a message with such defects corrected. There are
// three exceptions:
//
//   - A message without a role gets the role assistant.
//   - A tool call without a type gets the type function.
//   - The finish reason is the first that arrived. It is error instead if an error
//     was reported. It is tool_calls instead if tool_calls also arrived and there
//     are tool calls.
//
// Content is nil if every chunk left it out or had null. If the chunks had strings,
// it is one text part, which may be empty. If they had lists of parts, it is several
// parts.
func (a *Accumulator) Response() *ChatCompletion {
	res := a.head
	res.Object = "chat.completion"
	res.Usage = cloneUsage(res.Usage)
	res.OpenRouterMetadata = cloneRouterMetadata(res.OpenRouterMetadata)
	res.Debug = cloneDebug(res.Debug)
	res.Error = cloneErrorObject(res.Error)
	res.Extra = cloneExtra(res.Extra)
	giveWay(&res.presence, &chatCompletionMembers, res.Extra)
	if len(a.choices) == 0 {
		return &res
	}
	res.Choices = make([]Choice, len(a.choices))
	for i, m := range a.choices {
		res.Choices[i] = m.choice(a.head.Error != nil)
	}
	slices.SortFunc(res.Choices, func(x, y Choice) int { return cmp.Compare(x.Index, y.Index) })
	return &res
}

// isTooLarge reports whether the answer has more elements than one may have.
func (a *Accumulator) isTooLarge() bool {
	return len(a.choices) > maxElements || slices.ContainsFunc(a.choices, func(m *choiceMerger) bool {
		return len(m.calls.list) > maxElements || len(m.details.list) > maxElements
	})
}

// finished reports whether every choice has its finish reason.
func (a *Accumulator) finished() bool {
	for _, m := range a.choices {
		if m.finish.first.reason == "" {
			return false
		}
	}
	return len(a.choices) > 0
}

// hasFinish reports whether any choice has its finish reason.
func (a *Accumulator) hasFinish() bool {
	return slices.ContainsFunc(a.choices, func(m *choiceMerger) bool { return m.finish.first.reason != "" })
}

// mayHaveFailed reports whether a finish reason says failure, at first sight.
func (a *Accumulator) mayHaveFailed() bool {
	return slices.ContainsFunc(a.choices, func(m *choiceMerger) bool {
		return saysFailure(m.finish.first.reason) || m.finish.failed.reason != "" || saysFailure(FinishReason(m.finish.native))
	})
}

// keepFirst and keepLast set a field to the value in a chunk, unless that is zero.
// They compare first because nearly every chunk has the same value as the one
// before, and a comparison is cheaper than a write.

func keepFirst[T comparable](dst *T, v T) {
	var none T
	if *dst == none {
		*dst = v
	}
}

func keepLast[T comparable](dst *T, v T) {
	var none T
	if v != none && v != *dst {
		*dst = v
	}
}

// choiceMerger collects one choice.
type choiceMerger struct {
	index int
	role  Role

	content          contentMerger
	reasoning        textMerger
	reasoningContent textMerger
	refusal          textMerger
	prompted         textMerger // the answer to a prompt
	hasContent       bool       // content was a string, perhaps an empty one

	calls       callsMerger
	details     detailsMerger
	images      imagesMerger
	annotations annotationsMerger
	audio       *audioMerger
	logprobs    *Logprobs
	prompt      *promptMerger // reasoning beside the answer to a prompt

	finish finish
	err    *ErrorObject

	extra        map[string]any
	messageExtra map[string]any
}

// add adds a fragment of the choice. failed is true if the chunk reports an error.
func (m *choiceMerger) add(c *ChunkChoice, failed bool) {
	d := &c.Delta
	if m.role == "" {
		m.role = d.Role
	}
	m.hasContent = m.hasContent || d.Content != "" || d.presence.Form(deltaContent) == wire.Zero
	content := d.Content
	if d.Extra != nil && m.addDeltaExtra(d.Extra) {
		content = ""
	}
	if c.Extra != nil {
		m.addChoiceExtra(c.Extra)
	}
	m.addTexts(c, content)
	m.calls.addAll(d.ToolCalls)
	m.details.add(d.ReasoningDetails)
	for i := range d.Images {
		m.images.add(&d.Images[i])
	}
	for i := range d.Annotations {
		m.annotations.add(&d.Annotations[i])
	}
	if d.Audio != nil {
		if m.audio == nil {
			m.audio = &audioMerger{}
		}
		m.audio.add(d.Audio)
	}
	if c.Logprobs != nil {
		m.logprobs = addLogprobs(m.logprobs, c.Logprobs)
	}
	if m.err == nil {
		m.err = cloneErrorObject(c.Error)
	}
	m.finish.add(c.FinishReason, c.NativeFinishReason, failed || c.Error != nil)
}

// addTexts adds the texts of a fragment, most of which are empty: looking is cheaper
// than a call.
func (m *choiceMerger) addTexts(c *ChunkChoice, content string) {
	d := &c.Delta
	if content != "" {
		if m.content.odd != nil {
			m.content.addString()
		}
		m.content.text.add(content)
	}
	if d.Reasoning != "" {
		m.reasoning.add(d.Reasoning)
	}
	if d.ReasoningContent != "" {
		m.reasoningContent.add(d.ReasoningContent)
	}
	if d.Refusal != "" {
		m.refusal.add(d.Refusal)
	}
	if c.Text != "" {
		m.prompted.add(c.Text)
	}
}

// addAgain adds a fragment that differs from the one before only in texts, each of
// which is empty in both or in neither.
func (m *choiceMerger) addAgain(c *ChunkChoice) {
	m.addTexts(c, c.Delta.Content)
	if calls := c.Delta.ToolCalls; len(calls) > 0 {
		m.calls.addAgain(&calls[0])
	}
	if details := c.Delta.ReasoningDetails; len(details) > 0 {
		m.details.addAgain(&details[0])
	}
}

// choice returns the choice as it is so far. failed is true if an error was
// reported for the whole answer, perhaps in a chunk without choices.
func (m *choiceMerger) choice(failed bool) Choice {
	c := Choice{
		Index:    m.index,
		Message:  m.message(),
		Text:     m.prompted.String(),
		Logprobs: wholeLogprobs(m.logprobs),
		Error:    cloneErrorObject(m.err),
		Extra:    wholeExtra(m.extra),
	}
	if m.prompt != nil {
		c.Reasoning, c.ReasoningDetails = m.prompt.reasoning.String(), m.prompt.details.reasoningDetails()
	}
	c.FinishReason, c.NativeFinishReason = m.finish.resolve(len(m.calls.list) > 0, failed)
	if _, odd := m.messageExtra["role"]; c.Message.Role == "" && !odd && !c.isPrompted() {
		c.Message.Role = RoleAssistant
	}
	giveWay(&c.presence, &choiceMembers, c.Extra)
	return c
}

func (m *choiceMerger) message() Message {
	msg := Message{
		Role:             m.role,
		ToolCalls:        m.calls.toolCalls(),
		Refusal:          m.refusal.String(),
		Reasoning:        m.reasoning.String(),
		ReasoningContent: m.reasoningContent.String(),
		ReasoningDetails: m.details.reasoningDetails(),
		Annotations:      cloneAll(m.annotations.list, Annotation.clone),
		Images:           cloneAll(m.images.list, Image.clone),
		Audio:            m.audio.whole(),
		Extra:            wholeExtra(m.messageExtra),
	}
	m.content.setIn(&msg, m.hasContent)
	m.calls.setLone(&msg)
	giveWay(&msg.presence, &messageMembers, msg.Extra)
	return msg
}

// finish collects the finish reasons of a choice. Several chunks may have one, and
// they may differ.
type finish struct {
	first, calls, failed ending
	native               string // the first native reason of any chunk
}

// ending is a finish reason and the provider's own name for it.
type ending struct {
	reason FinishReason
	native string
}

func (f *finish) add(reason FinishReason, native string, failed bool) {
	if f.native == "" {
		f.native = native
	}
	if failed || reason == FinishReasonError {
		f.failed.add(FinishReasonError, native)
	}
	switch reason {
	case "":
		return
	case FinishReasonToolCalls:
		f.calls.add(reason, native)
	}
	f.first.add(reason, native)
}

func (e *ending) add(reason FinishReason, native string) {
	if e.reason == "" {
		e.reason = reason
	}
	if e.reason == reason && e.native == "" {
		e.native = native
	}
}

// resolve returns the finish reason and the native reason that came with it.
func (f *finish) resolve(hasCalls, failed bool) (FinishReason, string) {
	e := f.first
	switch {
	case failed || f.failed.reason != "":
		e = ending{FinishReasonError, f.failed.native}
	case hasCalls && f.calls.reason != "":
		e = f.calls
	}
	if e.native == "" {
		e.native = f.native
	}
	return e.reason, e.native
}

// The functions below copy values that a chunk carries whole, when they are added
// and when they are returned.

func cloneUsage(u *Usage) *Usage {
	if u == nil {
		return nil
	}
	c := *u
	c.PromptTokensDetails = cloneObject(c.PromptTokensDetails, func(d *PromptTokensDetails) *map[string]any { return &d.Extra })
	c.CompletionTokensDetails = cloneObject(c.CompletionTokensDetails, func(d *CompletionTokensDetails) *map[string]any { return &d.Extra })
	c.CostDetails = cloneObject(c.CostDetails, func(d *CostDetails) *map[string]any { return &d.Extra })
	serverToolUse := func(d *ServerToolUse) *map[string]any { return &d.Extra }
	c.ServerToolUseDetails = cloneObject(c.ServerToolUseDetails, serverToolUse)
	c.ServerToolUse = cloneObject(c.ServerToolUse, serverToolUse)
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneErrorObject(e *ErrorObject) *ErrorObject {
	if e == nil {
		return nil
	}
	c := *e
	c.Metadata = slices.Clone(c.Metadata)
	c.Availability = cloneAvailability(c.Availability)
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneAvailability(a *Availability) *Availability {
	if a == nil {
		return nil
	}
	c := *a
	c.RequestedModels = slices.Clone(c.RequestedModels)
	c.AffectedProviders = slices.Clone(c.AffectedProviders)
	c.ExcludedBy = slices.Clone(c.ExcludedBy)
	c.FallbackModels = slices.Clone(c.FallbackModels)
	c.Constraint = cloneObject(c.Constraint, func(d *AvailabilityConstraint) *map[string]any { return &d.Extra })
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneDebug(d *Debug) *Debug {
	if d == nil {
		return nil
	}
	c := *d
	c.EchoUpstreamBody = slices.Clone(c.EchoUpstreamBody)
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneRouterMetadata(m *RouterMetadata) *RouterMetadata {
	if m == nil {
		return nil
	}
	c := *m
	c.Endpoints.Available = cloneAll(c.Endpoints.Available, func(e RouterEndpoint) RouterEndpoint {
		e.Extra = cloneExtra(e.Extra)
		return e
	})
	c.Endpoints.Extra = cloneExtra(c.Endpoints.Extra)
	c.Params = cloneObject(c.Params, func(p *RouterParams) *map[string]any { return &p.Extra })
	c.Attempts = cloneAll(c.Attempts, func(a RouterAttempt) RouterAttempt {
		a.Extra = cloneExtra(a.Extra)
		return a
	})
	c.Pipeline = cloneAll(c.Pipeline, func(s PipelineStage) PipelineStage {
		s.Data = slices.Clone(s.Data)
		s.Extra = cloneExtra(s.Extra)
		return s
	})
	c.Extra = cloneExtra(c.Extra)
	return &c
}
