package openroutertest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// elapsed runs f with fake time and returns how much of it passed.
func elapsed(t *testing.T, f func(t *testing.T)) (d time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		f(t)
		d = time.Since(start)
	})
	return d
}

// Every way to be slow takes its time, in both forms of an answer.
func TestTime(t *testing.T) {
	for _, row := range []struct {
		name          string
		reply         openroutertest.Reply
		stream, whole time.Duration
	}{
		{"latency", openroutertest.Text("x").Latency(time.Hour), time.Hour, time.Hour},
		{"pauses", openroutertest.Text("x").Pause(time.Second).Text("y").Pause(time.Minute), 61 * time.Second, 61 * time.Second},
		{"pace", openroutertest.Text("x", "y").Pace(time.Second), 5 * time.Second, 2 * time.Second}, // and two ends, and [DONE]
		{"pause behind the end", openroutertest.Text("x").Done().Pause(20 * time.Millisecond), 20 * time.Millisecond, 20 * time.Millisecond},
		{"processing", openroutertest.Reply{}.Processing(10*time.Second, time.Minute).Text("x"), time.Minute, time.Minute},
		{"drip", openroutertest.Raw("123456789\n").Drip(3, time.Second), 3 * time.Second, 3 * time.Second},
		{"nothing", openroutertest.Text("x").Pause(0).Pause(-time.Hour), 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			for stream, want := range map[bool]time.Duration{true: row.stream, false: row.whole} {
				got := elapsed(t, func(t *testing.T) {
					tr := openroutertest.NewTransport(t, row.reply)
					body := ask1
					if stream {
						body = ask1stream
					}
					res, err := tr.RoundTrip(request(t, t.Context(), body))
					require.NoError(t, err)
					_, err = io.Copy(io.Discard, res.Body)
					require.NoError(t, err)
					require.NoError(t, res.Body.Close())
				})
				assert.Equal(t, want, got, "stream: %t", stream)
			}
		})
	}
}

func request(t *testing.T, ctx context.Context, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://openrouter.test/api/v1/chat/completions", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer x")
	return req
}

// A stall ends with the context, wherever it is.
func TestStallEndsWithTheContext(t *testing.T) {
	for _, reply := range []openroutertest.Reply{
		openroutertest.Stall(),
		openroutertest.Text("x").Stall(),
		openroutertest.Text("x").Latency(openroutertest.Forever),
		openroutertest.Text("x").Drip(1, openroutertest.Forever),
		openroutertest.Text("x").Processing(time.Second, openroutertest.Forever),
		openroutertest.Text("x").Pace(openroutertest.Forever),
		openroutertest.Text("x").Latency(time.Hour * 10),
	} {
		for _, stream := range []bool{true, false} {
			d := elapsed(t, func(t *testing.T) {
				client := openroutertest.NewTransport(t, reply).Client(openrouter.WithStreamIdleTimeout(0), openrouter.WithTimeout(0))
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				_, err := ask(ctx, client, stream, "Hi")
				require.ErrorIs(t, err, context.DeadlineExceeded, reply)
			})
			assert.Equal(t, time.Hour, d, reply)
		}
	}
}

// The idle timeout ends a stall, and keep-alives hold it off.
func TestIdleTimeout(t *testing.T) {
	d := elapsed(t, func(t *testing.T) {
		reply := openroutertest.Text("x").Processing(15*time.Second, time.Hour).Text("y").Stall()
		client := openroutertest.NewTransport(t, reply).Client(openrouter.WithStreamIdleTimeout(20 * time.Second))
		_, err := ask(t.Context(), client, true, "Hi")
		require.ErrorIs(t, err, openrouter.ErrStreamIdle)
		assert.Equal(t, "xy", partial(err).Text())
	})
	assert.Equal(t, time.Hour+20*time.Second, d)
}

func TestCloseEndsARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, err := openroutertest.NewTransport(t, openroutertest.Text("x").Stall()).Client().Chat.Stream(t.Context(), question("Hi"))
		require.NoError(t, err)
		time.AfterFunc(time.Minute, func() { stream.Close() })
		_, err = stream.Collect()
		require.ErrorIs(t, err, openrouter.ErrStreamClosed)
	})
	synctest.Test(t, func(t *testing.T) {
		res, err := openroutertest.NewTransport(t, openroutertest.Stall()).RoundTrip(request(t, t.Context(), ask1))
		require.NoError(t, err)
		time.AfterFunc(time.Minute, func() { res.Body.Close() })
		_, err = io.ReadAll(res.Body)
		require.ErrorContains(t, err, "closed")
		_, err = res.Body.Read(make([]byte, 1))
		require.ErrorContains(t, err, "closed")
	})
}

// The answer goes on while it is not read, as it does over a network.
func TestTimePassesBetweenReads(t *testing.T) {
	d := elapsed(t, func(t *testing.T) {
		stream, err := openroutertest.NewTransport(t, openroutertest.Text("a", "b", "c").Pace(time.Minute)).Client().Chat.Stream(t.Context(), question("Hi"))
		require.NoError(t, err)
		for _, err := range stream.Chunks() {
			require.NoError(t, err)
			time.Sleep(50 * time.Second)
		}
	})
	assert.Equal(t, 6*time.Minute, d)
}

func TestTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := openroutertest.NewTransport(t, openroutertest.Text("x"), openroutertest.Text("a").Cut(), openroutertest.Reset(), openroutertest.Text("x").Header("Date", "then"))
		res, err := tr.RoundTrip(request(t, t.Context(), ask1))
		require.NoError(t, err)
		assert.Equal(t, "200 OK", res.Status)
		assert.Equal(t, "Sat, 01 Jan 2000 00:00:00 GMT", res.Header.Get("Date"))
		assert.Equal(t, "gen-fake-1", res.Header.Get("X-Generation-Id"))

		res, err = tr.RoundTrip(request(t, t.Context(), ask1stream))
		require.NoError(t, err)
		data, err := io.ReadAll(res.Body)
		require.Equal(t, io.ErrUnexpectedEOF, err)
		assert.Contains(t, string(data), `"content":"a"`)

		_, err = tr.RoundTrip(request(t, t.Context(), ask1))
		require.ErrorIs(t, err, syscall.ECONNRESET)

		res, err = tr.RoundTrip(request(t, t.Context(), ask1))
		require.NoError(t, err)
		assert.Equal(t, "then", res.Header.Get("Date"))

		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		_, err = tr.RoundTrip(request(t, ctx, ask1))
		require.ErrorIs(t, err, why)
		assert.Len(t, tr.Requests(), 4)

		ctx, cancel = context.WithCancelCause(t.Context())
		tr.Add(openroutertest.Text("x"))
		res, err = tr.RoundTrip(request(t, ctx, ask1))
		require.NoError(t, err)
		cancel(why)
		_, err = io.ReadAll(res.Body)
		require.ErrorIs(t, err, why)
	})
}

// Retries wait in fake time.
func TestRetriesCost(t *testing.T) {
	d := elapsed(t, func(t *testing.T) {
		tr := openroutertest.NewTransport(t,
			openroutertest.Error(503, openrouter.ErrProviderOverloaded).RetryAfter(30*time.Second),
			openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RateLimit(20, 0, time.Now().Add(50*time.Second)),
			openroutertest.Text("at last"))
		res, err := ask(t.Context(), tr.Client(openrouter.WithMaxRetries(2)), true, "Hi")
		require.NoError(t, err)
		assert.Equal(t, "at last", res.Text())
		assert.Equal(t, 3, res.Call().Attempts)
	})
	assert.Equal(t, 50*time.Second, d)
}
