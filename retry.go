package openrouter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Retry is a failed attempt and the wait before the next. Nothing of an answer
// has been delivered when there is one.
type Retry struct {
	// Attempt is the number of the attempt that failed, from 1.
	Attempt int
	// Err is why: an [*APIError] or a [*ConnectionError].
	Err error
	// Unprocessed is whether the request certainly was not processed: the
	// connection was never made, or the service turned it away with the status
	// 429 or 503.
	Unprocessed bool
	// TimedOut is whether a timeout of this side ended the attempt. The service
	// may still be at work on it.
	TimedOut bool
	// Wait is how long the next attempt is put off.
	Wait time.Duration
}

// RetryPolicy decides whether a failed attempt is repeated. It is asked as long
// as [WithMaxRetries] allows one more, and never about what is wrong on this
// side, such as an ended context.
type RetryPolicy func(Retry) bool

// RetryTransient repeats what can succeed later: refused and broken connections
// before a response, and failures of which [APIError.Retryable] says so. It is
// the default. A repeated request may be billed twice.
func RetryTransient(r Retry) bool {
	if e, ok := errors.AsType[*APIError](r.Err); ok {
		return e.Retryable() && !e.opaque
	}
	e, ok := errors.AsType[*ConnectionError](r.Err)
	return ok && !r.TimedOut && e.Call().StatusCode == 0
}

// RetryUnprocessed repeats only what certainly was not processed, and so
// cannot be billed.
func RetryUnprocessed(r Retry) bool { return r.Unprocessed && RetryTransient(r) }

// RetryTimeouts repeats what [RetryTransient] does, and attempts that a timeout
// of this side ended, although the service may still work on them and bill them.
func RetryTimeouts(r Retry) bool { return r.TimedOut || RetryTransient(r) }

// WithMaxRetries sets how often a failed attempt is repeated; the default is 2,
// and 0 turns it off. Attempts are repeated only while nothing of the answer
// has been delivered, after the wait that the service asks for, else a random
// one that doubles from half a second on. [CallInfo.Attempts] counts them.
func WithMaxRetries(n int) Option {
	return func(c *config) {
		if n < 0 {
			c.reject("WithMaxRetries", fmt.Sprintf("must not be negative, got %d", n))
			return
		}
		c.maxRetries = n
	}
}

// WithRetryPolicy sets what is repeated: [RetryTransient], which is the default,
// [RetryUnprocessed], [RetryTimeouts], or a function of one's own.
func WithRetryPolicy(policy RetryPolicy) Option {
	return func(c *config) {
		if policy == nil {
			c.reject("WithRetryPolicy", "is nil")
			return
		}
		c.retryPolicy = policy
	}
}

// WithMaxRetryWait bounds the wait before each repetition, by default to a
// minute, and all waits of a call together, by default to five. Where the
// service asks for more, the call returns its error at once.
func WithMaxRetryWait(each, total time.Duration) Option {
	return func(c *config) {
		if each < 0 || total < 0 {
			c.reject("WithMaxRetryWait", "must not be negative")
			return
		}
		c.maxWait, c.maxWaits = each, total
	}
}

// WithOnRetry sets a function that is called before each wait for a repetition.
func WithOnRetry(f func(Retry)) Option {
	return func(c *config) { c.onRetry = f }
}

const firstBackoff = 500 * time.Millisecond

// attempts runs try until it succeeds, its failure is final, or there are no
// repetitions left. try is given the number of the attempt.
func attempts[T any](ctx context.Context, c *config, try func(call *CallInfo) (T, error)) (T, error) {
	var waited time.Duration
	for n := 1; ; n++ {
		call := &CallInfo{Attempts: n, Waited: waited}
		res, err := try(call)
		if err == nil || n > c.maxRetries || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return res, err
		}
		r, ok := c.retry(n, err)
		if !ok || r.Wait > c.maxWait || waited+r.Wait > c.maxWaits || !c.retryPolicy(r) {
			return res, err
		}
		if ctx.Err() != nil {
			return res, hang(err, contextError(ctx))
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= r.Wait {
			return res, hang(err, context.DeadlineExceeded)
		}
		if c.onRetry != nil {
			c.onRetry(r)
		}
		timer := time.NewTimer(r.Wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return res, hang(err, contextError(ctx))
		}
		waited += r.Wait
	}
}

// retry describes a failure that a policy may be asked about; false for one
// that is this side's own or came with a part of the answer.
func (c *config) retry(n int, err error) (Retry, bool) {
	r := Retry{Attempt: n, Err: err, Wait: min(backoff(n), c.maxWait)}
	if e, ok := errors.AsType[*APIError](err); ok {
		if hasContent(e.Partial) {
			return r, false
		}
		r.Unprocessed = e.StatusCode == http.StatusTooManyRequests || e.StatusCode == http.StatusServiceUnavailable
		if e.RetryAfter > 0 {
			r.Wait = e.RetryAfter
		}
		return r, true
	}
	if e, ok := errors.AsType[*ConnectionError](err); ok {
		r.Unprocessed = neverConnected(err)
		r.TimedOut = errors.Is(e.Err, ErrAttemptTimeout)
		return r, true
	}
	if e, ok := errors.AsType[*StreamError](err); ok && !hasContent(e.Partial) {
		r.TimedOut = errors.Is(e.Err, ErrAttemptTimeout) || errors.Is(e.Err, ErrStreamIdle) || errors.Is(e.Err, ErrContentTimeout)
		return r, true
	}
	return r, false
}

// backoff is a random time up to a bound that doubles with each attempt.
func backoff(n int) time.Duration {
	return rand.N(firstBackoff << min(n-1, 10))
}

// hang puts the reason why there was no further attempt under the error of the
// last.
func hang(err, reason error) error {
	if e, ok := errors.AsType[*APIError](err); ok {
		e.err = reason
		return e
	}
	return fmt.Errorf("%w (not repeated: %w)", err, reason)
}

// hasContent reports whether any of the answer itself, or its price, is there.
func hasContent(res *ChatCompletion) bool {
	if res == nil {
		return false
	}
	if res.Usage != nil && res.Usage.CompletionTokens > 0 {
		return true
	}
	for i := range res.Choices {
		c := &res.Choices[i]
		m := &c.Message
		if c.Text != "" || m.Text() != "" || m.Reasoning != "" || m.ReasoningContent != "" || m.Refusal != "" ||
			len(m.ToolCalls) > 0 || len(m.ReasoningDetails) > 0 || len(m.Images) > 0 || m.Audio != nil || len(m.Annotations) > 0 {
			return true
		}
	}
	return false
}

// retryHint is how long the service asks to wait: its word about availability,
// then the Retry-After header, then when its rate limit is reset.
func retryHint(e *APIError, now time.Time) time.Duration {
	if e.Availability != nil {
		if d := durationOf(e.Availability.RetryAfter); d > 0 {
			return d
		}
	}
	h := e.Call().Header
	if ms, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After-Ms")), 64); err == nil {
		if d := durationOf(ms / 1000); d > 0 {
			return d
		}
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date // absolute times are the service's: so is the clock to hold them against
	}
	if after := h.Get("Retry-After"); after != "" {
		if d := seconds(after); d > 0 {
			return d
		}
		if at, err := http.ParseTime(after); err == nil {
			return until(at, now)
		}
	}
	if l := e.RateLimit(); l != nil && !l.Reset.IsZero() {
		return until(l.Reset, now)
	}
	return 0
}

func until(at, now time.Time) time.Duration { return durationOf(at.Sub(now).Seconds()) }

func atoi(s string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(s))
	return n
}
