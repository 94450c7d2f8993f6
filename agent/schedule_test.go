package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func testOrder(t *testing.T) {
	bubble(func(t *testing.T) {
		slow := agent.NewTool("slow", "", func(_ context.Context, in struct{ Seconds int }) (int, error) {
			time.Sleep(time.Duration(in.Seconds) * time.Second)
			return in.Seconds, nil
		})
		srv := fake(t, openroutertest.ToolCall("c1", "slow", `{"Seconds":3}`).ToolCall("c2", "slow", `{"Seconds":1}`).ToolCall("c3", "slow", `{"Seconds":2}`),
			call("c4", "one"), openroutertest.Text("Done."))
		req := question()
		req.Tools = []openrouter.Tool{openrouter.WebSearchTool{}}
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{slow, echo, failing}}.Run(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, []string{"c1", "c2", "c3", "c4"}, ids(run.Messages))
		var tools []string
		for _, r := range srv.Requests() {
			var body struct{ Tools json.RawMessage }
			require.NoError(t, json.Unmarshal(r.Raw, &body))
			tools = append(tools, string(body.Tools))
		}
		assert.Len(t, slices.Compact(tools), 1, "the same bytes")
		assert.Regexp(t, `^\[\{"type":"openrouter:web_search"\},.*"slow".*"echo".*"failing"`, tools[0])
	})(t)
}

func testSequential(t *testing.T) {
	bubble(func(t *testing.T) {
		var now, most atomic.Int32
		var order []string
		work := func(name string) agent.Tool {
			return agent.NewTool(name, "", func(context.Context, struct{}) (int32, error) {
				n := now.Add(1)
				defer now.Add(-1)
				most.Store(max(most.Load(), n))
				time.Sleep(time.Second)
				if name == "write" {
					order = append(order, name) // no lock is needed
					return now.Load(), nil
				}
				return n, nil
			})
		}
		write := work("write")
		write.Sequential = true
		reply := openroutertest.ToolCall("c1", "read", `{}`).ToolCall("c2", "read", `{}`).ToolCall("c3", "write", `{}`).ToolCall("c4", "write", `{}`).ToolCall("c5", "read", `{}`)
		start := time.Now()
		run, err := agent.Agent{Client: fake(t, reply, openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{work("read"), write}}.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, int32(2), most.Load())
		assert.Equal(t, "1", results(run.Messages)["c3"], "alone")
		assert.Equal(t, "1", results(run.Messages)["c4"], "alone")
		assert.Equal(t, 4*time.Second, time.Since(start))
		assert.Len(t, order, 2)
	})(t)
}

func testParallel(t *testing.T) {
	for parallel, want := range map[int]time.Duration{0: 3 * time.Second, 1: 20 * time.Second, 5: 4 * time.Second, 100: time.Second} {
		bubble(func(t *testing.T) {
			sleep := agent.NewTool("sleep", "", func(context.Context, struct{}) (string, error) { time.Sleep(time.Second); return "", nil })
			var reply openroutertest.Reply
			for i := range 20 {
				reply = reply.ToolCall(fmt.Sprint("c", i), "sleep", `{}`)
			}
			start := time.Now()
			run, err := agent.Agent{Client: fake(t, reply, openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{sleep}, Parallel: parallel}.Run(t.Context(), question())
			require.NoError(t, err)
			assert.Equal(t, want, time.Since(start), "Parallel %d", parallel)
			assert.Len(t, run.Steps[0].Outcomes, 20)
			assert.Equal(t, time.Second, run.Steps[0].Outcomes[19].Took)
		})(t)
	}
}

func testGoroutines(t *testing.T) {
	count := func() int { // of the goroutines that the package has started
		stacks := make([]byte, 1<<20)
		return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "created by github.com/openrouter-go/openrouter/agent.")
	}
	require.Zero(t, count())
	inside := 0
	tool := agent.NewTool("count", "", func(context.Context, struct{}) (string, error) {
		inside = count()
		return "", nil
	})
	srv := fake(t, openroutertest.ToolCall("c1", "count", `{}`).ToolCall("c2", "count", `{}`), openroutertest.Text("Done."))
	_, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}, Parallel: 1}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Zero(t, inside, "Parallel 1 starts none")

	tool.Timeout = time.Hour
	srv = fake(t, openroutertest.ToolCall("c1", "count", `{}`), openroutertest.Text("Done."))
	_, err = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, 1, inside)
	for count() > 0 { // a goroutine that has reported may need a moment to end
		runtime.Gosched()
	}
}

