package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestEveryJobIsAskedAndRecorded(t *testing.T) {
	fake := openroutertest.NewTransport(t, openroutertest.Echo())
	store, _ := openFile(t)
	var progress []jobs.Status
	runner := jobs.Runner{Client: fake.Client(), Store: store, OnProgress: func(s jobs.Status) { progress = append(progress, s) }}
	status, err := runner.Run(t.Context(), rows(100))
	require.NoError(t, err)
	assert.Equal(t, 100, status.Done)
	assert.Zero(t, status.Failed)
	assert.Zero(t, status.Left)
	assert.Equal(t, 16, status.Workers)
	assert.Positive(t, status.Usage.TotalTokens)
	all := results(t, store)
	require.Len(t, all, 100)
	for key, r := range all {
		assert.Equal(t, key, r.Answer.Text())
		assert.Equal(t, r.Answer.Usage.TotalTokens, r.Usage.TotalTokens)
	}
	require.Len(t, progress, 100)
	for i, s := range progress {
		require.Equal(t, i+1, s.Done, "one call for each result")
	}
	assert.Equal(t, status, progress[99])
}

func TestAJobIsOneKey(t *testing.T) {
	fake := openroutertest.NewTransport(t, openroutertest.Echo())
	store, _ := openFile(t)
	runner := jobs.Runner{Client: fake.Client(), Store: store}
	twice := list(
		jobs.Job{Key: "a", Request: question("a/b", "first"), Meta: json.RawMessage(`{"row": 1}`)},
		jobs.Job{Key: "a", Request: question("a/b", "second")},
		jobs.Job{Request: question("a/b", "same"), Meta: json.RawMessage(`1`)},
		jobs.Job{Request: question("a/b", "same"), Meta: json.RawMessage(`2`)})
	for range 2 {
		status, err := runner.Run(t.Context(), twice)
		require.NoError(t, err)
		assert.Equal(t, 2, status.Done)
		assert.Zero(t, status.Left)
	}
	require.Len(t, fake.Requests(), 2)
	all := results(t, store)
	assert.Equal(t, "first", all["a"].Answer.Text())
	assert.JSONEq(t, `{"row":1}`, string(all["a"].Meta))
	key, err := jobs.KeyOf(jobs.Job{Request: question("a/b", "same")})
	require.NoError(t, err)
	assert.JSONEq(t, `1`, string(all[key].Meta))
}

func TestTheKeyOfARequestIsThatOfItsJSON(t *testing.T) {
	built := question("a/b", "hi")
	built.Temperature = new(0.5)
	built.Extra = map[string]any{"seed_2": json.RawMessage(`12345678901234567890`), "a": true}
	var read openrouter.ChatCompletionRequest
	require.NoError(t, json.Unmarshal([]byte(`{"seed_2": 12345678901234567890, "temperature":0.5, "a":true,
		"messages":[{"content":"hi","role":"user"}],"model":"a/b"}`), &read))
	one, err := jobs.KeyOf(jobs.Job{Request: built})
	require.NoError(t, err)
	other, err := jobs.KeyOf(jobs.Job{Request: &read})
	require.NoError(t, err)
	assert.Equal(t, one, other)
	assert.Len(t, one, 64)
	read.Extra["seed_2"] = json.RawMessage(`12345678901234567891`)
	other, err = jobs.KeyOf(jobs.Job{Request: &read})
	require.NoError(t, err)
	assert.NotEqual(t, one, other)
}

func TestAFailureIsRecordedAndRepeatedOnlyWhenAsked(t *testing.T) {
	fake := openroutertest.NewTransport(t,
		openroutertest.Text("half of an").Cost(0.02).MidStreamError(502, openrouter.ErrProviderUnavailable).ForText("k1").Times(1),
		openroutertest.Error(400, openrouter.ErrInvalidPrompt, "no").ForText("k2").Times(1),
		openroutertest.Echo())
	store, path := openFile(t)
	runner := jobs.Runner{Client: fake.Client(), Store: store}
	status, err := runner.Run(t.Context(), rows(5))
	require.NoError(t, err)
	assert.Equal(t, 3, status.Done)
	assert.Equal(t, 2, status.Failed)
	all := results(t, store)
	assert.Contains(t, all["k1"].Err, "provider_unavailable")
	assert.Equal(t, openrouter.ErrProviderUnavailable, all["k1"].Type)
	assert.Nil(t, all["k1"].Answer)
	assert.InDelta(t, 0.02, all["k1"].Usage.Cost, 1e-9, "what a failure cost")
	assert.InDelta(t, 0.02, status.Usage.Cost, 1e-9)
	assert.Equal(t, openrouter.ErrInvalidPrompt, all["k2"].Type)

	require.NoError(t, store.Close())
	runner.Store = reopen(t, path)
	status, err = runner.Run(t.Context(), rows(5))
	require.NoError(t, err)
	assert.Equal(t, 2, status.Failed, "earlier failures are not forgotten")
	require.Len(t, fake.Requests(), 5)
	runner.RetryFailed = true
	status, err = runner.Run(t.Context(), rows(5))
	require.NoError(t, err)
	assert.Equal(t, 5, status.Done)
	assert.Zero(t, status.Failed)
	require.Len(t, fake.Requests(), 7)
	assert.Equal(t, "k1", results(t, runner.Store)["k1"].Answer.Text())
}

