package uistream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

const (
	// silence is how long nothing is sent before a comment keeps the connection open. Proxies often
	// close it after a minute.
	silence = 15 * time.Second
	// patience is how long a write may wait for a browser that does not read.
	patience = 30 * time.Second
)

// Serve runs the stream, sends its events to the browser, and returns when the run has ended.
// stream.Run() is then complete. Save it even if Serve returns an error.
//
// If the browser goes away, or reads nothing for 30 seconds, the run is cancelled. If the run is
// cancelled for another reason, such as [agent.Stream.Close] or a shutdown, the browser gets the
// part abort.
//
// Serve returns the error of the run, an [*agent.Error], joined with an error of writing. It is for
// the log of the server; the browser gets one line that is safe to show. If a middleware wraps w
// without an Unwrap method, w cannot be flushed. Then nothing runs, and the browser gets status
// 500.
//
// [http.Server.WriteTimeout] does not end the response.
func Serve(w http.ResponseWriter, r *http.Request, stream *agent.Stream) error {
	out := &sink{w: w, control: http.NewResponseController(w), failed: stream.Close}
	_ = out.control.SetReadDeadline(time.Time{}) // not every writer has deadlines
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache, no-transform") // a proxy that compresses would collect events
	h.Set("X-Accel-Buffering", "no")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Vercel-Ai-Ui-Message-Stream", "v1")
	if err := out.control.Flush(); errors.Is(err, http.ErrNotSupported) {
		http.Error(w, "The answer failed.", http.StatusInternalServerError)
		return fmt.Errorf("uistream: the response cannot be flushed: %w; add an Unwrap method to the middleware's ResponseWriter", err)
	}
	defer func() { _ = out.control.SetWriteDeadline(time.Time{}) }() // of the last write
	out.part(part{Type: "start"})

	leave := context.AfterFunc(r.Context(), stream.Close)
	defer leave()
	stop := out.keepAlive()
	defer stop() // a tool may panic

	t := newTranslator(out, stream)
	var failure error
	for event, err := range stream.Events() {
		if err != nil {
			failure = err
			break // it is the last pair
		}
		t.event(event)
		_ = out.flush() // its failure closes the stream, which ends the loop
	}
	t.end(failure)
	out.buf.WriteString("data: [DONE]\n\n")
	return errors.Join(failure, out.flush())
}

// sink writes parts as server-sent events.
type sink struct {
	w       http.ResponseWriter
	control *http.ResponseController
	failed  func() // called when the browser cannot be reached
	buf     bytes.Buffer
	active  atomic.Bool // parts were sent since the last look of the keep-alive

	mu  sync.Mutex // of the response, which the keep-alive writes to as well
	err error
}

// part adds a part to what the next flush sends.
func (s *sink) part(p part) {
	s.buf.WriteString("data: ")
	e := json.NewEncoder(&s.buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil { // the cost is no number: a tool may report any
		s.buf.WriteString(`{"type":"error","errorText":"The answer failed."}` + "\n")
	}
	s.buf.WriteByte('\n')
}

// flush sends the parts. After a failure it sends nothing more.
func (s *sink) flush() error {
	s.active.Store(true)
	err := s.write(s.buf.Bytes())
	s.buf.Reset()
	return err
}

func (s *sink) write(data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil || len(data) == 0 {
		return s.err
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(patience)) // not every writer has deadlines
	_, err := s.w.Write(data)
	if err == nil {
		err = s.control.Flush()
	}
	if err != nil {
		s.err = err
		s.failed()
	}
	return err
}

// keepAlive sends comments while nothing else is sent. It returns a function that ends it.
func (s *sink) keepAlive() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(silence)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if !s.active.Swap(false) {
				_ = s.write([]byte(": keep-alive\n\n"))
			}
		}
	}()
	return func() { close(done); <-ended }
}

// lineOf is what the browser is told about the end of a run.
func lineOf(err error) string {
	for _, known := range []struct {
		is   error
		line string
	}{
		{agent.ErrMaxCost, "The budget is spent."},
		{agent.ErrMaxSteps, "The answer took too many steps."},
		{agent.ErrRepeating, "The model repeated itself and was stopped."},
		{agent.ErrRefused, "The model refused to answer."},
		{agent.ErrFiltered, "A content filter ended the answer."},
		{openrouter.ErrContentPolicyViolation, "The request was refused by a content filter."},
		{openrouter.ErrContextLengthExceeded, "The conversation is too long for the model."},
		{openrouter.ErrRateLimitExceeded, "Too many requests. Try again later."},
		{openrouter.ErrProviderOverloaded, "The model is overloaded. Try again later."},
		{openrouter.ErrProviderUnavailable, "The model is not available. Try again later."},
		{openrouter.ErrStreamTruncated, "The answer broke off. Try again."},
		{openrouter.ErrStreamIdle, "The answer broke off. Try again."},
		{openrouter.ErrTimeout, "The answer took too long. Try again."},
		{context.DeadlineExceeded, "The answer took too long. Try again."},
	} {
		if errors.Is(err, known.is) {
			return known.line
		}
	}
	return "The answer failed."
}
