package openroutertest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// A reply says what it is, for the messages of failed tests.
func TestString(t *testing.T) {
	for want, reply := range map[string]openroutertest.Reply{
		"an empty answer":                     {},
		`Text("ab")`:                          openroutertest.Text("a", "b"),
		`Reasoning("a").Text("b")`:            openroutertest.Reasoning("a").Text("b"),
		`Refusal("a").FinishReason("length")`: openroutertest.Refusal("a").FinishReason("length"),
		`Text("a").NativeFinishReason("x")`:   openroutertest.Text("a").NativeFinishReason("x"),
		`ToolCall("c", "f")`:                  openroutertest.ToolCallChunks("c", "f", "{", "}"),
		`Image.Audio("a").Annotations.ReasoningDetails.Logprobs`: openroutertest.ImageData("image/png", nil).Audio("a", nil, "").
			Citation("x", "y").ReasoningDetails().Logprobs(openrouter.Logprobs{}),
		`KeepAlive.Padding.Pause(1s).Event("data: x").Raw("y").Finish.Done.Stall`: openroutertest.KeepAlive(1).Padding(1).Pause(time.Second).
			Event("x").Raw("y").Finish().Done().Stall(),
		`Truncate`:                          openroutertest.Truncate(),
		`Cut`:                               openroutertest.Cut(),
		`Error(502) for text "x"`:           openroutertest.Error(502, "").ForText("x"),
		`MidStreamError(502)`:               openroutertest.MidStreamError(502, ""),
		`Func for model "a/*" for text "x"`: openroutertest.Func(func(*openroutertest.Request) openroutertest.Reply { return openroutertest.Reply{} }).ForModel("a/*").ForText("x"),
	} {
		assert.Equal(t, want, fmt.Sprint(reply))
	}
}

// What cannot be encoded is found where it is written, not in the server.
func TestValuesThatCannotBeEncoded(t *testing.T) {
	assert.PanicsWithValue(t, "openroutertest: json: unsupported type: func()", func() { openroutertest.Text("x").Member("f", func() {}) })
	assert.Panics(t, func() { openroutertest.Error(500, "").Metadata(func() {}) })
	assert.Panics(t, func() { openroutertest.NewTransport(t).SetModels(func() {}) })
}

// Fragments are cut between characters.
func TestToolCallFragments(t *testing.T) {
	for _, arguments := range []string{`{"a":"ééé"}`, `{"a":"éééé"}`, `{"a": "ééé"}`, "€", "", "{"} {
		res, err := ask(t.Context(), openroutertest.NewTransport(t, openroutertest.ToolCall("c", "f", arguments)).Client(), true, "Hi")
		require.NoError(t, err)
		assert.Equal(t, arguments, res.Choices[0].Message.ToolCalls[0].Function.Arguments)
	}
}

// A fake that serves for long forgets what is long ago.
func TestMemoryIsBounded(t *testing.T) {
	tr := openroutertest.NewTransport(t, openroutertest.Text("x").Always())
	for range 10_002 {
		res, err := tr.RoundTrip(request(t, t.Context(), ask1))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
	assert.Len(t, tr.Requests(), 10_000)
}

// A server waits, too.
func TestServerWaits(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("a", "b").Latency(time.Microsecond).Pace(time.Microsecond).Drip(10, time.Microsecond))
	res, err := ask(t.Context(), srv.Client(), true, "Hi")
	require.NoError(t, err)
	assert.Equal(t, "ab", res.Text())
}
