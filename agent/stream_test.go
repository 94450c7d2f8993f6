package agent_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// describe renders an event in a word or two.
func describe(e agent.Event) string {
	at := fmt.Sprint(e.Step, " ")
	switch {
	case e.Chunk != nil:
		return at + "chunk " + e.Chunk.Text()
	case e.Answer != nil:
		return at + "answer"
	case e.Progress != nil:
		return at + fmt.Sprint("progress ", e.Call.ID, " ", e.Progress)
	case e.Call != nil:
		return at + "call " + e.Call.ID
	case e.Outcome != nil:
		return at + "outcome " + e.Outcome.Call.ID + " " + e.Outcome.Result.Content[0].Text
	}
	return at + "nothing"
}

// drain reads all events.
func drain(s *agent.Stream) (events []string, err error) {
	for e, failure := range s.Events() {
		if failure != nil {
			err = failure
			continue
		}
		events = append(events, describe(e))
	}
	return slices.DeleteFunc(events, func(s string) bool { return s[2:] == "chunk " }), err
}

// reports says how far it is.
var reports = agent.NewTool("reports", "", func(ctx context.Context, in struct{ Seconds int }) (string, error) {
	for i := range in.Seconds {
		agent.Progress(ctx, i)
		time.Sleep(time.Second)
	}
	agent.Progress(ctx, nil)
	return "done", nil
})

func testEventOrder(t *testing.T) {
	bubble(func(t *testing.T) {
		srv := fake(t, openroutertest.Text("Let ", "me ").ToolCall("c1", "reports", `{"Seconds":2}`).ToolCall("c2", "none", `{}`).ToolCall("c3", "reports", `{"Seconds":1}`),
			openroutertest.Text("Done."))
		s := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{reports}}.Stream(t.Context(), question())
		events, err := drain(s)
		require.NoError(t, err)
		// What runs at once takes turns: compare by call.
		about := func(id string) []string {
			return slices.DeleteFunc(slices.Clone(events), func(e string) bool { return !strings.Contains(e, " "+id) })
		}
		assert.Equal(t, []string{"0 chunk Let ", "0 chunk me ", "0 answer"}, events[:3])
		assert.Equal(t, []string{"0 call c1", "0 progress c1 0", "0 progress c1 1", "0 outcome c1 done"}, about("c1"))
		assert.Equal(t, []string{`0 outcome c2 there is no tool "none"; the tools are: reports`}, about("c2"))
		assert.Equal(t, []string{"0 call c3", "0 progress c3 0", "0 outcome c3 done"}, about("c3"))
		assert.Less(t, slices.Index(events, "0 call c1"), slices.Index(events, "0 call c3"))
		assert.Equal(t, []string{"1 chunk Done.", "1 answer"}, events[len(events)-2:])
		requireValid(t, s.Run())
		assert.Equal(t, "Done.", s.Run().Text())
		for _, r := range srv.Requests() {
			assert.True(t, r.Stream())
		}
	})(t)
}

