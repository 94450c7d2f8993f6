package interop_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// Toxiproxy forwards to llama-server, and does to the bytes what a toxic says.
const toxiproxy = "127.0.0.1:18474"

// toxic is a toxic on the way from the server.
type toxic struct {
	kind       string
	attributes map[string]int
}

// toxics is a proxy of a test's own.
type toxics struct {
	t    *testing.T
	name string
	url  string
}

func newToxics(t *testing.T) *toxics {
	skipUnlessUp(t, "Toxiproxy", toxiproxy)
	x := &toxics{t: t, name: t.Name()}
	var made struct{ Listen string }
	x.name = "test-" + time.Now().Format("150405.000000000")
	x.do(http.MethodPost, "/proxies", map[string]any{"name": x.name, "listen": "127.0.0.1:0", "upstream": "127.0.0.1:18080", "enabled": true}, &made)
	x.url = "http://" + made.Listen + "/v1"
	t.Cleanup(func() { x.do(http.MethodDelete, "/proxies/"+x.name, nil, nil) })
	return x
}

func (x *toxics) do(method, path string, in, out any) {
	body, err := json.Marshal(in)
	require.NoError(x.t, err)
	req, err := http.NewRequest(method, "http://"+toxiproxy+path, bytes.NewReader(body))
	require.NoError(x.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(x.t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	require.NoError(x.t, err)
	require.Less(x.t, res.StatusCode, 300, string(answer))
	if out != nil {
		require.NoError(x.t, json.Unmarshal(answer, out))
	}
}

// add puts a toxic on the way, of connections that are open, too. The type down
// stands for the proxy itself, which closes its connections and listens no more.
func (x *toxics) add(what toxic) {
	if what.kind == "down" {
		x.do(http.MethodPost, "/proxies/"+x.name, map[string]any{"enabled": false}, nil)
		return
	}
	x.put("downstream", what)
}

// put puts a toxic on the way from the server, which is downstream, or to it.
func (x *toxics) put(way string, what toxic) {
	x.do(http.MethodPost, "/proxies/"+x.name+"/toxics", map[string]any{"type": what.kind, "stream": way, "attributes": what.attributes}, nil)
}

func (x *toxics) client(opts ...openrouter.Option) *openrouter.Client {
	transport := &http.Transport{}
	x.t.Cleanup(transport.CloseIdleConnections)
	return openrouter.NewClient(append([]openrouter.Option{
		openrouter.WithBaseURL(x.url), openrouter.WithAPIKey(testKey), openrouter.WithHTTPClient(&http.Client{Transport: transport}),
		openrouter.WithMaxRetryWait(10*time.Millisecond, time.Second),
	}, opts...)...)
}

// An end is how a call ends.
type end func(t *testing.T, err error)

func completely(t *testing.T, err error) { require.NoError(t, err) }

// timedOut is the end of an attempt that had its time: it is not repeated.
func timedOut(t *testing.T, err error) {
	requireEnd[*openrouter.ConnectionError](t, err, openrouter.ErrAttemptTimeout, 1)
}

// brokeUp is the end of three attempts without a response.
func brokeUp(t *testing.T, err error) {
	requireEnd[*openrouter.ConnectionError](t, err, nil, 3)
	assert.NotErrorIs(t, err, openrouter.ErrAttemptTimeout)
}

// neverBegan is the end where nothing was sent.
func neverBegan(t *testing.T, err error) {
	requireEnd[*openrouter.ConnectionError](t, err, syscall.ECONNREFUSED, 0)
}

func requireEnd[E interface {
	error
	Call() openrouter.CallInfo
}](t *testing.T, err, reason error, attempts int) {
	t.Helper()
	e, ok := errors.AsType[E](err)
	require.True(t, ok, "%T: %v", err, err)
	assert.Equal(t, attempts, e.Call().Attempts)
	if reason != nil {
		assert.ErrorIs(t, e, reason)
	}
}

// TestToxicsAtTheStart puts a toxic on the way before the request.
func TestToxicsAtTheStart(t *testing.T) {
	for _, row := range []struct {
		name  string
		toxic toxic
		with  openrouter.Option
		end   end
	}{
		{"latency", toxic{"latency", map[string]int{"latency": 300, "jitter": 50}}, nil, completely},
		{"a narrow way", toxic{"bandwidth", map[string]int{"rate": 20}}, nil, completely},
		{"a close that takes its time", toxic{"slow_close", map[string]int{"delay": 500}}, nil, completely},
		{"packets of a byte or two", toxic{"slicer", map[string]int{"average_size": 2, "size_variation": 1, "delay": 10}}, nil, completely},
		{"nothing comes", toxic{"timeout", map[string]int{"timeout": 0}}, openrouter.WithTimeout(300 * time.Millisecond), timedOut},
		{"nothing comes, then it is closed", toxic{"timeout", map[string]int{"timeout": 100}}, nil, brokeUp},
		{"a reset", toxic{"reset_peer", map[string]int{"timeout": 0}}, nil, brokeUp},
		{"a cut in the head", toxic{"limit_data", map[string]int{"bytes": 20}}, nil, brokeUp},
		{"no proxy", toxic{"down", nil}, nil, neverBegan},
	} {
		for method, call := range methods {
			t.Run(row.name+"/"+method, func(t *testing.T) {
				x := newToxics(t)
				if row.toxic.kind == "timeout" { // the server must not end the silence
					x.put("upstream", row.toxic)
				} else {
					x.add(row.toxic)
				}
				client := x.client()
				var opts []openrouter.Option
				if row.with != nil {
					opts = append(opts, row.with)
				}
				start := time.Now()
				res, err := call(bounded(t), client, llama.ask("Hi"), opts...)
				row.end(t, err)
				if err == nil {
					assert.Contains(t, res.Text(), "hand-wired toy model")
				}
				t.Logf("after %v: %v", time.Since(start).Round(10*time.Millisecond), err)
			})
		}
	}
}

// long is a request whose answer has that many tokens.
func long(tokens int) *openrouter.ChatCompletionRequest {
	req := llama.ask("#loop")
	req.MaxCompletionTokens = new(tokens)
	return req
}

// TestToxicsInMidAnswer puts a toxic on the way of a stream that has begun.
func TestToxicsInMidAnswer(t *testing.T) {
	silent := func(t *testing.T, err error) {
		requireEnd[*openrouter.StreamError](t, err, openrouter.ErrStreamIdle, 1)
	}
	cut := func(t *testing.T, err error) {
		requireEnd[*openrouter.StreamError](t, err, nil, 1)
		assert.True(t, errors.Is(err, openrouter.ErrStreamTruncated) || errors.Is(err, syscall.ECONNRESET), "%v", err)
	}
	for _, row := range []struct {
		name   string
		toxic  toxic
		end    end
		whole  bool // the answer arrives
		silent bool
	}{
		{"latency", toxic{"latency", map[string]int{"latency": 200}}, completely, true, false},
		{"a narrow way", toxic{"bandwidth", map[string]int{"rate": 400}}, completely, true, false},
		{"packets of a few bytes", toxic{"slicer", map[string]int{"average_size": 60, "size_variation": 20, "delay": 10}}, completely, true, false},
		{"nothing comes any more", toxic{"timeout", map[string]int{"timeout": 0}}, silent, false, true},
		{"nothing comes, then it is closed", toxic{"timeout", map[string]int{"timeout": 100}}, cut, false, false},
		{"a reset", toxic{"reset_peer", map[string]int{"timeout": 0}}, cut, false, false},
		{"a cut", toxic{"limit_data", map[string]int{"bytes": 1000}}, cut, false, false},
		{"the proxy goes", toxic{"down", nil}, cut, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			var s *openrouter.Stream
			var text string
			var chunks int
			var err error
			play := func(tokens int, idle time.Duration) {
				x := newToxics(t)
				text, chunks = "", 0
				if s, err = x.client(openrouter.WithStreamIdleTimeout(idle)).Chat.Stream(bounded(t), long(tokens)); err != nil {
					return
				}
				text, chunks, err = read(s, func(chunks int) {
					if chunks == 5 {
						x.add(row.toxic)
					}
				})
			}
			switch {
			case row.whole:
				play(500, time.Minute)
			case row.silent:
				eventually(t, "the clock is faster than the server, which ends the silence", func() bool {
					play(3500, 150*time.Millisecond)
					return errors.Is(err, openrouter.ErrStreamIdle) && chunks > 0
				})
			default:
				eventually(t, "the toxic is faster than the server", func() bool {
					play(3500, time.Minute)
					return err != nil
				})
			}
			row.end(t, err)
			if err == nil {
				assert.Equal(t, s.Response().Text(), text)
				assert.Equal(t, openrouter.FinishReasonLength, s.Response().FinishReason())
			} else {
				requireBroken(t, err, text)
			}
			t.Logf("after %d chunks: %v", chunks, err)
		})
	}
}
