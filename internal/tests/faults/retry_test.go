package faults_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// retryFaults are about what is repeated.
var retryFaults = []fault{
	{
		name:   "the connection breaks before a response",
		with:   options(openrouter.WithMaxRetryWait(soon, time.Minute)),
		server: replies(of(cuts), answers("hello")),
		sent:   2, retries: 1, most: soon, chunks: 2, text: "hello", end: complete,
		check: func(_ *fault, o outcome) {
			assert.False(o.t, o.retries[0].Unprocessed, "nobody knows")
			assert.False(o.t, o.retries[0].TimedOut)
		},
	},
	{
		name:   "the connection breaks before a response, always",
		on:     inNoTime,
		server: replies(of(cuts), of(cuts), of(cuts)),
		sent:   3, retries: 2, most: backoffs(2), end: broken,
	},
	{
		name:   "the connection breaks before a response, and repetitions are turned off",
		with:   once,
		server: replies(of(cuts)),
		sent:   1, end: broken,
	},
	{
		name:   "the connection breaks before a response, and only what was not processed is repeated",
		on:     inNoTime,
		with:   []openrouter.Option{openrouter.WithRetryPolicy(openrouter.RetryUnprocessed)},
		server: replies(of(cuts)),
		sent:   1, end: broken,
	},
	{
		name:   "the connection breaks after the head of the response, which is not repeated",
		do:     create,
		server: replies(of(begins("application/json"), cuts)),
		sent:   1, end: truncated,
		on: inNoTime | overHTTP1,
	},
	{
		name:   "the connection breaks after the head of the stream, which is not repeated",
		do:     stream,
		server: replies(streams(cuts)),
		sent:   1, end: truncated,
		on: inNoTime | overHTTP1,
	},
	{
		name:   "500, and only what was not processed is repeated",
		with:   []openrouter.Option{openrouter.WithRetryPolicy(openrouter.RetryUnprocessed)},
		server: replies(refuses(500, failure(500, "oops"))),
		sent:   1, end: reported, code: 500,
	},
	{
		name:   "429, and only what was not processed is repeated",
		with:   []openrouter.Option{openrouter.WithRetryPolicy(openrouter.RetryUnprocessed)},
		server: replies(refuses(429, failure(429, "slow down"), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
		check: func(_ *fault, o outcome) { assert.True(o.t, o.retries[0].Unprocessed) },
	},
	{
		name:   "429 inside an answer was not processed either",
		with:   []openrouter.Option{openrouter.WithRetryPolicy(openrouter.RetryUnprocessed)},
		server: replies(says200(failure(429, "slow down")), answers("hello")),
		sent:   2, retries: 1, most: time.Second / 2, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "a timeout, which may have been processed",
		on:     inNoTime,
		with:   []openrouter.Option{openrouter.WithTimeout(time.Minute)},
		server: replies(of(hangs)),
		sent:   1, took: time.Minute, end: silent, is: []error{openrouter.ErrAttemptTimeout},
	},
	{
		name: "a timeout that is to be repeated",
		on:   inNoTime,
		with: []openrouter.Option{openrouter.WithTimeout(time.Minute), openrouter.WithRetryPolicy(openrouter.RetryTimeouts)},
		server: replies(of(hangs), after(30*time.Second, refuses(503, failure(503, "full"), "Retry-After", "2")),
			after(time.Second, answers("hello"))),
		sent: 3, retries: 2, took: 93 * time.Second, most: 93*time.Second + backoffs(1), chunks: 2, text: "hello", end: complete,
		check: func(_ *fault, o outcome) {
			assert.True(o.t, o.retries[0].TimedOut)
			assert.False(o.t, o.retries[1].TimedOut)
		},
	},
	{
		name:   "a silent stream that is to be repeated",
		on:     inNoTime,
		do:     stream,
		with:   []openrouter.Option{openrouter.WithStreamIdleTimeout(time.Minute), openrouter.WithRetryPolicy(openrouter.RetryTimeouts)},
		server: replies(streams(processing, hangs), answers("hello")),
		sent:   2, retries: 1, took: time.Minute, most: time.Minute + backoffs(1), chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "a policy of one's own that refuses",
		with:   []openrouter.Option{openrouter.WithRetryPolicy(func(openrouter.Retry) bool { return false })},
		server: replies(refuses(503, failure(503, "full"))),
		sent:   1, end: reported, code: 503,
	},
	{
		name: "a policy of one's own that repeats what nobody else would",
		with: []openrouter.Option{openrouter.WithRetryPolicy(func(r openrouter.Retry) bool {
			return endOf(r.Err) == reported && r.Attempt < 3
		})},
		server: replies(refuses(404, failure(404, "not yet"), atOnce...), refuses(404, failure(404, "not yet"), atOnce...), answers("hello")),
		sent:   3, retries: 2, took: 2 * soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "a failure reported with the status 200",
		server: replies(with(says200(failure(502, "down")), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "a failure reported in the first event",
		do:     stream,
		server: replies(with(streams(processing, reports(503, "full")), atOnce...), answers("hello")),
		sent:   2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name:   "a final failure reported in the first event",
		do:     stream,
		server: replies(with(streams(processing, reports(400, "bad"), done), atOnce...)),
		sent:   1, end: reported, code: 400,
	},
	{
		name:   "a failure reported in the first event beside text",
		do:     stream,
		server: replies(with(streams(event(`{"id":"gen-1","error":{"code":502,"message":"down"},"choices":[{"index":0,"delta":{"content":"he"}}]}`)), atOnce...)),
		sent:   1, end: reported, code: 502, partial: "he",
	},
	{
		name: "a failure reported in the first event, and the bill for it",
		do:   stream,
		server: replies(with(streams(event(`{"id":"gen-1","error":{"code":502,"message":"down"},"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16}}`)),
			atOnce...)),
		sent: 1, end: reported, code: 502, spent: 7,
	},
	{
		name:   "a failure reported after text",
		do:     stream,
		server: replies(with(streams(says("hel"), reports(502, "down")), atOnce...)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502,
	},
	{
		name:   "a failure reported after text, and a policy that would repeat anything",
		do:     stream,
		with:   options(openrouter.WithRetryPolicy(func(openrouter.Retry) bool { return true })),
		server: replies(streams(event(`{"id":"gen-1","error":{"code":502,"message":"down"},"choices":[{"index":0,"delta":{"reasoning":"he"}}]}`))),
		sent:   1, end: reported, code: 502,
	},
	{
		name: "a failure reported beside half an answer",
		do:   create,
		server: replies(with(says200(`{"id":"gen-1","choices":[{"index":0,"message":{"role":"assistant","content":"hel"},`+
			`"error":{"code":502,"message":"down"}}]}`), atOnce...)),
		sent: 1, partial: "hel", end: reported, code: 502,
	},
}

// backoffs is the longest that n waits without a hint may take together.
func backoffs(n int) (sum time.Duration) {
	for i := range n {
		sum += 500 * time.Millisecond << i
	}
	return sum
}

// refusesFor is a 503 that is to be tried again later, in the words of the
// given headers, followed by the answer.
func refusesFor(header ...string) []reply {
	return replies(refuses(503, failure(503, "full"), header...), answers("hello"))
}

func at(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

var someDay = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC) // not the fake clock's

// waitFaults are about the wait before a repetition.
var waitFaults = []fault{
	{
		name: "a hint in seconds", on: inNoTime, server: refusesFor("Retry-After", "7"),
		sent: 2, retries: 1, took: 7 * time.Second, chunks: 2, text: "hello", end: complete,
		check: func(_ *fault, o outcome) {
			assert.Equal(o.t, 7*time.Second, o.retries[0].Wait)
			assert.Equal(o.t, 7*time.Second, o.call().Waited)
			assert.Equal(o.t, 7*time.Second, kit.APIError(o.t, o.retries[0].Err).RetryAfter)
		},
	},
	{
		name: "a hint in fractions of a second", on: inNoTime, server: refusesFor("Retry-After", "0.25"),
		sent: 2, retries: 1, took: 250 * time.Millisecond, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a hint in milliseconds", on: inNoTime, server: refusesFor("Retry-After-Ms", "1500"),
		sent: 2, retries: 1, took: 1500 * time.Millisecond, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a hint as a date, by the service's clock", on: inNoTime,
		server: refusesFor("Date", at(someDay), "Retry-After", at(someDay.Add(9*time.Second))),
		sent:   2, retries: 1, took: 9 * time.Second, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a hint as a date that has passed", on: inNoTime,
		server: refusesFor("Date", at(someDay), "Retry-After", at(someDay.Add(-time.Hour))),
		sent:   2, retries: 1, most: backoffs(1), chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a rate limit's reset, by the service's clock", on: inNoTime,
		server: refusesFor("Date", at(someDay), "X-RateLimit-Reset", fmt.Sprint(someDay.Add(11*time.Second).UnixMilli())),
		sent:   2, retries: 1, took: 11 * time.Second, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a rate limit's reset, told in the body", on: inNoTime,
		server: replies(refuses(429, fmt.Sprintf(`{"error":{"code":429,"message":"slow down","metadata":{"headers":{"x-ratelimit-reset":"%d"},"provider_name":null}}}`,
			someDay.Add(13*time.Second).UnixMilli()), "Date", at(someDay)), answers("hello")),
		sent: 2, retries: 1, took: 13 * time.Second, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "the service's word on availability goes before headers", on: inNoTime,
		server: replies(refuses(503, `{"error":{"message":"no provider","http_status":503,"availability":`+
			`{"code":"temporarily_unavailable","retryable":true,"retry_after":17,"requested_models":[],"docs_url":""}}}`, "Retry-After", "3"), answers("hello")),
		sent: 2, retries: 1, took: 17 * time.Second, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a Retry-After goes before the rate limit's reset", on: inNoTime,
		server: refusesFor("Retry-After", "3", "Date", at(someDay), "X-RateLimit-Reset", fmt.Sprint(someDay.Add(time.Hour).UnixMilli())),
		sent:   2, retries: 1, took: 3 * time.Second, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a hint in the first event of a stream", on: inNoTime, do: stream,
		server: replies(streams(event(`{"error":{"code":503,"message":"full","availability":{"code":"temporarily_unavailable","retryable":true,"retry_after":19}}}`)), answers("hello")),
		sent:   2, retries: 1, took: 19 * time.Second, chunks: 2, text: "hello", end: complete,
	},

	// Hints that are none.
	{
		name: "a hint that is not a number", on: inNoTime, server: refusesFor("Retry-After", "NaN"),
		sent: 2, retries: 1, most: backoffs(1), chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a hint that is negative", on: inNoTime, server: refusesFor("Retry-After", "-5", "Retry-After-Ms", "-5000"),
		sent: 2, retries: 1, most: backoffs(1), chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a hint that is words", on: inNoTime, server: refusesFor("Retry-After", "later", "X-RateLimit-Reset", "soon"),
		sent: 2, retries: 1, most: backoffs(1), chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a hint of no time at all", on: inNoTime, server: refusesFor("Retry-After", "0"),
		sent: 2, retries: 1, most: backoffs(1), chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a hint beyond all bounds", on: inNoTime, server: replies(refuses(503, failure(503, "full"), "Retry-After", "1e18")),
		sent: 1, end: reported, code: 503,
		check: func(_ *fault, o outcome) {
			assert.Equal(o.t, 365*24*time.Hour, kit.APIError(o.t, o.err).RetryAfter)
		},
	},
	{
		name: "a hint of infinity", on: inNoTime, server: replies(refuses(503, failure(503, "full"), "Retry-After", "Inf")),
		sent: 1, end: reported, code: 503,
	},

	// Without a hint, the wait is random and its bound doubles.
	{
		name: "no hint", on: inNoTime, with: []openrouter.Option{openrouter.WithMaxRetries(4)},
		server: replies(refuses(503, ""), refuses(503, ""), refuses(503, ""), refuses(503, ""), answers("hello")),
		sent:   5, retries: 4, most: backoffs(4), chunks: 2, text: "hello", end: complete,
		check: func(_ *fault, o outcome) {
			for i, r := range o.retries {
				assert.Equal(o.t, i+1, r.Attempt)
				assert.LessOrEqual(o.t, r.Wait, 500*time.Millisecond<<i)
			}
		},
	},
	{
		name: "no hint, and the wait is cut to what is allowed", on: inNoTime,
		with: []openrouter.Option{openrouter.WithMaxRetries(20), openrouter.WithMaxRetryWait(time.Millisecond, time.Minute)},
		server: append(replies(refuses(503, ""), refuses(503, ""), refuses(503, ""), refuses(503, ""), refuses(503, ""), refuses(503, ""),
			refuses(503, ""), refuses(503, ""), refuses(503, ""), refuses(503, ""), refuses(503, "")), answers("hello")),
		sent: 12, retries: 11, most: 11 * time.Millisecond, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "no hint, and no wait is allowed", on: inNoTime,
		with:   []openrouter.Option{openrouter.WithMaxRetryWait(0, 0)},
		server: replies(refuses(503, ""), answers("hello")),
		sent:   2, retries: 1, chunks: 2, text: "hello", end: complete,
	},

	// Caps.
	{
		name: "the service asks for more than one wait may be", on: inNoTime,
		with:   []openrouter.Option{openrouter.WithMaxRetryWait(10*time.Second, time.Hour)},
		server: replies(refuses(503, failure(503, "full"), "Retry-After", "11")),
		sent:   1, end: reported, code: 503,
	},
	{
		name: "the service asks for more than a minute, which is the default", on: inNoTime,
		server: replies(refuses(503, failure(503, "full"), "Retry-After", "61")),
		sent:   1, end: reported, code: 503,
	},
	{
		name: "the service asks for more than all waits may be", on: inNoTime,
		with:   []openrouter.Option{openrouter.WithMaxRetries(9), openrouter.WithMaxRetryWait(time.Minute, 100*time.Second)},
		server: replies(refuses(503, failure(503, "1"), "Retry-After", "40"), refuses(503, failure(503, "2"), "Retry-After", "60"), refuses(503, failure(503, "3"), "Retry-After", "1")),
		sent:   3, retries: 2, took: 100 * time.Second, end: reported, code: 503, message: "3",
		check: func(_ *fault, o outcome) { assert.Equal(o.t, 100*time.Second, o.call().Waited) },
	},

	// The caller's context.
	{
		name: "the wait would pass the deadline", on: inNoTime, caller: deadline(5 * time.Second),
		server: replies(refuses(429, failure(429, "slow down"), "Retry-After", "6")),
		sent:   1, end: reported, code: 429, is: []error{openrouter.ErrRateLimitExceeded, context.DeadlineExceeded},
	},
	{
		name: "the wait would end at the deadline", on: inNoTime, caller: deadline(5 * time.Second),
		server: replies(refuses(429, failure(429, "slow down"), "Retry-After", "5")),
		sent:   1, end: reported, code: 429, is: []error{openrouter.ErrRateLimitExceeded, context.DeadlineExceeded},
	},
	{
		name: "the second wait would pass the deadline", on: inNoTime, caller: deadline(5 * time.Second),
		server: replies(refuses(429, failure(429, "1"), "Retry-After", "3"), refuses(429, failure(429, "2"), "Retry-After", "3")),
		sent:   2, retries: 1, took: 3 * time.Second, end: reported, code: 429, message: "2", is: []error{context.DeadlineExceeded},
	},
	{
		name: "cancelled while waiting", on: inNoTime, caller: cancelsIn(2 * time.Second),
		server: replies(refuses(429, failure(429, "slow down"), "Retry-After", "6")),
		sent:   1, retries: 1, took: 2 * time.Second, end: reported, code: 429,
		is: []error{openrouter.ErrRateLimitExceeded, context.Canceled, errCalledOff},
	},
	{
		name: "cancelled while waiting after a broken connection", on: inNoTime, caller: cancelsIn(time.Nanosecond),
		server: replies(of(cuts)),
		sent:   1, retries: 1, took: time.Nanosecond, end: cancelled, is: []error{context.Canceled, errCalledOff},
		check: func(_ *fault, o outcome) {
			var e *openrouter.ConnectionError
			require.ErrorAs(o.t, o.err, &e)
		},
	},
}
