package jobs

import (
	"cmp"
	"slices"
	"time"

	"github.com/openrouter-go/openrouter"
)

// maxParked is how many jobs of paused models are held while the source is read on.
const maxParked = 1000

// lane holds the jobs of one model.
type lane struct {
	model   string
	waiting []task
	asking  int
	until   time.Time // of the pause
	timer   *time.Timer
	refused int     // rounds in a row
	prices  int     // answers seen
	most    float64 // the most expensive of these
	broke   bool    // there is no money for a job until something is settled
}

// task is a job that is to be asked.
type task struct {
	job   Job
	tries int              // that the service refused
	usage openrouter.Usage // of these
	round int              // in which it started
}

func modelOf(job Job) string {
	switch r := job.Request; {
	case r == nil:
		return ""
	case r.Model == "" && len(r.Models) > 0:
		return r.Models[0]
	default:
		return r.Model
	}
}

// laneOf returns the lane of a model. The mutex is held.
func (s *run) laneOf(model string) *lane {
	l := s.lanes[model]
	if l == nil {
		l = &lane{model: model}
		s.lanes[model] = l
		s.order = append(s.order, l)
	}
	return l
}

// queue puts a job in its lane, as soon as there is room. The mutex is held.
func (s *run) queue(job Job) error {
	l := s.laneOf(modelOf(job))
	for !s.stopped && !s.hasRoom() {
		s.room.Wait()
	}
	if s.stopped {
		return errStopped
	}
	l.waiting = append(l.waiting, task{job: job})
	s.waiting++
	if s.waiting > s.idle && s.started < s.Workers {
		s.started++
		s.workers.Go(s.worker)
	} else {
		s.work.Signal()
	}
	return nil
}

// hasRoom reports whether one more job may wait.
func (s *run) hasRoom() bool {
	if s.waiting < s.Workers {
		return true
	}
	if s.waiting >= s.Workers+maxParked {
		return false
	}
	parked, now := 0, time.Now()
	for _, l := range s.order {
		if now.Before(l.until) {
			parked += len(l.waiting)
		}
	}
	return s.waiting-parked < s.Workers
}

func (s *run) worker() {
	for {
		l, t, ok := s.take()
		if !ok {
			return
		}
		s.attempt(l, &t)
	}
}

// take waits for a job that may start. It returns false if none will.
func (s *run) take() (*lane, task, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if s.stopped || s.ended && s.waiting == 0 && s.asking == 0 {
			return nil, task{}, false
		}
		if s.busy < int(s.limit) {
			if l := s.open(); l != nil {
				t := l.waiting[0]
				l.waiting[0] = task{}
				l.waiting = l.waiting[1:]
				t.round = s.round
				l.asking++
				s.waiting--
				s.asking++
				s.busy++
				s.room.Signal()
				return l, t, true
			}
		}
		s.idle++
		s.work.Wait()
		s.idle--
	}
}

// open returns a lane with a job that may start now. The lanes take turns.
func (s *run) open() *lane {
	now := time.Now()
	for range s.order {
		l := s.order[s.turn%len(s.order)]
		s.turn = (s.turn + 1) % len(s.order)
		if len(l.waiting) > 0 && !l.broke && !now.Before(l.until) && (s.MaxCost == 0 || l.asking < max(1, 2*l.prices)) {
			return l
		}
	}
	return nil
}

// putBack returns a job to its lane, where it is the first.
func (s *run) putBack(l *lane, t task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(l)
	s.insert(l, t)
}

// insert puts a job first in its lane. The mutex is held.
func (s *run) insert(l *lane, t task) {
	l.waiting = slices.Insert(l.waiting, 0, t)
	s.waiting++
	s.busy--
	s.work.Signal()
}

// leave counts a job that no worker has any more. The mutex is held.
func (s *run) leave(l *lane) {
	l.asking--
	s.asking--
	if s.asking == 0 {
		s.unblock() // nothing else will
	}
	if s.MaxCost != 0 || s.asking == 0 {
		s.work.Broadcast() // the lane may start another one, or all is over
	}
}

// unblock lets the lanes start jobs for which there was no money. The mutex is held.
func (s *run) unblock() {
	for _, l := range s.order {
		l.broke = false
	}
}

// pause stops a lane until a time. The program is told when a pause begins, because nothing else may
// happen for hours.
func (s *run) pause(l *lane, until time.Time) {
	if !s.setPause(l, until) {
		return
	}
	if err := s.guard("OnProgress", func() error { s.report(); return nil }); err != nil {
		s.stop(err)
	}
}

func (s *run) setPause(l *lane, until time.Time) (begins bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !until.After(l.until) {
		return false
	}
	begins = !time.Now().Before(l.until)
	l.until = until
	if l.timer != nil {
		l.timer.Stop()
	}
	l.timer = time.AfterFunc(time.Until(until), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.work.Broadcast()
		s.room.Broadcast()
	})
	s.room.Broadcast() // its jobs are parked now
	return begins
}

const (
	firstPause = time.Second
	maxPause   = time.Minute
)

// slowDown pauses the model of a job that the service refused, and shrinks the workers, once for all
// jobs that started before.
func (s *run) slowDown(l *lane, t *task, hint time.Duration) {
	s.mu.Lock()
	if t.round == s.round {
		s.round++
		s.limit = max(1, s.limit/2)
		l.refused++
	}
	t.round = s.round
	wait := cmp.Or(hint, min(maxPause, firstPause<<min(max(l.refused-1, 0), 10)))
	s.mu.Unlock()
	until := time.Now().Add(wait)
	s.pause(l, until)
	if err := s.fleet.Pause(s.putCtx, l.model, until); err != nil {
		s.stop(err)
	}
}

// grow lets more workers go on after an answer: one more for each round of answers. The mutex is
// held.
func (s *run) grow() {
	before := int(s.limit)
	if s.limit = min(float64(s.Workers), s.limit+1/s.limit); int(s.limit) > before {
		s.work.Signal()
	}
}
