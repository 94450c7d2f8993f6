package openroutertest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// What breaks off is an error in both forms, and a stream has what came before.
func TestBreakingOff(t *testing.T) {
	for _, row := range []struct {
		name  string
		reply openroutertest.Reply
		text  string
	}{
		{"truncated", openroutertest.Text("It ", "is").Truncate().Text(" 42."), "It is"},
		{"cut", openroutertest.Text("It ", "is").Cut().Text(" 42."), "It is"},
		{"cut in an event", openroutertest.Text("It is").Raw(`data: {"choices":[{"index":0,"del`).Cut(), "It is"},
		{"cut in pieces", openroutertest.Text("It is").Drip(7, 0).Cut(), "It is"},
	} {
		t.Run(row.name, func(t *testing.T) {
			bothWays(t, row.reply, func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
				require.Error(t, err)
				assert.NotErrorIs(t, err, context.Canceled)
				if e, ok := errors.AsType[*openrouter.StreamError](err); ok {
					assert.Equal(t, row.text, e.Partial.Text())
					assert.Equal(t, "gen-fake-1", e.Call().GenerationID)
				}
				if strings.HasPrefix(row.name, "cut") && !strings.Contains(t.Name(), "TLS") {
					assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
				}
			})
		})
	}
}

// A stream whose body ends cleanly behind the finish reason is whole: some
// servers never send the mark.
func TestTruncatedBehindTheFinishReason(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("It is").Finish().Truncate())
	stream, err := srv.Client().Chat.Stream(t.Context(), &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage("Is it?")}})
	require.NoError(t, err)
	res, err := stream.Collect()
	require.NoError(t, err)
	assert.Equal(t, "It is", res.Text())
}

func TestNothingComes(t *testing.T) {
	for _, reply := range []openroutertest.Reply{openroutertest.Truncate(), openroutertest.Cut(), openroutertest.Raw(""), openroutertest.Reply{}.Padding(3).Truncate()} {
		bothWays(t, reply, func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
			require.Error(t, err)
			assert.Nil(t, partialContent(err))
		})
	}
}

func partialContent(err error) []openrouter.Choice {
	if p := partial(err); p != nil {
		return p.Choices
	}
	return nil
}

func TestReset(t *testing.T) {
	bothWays(t, openroutertest.Reset(), func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		require.Error(t, err)
		_, ok := errors.AsType[*openrouter.APIError](err)
		assert.False(t, ok, "there was no answer")
	})
	_, err := ask(t.Context(), openroutertest.NewServer(t, openroutertest.Reset()).Client(), false, "Hi")
	assert.ErrorIs(t, err, syscall.ECONNRESET)
}

// What is sent behind the end does not change the answer.
func TestBehindTheEnd(t *testing.T) {
	for _, reply := range []openroutertest.Reply{
		openroutertest.Text("x").Done().Text("late"),
		openroutertest.Text("x").Done().Event("{not json"),
		openroutertest.Text("x").Done().Comment("late"),
		openroutertest.Text("x").Done().Cut(),
		openroutertest.Text("x").Finish().KeepAlive(2),
	} {
		bothWays(t, reply, func(t *testing.T, res *openrouter.ChatCompletion, err error) {
			if err != nil && strings.Contains(t.Name(), "stream=false") {
				return // a body that is cut behind its JSON may be refused
			}
			require.NoError(t, err, reply)
			assert.Equal(t, "x", res.Text())
		})
	}
}

func TestPiecesOfBodies(t *testing.T) {
	for _, size := range []int{1, 2, 3, 100} {
		reply := openroutertest.KeepAlive(2).Text("Zür", "ich").ToolCall("c", "f", "{}").Drip(size, 0)
		bothWays(t, reply, func(t *testing.T, res *openrouter.ChatCompletion, err error) {
			require.NoError(t, err)
			assert.Equal(t, "Zürich", res.Text())
		})
	}
}

