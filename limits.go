package openrouter

import (
	"fmt"
	"math"
	"time"
)

// defaultMaxSize admits an image of 64 MiB, which takes 86 MiB in base64.
const defaultMaxSize = 128 << 20

// defaultMaxStream admits several such images.
const defaultMaxStream = 1 << 30

// WithTimeout limits one attempt of a call. The default is ten minutes, and 0 means
// no limit. An attempt that it ends fails with [ErrAttemptTimeout]. For a stream it
// limits only the wait for the first event, never a stream that has begun. The
// Timeout of an http.Client has the same effect as this option.
func WithTimeout(d time.Duration) Option {
	return func(c *config) { c.duration("WithTimeout", d, &c.timeout) }
}

// WithStreamIdleTimeout limits the time in which a stream may send nothing at all.
// The default is two minutes, and 0 means no limit. A stream that it ends fails
// with [ErrStreamIdle]. The limit starts again with every byte, also with those of
// the comments that the service sends while it works. Time in which the program
// does not read the stream does not count.
func WithStreamIdleTimeout(d time.Duration) Option {
	return func(c *config) { c.duration("WithStreamIdleTimeout", d, &c.idle) }
}

// WithContentTimeout limits the time in which a stream may send no content: first
// applies until the first content, next after that. The default of both is 0,
// which means no limit. A stream that it ends fails with [ErrContentTimeout].
//
// Content is text, reasoning, tool calls, images, audio, annotations and refusals.
// Comments and empty chunks are not content. Time in which the program does not
// read the stream does not count.
func WithContentTimeout(first, next time.Duration) Option {
	return func(c *config) {
		c.duration("WithContentTimeout", first, &c.firstContent)
		c.duration("WithContentTimeout", next, &c.nextContent)
	}
}

func (c *config) duration(option string, d time.Duration, dst *time.Duration) {
	if d < 0 {
		c.reject(option, "is "+d.String()+", must not be negative")
		return
	}
	*dst = d
}

// WithMaxBodySize limits the size of an answer that is not a stream, in bytes after
// decompression. The default is 128 MiB, and 0 means no limit. A larger answer
// fails with [ErrTooLarge].
func WithMaxBodySize(n int64) Option {
	return func(c *config) { c.size("WithMaxBodySize", n, &c.maxBody) }
}

// WithMaxEventSize limits the size of one event of a stream, in bytes. The default
// is 128 MiB, and 0 means no limit. A larger event ends the stream with
// [ErrTooLarge].
func WithMaxEventSize(n int64) Option {
	return func(c *config) { c.size("WithMaxEventSize", n, &c.maxEvent) }
}

// WithMaxStreamSize limits the size of all events of a stream together, in bytes.
// The default is 1 GiB, and 0 means no limit. A larger stream ends with
// [ErrTooLarge]. Comments do not count: nothing of them is kept.
func WithMaxStreamSize(n int64) Option {
	return func(c *config) { c.size("WithMaxStreamSize", n, &c.maxStream) }
}

// noLimit leaves room for the one byte more that tells that there are too many.
const noLimit = math.MaxInt64 - 1

func (c *config) size(option string, n int64, dst *int64) {
	if n < 0 {
		c.reject(option, fmt.Sprintf("is %d, must not be negative", n))
		return
	}
	if *dst = min(n, noLimit); n == 0 {
		*dst = noLimit
	}
}
