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

// limits pause a run, so that few jobs are under way.
var limits = []openroutertest.Reply{
	openroutertest.Error(429, openrouter.ErrRateLimitExceeded).RetryAfter(3 * time.Second),
	openroutertest.Error(429, ""),
	openroutertest.Error(503, openrouter.ErrProviderOverloaded).RetryAfter(time.Second),
}

func TestFaultsLoseNothingAndRecordNothingTwice(t *testing.T) {
	t.Run("faults", func(t *testing.T) { outlast(t, 1000, faults) })
	t.Run("limits", func(t *testing.T) { outlast(t, 200, append(limits, faults...)) })
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
			return openroutertest.Text(r.Text()).Latency(time.Duration(rand.N(2)) * time.Second) // whole seconds: many are recorded at once
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
