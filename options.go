package openrouter

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter/internal/redact"
)

// Option configures a client or a single call. An option of a call overrides the
// same option of the client for that call. If an option is invalid, each call that
// uses it returns a [*ValidationError] before anything is sent.
type Option func(*config)

// config holds the values that options set. It is reached only through a closure,
// so that formatting a client cannot print the key.
type config struct {
	key, keyFrom         string // From names the option or variable that set the value
	baseURL, baseURLFrom string
	httpClient           *http.Client
	streamClient         *http.Client // the same without its timeout
	header               http.Header  // owned: options write to it
	onComment            func(string)
	observers            []Observer
	watch                *watch // of the call, if it is observed

	maxRetries        int
	retryPolicy       RetryPolicy
	maxWait, maxWaits time.Duration // for each wait, and for all together
	onRetry           []func(Retry)

	timeout, idle             time.Duration // 0 is no limit
	firstContent, nextContent time.Duration // 0 is no limit
	maxBody, maxEvent         int64
	maxStream                 int64
	maxInputs                 int           // of one request for embeddings
	recordWait                time.Duration // for a generation that is not known yet

	perCall   bool
	rejected  []Violation // violations that options found
	unchecked unchecked
	insecure  bool // http to other machines is allowed

	secrets secrets     // texts that must not appear in errors
	found   []Violation // everything that is wrong with this configuration
	err     error       // found as the error that every call returns
}

// DefaultBaseURL is the address of the service.
const DefaultBaseURL = "https://openrouter.ai/api/v1"

// with returns the configuration of one call.
func (c *config) with(opts []Option) *config {
	if len(opts) == 0 {
		return c
	}
	call := *c
	call.perCall = true
	call.header = c.header.Clone()
	call.rejected = slices.Clone(c.rejected)
	for _, opt := range opts {
		call.apply(opt)
	}
	call.check()
	return &call
}

// check finds everything that is wrong with the configuration.
func (c *config) check() {
	c.found = nil
	for _, v := range c.rejected {
		if v.Check == "" || !c.unchecked.has(v.Check) {
			c.found = append(c.found, v)
		}
	}
	if strings.ContainsFunc(c.key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		c.found = append(c.found, Violation{Field: c.keyFrom, Problem: "contains white space or a character that is not allowed in a header"})
	}
	if problem := c.baseURLProblem(); problem != "" {
		c.found = append(c.found, Violation{Field: c.baseURLFrom, Problem: problem})
	}
	c.secrets = secrets{redact.Of(c.key, c.header)}
	if c.key == "" {
		c.found = append(c.found, Violation{Field: c.keyFrom, Problem: "is empty, so there is no API key", Err: ErrMissingAPIKey})
	}
	switch {
	case len(c.found) == 0:
		c.err = nil
	case len(c.found) == 1 && c.key == "":
		c.err = ErrMissingAPIKey
	default:
		c.err = &ValidationError{Violations: c.found}
	}
}

func (c *config) baseURLProblem() string {
	u, err := url.Parse(c.baseURL)
	switch {
	case err != nil:
		return "is not a URL"
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "must start with https:// or http:// and name a host"
	case u.User != nil:
		return "must not contain a user name or password"
	case strings.ContainsAny(c.baseURL, "?#"):
		return "must not contain a query or fragment"
	case u.Scheme == "http" && !c.insecure && !isLoopback(u.Hostname()):
		return "uses http to another machine, which exposes the key on the network; use https, or allow http with WithInsecureHTTP"
	}
	return ""
}

// isLoopback reports whether data sent to host stays on this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func (c *config) apply(opt Option) {
	if opt == nil {
		c.reject("option", "is nil")
		return
	}
	opt(c)
}

func (c *config) reject(option, problem string) {
	c.rejected = append(c.rejected, Violation{Field: option, Problem: problem})
}

// exceeds records that an option goes beyond what the service is known to accept.
// [WithoutValidation] with the name of the option allows it.
func (c *config) exceeds(option string, value any, limit, problem string) {
	c.rejected = append(c.rejected, Violation{Field: option, Problem: problem, Value: value, Limit: limit, Check: option})
}

