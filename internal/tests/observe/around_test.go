package observe_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// The first content of the streams inside of a streamed operation is that of the operation, once. An
// operation between them that is not streamed keeps it to itself.
func TestTheFirstContentInside(t *testing.T) {
	collect := func(t *testing.T, ctx context.Context, client *openrouter.Client) {
		stream, err := client.Chat.Stream(ctx, asking("hi"))
		require.NoError(t, err)
		_, err = stream.Collect()
		require.NoError(t, err)
	}
	for name, c := range map[string]struct {
		around []openrouter.Operation
		calls  func(t *testing.T, ctx context.Context, client *openrouter.Client)
		want   []string // which operations have first content
	}{
		"a stream":  {[]openrouter.Operation{{Name: "run", Stream: true}}, collect, []string{"chat", "run"}},
		"no stream": {[]openrouter.Operation{{Name: "run"}}, collect, []string{"chat"}},
		"an answer": {[]openrouter.Operation{{Name: "run", Stream: true}}, func(t *testing.T, ctx context.Context, client *openrouter.Client) {
			_, _ = client.Chat.Create(ctx, asking("hi"))
		}, nil},
		"two around":    {[]openrouter.Operation{{Name: "job", Stream: true}, {Name: "run", Stream: true}}, collect, []string{"chat", "run", "job"}},
		"one between":   {[]openrouter.Operation{{Name: "run", Stream: true}, {Name: "tool"}}, collect, []string{"chat"}},
		"other context": {[]openrouter.Operation{{Name: "run", Stream: true}}, func(t *testing.T, _ context.Context, client *openrouter.Client) { collect(t, t.Context(), client) }, []string{"chat"}},
		"two streams": {[]openrouter.Operation{{Name: "run", Stream: true}}, func(t *testing.T, ctx context.Context, client *openrouter.Client) {
			collect(t, ctx, client)
			collect(t, ctx, client)
		}, []string{"chat", "run", "chat"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &firsts{}
			fake := openroutertest.NewTransport(t, openroutertest.Text("", "Hel", "lo").Times(2))
			client := fake.Client(openrouter.WithObserver(f))
			ctx := t.Context()
			for _, op := range c.around {
				var o openrouter.Observation
				ctx, o = client.Observe(ctx, op)
				defer o.End(nil, openrouter.CallInfo{}, nil)
			}
			c.calls(t, ctx, client)
			assert.Equal(t, c.want, f.names)
		})
	}
}

// An operation that has ended hears nothing more. Its End does not come while it is told, neither from
// another goroutine nor from the observer itself.
func TestTheFirstContentAndTheEnd(t *testing.T) {
	for name, end := range map[string]func(end func()){
		"before":               func(end func()) { end() },
		"in the observer":      func(end func()) { end() },
		"in another goroutine": func(end func()) { var w sync.WaitGroup; w.Go(end); w.Wait() },
	} {
		t.Run(name, func(t *testing.T) {
			s := &seen{}
			client := openroutertest.NewTransport(t, openroutertest.Text("Hello")).Client()
			ctx, run := client.Observe(t.Context(), openrouter.Operation{Name: "run", Stream: true}, openrouter.WithObserver(s))
			ends := func() { run.End(nil, openrouter.CallInfo{}, nil) }
			want := []string{"start run stream", "first", "end attempts=0"}
			if name == "before" {
				end(ends)
				want = []string{"start run stream", "end attempts=0"}
			}
			s.onEach = func(line string) {
				if line == "first" {
					end(ends)
					assert.Len(t, s.all(), 2, "the end comes later")
				}
			}
			stream, err := client.Chat.Stream(ctx, asking("hi"), openrouter.WithObserver(aloof{}))
			require.NoError(t, err)
			_, err = stream.Collect()
			require.NoError(t, err)
			ends()
			assert.Equal(t, want, s.all())
		})
	}
}

// Streams inside of one operation may be in several goroutines.
func TestTheFirstContentOfManyStreams(t *testing.T) {
	const streams = 20
	f := &firsts{}
	client := openroutertest.NewTransport(t, openroutertest.Text("Hello").Times(streams)).Client(openrouter.WithObserver(f))
	ctx, run := client.Observe(t.Context(), openrouter.Operation{Name: "run", Stream: true})
	var w sync.WaitGroup
	for range streams {
		w.Go(func() {
			stream, err := client.Chat.Stream(ctx, asking("hi"))
			if assert.NoError(t, err) {
				_, _ = stream.Collect()
			}
		})
	}
	w.Go(func() { run.End(nil, openrouter.CallInfo{}, nil) })
	w.Wait()
	n := 0
	for _, name := range f.names {
		if name == "run" {
			n++
		}
	}
	assert.LessOrEqual(t, n, 1)
	assert.Len(t, f.names, streams+n)
}

// firsts notes the names of the operations whose first content has come.
type firsts struct {
	mu    sync.Mutex
	names []string
}

func (f *firsts) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	return ctx, &firstOf{f: f, name: op.Name}
}

type firstOf struct {
	f    *firsts
	name string
	told bool // not protected: the methods are called one at a time
}

func (o *firstOf) Retry(openrouter.Retry) {}

func (o *firstOf) FirstChunk() {
	o.told = true
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	o.f.names = append(o.f.names, o.name)
}

func (o *firstOf) End(any, openrouter.CallInfo, error) { _ = o.told }
