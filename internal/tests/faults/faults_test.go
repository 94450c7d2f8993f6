package faults_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
)

// The fault table says what becomes of a call when something goes wrong, one
// row a fault. Each of these files holds the rows of one subject:
//
//	status_test.go   the service refuses, by status
//	retry_test.go    what is repeated, and after which wait
//	clock_test.go    silence, slowness and endless waiting
//	cancel_test.go   the caller cancels, closes, leaves or takes its time
//	end_test.go      answers that stop too soon, or do not stop
//	report_test.go   failures inside an answer with the status 200
//	bound_test.go    too much of anything
//	wire_test.go     connections and framing that break
//	secrets_test.go  servers and networks that repeat what they were told
//
// and server_test.go, socket_test.go and caller_test.go hold the words the rows
// are made of.
type fault struct {
	name string

	do     method                // Create, Stream, or both with the same outcome
	on     place                 // where it is tried; the zero value is everywhere
	with   []openrouter.Option   // of the client
	client http.Client           // its Timeout
	server []reply               // what the server does with each request in turn
	caller caller                // what the caller does besides reading to the end
	check  func(*fault, outcome) // whatever the columns cannot say

	sent    int           // requests that reached the server
	retries int           // repetitions that were announced
	took    time.Duration // by the fake clock; most allows for a random wait
	most    time.Duration
	chunks  int      // delivered, by Stream
	text    string   // delivered
	end     howEnded // as the caller can tell it apart by errors.Is and errors.As
	is      []error
	code    int    // of an APIError
	message string // of an APIError
	partial string // the text that comes with the error
	spent   int    // the completion tokens that come with the error
	memory  uint64 // bytes that may be allocated
	large   bool   // what arrives
}

type method int

const (
	both method = iota
	create
	stream
)

// The ends of a call.
type howEnded string

const (
	complete    howEnded = "complete"
	reported    howEnded = "reported"    // by the service: an *APIError, outermost
	truncated   howEnded = "truncated"   // it stopped before it was done
	silent      howEnded = "silent"      // a clock of this side ran out
	cancelled   howEnded = "cancelled"   // by the caller's context
	closed      howEnded = "closed"      // by the caller
	tooLarge    howEnded = "too large"   // more than was allowed
	undecodable howEnded = "undecodable" // no JSON, or not of the shape
	broken      howEnded = "broken"      // the network's error
	left        howEnded = "left"        // the loop, by the caller: there is no error
)

// anything is a text that the row's check looks at.
const anything = "*"

// endOf tells the ends apart as a user would.
func endOf(err error) howEnded {
	is := func(targets ...error) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
	_, isAPI := errors.AsType[*openrouter.APIError](err)
	_, isDecode := errors.AsType[*openrouter.DecodeError](err)
	switch {
	case err == nil:
		return complete
	case isAPI:
		return reported
	case is(openrouter.ErrStreamClosed):
		return closed
	case is(openrouter.ErrStreamIdle, openrouter.ErrContentTimeout, openrouter.ErrAttemptTimeout):
		return silent
	case is(context.Canceled, context.DeadlineExceeded):
		return cancelled
	case is(openrouter.ErrTooLarge):
		return tooLarge
	case isDecode:
		return undecodable
	case is(io.ErrUnexpectedEOF):
		return truncated
	}
	return broken
}

var faultTable = slices.Concat(statusFaults, retryFaults, waitFaults, clockFaults, cancelFaults, endFaults, bodyFaults, reportFaults, dialectFaults, boundFaults, wireFaults, secretFaults)

func TestFaults(t *testing.T) {
	names := map[string]bool{}
	for i := range faultTable {
		f := &faultTable[i]
		assert.False(t, names[f.name], "two rows are called %q", f.name)
		names[f.name] = true
		t.Run(f.name, func(t *testing.T) { f.run(t, f.expect) })
	}
	assert.GreaterOrEqual(t, len(faultTable), 70)
}

// expect compares what came of a call with the row.
func (f *fault) expect(o outcome) {
	t := o.t
	assert.Equal(t, f.sent, o.sent, "requests sent")
	assert.Len(t, o.retries, f.retries, "repetitions announced")
	if f.sent > 0 {
		assert.Equal(t, f.sent, o.call().Attempts, "CallInfo.Attempts")
	}
	if o.fake {
		if f.most == 0 {
			assert.Equal(t, f.took, o.took, "time taken")
		} else {
			assert.WithinRange(t, time.Time{}.Add(o.took), time.Time{}.Add(f.took), time.Time{}.Add(f.most), "time taken: %v", o.took)
		}
	}
	if o.method == stream {
		assert.Len(t, o.chunks, f.chunks, "chunks delivered")
	}
	assert.Equal(t, f.text, o.text, "text delivered")
	end := endOf(o.err)
	if o.left && o.err == nil {
		end = left
	}
	assert.Equal(t, f.end, end, "the end, which is: %v", o.err)
	for _, target := range f.is {
		assert.ErrorIs(t, o.err, target)
	}
	if f.memory > 0 {
		assert.Less(t, o.memory, f.memory, "bytes allocated")
	}
	f.expectError(o)
	if f.check != nil && !t.Failed() {
		f.check(f, o)
	}
	noSecrets(o, f.large)
}

func (f *fault) expectError(o outcome) {
	t := o.t
	var partial *openrouter.ChatCompletion
	if e, ok := o.err.(*openrouter.APIError); ok {
		partial = e.Partial
		assert.Equal(t, f.code, e.StatusCode, "code")
		if f.message != "" {
			assert.Equal(t, f.message, e.Message)
		}
	} else if o.err != nil {
		assert.NotEqual(t, reported, f.end, "an APIError is not outermost: %T", o.err)
	}
	if e, ok := errors.AsType[*openrouter.StreamError](o.err); ok {
		partial = e.Partial
		assert.NotNil(t, partial)
	}
	if f.partial != anything {
		assert.Equal(t, f.partial, partial.Text(), "the text with the error")
	}
	if partial != nil && partial.Usage != nil {
		assert.Equal(t, f.spent, partial.Usage.CompletionTokens, "the usage with the error")
	} else {
		assert.Zero(t, f.spent, "no usage with the error")
	}
	if f.partial != "" {
		assert.Equal(t, "gen-1", o.call().GenerationID, "the generation")
	}
}
