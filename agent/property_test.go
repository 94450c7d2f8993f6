package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const (
	randomRuns = 12_000
	perBubble  = 50
)

// Whatever happens in a run, its messages are valid: each call has one result, in order, those that
// are pending aside. The run can go on, and a strict service accepts its next request.
func TestRandomRunsAreAlwaysValid(t *testing.T) {
	runs := randomRuns
	if testing.Short() {
		runs /= 10
	}
	ends := map[string]int{}
	for first := 0; first < runs; first += perBubble {
		synctest.Test(t, func(t *testing.T) {
			for seed := first; seed < first+perBubble; seed++ {
				w := &world{T: t, Rand: rand.New(rand.NewPCG(uint64(seed), 42)), seed: seed}
				ends[w.play()]++
			}
			time.Sleep(time.Hour) // by the fake clock: tools that were left behind end
		})
	}
	t.Log(ends)
	for _, end := range []string{
		"answer", "pending", "left", "panic of the loop", "panic of a tool", "panic of Approve", "goexit", "fatal", "approve",
		agent.ErrMaxSteps.Error(), agent.ErrMaxCost.Error(), agent.ErrRepeating.Error(), agent.ErrRefused.Error(), agent.ErrFiltered.Error(),
		context.Canceled.Error(), context.DeadlineExceeded.Error(), openrouter.ErrStreamClosed.Error(), openrouter.ErrStreamTruncated.Error(), "API",
	} {
		require.Positive(t, ends[end], "no run ended with: %s", end)
	}
}

var (
	errFatal   = errors.New("fatal")
	errApprove = errors.New("approve")
)

// world is one random run: a service, tools and a user.
type world struct {
	*testing.T
	*rand.Rand
	seed int
	ids  int
	run  *agent.Run
	end  string
}

// one reports true once in n times.
func (w *world) one(n int) bool { return w.IntN(n) == 0 }

// play makes a run, checks it, lets it go on, and returns how it ended.
func (w *world) play() string {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if w.one(6) {
		timer := time.AfterFunc(w.soon(), cancel)
		defer timer.Stop()
	} else if w.one(8) {
		ctx, cancel = context.WithTimeout(ctx, w.soon())
		defer cancel()
	}
	var replies []openroutertest.Reply
	for range 1 + w.IntN(6) {
		replies = append(replies, w.reply())
	}
	replies = append(replies, openroutertest.Text("Done.").Cost(0.01).Always())
	for i := range replies {
		replies[i] = w.strict(replies[i])
	}
	srv := openroutertest.NewTransport(w, replies...)
	a := w.agent(srv.Client())
	req := question()
	req.Tools = []openrouter.Tool{openrouter.FunctionTool{Function: openrouter.Function{Name: "browser"}}}

	done := make(chan bool)
	go func() { // a tool may end the goroutine
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				w.recovered(v)
			}
		}()
		w.end = "goexit"
		w.start(ctx, a, req)
	}()
	<-done
	require.NotNil(w, w.run, "seed %d", w.seed)
	require.NoError(w, problem(w.run.Messages, w.run.Pending), "seed %d", w.seed)
	w.accounts()
	end := w.end
	w.goOn(srv, req)
	return end
}

// accounts demands that the steps have what the messages have: each result once, in order, and each
// call that a model wrote. The usage is the sum of what was spent.
func (w *world) accounts() {
	var want []string
	cost := 0.0
	for _, step := range w.run.Steps {
		if u := step.Answer.Usage; u != nil {
			cost += u.Cost
		}
		for _, o := range step.Outcomes {
			want = append(want, o.Call.ID)
			cost += o.Result.Usage.Cost
			require.True(w, o.Err == nil || o.Result.IsError, "seed %d", w.seed)
		}
		require.LessOrEqual(w, len(step.Outcomes), len(step.Answer.ToolCalls()), "seed %d", w.seed)
	}
	require.Equal(w, want, ids(w.run.Messages), "seed %d", w.seed)
	require.InDelta(w, cost, w.run.Usage.Cost, 1e-9, "seed %d", w.seed)
}

func (w *world) strict(r openroutertest.Reply) openroutertest.Reply {
	return r.When(func(req *openroutertest.Request) bool {
		if len(req.Body.Messages) == 1 && req.Body.Model == "inner" {
			return true
		}
		require.NoError(w, problem(req.Body.Messages, nil), "seed %d", w.seed)
		return true
	})
}

func (w *world) soon() time.Duration { return time.Duration(w.IntN(4000)) * time.Millisecond }

