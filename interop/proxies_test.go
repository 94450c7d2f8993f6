package interop_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// A proxy stands in front of llama-server, and does with a path what the path says.
type proxy struct {
	name, http, https string
}

var (
	nginx   = proxy{"nginx", "127.0.0.1:18090", "127.0.0.1:18443"}
	haproxy = proxy{"HAProxy", "127.0.0.1:18091", "127.0.0.1:18444"}
)

// client is a client with a transport of its own, over HTTP/2 if the proxy is
// reached by TLS. It skips the test if the proxy is not up.
func (p proxy) client(t *testing.T, http2 bool, path string, opts ...openrouter.Option) *openrouter.Client {
	t.Helper()
	address, scheme := p.http, "http"
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if http2 {
		address, scheme = p.https, "https"
		cert, err := os.ReadFile(requireFile(t, filepath.Join(installed(), "more/cert.pem")))
		require.NoError(t, err)
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(cert)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	skipUnlessUp(t, p.name, address)
	t.Cleanup(transport.CloseIdleConnections)
	return openrouter.NewClient(append([]openrouter.Option{
		openrouter.WithBaseURL(scheme + "://" + address + path), openrouter.WithAPIKey(testKey), openrouter.WithHTTPClient(&http.Client{Transport: transport}),
		openrouter.WithMaxRetryWait(1500*time.Millisecond, 5*time.Second),
	}, opts...)...)
}

// skipUnlessUp skips the test unless the suite runs and something listens there.
func skipUnlessUp(t *testing.T, name, address string) {
	t.Helper()
	if os.Getenv("OPENROUTER_INTEROP") != "1" {
		t.Skip("OPENROUTER_INTEROP is not 1")
	}
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Skip(name + " is not up: " + err.Error())
	}
	conn.Close()
}

// counting counts the requests that are written, by the trace that net/http calls.
func counting(ctx context.Context, sent *atomic.Int32) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Add(1) }})
}

// requireSent requires a number of requests. Over HTTP/2 an answer may be faster
// than the call of the trace.
func requireSent(t *testing.T, sent *atomic.Int32, want int) {
	t.Helper()
	assert.Eventually(t, func() bool { return sent.Load() == int32(want) }, time.Minute, time.Millisecond)
	require.EqualValues(t, want, sent.Load(), "requests")
}

// llama asks llama-server.
var llama = server{kind: kinds["llama-server"]}

// methods are the two ways to ask.
var methods = map[string]func(context.Context, *openrouter.Client, *openrouter.ChatCompletionRequest, ...openrouter.Option) (*openrouter.ChatCompletion, error){
	"create": func(ctx context.Context, c *openrouter.Client, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) (*openrouter.ChatCompletion, error) {
		return c.Chat.Create(ctx, req, opts...)
	},
	"stream": func(ctx context.Context, c *openrouter.Client, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) (*openrouter.ChatCompletion, error) {
		s, err := c.Chat.Stream(ctx, req, opts...)
		if err != nil {
			return nil, err
		}
		return s.Collect()
	},
}

// TestProxies asks through nginx and HAProxy, over HTTP/1.1 and HTTP/2.
func TestProxies(t *testing.T) {
	for _, row := range []struct {
		proxy    proxy
		path     string
		attempts int                     // with two retries
		check    func(*testing.T, error) // nil for an answer
	}{
		{nginx, "/api/v1", 1, nil},
		{nginx, "/gzip/v1", 1, nil},
		{nginx, "/buffered/v1", 1, nil},
		{nginx, "/dead/v1", 3, apiStatus(502)},
		{nginx, "/redir307/v1", 1, apiStatus(307)},
		{nginx, "/retry503/v1", 3, apiStatus(503)},
		{nginx, "/date429/v1", 1, apiStatus(429)}, // it asks for decades of patience
		{nginx, "/empty/v1", 3, apiStatus(500)},
		{nginx, "/close/v1", 3, givenUp}, // without a response
		{haproxy, "/ok/v1", 1, nil},
		{haproxy, "/dead/v1", 3, apiStatus(503)},
		{haproxy, "/closed/v1", 3, refusedOrGivenUp}, // the server behind it closes every connection
	} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
			for method, call := range methods {
				t.Run(row.proxy.name+row.path+"/"+protocol+"/"+method, func(t *testing.T) {
					t.Parallel() // HAProxy takes seconds to find out that a server is dead
					var sent atomic.Int32
					client := row.proxy.client(t, protocol == "HTTP/2", row.path)
					res, err := call(counting(bounded(t), &sent), client, llama.ask("Hi"))
					requireSent(t, &sent, row.attempts)
					if row.check == nil {
						require.NoError(t, err)
						assert.Contains(t, res.Text(), "hand-wired toy model")
						return
					}
					require.Error(t, err)
					row.check(t, err)
					var e interface{ Call() openrouter.CallInfo }
					require.ErrorAs(t, err, &e)
					assert.Equal(t, row.attempts, e.Call().Attempts)
					t.Log(err)

					sent.Store(0)
					_, err = call(counting(bounded(t), &sent), client, llama.ask("Hi"), openrouter.WithMaxRetries(0))
					require.Error(t, err)
					row.check(t, err)
					requireSent(t, &sent, 1)
				})
			}
		}
	}
}

