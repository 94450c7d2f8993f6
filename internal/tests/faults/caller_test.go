package faults_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
)

type (
	request = openrouter.ChatCompletionRequest
	chunk   = openrouter.ChatCompletionChunk
)

// What must not come out of the library is marked in every call.
const (
	secretKey    = "sk-or-v1-KEYMARK0f9d"
	secretHeader = "HEADERMARK51c2"
	secretPrompt = "PROMPTMARK what is this?"
)

// A caller is what the caller does besides reading to the end.
type caller struct {
	deadline time.Duration // of its context
	cancelIn time.Duration // its context, with a cause
	collects bool          // instead of ranging over the chunks
	// each is called with 0 before the stream is read, and then after each
	// chunk; false leaves, for good.
	each func(n int, s *openrouter.Stream, cancel context.CancelFunc) bool
}

func deadline(d time.Duration) caller  { return caller{deadline: d} }
func cancelsIn(d time.Duration) caller { return caller{cancelIn: d} }

// atChunk lets the caller do something after the nth chunk.
func atChunk(n int, f func(s *openrouter.Stream, cancel context.CancelFunc) bool) caller {
	return caller{each: func(i int, s *openrouter.Stream, cancel context.CancelFunc) bool {
		return i != n || f(s, cancel)
	}}
}

func leavesAfter(n int) caller {
	return atChunk(n, func(*openrouter.Stream, context.CancelFunc) bool { return false })
}

func closesAfter(n int) caller {
	return atChunk(n, func(s *openrouter.Stream, _ context.CancelFunc) bool {
		s.Close()
		return true
	})
}

// closesElsewhereAfter closes from another goroutine.
func closesElsewhereAfter(n int) caller {
	return atChunk(n, func(s *openrouter.Stream, _ context.CancelFunc) bool {
		go s.Close()
		return true
	})
}

func cancelsAfter(n int) caller {
	return atChunk(n, func(_ *openrouter.Stream, cancel context.CancelFunc) bool {
		cancel()
		return true
	})
}

// takesItsTime is a caller that is busy for d with each chunk.
func takesItsTime(d time.Duration) caller {
	return caller{each: func(n int, _ *openrouter.Stream, _ context.CancelFunc) bool {
		time.Sleep(d) // the fake clock's
		return true
	}}
}

// outcome is all that came of a call.
type outcome struct {
	t      *testing.T
	method method
	fake   bool // the time and the network

	client  *openrouter.Client
	options []openrouter.Option
	stream  *openrouter.Stream
	res     *openrouter.ChatCompletion
	err     error
	chunks  []*chunk
	text    string
	left    bool // the loop
	retries []openrouter.Retry

	sent   int
	took   time.Duration
	memory uint64
}

// call is the CallInfo of whatever there is.
func (o *outcome) call() openrouter.CallInfo {
	var e interface{ Call() openrouter.CallInfo }
	switch {
	case o.err != nil && assert.ErrorAs(o.t, o.err, &e):
		return e.Call()
	case o.stream != nil:
		return o.stream.Call()
	}
	return o.res.Call()
}

var errCalledOff = errors.New("called off")

// Places to try a fault at.
type place int

const (
	anywhere place = 0         // without HTTP/2 for Create, which would not tell more
	inNoTime place = 1 << iota // a transport without a network, under a fake clock
	overHTTP1
	overHTTP2
	onTheWire // a listener that knows nothing of HTTP

	overSockets = overHTTP1 | overHTTP2
)

// run makes the call at every place of the row, by every method.
func (f *fault) run(t *testing.T, check func(outcome)) {
	methods := []method{f.do}
	if f.do == both {
		methods = []method{create, stream}
	}
	for _, m := range methods {
		on := f.on
		if on == anywhere {
			on = inNoTime | overHTTP1
			if m == stream {
				on |= overHTTP2
			}
		}
		name := map[method]string{create: "create", stream: "stream"}[m]
		if on&inNoTime != 0 {
			t.Run(name+" in no time", func(t *testing.T) { synctest.Test(t, func(t *testing.T) { f.runFake(t, m, check) }) })
		}
		if on&overHTTP1 != 0 {
			t.Run(name+" over HTTP/1.1", func(t *testing.T) { f.runHTTP(t, m, false, check) })
		}
		if on&overHTTP2 != 0 {
			t.Run(name+" over HTTP/2", func(t *testing.T) { f.runHTTP(t, m, true, check) })
		}
		if on&onTheWire != 0 {
			t.Run(name+" on the wire", func(t *testing.T) { f.runWire(t, m, check) })
		}
	}
}

func (f *fault) runFake(t *testing.T, m method, check func(outcome)) {
	s := &faultServer{t: t, replies: f.server}
	o := f.call(t, m, "https://openrouter.test/api/v1", s, nil)
	o.fake, o.sent = true, s.sent()
	check(o)
	synctest.Wait() // what is left running fails the bubble
}

