package agent_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// tree is an observer that draws the operations, each below the one around it.
type tree struct {
	mu    sync.Mutex
	roots []*node
	open  int
}

type node struct {
	tree     *tree
	text     string
	children []*node
	ends     int
	result   any
}

type nodeKey struct{ of *tree }

func (t *tree) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := &node{tree: t, text: strings.TrimSpace(op.Name + " " + op.Target)}
	if op.Stream {
		n.text += " stream"
	}
	if call, ok := op.Request.(*openrouter.ToolCall); ok {
		n.text += " " + call.ID
		call.Function.Arguments = "changed by an observer"
	}
	if req, ok := op.Request.(*openrouter.ChatCompletionRequest); ok && op.Name != "chat" {
		req.Model = "changed by an observer"
	}
	if around, ok := ctx.Value(nodeKey{t}).(*node); ok {
		around.children = append(around.children, n)
	} else {
		t.roots = append(t.roots, n)
	}
	t.open++
	return context.WithValue(ctx, nodeKey{t}, n), n
}

func (n *node) Retry(openrouter.Retry) {}

func (n *node) FirstChunk() {
	n.tree.mu.Lock()
	defer n.tree.mu.Unlock()
	n.text += " first"
}

func (n *node) End(result any, _ openrouter.CallInfo, err error) {
	n.tree.mu.Lock()
	defer n.tree.mu.Unlock()
	n.tree.open--
	n.ends++
	n.result = result
	if err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		n.text += ": " + line
	}
}

// draw returns the tree, and fails the test if an operation has not ended once.
func (t *tree) draw(tb testing.TB) string {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	var draw func(n *node, indent string)
	draw = func(n *node, indent string) {
		assert.Equal(tb, 1, n.ends, n.text)
		fmt.Fprintf(&b, "%s%s\n", indent, n.text)
		for _, c := range n.children {
			draw(c, indent+"  ")
		}
	}
	for _, n := range t.roots {
		draw(n, "")
	}
	assert.Zero(tb, t.open)
	return b.String()
}

func TestARunIsAnOperation(t *testing.T) {
	for _, parallel := range []int{1, 8} {
		seen := &tree{}
		client := fake(t,
			openroutertest.ToolCall("c1", "echo", `{"text":"a"}`).ToolCall("c2", "failing", `{"text":"b"}`).ToolCall("c3", "nobody", `{}`),
			openroutertest.Text("Done."),
		).Client(openrouter.WithObserver(seen))
		run, err := agent.Agent{Client: client, Name: "helper", Tools: []agent.Tool{echo, failing}, Parallel: parallel}.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, "a", results(run.Messages)["c1"])
		assert.Equal(t, strings.TrimLeft(`
invoke_agent helper
  chat a/b
  execute_tool echo c1
  execute_tool failing c2: b
  chat a/b
`, "\n"), seen.draw(t))
		assert.Same(t, run, seen.roots[0].result)
		assert.Equal(t, "a", seen.roots[0].children[1].result.(*agent.Result).Content[0].Text)
	}
}

// A run inside of a tool is inside of its operation, and options of a call bring observers, too.
func TestARunInsideOfATool(t *testing.T) {
	seen := &tree{}
	client := fake(t, call("c1", "inner"), openroutertest.Text("Inner."), openroutertest.Text("Outer.")).Client(openrouter.WithObserver(seen))
	inner := agent.NewTool("echo", "Asks.", func(ctx context.Context, _ text) (string, error) {
		run, err := agent.Agent{Client: client, Name: "inner"}.Run(ctx, question())
		return run.Text(), err
	})
	ofCall := &tree{}
	_, err := agent.Agent{Client: client, Name: "outer", Tools: []agent.Tool{inner}}.Run(t.Context(), question(), openrouter.WithObserver(ofCall))
	require.NoError(t, err)
	want := "invoke_agent outer\n  chat a/b\n  execute_tool echo c1\n    invoke_agent inner\n      chat a/b\n  chat a/b\n"
	assert.Equal(t, want, seen.draw(t))
	assert.Equal(t, "invoke_agent outer\n  chat a/b\n  execute_tool echo c1\n  chat a/b\n", ofCall.draw(t))
}

