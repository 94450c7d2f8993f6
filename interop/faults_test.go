package interop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// flaky fails twice; the header makes the server count for this call alone.
func flaky(t *testing.T, s server, p say) {
	var waits []time.Duration
	for way, fetch := range ways {
		var retries []openrouter.Retry
		res := fetch(t, s.client(
			openrouter.WithHeader("X-Test-Id", t.Name()+way+time.Now().String()),
			openrouter.WithMaxRetries(2),
			openrouter.WithOnRetry(func(r openrouter.Retry) { retries = append(retries, r) })), s.ask(p.prompt))
		assert.Equal(t, p.want, res.Text(), way)
		assert.Equal(t, 3, res.Call().Attempts, way)
		require.Len(t, retries, 2, way)
		assert.ErrorIs(t, retries[0].Err, openrouter.ErrProviderOverloaded, way)
		assert.Equal(t, "overloaded", requireAPIError(t, retries[0].Err).ProviderError().Message(), way)
		assert.ErrorIs(t, retries[1].Err, openrouter.ErrRateLimitExceeded, way)
		assert.Equal(t, time.Second, retries[1].Wait, "%s: what Retry-After says", way)
		assert.Equal(t, retries[0].Wait+retries[1].Wait, res.Call().Waited, way)
		waits = append(waits, retries[0].Wait.Round(time.Millisecond), retries[1].Wait)
	}
	t.Logf("503, 429, %q, both ways, after waits of %v", p.want, waits)
}

// queue finds all slots taken and others waiting: the server sends
// nothing, not even a header, until the request's turn comes.
func queue(t *testing.T, s server, p say) {
	release := s.occupy(t)
	defer release()
	eventually(t, "requests wait", func() bool { return s.metric(t, "llamacpp:requests_deferred") >= 2 })

	var impatient error
	eventually(t, "a tenth of a second is too short", func() bool {
		stream, err := s.client(openrouter.WithTimeout(100*time.Millisecond), openrouter.WithMaxRetries(2)).Chat.Stream(bounded(t), s.ask(p.prompt))
		if err == nil {
			stream.Close()
		}
		impatient = err
		return err != nil
	})
	require.ErrorIs(t, impatient, openrouter.ErrAttemptTimeout)
	// A StreamError where the server had sent its headers by then, else a ConnectionError.
	var e interface{ Call() openrouter.CallInfo }
	require.ErrorAs(t, impatient, &e)
	assert.Equal(t, 1, e.Call().Attempts, "what timed out here may still be served, and billed")

	comments := 0
	c := s.client(openrouter.WithOnComment(func(string) { comments++ }))
	var waits []time.Duration
	for way, fetch := range ways {
		start := time.Now()
		res := fetch(t, c, s.ask(p.prompt))
		waits = append(waits, time.Since(start).Round(time.Millisecond))
		assert.Contains(t, res.Text(), p.want, way)
		assert.Equal(t, 1, res.Call().Attempts, way)
	}
	t.Logf("served both ways after %v behind a queue, with %d comments; with 100ms of patience: %v", waits, comments, impatient)
}

// lateAnswer is one that the server announces with a comment.
func lateAnswer(t *testing.T, s server, p say) {
	var commented time.Time
	stream, err := s.client(openrouter.WithOnComment(func(comment string) {
		assert.Equal(t, "OPENROUTER PROCESSING", comment)
		commented = time.Now()
	})).Chat.Stream(bounded(t), s.ask(p.prompt))
	require.NoError(t, err)
	late := time.Since(commented)
	require.False(t, commented.IsZero(), "the comment comes before the first event")
	text, chunks, err := read(stream, nil)
	require.NoError(t, err)
	assert.Equal(t, p.want, text)
	t.Logf("a keep-alive comment, %s later the first of %d chunks: %q", late.Round(100*time.Millisecond), chunks, text)
}

// silence runs out of the patience of two clocks.
func silence(t *testing.T, s server, p say) {
	for _, clock := range []struct {
		opt  openrouter.Option
		want error
	}{
		{openrouter.WithStreamIdleTimeout(50 * time.Millisecond), openrouter.ErrStreamIdle},
		{openrouter.WithContentTimeout(200*time.Millisecond, 0), openrouter.ErrContentTimeout},
	} {
		_, err := s.client(clock.opt, openrouter.WithMaxRetries(2)).Chat.Stream(bounded(t), s.ask(p.prompt))
		require.ErrorIs(t, err, clock.want)
		e, ok := errors.AsType[*openrouter.StreamError](err)
		require.True(t, ok, "%T: %v", err, err)
		assert.Equal(t, 1, e.Call().Attempts)
	}
	t.Log("a comment, then nothing for more than 50ms: both clocks end the wait, neither repeats the request")
}

