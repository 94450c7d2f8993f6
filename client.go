package openrouter

import (
	"cmp"
	"net/http"
	"os"
	"runtime"
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
