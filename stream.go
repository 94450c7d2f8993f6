package openrouter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/openrouter-go/openrouter/internal/sse"
	"github.com/openrouter-go/openrouter/internal/wire"
)

// Stream is an answer that arrives in chunks. Read it with [Stream.Chunks] or
// [Stream.Collect], in one goroutine; [Stream.Close] may be called from any.
// It ends in one of these ways, and only the first is a success:
//
//   - complete: the loop ends without an error;
//   - reported: an [*APIError], where the service said what went wrong;
//   - cut: a [*StreamError] around [ErrStreamTruncated], or around the error
//     of the connection, or a [*DecodeError];
//   - silent: a [*StreamError] around [ErrStreamIdle] or [ErrContentTimeout];
//   - cancelled: a [*StreamError] around the context's error;
//   - closed: a [*StreamError] around [ErrStreamClosed].
//
// Each error carries what had arrived.
type Stream struct {
	conn   *connection
	events *sse.Reader
	cfg    func() *config // out of the reach of any formatting, as in Client
	call   *CallInfo

	decoder chunkDecoder
	acc     Accumulator
	whole   *ChatCompletion      // an answer that came in one piece
	next    *ChatCompletionChunk // decoded, not yet yielded
	began   bool                 // a choice has arrived
	ended   bool                 // there is nothing more to read
	end     error                // how it ended; io.EOF is complete
	taken   atomic.Bool          // by Chunks or Collect
	closed  atomic.Bool          // by Close
}

// ReadStream reads a recorded or relayed event stream. If r is an io.Closer,
// it is closed with the stream. There is no first event to wait for: all that
// is wrong is reported while reading.
func ReadStream(r io.Reader) *Stream {
	ctx, cancel := context.WithCancelCause(context.Background())
	body, ok := r.(io.ReadCloser)
	if !ok {
		body = io.NopCloser(r)
	}
	return newStream(&config{maxEvent: defaultMaxSize}, newConnection(ctx, cancel, body), &CallInfo{})
}

func newStream(cfg *config, conn *connection, call *CallInfo) *Stream {
	s := &Stream{conn: conn, cfg: func() *config { return cfg }, call: call, events: sse.NewReader(conn)}
	s.events.OnComment = cfg.onComment
	s.events.MaxEvent = int(min(cfg.maxEvent, math.MaxInt))
	// A stream that was forgotten gives its connection back with its memory.
	runtime.AddCleanup(s, (*connection).abandon, conn)
	return s
}

// Chunks returns the chunks as they arrive. Each is the caller's to keep and to
// change; one that is kept keeps a few of its neighbors in memory, some KiB in
// all, and no large ones. Leaving the loop, in whatever way, closes the stream.
// An error comes once, last, and without a chunk. A second call, or one after
// [Stream.Collect], yields [ErrStreamClosed].
func (s *Stream) Chunks() iter.Seq2[*ChatCompletionChunk, error] {
	return func(yield func(*ChatCompletionChunk, error) bool) {
		if s.taken.Swap(true) {
			yield(nil, &StreamError{Partial: s.Response(), Err: ErrStreamClosed})
			return
		}
		defer s.Close()
		for {
			chunk, err := s.advance()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(chunk, nil) {
				return
			}
		}
	}
}

// Collect reads to the end, from wherever the stream stands, and returns the
// whole answer. It closes the stream. It makes no chunks that nobody looks at:
// that is a third of the work of a loop over [Stream.Chunks].
func (s *Stream) Collect() (*ChatCompletion, error) {
	s.taken.Store(true)
	defer s.Close()
	s.decoder.scratch = new(plainChunk) // nobody sees the chunks
	for {
		switch _, err := s.advance(); {
		case err == io.EOF:
			return s.Response(), nil
		case err != nil:
			return nil, err
		}
	}
}

// Response returns what has arrived so far, as [ChatService.Create] would have
// returned it; after the end of a complete stream, the whole answer. It is
// never nil, and further chunks do not change it.
func (s *Stream) Response() *ChatCompletion {
	if s.whole != nil {
		return s.whole
	}
	res := s.acc.Response()
	res.call = s.call
	return res
}

// Close ends the stream at once; a read under way in another goroutine ends
// with [ErrStreamClosed]. Many providers then stop working, and billing, but
// not all. It may be called any number of times. It always returns nil.
func (s *Stream) Close() error {
	s.closed.Store(true)
	s.conn.abort(ErrStreamClosed)
	return nil
}

// Call tells about the HTTP exchange.
func (s *Stream) Call() CallInfo { return s.call.value() }

// String names the generation.
func (s *Stream) String() string { return "openrouter.Stream(" + s.call.GenerationID + ")" }

// advance returns the next chunk or the end, which it repeats; io.EOF is the
// end of a complete answer.
func (s *Stream) advance() (*ChatCompletionChunk, error) {
	switch {
	case s.end == nil && s.conn.why() != nil, s.next != nil && s.closed.Load():
		s.next, s.end = nil, s.broken(ErrStreamClosed) // what is still in the buffer is not wanted any more
	case s.end == nil && s.next == nil:
		s.next, s.end = s.read()
	}
	chunk := s.next
	s.next = nil
	if chunk != nil {
		return chunk, nil
	}
	return nil, s.end
}

// doneMark is the data of the event that ends a complete stream.
const doneMark = "[DONE]"

