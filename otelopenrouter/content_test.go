package otelopenrouter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/otelopenrouter"
)

// conversation is a request with every kind of content.
func conversation() *openrouter.ChatCompletionRequest {
	req := asking("")
	req.Messages = []openrouter.Message{
		openrouter.SystemMessage("Be short."),
		openrouter.UserMessage("What is this?", openrouter.ImagePart("https://example.com/a.png"), openrouter.ImageDataPart("image/png", []byte("PRIVATE DATA")),
			openrouter.FileDataPart("a.pdf", "application/pdf", []byte("PRIVATE DATA"))),
		{Role: openrouter.RoleAssistant, Reasoning: "Hm.", ToolCalls: []openrouter.ToolCall{{ID: "c1", Type: "function", Function: openrouter.FunctionCall{Name: "look", Arguments: `{"at":"it"}`}}}},
		openrouter.ToolMessage("c1", "a cat"),
	}
	req.Tools = []openrouter.Tool{openrouter.NewFunctionTool("look", "Looks.", json.RawMessage(`{"type":"object"}`))}
	return req
}

// recorded returns the content attributes of the first span.
func recorded(t *testing.T, content otelopenrouter.Content, req *openrouter.ChatCompletionRequest, reply openroutertest.Reply) map[string]string {
	seen := newTelemetry()
	_, err := openroutertest.NewTransport(t, reply).Client(seen.observer(otelopenrouter.WithContent(content))).Chat.Create(t.Context(), req)
	require.NoError(t, err)
	out := map[string]string{}
	for key, v := range attributes(seen.spans.GetSpans()[0]) {
		if strings.HasSuffix(key, ".messages") || strings.HasPrefix(key, "gen_ai.tool.") || key == "openrouter.content.truncated" {
			out[key] = v.String()
		}
	}
	return out
}

func TestNoContentByDefault(t *testing.T) {
	assert.Empty(t, recorded(t, otelopenrouter.Content{}, conversation(), openroutertest.Text("A cat.")))
}

func TestMessages(t *testing.T) {
	got := recorded(t, otelopenrouter.Content{Messages: true}, conversation(), openroutertest.Reasoning("Fur.").Text("A cat."))
	assert.JSONEq(t, `[
		{"role":"system","parts":[{"type":"text","content":"Be short."}]},
		{"role":"user","parts":[{"type":"text","content":"What is this?"},
			{"type":"uri","modality":"image","uri":"https://example.com/a.png"},{"type":"blob","modality":"image","content":""},{"type":"blob","modality":"file","content":""}]},
		{"role":"assistant","parts":[{"type":"reasoning","content":"Hm."},{"type":"tool_call","id":"c1","name":"look","arguments":{"at":"it"}}]},
		{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"a cat"}]}]`, got["gen_ai.input.messages"])
	assert.JSONEq(t, `[{"role":"assistant","parts":[{"type":"reasoning","content":"Fur."},{"type":"text","content":"A cat."}],"finish_reason":"stop"}]`, got["gen_ai.output.messages"])
	assert.Len(t, got, 2)

	prompt := &openrouter.ChatCompletionRequest{Model: "a/b", Prompt: "Once"}
	got = recorded(t, otelopenrouter.Content{Messages: true}, prompt, openroutertest.Raw(`{"id":"g","choices":[{"index":0,"text":" upon","finish_reason":"stop"}]}`))
	assert.JSONEq(t, `[{"role":"user","parts":[{"type":"text","content":"Once"}]}]`, got["gen_ai.input.messages"])
	assert.JSONEq(t, `[{"role":"assistant","parts":[{"type":"text","content":" upon"}],"finish_reason":"stop"}]`, got["gen_ai.output.messages"])
}

func TestToolDefinitions(t *testing.T) {
	got := recorded(t, otelopenrouter.Content{Tools: true}, conversation(), openroutertest.Text("A cat."))
	assert.JSONEq(t, `[{"type":"function","name":"look","description":"Looks.","parameters":{"type":"object"}}]`, got["gen_ai.tool.definitions"])
	assert.Len(t, got, 1)
}

func TestToolContent(t *testing.T) {
	for _, on := range []bool{false, true} {
		seen := newTelemetry()
		content := otelopenrouter.Content{Tools: on, Redact: func(s string) string { return strings.ReplaceAll(s, "Oslo", "[city]") }}
		client := openroutertest.NewTransport(t, openroutertest.ToolCall("c1", "get_weather", `{"city":"Oslo"}`), openroutertest.Text("Rain.")).Client(seen.observer(otelopenrouter.WithContent(content)))
		weather := agent.NewTool("get_weather", "The weather.", func(_ context.Context, in city) (string, error) { return "rain in " + in.City, nil })
		_, err := agent.Agent{Client: client, Tools: []agent.Tool{weather}}.Run(t.Context(), asking("Umbrella?"))
		require.NoError(t, err)
		for _, span := range seen.spans.GetSpans() {
			if span.Name != "execute_tool get_weather" {
				continue
			}
			attrs := attributes(span)
			if on {
				assert.Equal(t, `{"city":"[city]"}`, attrs["gen_ai.tool.call.arguments"].AsString())
				assert.Equal(t, "rain in [city]", attrs["gen_ai.tool.call.result"].AsString())
			} else {
				assert.NotContains(t, attrs, "gen_ai.tool.call.arguments")
				assert.NotContains(t, attrs, "gen_ai.tool.call.result")
			}
		}
	}
}

