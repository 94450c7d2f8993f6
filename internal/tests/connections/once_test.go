// Package connections_test holds the library to what it says of connections: how
// often a request is sent, which failures were certainly not processed, and that a
// dead connection is found out.
package connections_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

const (
	completion = `{"id":"gen-1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hello"}}]}`
	models     = `{"data":[{"id":"a/b"}],"links":{}}`
)

// inHaste keeps retries without a hint from waiting.
var inHaste = openrouter.WithMaxRetryWait(time.Millisecond, time.Second)

// patience ends a call that would repeat its request for as long as it may.
var patience = openrouter.WithTimeout(3 * time.Second)

// transportFor trusts the server of a test.
func transportFor(t *testing.T, roots *x509.CertPool) *http.Transport {
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// inPlaceOfDefault makes a transport the one that clients without WithHTTPClient
// copy or use.
func inPlaceOfDefault(t *testing.T, transport http.RoundTripper) {
	before := http.DefaultTransport
	http.DefaultTransport = transport
	t.Cleanup(func() { http.DefaultTransport = before })
}

// transports are the ways to come to a transport.
var transports = []struct {
	name   string
	option func(t *testing.T, roots *x509.CertPool) []openrouter.Option
}{
	{"our transport", func(t *testing.T, roots *x509.CertPool) []openrouter.Option {
		inPlaceOfDefault(t, transportFor(t, roots))
		return nil
	}},
	{"a caller's client", func(t *testing.T, roots *x509.CertPool) []openrouter.Option {
		return []openrouter.Option{openrouter.WithHTTPClient(&http.Client{Transport: transportFor(t, roots)})}
	}},
	{"a caller's client with a timeout", func(t *testing.T, roots *x509.CertPool) []openrouter.Option {
		return []openrouter.Option{openrouter.WithHTTPClient(&http.Client{Transport: transportFor(t, roots), Timeout: time.Minute})}
	}},
}

// calls are requests with a body and without.
var calls = []struct {
	name string
	do   func(context.Context, *openrouter.Client, ...openrouter.Option) (openrouter.CallInfo, error)
}{
	{"POST", func(ctx context.Context, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		res, err := c.Chat.Create(ctx, question, opts...)
		return res.Call(), err
	}},
	{"POST of a stream", func(ctx context.Context, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		s, err := c.Chat.Stream(ctx, question, opts...)
		if err != nil {
			return openrouter.CallInfo{}, err
		}
		res, err := s.Collect()
		return res.Call(), err
	}},
	{"POST without a body", func(ctx context.Context, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		return c.Do(ctx, http.MethodPost, "/chat/completions", nil, nil, opts...)
	}},
	{"GET", func(ctx context.Context, c *openrouter.Client, opts ...openrouter.Option) (openrouter.CallInfo, error) {
		list, err := c.Models.List(ctx, nil, opts...)
		return list.Call(), err
	}},
}

var question = &openrouter.ChatCompletionRequest{Model: "m", Messages: []openrouter.Message{openrouter.UserMessage("hi")}}

// answerTo answers either call.
func answerTo(name string) string {
	if name == "GET" {
		return models
	}
	return completion
}

// breaks are the ways in which a peer gives a request up.
var breaks = []struct {
	name string
	at   when
	act  func(c *h2Conn, stream uint32)
}{
	{"PROTOCOL_ERROR", atEnd, func(c *h2Conn, stream uint32) { c.reset(stream, codeProtocol) }},
	{"PROTOCOL_ERROR after the head", atHead, func(c *h2Conn, stream uint32) { c.reset(stream, codeProtocol) }},
	{"REFUSED_STREAM", atEnd, func(c *h2Conn, stream uint32) { c.reset(stream, codeRefused) }},
	{"INTERNAL_ERROR", atEnd, func(c *h2Conn, stream uint32) { c.reset(stream, codeInternal) }},
	{"GOAWAY", atEnd, func(c *h2Conn, _ uint32) { c.goAway(0, codeNone) }},
	{"GOAWAY, and the connection is closed", atEnd, func(c *h2Conn, _ uint32) { c.goAway(0, codeNone); c.Close() }},
	{"a close after the head", atHead, func(c *h2Conn, _ uint32) { c.Close() }},
	{"a close after the request", atEnd, func(c *h2Conn, _ uint32) { c.Close() }},
	{"PROTOCOL_ERROR after early hints", atEnd, func(c *h2Conn, stream uint32) {
		c.earlyHints(stream)
		c.reset(stream, codeProtocol)
	}},
}

// TestOneRequestAnAttempt holds that net/http never repeats a request by itself.
func TestOneRequestAnAttempt(t *testing.T) {
	for _, row := range breaks {
		for _, via := range transports {
			for _, call := range calls {
				t.Run(row.name+"/"+via.name+"/"+call.name, func(t *testing.T) {
					s := serveH2(t, row.at, func(_ int, c *h2Conn, stream uint32) { row.act(c, stream) })
					client := newClient(s.url, via.option(t, s.roots)...)
					_, err := call.do(t.Context(), client, openrouter.WithMaxRetries(0), patience)
					assert.EqualValues(t, 1, s.requests.Load(), "requests")
					requireGivenUp(t, err, 1)

					var retries []openrouter.Retry
					_, err = call.do(t.Context(), client, openrouter.WithMaxRetries(2), inHaste, patience,
						openrouter.WithOnRetry(func(r openrouter.Retry) { retries = append(retries, r) }))
					assert.EqualValues(t, 1+3, s.requests.Load(), "requests")
					requireGivenUp(t, err, 3)
					require.Len(t, retries, 2)
					assert.False(t, retries[0].Unprocessed)
					assert.False(t, retries[0].TimedOut)

					_, err = call.do(t.Context(), client, openrouter.WithRetryPolicy(openrouter.RetryUnprocessed), inHaste, patience)
					assert.EqualValues(t, 1+3+1, s.requests.Load(), "requests")
					requireGivenUp(t, err, 1)
				})
			}
		}
	}
}

func TestAGivenUpRequestIsRetried(t *testing.T) {
	for _, row := range breaks {
		for _, call := range calls {
			t.Run(row.name+"/"+call.name, func(t *testing.T) {
				s := serveH2(t, row.at, func(n int, c *h2Conn, stream uint32) {
					if n == 1 {
						row.act(c, stream)
					} else {
						c.answer(stream, answerTo(call.name))
					}
				})
				client := newClient(s.url, openrouter.WithHTTPClient(&http.Client{Transport: transportFor(t, s.roots)}))
				info, err := call.do(t.Context(), client, inHaste, patience)
				require.NoError(t, err)
				assert.Equal(t, 2, info.Attempts)
				assert.EqualValues(t, 2, s.requests.Load())
			})
		}
	}
}

func newClient(url string, opts ...openrouter.Option) *openrouter.Client {
	return openrouter.NewClient(append([]openrouter.Option{openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithBaseURL(url + "/api/v1")}, opts...)...)
}

// requireGivenUp requires a failure of the connection after so many requests.
func requireGivenUp(t *testing.T, err error, attempts int) {
	t.Helper()
	e, ok := errors.AsType[*openrouter.ConnectionError](err)
	require.True(t, ok, "%T: %v", err, err)
	assert.Equal(t, attempts, e.Call().Attempts)
	for _, other := range []error{context.Canceled, context.DeadlineExceeded, openrouter.ErrAttemptTimeout, openrouter.ErrStreamClosed} {
		assert.NotErrorIs(t, err, other)
	}
}

// TestTheCallersTraceIsCalled holds that a trace in the caller's context sees what
// it would see without the library's own.
func TestTheCallersTraceIsCalled(t *testing.T) {
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			s := serveH2(t, atEnd, func(n int, c *h2Conn, stream uint32) {
				if n == 1 {
					c.goAway(0, codeNone)
				} else {
					c.answer(stream, answerTo(call.name))
				}
			})
			var got, wrote, first atomic.Int32
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
				GotConn:              func(httptrace.GotConnInfo) { got.Add(1) },
				WroteHeaders:         func() { wrote.Add(1) },
				GotFirstResponseByte: func() { first.Add(1) },
			})
			client := newClient(s.url, openrouter.WithHTTPClient(&http.Client{Transport: transportFor(t, s.roots)}))
			info, err := call.do(ctx, client, inHaste, patience)
			require.NoError(t, err)
			assert.Equal(t, 2, info.Attempts)
			assert.EqualValues(t, 2, s.requests.Load())
			require.Eventually(t, func() bool { return wrote.Load() == 2 }, time.Second, time.Millisecond, "over HTTP/2 the answer may be faster")
			assert.EqualValues(t, 1, first.Load())
			assert.GreaterOrEqual(t, got.Load(), int32(2))
		})
	}
}

