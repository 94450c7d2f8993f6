package uistream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/agent/uistream"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// Proxies and browsers must not collect, change or guess what is streamed.
func TestHeaders(t *testing.T) {
	bot := agent.Agent{Client: openroutertest.NewTransport(t, openroutertest.Text("Hi.")).Client()}
	w := httptest.NewRecorder()
	require.NoError(t, uistream.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), bot.Stream(t.Context(), question())))
	assert.Equal(t, http.Header{
		"Content-Type":                  {"text/event-stream"},
		"Cache-Control":                 {"no-cache, no-transform"},
		"X-Accel-Buffering":             {"no"},
		"X-Content-Type-Options":        {"nosniff"},
		"X-Vercel-Ai-Ui-Message-Stream": {"v1"},
	}, w.Result().Header)
}

// The browser has each event before the next one happens.
func TestEventsAreNotCollected(t *testing.T) {
	fake := openroutertest.NewServer(t, openroutertest.Text("One. ").Stall())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bot := agent.Agent{Client: fake.Client()}
		_ = uistream.Serve(w, r, bot.Stream(r.Context(), question()))
	}))
	defer server.Close()
	res, err := http.Get(server.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	var got []byte
	for !bytes.Contains(got, []byte(`"delta":"One. "`)) { // the rest never comes
		buf := make([]byte, 1024)
		n, err := res.Body.Read(buf)
		require.NoError(t, err)
		got = append(got, buf[:n]...)
	}
}

// A browser that goes away ends the run and the request to the service, and what was said is kept.
func TestBrowserGoesAway(t *testing.T) {
	for name, replies := range map[string][]openroutertest.Reply{
		"while the model writes": {openroutertest.Text("Once ", "upon").Stall()},
		"over HTTP/2":            {openroutertest.Text("Once ", "upon").Stall()},
		"while a tool runs":      {openroutertest.Text("Once ", "upon").ToolCall("call_1", "wait", `{}`)},
	} {
		t.Run(name, func(t *testing.T) {
			waiting := make(chan struct{}, 1)
			wait := agent.NewTool("wait", "Waits.", func(ctx context.Context, _ struct{}) (string, error) {
				waiting <- struct{}{}
				<-ctx.Done()
				return "", ctx.Err()
			})
			fake := openroutertest.NewServer(t, replies...)
			type end struct {
				run *agent.Run
				err error
			}
			ended := make(chan end, 1)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				turn, err := uistream.Read(w, r)
				if !assert.NoError(t, err) {
					return
				}
				bot := agent.Agent{Client: fake.Client(), Tools: []agent.Tool{wait}}
				// Its context does not end with the request.
				stream := bot.Stream(context.WithoutCancel(r.Context()), &openrouter.ChatCompletionRequest{Model: "a/b", Messages: turn.Continue(nil)})
				err = uistream.Serve(w, r, stream)
				ended <- end{stream.Run(), err}
			}))
			if server.EnableHTTP2 = name == "over HTTP/2"; server.EnableHTTP2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			ctx, leave := context.WithCancel(t.Context())
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(chat(user("Tell."))))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			res, err := server.Client().Do(req)
			require.NoError(t, err)
			defer res.Body.Close()
			assert.Equal(t, server.EnableHTTP2, res.ProtoMajor == 2)
			var got []byte
			for !bytes.Contains(got, []byte("upon")) {
				buf := make([]byte, 1024)
				n, err := res.Body.Read(buf)
				require.NoError(t, err)
				got = append(got, buf[:n]...)
			}
			if name == "while a tool runs" {
				<-waiting
			}
			leave()

			e := <-ended
			require.ErrorIs(t, e.err, context.Canceled)
			var failure *agent.Error
			require.ErrorAs(t, e.err, &failure)
			messages := e.run.Messages
			assert.Equal(t, "Once upon", messages[1].Text())
			if name == "while a tool runs" {
				assert.Equal(t, "error: the call was cancelled", messages[2].Text())
			}
			for _, r := range fake.Requests() {
				<-r.Context().Done()
			}
		})
	}
}

// A run that the server ends is an abort, which is no error for the page.
func TestServerAborts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stop := agent.NewTool("stop", "Stops.", func(ctx context.Context, _ struct{}) (string, error) {
		cancel()
		<-ctx.Done()
		return "", ctx.Err()
	})
	bot := agent.Agent{Client: openroutertest.NewTransport(t, openroutertest.Text("Well.").ToolCall("call_1", "stop", `{}`)).Client(), Tools: []agent.Tool{stop}}
	w := httptest.NewRecorder()
	err := uistream.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), bot.Stream(ctx, question()))
	require.ErrorIs(t, err, context.Canceled)
	parts := partsOf(t, w.Body.String())
	assert.Equal(t, []string{"tool-output-error", "finish-step", "message-metadata", "abort"}, typesOf(parts)[len(parts)-4:])
}