// set sets a header for an option. It rejects values that a header cannot carry.
func (c *config) set(option, name, value string) {
	switch {
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		c.reject(option, "contains a line break or another control character, which is not allowed in a header")
	case value == "":
		c.header.Del(name)
	default:
		c.header.Set(name, value)
	}
}

// WithAPIKey sets the key, without white space around it. The default is the
// environment variable OPENROUTER_API_KEY, which [NewClient] reads. With an empty
// key the variable is not used: calls return [ErrMissingAPIKey].
func WithAPIKey(key string) Option {
	return func(c *config) { c.key, c.keyFrom = strings.TrimSpace(key), "WithAPIKey" }
}

// WithBaseURL sets the address of the service, such as
// https://eu.openrouter.ai/api/v1. The default is the environment variable
// OPENROUTER_BASE_URL, which [NewClient] reads, or else [DefaultBaseURL]. A blank
// variable is no value. Addresses of other machines must use https, unless
// [WithInsecureHTTP] is set.
func WithBaseURL(baseURL string) Option {
	return func(c *config) {
		c.baseURL, c.baseURLFrom = strings.TrimRight(strings.TrimSpace(baseURL), "/"), "WithBaseURL"
	}
}

// WithHTTPClient sets the client that sends requests. The default has its own
// transport, made for many requests to one host. The given client is not changed.
// Its CheckRedirect is not used, because redirects are never followed. This option
// is for [NewClient] only.
func WithHTTPClient(hc *http.Client) Option {
	return func(c *config) {
		switch {
		case c.perCall:
			c.reject("WithHTTPClient", "is an option of NewClient, not of a call")
		case hc == nil:
			c.reject("WithHTTPClient", "is nil")
		default:
			c.httpClient = hc
		}
	}
}

// WithHeader sets a header of every request. An empty value removes a header that
// another option set, and resets User-Agent to its default. Headers that the library
// controls are refused: Authorization (see [WithAPIKey]), Host, Expect, and those
// that describe the body.
func WithHeader(name, value string) Option {
	return func(c *config) {
		switch name := http.CanonicalHeaderKey(name); {
		case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }):
			c.reject("WithHeader", "has an invalid header name")
		case slices.Contains([]string{"Authorization", "Host", "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Expect", "Accept", "Accept-Encoding"}, name):
			c.reject("WithHeader", "must not set "+name+", which the library controls")
		case name == "User-Agent" && value == "":
			c.apply(WithUserAgent(""))
		default:
			c.set("WithHeader("+name+")", name, value)
		}
	}
}

// WithApp names the application in the service's statistics by its URL, its title
// and at most two categories, such as cli-agent or writing-assistant. A category
// is in lower case and has at most 30 characters. Without a URL the service makes
// no page for the application. A localhost URL needs a title.
func WithApp(url, title string, categories ...string) Option {
	return func(c *config) {
		if n := len(categories); n > 2 {
			c.exceeds("WithApp", n, "at most 2", "has "+strconv.Itoa(n)+" categories, must have at most 2")
		}
		for _, category := range categories {
			if category == "" || len(category) > 30 || strings.ContainsAny(category, ", ") || category != strings.ToLower(category) {
				c.exceeds("WithApp", nil, "", "has an invalid category; use lower case, no commas or spaces, and at most 30 characters")
				break
			}
		}
		c.set("WithApp", "HTTP-Referer", url)
		c.set("WithApp", "X-OpenRouter-Title", title)
		c.set("WithApp", "X-OpenRouter-Categories", strings.Join(categories, ","))
	}
}

// WithUserAgent sets the User-Agent header, which the service records. The
// default names this library and its [Version].
func WithUserAgent(userAgent string) Option {
	return func(c *config) {
		if strings.TrimSpace(userAgent) == "" {
			userAgent = defaultUserAgent
		}
		c.set("WithUserAgent", "User-Agent", userAgent)
	}
}

