package observe_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// TestEveryEndOfAStream holds that an observation ends once, whatever becomes of the stream.
func TestEveryEndOfAStream(t *testing.T) {
	hello := openroutertest.Text("Hel", "lo")
	for name, c := range map[string]struct {
		reply openroutertest.Reply
		opts  []openrouter.Option
		do    func(t *testing.T, stream *openrouter.Stream, cancel func())
		want  []string
	}{
		"read": {reply: hello, do: read, want: []string{"first", `end "Hello" attempts=1`}},
		"read and closed": {reply: hello, want: []string{"first", `end "Hello" attempts=1`}, do: func(t *testing.T, stream *openrouter.Stream, cancel func()) {
			read(t, stream, cancel)
			assert.NoError(t, stream.Close())
			read(t, stream, cancel)
			cancel()
			assert.NoError(t, stream.Close())
		}},
		"collected": {reply: hello, want: []string{"first", `end "Hello" attempts=1`}, do: func(t *testing.T, stream *openrouter.Stream, _ func()) {
			_, err := stream.Collect()
			assert.NoError(t, err)
		}},
		"texts": {reply: hello, want: []string{"first", `end "Hello" attempts=1`}, do: func(_ *testing.T, stream *openrouter.Stream, _ func()) {
			for range stream.Texts() {
			}
		}},
		"left": {reply: hello, want: []string{"first", `end "Hel" attempts=1 closed`}, do: func(_ *testing.T, stream *openrouter.Stream, _ func()) {
			for chunk := range stream.Chunks() {
				if chunk.Text() != "" {
					break
				}
			}
		}},
		"left by a panic": {reply: hello, want: []string{"first", `end "Hel" attempts=1 closed`}, do: func(t *testing.T, stream *openrouter.Stream, _ func()) {
			assert.Panics(t, func() {
				for range stream.Texts() {
					panic("no")
				}
			})
		}},
		"closed unread": {reply: hello, want: []string{"first", `end "Hel" attempts=1 closed`}, do: func(t *testing.T, stream *openrouter.Stream, _ func()) {
			assert.NoError(t, stream.Close())
			assert.NoError(t, stream.Close())
		}},
		"closed and read": {reply: hello, want: []string{"first", `end "Hel" attempts=1 closed`}, do: func(t *testing.T, stream *openrouter.Stream, _ func()) {
			assert.NoError(t, stream.Close())
			_, err := stream.Collect()
			assert.ErrorIs(t, err, openrouter.ErrStreamClosed)
		}},
		"cancelled": {reply: hello, want: []string{"first", `end "Hel" attempts=1 cancelled`}, do: func(t *testing.T, stream *openrouter.Stream, cancel func()) {
			cancel()
			_, err := stream.Collect()
			assert.ErrorIs(t, err, context.Canceled)
		}},
		"closed while it waits": {reply: hello.Stall(), want: []string{"first", `end "Hello" attempts=1 closed`}, do: func(_ *testing.T, stream *openrouter.Stream, _ func()) {
			time.AfterFunc(time.Second, func() { stream.Close() })
			for range stream.Chunks() {
			}
		}},
		"closed from beside": {reply: hello, want: []string{"first", `end "Hel" attempts=1 closed`}, do: func(_ *testing.T, stream *openrouter.Stream, _ func()) {
			for range stream.Texts() {
				done := make(chan struct{})
				go func() {
					defer close(done)
					stream.Close()
				}()
				<-done
			}
		}},
		"closed by a comment": {
			reply: openroutertest.Text("Hel").KeepAlive(1).Text("lo"), want: []string{"first", `end "Hel" attempts=1 closed`},
			opts: []openrouter.Option{openrouter.WithOnComment(func(string) { closing.Load().Close() })},
			do: func(t *testing.T, stream *openrouter.Stream, cancel func()) {
				closing.Store(stream)
				read(t, stream, cancel)
			},
		},
		"left by a panic of a comment": {
			reply: openroutertest.Text("Hel").KeepAlive(1).Text("lo"), want: []string{"first", `end "Hel" attempts=1 closed`},
			opts: []openrouter.Option{openrouter.WithOnComment(func(string) { panic("no") })},
			do: func(t *testing.T, stream *openrouter.Stream, cancel func()) {
				assert.Panics(t, func() { read(t, stream, cancel) })
			},
		},
		"truncated":       {reply: hello.Truncate(), do: read, want: []string{"first", `end "Hello" attempts=1 truncated`}},
		"reported":        {reply: hello.MidStreamError(529, openrouter.ErrProviderOverloaded), do: read, want: []string{"first", `end "Hello" attempts=1 overloaded`}},
		"in one piece":    {reply: hello.NoStream(), do: read, want: []string{"first", `end "Hello" attempts=1`}},
		"without content": {reply: openroutertest.Text(""), do: read, want: []string{`end "" attempts=1`}},
		"reasoning first": {reply: openroutertest.KeepAlive(2).Reasoning("Let me").Text("Hello"), do: read, want: []string{"first", `end "Hello" attempts=1`}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &seen{}
				client := openroutertest.NewTransport(t, c.reply).Client(append(c.opts, openrouter.WithObserver(s))...)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				stream, err := client.Chat.Stream(ctx, asking("hi"))
				require.NoError(t, err)
				c.do(t, stream, cancel)
				assert.Equal(t, append([]string{"start chat a/b stream"}, c.want...), s.all())
			})
		})
	}
}

