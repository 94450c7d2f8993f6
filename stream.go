package openrouter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/openrouter-go/openrouter/internal/sse"
)

// Stream is an answer that arrives in chunks. Read it in one goroutine, with
// [Stream.Chunks] or [Stream.Collect]. Any goroutine may call [Stream.Close].
//
// A stream ends in one of these ways. Only the first is a success:
//
//   - complete: the loop ends without an error. The server has sent [DONE], or
//     the body has ended cleanly after every choice had its finish reason: some
//     servers never send [DONE]. The usage may be missing then.
//   - reported: an [*APIError], because the service reported a failure.
//   - cut: a [*StreamError] that wraps [ErrStreamTruncated] or the error of the
//     connection.
//   - unreadable: a [*StreamError] that wraps a [*DecodeError] or [ErrTooLarge].
//   - silent: a [*StreamError] that wraps [ErrStreamIdle] or [ErrContentTimeout].
//   - cancelled: a [*StreamError] that wraps the context's error.
//   - closed: a [*StreamError] that wraps [ErrStreamClosed].
//
// The field Partial of these errors holds what had arrived of the answer.
type Stream struct {
	conn   *connection
	events *sse.Reader
	cfg    func() *config // a closure, so that no formatting prints the key; as in Client
	call   *CallInfo

	decoder chunkDecoder
	acc     Accumulator
	whole   *ChatCompletion      // an answer that came in one piece
	next    *ChatCompletionChunk // decoded, not yet yielded
	room    int64                // bytes of data that may still come
	began   bool                 // a choice has arrived
	failing bool                 // a finish reason was error
	ended   bool                 // there is nothing more to read
	end     error                // how it ended; io.EOF means complete
	taken   atomic.Bool          // Chunks or Collect was called
	closed  atomic.Bool          // Close was called
}

// ReadStream returns a stream that reads recorded or relayed events from r. If r
// is an io.Closer, closing the stream closes r. All errors are reported while
// the stream is read.
func ReadStream(r io.Reader) *Stream {
	ctx, cancel := context.WithCancelCause(context.Background())
	body, ok := r.(io.ReadCloser)
	if !ok {
		body = io.NopCloser(r)
	}
	cfg := &config{maxEvent: defaultMaxSize, maxStream: defaultMaxStream}
	conn := newConnection(ctx, cancel, body)
	conn.alone = true
	return newStream(cfg, conn, &CallInfo{})
}

func newStream(cfg *config, conn *connection, call *CallInfo) *Stream {
	s := &Stream{conn: conn, cfg: func() *config { return cfg }, call: call, events: sse.NewReader(conn), room: cfg.maxStream}
	s.events.OnComment = cfg.onComment
	s.events.MaxEvent = int(min(cfg.maxEvent, math.MaxInt))
	s.events.Loose = true
	// A stream that was neither read to its end nor closed is closed by the garbage collector.
	runtime.AddCleanup(s, (*connection).abandon, conn)
	return s
}

// Chunks returns an iterator over the chunks as they arrive. Leaving the loop
// closes the stream, in whatever way you leave it. If the stream fails, the last
// pair is a nil chunk and the error.
//
// You may keep and modify a chunk. Keeping one may pin a few KiB of its neighbors
// in memory.
//
// A stream can be read once: a second loop, or a loop after [Stream.Collect],
// yields [ErrStreamClosed].
func (s *Stream) Chunks() iter.Seq2[*ChatCompletionChunk, error] {
	return func(yield func(*ChatCompletionChunk, error) bool) {
		if s.taken.Swap(true) {
			yield(nil, &StreamError{Partial: s.Response(), Err: ErrStreamClosed})
			return
		}
		defer s.Close()
		advance := s.advancing()
		for {
			chunk, err := advance(s)
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

// Collect reads the rest of the stream, closes it and returns the whole answer.
// It is faster than a loop over [Stream.Chunks], because it keeps no chunks.
func (s *Stream) Collect() (*ChatCompletion, error) {
	s.taken.Store(true)
	defer s.Close()
	s.decoder.scratch = new(plainChunk) // nobody sees the chunks
	advance := s.advancing()
	for {
		switch _, err := advance(s); {
		case err == io.EOF:
			return s.Response(), nil
		case err != nil:
			return nil, err
		}
	}
}

// Texts returns an iterator over the text of the first choice, piece by piece as it arrives. No piece
// is empty. Tool calls, reasoning and all else are in [Stream.Response] after the loop. Texts is as
// fast as [Stream.Collect], because it keeps no chunks.
//
// Leaving the loop closes the stream. If the stream fails, the last pair is an empty text and the
// error, as with [Stream.Chunks].
func (s *Stream) Texts() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if s.taken.Swap(true) {
			yield("", &StreamError{Partial: s.Response(), Err: ErrStreamClosed})
			return
		}
		defer s.Close()
		s.decoder.scratch = new(plainChunk) // nobody sees the chunks
		advance := s.advancing()
		for {
			chunk, err := advance(s)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield("", err)
				return
			}
			if text := chunk.Text(); text != "" && !yield(text, nil) {
				return
			}
		}
	}
}

