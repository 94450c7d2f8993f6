package openroutertest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// Each reply gives the same message by Create and by Stream.
func TestContent(t *testing.T) {
	details := []openrouter.ReasoningDetail{
		{Type: "reasoning.summary", Summary: "short", Index: new(0)},
		{Type: "reasoning.encrypted", Data: "c2VjcmV0", Index: new(1), ID: "rs_1"},
	}
	for _, row := range []struct {
		name   string
		reply  openroutertest.Reply
		finish openrouter.FinishReason
		want   string
	}{
		{"nothing", openroutertest.Reply{}, "stop", `{"role":"assistant","content":""}`},
		{"text", openroutertest.Text("It is ", "<42>."), "stop", `{"role":"assistant","content":"It is <42>."}`},
		{"reasoning, then text, then reasoning",
			openroutertest.Reasoning("Let me ", "see.").Text("42").Reasoning("Done."), "stop",
			`{"role":"assistant","content":"42","reasoning":"Let me see.Done.","reasoning_details":[
				{"type":"reasoning.text","format":"unknown","index":0,"text":"Let me see."},
				{"type":"reasoning.text","format":"unknown","index":1,"text":"Done."}]}`},
		{"signed reasoning", openroutertest.SignedReasoning("SIG", "A", "B").Text("x"), "stop",
			`{"role":"assistant","content":"x","reasoning":"AB","reasoning_details":[
				{"type":"reasoning.text","format":"anthropic-claude-v1","index":0,"text":"AB","signature":"SIG"}]}`},
		{"reasoning details", openroutertest.ReasoningDetails(details...), "stop",
			`{"role":"assistant","content":"","reasoning":"short","reasoning_details":[
				{"type":"reasoning.summary","summary":"short","index":0},
				{"type":"reasoning.encrypted","data":"c2VjcmV0","index":1,"id":"rs_1"}]}`},
		{"no reasoning details", openroutertest.ReasoningDetails().Text("x"), "stop",
			`{"role":"assistant","content":"x","reasoning_details":[]}`},
		{"tool calls",
			openroutertest.ToolCall("call_1", "f", `{"city":"Zürich"}`).ToolCallChunks("call_2", "g", `{"a"`, `:`, `1}`), "tool_calls",
			`{"role":"assistant","content":"","tool_calls":[
				{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Zürich\"}"}},
				{"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":"{\"a\":1}"}}]}`},
		{"refusal", openroutertest.Refusal("I can", "not."), "stop", `{"role":"assistant","content":"","refusal":"I cannot."}`},
		{"images", openroutertest.Image("https://example.com/a.png").ImageData("image/png", []byte("png")), "stop",
			`{"role":"assistant","content":"","images":[
				{"type":"image_url","index":0,"image_url":{"url":"https://example.com/a.png"}},
				{"type":"image_url","index":1,"image_url":{"url":"data:image/png;base64,cG5n"}}]}`},
		{"audio", openroutertest.Audio("aud_1", []byte("some sound"), "said"), "stop",
			`{"role":"assistant","content":"","audio":{"id":"aud_1","data":"c29tZSBzb3VuZA==","expires_at":1767229200,"transcript":"said"}}`},
		{"citations", openroutertest.Text("x").Citation("https://example.com", "Example"), "stop",
			`{"role":"assistant","content":"x","annotations":[{"type":"url_citation","url_citation":{"url":"https://example.com","title":"Example"}}]}`},
		{"another finish reason", openroutertest.Text("x").FinishReason("length"), "length", `{"role":"assistant","content":"x"}`},
		{"no finish reason", openroutertest.Text("x").FinishReason(""), "", `{"role":"assistant","content":"x"}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			bothWays(t, row.reply, func(t *testing.T, res *openrouter.ChatCompletion, err error) {
				require.NoError(t, err)
				require.Len(t, res.Choices, 1)
				assert.Equal(t, row.finish, res.Choices[0].FinishReason)
				equalWithoutNulls(t, row.want, res.Choices[0].Message)
			})
		})
	}
}

// equalWithoutNulls leaves out what one form of an answer has as null, the other
// not at all.
func equalWithoutNulls(t *testing.T, want string, m openrouter.Message) {
	t.Helper()
	var got map[string]any
	data, err := m.MarshalJSON()
	require.NoError(t, err)
	got = decode[map[string]any](t, string(data))
	for name, v := range got {
		if v == nil {
			delete(got, name)
		}
	}
	equalJSON(t, want, got)
}

func TestAboutTheAnswer(t *testing.T) {
	reply := openroutertest.Text("a b c").ID("gen-7").Model("a/b-2026").Provider("Azure").Usage(10, 5).Cost(0.25).
		NativeFinishReason("end_turn").Member("service_tier", "flex").Member("new_field", map[string]int{"x": 1})
	bothWays(t, reply, func(t *testing.T, res *openrouter.ChatCompletion, err error) {
		require.NoError(t, err)
		assert.Equal(t, "gen-7", res.ID)
		assert.Equal(t, "gen-7", res.Call().GenerationID)
		assert.Equal(t, "a/b-2026", res.Model)
		assert.Equal(t, "Azure", res.Provider)
		assert.Equal(t, "end_turn", res.Choices[0].NativeFinishReason)
		assert.Equal(t, "flex", res.ServiceTier)
		equalJSON(t, `{"x":1}`, res.Extra["new_field"])
		assert.Equal(t, 10, res.Usage.PromptTokens)
		assert.Equal(t, 5, res.Usage.CompletionTokens)
		assert.Equal(t, 15, res.Usage.TotalTokens)
		assert.InDelta(t, 0.25, res.Usage.Cost, 0)
	})
}

func TestDefaults(t *testing.T) {
	bothWays(t, openroutertest.Reasoning("one two").Text("three four five"), func(t *testing.T, res *openrouter.ChatCompletion, err error) {
		require.NoError(t, err)
		assert.Equal(t, "gen-fake-1", res.ID)
		assert.Equal(t, "openai/gpt-5.2", res.Model)
		assert.Equal(t, "Fake", res.Provider)
		assert.Equal(t, "stop", res.Choices[0].NativeFinishReason)
		equalJSON(t, `{"prompt_tokens":2,"completion_tokens":5,"total_tokens":7,"completion_tokens_details":{"reasoning_tokens":2},"cost":0}`, res.Usage)
	})
}

func TestUsage(t *testing.T) {
	full := openrouter.Usage{PromptTokens: 3, CompletionTokens: 4, PromptTokensDetails: &openrouter.PromptTokensDetails{CachedTokens: 2}, Cost: 1}
	bothWays(t, openroutertest.Text("x").FullUsage(full), func(t *testing.T, res *openrouter.ChatCompletion, err error) {
		require.NoError(t, err)
		equalJSON(t, `{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":2},"cost":1}`, res.Usage)
	})
	bothWays(t, openroutertest.Text("x").NoUsage(), func(t *testing.T, res *openrouter.ChatCompletion, err error) {
		require.NoError(t, err)
		assert.Nil(t, res.Usage)
	})
}

func TestSeveralChoices(t *testing.T) {
	lp := openrouter.Logprobs{Content: []openrouter.TokenLogprob{{Token: "a", Logprob: -0.5, TopLogprobs: []openrouter.TopLogprob{}}}}
	reply := openroutertest.Text("a").Logprobs(lp).Choice(1).Text("b").FinishReason("length").Choice(0).Text("c")
	bothWays(t, reply, func(t *testing.T, res *openrouter.ChatCompletion, err error) {
		require.NoError(t, err)
		require.Len(t, res.Choices, 2)
		assert.Equal(t, "ac", res.Choices[0].Message.Text())
		assert.EqualValues(t, "stop", res.Choices[0].FinishReason)
		assert.Equal(t, "b", res.Choices[1].Message.Text())
		assert.EqualValues(t, "length", res.Choices[1].FinishReason)
		require.NotNil(t, res.Choices[0].Logprobs)
		assert.Equal(t, "a", res.Choices[0].Logprobs.Content[0].Token)
		assert.Nil(t, res.Choices[1].Logprobs)
	})
}

func TestPromptIsAnsweredWithText(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Reasoning("hm").Text("x", "y").Times(2))
	req := &openrouter.ChatCompletionRequest{Model: "a/b", Prompt: "Say"}

	res, err := srv.Client().Chat.Create(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "xy", res.Text())
	assert.Equal(t, "hm", res.Reasoning())
	assert.Empty(t, res.Choices[0].Message.Role)

	stream, err := srv.Client().Chat.Stream(t.Context(), req)
	require.NoError(t, err)
	res, err = stream.Collect()
	require.NoError(t, err)
	assert.Equal(t, "xy", res.Text())
}

// A reply is a value: building on one leaves it as it was.
func TestRepliesAreValues(t *testing.T) {
	base := openroutertest.Text("a").MidStreamError(502, openrouter.ErrProviderUnavailable)
	one, two := base.Text("b").ErrorCode("x").Header("X-A", "1"), base.Text("c").Shape(openroutertest.ShapeBare)
	assert.Equal(t, `Text("a").MidStreamError(502)`, base.String())
	assert.Equal(t, `Text("a").MidStreamError(502).Text("b")`, one.String())
	assert.Equal(t, `Text("a").MidStreamError(502).Text("c")`, two.String())

	tr := openroutertest.NewTransport(t, one, base, two)
	_, err := ask(t.Context(), tr.Client(), false, "Hi")
	assert.Equal(t, 200, apiError(t, err).StatusCode, "the code is a text")
	_, err = ask(t.Context(), tr.Client(), false, "Hi")
	assert.Equal(t, 502, apiError(t, err).StatusCode)
	assert.Equal(t, "a", partial(err).Text())
	assert.Empty(t, apiError(t, err).Call().Header.Get("X-A"))
	_, err = ask(t.Context(), tr.Client(), false, "Hi")
	assert.Nil(t, partial(err), "the bare form has no choices")
}