var closing atomic.Pointer[openrouter.Stream]

func read(_ *testing.T, stream *openrouter.Stream, _ func()) {
	for range stream.Chunks() {
	}
}

// The first chunk has content: comments and a role alone do not count.
func TestFirstChunkIsTheFirstContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var after time.Duration
		s := &seen{}
		s.onEach = func(line string) {
			if line == "first" {
				after = time.Since(start)
			}
		}
		role := openroutertest.Event(`{"id":"g","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}`)
		reply := role.Pause(time.Second).KeepAlive(2).Pause(time.Second).Text("Hello")
		stream, err := openroutertest.NewTransport(t, reply).Client(openrouter.WithObserver(s)).Chat.Stream(t.Context(), asking("hi"))
		require.NoError(t, err)
		assert.Equal(t, []string{"start chat a/b stream"}, s.all())
		_, err = stream.Collect()
		require.NoError(t, err)
		assert.GreaterOrEqual(t, after, 2*time.Second)
	})
}

// A stream that does not open is not seen as one that was left.
func TestAStreamThatDoesNotOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &seen{}
		fake := openroutertest.NewTransport(t, openroutertest.KeepAlive(1).Truncate())
		_, err := fake.Client(openrouter.WithObserver(s)).Chat.Stream(t.Context(), asking("hi"))
		require.ErrorIs(t, err, openrouter.ErrStreamTruncated)
		assert.Equal(t, []string{"start chat a/b stream", "end attempts=1 truncated"}, s.all())
		assert.Equal(t, []error{err}, s.errs)
	})
}

// TestAForgottenStream drops streams without a word. The garbage collector ends them.
func TestAForgottenStream(t *testing.T) {
	defer goleak.VerifyNone(t)
	ends := make(chan string, 2)
	s := &seen{}
	s.onEach = func(line string) {
		if line != "start chat a/b stream" && line != "first" {
			ends <- line
		}
	}
	fake := openroutertest.NewTransport(t, openroutertest.Text("Hel").Stall().Times(2))
	client := fake.Client(openrouter.WithObserver(s), openrouter.WithHTTPClient(&http.Client{Transport: fake}))
	forget := func() string {
		func() {
			_, err := client.Chat.Stream(t.Context(), asking("hi"))
			require.NoError(t, err)
		}()
		for range 100 {
			runtime.GC()
			select {
			case line := <-ends:
				return line
			case <-time.After(10 * time.Millisecond):
			}
		}
		return "it never ended"
	}
	assert.Equal(t, "end attempts=1 closed", forget())
	assert.Equal(t, "end attempts=1 closed", forget())
	require.Len(t, s.errs, 2)
	assert.EqualError(t, s.errs[0], "openrouter: stream was neither read to its end nor closed (generation gen-fake-1)")
}

