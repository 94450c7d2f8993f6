package uistream_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/agent/uistream"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type place struct {
	City string `json:"city"`
}

// weather returns a value that is a JSON object, and tells how far it is.
var weather = agent.NewTool("get_weather", "The weather in a city.", func(ctx context.Context, in place) (map[string]any, error) {
	if in.City == "Atlantis" {
		return nil, errors.New("no station there")
	}
	agent.Progress(ctx, "asking "+in.City)
	return map[string]any{"city": in.City, "degrees": 6}, nil
})

// note returns a text.
var note = agent.NewTool("add_note", "Adds a note.", func(_ context.Context, in struct{ Line string }) (string, error) {
	return "noted: " + in.Line, nil
})

// position is a function that the page runs.
var position = openrouter.NewFunctionTool("get_position", "Where the user is.", nil)

// question is a request with one message of the user.
func question() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{
		openrouter.SystemMessage("The secret word is swordfish."), openrouter.UserMessage("Question?")}}
}

// serve runs an agent and returns what the browser gets.
func serve(t *testing.T, bot agent.Agent, req *openrouter.ChatCompletionRequest, replies ...openroutertest.Reply) (body string, run *agent.Run, err error) {
	t.Helper()
	bot.Client = openroutertest.NewTransport(t, replies...).Client()
	w := httptest.NewRecorder()
	stream := bot.Stream(t.Context(), req)
	err = uistream.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), stream)
	return w.Body.String(), stream.Run(), err
}

type object = map[string]any

// partsOf returns the parts of a stream. It fails the test if the stream is not as the protocol
// demands.
func partsOf(t *testing.T, body string) []object {
	t.Helper()
	blocks := strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n")
	require.Equal(t, "data: [DONE]", blocks[len(blocks)-1])
	var parts []object
	for _, b := range blocks[:len(blocks)-1] {
		if strings.HasPrefix(b, ": ") {
			continue
		}
		data, ok := strings.CutPrefix(b, "data: ")
		require.True(t, ok, b)
		var p object
		require.NoError(t, json.Unmarshal([]byte(data), &p))
		parts = append(parts, p)
	}
	assertProtocol(t, parts)
	return parts
}

// assertProtocol checks the order that the client relies on.
func assertProtocol(t *testing.T, parts []object) {
	t.Helper()
	require.NotEmpty(t, parts)
	assert.Equal(t, "start", parts[0]["type"])
	open, inputs, known := map[any]bool{}, map[any]bool{}, map[any]bool{}
	isStep := false
	for i, p := range parts {
		kind := p["type"].(string)
		switch base, what, _ := strings.Cut(kind, "-"); {
		case kind == "start":
			assert.Zero(t, i)
		case kind == "start-step":
			assert.False(t, isStep, "parts[%d]", i)
			isStep = true
			clear(known)
			clear(inputs)
		case kind == "finish-step":
			assert.True(t, isStep && len(open) == 0, "parts[%d]", i)
			isStep = false
		case base == "text" || base == "reasoning":
			assert.True(t, isStep, "parts[%d]", i)
			assert.Equal(t, what != "start", open[p["id"]], "parts[%d]", i)
			if open[p["id"]] = true; what == "end" {
				delete(open, p["id"])
			}
		case kind == "tool-input-start":
			assert.False(t, inputs[p["toolCallId"]], "parts[%d]", i)
			inputs[p["toolCallId"]] = true
		case kind == "tool-input-delta":
			assert.True(t, inputs[p["toolCallId"]], "parts[%d]", i)
		case kind == "tool-input-available" || kind == "tool-input-error":
			assert.False(t, known[p["toolCallId"]], "parts[%d]", i)
			assert.Contains(t, p, "input")
			known[p["toolCallId"]] = true
		}
	}
	assert.False(t, isStep)
	last := parts[len(parts)-1]["type"]
	assert.Contains(t, []any{"finish", "abort", "error"}, last)
}

// typesOf returns the types of the parts.
func typesOf(parts []object) []string {
	var types []string
	for _, p := range parts {
		types = append(types, p["type"].(string))
	}
	return types
}

// only returns the parts of these types.
func only(parts []object, types ...string) []object {
	return slices.DeleteFunc(slices.Clone(parts), func(p object) bool { return !slices.Contains(types, p["type"].(string)) })
}
