package natsjobs_test

import (
	"context"
	"iter"
	"math/rand/v2"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/jobstest"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestTheQueueIsAStore(t *testing.T) {
	t.Parallel()
	jobstest.Run(t, func(t testing.TB, dir string) jobs.Store {
		q, err := natsjobs.Open(t.Context(), "store", natsjobs.Config{Dir: dir})
		require.NoError(t, err)
		return q
	})
}

// A process with the server inside is killed with -9, again and again.
func TestAQueueInAFolderLosesNothing(t *testing.T) {
	t.Parallel()
	start := time.Now()
	jobstest.Kill(t, jobstest.Plan{
		Kills: 10,
		Open: func(t testing.TB, dir string) jobs.Store {
			q, err := natsjobs.Open(t.Context(), "kill", natsjobs.Config{Dir: dir, Deaths: 20, Lease: long})
			require.NoError(t, err)
			return q
		},
		Work: func(ctx context.Context, store jobs.Store, runner *jobs.Runner, source iter.Seq2[jobs.Job, error]) error {
			q := store.(*natsjobs.Queue)
			if _, _, err := q.Add(ctx, source); err != nil {
				return err
			}
			_, err := q.Work(ctx, runner)
			return err
		},
	})
	assert.Less(t, time.Since(start), long, "the jobs of the dead come at once, not after their lease")
}

// Four processes work while they are killed one by one, and the server restarts.
func TestAFleetLosesNothing(t *testing.T) {
	t.Parallel() // it waits for the leases of the dead
	const (
		all       = 5000
		processes = 4
		workers   = 16
		kills     = 20
	)
	s := newServer(t)
	// The lease is longer than the restart, and than a worker may get no time here.
	config := natsjobs.Config{URL: s.URL, Lease: 20 * time.Second, Deaths: 100}
	q := open(t, "fleet", config)
	add(t, q, 0, all)

	var mu sync.Mutex
	asked := map[string]int{}
	reached := make(chan int, all)
	srv := openroutertest.NewServer(t, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
		mu.Lock()
		defer mu.Unlock()
		if asked[r.Text()]++; asked[r.Text()] == 1 {
			reached <- len(asked)
		}
		return openroutertest.Text(r.Text()).Latency(rand.N(20 * time.Millisecond)).Cost(0.001)
	}).Always())
	o := order{Service: srv.URL, Queue: "fleet", URL: config.URL, Lease: config.Lease, Deaths: config.Deaths, Workers: workers}
	var fleet [processes]*process
	for i := range fleet {
		fleet[i] = startProcess(t, o)
	}
	for kill := range kills {
		// Somewhere in the share of the jobs that belongs to this kill.
		for at := (kill*all + rand.N(all)) / (kills + 1); <-reached < at; {
		}
		i := rand.N(processes)
		fleet[i].kill()
		fleet[i] = startProcess(t, o)
		if kill == kills/2 {
			s.stop()
			s.start()
		}
	}
	for _, p := range fleet {
		p.ends(t)
	}

	got := results(t, q) // fails if a key is there twice
	assert.Len(t, got, all)
	for key, r := range got {
		require.Empty(t, r.Err)
		require.Equal(t, "R"+key[1:3]+" "+key[4:], r.Answer.Text(), "the answer belongs to the job")
	}
	assert.Zero(t, left(t, q))
	again := 0
	for _, n := range asked {
		again += n - 1
	}
	assert.Len(t, asked, all)
	assert.LessOrEqual(t, again, kills*workers, "only what was under way at a kill is asked again")
	t.Logf("%d jobs, %d kills and a restart of the server: %d requests were repeated, %d were allowed", all, kills, again, kills*workers)
}

// The server is killed with -9. It forgets what it has just given out, so that two workers have the
// same jobs. It forgets nothing else.
func TestAServerMayBeKilled(t *testing.T) {
	t.Parallel() // it waits most of the time
	const (
		all     = 1000
		workers = 16
		kills   = 1
	)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().(*net.TCPAddr)
	require.NoError(t, free.Close())
	o := order{Port: address.Port, Dir: t.TempDir()}
	srv := startProcess(t, o)
	defer func() { srv.kill() }()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address.String())
		return err == nil && c.Close() == nil
	}, long, 10*time.Millisecond)

	var fleet []*natsjobs.Queue
	for range 2 {
		fleet = append(fleet, open(t, "fleet", natsjobs.Config{URL: "nats://" + address.String()}))
	}
	add(t, fleet[0], 0, all)
	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply {
		return openroutertest.Text(r.Text()).Latency(10 * time.Millisecond).Cost(0.001)
	})
	reached := make(chan struct{}, all)
	var waits []func() (jobs.Status, error)
	for _, q := range fleet {
		waits = append(waits, background(within(t, 2*long), q, &jobs.Runner{
			Client: f.Client(), Workers: workers, MaxCost: 100, OnProgress: func(jobs.Status) { reached <- struct{}{} },
		}))
	}
	for range kills {
		for range all / (kills + 1) {
			<-reached
		}
		srv.kill()
		srv = startProcess(t, o)
	}
	for _, wait := range waits {
		_, err := wait()
		require.NoError(t, err)
	}
	assert.Len(t, results(t, fleet[0]), all)
	n, requests := f.counts()
	assert.Equal(t, all, n)
	assert.LessOrEqual(t, requests-all, kills*len(fleet)*3*workers, "what the workers had: under way, read and fetched")
	t.Logf("%d jobs, the server was killed: %d requests were repeated", all, requests-all)
}

