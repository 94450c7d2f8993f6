package jobs

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
)

// runGroup submits a group, in parts if the budget is small, and waits for the results.
func (s *run) runGroup(g *group) {
	s.mu.Lock()
	l := s.laneOf(g.model)
	s.mu.Unlock()
	for len(g.jobs) > 0 {
		n, each := s.reservePart(l, len(g.jobs))
		if n == 0 {
			return
		}
		part := g.jobs[:n]
		g.jobs = g.jobs[n:]
		if b := s.submit(l, part, each); b != nil {
			s.collect(b)
		}
		s.collected(l)
	}
}

// collected counts a batch of which there is nothing to come.
func (s *run) collected(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled++
	s.unblock()
	s.leave(l)
	s.work.Broadcast()
}

// reservePart takes what jobs may cost from the budget: of all n, or of fewer. It returns 0 if none
// may start any more.
func (s *run) reservePart(l *lane, n int) (part int, each float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.stopped {
		if s.MaxCost == 0 {
			l.asking++
			s.asking++
			return n, 0
		}
		if l.prices == 0 && l.asking > 0 { // the price is on its way
			s.work.Wait()
			continue
		}
		settled := s.settled
		if each, part = l.most, n; l.prices == 0 {
			each, part = max(s.most, unknownPrice), min(n, firstGroup)
		}
		l.asking++ // while the mutex is not held
		s.asking++
		s.mu.Unlock()
		ok, err := s.fleet.Reserve(s.ctx, each*float64(part), s.MaxCost)
		for !ok && err == nil && part > 1 {
			part /= 2
			ok, err = s.fleet.Reserve(s.ctx, each*float64(part), s.MaxCost)
		}
		s.mu.Lock()
		if ok && err == nil {
			return part, each
		}
		l.asking--
		s.asking--
		// The others that wait are not woken: what they could take is what was just refused here.
		switch {
		case err != nil:
			s.stopLocked(err)
		case s.settled == settled && s.asking == 0:
			s.stopLocked(ErrMaxCost)
		case s.settled == settled:
			s.work.Wait()
		}
	}
	return 0, 0
}

// submit hands jobs over to the service. It returns nil if there is nothing to wait for.
func (s *run) submit(l *lane, jobs []Job, each float64) *batch {
	for tries := 1; len(jobs) > 0 && s.ctx.Err() == nil; tries++ {
		id, err := s.submitOnce(l, jobs)
		switch {
		case err == nil:
			return s.submitted(&batch{id: id, lane: l, open: map[string]Job{}, reserved: each}, jobs)
		case isInvalidRow(err):
			jobs = s.dropInvalid(l, jobs, each)
			tries = 0
		case isFinal(err) || !mayPass(err) || tries == maxTries:
			s.stop(err)
		default:
			wait, _ := isRefused(err)
			s.sleep(max(wait, min(maxPause, firstPause<<tries)))
		}
	}
	s.settle(each*float64(len(jobs)), 0)
	return nil
}

// submitOnce returns the id of the new batch. If it is not known whether there is one, it looks for it.
func (s *run) submitOnce(l *lane, jobs []Job) (id string, err error) {
	made, err := s.Client.Batches.Submit(s.askCtx, &openrouter.BatchRequest{Model: l.model, Rows: rowsOf(jobs)})
	if err == nil {
		return made.ID, nil
	}
	unknown, ok := errors.AsType[*openrouter.BatchUnknownError](err)
	if !ok {
		return "", err
	}
	for tries := 1; tries <= maxTries && s.ctx.Err() == nil; tries++ {
		s.sleep(10 * time.Second) // the list may be late
		if id, err = s.find(unknown); err == nil && id != "" {
			return id, nil
		} else if err == nil {
			return "", unknown.Err // it was not made
		}
	}
	return "", unknown
}

// find looks for a batch in the service's list. An empty id means that there is none.
func (s *run) find(unknown *openrouter.BatchUnknownError) (id string, err error) {
	for b, err := range s.Client.Batches.All(s.askCtx, &openrouter.BatchListParams{CreatedAfter: unknown.Since}) {
		if err != nil {
			return "", err
		}
		n := b.RequestCounts.Total // 0 until the service has counted them
		if b.Model == unknown.Model && (n == unknown.Rows || n == 0) && s.claim(b.ID) {
			return b.ID, nil
		}
	}
	return "", nil
}

// claim reports whether a batch belongs to nobody else in this run, and takes it.
func (s *run) claim(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	isFree := !s.claimed[id]
	s.claimed[id] = true
	return isFree
}

