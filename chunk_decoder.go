package openrouter

import (
	"bytes"
	"unsafe"

	"github.com/openrouter-go/openrouter/internal/memo"
	"github.com/openrouter-go/openrouter/internal/wire"
)

// chunkDecoder decodes the chunks of one stream. What it returns is what
// UnmarshalJSON would have made of the same bytes: it only spares the work that
// was done before. Chunks share no memory that anybody could write to.
type chunkDecoder struct {
	reader wire.Reader
	pool   wire.Pool
	holes  []wire.Hole
	spans  []memo.Span

	skeleton memo.Skeleton
	pattern  *ChatCompletionChunk // the chunk the skeleton was learned from
	fields   []textField          // of each hole
	misses   int                  // in a row

	// again is whether the last chunk differs from the one before in these fields
	// only, each of which is empty in both or in neither.
	again bool
	alike bool // the last chunk is like the pattern

	// scratch is set where a chunk is only needed until the next one: it is that
	// chunk, or the pattern is.
	scratch *plainChunk

	// alone is whether the chunk shares no memory with its neighbors, since each
	// of them would keep all that it holds.
	alone bool

	calls   lists[ToolCall]
	details lists[ReasoningDetail]

	plain slab[plainChunk]
	call  slab[callChunk]
	think slab[thinkChunk]
}

// decode returns the chunk that data is.
func (d *chunkDecoder) decode(data []byte) (*ChatCompletionChunk, error) {
	d.alone = len(data) > maxSlab
	if memo.Enabled {
		if chunk := d.recall(data); chunk != nil {
			d.again, d.alike = d.alike, true
			return chunk, nil
		}
		d.again, d.alike = false, false
	}
	d.holes = d.holes[:0]
	d.reader = wire.NewPoolReader(data, &d.pool, &d.holes)
	d.reader.Owner = d
	d.calls.taken, d.details.taken = false, false
	room := d.scratch
	if room != nil {
		*room = plainChunk{}
	} else {
		room = d.plain.next(d.alone)
	}
	chunk := &room.chunk
	chunk.Choices = room.choice[:0]
	if err := decoded(&d.reader, chunk.readJSON(&d.reader), data, "ChatCompletionChunk"); err != nil {
		return nil, err
	}
	if chunk.presence.Form(chatCompletionChunkChoices) == wire.Absent {
		chunk.Choices = nil
	}
	if memo.Enabled && !d.alone {
		d.learn(data, chunk)
	}
	return chunk, nil
}

// firstToolCall returns a list of one.
func firstToolCall(r *wire.Reader) []ToolCall {
	if d, ok := r.Owner.(*chunkDecoder); ok {
		return d.calls.one(d)
	}
	return make([]ToolCall, 1)
}

// firstReasoningDetail returns a list of one.
func firstReasoningDetail(r *wire.Reader) []ReasoningDetail {
	if d, ok := r.Owner.(*chunkDecoder); ok {
		return d.details.one(d)
	}
	return make([]ReasoningDetail, 1)
}

// lists makes the lists of chunks, most of which have one element.
type lists[T any] struct {
	slab    slab[[1]T]
	scratch *[1]T
	taken   bool // scratch is, by this chunk
}

// one returns a list of one.
func (l *lists[T]) one(d *chunkDecoder) []T {
	if d.scratch == nil || l.taken {
		return l.slab.next(d.alone)[:]
	}
	if l.taken = true; l.scratch == nil {
		l.scratch = new([1]T)
	}
	*l.scratch = [1]T{}
	return l.scratch[:]
}

// A textField is a text of a chunk with one choice, and at most one tool call
// and one reasoning detail.
type textField uint8

const (
	noField textField = iota
	contentField
	reasoningField
	reasoningContentField
	refusalField
	argumentsField
	detailTextField
	detailSummaryField
	detailDataField
	promptedField
)

// in returns the field of a chunk.
func (f textField) in(c *ChunkChoice) *string {
	switch f {
	case contentField:
		return &c.Delta.Content
	case reasoningField:
		return &c.Delta.Reasoning
	case reasoningContentField:
		return &c.Delta.ReasoningContent
	case refusalField:
		return &c.Delta.Refusal
	case promptedField:
		return &c.Text
	case argumentsField:
		return &c.Delta.ToolCalls[0].Function.Arguments
	case detailTextField:
		return &c.Delta.ReasoningDetails[0].Text
	case detailSummaryField:
		return &c.Delta.ReasoningDetails[0].Summary
	case detailDataField:
		return &c.Delta.ReasoningDetails[0].Data
	}
	return nil
}

// fieldOf finds the field that dst points to; noField if it is none of them.
func fieldOf(c *ChunkChoice, dst *string) textField {
	last := refusalField
	for f := contentField; f <= last; f++ {
		if f.in(c) == dst {
			return f
		}
	}
	switch {
	case dst == &c.Text:
		return promptedField
	case len(c.Delta.ToolCalls) == 1 && dst == argumentsField.in(c):
		return argumentsField
	}
	if len(c.Delta.ReasoningDetails) == 1 {
		for f := detailTextField; f <= detailDataField; f++ {
			if f.in(c) == dst {
				return f
			}
		}
	}
	return noField
}

// maxMisses is how many chunks in a row are learned without use before learning
// is put off.
const maxMisses = 4