// Every text passes through Redact, and nothing else is left of it.
func TestRedact(t *testing.T) {
	req := conversation()
	all := otelopenrouter.Content{Messages: true, Tools: true, Redact: func(string) string { return "x" }}
	for _, text := range recorded(t, all, req, openroutertest.Reasoning("Fur.").Text("A cat.").ToolCall("c2", "look", `{"at":"at me"}`)) {
		for _, private := range []string{"short", "this", "example", "Hm", "it\"", "a cat", "Fur", "A cat", "at me", "PRIVATE"} {
			assert.NotContains(t, text, private)
		}
	}
}

func TestMaxBytesOfManyParts(t *testing.T) {
	req := asking("")
	req.Messages[0].Content = nil
	for i := range 400 {
		req.Messages[0].Content = append(req.Messages[0].Content, openrouter.TextPart(fmt.Sprint(i, strings.Repeat(" word", 20))))
	}
	got := recorded(t, otelopenrouter.Content{Messages: true}, req, openroutertest.Text("ok"))
	var messages []struct{ Parts []struct{ Content string } }
	require.NoError(t, json.Unmarshal([]byte(got["gen_ai.input.messages"]), &messages))
	require.GreaterOrEqual(t, len(messages[0].Parts), 50, "as many as fit")
	assert.Equal(t, req.Messages[0].Content[399].Text, messages[0].Parts[len(messages[0].Parts)-1].Content)
	assert.LessOrEqual(t, len(got["gen_ai.input.messages"]), 16<<10)
	assert.Equal(t, "true", got["openrouter.content.truncated"])
}

// What was said is the answer of a model that speaks.
func TestTranscripts(t *testing.T) {
	got := recorded(t, otelopenrouter.Content{Messages: true}, asking("hi"), openroutertest.Audio("a1", []byte("ABC"), "Good morning."))
	assert.Contains(t, got["gen_ai.output.messages"], `{"type":"text","content":"Good morning."}`)
	assert.NotContains(t, got["gen_ai.output.messages"], "QUJD")
}

func TestMaxBytesOfTools(t *testing.T) {
	for most, want := range map[int]string{1: "", 2: "", 3: "…", 5: "…", 6: "日…", 8: "日…", 9: "日本…"} {
		seen := newTelemetry()
		client := openroutertest.NewTransport(t).Client(seen.observer(otelopenrouter.WithContent(otelopenrouter.Content{Tools: true, MaxBytes: most})))
		_, o := client.Observe(t.Context(), openrouter.Operation{Name: "execute_tool", Request: &openrouter.ToolCall{Function: openrouter.FunctionCall{Arguments: "日本…"}}})
		o.End(nil, openrouter.CallInfo{}, nil)
		assert.Equal(t, want, attributes(seen.spans.GetSpans()[0])["gen_ai.tool.call.arguments"].AsString(), most)
	}
}

func TestMaxBytes(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é\"<", n) }
	req := asking(long(100))
	req.Messages = append(req.Messages, openrouter.AssistantMessage("old"), openrouter.UserMessage("new"))
	for most, want := range map[string]struct {
		bytes int
		first string
	}{
		"the whole":      {4000, long(100)},
		"the newest":     {300, "old"},
		"the newest one": {80, "new"},
	} {
		got := recorded(t, otelopenrouter.Content{Messages: true, MaxBytes: want.bytes}, req, openroutertest.Text("ok"))
		var messages []struct{ Parts []struct{ Content string } }
		require.NoError(t, json.Unmarshal([]byte(got["gen_ai.input.messages"]), &messages), most)
		assert.Equal(t, want.first, messages[0].Parts[0].Content, most)
		assert.Equal(t, most != "the whole", got["openrouter.content.truncated"] == "true", most)
	}

	// One message that is too long is cut, at a character.
	one := asking(long(10_000))
	got := recorded(t, otelopenrouter.Content{Messages: true, MaxBytes: 1000}, one, openroutertest.Text(long(10_000)))
	for _, key := range []string{"gen_ai.input.messages", "gen_ai.output.messages"} {
		assert.LessOrEqual(t, len(got[key]), 1000)
		assert.Greater(t, len(got[key]), 300)
		assert.True(t, json.Valid([]byte(got[key])), got[key])
		assert.Contains(t, got[key], "…")
		assert.NotContains(t, got[key], "\ufffd")
	}
	assert.Equal(t, "true", got["openrouter.content.truncated"])

	// The default is 16 KiB. Of a message with too many parts the last ones are kept, and none if not even one fits.
	got = recorded(t, otelopenrouter.Content{Messages: true}, one, openroutertest.Text("ok"))
	assert.LessOrEqual(t, len(got["gen_ai.input.messages"]), 16<<10)
	many := asking("")
	for range 1000 {
		many.Messages[0].Content = append(many.Messages[0].Content, openrouter.TextPart("piece"))
	}
	got = recorded(t, otelopenrouter.Content{Messages: true, MaxBytes: 200}, many, openroutertest.Text("ok"))
	assert.Equal(t, 3, strings.Count(got["gen_ai.input.messages"], `"piece"`))
	assert.Equal(t, "true", got["openrouter.content.truncated"])
	got = recorded(t, otelopenrouter.Content{Messages: true, MaxBytes: 40}, many, openroutertest.Text("ok"))
	assert.NotContains(t, got, "gen_ai.input.messages")
	assert.Equal(t, "true", got["openrouter.content.truncated"])

	// A cut list of tools would be no JSON.
	got = recorded(t, otelopenrouter.Content{Tools: true, MaxBytes: 20}, conversation(), openroutertest.Text("ok"))
	assert.Equal(t, map[string]string{"openrouter.content.truncated": "true"}, got)
}
