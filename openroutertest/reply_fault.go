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

// KeepAlive lets the service say n times that it is still at work: a stream gets
// comments, other answers get white space.
func (r Reply) KeepAlive(n int) Reply {
	return r.step(comment{text: processing, pad: padding, times: n})
}

// Processing lets the service say for some time, or [Forever], that it is still
// at work, each time after the wait, which should not be 0.
func (r Reply) Processing(every, total time.Duration) Reply {
	times := -1
	if total != Forever {
		times = int(total / max(every, 1))
	}
	return r.step(comment{text: processing, pad: padding, times: times, wait: every})
}

// Comment adds a comment to a stream.
func (r Reply) Comment(text string) Reply {
	return r.step(comment{text: text, times: 1})
}

// Padding adds n pieces of white space to an answer that is not a stream. The
// service begins such answers with them while it waits for the model.
func (r Reply) Padding(n int) Reply {
	return r.step(comment{pad: padding, times: n})
}

// Pause lets time pass, or with [Forever] lets nothing more come.
func (r Reply) Pause(d time.Duration) Reply { return r.step(pause(d)) }

// Stall lets nothing more come, while the connection stays open: in a stream
// after what was added before; otherwise in the middle of the answer, or before
// it if nothing was added. It ends with the request.
func (r Reply) Stall() Reply { return r.step(pause(Forever)) }

// Truncate ends the body here, as if it were complete: a stream has no [DONE],
// another answer only the first half of its JSON, or nothing of it if nothing
// was added before.
func (r Reply) Truncate() Reply { return r.step(stop(endBody)) }

// Cut breaks the connection where [Reply.Truncate] would end the body.
func (r Reply) Cut() Reply { return r.step(stop(cutBody)) }

// Reset breaks the connection before there is any answer. Only
// [Reply.Latency] matters beside it.
func (r Reply) Reset() Reply {
	r.reset = true
	return r
}

// Finish adds the end of the answer to a stream, the finish reason and the
// usage, but not yet [DONE].
func (r Reply) Finish() Reply { return r.step(finish{}) }

// Done adds the end of the answer and, to a stream, [DONE]. What is added
// afterwards comes behind it.
func (r Reply) Done() Reply { return r.step(finish{done: true}) }

// Raw adds bytes as they are to the body of a stream. To other answers it adds
// them only if the reply began with [Raw].
func (r Reply) Raw(data string) Reply { return r.Flood(1, data) }

// Flood is [Reply.Raw] n times over, or without end if n is negative.
func (r Reply) Flood(n int, data string) Reply {
	return r.step(raw{data: []byte(data), times: n})
}

// Event adds an event with this data to a stream, as it is. Other answers leave
// it out.
func (r Reply) Event(data string) Reply {
	return r.step(raw{data: sse.AppendEvent(nil, []byte(data)), times: 1, event: true})
}

// Latency is the time before the first byte of the response.
func (r Reply) Latency(d time.Duration) Reply {
	r.latency = d
	return r
}

// Pace is the time before each event of a stream. Other answers take as long as
// the stream of their content.
func (r Reply) Pace(d time.Duration) Reply {
	r.pace = d
	return r
}

// Drip sends the body in pieces of so many bytes, with a pause between them.
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
