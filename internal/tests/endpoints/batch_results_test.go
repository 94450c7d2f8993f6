package endpoints_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
)

// serves returns a client of a server of its own, because a fake holds what it gets.
func serves(t *testing.T, handler http.HandlerFunc, opts ...openrouter.Option) *openrouter.Client {
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return openrouter.NewClient(append([]openrouter.Option{
		openrouter.WithAPIKey(endpointKey), openrouter.WithBaseURL(srv.URL), openrouter.WithMaxRetries(0),
	}, opts...)...)
}

// readResults returns a line for each row, and the error that ended them.
func readResults(t *testing.T, client *openrouter.Client) (rows []string, end error) {
	for result, err := range client.Batches.Results(t.Context(), "batch_1") {
		if err != nil {
			assert.Nil(t, result)
			require.NoError(t, end, "an error is the last")
			end = err
			continue
		}
		answer, err := result.Answer()
		switch {
		case err != nil:
			rows = append(rows, result.CustomID+" failed: "+err.Error())
		default:
			rows = append(rows, result.CustomID+": "+answer.Text())
		}
	}
	return rows, end
}

func resultOf(id, text string) string {
	return `{"id":"r","custom_id":"` + id + `","response":{"status_code":200,"request_id":"q","body":{"id":"gen-1","choices":[{"message":{"role":"assistant","content":"` +
		text + `"},"finish_reason":"stop"}]}},"error":null}`
}

func TestBatchResultsOfAllKinds(t *testing.T) {
	body := ` {"id":"batch_1","results" : [ ` + resultOf("a", `x]}\",{[`) + ` ,null,7,"text",[1],{},{"custom_id":"b","response":null,"error":{"message":"bad","type":"invalid_request_error","param":null}},
		{"custom_id":"c","response":{"status_code":502,"body":{"error":{"code":502,"message":"down"}}},"error":null},
		{"custom_id":"d","error":"just text"},
		{"custom_id":"e","response":{"status_code":200,"body":{"choices":[]}}},
		{"custom_id":"f","response":{"status_code":200,"body":"<html>"}},
		{"custom_id":"g","response":{"status_code":200,"body":{"error":{"code":429,"message":"limit"}}}},
		{"custom_id":"h","response":{"status_code":200 "body":1}},
		{"custom_id":"i","response":[}},
		{"custom_id":"j","pad":"` + strings.Repeat("x", 2000) + `"},` + resultOf("k", "last") + `],"status":"completed","new":{"a":[1.50]},"error":null} `
	client, mock := mocked(openrouter.WithMaxBodySize(1500))
	answered(mock, always(200, body))
	rows, err := readResults(t, client)
	require.NoError(t, err)
	assert.Equal(t, []string{
		`a: x]}",{[`,
		" failed: openrouter: decoding BatchResult: not an object",
		" failed: openrouter: decoding BatchResult: not an object",
		" failed: openrouter: decoding BatchResult: not an object",
		" failed: openrouter: decoding BatchResult: not an object",
		" failed: openrouter: provider_unavailable: the row has neither a response nor an error",
		"b failed: openrouter: invalid_request_error: bad",
		"c failed: openrouter: provider_unavailable 502: down",
		"d failed: openrouter: provider_unavailable: just text",
		"e failed: openrouter: provider_unavailable 200: the answer has no choices",
		"f failed: openrouter: provider_unavailable 200: the answer is not JSON",
		"g failed: openrouter: rate_limit_exceeded 429: limit",
		"h failed: openrouter: decoding BatchResult: unexpected '\"', want ',' or '}' at byte 47",
		"i failed: openrouter: decoding BatchResult: unexpected '}', want a value at byte 29",
		"j failed: openrouter: answer too large (after 1500 bytes)",
		"k: last",
	}, rows)

	b, err := client.Batches.Get(t.Context(), "batch_1")
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":[1.50]}`, string(b.Extra["new"].(json.RawMessage)), "members behind the results")
	assert.NotContains(t, b.Extra, "results")
}

// TestBatchResultsKept reads rows that were stored: they need no client.
func TestBatchResultsKept(t *testing.T) {
	var result openrouter.BatchResult
	require.NoError(t, json.Unmarshal([]byte(resultOf("a", "stored")), &result))
	answer, err := result.Answer()
	require.NoError(t, err)
	assert.Equal(t, "stored", answer.Text())
	_, err = new(openrouter.BatchResult).Answer()
	require.Error(t, err)
}

// TestBatchResultsOfBatchesThatEndedBadly yields what there is, and then says what became of the batch.
func TestBatchResultsOfBatchesThatEndedBadly(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":"batch_1","status":"failed","error":{"message":"row 3 is invalid"},"results":[]}`:                                           "batch batch_1 is failed: row 3 is invalid",
		`{"id":"batch_1","status":"in_progress","request_counts":{"total":2,"completed":0,"failed":0}}`:                                    "batch batch_1 is in_progress: 0 of 2 requests completed, 0 failed",
		`{"id":"batch_1","status":"expired","request_counts":{"total":2,"completed":1,"failed":0},"results":[` + resultOf("a", "x") + `]}`: "batch batch_1 is expired: 1 of 2 requests completed, 0 failed",
		`{"id":"batch_1","status":"completed","request_counts":{"total":2,"completed":2,"failed":0},"results":null}`:                       "the results are no longer available: the service keeps them for 30 days",
	} {
		client, mock := mocked()
		answered(mock, always(200, body))
		rows, err := readResults(t, client)
		assert.Equal(t, strings.Count(body, "custom_id"), len(rows))
		var e *openrouter.BatchError
		require.ErrorAs(t, err, &e, want)
		assert.Contains(t, err.Error(), want)
		assert.Equal(t, "batch_1", e.Batch.ID)
	}
}

