package openrouter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Retry describes a failed attempt and the wait before the next one. No part of
// an answer has been delivered at this point.
type Retry struct {
	// Attempt is the number of the failed attempt. The first is 1.
	Attempt int
	// Err is the error of the attempt. It is always one of these three: an
	// [*APIError], a [*ConnectionError] or, if a stream broke off after the
	// response and before the first part of its answer, a [*StreamError], which may
	// wrap a [*DecodeError]. It does not change later, and may be kept.
	Err error
	// Unprocessed is true if the request was certainly not processed: there was no
	// connection, so that nothing of it was sent, or the service reported 429 or 503,
	// as the HTTP status or in the answer.
	Unprocessed bool
	// TimedOut is true if a timeout of the client ended the attempt. The service
	// may still be working on it.
	TimedOut bool
	// Wait is the time before the next attempt.
	Wait time.Duration
}

// RetryPolicy decides whether a failed attempt is retried. It is consulted while
// [WithMaxRetries] permits another attempt, and never for a cancelled context or
// other local errors. Calls in several goroutines consult it at the same time.
type RetryPolicy func(Retry) bool

// RetryTransient is the default policy. It retries temporary failures: connections
// that were refused or broke before a response, and errors for which
// [APIError.Retryable] is true. A certificate that is not trusted, and a server
// that does not speak TLS, are not temporary. A retried request may be billed twice.
func RetryTransient(r Retry) bool {
	if e, ok := errors.AsType[*APIError](r.Err); ok {
		return e.Retryable()
	}
	e, ok := errors.AsType[*ConnectionError](r.Err)
	return ok && !r.TimedOut && e.Call().StatusCode == 0 && !isPermanent(e)
}

// RetryUnprocessed retries only requests that were certainly not processed, and so
// cannot be billed twice.
func RetryUnprocessed(r Retry) bool { return r.Unprocessed && RetryTransient(r) }

// RetryTimeouts retries what [RetryTransient] retries, and also attempts that a
// timeout of the client ended. The service may still be working on such an
// attempt, and may bill it.
func RetryTimeouts(r Retry) bool { return r.TimedOut || RetryTransient(r) }

// WithMaxRetries limits the number of retries of a call. The default is 2, and 0 turns
// retries off. A call is retried only while no part of the answer has been
// delivered. [CallInfo.Attempts] counts the attempts.
//
// The wait before a retry is the one that the service asks for. If it asks for
// none, the wait is random, up to half a second before the first retry. That limit
// doubles with each further retry.
func WithMaxRetries(n int) Option {
	return func(c *config) {
		if n < 0 {
			c.reject("WithMaxRetries", fmt.Sprintf("is %d, must not be negative", n))
			return
		}
		c.maxRetries = n
	}
}

// WithRetryPolicy sets which failed attempts are retried. The default is
// [RetryTransient]. Others are [RetryUnprocessed], [RetryTimeouts] and your own
// functions.
func WithRetryPolicy(policy RetryPolicy) Option {
	return func(c *config) {
		if policy == nil {
			c.reject("WithRetryPolicy", "is nil")
			return
		}
		c.retryPolicy = policy
	}
}

// WithMaxRetryWait limits each wait before a retry, and the total of all waits of
// a call. The defaults are one minute and five minutes. The call returns the error
// at once if the service asks for a longer wait, if the total would be exceeded, or
// if the context would end during the wait.
func WithMaxRetryWait(each, total time.Duration) Option {
	return func(c *config) {
		if each < 0 || total < 0 {
			c.reject("WithMaxRetryWait", fmt.Sprintf("is %v and %v, must not be negative", each, total))
			return
		}
		c.maxWait, c.maxWaits = each, total
	}
}

// WithOnRetry adds a function that is called before the wait for each retry. All
// functions of the client and of the call are called, those of the client first.
// They run in the goroutine of the call. Calls in several goroutines run them at the
// same time.
func WithOnRetry(f func(Retry)) Option {
	return func(c *config) {
		if f != nil {
			c.onRetry = append(slices.Clip(c.onRetry), f) // clipped: the client's list is shared by its calls
		}
	}
}

const firstBackoff = 500 * time.Millisecond

// attempts runs try until it succeeds, fails with a final error, or has no retries
// left. call carries the number of the attempt.
func attempts[T any](ctx context.Context, c *config, try func(call *CallInfo) (T, error)) (T, error) {
	var waited time.Duration
	sent := 0
	for n := 1; ; n++ {
		call := &CallInfo{Attempts: sent + 1, Waited: waited}
		c.watch.attempt(call)
		res, err := try(call)
		sent = call.Attempts
		err = c.secrets.conceal(err)
		if err == nil || n > c.maxRetries || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return res, err
		}
		r, ok := c.retry(n, err)
		if !ok || r.Wait > c.maxWait || waited+r.Wait > c.maxWaits || !c.retryPolicy(r) {
			return res, err
		}
		if ctx.Err() != nil {
			return res, hang(err, c.secrets.conceal(contextError(ctx)))
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= r.Wait {
			return res, hang(err, context.DeadlineExceeded)
		}
		for _, f := range c.onRetry {
			f(r)
		}
		c.watch.Retry(r)
		if !slept(ctx, r.Wait) {
			return res, hang(err, c.secrets.conceal(contextError(ctx)))
		}
		waited += r.Wait
	}
}