func apiStatus(status int) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		assert.Equal(t, status, requireAPIError(t, err).StatusCode, "%v", err)
	}
}

// givenUp is the end of a request that a connection gave up.
func givenUp(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*openrouter.ConnectionError](err)
	require.True(t, ok, "%T: %v", err, err)
	for _, other := range []error{context.Canceled, context.DeadlineExceeded, openrouter.ErrAttemptTimeout} {
		assert.NotErrorIs(t, e, other)
	}
}

// refusedOrGivenUp is what becomes of a request whose server closes: the proxy says
// so, or resets the stream.
func refusedOrGivenUp(t *testing.T, err error) {
	t.Helper()
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		assert.Contains(t, []int{502, 503}, e.StatusCode)
		return
	}
	givenUp(t, err)
}

// TestPlainHTTPOnATLSPort is not retried: it would fail again.
func TestPlainHTTPOnATLSPort(t *testing.T) {
	skipUnlessUp(t, nginx.name, nginx.http)
	retries := 0
	client := openrouter.NewClient(openrouter.WithBaseURL("https://"+nginx.http+"/api/v1"), openrouter.WithAPIKey(testKey),
		openrouter.WithOnRetry(func(openrouter.Retry) { retries++ }))
	_, err := client.Chat.Create(bounded(t), llama.ask("Hi"))
	require.ErrorIs(t, err, http.ErrSchemeMismatch)
	assert.Zero(t, retries)
}

// TestACertificateThatIsNotTrusted is not retried either.
func TestACertificateThatIsNotTrusted(t *testing.T) {
	skipUnlessUp(t, nginx.name, nginx.https)
	retries := 0
	client := openrouter.NewClient(openrouter.WithBaseURL("https://"+nginx.https+"/api/v1"), openrouter.WithAPIKey(testKey),
		openrouter.WithOnRetry(func(openrouter.Retry) { retries++ }))
	_, err := client.Chat.Create(bounded(t), llama.ask("Hi"))
	var e *tls.CertificateVerificationError
	require.ErrorAs(t, err, &e)
	assert.Zero(t, retries)
}

// TestADeadConnection swallows one connection to nginx, over HTTP/2, and lets the
// library find out with its defaults.
func TestADeadConnection(t *testing.T) {
	cert, err := os.ReadFile(requireFile(t, filepath.Join(installed(), "more/cert.pem")))
	require.NoError(t, err)
	skipUnlessUp(t, nginx.name, nginx.https)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cert)
	forwarder := forwardTo(t, nginx.https)
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	http.DefaultTransport = &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}
	client := openrouter.NewClient(openrouter.WithBaseURL("https://"+forwarder.address+"/api/v1"), openrouter.WithAPIKey(testKey))
	_, err = client.Chat.Create(bounded(t), llama.ask("Hi"))
	require.NoError(t, err)
	forwarder.swallow.Store(forwarder.accepted.Load())
	start := time.Now()
	res, err := client.Chat.Create(bounded(t), llama.ask("Hi"))
	require.NoError(t, err)
	assert.Equal(t, 2, res.Call().Attempts)
	assert.Less(t, time.Since(start), 30*time.Second)
	t.Logf("answered by another connection after %v", time.Since(start).Round(100*time.Millisecond))
}

// forwarder passes bytes on, but for those of the first so many connections.
type forwarder struct {
	address           string
	accepted, swallow atomic.Int32
}

func forwardTo(t *testing.T, upstream string) *forwarder {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := &forwarder{address: l.Addr().String()}
	ctx := t.Context()
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			here, err := l.Accept()
			if err != nil {
				return
			}
			n := f.accepted.Add(1)
			there, err := net.Dial("tcp", upstream)
			if err != nil {
				here.Close()
				continue
			}
			context.AfterFunc(ctx, func() { here.Close(); there.Close() })
			pass := func(to, from net.Conn) {
				buf := make([]byte, 4<<10)
				for {
					k, err := from.Read(buf)
					if n > f.swallow.Load() && k > 0 {
						_, _ = to.Write(buf[:k]) // it may have gone
					}
					if err != nil {
						to.Close()
						return
					}
				}
			}
			go pass(here, there)
			go pass(there, here)
		}
	}()
	return f
}
