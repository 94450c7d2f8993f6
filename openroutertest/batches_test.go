package openroutertest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const batchHead = `"endpoint":"/v1/chat/completions","model":"a/b","completion_window":"24h"`

func batchOf(rows ...string) string {
	return `{` + batchHead + `,"requests":[` + strings.Join(rows, ",") + `]}`
}

func batchRow(id, body string) string { return `{"custom_id":"` + id + `","body":` + body + `}` }

const helloBody = `{"messages":[{"role":"user","content":"Hello you"}]}`

func TestBatchOfAnyClient(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("one").Usage(1, 2).Cost(0.5).ForText("you"), openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "slow"),
		openroutertest.Text("cut").Cut(), openroutertest.Reset(), openroutertest.Stall())
	srv.SetBatchLife("validating", "in_progress", "completed")
	var rows []string
	for i := range 6 {
		rows = append(rows, batchRow(fmt.Sprint("r", i), helloBody))
	}
	res, body := post(t, srv.URL+"/batches", batchOf(rows...))
	require.Equal(t, http.StatusAccepted, res.StatusCode, body)
	b := decode[map[string]any](t, body)
	assert.Equal(t, "validating", b["status"])
	assert.Nil(t, b["finalized_at"])
	assert.NotContains(t, b, "results")
	for _, status := range []string{"validating", "in_progress", "completed", "completed"} {
		_, body = do(t, http.MethodGet, srv.URL+"/batches/batch_fake_1", "")
		b = decode[map[string]any](t, body)
		assert.Equal(t, status, b["status"])
	}
	assert.Equal(t, map[string]any{"total": 6.0, "completed": 2.0, "failed": 4.0}, b["request_counts"])
	assert.InDelta(t, 0.5, b["usage"].(map[string]any)["cost"], 1e-9)
	assert.True(t, strings.HasSuffix(body, "]}"), "the results come last")
	var got []string
	for _, r := range b["results"].([]any) {
		row := r.(map[string]any)
		if e, failed := row["error"].(map[string]any); failed {
			assert.Nil(t, row["response"])
			got = append(got, fmt.Sprint(row["custom_id"], ": ", e["type"]))
			continue
		}
		assert.Nil(t, row["error"])
		response := row["response"].(map[string]any)
		assert.EqualValues(t, 200, response["status_code"])
		answer := response["body"].(map[string]any)
		assert.Equal(t, "a/b", answer["model"], "rows inherit the model")
		got = append(got, fmt.Sprint(row["custom_id"], ": ", answer["choices"].([]any)[0].(map[string]any)["message"].(map[string]any)["content"]))
	}
	assert.Equal(t, []string{"r0: one", "r1: rate_limit_exceeded", "r2: provider_unavailable", "r3: provider_unavailable", "r4: provider_unavailable", "r5: Hello you"}, got)
	assert.Empty(t, srv.Unused())
}

func TestBatchesAreReadStrictly(t *testing.T) {
	srv := openroutertest.NewServer(t)
	row := batchRow("a", helloBody)
	for body, want := range map[string]string{
		`[]`: "not a JSON object", `{`: "Invalid JSON", `{"endpoint":"/v1/chat/completions"}`: "not a batch", batchOf(row) + "x": "not a batch",
		`{"requests":[` + row + `],` + batchHead + `}`:                                                 "must come before requests",
		`{` + batchHead + `,"requests":[` + row + `],"provider":{}}`:                                   "provider comes after it",
		`{"endpoint":"/v1/chat/completions","model":"a/b","requests":[` + row + `]}`:                   "completion_window",
		`{` + batchHead + `,"callback_url":"http://x","requests":[` + row + `]}`:                       "https",
		`{"endpoint":"/v1/x","model":"a/b:online","completion_window":"24h","requests":[` + row + `]}`: ":online",
		`{` + batchHead + `,"requests":{}}`:                                                            "must be a list",
		batchOf():                                                                                      "must not be empty",
		batchOf(`{`):                                                                                   "invalid JSON",
		batchOf(row, row):                                                                              "requests[1].custom_id is not unique",
		batchOf(batchRow("", helloBody)):                                                               "1 to 64",
		batchOf(batchRow(strings.Repeat("x", 65), helloBody)):                                          "1 to 64",
		batchOf(batchRow("a", `[1]`)):                                                                  "must be an object",
		batchOf(batchRow("a", `{"model":"c/d"}`)):                                                      "must match the batch",
	} {
		res, got := post(t, srv.URL+"/batches", body)
		status := 400
		if want == ":online" {
			status = 422
		}
		assert.Equal(t, status, res.StatusCode, body)
		assert.Contains(t, got, want, body)
	}
	_, body := do(t, http.MethodGet, srv.URL+"/batches", "")
	assert.JSONEq(t, `{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}`, body)

	// A row that is invalid by itself is found later: the batch fails.
	for _, bad := range []string{`{}`, `{"messages":[{"role":"user","content":"x"}],"stream":true}`, `{"messages":[{"role":"user","content":"x"}],"temperature":9}`} {
		res, body := post(t, srv.URL+"/batches", batchOf(row, batchRow("b", bad)))
		require.Equal(t, http.StatusAccepted, res.StatusCode)
		_, body = do(t, http.MethodGet, srv.URL+"/batches/"+decode[struct{ ID string }](t, body).ID, "")
		b := decode[struct {
			Status string
			Error  struct{ Message string }
		}](t, body)
		assert.Equal(t, "failed", b.Status)
		if bad != `{}` {
			assert.Contains(t, b.Error.Message, "requests[1]: ")
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		res, _ := do(t, method, srv.URL+"/batches/nothing", "")
		assert.Equal(t, http.StatusNotFound, res.StatusCode)
	}
}