// learn remembers a chunk, if it is of a shape that can be copied. The first of a
// stream is waited for, and seldom like the next.
func (d *chunkDecoder) learn(data []byte, chunk *ChatCompletionChunk) {
	if d.misses++; d.misses == 1 && d.pattern == nil || d.misses > maxMisses && d.misses%16 != 0 {
		return
	}
	d.skeleton.Forget()
	if len(d.holes) == 0 || !isCopyable(chunk) {
		return
	}
	c := &chunk.Choices[0]
	d.fields, d.spans = d.fields[:0], d.spans[:0]
	end := 0
	for _, hole := range d.holes {
		f := fieldOf(c, hole.Dst)
		if f == noField || hole.Start < end {
			continue // stays part of what must not change
		}
		for _, g := range d.fields {
			if f == g {
				return // the member comes twice
			}
		}
		d.fields = append(d.fields, f)
		d.spans = append(d.spans, memo.Span{Start: hole.Start, End: hole.End})
		end = hole.End
	}
	if len(d.spans) == 0 {
		return
	}
	d.skeleton.Learn(data, d.spans)
	d.pattern, d.alike = d.copyChunk(chunk), true
}

// isCopyable reports whether copyChunk can copy the chunk: one choice, at most one
// tool call or one reasoning detail, and nothing else that is not in the structs
// themselves.
func isCopyable(chunk *ChatCompletionChunk) bool {
	if len(chunk.Choices) != 1 || chunk.Usage != nil || chunk.OpenRouterMetadata != nil || chunk.Error != nil || chunk.Debug != nil || chunk.Extra != nil {
		return false
	}
	c := &chunk.Choices[0]
	d := &c.Delta
	if c.Logprobs != nil || c.Error != nil || c.Extra != nil || d.Images != nil || d.Audio != nil || d.Annotations != nil || d.Extra != nil {
		return false
	}
	if len(d.ToolCalls) > 1 || len(d.ReasoningDetails) > 1 || len(d.ToolCalls)+len(d.ReasoningDetails) > 1 {
		return false
	}
	for i := range d.ToolCalls {
		if call := &d.ToolCalls[i]; call.Extra != nil || call.Function.Extra != nil {
			return false
		}
	}
	for i := range d.ReasoningDetails {
		if d.ReasoningDetails[i].Extra != nil {
			return false
		}
	}
	return true
}

// recall returns the chunk if its bytes are those of the pattern but for the
// texts, else nil.
func (d *chunkDecoder) recall(data []byte) *ChatCompletionChunk {
	var ok bool
	if d.spans, ok = d.skeleton.Match(data, d.spans[:0]); !ok {
		return nil
	}
	chunk := d.pattern
	if d.scratch == nil {
		chunk = d.copyChunk(chunk)
	}
	c := &chunk.Choices[0]
	var last []byte
	var text string
	for i, span := range d.spans {
		// Reasoning comes twice in a chunk.
		if value := data[span.Start:span.End]; !bytes.Equal(value, last) {
			var ok bool
			if text, ok = d.pool.TextAt(data, span.Start, span.End, span.Plain); !ok {
				return nil
			}
			last = value
		}
		*d.fields[i].in(c) = text
	}
	d.misses = 0
	return chunk
}

// A chunk and all that it points to lie together.

type plainChunk struct {
	chunk  ChatCompletionChunk
	choice [1]ChunkChoice
}

type callChunk struct {
	plainChunk
	call  [1]ToolCall
	index int
}

type thinkChunk struct {
	plainChunk
	detail [1]ReasoningDetail
	index  int
}

// copyChunk returns a copy of a chunk of which isCopyable is true.
func (d *chunkDecoder) copyChunk(src *ChatCompletionChunk) *ChatCompletionChunk {
	delta := &src.Choices[0].Delta
	switch {
	case len(delta.ToolCalls) == 1:
		dst := d.call.next(d.alone)
		dst.set(src)
		dst.call[0] = delta.ToolCalls[0]
		dst.call[0].Index = copyInt(delta.ToolCalls[0].Index, &dst.index)
		dst.choice[0].Delta.ToolCalls = dst.call[:]
		return &dst.chunk
	case len(delta.ReasoningDetails) == 1:
		dst := d.think.next(d.alone)
		dst.set(src)
		dst.detail[0] = delta.ReasoningDetails[0]
		dst.detail[0].Index = copyInt(delta.ReasoningDetails[0].Index, &dst.index)
		dst.choice[0].Delta.ReasoningDetails = dst.detail[:]
		return &dst.chunk
	}
	dst := d.plain.next(d.alone)
	dst.set(src)
	return &dst.chunk
}

func (p *plainChunk) set(src *ChatCompletionChunk) {
	p.chunk = *src
	p.choice[0] = src.Choices[0]
	p.chunk.Choices = p.choice[:]
}

func copyInt(src *int, room *int) *int {
	if src == nil {
		return nil
	}
	*room = *src
	return room
}

// maxSlab is the size of the largest piece of memory that chunks share, and of
// the largest event whose chunk is among them.
const maxSlab = 2 << 10

// slab allocates values: at first one by one, since many streams are short, or
// many open at once, then several together.
type slab[T any] struct {
	free  []T
	taken int
}

func (s *slab[T]) next(alone bool) *T {
	if alone {
		return new(T)
	}
	if len(s.free) == 0 {
		const header = 8 // the runtime's, in what has pointers
		size := max(1, (maxSlab-header)/int(unsafe.Sizeof(*new(T))))
		s.free = make([]T, min(1+s.taken/16, size))
		s.taken += len(s.free)
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}
