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

// changeTeam changes the state. It calls change again if the state has been changed meanwhile, and
// returns if change reports that there is nothing to do.
func (q *Queue) changeTeam(ctx context.Context, change func(t *team, written time.Time) bool) error {
	for {
		t, revision, written, err := get[team](ctx, q, keyTeam)
		if err != nil {
			return err
		}
		if t.Workers == nil {
			t.Workers = map[string]member{}
		}
		for id, m := range t.Workers {
			if written.Sub(m.Seen) > deadAfter*q.lease {
				delete(t.Workers, id)
			}
		}
		if !change(&t, written) {
			return nil
		}
		if err := q.set(ctx, keyTeam, t, revision); !outdated(err) {
			return err
		}
	}
}

// get reads a value of the state, its revision and when it was written, by the clock of the server. A
// key that is not there has the zero value and the revision 0.
func get[T any](ctx context.Context, q *Queue, key string) (value T, revision uint64, written time.Time, err error) {
	entry, err := ask(ctx, q, func(ctx context.Context) (jetstream.KeyValueEntry, error) { return q.state.Get(ctx, key) })
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return value, 0, written, nil
	}
	if err == nil {
		err = json.Unmarshal(entry.Value(), &value)
	}
	if err != nil {
		return value, 0, written, fmt.Errorf("natsjobs: read %s of the shared state: %w", key, err)
	}
	return value, entry.Revision(), entry.Created(), nil
}

// set writes a value of the state. The error is outdated if the key has another revision by now.
func (q *Queue) set(ctx context.Context, key string, value any, revision uint64) error {
	data, err := json.Marshal(value)
	if err == nil {
		_, err = ask(ctx, q, func(ctx context.Context) (uint64, error) {
			if revision == 0 {
				return q.state.Create(ctx, key, data)
			}
			return q.state.Update(ctx, key, data, revision)
		})
	}
	if err != nil {
		return fmt.Errorf("natsjobs: write %s of the shared state: %w", key, err)
	}
	return nil
}

// clearWorkers removes all workers from the state.
func (q *Queue) clearWorkers(ctx context.Context) error {
	return q.changeTeam(ctx, func(t *team, _ time.Time) bool {
		isAny := len(t.Workers) > 0
		clear(t.Workers)
		return isAny
	})
}

// present returns how many workers live at a time of the server, and the longest pause of a model.
func (q *Queue) present(ctx context.Context, now time.Time) (workers int, paused time.Duration, err error) {
	t, _, _, err := get[team](ctx, q, keyTeam)
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
		p, _, _, err := get[modelPause](ctx, q, key)
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
