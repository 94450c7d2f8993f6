package openroutertest

import (
	"strings"
	"time"

	"github.com/openrouter-go/openrouter/internal/sse"
)

// The service's sign of life, in a stream and in other answers.
const (
	processing = "OPENROUTER PROCESSING"
	padding    = "\n         \n"
)

// KeepAlive sends n keep-alives, as the service does while it works: comments in a
// stream, white space in other answers.
func (r Reply) KeepAlive(n int) Reply {
	return r.step(comment{text: processing, pad: padding, times: n})
}

// Processing sends a keep-alive after each interval, for a total time or [Forever].
// The interval should not be 0. See [Reply.KeepAlive].
func (r Reply) Processing(every, total time.Duration) Reply {
	times := -1
	if total != Forever {
		times = int(total / max(every, 1))
	}
	return r.step(comment{text: processing, pad: padding, times: times, wait: every})
}

// Comment adds a comment to a stream. An answer of Create leaves it out.
func (r Reply) Comment(text string) Reply {
	return r.step(comment{text: text, times: 1})
}

// Padding adds n pieces of white space to an answer that is not a stream. The
// service begins such answers with white space while it waits for the model.
func (r Reply) Padding(n int) Reply {
	return r.step(comment{pad: padding, times: n})
}

// Pause waits before the next step. With [Forever] it is [Reply.Stall].
func (r Reply) Pause(d time.Duration) Reply { return r.step(pause(d)) }

// Stall sends nothing more and keeps the connection open until the request ends. A
// stream stalls after the earlier steps. An answer of Create stalls in the middle of
// its JSON, or before its JSON if there are no earlier steps.
func (r Reply) Stall() Reply { return r.step(pause(Forever)) }

// Truncate ends the body at this point, as if it were complete. A stream has no
// [DONE] then. An answer of Create has the first half of its JSON, or an empty body
// if there are no earlier steps.
func (r Reply) Truncate() Reply { return r.step(stop(endBody)) }

// Cut breaks the connection at the point where [Reply.Truncate] would end the body.
func (r Reply) Cut() Reply { return r.step(stop(cutBody)) }

// Reset breaks the connection before any response. Of the other methods only
// [Reply.Latency] has an effect on such a reply.
func (r Reply) Reset() Reply {
	r.reset = true
	return r
}

// Finish sends the end of a stream without [DONE]: the finish reason and the usage.
func (r Reply) Finish() Reply { return r.step(finish{}) }

// Done sends the end of the answer. In a stream that is the finish reason, the
// usage and [DONE]. Later steps are sent after it.
func (r Reply) Done() Reply { return r.step(finish{done: true}) }

// Raw adds bytes to the body of a stream, unchanged. An answer of Create leaves them
// out, unless the reply was made by the function [Raw].
func (r Reply) Raw(data string) Reply { return r.Flood(1, data) }

// Flood is [Reply.Raw] repeated n times, or without end if n is negative.
func (r Reply) Flood(n int, data string) Reply {
	return r.step(raw{data: []byte(data), times: n})
}

// Event adds an event with this data to a stream, unchanged. An answer of Create
// leaves it out.
func (r Reply) Event(data string) Reply {
	return r.step(raw{data: sse.AppendEvent(nil, []byte(data)), times: 1, event: true})
}

// Latency sets the wait before the response begins.
func (r Reply) Latency(d time.Duration) Reply {
	r.latency = d
	return r
}

// Pace sets the wait before each event of a stream. An answer of Create takes as long
// as a stream of the same content.
func (r Reply) Pace(d time.Duration) Reply {
	r.pace = d
	return r
}

// Drip sends the body in pieces of size bytes, with a pause between them.
func (r Reply) Drip(size int, pause time.Duration) Reply {
	r.size, r.gap = size, pause
	return r
}

type comment struct {
	text, pad string
	times     int
	wait      time.Duration
}

func (c comment) stream(s *streaming) {
	if c.text != "" && c.times != 0 {
		s.ops = append(s.ops, op{wait: c.wait, data: sse.AppendComment(nil, c.text), times: c.times})
	}
}

func (c comment) whole(w *whole) {
	if c.pad != "" && c.times != 0 {
		w.ops = append(w.ops, op{wait: c.wait, data: []byte(c.pad), times: c.times})
	}
}

func (c comment) String() string {
	if c.text == "" {
		return "Padding"
	}
	return "KeepAlive"
}

type pause time.Duration

func (p pause) stream(s *streaming) {
	if time.Duration(p) == Forever {
		s.stop(op{wait: Forever})
		return
	}
	s.wait(time.Duration(p))
}

func (p pause) whole(w *whole) {
	if time.Duration(p) == Forever {
		w.stop(op{wait: Forever})
		return
	}
	w.wait(time.Duration(p))
}

func (p pause) String() string {
	if time.Duration(p) == Forever {
		return "Stall"
	}
	return "Pause(" + time.Duration(p).String() + ")"
}

type stop ending

func (e stop) stream(s *streaming) { s.stop(op{end: ending(e)}) }
func (e stop) whole(w *whole)      { w.stop(op{end: ending(e)}) }

func (e stop) String() string {
	if ending(e) == cutBody {
		return "Cut"
	}
	return "Truncate"
}

type finish struct{ done bool }

func (f finish) stream(s *streaming) {
	if f.done {
		s.done()
		return
	}
	s.finish()
}

func (f finish) whole(w *whole) {
	if f.done && !w.sent {
		w.send()
	}
}

func (f finish) String() string {
	if f.done {
		return "Done"
	}
	return "Finish"
}

type raw struct {
	data  []byte
	times int
	event bool
}

func (r raw) stream(s *streaming) {
	if r.times == 0 || len(r.data) == 0 {
		return
	}
	wait := time.Duration(0)
	if r.event {
		wait = s.reply.pace
	}
	s.ops = append(s.ops, op{wait: wait, data: r.data, times: r.times})
}

func (r raw) whole(w *whole) {
	if w.reply.verbose && !r.event && r.times != 0 && len(r.data) > 0 {
		w.ops = append(w.ops, op{data: r.data, times: r.times})
	}
}

func (r raw) String() string {
	if r.event {
		return "Event(" + quoted(strings.TrimSpace(string(r.data))) + ")"
	}
	return "Raw(" + quoted(string(r.data)) + ")"
}