func (f *fault) runHTTP(t *testing.T, m method, http2 bool, check func(outcome)) {
	before := goleak.IgnoreCurrent()
	s := &faultServer{t: t, replies: f.server}
	srv := httptest.NewUnstartedServer(s)
	srv.EnableHTTP2 = http2
	if http2 {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	transport := srv.Client().Transport.(*http.Transport)
	o := f.call(t, m, srv.URL+"/api/v1", transport, func() {
		defer time.AfterFunc(patience, func() {
			t.Errorf("the client still holds the request after %v", patience)
			srv.CloseClientConnections()
		}).Stop()
		s.inFlight.Wait()
	})
	o.sent = s.sent()
	check(o)
	transport.CloseIdleConnections()
	srv.Close()
	assert.NoError(t, goleak.Find(before), "goroutines")
}

func (f *fault) runWire(t *testing.T, m method, check func(outcome)) {
	before := goleak.IgnoreCurrent()
	w := listenRaw(t, f.server)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	o := f.call(t, m, "http://"+w.addr+"/api/v1", transport, nil)
	o.sent = int(w.requests.Load())
	check(o)
	transport.CloseIdleConnections()
	w.close()
	assert.NoError(t, goleak.Find(before), "goroutines")
}

// call makes the call of the row. released waits until the server has been let
// go, which it has when no request is left in a handler.
func (f *fault) call(t *testing.T, m method, base string, transport http.RoundTripper, released func()) outcome {
	o := outcome{t: t, method: m}
	hc := f.client
	hc.Transport = transport
	var mu sync.Mutex
	o.options = append([]openrouter.Option{
		openrouter.WithAPIKey(secretKey),
		openrouter.WithBaseURL(base),
		openrouter.WithHTTPClient(&hc),
		openrouter.WithHeader("X-Provider-API-Keys", `{"openai":"`+secretHeader+`-a"}`),
		openrouter.WithHeader("X-My-Secret", secretHeader+"-b"),
		openrouter.WithOnRetry(func(r openrouter.Retry) {
			mu.Lock()
			defer mu.Unlock()
			o.retries = append(o.retries, r)
		}),
	}, f.with...)
	o.client = openrouter.NewClient(o.options...)

	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	if f.caller.deadline != 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.caller.deadline)
		defer cancel()
	}
	if f.caller.cancelIn != 0 {
		defer time.AfterFunc(f.caller.cancelIn, func() { cancel(errCalledOff) }).Stop()
	}
	var before, after runtime.MemStats
	if f.memory > 0 {
		runtime.ReadMemStats(&before)
	}
	start := time.Now()
	f.caller.do(ctx, &o, func() { cancel(nil) })
	o.took = time.Since(start)
	if f.memory > 0 {
		runtime.ReadMemStats(&after)
		o.memory = after.TotalAlloc - before.TotalAlloc
	}
	if released != nil {
		released() // before ctx ends
	}
	return o
}

var faultRequest = &request{Model: "m", Messages: []openrouter.Message{openrouter.UserMessage(secretPrompt)}}

func (c *caller) do(ctx context.Context, o *outcome, cancel context.CancelFunc) {
	option := openrouter.WithHeader("X-Upstream-Token", secretHeader+"-c")
	o.options = append(o.options, option)
	if o.method == create {
		o.res, o.err = o.client.Chat.Create(ctx, faultRequest, option)
		o.text = o.res.Text()
		return
	}
	s, err := o.client.Chat.Stream(ctx, faultRequest, option)
	if o.err = err; err != nil {
		assert.Nil(o.t, s)
		return
	}
	o.stream = s
	each := c.each
	if each == nil {
		each = func(int, *openrouter.Stream, context.CancelFunc) bool { return true }
	}
	if !each(0, s, cancel) {
		s.Close()
		o.left, o.res = true, s.Response()
		return
	}
	if c.collects {
		o.res, o.err = s.Collect()
		o.text = o.res.Text()
		return
	}
	var text strings.Builder
	for chunk, err := range s.Chunks() {
		require.NoError(o.t, o.err, "an error is the last thing the loop sees")
		if o.err = err; err != nil {
			assert.Nil(o.t, chunk)
			continue
		}
		o.chunks = append(o.chunks, chunk)
		require.Less(o.t, len(o.chunks), 1000, "there is no end to it")
		text.WriteString(chunk.Text())
		if !each(len(o.chunks), s, cancel) {
			o.left = true
			break
		}
	}
	o.text, o.res = text.String(), s.Response()
	if o.err == nil {
		assert.Equal(o.t, o.text, o.res.Text(), "the whole answer")
	}
}