// fleetOf opens one queue several times, as several processes do.
func fleetOf(t *testing.T, n int, config natsjobs.Config) []*natsjobs.Queue {
	config.URL = newServer(t).URL
	var all []*natsjobs.Queue
	for range n {
		all = append(all, open(t, "fleet", config))
	}
	return all
}

func TestAFleetHasOneBudget(t *testing.T) {
	const price = 0.01
	fleet := fleetOf(t, 4, natsjobs.Config{Lease: time.Second})
	add(t, fleet[0], 0, 1000)
	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply {
		return openroutertest.Text("x").Latency(rand.N(5 * time.Millisecond)).Cost(price)
	})
	budget := 0.0
	for range 3 {
		budget += 1
		var waits []func() (jobs.Status, error)
		for _, q := range fleet {
			waits = append(waits, background(within(t, long), q, &jobs.Runner{Client: f.Client(), MaxCost: budget, Workers: 8}))
		}
		for _, wait := range waits {
			_, err := wait()
			require.ErrorIs(t, err, jobs.ErrMaxCost)
		}
		s, err := fleet[0].Status(t.Context())
		require.NoError(t, err)
		assert.InDelta(t, budget, s.Usage.Cost, 4*price+1e-9, "to within one answer of each worker")
		_, requests := f.counts()
		assert.InDelta(t, s.Usage.Cost, float64(requests)*price, 1e-9, "all that was paid is recorded")
		assert.Zero(t, s.Workers)
	}
}

// A worker died after it had recorded a result, and before it had counted the price. With the account's
// own key, the bill of the provider is a part of that.
func TestTheBudgetCountsWhatIsRecorded(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	require.NoError(t, q.Put(t.Context(), jobs.Result{Key: "early", Usage: openrouter.Usage{
		Cost: 0.1, IsBYOK: true, CostDetails: &openrouter.CostDetails{UpstreamInferenceCost: 0.9},
	}}))
	add(t, q, 0, 1)
	f := newFake(t, nil)
	_, err := q.Work(within(t, long), &jobs.Runner{Client: f.Client(), MaxCost: 1})
	require.ErrorIs(t, err, jobs.ErrMaxCost)
	_, requests := f.counts()
	assert.Zero(t, requests)
}

func TestAFleetHasOnePause(t *testing.T) {
	t.Parallel() // it waits most of the time
	const (
		asked = 8 * time.Second
		heard = 3 * asked / 8 // more than the news takes on a busy machine
		all   = 2000          // they take longer than that, without a pause
	)
	fleet := fleetOf(t, 4, natsjobs.Config{})
	add(t, fleet[0], 0, all)
	var mu sync.Mutex
	var refused time.Time
	early := 0
	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply {
		mu.Lock()
		defer mu.Unlock()
		if refused.IsZero() && r.Text() == "Row 100" {
			refused = time.Now()
			return openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "slower").RetryAfter(asked)
		}
		// What was under way when the news spread does not count.
		if since := time.Since(refused); since > heard && since < asked-10*time.Millisecond {
			early++
		}
		return openroutertest.Text(r.Text()).Latency(100 * time.Millisecond)
	})
	start := time.Now()
	var waits []func() (jobs.Status, error)
	for _, q := range fleet {
		waits = append(waits, background(within(t, long), q, &jobs.Runner{Client: f.Client(), Workers: 8}))
	}
	require.Eventually(t, func() bool {
		s, err := fleet[0].Status(t.Context())
		return err == nil && s.Paused > 0
	}, long, 20*time.Millisecond, "the status tells it")
	for _, wait := range waits {
		_, err := wait()
		require.NoError(t, err)
	}
	assert.Zero(t, early, "requests that were sent while the model was paused")
	assert.Greater(t, time.Since(start), asked)
	assert.Len(t, results(t, fleet[0]), all)
}

