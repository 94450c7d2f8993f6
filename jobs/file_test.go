package jobs_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

func answer(key, text string) jobs.Result {
	return jobs.Result{Key: key, Answer: &openrouter.ChatCompletion{Choices: []openrouter.Choice{{Message: openrouter.AssistantMessage(text)}}}}
}

func TestAFileThatIsCutAnywhereOpensAndLosesOnlyTheLastLine(t *testing.T) {
	store, path := openFile(t)
	want := []jobs.Result{answer("a", "one\ntwo"), {Key: "b\n{}", Err: "no", Meta: json.RawMessage("[1,\n2]")}, answer("c", "☃")}
	require.NoError(t, store.Put(t.Context(), want[:2]...))
	require.NoError(t, store.Put(t.Context(), want[2]))
	require.NoError(t, store.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(string(whole), "\n"), "a line for each")
	for n := range whole {
		cut := filepath.Join(t.TempDir(), "cut.jsonl")
		require.NoError(t, os.WriteFile(cut, whole[:n], 0o600))
		s, err := jobs.OpenFile(cut)
		require.NoError(t, err, "%d bytes", n)
		lines := strings.Count(string(whole[:n+1]), "\n") // a line that lacks its end alone is whole
		require.Len(t, results(t, s), lines, "%d bytes", n)
		require.NoError(t, s.Put(t.Context(), answer("d", "new")))
		require.NoError(t, s.Close())
		s, err = jobs.OpenFile(cut)
		require.NoError(t, err)
		got := results(t, s)
		require.Len(t, got, lines+1, "%d bytes", n)
		require.Equal(t, "new", got["d"].Answer.Text())
		require.NoError(t, s.Close())
	}
}

func TestAFileIsLocked(t *testing.T) {
	store, path := openFile(t)
	_, err := jobs.OpenFile(path)
	var e *fs.PathError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "jobs: lock "+path+": is open in another FileStore, here or in another process", err.Error())
	require.NoError(t, store.Put(t.Context(), answer("a", "x")), "the first is not disturbed")
	require.NoError(t, store.Close())
	again, err := jobs.OpenFile(path)
	require.NoError(t, err)
	assert.Len(t, results(t, again), 1)
	require.NoError(t, again.Close())
	require.NoError(t, again.Close(), "closing twice is no error")
	require.ErrorIs(t, again.Put(t.Context(), answer("b", "x")), fs.ErrClosed)
	for _, err := range again.Results(t.Context()) {
		require.ErrorIs(t, err, fs.ErrClosed)
	}
}

func TestAFileThatHoldsSomethingElseIsLeftAlone(t *testing.T) {
	for name, c := range map[string]struct{ text, problem string }{
		"jobs":          {`{"key":"a","request":{"model":"a/b"}}` + "\n", "line 1: is a job, not a result; read jobs with ReadJSONL"},
		"text":          {"Dear Ann,\nthank you", "is not a file of results"},
		"one line":      {"Dear Ann, thank you", "is not a file of results"},
		"JSON":          {`{"model":"a/b"}` + "\n", "line 1: is not a result: it has no key"},
		"binary":        {"\x00\x01\x02\x03", "is not a file of results"},
		"a cut job":     {`{"request":{"mod`, "is not a file of results"},
		"a list":        {"[\n  {\"key\": \"a\"}\n]", "is not a file of results"},
		"another field": {`{"key":1}` + "\n", "line 1: is not a result"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := jobs.OpenFile(path)
			require.ErrorContains(t, err, "x: "+c.problem)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, c.text, string(data))
		})
	}
	_, err := jobs.OpenFile(t.TempDir())
	require.Error(t, err)
	_, err = jobs.OpenFile(filepath.Join(t.TempDir(), "none", "x"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestALineThatIsDamagedIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	require.NoError(t, os.WriteFile(path, []byte("{\"key\":\"a\"}\n\n{\"key\":\"b\",\"answ\x00\x00\x00\n{\"key\":\"c\"}\n"), 0o600))
	store := reopen(t, path)
	runner := jobs.Runner{Store: store, Do: func(context.Context, jobs.Job) (jobs.Result, error) { return jobs.Result{}, nil }}
	_, err := runner.Run(t.Context(), rows(1))
	require.ErrorContains(t, err, "line 3: is not a result")
	require.ErrorContains(t, err, "remove the line to send its job again")
	for _, err = range store.Done(t.Context()) {
	}
	require.ErrorContains(t, err, "line 3")
	for _, err = range store.Results(t.Context()) {
	}
	require.ErrorContains(t, err, "line 3")
}

func TestBlankLinesAreSkipped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	// As they stay when the text of a damaged line was removed.
	require.NoError(t, os.WriteFile(path, []byte("\n \r\n{\"key\":\"a\"}\r\n\n{\"key\":\"b\"}\n\n"), 0o600))
	store := reopen(t, path)
	require.NoError(t, store.Put(t.Context(), jobs.Result{Key: "c"}))
	assert.Len(t, results(t, store), 3)
}

