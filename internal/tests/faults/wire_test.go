package faults_test

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
)

const (
	jsonHead    = "HTTP/1.1 200 OK\r\nX-Generation-Id: gen-1\r\nContent-Type: application/json\r\n"
	streamHead  = "HTTP/1.1 200 OK\r\nX-Generation-Id: gen-1\r\nContent-Type: text/event-stream\r\n"
	chunked     = "Transfer-Encoding: chunked\r\n\r\n"
	untilClosed = "Connection: close\r\n\r\n"
	helloEvent  = `data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"hello"}}]}` + "\n\n"
)

// inHaste keeps repetitions without a hint from waiting.
var inHaste = openrouter.WithMaxRetryWait(soon, time.Minute)

// sized is a piece in the chunked encoding.
func sized(text string) string { return hex(len(text)) + "\r\n" + text + "\r\n" }

// wireFaults are connections and framing that break.
var wireFaults = []fault{
	{
		name: "nobody listens", on: onTheWire, with: options(inHaste),
		retries: 2, end: broken,
		check: func(_ *fault, o outcome) {
			assert.Zero(o.t, o.call().Attempts, "nothing was sent")
			assert.True(o.t, o.retries[0].Unprocessed)
		},
	},
	{
		name: "nobody listens, and only what was not processed is repeated", on: onTheWire,
		with:    options(inHaste, openrouter.WithRetryPolicy(openrouter.RetryUnprocessed)),
		retries: 2, end: broken,
	},
	{
		name: "reset before a response", on: onTheWire, with: options(inHaste),
		server: replies(resets(""), writes(jsonHead+untilClosed+bodySaying("hello"))),
		sent:   2, retries: 1, chunks: 1, text: "hello", end: complete,
	},
	{
		name: "closed before a response", on: onTheWire, with: options(inHaste),
		server: replies(writes(""), writes(jsonHead+untilClosed+bodySaying("hello"))),
		sent:   2, retries: 1, chunks: 1, text: "hello", end: complete,
	},
	{
		name: "reset in the middle of a stream", on: onTheWire, do: stream, caller: resetMidway.caller,
		server: replies(resetMidway.reply),
		sent:   1, chunks: 1, text: "hello", partial: "hello", end: broken,
	},
	{
		name: "an answer shorter than was announced", on: onTheWire, do: create,
		server: replies(writes(jsonHead + "Content-Length: 1000\r\n\r\n" + bodySaying("hello"))),
		sent:   1, end: truncated,
		check: arrived(bodySaying("hello")),
	},
	{
		name: "an answer longer than was announced", on: onTheWire, do: create,
		server: replies(writes(jsonHead + "Content-Length: 10\r\n\r\n" + bodySaying("hello"))),
		sent:   1, end: undecodable,
	},
	{
		name: "an answer cut in the chunked encoding", on: onTheWire, do: create,
		server: replies(writes(jsonHead + chunked + sized(bodySaying("hello")))),
		sent:   1, end: truncated,
		check: arrived(bodySaying("hello")),
	},
	{
		name: "a stream cut between two pieces of the chunked encoding", on: onTheWire, do: stream,
		server: replies(writes(streamHead + chunked + sized(helloEvent))),
		sent:   1, chunks: 1, text: "hello", partial: "hello", end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "a stream cut within a piece of the chunked encoding", on: onTheWire, do: stream,
		server: replies(writes(streamHead + chunked + sized(helloEvent) + "ff\r\ndata: {")),
		sent:   1, chunks: 1, text: "hello", partial: "hello", end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "a stream whose chunked encoding is garbage", on: onTheWire, do: stream,
		server: replies(writes(streamHead + chunked + sized(helloEvent) + "what?\r\n")),
		sent:   1, chunks: 1, text: "hello", partial: "hello", end: broken,
	},
	{
		name: "a stream that ends with its connection, and says it is done", on: onTheWire, do: stream,
		server: replies(writes(streamHead + untilClosed + helloEvent + "data: [DONE]\n\n")),
		sent:   1, chunks: 1, text: "hello", end: complete,
	},
	{
		name: "a stream that ends with its connection, and does not", on: onTheWire, do: stream,
		server: replies(writes(streamHead + untilClosed + helloEvent)),
		sent:   1, chunks: 1, text: "hello", partial: "hello", end: truncated, is: []error{openrouter.ErrStreamTruncated},
	},
	{
		name: "something that is not HTTP", on: onTheWire, with: once,
		server: replies(writes("SSH-2.0-OpenSSH_9.6\r\n")),
		sent:   1, end: broken,
	},
	{
		name: "a head that ends too soon", on: onTheWire, with: once,
		server: replies(writes("HTTP/1.1 200 OK\r\nContent-Ty")),
		sent:   1, end: broken,
	},
	{
		name: "a head that never ends", on: onTheWire, do: create, with: options(openrouter.WithMaxRetries(0)),
		server: replies(onWire(func(c *net.TCPConn) {
			for _, err := c.Write([]byte("HTTP/1.1 200 OK\r\n")); err == nil; {
				_, err = c.Write([]byte("X-More: " + letters(mib) + "\r\n"))
			}
		})),
		sent: 1, end: broken,
	},
	{
		name: "another protocol, which is never spoken", on: onTheWire, with: options(openrouter.WithMaxRetries(0), timeout(50*time.Millisecond)),
		server: replies(writesAndStays("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")),
		sent:   1, end: reported, code: 101,
	},
	{
		name: "another protocol, whose speaker is called off", on: onTheWire, with: once, caller: deadline(50 * time.Millisecond),
		server: replies(writesAndStays("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")),
		sent:   1, end: reported, code: 101,
	},
	{
		name: "news before the answer", on: onTheWire, do: create,
		server: replies(writes("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" + jsonHead + untilClosed + bodySaying("hello"))),
		sent:   1, text: "hello", end: complete,
	},
}

// resetMidway resets a connection as soon as the caller has its first chunk.
var resetMidway = func() (m struct {
	caller caller
	reply  reply
}) {
	read := make(chan struct{}, 1)
	m.caller = atChunk(1, func(*openrouter.Stream, context.CancelFunc) bool {
		read <- struct{}{}
		return true
	})
	m.reply = onWire(func(c *net.TCPConn) {
		_, _ = c.Write([]byte(streamHead + chunked + sized(helloEvent)))
		<-read
		_ = c.SetLinger(0)
	})
	return m
}()

func hex(n int) string { return strconv.FormatInt(int64(n), 16) }
