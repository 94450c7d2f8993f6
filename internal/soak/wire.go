package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// wire is the server's end of a connection, to be written to as it is.
type wire struct {
	*net.TCPConn
	attempt int
}

// head writes the head of a response, up to the given lines about the body.
func (w *wire) head(p *plan, lines string) {
	kind := "application/json"
	if p.stream {
		kind = "text/event-stream"
	}
	w.write(fmt.Sprintf("HTTP/1.1 200 OK\r\n%s: %d\r\nContent-Type: %s\r\n%s\r\n\r\n", attemptHeader, w.attempt, kind, lines))
}

const (
	chunked     = "Transfer-Encoding: chunked"
	untilClosed = "Connection: close"
)

func (w *wire) write(s string) { _, _ = w.Write([]byte(s)) } // the other side may be gone: it knows

// reset makes closing the connection a reset.
func (w *wire) reset() { _ = w.SetLinger(0) }

// scatter writes a body at odd places, some of them after a while; framed is
// whether in the chunked encoding.
func (w *wire) scatter(p *plan, body string, framed bool) {
	r := rand.New(rand.NewPCG(p.seed, 1))
	for body != "" {
		n := min(1+r.IntN(4*p.size), len(body))
		if piece := body[:n]; framed {
			w.write(sized(piece))
		} else {
			w.write(piece)
		}
		body = body[n:]
		if r.IntN(8) == 0 {
			time.Sleep(time.Duration(r.IntN(5000)) * time.Microsecond)
		}
	}
}

func sized(s string) string { return strconv.FormatInt(int64(len(s)), 16) + "\r\n" + s + "\r\n" }

// script is a stream as it is written.
type script struct {
	body   string
	texts  []int // where the JSON of each chunk with text ends
	finish int   // where the JSON of the finish reason ends
	done   int   // where the mark of the end ends
}

