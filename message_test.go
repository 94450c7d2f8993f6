package openrouter_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

func TestMessageConstructors(t *testing.T) {
	image := openrouter.ImagePart("https://example.com/a.png")
	for name, tc := range map[string]struct{ got, want openrouter.Message }{
		"system": {
			openrouter.SystemMessage("be brief"),
			openrouter.Message{Role: "system", Content: openrouter.Text("be brief")},
		},
		"developer": {
			openrouter.DeveloperMessage("be brief"),
			openrouter.Message{Role: "developer", Content: openrouter.Text("be brief")},
		},
		"assistant": {
			openrouter.AssistantMessage("hi"),
			openrouter.Message{Role: "assistant", Content: openrouter.Text("hi")},
		},
		"tool": {
			openrouter.ToolMessage("call_1", "rain"),
			openrouter.Message{Role: "tool", ToolCallID: "call_1", Content: openrouter.Text("rain")},
		},
		"tool without output keeps its content": {
			openrouter.ToolMessage("call_1", ""),
			openrouter.Message{Role: "tool", ToolCallID: "call_1", Content: openrouter.Text("")},
		},
		"user": {
			openrouter.UserMessage("hi"),
			openrouter.Message{Role: "user", Content: openrouter.Text("hi")},
		},
		"user: text before parts": {
			openrouter.UserMessage("hi", image),
			openrouter.Message{Role: "user", Content: []openrouter.Part{openrouter.TextPart("hi"), image}},
		},
		"user: parts only": {
			openrouter.UserMessage("", image, openrouter.TextPart("hi")),
			openrouter.Message{Role: "user", Content: []openrouter.Part{image, openrouter.TextPart("hi")}},
		},
		"user: nothing": {
			openrouter.UserMessage(""),
			openrouter.Message{Role: "user", Content: openrouter.Text("")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, tc.got)
		})
	}
}

func TestUserMessageDoesNotKeepTheList(t *testing.T) {
	parts := []openrouter.Part{openrouter.TextPart("a"), openrouter.TextPart("b")}
	m := openrouter.UserMessage("", parts...)
	parts[0].Text = "changed"
	assert.Equal(t, "ab", m.Text())
}

func TestMessageText(t *testing.T) {
	assert.Empty(t, openrouter.Message{}.Text())
	assert.Equal(t, "hi", openrouter.UserMessage("hi").Text())
	assert.Equal(t, "ab", openrouter.UserMessage("a",
		openrouter.ImagePart("https://example.com/a.png"),
		openrouter.TextPart("b"),
		openrouter.Part{Type: "hologram", Text: "c"},
	).Text())
}

func TestFunctionCallUnmarshal(t *testing.T) {
	type args struct {
		City string `json:"city"`
	}
	for name, tc := range map[string]struct {
		call openrouter.FunctionCall
		want string
	}{
		"object":               {openrouter.FunctionCall{Arguments: `{"city":"Oslo"}`}, "Oslo"},
		"trailing white space": {openrouter.FunctionCall{Arguments: "{\"city\":\"Oslo\"} \n\t\u00a0"}, "Oslo"},
		"missing":              {openrouter.FunctionCall{}, ""},
		"white space":          {openrouter.FunctionCall{Arguments: " \n"}, ""},
		"sent as an object":    {openrouter.FunctionCall{Extra: map[string]any{"arguments": json.RawMessage(`{"city":"Oslo"}`)}}, "Oslo"},
	} {
		t.Run(name, func(t *testing.T) {
			var got args
			require.NoError(t, tc.call.Unmarshal(&got))
			assert.Equal(t, tc.want, got.City)
		})
	}
}

func TestFunctionCallUnmarshalErrorsNameTheFunction(t *testing.T) {
	for name, arguments := range map[string]string{
		"broken":      `{"city":`,
		"two objects": `{}{"city":"Oslo"}`,
		"wrong type":  `{"city":5}`,
	} {
		t.Run(name, func(t *testing.T) {
			var got struct {
				City string `json:"city"`
			}
			err := openrouter.FunctionCall{Name: "get_weather", Arguments: arguments}.Unmarshal(&got)
			require.ErrorContains(t, err, `openrouter: arguments of function "get_weather": `)
		})
	}
	var syntax *json.SyntaxError
	err := openrouter.FunctionCall{Arguments: "{"}.Unmarshal(new(any))
	assert.ErrorAs(t, err, &syntax)
}