// The first content of a streamed run is that of its first stream. What streams inside of a tool is not
// the run's.
func TestTheFirstContentOfARun(t *testing.T) {
	seen := &tree{}
	client := fake(t, call("c1", "inner"), openroutertest.Text("Inner."), openroutertest.Text("Outer.")).Client(openrouter.WithObserver(seen))
	inner := agent.NewTool("echo", "Asks.", func(ctx context.Context, _ text) (string, error) {
		s := agent.Agent{Client: client, Name: "inner"}.Stream(ctx, question())
		for range s.Events() {
		}
		return s.Run().Text(), nil
	})
	a := agent.Agent{Client: client, Name: "outer", Tools: []agent.Tool{inner}}
	_, err := a.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, strings.TrimLeft(`
invoke_agent outer
  chat a/b
  execute_tool echo c1
    invoke_agent inner stream first
      chat a/b stream first
  chat a/b
`, "\n"), seen.draw(t))

	seen = &tree{}
	a.Client = fake(t, openroutertest.Text("")).Client(openrouter.WithObserver(seen))
	for range a.Stream(t.Context(), question()).Events() {
	}
	assert.Equal(t, "invoke_agent outer stream\n  chat a/b stream\n", seen.draw(t), "no content")
}

func TestEveryEndOfARun(t *testing.T) {
	late := agent.NewTool("echo", "Waits.", func(ctx context.Context, _ text) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})
	reports := agent.NewTool("echo", "Reports.", func(context.Context, text) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text("no"), IsError: true, Stop: true}, nil
	})
	does := func(f func()) agent.Tool {
		return agent.NewTool("echo", "Does.", func(context.Context, text) (string, error) { f(); return "", nil })
	}
	for name, c := range map[string]struct {
		agent agent.Agent
		call  func(t *testing.T, a agent.Agent, ctx context.Context)
		reply openroutertest.Reply
		want  string
	}{
		"a limit": {agent.Agent{Tools: []agent.Tool{echo}, MaxSteps: 1}, runs, call("c1", "x"),
			"invoke_agent: agent: the limit of requests (MaxSteps) is reached\n  chat a/b\n  execute_tool echo c1\n"},
		"a failure": {agent.Agent{}, runs, openroutertest.Error(402, openrouter.ErrPaymentRequired, "no money"),
			"invoke_agent: agent: payment_required 402: no money\n  chat a/b: openrouter: payment_required 402: no money\n"},
		"an invalid tool": {agent.Agent{Tools: []agent.Tool{{}}}, runs, openroutertest.Reply{},
			"invoke_agent: agent: tools[0].function.name is \"\", must have 1 to 64 letters, digits, underscores and dashes; tools[0].function has no Call\n"},
		"a timeout": {agent.Agent{Tools: []agent.Tool{late}, ToolTimeout: time.Second, MaxSteps: 1}, runs, call("c1", "x"),
			"invoke_agent: agent: the limit of requests (MaxSteps) is reached\n  chat a/b\n  execute_tool echo c1: context deadline exceeded\n"},
		"a result that is an error": {agent.Agent{Tools: []agent.Tool{reports}}, runs, call("c1", "x"),
			"invoke_agent\n  chat a/b\n  execute_tool echo c1: agent: the tool reported an error\n"},
		"a panic": {agent.Agent{Tools: []agent.Tool{does(func() { panic("no") })}}, func(t *testing.T, a agent.Agent, ctx context.Context) {
			assert.Panics(t, func() { _, _ = a.Run(ctx, question()) })
		}, call("c1", "x"), "invoke_agent: agent: the run ended with a panic\n  chat a/b\n  execute_tool echo c1: tool echo panicked: no\n"},
		"the end of a goroutine": {agent.Agent{Tools: []agent.Tool{does(runtime.Goexit)}}, func(_ *testing.T, a agent.Agent, ctx context.Context) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = a.Run(ctx, question())
			}()
			<-done
		}, call("c1", "x"), "invoke_agent: agent: the run ended with a panic\n  chat a/b\n  execute_tool echo c1: the tool ended without a result\n"},
		"events that were read": {agent.Agent{Tools: []agent.Tool{echo}, MaxSteps: 1}, func(_ *testing.T, a agent.Agent, ctx context.Context) {
			for range a.Stream(ctx, question()).Events() {
			}
		}, call("c1", "x"), "invoke_agent stream first: agent: the limit of requests (MaxSteps) is reached\n  chat a/b stream first\n  execute_tool echo c1\n"},
		"events that were left": {agent.Agent{Tools: []agent.Tool{echo}}, func(_ *testing.T, a agent.Agent, ctx context.Context) {
			for range a.Stream(ctx, question()).Events() {
				break
			}
		}, openroutertest.Text("a", "b"), "invoke_agent stream first: agent: stream is closed\n  chat a/b stream first: openrouter: stream is closed (generation gen-fake-1)\n"},
		"events that a panic has left": {agent.Agent{}, func(t *testing.T, a agent.Agent, ctx context.Context) {
			assert.Panics(t, func() {
				for range a.Stream(ctx, question()).Events() {
					panic("no")
				}
			})
		}, openroutertest.Text("a", "b"), "invoke_agent stream first: agent: the run ended with a panic\n  chat a/b stream first: openrouter: stream is closed (generation gen-fake-1)\n"},
		"nobody reads": {agent.Agent{}, func(_ *testing.T, a agent.Agent, ctx context.Context) {
			a.Stream(ctx, question()).Close()
		}, openroutertest.Reply{}, ""},
	} {
		t.Run(name, bubble(func(t *testing.T) {
			seen := &tree{}
			c.agent.Client = openroutertest.NewTransport(t, c.reply).Client(openrouter.WithObserver(seen))
			c.call(t, c.agent, t.Context())
			assert.Equal(t, c.want, seen.draw(t))
		}))
	}
}