func testEventsInTurn(t *testing.T) {
	bubble(func(t *testing.T) {
		started := 0
		tool := agent.NewTool("echo", "", func(ctx context.Context, in text) (string, error) {
			started++
			agent.Progress(ctx, "on it")
			return in.Text, nil
		})
		s := agent.Agent{Client: fake(t, three(), openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{tool}, Parallel: 1}.Stream(t.Context(), question())
		calls := 0
		var events []string
		for e, err := range s.Events() {
			require.NoError(t, err)
			if e.Call != nil && e.Progress == nil {
				assert.Equal(t, calls, started, "not yet")
				calls++
			}
			events = append(events, describe(e))
		}
		events = events[slices.Index(events, "0 answer")+1:]
		assert.Equal(t, []string{
			"0 call c1", "0 progress c1 on it", "0 outcome c1 one",
			"0 call c2", "0 progress c2 on it", "0 outcome c2 two",
			"0 call c3", "0 progress c3 on it", "0 outcome c3 three",
		}, events[:9])
	})(t)
}

func testProgress(t *testing.T) {
	bubble(func(t *testing.T) {
		release := make(chan bool)
		var late sync.WaitGroup
		tool := agent.NewTool("echo", "", func(ctx context.Context, in text) (string, error) {
			var both sync.WaitGroup
			for i := range 4 { // from several goroutines of the tool
				both.Go(func() { agent.Progress(ctx, i) })
			}
			both.Wait()
			late.Go(func() {
				<-release
				agent.Progress(ctx, "too late") // neither blocks nor shows
			})
			return in.Text, nil
		})
		s := agent.Agent{Client: fake(t, three(), openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{tool}}.Stream(t.Context(), question())
		var inside atomic.Bool
		n := 0
		for e, err := range s.Events() {
			require.NoError(t, err)
			require.False(t, inside.Swap(true), "one event at a time")
			if e.Progress != nil {
				n++
				assert.NotEqual(t, "too late", e.Progress)
			}
			inside.Store(false)
		}
		assert.Equal(t, 12, n)
		close(release)
		late.Wait()
	})(t)
}

// The end of a call frees what waits to report on it.
func testBlockedProgress(t *testing.T) {
	bubble(func(t *testing.T) {
		var waiting sync.WaitGroup
		tool := agent.NewTool("echo", "", func(ctx context.Context, in text) (string, error) {
			for i := range 20 {
				waiting.Go(func() { agent.Progress(ctx, i) })
			}
			time.Sleep(time.Millisecond) // by then all of them wait
			return in.Text, nil
		})
		s := agent.Agent{Client: fake(t, call("c1", "one"), openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{tool}}.Stream(t.Context(), question())
		for e, err := range s.Events() {
			require.NoError(t, err)
			if e.Call != nil {
				time.Sleep(time.Second) // a slow consumer
			}
		}
		waiting.Wait()
		assert.Equal(t, "one", results(s.Run().Messages)["c1"])
	})(t)
}

func testLeave(t *testing.T) {
	// At each event in turn.
	for at := range 30 {
		bubble(func(t *testing.T) {
			srv := openroutertest.NewTransport(t, strict(t, openroutertest.Reasoning("Hm").Text("Let ", "me ").ToolCall("c1", "reports", `{"Seconds":5}`).
				ToolCall("c2", "echo", `{"text":"two"}`).ToolCall("c3", "reports", `{"Seconds":1}`)), strict(t, openroutertest.Text("All ", "done.")))
			s := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{reports, echo}}.Stream(t.Context(), question())
			n := 0
			for _, err := range s.Events() {
				require.NoError(t, err)
				if n++; n > at {
					break
				}
			}
			requireValid(t, s.Run())
			assert.Empty(t, s.Run().Pending)
			if len(s.Run().Steps) > 0 && len(s.Run().Messages) > 1 && len(s.Run().Messages[1].ToolCalls) > 0 {
				assert.Len(t, results(s.Run().Messages), len(s.Run().Messages[1].ToolCalls))
			}
		})(t)
	}
}

func testLoopPanic(t *testing.T) {
	for at := range 20 {
		bubble(func(t *testing.T) {
			srv := openroutertest.NewTransport(t, strict(t, three().ToolCall("c4", "reports", `{"Seconds":5}`)), strict(t, openroutertest.Text("Done.")))
			s := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{reports, echo}}.Stream(t.Context(), question())
			n := 0
			value := recovered(func() {
				for range s.Events() {
					if n++; n > at {
						panic("stop")
					}
				}
			})
			if n > at {
				assert.Equal(t, "stop", value, "it goes on as it is")
			}
			requireValid(t, s.Run())
		})(t)
	}
}

func testClose(t *testing.T) {
	bubble(func(t *testing.T) {
		s := agent.Agent{Client: fake(t, openroutertest.ToolCall("c1", "reports", `{"Seconds":5}`).ToolCall("c2", "heeds", `{}`)).Client(), Tools: []agent.Tool{
			reports,
			agent.NewTool("heeds", "", func(ctx context.Context, _ struct{}) (string, error) { <-ctx.Done(); return "", ctx.Err() }),
		}}.Stream(t.Context(), question())
		time.AfterFunc(3*time.Second, s.Close)
		_, err := drain(s)
		requireError(t, s.Run(), err, openrouter.ErrStreamClosed)
		assert.Equal(t, map[string]string{"c1": "done", "c2": "error: the call was cancelled"}, results(s.Run().Messages))
		s.Close()
	})(t)
	bubble(func(t *testing.T) { // while the model answers
		s := agent.Agent{Client: fake(t, openroutertest.Text("Half").Stall()).Client()}.Stream(t.Context(), question())
		time.AfterFunc(3*time.Second, s.Close)
		_, err := drain(s)
		requireError(t, s.Run(), err, openrouter.ErrStreamClosed)
		assert.Equal(t, "Half", s.Run().Messages[1].Text())
	})(t)
	s := agent.Agent{Client: fake(t).Client()}.Stream(t.Context(), question())
	s.Close()
	_, err := drain(s)
	requireError(t, s.Run(), err, openrouter.ErrStreamClosed)
}

func testStreamOnce(t *testing.T) {
	srv := openroutertest.NewTransport(t)
	s := agent.Agent{Client: srv.Client()}.Stream(t.Context(), question())
	assert.Empty(t, srv.Requests())
	require.NotNil(t, s.Run())
	requireValid(t, s.Run())
	srv.Add(openroutertest.Text("Done."))
	_, err := drain(s)
	require.NoError(t, err)
	_, err = drain(s)
	requireError(t, s.Run(), err, openrouter.ErrStreamClosed)
	assert.Len(t, srv.Requests(), 1)
}

func testStreamError(t *testing.T) {
	for want, reply := range map[error]openroutertest.Reply{
		openrouter.ErrRateLimitExceeded:   openroutertest.Error(429, openrouter.ErrRateLimitExceeded),
		openrouter.ErrProviderUnavailable: openroutertest.Text("Half").MidStreamError(502, openrouter.ErrProviderUnavailable),
	} {
		s := agent.Agent{Client: fake(t, reply).Client()}.Stream(t.Context(), question())
		var err error
		for e, failure := range s.Events() {
			require.NoError(t, err, "nothing comes after it")
			if err = failure; err != nil {
				assert.Equal(t, agent.Event{}, e)
			}
		}
		requireError(t, s.Run(), err, want)
	}
	// A panic of a tool goes on in the loop.
	boom := agent.NewTool("boom", "", func(context.Context, struct{}) (string, error) { panic("boom") })
	s := agent.Agent{Client: fake(t, openroutertest.ToolCall("c1", "boom", `{}`)).Client(), Tools: []agent.Tool{boom}}.Stream(t.Context(), question())
	err, ok := recovered(func() { _, _ = drain(s) }).(*agent.Error)
	require.True(t, ok)
	assert.Same(t, s.Run(), err.Run)
	requireValid(t, err.Run)
	var invalid *openrouter.ValidationError
	_, failure := drain(agent.Agent{}.Stream(t.Context(), nil))
	assert.True(t, errors.As(failure, &invalid))
}
