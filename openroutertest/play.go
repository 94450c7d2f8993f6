package openroutertest

import (
	"math"
	"time"
)

// Forever is a wait that does not end by itself. It ends with the request or the
// server.
const Forever = time.Duration(math.MaxInt64)

// op is one thing that happens while the body of an answer is sent: data is
// sent, times over and each time after the wait.
type op struct {
	wait  time.Duration
	data  []byte
	times int // 0 is once, negative is without end
	end   ending
}

type ending int

const (
	goOn    ending = iota
	endBody        // as it should end
	cutBody        // as a broken connection does
)

// player takes a body apart into the pieces to send.
type player struct {
	ops  []op
	size int           // of a piece at most; 0 is no limit
	gap  time.Duration // between pieces, where there is a size

	offset int // in ops[0].data
	begun  bool
}

// next returns the next piece, which may be empty, what to wait for before it is
// sent, and whether it ends the body.
func (p *player) next() (piece []byte, wait time.Duration, end ending) {
	if len(p.ops) == 0 {
		return nil, 0, endBody
	}
	o := &p.ops[0]
	piece = o.data[p.offset:]
	if p.offset == 0 {
		wait = o.wait
	}
	if p.size > 0 && len(piece) > 0 {
		piece = piece[:min(len(piece), p.size)]
		if p.begun {
			wait = sum(wait, p.gap)
		}
		p.begun = true
	}
	p.offset += len(piece)
	if p.offset < len(o.data) {
		return piece, wait, goOn
	}
	p.offset = 0
	if end = o.end; end != goOn || o.times == 0 || o.times == 1 {
		p.ops = p.ops[1:]
	} else if o.times > 0 {
		o.times--
	}
	return piece, wait, end
}

// floods reports whether the next piece repeats the last one at once.
func (p *player) floods() bool {
	return len(p.ops) > 0 && p.ops[0].times != 0 && p.ops[0].wait == 0 && p.gap == 0
}

// sum adds times that may be [Forever].
func sum(a, b time.Duration) time.Duration {
	a, b = max(a, 0), max(b, 0)
	if a > Forever-b {
		return Forever
	}
	return a + b
}
