package main

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

type reply = openroutertest.Reply

// row is one thing that goes wrong, or does not.
type row struct {
	name   string
	weight int  // how often it is drawn; 0 is 1
	only   form // in which it has a meaning
	reply  func(p *plan, attempt int) reply
	wire   func(p *plan, w *wire) // in place of reply
	with   func(p *plan) openrouter.Option
	want   func(p *plan) want
}

type form int

const (
	both form = iota
	streams
	wholes
)

// want is how a call must end.
type want struct {
	end      end
	or       end // is as right, if set
	attempts int // 0 is any number
	text     string
	upTo     bool // only a beginning of text needs to have come
	code     int
	waited   time.Duration // at least, between attempts
}

// completes wants the whole answer.
func completes(*plan) want { return want{end: complete, attempts: 1} }

// ends wants half an answer and an end, which differs with the form.
func ends(stream, whole end) func(*plan) want {
	return func(p *plan) want {
		if p.stream {
			return want{end: stream, attempts: 1, text: p.delivered()}
		}
		return want{end: whole, attempts: 1}
	}
}

// stalls wants a clock of this side to end the call. On a busy machine it may do
// so before the first half has arrived.
func stalls(p *plan) want {
	return want{end: silent, attempts: 1, text: p.delivered(), upTo: true}
}

func (p *plan) delivered() string { return strings.Join(p.chunks[:p.whole], "") }

// refused wants the failure with that code after so many attempts.
func refused(code, attempts int) want { return want{end: reported, code: code, attempts: attempts} }

const (
	allAttempts = 3
	impatience  = 300 * time.Millisecond
)

func draws(weight int) int { return max(weight, 1) }

var rows = append(append(append([]row{}, answerRows...), failureRows...), wireRows...)

func drawRow(r *rand.Rand) *row {
	total := 0
	for i := range rows {
		total += draws(rows[i].weight)
	}
	n := r.IntN(total)
	for i := range rows {
		if n -= draws(rows[i].weight); n < 0 {
			return &rows[i]
		}
	}
	return nil
}

func impatient(p *plan) openrouter.Option {
	if p.stream {
		return openrouter.WithStreamIdleTimeout(impatience)
	}
	return openrouter.WithTimeout(impatience)
}

// answerRows are answers that are complete, slow, or stop.
var answerRows = []row{
	{name: "plain", weight: 12, want: completes, reply: func(p *plan, _ int) reply { return p.answer() }},
	{name: "slow", weight: 24, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Pace(p.pace / time.Duration(1+len(p.chunks)/12)) }},
	{name: "late", weight: 4, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Latency(5 * p.pace) }},
	{name: "in pieces", weight: 2, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Drip(p.size+20, 0) }},
	{name: "in slow pieces", weight: 4, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Drip(500+p.size, p.pace/10) }},
	{name: "keep-alives", weight: 4, want: completes, reply: func(p *plan, _ int) reply {
		return p.answer(openroutertest.KeepAlive(1+p.way).Padding(p.size).Processing(p.pace/4, 2*p.pace))
	}},
	{name: "JSON for a stream", want: completes, reply: func(p *plan, _ int) reply { return p.answer().NoStream() }},
	{name: "more after the end", weight: 2, only: streams, want: completes, reply: func(p *plan, _ int) reply {
		return p.answer().Done().Text("late").Event("{not json").Comment("late").Raw("}{\x00")
	}},
	{name: "an error after the end", only: streams, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Done().MidStreamError(p.code, "") }},
	{name: "late end of the body", only: streams, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Done().Pause(20 * time.Millisecond) }},
	{name: "no end of the body", only: streams, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Done().Stall() }},
	{name: "cut after the end", only: streams, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Done().Cut() }},
	{name: "a flood after the end", only: streams, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Done().Flood(100, strings.Repeat(": x\n", 1000)) }},

	{name: "truncated", weight: 2, want: ends(truncated, undecodable), reply: func(p *plan, _ int) reply { return p.half().Truncate() }},
	{name: "truncated with the bill", only: streams, want: completes, reply: func(p *plan, _ int) reply { return p.answer().Finish().Truncate() }},
	{name: "cut", weight: 2, want: ends(truncated, truncated), reply: func(p *plan, _ int) reply { return p.half().Pause(time.Millisecond).Cut() }},
	{name: "cut in an event", only: streams, want: ends(truncated, ""), reply: func(p *plan, _ int) reply { return p.half().Raw(`data: {"choices":[{"index":0,"del`).Cut() }},
	{name: "cut in pieces", want: ends(truncated, truncated), reply: func(p *plan, _ int) reply { return p.half().Drip(p.size+20, 0).Cut() }},
	{name: "stalls", weight: 2, with: impatient, want: stalls, reply: func(p *plan, _ int) reply { return p.half().Stall() }},
	{name: "never begins", with: func(*plan) openrouter.Option { return openrouter.WithTimeout(impatience) }, want: stalls,
		reply: func(p *plan, _ int) reply { return p.answer().Latency(openroutertest.Forever) }},
	{name: "at work for ever", weight: 2, only: streams, want: stalls,
		with:  func(*plan) openrouter.Option { return openrouter.WithContentTimeout(impatience, impatience) },
		reply: func(p *plan, _ int) reply { return p.half().Processing(20*time.Millisecond, openroutertest.Forever) }},

	{name: "no answer", want: func(p *plan) want { return refused(http.StatusOK, 1) }, reply: func(*plan, int) reply { return openroutertest.Truncate() }},
	{name: "no JSON", only: streams, want: ends(undecodable, ""), reply: func(p *plan, _ int) reply { return p.half().Event(`{"choices":[{]}`).Text("more") }},
	{name: "choices that are no list", only: streams, want: ends(undecodable, ""), reply: func(p *plan, _ int) reply { return p.half().Event(`{"choices":"none"}`) }},
	{name: "too large", want: ends(tooLarge, tooLarge), reply: func(p *plan, _ int) reply {
		return p.half().Pause(time.Millisecond).Event(`{"id":"`+strings.Repeat("x", 70<<10)+`","choices":[]}`).Member("padding", strings.Repeat("x", 70<<10))
	}, with: func(p *plan) openrouter.Option {
		if p.stream {
			return openrouter.WithMaxEventSize(64 << 10)
		}
		return openrouter.WithMaxBodySize(64 << 10)
	}},
}