func testTimeout(t *testing.T) {
	bubble(func(t *testing.T) {
		wait := agent.NewTool("wait", "", func(ctx context.Context, in struct{ Late bool }) (string, error) {
			<-ctx.Done()
			if in.Late {
				time.Sleep(900 * time.Millisecond)
				return "just in time", nil
			}
			return "", ctx.Err()
		})
		never := wait
		never.Def.Function.Name, never.Timeout = "never", -1
		srv := fake(t, openroutertest.ToolCall("c1", "wait", `{"Late":false}`).ToolCall("c2", "wait", `{"Late":true}`), openroutertest.Text("Done."),
			openroutertest.ToolCall("c3", "never", `{"Late":false}`))
		a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{wait, never}, ToolTimeout: 5 * time.Second}
		run, err := a.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"c1": "error: timed out after 5s", "c2": "just in time"}, results(run.Messages))

		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		run, err = a.Run(ctx, question())
		requireError(t, run, err, context.DeadlineExceeded)
		assert.Equal(t, time.Hour, time.Since(start), "-1 lifts the agent's limit")
	})(t)
}

func testLeftBehind(t *testing.T) {
	for name, late := range map[string]func() (string, error){
		"result": func() (string, error) { return "late", nil },
		"panic":  func() (string, error) { panic("late") },
		"exit":   func() (string, error) { runtime.Goexit(); return "", nil },
		"fatal":  func() (string, error) { return "", agent.Fatal(errors.New("late")) },
	} {
		for _, parallel := range []int{0, 1} {
			t.Run(fmt.Sprint(name, parallel), bubble(func(t *testing.T) {
				done := make(chan bool)
				slow := agent.NewTool("slow", "", func(ctx context.Context, _ struct{}) (string, error) {
					defer close(done)
					time.Sleep(time.Hour)
					agent.Progress(ctx, "late")
					return late()
				})
				slow.Timeout = time.Minute
				srv := fake(t, openroutertest.ToolCall("c1", "slow", `{}`).ToolCall("c2", "echo", `{"text":"x"}`), openroutertest.Text("Done."))
				start := time.Now()
				run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo, slow}, Parallel: parallel}.Run(t.Context(), question())
				require.NoError(t, err)
				assert.Equal(t, time.Minute+time.Second, time.Since(start))
				assert.Equal(t, map[string]string{"c1": "error: timed out after 1m0s", "c2": "x"}, results(run.Messages))
				assert.Equal(t, time.Minute+time.Second, run.Steps[0].Outcomes[0].Took)
				before, err := json.Marshal(run)
				require.NoError(t, err)
				<-done
				after, err := json.Marshal(run)
				require.NoError(t, err)
				assert.Equal(t, string(before), string(after))
			}))
		}
	}
}

func testCancel(t *testing.T) {
	cause := errors.New("the user has left")
	for _, parallel := range []int{0, 1} {
		bubble(func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			heeds := agent.NewTool("heeds", "", func(ctx context.Context, _ struct{}) (string, error) {
				<-ctx.Done()
				return "", ctx.Err()
			})
			stubborn := agent.NewTool("stubborn", "", func(context.Context, struct{}) (string, error) {
				time.Sleep(time.Hour)
				return "done anyway", nil
			})
			srv := fake(t, openroutertest.ToolCall("c1", "stubborn", `{}`).ToolCall("c2", "heeds", `{}`).ToolCall("c3", "echo", `{"text":"x"}`))
			time.AfterFunc(time.Minute, func() { cancel(cause) })
			start := time.Now()
			echo := echo
			echo.Sequential = true
			run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo, heeds, stubborn}, Parallel: parallel}.Run(ctx, question())
			requireError(t, run, err, context.Canceled)
			require.ErrorIs(t, err, cause)
			assert.Equal(t, time.Hour, time.Since(start), "it waits for its tools")
			want := map[string]string{"c1": "done anyway", "c2": "error: the call was cancelled", "c3": "error: not run: the run was cancelled"}
			if parallel == 1 {
				want["c2"] = want["c3"]
			}
			assert.Equal(t, want, results(run.Messages))
		})(t)
	}
	bubble(func(t *testing.T) { // while the model answers
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		run, err := agent.Agent{Client: fake(t, openroutertest.Text("x").Stall()).Client()}.Run(ctx, question())
		requireError(t, run, err, context.DeadlineExceeded)
	})(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	run, err := agent.Agent{Client: fake(t).Client()}.Run(ctx, question())
	requireError(t, run, err, context.Canceled)
}