func TestRaw(t *testing.T) {
	bothWays(t, openroutertest.Raw("garbage").Header("Content-Type", "text/plain"), func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		require.Error(t, err)
	})
	bothWays(t, openroutertest.HTML(http.StatusBadGateway, "<html>Bad gateway</html>"), func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		e := apiError(t, err)
		assert.Equal(t, http.StatusBadGateway, e.StatusCode)
		assert.Equal(t, "text/html; charset=utf-8", e.Call().Header.Get("Content-Type"))
		assert.Contains(t, string(e.Body), "Bad gateway")
	})
	bothWays(t, openroutertest.HTML(http.StatusOK, "<html>Log in</html>"), func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		assert.Equal(t, http.StatusOK, apiError(t, err).StatusCode)
	})
	bothWays(t, openroutertest.Text("x").NoStream(), func(t *testing.T, res *openrouter.ChatCompletion, err error) {
		require.NoError(t, err)
		assert.Equal(t, "x", res.Text())
		assert.Equal(t, "application/json", res.Call().Header.Get("Content-Type"))
	})
	bothWays(t, openroutertest.Raw("").Status(http.StatusTemporaryRedirect).Header("Location", "https://example.com"), func(t *testing.T, _ *openrouter.ChatCompletion, err error) {
		assert.Equal(t, http.StatusTemporaryRedirect, apiError(t, err).StatusCode)
	})
}

func TestRawStream(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Event(`{"id":"g","choices":[{"index":0,"delta":{"content":"<a>"}}]}`).Raw("data: x\r\n\r\n").Flood(2, ":\n").Truncate())
	res, body := post(t, srv.URL+"/chat/completions", ask1stream)
	assert.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	assert.Equal(t, "data: {\"id\":\"g\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"<a>\"}}]}\n\ndata: x\r\n\r\n:\n:\n", body)
}

func TestFloodWithoutEnd(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Raw("x").Flood(-1, strings.Repeat("y", 1000)))
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/chat/completions", strings.NewReader(ask1))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer x")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	n, err := io.CopyN(io.Discard, res.Body, 1<<20)
	require.NoError(t, err)
	assert.EqualValues(t, 1<<20, n)
	cancel()
	_, err = io.Copy(io.Discard, res.Body)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, res.Body.Close())
}

func TestCompressedBody(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(`{"id":"g","choices":[{"index":0,"message":{"role":"assistant","content":"small"},"finish_reason":"stop"}]}`))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	srv := openroutertest.NewServer(t, openroutertest.Raw(b.String()).Header("Content-Encoding", "gzip"))
	res, err := ask(t.Context(), srv.Client(), false, "Hi")
	require.NoError(t, err)
	assert.Equal(t, "small", res.Text())
}

// A server that stalls ends with its test, and with the client.
func TestStall(t *testing.T) {
	for _, reply := range []openroutertest.Reply{
		openroutertest.Stall(),
		openroutertest.Text("x").Stall(),
		openroutertest.Text("x").Latency(openroutertest.Forever),
		openroutertest.Text("x").Pause(openroutertest.Forever),
		openroutertest.Text("x").Pace(openroutertest.Forever),
		openroutertest.Text("x").Drip(1, openroutertest.Forever),
		openroutertest.Text("x").Done().Stall(),
	} {
		arrived := make(chan struct{})
		seen := openroutertest.Func(func(*openroutertest.Request) openroutertest.Reply {
			close(arrived)
			return reply
		})
		srv := openroutertest.NewServer(t, seen, seen)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		_, err := ask(ctx, srv.Client(), false, "Hi")
		require.ErrorIs(t, err, context.Canceled, reply)

		arrived = make(chan struct{})
		go func() { <-arrived; srv.Close() }()
		_, err = ask(t.Context(), srv.Client(), true, "Hi")
		if !strings.Contains(reply.String(), "Done") {
			require.Error(t, err, reply)
		}
	}
}
