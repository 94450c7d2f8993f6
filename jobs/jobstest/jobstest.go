// Package jobstest checks a [jobs.Store].
//
//	func TestStore(t *testing.T) {
//		jobstest.Run(t, func(t testing.TB, dir string) jobs.Store {
//			store, err := mystore.Open(filepath.Join(dir, "results.db"))
//			if err != nil {
//				t.Fatal(err)
//			}
//			return store
//		})
//	}
//
// [Run] checks the rules of the interface. [Kill] kills processes that write to a store, and checks
// that nothing is lost and nothing is recorded twice.
package jobstest

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// Open opens the store at a place: a folder that is empty at first, whose path may also serve as a
// unique name. Opening the same place again, after Close or after a crash of the process, gives what
// was stored there. Open calls t.Fatal if it cannot.
type Open func(t testing.TB, dir string) jobs.Store

// Run checks a store in subtests. Each has a place of its own. One of them starts the test's program
// again and kills it; it runs only this test there.
func Run(t *testing.T, open Open) {
	if isChild() {
		runChild(t, open)
		return
	}
	for name, check := range map[string]func(*testing.T, place){
		"AnEmptyStoreYieldsNothing":       empty,
		"EverythingOfAResultComesBack":    whole,
		"AnyTextIsAKey":                   oddKeys,
		"TheLastResultOfAKeyCounts":       lastCounts,
		"AWaitingBatchIsNotDone":          pending,
		"ALoopMayBeLeft":                  left,
		"ItIsReadWhileItIsWritten":        atOnce,
		"AResultMayBeLarge":               large,
		"ARunGoesOnWhereItStopped":        resumed,
		"WhatWasPutSurvivesTheProcess":    survives,
		"NothingIsAskedAgainAfterAReopen": reopened,
	} {
		t.Run(name, func(t *testing.T) { check(t, place{open, t.TempDir()}) })
	}
}

// place is where a test keeps its store.
type place struct {
	open Open
	dir  string
}

// with opens the store for a moment.
func (p place) with(t *testing.T, use func(jobs.Store)) {
	t.Helper()
	s := p.open(t, p.dir)
	defer func() { must(t, s.Close()) }()
	use(s)
}

func answered(key, text string) jobs.Result {
	return jobs.Result{Key: key, Answer: &openrouter.ChatCompletion{ID: "gen-" + key, Choices: []openrouter.Choice{{Message: openrouter.AssistantMessage(text)}}}}
}

func put(t *testing.T, s jobs.Store, results ...jobs.Result) {
	t.Helper()
	must(t, s.Put(t.Context(), results...))
}

// done returns the keys, sorted, each once.
func done(t *testing.T, s jobs.Store) []string {
	t.Helper()
	keys := map[string]bool{}
	for key, err := range s.Done(t.Context()) {
		must(t, err)
		keys[key] = true
	}
	return slices.Sorted(maps.Keys(keys))
}

// all returns the results by key, and refuses two of one key.
func all(t *testing.T, s jobs.Store) map[string]jobs.Result {
	t.Helper()
	results := map[string]jobs.Result{}
	for r, err := range s.Results(t.Context()) {
		must(t, err)
		_, isThere := results[r.Key]
		holds(t, !isThere, "Results yields %q twice; it yields the last result of each key", r.Key)
		results[r.Key] = r
	}
	return results
}

func empty(t *testing.T, p place) {
	for range 2 { // the second time it exists
		p.with(t, func(s jobs.Store) {
			equal(t, 0, len(done(t, s)), "keys of an empty store")
			equal(t, 0, len(all(t, s)), "results of an empty store")
			put(t, s) // of nothing
		})
	}
}

func whole(t *testing.T, p place) {
	const answer = `{"id":"gen-1","object":"chat.completion","created":1760000000,"model":"a/b","provider":"P","choices":[{"index":0,"message":{"role":"assistant",` +
		`"content":"Two lines:\n\"<&>\" ☃","new_member":[1,{"a":null}]},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8,"cost":0.0125}}`
	var res openrouter.ChatCompletion
	must(t, json.Unmarshal([]byte(answer), &res))
	results := []jobs.Result{
		{Key: "answer", Answer: &res, Usage: *res.Usage, Meta: json.RawMessage(`{"row":17}`)},
		{Key: "value", Value: json.RawMessage(`{"label":"spam","n":12345678901234567890}`), Usage: openrouter.Usage{TotalTokens: 4}},
		{Key: "failed", Err: "openrouter: invalid_request 400: no", Type: openrouter.ErrInvalidRequest, Usage: openrouter.Usage{Cost: 0.5}},
		{Key: "batch", Batch: "batch-1", Answer: &res},
		{Key: "bare"},
	}
	check := func(s jobs.Store) {
		got := all(t, s)
		equal(t, len(results), len(got))
		for _, want := range results {
			same(t, want, got[want.Key])
		}
		equal(t, []string{"answer", "bare", "batch", "failed", "value"}, done(t, s))
	}
	p.with(t, func(s jobs.Store) { put(t, s, results...); check(s) })
	p.with(t, check)
}

func oddKeys(t *testing.T, p place) {
	keys := []string{"a b", "a.b", "a*b", "a>b", `a"b`, `a\b`, "a/b", "a\nb", "a\tb", " a", "A", "a", "a ", "\u00e9", "e\u0301", "\ufeffa", "ключ", "☃", "'; DROP TABLE results; --", "%00", "\x00", strings.Repeat("k", 1000)}
	var results []jobs.Result
	for i, key := range keys {
		results = append(results, answered(key, fmt.Sprint(i)))
	}
	p.with(t, func(s jobs.Store) { put(t, s, results...) })
	p.with(t, func(s jobs.Store) {
		equal(t, slices.Sorted(slices.Values(keys)), done(t, s))
		got := all(t, s)
		for _, want := range results {
			same(t, want, got[want.Key])
		}
	})
}