// Response returns what has arrived so far, in the form that [ChatService.Create]
// returns. After a complete stream it is the whole answer. It is never nil. Later
// chunks do not change a response that was returned before.
func (s *Stream) Response() *ChatCompletion {
	if s.whole != nil {
		return s.whole
	}
	res := s.acc.Response()
	res.call = s.call
	return res
}

// Close ends the stream at once. A read in another goroutine then returns
// [ErrStreamClosed]. Many providers stop working, and billing, at that point; some
// do not. Close may be called several times. It always returns nil.
func (s *Stream) Close() error {
	s.closed.Store(true)
	s.conn.abort(ErrStreamClosed)
	s.endObserved()
	return nil
}

// Call describes the HTTP exchange behind the stream.
func (s *Stream) Call() CallInfo { return s.call.value() }

// String returns the name of the type and the generation id.
func (s *Stream) String() string { return "openrouter.Stream(" + s.call.GenerationID + ")" }

// advance returns the next chunk, or how the stream ended: io.EOF for a complete
// answer, else the error. After the end it returns the same error again.
func (s *Stream) advance() (*ChatCompletionChunk, error) {
	switch {
	case s.end == nil && s.conn.why() != nil, s.next != nil && s.closed.Load():
		s.next, s.end = nil, s.conceal(s.broken(ErrStreamClosed)) // events still in the buffer are dropped
	case s.end == nil && s.next == nil && s.failing && s.acc.finished():
		s.end = s.conceal(s.failed())
	case s.end == nil && s.next == nil:
		s.next, s.end = s.read()
		s.end = s.conceal(s.end)
	}
	chunk := s.next
	s.next = nil
	if chunk != nil {
		return chunk, nil
	}
	return nil, s.end
}

// conceal removes secrets from the error that ends the stream, and from the reports
// in what Response returns.
func (s *Stream) conceal(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	secrets := s.cfg().secrets
	secrets.concealReport(s.acc.head.Error, s.acc.head.Extra)
	for _, choice := range s.acc.choices {
		secrets.concealReport(choice.err, nil)
	}
	return secrets.conceal(err)
}

// doneMark is the data of the event that ends a complete stream.
const doneMark = "[DONE]"

// read reads up to the next chunk or the end.
func (s *Stream) read() (*ChatCompletionChunk, error) {
	for {
		data, err := s.events.Next()
		if err != nil {
			// The last event may lack the blank line after it. It counts if its data is
			// complete. If the connection was cut, only the end mark counts.
			data = s.events.Pending()
			isMark := errors.Is(err, io.ErrUnexpectedEOF) && string(bytes.TrimSpace(data)) == doneMark
			switch {
			case err == io.EOF && s.ended && s.conn.why() == nil:
				return nil, s.over()
			case err != io.EOF && !isMark || s.ended || s.conn.why() != nil:
				return nil, s.broken(err)
			}
			s.ended = true
		}
		if s.room -= int64(len(data)); s.room < 0 {
			return nil, s.broken(ErrTooLarge)
		}
		data = bytes.TrimSpace(data)
		switch {
		case string(data) == doneMark:
			return nil, s.complete()
		case len(data) > 0 && s.events.Failed() && string(data) != "null":
			return nil, s.reported(data)
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
			return nil, s.over()
		}
	}
}

// accept adds a chunk to the answer. If the chunk reports a failure, accept
// returns that as an error.
func (s *Stream) accept(chunk *ChatCompletionChunk, data []byte) (*ChatCompletionChunk, error) {
	if s.call.GenerationID == "" {
		s.call.GenerationID = chunk.ID
	}
	if s.decoder.again {
		s.acc.addAgain(chunk)
		s.contentCame(chunk)
		return chunk, nil
	}
	if chunk.report() != nil || len(chunk.Choices) == 0 && !s.passes(chunk, data) {
		return nil, s.reported(data)
	}
	s.acc.Add(chunk)
	if s.acc.isTooLarge() {
		return nil, s.broken(ErrTooLarge)
	}
	s.began = s.began || len(chunk.Choices) > 0
	for i := range chunk.Choices {
		s.failing = s.failing || chunk.Choices[i].FinishReason == FinishReasonError
	}
	s.contentCame(chunk)
	return chunk, nil
}

