package openroutertest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/openrouter-go/openrouter"
)

// Server is a fake OpenRouter on a port of this machine. Make one with [NewServer],
// [NewTLSServer], [Start] or [Listen].
type Server struct {
	// URL is the base URL, including /api/v1. Programs take it from the environment
	// variable OPENROUTER_BASE_URL.
	URL string

	*fake
	http    *httptest.Server
	closing chan struct{}
	close   sync.Once
}

// NewServer starts a server that answers with the replies, and closes it when the
// test ends. A request without a matching reply fails the test.
func NewServer(t testing.TB, replies ...Reply) *Server {
	t.Helper()
	s := newServer(t, replies)
	s.start(s.http.Start)
	t.Cleanup(s.Close)
	return s
}

// NewTLSServer is [NewServer] with https and HTTP/2. Only clients from
// [Server.Client] trust its certificate.
func NewTLSServer(t testing.TB, replies ...Reply) *Server {
	t.Helper()
	s := newServer(t, replies)
	s.http.EnableHTTP2 = true
	s.start(s.http.StartTLS)
	t.Cleanup(s.Close)
	return s
}

// Start starts a server outside of a test. Close it after use. A request
// without a matching reply is answered with the status 500 and a message that says
// so.
func Start(replies ...Reply) *Server {
	s := newServer(nil, replies)
	s.start(s.http.Start)
	return s
}

// Listen is [Start] on the given address, such as 127.0.0.1:8787.
func Listen(addr string, replies ...Reply) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("openroutertest: %w", err)
	}
	s := newServer(nil, replies)
	_ = s.http.Listener.Close() // unused
	s.http.Listener = l
	s.start(s.http.Start)
	return s, nil
}

func newServer(tb testing.TB, replies []Reply) *Server {
	s := &Server{fake: newFake(tb, replies), closing: make(chan struct{})}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	return s
}

func (s *Server) start(start func()) {
	start()
	s.URL = s.http.URL + basePath
}

// Close ends all requests in progress and stops the server. It may be called more
// than once.
func (s *Server) Close() {
	s.close.Do(func() {
		close(s.closing)
		s.http.CloseClientConnections()
		s.http.Close()
	})
}

// Client returns a client of this server. The server sets the base URL, a key and
// no retries, so that one reply answers one request. The given options are applied
// after these.
func (s *Server) Client(opts ...openrouter.Option) *openrouter.Client {
	own := s.clientOptions(s.URL)
	if s.http.TLS != nil {
		own = append(own, openrouter.WithHTTPClient(s.http.Client()))
	}
	return openrouter.NewClient(append(own, opts...)...)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	a := s.handle(r)
	if !s.wait(r.Context(), a.latency) {
		panic(http.ErrAbortHandler)
	}
	if a.reset {
		reset(w)
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	rc := http.NewResponseController(w)
	_ = rc.Flush() // whether the client is still there shows when writing
	for {
		piece, wait, end := a.body.next()
		if !s.wait(r.Context(), wait) || end == cutBody {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(piece); err != nil || end == endBody {
			return
		}
		if !a.body.floods() {
			_ = rc.Flush()
		}
	}
}

// wait reports whether the time passed.
func (s *Server) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	var passed <-chan time.Time // nil for ever
	if d != Forever {
		timer := time.NewTimer(d)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-passed:
		return true
	case <-ctx.Done():
	case <-s.closing:
	}
	return false
}

// reset breaks the connection without a response.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 resets the stream
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an end
	}
	_ = conn.Close()
	panic(http.ErrAbortHandler)
}
