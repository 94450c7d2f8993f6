package jobs_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// faults are what a service, a proxy and a network do to an answer. 401, 402 and 403 stop a run, and
// have tests of their own.
var faults = []openroutertest.Reply{
	openroutertest.Reset(),
	openroutertest.Text("half of an answer").Cut(),
	openroutertest.Text("half of an answer").Truncate(),
	openroutertest.Truncate(),
	openroutertest.Stall(),
	openroutertest.HTML(502, "<html>Bad gateway</html>"),
	openroutertest.NoChoices(),
	openroutertest.Raw("{"),
	openroutertest.Error(400, openrouter.ErrInvalidRequest),
	openroutertest.Error(408, openrouter.ErrTimeout),
	openroutertest.Error(500, openrouter.ErrServer),
	openroutertest.Error(503, openrouter.ErrProviderOverloaded),
	openroutertest.Error(502, openrouter.ErrProviderUnavailable).Status(200),
	openroutertest.Text("half").MidStreamError(502, openrouter.ErrProviderUnavailable),
	openroutertest.Text("x").FinishReason(openrouter.FinishReasonError),
}

// forms are other forms in which these are sent.
var forms = []openroutertest.Reply{
	openroutertest.Cut(),
	openroutertest.Text("half of an answer").Stall(),
	openroutertest.Text("late").Latency(openroutertest.Forever),
	openroutertest.MidStreamError(502, openrouter.ErrProviderUnavailable),
	openroutertest.Text("half").MidStreamError(500, openrouter.ErrServer).Shape(openroutertest.ShapeWithUsage),
	openroutertest.Text("half").MidStreamError(500, openrouter.ErrServer).Shape(openroutertest.ShapeBeforeUsage),
	openroutertest.Text("half").MidStreamError(500, openrouter.ErrServer).Shape(openroutertest.ShapeBare),
	openroutertest.Text("half").MidStreamError(500, openrouter.ErrServer).Shape(openroutertest.ShapeChoice),
	openroutertest.Text("half").MidStreamError(500, openrouter.ErrServer).Shape(openroutertest.ShapeNulls),
	openroutertest.Text("half").MidStreamError(400, openrouter.ErrInvalidRequest).ErrorCode("invalid").Metadata(map[string]any{"raw": "x"}),
	openroutertest.Error(500, "").ErrorCode(nil),
	openroutertest.Error(503, openrouter.ErrProviderOverloaded).Availability(openrouter.Availability{}),
	openroutertest.HTML(200, "<html>Sign in</html>"),
	openroutertest.Raw("null").Flood(1000, "\n"),
	openroutertest.Raw(`{"choices": "none"}`),
}

// slow are answers that are late, or that something follows.
var slow = []func(openroutertest.Reply) openroutertest.Reply{
	func(r openroutertest.Reply) openroutertest.Reply { return r.Pause(30 * time.Second) },
	func(r openroutertest.Reply) openroutertest.Reply { return r.Pace(5 * time.Second) },
	func(r openroutertest.Reply) openroutertest.Reply { return r.Drip(100, 3*time.Second) },
	func(r openroutertest.Reply) openroutertest.Reply {
		return r.KeepAlive(3).Padding(3).Processing(5*time.Second, 20*time.Second)
	},
	func(r openroutertest.Reply) openroutertest.Reply { return r.Done().Padding(2) },
	func(r openroutertest.Reply) openroutertest.Reply { return r.NoUsage() },
}

// limits pause a run, so that few jobs are under way.
var limits = []openroutertest.Reply{
	openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RetryAfter(3 * time.Second),
	openroutertest.Error(429, ""),
	openroutertest.Error(503, openrouter.ErrProviderOverloaded).RetryAfter(time.Second),
}

func TestFaultsLoseNothingAndRecordNothingTwice(t *testing.T) {
	t.Parallel()
	t.Run("faults", func(t *testing.T) { outlast(t, 1000, faults) })
	t.Run("forms", func(t *testing.T) { outlast(t, 1000, forms) })
	t.Run("limits", func(t *testing.T) { outlast(t, 200, append(limits, faults[:11]...)) })
}

// outlast runs n jobs while each of the faults befalls one request of twenty. The failed jobs are
// asked again until all have an answer.
func outlast(t *testing.T, n int, faults []openroutertest.Reply) {
	require.Less(t, len(faults), 20)
	store, path := openFile(t)
	require.NoError(t, store.Close())
	var hits sync.Map
	synctest.Test(t, func(t *testing.T) {
		fake := openroutertest.NewTransport(t, openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
			if i := rand.N(20); i < len(faults) {
				hits.Store(i, true)
				return faults[i]
			}
			answer := openroutertest.Text(r.Text()).Latency(time.Duration(rand.N(2)) * time.Second) // whole seconds: many are recorded at once
			if i := rand.N(20); i < len(slow) {
				answer = slow[i](answer)
			}
			return answer
		}).Always())
		client := fake.Client(openrouter.WithTimeout(time.Minute), openrouter.WithMaxRetries(1))
		for round := 0; ; round++ {
			require.Less(t, round, 60)
			store, err := jobs.OpenFile(path)
			require.NoError(t, err)
			runner := jobs.Runner{Client: client, Store: store, Workers: 64, RetryFailed: true}
			status, err := runner.Run(t.Context(), rows(n))
			require.NoError(t, err)
			require.Equal(t, n, status.Done+status.Failed)
			require.Zero(t, status.Left)
			require.Len(t, results(t, store), n, "every job is recorded")
			require.NoError(t, store.Close())
			if status.Failed == 0 {
				t.Logf("%d runs", round+1)
				return
			}
		}
	})
	for i := range faults {
		_, isHit := hits.Load(i)
		require.True(t, isHit)
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	answers := map[string]int{}
	for line := range strings.Lines(string(data)) {
		var r jobs.Result
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		if r.Err == "" {
			require.Equal(t, r.Key, r.Answer.Text())
			answers[r.Key]++
		}
	}
	require.Len(t, answers, n, "zero lost")
	for key, times := range answers {
		require.Equal(t, 1, times, "%s has one answer", key)
	}
}
