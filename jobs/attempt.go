package jobs

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
	"unicode"

	"github.com/openrouter-go/openrouter"
)

// maxTries is how often the service may refuse a job because of a limit.
const maxTries = 10

// unknownPrice is reserved in USD where no price is known, so that nothing starts once the budget is
// spent.
const unknownPrice = 1e-6

// maxInterval keeps the time between two starts within what a time.Duration can hold.
const maxInterval = 365 * 24 * time.Hour

// attempt asks a job, if it may start.
func (s *run) attempt(l *lane, t *task) {
	if !s.pace() || !s.isOpen(l) {
		s.putBack(l, *t)
		return
	}
	reserved, ok := s.reserve(l, t)
	if !ok {
		return
	}
	var result Result
	err := gone("Do")
	defer func() { s.conclude(l, t, result, err, reserved) }()
	result, err = s.call(l, t)
}

// pace waits for the turn of a start. It returns false if nothing may start any more.
func (s *run) pace() bool {
	if s.PerSecond == 0 {
		return true
	}
	s.mu.Lock()
	now := time.Now()
	at := now
	if s.next.After(now) {
		at = s.next
	}
	s.next = at.Add(time.Duration(min(float64(time.Second)/s.PerSecond, float64(maxInterval))))
	s.mu.Unlock()
	if at.Equal(now) {
		return true
	}
	s.sleep(at.Sub(now))
	return s.ctx.Err() == nil
}

// sleep waits, unless the run stops.
func (s *run) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
}

// isOpen reports whether the model is not paused, which another process may have done.
func (s *run) isOpen(l *lane) bool {
	until, err := s.fleet.Paused(s.ctx, l.model)
	if err != nil {
		s.stop(err)
		return false
	}
	if !until.After(time.Now()) {
		return true
	}
	s.pause(l, until)
	return false
}

