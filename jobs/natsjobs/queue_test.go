package natsjobs_test

import (
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
)

func TestAnImpossibleConfigIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		config natsjobs.Config
		says   string
	}{
		{"", natsjobs.Config{Dir: "x"}, `the queue name ""`},
		{"a.b", natsjobs.Config{Dir: "x"}, `the queue name "a.b"`},
		{strings.Repeat("a", 65), natsjobs.Config{Dir: "x"}, "1 to 64"},
		{"a", natsjobs.Config{}, "Config.Dir and Config.URL are both empty"},
		{"a", natsjobs.Config{Dir: "x", URL: "nats://127.0.0.1"}, "Config.Dir and Config.URL cannot both be set"},
		{"a", natsjobs.Config{Dir: "x", Replicas: 3}, "need Config.URL"},
		{"a", natsjobs.Config{Dir: "x", Options: []nats.Option{nats.Name("me")}}, "need Config.URL"},
		{"a", natsjobs.Config{URL: "nats://127.0.0.1", Replicas: 6}, "0 to 5"},
		{"a", natsjobs.Config{Dir: "x", Lease: time.Millisecond}, "at least 300ms"},
		{"a", natsjobs.Config{Dir: "x", Deaths: -1}, "Deaths is -1"},
		{"a", natsjobs.Config{URL: "nats://127.0.0.1:1"}, "connect"},
	} {
		_, err := natsjobs.Open(t.Context(), c.name, c.config)
		assert.ErrorContains(t, err, c.says)
	}
	for _, bad := range []string{"nats://me:%zz-password@host", "nats://me:password@host:port", "nats://me:pass word@host,nats://b"} {
		_, err := natsjobs.Open(t.Context(), "a", natsjobs.Config{URL: bad})
		require.ErrorContains(t, err, "not a URL")
		assert.NotContains(t, err.Error(), "password")
		assert.NotContains(t, err.Error(), "pass word")
	}
	assert.NoDirExists(t, "x", "a refused Config makes no folder")
}

func TestAFolderIsOpenOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	q, err := natsjobs.Open(t.Context(), "a", natsjobs.Config{Dir: dir})
	require.NoError(t, err)
	_, err = natsjobs.Open(t.Context(), "a", natsjobs.Config{Dir: dir})
	require.ErrorIs(t, err, natsjobs.ErrInUse)
	require.ErrorContains(t, err, "URL", "it says what to do")
	require.NoError(t, q.Close())
	require.NoError(t, q.Close(), "again")

	q, err = natsjobs.Open(t.Context(), "a", natsjobs.Config{Dir: dir})
	require.NoError(t, err, "closing frees it")
	require.NoError(t, q.Close())
}

func TestJobsAreAddedOnce(t *testing.T) {
	dir := t.TempDir()
	q, err := natsjobs.Open(t.Context(), "a", natsjobs.Config{Dir: dir})
	require.NoError(t, err)

	added, known, err := q.Add(t.Context(), rows(0, 700))
	require.NoError(t, err)
	assert.Equal(t, []int{700, 0}, []int{added, known})
	added, known, err = q.Add(t.Context(), rows(600, 1000))
	require.NoError(t, err)
	assert.Equal(t, []int{300, 100}, []int{added, known}, "100 are queued")
	require.NoError(t, q.Close())

	q = open(t, "a", natsjobs.Config{Dir: dir})
	require.NoError(t, q.Put(t.Context(), jobs.Result{Key: "row-1000"}, jobs.Result{Key: "row-1001", Err: "no"}))
	added, known, err = q.Add(t.Context(), rows(999, 1003))
	require.NoError(t, err)
	assert.Equal(t, []int{1, 3}, []int{added, known}, "one is queued and two are recorded")

	other := open(t, "b", natsjobs.Config{Dir: t.TempDir()})
	added, known, err = other.Add(t.Context(), list(row(1), row(2), row(1)))
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1}, []int{added, known}, "one comes twice")
}

func TestAddEndsWithItsSource(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	broken := errors.New("broken")
	added, known, err := q.Add(t.Context(), func(yield func(jobs.Job, error) bool) {
		_ = yield(row(1), nil) && yield(row(2), nil) && yield(jobs.Job{}, broken) && yield(row(3), nil)
	})
	require.ErrorIs(t, err, broken)
	assert.Equal(t, []int{2, 0}, []int{added, known})

	added, _, err = q.Add(t.Context(), list(row(4), jobs.Job{}, row(5)))
	require.ErrorContains(t, err, "neither a key nor a request")
	assert.Equal(t, 1, added)

	status, err := q.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 3, status.Left, "what was before the error is queued")
}

