package faults_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// FuzzAnswer gives any status, content type and body as the whole answer to
// Create and to Stream. There must be no panic and no hang, every failure must
// be one of the library's errors, and a success must be a complete answer: JSON
// with choices and without an error, or events of that kind up to [DONE], as a
// reader sees it who is as simple as can be.
func FuzzAnswer(f *testing.F) {
	for _, file := range kit.Bodies(f, "*") {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		switch name := filepath.Base(file); {
		case strings.HasPrefix(name, "error"):
			f.Add(500, "application/json", data)
		case strings.HasPrefix(name, "stream"):
			f.Add(200, "text/event-stream", data)
			f.Add(200, "text/event-stream", data[:len(data)/2])
		default:
			f.Add(200, "application/json", data)
			f.Add(200, "text/event-stream", append([]byte("data: "), append(data, "\n\ndata: [DONE]\n\n"...)...))
		}
	}
	for _, body := range []string{
		"", " \n\t", "null", "[]", "{}", `"x"`, "<html>", "error code: 1020", "data", "data:", "data:\n\n", "data: [DONE]", "data: [DONE]\n\n",
		": ping\n\n", "\xef\xbb\xbfdata: {}\r\rdata: [DONE]\r\r", "\xef\xbb\xbf{}", `{"choices":[]}`, `{"choices":[null]}`, `{"choices":[{}]}`,
		`{"choices":[{}],"error":{}}`, `{"choices":[{"error":{}}]}`, `{"provider":{"choices":[{}]}}`, `{"choices":[{}],"choices":null}`,
		`data: {"choices":[{}]}` + "\n\ndata: [DONE]", `data: {"choices":[{}]}` + "\n\n", `data: {"choices":[{}]}`,
		`data: {"choices":[{}]}` + "\n\ndata: {}\n\ndata: [DONE]\n\ndata: {{{\n\n", "data: {\"choices\":\ndata: [{}]}\n\ndata: [DONE]\n\n",
		`data: {"choices":[{}],"error":{"message":"x"}}` + "\n\n" + `data: {"usage":{}}`, bodySaying("hello"), bodySaying("hello") + "{}",
		deepJSON(11_000),
	} {
		f.Add(200, "text/event-stream", []byte(body))
		f.Add(503, "text/plain", []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		if status < 200 || status > 599 {
			status = 200 // what else a transport has is none
		}
		transport := &wholeResponse{status: status, contentType: contentType, body: body}
		client := openrouter.NewClient(openrouter.WithAPIKey(secretKey), openrouter.WithMaxRetries(0),
			openrouter.WithHTTPClient(&http.Client{Transport: transport}))
		ok := status <= 299

		res, err := client.Chat.Create(t.Context(), faultRequest)
		if checkFuzzedError(t, err); err == nil {
			require.True(t, ok && simpleAnswer(body), "a success without an answer")
		} else {
			assert.Nil(t, res)
		}
		created, whole := res.Text(), err == nil

		s, err := client.Chat.Stream(t.Context(), faultRequest)
		if err == nil {
			for chunk, e := range s.Chunks() {
				err = e
				assert.True(t, (chunk == nil) != (e == nil))
			}
			if err == nil {
				require.True(t, ok && (simpleAnswer(body) || simpleStream(body)), "a success without a complete stream")
			}
			if whole {
				require.NoError(t, err)
				assert.Equal(t, created, s.Response().Text())
			}
			require.NotNil(t, s.Response())
		} else {
			assert.Nil(t, s)
			assert.False(t, whole, "Create took it for an answer")
		}
		checkFuzzedError(t, err)
		assert.True(t, transport.closed, "the last body was not closed")
	})
}

// checkFuzzedError holds that an error is one of the library's, and prints.
func checkFuzzedError(t *testing.T, err error) {
	if err == nil {
		return
	}
	_, isAPI := err.(*openrouter.APIError)
	_, isDecode := err.(*openrouter.DecodeError)
	_, isStream := errors.AsType[*openrouter.StreamError](err)
	_, isConnection := errors.AsType[*openrouter.ConnectionError](err)
	require.True(t, isAPI || isDecode || isStream || isConnection, "%T", err)
	require.NotContains(t, err.Error(), "\n")
	require.True(t, strings.HasPrefix(err.Error(), "openrouter: "), "%v", err)
	require.Less(t, len(err.Error()), 2000)
}

// wholeResponse is a transport with one response.
type wholeResponse struct {
	status      int
	contentType string
	body        []byte
	closed      bool
}

func (w *wholeResponse) RoundTrip(req *http.Request) (*http.Response, error) {
	w.closed = false
	header := http.Header{"Content-Type": {w.contentType}}
	return &http.Response{StatusCode: w.status, Header: header, Body: &closing{bytes.NewReader(w.body), &w.closed}, Request: req}, nil
}

type closing struct {
	io.Reader
	closed *bool
}

func (c *closing) Close() error {
	*c.closed = true
	return nil
}

// simpleAnswer reports whether a body is JSON with choices and without an error.
func simpleAnswer(body []byte) bool {
	var top map[string]json.RawMessage
	if json.Unmarshal(body, &top) != nil {
		return false
	}
	var inner map[string]json.RawMessage
	if json.Unmarshal(top["provider"], &inner) == nil && inner["choices"] != nil && top["choices"] == nil {
		top = inner
	}
	return !simpleError(top) && simpleChoices(top)
}

// simpleChoices reports whether there is a choice, and none with an error.
func simpleChoices(top map[string]json.RawMessage) bool {
	var choices []map[string]json.RawMessage
	if json.Unmarshal(top["choices"], &choices) != nil {
		return false
	}
	for _, choice := range choices {
		if simpleError(choice) {
			return false
		}
	}
	return len(choices) > 0
}

func simpleError(object map[string]json.RawMessage) bool {
	e, ok := object["error"]
	return ok && string(e) != "null"
}

// simpleStream reports whether events without an error lead up to [DONE].
func simpleStream(body []byte) bool {
	text := strings.TrimLeft(string(body), " \t\r\n")
	text = strings.TrimPrefix(text, "\xef\xbb\xbf")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	var data []string
	some := false
	for _, line := range append(strings.Split(text, "\n"), "") {
		if name, value, _ := strings.Cut(line, ":"); name == "data" {
			data = append(data, strings.TrimPrefix(value, " "))
		}
		if line != "" {
			continue
		}
		event := strings.TrimSpace(strings.Join(data, "\n"))
		data = nil
		switch {
		case event == "[DONE]":
			return some
		case event != "":
			var chunk map[string]json.RawMessage
			if json.Unmarshal([]byte(event), &chunk) != nil || simpleError(chunk) {
				return false
			}
			some = some || simpleChoices(chunk)
		}
	}
	return false
}