// script spells the stream in one of the ways that the format allows.
func (p *plan) script() *script {
	s := &script{}
	var b strings.Builder
	eol := []string{"\n", "\r\n", "\r"}[p.way%3]
	event := func(data string) int {
		if p.way%4 == 1 {
			b.WriteString(": OPENROUTER PROCESSING" + eol + eol + "event: message" + eol + "id: 7" + eol)
		}
		b.WriteString("data:")
		if p.way%2 == 0 {
			b.WriteString(" ")
		}
		b.WriteString(data)
		end := b.Len()
		b.WriteString(eol + eol)
		return end
	}
	if p.way%5 == 0 {
		b.WriteString("\ufeff")
	}
	delta := func(delta any) int {
		doc := p.document(map[string]any{"index": 0, "delta": delta})
		if p.way%4 == 2 { // an event of two lines
			doc = strings.Replace(doc, ",", ","+eol+"data: ", 1)
		}
		return event(doc)
	}
	for _, text := range p.reasoning {
		delta(map[string]any{"reasoning": text})
	}
	for _, text := range p.chunks {
		s.texts = append(s.texts, delta(map[string]any{"content": text}))
	}
	if p.arguments != nil {
		delta(map[string]any{"content": nil, "tool_calls": p.toolCalls()})
	}
	s.finish = event(p.document(map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": "stop"}))
	s.done = event("[DONE]")
	s.body = b.String()
	return s
}

func (p *plan) toolCalls() any {
	return []any{map[string]any{
		"index": 0, "id": callID, "type": "function",
		"function": map[string]any{"name": callName, "arguments": strings.Join(p.arguments, "")},
	}}
}

// document is an answer, or a chunk of one, with the usage.
func (p *plan) document(choice map[string]any) string {
	raw, err := json.Marshal(map[string]any{
		"choices": []any{choice},
		"id":      p.id(),
		"usage":   map[string]any{"completion_tokens": p.tokens(), "prompt_tokens": 1, "total_tokens": p.tokens() + 1},
	})
	if err != nil {
		panic(err) // strings and numbers have JSON
	}
	return string(raw)
}

// body is the answer in the form that was asked for.
func (p *plan) body() string {
	if p.stream {
		return p.script().body
	}
	message := map[string]any{"role": "assistant", "content": p.text()}
	if p.reasoning != nil {
		message["reasoning"] = strings.Join(p.reasoning, "")
	}
	if p.arguments != nil {
		message["tool_calls"] = p.toolCalls()
	}
	return p.document(map[string]any{"index": 0, "message": message, "finish_reason": "stop"})
}

// beginning is the part of the body before a cut, at least a byte.
func (p *plan) beginning() string {
	body := p.body()
	return body[:1+int(p.place*float64(len(body)))]
}

// cutAnywhere wants what came whole before the cut.
func cutAnywhere(p *plan) want {
	w := want{end: truncated, attempts: 1}
	if !p.stream {
		return w
	}
	s, at := p.script(), len(p.beginning())
	// Where the framing breaks, an event without its blank line may count or not.
	bare := func(end int) bool { return p.way/4 == 1 && at < end+len("\r\n\r\n") }
	if at >= s.done {
		w.end, w.text = complete, p.text()
		if bare(s.done) {
			w.or, w.upTo = truncated, true
		}
		return w
	}
	isClean := p.way/4 != 1
	if bom := len("\ufeff"); isClean && p.way%5 == 0 && at <= bom {
		w.or, w.code = reported, http.StatusOK // nothing but a byte order mark: the answer is empty
	}
	if isClean && at >= s.finish {
		// A clean end behind the finish reason is an end, unless it leaves half an event.
		w.end, w.or, w.text, w.upTo = complete, truncated, p.text(), true
		return w
	}
	for i, end := range s.texts {
		if end <= at {
			w.text += p.chunks[i]
			w.upTo = bare(end)
		}
	}
	return w
}

// wireRows are connections and framing that break, or are odd.
var wireRows = []row{
	{name: "at odd places", weight: 4, want: completes, wire: func(p *plan, w *wire) {
		if p.way < 6 {
			w.head(p, untilClosed)
			w.scatter(p, p.body(), false)
			return
		}
		w.head(p, chunked+"\r\n"+untilClosed)
		w.scatter(p, p.body(), true)
		w.write("0\r\n\r\n")
	}},
	{name: "cut anywhere", weight: 6, want: cutAnywhere, wire: func(p *plan, w *wire) {
		part := p.beginning()
		switch {
		case !p.stream:
			w.head(p, "Content-Length: "+strconv.Itoa(len(part)+1+p.size))
			w.scatter(p, part, false)
		case p.way < 4: // the connection says nothing about it
			w.head(p, untilClosed)
			w.scatter(p, part, false)
		case p.way < 8:
			w.head(p, chunked)
			w.scatter(p, part, true)
		default: // as if it were complete
			w.head(p, chunked+"\r\n"+untilClosed)
			w.scatter(p, part, true)
			w.write("0\r\n\r\n")
		}
	}},
	{name: "reset anywhere", weight: 3, wire: func(p *plan, w *wire) {
		w.head(p, chunked)
		w.scatter(p, p.beginning(), true)
		w.reset()
	}, want: func(p *plan) want { // what is on its way is lost, or not
		w := want{end: broken, text: p.text(), upTo: true}
		if p.stream && len(p.beginning()) >= p.script().done {
			w.or = complete
		}
		return w
	}},
	{name: "chunked encoding that is none", want: ends(broken, broken), wire: func(p *plan, w *wire) {
		w.head(p, chunked)
		body := p.body()
		if p.stream {
			body = body[:p.script().texts[p.whole-1]] + "\n\n"
		}
		w.write(sized(body) + "what?\r\n")
	}},
	{name: "something that is not HTTP", want: func(*plan) want { return want{end: broken, attempts: allAttempts} },
		wire: func(_ *plan, w *wire) { w.write("SSH-2.0-OpenSSH_9.6\r\n") }},
	{name: "half a head, then answered", want: func(p *plan) want { return want{end: complete, attempts: 1 + p.fails} }, wire: func(p *plan, w *wire) {
		if w.attempt <= p.fails {
			w.write("HTTP/1.1 200 OK\r\nContent-Ty")
			return
		}
		w.head(p, untilClosed)
		w.write(p.body())
	}},
	{name: "closed at once, then answered", want: func(p *plan) want { return want{end: complete, attempts: 1 + p.fails} }, wire: func(p *plan, w *wire) {
		if w.attempt <= p.fails {
			return
		}
		w.head(p, untilClosed)
		w.write(p.body())
	}},
}
