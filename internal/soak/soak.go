package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const (
	every = 10 * time.Second // a line of progress and a sample
	grace = 2 * time.Minute  // for the last calls, after which they hang
	shown = 20               // wrong ends that are told
)

// soak is a run.
type soak struct {
	settings
	srv     *server
	clients *clients
	out     io.Writer
	samples samples
	began   time.Time
	rest    usage // before anything

	next, live, calls, wrong atomic.Int64

	mu   sync.Mutex // for what follows, and for out
	rows map[string]map[end]int
}

func newSoak(srv *server, s settings, out io.Writer) *soak {
	client := func(url string) *openrouter.Client {
		return openrouter.NewClient(openrouter.WithBaseURL(url), openrouter.WithAPIKey(openroutertest.Key),
			openrouter.WithMaxRetryWait(2*time.Second, time.Minute))
	}
	return &soak{
		settings: s, srv: srv, out: out, rest: measure(),
		clients: &clients{client(srv.fake), client(srv.wire)},
		rows:    map[string]map[end]int{},
	}
}

// run makes calls until the time is over, and waits for the last of them.
func (k *soak) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	k.began = time.Now()
	over := time.After(k.duration)
	stop := make(chan struct{})
	var group sync.WaitGroup
	for range k.streams {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-ctx.Done():
					return
				default:
					k.call(ctx)
				}
			}
		})
	}
	tick := time.NewTicker(min(every, k.duration/4))
	defer tick.Stop()
	for running := true; running; {
		select {
		case <-tick.C:
			k.sample()
		case <-over:
			running = false
		case <-ctx.Done():
			running = false
		case <-k.srv.died:
			k.fault("the server's process ended")
			running = false
			cancel()
		}
	}
	close(stop)
	ended := make(chan struct{})
	go func() { group.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(grace):
		k.fault(fmt.Sprintf("%d calls hang", k.live.Load()))
		cancel()
	}
	if ctx.Err() == nil {
		k.settle()
	}
}

// call makes the next call.
func (k *soak) call(ctx context.Context) {
	p := newPlan(splitMix(k.seed + uint64(k.next.Add(1))))
	k.live.Add(1)
	o := k.clients.call(ctx, p)
	k.live.Add(-1)
	if ctx.Err() != nil {
		return // the run was ended, which is no fault of the call
	}
	k.calls.Add(1)
	if problem := p.wrong(o); problem != "" {
		k.fault(p.String() + ": " + problem)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.rows[p.row.name] == nil {
		k.rows[p.row.name] = map[end]int{}
	}
	k.rows[p.row.name][o.end]++
}

// splitMix makes numbers that look random of numbers in a row, each another.
func splitMix(x uint64) uint64 {
	x *= 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// fault tells of a wrong end.
func (k *soak) fault(problem string) {
	n := k.wrong.Add(1)
	k.mu.Lock()
	defer k.mu.Unlock()
	if n <= shown {
		fmt.Fprintln(k.out, "WRONG END:", problem)
	}
}

// one makes one call and tells about it.
func (k *soak) one(ctx context.Context, seed uint64) error {
	p := newPlan(seed)
	o := k.clients.call(ctx, p)
	fmt.Fprintf(k.out, "%v\nthe end is %q with %d attempts, %d chunks delivered: %v\ndelivered %q\nresponse  %q\n",
		p, o.end, o.call.Attempts, o.chunks, o.err, o.delivered, o.res.Text())
	if problem := p.wrong(o); problem != "" {
		return errors.New(problem)
	}
	return nil
}

// sample notes how both processes are, and prints a line of progress.
func (k *soak) sample() {
	s := sample{at: time.Since(k.began), client: measure(), calls: k.calls.Load()}
	s.server, _ = k.srv.usage() // a server that died ends the run
	k.samples.list = append(k.samples.list, s)
	k.mu.Lock()
	defer k.mu.Unlock()
	fmt.Fprintf(k.out, "%5.0fs  %8d calls  %5d live  heap %6.1f MiB  %6d goroutines  server %6.1f MiB  %6d goroutines  %d wrong ends\n",
		s.at.Seconds(), s.calls, k.live.Load(), s.client.mib(), s.client.goroutines, s.server.mib(), s.server.goroutines, k.wrong.Load())
}

// settle drops the clients and looks at what stays behind: nothing should.
func (k *soak) settle() {
	k.clients = nil
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var u usage
	for range 100 {
		if u = measure(); u.goroutines <= k.rest.goroutines {
			break
		}
		<-tick.C
	}
	k.samples.after = &u
	if u.goroutines > k.rest.goroutines {
		stacks := make([]byte, 1<<16)
		k.fault(fmt.Sprintf("%d goroutines are left of the calls:\n%s", u.goroutines-k.rest.goroutines, stacks[:runtime.Stack(stacks, true)]))
	}
}

// report prints what happened.
func (k *soak) report() {
	k.mu.Lock()
	defer k.mu.Unlock()
	fmt.Fprintln(k.out)
	names := make([]string, 0, len(k.rows))
	for name := range k.rows {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(k.out, "%-42s %v\n", name, k.rows[name])
	}
	k.samples.print(k.out)
	fmt.Fprintf(k.out, "\n%d calls, %d wrong ends\n", k.calls.Load(), k.wrong.Load())
}

// verdict is nil for a run that went well.
func (k *soak) verdict() error {
	if n := k.wrong.Load(); n > 0 {
		return fmt.Errorf("%d wrong ends", n)
	}
	if k.calls.Load() == 0 {
		return errors.New("no call came to its end")
	}
	return k.samples.grew()
}
