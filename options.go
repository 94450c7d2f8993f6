package openrouter

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Option configures a client, given to [NewClient], or one call, where it
// overrides the client's for that call. A bad option is reported as a
// [*ValidationError] by every call that has it, before the network.
type Option func(*config)

// config is what options set. It is reached through a closure only, so that
// no formatting of a client can print the key in it.
type config struct {
	key, keyFrom         string
	baseURL, baseURLFrom string // and the option or variable they come from
	httpClient           *http.Client
	streamClient         *http.Client // the same without its timeout
	header               http.Header  // owned: options write to it
	onComment            func(string)

	maxRetries        int
	retryPolicy       RetryPolicy
	maxWait, maxWaits time.Duration // each, and in all
	onRetry           func(Retry)

	timeout, idle             time.Duration // 0 for none
	firstContent, nextContent time.Duration // 0 for none
	maxBody, maxEvent         int64

	perCall   bool
	rejected  []Violation // by options
	unchecked unchecked
	insecure  bool // http beyond this machine

	secrets []string    // what must not come out of the library
	found   []Violation // all that is wrong with this configuration
	err     error       // the same as what every call with it returns
}

// DefaultBaseURL is the service's address.
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

// check settles what calls with this configuration return before the network.
func (c *config) check() {
	c.found = nil
	for _, v := range c.rejected {
		if v.Check == "" || !c.unchecked.has(v.Check) {
			c.found = append(c.found, v)
		}
	}
	if strings.ContainsFunc(c.key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		c.found = append(c.found, Violation{Field: c.keyFrom, Problem: "has white space or characters that no header can carry"})
	}
	if problem := c.baseURLProblem(); problem != "" {
		c.found = append(c.found, Violation{Field: c.baseURLFrom, Problem: problem})
	}
	c.secrets = secretsOf(c.key, c.header)
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

// secretsOf are the key and the values of headers that are named like secrets,
// with the strings in them where they are JSON, as providers' keys are.
func secretsOf(key string, header http.Header) []string {
	var found []string
	add := func(s string) {
		if len(s) >= 4 { // a shorter one would black out ordinary text
			found = append(found, s)
		}
	}
	add(key)
	for name, values := range header {
		name = strings.ToLower(name)
		if !slices.ContainsFunc([]string{"key", "token", "secret", "auth", "cookie", "password", "credential"}, func(s string) bool { return strings.Contains(name, s) }) {
			continue
		}
		for _, v := range values {
			add(v)
			var keys map[string]string
			if json.Unmarshal([]byte(v), &keys) == nil {
				for _, k := range keys {
					add(k)
				}
			}
		}
	}
	return found
}

func (c *config) baseURLProblem() string {
	u, err := url.Parse(c.baseURL)
	switch {
	case err != nil:
		return "is not a URL"
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "must start with https:// or http:// and name a host"
	case u.User != nil:
		return "must not hold a user or password"
	case u.RawQuery != "" || u.Fragment != "":
		return "must not hold a query or fragment"
	case u.Scheme == "http" && !c.insecure && !isLoopback(u.Hostname()):
		return "is http to another machine, which would show the key to everyone on the way: use https, or allow it with WithInsecureHTTP"
	}
	return ""
}

// isLoopback reports whether what is sent to host stays on this machine.
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

// exceeds notes that an option goes beyond what the service is known to take,
// which a [WithoutValidation] of its name allows.
func (c *config) exceeds(option string, value any, limit, problem string) {
	c.rejected = append(c.rejected, Violation{Field: option, Problem: problem, Value: value, Limit: limit, Check: option})
}

// set sets a header for an option, which values that would break the request
// do not reach.
func (c *config) set(option, name, value string) {
	switch {
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		c.reject(option, "has a line break or another control character, which no header can carry")
	case value == "":
		c.header.Del(name)
	default:
		c.header.Set(name, value)
	}
}

// WithAPIKey sets the key; white space around it is dropped. The default is
// the environment variable OPENROUTER_API_KEY, read by [NewClient]. An empty
// key does not fall back to it: the call returns [ErrMissingAPIKey].
func WithAPIKey(key string) Option {
	return func(c *config) { c.key, c.keyFrom = strings.TrimSpace(key), "WithAPIKey" }
}

// WithBaseURL sets the address that paths are appended to, such as
// https://eu.openrouter.ai/api/v1. The default is the environment variable
// OPENROUTER_BASE_URL, read by [NewClient], else [DefaultBaseURL]. It must be
// https, except on this machine: see [WithInsecureHTTP].
func WithBaseURL(baseURL string) Option {
	return func(c *config) {
		c.baseURL, c.baseURLFrom = strings.TrimRight(strings.TrimSpace(baseURL), "/"), "WithBaseURL"
	}
}

// WithHTTPClient sets the client that sends requests. The default has a
// transport of its own, made for many requests to one host. The given client
// is not changed; its redirect policy is not used, since redirects are never
// followed. It can be set for a client only, whose connections it holds.
func WithHTTPClient(hc *http.Client) Option {
	return func(c *config) {
		switch {
		case c.perCall:
			c.reject("WithHTTPClient", "is for NewClient, not for a call")
		case hc == nil:
			c.reject("WithHTTPClient", "is nil")
		default:
			c.httpClient = hc
		}
	}
}

// WithHeader sets a header of every request; an empty value removes one that
// another option set. Headers that the library controls are refused:
// Authorization (see [WithAPIKey]), Host, and those about the body.
func WithHeader(name, value string) Option {
	return func(c *config) {
		switch name := http.CanonicalHeaderKey(name); {
		case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }):
			c.reject("WithHeader", "has a name that no header can have")
		case slices.Contains([]string{"Authorization", "Host", "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Accept", "Accept-Encoding"}, name):
			c.reject("WithHeader", "must not set "+name+", which the library controls")
		default:
			c.set("WithHeader("+name+")", name, value)
		}
	}
}