func TestAResultThatCannotBeALineIsRefusedWhole(t *testing.T) {
	store, path := openFile(t)
	for _, bad := range []jobs.Result{{}, {Key: "\xff"}, {Key: "a", Value: json.RawMessage("{")}, {Key: "a", Meta: json.RawMessage("{")}} {
		require.Error(t, store.Put(t.Context(), answer("good", "x"), bad))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, store.Put(ctx, answer("a", "x")), context.Canceled)
	var err error
	for _, err = range store.Done(ctx) {
	}
	require.ErrorIs(t, err, context.Canceled)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Empty(t, data)
}

func TestALineIsPlainJSON(t *testing.T) {
	store, path := openFile(t)
	require.NoError(t, store.Put(t.Context(), jobs.Result{Key: "a", Err: "no", Type: openrouter.ErrServer, Batch: "b", Usage: openrouter.Usage{TotalTokens: 3},
		Meta: json.RawMessage(` {"row": 1} `), Value: json.RawMessage(` [1, 2] `), Answer: &openrouter.ChatCompletion{ID: "gen"}}))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.JSONEq(t, `{"key":"a","error":"no","error_type":"server","batch":"b","usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":3},
		"meta":{"row":1},"value":[1,2],"answer":{"id":"gen","object":"","created":0,"model":"","choices":[]}}`, string(data))
	other, err := json.Marshal(results(t, store)["a"])
	require.NoError(t, err)
	assert.JSONEq(t, string(data), string(other))

	var kept openrouter.ChatCompletion // as a server that indents sends it
	require.NoError(t, json.Unmarshal([]byte("{\"id\": \"x\",\n \"new\": {\n \"n\": 1\n }\n}"), &kept))
	require.NoError(t, store.Put(t.Context(), jobs.Result{Key: "b", Answer: &kept}))
	data, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(data), "\n"))
	assert.True(t, kept.Equal(results(t, store)["b"].Answer))
}

func TestJobsAreReadLineByLine(t *testing.T) {
	long := strings.Repeat("long ", 100_000)
	text := "\ufeff" + `{"key":"a","request":{"model":"a/b","messages":[{"role":"user","content":"hi"}],"new_field":1},"meta":{"row":1}}` + "\r\n" +
		"\n  \n" + `{"request":{"model":"a/b","prompt":"` + long + `"}}` + "\n" + `{"key":"only"}`
	var got []jobs.Job
	for job, err := range jobs.ReadJSONL(strings.NewReader(text)) {
		require.NoError(t, err)
		got = append(got, job)
	}
	require.Len(t, got, 3)
	assert.Equal(t, "a", got[0].Key)
	assert.Equal(t, "hi", got[0].Request.Messages[0].Text())
	assert.Contains(t, got[0].Request.Extra, "new_field")
	assert.JSONEq(t, `{"row":1}`, string(got[0].Meta))
	assert.Equal(t, long, got[1].Request.Prompt)
	assert.Nil(t, got[2].Request)
	for range jobs.ReadJSONL(strings.NewReader(text)) {
		break
	}
}

func TestALineThatIsNoJobEndsTheSequenceAndIsNamed(t *testing.T) {
	for text, problem := range map[string]string{
		`{"prompt":"Hi"}`:         `jobs: line 2: is not a job, {"key": …, "request": {…}, "meta": …}: json: unknown field "prompt"`,
		`{"key":"a"} {"key":"b"}`: "jobs: line 2: has more than one JSON value",
		`{"meta":1}`:              `jobs: line 2: has neither a "key" nor a "request"`,
		`{"key":"a","req`:         `jobs: line 2: is not a job, {"key": …, "request": {…}, "meta": …}: unexpected EOF`,
		`[1]`:                     `jobs: line 2: is not a job, {"key": …, "request": {…}, "meta": …}: json: cannot unmarshal array`,
	} {
		n := 0
		var last error
		for job, err := range jobs.ReadJSONL(strings.NewReader("{\"key\":\"first\"}\n" + text + "\n{\"key\":\"later\"}\n")) {
			n++
			if last = err; err != nil {
				assert.Zero(t, job)
			}
		}
		assert.Equal(t, 2, n, text)
		assert.ErrorContains(t, last, problem)
	}
	for _, err := range jobs.ReadJSONL(failing{}) {
		require.ErrorIs(t, err, fs.ErrPermission)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fs.ErrPermission }