// slept waits, and reports whether ctx has not ended before.
func slept(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// retry describes a failure for the policy. It returns false for a failure that
// must not be retried, because it is a local error or came with a part of the
// answer.
func (c *config) retry(n int, err error) (Retry, bool) {
	r := Retry{Attempt: n, Err: err, Wait: min(backoff(n), c.maxWait)}
	if e, ok := errors.AsType[*APIError](err); ok {
		if hasContent(e.Partial) {
			return r, false
		}
		r.Unprocessed = e.StatusCode == http.StatusTooManyRequests || e.StatusCode == http.StatusServiceUnavailable
		if e.hinted {
			r.Wait = e.RetryAfter
		}
		return r, true
	}
	if e, ok := errors.AsType[*ConnectionError](err); ok {
		r.Unprocessed = e.unsent
		r.TimedOut = errors.Is(e.Err, ErrAttemptTimeout)
		return r, true
	}
	if e, ok := errors.AsType[*StreamError](err); ok && !hasContent(e.Partial) {
		r.TimedOut = errors.Is(e.Err, ErrAttemptTimeout) || errors.Is(e.Err, ErrStreamIdle) || errors.Is(e.Err, ErrContentTimeout)
		return r, true
	}
	return r, false
}

// backoff returns a random time below a limit that doubles with each attempt.
func backoff(n int) time.Duration {
	return rand.N(firstBackoff << min(n-1, 10))
}

// hang adds the reason why there was no retry to the error of the last attempt. It
// changes a copy: the error itself was given to the functions of [WithOnRetry].
func hang(err, reason error) error {
	if e, ok := errors.AsType[*APIError](err); ok {
		late := *e
		late.err = reason
		return &late
	}
	return &notRetried{err, reason}
}

// notRetried is an error with the reason why the context did not permit a retry.
type notRetried struct{ err, reason error }

func (e *notRetried) Error() string {
	return e.err.Error() + " (not retried: " + oneLine(e.reason.Error()) + ")"
}

func (e *notRetried) Unwrap() []error { return []error{e.err, e.reason} }

// hasContent reports whether there is any part of the answer itself, or usage for
// it.
func hasContent(res *ChatCompletion) bool {
	if res == nil {
		return false
	}
	if res.Usage != nil && res.Usage.CompletionTokens > 0 {
		return true
	}
	for i := range res.Choices {
		if res.Choices[i].hasContent() {
			return true
		}
	}
	return false
}

// hasContent reports whether the model has written anything.
func (c *Choice) hasContent() bool {
	m := &c.Message
	return c.Text != "" || c.Reasoning != "" || len(c.ReasoningDetails) > 0 || hasParts(m.Content) || m.Text() != "" || hasUnknownText(m.Extra) || m.Reasoning != "" || m.ReasoningContent != "" || m.Refusal != "" ||
		len(m.ToolCalls) > 0 || len(m.ReasoningDetails) > 0 || len(m.Images) > 0 || m.Audio != nil || len(m.Annotations) > 0
}

// retryMembers are the members of a report that say how long to wait.
var retryMembers = []string{"retry_after", "retry_after_seconds", "retry_after_ms"}

// retryHint returns how long the service asks to wait, and whether it asks: the
// wait may be 0. It looks at the error's availability, then the Retry-After
// headers, then the members of the report, then the reset of the rate limit.
func retryHint(e *APIError, o *ErrorObject, now time.Time) (wait time.Duration, ok bool) {
	if e.Availability != nil {
		if d := durationOf(e.Availability.RetryAfter); d > 0 {
			return d, true
		}
	}
	h := e.Call().Header
	if d, ok := waitIn(h.Get("Retry-After-Ms"), 1000); ok {
		return d, true
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date // the service's absolute times are compared with the service's clock
	}
	if d, ok := waitIn(h.Get("Retry-After"), 1); ok {
		return d, true
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		d := until(at, now)
		return d, d > 0
	}
	for _, members := range []map[string]any{o.Extra, e.metadata().Extra} {
		for _, name := range retryMembers {
			perSecond := 1.0
			if strings.HasSuffix(name, "_ms") {
				perSecond = 1000
			}
			if raw, ok := members[name].(json.RawMessage); ok {
				if d, ok := waitIn(rawText(raw), perSecond); ok {
					return d, true
				}
			}
		}
	}
	if d, ok := waitIn(e.metadata().header("Retry-After"), 1); ok {
		return d, true
	}
	if l := e.RateLimit(); l != nil && !l.Reset.IsZero() {
		d := until(l.Reset, now)
		return d, d > 0
	}
	return 0, false
}

// waitIn reads a number of which so many make a second; false if there is none,
// or a negative one.
func waitIn(text string, perSecond float64) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(n >= 0) {
		return 0, false
	}
	return durationOf(n / perSecond), true
}

func until(at, now time.Time) time.Duration { return durationOf(at.Sub(now).Seconds()) }

func atoi(s string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(s))
	return n
}
