package openrouter

import (
	"bytes"
	"unsafe"

	"github.com/openrouter-go/openrouter/internal/memo"
	"github.com/openrouter-go/openrouter/internal/wire"
)

// chunkDecoder decodes the chunks of one stream. It returns what UnmarshalJSON
// would return for the same bytes, but reuses the work done for earlier chunks.
// Chunks share no memory that a caller can write to.
type chunkDecoder struct {
	reader wire.Reader
	pool   wire.Pool
	holes  []wire.Hole
	spans  []memo.Span

	skeleton memo.Skeleton
	pattern  *ChatCompletionChunk // the chunk the skeleton was learned from
	fields   []textField          // the field of each hole
	misses   int                  // in a row

	// again is true if the last chunk differs from the one before only in these
	// fields, and each of them is empty in both or in neither.
	again bool
	alike bool // the last chunk is like the pattern

	// scratch is set if a chunk is needed only until the next one. The chunk is
	// then scratch or the pattern.
	scratch *plainChunk

	// alone is true if the chunk must not share memory with its neighbors, because
	// it is large and each of them would pin it.
	alone bool

	calls   lists[ToolCall]
	details lists[ReasoningDetail]

	plain slab[plainChunk]
	call  slab[callChunk]
	think slab[thinkChunk]
}

// decode decodes one chunk.
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

// firstToolCall returns a list with one zero element.
func firstToolCall(r *wire.Reader) []ToolCall {
	if d, ok := r.Owner.(*chunkDecoder); ok {
		return d.calls.one(d)
	}
	return make([]ToolCall, 1)
}

// firstReasoningDetail returns a list with one zero element.
func firstReasoningDetail(r *wire.Reader) []ReasoningDetail {
	if d, ok := r.Owner.(*chunkDecoder); ok {
		return d.details.one(d)
	}
	return make([]ReasoningDetail, 1)
}

// lists makes the lists in chunks. Most of them have one element.
type lists[T any] struct {
	slab    slab[[1]T]
	scratch *[1]T
	taken   bool // this chunk uses scratch
}

// one returns a list with one zero element.
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

// textField names a text in a chunk that has one choice, and at most one tool
// call and one reasoning detail.
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

// in returns a pointer to the field in a choice.
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

// fieldOf returns the field that dst points to, or noField.
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

// maxMisses is the number of chunks that may be learned in a row without being
// used. After that, only every 16th is learned.
const maxMisses = 4

// learn remembers a chunk as the pattern, if it can be copied. It skips the first
// chunk of a stream: that one is seldom like the next, and the caller waits for it.
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
			continue // this text stays part of what must not change
		}
		for _, g := range d.fields {
			if f == g {
				return // the member occurs twice
			}
		}
		if text, ok := d.pool.TextAt(data, hole.Start, hole.End, false); !ok || text != *f.in(c) {
			return // it occurs once more, as another JSON type
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

// isCopyable reports whether copyChunk can copy the chunk. The chunk must have one
// choice and at most one tool call or one reasoning detail, and no other maps,
// lists or pointers.
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

// recall returns the chunk if its bytes differ from the pattern only in the texts,
// else nil.
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
		// Many chunks contain the same reasoning text twice.
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

// These structs hold a chunk together with everything it points to.

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

// copyChunk returns a copy of a chunk for which isCopyable is true.
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

// maxSlab is the size of the largest block of memory that chunks share, and of the
// largest event whose chunk may be in such a block.
const maxSlab = 2 << 10

// slab allocates values, first one by one and later several together. Short
// streams, of which many may be open at once, thus use little memory.
type slab[T any] struct {
	free  []T
	taken int
}

func (s *slab[T]) next(alone bool) *T {
	if alone {
		return new(T)
	}
	if len(s.free) == 0 {
		const header = 8 // the runtime adds it to objects with pointers
		size := max(1, (maxSlab-header)/int(unsafe.Sizeof(*new(T))))
		s.free = make([]T, min(1+s.taken/16, size))
		s.taken += len(s.free)
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}
