package faults_test

import (
	"context"
	"io"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// endFaults are streams that stop too soon, or do not stop.
var endFaults = []fault{
	{
		name: "nothing goes wrong", server: replies(answers("hel", "lo")),
		sent: 1, chunks: 3, text: "hello", end: complete,
	},
	{
		name: "an end before it is done", do: stream,
		server: replies(streams(says("hel"), says("lo"))),
		sent:   1, chunks: 2, text: "hello", partial: "hello", end: truncated, is: []error{openrouter.ErrStreamTruncated, io.ErrUnexpectedEOF},
	},
	{
		name: "a clean end after the finish reason and the bill, without the mark", do: stream,
		server: replies(streams(says("hello"), finishes)),
		sent:   1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a clean end after the finish reason, without the bill and the mark", do: stream,
		server: replies(streams(says("hello"), event(`{"id":"gen-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`))),
		sent:   1, chunks: 2, text: "hello", end: complete,
		check: func(_ *fault, o outcome) { assert.Nil(o.t, o.res.Usage) },
	},
	{
		name: "a clean end after a finish reason in an event without its blank line", do: stream,
		server: replies(streams(says("hello"), sends(`data: {"id":"gen-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`))),
		sent:   1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a clean end after the finish reason of one choice of two", do: stream,
		server: replies(streams(event(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":"stop"},{"index":1,"delta":{"content":"hi"}}]}`))),
		sent:   1, chunks: 1, text: "hello", partial: "hello", end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "a clean end after the finish reasons of two choices", do: stream,
		server: replies(streams(event(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":"stop"},{"index":1,"delta":{"content":"hi"}}]}`),
			event(`{"id":"gen-1","choices":[{"index":1,"delta":{},"finish_reason":"length"}]}`))),
		sent: 1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "half an event after the finish reason", do: stream,
		server: replies(streams(says("hello"), finishes, sends(`data: {"id":"gen-1","choi`))),
		sent:   1, chunks: 2, text: "hello", partial: "hello", spent: 2, end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "a cut after the finish reason", do: stream, on: inNoTime | overHTTP1,
		server: replies(streams(says("hello"), finishes, cuts)),
		sent:   1, chunks: 2, text: "hello", partial: "hello", spent: 2, end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "fields with white space before them", do: stream,
		server: replies(streams(sends(" data: {\"id\":\"gen-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"}}]}\n\n \tdata: [DONE]\n\n"))),
		sent:   1, chunks: 1, text: "hello", end: complete,
	},
	{
		name: "an end after comments alone", do: stream,
		server: replies(streams(processing, processing)),
		sent:   1, end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "an end in the middle of an event", do: stream,
		server: replies(streams(says("hel"), sends(`data: {"id":"gen-1","choices":[{"ind`))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "an end where the event's last blank line should be", do: stream,
		server: replies(streams(says("hel"), sends(`data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"lo"}}]}`))),
		sent:   1, chunks: 2, text: "hello", partial: "hello", end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "done, without a line end", do: stream,
		server: replies(streams(says("hel"), says("lo"), sends("data: [DONE]"))),
		sent:   1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "done, said loosely", do: stream,
		server: replies(streams(says("hel"), says("lo"), sends("data:  [DONE] \r\n\r\n"))),
		sent:   1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "done, without a line end, and cut", do: stream, on: inNoTime | overHTTP1,
		server: replies(streams(says("hel"), says("lo"), sends("data: [DONE]\n"), cuts)),
		sent:   1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "half of done", do: stream,
		server: replies(streams(says("hel"), sends("data: [DO"))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "a connection that is cut", do: stream, on: inNoTime | overHTTP1,
		server: replies(streams(says("hel"), counts, cuts)),
		sent:   1, chunks: 2, text: "hel", partial: "hel", spent: 2, end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "a stream that is reset", do: stream, on: overHTTP2,
		server: replies(streams(says("hel"), counts, cuts)),
		sent:   1, chunks: 2, text: "hel", partial: "hel", spent: 2, end: broken,
		check: func(_ *fault, o outcome) {
			var e *openrouter.StreamError
			require.ErrorAs(o.t, o.err, &e)
			assert.ErrorContains(o.t, e, "stream error")
		},
	},
	{
		name: "a connection that is cut in the middle of an event", do: stream, on: inNoTime | overHTTP1,
		server: replies(streams(says("hel"), sends(`data: {"id":"gen-1","choices":[]}`), cuts)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "more events after it is done", do: stream,
		server: replies(streams(append(finally(says("hello")), says("!"), reports(500, "oops"), sends("data: {{{\n\n"))...)),
		sent:   1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "events for ever after it is done", do: stream,
		server: replies(streams(append(finally(says("hello")), forever(says("!")))...)),
		sent:   1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "cut after it is done", do: stream, on: inNoTime | overHTTP1,
		server: replies(streams(append(finally(says("hello")), cuts)...)),
		sent:   1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "cancelled after it is done", do: stream, on: inNoTime,
		caller: caller{cancelIn: 100 * time.Millisecond},
		server: replies(streams(append(finally(says("hello")), hangs)...)),
		sent:   1, took: 100 * time.Millisecond, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "done without a beginning", do: stream, with: once,
		server: replies(streams(processing, done)),
		sent:   1, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
	},
	{
		name: "done without a choice", do: stream, with: once,
		server: replies(streams(counts, done)),
		sent:   1, chunks: 1, end: reported, code: 200, spent: 2, is: []error{openrouter.ErrProviderUnavailable},
	},
	{
		name: "an event that is not JSON", do: stream,
		server: replies(streams(says("hel"), event(`{"id":"gen-1","choices":[{]}`), says("lo"), done)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: undecodable,
		check: dataIs(`{"id":"gen-1","choices":[{]}`),
	},
	{
		name: "an event whose choices are no list", do: stream,
		server: replies(streams(says("hel"), event(`{"id":"gen-1","choices":"none"}`), done)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: undecodable,
	},
	{
		name: "an event of two documents", do: stream,
		server: replies(streams(event(`{"choices":[]} {"choices":[]}`), done)),
		sent:   1, end: undecodable,
	},
	{
		name: "text that stays in the caller's hands", do: stream,
		caller: atChunk(2, func(s *openrouter.Stream, _ context.CancelFunc) bool { return s.Response().Text() == "hello" }),
		server: replies(answers("hel", "lo")),
		sent:   1, chunks: 3, text: "hello", end: complete,
	},
}

// dataIs checks what a DecodeError kept.
func dataIs(want string) func(*fault, outcome) {
	return func(_ *fault, o outcome) {
		var e *openrouter.DecodeError
		require.ErrorAs(o.t, o.err, &e)
		assert.Equal(o.t, want, string(e.Body))
		assert.Equal(o.t, 200, e.Call().StatusCode)
	}
}

// bodyFaults are answers to Create that stop too soon, or are something else.
var bodyFaults = []fault{
	{
		name: "white space before the answer", do: create,
		server: replies(of(begins("application/json"), sends("\n         \n\n         \n"), sends(bodySaying("hello")))),
		sent:   1, text: "hello", end: complete,
	},
	{
		name: "an answer that is cut", do: create, on: inNoTime | overHTTP1,
		server: replies(of(begins("application/json"), sends(`{"id":"gen-1","choi`), cuts)),
		sent:   1, end: truncated, is: []error{io.ErrUnexpectedEOF},
		check: arrived(`{"id":"gen-1","choi`),
	},
	{
		name: "an answer that ends too soon", do: create,
		server: replies(says200(`{"id":"gen-1","choi`)),
		sent:   1, end: undecodable,
		check: dataIs(`{"id":"gen-1","choi`),
	},
	{
		name: "an answer with more behind it", do: create,
		server: replies(says200(bodySaying("hello") + "{}")),
		sent:   1, end: undecodable,
	},
	{
		name: "no answer at all", server: replies(says200("")),
		sent: 1, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
	},
	{
		name: "white space and no answer", server: replies(says200("\n         \n")),
		sent: 1, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
	},
	{
		name: "a status of success without content", server: replies(of(func(x *exchange) error { x.head(204, "text/plain"); return nil })),
		sent: 1, end: reported, code: 204,
	},
	{
		name: "HTML with the status 200", server: replies(says200("<html>Please sign in to the hotel's network</html>")),
		sent: 1, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
		check: bodyIs("<html>Please sign in to the hotel's network</html>"),
	},
	{
		name: "HTML that says it is an event stream", do: stream,
		server: replies(streams(sends("\n<html>Please sign in</html>"))),
		sent:   1, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
	},
	{
		name: "JSON that is no object", server: replies(says200(`"ok"`)),
		sent: 1, end: reported, code: 200,
	},
	{
		name: "JSON that is a list", server: replies(says200(`[]`)),
		sent: 1, end: reported, code: 200,
	},
	{
		name: "null", server: replies(says200(`null`)),
		sent: 1, end: reported, code: 200,
	},
	{
		name: "plain text", server: replies(says200("upstream is on fire")),
		sent: 1, end: reported, code: 200,
	},
	{
		name: "plain text that begins like an event", do: stream, server: replies(says200("error code: 1020")),
		sent: 1, end: reported, code: 200,
	},
	{
		name: "an event stream that was not asked for", do: create,
		server: replies(streams(finally(says("hello"))...)),
		sent:   1, end: reported, code: 200,
	},
	{
		name: "a whole answer where a stream was asked for", do: stream,
		server: replies(says200("\n   " + bodySaying("hello"))),
		sent:   1, chunks: 1, text: "hello", end: complete,
	},
	{
		name: "a whole answer that says it is an event stream", do: stream,
		server: replies(streams(sends(bodySaying("hello")))),
		sent:   1, chunks: 1, text: "hello", end: complete,
	},
	{
		name: "a whole answer where a stream was asked for, and it is cut", do: stream, on: inNoTime | overHTTP1,
		server: replies(of(begins("application/json"), sends(`{"id":"gen-1","choi`), cuts)),
		sent:   1, end: truncated,
		check: arrived(`{"id":"gen-1","choi`),
	},
	{
		name: "a whole answer where a stream was asked for, and it hangs", do: stream, on: inNoTime,
		server: replies(of(begins("application/json"), sends(`{"id":"gen-1","choi`), hangs)),
		sent:   1, took: 2 * time.Minute, end: silent, is: []error{openrouter.ErrStreamIdle},
	},
	{
		name: "an answer in another's wrapping", do: create,
		server: replies(says200(`{"provider":` + bodySaying("hello") + `}`)),
		sent:   1, text: "hello", end: complete,
	},
}