// Close may come from anywhere, while the answer is read and looked at.
func TestCloseFromAnotherGoroutine(t *testing.T) {
	s := &seen{}
	words := make([]string, 50)
	for i := range words {
		words[i] = "word "
	}
	const streams = 30
	fake := openroutertest.NewTransport(t, openroutertest.Text(words...).Times(streams))
	client := fake.Client(openrouter.WithObserver(s))
	for range streams {
		stream, err := client.Chat.Stream(t.Context(), asking("hi"))
		require.NoError(t, err)
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			stream.Close()
		}()
		for _, err := range stream.Chunks() {
			if err != nil {
				require.ErrorIs(t, err, openrouter.ErrStreamClosed)
			}
			_ = stream.Response().Text()
		}
		<-closed
	}
	assert.Len(t, s.errs, streams)
}

// A stream that is closed during a read may still yield a chunk. Its observation has ended then, however
// long the program stays in the loop.
func TestClosedDuringARead(t *testing.T) {
	one := func(text string) string {
		return `data: {"id":"g","choices":[{"index":0,"delta":{"content":"` + text + `"}}]}` + "\n\n"
	}
	s := &seen{}
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithObserver(s),
		openrouter.WithHTTPClient(&http.Client{Transport: kit.Answering(200, nil, []byte(one("Hel")+": closing\n\n"+one("lo")+"data: [DONE]\n\n"))}))
	var stream *openrouter.Stream
	stream, err := client.Chat.Stream(t.Context(), asking("hi"), openrouter.WithOnComment(func(string) { stream.Close() }))
	require.NoError(t, err)
	var texts []string
	for text, err := range stream.Texts() {
		if err != nil {
			require.ErrorIs(t, err, openrouter.ErrStreamClosed)
			break
		}
		if texts = append(texts, text); len(texts) == 2 {
			assert.Equal(t, []string{"start chat a/b stream", "first", `end "Hello" attempts=1 closed`}, s.all())
		}
	}
	assert.Equal(t, []string{"Hel", "lo"}, texts)
	assert.Len(t, s.errs, 1)
}

// A panic of one observer passes through, and the others end all the same.
func TestPanicsOfObservers(t *testing.T) {
	no := errors.New("no")
	for name, c := range map[string]struct {
		when string
		call func(t *testing.T, client *openrouter.Client)
		want []string
	}{
		"in Start": {when: "start chat a/b", want: []string{"start chat a/b", "end attempts=0 openrouter"}, call: func(t *testing.T, client *openrouter.Client) {
			_, _ = client.Chat.Create(t.Context(), asking("hi"))
		}},
		"in Start of Observe": {when: "start jobs", want: []string{"start jobs", "end attempts=0 openrouter"}, call: func(t *testing.T, client *openrouter.Client) {
			client.Observe(t.Context(), openrouter.Operation{Name: "jobs"})
		}},
		"in End": {when: `end "Hello" attempts=1`, want: []string{"start chat a/b", `end "Hello" attempts=1`}, call: func(t *testing.T, client *openrouter.Client) {
			_, _ = client.Chat.Create(t.Context(), asking("hi"))
		}},
		"in FirstChunk": {when: "first", want: []string{"start chat a/b stream", "first", `end "Hello" attempts=1 closed`}, call: func(t *testing.T, client *openrouter.Client) {
			_, _ = client.Chat.Stream(t.Context(), asking("hi"))
		}},
		"in a policy": {when: "-", want: []string{"start chat a/b", "end attempts=1 openrouter"}, call: func(t *testing.T, client *openrouter.Client) {
			_, _ = client.Chat.Create(t.Context(), asking("fail"), openrouter.WithMaxRetries(1), openrouter.WithRetryPolicy(func(openrouter.Retry) bool { panic(no) }))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			first, second := &seen{}, &seen{}
			second.onEach = func(line string) {
				if strings.HasPrefix(line, c.when) {
					panic(no)
				}
			}
			fake := openroutertest.NewTransport(t, openroutertest.Error(500, openrouter.ErrServer).ForText("fail"), openroutertest.Text("Hello"))
			client := fake.Client(openrouter.WithObserver(first, second))
			assert.PanicsWithValue(t, no, func() { c.call(t, client) })
			assert.Equal(t, c.want, first.all())
		})
	}
}