const defaultUserAgent = "openrouter-go/" + Version

// WithRouterMetadata asks the service to describe how it routed the request, in
// [ChatCompletion.OpenRouterMetadata].
func WithRouterMetadata(enabled bool) Option {
	return func(c *config) {
		value := "disabled"
		if enabled {
			value = "enabled"
		}
		c.set("WithRouterMetadata", "X-OpenRouter-Metadata", value)
	}
}

// WithSessionID groups requests, as [ChatCompletionRequest.SessionID] does. The
// same limit applies. If both are set, the service uses the one in the request.
func WithSessionID(id string) Option {
	return func(c *config) {
		if v, tooLong := sessionIDViolation("WithSessionID", id); tooLong {
			c.rejected = append(c.rejected, v)
		}
		c.set("WithSessionID", "X-Session-Id", id)
	}
}

// WithResponseCache lets the service answer from its cache if it has answered the
// same request before, with the same key, model and body. ttl is the time for which
// an answer is kept, in whole seconds, between one second and 24 hours. 0 means the
// service's default, which is 5 minutes. [CallInfo.Cache] tells whether the answer
// came from the cache.
func WithResponseCache(ttl time.Duration) Option {
	return func(c *config) {
		if ttl != 0 && (ttl < time.Second || ttl > 24*time.Hour) {
			c.exceeds("WithResponseCache", ttl, "between 1s and 24h", "is "+ttl.String()+", must be between 1s and 24h, or 0 for the service's default")
		}
		secs := ""
		if ttl != 0 {
			secs = strconv.FormatInt(int64(ttl/time.Second), 10)
		}
		c.set("WithResponseCache", "X-OpenRouter-Cache", "true")
		c.set("WithResponseCache", "X-OpenRouter-Cache-TTL", secs)
	}
}

// WithoutResponseCache turns the service's response cache off, even if a preset
// turns it on.
func WithoutResponseCache() Option {
	return func(c *config) {
		c.set("WithoutResponseCache", "X-OpenRouter-Cache", "false")
		c.header.Del("X-OpenRouter-Cache-TTL")
		c.header.Del("X-OpenRouter-Cache-Clear")
	}
}

// WithResponseCacheRefresh makes the service replace its cached answer to this
// request with a new one. It turns the cache on.
func WithResponseCacheRefresh() Option {
	return func(c *config) {
		c.set("WithResponseCacheRefresh", "X-OpenRouter-Cache", "true")
		c.set("WithResponseCacheRefresh", "X-OpenRouter-Cache-Clear", "true")
	}
}

// WithOnComment sets a function that is called with each comment of a stream, such
// as "OPENROUTER PROCESSING", which the service sends while it waits. The text is
// without the colon and the space before it. The function runs in the goroutine
// that starts or reads the stream. Streams in several goroutines call it at the
// same time.
func WithOnComment(f func(comment string)) Option {
	return func(c *config) { c.onComment = f }
}

// WithoutValidation switches checks off, so that the service decides. A check is
// named by the path of its member without indices, such as "session_id" or
// "tools.function.name", or by the name of its option, such as "WithApp".
// [Violation.Check] is that name. Without arguments WithoutValidation switches all
// checks off. On a call it adds to the checks that the client has switched off.
//
// For session_id the check allows 128 characters. The service may accept more.
//
// What cannot be sent is still refused: a nil request, values without JSON such as
// NaN, and options with impossible values. The method still decides whether the
// answer is a stream, even if "stream" is switched off.
func WithoutValidation(fields ...string) Option {
	return func(c *config) {
		if len(fields) == 0 {
			c.unchecked.all = true
			return
		}
		names := slices.Clone(c.unchecked.names) // the client's stay as they are
		for _, f := range fields {
			names = append(names, withoutIndices(f))
		}
		c.unchecked.names = names
	}
}

// unchecked names the checks that are switched off.
type unchecked struct {
	all   bool
	names []string
}

func (u unchecked) has(check string) bool { return u.all || slices.Contains(u.names, check) }

