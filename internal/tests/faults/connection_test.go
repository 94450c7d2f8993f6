package faults_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// countingServer counts connections and requests that are under way.
type countingServer struct {
	*httptest.Server
	connections atomic.Int32
	inFlight    sync.WaitGroup
}

// serve gives every request the reply, over HTTP/1.1 or HTTP/2.
func serve(t *testing.T, http2 bool, r reply) *countingServer {
	before := goleak.IgnoreCurrent()
	s := &countingServer{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		s.inFlight.Add(1)
		defer s.inFlight.Done()
		(&faultServer{t: t, replies: []reply{r}}).ServeHTTP(w, req)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	s.EnableHTTP2 = http2
	if http2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		s.Client().CloseIdleConnections()
		s.Close()
		assert.NoError(t, goleak.Find(before), "goroutines")
	})
	return s
}

func (s *countingServer) client(opts ...openrouter.Option) *openrouter.Client {
	own := options(openrouter.WithAPIKey(secretKey), openrouter.WithBaseURL(s.URL+"/api/v1"), openrouter.WithHTTPClient(s.Client()), openrouter.WithMaxRetries(0))
	return openrouter.NewClient(append(own, opts...)...)
}

// letGo waits until no request is under way.
func (s *countingServer) letGo(t *testing.T) {
	defer time.AfterFunc(patience, func() { t.Error("the client still holds a request"); s.CloseClientConnections() }).Stop()
	s.inFlight.Wait()
}

func overBoth(t *testing.T, test func(t *testing.T, http2 bool)) {
	t.Run("HTTP/1.1", func(t *testing.T) { test(t, false) })
	t.Run("HTTP/2", func(t *testing.T) { test(t, true) })
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	late := pauses(20 * time.Millisecond)
	rows := []struct {
		name  string
		calls int
		do    method
		r     reply
	}{
		{"answers", 50, create, answers("hello")},
		{"streams that end 20 ms after they are done", 50, stream, streams(append(finally(says("hello")), late)...)},
		{"streams that end 20 ms, and some more, after they are done", 5, stream, streams(append(finally(says("hello")), processing, late, processing)...)},
		{"whole answers in place of streams", 50, stream, says200(bodySaying("hello"))},
		{"refusals", 50, create, refuses(429, failure(429, "slow down"))},
		{"refusals of streams", 50, stream, refuses(429, failure(429, "slow down"))},
		{"reports in an answer", 50, create, says200(failure(502, "down"))},
		{"reports in a stream", 5, stream, streams(says("hel"), reports(502, "down"), counts, done, late)},
		{"reports in a stream's first event", 50, stream, streams(reports(502, "down"))},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			overBoth(t, func(t *testing.T, http2 bool) {
				srv := serve(t, http2, row.r)
				client := srv.client()
				for range row.calls {
					o := outcome{t: t, method: row.do, client: client}
					(&caller{}).do(t.Context(), &o, nil)
				}
				// On a busy machine the end of a stream may come too late now and then.
				assert.LessOrEqual(t, int(srv.connections.Load()), 1+row.calls/5, "connections for %d calls", row.calls)
			})
		})
	}
}

func TestManyAtATimeUseTheirConnectionsAgain(t *testing.T) {
	const wave = 40
	var arrived sync.WaitGroup
	srv := serve(t, false, of(func(x *exchange) error {
		arrived.Done()
		arrived.Wait() // none gives its connection to another of its wave
		return x.play(answers("hello").steps)
	}))
	client := openrouter.NewClient(openrouter.WithAPIKey(secretKey), openrouter.WithBaseURL(srv.URL+"/api/v1"))
	for range 3 {
		arrived.Add(wave)
		var calls sync.WaitGroup
		for range wave {
			calls.Go(func() {
				_, err := client.Chat.Create(t.Context(), faultRequest)
				assert.NoError(t, err)
			})
		}
		calls.Wait()
	}
	assert.EqualValues(t, wave, srv.connections.Load())
	srv.CloseClientConnections() // they belong to the client's own transport
	runtime.KeepAlive(client)
}

