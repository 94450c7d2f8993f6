package interop_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// slot is one of the places where llama-server works on an answer.
type slot struct {
	ID           int  `json:"id"`
	IDTask       int  `json:"id_task"`
	IsProcessing bool `json:"is_processing"`
	Tokens       int  `json:"n_prompt_tokens"` // the answer's included
	Params       struct {
		MaxTokens int `json:"max_tokens"`
	} `json:"params"`
}

func (s server) slots(t *testing.T) []slot {
	var slots []slot
	require.NoError(t, json.Unmarshal(s.get(t, "/slots"), &slots))
	return slots
}

func (s server) metric(t *testing.T, name string) float64 {
	lines := bufio.NewScanner(strings.NewReader(string(s.get(t, "/metrics"))))
	for lines.Scan() {
		if v, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			f, err := strconv.ParseFloat(v, 64)
			require.NoError(t, err)
			return f
		}
	}
	require.Fail(t, "the server has no metric "+name)
	return 0
}

// get reads one of the server's own endpoints, which are beside the API.
func (s server) get(t *testing.T, path string) []byte {
	req, err := http.NewRequestWithContext(bounded(t), http.MethodGet, strings.TrimSuffix(s.url, "/v1")+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+s.key)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s: %s", path, body)
	return body
}

// occupy keeps every slot busy, and requests waiting for one, until release.
func (s server) occupy(t *testing.T) (release func()) {
	ctx, cancel := context.WithCancel(bounded(t))
	req := s.ask("#loop")
	req.MaxCompletionTokens = new(1000)
	var all sync.WaitGroup
	for range 3 * len(s.slots(t)) {
		all.Go(func() {
			for ctx.Err() == nil {
				if stream, err := s.client().Chat.Stream(ctx, req); err == nil {
					_, _ = stream.Collect() // cancelled by release
				}
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// eventually waits for what another process is about to do.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	ctx, tick := bounded(t), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			require.Fail(t, "it never happened: "+what)
		}
	}
}
