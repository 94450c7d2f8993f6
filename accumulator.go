package openrouter

import (
	"cmp"
	"slices"
)

// Accumulator puts the chunks of a stream together. The zero value is ready to
// use. It is not safe for concurrent use, and must not be copied once a chunk
// was added. A [Stream] has one of its own: see [Stream.Response].
//
// Text of every kind is appended. Fragments of tool calls and of reasoning
// details become whole ones, in the order in which they first appeared. Images
// and annotations are appended; an image with the index of an earlier one takes
// its place. Of what comes more than once, ID, Created, Model, Role, Error and
// the name of a function keep the first value; Usage, Debug, the other members
// and everything in Extra keep the last one. Null, and an empty string, never
// replace a value.
type Accumulator struct {
	head    ChatCompletion // all but the choices
	choices []*choiceMerger
	byIndex map[int]*choiceMerger
	last    *choiceMerger
}

// Add takes a chunk in. The chunk is copied where needed: it is not changed,
// and changing it later has no effect. Nil adds nothing.
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
	if chunk.Usage != nil {
		h.Usage = cloneUsage(chunk.Usage)
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
	mergeExtra(&h.Extra, chunk.Extra)
	for i := range chunk.Choices {
		c := &chunk.Choices[i]
		a.choice(c.Index).add(c, chunk.Error != nil)
	}
}

// addAgain is Add for a chunk with one choice that differs from the chunk before
// in texts only, each of which is empty in both or in neither.
func (a *Accumulator) addAgain(chunk *ChatCompletionChunk) {
	a.last.addAgain(&chunk.Choices[0])
}

// choice returns the choice with that index, or starts it.
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

// Response returns what the chunks so far add up to, in the shape of an answer
// that came whole. It is never nil; neither later chunks nor later calls of
// Response change it. The choices are ordered by their index.
//
// What no chunk said stays empty, ids of tool calls included, and blemishes
// stay too: [ChatCompletion.Message] mends them. There are three exceptions.
// A message without a role is the assistant's, a tool call without a type is a
// function, and the finish reason is the first one given, unless a later one
// was tool_calls and there are calls, or an error was reported, which makes it
// error. Content is nil where every chunk left it out or had null, and one text
// part, possibly empty, where one had a string.
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

// keepFirst and keepLast set a field to what a chunk says, if it says anything.
// Nearly every chunk repeats what is there: looking is cheaper than writing.

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
