package structured

import (
	"context"
	"iter"
	"reflect"
	"runtime"

	"github.com/openrouter-go/openrouter"
)

// StreamOf is a T that arrives in pieces. Read it in one goroutine, with [StreamOf.Partials] or
// [StreamOf.Value], to its end, or close it. Any goroutine may call [StreamOf.Close].
type StreamOf[T any] struct {
	stream *openrouter.Stream
	watch  openrouter.Observation
	output Output[T]
	isDone bool // the fields below are set
	value  T
	answer *openrouter.ChatCompletion
	err    error
}

// Stream asks for a T and returns when the first part of the answer has arrived. The request and the
// errors are those of [Output.Create], and of [openrouter.ChatService.Stream]. Nothing is repaired:
// what was shown cannot be taken back.
func (o Output[T]) Stream(ctx context.Context, client *openrouter.Client, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) (*StreamOf[T], error) {
	if client == nil {
		_, err := o.request(client, req)
		return nil, err
	}
	ctx, watch := o.observe(ctx, client, outputOperation, true, req, opts)
	err := errPanicked
	defer func() {
		if err != nil {
			tell(watch, nil, err)
		}
	}()
	stream, err := o.stream(ctx, client, req, opts)
	if err != nil {
		return nil, err
	}
	s := &StreamOf[T]{stream: stream, watch: watch, output: o}
	runtime.AddCleanup(s, tellLeft, watch) // a stream that is forgotten
	return s, nil
}

func (o Output[T]) stream(ctx context.Context, client *openrouter.Client, req *openrouter.ChatCompletionRequest, opts []openrouter.Option) (*openrouter.Stream, error) {
	request, err := o.request(client, req)
	if err != nil {
		return nil, err
	}
	return client.Chat.Stream(ctx, request, opts...)
}

const (
	// everyChunk is the size up to which each chunk is decoded.
	everyChunk = 4 << 10
	// growth is the part by which a larger text must have grown: 1/growth.
	growth = 8
)

// Partials returns an iterator over the value while it grows. Each value is the beginning of the final
// one. Do not modify it, because the next value may share its complete parts.
//
//   - A string is the beginning of the final string, up to a whole character. A string that has an
//     enum, a format or a pattern, or whose Go type reads it, appears when it is whole.
//   - A number, true, false and a name appear when they are whole, and so does a value whose type has
//     an UnmarshalJSON.
//   - A list has the first elements of the final list, and the last one may be a prefix.
//   - Members that have not arrived are zero.
//
// The last value is the final one. If the stream fails, or the answer is not a T, the last pair is a
// zero T and the error. Nothing but the final value is checked against bounds and Validate, and there
// is no partial where the JSON does not fit the type.
//
// The text is decoded at every chunk up to 4 KiB, and then whenever it has grown by an eighth, so
// that the cost is linear in its length. Leaving the loop closes the stream.
func (s *StreamOf[T]) Partials() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		defer func() {
			if !s.isDone {
				tellLeft(s.watch)
			}
		}()
		text := growing[T]{typ: s.typ(), isWrapped: s.isWrapped()}
		last := 0 // the size of the text that was decoded last
		for piece, err := range s.stream.Texts() {
			if err != nil {
				s.finish(nil, err)
				yield(zero, err)
				return
			}
			text.text = append(text.text, piece...)
			if n := len(text.text); n > everyChunk && n < last+last/growth {
				continue
			}
			last = len(text.text)
			text.scan()
			if v, ok := text.value(); ok && !yield(v, nil) {
				return
			}
		}
		s.finish(s.stream.Response(), nil)
		yield(s.value, s.err)
	}
}

// typ is the type of the whole JSON.
func (s *StreamOf[T]) typ() reflect.Type {
	if s.isWrapped() {
		return reflect.TypeFor[wrapped[T]]()
	}
	return reflect.TypeFor[T]()
}

func (s *StreamOf[T]) isWrapped() bool {
	out, err := s.output.output()
	return err == nil && out.Wrapped
}

// finish reads the final value from the answer.
func (s *StreamOf[T]) finish(answer *openrouter.ChatCompletion, err error) {
	if s.isDone {
		return
	}
	s.isDone = true
	defer func() { tell(s.watch, s.answer, s.err) }()
	if err != nil {
		s.err = err
		return
	}
	value, bad := s.output.read(answer)
	if bad != nil {
		s.err = bad
		return
	}
	s.value, s.answer = value, answer
}

// tellLeft ends the operation of a stream that nobody reads to its end.
func tellLeft(watch openrouter.Observation) { tell(watch, nil, openrouter.ErrStreamClosed) }

// Value returns the final value with the whole answer, as [Output.Create] does, after the loop over
// Partials or without one: then it reads the stream to its end. If the loop was left, the error is
// an [*openrouter.StreamError] that wraps [openrouter.ErrStreamClosed].
func (s *StreamOf[T]) Value() (T, *openrouter.ChatCompletion, error) {
	if !s.isDone {
		s.finish(s.stream.Collect())
	}
	return s.value, s.answer, s.err
}

// Close ends the stream at once; see [openrouter.Stream.Close].
func (s *StreamOf[T]) Close() error {
	err := s.stream.Close()
	tellLeft(s.watch) // unless it has ended
	return err
}
