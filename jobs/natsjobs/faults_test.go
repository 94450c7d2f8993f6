package natsjobs_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// Those that take time are in the same test of package jobs, where time is not real.
var faults = []openroutertest.Reply{
	openroutertest.Reset(),
	openroutertest.Cut(),
	openroutertest.Truncate(),
	openroutertest.Text("half of an answer").Cut(),
	openroutertest.Text("half of an answer").Truncate(),
	openroutertest.HTML(502, "<html>Bad gateway</html>"),
	openroutertest.NoChoices(),
	openroutertest.Raw("{"),
	openroutertest.Error(400, openrouter.ErrInvalidRequest),
	openroutertest.Error(500, openrouter.ErrServer),
	openroutertest.Error(503, openrouter.ErrProviderOverloaded),
	openroutertest.Error(502, openrouter.ErrProviderUnavailable).Status(200),
	openroutertest.Text("half").MidStreamError(502, openrouter.ErrProviderUnavailable),
	openroutertest.Text("x").FinishReason(openrouter.FinishReasonError),
}

// Each fault befalls one request of twenty. Two workers ask the failed jobs again until all have an
// answer.
func TestFaultsLoseNothingAndRecordNothingTwice(t *testing.T) {
	t.Parallel()
	const n = 300
	config := natsjobs.Config{URL: newServer(t).URL}
	fleet := []*natsjobs.Queue{open(t, "labels", config), open(t, "labels", config)}
	add(t, fleet[0], 0, n)
	var mu sync.Mutex
	good := map[string]int{}
	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply {
		if i := rand.N(20); i < len(faults) {
			return faults[i]
		}
		mu.Lock()
		defer mu.Unlock()
		good[r.Text()]++
		return openroutertest.Text(r.Text()).Cost(0.001)
	})
	runner := &jobs.Runner{Client: f.Client(), RetryFailed: true}
	for round := 0; ; round++ {
		require.Less(t, round, 60)
		wait := background(within(t, long), fleet[0], runner)
		_, err := fleet[1].Work(within(t, long), &jobs.Runner{Client: f.Client()})
		require.NoError(t, err)
		_, err = wait()
		require.NoError(t, err)
		s, err := fleet[0].Status(t.Context())
		require.NoError(t, err)
		require.Equal(t, n, s.Done+s.Failed)
		require.Zero(t, s.Left)
		if s.Failed == 0 {
			break
		}
	}
	for _, r := range results(t, fleet[1]) {
		require.Empty(t, r.Err)
		good[r.Answer.Text()]--
	}
	assert.Len(t, good, n)
	for text, n := range good {
		assert.Zero(t, n, "%s was answered once", text)
	}
}
