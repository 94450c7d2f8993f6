package natsjobs_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestMain(m *testing.M) {
	if worker() {
		return
	}
	// The parallel tests wait most of the time, so more of them may run than there are cores. The flag of
	// the command line wins.
	_ = flag.Set("test.parallel", "8")
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0") // with -race, each worker would take a second to end
	goleak.VerifyTestMain(m)
}

// open opens a queue that closes with the test.
func open(t testing.TB, name string, config natsjobs.Config) *natsjobs.Queue {
	t.Helper()
	q, err := natsjobs.Open(t.Context(), name, config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, q.Close()) })
	return q
}

// rows yields the jobs from-to, with the keys row-0, row-1, …
func rows(from, to int) iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		for i := from; i < to; i++ {
			if !yield(row(i), nil) {
				return
			}
		}
	}
}

func row(i int) jobs.Job {
	return jobs.Job{
		Key: fmt.Sprintf("row-%d", i),
		Request: &openrouter.ChatCompletionRequest{
			Model:    "openai/gpt-5.2",
			Messages: []openrouter.Message{openrouter.UserMessage(fmt.Sprintf("Row %d", i))},
		},
	}
}

func list(all ...jobs.Job) iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		for _, job := range all {
			if !yield(job, nil) {
				return
			}
		}
	}
}

// results reads what is recorded, and requires that no key is recorded twice.
func results(t testing.TB, q *natsjobs.Queue) map[string]jobs.Result {
	t.Helper()
	all := map[string]jobs.Result{}
	for r, err := range q.Results(context.Background()) {
		require.NoError(t, err)
		require.NotContains(t, all, r.Key)
		all[r.Key] = r
	}
	return all
}

func keys(t testing.TB, q *natsjobs.Queue) []string {
	t.Helper()
	var all []string
	for key, err := range q.Done(context.Background()) {
		require.NoError(t, err)
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// fake answers every request with its text, and counts the requests of each.
type fake struct {
	*openroutertest.Transport
	mu    sync.Mutex
	asked map[string]int
}

// newFake returns a fake that calls reply for each request; nil echoes.
func newFake(t testing.TB, reply func(*openroutertest.Request) openroutertest.Reply) *fake {
	f := &fake{asked: map[string]int{}}
	f.Transport = openroutertest.NewTransport(t, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
		f.mu.Lock()
		f.asked[r.Text()]++
		f.mu.Unlock()
		if reply != nil {
			return reply(r)
		}
		return openroutertest.Text(r.Text()).Cost(0.001)
	}).Always())
	return f
}

// counts returns how many jobs were asked, and how many requests there were.
func (f *fake) counts() (jobs, requests int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.asked {
		requests += n
	}
	return len(f.asked), requests
}

// add puts the jobs from-to into the queue.
func add(t testing.TB, q *natsjobs.Queue, from, to int) {
	t.Helper()
	added, _, err := q.Add(t.Context(), rows(from, to))
	require.NoError(t, err)
	require.Equal(t, to-from, added)
}

// left returns how many jobs the queue holds.
func left(t testing.TB, q *natsjobs.Queue) int {
	t.Helper()
	s, err := q.Status(context.Background())
	require.NoError(t, err)
	return s.Left
}

// objects returns how many objects a queue has on its server.
func objects(t testing.TB, url, queue string) int {
	t.Helper()
	nc, err := nats.Connect(url)
	require.NoError(t, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	store, err := js.ObjectStore(t.Context(), "openrouter-"+queue)
	require.NoError(t, err)
	all, err := store.List(t.Context())
	require.NoError(t, err)
	return len(all)
}

// background calls Work, and returns a function that waits for its end.
func background(ctx context.Context, q *natsjobs.Queue, r *jobs.Runner) (wait func() (jobs.Status, error)) {
	var status jobs.Status
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		status, err = q.Work(ctx, r)
	}()
	return func() (jobs.Status, error) {
		<-done
		return status, err
	}
}