// withoutIndices turns messages[2].role into messages.role.
func withoutIndices(path string) string {
	var b strings.Builder
	for rest := path; ; {
		before, after, found := strings.Cut(rest, "[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, rest, _ = strings.Cut(after, "]")
	}
}

// WithInsecureHTTP allows http addresses of other machines, for a server in a
// network where everyone may see the key, such as a gateway in the next container.
// Without this option, http is allowed only for this machine: localhost,
// 127.0.0.0/8 and ::1. The environment variable OPENROUTER_INSECURE_HTTP=1, which
// [NewClient] reads, does the same as this option.
func WithInsecureHTTP() Option {
	return func(c *config) { c.insecure = true }
}

// defaultMaxSize admits an image of 64 MiB, which takes 86 MiB in base64.
const defaultMaxSize = 128 << 20

// defaultMaxStream admits several such images.
const defaultMaxStream = 1 << 30

// WithTimeout limits one attempt of a call. The default is ten minutes, and 0 means
// no limit. An attempt that it ends fails with [ErrAttemptTimeout]. For a stream it
// limits only the wait for the first event, never a stream that has begun. The
// Timeout of an http.Client has the same effect as this option.
func WithTimeout(d time.Duration) Option {
	return func(c *config) { c.duration("WithTimeout", d, &c.timeout) }
}

// WithStreamIdleTimeout limits the time in which a stream may send nothing at all.
// The default is two minutes, and 0 means no limit. A stream that it ends fails
// with [ErrStreamIdle]. The limit starts again with every byte, also with those of
// the comments that the service sends while it works. Time in which the program
// does not read the stream does not count.
func WithStreamIdleTimeout(d time.Duration) Option {
	return func(c *config) { c.duration("WithStreamIdleTimeout", d, &c.idle) }
}

// WithContentTimeout limits the time in which a stream may send no content: first
// applies until the first content, next after that. The default of both is 0,
// which means no limit. A stream that it ends fails with [ErrContentTimeout].
//
// Content is text, reasoning, tool calls, images, audio, annotations and refusals.
// Comments and empty chunks are not content. Time in which the program does not
// read the stream does not count.
func WithContentTimeout(first, next time.Duration) Option {
	return func(c *config) {
		c.duration("WithContentTimeout", first, &c.firstContent)
		c.duration("WithContentTimeout", next, &c.nextContent)
	}
}

func (c *config) duration(option string, d time.Duration, dst *time.Duration) {
	if d < 0 {
		c.reject(option, "is "+d.String()+", must not be negative")
		return
	}
	*dst = d
}

// WithMaxBodySize limits the size of an answer that is not a stream, in bytes after
// decompression. The default is 128 MiB, and 0 means no limit. A larger answer
// fails with [ErrTooLarge].
func WithMaxBodySize(n int64) Option {
	return func(c *config) { c.size("WithMaxBodySize", n, &c.maxBody) }
}

// WithMaxEventSize limits the size of one event of a stream, in bytes. The default
// is 128 MiB, and 0 means no limit. A larger event ends the stream with
// [ErrTooLarge].
func WithMaxEventSize(n int64) Option {
	return func(c *config) { c.size("WithMaxEventSize", n, &c.maxEvent) }
}

// WithMaxStreamSize limits the size of all events of a stream together, in bytes.
// The default is 1 GiB, and 0 means no limit. A larger stream ends with
// [ErrTooLarge]. Comments do not count: nothing of them is kept.
func WithMaxStreamSize(n int64) Option {
	return func(c *config) { c.size("WithMaxStreamSize", n, &c.maxStream) }
}

// noLimit leaves room for the one byte more that tells that there are too many.
const noLimit = math.MaxInt64 - 1

func (c *config) size(option string, n int64, dst *int64) {
	if n < 0 {
		c.reject(option, fmt.Sprintf("is %d, must not be negative", n))
		return
	}
	if *dst = min(n, noLimit); n == 0 {
		*dst = noLimit
	}
}