// Errors are told in one line, in which nothing of the service stands.
func TestErrorsAreSafe(t *testing.T) {
	for line, reply := range map[string]openroutertest.Reply{
		"Too many requests. Try again later.":          openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "swordfish"),
		"The model is overloaded. Try again later.":    openroutertest.Error(529, openrouter.ErrProviderOverloaded, "swordfish"),
		"The model is not available. Try again later.": openroutertest.Error(502, openrouter.ErrProviderUnavailable, "swordfish"),
		"The conversation is too long for the model.":  openroutertest.Error(400, openrouter.ErrContextLengthExceeded, "swordfish"),
		"The request was refused by a content filter.": openroutertest.Error(403, openrouter.ErrContentPolicyViolation, "swordfish"),
		"The answer took too long. Try again.":         openroutertest.Error(504, openrouter.ErrTimeout, "swordfish"),
		"The answer failed.":                           openroutertest.Error(402, openrouter.ErrPaymentRequired, "swordfish"),
		"The answer broke off. Try again.":             openroutertest.Text("a").Truncate(),
		"The model refused to answer.":                 openroutertest.Refusal("No."),
		"A content filter ended the answer.":           openroutertest.Text("a").FinishReason(openrouter.FinishReasonContentFilter),
	} {
		body, _, err := serve(t, agent.Agent{}, question(), reply)
		require.Error(t, err)
		assert.NotContains(t, body, "swordfish")
		parts := partsOf(t, body)
		assert.Equal(t, object{"type": "error", "errorText": line}, parts[len(parts)-1])
	}
	for line, failure := range map[string]error{
		"The budget is spent.":                       agent.ErrMaxCost,
		"The answer took too many steps.":            agent.ErrMaxSteps,
		"The model repeated itself and was stopped.": agent.ErrRepeating,
		"The answer took too long. Try again.":       context.DeadlineExceeded,
		"The answer failed.":                         errors.New("swordfish"),
	} {
		bot := agent.Agent{Prepare: func(context.Context, *agent.Run, *agent.Next) error { return failure }}
		body, _, err := serve(t, bot, question())
		require.ErrorIs(t, err, failure)
		parts := partsOf(t, body)
		assert.Equal(t, object{"type": "error", "errorText": line}, parts[len(parts)-1])
	}
}

// writer is a response whose parts can be made to fail. It hides what it embeds.
type writer struct {
	http.ResponseWriter
	mu        sync.Mutex
	fails     error
	deadlines []time.Time
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails != nil {
		return 0, w.fails
	}
	return w.ResponseWriter.Write(p)
}

func (w *writer) Flush() { w.ResponseWriter.(http.Flusher).Flush() }

func (w *writer) SetWriteDeadline(at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadlines = append(w.deadlines, at)
	return nil
}

// Nothing runs, and nothing is paid, where the browser would get everything at the end.
func TestResponseThatCannotBeFlushed(t *testing.T) {
	bot := agent.Agent{Client: openroutertest.NewTransport(t).Client()}
	recorder := httptest.NewRecorder()
	err := uistream.Serve(struct{ http.ResponseWriter }{recorder}, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), bot.Stream(t.Context(), question()))
	require.ErrorIs(t, err, http.ErrNotSupported)
	assert.ErrorContains(t, err, "add an Unwrap method")
	assert.Equal(t, http.StatusInternalServerError, recorder.Code)
}

// A browser that cannot be written to is one that went away.
func TestWriteFails(t *testing.T) {
	broken := errors.New("broken pipe")
	w := &writer{ResponseWriter: httptest.NewRecorder()}
	breaking := agent.NewTool("break", "Breaks.", func(context.Context, struct{}) (string, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.fails = broken
		return "done", nil
	})
	bot := agent.Agent{Client: openroutertest.NewTransport(t, openroutertest.ToolCall("call_1", "break", `{}`)).Client(), Tools: []agent.Tool{breaking}}
	stream := bot.Stream(t.Context(), question())
	err := uistream.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), stream)
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, openrouter.ErrStreamClosed)
	assert.Equal(t, "done", stream.Run().Messages[3].Text(), "what the tool did is kept")
}

