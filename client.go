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

// Client sends requests to the service. Create one with [NewClient] and share
// it: it holds the connections, never changes, and is safe for concurrent use.
// Printing a Client shows its address, never the key.
type Client struct {
	// Chat creates and streams chat completions.
	Chat *ChatService
	// Models lists the models and their endpoints, with prices and limits.
	Models *ModelsService
	// Embeddings turns texts into vectors.
	Embeddings *EmbeddingsService
	// Generations looks up the final cost of an answer.
	Generations *GenerationsService
	// Account tells what the key and the account may still spend.
	Account *AccountService
	// Providers lists the providers.
	Providers *ProvidersService
	// Batches runs thousands of requests at a lower price, within hours. Beta.
	Batches *BatchesService

	config func() *config
}

// NewClient returns a client for the service.
//
// The key is set by [WithAPIKey], or else by the environment variable
// OPENROUTER_API_KEY. The address is set by [WithBaseURL], or else by
// OPENROUTER_BASE_URL; the default is [DefaultBaseURL].
// OPENROUTER_INSECURE_HTTP=1 does the same as [WithInsecureHTTP].
//
// Without [WithHTTPClient], the client has its own copy of http.DefaultTransport,
// made for many requests to one host. If http.DefaultTransport is not an
// *http.Transport, because a program replaced it, the client uses it as it is.
//
// NewClient never fails. With a missing key or an invalid option, every call
// returns an error before anything is sent.
func NewClient(opts ...Option) *Client {
	cfg := &config{
		header:     http.Header{},
		maxRetries: 2, retryPolicy: RetryTransient, maxWait: time.Minute, maxWaits: 5 * time.Minute,
		timeout: 10 * time.Minute, idle: 2 * time.Minute,
		maxBody: defaultMaxSize, maxEvent: defaultMaxSize, maxStream: defaultMaxStream, maxInputs: defaultMaxInputs,
	}
	cfg.apply(WithAPIKey(os.Getenv("OPENROUTER_API_KEY")))
	cfg.apply(WithBaseURL(cmp.Or(strings.TrimSpace(os.Getenv("OPENROUTER_BASE_URL")), DefaultBaseURL)))
	cfg.insecure = os.Getenv("OPENROUTER_INSECURE_HTTP") == "1"
	cfg.keyFrom, cfg.baseURLFrom = "OPENROUTER_API_KEY", "OPENROUTER_BASE_URL"
	cfg.apply(WithUserAgent(""))
	for _, opt := range opts {
		cfg.apply(opt)
	}
	cfg.check()
	c := &Client{config: func() *config { return cfg }}
	if cfg.httpClient == nil {
		cfg.httpClient = &http.Client{}
		if transport := newTransport(); transport != nil {
			cfg.httpClient.Transport = transport
			runtime.AddCleanup(c, func(t *http.Transport) { t.CloseIdleConnections() }, transport)
		}
	}
	// A copy: the caller's client stays as it is.
	hc := *cfg.httpClient
	hc.Transport = noRedirects{cmp.Or[http.RoundTripper](hc.Transport, http.DefaultTransport)}
	cfg.httpClient = &hc
	// The client's total timeout would end a live stream. open applies it until the answer begins.
	streaming := hc
	streaming.Timeout = 0
	cfg.streamClient = &streaming
	c.Chat = &ChatService{client: c}
	c.Models = &ModelsService{client: c}
	c.Embeddings = &EmbeddingsService{client: c}
	c.Generations = &GenerationsService{client: c}
	c.Account = &AccountService{client: c}
	c.Providers = &ProvidersService{client: c}
	c.Batches = &BatchesService{client: c}
	return c
}

// A connection over HTTP/2 that is dead looks like one on which a model thinks.
// After this time without a byte the peer is asked, and after that time it must
// have answered.
const (
	pingAfter  = 15 * time.Second
	pingAnswer = 10 * time.Second
)

// newTransport returns a copy of net/http's default transport that keeps many
// connections to one host, or nil if the default is not net/http's own. Its buffers
// have half the usual size: that saves 4 KiB for each open stream, and costs no time
// in the benchmarks because large reads and writes bypass the buffers.
func newTransport() *http.Transport {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	switch d := http.DefaultTransport.(type) {
	case *http.Transport:
		t = d.Clone()
	case nil:
	default:
		return nil
	}
	t.ReadBufferSize, t.WriteBufferSize = 2<<10, 2<<10
	t.MaxIdleConns = 0
	t.MaxIdleConnsPerHost = 256
	t.IdleConnTimeout = 90 * time.Second
	if t.HTTP2 == nil {
		t.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingAnswer}
	}
	return t
}