// WithApp names the application in the service's statistics: its URL, its
// title, and at most two categories such as cli-agent or writing-assistant,
// lower-case, of at most 30 characters. Without a URL the service makes no
// page for the application; a localhost URL needs a title.
func WithApp(url, title string, categories ...string) Option {
	return func(c *config) {
		if n := len(categories); n > 2 {
			c.exceeds("WithApp", n, "at most 2", "takes at most 2 categories, got "+strconv.Itoa(n))
		}
		for _, category := range categories {
			if category == "" || len(category) > 30 || strings.ContainsAny(category, ", ") || category != strings.ToLower(category) {
				c.exceeds("WithApp", nil, "", "takes categories in lower case, without commas and spaces, of at most 30 characters")
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

// WithRouterMetadata asks the service to tell in
// [ChatCompletion.OpenRouterMetadata] how it routed the request.
func WithRouterMetadata(enabled bool) Option {
	return func(c *config) {
		value := "disabled"
		if enabled {
			value = "enabled"
		}
		c.set("WithRouterMetadata", "X-OpenRouter-Metadata", value)
	}
}

// WithSessionID groups requests, as [ChatCompletionRequest.SessionID] does,
// which wins, and within the same limit.
func WithSessionID(id string) Option {
	return func(c *config) {
		if v, tooLong := sessionIDViolation("WithSessionID", id); tooLong {
			c.rejected = append(c.rejected, v)
		}
		c.set("WithSessionID", "X-Session-Id", id)
	}
}

// WithResponseCache lets the service answer from its cache a request that it
// answered before: the same key, model and body, for the time of ttl, which is
// cut to whole seconds. It must be between a second and 24 hours; 0 leaves it
// to the service, whose default is 5 minutes. Whether it did is in
// [CallInfo.Cache].
func WithResponseCache(ttl time.Duration) Option {
	return func(c *config) {
		if ttl != 0 && (ttl < time.Second || ttl > 24*time.Hour) {
			c.exceeds("WithResponseCache", ttl, "between 1s and 24h", "takes 1s to 24h, or 0 for the service's default, got "+ttl.String())
		}
		secs := ""
		if ttl != 0 {
			secs = strconv.FormatInt(int64(ttl/time.Second), 10)
		}
		c.set("WithResponseCache", "X-OpenRouter-Cache", "true")
		c.set("WithResponseCache", "X-OpenRouter-Cache-TTL", secs)
	}
}

// WithoutResponseCache keeps the service from answering from its cache, even
// where a preset allows it.
func WithoutResponseCache() Option {
	return func(c *config) {
		c.set("WithoutResponseCache", "X-OpenRouter-Cache", "false")
		c.header.Del("X-OpenRouter-Cache-TTL")
		c.header.Del("X-OpenRouter-Cache-Clear")
	}
}

// WithResponseCacheRefresh makes the service drop the cached answer to this
// request and store the new one. It turns the cache on.
func WithResponseCacheRefresh() Option {
	return func(c *config) {
		c.set("WithResponseCacheRefresh", "X-OpenRouter-Cache", "true")
		c.set("WithResponseCacheRefresh", "X-OpenRouter-Cache-Clear", "true")
	}
}

// WithOnComment sets a function that is called with each comment of a stream,
// such as the "OPENROUTER PROCESSING" the service sends while it waits, without
// the colon and the space before it. It runs while the stream is read.
func WithOnComment(f func(comment string)) Option {
	return func(c *config) { c.onComment = f }
}

// WithoutValidation switches checks off, so that the service decides. A check
// is named by the path of its member, as [Violation.Check] has it, without
// indices: "session_id", "tools.function.name". The rules an option has for
// what the service takes go by the name of the option: "WithApp". Without
// arguments all of them are switched off. On a call it adds to what the client
// has switched off.
//
// The founding document and the service disagree on session_id, which is
// checked to have at most 128 characters: today's service takes 256.
//
// What cannot be sent stays refused: a nil request, values without JSON such
// as NaN, options without a meaning. With "stream" switched off, the method
// still decides how the answer comes, not the request.
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

// unchecked are the checks that are switched off.
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
// network where everyone may see the key. Without it http is for this machine
// only: localhost, 127.0.0.0/8 and ::1.
func WithInsecureHTTP() Option {
	return func(c *config) { c.insecure = true }
}