// TestBatchResultsCutOff cuts the body at every byte: whole rows come first, then an error.
func TestBatchResultsCutOff(t *testing.T) {
	body := `{"id":"batch_1","status":"completed","results":[` + resultOf("a", "1") + `, ` + resultOf("b", "2") + `],"usage":null}`
	for at := range len(body) {
		client, mock := mocked(openrouter.WithMaxRetries(0))
		answered(mock, always(200, body[:at]))
		rows, err := readResults(t, client)
		require.Error(t, err, body[:at])
		want := []string{"a: 1", "b: 2"}[:strings.Count(body[:at], `"error":null}`)]
		assert.Equal(t, want, append([]string{}, rows...), body[:at])
		if at > 0 {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, body[:at])
			var e *openrouter.ConnectionError
			require.ErrorAs(t, err, &e)
		}
	}
	for _, bad := range []string{`[1]`, `<html>`, `"x"`, `{]`, `{"id":"batch_1",}`, `{"id":"x","results":[1 2]}`, `{"results":[{},]}`, `{"error":{"code":403,"message":"no"}}`, `{}`, `{"a" 1}`} {
		client, mock := mocked(openrouter.WithMaxRetries(0))
		answered(mock, always(200, bad))
		_, err := readResults(t, client)
		require.Error(t, err, bad)
		_, err = client.Batches.Get(t.Context(), "batch_1")
		require.Error(t, err, bad)
	}
}

func TestBatchResultsLeftEarly(t *testing.T) {
	client := serves(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"id":"batch_1","status":"completed","results":[`)
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, resultOf("a", strings.Repeat("x", 10_000))+",")
		}
	})
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	rows := 0
	for _, err := range client.Batches.Results(t.Context(), "batch_1") {
		require.NoError(t, err)
		if rows++; rows == 3 {
			break
		}
	}
	assert.Equal(t, 3, rows)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows = 0
	var last error
	for _, err := range client.Batches.Results(ctx, "batch_1") {
		if last = err; err == nil {
			rows++
			cancel()
		}
	}
	assert.Equal(t, 1, rows, "rows that have come end, too")
	var e *openrouter.ConnectionError
	require.ErrorAs(t, last, &e)
	require.ErrorIs(t, last, context.Canceled)
}

// TestBatchIsNotHeldInMemory sends 150 MB in 5,000 rows, and reads as much.
func TestBatchIsNotHeldInMemory(t *testing.T) {
	const rows, size, most = 5_000, 30_000, 32 << 20
	text := strings.Repeat("x", size)
	client := serves(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			n, err := io.Copy(io.Discard, r.Body)
			if err != nil || n < rows*size {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"id":"batch_1","status":"validating"}`)
			return
		}
		out := bufio.NewWriter(w)
		defer out.Flush()
		_, _ = io.WriteString(out, `{"id":"batch_1","status":"completed","results":[`)
		for i := range rows {
			if i > 0 {
				_ = out.WriteByte(',')
			}
			_, _ = io.WriteString(out, resultOf(fmt.Sprint(i), text))
		}
		_, _ = io.WriteString(out, `]}`)
	}, openrouter.WithMaxBodySize(1<<20))

	var peak uint64
	measure := func(i int) {
		if i%100 != 0 {
			return
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
	}
	runtime.GC()
	b, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: batchModel, Rows: func(yield func(openrouter.BatchRow, error) bool) {
		for i := range rows {
			measure(i)
			req := &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage(text + fmt.Sprint(i))}}
			if !yield(openrouter.BatchRow{CustomID: fmt.Sprint(i), Request: req}, nil) {
				return
			}
		}
	}})
	require.NoError(t, err)
	n := 0
	for result, err := range client.Batches.Results(t.Context(), b.ID) {
		require.NoError(t, err)
		answer, err := result.Answer()
		require.NoError(t, err)
		require.Len(t, answer.Text(), size)
		measure(n)
		n++
	}
	assert.Equal(t, rows, n)
	_, err = client.Batches.Get(t.Context(), b.ID)
	require.NoError(t, err)
	measure(0)
	t.Logf("peak of the heap: %.1f MiB", float64(peak)/(1<<20))
	assert.Less(t, peak, uint64(most))
}

// TestBatchSecrets has a server that repeats the key.
func TestBatchSecrets(t *testing.T) {
	for _, body := range []string{
		`{"id":"batch_1","status":"failed","error":{"message":"bad key ` + endpointKey + `"}}`,
		`{"id":"batch_1","status":"completed","results":[{"custom_id":"a","error":{"message":"bad key ` + endpointKey + `"}}]}`,
	} {
		client, mock := mocked()
		answered(mock, always(200, body))
		for result, err := range client.Batches.Results(t.Context(), "batch_1") {
			if err == nil {
				_, err = result.Answer()
				assert.NotContains(t, fmt.Sprintf("%+v %#v", result.Response, result.CustomID), endpointKey)
			}
			assert.ErrorContains(t, err, "bad key [redacted]")
		}
	}
}
