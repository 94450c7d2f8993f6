package faults_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// A report is an error object and what becomes of it, wherever it stands.
type report struct {
	name  string
	error string // JSON

	code     int                  // 0: the status of the response
	kind     openrouter.ErrorType // "": what the code stands for
	message  string
	provider string
	matches  []openrouter.ErrorType // besides kind
}

var errorReports = []report{
	{name: "a number", error: `{"code":429,"message":"m"}`, code: 429, message: "m"},
	{name: "a number with a fraction of nothing", error: `{"code":429.0,"message":"m"}`, code: 429, message: "m"},
	{name: "a number in a string", error: `{"code":" 402 ","message":"m"}`, code: 402, message: "m"},
	{name: "a word", error: `{"code":"server_error","message":"m"}`, message: "m"},
	{name: "null", error: `{"code":null,"message":"m","metadata":null}`, message: "m"},
	{name: "missing", error: `{"message":"m"}`, message: "m"},
	{name: "zero", error: `{"code":0,"message":"m"}`, message: "m"},
	{name: "true", error: `{"code":true,"message":"m"}`, message: "m"},
	{name: "http_status in its place", error: `{"http_status":503,"message":"m"}`, code: 503, message: "m"},
	{name: "http_status beside it", error: `{"code":400,"http_status":503,"message":"m"}`, code: 400, message: "m"},
	{name: "nothing at all", error: `{}`},
	{name: "no message", error: `{"code":500}`, code: 500},
	{name: "a message that is no string", error: `{"code":500,"message":{"text":"m"}}`, code: 500},
	{name: "a type in the metadata", error: `{"code":400,"message":"m","metadata":{"error_type":"context_length_exceeded"}}`,
		code: 400, message: "m", kind: openrouter.ErrContextLengthExceeded},
	{name: "a type beside the message", error: `{"code":400,"message":"m","error_type":"invalid_image"}`,
		code: 400, message: "m", kind: openrouter.ErrInvalidImage},
	{name: "types everywhere, of which the metadata's counts", error: `{"code":400,"message":"m","type":"c","error_type":"refusal","metadata":{"error_type":"string_too_long"}}`,
		code: 400, message: "m", kind: openrouter.ErrStringTooLong},
	{name: "a type in another vocabulary", error: `{"code":429,"message":"m","type":"rate_limit_error","param":null}`,
		code: 429, message: "m", kind: "rate_limit_error", matches: []openrouter.ErrorType{openrouter.ErrRateLimitExceeded}},
	{name: "a type nobody has heard of", error: `{"code":500,"message":"m","metadata":{"error_type":"gremlins"}}`,
		code: 500, message: "m", kind: "gremlins", matches: []openrouter.ErrorType{openrouter.ErrServer}},
	{name: "a type that is no string", error: `{"code":500,"message":"m","metadata":{"error_type":7}}`, code: 500, message: "m"},
	{name: "a provider", error: `{"code":502,"message":"m","metadata":{"provider_name":"Nebius"}}`, code: 502, message: "m", provider: "Nebius"},
	{name: "a provider that is null", error: `{"code":502,"message":"m","metadata":{"provider_name":null,"raw":null}}`, code: 502, message: "m"},
	{name: "metadata that is a string", error: `{"code":502,"message":"m","metadata":"broken"}`, code: 502, message: "m"},
	{name: "metadata that is a list", error: `{"code":502,"message":"m","metadata":[1]}`, code: 502, message: "m"},
	{name: "members nobody has heard of", error: `{"code":502,"message":"m","trace":{"a":1}}`, code: 502, message: "m"},
}

