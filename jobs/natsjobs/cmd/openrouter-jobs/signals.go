package main

import (
	"context"
	"iter"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/openrouter-go/openrouter/jobs"
)

// signals turns Ctrl-C into a soft end, and a second one into a hard end. A third kills the program,
// as the system does.
type signals struct {
	soft    chan struct{} // is closed by the first
	came    atomic.Bool
	receive chan os.Signal
	done    chan struct{}
}

const draining = "running requests are finished first. Press Ctrl-C again to stop within seconds."

// listen returns a context that the second signal ends, and calls soft at the first. What happens
// then is said.
func listen(ctx context.Context, say func(string), what string, soft func()) (context.Context, *signals) {
	ctx, cancel := context.WithCancel(ctx)
	s := &signals{soft: make(chan struct{}), receive: make(chan os.Signal, 2), done: make(chan struct{})}
	signal.Notify(s.receive, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer cancel()
		select {
		case <-s.receive:
			s.came.Store(true)
			say("Stopping: " + what)
			close(s.soft)
			soft()
		case <-s.done:
			return
		}
		select {
		case <-s.receive:
			say("Stopping now.")
			signal.Stop(s.receive)
		case <-s.done:
		}
	}()
	return ctx, s
}

func (s *signals) stop() {
	signal.Stop(s.receive)
	close(s.done)
}

// until ends a source at the first signal, also while it waits for standard input.
func (s *signals) until(source iter.Seq2[jobs.Job, error]) iter.Seq2[jobs.Job, error] {
	type item struct {
		job jobs.Job
		err error
	}
	return func(yield func(jobs.Job, error) bool) {
		items, left := make(chan item), make(chan struct{})
		defer close(left)
		go func() {
			defer close(items)
			for job, err := range source {
				select {
				case items <- item{job, err}:
				case <-left:
					return
				}
			}
		}()
		for {
			select {
			case <-s.soft:
				return
			case i, ok := <-items:
				if !ok || !yield(i.job, i.err) {
					return
				}
			}
		}
	}
}
