package faults_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

func timeout(d time.Duration) openrouter.Option     { return openrouter.WithTimeout(d) }
func idleTimeout(d time.Duration) openrouter.Option { return openrouter.WithStreamIdleTimeout(d) }

func contentTimeout(first, next time.Duration) openrouter.Option {
	return openrouter.WithContentTimeout(first, next)
}

func options(opts ...openrouter.Option) []openrouter.Option { return opts }

// clockFaults are about silence, slowness and endless waiting.
var clockFaults = []fault{
	// One attempt of Create.
	{
		name: "no response for ten minutes, which is the default", on: inNoTime,
		server: replies(of(hangs)),
		sent:   1, took: 10 * time.Minute, end: silent, is: []error{openrouter.ErrAttemptTimeout},
	},
	{
		name: "no response in the time that was set", on: inNoTime, with: options(timeout(20 * time.Second)),
		server: replies(of(hangs)),
		sent:   1, took: 20 * time.Second, end: silent, is: []error{openrouter.ErrAttemptTimeout},
	},
	{
		name: "an answer in the last second", on: inNoTime,
		server: replies(after(10*time.Minute-time.Second, answers("hello"))),
		sent:   1, took: 10*time.Minute - time.Second, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "no time limit at all", on: inNoTime, with: options(timeout(0), idleTimeout(0)),
		server: replies(after(100*time.Hour, answers("hello"))),
		sent:   1, took: 100 * time.Hour, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "no time limit, and less than none in the http.Client, which is the same", on: inNoTime,
		with: options(timeout(0), idleTimeout(0)), client: http.Client{Timeout: -time.Second},
		server: replies(after(100*time.Hour, answers("hello"))),
		sent:   1, took: 100 * time.Hour, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "an answer padded with white space for ever", on: inNoTime, do: create, with: options(timeout(20 * time.Second)),
		server: replies(of(begins("application/json"), forever(sends("\n         "), pauses(time.Second)))),
		sent:   1, took: 20 * time.Second, end: silent, is: []error{openrouter.ErrAttemptTimeout},
	},
	{
		name: "an answer that stops half way", on: inNoTime, do: create, with: options(timeout(20 * time.Second)),
		server: replies(of(begins("application/json"), sends(`{"id":"gen-1","choi`), hangs)),
		sent:   1, took: 20 * time.Second, end: silent, is: []error{openrouter.ErrAttemptTimeout},
		check: arrived(`{"id":"gen-1","choi`),
	},
	{
		name: "no response in the time of the http.Client", on: inNoTime, client: http.Client{Timeout: 5 * time.Second},
		server: replies(of(hangs)),
		sent:   1, took: 5 * time.Second, end: silent, is: []error{openrouter.ErrAttemptTimeout},
	},
	{
		name: "an answer that stops half way, in the time of the http.Client", on: inNoTime, do: create, client: http.Client{Timeout: 5 * time.Second},
		server: replies(of(begins("application/json"), sends(`{"id"`), hangs)),
		sent:   1, took: 5 * time.Second, end: silent, is: []error{openrouter.ErrAttemptTimeout},
		check: arrived(`{"id"`),
	},

	// The first event of a stream.
	{
		name: "a stream of comments alone", on: inNoTime, do: stream,
		server: replies(streams(forever(processing, pauses(time.Second)))),
		sent:   1, took: 10 * time.Minute, end: silent, is: []error{openrouter.ErrAttemptTimeout},
	},
	{
		name: "a stream of comments alone, in the time of the http.Client", on: inNoTime, do: stream, client: http.Client{Timeout: 5 * time.Second},
		server: replies(streams(forever(processing, pauses(time.Second)))),
		sent:   1, took: 5 * time.Second, end: silent, is: []error{openrouter.ErrAttemptTimeout},
	},
	{
		name: "a stream of white space alone", on: inNoTime, do: stream, with: options(timeout(time.Minute)),
		server: replies(streams(forever(sends("\n"), pauses(time.Second)))),
		sent:   1, took: time.Minute, end: silent, is: []error{openrouter.ErrAttemptTimeout},
	},
	{
		name: "a stream that sends nothing after its head", on: inNoTime, do: stream,
		server: replies(streams(hangs)),
		sent:   1, took: 2 * time.Minute, end: silent, is: []error{openrouter.ErrStreamIdle},
	},

	// A stream that has begun.
	{
		name: "an hour of text, which no timeout cuts", on: inNoTime, do: stream,
		with: options(timeout(time.Minute)), client: http.Client{Timeout: 30 * time.Second},
		server: replies(streams(finally(times(60, pauses(25*time.Second), says("a"), pauses(35*time.Second), processing))...)),
		sent:   1, took: time.Hour, chunks: 61, text: letters(60), end: complete,
	},
	{
		name: "an hour of thinking, with a comment now and then", on: inNoTime, do: stream,
		server: replies(streams(finally(says("a"), times(240, pauses(15*time.Second), processing), says("a"))...)),
		sent:   1, took: time.Hour, chunks: 3, text: "aa", end: complete,
	},
	{
		name: "silence, for two minutes by default", on: inNoTime, do: stream,
		server: replies(streams(says("hel"), pauses(time.Minute), counts, hangs)),
		sent:   1, took: 3 * time.Minute, chunks: 2, text: "hel", partial: "hel", spent: 2, end: silent, is: []error{openrouter.ErrStreamIdle},
	},
	{
		name: "silence for longer than was set", on: inNoTime, do: stream, with: options(idleTimeout(20 * time.Second)),
		server: replies(streams(says("hel"), pauses(19*time.Second), processing, pauses(19*time.Second), processing, pauses(21*time.Second), says("lo"))),
		sent:   1, took: 58 * time.Second, chunks: 1, text: "hel", partial: "hel", end: silent, is: []error{openrouter.ErrStreamIdle},
	},
	{
		name: "silence for an hour, which was allowed", on: inNoTime, do: stream, with: options(idleTimeout(0)),
		server: replies(streams(finally(says("hel"), pauses(time.Hour), says("lo"))...)),
		sent:   1, took: time.Hour, chunks: 3, text: "hello", end: complete,
	},
	{
		name: "half an event at a time: any byte is life", on: inNoTime, do: stream, with: options(idleTimeout(20 * time.Second)),
		server: replies(streams(finally(sends(`data: {"choices":[{"index":0,`), pauses(15*time.Second), sends(`"delta":{"cont`), pauses(15*time.Second),
			sends(`ent":"hello"}}]}`), pauses(15*time.Second), sends("\n"), pauses(15*time.Second), sends("\n"))...)),
		sent: 1, took: time.Minute, chunks: 2, text: "hello", end: complete,
	},

	// Content.
	{
		name: "a router that is processing for ever", on: inNoTime, do: stream, with: options(contentTimeout(30*time.Second, 0)),
		server: replies(streams(forever(processing, pauses(time.Second)))),
		sent:   1, took: 30 * time.Second, end: silent, is: []error{openrouter.ErrContentTimeout},
	},
	{
		name: "chunks without content, for ever", on: inNoTime, do: stream, with: options(contentTimeout(30*time.Second, 0)),
		server: replies(streams(forever(says(""), pauses(11*time.Second)))),
		sent:   1, took: 30 * time.Second, chunks: 3, end: silent, is: []error{openrouter.ErrContentTimeout},
	},
	{
		name: "processing for ever between two chunks", on: inNoTime, do: stream, with: options(contentTimeout(30*time.Second, 10*time.Second)),
		server: replies(streams(pauses(29*time.Second), says("hel"), forever(processing, pauses(time.Second)))),
		sent:   1, took: 39 * time.Second, chunks: 1, text: "hel", partial: "hel", end: silent, is: []error{openrouter.ErrContentTimeout},
	},
	{
		name: "processing for ever between two chunks, the first of which could take its time", on: inNoTime, do: stream, with: options(contentTimeout(0, 10*time.Second)),
		server: replies(streams(pauses(time.Minute), says("hel"), forever(processing, pauses(time.Second)))),
		sent:   1, took: 70 * time.Second, chunks: 1, text: "hel", partial: "hel", end: silent, is: []error{openrouter.ErrContentTimeout},
	},
	{
		name: "processing between two chunks for as long as it takes", on: inNoTime, do: stream, with: options(contentTimeout(10*time.Second, 0)),
		server: replies(streams(finally(says("hel"), times(1000, processing, pauses(time.Second)), says("lo"))...)),
		sent:   1, took: 1000 * time.Second, chunks: 3, text: "hello", end: complete,
	},
	{
		name: "content of every kind resets the clock", on: inNoTime, do: stream, with: options(contentTimeout(10*time.Second, 10*time.Second)),
		server: replies(streams(finally(everyKindOfContent(pauses(9 * time.Second))...)...)),
		sent:   1, took: 8 * 9 * time.Second, chunks: 9, text: "t", end: complete,
	},
	{
		name: "silence that the content clock ends first", on: inNoTime, do: stream, with: options(idleTimeout(time.Minute), contentTimeout(10*time.Second, 20*time.Second)),
		server: replies(streams(says("hel"), hangs)),
		sent:   1, took: 20 * time.Second, chunks: 1, text: "hel", partial: "hel", end: silent, is: []error{openrouter.ErrContentTimeout},
	},
	{
		name: "silence that the idle clock ends first", on: inNoTime, do: stream, with: options(idleTimeout(10*time.Second), contentTimeout(time.Minute, time.Minute)),
		server: replies(streams(says("hel"), hangs)),
		sent:   1, took: 10 * time.Second, chunks: 1, text: "hel", partial: "hel", end: silent, is: []error{openrouter.ErrStreamIdle},
	},

	// The caller's own time.
	{
		name: "an hour of the caller's own with each chunk", on: inNoTime, do: stream, caller: takesItsTime(time.Hour),
		with: options(timeout(time.Minute), idleTimeout(20*time.Second), contentTimeout(20*time.Second, 20*time.Second)), client: http.Client{Timeout: time.Minute},
		server: replies(streams(finally(says("hel"), pauses(15*time.Second), says("lo"))...)),
		sent:   1, took: 4 * time.Hour, chunks: 3, text: "hello", end: complete,
	},
	{
		name: "an hour of the caller's own, then silence", on: inNoTime, do: stream, caller: takesItsTime(time.Hour),
		with:   options(idleTimeout(20 * time.Second)),
		server: replies(streams(says("hel"), hangs)),
		sent:   1, took: 2*time.Hour + 20*time.Second, chunks: 1, text: "hel", partial: "hel", end: silent, is: []error{openrouter.ErrStreamIdle},
	},

	// The end of a stream.
	{
		name: "a stream that stays open after it is done", on: inNoTime, do: stream,
		server: replies(streams(append(finally(says("hello")), hangs)...)),
		sent:   1, took: 250 * time.Millisecond, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "the bill comes within a second of the failure", on: inNoTime, do: stream,
		server: replies(streams(says("hel"), reports(502, "down"), pauses(900*time.Millisecond), counts, hangs)),
		sent:   1, took: time.Second, chunks: 1, text: "hel", partial: "hel", spent: 2, end: reported, code: 502,
	},
	{
		name: "the bill comes later than that", on: inNoTime, do: stream,
		server: replies(streams(says("hel"), reports(502, "down"), pauses(1100*time.Millisecond), counts)),
		sent:   1, took: time.Second, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502,
	},
}

func letters(n int) string { return strings.Repeat("a", n) }

// arrived checks what a ConnectionError kept of the body.
func arrived(want string) func(*fault, outcome) {
	return func(_ *fault, o outcome) {
		var e *openrouter.ConnectionError
		require.ErrorAs(o.t, o.err, &e)
		assert.Equal(o.t, want, string(e.Body))
		assert.Equal(o.t, "gen-1", e.Call().GenerationID)
	}
}

// everyKindOfContent is a chunk of each kind, with a step before it.
func everyKindOfContent(before step) (steps []step) {
	for _, delta := range []string{
		`"content":"t"`,
		`"reasoning":"r"`,
		`"refusal":"no"`,
		`"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		`"reasoning_details":[{"type":"reasoning.encrypted","data":"E"}]`,
		`"images":[{"type":"image_url","image_url":{"url":"data:,"}}]`,
		`"audio":{"data":"AA=="}`,
		`"annotations":[{"type":"url_citation","url_citation":{"url":"x"}}]`,
	} {
		steps = append(steps, before, event(`{"id":"gen-1","choices":[{"index":0,"delta":{`+delta+`}}]}`))
	}
	return steps
}