// places are where a failure is reported, and with which status.
var reportPlaces = []struct {
	name   string
	status int
	do     method
	reply  func(error string) reply
}{
	{"by status 500", 500, both, func(e string) reply { return refuses(500, `{"error":`+e+`,"user_id":"u"}`) }},
	{"by status 400", 400, both, func(e string) reply { return refuses(400, `{"error":`+e+`,"user_id":"u"}`) }},
	{"by status 418", 418, both, func(e string) reply { return refuses(418, `{"error":`+e+`,"user_id":"u"}`) }},
	{"in a body", 200, both, func(e string) reply { return says200(`{"error":` + e + `,"user_id":"u"}`) }},
	{"in a body with nulls", 200, both, func(e string) reply { return says200(`{"id":null,"choices":null,"error":` + e + `,"user_id":"u"}`) }},
	{"in a choice", 200, both, func(e string) reply {
		return says200(`{"id":"gen-1","choices":[{"index":0,"message":{"role":"assistant","content":"hel"},"error":` + e + `}],"user_id":"u"}`)
	}},
	{"in the first event", 200, stream, func(e string) reply { return streams(event(`{"error":` + e + `,"user_id":"u"}`)) }},
	{"in a later event", 200, stream, func(e string) reply { return streams(says("hel"), event(`{"error":`+e+`,"user_id":"u"}`)) }},
	{"in a choice of an event", 200, stream, func(e string) reply {
		return streams(says("hel"), event(`{"choices":[{"index":0,"delta":{},"error":`+e+`}],"user_id":"u"}`))
	}},
	{"in a last event without its blank line", 200, stream, func(e string) reply { return streams(sends(`data: {"error":` + e + `,"user_id":"u"}`)) }},
}

func TestAPIErrorIsTheSameWherever(t *testing.T) {
	for _, place := range reportPlaces {
		for _, r := range errorReports {
			f := fault{name: r.name, do: place.do, on: inNoTime, with: once, server: replies(place.reply(r.error))}
			f.run(t, func(o outcome) {
				t := o.t
				e, ok := o.err.(*openrouter.APIError)
				require.True(t, ok, "%s, %s: %v", place.name, r.name, o.err)
				what := place.name + ", " + r.name
				code := r.code
				if code == 0 {
					code = place.status
				}
				assert.Equal(t, place.status, e.Call().StatusCode, what)
				assert.Equal(t, code, e.StatusCode, what)
				assert.Equal(t, r.message, e.Message, what)
				assert.Equal(t, r.provider, e.Provider, what)
				assert.Equal(t, "u", e.UserID, what)
				kind := r.kind
				if kind == "" {
					kind = typesByStatus[code]
				}
				assert.Equal(t, kind, e.Type, what)
				for _, match := range append([]openrouter.ErrorType{kind}, r.matches...) {
					assert.True(t, match == "" || e.Is(match), "%s: %s", what, match)
				}
				assert.NotErrorIs(t, e, openrouter.ErrPayloadTooLarge, what)
				assert.Contains(t, string(e.Body), r.error, what)
				if strings.Contains(r.error, `"metadata":`) && !strings.Contains(r.error, `"metadata":null`) {
					assert.Contains(t, r.error, string(e.Metadata), what)
					assert.NotEmpty(t, e.Metadata, what)
				} else {
					assert.Empty(t, e.Metadata, what)
				}
				if o.text != "" || strings.Contains(place.name, "choice") {
					assert.Equal(t, "hel", e.Partial.Text(), what)
				} else {
					assert.Nil(t, e.Partial, what)
				}
				assert.Equal(t, 1, e.Call().Attempts, what)
				assert.NotContains(t, e.Error(), "\n")
			})
		}
	}
}

// typesByStatus is what a status stands for where nothing else is said. With
// 200, nothing said why there is no answer.
var typesByStatus = map[int]openrouter.ErrorType{
	200: openrouter.ErrProviderUnavailable,
	400: openrouter.ErrInvalidRequest, 401: openrouter.ErrAuthentication, 402: openrouter.ErrPaymentRequired, 403: openrouter.ErrPermissionDenied,
	404: openrouter.ErrNotFound, 408: openrouter.ErrTimeout, 412: openrouter.ErrPreconditionFailed, 413: openrouter.ErrPayloadTooLarge,
	422: openrouter.ErrUnprocessable, 429: openrouter.ErrRateLimitExceeded, 500: openrouter.ErrServer, 502: openrouter.ErrProviderUnavailable,
	503: openrouter.ErrProviderOverloaded, 504: openrouter.ErrTimeout, 524: openrouter.ErrTimeout, 529: openrouter.ErrProviderOverloaded,
}

// passing are the statuses that can pass.
var passing = map[int]bool{408: true, 429: true, 500: true, 502: true, 503: true, 504: true, 520: true, 521: true, 522: true, 523: true, 524: true, 529: true}

