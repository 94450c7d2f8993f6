package values_test

import (
	"cmp"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

func completion(m openrouter.Message) *openrouter.ChatCompletion {
	return &openrouter.ChatCompletion{ID: "gen-1", Choices: []openrouter.Choice{{Message: m}}}
}

func call(id, name, arguments string) openrouter.ToolCall {
	return openrouter.ToolCall{
		ID: id, Type: "function",
		Function: openrouter.FunctionCall{Name: name, Arguments: arguments},
	}
}

func TestCompletionHelpersWithoutChoices(t *testing.T) {
	for name, c := range map[string]*openrouter.ChatCompletion{
		"nil":         nil,
		"nil choices": {},
		"no choices":  {Choices: []openrouter.Choice{}},
		"zero choice": {Choices: []openrouter.Choice{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, c.Text())
			assert.Empty(t, c.Reasoning())
			assert.Empty(t, c.Refusal())
			assert.Empty(t, c.FinishReason())
			assert.Nil(t, c.ToolCalls())
			assert.Equal(t, openrouter.Message{}, c.Message())
		})
	}
}

func TestCompletionHelpersReadTheFirstChoice(t *testing.T) {
	c := &openrouter.ChatCompletion{Choices: []openrouter.Choice{
		{
			FinishReason: openrouter.FinishReasonStop,
			Message: openrouter.Message{
				Role: openrouter.RoleAssistant, Content: openrouter.Text("one"),
				Refusal: "no", Reasoning: "because",
				ToolCalls: []openrouter.ToolCall{call("a", "f", "{}")},
			},
		},
		{Message: openrouter.AssistantMessage("two")},
	}}
	assert.Equal(t, "one", c.Text())
	assert.Equal(t, "because", c.Reasoning())
	assert.Equal(t, "no", c.Refusal())
	assert.Equal(t, openrouter.FinishReasonStop, c.FinishReason())
	assert.Equal(t, []openrouter.ToolCall{call("a", "f", "{}")}, c.ToolCalls())
	assert.Equal(t, c.Choices[0].Message, c.Message())
}

func TestCompletionReasoning(t *testing.T) {
	details := []openrouter.ReasoningDetail{
		{Type: openrouter.ReasoningDetailTypeSummary, Summary: "sum"},
		{Type: openrouter.ReasoningDetailTypeEncrypted, Data: "secret"},
		{Type: openrouter.ReasoningDetailTypeText, Text: "mary", Signature: "sig"},
		{Type: "reasoning.future", Text: "unknown"},
	}
	for name, tc := range map[string]struct {
		message openrouter.Message
		want    string
	}{
		"text wins":       {openrouter.Message{Reasoning: "a", ReasoningContent: "b", ReasoningDetails: details}, "a"},
		"then its alias":  {openrouter.Message{ReasoningContent: "b", ReasoningDetails: details}, "b"},
		"then details":    {openrouter.Message{ReasoningDetails: details}, "summary"},
		"encrypted alone": {openrouter.Message{ReasoningDetails: details[1:2]}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, completion(tc.message).Reasoning())
		})
	}
}

func TestCompletionOfAPrompt(t *testing.T) {
	c := &openrouter.ChatCompletion{Choices: []openrouter.Choice{{
		Text: "once upon", Reasoning: "a tale",
		ReasoningDetails: []openrouter.ReasoningDetail{{Type: openrouter.ReasoningDetailTypeText, Text: "a tale"}},
	}}}
	assert.Equal(t, "once upon", c.Text())
	assert.Equal(t, "a tale", c.Reasoning())

	want := openrouter.AssistantMessage("once upon")
	want.Reasoning = "a tale"
	want.ReasoningDetails = []openrouter.ReasoningDetail{{Type: openrouter.ReasoningDetailTypeText, Text: "a tale"}}
	assert.Equal(t, want, c.Message())
}