const page = "<html><body>Please sign in to the network of the hotel</body></html>"

// failureRows are failures that the service reports.
var failureRows = []row{
	{name: "refused, then answered", weight: 6, reply: func(p *plan, n int) reply {
		if n > p.fails {
			return p.answer()
		}
		return p.hinted(openroutertest.Error(p.code, ""))
	}, want: func(p *plan) want {
		return want{end: complete, attempts: 1 + p.fails, waited: time.Duration(p.fails) * p.leastWait()}
	}},
	{name: "refused every time", want: func(p *plan) want { return refused(p.code, allAttempts) }, reply: func(p *plan, _ int) reply { return openroutertest.Error(p.code, "") }},
	{name: "refused for good", want: func(p *plan) want { return refused(p.final, 1) }, reply: func(p *plan, _ int) reply { return openroutertest.Error(p.final, "") }},
	{name: "refused for an hour", want: func(p *plan) want { return refused(p.code, 1) }, reply: func(p *plan, _ int) reply { return openroutertest.Error(p.code, "").RetryAfter(time.Hour) }},
	{name: "an error with the status 200, then answered", weight: 2, reply: func(p *plan, n int) reply {
		if n > p.fails {
			return p.answer()
		}
		return openroutertest.Error(p.code, "").Status(http.StatusOK)
	}, want: func(p *plan) want { return want{end: complete, attempts: 1 + p.fails} }},
	{name: "an error with the status 200, for good", want: func(p *plan) want { return refused(p.final, 1) },
		reply: func(p *plan, _ int) reply { return openroutertest.Error(p.final, "").Status(http.StatusOK) }},
	{name: "fails at once, then answered", weight: 2, reply: func(p *plan, n int) reply {
		if n > p.fails {
			return p.answer()
		}
		return openroutertest.KeepAlive(p.way).MidStreamError(p.code, "").Shape(p.shape)
	}, want: func(p *plan) want { return want{end: complete, attempts: 1 + p.fails} }},
	{name: "fails half way", weight: 8, reply: func(p *plan, _ int) reply { return p.half().MidStreamError(p.code, "").Shape(p.shape) }, want: failsHalfWay},
	{name: "fails half way, and is cut", only: streams, want: failsHalfWay,
		reply: func(p *plan, _ int) reply { return p.half().MidStreamError(p.code, "").Shape(p.shape).Cut() }},
	{name: "no choices", want: func(*plan) want { return refused(http.StatusOK, allAttempts) }, reply: func(*plan, int) reply { return openroutertest.NoChoices() }},
	{name: "HTML with the status 200", want: func(*plan) want { return refused(http.StatusOK, 1) }, reply: func(*plan, int) reply { return openroutertest.HTML(http.StatusOK, page) }},
	{name: "HTML with another status", want: func(p *plan) want { return refused(p.code, allAttempts) }, reply: func(p *plan, _ int) reply { return openroutertest.HTML(p.code, page) }},
	{name: "a redirect", want: func(*plan) want { return refused(http.StatusTemporaryRedirect, 1) },
		reply: func(*plan, int) reply {
			return openroutertest.Raw("").Status(http.StatusTemporaryRedirect).Header("Location", "/")
		}},
	{name: "reset, then answered", weight: 2, reply: func(p *plan, n int) reply {
		if n > p.fails {
			return p.answer()
		}
		return openroutertest.Reset()
	}, want: func(p *plan) want { return want{end: complete, attempts: 1 + p.fails} }},
	{name: "reset every time", want: func(*plan) want { return want{end: broken, attempts: allAttempts} }, reply: func(*plan, int) reply { return openroutertest.Reset() }},
}

// failsHalfWay wants the report. An answer in one piece with nothing of the
// answer beside the report is asked for again.
func failsHalfWay(p *plan) want {
	w := want{end: reported, code: p.code, attempts: 1, text: p.delivered()}
	switch p.shape {
	case openroutertest.ShapeNoError:
		w.code = http.StatusOK
		fallthrough
	case openroutertest.ShapeBare, openroutertest.ShapeNulls:
		if !p.stream {
			w.attempts, w.text = allAttempts, ""
		}
	}
	return w
}

// hints are the ways to say when to try again.
const hints = 5

// hinted adds one.
func (p *plan) hinted(r reply) reply {
	switch p.hint {
	case 1:
		return r.Header("Retry-After-Ms", strconv.Itoa(p.size))
	case 2:
		return r.RetryAfter(time.Second)
	case 3:
		return r.RateLimit(20, 0, time.Now().Add(500*time.Millisecond))
	case 4:
		return r.Availability(openrouter.Availability{Code: openrouter.AvailabilityCodeCapacityExhausted, Retryable: true, RetryAfter: 0.25})
	}
	return r
}

// leastWait is what a hint asks for.
func (p *plan) leastWait() time.Duration {
	switch p.hint {
	case 1:
		return time.Duration(p.size) * time.Millisecond
	case 2:
		return time.Second
	case 4:
		return 250 * time.Millisecond
	}
	return 0
}