// String returns the name of the type and the client's address.
func (c *Client) String() string {
	cfg := c.config()
	if cfg.baseURLProblem() != "" {
		return "openrouter.Client" // an invalid address may contain a password
	}
	return "openrouter.Client(" + cfg.secrets.Text(cfg.baseURL) + ")"
}

// CallInfo describes the HTTP exchange behind an answer or an error. It is zero
// for values that did not come from a client.
type CallInfo struct {
	// StatusCode is the HTTP status, or 0 if no response came.
	StatusCode int
	// Header is the header of the response.
	Header http.Header
	// GenerationID identifies the answer in the service's records. It can be set
	// even if no part of the answer arrived.
	GenerationID string
	// Attempts is the number of times the request was sent. Each may be billed. An
	// attempt that got no connection sent nothing, and does not count.
	Attempts int
	// Waited is the total time spent between the attempts.
	Waited time.Duration
	// RateLimit is nil if the response does not state a limit. The service states its
	// limit only if it refuses a request because of that limit.
	RateLimit *RateLimit
	// Cache is nil if the service's response cache was off.
	Cache *CacheInfo
}

// RateLimit is the state of a request limit.
type RateLimit struct {
	Limit     int
	Remaining int
	// Reset is the time when requests are allowed again; zero if unknown.
	Reset time.Time
}

// CacheInfo describes what the service's response cache did.
type CacheInfo struct {
	// Hit is true if the answer came from the cache. The usage counters of such
	// an answer are zero, and its id is new.
	Hit bool
	// Age is the time since the cached answer was stored.
	Age time.Duration
	// TTL is the time for which the cache still keeps the answer.
	TTL time.Duration
	// SourceID is the id of the generation whose answer was stored.
	SourceID string
}

// value returns *c, or the zero CallInfo if c is nil.
func (c *CallInfo) value() CallInfo {
	if c == nil {
		return CallInfo{}
	}
	return *c
}

// answered records the status and the header of a response. Secrets that the
// server repeats are then removed from the header. The names are spelled in
// canonical form, because Get would otherwise allocate a copy of each.
func (c *CallInfo) answered(res *http.Response, secrets secrets) {
	h := res.Header
	c.StatusCode, c.Header, c.GenerationID, c.RateLimit = res.StatusCode, h, h.Get("X-Generation-Id"), newRateLimit(h.Get)
	if status := h.Get("X-Openrouter-Cache-Status"); status != "" {
		c.Cache = &CacheInfo{
			Hit:      strings.EqualFold(status, "HIT"),
			Age:      seconds(h.Get("X-Openrouter-Cache-Age")),
			TTL:      seconds(h.Get("X-Openrouter-Cache-Ttl")),
			SourceID: h.Get("X-Openrouter-Cache-Source-Id"),
		}
	}
	for _, values := range h {
		for i, v := range values {
			values[i] = secrets.Text(v)
		}
	}
}

// resetTime reads the time of a reset. The service sends milliseconds, and other
// servers send seconds, which are smaller numbers.
func resetTime(text string) time.Time {
	const maxSeconds = 1e11
	ms, err := strconv.ParseInt(text, 10, 64)
	if f, ferr := strconv.ParseFloat(text, 64); err != nil && ferr == nil && f < maxSeconds {
		ms, err = int64(f*1000), nil
	} else if ms < maxSeconds {
		ms *= 1000
	}
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// newRateLimit reads the three rate limit headers through get. It returns nil if
// all of them are missing.
func newRateLimit(get func(string) string) *RateLimit {
	limit, remaining, reset := get("X-Ratelimit-Limit"), get("X-Ratelimit-Remaining"), get("X-Ratelimit-Reset")
	if limit == "" && remaining == "" && reset == "" {
		return nil
	}
	l := &RateLimit{}
	l.Limit, _ = strconv.Atoi(strings.TrimSpace(limit))
	l.Remaining, _ = strconv.Atoi(strings.TrimSpace(remaining))
	l.Reset = resetTime(strings.TrimSpace(reset))
	return l
}

// seconds reads a number of seconds. It returns 0 for anything else.
func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return 0
	}
	return durationOf(f)
}

// durationOf turns a number of seconds from outside into a duration. NaN and
// negative numbers give 0. The result is at most a year.
func durationOf(secs float64) time.Duration {
	const most = 365 * 24 * 3600
	if !(secs > 0) {
		return 0
	}
	return time.Duration(min(secs, most) * float64(time.Second))
}

// Call describes the HTTP exchange behind the answer.
func (c *ChatCompletion) Call() CallInfo {
	if c == nil {
		return CallInfo{}
	}
	return c.call.value()
}

// Version is the version of this library, sent in the User-Agent header.
const Version = "0.1.0"