func TestCompletionMessageContent(t *testing.T) {
	calls := []openrouter.ToolCall{call("a", "f", "{}")}
	kept := func(m openrouter.Message) {
		t.Helper()
		assert.Equal(t, m.Content, completion(m).Message().Content)
	}
	for name, content := range map[string][]openrouter.Part{
		"nil":         nil,
		"no parts":    {},
		"empty":       openrouter.Text(""),
		"white space": openrouter.Text(" \n\n"),
		"several":     {openrouter.TextPart(""), openrouter.TextPart("\t")},
	} {
		t.Run(name+" beside calls is dropped", func(t *testing.T) {
			m := openrouter.Message{Role: openrouter.RoleAssistant, Content: content, ToolCalls: calls}
			assert.Nil(t, completion(m).Message().Content)
			assert.Equal(t, "assistant", string(completion(m).Message().Role))
		})
	}
	kept(openrouter.Message{Content: openrouter.Text("")})
	kept(openrouter.Message{Content: openrouter.Text(" "), ToolCalls: []openrouter.ToolCall{}})
	kept(openrouter.Message{Content: openrouter.Text("hi"), ToolCalls: calls})
	kept(openrouter.Message{Content: openrouter.UserMessage("", openrouter.ImagePart("u")).Content, ToolCalls: calls})
	kept(openrouter.Message{ToolCalls: calls, Content: []openrouter.Part{{
		Type: openrouter.PartTypeText, Extra: map[string]any{"text": json.RawMessage("5")},
	}}})
}

func TestCompletionMessageArguments(t *testing.T) {
	odd := call("b", "g", "")
	odd.Function.Extra = map[string]any{"arguments": json.RawMessage(`{"x":1}`)}
	custom := openrouter.ToolCall{ID: "c", Type: "custom", Extra: map[string]any{"custom": json.RawMessage(`{}`)}}
	for name, tc := range map[string]struct {
		call openrouter.ToolCall
		want string
	}{
		"missing":           {call("a", "f", ""), "{}"},
		"white space":       {call("a", "f", " \n"), "{}"},
		"type missing":      {openrouter.ToolCall{ID: "a", Function: openrouter.FunctionCall{Name: "f"}}, "{}"},
		"present":           {call("a", "f", `{"x": 1} `), `{"x": 1} `},
		"broken":            {call("a", "f", `{"x"`), `{"x"`},
		"sent as an object": {odd, ""},
		"not a function":    {custom, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := completion(openrouter.Message{ToolCalls: []openrouter.ToolCall{tc.call}})
			want := tc.call
			want.Function.Arguments = tc.want
			want.Type = cmp.Or(want.Type, "function")
			assert.Equal(t, []openrouter.ToolCall{want}, c.Message().ToolCalls)
			assert.Equal(t, []openrouter.ToolCall{want}, c.ToolCalls())
			assert.Equal(t, tc.call, c.Choices[0].Message.ToolCalls[0])
		})
	}
}

func TestCompletionMessageIDs(t *testing.T) {
	withIDs := func(list ...string) *openrouter.ChatCompletion {
		var m openrouter.Message
		for _, id := range list {
			m.ToolCalls = append(m.ToolCalls, call(id, "f", "{}"))
		}
		return completion(m)
	}
	for name, list := range map[string][]string{
		"all empty":       {"", "", ""},
		"blank":           {" ", "a"},
		"duplicates":      {"a", "b", "a", "a"},
		"empty and valid": {"", "functions.f:0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := withIDs(list...)
			got := kit.IDs(c.Message().ToolCalls)
			seen := map[string]bool{}
			for i, id := range got {
				assert.NotEmpty(t, id)
				assert.False(t, seen[id], "%q is not unique", id)
				seen[id] = true
				if id != list[i] {
					assert.Regexp(t, `^call_[0-9A-Za-z_-]+$`, id)
					assert.LessOrEqual(t, len(id), 40)
				}
			}
			for _, id := range list {
				if id != "" && id != " " {
					assert.True(t, seen[id], "%q is gone", id)
				}
			}
			assert.Equal(t, got, kit.IDs(c.Message().ToolCalls), "not the same the second time")
			assert.Equal(t, got, kit.IDs(c.ToolCalls()), "not those to answer")
			assert.Equal(t, list, kit.IDs(c.Choices[0].Message.ToolCalls), "the wire has changed")
		})
	}
	assert.Equal(t, []string{"x", "toolu_1", "call_2"}, kit.IDs(withIDs("x", "toolu_1", "call_2").Message().ToolCalls))

	first := kit.IDs(withIDs("").Message().ToolCalls)[0]
	assert.Equal(t, first, kit.IDs(withIDs(first, first).ToolCalls())[0], "a valid id was rewritten")
	assert.Len(t, map[string]bool{first: true, kit.IDs(withIDs("", first).ToolCalls())[0]: true}, 2, "a new id clashes")

	later := withIDs("")
	later.ID = "gen-2"
	assert.NotEqual(t, first, kit.IDs(later.ToolCalls())[0], "two turns share an id")
	later.ID = ""
	assert.Equal(t, []string{"call_1"}, kit.IDs(later.ToolCalls()))
}

