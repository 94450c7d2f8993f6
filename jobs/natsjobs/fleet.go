package natsjobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// team is the state that all workers of a queue share. It is one value, changed by compare-and-set.
type team struct {
	Spent   float64           `json:"spent"` // USD
	Workers map[string]member `json:"workers,omitempty"`
}

// member is one call of Work.
type member struct {
	Reserved float64   `json:"reserved,omitempty"` // USD
	Seen     time.Time `json:"seen"`               // by the clock of the server
	Write    string    `json:"write,omitempty"`    // names its last change
}

func (t *team) reserved() (usd float64) {
	for _, m := range t.Workers {
		usd += m.Reserved
	}
	return usd
}

const (
	keyTeam     = "team"
	pausePrefix = "pause."
)

// A member that was not seen for so many leases is dead, and what it has reserved is free.
const deadAfter = 2

// readTeam returns the state, its revision and when it was written, by the clock of the server.
func (q *Queue) readTeam(ctx context.Context) (t team, revision uint64, written time.Time, err error) {
	entry, err := q.get(ctx, keyTeam)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return team{Workers: map[string]member{}}, 0, time.Time{}, nil
	}
	if err == nil {
		err = json.Unmarshal(entry.Value(), &t)
	}
	if err != nil {
		return t, 0, time.Time{}, fmt.Errorf("natsjobs: read the state of the workers: %w", err)
	}
	if t.Workers == nil {
		t.Workers = map[string]member{}
	}
	return t, entry.Revision(), entry.Created(), nil
}

// changeTeam changes the state. It calls change again if the state has been changed meanwhile, and
// returns if change reports that there is nothing to do.
func (q *Queue) changeTeam(ctx context.Context, change func(t *team, written time.Time) bool) error {
	for {
		t, revision, written, err := q.readTeam(ctx)
		if err != nil {
			return err
		}
		for id, m := range t.Workers {
			if written.Sub(m.Seen) > deadAfter*q.lease {
				delete(t.Workers, id)
			}
		}
		if !change(&t, written) {
			return nil
		}
		data, err := json.Marshal(t)
		if err != nil {
			return err
		}
		switch err := q.set(ctx, keyTeam, data, revision); {
		case err == nil:
			return nil
		case !outdated(err):
			return fmt.Errorf("natsjobs: write the state of the workers: %w", err)
		}
	}
}

func (q *Queue) get(ctx context.Context, key string) (jetstream.KeyValueEntry, error) {
	return ask(ctx, q, func(ctx context.Context) (jetstream.KeyValueEntry, error) { return q.state.Get(ctx, key) })
}

func (q *Queue) set(ctx context.Context, key string, value []byte, revision uint64) error {
	return q.insist(ctx, func(ctx context.Context) error {
		if revision == 0 {
			_, err := q.state.Create(ctx, key, value)
			return err
		}
		_, err := q.state.Update(ctx, key, value, revision)
		return err
	})
}

// clearWorkers removes all workers from the state.
func (q *Queue) clearWorkers(ctx context.Context) error {
	t, _, _, err := q.readTeam(ctx)
	if err != nil || len(t.Workers) == 0 {
		return err
	}
	return q.changeTeam(ctx, func(t *team, _ time.Time) bool {
		clear(t.Workers)
		return true
	})
}

// present returns how many workers live at a time of the server, and the longest pause of a model.
func (q *Queue) present(ctx context.Context, now time.Time) (workers int, paused time.Duration, err error) {
	t, _, _, err := q.readTeam(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, m := range t.Workers {
		if now.Sub(m.Seen) <= deadAfter*q.lease {
			workers++
		}
	}
	pauses, err := ask(ctx, q, q.pauses)
	if err != nil {
		return workers, 0, fmt.Errorf("natsjobs: list the pauses: %w", err)
	}
	for _, key := range pauses {
		p, _, err := q.readPause(ctx, key)
		if err != nil {
			return workers, 0, err
		}
		paused = max(paused, time.Until(p.Until))
	}
	return workers, paused, nil
}

// pauses returns the keys of the pauses.
func (q *Queue) pauses(ctx context.Context) (keys []string, err error) {
	list, err := q.state.ListKeysFiltered(ctx, pausePrefix+"*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = list.Stop() }() // it only unsubscribes
	for key := range list.Keys() {
		keys = append(keys, key)
	}
	return keys, ctx.Err() // the list does not say that it was cut short
}

// modelPause is the value of a pause.
type modelPause struct {
	Model string    `json:"model"`
	Until time.Time `json:"until"`
}

func (q *Queue) readPause(ctx context.Context, key string) (p modelPause, revision uint64, err error) {
	entry, err := q.get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return p, 0, nil
	}
	if err == nil {
		err = json.Unmarshal(entry.Value(), &p)
	}
	if err != nil {
		return p, 0, fmt.Errorf("natsjobs: read the pause of a model: %w", err)
	}
	return p, entry.Revision(), nil
}
