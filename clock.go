package openrouter

import (
	"sync"
	"time"
)

// clock bounds how long something may wait, again and again. A timer that is
// set and stopped for every wait costs more than most chunks do. This one runs
// on: when it rings, it looks at the wait under way, and goes on for what is
// left of it.
type clock struct {
	ring func(reason error) // called when a wait was too long, at most once for each

	mu     sync.Mutex
	timer  *time.Timer
	epoch  time.Time     // what the durations below count from
	rings  time.Duration // when the timer will, 0 if it does not run
	due    time.Duration // when the wait under way is too long, 0 if none is under way
	reason error         // why it is bounded
	ended  bool
}

// start begins a wait of at most d.
func (c *clock) start(d time.Duration, reason error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	if c.timer == nil {
		c.epoch = time.Now()
		c.timer = time.AfterFunc(d, c.look)
		c.rings = d
	}
	c.due, c.reason = time.Since(c.epoch)+d, reason
	if c.rings == 0 || c.due < c.rings {
		c.rings = c.due
		c.timer.Reset(d)
	}
}

// stop ends the wait under way.
func (c *clock) stop() {
	c.mu.Lock()
	c.due = 0
	c.mu.Unlock()
}

// look is what the timer does.
func (c *clock) look() {
	c.mu.Lock()
	left := c.due - time.Since(c.epoch)
	c.rings = 0
	if c.due != 0 && left > 0 {
		c.rings = c.due
		c.timer.Reset(left)
	}
	tooLong, ring, reason := c.due != 0 && left <= 0, c.ring, c.reason
	c.mu.Unlock()
	if tooLong {
		ring(reason)
	}
}

// end lets the timer go. What is started after it is not bounded.
func (c *clock) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due, c.ended = 0, true
	if c.timer != nil {
		c.timer.Stop()
	}
}

// abandon is end for a caller that may not touch the timer, such as a cleanup,
// which is outside of every testing/synctest bubble: the timer rings once more,
// and holds nothing until then.
func (c *clock) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due, c.ended, c.ring = 0, true, nil
}
