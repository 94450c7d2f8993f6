package connections_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// answer is a response with the status 200.
func answer(req *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req, ContentLength: -1}
}

// through is a client whose requests go through f.
func through(f roundTripper, opts ...openrouter.Option) *openrouter.Client {
	return newClient("https://openrouter.test", append([]openrouter.Option{openrouter.WithHTTPClient(&http.Client{Transport: f}), inHaste}, opts...)...)
}

// noted collects what is announced.
func noted(retries *[]openrouter.Retry) openrouter.Option {
	return openrouter.WithOnRetry(func(r openrouter.Retry) { *retries = append(*retries, r) })
}

// TestConnectionsThatCannotBeMade holds what becomes of a request of which nothing
// was sent.
func TestConnectionsThatCannotBeMade(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	refused.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = nobodysLog
	untrusted.StartTLS()
	defer untrusted.Close()
	forbidding := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer forbidding.Close()
	proxy := func(address string) func(*http.Request) (*url.URL, error) {
		return http.ProxyURL(&url.URL{Scheme: "http", Host: address})
	}
	failing := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	for _, row := range []struct {
		name      string
		url       string
		transport *http.Transport
		permanent bool
	}{
		{"refused", "http://" + refused.Addr().String(), &http.Transport{}, false},
		{"a handshake that times out", "https://" + silent.Addr().String(), &http.Transport{TLSHandshakeTimeout: 20 * time.Millisecond}, false},
		{"a dial that times out", "https://openrouter.test", &http.Transport{DialContext: failing(&net.OpError{Op: "dial", Err: timeoutError{}})}, false},
		{"a host that does not answer", "https://openrouter.test", &http.Transport{DialContext: failing(&net.OpError{Op: "dial", Err: syscall.ETIMEDOUT})}, false},
		{"a dialer that wraps that", "https://openrouter.test", &http.Transport{DialContext: failing(fmt.Errorf("dialing: %w", syscall.ETIMEDOUT))}, false},
		{"a proxy that is not there", "https://openrouter.test", &http.Transport{Proxy: proxy(refused.Addr().String())}, false},
		{"a proxy that is not there, for http", "http://127.0.0.1:9", &http.Transport{Proxy: proxy(refused.Addr().String())}, false},
		{"a proxy that refuses", "https://openrouter.test", &http.Transport{Proxy: proxy(forbidding.Listener.Addr().String())}, false},
		{"a certificate that is not trusted", untrusted.URL, &http.Transport{}, true},
		{"plain HTTP on a TLS port", "https://" + plain.Listener.Addr().String(), &http.Transport{}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			defer row.transport.CloseIdleConnections()
			for _, call := range calls {
				for _, policy := range []openrouter.RetryPolicy{openrouter.RetryTransient, openrouter.RetryUnprocessed} {
					var retries []openrouter.Retry
					client := newClient(row.url, openrouter.WithHTTPClient(&http.Client{Transport: row.transport}), inHaste, noted(&retries),
						openrouter.WithMaxRetries(1), openrouter.WithRetryPolicy(policy))
					_, err := call.do(t.Context(), client)
					var e *openrouter.ConnectionError
					require.ErrorAs(t, err, &e)
					for _, other := range []error{openrouter.ErrAttemptTimeout, context.DeadlineExceeded, context.Canceled} {
						assert.NotErrorIs(t, err, other)
					}
					assert.Zero(t, e.Call().Attempts, "nothing was sent")
					if row.permanent {
						assert.Empty(t, retries, "it would fail again")
					} else if assert.Len(t, retries, 1) {
						assert.True(t, retries[0].Unprocessed)
						assert.False(t, retries[0].TimedOut)
					}
					assert.NotContains(t, err.Error(), "\n")
				}
			}
		})
	}
}

// timeoutError is what a dialer's own time limit gives.
type timeoutError struct{}

func (timeoutError) Error() string        { return "i/o timeout" }
func (timeoutError) Timeout() bool        { return true }
func (timeoutError) Temporary() bool      { return true }
func (timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

func TestARefusedConnectionDoesNotCount(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, completion) }))
	defer srv.Close()
	dials := 0
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials == 1 {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	var retries []openrouter.Retry
	res, err := newClient(srv.URL, openrouter.WithHTTPClient(&http.Client{Transport: transport}), inHaste, noted(&retries)).Chat.Create(t.Context(), question)
	require.NoError(t, err)
	assert.Equal(t, 1, res.Call().Attempts)
	require.Len(t, retries, 1)
	assert.Equal(t, 1, retries[0].Attempt)
}

func TestACancelledContextSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client := through(func(*http.Request) (*http.Response, error) {
		t.Error("something was sent")
		return nil, io.EOF
	})
	for _, call := range calls {
		_, err := call.do(ctx, client)
		var e *openrouter.ConnectionError
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, e.Call().Attempts, call.name)
	}
}

// TestTimeoutsOfAnAttempt holds that either way to limit an attempt ends it with the
// same error, which is not that of the caller's own deadline.
func TestTimeoutsOfAnAttempt(t *testing.T) {
	hang := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, context.Cause(req.Context())
	}
	half := func(req *http.Request) (*http.Response, error) {
		res := answer(req, "")
		r, w := io.Pipe()
		context.AfterFunc(req.Context(), func() { w.CloseWithError(req.Context().Err()) })
		res.Body = r
		return res, nil
	}
	for name, reply := range map[string]roundTripper{"no response": hang, "half a response": half} {
		for limit, opts := range map[string]func(http.RoundTripper) []openrouter.Option{
			"WithTimeout": func(rt http.RoundTripper) []openrouter.Option {
				return []openrouter.Option{openrouter.WithHTTPClient(&http.Client{Transport: rt}), openrouter.WithTimeout(time.Second)}
			},
			"http.Client.Timeout": func(rt http.RoundTripper) []openrouter.Option {
				return []openrouter.Option{openrouter.WithHTTPClient(&http.Client{Transport: rt, Timeout: time.Second})}
			},
		} {
			for _, call := range calls {
				t.Run(name+"/"+limit+"/"+call.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						_, err := call.do(t.Context(), newClient("https://openrouter.test", opts(reply)...))
						require.ErrorIs(t, err, openrouter.ErrAttemptTimeout)
						assert.NotErrorIs(t, err, context.DeadlineExceeded)
						assert.NotErrorIs(t, err, context.Canceled)
						assert.NotContains(t, err.Error(), "openrouter.test", "the address is no news")
					})
				})
			}
		}
	}
}

// TestTheCauseOfAnotherCall is about errgroup, which cancels a context with the
// error of the call that failed first.
func TestTheCauseOfAnotherCall(t *testing.T) {
	hang := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	another := &openrouter.BatchError{Batch: &openrouter.Batch{ID: "batch_1"}}
	for _, call := range calls {
		synctest.Test(t, func(t *testing.T) {
			client := through(hang)
			_, first := call.do(t.Context(), client, openrouter.WithTimeout(time.Second))
			require.ErrorIs(t, first, openrouter.ErrAttemptTimeout)
			for _, cause := range []error{first, openrouter.ErrAttemptTimeout, fmt.Errorf("job 7: %w", first), errors.Join(io.EOF, first), openrouter.ErrStreamIdle, &openrouter.APIError{StatusCode: 429}, another, &openrouter.BatchUnknownError{Err: io.EOF}} {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(cause) })
				_, err := call.do(ctx, client, openrouter.WithRetryPolicy(openrouter.RetryTimeouts))
				require.ErrorIs(t, err, context.Canceled)
				for _, other := range []error{openrouter.ErrAttemptTimeout, openrouter.ErrStreamIdle, openrouter.ErrRateLimitExceeded, openrouter.ErrBatchUnknown, another} {
					assert.NotErrorIs(t, err, other)
				}
				_, isAPI := errors.AsType[*openrouter.APIError](err)
				assert.False(t, isAPI)
				assert.Contains(t, err.Error(), "context canceled")
			}
		})
	}
}

// TestTheErrorGivenToOnRetryStaysAsItIs logs in another goroutine, as programs do.
// The race detector sees a change of the error.
func TestTheErrorGivenToOnRetryStaysAsItIs(t *testing.T) {
	for _, call := range calls {
		ctx, cancel := context.WithCancel(t.Context())
		var logging sync.WaitGroup
		var given error
		client := through(func(req *http.Request) (*http.Response, error) {
			res := answer(req, `{"error":{"code":503,"message":"later"}}`)
			res.StatusCode = 503
			return res, nil
		}, openrouter.WithMaxRetryWait(time.Hour, time.Hour), openrouter.WithOnRetry(func(r openrouter.Retry) {
			given = r.Err
			logging.Go(func() {
				for range 100 {
					_ = r.Err.Error()
				}
			})
			cancel()
		}))
		_, err := call.do(ctx, client)
		logging.Wait()
		require.ErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, given, context.Canceled)
		assert.NotContains(t, given.Error(), "canceled")
	}
}