// The keys of users have spaces, dots, wildcards and line ends, which a subject or a header may not have.
func TestAJobThatCannotBeQueuedKeepsNoneBack(t *testing.T) {
	for name, c := range map[string]struct {
		bad  jobs.Job
		says string
	}{
		"meta":    {jobs.Job{Key: "bad", Meta: json.RawMessage(`{`)}, "natsjobs: bad: json"},
		"request": {jobs.Job{Key: "bad", Request: &openrouter.ChatCompletionRequest{Temperature: new(math.NaN())}}, "temperature: is NaN"},
		"key":     {jobs.Job{Key: strings.Repeat("k", 60<<10)}, "natsjobs: the key has 61440 bytes, escaped as in a URL; at most 49152 are allowed"},
		"odd key": {jobs.Job{Key: strings.Repeat("☃", 10<<10)}, "natsjobs: the key has 92160 bytes, escaped as in a URL; at most 49152 are allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			q := open(t, "bad", natsjobs.Config{Dir: t.TempDir()})
			added, known, err := q.Add(t.Context(), func(yield func(jobs.Job, error) bool) {
				_ = yield(jobs.Job{Key: "a"}, nil) && yield(jobs.Job{Key: "b"}, nil) && yield(c.bad, nil)
			})
			require.ErrorContains(t, err, c.says)
			assert.Equal(t, []int{2, 0, 2}, []int{added, known, left(t, q)}, "the jobs before it are in the queue")
		})
	}
}

func TestAnyKeyWillDo(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	all := []string{"", "a.b", "a b", "*", ">", "\r\nJob-Key: x", "日本", "%41+", "\x00", strings.Repeat("k", 5000)}
	var source []jobs.Job
	for i, key := range all {
		job := row(i)
		job.Key = key
		source = append(source, job)
	}
	added, _, err := q.Add(t.Context(), list(source...))
	require.NoError(t, err)
	require.Equal(t, len(all), added)

	all[0] = "x.y"
	for _, key := range all {
		require.NoError(t, q.Put(t.Context(), jobs.Result{Key: key, Err: "for " + key}))
	}
	assert.ElementsMatch(t, all, keys(t, q))
	for key, r := range results(t, q) {
		assert.Equal(t, "for "+key, r.Err)
	}
}

func TestTheStatusCountsTheLastResults(t *testing.T) {
	dir := t.TempDir()
	q, err := natsjobs.Open(t.Context(), "a", natsjobs.Config{Dir: dir})
	require.NoError(t, err)
	result := func(i int, failure string, cost float64) jobs.Result {
		return jobs.Result{Key: row(i).Key, Err: failure, Usage: openrouter.Usage{PromptTokens: 2, CompletionTokens: 3, TotalTokens: 5, Cost: cost}}
	}
	status := func() []any {
		s, err := q.Status(t.Context())
		require.NoError(t, err)
		return []any{s.Done, s.Failed, s.Left, s.Usage.TotalTokens, s.Usage.Cost}
	}
	assert.Equal(t, []any{0, 0, 0, 0, 0.0}, status())
	require.NoError(t, q.Put(t.Context(), result(1, "", 1), result(2, "no", 2), jobs.Result{Key: "row-3", Batch: "b"}))
	assert.Equal(t, []any{1, 1, 1, 10, 3.0}, status(), "what is in a batch is left")
	require.NoError(t, q.Put(t.Context(), result(2, "no", 4), result(3, "", 8)))
	assert.Equal(t, []any{2, 1, 0, 20, 15.0}, status(), "the first try cost, too")
	require.NoError(t, q.Put(t.Context(), result(2, "", 16)))
	assert.Equal(t, []any{3, 0, 0, 25, 31.0}, status())
	assert.Equal(t, []string{"row-1", "row-2", "row-3"}, keys(t, q))
	require.NoError(t, q.Close())

	q = open(t, "a", natsjobs.Config{Dir: dir})
	assert.Equal(t, []any{3, 0, 0, 25, 31.0}, status(), "counted from the start it is the same")
}

// A batch may end before the store has taken its id: then both come together.
func TestTwoResultsOfAKeyAtOnce(t *testing.T) {
	srv := newServer(t)
	q := open(t, "a", natsjobs.Config{URL: srv.URL})
	value := []byte(`"` + strings.Repeat("x", 2<<20) + `"`)
	require.NoError(t, q.Put(t.Context(),
		jobs.Result{Key: "k", Batch: "b"},
		jobs.Result{Key: "k", Batch: "b", Err: "no", Value: value, Usage: openrouter.Usage{Cost: 1}},
		jobs.Result{Key: "k", Batch: "c", Value: value, Usage: openrouter.Usage{Cost: 2}}))
	assert.Empty(t, results(t, q)["k"].Err, "the last one counts")
	s, err := q.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []any{1, 0, 0, 3.0}, []any{s.Done, s.Failed, s.Left, s.Usage.Cost}, "the first try cost, too")
	assert.Equal(t, 1, objects(t, srv.URL, "a"), "what was replaced is gone")
}

func TestLargeJobsAndResults(t *testing.T) {
	q := open(t, "a", natsjobs.Config{Dir: t.TempDir()})
	added, known, err := q.Add(t.Context(), list(large(3<<20), large(3<<20)))
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1}, []int{added, known})

	text := strings.Repeat("long ", 600_000)
	for _, failure := range []string{text, "short", text} {
		require.NoError(t, q.Put(t.Context(), jobs.Result{Key: "other", Err: failure}))
		assert.Equal(t, failure, results(t, q)["other"].Err)
	}
}

func TestAKeyIsText(t *testing.T) {
	q := open(t, "labels", natsjobs.Config{URL: newServer(t).URL})
	for _, key := range []string{"", "\xff"} {
		require.ErrorContains(t, q.Put(t.Context(), jobs.Result{Key: key}), "not valid UTF-8")
	}
	assert.Empty(t, keys(t, q))
}