// cancel ends the context in mid-stream.
func cancel(t *testing.T, s server, p say) {
	ctx, cancel := context.WithCancel(bounded(t))
	defer cancel()
	stream, err := s.client().Chat.Stream(ctx, s.ask(p.prompt))
	require.NoError(t, err)
	text, chunks, err := read(stream, func(int) {
		if stream.Response().Text() != "" {
			cancel()
		}
	})
	if err == nil && chunks < 50 {
		t.Skipf("the whole answer of %d chunks was there before it could be cancelled", chunks)
	}
	requireBroken(t, err, text)
	assert.ErrorIs(t, err, context.Canceled)
	t.Logf("after %d chunks: %v", chunks, err)
}

// abandoned looks at the server's slots after a stream was given up.
func abandoned(t *testing.T, s server, p say) {
	var seen []string
	for _, how := range []string{"cancel", "break"} {
		// A machine under load can be late to look, and find the answer written.
		eventually(t, "a slot is free before its answer is whole", func() bool {
			what, ok := s.abandon(t, p, how == "cancel")
			if ok {
				seen = append(seen, how+": "+what)
			}
			return ok
		})
	}
	t.Log(strings.Join(seen, "; "))
}

// abandon gives a stream up when it has begun. It is not ok if the answer was
// whole by then, or by the time the slot is free.
func (s server) abandon(t *testing.T, p say, byContext bool) (what string, ok bool) {
	const mark = 4001 // tells the slot from those of others
	req := s.ask(p.prompt)
	req.MaxCompletionTokens, req.Logprobs, req.TopLogprobs = new(mark), new(true), new(20)
	busy := func() (slot, bool) {
		for _, slot := range s.slots(t) {
			if slot.IsProcessing && slot.Params.MaxTokens == mark {
				return slot, true
			}
		}
		return slot{}, false
	}
	ctx, cancel := context.WithCancel(bounded(t))
	defer cancel()
	stream, err := s.client().Chat.Stream(ctx, req)
	require.NoError(t, err)
	var taken slot
	for chunk, err := range stream.Chunks() {
		if ctx.Err() != nil && err != nil {
			require.ErrorIs(t, err, context.Canceled)
			break
		}
		require.NoError(t, err)
		if ctx.Err() != nil || chunk.Text() == "" {
			continue
		}
		taken, ok = busy()
		if !byContext {
			break
		}
		cancel()
	}
	if !ok {
		return "", false
	}
	start := time.Now()
	eventually(t, "the slot is free", func() bool { _, ok := busy(); return !ok })
	free := time.Since(start)
	written := 0
	for _, slot := range s.slots(t) {
		if slot.ID == taken.ID && slot.IDTask == taken.IDTask {
			written = slot.Tokens
		}
	}
	return fmt.Sprintf("slot %d free after %s, with %d of %d tokens", taken.ID, free.Round(time.Millisecond), written, mark), written < mark
}

// killed kills a server of the test's own, once in mid-stream.
func killed(t *testing.T, s server, p say) {
	own := s.start(t)
	s.url = own.url
	c := s.client(openrouter.WithMaxRetries(1))
	stream, err := c.Chat.Stream(bounded(t), s.ask(p.prompt))
	require.NoError(t, err)
	text, chunks, err := read(stream, func(chunks int) {
		if chunks == 5 {
			own.kill()
		}
	})
	requireBroken(t, err, text)
	assert.True(t, errors.Is(err, openrouter.ErrStreamTruncated) || errors.Is(err, syscall.ECONNRESET), "%v", err)
	assert.True(t, strings.HasPrefix(p.want, text) || strings.HasPrefix(text, p.want), text)
	assert.Equal(t, 1, stream.Call().Attempts)

	tried := 1
	_, gone := c.Chat.Create(bounded(t), s.ask(p.prompt), openrouter.WithOnRetry(func(openrouter.Retry) { tried++ }))
	require.ErrorIs(t, gone, syscall.ECONNREFUSED)
	e, ok := errors.AsType[*openrouter.ConnectionError](gone)
	require.True(t, ok)
	assert.Equal(t, 2, tried)
	assert.Zero(t, e.Call().Attempts, "nothing was sent")
	t.Logf("%d chunks (%d bytes of text), then %v; the next call, twice refused a connection: %v", chunks, len(text), err, gone)
}