func TestAPIErrorByStatusAlone(t *testing.T) {
	for status := 300; status < 600; status++ {
		_, err := kit.CreateFrom(t, kit.Answering(status, nil, nil))
		e := kit.APIError(t, err)
		assert.Equal(t, status, e.Call().StatusCode)
		assert.Equal(t, status, e.StatusCode)
		assert.Equal(t, typesByStatus[status], e.Type, status)
		assert.Equal(t, passing[status], e.Retryable(), status)
		assert.Empty(t, e.Message)
		assert.Zero(t, e.RetryAfter)
		assert.Nil(t, e.Unwrap())
		want := fmt.Sprintf("openrouter: %s %d", orStatus(e.Type), status)
		if text := http.StatusText(status); text != "" {
			want += ": " + text
		}
		assert.Equal(t, want, e.Error())
	}
}

func orStatus(t openrouter.ErrorType) string {
	if t == "" {
		return "status"
	}
	return string(t)
}

func TestAPIErrorRetryable(t *testing.T) {
	for _, row := range []struct {
		status int
		body   string
		want   bool
	}{
		{404, availability(404, true), true},
		{400, availability(400, true), true},
		{429, availability(429, false), false},
		{503, availability(503, false), false},
		{401, availability(401, true), false},
		{402, availability(402, true), false},
		{200, availability(503, true), true},
		{200, availability(503, false), false},
		{200, failure(502, ""), true},
		{200, failure(400, ""), false},
		{200, `{"error":{"message":"","metadata":{"error_type":"provider_overloaded"}}}`, true},
		{200, `{"error":{"message":"","metadata":{"error_type":"invalid_prompt"}}}`, false},
		{200, `{"choices":null}`, true},
		{500, failure(400, ""), false},
		{400, failure(503, ""), true},
		{500, `{"error":{"code":500,"message":"","availability":null}}`, true},
	} {
		_, err := kit.CreateFrom(t, kit.Answering(row.status, nil, []byte(row.body)))
		assert.Equal(t, row.want, kit.APIError(t, err).Retryable(), "%d %s", row.status, row.body)
	}
}