func lastCounts(t *testing.T, p place) {
	failed := jobs.Result{Key: "a", Err: "openrouter: server 500", Type: openrouter.ErrServer}
	p.with(t, func(s jobs.Store) {
		put(t, s, failed, answered("b", "first"), answered("b", "second"))
		same(t, failed, all(t, s)["a"])
		equal(t, []string{"a", "b"}, done(t, s), "a failed job is recorded")
		put(t, s, answered("a", "good"))
	})
	p.with(t, func(s jobs.Store) {
		got := all(t, s)
		equal(t, 2, len(got))
		same(t, answered("a", "good"), got["a"])
		same(t, answered("b", "second"), got["b"])
		put(t, s, failed)
		same(t, failed, all(t, s)["a"])
	})
}

func pending(t *testing.T, p place) {
	waiting := jobs.Result{Key: "a", Batch: "batch-1"}
	p.with(t, func(s jobs.Store) { put(t, s, waiting, answered("b", "now")) })
	p.with(t, func(s jobs.Store) {
		equal(t, []string{"b"}, done(t, s))
		same(t, waiting, all(t, s)["a"])
		result := answered("a", "later")
		result.Batch = "batch-1"
		put(t, s, result)
		equal(t, []string{"a", "b"}, done(t, s))
		same(t, result, all(t, s)["a"])
	})
}

func left(t *testing.T, p place) {
	p.with(t, func(s jobs.Store) {
		put(t, s, answered("a", "1"), answered("b", "2"), answered("c", "3"))
		for _, err := range s.Done(t.Context()) {
			must(t, err)
			break
		}
		for _, err := range s.Results(t.Context()) {
			must(t, err)
			break
		}
		put(t, s, answered("d", "4"))
		equal(t, []string{"a", "b", "c", "d"}, done(t, s))
	})
}

func large(t *testing.T, p place) {
	result := answered("image", strings.Repeat("0123456789abcdef", 2<<20/16))
	p.with(t, func(s jobs.Store) { put(t, s, result, answered("small", "x")) })
	p.with(t, func(s jobs.Store) {
		got := all(t, s)
		holds(t, result.Answer.Equal(got["image"].Answer), "the large result differs")
		equal(t, 2, len(got))
	})
}

func atOnce(t *testing.T, p place) {
	const groups, size = 20, 10
	p.with(t, func(s jobs.Store) {
		put(t, s, answered("first", "x"))
		written := make(chan struct{})
		go func() { // the only writer
			defer close(written)
			for g := range groups {
				var group []jobs.Result
				for i := range size {
					group = append(group, answered(fmt.Sprintf("k%d", g*size+i), "x"))
				}
				if err := s.Put(t.Context(), group...); err != nil {
					t.Errorf("Put, while others read: %v", err)
				}
			}
		}()
		defer func() { <-written }()
		for isOver := false; !isOver; {
			select {
			case <-written:
				isOver = true
			default:
			}
			holds(t, slices.Contains(done(t, s), "first"), "Done, while another goroutine puts, lacks a key")
			_, isThere := all(t, s)["first"]
			holds(t, isThere, "Results, while another goroutine puts, lack a result")
		}
		equal(t, groups*size+1, len(done(t, s)))
		equal(t, groups*size+1, len(all(t, s)))
	})
}

// questions are requests that a fake answers with their text.
func questions(n int) iter.Seq2[jobs.Job, error] {
	return func(yield func(jobs.Job, error) bool) {
		for i := range n {
			req := &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage(fmt.Sprintf("q%d", i))}}
			if !yield(jobs.Job{Key: fmt.Sprintf("q%d", i), Request: req}, nil) {
				return
			}
		}
	}
}

func resumed(t *testing.T, p place) {
	const n, bad = 60, 3
	fail := openroutertest.Error(400, openrouter.ErrInvalidRequest).Times(bad)
	fake := openroutertest.NewTransport(t, fail.ForText("q1"), openroutertest.Echo())
	asked := func() int { return len(fake.Requests()) }
	var failed int
	p.with(t, func(s jobs.Store) {
		runner := jobs.Runner{Client: fake.Client(), Store: s}
		status, err := runner.Run(t.Context(), questions(n/2))
		must(t, err)
		equal(t, n/2, status.Done+status.Failed)
		equal(t, bad, status.Failed)
		failed = status.Failed
	})
	p.with(t, func(s jobs.Store) {
		runner := jobs.Runner{Client: fake.Client(), Store: s}
		status, err := runner.Run(t.Context(), questions(n))
		must(t, err)
		equal(t, n, asked(), "only the new jobs are asked")
		equal(t, failed, status.Failed, "an earlier failure still counts")
		runner.RetryFailed = true
		status, err = runner.Run(t.Context(), questions(n))
		must(t, err)
		equal(t, n+failed, asked(), "only the failed jobs are asked again")
		equal(t, 0, status.Failed)
		equal(t, n, status.Done)
	})
}

func reopened(t *testing.T, p place) {
	const n = 40
	fake := openroutertest.NewTransport(t, openroutertest.Echo())
	for range 3 {
		p.with(t, func(s jobs.Store) {
			runner := jobs.Runner{Client: fake.Client(), Store: s, MaxCost: 1}
			_, err := runner.Run(t.Context(), questions(n))
			must(t, err)
		})
	}
	equal(t, n, len(fake.Requests()))
	p.with(t, func(s jobs.Store) {
		got := all(t, s)
		equal(t, n, len(got))
		for key, r := range got {
			equal(t, key, r.Answer.Text())
		}
	})
}
