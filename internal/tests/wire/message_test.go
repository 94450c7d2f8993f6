package wire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

var wireMessageCases = []wireCase{
	onRequest("roles", "", func(t *testing.T, r *request) {
		roles := []openrouter.Role{}
		names := []string{}
		for _, m := range r.Messages {
			roles = append(roles, m.Role)
			names = append(names, m.Name)
		}
		assert.Equal(t, []openrouter.Role{openrouter.RoleSystem, openrouter.RoleDeveloper, openrouter.RoleUser, openrouter.RoleAssistant, openrouter.RoleTool}, roles)
		assert.Equal(t, []string{"policy", "dev", "kim", "bot", "get_weather"}, names)
		assert.Equal(t, "You are terse.", r.Messages[0].Text())
		assert.Equal(t, "openai/gpt-5.2", r.Messages[3].Model)
		assert.Equal(t, []openrouter.ToolCall{{
			ID: "call_1", Type: "function", Function: openrouter.FunctionCall{Name: "get_weather", Arguments: `{"city":"Oslo"}`},
		}}, r.Messages[3].ToolCalls)
		assert.Equal(t, "call_1", r.Messages[4].ToolCallID)
		assert.Equal(t, "4 degrees", r.Messages[4].Text())
	}),
	onRequest("content-parts", "", func(t *testing.T, r *request) {
		p := r.Messages[0].Content
		assert.Equal(t, openrouter.TextPart("Compare.").Cached(), p[0])
		assert.Equal(t, openrouter.Part{
			Type: openrouter.PartTypeText, Text: "Again.", PromptCacheBreakpoint: &openrouter.PromptCacheBreakpoint{Mode: openrouter.PromptCacheModeExplicit},
		}, p[1])
		assert.Equal(t, openrouter.PartTypeText, p[2].Type)
		assert.Nil(t, p[2].PromptCacheBreakpoint)
		assert.Equal(t, openrouter.Part{
			Type:         openrouter.PartTypeImageURL,
			ImageURL:     &openrouter.ImageURL{URL: "https://example.com/a.png", Detail: openrouter.ImageDetailOriginal},
			CacheControl: &openrouter.CacheControl{Type: "ephemeral", TTL: openrouter.CacheTTL5m},
		}, p[3])
		assert.Equal(t, openrouter.ImagePart("data:image/png;base64,iVBORw0KGgo="), p[4])
		assert.Equal(t, openrouter.Part{Type: openrouter.PartTypeInputAudio, InputAudio: &openrouter.InputAudio{Data: "UklGRg==", Format: "wav"}}, p[5])
		assert.Equal(t, openrouter.VideoPart("https://example.com/v.mp4"), p[6])
		assert.Equal(t, openrouter.Part{Type: "input_video", VideoURL: &openrouter.VideoURL{URL: "data:video/mp4;base64,AAAA"}}, p[7])
		assert.Equal(t, openrouter.FilePart("paper.pdf", "https://example.com/paper.pdf").Cached(), p[8])
		assert.Equal(t, &openrouter.File{FileID: "file_1"}, p[9].File)
		assert.Equal(t, openrouter.PartType("hologram"), p[10].Type)
		assert.JSONEq(t, `{"url":"https://example.com/h"}`, kit.Kept(p[10].Extra, "hologram"))
		assert.Equal(t, []openrouter.Part{openrouter.TextPart("Part one."), openrouter.TextPart("Part two.")}, r.Messages[1].Content)
	}),
	onRequest("content-spellings", "15", func(t *testing.T, r *request) {
		m := r.Messages
		assert.Equal(t, openrouter.UserMessage("string"), m[0])
		assert.Equal(t, openrouter.Text("list of one"), m[1].Content)
		assert.Equal(t, openrouter.Text(""), m[2].Content)
		assert.Equal(t, openrouter.Text(""), m[3].Content)
		assert.Equal(t, []openrouter.Part{}, m[4].Content)
		assert.Nil(t, m[5].Content, "null")
		assert.Nil(t, m[6].Content, "absent")
		assert.Equal(t, "mixed", m[7].Text(), "an element that is no part is kept beside the others")
		assert.Nil(t, m[8].Content)
		assert.JSONEq(t, `{"type":"text","text":"not a list"}`, kit.Kept(m[8].Extra, "content"))
	}),
	onRequest("cache-control", "39", func(t *testing.T, r *request) {
		ephemeral := &openrouter.CacheControl{Type: "ephemeral"}
		assert.Equal(t, ephemeral, r.CacheControl)
		assert.Equal(t, &openrouter.CacheControl{Type: "ephemeral", TTL: openrouter.CacheTTL1h}, r.Messages[0].Content[0].CacheControl)
		assert.Nil(t, r.Messages[0].CacheControl)
		assert.Equal(t, ephemeral, r.Messages[1].CacheControl, "stays on the message")
		assert.Nil(t, r.Messages[1].Content[0].CacheControl)
		assert.Equal(t, openrouter.CacheTTL5m, r.Messages[2].CacheControl.TTL)
		assert.Len(t, r.Messages[2].Content, 2)
		assert.Equal(t, ephemeral, r.Messages[3].CacheControl)
	}),
	onRequest("assistant-echo", "", func(t *testing.T, r *request) {
		m := r.Messages[0]
		assert.Equal(t, "I think", m.Reasoning)
		assert.Equal(t, "I think", m.ReasoningContent)
		assert.Empty(t, m.Refusal)
		d := m.ReasoningDetails
		assert.Equal(t, "SIG", d[0].Signature)
		assert.Equal(t, openrouter.ReasoningFormatAnthropicClaudeV1, d[0].Format)
		assert.Equal(t, openrouter.ReasoningDetail{Type: "reasoning.summary", Summary: "sum", Format: "openai-responses-v1", Index: new(1), ID: "rs_1"}, d[1])
		assert.Equal(t, "gAAA", d[2].Data)
		assert.Equal(t, []string{"web_search", "{}", "ok", ""}, []string{d[3].ToolName, d[3].Arguments, d[3].Result, d[3].ToolCallID})
		assert.Equal(t, []openrouter.Image{{Type: "image_url", ImageURL: &openrouter.ImageURL{URL: "data:image/png;base64,AA=="}}}, m.Images)
		assert.Equal(t, &openrouter.Audio{ID: "audio_1"}, m.Audio)
		assert.Equal(t, []openrouter.Annotation{{
			Type: openrouter.AnnotationTypeFile, File: &openrouter.ParsedFile{Hash: "h1", Name: "paper.pdf", Content: openrouter.Text("page")},
		}}, m.Annotations)
	}),
	onRequest("prefill", "", func(t *testing.T, r *request) {
		assert.Equal(t, openrouter.AssistantMessage("The colour is"), r.Messages[1])
	}),
	onRequest("tool-loop-null-content", "16", func(t *testing.T, r *request) {
		assert.Nil(t, r.Messages[1].Content)
		assert.Len(t, r.Messages[1].ToolCalls, 1)
		result := r.Messages[2]
		assert.Equal(t, "call_1", result.ToolCallID)
		assert.Equal(t, []openrouter.Part{openrouter.TextPart("see"), openrouter.ImagePart("https://example.com/map.png")}, result.Content)
	}),
	onRequest("tool-loop-blank-content", "16", func(t *testing.T, r *request) {
		assert.Equal(t, openrouter.Text(""), r.Messages[0].Content, "what a caller wrote is the caller's")
		assert.Equal(t, openrouter.Text(" \n"), r.Messages[1].Content)
		assert.Empty(t, r.Messages[1].ToolCalls[0].Function.Arguments)
	}),
	onRequest("repeated-reasoning", "20 21", func(t *testing.T, r *request) {
		block := []openrouter.ReasoningDetail{{Type: openrouter.ReasoningDetailTypeEncrypted, Data: "E", ID: "rs_1", Index: new(0)}}
		assert.Equal(t, block, r.Messages[0].ReasoningDetails)
		assert.Equal(t, block, r.Messages[1].ReasoningDetails, "neither is dropped")
		assert.Equal(t, []openrouter.ReasoningDetail{}, r.Messages[2].ReasoningDetails, "empty, not nil")
	}),
	onRequest("unsigned-reasoning", "22", func(t *testing.T, r *request) {
		d := r.Messages[0].ReasoningDetails
		assert.Len(t, d, 3)
		assert.Equal(t, []string{"unsigned", "null signature", "blank signature"}, []string{d[0].Text, d[1].Text, d[2].Text})
		for _, block := range d {
			assert.Empty(t, block.Signature)
		}
		assert.Equal(t, openrouter.ReasoningFormatGoogleGeminiV1, d[1].Format)
		assert.Equal(t, new(2), d[2].Index)
	}),
	onRequest("escapes", "", func(t *testing.T, r *request) {
		assert.Equal(t, "<b>&amp;</b> \u2028 \" \\ / \b\f\n\r\t \x00 \x1f é 你好 😀 😀 ﷽", r.Messages[0].Text())
		assert.Equal(t, "<&>", r.User)
		assert.Equal(t, map[string]string{"<k>": "&", "é": "\u2029"}, r.Metadata)
		assert.Equal(t, map[string]float64{`"`: 1}, r.LogitBias)
		assert.Equal(t, `{"<":"&>"}`, kit.Kept(r.Extra, "x<y"))
	}),
}