// failed ends the stream after a finish reason that says failure. An error object
// that follows describes it better.
func (s *Stream) failed() error {
	report, body := s.lookOn()
	if report != nil {
		return s.cfg().reportedIn(s.Response(), report, body)
	}
	return s.failedFinish()
}

// failedFinish returns the error for a finish reason that says failure, or nil.
func (s *Stream) failedFinish() error {
	res := s.Response()
	if reason := res.failedFinish(); reason != "" {
		return s.cfg().failedFinish(res, reason, nil)
	}
	return nil
}

// contentCame restarts the clock for content if the chunk has content.
func (s *Stream) contentCame(chunk *ChatCompletionChunk) {
	if s.conn.content != s.conn.nextContent && chunk.hasContent() {
		s.conn.content = s.conn.nextContent
	}
}

// over ends a stream whose body has ended cleanly without the end mark.
func (s *Stream) over() error {
	if s.acc.finished() && !s.events.Half() {
		return s.complete()
	}
	return s.broken(io.EOF)
}

// complete ends a stream that is whole.
func (s *Stream) complete() error {
	if !s.began {
		return s.cfg().reportedIn(s.Response(), nil, nil)
	}
	if s.acc.mayHaveFailed() {
		if err := s.failedFinish(); err != nil {
			return err
		}
	}
	s.events.Release()
	s.conn.finish()
	return io.EOF
}

// broken returns the error of the stream for an error of a read. io.EOF means that
// the end mark is missing.
func (s *Stream) broken(err error) error {
	why := s.conn.why()
	if why == nil && s.failing {
		if failed := s.failedFinish(); failed != nil {
			return failed
		}
	}
	switch {
	case why != nil:
		err = why
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		err = ErrStreamTruncated
	case errors.Is(err, sse.ErrTooLong):
		err = ErrTooLarge
	}
	return &StreamError{Partial: s.Response(), Err: err}
}

// partial returns what has arrived of the answer, or nil if nothing has.
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

// lookOn reads on after a failure, because the usage of the partial answer often
// follows it. It returns the first report in what it reads.
func (s *Stream) lookOn() (report *ErrorObject, body []byte) {
	defer s.conn.limit(lookOnFor, lookOnBytes)()
	for {
		data, err := s.events.Next()
		if err != nil {
			data = s.events.Pending() // the last event counts if its data is complete
		}
		if string(bytes.TrimSpace(data)) == doneMark {
			s.conn.finish()
			return report, body
		}
		chunk := &ChatCompletionChunk{}
		if chunk.UnmarshalJSON(data) == nil {
			s.acc.Add(chunk)
		}
		if report == nil {
			report, _ = chunk.reportIn(data, s.events.Failed(), s.cfg().secrets)
			body = reportBody(data)
		}
		if err != nil {
			return report, body
		}
	}
}

// hasContent reports whether a chunk contains any part of the answer itself.
func (c *ChatCompletionChunk) hasContent() bool {
	for i := range c.Choices {
		choice := &c.Choices[i]
		d := &choice.Delta
		if choice.Text != "" || d.Content != "" || d.Reasoning != "" || d.ReasoningContent != "" || d.Refusal != "" ||
			len(d.ToolCalls) > 0 || len(d.ReasoningDetails) > 0 || len(d.Images) > 0 || d.Audio != nil || len(d.Annotations) > 0 ||
			d.Extra != nil && (hasParts(d.oddContent()) || hasUnknownText(d.Extra)) ||
			choice.Extra != nil && hasUnknownText(choice.Extra) {
			return true
		}
	}
	return false
}

// undecodable returns the error for an event that is not a chunk.
func (s *Stream) undecodable(data []byte, err error) error {
	if e := s.cfg().reportInstead(s.call, data); e != nil {
		e.Partial = s.partial()
		return e
	}
	if e, ok := errors.AsType[*DecodeError](err); ok {
		e.call = s.call
	}
	return &StreamError{Partial: s.Response(), Err: err}
}

// reported ends the stream at an event that reports a failure.
func (s *Stream) reported(data []byte) error {
	cfg := s.cfg()
	named := s.events.Failed()
	chunk := &ChatCompletionChunk{}
	switch err := chunk.UnmarshalJSON(data); {
	case err == nil:
		s.acc.Add(chunk)
	case !named:
		return s.undecodable(data, err)
	}
	report, beside := chunk.reportIn(data, named, cfg.secrets)
	body := reportBody(data) // lookOn reads on into data
	_, _ = s.lookOn()
	if beside {
		return cfg.reportedBeside(s.Response(), report, body)
	}
	return cfg.reportedIn(s.Response(), report, body)
}
