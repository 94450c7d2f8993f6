package faults_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A reply is what the server does with one request: the same over a socket and
// without one. A raw reply is for a listener that knows nothing of HTTP.
type reply struct {
	steps []step
	raw   func(*net.TCPConn)
}

// A step is one thing the server does; an error ends the reply.
type step func(*exchange) error

var (
	errCut  = errors.New("the server cuts the connection")
	errGone = errors.New("the client has gone")
)

// exchange is the server's side of a request.
type exchange struct {
	ctx       context.Context // ends when the client goes
	request   *http.Request
	body      []byte
	streaming bool // the request asks for a stream
	header    http.Header
	begun     bool
	begin     func(status int)
	send      func([]byte) error // to be seen at once
}

func (x *exchange) play(steps []step) error {
	for _, step := range steps {
		if err := step(x); err != nil {
			return err
		}
	}
	return nil
}

func (x *exchange) head(status int, contentType string) {
	x.header.Set("Content-Type", contentType)
	x.begun = true
	x.begin(status)
}

// replies lists what the server does with one request after the other.
func replies(rs ...reply) []reply { return rs }

// of makes a reply of single steps.
func of(steps ...step) reply { return reply{steps: steps} }

// streams begins an event stream.
func streams(steps ...step) reply {
	return of(append([]step{begins("text/event-stream")}, steps...)...)
}

// finally ends a stream well after the steps.
func finally(steps ...step) []step { return append(steps, finishes, done) }

// answers gives the whole answer, in the form the request asks for. As a stream
// it is one chunk for each piece and one more at the end.
func answers(pieces ...string) reply {
	return of(func(x *exchange) error {
		if !x.streaming {
			return x.play(says200(bodySaying(strings.Join(pieces, ""))).steps)
		}
		steps := []step{begins("text/event-stream"), processing}
		for _, piece := range pieces {
			steps = append(steps, says(piece))
		}
		return x.play(finally(steps...))
	})
}

// refuses answers with a status and a body, and with headers in pairs.
func refuses(status int, body string, header ...string) reply {
	return of(func(x *exchange) error {
		setPairs(x.header, header)
		contentType := "application/json"
		if strings.HasPrefix(body, "<") {
			contentType = "text/html"
		}
		x.head(status, contentType)
		return x.send([]byte(body))
	})
}

// says200 answers with the status 200 and a body.
func says200(body string) reply { return refuses(http.StatusOK, body, "X-Generation-Id", "gen-1") }

// with adds headers, in pairs, to a reply.
func with(r reply, header ...string) reply {
	return of(append([]step{func(x *exchange) error { setPairs(x.header, header); return nil }}, r.steps...)...)
}

// after puts a reply off.
func after(d time.Duration, r reply) reply { return of(append([]step{pauses(d)}, r.steps...)...) }

func setPairs(h http.Header, pairs []string) {
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
}

// failure is the body of a report.
func failure(code int, message string) string {
	return fmt.Sprintf(`{"error":{"code":%d,"message":%q},"user_id":"u"}`, code, message)
}

func bodySaying(text string) string {
	return fmt.Sprintf(`{"id":"gen-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop",`+
		`"message":{"role":"assistant","content":%q}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`, text)
}

// begins sends the head of an answer with the status 200.
func begins(contentType string) step {
	return func(x *exchange) error {
		x.header.Set("X-Generation-Id", "gen-1")
		x.head(http.StatusOK, contentType)
		return nil
	}
}

// sends sends bytes as they are.
func sends(text string) step {
	data := []byte(text)
	return func(x *exchange) error { return x.send(data) }
}

// event sends an event with the data.
func event(data string) step { return sends("data: " + data + "\n\n") }

// says sends a chunk with text.
func says(text string) step {
	return event(fmt.Sprintf(`{"id":"gen-1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":%q},"finish_reason":null}]}`, text))
}

var (
	processing = sends(": OPENROUTER PROCESSING\n\n")
	finishes   = event(`{"id":"gen-1","model":"m","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],` +
		`"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`)
	counts = event(`{"id":"gen-1","model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`)
	done   = event("[DONE]")
)

// reports sends a chunk that reports a failure.
func reports(code int, message string) step { return event(failure(code, message)) }

