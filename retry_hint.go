package openrouter

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

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