func TestCompletionMessageKeepsWhatIsNotACall(t *testing.T) {
	raw := openrouter.ToolCall{Extra: map[string]any{"": json.RawMessage(`"f"`)}}
	got := completion(openrouter.Message{ToolCalls: []openrouter.ToolCall{raw}}).Message()
	assert.Equal(t, []openrouter.ToolCall{raw}, got.ToolCalls)
}

func fullMessage() openrouter.Message {
	extra := func() map[string]any {
		return map[string]any{
			"raw":    json.RawMessage(`1`),
			"nested": map[string]any{"list": []any{json.RawMessage(`2`)}},
		}
	}
	part := openrouter.Part{
		Type: openrouter.PartTypeText, Text: "hi", Extra: extra(),
		ImageURL:              &openrouter.ImageURL{URL: "u", Extra: extra()},
		InputAudio:            &openrouter.InputAudio{Data: "d", Extra: extra()},
		VideoURL:              &openrouter.VideoURL{URL: "v", Extra: extra()},
		File:                  &openrouter.File{Filename: "f", Extra: extra()},
		CacheControl:          &openrouter.CacheControl{Type: "ephemeral", Extra: extra()},
		PromptCacheBreakpoint: &openrouter.PromptCacheBreakpoint{Extra: extra()},
	}
	return openrouter.Message{
		Role: openrouter.RoleAssistant, Content: []openrouter.Part{part}, Extra: extra(),
		ToolCalls: []openrouter.ToolCall{{
			ID: "a", Type: "function", Index: new(0), Extra: extra(),
			Function: openrouter.FunctionCall{Name: "f", Arguments: "{}", Extra: extra()},
		}},
		ReasoningDetails: []openrouter.ReasoningDetail{{Type: openrouter.ReasoningDetailTypeText, Index: new(0), Extra: extra()}},
		Annotations: []openrouter.Annotation{{
			Type:           openrouter.AnnotationTypeFile,
			Extra:          extra(),
			URLCitation:    &openrouter.URLCitation{URL: "u", Extra: extra()},
			File:           &openrouter.ParsedFile{Hash: "h", Content: openrouter.Text("x"), Extra: extra()},
			FileAnnotation: &openrouter.FileCitation{FileID: "f", Extra: extra()},
		}},
		Images:       []openrouter.Image{{ImageURL: &openrouter.ImageURL{URL: "i", Extra: extra()}, Index: new(0), Extra: extra()}},
		Audio:        &openrouter.Audio{Data: "QQ==", Extra: extra()},
		CacheControl: &openrouter.CacheControl{Type: "ephemeral", Extra: extra()},
	}
}