func TestDoMakesAJobAnything(t *testing.T) {
	store, _ := openFile(t)
	answer := &openrouter.ChatCompletion{Usage: &openrouter.Usage{TotalTokens: 7, Cost: 0.1}}
	runner := jobs.Runner{Store: store, Do: func(_ context.Context, job jobs.Job) (jobs.Result, error) {
		switch job.Key {
		case "value":
			return jobs.Result{Key: "x", Value: json.RawMessage("{\n \"n\": 1\n}"), Usage: openrouter.Usage{TotalTokens: 3}}, nil
		case "answer":
			return jobs.Result{Answer: answer, Meta: json.RawMessage(`"own"`)}, nil
		case "broken":
			return jobs.Result{Value: json.RawMessage(`{"n":`)}, nil
		case "typed":
			return jobs.Result{}, fmt.Errorf("layer: %w", &openrouter.APIError{Type: openrouter.ErrStringTooLong})
		case "refused":
			return jobs.Result{}, fmt.Errorf("layer: %w", openrouter.ErrRefusal)
		case "silent":
			return jobs.Result{}, errors.New("")
		default:
			return jobs.Result{Answer: answer, Err: "no label"}, nil
		}
	}}
	var all []jobs.Job
	for _, key := range []string{"value", "answer", "broken", "typed", "refused", "silent", "marked"} {
		all = append(all, jobs.Job{Key: key, Meta: json.RawMessage(`17`)})
	}
	status, err := runner.Run(t.Context(), list(all...))
	require.NoError(t, err)
	assert.Equal(t, 2, status.Done)
	assert.Equal(t, 5, status.Failed)
	assert.Equal(t, 17, status.Usage.TotalTokens)
	got := results(t, store)
	assert.JSONEq(t, `{"n":1}`, string(got["value"].Value))
	assert.JSONEq(t, `17`, string(got["value"].Meta))
	assert.JSONEq(t, `"own"`, string(got["answer"].Meta))
	assert.Equal(t, 7, got["answer"].Usage.TotalTokens)
	assert.Contains(t, got["broken"].Err, "not JSON")
	assert.Equal(t, openrouter.ErrStringTooLong, got["typed"].Type)
	assert.Equal(t, openrouter.ErrRefusal, got["refused"].Type)
	assert.NotEmpty(t, got["silent"].Err)
	assert.Equal(t, "no label", got["marked"].Err)
	assert.NotNil(t, got["marked"].Answer)
}

func TestAPanicOfDoIsRaisedWhenTheRestIsRecorded(t *testing.T) {
	store := &memory{}
	running := make(chan struct{})
	panicked := make(chan struct{})
	runner := jobs.Runner{Store: store, Workers: 2, Do: func(_ context.Context, job jobs.Job) (jobs.Result, error) {
		if job.Key == "k0" {
			<-running
			defer close(panicked)
			panic("no such label")
		}
		close(running)
		<-panicked
		return jobs.Result{}, nil
	}}
	func() {
		defer func() { assert.Contains(t, recover(), "jobs: Do panicked: no such label\n\ngoroutine") }()
		_, _ = runner.Run(t.Context(), rows(2))
	}()
	assert.Contains(t, store.all(), "k1")
	assert.NotContains(t, store.all(), "k0")
}

func TestASourceThatPanicsLeavesNothingRunning(t *testing.T) {
	store := &memory{}
	runner := jobs.Runner{Store: store, Do: func(context.Context, jobs.Job) (jobs.Result, error) { return jobs.Result{}, nil }}
	assert.PanicsWithValue(t, "source", func() {
		_, _ = runner.Run(t.Context(), func(yield func(jobs.Job, error) bool) {
			yield(jobs.Job{Key: "a"}, nil)
			panic("source")
		})
	})
}