func TestCloseUnblocksAReader(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		srv := serve(t, http2, streams(says("hel"), hangs))
		s, err := srv.client().Chat.Stream(t.Context(), faultRequest)
		require.NoError(t, err)
		read, ended := make(chan struct{}), make(chan error)
		go func() {
			for _, err := range s.Chunks() {
				if err != nil {
					ended <- err
					return
				}
				close(read)
			}
		}()
		<-read
		start := time.Now()
		require.NoError(t, s.Close())
		err = <-ended
		assert.Less(t, time.Since(start), time.Second)
		require.ErrorIs(t, err, openrouter.ErrStreamClosed)
		srv.letGo(t)
		assert.Equal(t, "hel", s.Response().Text())
	})
}

// TestEveryWayOut leaves a stream at each of its points, in each way.
func TestEveryWayOut(t *testing.T) {
	ways := map[string]func(s *openrouter.Stream, cancel context.CancelFunc) (stay bool){
		"left":                        func(*openrouter.Stream, context.CancelFunc) bool { return false },
		"closed":                      func(s *openrouter.Stream, _ context.CancelFunc) bool { s.Close(); return true },
		"closed elsewhere":            func(s *openrouter.Stream, _ context.CancelFunc) bool { go s.Close(); return true },
		"cancelled":                   func(_ *openrouter.Stream, cancel context.CancelFunc) bool { cancel(); return true },
		"cancelled, closed, and left": func(s *openrouter.Stream, cancel context.CancelFunc) bool { go cancel(); go s.Close(); return false },
	}
	overBoth(t, func(t *testing.T, http2 bool) {
		for name, way := range ways {
			for n := range 5 {
				t.Run(name, func(t *testing.T) {
					srv := serve(t, http2, streams(says("a"), processing, says("a"), says("a"), says("a"), hangs))
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					o := outcome{t: t, method: stream, client: srv.client()}
					c := atChunk(n, way)
					c.do(ctx, &o, cancel)
					srv.letGo(t)
					assert.GreaterOrEqual(t, len(o.chunks), n)
					assert.Equal(t, letters(len(o.chunks)), o.text)
				})
			}
		}
	})
}

func TestAPanicInTheLoopClosesTheStream(t *testing.T) {
	overBoth(t, func(t *testing.T, http2 bool) {
		srv := serve(t, http2, streams(says("hel"), hangs))
		s, err := srv.client().Chat.Stream(t.Context(), faultRequest)
		require.NoError(t, err)
		assert.Panics(t, func() {
			for range s.Chunks() {
				panic("the caller's")
			}
		})
		srv.letGo(t)
	})
}

// TestAnswersOutliveTheNext holds that answers and errors share no memory with
// those of later calls.
func TestAnswersOutliveTheNext(t *testing.T) {
	for name, body := range map[string]string{
		"an answer":          `{"id":"gen-1","x":{"y":"KEEP"},"choices":[{"index":0,"z":["KEEP"],"message":{"role":"assistant","content":[{"type":"new","text":"KEEP"}]}}]}`,
		"an error":           `{"error":{"code":400,"message":"KEEP","metadata":{"raw":"KEEP"},"y":"KEEP"},"user_id":"KEEP","openrouter_metadata":{"x":"KEEP"}}`,
		"half an answer":     `{"id":"gen-1","x":"KEEP","choices":[{"index":0,"message":{"content":"KEEP"},"error":{"code":502,"message":"KEEP","metadata":{"raw":"KEEP"}}}]}`,
		"something else":     `KEEP`,
		"something not JSON": `{"choices":[{}],"x":KEEP}`,
		"a wrong shape":      `{"choices":"KEEP"}`,
	} {
		t.Run(name, func(t *testing.T) {
			call := func(word string) string {
				res, err := kit.CreateFrom(t, kit.Answering(200, nil, []byte(strings.ReplaceAll(body, "KEEP", word))))
				kept := func() string {
					var text strings.Builder
					fmt.Fprint(&text, kit.Encode(t, res), err)
					if e, ok := err.(*openrouter.APIError); ok {
						fmt.Fprint(&text, string(e.Body), string(e.Metadata), e.UserID, kit.Encode(t, e.Partial), kit.Encode(t, e.RouterMetadata))
					}
					if e, ok := err.(*openrouter.DecodeError); ok {
						fmt.Fprint(&text, string(e.Body))
					}
					return text.String()
				}
				before := kept()
				for range 10 {
					_, _ = kit.CreateFrom(t, kit.Answering(200, nil, []byte(strings.Repeat(`{"choices":[{}]} `, 100))))
				}
				assert.Equal(t, before, kept())
				return before
			}
			assert.NotEqual(t, call("some"), call("more"), "it holds what was sent")
		})
	}
}

