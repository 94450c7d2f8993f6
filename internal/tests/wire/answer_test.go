package wire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// What the model wrote: content, calls, reasoning, annotations, media, probabilities.
var wireAnswerCases = []wireCase{
	onCompletion("content-null", "15", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Nil(t, c.Choices[0].Message.Content)
		assert.Empty(t, c.Text())
	}),
	onCompletion("content-absent", "15", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, openrouter.RoleAssistant, c.Choices[0].Message.Role)
		assert.Nil(t, c.Choices[0].Message.Content)
	}),
	onCompletion("content-parts", "", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "one two", c.Text())
		assert.Equal(t, openrouter.ImagePart("https://example.com/a.png"), c.Choices[0].Message.Content[1])
	}),
	onCompletion("tool-calls", "15 16", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, openrouter.FinishReasonToolCalls, c.FinishReason())
		calls := c.Choices[0].Message.ToolCalls
		assert.Equal(t, openrouter.ToolCall{
			Index: new(0), ID: "toolu_1", Type: "function", Function: openrouter.FunctionCall{Name: "get_weather", Arguments: `{"city": "Oslo"}`},
		}, calls[0])
		assert.Nil(t, calls[1].Index)
		assert.Equal(t, "functions.now:0", calls[1].ID)
		assert.Equal(t, openrouter.Text(""), c.Choices[0].Message.Content)
		assert.Nil(t, c.Message().Content, "blank content is not sent back")
	}),
	onCompletion("tool-calls-null-content", "15", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Nil(t, c.Choices[0].Message.Content)
		assert.Equal(t, []string{"call_1"}, kit.IDs(c.ToolCalls()))
	}),
	onCompletion("tool-calls-text", "15", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "Let me see.", c.Text())
		assert.Equal(t, openrouter.Text("Let me see."), c.Message().Content)
		assert.Len(t, c.ToolCalls(), 1)
	}),
	onCompletion("tool-calls-finish-stop", "9", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, openrouter.FinishReasonStop, c.FinishReason())
		assert.Equal(t, []string{"tool_0_f"}, kit.IDs(c.ToolCalls()), "the calls decide")
	}),
	onCompletion("tool-arguments", "12", func(t *testing.T, c *openrouter.ChatCompletion) {
		var wire, sent []string
		for _, call := range c.Choices[0].Message.ToolCalls {
			wire = append(wire, call.Function.Arguments)
		}
		for _, call := range c.ToolCalls() {
			sent = append(sent, call.Function.Arguments)
		}
		assert.Equal(t, []string{"", "", "", `{}{"location": "Paris"}`, "{\"x\":1}   \n", `{"x": <oops>`, `{"x":1}`}, wire)
		assert.Equal(t, []string{"{}", "{}", "{}", `{}{"location": "Paris"}`, "{\"x\":1}   \n", `{"x": <oops>`, `{"x":1}`}, sent)
		assert.JSONEq(t, `"{\"x\":1}"`, kit.Encode(t, c.ToolCalls()[6].Function.Arguments))
		assert.NotContains(t, c.Message().ToolCalls[6].Function.Extra, "arguments", "it goes back as text")
		object := c.Choices[0].Message.ToolCalls[6].Function
		assert.Equal(t, `{"x":1}`, kit.Kept(object.Extra, "arguments"))
		var args struct{ X int }
		require.NoError(t, object.Unmarshal(&args))
		assert.Equal(t, 1, args.X)
	}),
	onCompletion("tool-ids", "13", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, []string{"", "same", "same", "", "", "d8f2e1b0-0000-4000-8000-000000000000", "Abc123xyz"}, kit.IDs(c.Choices[0].Message.ToolCalls))
		seen := map[string]bool{}
		for _, id := range kit.IDs(c.ToolCalls()) {
			assert.NotEmpty(t, id)
			assert.False(t, seen[id], "%s twice", id)
			seen[id] = true
		}
		assert.True(t, seen["same"])
		assert.True(t, seen["Abc123xyz"], "an id that is good stays")
		assert.Equal(t, kit.IDs(c.ToolCalls()), kit.IDs(c.Message().ToolCalls))
	}),
	onCompletion("reasoning-shared-index", "18", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, []openrouter.ReasoningDetail{
			{Type: openrouter.ReasoningDetailTypeSummary, Summary: "s1s2", Format: openrouter.ReasoningFormatOpenAIResponsesV1, Index: new(0)},
			{Type: openrouter.ReasoningDetailTypeEncrypted, Data: "gAAA", Format: openrouter.ReasoningFormatOpenAIResponsesV1, ID: "rs_1", Index: new(0)},
		}, c.Choices[0].Message.ReasoningDetails[:2])
		last := c.Choices[0].Message.ReasoningDetails[2]
		assert.Equal(t, "gBBB", last.Data)
		assert.Empty(t, last.ID)
	}),
	onCompletion("reasoning-gemini", "23", func(t *testing.T, c *openrouter.ChatCompletion) {
		m := c.Message()
		assert.Equal(t, "CiQB", m.ReasoningDetails[0].Data)
		assert.Equal(t, "tool_0_add", m.ReasoningDetails[0].ID)
		assert.Equal(t, m.ReasoningDetails[0].ID, m.ToolCalls[0].ID)
		assert.Empty(t, c.Reasoning())
	}),
	onCompletion("reasoning-empty", "20", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, []openrouter.ReasoningDetail{}, c.Choices[0].Message.ReasoningDetails)
		assert.Equal(t, []openrouter.ReasoningDetail{}, c.Message().ReasoningDetails)
	}),
	onCompletion("reasoning-odd", "19 22 36", func(t *testing.T, c *openrouter.ChatCompletion) {
		d := c.Choices[0].Message.ReasoningDetails
		require.Len(t, d, 8)
		assert.Equal(t, openrouter.ReasoningDetail{Type: openrouter.ReasoningDetailTypeText}, d[0])
		assert.Equal(t, openrouter.ReasoningDetailTypeText, d[1].Type)
		assert.Nil(t, d[1].Extra, "nulls never go to Extra")
		assert.Equal(t, openrouter.ReasoningFormatUnknown, d[2].Format)
		assert.Equal(t, openrouter.ReasoningDetail{
			Type: openrouter.ReasoningDetailTypeServerToolCall, ToolName: "openrouter:web_search", Arguments: `{"q":"x"}`, Result: "found",
			ToolCallID: "st_1", Index: new(3), Format: openrouter.ReasoningFormatOpenAIResponsesV1,
		}, d[3])
		assert.Equal(t, openrouter.ReasoningDetailType("reasoning.hologram"), d[4].Type)
		assert.Equal(t, `{"w":1}`, kit.Kept(d[4].Extra, "beam"))
		assert.Equal(t, "no type", d[5].Summary)
		assert.Equal(t, `"a bare string"`, kit.Kept(d[6].Extra, ""))
	}),
	onCompletion("reasoning-mirrored", "24", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "2+2", c.Reasoning(), "once")
		assert.Equal(t, "2+2", c.Choices[0].Message.ReasoningDetails[0].Text)
	}),
	onCompletion("reasoning-only", "49", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, openrouter.FinishReasonLength, c.FinishReason())
		assert.Empty(t, c.Text())
		assert.Equal(t, "thinking <think>", c.Reasoning())
		assert.Equal(t, 11, c.Usage.CompletionTokensDetails.ReasoningTokens)
		assert.Equal(t, 10, c.Usage.CompletionTokens)
	}),
	onCompletion("annotations", "35 42", func(t *testing.T, c *openrouter.ChatCompletion) {
		a := c.Choices[0].Message.Annotations
		require.Len(t, a, 6)
		assert.Equal(t, openrouter.AnnotationTypeURLCitation, a[0].Type)
		assert.Equal(t, "https://example.com", a[0].URLCitation.URL)
		assert.Empty(t, a[0].URLCitation.Title)
		assert.Equal(t, "snippet", a[0].URLCitation.Content)
		assert.Equal(t, &openrouter.URLCitation{URL: "https://example.com/b", Title: "B", StartIndex: 4, EndIndex: 27}, a[1].URLCitation)
		assert.Equal(t, &openrouter.URLCitation{URL: "https://example.com/c"}, a[2].URLCitation)
		file := a[3].File
		assert.Equal(t, "h1", file.Hash)
		assert.Empty(t, file.Name)
		assert.Equal(t, []openrouter.Part{
			openrouter.TextPart(`<file name="paper.pdf">`), openrouter.ImagePart("data:image/png;base64,AA=="), openrouter.TextPart("</file>"),
		}, file.Content)
		assert.Equal(t, &openrouter.FileCitation{FileID: "file_1", Quote: "q"}, a[4].FileAnnotation)
		assert.Equal(t, `{"lat":59.9}`, kit.Kept(a[5].Extra, "map_pin"))
	}),
	onCompletion("images", "35", func(t *testing.T, c *openrouter.ChatCompletion) {
		images := c.Choices[0].Message.Images
		require.Len(t, images, 3)
		assert.Equal(t, openrouter.Image{Type: "image_url", ImageURL: &openrouter.ImageURL{URL: "data:image/png;base64,iVBORw0KGgo="}, Index: new(0)}, images[0])
		assert.Equal(t, "https://example.com/1.png", images[1].ImageURL.URL)
		assert.Equal(t, `"data:image/png;base64,AA=="`, kit.Kept(images[2].Extra, ""))
		media, data, err := images[2].Data()
		require.NoError(t, err)
		assert.Equal(t, "image/png", media)
		assert.Equal(t, []byte{0}, data)
		assert.Equal(t, 1290, c.Usage.CompletionTokensDetails.ImageTokens)
	}),
	onCompletion("audio", "50", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, &openrouter.Audio{ID: "audio_1", Data: "AAAA", ExpiresAt: 4102444800, Transcript: "hello"}, c.Choices[0].Message.Audio)
	}),
	onCompletion("audio-late", "50", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, int64(9007199254740993), c.Choices[0].Message.Audio.ExpiresAt)
		assert.Equal(t, int64(32503680000), c.Created)
	}),
	onCompletion("logprobs", "", func(t *testing.T, c *openrouter.ChatCompletion) {
		l := c.Choices[0].Logprobs
		require.Len(t, l.Content, 2)
		assert.Equal(t, "Hi", l.Content[0].Token)
		assert.InDelta(t, -0.31725305, l.Content[0].Logprob, 0)
		assert.Equal(t, []int{72, 105}, l.Content[0].Bytes)
		assert.Equal(t, openrouter.TopLogprob{Token: "<|eot|>", Logprob: -9999}, l.Content[0].TopLogprobs[1])
		assert.Nil(t, l.Content[1].Bytes)
		assert.Equal(t, []openrouter.TokenLogprob(nil), l.Refusal)
	}),
	onCompletion("logprobs-number", "25", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Nil(t, c.Choices[0].Logprobs)
		assert.Equal(t, "-1.7881393e-06", kit.Kept(c.Choices[0].Extra, "logprobs"))
		assert.Equal(t, "x", c.Text())
	}),
	onCompletion("logprobs-legacy", "25", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Nil(t, c.Choices[0].Logprobs.Content)
		assert.Equal(t, "null", kit.Kept(c.Choices[0].Logprobs.Extra, "tokens"))
		assert.Len(t, c.Choices[0].Logprobs.Extra, 4)
	}),
	onCompletion("logprobs-empty", "25", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, &openrouter.Logprobs{Content: []openrouter.TokenLogprob{}, Refusal: []openrouter.TokenLogprob{}}, c.Choices[0].Logprobs)
	}),
	onCompletion("prompt-mode", "", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "there was", c.Choices[0].Text)
		assert.Equal(t, "there was", c.Text())
		assert.Equal(t, "once", c.Reasoning())
		assert.Equal(t, "once", c.Choices[0].ReasoningDetails[0].Text)
		assert.Empty(t, c.Choices[0].Message.Role)
	}),
	onCompletion("refusal", "", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "I can't help.", c.Refusal())
		assert.Equal(t, openrouter.FinishReasonContentFilter, c.FinishReason())
		assert.Equal(t, "bot", c.Choices[0].Message.Name)
		assert.Equal(t, "a/b", c.Choices[0].Message.Model)
	}),
}