// While nothing happens, comments keep the connection open. Each write has its own deadline, in
// place of the server's for the whole response.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := agent.NewTool("wait", "Waits.", func(context.Context, struct{}) (string, error) {
			time.Sleep(50 * time.Second)
			return "done", nil
		})
		bot := agent.Agent{Tools: []agent.Tool{slow},
			Client: openroutertest.NewTransport(t, openroutertest.ToolCall("call_1", "wait", `{}`), openroutertest.Text("Done.")).Client()}
		recorder := httptest.NewRecorder()
		w := &writer{ResponseWriter: recorder}
		begin := time.Now()
		require.NoError(t, uistream.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), bot.Stream(t.Context(), question())))
		body := recorder.Body.String()
		partsOf(t, body)
		assert.Equal(t, 2, strings.Count(body, ": keep-alive\n\n"), "at 30 and 45 seconds")
		assert.Equal(t, begin.Add(30*time.Second), w.deadlines[0])
		assert.Equal(t, begin.Add(80*time.Second), w.deadlines[len(w.deadlines)-2])
		assert.True(t, w.deadlines[len(w.deadlines)-1].IsZero(), "the next response has none")
	})
}

// A tool that panics breaks the response, and nothing is left running.
func TestPanicOfATool(t *testing.T) {
	bad := agent.NewTool("bad", "Panics.", func(context.Context, struct{}) (string, error) { panic("boom") })
	bot := agent.Agent{Client: openroutertest.NewTransport(t, openroutertest.ToolCall("call_1", "bad", `{}`)).Client(), Tools: []agent.Tool{bad}}
	stream := bot.Stream(t.Context(), question())
	assert.Panics(t, func() {
		_ = uistream.Serve(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), stream)
	})
	assert.Equal(t, "error: the tool failed", stream.Run().Messages[3].Text())
}

// What a tool reports has a JSON, or its text is shown. Large results are cut.
func TestOddValues(t *testing.T) {
	odd := agent.NewTool("odd", "Is odd.", func(ctx context.Context, _ struct{}) (string, error) {
		agent.Progress(ctx, func() {})
		agent.Progress(ctx, map[string]int{"percent": 50})
		return strings.Repeat("é", 200<<10), nil
	})
	body, _, err := serve(t, agent.Agent{Tools: []agent.Tool{odd}}, question(), openroutertest.ToolCall("call_1", "odd", `{}`), openroutertest.Text("Done."))
	require.NoError(t, err)
	parts := partsOf(t, body)
	progress := only(parts, "data-progress")
	require.Len(t, progress, 2)
	assert.Regexp(t, "^0x", progress[0]["data"].(object)["progress"])
	assert.Equal(t, object{"percent": 50.0}, progress[1]["data"].(object)["progress"])
	output := only(parts, "tool-output-available")[0]["output"].(string)
	assert.Equal(t, strings.Repeat("é", 128<<10)+"\n[cut]", output)
}

// The client refuses objects that could change the prototypes of its own, and whatever follows them. It
// gets their text.
func TestNothingThatTheClientRefuses(t *testing.T) {
	pass := agent.NewTool("pass", "Returns what it is given.", func(ctx context.Context, in any) (any, error) {
		agent.Progress(ctx, in)
		return in, nil
	})
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	for _, args := range []string{`{"__proto__":1}`, `{"a":[{"\u005f_proto__":1}]}`, `{"constructor":{"prototype":1}}`, deep} {
		body, run, err := serve(t, agent.Agent{Tools: []agent.Tool{pass}}, question(), openroutertest.ToolCall("c1", "pass", args), openroutertest.Text("Done."))
		require.NoError(t, err)
		parts := partsOf(t, body)
		assert.IsType(t, "", only(parts, "tool-input-available")[0]["input"], args)
		assert.IsType(t, "", only(parts, "tool-output-available")[0]["output"], args)
		assert.IsType(t, "", only(parts, "data-progress")[0]["data"].(object)["progress"], args)

		var page []struct{ Parts []object }
		require.NoError(t, json.Unmarshal(uistream.History(run.Messages), &page))
		assert.IsType(t, "", page[1].Parts[1]["input"], args)
		assert.IsType(t, "", page[1].Parts[1]["output"], args)
	}
	for _, args := range []string{`{"proto":{"__proto":1}}`, `{"constructor":"prototype","a":"\u00e9"}`, `{"a":[` + strings.Repeat("{},", 500) + `{}]}`} {
		body, _, err := serve(t, agent.Agent{Tools: []agent.Tool{pass}}, question(), openroutertest.ToolCall("c1", "pass", args), openroutertest.Text("Done."))
		require.NoError(t, err)
		assert.IsType(t, object{}, only(partsOf(t, body), "tool-input-available")[0]["input"], args)
		assert.IsType(t, object{}, only(partsOf(t, body), "tool-output-available")[0]["output"], args)
	}
}