func TestAPIErrorRetryAfter(t *testing.T) {
	const year = 365 * 24 * time.Hour
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // the fake clock's
	unix := func(t time.Time) string { return fmt.Sprint(t.UnixMilli()) }
	in := func(headers string) string {
		return `{"error":{"code":429,"message":"m","metadata":{"headers":` + headers + `}}}`
	}
	after := func(seconds string) string {
		return `{"error":{"code":429,"message":"m","availability":{"code":"c","retryable":true,"retry_after":` + seconds + `}}}`
	}
	for _, row := range []struct {
		name   string
		body   string
		header []string // pairs
		want   time.Duration
	}{
		{"none", "", nil, 0},
		{"seconds", "", []string{"Retry-After", "7"}, 7 * time.Second},
		{"seconds between blanks", "", []string{"Retry-After", " 7 "}, 7 * time.Second},
		{"a fraction", "", []string{"Retry-After", "0.5"}, 500 * time.Millisecond},
		{"zero", "", []string{"Retry-After", "0"}, 0},
		{"minus zero", "", []string{"Retry-After", "-0"}, 0},
		{"negative", "", []string{"Retry-After", "-7"}, 0},
		{"NaN", "", []string{"Retry-After", "NaN"}, 0},
		{"infinity", "", []string{"Retry-After", "+Inf"}, year},
		{"minus infinity", "", []string{"Retry-After", "-Inf"}, 0},
		{"1e18", "", []string{"Retry-After", "1e18"}, year},
		{"1e999, which no float holds", "", []string{"Retry-After", "1e999"}, 0},
		{"words", "", []string{"Retry-After", "later"}, 0},
		{"milliseconds", "", []string{"Retry-After-Ms", "250"}, 250 * time.Millisecond},
		{"milliseconds before seconds", "", []string{"Retry-After-Ms", "250", "Retry-After", "7"}, 250 * time.Millisecond},
		{"milliseconds NaN, then seconds", "", []string{"Retry-After-Ms", "NaN", "Retry-After", "7"}, 7 * time.Second},
		{"milliseconds 1e18", "", []string{"Retry-After-Ms", "1e18"}, year},
		{"milliseconds negative", "", []string{"Retry-After-Ms", "-1"}, 0},
		{"a date", "", []string{"Retry-After", at(day.Add(time.Minute))}, time.Minute},
		{"a date by another clock", "", []string{"Date", at(someDay), "Retry-After", at(someDay.Add(time.Minute))}, time.Minute},
		{"a date that has passed", "", []string{"Retry-After", at(day.Add(-time.Minute))}, 0},
		{"a date in a thousand years", "", []string{"Retry-After", at(day.AddDate(1000, 0, 0))}, year},
		{"a date in an old form", "", []string{"Retry-After", day.Add(time.Minute).Format(time.ANSIC)}, time.Minute},
		{"a clock that is no date", "", []string{"Date", "today", "Retry-After", at(day.Add(time.Minute))}, time.Minute},
		{"a reset", "", []string{"X-RateLimit-Reset", unix(day.Add(time.Minute))}, time.Minute},
		{"a reset by another clock", "", []string{"Date", at(someDay), "X-RateLimit-Reset", unix(someDay.Add(time.Minute))}, time.Minute},
		{"a reset that has passed", "", []string{"X-RateLimit-Reset", unix(day.Add(-time.Minute))}, 0},
		{"a reset in seconds", "", []string{"X-RateLimit-Reset", fmt.Sprint(day.Unix() + 60)}, time.Minute},
		{"a reset beyond time", "", []string{"X-RateLimit-Reset", "9223372036854775807"}, year},
		{"a reset beyond integers", "", []string{"X-RateLimit-Reset", "9223372036854775808"}, 0},
		{"a reset that is negative", "", []string{"X-RateLimit-Reset", "-1"}, 0},
		{"a reset that is NaN", "", []string{"X-RateLimit-Reset", "NaN"}, 0},
		{"seconds before a reset", "", []string{"Retry-After", "7", "X-RateLimit-Reset", unix(day.Add(time.Minute))}, 7 * time.Second},
		{"a reset in the body, as a number", in(`{"X-RateLimit-Reset":` + unix(day.Add(time.Minute)) + `}`), nil, time.Minute},
		{"a reset in the body, in seconds and as a number", in(fmt.Sprintf(`{"x-ratelimit-reset":%d}`, day.Unix()+60)), nil, time.Minute},
		{"a wait in the headers of the metadata", in(`{"Retry-After":3}`), nil, 3 * time.Second},
		{"a wait in the metadata", `{"error":{"code":429,"message":"m","metadata":{"retry_after_ms":1500}}}`, nil, 1500 * time.Millisecond},
		{"a reset in the body", in(`{"X-RateLimit-Reset":"` + unix(day.Add(time.Minute)) + `"}`), nil, time.Minute},
		{"a reset in the body, in small letters", in(`{"x-ratelimit-reset":"` + unix(day.Add(time.Minute)) + `"}`), nil, time.Minute},
		{"a reset in the body by another clock", in(`{"X-RateLimit-Reset":"` + unix(someDay.Add(time.Minute)) + `"}`), []string{"Date", at(someDay)}, time.Minute},
		{"headers in the body that are none", in(`"none"`), nil, 0},
		{"availability", after("40"), nil, 40 * time.Second},
		{"availability before headers", after("40"), []string{"Retry-After", "7", "Retry-After-Ms", "7"}, 40 * time.Second},
		{"availability of null", after("null"), []string{"Retry-After", "7"}, 7 * time.Second},
		{"availability of no time", after("0"), []string{"Retry-After", "7"}, 7 * time.Second},
		{"availability negative", after("-1"), nil, 0},
		{"availability 1e18", after("1e18"), nil, year},
		{"availability 1e999", after("1e999"), nil, 0},
		{"availability in a string", after(`"40"`), nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				header := http.Header{}
				setPairs(header, row.header)
				_, err := kit.CreateFrom(t, kit.Answering(429, header, []byte(row.body)))
				e := kit.APIError(t, err)
				assert.Equal(t, row.want, e.RetryAfter)
				assert.Equal(t, row.want > 0, strings.Contains(e.Error(), "retry in"))
			})
		})
	}
}
