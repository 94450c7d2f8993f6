package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/openrouter-go/openrouter"
)

// end is a way a call ends, as a user tells it apart by errors.Is and errors.As.
type end string

const (
	complete    end = "complete"
	reported    end = "reported" // by the service
	truncated   end = "truncated"
	silent      end = "silent" // a clock of this side ran out
	cancelled   end = "cancelled"
	expired     end = "expired" // the context's deadline passed
	closed      end = "closed"
	tooLarge    end = "too large"
	undecodable end = "undecodable"
	broken      end = "broken"    // the network's error
	left        end = "left"      // the loop, by the caller: there is no error
	forgotten   end = "forgotten" // by the caller: nobody knows
)

func endOf(err error) end {
	is := func(targets ...error) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
	_, isAPI := errors.AsType[*openrouter.APIError](err)
	_, isDecode := errors.AsType[*openrouter.DecodeError](err)
	switch {
	case err == nil:
		return complete
	case is(context.Canceled):
		return cancelled
	case is(context.DeadlineExceeded):
		return expired
	case isAPI:
		return reported
	case is(openrouter.ErrStreamClosed):
		return closed
	case is(openrouter.ErrStreamIdle, openrouter.ErrContentTimeout, openrouter.ErrAttemptTimeout):
		return silent
	case is(openrouter.ErrTooLarge):
		return tooLarge
	case isDecode:
		return undecodable
	case is(io.ErrUnexpectedEOF):
		return truncated
	}
	return broken
}

// outcome is what came out of a call.
type outcome struct {
	end    end
	err    error
	opened bool // a stream was

	delivered, thought string // by the chunks
	counted            bool   // chunks were
	chunks             int
	res                *openrouter.ChatCompletion // the answer, or what there is of it
	call               openrouter.CallInfo
}

// failed is the outcome that an error is.
func (o outcome) failed(err error) outcome {
	o.end, o.err = endOf(err), err
	if e, ok := errors.AsType[interface {
		error
		Call() openrouter.CallInfo
	}](err); ok {
		o.call = e.Call()
	}
	if e, ok := errors.AsType[*openrouter.StreamError](err); ok {
		o.res = e.Partial
	}
	if e, ok := errors.AsType[*openrouter.APIError](err); ok {
		o.res = e.Partial
	}
	return o
}

func (o outcome) came(res *openrouter.ChatCompletion) outcome {
	o.end, o.res, o.call = complete, res, res.Call()
	return o
}

// clients are those of the two servers. They do not tell the calls apart.
type clients struct{ fake, wire *openrouter.Client }

// call makes the call of a plan, as its caller would.
func (c *clients) call(ctx context.Context, p *plan) outcome {
	client := c.fake
	if p.row.wire != nil {
		client = c.wire
	}
	var opts []openrouter.Option
	if p.row.with != nil {
		opts = append(opts, p.row.with(p))
	}
	// A context that is not cancelled stays with its parent if the library
	// leaves anything behind in it.
	var cancel context.CancelFunc = func() {}
	switch p.caller {
	case expires:
		ctx, cancel = context.WithTimeout(ctx, p.wait)
	case cancels, cancelsSoon:
		ctx, cancel = context.WithCancel(ctx)
	}
	defer cancel()
	if p.caller == cancelsSoon {
		defer time.AfterFunc(p.wait, cancel).Stop()
	}
	if !p.stream {
		res, err := client.Chat.Create(ctx, p.request(), opts...)
		if err != nil {
			return outcome{}.failed(err)
		}
		return outcome{}.came(res)
	}
	stream, err := client.Chat.Stream(ctx, p.request(), opts...)
	if err != nil {
		return outcome{}.failed(err)
	}
	return p.consume(stream, cancel)
}

// consume does with an open stream what the caller does.
func (p *plan) consume(stream *openrouter.Stream, cancel context.CancelFunc) outcome {
	o := outcome{opened: true}
	switch p.caller {
	case forgets:
		o.end = forgotten
		return o
	case closesSoon:
		defer time.AfterFunc(p.wait, func() { stream.Close() }).Stop()
	case collects:
		res, err := stream.Collect()
		if err != nil {
			return o.failed(err)
		}
		return o.came(res)
	}
	o.counted = true
	for chunk, err := range stream.Chunks() {
		if err != nil {
			return o.failed(err)
		}
		o.chunks++
		o.delivered += chunk.Text()
		o.thought += chunk.Reasoning()
		if o.chunks < p.stop {
			continue
		}
		switch p.caller {
		case leaves:
			o.end, o.res, o.call = left, stream.Response(), stream.Call()
			return o
		case cancels:
			cancel()
		case closes:
			stream.Close()
		}
	}
	return o.came(stream.Response())
}