func TestAnErrorOfTheSourceEndsTheReading(t *testing.T) {
	cause := errors.New("the disk is gone")
	for name, last := range map[string]struct {
		job  jobs.Job
		err  error
		text string
	}{
		"error":      {err: cause, text: "the disk is gone"},
		"empty":      {text: "job 3 of the source: jobs: a job has neither a key nor a request"},
		"key":        {job: jobs.Job{Key: "\xff"}, text: "job 3 of the source: jobs: a key is not valid UTF-8"},
		"meta":       {job: jobs.Job{Key: "c", Meta: json.RawMessage(`{`)}, text: "meta is not JSON"},
		"unsendable": {job: jobs.Job{Request: &openrouter.ChatCompletionRequest{Temperature: new(math.NaN())}}, text: "job 3 of the source"},
	} {
		t.Run(name, func(t *testing.T) {
			store := &memory{}
			runner := jobs.Runner{Store: store, Do: func(context.Context, jobs.Job) (jobs.Result, error) { return jobs.Result{}, nil }}
			status, err := runner.Run(t.Context(), func(yield func(jobs.Job, error) bool) {
				_ = yield(jobs.Job{Key: "a"}, nil) && yield(jobs.Job{Key: "b"}, nil) && yield(last.job, last.err) && yield(jobs.Job{Key: "never"}, nil)
			})
			require.ErrorContains(t, err, last.text)
			if last.err != nil {
				require.ErrorIs(t, err, cause)
			}
			assert.Equal(t, 2, status.Done, "what was read is asked")
			assert.Len(t, store.all(), 2)
		})
	}
}

func TestASettingThatCannotBeIsRefused(t *testing.T) {
	runner := jobs.Runner{Workers: -1, PerSecond: math.NaN(), MaxCost: math.NaN()}
	_, err := runner.Run(t.Context(), nil)
	e, ok := errors.AsType[*openrouter.ValidationError](err)
	require.True(t, ok)
	assert.Len(t, e.Violations, 6)
	assert.Equal(t, "openrouter: Runner.Store is nil; OpenFile opens one; Runner.Client is nil, and so is Do; Runner.Workers is -1, must not be negative; "+
		"Runner.PerSecond is NaN, must not be negative; Runner.MaxCost is not a number; source is nil", err.Error())
}

func TestTheSourceIsNeverHeldWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var read, asked atomic.Int64
		var most int64
		runner := jobs.Runner{Store: &memory{}, Workers: 4, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			time.Sleep(time.Second)
			asked.Add(1)
			return jobs.Result{}, nil
		}}
		_, err := runner.Run(t.Context(), func(yield func(jobs.Job, error) bool) {
			for i := range 1000 {
				read.Add(1)
				most = max(most, read.Load()-asked.Load())
				if !yield(jobs.Job{Key: fmt.Sprint(i)}, nil) {
					return
				}
			}
		})
		require.NoError(t, err)
		assert.LessOrEqual(t, most, int64(2*4+1))
	})
}

func TestAJobKeepsItsPlaceAndIsNotCountedUntilItsResultIsDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		store := &memory{}
		store.fail = func([]jobs.Result) error { // a slow disk
			assert.LessOrEqual(t, int(asked.Load())-len(store.all()), 4, "at most Workers jobs are asked again after a crash")
			time.Sleep(time.Second)
			assert.LessOrEqual(t, int(asked.Load())-len(store.all()), 4)
			return nil
		}
		runner := jobs.Runner{Store: store, Workers: 4, Do: func(context.Context, jobs.Job) (jobs.Result, error) {
			asked.Add(1)
			return jobs.Result{}, nil
		}, OnProgress: func(s jobs.Status) { assert.GreaterOrEqual(t, len(store.all()), s.Done) }}
		status, err := runner.Run(t.Context(), rows(100))
		require.NoError(t, err)
		assert.Equal(t, 100, status.Done)
		for _, n := range store.groups[1:] {
			assert.Positive(t, n)
		}
		assert.Less(t, len(store.groups), 60, "what has gathered is stored together")
	})
}

func TestAResultThatIsNotStoredIsAnError(t *testing.T) {
	full := errors.New("no space left")
	store := &memory{fail: func([]jobs.Result) error { return full }}
	runner := jobs.Runner{Store: store, Do: func(context.Context, jobs.Job) (jobs.Result, error) { return jobs.Result{}, nil }}
	status, err := runner.Run(t.Context(), rows(100))
	require.ErrorIs(t, err, full)
	assert.Zero(t, status.Done)
	assert.Positive(t, status.Left)

	n := 0
	store.fail = func([]jobs.Result) error {
		if n++; n == 1 {
			return full
		}
		return nil
	}
	status, err = runner.Run(t.Context(), rows(100))
	require.ErrorIs(t, err, full)
	assert.Positive(t, status.Done, "what had an answer is stored once the store works again")
	assert.Len(t, store.all(), status.Done)
}
