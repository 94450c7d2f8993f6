package natsjobs_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// line is a bad connection to a server.
type line struct {
	URL  string
	sent atomic.Int64           // bytes
	cut  chan struct{}          // closed: nothing moves any more
	lost func(sent []byte) bool // reports that the connection breaks before the answer to what was sent
}

func newLine(t *testing.T, to string, perSecond int, lost func(sent []byte) bool) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	p := &line{URL: "nats://" + l.Addr().String(), cut: make(chan struct{}), lost: lost}
	pump := func(to, from net.Conn) {
		defer to.Close()
		defer from.Close()
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			select {
			case <-p.cut:
				_, _ = io.Copy(io.Discard, from)
				return
			case <-time.After(time.Duration(n) * time.Second / time.Duration(perSecond)):
			}
			if _, failed := to.Write(buf[:n]); err != nil || failed != nil {
				return
			}
			if p.lost != nil && p.lost(buf[:n]) {
				_ = from.Close()
				<-time.After(50 * time.Millisecond) // the server answers nobody
				return
			}
			p.sent.Add(int64(n))
		}
	}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			if server, err := net.Dial("tcp", strings.TrimPrefix(to, "nats://")); err == nil {
				go pump(server, from)
				go pump(from, server)
			}
		}
	}()
	return p
}

func large(size int) jobs.Job {
	return jobs.Job{Key: "large", Request: &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage(strings.Repeat("x", size))}}}
}

// It takes 7 seconds each way, longer than the server has to answer a request.
func TestALargeJobComesOverASlowLine(t *testing.T) {
	t.Parallel() // it waits most of the time
	const size = 14 << 20
	slow := newLine(t, newServer(t).URL, 2<<20, nil)
	q := open(t, "labels", natsjobs.Config{URL: slow.URL})
	added, known, err := q.Add(within(t, 2*long), list(large(size)))
	require.NoError(t, err)
	assert.Equal(t, []int{1, 0}, []int{added, known})
	assert.Less(t, slow.sent.Load(), int64(size*3/2), "it is sent once")
	_, err = q.Work(within(t, 2*long), &jobs.Runner{Do: func(_ context.Context, job jobs.Job) (jobs.Result, error) {
		assert.Len(t, job.Request.Messages[0].Text(), size)
		return jobs.Result{Value: []byte("1")}, nil
	}})
	require.NoError(t, err)
	assert.Empty(t, results(t, q)["large"].Err)
}

func TestAStalledLineDoesNotHoldTheEndOfACall(t *testing.T) {
	t.Parallel()
	srv := newServer(t)
	direct := open(t, "labels", natsjobs.Config{URL: srv.URL})
	require.NoError(t, direct.Put(t.Context(), jobs.Result{Key: "large", Value: []byte(`"` + strings.Repeat("x", 8<<20) + `"`)}))
	for name, want := range map[string]error{"context": context.Canceled, "Close": nats.ErrConnectionClosed} {
		t.Run(name, func(t *testing.T) {
			slow := newLine(t, srv.URL, 2<<20, nil)
			q := open(t, "labels", natsjobs.Config{URL: slow.URL})
			before := slow.sent.Load()
			ctx, end := context.WithCancel(t.Context())
			defer end()
			if name == "Close" {
				ctx, end = t.Context(), func() { _ = q.Close() }
			}
			var ended time.Time
			time.AfterFunc(100*time.Millisecond, func() {
				for slow.sent.Load() < before+1<<20 {
					time.Sleep(time.Millisecond)
				}
				close(slow.cut)
				time.AfterFunc(100*time.Millisecond, func() {
					ended = time.Now()
					end()
				})
			})
			var err error
			for _, err = range q.Results(ctx) {
			}
			require.ErrorIs(t, err, want)
			assert.Less(t, time.Since(ended), 15*time.Second, "not when the object has stood still for 30")
		})
	}
}

func TestACostWhoseAnswerIsLostCountsOnce(t *testing.T) {
	t.Parallel()
	const n = 40
	srv := newServer(t)
	var writes atomic.Int64
	bad := newLine(t, srv.URL, 1<<30, func(sent []byte) bool {
		if !bytes.Contains(sent, []byte("PUB $KV.openrouter-labels.team ")) {
			return false
		}
		at := writes.Add(1)
		return at == 10 || at == 13
	})
	q := open(t, "labels", natsjobs.Config{URL: bad.URL})
	add(t, q, 0, n)
	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply { return openroutertest.Text(r.Text()).Cost(0.001) })
	status, err := q.Work(within(t, long), &jobs.Runner{Client: f.Client(), Workers: 1, MaxCost: n * 0.001})
	require.NoError(t, err)
	assert.Equal(t, n, status.Done)
}