// start runs the agent in one of its two ways.
func (w *world) start(ctx context.Context, a agent.Agent, req *openrouter.ChatCompletionRequest) {
	if w.one(2) {
		run, err := a.Run(ctx, req)
		w.run = run
		w.ended(err)
		return
	}
	s := a.Stream(ctx, req)
	w.run = s.Run()
	if w.one(8) {
		timer := time.AfterFunc(w.soon(), s.Close)
		defer timer.Stop()
	}
	leave, boom := w.IntN(60), w.IntN(120)
	n := 0
	for e, err := range s.Events() {
		if err != nil {
			require.Equal(w, agent.Event{}, e)
			w.ended(err)
			return
		}
		if n++; n == leave {
			w.end = "left"
			return
		}
		if n == boom {
			w.end = "panic of the loop"
			panic("loop")
		}
	}
	w.ended(nil)
}

// ended notes how a run ended.
func (w *world) ended(err error) {
	if err == nil {
		if w.end = "answer"; len(w.run.Pending) > 0 {
			w.end = "pending"
		}
		return
	}
	e, ok := errors.AsType[*agent.Error](err)
	require.True(w, ok, "seed %d: %v", w.seed, err)
	require.Same(w, w.run, e.Run)
	w.end = "API"
	for _, target := range []error{
		errFatal, errApprove, agent.ErrMaxSteps, agent.ErrMaxCost, agent.ErrRepeating, agent.ErrRefused, agent.ErrFiltered,
		openrouter.ErrStreamClosed, context.Canceled, context.DeadlineExceeded, openrouter.ErrStreamTruncated,
	} {
		if errors.Is(err, target) {
			w.end = target.Error()
			return
		}
	}
	_, isAPI := errors.AsType[*openrouter.APIError](err)
	_, isCut := errors.AsType[*openrouter.ConnectionError](err)
	_, isGarbled := errors.AsType[*openrouter.DecodeError](err)
	require.True(w, isAPI || isCut || isGarbled, "seed %d: %v", w.seed, err)
}

func (w *world) recovered(v any) {
	switch v := v.(type) {
	case *agent.Error:
		w.run, w.end = v.Run, "panic of a tool"
	case string:
		if v == "approve" {
			w.end = "panic of Approve"
		}
		require.Contains(w, []string{"approve", "loop"}, v)
	default:
		panic(v)
	}
}

// goOn gives the messages back: through JSON, or with the results made elsewhere.
func (w *world) goOn(srv *openroutertest.Transport, req *openrouter.ChatCompletionRequest) {
	run := w.run
	if w.one(10) {
		data, err := json.Marshal(run)
		require.NoError(w, err)
		run = &agent.Run{}
		require.NoError(w, json.Unmarshal(data, run))
		require.NoError(w, problem(run.Messages, run.Pending), "seed %d", w.seed)
	}
	pending := append([]openrouter.ToolCall(nil), run.Pending...)
	w.Shuffle(len(pending), func(i, j int) { pending[i], pending[j] = pending[j], pending[i] })
	for _, c := range pending {
		if c.Function.Name == "browser" || w.one(2) {
			require.NoError(w, run.Resolve(c.ID, agent.Result{Content: openrouter.Text("by hand")}))
			require.NoError(w, problem(run.Messages, run.Pending), "seed %d", w.seed)
		}
	}
	next := openroutertest.NewTransport(w, w.strict(openroutertest.Text("Done.")))
	copied := *req
	copied.Messages = run.Messages
	again, err := agent.Agent{Client: next.Client(), Tools: calm()}.Run(context.Background(), &copied)
	require.NoError(w, err, "seed %d", w.seed)
	require.NoError(w, problem(again.Messages, nil), "seed %d", w.seed)
	require.Len(w, next.Requests(), 1)
}

// calm are tools with the same names that do nothing.
var calm = sync.OnceValue(func() (tools []agent.Tool) {
	for _, name := range []string{"echo", "fails", "fatal", "panics", "exits", "slow", "stubborn", "reports", "nested"} {
		tools = append(tools, agent.NewTool(name, "", func(context.Context, any) (string, error) { return "calm", nil }))
	}
	return tools
})

func (w *world) agent(client *openrouter.Client) agent.Agent {
	a := agent.Agent{Client: client, MaxRepeats: w.IntN(3), Parallel: w.IntN(4), Tools: w.tools(client), Final: w.one(3), MaxResult: []int{0, 3}[w.IntN(2)]}
	if w.one(4) {
		a.MaxSteps = 1 + w.IntN(3)
	}
	if w.one(4) {
		a.MaxCost = 0.01 * float64(1+w.IntN(4))
	}
	if w.one(4) {
		a.ToolTimeout = time.Duration(1+w.IntN(1500)) * time.Millisecond
	}
	if w.one(3) {
		a.Approve = w.approve()
	}
	a.Prepare = func(_ context.Context, run *agent.Run, next *agent.Next) error {
		w.run = run // a run that ends with its goroutine returns nothing
		return nil
	}
	return a
}

func (w *world) approve() func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
	return func(context.Context, openrouter.ToolCall) (agent.Decision, error) {
		switch w.IntN(12) {
		case 0:
			return agent.Decision{}, errApprove
		case 1:
			panic("approve")
		case 2, 3:
			return agent.Decision{Wait: true}, nil
		case 4, 5:
			return agent.Decision{Reason: "no"}, nil
		}
		return agent.Decision{Allow: true}, nil
	}
}

