package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter"
)

const (
	groupJobs = 5_000       // the most that the service takes
	groupSize = 100_000_000 // in bytes; the service takes 200 MB
	heldJobs  = 4 * groupJobs

	// firstGroup is how many jobs go with the first batch if there is a budget and no price is known.
	firstGroup = 100
)

// group is jobs of one model that go together.
type group struct {
	key   string
	model string
	jobs  []Job // to be submitted
	size  int   // of their requests, in bytes
}

// batch is jobs that the service has, by their custom ids.
type batch struct {
	id       string
	lane     *lane
	open     map[string]Job // without a result
	reserved float64        // in USD, for each of them
}

// customID names a job in a batch. A key that is too long is replaced by its hash.
func customID(key string) string {
	if utf8.RuneCountInString(key) <= 64 {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// await keeps a job of an earlier run that the service has.
func (s *run) await(key, id string, meta json.RawMessage) {
	s.forget(key)
	delete(s.keys, hashOf(key))
	b := s.batches[id]
	if b == nil {
		b = &batch{id: id, lane: &lane{}, open: map[string]Job{}}
		s.batches[id] = b
	}
	b.open[customID(key)] = Job{Key: key, Meta: meta}
	s.awaited[key] = b
}

// forget drops a job that has a result, or another batch.
func (s *run) forget(key string) {
	if b := s.awaited[key]; b != nil {
		delete(b.open, customID(key))
		delete(s.awaited, key)
	}
}

// resume waits for the batches of earlier runs. Their jobs count as read.
func (s *run) resume() error {
	if len(s.awaited) > 0 && s.Client == nil {
		return &openrouter.ValidationError{Violations: []openrouter.Violation{{Field: "Runner.Client", Problem: "is nil, but the store has jobs that wait for a batch"}}}
	}
	for key := range s.awaited {
		s.keys[hashOf(key)] |= read
		s.counted.Left++
	}
	each, err := s.reserveAwaited(len(s.awaited))
	if err != nil {
		return err
	}
	s.mu.Lock() // the first batch may be collected before the last one is counted
	defer s.mu.Unlock()
	for id, b := range s.batches {
		b.reserved = each
		s.claimed[id] = true
		if len(b.open) > 0 {
			s.asking++
			s.workers.Go(func() {
				s.collect(b)
				s.collected(b.lane)
			})
		}
	}
	s.awaited, s.batches = nil, nil
	return nil
}

// reserveAwaited takes what jobs of earlier runs may cost from the budget, whether it is there or not.
// If no price is known, it takes all, so that nothing starts before they have one.
func (s *run) reserveAwaited(n int) (each float64, err error) {
	if s.MaxCost <= 0 || n == 0 {
		return 0, nil
	}
	if each = s.most; each == 0 {
		each = s.MaxCost / float64(n)
	}
	_, err = s.fleet.Reserve(s.ctx, each*float64(n), math.Inf(1))
	return each, err
}

// groupOf returns which jobs may go together. Google takes one response format in a batch.
func groupOf(job Job) string {
	model := modelOf(job)
	if !strings.HasPrefix(model, "google/") {
		return model
	}
	format, _ := json.Marshal(job.Request.ResponseFormat) // an error is that of the batch
	return model + "\x00" + string(format)
}

// put adds a job to its group. Full groups go to the service. The mutex is held.
func (s *run) put(job Job, size int) error {
	key := groupOf(job)
	g := s.groups[key]
	if g == nil {
		g = &group{key: key, model: modelOf(job)}
		s.groups[key] = g
	}
	if len(g.jobs) > 0 && g.size+size > groupSize {
		if err := s.dispatch(g); err != nil {
			return err
		}
		return s.put(job, size)
	}
	g.jobs = append(g.jobs, job)
	g.size += size
	s.held++
	if len(g.jobs) == groupJobs {
		return s.dispatch(g)
	}
	if s.held >= heldJobs { // of many models
		for _, other := range s.groups {
			if len(other.jobs) > len(g.jobs) {
				g = other
			}
		}
		return s.dispatch(g)
	}
	return nil
}

// dispatch starts a group as soon as there is room. The mutex is held.
func (s *run) dispatch(g *group) error {
	for !s.stopped && s.sent >= s.Workers {
		s.room.Wait()
	}
	if s.stopped {
		return errStopped
	}
	delete(s.groups, g.key)
	s.held -= len(g.jobs)
	s.sent++
	s.workers.Go(func() {
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.sent--
			s.room.Signal()
		}()
		s.runGroup(g)
	})
	return nil
}

// dispatchAll starts the groups that are left at the end of the source.
func (s *run) dispatchAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.groups) > 0 {
		for _, g := range s.groups {
			if s.dispatch(g) != nil {
				return
			}
			break // dispatch may have waited
		}
	}
}
