package endpoints_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// TestBatchErrorsTellNoKey has a server that repeats the key, and a key that is given as a model by mistake.
func TestBatchErrorsTellNoKey(t *testing.T) {
	submit := func(model, rowModel string) func(*openrouter.Client) error {
		return func(c *openrouter.Client) error {
			row := openrouter.BatchRow{CustomID: "a", Request: &openrouter.ChatCompletionRequest{Model: rowModel, Messages: []openrouter.Message{openrouter.UserMessage("hi")}}}
			_, err := c.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: model, Rows: openrouter.BatchRows(row)})
			return err
		}
	}
	for name, test := range map[string]struct {
		body string
		call func(*openrouter.Client) error
	}{
		"a failed batch": {`{"id":"batch_1","status":"failed","error":{"message":"bad key ` + endpointKey + `"}}`, func(c *openrouter.Client) error { _, err := c.Batches.Wait(t.Context(), "batch_1"); return err }},
		"results of it": {`{"id":"batch_1","status":"failed","error":{"message":"bad key ` + endpointKey + `"}}`, func(c *openrouter.Client) error {
			for _, err := range c.Batches.Results(t.Context(), "batch_1") {
				return err
			}
			return nil
		}},
		"an unknown outcome":       {`<html>`, submit(endpointKey, "")},
		"an invalid row":           {``, submit("a/b", endpointKey)},
		"an invalid row, reversed": {``, submit(endpointKey, "a/b")},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			client, mock := mocked(openrouter.WithObserver(openrouter.LogCalls(slog.New(slog.NewTextHandler(&log, nil)))))
			answered(mock, func(req *http.Request) (int, string) {
				if req.Body != nil {
					_, _ = io.Copy(io.Discard, req.Body)
				}
				return 200, test.body
			})
			err := test.call(client)
			require.ErrorContains(t, err, "[redacted]")
			texts := fmt.Sprintf("%+v %v", err, log.String())
			var failed *openrouter.BatchError
			var unknown *openrouter.BatchUnknownError
			var invalid *openrouter.ValidationError
			switch {
			case errors.As(err, &failed):
				texts += failed.Error()
			case errors.As(err, &unknown):
				texts += unknown.Error()
			case errors.As(err, &invalid):
				texts += fmt.Sprintf("%v %#v", invalid, invalid.Violations)
			default:
				require.Fail(t, "no error of a batch", "%T", err)
			}
			assert.NotContains(t, texts, endpointKey)
		})
	}
}
