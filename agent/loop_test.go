package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
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

func testRunIsComplete(t *testing.T) {
	req := question()
	req.Messages = append(make([]openrouter.Message, 0, 99), req.Messages...) // room that a run must not write into
	before, err := json.Marshal(req)
	require.NoError(t, err)
	for range 2 {
		run, err := agent.Agent{Client: fake(t, call("c1", "one"), openroutertest.Error(402, openrouter.ErrPaymentRequired, "Top up.")).Client(), Tools: []agent.Tool{echo}}.
			Run(t.Context(), req)
		requireError(t, run, err, openrouter.ErrPaymentRequired)
		assert.Equal(t, "agent: payment_required 402: Top up.", err.Error())
		assert.Len(t, run.Messages, 3)
		assert.Len(t, run.Steps, 1)
	}
	after, err := json.Marshal(req)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	assert.Zero(t, req.Messages[:99][1].Role)

	var run agent.Run
	assert.Empty(t, run.Text())
	assert.Nil(t, run.Answer())
}

func testMaxSteps(t *testing.T) {
	var replies []openroutertest.Reply
	for i := range 16 {
		replies = append(replies, call(fmt.Sprint("c", i), fmt.Sprint(i)))
	}
	run, err := agent.Agent{Client: fake(t, replies...).Client(), Tools: []agent.Tool{echo}}.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)
	assert.Len(t, run.Steps, 16)
	assert.Equal(t, "15", results(run.Messages)["c15"], "the calls of the last answer ran")

	// The run goes on where it was.
	req := question()
	req.Messages = run.Messages
	run, err = agent.Agent{Client: fake(t, call("d", "d"), openroutertest.Text("Done.")).Client(), Tools: []agent.Tool{echo}, MaxSteps: 2}.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "Done.", run.Text())
	requireValid(t, run)
}

func testFinal(t *testing.T) {
	a := agent.Agent{Tools: []agent.Tool{echo}, MaxSteps: 1, Final: true}
	srv := fake(t, call("c1", "one"), openroutertest.Text("As far as I know."))
	a.Client = srv.Client()
	run, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "As far as I know.", run.Text())
	first, last := srv.Requests()[0].Body, srv.Requests()[1].Body
	assert.Equal(t, openrouter.ToolChoiceNone, last.ToolChoice)
	assert.Equal(t, first.Tools, last.Tools, "the tools stay in the request")

	a.Client = fake(t, call("c1", "one"), call("c2", "two")).Client() // a call in spite of none
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)
	assert.Equal(t, "error: not run: no more calls are possible, answer with what there is", results(run.Messages)["c2"])

	a.Client = fake(t, call("c1", "one"), openroutertest.Text("")).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)

	a.Client = fake(t, call("c1", "one"), openroutertest.Error(500, openrouter.ErrServer)).Client()
	run, err = a.Run(t.Context(), question())
	requireError(t, run, err, agent.ErrMaxSteps)
	require.ErrorIs(t, err, openrouter.ErrServer)

	a.MaxSteps, a.MaxCost = 0, 0.01
	a.Client = fake(t, call("c1", "one").Cost(1), openroutertest.Text("Spent.")).Client()
	run, err = a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "error: not run: the budget is spent", results(run.Messages)["c1"])
	requireValid(t, run)

	a.MaxCost = 0
	a.Client = fake(t, call("c1", "a"), call("c2", "a"), call("c3", "a"), openroutertest.Text("Enough.")).Client()
	run, err = a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, "Enough.", run.Text())

	// A limit that a call of an earlier run reaches, before the first request.
	spending := agent.NewTool("echo", "", func(context.Context, text) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text("spent"), Usage: openrouter.Usage{Cost: 1}}, nil
	})
	a.Tools, a.MaxCost = []agent.Tool{spending}, 0.5
	a.Client = fake(t, openroutertest.Text("Spent.")).Client()
	req := question()
	req.Messages = append(req.Messages, openrouter.Message{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{
		{ID: "c1", Type: "function", Function: openrouter.FunctionCall{Name: "echo", Arguments: `{"text":"x"}`}}}})
	run, err = a.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "Spent.", run.Text())
}

func testStop(t *testing.T) {
	stop := agent.NewTool("stop", "", func(context.Context, struct{}) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text("stopped"), Stop: true}, nil
	})
	run, err := agent.Agent{Client: fake(t, call("c1", "one").ToolCall("c2", "stop", `{}`)).Client(), Tools: []agent.Tool{echo, stop}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"c1": "one", "c2": "stopped"}, results(run.Messages))
	requireValid(t, run)

	a := agent.Agent{Client: fake(t, call("c1", "one"), call("c2", "two")).Client(), Tools: []agent.Tool{echo}}
	a.Stop = func(run *agent.Run) bool { return len(run.Steps) == 2 }
	run, err = a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"c1": "one", "c2": "two"}, results(run.Messages))
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

func testGoexit(t *testing.T) {
	exit := agent.NewTool("exit", "", func(context.Context, struct{}) (string, error) { runtime.Goexit(); return "", nil })
	for _, parallel := range []int{0, 1} {
		srv := fake(t, call("c1", "one").ToolCall("c2", "exit", `{}`).ToolCall("c3", "echo", `{"text":"three"}`))
		var run *agent.Run
		a := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo, exit}, Parallel: parallel}
		a.Approve = func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
			return agent.Decision{Allow: true}, nil
		}
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

func testErrorIsOneLine(t *testing.T) {
	req := question()
	req.Messages[0] = openrouter.UserMessage("my secret")
	run, err := agent.Agent{Name: "helper", Client: fake(t, openroutertest.Text("half a secret").Cut()).Client()}.Run(t.Context(), req)
	requireError(t, run, err, io.ErrUnexpectedEOF)
	assert.Regexp(t, "^agent helper: ", err.Error())
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "err", err)
	data, _ := json.Marshal(err)
	for _, s := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), fmt.Sprintf("%q", err), log.String(), string(data)} {
		assert.NotContains(t, s, "secret")
		assert.Contains(t, s, "agent helper")
	}
}
