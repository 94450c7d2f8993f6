package connections_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// pipes is a network without sockets, so that its time can be a fake clock's. It
// forwards each connection until that is swallowed.
type pipes struct {
	server  *http.Server
	accept  chan net.Conn
	closed  chan struct{}
	roots   *x509.CertPool
	mu      sync.Mutex
	dialled []*swallowed
}

// swallowed is a connection whose bytes can be made to go nowhere.
type swallowed struct {
	net.Conn
	dead atomic.Bool
}

func (s *swallowed) Write(p []byte) (int, error) {
	if s.dead.Load() {
		return len(p), nil
	}
	return s.Conn.Write(p)
}

// Accept, Close and Addr make pipes a listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.accept <- theirs
	c := &swallowed{Conn: ours}
	p.mu.Lock()
	p.dialled = append(p.dialled, c)
	p.mu.Unlock()
	return c, nil
}

// overPipes serves HTTP/2 in a bubble.
func overPipes(handler http.HandlerFunc) *pipes {
	borrowed := httptest.NewUnstartedServer(nil)
	borrowed.StartTLS()
	p := &pipes{accept: make(chan net.Conn), closed: make(chan struct{}), roots: x509.NewCertPool()}
	p.roots.AddCert(borrowed.Certificate())
	p.server = &http.Server{Handler: handler, TLSConfig: &tls.Config{Certificates: borrowed.TLS.Certificates, NextProtos: []string{"h2"}}}
	borrowed.Close()
	go func() { _ = p.server.ServeTLS(p, "", "") }()
	return p
}

func (p *pipes) end() {
	close(p.closed)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.dialled {
		c.Conn.Close()
	}
	_ = p.server.Close()
}

func (p *pipes) transport() *http.Transport {
	return &http.Transport{ForceAttemptHTTP2: true, DialContext: p.dial, TLSClientConfig: &tls.Config{RootCAs: p.roots}}
}

// TestADeadConnectionIsFoundOut has a network swallow what is sent over one
// connection, as a middlebox does that has forgotten it.
func TestADeadConnectionIsFoundOut(t *testing.T) {
	for _, row := range []struct {
		name string
		call func(t *testing.T, c *openrouter.Client) openrouter.CallInfo
	}{
		{"create", func(t *testing.T, c *openrouter.Client) openrouter.CallInfo {
			res, err := c.Chat.Create(t.Context(), question)
			require.NoError(t, err)
			return res.Call()
		}},
		{"stream", func(t *testing.T, c *openrouter.Client) openrouter.CallInfo {
			s, err := c.Chat.Stream(t.Context(), question)
			require.NoError(t, err)
			res, err := s.Collect()
			require.NoError(t, err)
			return res.Call()
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := overPipes(func(w http.ResponseWriter, req *http.Request) {
					assert.Equal(t, 2, req.ProtoMajor)
					_, _ = io.Copy(io.Discard, req.Body)
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, completion)
				})
				defer p.end()
				inPlaceOfDefault(t, p.transport())
				client := newClient("https://127.0.0.1")
				assert.Equal(t, 1, row.call(t, client).Attempts)
				p.dialled[0].dead.Store(true)
				for range 2 {
					start := time.Now()
					row.call(t, client)
					assert.Less(t, time.Since(start), 30*time.Second)
				}
				assert.Len(t, p.dialled, 2)
			})
		})
	}
}

// TestPingsOfTheDefaultTransportAreKept holds that settings for HTTP/2 that a
// program made are not replaced.
func TestPingsOfTheDefaultTransportAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := overPipes(func(w http.ResponseWriter, req *http.Request) { _, _ = io.WriteString(w, models) })
		defer p.end()
		transport := p.transport()
		transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: time.Second, PingTimeout: time.Second}
		inPlaceOfDefault(t, transport)
		client := newClient("https://127.0.0.1")
		_, err := client.Models.List(t.Context(), nil)
		require.NoError(t, err)
		p.dialled[0].dead.Store(true)
		start := time.Now()
		_, err = client.Models.List(t.Context(), nil, inHaste)
		require.NoError(t, err)
		assert.Less(t, time.Since(start), 5*time.Second)
		assert.Equal(t, &http.HTTP2Config{SendPingTimeout: time.Second, PingTimeout: time.Second}, transport.HTTP2, "and the program's own stay as they are")
	})
}

// roundTripper is a function that answers requests.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestAnotherDefaultTransportIsUsedAsItIs is about programs that put tracing, or a
// mock, in the place of http.DefaultTransport.
func TestAnotherDefaultTransportIsUsedAsItIs(t *testing.T) {
	seen := 0
	inPlaceOfDefault(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		seen++
		return answer(req, completion), nil
	}))
	res, err := newClient("https://openrouter.test").Chat.Create(t.Context(), question)
	require.NoError(t, err)
	assert.Equal(t, "hello", res.Text())
	assert.Equal(t, 1, seen)
}

func TestNeitherAResponseNorAnError(t *testing.T) {
	inPlaceOfDefault(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, nil }))
	for _, call := range calls {
		_, err := call.do(t.Context(), newClient("https://openrouter.test"), openrouter.WithMaxRetries(0))
		var e *openrouter.ConnectionError
		require.ErrorAs(t, err, &e, call.name)
		assert.ErrorContains(t, e, "neither a response nor an error")
	}
}
