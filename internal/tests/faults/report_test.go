package faults_test

import (
	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// reportFaults are failures inside an answer with the status 200.
var reportFaults = []fault{
	// The body of Create; asked for a stream, the service says the same.
	{
		name: "an error and nothing else", with: once, server: replies(says200(failure(502, "Provider returned error"))),
		sent: 1, end: reported, code: 502, message: "Provider returned error", is: []error{openrouter.ErrProviderUnavailable},
		check: func(_ *fault, o outcome) {
			e := kit.APIError(o.t, o.err)
			assert.Equal(o.t, 200, e.Call().StatusCode)
			assert.Equal(o.t, "u", e.UserID)
			assert.Nil(o.t, e.Partial)
		},
	},
	{
		name: "an error beside nulls", with: once,
		server: replies(says200(`{"id":null,"choices":null,"usage":null,"error":{"code":504,"message":"late"}}`)),
		sent:   1, end: reported, code: 504, is: []error{openrouter.ErrTimeout},
	},
	{
		name: "an error beside half an answer", with: once,
		server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"finish_reason":"error","message":{"role":"assistant","content":"hel"}}],` +
			`"error":{"code":502,"message":"down"},"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`)),
		sent: 1, partial: "hel", spent: 2, end: reported, code: 502,
	},
	{
		name: "an error in a choice", with: once,
		server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"finish_reason":null,"message":{"role":"assistant","content":"hel"},` +
			`"error":{"code":502,"message":"down","metadata":{"provider_name":"Nebius"}}}]}`)),
		sent: 1, partial: "hel", end: reported, code: 502,
		check: func(_ *fault, o outcome) { assert.Equal(o.t, "Nebius", kit.APIError(o.t, o.err).Provider) },
	},
	{
		name: "an error in the second choice", with: once,
		server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"message":{"content":"hel"}},{"index":1,"error":{"code":502,"message":"down"}}]}`)),
		sent:   1, partial: "hel", end: reported, code: 502,
	},
	{
		name: "an empty error", with: once, server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"message":{"content":"hel"}}],"error":{}}`)),
		sent: 1, partial: "hel", end: reported, code: 200,
	},
	{
		name: "an error that is a sentence", with: once, server: replies(says200(`{"error":"down for today"}`)),
		sent: 1, end: reported, code: 200, message: "down for today",
	},
	{
		name: "an error whose code is a word", with: once, server: replies(says200(`{"error":{"code":"server_error","message":"oops"}}`)),
		sent: 1, end: reported, code: 200, message: "oops",
	},
	{
		name: "an error whose code is null", with: once, server: replies(says200(`{"error":{"code":null,"message":"oops","metadata":{"error_type":"server"}}}`)),
		sent: 1, end: reported, code: 200, is: []error{openrouter.ErrServer},
	},
	{
		name: "no choices, and no word why", with: once, server: replies(says200(`{"id":null,"object":null,"created":null,"model":null,"choices":null}`)),
		sent: 1, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
	},
	{
		name: "an empty list of choices", with: once, server: replies(says200(`{"id":"gen-1","choices":[]}`)),
		sent: 1, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
	},
	{
		name: "choices that are no list", with: once, server: replies(says200(`{"id":"gen-1","choices":{}}`)),
		sent: 1, end: undecodable,
	},
	{
		name: "an error that is null is none", server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"message":{"content":"hello"},"error":null}],"error":null}`)),
		sent: 1, chunks: 1, text: "hello", end: complete,
	},
	{
		name: "an answer without words is a success", server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"finish_reason":null,"message":{"content":""}}]}`)),
		sent: 1, chunks: 1, end: complete,
	},
	{
		name: "a refusal is a success", server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"finish_reason":"content_filter","message":{"content":null,"refusal":"no"}}]}`)),
		sent: 1, chunks: 1, end: complete,
		check: func(_ *fault, o outcome) { assert.Equal(o.t, "no", o.res.Refusal()) },
	},

	// Streams.
	{
		name: "a stream that is nothing but an error", do: stream, with: once,
		server: replies(streams(processing, reports(502, "Provider returned error"))),
		sent:   1, end: reported, code: 502, message: "Provider returned error",
		check: func(_ *fault, o outcome) { assert.Equal(o.t, "u", kit.APIError(o.t, o.err).UserID) },
	},
	{
		name: "an error without a blank line behind it", do: stream, with: once,
		server: replies(streams(sends("data: " + failure(502, "down")))),
		sent:   1, end: reported, code: 502,
	},
	{
		name: "an error half way, as it is documented", do: stream,
		server: replies(streams(says("hel"), event(`{"id":"gen-1","error":{"code":502,"message":"down","metadata":{"error_type":"provider_overloaded"}},`+
			`"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}`))),
		sent: 1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502, is: []error{openrouter.ErrProviderOverloaded},
	},
	{
		name: "an error beside the bill, done", do: stream,
		server: replies(streams(says("hel"), event(`{"id":"gen-1","error":{"code":400,"message":"Token limit reached"},"choices":[{"index":0,"delta":{},"finish_reason":null}],`+
			`"usage":{"prompt_tokens":43,"completion_tokens":10,"total_tokens":53}}`), done)),
		sent: 1, chunks: 1, text: "hel", partial: "hel", spent: 10, end: reported, code: 400,
	},
	{
		name: "an error that looks finished, and the bill after it", do: stream,
		server: replies(streams(says("hel"), event(`{"id":"gen-1","error":{"code":502,"message":"down"},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`), counts)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", spent: 2, end: reported, code: 502,
	},
	{
		name: "an error, and the bill after it without its blank line", do: stream,
		server: replies(streams(says("hel"), reports(502, "down"), sends(`data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", spent: 2, end: reported, code: 502,
	},
	{
		name: "an error in a choice of a chunk", do: stream,
		server: replies(streams(says("hel"), event(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"lo"},"error":{"code":502,"message":"down"}}]}`), done)),
		sent:   1, chunks: 1, text: "hel", partial: "hello", end: reported, code: 502,
	},
	{
		name: "a chunk whose choices are null", do: stream,
		server: replies(streams(says("hel"), event(`{"id":null,"choices":null,"error":null}`), done)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
	},
	{
		name: "an error that is a sentence, in a chunk", do: stream,
		server: replies(streams(says("hel"), event(`{"error":"down for today"}`))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 200, message: "down for today",
	},
	{
		name: "an error whose code is a word, in a chunk", do: stream,
		server: replies(streams(says("hel"), event(`{"error":{"code":"server_error","message":"oops","type":null,"param":null}}`))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 200, message: "oops",
	},
	{
		name: "an error and then garbage", do: stream,
		server: replies(streams(says("hel"), reports(502, "down"), sends("data: }{\n\n"), counts)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", spent: 2, end: reported, code: 502,
	},
	{
		name: "an error and then a cut", do: stream,
		server: replies(streams(says("hel"), reports(502, "down"), cuts)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502,
	},
	{
		name: "an error that the stream did not stop for", do: stream,
		server: replies(streams(says("hel"), reports(502, "down"), says("lo"), forever(says("!")))),
		sent:   1, chunks: 1, text: "hel", end: reported, code: 502,
		check: func(_ *fault, o outcome) {
			assert.Less(o.t, len(kit.APIError(o.t, o.err).Partial.Text()), 64<<10, "it is read for the bill, not for ever")
		},
		partial: anything,
	},
	{
		name: "an empty chunk, and other events without a choice", do: stream,
		server: replies(streams(finally(sends("data:\n\ndata: \n\nevent: ping\n\nid: 1\nretry: 5\n\n"), event("{}"), event(`{"choices":[]}`), says("hello"))...)),
		sent:   1, chunks: 4, text: "hello", end: complete,
	},
}
