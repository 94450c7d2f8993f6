package faults_test

import (
	"context"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
)

// cancelFaults are about a caller that cancels, closes or leaves.
var cancelFaults = []fault{
	{
		name: "cancelled before there is a response", on: inNoTime, caller: cancelsIn(time.Second),
		server: replies(of(hangs)),
		sent:   1, took: time.Second, end: cancelled, is: []error{context.Canceled, errCalledOff},
	},
	{
		name: "the deadline comes before a response", on: inNoTime, caller: deadline(time.Second),
		server: replies(of(hangs)),
		sent:   1, took: time.Second, end: cancelled, is: []error{context.DeadlineExceeded},
	},
	{
		name: "the deadline comes before the first event", on: inNoTime, do: stream, caller: deadline(time.Minute),
		server: replies(streams(forever(processing, pauses(time.Second)))),
		sent:   1, took: time.Minute, end: cancelled, is: []error{context.DeadlineExceeded},
	},
	{
		name: "cancelled half way through an answer", on: inNoTime, do: create, caller: cancelsIn(time.Second),
		server: replies(of(begins("application/json"), sends(`{"id"`), hangs)),
		sent:   1, took: time.Second, end: cancelled, is: []error{context.Canceled, errCalledOff},
		check: arrived(`{"id"`),
	},
	{
		name: "the deadline comes half way through a stream", on: inNoTime, do: stream, caller: deadline(time.Minute),
		server: replies(streams(says("hel"), counts, hangs)),
		sent:   1, took: time.Minute, chunks: 2, text: "hel", partial: "hel", spent: 2, end: cancelled, is: []error{context.DeadlineExceeded},
	},
	{
		name: "cancelled half way through a stream, for a reason", on: inNoTime, do: stream, caller: cancelsIn(time.Minute),
		server: replies(streams(says("hel"), forever(processing, pauses(time.Second)))),
		sent:   1, took: time.Minute, chunks: 1, text: "hel", partial: "hel", end: cancelled, is: []error{context.Canceled, errCalledOff},
	},
	{
		name: "cancelled between two chunks", do: stream, caller: cancelsAfter(1),
		server: replies(streams(says("hel"), hangs)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: cancelled, is: []error{context.Canceled},
	},
	{
		name: "cancelled while the bill is awaited", on: inNoTime, do: stream, caller: cancelsIn(500 * time.Millisecond),
		server: replies(streams(says("hel"), reports(502, "down"), hangs)),
		sent:   1, took: 500 * time.Millisecond, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502,
	},
	{
		name: "closed before it is read", do: stream, caller: closesAfter(0),
		server: replies(streams(says("hel"), says("lo"), hangs)),
		sent:   1, end: closed, partial: "hel",
	},
	{
		name: "closed before it is read, although all of it is there", do: stream, caller: closesAfter(0),
		server: replies(of(sendsAtOnce(says("hel"), says("lo"), finishes, done))),
		sent:   1, end: closed, partial: "hel",
	},
	{
		name: "closed before it is read, although it came in one piece", do: stream, caller: closesAfter(0),
		server: replies(says200(bodySaying("hello"))),
		sent:   1, end: closed, partial: "hello", spent: 2,
	},
	{
		name: "cancelled, although all of it is there", do: stream, caller: cancelsAfter(1),
		server: replies(of(sendsAtOnce(says("hel"), says("lo"), finishes, done))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: cancelled, is: []error{context.Canceled},
	},
	{
		name: "closed between two chunks", do: stream, caller: closesAfter(1),
		server: replies(streams(says("hel"), counts, hangs)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: closed,
		on: overSockets, // without, the usage is not on its way yet
	},
	{
		name: "closed from another goroutine, while a read is under way", on: inNoTime, do: stream,
		caller: atChunk(1, func(s *openrouter.Stream, _ context.CancelFunc) bool {
			go func() {
				synctest.Wait() // until the reader waits
				s.Close()
			}()
			return true
		}),
		server: replies(streams(says("hel"), hangs)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: closed,
	},
	{
		name: "closed from another goroutine, at any time", do: stream, caller: closesElsewhereAfter(1),
		server: replies(streams(says("hel"), hangs)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: closed,
	},
	{
		name: "the loop is left at once", do: stream, caller: leavesAfter(1),
		server: replies(streams(says("hel"), says("lo"), hangs)),
		sent:   1, chunks: 1, text: "hel", end: left,
		check: isClosedNow,
	},
	{
		name: "the loop is left at the last chunk", do: stream, caller: leavesAfter(2),
		server: replies(answers("hello")),
		sent:   1, chunks: 2, text: "hello", end: left,
	},
	{
		name: "collected, and cut", do: stream, caller: caller{collects: true},
		server: replies(streams(says("hel"), counts)),
		sent:   1, partial: "hel", spent: 2, end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "collected, and closed from another goroutine", do: stream,
		caller: caller{collects: true, each: closesElsewhereAfter(0).each},
		server: replies(streams(says("hel"), hangs)),
		sent:   1, partial: "hel", end: closed,
	},
	{
		name: "read a second time", do: stream,
		server: replies(answers("hello")),
		sent:   1, chunks: 2, text: "hello", end: complete,
		check: isClosedNow,
	},
}

// isClosedNow checks that a stream that was left yields nothing but that.
func isClosedNow(f *fault, o outcome) {
	n := 0
	for chunk, err := range o.stream.Chunks() {
		assert.Nil(o.t, chunk)
		assert.ErrorIs(o.t, err, openrouter.ErrStreamClosed)
		var e *openrouter.StreamError
		if assert.ErrorAs(o.t, err, &e) {
			assert.Equal(o.t, f.text, e.Partial.Text())
		}
		n++
	}
	assert.Equal(o.t, 1, n)
	assert.NoError(o.t, o.stream.Close(), "as often as one likes")
}

// sendsAtOnce sends what the steps of a stream send in one piece.
func sendsAtOnce(steps ...step) step {
	return func(x *exchange) error {
		var all []byte
		collect := &exchange{send: func(p []byte) error { all = append(all, p...); return nil }}
		if err := collect.play(steps); err != nil {
			return err
		}
		return x.play([]step{begins("text/event-stream"), sends(string(all))})
	}
}
