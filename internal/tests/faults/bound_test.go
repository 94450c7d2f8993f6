package faults_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// boundFaults are about too much of anything.
var boundFaults = []fault{
	{
		name: "an answer as large as is allowed", large: true, do: create, with: options(openrouter.WithMaxBodySize(int64(len(bodySaying(letters(mib)))))),
		server: replies(says200(bodySaying(letters(mib)))),
		sent:   1, text: letters(mib), end: complete,
	},
	{
		name: "an answer larger than is allowed", large: true, with: options(openrouter.WithMaxBodySize(mib)),
		server: replies(says200(bodySaying(letters(mib)))),
		sent:   1, end: tooLarge,
		memory: 16 * mib,
	},
	{
		name: "an answer that never ends", large: true, on: inNoTime, with: options(openrouter.WithMaxBodySize(mib)),
		server: replies(of(begins("application/json"), sends(`{"`), forever(sends(letters(100*kib))))),
		sent:   1, end: tooLarge, memory: 16 * mib,
	},
	{
		name: "white space that never ends", large: true, do: create, on: inNoTime, with: options(openrouter.WithMaxBodySize(mib)),
		server: replies(of(begins("application/json"), forever(sends(strings.Repeat(" ", 100*kib))))),
		sent:   1, end: tooLarge, memory: 16 * mib,
	},
	{
		name: "an event as large as is allowed", large: true, do: stream, with: options(openrouter.WithMaxEventSize(int64(len(longChunk(mib))))),
		server: replies(streams(finally(event(longChunk(mib)))...)),
		sent:   1, chunks: 2, text: letters(mib), end: complete,
	},
	{
		name: "a limit that no int of 32 bits holds", do: stream, with: options(openrouter.WithMaxEventSize(1<<32 + 5)),
		server: replies(streams(finally(says("hel"), says("lo"))...)),
		sent:   1, chunks: 3, text: "hello", end: complete,
	},
	{
		name: "an event larger than is allowed", large: true, do: stream, with: options(openrouter.WithMaxEventSize(mib)),
		server: replies(streams(says("hel"), event(longChunk(mib)))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: tooLarge,
	},
	{
		name: "an event that never ends", large: true, on: inNoTime, do: stream, with: options(openrouter.WithMaxEventSize(mib)),
		server: replies(streams(says("hel"), sends("data: "), forever(sends(letters(100*kib))))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: tooLarge, memory: 16 * mib,
	},
	{
		name: "an event of endless lines", large: true, on: inNoTime, do: stream, with: options(openrouter.WithMaxEventSize(mib)),
		server: replies(streams(says("hel"), forever(sends(strings.Repeat("data: a\n", 10*kib))))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: tooLarge, memory: 16 * mib,
	},
	{
		name: "an image of 64 MiB, by default", large: true, on: inNoTime, do: stream,
		server: replies(streams(finally(sends(`data: {"id":"gen-1","choices":[{"index":0,"delta":{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,`),
			times(86, sends(strings.Repeat("A", mib))), sends(`"}}]}}]}`+"\n\n"))...)),
		sent: 1, chunks: 2, end: complete,
		check: func(_ *fault, o outcome) {
			assert.Greater(o.t, len(o.res.Choices[0].Message.Images[0].ImageURL.URL), 86*mib)
		},
	},
	{
		name: "a comment of a gigabyte", on: inNoTime, do: stream, with: options(idleTimeout(0)),
		server: replies(streams(finally(says("hel"), sends(":"), times(1024, sends(letters(mib))), sends("\n\n"), says("lo"))...)),
		sent:   1, chunks: 3, text: "hello", end: complete, memory: 16 * mib,
	},
	{
		name: "a comment of 64 MiB that the caller wants to hear", on: inNoTime, do: stream,
		with:   options(openrouter.WithOnComment(func(string) {})),
		server: replies(streams(finally(says("hel"), sends(":"), times(64, sends(letters(mib))), sends("\n\n"), says("lo"))...)),
		sent:   1, chunks: 3, text: "hello", end: complete, memory: 16 * mib,
	},
	{
		name: "a field nobody knows, of 64 MiB", on: inNoTime, do: stream,
		server: replies(streams(finally(says("hel"), sends("x:"), times(64, sends(letters(mib))), sends("\n\n"), says("lo"))...)),
		sent:   1, chunks: 3, text: "hello", end: complete, memory: 16 * mib,
	},
	{
		name: "a flood of blank lines before the answer", on: inNoTime, do: stream,
		server: replies(streams(finally(times(16, sends(strings.Repeat("\n", mib))), says("hello"))...)),
		sent:   1, chunks: 2, text: "hello", end: complete, memory: 16 * mib,
	},
	{
		name: "a flood of empty events", on: inNoTime, do: stream,
		server: replies(streams(finally(says("hel"), times(100, sends(strings.Repeat("data:\n\n", 10*kib))), says("lo"))...)),
		sent:   1, chunks: 3, text: "hello", end: complete, memory: 16 * mib,
	},
	{
		name: "a flood after the failure", do: stream, on: inNoTime,
		server: replies(streams(says("hel"), reports(502, "down"), forever(sends(strings.Repeat("data:\n\n", kib))))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502, memory: 16 * mib,
	},
	{
		name: "a flood after it is done, of which 64 KiB are waited for", do: stream, on: inNoTime,
		server: replies(streams(append(finally(says("hello")), flood.begins, forever(flood.goesOn))...)),
		sent:   1, chunks: 2, text: "hello", end: complete,
		check: func(_ *fault, o outcome) { assert.LessOrEqual(o.t, flood.sent.Load(), int32(8)) },
	},
	{
		name: "a flood after the failure, of which 64 KiB are waited for", do: stream, on: inNoTime,
		server: replies(streams(says("hel"), reports(502, "down"), flood.begins, forever(flood.goesOn))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502,
		check: func(_ *fault, o outcome) { assert.LessOrEqual(o.t, flood.sent.Load(), int32(8)) },
	},
	{
		name: "a failure with a message of 100 KiB", on: inNoTime, large: true, with: once,
		server: replies(refuses(500, failure(500, letters(100*kib)))),
		sent:   1, end: reported, code: 500,
		check: func(_ *fault, o outcome) { assert.Less(o.t, len(o.err.Error()), 1000) },
	},
	{
		name: "an answer nested a hundred thousand deep", on: inNoTime, large: true, server: replies(says200(deepJSON(100 * kib))),
		sent: 1, end: undecodable,
	},
	{
		name: "an answer with a hundred thousand levels of a member nobody knows", on: inNoTime, large: true, server: replies(says200(`{"id":"gen-1","x":` + deepJSON(100*kib) + `}`)),
		sent: 1, end: undecodable,
	},
	{
		name: "an event nested a hundred thousand deep", on: inNoTime, large: true, do: stream, server: replies(streams(says("hel"), event(deepJSON(100*kib)))),
		sent: 1, chunks: 1, text: "hel", partial: "hel", end: undecodable,
	},
	{
		name: "a failure nested deep", on: inNoTime, large: true, with: once, server: replies(refuses(500, `{"error":{"code":500,"message":"oops","metadata":`+deepJSON(50*kib)+`}}`)),
		sent: 1, end: reported, code: 500,
	},

	// Bombs: over sockets, where the transport unpacks them.
	{
		name: "an answer that unpacks to 256 MiB", large: true, on: overSockets, do: create, with: options(openrouter.WithMaxBodySize(mib)),
		server: replies(with(says200(bomb(`{"x":"`)), "Content-Encoding", "gzip")),
		sent:   1, end: tooLarge, memory: 16 * mib,
	},
	{
		name: "an event that unpacks to 256 MiB", large: true, on: overSockets, do: stream, with: options(openrouter.WithMaxEventSize(mib)),
		server: replies(with(streams(sends(bomb(`data: {"x":"`))), "Content-Encoding", "gzip")),
		sent:   1, end: tooLarge, memory: 16 * mib,
	},
	{
		name: "a failure that unpacks to 256 MiB", large: true, on: overSockets, with: once,
		server: replies(with(refuses(500, bomb(`{"error":"`)), "Content-Encoding", "gzip")),
		sent:   1, end: reported, code: 500, memory: 16 * mib,
	},
	{
		name: "an answer that says it is packed and is not", on: overSockets, do: create,
		server: replies(with(says200(bodySaying("hello")), "Content-Encoding", "gzip")),
		sent:   1, end: broken,
	},
}

// flood sends comments of 10 KiB and counts them.
var flood = func() (f struct {
	sent           *atomic.Int32
	begins, goesOn step
}) {
	f.sent = new(atomic.Int32)
	f.begins = func(*exchange) error { f.sent.Store(0); return nil }
	piece := []byte(": " + letters(10*kib-3) + "\n")
	f.goesOn = func(x *exchange) error {
		err := x.send(piece)
		if err == nil {
			f.sent.Add(1)
		}
		return err
	}
	return f
}()

func longChunk(n int) string {
	return fmt.Sprintf(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":%q}}]}`, letters(n))
}

// deepJSON is an object n levels deep.
func deepJSON(n int) string { return strings.Repeat(`{"choices":`, n) + "[]" + strings.Repeat("}", n) }

// bomb is a text that a quarter of a gigabyte follows, packed.
func bomb(start string) string {
	return packed([]byte(start)) + strings.Repeat(packed(make([]byte, mib)), 256)
}

func packed(data []byte) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.String()
}
