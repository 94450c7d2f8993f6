package wire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// What servers send in other shapes than the service documents, and in other pieces.
var wireShapeCases = []wireCase{
	onCompletion("content-object", "35", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, `{"city":"Oslo","days":[1,2]}`, c.Text())
		assert.Equal(t, c.Text(), c.Message().Text())
	}),
	onCompletion("content-part-object", "35", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "hi", c.Text())
	}),
	onCompletion("content-thinking", "24 36", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "ok", c.Text())
		assert.Equal(t, "Let me see.", c.Reasoning())
		assert.Equal(t, c.Choices[0].Message, c.Message(), "it goes back as it came")
	}),
	onCompletion("content-thinking-text", "36", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "ok", c.Text())
		assert.Equal(t, "hm", c.Reasoning())
		assert.Len(t, c.Message().Content, 3)
	}),
	onCompletion("tool-call-object", "10", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, []openrouter.ToolCall{{ID: "c1", Type: "function", Function: openrouter.FunctionCall{Name: "f", Arguments: "{}"}}}, c.ToolCalls())
		assert.Equal(t, c.Choices[0].Message, c.Message())
	}),
	onCompletion("tool-calls-odd", "12 13", func(t *testing.T, c *openrouter.ChatCompletion) {
		calls := c.Choices[0].Message.ToolCalls
		require.Len(t, calls, 3)
		assert.Equal(t, []string{"7", "8", ""}, kit.IDs(calls))
		assert.Equal(t, []string{`{"x":1}`, `[]`, ""}, []string{calls[0].Function.Arguments, calls[1].Function.Arguments, calls[2].Function.Arguments})
		sent := kit.Encode(t, c.Message().ToolCalls[:2])
		assert.JSONEq(t, `[{"index":0,"id":7,"type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"index":1,"id":8,"type":"function","function":{"name":"g","arguments":"[]"}}]`, sent)
		assert.Equal(t, "function", c.ToolCalls()[1].Type)
		assert.Empty(t, calls[1].Type, "as it came")
	}),
	onCompletion("reasoning-summaries", "24", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "One.\n\nTwo.", c.Reasoning())
		assert.Equal(t, "One.Two.", c.Message().Reasoning)
	}),
	onCompletion("reasoning-signed-twice", "19", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.Equal(t, "AB", c.Reasoning())
		assert.Len(t, c.Message().ReasoningDetails, 2)
	}),
	onCompletion("function-call", "35", func(t *testing.T, c *openrouter.ChatCompletion) {
		assert.JSONEq(t, `{"name":"f","arguments":"{\"x\":1}"}`, kit.Kept(c.Message().Extra, "function_call"))
		assert.Equal(t, `"hm"`, kit.Kept(c.Message().Extra, "reasoning_text"))
	}),
	onCompletion("no-id", "13", func(t *testing.T, c *openrouter.ChatCompletion) {
		ids := kit.IDs(c.ToolCalls())
		assert.NotEqual(t, ids[0], ids[1])
		assert.Equal(t, ids, kit.IDs(c.Message().ToolCalls))
		assert.Equal(t, ids, kit.IDs(c.ToolCalls()))
		other := *c
		other.Created++
		assert.NotEqual(t, ids, kit.IDs(other.ToolCalls()), "another answer without an id")
	}),
	onChunk("content-list", "35", func(t *testing.T, c *chunk) {
		assert.Equal(t, "ab", c.Text())
		assert.Equal(t, "hm", c.Reasoning())
	}),
	onChunk("content-object", "35", func(t *testing.T, c *chunk) {
		assert.Equal(t, `{"city":"Oslo"}`, c.Text())
	}),
	onChunk("message", "35", func(t *testing.T, c *chunk) {
		assert.Equal(t, "a", c.Text())
		assert.Equal(t, "hm", c.Reasoning())
		assert.Equal(t, openrouter.RoleAssistant, c.Choices[0].Delta.Role)
	}),
	onChunk("message-and-delta", "35", func(t *testing.T, c *chunk) {
		assert.Equal(t, "b", c.Text())
	}),
	onChunk("tool-object", "12", func(t *testing.T, c *chunk) {
		calls := c.Choices[0].Delta.ToolCalls
		require.Len(t, calls, 1)
		assert.Equal(t, []string{"7", "f", `{"x":1}`}, []string{calls[0].ID, calls[0].Function.Name, calls[0].Function.Arguments})
	}),
	onChunk("prompt-reasoning", "24", func(t *testing.T, c *chunk) {
		assert.Equal(t, "a", c.Text(), "of the choice with index 0")
		assert.Equal(t, "hm", c.Reasoning())
	}),
	onStream("calls-without-ids", "11 13", func(t *testing.T, r read) {
		calls := r.res.ToolCalls()
		require.Len(t, calls, 2)
		assert.Equal(t, []string{"f", `{"a":1}`, "g", `{"b":2}`}, []string{calls[0].Function.Name, calls[0].Function.Arguments, calls[1].Function.Name, calls[1].Function.Arguments})
		assert.NotEqual(t, calls[0].ID, calls[1].ID)
		assert.Equal(t, calls, r.res.Message().ToolCalls)
	}),
	onStream("call-ids-change", "10 12", func(t *testing.T, r read) {
		calls := r.res.ToolCalls()
		require.Len(t, calls, 1)
		assert.Equal(t, []string{"1", "shell", `{"cmd":"ls"}`}, []string{calls[0].ID, calls[0].Function.Name, calls[0].Function.Arguments})
	}),
	onStream("calls-interleaved", "11", func(t *testing.T, r read) {
		calls := r.res.ToolCalls()
		assert.Equal(t, []string{"a", "b"}, kit.IDs(calls))
		assert.Equal(t, []string{`{"x":1}`, `{"y":2}`}, []string{calls[0].Function.Arguments, calls[1].Function.Arguments})
	}),
	onStream("thinking-lists", "36", func(t *testing.T, r read) {
		assert.Equal(t, "ok", r.res.Text())
		assert.Equal(t, "Let me see.", r.res.Reasoning())
		assert.JSONEq(t, `{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"Let me see."}]},{"type":"text","text":"ok"}]}`, kit.Encode(t, r.res.Message()))
	}),
	onStream("content-lists", "35", func(t *testing.T, r read) {
		assert.Equal(t, "abc", r.res.Text())
		assert.Equal(t, []openrouter.Part{openrouter.TextPart("a"), openrouter.ImagePart("u"), openrouter.TextPart("bc")}, r.res.Message().Content)
	}),
	onStream("empty-objects", "7 35", func(t *testing.T, r read) {
		assert.JSONEq(t, `{"hate":{"filtered":false}}`, kit.Kept(r.res.Choices[0].Extra, "content_filter_results"))
		assert.Equal(t, [3]int{1, 0, 1}, tokens(r.res.Usage))
		assert.Empty(t, r.res.Extra, "padding")
	}),
	onStream("reasoning-blocks", "18 19", func(t *testing.T, r read) {
		d := r.res.Message().ReasoningDetails
		require.Len(t, d, 4)
		assert.Equal(t, []string{"rs_1", "rs_2", "S1", "S2"}, []string{d[0].ID, d[1].ID, d[2].Signature, d[3].Signature})
		assert.Equal(t, []string{"A", "B", "C", "D"}, []string{d[0].Summary, d[1].Summary, d[2].Text, d[3].Text})
		assert.Equal(t, "A\n\nBCD", r.res.Reasoning())
	}),
	onStream("unknown-texts", "35", func(t *testing.T, r read) {
		assert.Equal(t, `"hm"`, kit.Kept(r.res.Choices[0].Message.Extra, "reasoning_text"))
		assert.JSONEq(t, `{"name":"f","arguments":"{\"x\":1}"}`, kit.Kept(r.res.Message().Extra, "function_call"))
	}),
	onStream("prompt-reasoning", "24", func(t *testing.T, r read) {
		assert.Equal(t, "once", r.res.Text())
		assert.Equal(t, "hm", r.res.Reasoning())
		assert.Equal(t, openrouter.RoleAssistant, r.res.Message().Role)
		assert.Equal(t, "hm", r.res.Message().ReasoningDetails[0].Text)
	}),
}
