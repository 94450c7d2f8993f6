package natsjobs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// ledger is the [jobs.Fleet] of one call of Work.
type ledger struct {
	q   *Queue
	ctx context.Context // ends with Work
	id  string

	reserved float64 // USD, by this worker; only write uses it

	mu      sync.Mutex
	waiting []*entry // to be written together
	writing bool

	pausesMu sync.Mutex
	pauses   map[string]time.Time // by key
}

// entry is a change of what this worker has reserved and spent.
type entry struct {
	change func(t *team, m *member) // nil: this worker leaves
	done   chan error
}

// do makes a change. Those that come while one is written are written together after it: there is
// one round trip to the server for all of them, and less for other workers to collide with.
func (l *ledger) do(ctx context.Context, change func(*team, *member)) error {
	e := &entry{change: change, done: make(chan error, 1)}
	l.mu.Lock()
	l.waiting = append(l.waiting, e)
	lead := !l.writing
	l.writing = true
	l.mu.Unlock()
	if lead {
		go l.write()
	}
	select {
	case err := <-e.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *ledger) write() {
	for {
		l.mu.Lock()
		entries := l.waiting
		l.waiting = nil
		l.writing = len(entries) > 0
		l.mu.Unlock()
		if len(entries) == 0 {
			return
		}
		var m member
		name := nuid.Next()
		err := l.q.changeTeam(l.ctx, func(t *team, written time.Time) bool {
			if t.Workers[l.id].Write == name {
				return false // it was written before, and the answer of the server was lost
			}
			// The others drop a worker that was cut off for long. Then it comes back here.
			m = member{Reserved: l.reserved, Seen: written, Write: name}
			t.Workers[l.id] = m
			for _, e := range entries {
				if e.change == nil {
					delete(t.Workers, l.id)
					return true
				}
				e.change(t, &m)
				t.Workers[l.id] = m
			}
			return true
		})
		if err == nil {
			l.reserved = m.Reserved
		}
		for _, e := range entries {
			e.done <- err
		}
	}
}

// touch shows that this worker lives.
func (l *ledger) touch(ctx context.Context) error {
	return l.do(ctx, func(*team, *member) {})
}

// leave takes this worker off the list. It is the last call of do.
func (l *ledger) leave(ctx context.Context) error { return l.do(ctx, nil) }

// Sums of prices are not exact: ten times 0.1 is not 1.
const roundings = 1e-9

// Reserve implements [jobs.Fleet]. While it depends on the answers that other workers wait for
// whether there is enough, it waits, too: they may cost less, and the other worker may be dead.
func (l *ledger) Reserve(ctx context.Context, usd, maxCost float64) (bool, error) {
	for {
		var fits, may bool
		err := l.do(ctx, func(t *team, m *member) {
			fits = t.Spent+t.reserved()+usd <= maxCost+roundings
			may = t.Spent+m.Reserved+usd <= maxCost+roundings
			if fits {
				m.Reserved += usd
			}
		})
		if err != nil || fits || !may {
			return fits && err == nil, err
		}
		if err := sleep(ctx, min(retryWait, l.q.lease/beatsPerLease)); err != nil {
			return false, err
		}
	}
}

// Settle implements [jobs.Fleet].
func (l *ledger) Settle(ctx context.Context, reserved, spent float64) error {
	return l.do(ctx, func(t *team, m *member) {
		m.Reserved = max(0, m.Reserved-reserved)
		t.Spent += spent
	})
}

// Pause implements [jobs.Fleet].
func (l *ledger) Pause(ctx context.Context, model string, until time.Time) error {
	key := pausePrefix + hash(model)
	l.learn(key, until)
	for {
		p, revision, _, err := get[modelPause](ctx, l.q, key)
		if err != nil || !until.After(p.Until) {
			return err
		}
		if err := l.q.set(ctx, key, modelPause{Model: model, Until: until}, revision); !outdated(err) {
			return err
		}
	}
}

// Paused implements [jobs.Fleet]. It asks nobody: watch brings the pauses of the others.
func (l *ledger) Paused(_ context.Context, model string) (time.Time, error) {
	l.pausesMu.Lock()
	defer l.pausesMu.Unlock()
	return l.pauses[pausePrefix+hash(model)], nil
}

func (l *ledger) learn(key string, until time.Time) {
	l.pausesMu.Lock()
	defer l.pausesMu.Unlock()
	maps.DeleteFunc(l.pauses, func(_ string, t time.Time) bool { return time.Since(t) > time.Minute })
	if until.After(l.pauses[key]) {
		l.pauses[key] = until
	}
}

// watch learns of pauses until stop is called. It has read those of now when it returns.
func (l *ledger) watch(ctx context.Context) (stop func(), err error) {
	var watcher jetstream.KeyWatcher
	for {
		// Not with ask: the context is that of the watcher, too.
		before := l.q.nc.LastError()
		life, end := context.WithCancel(l.ctx)
		undo := context.AfterFunc(ctx, end)
		watcher, err = l.q.state.Watch(life, pausePrefix+"*")
		if err = l.q.explain(before, err); err == nil && !undo() {
			_ = watcher.Stop() // it only unsubscribes
			err = ctx.Err()
		}
		if err == nil {
			break
		}
		end()
		if !temporary(err) || sleep(ctx, retryWait) != nil {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("natsjobs: watch the pauses: %w", err)
	}
	read := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		now := sync.OnceFunc(func() { close(read) })
		defer now()
		for u := range watcher.Updates() {
			if u == nil { // those of now have come
				now()
				continue
			}
			var p modelPause
			if json.Unmarshal(u.Value(), &p) == nil {
				l.learn(u.Key(), p.Until)
			}
		}
	})
	stop = func() {
		_ = watcher.Stop() // it only unsubscribes
		wg.Wait()
	}
	select {
	case <-read:
		return stop, nil
	case <-ctx.Done():
		stop()
		return nil, ctx.Err()
	}
}