// TestAStaleConnectionIsNotUsedAgainUncounted has a server close each connection
// as its second request arrives.
func TestAStaleConnectionIsNotUsedAgainUncounted(t *testing.T) {
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			var requests atomic.Int32
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						in := bufio.NewReader(conn)
						for n := range 2 {
							req, err := http.ReadRequest(in)
							if err != nil {
								return
							}
							_, _ = io.Copy(io.Discard, req.Body)
							requests.Add(1)
							if body := answerTo(call.name); n == 0 {
								_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
							}
						}
					}()
				}
			}()
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client := newClient("http://"+l.Addr().String(), openrouter.WithHTTPClient(&http.Client{Transport: transport}), inHaste, patience)
			_, err = call.do(t.Context(), client)
			require.NoError(t, err)
			info, err := call.do(t.Context(), client)
			require.NoError(t, err)
			assert.Equal(t, 2, info.Attempts)
			most := int32(3)
			if call.name == "GET" {
				most++ // net/http may have sent it before it heard that it should not
			}
			assert.LessOrEqual(t, requests.Load(), most)
		})
	}
}

// TestACallersRoundTripperMayRepeatAnAnsweredRequest is about packages that retry
// on their own: what they send again after an answer is their decision.
func TestACallersRoundTripperMayRepeatAnAnsweredRequest(t *testing.T) {
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			s := serveH2(t, atEnd, func(_ int, c *h2Conn, stream uint32) { c.answer(stream, answerTo(call.name)) })
			client := newClient(s.url, openrouter.WithHTTPClient(&http.Client{Transport: twice{transportFor(t, s.roots)}}), patience)
			info, err := call.do(t.Context(), client)
			require.NoError(t, err)
			assert.Equal(t, 1, info.Attempts)
			assert.EqualValues(t, 2, s.requests.Load())
		})
	}
}

// twice sends every request twice.
type twice struct{ http.RoundTripper }

func (t twice) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	again := req.Clone(req.Context())
	if again.Body, err = req.GetBody(); err != nil {
		return nil, err
	}
	return t.RoundTripper.RoundTrip(again)
}