// tools behave in all the ways that tools have. They take their random numbers from the arguments,
// since they run at once.
func (w *world) tools(client *openrouter.Client) []agent.Tool {
	type in struct {
		Text string `json:"text"`
		N    int    `json:"n"`
	}
	tool := func(name string, f func(context.Context, in) (string, error)) agent.Tool {
		t := agent.NewTool(name, "", f)
		t.Sequential = name == "reports" && w.one(2)
		return t
	}
	sleep := func(ctx context.Context, n int) error {
		select {
		case <-time.After(time.Duration(n) * time.Millisecond):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var all []agent.Tool
	all = []agent.Tool{
		tool("echo", func(_ context.Context, in in) (string, error) { return in.Text, nil }),
		tool("fails", func(_ context.Context, in in) (string, error) { return "", errors.New(in.Text) }),
		tool("fatal", func(context.Context, in) (string, error) { return "", agent.Fatal(errFatal) }),
		tool("panics", func(context.Context, in) (string, error) { panic("tool") }),
		tool("exits", func(context.Context, in) (string, error) { runtime.Goexit(); return "", nil }),
		tool("slow", func(ctx context.Context, in in) (string, error) { return "slept", sleep(ctx, in.N) }),
		tool("stubborn", func(_ context.Context, in in) (string, error) { return "slept", sleep(context.Background(), in.N) }),
		tool("reports", func(ctx context.Context, in in) (string, error) {
			for i := range 3 {
				agent.Progress(ctx, i)
				if err := sleep(ctx, in.N/3); err != nil {
					return "", err
				}
			}
			return "reported", nil
		}),
		tool("nested", func(ctx context.Context, in in) (string, error) {
			inner := agent.Agent{Client: client, Tools: all, MaxSteps: 1 + in.N%3, Final: in.N%2 == 0, Parallel: in.N % 4, MaxCost: float64(in.N%5) * 0.01}
			run, err := inner.Run(ctx, &openrouter.ChatCompletionRequest{Model: "inner", Messages: question().Messages})
			assert.NoError(w, problem(run.Messages, run.Pending), "seed %d", w.seed)
			return run.Text(), err
		}),
	}
	return all
}

// reply is a random answer, with or without calls and faults.
func (w *world) reply() openroutertest.Reply {
	r := openroutertest.Reply{}.Cost(0.01)
	switch w.IntN(4) {
	case 0:
		r = r.Reasoning("Hm.", " So.")
	case 1:
		r = r.SignedReasoning("sig", "Hm.", " So.")
	}
	if w.one(2) {
		r = r.Text("Let ", "me see.")
	}
	names := []string{"echo", "echo", "fails", "slow", "slow", "stubborn", "reports", "nested", "browser", "unknown", "odd name", ""}
	if w.one(12) {
		names = []string{"fatal", "panics", "exits", "echo"}
	}
	for range w.IntN(4) {
		w.ids++
		id := []string{fmt.Sprint("call_", w.ids), fmt.Sprint("call_", w.ids), "", "same"}[w.IntN(4)]
		r = r.ToolCall(id, names[w.IntN(len(names))], w.arguments())
		if w.one(20) {
			return w.fault(r)
		}
	}
	switch w.IntN(12) {
	case 0:
		r = r.FinishReason("length")
	case 1:
		r = r.FinishReason("stop")
	case 2:
		r = r.FinishReason("tool_calls")
	case 3:
		return w.fault(r)
	case 4:
		if w.one(2) {
			return r.FinishReason("content_filter")
		}
		return r.Refusal("I ", "will not.")
	}
	if w.one(5) {
		r = r.Latency(w.soon() / 4)
	}
	if w.one(5) {
		r = r.Pace(time.Duration(w.IntN(200)) * time.Millisecond)
	}
	return r
}

func (w *world) fault(r openroutertest.Reply) openroutertest.Reply {
	switch w.IntN(7) {
	case 0:
		return r.Cut()
	case 1:
		return r.Truncate()
	case 2:
		return r.MidStreamError(502, openrouter.ErrProviderUnavailable)
	case 3:
		return openroutertest.Error(429, openrouter.ErrRateLimitExceeded)
	case 4:
		return openroutertest.NoChoices()
	case 5:
		return openroutertest.Reset()
	}
	return openroutertest.HTML(503, "<h1>busy</h1>")
}

func (w *world) arguments() string {
	whole := fmt.Sprintf(`{"text":"%d","n":%d}`, w.IntN(3), w.IntN(3000))
	switch w.IntN(12) {
	case 0:
		return whole[:w.IntN(len(whole))]
	case 1:
		return whole + whole
	case 2:
		quoted, _ := json.Marshal(whole)
		return string(quoted)
	case 3:
		return `{"text":1}`
	}
	return whole
}