func runs(_ *testing.T, a agent.Agent, ctx context.Context) { _, _ = a.Run(ctx, question()) }

// A tool that ignores its timeout has ended for the observers when it has for the run.
func TestALateToolEnds(t *testing.T) {
	bubble(func(t *testing.T) {
		stay := make(chan struct{})
		defer close(stay)
		stubborn := agent.NewTool("echo", "Stays.", func(context.Context, text) (string, error) { <-stay; return "", errors.New("late") })
		seen := &tree{}
		client := fake(t, call("c1", "x"), openroutertest.Text("Done.")).Client(openrouter.WithObserver(seen))
		_, err := agent.Agent{Client: client, Tools: []agent.Tool{stubborn}, ToolTimeout: time.Second}.Run(t.Context(), question())
		require.NoError(t, err)
		assert.Equal(t, "invoke_agent\n  chat a/b\n  execute_tool echo c1: context deadline exceeded\n  chat a/b\n", seen.draw(t))
	})(t)
}

func TestTheLineOfARun(t *testing.T) {
	bubble(func(t *testing.T) {
		var out bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		client := fake(t, call("c1", "secret").Cost(1), openroutertest.Text("secret").Cost(2), openroutertest.ToolCall("c2", "echo", `{"text":"secret"}`)).Client()
		a := agent.Agent{Client: client, Name: "helper", Tools: []agent.Tool{echo}}
		run, err := a.Run(t.Context(), question(), openrouter.WithObserver(openrouter.LogCalls(logger)))
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, 4)
		assert.Equal(t, "level=INFO msg=openrouter operation=execute_tool target=echo duration=0s", lines[1])
		assert.Equal(t, "level=INFO msg=openrouter operation=invoke_agent target=helper steps=2 calls=1 prompt_tokens=3 completion_tokens=2 cost=3 duration=0s", lines[3])

		out.Reset()
		a.Approve = decide(wait)
		waits, err := a.Run(t.Context(), question())
		require.NoError(t, err)
		logger.Info("m", "run", waits, "nil", (*agent.Run)(nil), "err", &agent.Error{Run: run, Err: agent.ErrMaxSteps})
		assert.Equal(t, `level=INFO msg=m run.steps=1 run.calls=0 run.pending=1 run.prompt_tokens=1 run.completion_tokens=1 run.cost=0 nil=<nil> `+
			`err.error="agent: the limit of requests (MaxSteps) is reached" err.steps=2 err.calls=1 err.prompt_tokens=3 err.completion_tokens=2 err.cost=3`+"\n", out.String())
	})(t)
}