// read reads up to the next chunk or the end.
func (s *Stream) read() (*ChatCompletionChunk, error) {
	for {
		data, err := s.events.Next()
		if err != nil {
			// An event without the blank line behind it counts if it is whole; where the
			// connection was cut, the mark alone does.
			data = s.events.Pending()
			isMark := errors.Is(err, io.ErrUnexpectedEOF) && string(bytes.TrimSpace(data)) == doneMark
			if err != io.EOF && !isMark || s.ended || s.conn.why() != nil {
				return nil, s.broken(err)
			}
			s.ended = true
		}
		data = bytes.TrimSpace(data)
		switch {
		case string(data) == doneMark:
			return nil, s.complete()
		case len(data) > 0:
			chunk, err := s.decoder.decode(data)
			if err != nil {
				if s.ended {
					return nil, s.broken(io.EOF)
				}
				return nil, s.undecodable(data, err)
			}
			return s.accept(chunk, data)
		case s.ended:
			return nil, s.broken(io.EOF)
		}
	}
}

var chunkChoices = slices.Index(chatCompletionChunkMembers[:], "choices")

// accept takes a chunk into the answer, unless it reports a failure.
func (s *Stream) accept(chunk *ChatCompletionChunk, data []byte) (*ChatCompletionChunk, error) {
	if s.call.GenerationID == "" {
		s.call.GenerationID = chunk.ID
	}
	if s.decoder.again {
		s.acc.addAgain(chunk)
		s.contentCame(chunk)
		return chunk, nil
	}
	report := chunk.report()
	if report == nil && chunk.presence.Form(chunkChoices) != wire.Null {
		s.acc.Add(chunk)
		s.began = s.began || len(chunk.Choices) > 0
		s.contentCame(chunk)
		return chunk, nil
	}
	body := scrub(data, s.cfg().secrets)
	if !bytes.Equal(body, data) { // a report that repeats a secret must not carry it
		chunk = &ChatCompletionChunk{}
		if err := chunk.UnmarshalJSON(body); err != nil {
			return nil, s.undecodable(body, err)
		}
		report = chunk.report()
	}
	s.acc.Add(chunk)
	s.lookOn()
	return nil, s.cfg().reportedIn(s.Response(), report, body)
}

// contentCame winds the clock for content up again, if the chunk has some.
func (s *Stream) contentCame(chunk *ChatCompletionChunk) {
	if s.conn.content != s.conn.nextContent && chunk.hasContent() {
		s.conn.content = s.conn.nextContent
	}
}

// report returns the failure that a chunk reports, nil if it does not.
func (c *ChatCompletionChunk) report() *ErrorObject {
	if c.Error != nil {
		return c.Error
	}
	for i := range c.Choices {
		if e := c.Choices[i].Error; e != nil {
			return e
		}
	}
	return nil
}

// complete ends a stream that came to its mark.
func (s *Stream) complete() error {
	if !s.began {
		return s.cfg().reportedIn(s.Response(), nil, nil)
	}
	s.events.Release()
	s.conn.drain()
	return io.EOF
}

// undecodable is the end at an event that is no chunk.
func (s *Stream) undecodable(data []byte, err error) error {
	if e := errorFromBody(s.call, scrub(data, s.cfg().secrets)); e.Message != "" {
		e.Partial = s.partial()
		return e
	}
	if e, ok := errors.AsType[*DecodeError](err); ok {
		e.call, e.Body = s.call, scrub(e.Body, s.cfg().secrets)
	}
	return &StreamError{Partial: s.Response(), Err: err}
}

// broken is the end that a read error is; io.EOF means that the mark is missing.
func (s *Stream) broken(err error) error {
	if why := s.conn.why(); why != nil {
		err = why
	} else if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrStreamTruncated
	} else if errors.Is(err, sse.ErrTooLong) {
		err = ErrTooLarge
	} else {
		err = s.cfg().clean(err)
	}
	return &StreamError{Partial: s.Response(), Err: err}
}

// partial is what has arrived of the answer, nil if nothing has.
func (s *Stream) partial() *ChatCompletion {
	if res := s.Response(); len(res.Choices) > 0 || res.Usage != nil {
		return res
	}
	return nil
}

const (
	lookOnFor   = time.Second
	lookOnBytes = 64 << 10
)

// lookOn reads on after a failure: the price of what was written until then
// often comes behind it.
func (s *Stream) lookOn() {
	defer s.conn.limit(lookOnFor, lookOnBytes)()
	for {
		data, err := s.events.Next()
		if err != nil {
			data = s.events.Pending() // it counts if it is whole
		}
		if string(bytes.TrimSpace(data)) == doneMark {
			s.conn.drain()
			return
		}
		chunk := &ChatCompletionChunk{}
		if chunk.UnmarshalJSON(scrub(data, s.cfg().secrets)) == nil {
			s.acc.Add(chunk)
		}
		if err != nil {
			return
		}
	}
}

// hasContent reports whether a chunk brings any of the answer itself.
func (c *ChatCompletionChunk) hasContent() bool {
	for i := range c.Choices {
		d := &c.Choices[i].Delta
		if c.Choices[i].Text != "" || d.Content != "" || d.Reasoning != "" || d.ReasoningContent != "" || d.Refusal != "" ||
			len(d.ToolCalls) > 0 || len(d.ReasoningDetails) > 0 || len(d.Images) > 0 || d.Audio != nil || len(d.Annotations) > 0 {
			return true
		}
	}
	return false
}