// reserve takes what a job may cost from the budget. If it returns false the job is back in its lane.
func (s *run) reserve(l *lane, t *task) (usd float64, ok bool) {
	if s.MaxCost == 0 {
		return 0, true
	}
	s.mu.Lock()
	settled := s.settled
	if usd = l.most; l.prices == 0 {
		usd = max(s.most, unknownPrice)
	}
	s.mu.Unlock()
	ok, err := s.fleet.Reserve(s.ctx, usd, s.MaxCost)
	if err != nil {
		s.stop(err)
	}
	if ok && err == nil {
		return usd, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(l)
	s.insert(l, *t)
	if s.settled == settled { // else there may be money again
		l.broke = true
	}
	// The lane may be broke since another job was refused, while this one waited for the fleet.
	if l.broke && s.asking == 0 {
		s.stopLocked(ErrMaxCost)
	}
	return 0, false
}

// call calls Do. A panic stops the run and is raised again at its end.
func (s *run) call(l *lane, t *task) (result Result, err error) {
	ctx, watch := observe(s.askCtx, s.Client, openrouter.Operation{Name: "run_job", Target: l.model, Request: t.job})
	err = gone("Do")
	defer func() { watch(result, err) }()
	defer func() {
		if v := recover(); v != nil {
			s.panicked("Do", v)
			err = gone("Do")
		}
	}()
	if s.Do != nil {
		return storable(s.Do(ctx, t.job))
	}
	result.Answer, err = s.Client.Chat.Create(ctx, t.job.Request, openrouter.WithOnRetry(func(r openrouter.Retry) {
		if wait, ok := isRefused(r.Err); ok { // while this request waits, no other should be sent
			s.slowDown(l, t, wait)
		}
	}))
	return result, err
}

// storable drops what no store can keep: with it, the results beside this one would be refused, too.
func storable(r Result, err error) (Result, error) {
	_, bad := json.Marshal(r)
	if bad == nil {
		return r, err
	}
	kept := Result{Err: r.Err, Type: r.Type}
	if _, bad := json.Marshal(r.Usage); bad == nil {
		kept.Usage = r.Usage
	}
	bad = fmt.Errorf("jobs: Do returned a result that is not JSON: %w", bad)
	if err != nil {
		bad = fmt.Errorf("%w; %w", err, bad)
	}
	return kept, bad
}

// conclude settles what a job cost, and decides what becomes of it.
func (s *run) conclude(l *lane, t *task, result Result, err error, reserved float64) {
	result = complete(result, t, err)
	spent := costOf(&result.Usage) - costOf(&t.usage)
	s.settle(reserved, spent)
	isRecorded, isAgain := true, false
	wait, refused := isRefused(err)
	switch {
	case err == nil:
	case errors.Is(err, errGone) || isFinal(err):
		s.stop(err)
		isRecorded = false
	case s.askCtx.Err() != nil: // cancelled: the next run asks it
		isRecorded = false
	case refused && t.tries+1 < maxTries:
		s.slowDown(l, t, wait)
		isRecorded, isAgain = false, true
	case refused && isUnreachable(err):
		s.stop(err)
		isRecorded = false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled++
	s.unblock()
	s.learn(l, spent, err)
	s.leave(l)
	switch {
	case isRecorded:
		s.results = append(s.results, result)
		s.gathered.Signal()
		if err == nil {
			l.refused = 0
			s.grow()
		}
	case isAgain:
		t.tries++
		t.usage = result.Usage
		s.insert(l, *t)
	default:
		s.busy--
		s.work.Signal()
	}
}

// learn keeps what an answer has cost, or a failure that was billed. The mutex is held.
func (s *run) learn(l *lane, spent float64, err error) {
	if err != nil && spent <= 0 {
		return
	}
	l.prices++
	l.most = max(l.most, spent)
	s.most = max(s.most, spent)
}

// complete fills in what Do left open.
func complete(r Result, t *task, err error) Result {
	r.Key, r.Batch = t.job.Key, ""
	if r.Meta == nil {
		r.Meta = t.job.Meta
	}
	if err != nil && r.Err == "" {
		if r.Err = err.Error(); r.Err == "" {
			r.Err = fmt.Sprintf("%T", err)
		}
	}
	if e, ok := errors.AsType[*openrouter.APIError](err); ok && r.Type == "" {
		r.Type = e.Type
	} else if r.Type == "" && errors.Is(err, openrouter.ErrRefusal) {
		r.Type = openrouter.ErrRefusal
	}
	if r.Usage.TotalTokens == 0 && r.Usage.Cost == 0 {
		if r.Answer != nil && r.Answer.Usage != nil {
			r.Usage = *r.Answer.Usage
		} else if u := usageIn(err); u != nil {
			r.Usage = *u
		}
	}
	if t.tries > 0 {
		r.Usage.Add(&t.usage)
	}
	return r
}

// isFinal reports whether a failure is one of every request: an invalid option, no key, a rejected
// key, no credits.
func isFinal(err error) bool {
	if e, ok := errors.AsType[*openrouter.ValidationError](err); ok {
		return slices.ContainsFunc(e.Violations, func(v openrouter.Violation) bool {
			return v.Field != "" && unicode.IsUpper(rune(v.Field[0])) // an option, or a variable; members are in lower case
		})
	}
	if errors.Is(err, openrouter.ErrMissingAPIKey) {
		return true
	}
	e, ok := errors.AsType[*openrouter.APIError](err)
	switch {
	case !ok:
		return false
	case errors.Is(e, openrouter.ErrAuthentication), errors.Is(e, openrouter.ErrPaymentRequired),
		e.StatusCode == http.StatusUnauthorized, e.StatusCode == http.StatusPaymentRequired:
		return true
	}
	return errors.Is(e, openrouter.ErrPermissionDenied) && e.Provider == "" && e.Moderation() == nil && e.Guardrail() == nil
}

// isRefused reports whether the service could not take a job now, and how long it asks to wait; 0 if
// it does not say.
func isRefused(err error) (wait time.Duration, ok bool) {
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		isLimit := e.StatusCode == http.StatusTooManyRequests || errors.Is(e, openrouter.ErrRateLimitExceeded)
		isFull := e.StatusCode == http.StatusServiceUnavailable || errors.Is(e, openrouter.ErrProviderOverloaded)
		return e.RetryAfter, e.Retryable() && (isLimit || isFull && e.RetryAfter > 0)
	}
	return 0, isUnreachable(err)
}

// isUnreachable reports whether there was no connection.
func isUnreachable(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}