// One worker gives back what it has not started, and another gets it long before a lease ends.
func TestWhatIsGivenBackComesAtOnce(t *testing.T) {
	fleet := fleetOf(t, 2, natsjobs.Config{Lease: 2 * long})
	add(t, fleet[0], 0, 40)
	started, release := make(chan struct{}, 40), make(chan struct{})
	wait := background(within(t, long), fleet[0], &jobs.Runner{Workers: 2, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
		started <- struct{}{}
		<-release
		return jobs.Result{Value: []byte("1")}, nil
	}})
	<-started
	fleet[0].Drain()
	close(release)
	_, err := wait()
	require.NoError(t, err)
	assert.NotZero(t, left(t, fleet[0]))
	_, err = fleet[1].Work(within(t, long), &jobs.Runner{Client: newFake(t, nil).Client()})
	require.NoError(t, err)
	assert.Len(t, results(t, fleet[1]), 40)
}

// A worker dies with half of the budget reserved. The next one waits until that is free.
func TestTheReservationOfTheDeadIsFree(t *testing.T) {
	t.Parallel() // it waits most of the time
	config := natsjobs.Config{URL: newServer(t).URL, Lease: 300 * time.Millisecond}
	q := open(t, "dead", config)
	add(t, q, 0, 2)
	stalled := make(chan struct{})
	srv := openroutertest.NewServer(t,
		openroutertest.Text("a").Cost(0.5),
		openroutertest.Func(func(*openroutertest.Request) openroutertest.Reply {
			close(stalled)
			return openroutertest.Text("b").Latency(openroutertest.Forever)
		}),
		openroutertest.Text("c").Cost(0.5))
	p := startProcess(t, order{Service: srv.URL, Queue: "dead", URL: config.URL, Lease: config.Lease, Workers: 1, MaxCost: 1})
	<-stalled
	s, err := q.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1, 1}, []int{s.Workers, s.Done, s.Left})
	p.kill()

	status, err := q.Work(within(t, long), &jobs.Runner{Client: srv.Client(), MaxCost: 1})
	require.NoError(t, err)
	assert.Equal(t, 1, status.Done)
	assert.Len(t, results(t, q), 2)
}

func TestAJobThatKillsItsWorkersFails(t *testing.T) {
	t.Parallel() // it waits most of the time
	for name, config := range map[string]natsjobs.Config{
		"embedded": {Dir: filepath.Join(t.TempDir(), "queue")},
		"server":   {URL: newServer(t).URL},
	} {
		t.Run(name, func(t *testing.T) {
			config.Lease, config.Deaths = 300*time.Millisecond, 2
			q, err := natsjobs.Open(t.Context(), "poison", config)
			require.NoError(t, err)
			job := row(1)
			job.Meta = []byte(`{"row":1}`)
			_, _, err = q.Add(t.Context(), list(job))
			require.NoError(t, err)
			require.NoError(t, q.Close())
			for range 2 {
				startProcess(t, order{Queue: "poison", URL: config.URL, Dir: config.Dir, Lease: config.Lease, Deaths: config.Deaths, Workers: 1, Die: true}).ends(t)
			}
			q = open(t, "poison", config)
			status, err := q.Work(within(t, long), &jobs.Runner{Client: newFake(t, nil).Client()})
			require.NoError(t, err)
			assert.Equal(t, []int{0, 1}, []int{status.Done, status.Failed})
			r := results(t, q)["row-1"]
			assert.Contains(t, r.Err, "2 workers have ended")
			assert.JSONEq(t, `{"row":1}`, string(r.Meta))

			status, err = q.Work(within(t, long), &jobs.Runner{Client: newFake(t, nil).Client(), RetryFailed: true})
			require.NoError(t, err)
			assert.Equal(t, 1, status.Done, "it may be asked again")
		})
	}
}

func TestALeaseIsNotChangedUnderWorkers(t *testing.T) {
	config := natsjobs.Config{URL: newServer(t).URL, Lease: time.Second, Wait: true}
	q := open(t, "lease", config)
	wait := background(within(t, long), q, &jobs.Runner{Client: newFake(t, nil).Client()})
	add(t, q, 0, 1)
	require.Eventually(t, func() bool { return len(keys(t, q)) == 1 }, long, 10*time.Millisecond)

	config.Lease = 2 * time.Second
	_, err := natsjobs.Open(t.Context(), "lease", config)
	require.ErrorContains(t, err, "1 workers and a lease of 1s")
	config.Lease = 0
	open(t, "lease", config)
	q.Drain()
	_, err = wait()
	require.NoError(t, err)
	config.Lease = 2 * time.Second
	open(t, "lease", config)
}