// pauses waits, unless the client goes.
func pauses(d time.Duration) step {
	return func(x *exchange) error {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-x.ctx.Done():
			return errGone
		}
	}
}

// hangs waits until the client goes.
func hangs(x *exchange) error {
	<-x.ctx.Done()
	return errGone
}

// cuts breaks the connection off.
func cuts(*exchange) error { return errCut }

func times(n int, steps ...step) step {
	return func(x *exchange) error {
		for range n {
			if err := x.play(steps); err != nil {
				return err
			}
		}
		return nil
	}
}

// forever repeats until the client goes, which it should before very long.
func forever(steps ...step) step { return times(50_000, steps...) }

// faultServer gives the replies: as an http.Handler over sockets, and as an
// http.RoundTripper without any.
type faultServer struct {
	t       *testing.T
	replies []reply

	mu       sync.Mutex
	requests int
	inFlight sync.WaitGroup
}

func (s *faultServer) sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// next is the reply to the request.
func (s *faultServer) next(req *http.Request) (*exchange, reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(req.Body)
	assert.NoError(s.t, err)
	assert.Contains(s.t, string(body), secretPrompt)
	assert.Equal(s.t, "/api/v1/chat/completions", req.URL.Path)
	x := &exchange{request: req, body: body, streaming: bytes.Contains(body, []byte(`"stream":true`)), header: http.Header{}}
	s.requests++
	if !assert.LessOrEqual(s.t, s.requests, len(s.replies), "requests sent") {
		return x, refuses(http.StatusTeapot, "{}")
	}
	return x, s.replies[s.requests-1]
}

func (s *faultServer) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.inFlight.Add(1)
	defer s.inFlight.Done()
	x, r := s.next(req)
	x.ctx, x.header = req.Context(), w.Header()
	x.begin = func(status int) {
		w.WriteHeader(status)
		_ = http.NewResponseController(w).Flush()
	}
	x.send = func(p []byte) error {
		if _, err := w.Write(p); err != nil {
			return errGone
		}
		return http.NewResponseController(w).Flush()
	}
	if errors.Is(x.play(r.steps), errCut) {
		panic(http.ErrAbortHandler)
	}
}

// RoundTrip answers as net/http's own transport would, contexts included.
func (s *faultServer) RoundTrip(req *http.Request) (*http.Response, error) {
	x, r := s.next(req)
	_ = req.Body.Close()
	body := &fakeBody{pieces: make(chan []byte), over: make(chan struct{})}
	body.ctx, body.gone = context.WithCancelCause(req.Context())
	x.ctx, x.send = body.ctx, body.send
	heads := make(chan *http.Response, 1)
	x.begin = func(status int) {
		heads <- &http.Response{StatusCode: status, Header: x.header, Body: body, Request: req, ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1}
	}
	go func() {
		body.end = io.EOF
		if err := x.play(r.steps); errors.As(err, &toldError{}) {
			body.end = err
		} else if errors.Is(err, errCut) {
			body.end = io.ErrUnexpectedEOF
		} else if err != nil {
			body.end = context.Cause(body.ctx)
		}
		close(body.over)
	}()
	select {
	case res := <-heads:
		return res, nil
	case <-body.over:
	}
	select {
	case res := <-heads:
		return res, nil
	default:
	}
	if errors.Is(body.end, io.ErrUnexpectedEOF) {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return nil, body.end
}

// fakeBody is the body of a response that no socket carries.
type fakeBody struct {
	ctx    context.Context // the request's, until it is closed
	gone   context.CancelCauseFunc
	pieces chan []byte
	rest   []byte        // of the last piece
	over   chan struct{} // closed when there are no more
	end    error         // then
}

func (b *fakeBody) send(p []byte) error {
	select {
	case b.pieces <- p:
		return nil
	case <-b.ctx.Done():
		return errGone
	}
}

func (b *fakeBody) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, context.Cause(b.ctx)
	}
	if len(b.rest) == 0 {
		select {
		case b.rest = <-b.pieces:
		case <-b.over:
			return 0, b.end
		case <-b.ctx.Done():
			return 0, context.Cause(b.ctx)
		}
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *fakeBody) Close() error {
	b.gone(errGone)
	return nil
}
