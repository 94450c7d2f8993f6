package openroutertest

import (
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
)

// Reply is the answer to one request, or to several with [Reply.Times] and
// [Reply.Always]. It is a value: each method returns a changed copy, so that
// replies can be stored, shared and extended. The zero Reply is an empty answer. A
// method panics if its argument cannot be encoded as JSON.
//
// The same reply answers ChatService.Create and ChatService.Stream. It is a list of
// steps, in the order in which they were added. A stream sends them one by one.
// Create gets one message with the content of all of them. A stream ends with the
// finish reason, the usage and [DONE], unless a step says otherwise.
type Reply struct {
	// Which requests.

	wanted []condition
	path   string
	times  int // 0 is once, negative is always

	// The answer.

	fn     func(*Request) Reply
	steps  []step
	choice int // that the next steps belong to

	id, model, provider string
	usage               *openrouter.Usage
	noUsage             bool
	cost                *float64
	members             []member

	// How it travels.

	status  int
	header  []headerField
	latency time.Duration
	pace    time.Duration // before each event
	size    int           // of the pieces the body is sent in
	gap     time.Duration // between them
	verbose bool          // the steps are the whole body: nothing is added
	whole   bool          // also to a request for a stream
	reset   bool          // no answer at all
}

type condition struct {
	text string
	met  func(*Request) bool
}

type headerField struct{ name, value string }

// member is a member of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// with appends to a list that other replies may share.
func with[T any](list []T, more ...T) []T { return append(slices.Clip(list), more...) }

func (r Reply) step(s ...step) Reply {
	r.steps = with(r.steps, s...)
	return r
}

// ForModel limits the reply to requests for a model. In the pattern, * stands for
// any text: anthropic/*, *:free. See [Request.Model].
func (r Reply) ForModel(pattern string) Reply {
	return r.when("model "+strconv.Quote(pattern), func(req *Request) bool { return glob(pattern, req.Model()) })
}

// ForText limits the reply to requests whose text contains the substring. See
// [Request.Text].
func (r Reply) ForText(substring string) Reply {
	return r.when("text "+strconv.Quote(substring), func(req *Request) bool { return strings.Contains(req.Text(), substring) })
}

// When limits the reply to requests for which met returns true. If a reply has
// several conditions, a request must meet all of them. met may be called from
// several goroutines at once.
func (r Reply) When(met func(*Request) bool) Reply { return r.when("a condition", met) }

func (r Reply) when(text string, met func(*Request) bool) Reply {
	r.wanted = with(r.wanted, condition{text, met})
	return r
}

// ForPath makes the reply answer requests for another endpoint than chat
// completions. The pattern is a path below the base URL, such as /key, in which *
// stands for any text. The reply takes precedence over the endpoints of the fake
// itself.
func (r Reply) ForPath(pattern string) Reply {
	r.path = pattern
	return r
}

// Times makes the reply answer n requests instead of one.
func (r Reply) Times(n int) Reply {
	r.times = max(n, 1)
	return r
}

// Always makes the reply answer any number of requests.
func (r Reply) Always() Reply {
	r.times = -1
	return r
}

// uses is how many requests the reply answers.
func (r Reply) uses() int {
	if r.times < 0 {
		return math.MaxInt
	}
	return max(r.times, 1)
}

// matches reports whether the reply is for a request.
func (r Reply) matches(req *Request) bool {
	if req.outside || r.path == "" && !req.isChat() || r.path != "" && !glob(r.path, req.Path) {
		return false
	}
	return !slices.ContainsFunc(r.wanted, func(c condition) bool { return !c.met(req) })
}

// ID sets the id of the generation. By default ids are numbered: gen-fake-1,
// gen-fake-2 and so on.
func (r Reply) ID(id string) Reply {
	r.id = id
	return r
}

// Model sets the model that the answer names. The default is the requested one.
func (r Reply) Model(slug string) Reply {
	r.model = slug
	return r
}