func TestCompletionMessageIsACopy(t *testing.T) {
	c := completion(fullMessage())
	m := c.Message()
	require.Equal(t, fullMessage(), m)

	scribble := func(extra map[string]any) {
		extra["raw"].(json.RawMessage)[0] = '9'
		extra["nested"].(map[string]any)["list"].([]any)[0] = "changed"
		extra["new"] = true
	}
	part := &m.Content[0]
	part.Text = "changed"
	part.ImageURL.URL = "changed"
	part.InputAudio.Data = "changed"
	part.VideoURL.URL = "changed"
	part.File.Filename = "changed"
	part.CacheControl.Type = "changed"
	scribble(part.Extra)
	scribble(part.ImageURL.Extra)
	scribble(part.InputAudio.Extra)
	scribble(part.VideoURL.Extra)
	scribble(part.File.Extra)
	scribble(part.CacheControl.Extra)
	scribble(part.PromptCacheBreakpoint.Extra)

	m.ToolCalls[0].ID = "changed"
	*m.ToolCalls[0].Index = 9
	scribble(m.ToolCalls[0].Extra)
	scribble(m.ToolCalls[0].Function.Extra)
	*m.ReasoningDetails[0].Index = 9
	scribble(m.ReasoningDetails[0].Extra)

	annotation := &m.Annotations[0]
	annotation.URLCitation.URL = "changed"
	annotation.File.Content[0].Text = "changed"
	annotation.FileAnnotation.FileID = "changed"
	scribble(annotation.Extra)
	scribble(annotation.URLCitation.Extra)
	scribble(annotation.File.Extra)
	scribble(annotation.FileAnnotation.Extra)

	*m.Images[0].Index = 9
	m.Images[0].ImageURL.URL = "changed"
	scribble(m.Images[0].Extra)
	scribble(m.Images[0].ImageURL.Extra)
	m.Audio.Data = "changed"
	scribble(m.Audio.Extra)
	m.CacheControl.Type = "changed"
	scribble(m.CacheControl.Extra)
	scribble(m.Extra)

	calls := c.ToolCalls()
	*calls[0].Index = 9
	scribble(calls[0].Function.Extra)

	assert.Equal(t, fullMessage(), c.Choices[0].Message)
}

func TestCompletionMessageKeepsEmptyLists(t *testing.T) {
	m := openrouter.Message{
		Role: openrouter.RoleAssistant, Content: []openrouter.Part{},
		ToolCalls: []openrouter.ToolCall{}, ReasoningDetails: []openrouter.ReasoningDetail{},
		Annotations: []openrouter.Annotation{}, Images: []openrouter.Image{}, Extra: map[string]any{},
	}
	assert.Equal(t, m, completion(m).Message())
}

func TestChunkHelpers(t *testing.T) {
	chunk := func(choices ...openrouter.ChunkChoice) *openrouter.ChatCompletionChunk {
		return &openrouter.ChatCompletionChunk{Choices: choices}
	}
	for name, tc := range map[string]struct {
		chunk           *openrouter.ChatCompletionChunk
		text, reasoning string
	}{
		"nil":        {nil, "", ""},
		"no choices": {chunk(), "", ""},
		"content":    {chunk(openrouter.ChunkChoice{Delta: openrouter.Delta{Content: "a", Reasoning: "b"}}), "a", "b"},
		"index 0 wherever it stands": {
			chunk(
				openrouter.ChunkChoice{Index: 1, Delta: openrouter.Delta{Content: "no", Reasoning: "no"}},
				openrouter.ChunkChoice{Delta: openrouter.Delta{Content: "a", ReasoningContent: "b"}},
			), "a", "b",
		},
		"another choice":    {chunk(openrouter.ChunkChoice{Index: 1, Delta: openrouter.Delta{Content: "no", Reasoning: "no"}}), "", ""},
		"prompt":            {chunk(openrouter.ChunkChoice{Text: "a"}), "a", ""},
		"reasoning details": {chunk(openrouter.ChunkChoice{Delta: openrouter.Delta{ReasoningDetails: []openrouter.ReasoningDetail{{Type: openrouter.ReasoningDetailTypeSummary, Summary: "b"}}}}), "", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.text, tc.chunk.Text())
			assert.Equal(t, tc.reasoning, tc.chunk.Reasoning())
		})
	}
}
