package openrouter

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// CallInfo tells about the HTTP exchange behind an answer or an error. It is
// zero for what did not come from a client.
type CallInfo struct {
	// StatusCode is the HTTP status; 0 if no response came.
	StatusCode int
	// Header is the response's header.
	Header http.Header
	// GenerationID identifies the answer in the service's records, even where
	// nothing of the answer arrived.
	GenerationID string
	// Attempts is how often the request was sent. Each may be billed.
	Attempts int
	// Waited is the time between the attempts.
	Waited time.Duration
	// RateLimit is set on a refusal by the service's own limit only.
	RateLimit *RateLimit
	// Cache is set when the service's response cache was on.
	Cache *CacheInfo
}

// RateLimit is the state of a request limit.
type RateLimit struct {
	Limit     int
	Remaining int
	// Reset is when requests are allowed again; zero if unknown.
	Reset time.Time
}

// CacheInfo is what the service's response cache did.
type CacheInfo struct {
	// Hit is whether the answer is a stored one. Its usage counters are zero
	// and its id is new.
	Hit bool
	// Age is how long ago a hit was stored.
	Age time.Duration
	// TTL is how long the entry will still be kept.
	TTL time.Duration
	// SourceID is the generation that a hit repeats.
	SourceID string
}

// value is the zero CallInfo for nil.
func (c *CallInfo) value() CallInfo {
	if c == nil {
		return CallInfo{}
	}
	return *c
}

// answered notes what a response's head tells, without the secrets that a
// server may repeat there. Names are spelled as http.Header does, which spares
// Get a copy of each.
func (c *CallInfo) answered(res *http.Response, secrets []string) {
	h := res.Header
	for _, values := range h {
		for i, v := range values {
			for _, secret := range secrets {
				if strings.Contains(v, secret) {
					values[i] = strings.ReplaceAll(values[i], secret, "[redacted]")
				}
			}
		}
	}
	c.StatusCode, c.Header, c.GenerationID, c.RateLimit = res.StatusCode, h, h.Get("X-Generation-Id"), newRateLimit(h.Get)
	if status := h.Get("X-Openrouter-Cache-Status"); status != "" {
		c.Cache = &CacheInfo{
			Hit:      strings.EqualFold(status, "HIT"),
			Age:      seconds(h.Get("X-Openrouter-Cache-Age")),
			TTL:      seconds(h.Get("X-Openrouter-Cache-Ttl")),
			SourceID: h.Get("X-Openrouter-Cache-Source-Id"),
		}
	}
}

// newRateLimit reads the three rate limit headers through get; nil if there is
// none of them.
func newRateLimit(get func(string) string) *RateLimit {
	limit, remaining, reset := get("X-Ratelimit-Limit"), get("X-Ratelimit-Remaining"), get("X-Ratelimit-Reset")
	if limit == "" && remaining == "" && reset == "" {
		return nil
	}
	l := &RateLimit{}
	l.Limit, _ = strconv.Atoi(strings.TrimSpace(limit))
	l.Remaining, _ = strconv.Atoi(strings.TrimSpace(remaining))
	if ms, err := strconv.ParseInt(strings.TrimSpace(reset), 10, 64); err == nil && ms > 0 {
		l.Reset = time.UnixMilli(ms)
	}
	return l
}

// seconds reads a number of seconds; what is none, or negative, is 0.
func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return 0
	}
	return durationOf(f)
}

// durationOf turns a number of seconds from outside into a duration: NaN and
// negative ones are 0, and none is longer than a year.
func durationOf(secs float64) time.Duration {
	const most = 365 * 24 * 3600
	if !(secs > 0) {
		return 0
	}
	return time.Duration(min(secs, most) * float64(time.Second))
}

// Call tells about the HTTP exchange behind the answer.
func (c *ChatCompletion) Call() CallInfo {
	if c == nil {
		return CallInfo{}
	}
	return c.call.value()
}
