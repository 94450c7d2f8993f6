package openrouter

import "io"

// observe lets w see what becomes of the stream.
func (s *Stream) observe(w *watch) {
	if w == nil {
		return
	}
	w.streaming = true
	s.conn.watch = w
	told := false
	defer func() {
		if !told { // an observer panics, and nobody gets the stream
			s.Close()
		}
	}()
	if s.next.hasContent() {
		w.FirstChunk()
	}
	told = true
}

// advancing returns the function that reads the next chunk. It is chosen once for
// each loop, so that a stream that nobody observes pays nothing for each chunk.
func (s *Stream) advancing() func(*Stream) (*ChatCompletionChunk, error) {
	if s.conn.watch != nil {
		return (*Stream).advanceObserved
	}
	return (*Stream).advance
}

// advanceObserved is advance for a stream that is observed.
func (s *Stream) advanceObserved() (*ChatCompletionChunk, error) {
	defer s.endIfClosed() // by another goroutine, which left the end to this one
	w := s.conn.watch
	w.reading.Lock()
	defer w.reading.Unlock()
	chunk, err := s.advance()
	switch {
	case chunk != nil && !w.first && chunk.hasContent():
		w.FirstChunk()
	case err != nil:
		s.tell(err)
	}
	return chunk, err
}

func (s *Stream) endIfClosed() {
	if s.closed.Load() {
		s.endObserved()
	}
}

// endObserved ends the observation of a stream that was closed. A goroutine that is
// reading the stream does this itself, since only it may look at the answer.
func (s *Stream) endObserved() {
	w := s.conn.watch
	if w == nil || !w.reading.TryLock() {
		return
	}
	defer w.reading.Unlock()
	if !w.ended.Load() {
		s.tell(s.cfg().secrets.conceal(s.broken(ErrStreamClosed)))
	}
}

// tell ends the observation of the stream with how the stream ended.
func (s *Stream) tell(err error) {
	w := s.conn.watch
	if err == io.EOF {
		w.End(s.Response(), s.call.value(), nil)
		return
	}
	w.End(partialOf(err), s.call.value(), err)
}