func TestOnRetryOfACallIsAddedToThatOfTheClient(t *testing.T) {
	var said []string
	says := func(what string) openrouter.Option {
		return openrouter.WithOnRetry(func(openrouter.Retry) { said = append(said, what) })
	}
	client := through(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, says("client"), openrouter.WithMaxRetries(1))
	for _, call := range []string{"one", "other"} {
		_, err := client.Chat.Create(t.Context(), question, says(call), openrouter.WithOnRetry(nil))
		require.Error(t, err)
	}
	assert.Equal(t, []string{"client", "one", "client", "other"}, said)
}

// counted is a body that counts how often it is closed.
type counted struct {
	io.Reader
	closed *atomic.Int32
}

func (c counted) Close() error {
	c.closed.Add(1)
	return nil
}

const events = `data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n"

func TestABodyIsClosedOnce(t *testing.T) {
	for name, row := range map[string]struct {
		status int
		body   string
		use    func(ctx context.Context, c *openrouter.Client)
	}{
		"an answer":           {200, completion, create},
		"a failure":           {500, `{"error":{"code":500,"message":"no"}}`, create},
		"an answer too large": {200, completion + strings.Repeat(" ", 2000), create},
		"a stream":            {200, events, collect},
		"a stream that is left": {200, events, func(ctx context.Context, c *openrouter.Client) {
			stream(ctx, c, func(*openrouter.Stream) bool { return false })
		}},
		"a stream that is closed, too": {200, events, func(ctx context.Context, c *openrouter.Client) {
			stream(ctx, c, func(s *openrouter.Stream) bool { s.Close(); return true })
		}},
		"a stream that is cut":          {200, events[:40], collect},
		"a stream that fails":           {200, "data: {\"error\":{\"code\":500,\"message\":\"no\"}}\n\ndata: [DONE]\n\n", collect},
		"a whole answer for a stream":   {200, completion, collect},
		"no answer for a stream at all": {200, "<html>", collect},
	} {
		t.Run(name, func(t *testing.T) {
			var closed atomic.Int32
			func() {
				row.use(t.Context(), through(func(req *http.Request) (*http.Response, error) {
					res := answer(req, "")
					res.StatusCode, res.Body = row.status, counted{strings.NewReader(row.body), &closed}
					return res, nil
				}, openrouter.WithMaxRetries(0), openrouter.WithMaxBodySize(1000)))
			}()
			for range 3 {
				runtime.GC() // which closes streams that are forgotten
				time.Sleep(time.Millisecond)
			}
			assert.EqualValues(t, 1, closed.Load())
		})
	}
}

func create(ctx context.Context, c *openrouter.Client) { _, _ = c.Chat.Create(ctx, question) }

func collect(ctx context.Context, c *openrouter.Client) {
	if s, err := c.Chat.Stream(ctx, question); err == nil {
		_, _ = s.Collect()
		s.Close()
	}
}

func stream(ctx context.Context, c *openrouter.Client, each func(*openrouter.Stream) bool) {
	s, err := c.Chat.Stream(ctx, question)
	if err != nil {
		return
	}
	for range s.Chunks() {
		if !each(s) {
			break
		}
	}
}

// TestReadStreamOfAPipe ends at [DONE], although the other side stays open.
func TestReadStreamOfAPipe(t *testing.T) {
	for name, wrap := range map[string]func(*io.PipeReader) io.Reader{
		"closer":    func(r *io.PipeReader) io.Reader { return r },
		"no closer": func(r *io.PipeReader) io.Reader { return struct{ io.Reader }{r} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, w := io.Pipe()
				go func() { _, _ = io.WriteString(w, events) }()
				start := time.Now()
				done := make(chan error)
				go func() {
					_, err := openrouter.ReadStream(wrap(r)).Collect()
					done <- err
				}()
				select {
				case err := <-done:
					require.NoError(t, err)
				case <-time.After(time.Hour):
					t.Error("it is still reading")
					w.Close()
					<-done
				}
				assert.Zero(t, time.Since(start))
			})
		})
	}
}

// TestAPanicInACallbackLeavesNoConnection panics while the first event is awaited.
func TestAPanicInACallbackLeavesNoConnection(t *testing.T) {
	var closed atomic.Int32
	var ctx context.Context
	client := through(func(req *http.Request) (*http.Response, error) {
		ctx = req.Context()
		res := answer(req, "")
		res.Header.Set("Content-Type", "text/event-stream")
		res.Body = counted{strings.NewReader(": processing\n\n" + events), &closed}
		return res, nil
	}, openrouter.WithOnComment(func(string) { panic("the caller's") }))
	assert.PanicsWithValue(t, "the caller's", func() { _, _ = client.Chat.Stream(t.Context(), question) })
	assert.EqualValues(t, 1, closed.Load())
	assert.Error(t, ctx.Err())
}

// TestPacketsDoNotMatter reads bodies in one piece and byte by byte.
func TestPacketsDoNotMatter(t *testing.T) {
	const mark = "\xEF\xBB\xBF"
	for _, contentType := range []string{"text/event-stream", "application/json", "text/plain", ""} {
		for _, body := range []string{
			events, mark + events, "\n\n" + events, mark + "\n" + events, ": c\n\n" + events, "id: 1\n" + events, "event: x\n" + events, "retry: 1\n" + events,
			completion, mark + completion, " \n" + completion, mark + " " + completion,
			"i", "id", "internal error", "d", "data", "e", "", mark, "\xEF", "\xEF\xBB", "<html>", mark + "<html>", `{"error":{"code":400,"message":"no"}}`, mark + `{"error":{"code":400,"message":"no"}}`,
			"retry later", "error: x", "erroneous", events[:20], `[]`, "null",
		} {
			var ends []string
			for _, packets := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
				_, err := calls[1].do(t.Context(), through(func(req *http.Request) (*http.Response, error) {
					res := answer(req, "")
					res.Header.Set("Content-Type", contentType)
					res.Body = io.NopCloser(packets(strings.NewReader(body)))
					return res, nil
				}, openrouter.WithMaxRetries(0)))
				ends = append(ends, fmt.Sprintf("%T: %v", err, err))
			}
			for _, end := range ends[1:] {
				assert.Equal(t, ends[0], end, "%q as %q", body, contentType)
			}
			if strings.Contains(body, `"hello"`) {
				assert.Equal(t, "<nil>: <nil>", ends[0], "%q as %q", body, contentType)
			}
			if body == "i" && contentType != "text/event-stream" {
				assert.Contains(t, ends[0], "not JSON", "%q is no event stream", body)
			}
		}
	}
}

func TestErrorsAreOneLine(t *testing.T) {
	wrong := errors.New("first\nsecond\r\nthird\x1b[0m")
	for _, call := range calls {
		_, err := call.do(t.Context(), through(func(*http.Request) (*http.Response, error) { return nil, wrong }, openrouter.WithMaxRetries(0)))
		assert.Contains(t, err.Error(), "first second third")
		assert.NotContains(t, err.Error(), "\n")
		assert.ErrorIs(t, err, wrong)

		ctx, cancel := context.WithCancelCause(t.Context())
		_, err = call.do(ctx, through(func(*http.Request) (*http.Response, error) { return nil, io.EOF },
			openrouter.WithOnRetry(func(openrouter.Retry) { cancel(wrong) })))
		assert.Contains(t, err.Error(), "first second third")
		assert.NotContains(t, err.Error(), "\n")
	}
	_, err := openrouter.ReadStream(iotest.ErrReader(wrong)).Collect()
	assert.Contains(t, err.Error(), "first second third")
	assert.NotContains(t, err.Error(), "\n")
}

// TestDoSaysWhereNotWhat holds that no text of the answer comes into an error.
func TestDoSaysWhereNotWhat(t *testing.T) {
	const key = "sk-or-v1-test"
	type timed struct{ At time.Time }
	for _, row := range []struct {
		body   string
		out    any
		offset int // in the body without the key
		rest   string
	}{
		{`{"a":SECRET}`, new(map[string]int), 5, "SECRET}"},
		{`{"a":"SECRET"`, new(map[string]string), 13, ""},
		{`{"key":"` + key + `","a":SECRET}`, new(map[string]any), 0, "SECRET}"},
		{`{"key":"` + key + `","a":"x" SECRET}`, new(map[string]any), 0, "SECRET}"},
		{`{"at":"SECRET"}`, new(timed), 0, ""},
		{`{"a":987654321}`, new(map[string]int8), 0, ""},
		{`{"a":"SECRET"}`, new(map[string]int), 0, ""},
		{`{"a":"SECRET"}`, new(struct {
			A int `json:",string"`
		}), 0, ""},
	} {
		client := through(func(req *http.Request) (*http.Response, error) { return answer(req, row.body), nil })
		_, err := client.Do(t.Context(), http.MethodGet, "/x", nil, row.out)
		var e *openrouter.DecodeError
		if !assert.ErrorAs(t, err, &e, row.body) {
			continue
		}
		for _, data := range []string{"SECRET", "987654321", key, "'S'"} {
			assert.NotContains(t, err.Error(), data, row.body)
		}
		assert.NotContains(t, string(e.Body), key)
		if row.offset > 0 {
			assert.Equal(t, row.offset, e.Offset, "%s: %v", row.body, err)
		}
		if row.rest != "" {
			assert.Equal(t, row.rest, string(e.Body[e.Offset:]), "%s: %v", row.body, err)
		}
		assert.LessOrEqual(t, e.Offset, len(e.Body))
	}
	var typed *json.UnmarshalTypeError
	_, err := through(func(req *http.Request) (*http.Response, error) { return answer(req, `{"a":"x"}`), nil }).
		Do(t.Context(), http.MethodGet, "/x", nil, new(map[string]int))
	require.ErrorAs(t, err, &typed, "the cause is there for programs")
}

// TestOffsetsOfAnswers holds that the offset counts in the body without secrets.
func TestOffsetsOfAnswers(t *testing.T) {
	const key = "sk-or-v1-test"
	for _, call := range calls[:2] {
		_, err := call.do(t.Context(), through(func(req *http.Request) (*http.Response, error) {
			return answer(req, `{"x":"`+key+`","choices":?}`), nil
		}))
		var e *openrouter.DecodeError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "?}", string(e.Body[e.Offset:]))
	}
}

// TestLimitsAtTheirEnds gives the limits their largest value, and none.
func TestLimitsAtTheirEnds(t *testing.T) {
	for _, n := range []int64{0, math.MaxInt64, math.MaxInt64 - 1, math.MaxInt32, math.MaxUint32, 1 << 32} {
		for _, call := range calls {
			_, err := call.do(t.Context(), through(func(req *http.Request) (*http.Response, error) {
				body := answerTo(call.name)
				if call.name == "POST of a stream" {
					body = events
				}
				return answer(req, body), nil
			}), openrouter.WithMaxBodySize(n), openrouter.WithMaxEventSize(n), openrouter.WithMaxStreamSize(n))
			assert.NoError(t, err, "%s with %d", call.name, n)
		}
	}
}

func TestTheLongestIdleTimeoutKeepsTheContentTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var serving sync.WaitGroup
		defer serving.Wait()
		client := through(func(req *http.Request) (*http.Response, error) {
			r, w := io.Pipe()
			context.AfterFunc(req.Context(), func() { w.CloseWithError(req.Context().Err()) })
			serving.Go(func() {
				for {
					if _, err := io.WriteString(w, ": processing\n\n"); err != nil {
						return
					}
					time.Sleep(time.Second)
				}
			})
			res := answer(req, "")
			res.Body = r
			return res, nil
		})
		start := time.Now()
		_, err := client.Chat.Stream(t.Context(), question, openrouter.WithTimeout(math.MaxInt64), openrouter.WithStreamIdleTimeout(math.MaxInt64), openrouter.WithContentTimeout(time.Minute, 0))
		require.ErrorIs(t, err, openrouter.ErrContentTimeout)
		assert.Equal(t, time.Minute, time.Since(start))
	})
	synctest.Test(t, func(t *testing.T) { // the clock has run for a while when the long wait begins
		r, w := io.Pipe()
		go func() {
			for range 3 {
				time.Sleep(time.Minute)
				_, _ = io.WriteString(w, strings.Replace(events, "data: [DONE]\n\n", "", 1))
			}
			time.Sleep(time.Hour)
			_, _ = io.WriteString(w, "data: [DONE]\n\n")
			w.Close()
		}()
		client := through(func(req *http.Request) (*http.Response, error) {
			res := answer(req, "")
			res.Body = r
			return res, nil
		})
		_, err := calls[1].do(t.Context(), client, openrouter.WithStreamIdleTimeout(math.MaxInt64))
		require.NoError(t, err)
	})
}

// TestAStreamOfManyEvents is larger than a stream may be, although no event is.
func TestAStreamOfManyEvents(t *testing.T) {
	chunk := `data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"hello"}}]}` + "\n\n"
	_, err := calls[1].do(t.Context(), through(func(req *http.Request) (*http.Response, error) {
		return answer(req, strings.Repeat(chunk, 1000)), nil
	}), openrouter.WithMaxStreamSize(10<<10))
	require.ErrorIs(t, err, openrouter.ErrTooLarge)
	var e *openrouter.StreamError
	require.ErrorAs(t, err, &e)
	assert.Positive(t, len(e.Partial.Text()))
	assert.Less(t, len(e.Partial.Text()), 10<<10)
}

// TestADefaultUserAgentComesBack clears the header that another option set.
func TestADefaultUserAgentComesBack(t *testing.T) {
	var sent []string
	f := func(req *http.Request) (*http.Response, error) {
		sent = append(sent, req.Header.Get("User-Agent"))
		return answer(req, completion), nil
	}
	create(t.Context(), through(f))
	create(t.Context(), through(f, openrouter.WithHeader("User-Agent", "")))
	create(t.Context(), through(f, openrouter.WithUserAgent("mine"), openrouter.WithHeader("user-agent", "")))
	require.Len(t, sent, 3)
	assert.Contains(t, sent[0], "openrouter-go/")
	assert.Equal(t, []string{sent[0], sent[0]}, sent[1:])
}

func TestTheEnvironment(t *testing.T) {
	var went []string
	f := func(req *http.Request) (*http.Response, error) {
		went = append(went, req.URL.String())
		return answer(req, completion), nil
	}
	call := func(opts ...openrouter.Option) error {
		opts = append(opts, openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithHTTPClient(&http.Client{Transport: roundTripper(f)}))
		_, err := openrouter.NewClient(opts...).Chat.Create(t.Context(), question)
		return err
	}
	t.Setenv("OPENROUTER_BASE_URL", " \t")
	require.NoError(t, call())
	t.Setenv("OPENROUTER_BASE_URL", "http://gateway:8080/v1")
	var invalid *openrouter.ValidationError
	require.ErrorAs(t, call(), &invalid)
	t.Setenv("OPENROUTER_INSECURE_HTTP", "0")
	require.ErrorAs(t, call(), &invalid)
	t.Setenv("OPENROUTER_INSECURE_HTTP", "1")
	require.NoError(t, call())
	t.Setenv("OPENROUTER_BASE_URL", "https://gateway/v1?")
	require.ErrorAs(t, call(), &invalid)
	assert.Equal(t, []string{"https://openrouter.ai/api/v1/chat/completions", "http://gateway:8080/v1/chat/completions"}, went)
}

// TestWhatIsNotRepeatedIsNotRetryable is about responses that are no report of a
// known kind.
func TestWhatIsNotRepeatedIsNotRetryable(t *testing.T) {
	for _, body := range []string{"", "<html>", "[]", "hello", `{"choices":[],"code":0,"message":"?"}`, `{"x":1}`} {
		var retries []openrouter.Retry
		_, err := through(func(req *http.Request) (*http.Response, error) { return answer(req, body), nil }, noted(&retries)).Chat.Create(t.Context(), question)
		var e *openrouter.APIError
		require.ErrorAs(t, err, &e, body)
		assert.Equal(t, len(retries) > 0, e.Retryable(), body)
	}
}

// TestAnAnnouncedLengthIsUsed allocates little more than an answer has.
func TestAnAnnouncedLengthIsUsed(t *testing.T) {
	const size = 32 << 20
	piece := bytes.Repeat([]byte(" "), 64<<10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		for range size / len(piece) {
			_, _ = w.Write(piece)
		}
	}))
	defer srv.Close()
	client := newClient(srv.URL, openrouter.WithHTTPClient(srv.Client()))
	var before, after runtime.MemStats
	var body []byte
	runtime.ReadMemStats(&before)
	_, err := client.Do(t.Context(), http.MethodGet, "/x", nil, &body)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.Len(t, body, size)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(3*size))
}