func TestAForgottenStreamIsFreed(t *testing.T) {
	for name, use := range map[string]func(*openrouter.Stream){
		"never read": func(*openrouter.Stream) {},
		"read a little": func(s *openrouter.Stream) {
			_ = s.Response()
			_ = s.Chunks() // and never ranged over
		},
	} {
		t.Run(name, func(t *testing.T) {
			overBoth(t, func(t *testing.T, http2 bool) {
				srv := serve(t, http2, streams(says("hel"), says("lo"), hangs))
				func() {
					s, err := srv.client(contentTimeoutOf(time.Hour)).Chat.Stream(t.Context(), faultRequest)
					require.NoError(t, err)
					use(s)
				}()
				free := make(chan struct{})
				go func() {
					srv.inFlight.Wait()
					close(free)
				}()
				for range 1000 {
					runtime.GC()
					select {
					case <-free:
						return
					case <-time.After(5 * time.Millisecond):
					}
				}
				t.Error("it is still there")
				srv.CloseClientConnections()
			})
		})
	}
}

func contentTimeoutOf(d time.Duration) openrouter.Option { return contentTimeout(d, d) }

// TestAStaleConnection has the server close a connection just as it is used
// again: nobody knows what became of the request, so that it counts as sent.
func TestAStaleConnection(t *testing.T) {
	for name, policy := range map[string]openrouter.RetryPolicy{"repeated": openrouter.RetryTransient, "not repeated": openrouter.RetryUnprocessed} {
		t.Run(name, func(t *testing.T) {
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
					in := bufio.NewReader(conn)
					for range 2 {
						req, err := http.ReadRequest(in)
						if err != nil {
							break
						}
						_, _ = io.Copy(io.Discard, req.Body)
						if n := requests.Add(1); n != 2 {
							body := bodySaying("hello")
							_, _ = io.WriteString(conn, jsonHead+"Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
						} else {
							break
						}
					}
					conn.Close()
				}
			}()
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client := openrouter.NewClient(openrouter.WithAPIKey(secretKey), openrouter.WithBaseURL("http://"+l.Addr().String()+"/api/v1"),
				openrouter.WithHTTPClient(&http.Client{Transport: transport}), inHaste, openrouter.WithRetryPolicy(policy))
			res, err := client.Chat.Create(t.Context(), faultRequest)
			require.NoError(t, err)
			assert.Equal(t, 1, res.Call().Attempts)
			res, err = client.Chat.Create(t.Context(), faultRequest)
			if name == "repeated" {
				require.NoError(t, err)
				assert.Equal(t, 2, res.Call().Attempts)
				assert.EqualValues(t, 3, requests.Load())
				return
			}
			e, ok := errors.AsType[*openrouter.ConnectionError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, 1, e.Call().Attempts)
			assert.EqualValues(t, 2, requests.Load())
		})
	}
}
