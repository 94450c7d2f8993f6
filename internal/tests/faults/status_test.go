package faults_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// atOnce is a header that keeps repetitions from waiting.
var atOnce = []string{"Retry-After-Ms", "1"}

const soon = time.Millisecond

// once turns repetitions off.
var once = []openrouter.Option{openrouter.WithMaxRetries(0)}

// statusFaults are the service's refusals by status.
var statusFaults = []fault{
	// What is wrong with the request stays wrong.
	{
		name:   "400 is final",
		server: replies(refuses(400, failure(400, "no such parameter"))),
		sent:   1, end: reported, code: 400, message: "no such parameter", is: []error{openrouter.ErrInvalidRequest},
	},
	{
		name:   "401 is final",
		server: replies(refuses(401, failure(401, "no key"))),
		sent:   1, end: reported, code: 401, is: []error{openrouter.ErrAuthentication},
	},
	{
		name:   "402 is final",
		server: replies(refuses(402, failure(402, "no credits"))),
		sent:   1, end: reported, code: 402, is: []error{openrouter.ErrPaymentRequired},
	},
	{
		name:   "403 is final",
		server: replies(refuses(403, failure(403, "flagged"))),
		sent:   1, end: reported, code: 403, is: []error{openrouter.ErrPermissionDenied},
	},
	{
		name:   "404 is final",
		server: replies(refuses(404, failure(404, "no endpoints"))),
		sent:   1, end: reported, code: 404, is: []error{openrouter.ErrNotFound},
	},
	{
		name:   "412 is final",
		server: replies(refuses(412, failure(412, "not met"))),
		sent:   1, end: reported, code: 412, is: []error{openrouter.ErrPreconditionFailed},
	},
	{
		name:   "413 is final",
		server: replies(refuses(413, failure(413, "too large"))),
		sent:   1, end: reported, code: 413, is: []error{openrouter.ErrPayloadTooLarge},
	},
	{
		name:   "422 is final",
		server: replies(refuses(422, failure(422, "no sense"))),
		sent:   1, end: reported, code: 422, is: []error{openrouter.ErrUnprocessable},
	},
	{
		name:   "a status nobody has heard of is final",
		server: replies(refuses(418, failure(418, "a teapot"))),
		sent:   1, end: reported, code: 418, message: "a teapot",
	},

	// What can pass is tried again.
	{
		name:   "408 is tried again",
		server: replies(refuses(408, failure(408, "late"), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "429 is tried again",
		server: replies(refuses(429, failure(429, "slow down"), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "500 is tried again",
		server: replies(refuses(500, failure(500, "oops"), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "502 is tried again",
		server: replies(refuses(502, failure(502, "down"), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "503 is tried again",
		server: replies(refuses(503, failure(503, "overloaded"), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "504 is tried again",
		server: replies(refuses(504, failure(504, "late"), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "524 is tried again",
		server: replies(refuses(524, "<html>A timeout occurred</html>", atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "529 is tried again",
		server: replies(refuses(529, failure(529, "overloaded"), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "a queue that answers late: 503, 429, then the answer",
		server: replies(refuses(503, failure(503, "full"), atOnce...), refuses(429, failure(429, "full"), atOnce...), answers("hel", "lo")),
		sent:   3, retries: 2, took: 2 * soon, chunks: 3, text: "hello", end: complete,
	},
	{
		name: "503 for ever, which is three times by default",
		server: replies(refuses(503, failure(503, "1"), atOnce...), refuses(503, failure(503, "2"), atOnce...),
			refuses(503, failure(503, "3"), atOnce...)),
		sent: 3, retries: 2, took: 2 * soon, end: reported, code: 503, message: "3", is: []error{openrouter.ErrProviderOverloaded},
	},
	{
		name:   "503 with repetitions turned off",
		with:   once,
		server: replies(refuses(503, failure(503, "full"))),
		sent:   1, end: reported, code: 503, is: []error{openrouter.ErrProviderOverloaded},
	},
	{
		name:   "the second failure is final",
		server: replies(refuses(503, failure(503, "full"), atOnce...), refuses(400, failure(400, "bad"))),
		sent:   2, retries: 1, took: soon, end: reported, code: 400, message: "bad",
	},

	// The service's own word about what can pass.
	{
		name:   "404 that will pass, the service says",
		server: replies(refuses(404, availability(404, true), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "429 that will not pass, the service says",
		server: replies(refuses(429, availability(429, false))),
		sent:   1, end: reported, code: 429, is: []error{openrouter.ErrRateLimitExceeded},
	},
	{
		name:   "401 that will pass, which nobody believes",
		server: replies(refuses(401, availability(401, true))),
		sent:   1, end: reported, code: 401, is: []error{openrouter.ErrAuthentication},
	},
	{
		name:   "402 that will pass, which nobody believes",
		server: replies(refuses(402, availability(402, true))),
		sent:   1, end: reported, code: 402, is: []error{openrouter.ErrPaymentRequired},
	},
	{
		name:   "502 whose body says 400, which is what it is",
		server: replies(refuses(502, failure(400, "bad"))),
		sent:   1, end: reported, code: 400, is: []error{openrouter.ErrInvalidRequest},
	},

	// Reports that are not the service's JSON.
	{
		name:   "502 with a proxy's HTML",
		with:   once,
		server: replies(refuses(502, "<html><h1>Bad Gateway</h1></html>")),
		sent:   1, end: reported, code: 502, is: []error{openrouter.ErrProviderUnavailable},
		check: bodyIs("<html><h1>Bad Gateway</h1></html>"),
	},
	{
		name:   "503 without a body",
		server: replies(refuses(503, "", atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "500 whose body is cut",
		with:   once,
		server: replies(of(func(x *exchange) error { x.head(500, "application/json"); return nil }, sends(`{"error":{"mess`), cuts)),
		sent:   1, end: reported, code: 500, is: []error{openrouter.ErrServer},
		check: bodyIs(`{"error":{"mess`),
	},
	{
		name:   "500 whose body goes on for ever, of which a mebibyte is read",
		with:   once,
		server: replies(of(func(x *exchange) error { x.head(500, "text/plain"); return nil }, forever(sends(strings.Repeat("no ", 10000))))),
		sent:   1, end: reported, code: 500, is: []error{openrouter.ErrServer},
		check: func(_ *fault, o outcome) { assert.Len(o.t, kit.APIError(o.t, o.err).Body, 1<<20) },
	},
	{
		name:   "500 whose body hangs, for which a few seconds are spent",
		on:     inNoTime,
		with:   once,
		server: replies(of(func(x *exchange) error { x.head(500, "text/plain"); return nil }, sends("no"), hangs)),
		sent:   1, took: 5 * time.Second, end: reported, code: 500,
		check: bodyIs("no"),
	},
	{
		name:   "500 whose body comes a byte a second",
		on:     inNoTime,
		with:   once,
		server: replies(of(func(x *exchange) error { x.head(500, "text/plain"); return nil }, forever(sends("n"), pauses(time.Second)))),
		sent:   1, took: 5 * time.Second, end: reported, code: 500,
		check: func(_ *fault, o outcome) { assert.GreaterOrEqual(o.t, len(kit.APIError(o.t, o.err).Body), 5) },
	},
	{
		name:   "500 whose body hangs beyond the time of the attempt",
		on:     inNoTime,
		with:   []openrouter.Option{openrouter.WithMaxRetries(0), openrouter.WithTimeout(time.Second)},
		server: replies(of(func(x *exchange) error { x.head(500, "text/plain"); return nil }, sends("no"), hangs)),
		sent:   1, took: time.Second, end: reported, code: 500,
		check: bodyIs("no"),
	},

	// Redirects would carry the key to another place.
	{
		name:   "302 is not followed",
		server: replies(refuses(302, "", "Location", "/api/v1/elsewhere")),
		sent:   1, end: reported, code: 302,
	},
	{
		name:   "307 is not followed",
		server: replies(refuses(307, "", "Location", "https://openrouter.invalid/api/v1/chat/completions")),
		sent:   1, end: reported, code: 307,
	},
	{
		name:   "303 to an address that is none",
		server: replies(refuses(303, "", "Location", "http://[nowhere")),
		sent:   1, end: reported, code: 303,
	},
	{
		name:   "304 to nobody's question",
		server: replies(of(func(x *exchange) error { x.head(304, "text/plain"); return nil })),
		sent:   1, end: reported, code: 304,
	},
}

// availability is a report by the service that says whether it will pass.
func availability(code int, retryable bool) string {
	return fmt.Sprintf(`{"error":{"message":"no provider","http_status":%d,"availability":`+
		`{"code":"whatever","retryable":%t,"requested_models":["m"],"docs_url":"x"}}}`, code, retryable)
}

func bodyIs(want string) func(*fault, outcome) {
	return func(_ *fault, o outcome) { assert.Equal(o.t, want, string(kit.APIError(o.t, o.err).Body)) }
}
