package jobs

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// errGone is the reason of an error of a call that did not return.
var errGone = errors.New("ended its goroutine, as t.FailNow does")

func gone(name string) error { return fmt.Errorf("jobs: %s %w", name, errGone) }

// guard calls a function of the program. It has a goroutine of its own, because it may end that.
func (s *run) guard(name string, f func() error) error {
	err := gone(name)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				s.panicked(name, v)
			}
		}()
		err = f()
	}()
	<-done
	return err
}

// panicked stops the run, at whose end Run raises the panic again.
func (s *run) panicked(name string, v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopLocked(gone(name))
	if s.panic == nil {
		s.panic = fmt.Sprintf("jobs: %s panicked: %v\n\n%s", name, v, debug.Stack())
	}
}
