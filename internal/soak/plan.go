package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// plan is all that is to be known about a call. It is drawn from its number.
type plan struct {
	seed   uint64
	row    *row
	stream bool
	caller behavior
	stop   int           // the chunk at which the caller stops
	wait   time.Duration // after which it stops, where it does so from aside

	chunks    []string // of the text, at least one
	reasoning []string
	arguments []string // of a tool call, in fragments; nil for none
	whole     int      // how many chunks arrive before something goes wrong, at least one

	fails int // attempts that fail before one succeeds
	code  int // of a failure
	final int // of a failure that is not repeated
	hint  int // the way in which it says when to try again
	shape openroutertest.ErrorShape
	size  int // of the pieces of a body
	pace  time.Duration
	place float64 // of a cut, as a part of the body
	way   int     // one of the ways in which something is done
}

// behavior is what the caller does with a stream.
type behavior int

const (
	reads       behavior = iota
	collects             // with Collect
	leaves               // breaks out of the loop
	cancels              // from within the loop
	closes               // from within the loop
	cancelsSoon          // from another goroutine, at any time
	closesSoon           // from another goroutine, at any time
	expires              // by the context's deadline
	forgets              // drops the stream, for the garbage collector
)

var behaviors = []behavior{
	reads, reads, reads, reads, reads, reads, reads, reads, collects, collects, collects, collects,
	leaves, cancels, closes, cancelsSoon, closesSoon, expires, forgets,
}

func (b behavior) String() string {
	return []string{"reads", "collects", "leaves", "cancels", "closes", "cancels soon", "closes soon", "expires", "forgets"}[b]
}

// interrupts reports whether the caller may end the call at any time.
func (b behavior) interrupts() bool { return b == cancelsSoon || b == closesSoon || b == expires }

// pieces are what texts are made of: what JSON and event streams are hard with.
var pieces = []string{
	"the ", "quick ", "brown ", "fox ", "jumps ", "over ", "it. ", "é", "ß ", "日本語", "🧭", "👩‍👩‍👧", `"`, `\`, `\n`, "\n", "\r\n", "\t", "\u2028", "\x00", "\x7f", "<&>", "{}", "0", " ",
	"data: [DONE]\n\n", "\n\ndata: ", ": comment", "[DONE]", `{"error":{"code":500}}`, "\ufeff", "�", "&amp;", "%00",
}

// newPlan draws a plan. Both processes do, so what is drawn must not depend on
// anything but the seed.
func newPlan(seed uint64) *plan {
	r := rand.New(rand.NewPCG(seed, 0))
	p := &plan{seed: seed, stream: r.IntN(4) > 0}
	for p.row == nil || p.row.only == wholes && p.stream || p.row.only == streams && !p.stream {
		p.row = drawRow(r)
	}
	p.caller = behaviors[r.IntN(len(behaviors))]
	if !p.stream && !p.caller.interrupts() || p.caller == closesSoon && !p.stream {
		p.caller = reads
	}
	p.stop = 1 + r.IntN(8)
	p.wait = time.Duration(r.IntN(600_000)) * time.Microsecond

	n := 1 + r.IntN(12)
	if r.IntN(10) == 0 {
		n = 100 + r.IntN(100)
	}
	p.chunks = texts(r, n, strconv.FormatUint(seed, 10)+" ")
	if r.IntN(3) == 0 {
		p.reasoning = texts(r, 1+r.IntN(5), "thought ")
	}
	if r.IntN(4) == 0 {
		p.arguments = append([]string{`{"a":"`}, strconv.FormatUint(seed, 36), `","b":[1,2,`, strconv.Itoa(r.IntN(1000)), "]}")
	}
	p.whole = 1 + r.IntN(len(p.chunks))

	p.fails = 1 + r.IntN(2)
	p.code = []int{408, 429, 500, 502, 503, 504, 524, 529}[r.IntN(8)]
	p.final = []int{400, 401, 402, 403, 404, 413, 422}[r.IntN(7)]
	p.hint = r.IntN(hints)
	p.shape = openroutertest.ErrorShape(r.IntN(int(openroutertest.ShapeNoError) + 1))
	p.size = 1 + r.IntN(200)
	p.pace = time.Duration(5+r.IntN(200)) * time.Millisecond
	p.place = r.Float64()
	p.way = r.IntN(12)
	return p
}

// texts draws n texts of which the first begins with that.
func texts(r *rand.Rand, n int, begin string) []string {
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		b.WriteString(begin)
		begin = ""
		for range 1 + r.IntN(6) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		out[i] = b.String()
	}
	return out
}

func (p *plan) String() string {
	form := "Create"
	if p.stream {
		form = "Stream"
	}
	return fmt.Sprintf("-plan %d (%s, %q, the caller %v)", p.seed, form, p.row.name, p.caller)
}

func (p *plan) id() string   { return "gen-" + strconv.FormatUint(p.seed, 36) }
func (p *plan) text() string { return strings.Join(p.chunks, "") }

// request is what the client sends.
func (p *plan) request() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "soak/test", Messages: []openrouter.Message{openrouter.UserMessage(strconv.FormatUint(p.seed, 10))}}
}

// tokens is the completion tokens of a complete answer.
func (p *plan) tokens() int { return int(p.seed%1000) + 1 }

// answer is the whole answer, as the fake gives it, after what the reply has.
func (p *plan) answer(after ...openroutertest.Reply) openroutertest.Reply {
	a := p.begun(after).Text(p.chunks...)
	if p.arguments != nil {
		a = a.ToolCallChunks(callID, callName, p.arguments...)
	}
	return a.Usage(1, p.tokens())
}

const callID, callName = "call_1", "lookup"

// half is the answer up to where something goes wrong.
func (p *plan) half() openroutertest.Reply { return p.begun(nil).Text(p.chunks[:p.whole]...) }

func (p *plan) begun(after []openroutertest.Reply) (r openroutertest.Reply) {
	if len(after) > 0 {
		r = after[0]
	}
	if p.reasoning == nil {
		return r
	}
	return r.Reasoning(p.reasoning...)
}
