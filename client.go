package openrouter

import (
	"cmp"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Client sends requests to the service. It does not change after [NewClient]
// and is safe for concurrent use: make one and share it, since it holds the
// connections. Printing it shows the address, never the key.
type Client struct {
	// Chat creates and streams chat completions.
	Chat *ChatService
	// Models lists the models, with their prices and limits.
	Models *ModelsService
	// Generations tells what an answer really cost.
	Generations *GenerationsService

	config func() *config
}

// NewClient returns a client for the service. The key comes from [WithAPIKey],
// else from OPENROUTER_API_KEY; the address from [WithBaseURL], else from
// OPENROUTER_BASE_URL, else it is [DefaultBaseURL]. It cannot fail: a missing
// key and bad options are reported by every call, before the network.
func NewClient(opts ...Option) *Client {
	cfg := &config{
		header:     http.Header{},
		maxRetries: 2, retryPolicy: RetryTransient, maxWait: time.Minute, maxWaits: 5 * time.Minute,
		timeout: 10 * time.Minute, idle: 2 * time.Minute,
		maxBody: defaultMaxSize, maxEvent: defaultMaxSize,
	}
	cfg.apply(WithAPIKey(os.Getenv("OPENROUTER_API_KEY")))
	cfg.apply(WithBaseURL(cmp.Or(os.Getenv("OPENROUTER_BASE_URL"), DefaultBaseURL)))
	cfg.keyFrom, cfg.baseURLFrom = "OPENROUTER_API_KEY", "OPENROUTER_BASE_URL"
	cfg.apply(WithUserAgent(""))
	for _, opt := range opts {
		cfg.apply(opt)
	}
	cfg.check()
	c := &Client{config: func() *config { return cfg }}
	if cfg.httpClient == nil {
		transport := newTransport()
		cfg.httpClient = &http.Client{Transport: transport}
		runtime.AddCleanup(c, func(t *http.Transport) { t.CloseIdleConnections() }, transport)
	}
	// A copy: the caller's client stays as it is.
	hc := *cfg.httpClient
	hc.Transport = noRedirects{cmp.Or[http.RoundTripper](hc.Transport, http.DefaultTransport)}
	cfg.httpClient = &hc
	// A total timeout would cut a stream that is alive; it bounds the first event instead.
	streaming := hc
	streaming.Timeout = 0
	cfg.streamClient = &streaming
	c.Chat = &ChatService{client: c}
	c.Models = &ModelsService{client: c}
	c.Generations = &GenerationsService{client: c}
	return c
}

// newTransport is net/http's default transport with room for many requests to
// one host at a time. Half of its buffers takes 4 KiB less for each open stream
// and no more time, by the benchmarks; large reads and writes pass them by.
func newTransport() *http.Transport {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if d, ok := http.DefaultTransport.(*http.Transport); ok {
		t = d.Clone()
	}
	t.ReadBufferSize, t.WriteBufferSize = 2<<10, 2<<10
	t.MaxIdleConns = 0
	t.MaxIdleConnsPerHost = 256
	t.IdleConnTimeout = 90 * time.Second
	return t
}

// String names the address requests go to.
func (c *Client) String() string {
	cfg := c.config()
	if cfg.baseURLProblem() != "" {
		return "openrouter.Client" // whatever it is, it may hold a password
	}
	return "openrouter.Client(" + cfg.baseURL + ")"
}

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

// Version is the version of this library, sent in the User-Agent header.
const Version = "0.1.0"
