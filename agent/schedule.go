package agent

import (
	"context"
	"errors"
	"maps"
	"math"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/openrouter-go/openrouter"
)

// grace is how long a tool may stay after its timeout.
const grace = time.Second

// job is a call and what becomes of it.
type job struct {
	call    openrouter.ToolCall // with arguments that are a JSON object, unless there is a problem
	problem error               // why it cannot run
	tool    *Tool
	isOpen  bool // it stays without a result
	index   int  // among the calls of the answer

	started bool
	ended   bool
	outcome Outcome

	state   *callState
	watch   openrouter.Observation
	timeout time.Duration
	cancel  context.CancelFunc
	begin   time.Time
	claimed atomic.Bool   // the outcome is decided
	over    chan struct{} // closed when the outcome is decided
}

func newJob(call openrouter.ToolCall, received openrouter.FunctionCall, cut bool) *job {
	j := &job{call: call}
	j.call.Function = received
	args, err := arguments(received, cut)
	if j.problem = err; err != nil {
		return j
	}
	j.call.Function.Arguments = string(args)
	if _, ok := received.Extra["arguments"]; ok {
		j.call.Function.Extra = maps.Clone(received.Extra)
		delete(j.call.Function.Extra, "arguments")
	}
	return j
}

// news is what a running call tells the run.
type news struct {
	job      *job
	progress any // nil for the end of the call

	result Result
	err    error
	panic  *panicked
	goexit bool
	late   bool
	took   time.Duration
}

// crew runs the calls of one answer.
type crew struct {
	l      *loop
	ctx    context.Context // of the calls
	cancel context.CancelCauseFunc
	news   chan news // progress, from goroutines that wait for it
	ends   chan news // one of each job; never blocks
	active int       // jobs that have started and not ended

	fatal  error // of the first call in order that ends the run
	first  int   // its index
	panic  *panicked
	goexit bool
}

// run runs the jobs, in their order as far as they do not run at once, and waits for them.
func (c *crew) run(jobs []*job) {
	defer c.join() // the loop over the events may panic
	for len(jobs) > 0 && !c.isEnding() {
		n := 0
		for n < len(jobs) && !jobs[n].tool.Sequential {
			n++
		}
		n = max(n, 1)
		c.group(jobs[:n])
		jobs = jobs[n:]
	}
}

func (c *crew) isEnding() bool { return c.ctx.Err() != nil || c.l.left }

// group runs jobs at once, as many as are allowed.
func (c *crew) group(jobs []*job) {
	limit := c.l.Parallel
	if limit <= 0 {
		limit = defaultParallel
	}
	for {
		for c.active < limit && len(jobs) > 0 && !c.isEnding() {
			j := jobs[0]
			jobs = jobs[1:]
			if c.l.Parallel == 1 && !c.announce(j) {
				break
			}
			c.start(j)
			if c.l.Parallel != 1 {
				c.announce(j)
			}
		}
		if c.active == 0 {
			return
		}
		c.hear()
	}
}

// join waits for the jobs that have started.
func (c *crew) join() {
	for c.active > 0 {
		c.cancel(toldEnded)
		c.hear()
	}
}

// hear waits for the next news.
func (c *crew) hear() {
	select {
	case n := <-c.news:
		if !n.job.ended {
			call := n.job.call
			c.l.send(Event{Call: &call, Progress: n.progress})
		}
	case n := <-c.ends:
		c.active--
		c.end(n)
	}
	if c.l.left {
		c.cancel(errLeft)
	}
}

// announce tells the consumer that a job starts, or has started.
func (c *crew) announce(j *job) bool {
	call := j.call
	return c.l.send(Event{Call: &call})
}

// start starts a job. It runs in this goroutine if nothing needs another one.
func (c *crew) start(j *job) {
	ctx, watch := c.l.observeCall(c.ctx, j.call) // first: it may panic
	j.watch = watch
	c.active++
	j.started = true
	j.timeout = c.l.ToolTimeout
	if j.tool.Timeout != 0 {
		j.timeout = j.tool.Timeout
	}
	j.over = make(chan struct{})
	j.state = &callState{job: j, meter: &c.l.meter}
	if c.l.yield != nil {
		j.state.progress = c.news
	}
	ctx = context.WithValue(ctx, callKey{}, j.state)
	j.cancel = func() {}
	j.begin = time.Now() // before the timeout begins, so that a call that reaches it took at least that long
	if j.timeout > 0 {
		ctx, j.cancel = context.WithTimeout(ctx, j.timeout)
	}
	if c.l.Parallel == 1 && c.l.yield == nil && j.timeout <= 0 {
		c.work(ctx, j)
		return
	}
	if j.timeout > 0 {
		last := j.timeout + min(grace, math.MaxInt64-j.timeout)
		timer := time.AfterFunc(last, func() { c.claim(news{job: j, late: true, took: last}) })
		stop := j.cancel
		j.cancel = func() { timer.Stop(); stop() }
	}
	go c.work(ctx, j)
}

// work calls the tool. A panic, and the end of the goroutine, become news.
func (c *crew) work(ctx context.Context, j *job) {
	n := news{job: j}
	isReturned := false
	defer func() {
		if !isReturned {
			if v := recover(); v != nil {
				n.panic = &panicked{j.call.Function.Name, v, debug.Stack()}
			} else {
				n.goexit = true
			}
		}
		n.took = time.Since(j.begin)
		c.claim(n)
	}()
	n.result, n.err = j.tool.Call(ctx, j.call)
	isReturned = true
}

// claim decides the outcome of a job. What comes second is dropped.
func (c *crew) claim(n news) {
	if !n.job.claimed.Swap(true) {
		n.tell(n.job.watch)
		close(n.job.over)
		c.ends <- n
	}
}

// end takes over the outcome of a job.
func (c *crew) end(n news) {
	j := n.job
	j.cancel()
	result, err := n.result, n.err
	switch {
	case n.late, j.timeout > 0 && n.took >= j.timeout && errors.Is(err, context.DeadlineExceeded):
		err = told("timed out after " + j.timeout.String())
	case n.panic != nil:
		result, err = Result{}, n.panic
		if c.panic == nil {
			c.panic = n.panic
		}
	case n.goexit:
		result, err = Result{}, toldGone
		c.goexit = true
	}
	if f, ok := errors.AsType[*fatal](err); ok && n.panic == nil {
		if c.fatal == nil || j.index < c.first {
			c.fatal, c.first = f.err, j.index
		}
		err = f.err
	}
	c.l.conclude(j, result, err, n.took)
	if c.fatal != nil || c.panic != nil || c.goexit {
		c.cancel(toldEnded)
	}
}