// submitted records which batch the jobs went with, before anybody waits for it.
func (s *run) submitted(b *batch, jobs []Job) *batch {
	s.claim(b.id)
	for _, job := range jobs {
		job.Request = nil // it is not needed any more
		b.open[customID(job.Key)] = job
		s.emit(Result{Key: job.Key, Batch: b.id, Meta: job.Meta})
	}
	return b
}

func rowsOf(jobs []Job) iter.Seq2[openrouter.BatchRow, error] {
	return func(yield func(openrouter.BatchRow, error) bool) {
		for _, job := range jobs {
			if !yield(openrouter.BatchRow{CustomID: customID(job.Key), Request: job.Request}, nil) {
				return
			}
		}
	}
}

// errChecked ends the rows of a batch that is not to be made.
var errChecked = errors.New("jobs: only checked")

// dropInvalid records a failure for each job that cannot go with a batch, and returns the others.
func (s *run) dropInvalid(l *lane, jobs []Job, each float64) (valid []Job) {
	ids := map[string]bool{}
	for _, job := range jobs {
		id := customID(job.Key)
		_, err := s.Client.Batches.Submit(s.askCtx, &openrouter.BatchRequest{Model: l.model, Rows: func(yield func(openrouter.BatchRow, error) bool) {
			_ = yield(openrouter.BatchRow{CustomID: id, Request: job.Request}, nil) && yield(openrouter.BatchRow{}, errChecked)
		}})
		isTaken := ids[id]
		ids[id] = true
		if isTaken {
			err = fmt.Errorf("jobs: another job of the batch has the id %s, which stands for a long key", id)
		} else if !isInvalidRow(err) {
			valid = append(valid, job)
			continue
		}
		s.settle(each, 0)
		s.emit(complete(Result{}, &task{job: job}, err))
	}
	return valid
}

// isInvalidRow reports whether a batch was refused because of one of its requests.
func isInvalidRow(err error) bool {
	e, ok := errors.AsType[*openrouter.ValidationError](err)
	return ok && slices.ContainsFunc(e.Violations, func(v openrouter.Violation) bool { return strings.HasPrefix(v.Field, "requests[") })
}

// mayPass reports whether the same request may succeed later.
func mayPass(err error) bool {
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		return e.Retryable()
	}
	_, ok := errors.AsType[*openrouter.ConnectionError](err)
	return ok
}

// collect waits for a batch and records its results. If the run stops, the next run waits for it.
func (s *run) collect(b *batch) {
	defer func() { s.settle(b.reserved*float64(len(b.open)), 0) }()
	for tries := 1; s.ctx.Err() == nil; tries++ {
		_, err := s.Client.Batches.Wait(s.ctx, b.id)
		if _, ok := errors.AsType[*openrouter.BatchError](err); ok || err == nil {
			err = s.read(b)
		}
		_, isOver := errors.AsType[*openrouter.BatchError](err)
		switch {
		case err == nil:
			err = fmt.Errorf("jobs: the batch %s has no result for this job", b.id)
		case isOver, errors.Is(err, openrouter.ErrNotFound):
		case mayPass(err) && tries < maxTries:
			s.sleep(min(maxPause, firstPause<<tries))
			continue
		default:
			s.stop(err)
			return
		}
		for _, job := range b.open {
			s.row(b, job, nil, err)
		}
		return
	}
}

// read records the results of a batch.
func (s *run) read(b *batch) error {
	for row, err := range s.Client.Batches.Results(s.ctx, b.id) {
		if err != nil {
			return err
		}
		if job, ok := b.open[row.CustomID]; ok {
			answer, err := row.Answer()
			s.row(b, job, answer, err)
		}
	}
	return nil
}

// row records what became of a job.
func (s *run) row(b *batch, job Job, answer *openrouter.ChatCompletion, err error) {
	delete(b.open, customID(job.Key))
	result := complete(Result{Answer: answer}, &task{job: job}, err)
	result.Batch = b.id
	spent := costOf(&result.Usage)
	s.settle(b.reserved, spent)
	s.mu.Lock()
	s.learn(b.lane, spent, err)
	s.mu.Unlock()
	s.emit(result)
}

// maxGathered is how many results of batches wait for the store.
const maxGathered = 1000

// emit gives a result to the writer.
func (s *run) emit(result Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.stopped && len(s.results) >= maxGathered {
		s.drained.Wait()
	}
	s.results = append(s.results, result)
	s.gathered.Signal()
}

func (s *run) settle(reserved, spent float64) {
	if reserved == 0 && spent == 0 {
		return
	}
	if err := s.fleet.Settle(s.putCtx, reserved, spent); err != nil {
		s.stop(err)
	}
}