func testFatalCancels(t *testing.T) {
	cause := errors.New("disk full")
	heeds := agent.NewTool("heeds", "", func(ctx context.Context, _ struct{}) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})
	for name, end := range map[string]func() (string, error){
		"fatal": func() (string, error) { return "", agent.Fatal(cause) },
		"panic": func() (string, error) { panic(cause) },
	} {
		t.Run(name, bubble(func(t *testing.T) {
			ends := agent.NewTool("ends", "", func(context.Context, struct{}) (string, error) { return end() })
			srv := fake(t, openroutertest.ToolCall("c1", "heeds", `{}`).ToolCall("c2", "ends", `{}`).ToolCall("c3", "echo", `{"text":"x"}`))
			a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo, heeds, ends}, Parallel: 2}
			var run *agent.Run
			var err error
			if value := recovered(func() { run, err = a.Run(t.Context(), question()) }); value != nil {
				err = value.(error)
				run = err.(*agent.Error).Run
			}
			requireError(t, run, err, cause)
			assert.Equal(t, "error: context canceled", results(run.Messages)["c1"])
			assert.Equal(t, "error: not run: the run ended", results(run.Messages)["c3"])
		}))
	}
}

func testPanic(t *testing.T) {
	cause := errors.New("broken")
	boom := agent.NewTool("boom", "", func(context.Context, struct{}) (string, error) { panic(cause) })
	for _, parallel := range []int{0, 1} {
		srv := fake(t, call("c1", "one").ToolCall("c2", "boom", `{}`).ToolCall("c3", "echo", `{"text":"three"}`))
		a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{boom, echo}, Parallel: parallel}
		value := recovered(func() { _, _ = a.Run(t.Context(), question()) })
		err, ok := value.(*agent.Error)
		require.True(t, ok, "%v", value)
		requireError(t, err.Run, err, cause)
		assert.Contains(t, err.Error(), "tool boom panicked: broken")
		assert.Contains(t, err.Error(), "testPanic", "the stack of the tool")
		got := results(err.Run.Messages)
		assert.Len(t, got, 3)
		assert.Equal(t, "error: the tool failed", got["c2"], "the model is told no details")
	}
	nothing := agent.NewTool("nothing", "", func(context.Context, struct{}) (string, error) { panic(nil) })
	srv := fake(t, openroutertest.ToolCall("c1", "nothing", `{}`))
	value := recovered(func() {
		_, _ = agent.Agent{Client: srv.Client(), Tools: []agent.Tool{nothing}}.Run(t.Context(), question())
	})
	_, ok := value.(*agent.Error)
	assert.True(t, ok)
}

func testGoexit(t *testing.T) {
	exit := agent.NewTool("exit", "", func(context.Context, struct{}) (string, error) { runtime.Goexit(); return "", nil })
	for _, parallel := range []int{0, 1} {
		srv := fake(t, call("c1", "one").ToolCall("c2", "exit", `{}`).ToolCall("c3", "echo", `{"text":"three"}`))
		var run *agent.Run
		a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo, exit}, Parallel: parallel, Approve: decide(allow)}
		a.Prepare = func(_ context.Context, r *agent.Run, _ *agent.Next) error { run = r; return nil }
		ended, returned := make(chan bool), false
		go func() {
			defer close(ended)
			_, _ = a.Run(t.Context(), question())
			returned = true
		}()
		<-ended
		assert.False(t, returned)
		requireValid(t, run)
		assert.Equal(t, "error: the tool ended without a result", results(run.Messages)["c2"])
		assert.Len(t, results(run.Messages), 3)
	}
}