// Provider sets the provider that the answer names. The default is Fake.
func (r Reply) Provider(name string) Reply {
	r.provider = name
	return r
}

// Usage sets the numbers of tokens. By default each word counts as one token.
func (r Reply) Usage(promptTokens, completionTokens int) Reply {
	u := openrouter.Usage{PromptTokens: promptTokens, CompletionTokens: completionTokens}
	return r.FullUsage(u)
}

// FullUsage sets the whole usage. A total of 0 is replaced by the sum of the prompt
// and completion tokens.
func (r Reply) FullUsage(u openrouter.Usage) Reply {
	u.TotalTokens = cmp.Or(u.TotalTokens, u.PromptTokens+u.CompletionTokens)
	r.usage, r.noUsage = &u, false
	return r
}

// Cost sets the cost of the answer in USD. The default is 0.
func (r Reply) Cost(usd float64) Reply {
	r.cost = &usd
	return r
}

// NoUsage leaves the usage out of the answer.
func (r Reply) NoUsage() Reply {
	r.noUsage = true
	return r
}

// Member adds a JSON member to the answer, or to the last chunk of a stream. Use it
// for what the other methods cannot set, such as openrouter_metadata, or for
// members that the library does not know.
func (r Reply) Member(name string, value any) Reply {
	r.members = with(r.members, member{name, encode(value)})
	return r
}

// Status sets the HTTP status of the response. It does not change the status that
// an [Error] reports in its body: Error(502, ...).Status(200) is a failure that
// comes with the status 200.
func (r Reply) Status(code int) Reply {
	r.status = code
	return r
}

// Header sets a header of the response. An empty value removes a header that the
// fake would send.
func (r Reply) Header(name, value string) Reply {
	r.header = with(r.header, headerField{name, value})
	return r
}

// RetryAfter sets the header Retry-After, in seconds, rounded up.
func (r Reply) RetryAfter(d time.Duration) Reply {
	return r.Header("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
}

// RateLimit makes an [Error] one of the service's own rate limits. Headers and
// metadata name the limit, the number of requests that remain, and the time at
// which the limit is reset.
func (r Reply) RateLimit(limit, remaining int, reset time.Time) Reply {
	fields := map[string]string{
		"X-RateLimit-Limit":     strconv.Itoa(limit),
		"X-RateLimit-Remaining": strconv.Itoa(remaining),
		"X-RateLimit-Reset":     strconv.FormatInt(reset.UnixMilli(), 10),
	}
	for name, value := range fields {
		r = r.Header(name, value)
	}
	return r.Metadata(map[string]any{"headers": fields, "provider_name": nil})
}

// NoStream answers a request for a stream with one JSON document, as Create gets
// it.
func (r Reply) NoStream() Reply {
	r.whole = true
	return r
}

// String describes the reply in one line.
func (r Reply) String() string {
	var b strings.Builder
	switch {
	case r.fn != nil:
		b.WriteString("Func")
	case r.reset:
		b.WriteString("Reset")
	default:
		for i, s := range r.steps {
			b.WriteString(strings.Repeat(".", min(i, 1)) + s.String())
		}
	}
	if b.Len() == 0 {
		b.WriteString("an empty answer")
	}
	if r.path != "" {
		b.WriteString(" for path " + strconv.Quote(r.path))
	}
	for _, c := range r.wanted {
		b.WriteString(" for " + c.text)
	}
	return b.String()
}

// apply sets the fields on a response's header.
func apply(fields []headerField, h http.Header) {
	for _, f := range fields {
		if f.value == "" {
			h.Del(f.name)
			continue
		}
		h.Set(f.name, f.value)
	}
}

// glob reports whether s fits a pattern in which * stands for any text.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return s == pattern
	}
	if !strings.HasPrefix(s, first) || !strings.HasSuffix(s[len(first):], last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, rest, ok := strings.Cut(s, part)
		if !ok {
			return false
		}
		s = rest
	}
	return true
}

// quoted is s in quotes, cut to a length that a line can take.
func quoted(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strconv.Quote(s)
}
