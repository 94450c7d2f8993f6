package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/openrouter-go/openrouter/jobs"
)

// lineEvery is how often a line is written where there is no terminal.
const lineEvery = 10 * time.Second

const barWidth = 24

// progress shows how far a run is: a bar on a terminal, and lines elsewhere.
type progress struct {
	out   io.Writer
	start time.Time

	mu    sync.Mutex
	total int         // of jobs; 0 is not known
	first jobs.Status // at the start
	now   jobs.Status
	asked int // jobs that have been recorded since

	pool *mpb.Progress // nil without a terminal
	bar  *mpb.Bar
	done chan struct{}
	wait sync.WaitGroup
}

// newProgress shows progress on standard error, or nothing if quiet. The total is that of all jobs,
// and first the status before the start.
func newProgress(total int, first jobs.Status, quiet bool) *progress {
	p := &progress{out: os.Stderr, start: time.Now(), total: total, first: first, now: first, done: make(chan struct{})}
	switch {
	case quiet:
		p.out = io.Discard
	case term.IsTerminal(int(os.Stderr.Fd())):
		p.pool = mpb.New(mpb.WithOutput(os.Stderr), mpb.WithAutoRefresh())
		p.bar = p.pool.AddBar(int64(max(total, 1)), mpb.BarWidth(barWidth),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.text() })))
	default:
		p.wait.Go(p.lines)
	}
	return p
}

func (p *progress) lines() {
	ticker := time.NewTicker(lineEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.say(p.text())
		case <-p.done:
			return
		}
	}
}

// set takes a new status, after so many recorded jobs.
func (p *progress) set(s jobs.Status, asked int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now, p.asked = s, asked
	p.total = max(p.total, s.Done+s.Failed)
	if p.bar != nil {
		// A bar that is full would be the last word.
		p.bar.SetTotal(int64(p.total+1), false)
		p.bar.SetCurrent(int64(s.Done + s.Failed))
	}
}

// say writes a line above the bar.
func (p *progress) say(text string) {
	p.mu.Lock()
	pool := p.pool
	p.mu.Unlock()
	if pool != nil {
		fmt.Fprintln(pool, text)
		return
	}
	fmt.Fprintln(p.out, text)
}

// end removes the bar.
func (p *progress) end() {
	close(p.done)
	p.wait.Wait()
	if p.bar == nil {
		return
	}
	p.bar.Abort(true)
	p.pool.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pool = nil
}

// text is what there is to say about now.
func (p *progress) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, seconds := p.now, time.Since(p.start).Seconds()
	text := fmt.Sprintf("%s done, %s failed", comma(s.Done), comma(s.Failed))
	left := p.total - s.Done - s.Failed
	if p.total > 0 {
		text += fmt.Sprintf(", %s left", comma(left))
	}
	tokens := s.Usage.TotalTokens - p.first.Usage.TotalTokens
	text += fmt.Sprintf(", %s tokens/s, %s", comma(int(float64(tokens)/seconds)), usd(s.Usage.Cost))
	if p.asked > 0 && left > 0 {
		share := float64(left) / float64(p.asked)
		cost := (s.Usage.Cost - p.first.Usage.Cost) * share
		text += fmt.Sprintf(", %s to come, %s to go", usd(cost), rough(time.Duration(seconds*share*float64(time.Second))))
	}
	if s.Paused > 0 {
		text += fmt.Sprintf(", paused for %s", rough(s.Paused))
	}
	return text
}

func comma(n int) string { return humanize.Comma(int64(n)) }

func usd(cost float64) string {
	if cost != 0 && cost < 0.01 {
		return fmt.Sprintf("$%.4f", cost)
	}
	return "$" + humanize.FormatFloat("#,###.##", cost)
}

// rough rounds a duration to what is worth reading.
func rough(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}
