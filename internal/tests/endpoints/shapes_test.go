package endpoints_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// A count that did not come is not 0.
func TestCountsThatAreNone(t *testing.T) {
	for _, body := range []string{`{"data":{}}`, `{"data":{"count":null}}`, `{"data":{"count":"7"}}`, `{"data":{"count":1.5}}`, `{"data":{"count":99999999999999999999}}`} {
		client, mock := mocked()
		answered(mock, always(200, body))
		n, err := client.Models.Count(t.Context(), nil)
		assert.Zero(t, n)
		var e *openrouter.DecodeError
		require.ErrorAs(t, err, &e, body)
		assert.Equal(t, "openrouter: decoding Count: count is missing or not an integer", err.Error())
		assert.Equal(t, body, string(e.Body))
		assert.Equal(t, 200, e.Call().StatusCode)
	}
	client, mock := mocked()
	answered(mock, always(200, `{"data":{"count":0}}`))
	n, err := client.Models.Count(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, n)
}

// The error says what is wrong, and no name that the documentation does not have.
func TestAnswersThatAreNoObjects(t *testing.T) {
	for body, problem := range map[string]string{`[]`: "not an object", ` ["a"] `: "not an object", `7`: "not an object", `"x"`: "not an object", `[`: "unexpected end of JSON"} {
		for name, call := range map[string]func(*openrouter.Client) error{
			"ModelList":      func(c *openrouter.Client) error { _, err := c.Models.List(t.Context(), nil); return err },
			"Model":          func(c *openrouter.Client) error { _, err := c.Models.Get(t.Context(), "a/b"); return err },
			"ModelEndpoints": func(c *openrouter.Client) error { _, err := c.Models.Endpoints(t.Context(), "a/b"); return err },
			"Count":          func(c *openrouter.Client) error { _, err := c.Models.Count(t.Context(), nil); return err },
			"Key":            func(c *openrouter.Client) error { _, err := c.Account.Key(t.Context()); return err },
			"Generation":     func(c *openrouter.Client) error { _, err := c.Generations.Get(t.Context(), "gen-1"); return err },
		} {
			client, mock := mocked()
			answered(mock, always(200, body))
			assert.ErrorContains(t, call(client), "openrouter: decoding "+name+": "+problem, body)
		}
	}
}
