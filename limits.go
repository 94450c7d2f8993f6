package openrouter

import (
	"fmt"
	"time"
)

// defaultMaxSize lets an image of 64 MiB through, which base64 makes 86 of.
const defaultMaxSize = 128 << 20

// WithTimeout bounds one attempt of [ChatService.Create], and the wait for the
// first event of a stream, by default to ten minutes; 0 is no bound. It never
// ends a stream that has begun. What it ends is [ErrAttemptTimeout]. An
// http.Client's own Timeout is one more such bound.
func WithTimeout(d time.Duration) Option {
	return func(c *config) { c.duration("WithTimeout", d, &c.timeout) }
}

// WithStreamIdleTimeout bounds how long a stream may send nothing at all, by
// default to two minutes; 0 is no bound. Any byte counts, also the comments by
// which the service says that it is still at work. Time in which the stream is
// not being read does not count. What it ends is [ErrStreamIdle].
func WithStreamIdleTimeout(d time.Duration) Option {
	return func(c *config) { c.duration("WithStreamIdleTimeout", d, &c.idle) }
}

// WithContentTimeout bounds how long a stream may go without content: first
// until the first of it, next between any two; 0, the default, is no bound.
// Content is text, reasoning, tool calls, images, audio, annotations and
// refusals; comments and empty chunks are none. Time in which the stream is not
// being read does not count. What it ends is [ErrContentTimeout].
func WithContentTimeout(first, next time.Duration) Option {
	return func(c *config) {
		c.duration("WithContentTimeout", first, &c.firstContent)
		c.duration("WithContentTimeout", next, &c.nextContent)
	}
}

func (c *config) duration(option string, d time.Duration, dst *time.Duration) {
	if d < 0 {
		c.reject(option, "must not be negative, got "+d.String())
		return
	}
	*dst = d
}

// WithMaxBodySize bounds an answer that is not a stream, in bytes after
// decompression; the default is 128 MiB. A longer one is [ErrTooLarge].
func WithMaxBodySize(n int64) Option {
	return func(c *config) { c.size("WithMaxBodySize", n, &c.maxBody) }
}

// WithMaxEventSize bounds one event of a stream, in bytes; the default is
// 128 MiB. A longer one is [ErrTooLarge].
func WithMaxEventSize(n int64) Option {
	return func(c *config) { c.size("WithMaxEventSize", n, &c.maxEvent) }
}

func (c *config) size(option string, n int64, dst *int64) {
	if n <= 0 {
		c.reject(option, fmt.Sprintf("must be positive, got %d", n))
		return
	}
	*dst = n
}
