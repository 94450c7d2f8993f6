package stream_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/sse"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

func decodeChunk(t testing.TB, text string) *openrouter.ChatCompletionChunk {
	t.Helper()
	chunk := &openrouter.ChatCompletionChunk{}
	require.NoError(t, json.Unmarshal([]byte(text), chunk), text)
	return chunk
}

// accumulate adds chunks given as JSON.
func accumulate(t testing.TB, chunks ...string) *openrouter.ChatCompletion {
	t.Helper()
	var acc openrouter.Accumulator
	for _, text := range chunks {
		acc.Add(decodeChunk(t, text))
	}
	return acc.Response()
}

// withDelta is a chunk of one choice with that delta.
func withDelta(delta string) string {
	return `{"id":"g","choices":[{"index":0,"delta":` + delta + `,"finish_reason":null}]}`
}

// accumulateDeltas returns the message that deltas given as JSON add up to.
func accumulateDeltas(t testing.TB, deltas ...string) openrouter.Message {
	t.Helper()
	chunks := make([]string, len(deltas))
	for i, d := range deltas {
		chunks[i] = withDelta(d)
	}
	res := accumulate(t, chunks...)
	require.Len(t, res.Choices, 1)
	return res.Choices[0].Message
}

// streamDeltas returns what a stream of deltas given as JSON adds up to.
func streamDeltas(t testing.TB, deltas ...string) *openrouter.ChatCompletion {
	t.Helper()
	var stream []byte
	for _, d := range deltas {
		stream = sse.AppendEvent(stream, []byte(withDelta(d)))
	}
	stream = append(stream, "data: [DONE]\n\n"...)
	res, err := openrouter.ReadStream(bytes.NewReader(stream)).Collect()
	require.NoError(t, err)
	return res
}

func TestAccumulatorOfNothing(t *testing.T) {
	var acc openrouter.Accumulator
	assert.Equal(t, &openrouter.ChatCompletion{Object: "chat.completion"}, acc.Response())
	acc.Add(nil)
	acc.Add(&openrouter.ChatCompletionChunk{})
	assert.Equal(t, &openrouter.ChatCompletion{Object: "chat.completion"}, acc.Response())
}

func TestAccumulatorPlain(t *testing.T) {
	res := accumulate(t,
		`{"id":"gen-1","object":"chat.completion.chunk","created":7,"model":"m","provider":"P","choices":[{"index":0,"delta":{"role":"assistant","content":"he"},"finish_reason":null}]}`,
		`{"id":"gen-1","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"llo"},"finish_reason":null}]}`,
		`{"id":"gen-1","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop","native_finish_reason":"end_turn"}]}`,
		`{"id":"gen-1","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.1}}`)
	assert.Equal(t, &openrouter.ChatCompletion{
		ID: "gen-1", Object: "chat.completion", Created: 7, Model: "m", Provider: "P",
		Choices: []openrouter.Choice{{
			Message:      openrouter.AssistantMessage("hello"),
			FinishReason: "stop", NativeFinishReason: "end_turn",
		}},
		Usage: &openrouter.Usage{PromptTokens: 1, CompletionTokens: 2, TotalTokens: 3, Cost: 0.1},
	}, res)
}

func TestAccumulatorHead(t *testing.T) {
	res := accumulate(t,
		`{"id":"","created":0,"model":"","choices":[],"debug":{"echo_upstream_body":{"model":"first"}}}`,
		`{"id":"g1","created":1,"model":"m1","provider":"p1","service_tier":"default","system_fingerprint":"f1","choices":[],"debug":{"echo_upstream_body":{"model":"second"}}}`,
		`{"id":"g2","created":2,"model":"m2","provider":"p2","service_tier":"flex","system_fingerprint":"f2","choices":[],"user_id":"u"}`,
		`{"id":"g3","provider":"","service_tier":null,"system_fingerprint":"","choices":[],"openrouter_metadata":{"requested":"r","summary":"old"},"user_id":null}`,
		`{"id":"g4","choices":[],"openrouter_metadata":{"requested":"r","summary":"new"}}`)
	assert.Equal(t, "g1", res.ID)
	assert.Equal(t, int64(1), res.Created)
	assert.Equal(t, "m1", res.Model)
	assert.Equal(t, "p2", res.Provider)
	assert.Equal(t, "flex", res.ServiceTier)
	assert.Equal(t, "f2", res.SystemFingerprint)
	assert.Equal(t, "u", res.UserID)
	assert.Equal(t, "new", res.OpenRouterMetadata.Summary)
	assert.JSONEq(t, `{"model":"second"}`, string(res.Debug.EchoUpstreamBody))
	assert.Empty(t, res.Choices, "no chunk had one")
}

func TestAccumulatorContent(t *testing.T) {
	for name, tc := range map[string]struct {
		deltas []string
		want   []openrouter.Part
	}{
		"absent":             {[]string{`{}`, `{"role":"assistant"}`}, nil},
		"null":               {[]string{`{"content":null}`, `{"content":null}`}, nil},
		"blank":              {[]string{`{"content":""}`, `{}`}, openrouter.Text("")},
		"blank, then null":   {[]string{`{"content":""}`, `{"content":null}`}, openrouter.Text("")},
		"null, then text":    {[]string{`{"content":null}`, `{"content":"a"}`, `{"content":""}`, `{"content":"b"}`}, openrouter.Text("ab")},
		"white space stays":  {[]string{`{"content":" "}`, `{"content":"\n"}`}, openrouter.Text(" \n")},
		"half a tool markup": {[]string{`{"content":"<think>"}`, `{"content":"x</think>"}`}, openrouter.Text("<think>x</think>")},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, openrouter.Message{Role: "assistant", Content: tc.want}, accumulateDeltas(t, tc.deltas...))
		})
	}
}

func TestAccumulatorText(t *testing.T) {
	m := accumulateDeltas(t,
		`{"role":"assistant","content":"","reasoning":"th"}`, // reasoning before, among and after content
		`{"role":"tool","reasoning":"ink","refusal":null}`,
		`{"content":"a","reasoning":""}`,
		`{"reasoning":null,"refusal":"I ","reasoning_content":"x"}`,
		`{"content":"b","reasoning":"ing","refusal":"won't","reasoning_content":"y"}`)
	assert.Equal(t, openrouter.Message{
		Role: "assistant", Content: openrouter.Text("ab"), Reasoning: "thinking", Refusal: "I won't", ReasoningContent: "xy",
	}, m)
}

func TestAccumulatorRole(t *testing.T) {
	assert.Equal(t, openrouter.RoleAssistant, accumulateDeltas(t, `{"content":"a"}`).Role, "nobody else answers")
	assert.Equal(t, openrouter.Role("oracle"), accumulateDeltas(t, `{"role":""}`, `{"role":"oracle"}`, `{"role":"assistant"}`).Role)
}

func TestAccumulatorPrompt(t *testing.T) {
	res := accumulate(t,
		`{"choices":[{"index":0,"text":"once ","finish_reason":null}]}`,
		`{"choices":[{"index":0,"text":"upon","finish_reason":"stop"}]}`)
	assert.Equal(t, []openrouter.Choice{{Text: "once upon", FinishReason: "stop"}}, res.Choices)
	assert.Equal(t, "once upon", res.Text())
}

func TestAccumulatorFinishReason(t *testing.T) {
	const call = `"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},`
	type want struct{ reason, native string }
	for name, tc := range map[string]struct {
		choices []string // inside the braces of a chunk's only choice
		want    want
	}{
		"never":                            {[]string{`"finish_reason":null`, `"delta":{}`}, want{"", ""}},
		"never, with calls":                {[]string{call + `"finish_reason":null`}, want{"", ""}},
		"repeated":                         {[]string{`"finish_reason":"stop","native_finish_reason":"end_turn"`, `"finish_reason":"stop"`}, want{"stop", "end_turn"}},
		"first, with its native reason":    {[]string{`"finish_reason":"length","native_finish_reason":"MAX"`, `"finish_reason":"stop","native_finish_reason":"STOP"`}, want{"length", "MAX"}},
		"native reason late":               {[]string{`"finish_reason":"stop"`, `"finish_reason":"stop","native_finish_reason":"STOP"`}, want{"stop", "STOP"}},
		"native reason alone":              {[]string{`"finish_reason":null,"native_finish_reason":"STOP"`, `"finish_reason":"stop"`}, want{"stop", "STOP"}},
		"native reason of another reason":  {[]string{`"finish_reason":null,"native_finish_reason":"N"`, `"finish_reason":"length"`, `"finish_reason":"stop","native_finish_reason":"STOP"`}, want{"length", "N"}},
		"only a native reason":             {[]string{`"finish_reason":null,"native_finish_reason":"STOP"`}, want{"", "STOP"}},
		"unknown":                          {[]string{`"finish_reason":"bored"`, `"finish_reason":"stop"`}, want{"bored", ""}},
		"calls, then stop":                 {[]string{call + `"finish_reason":"tool_calls","native_finish_reason":"t"`, `"delta":{"content":"\n"},"finish_reason":"stop","native_finish_reason":"s"`}, want{"tool_calls", "t"}},
		"stop, then calls":                 {[]string{`"finish_reason":"stop","native_finish_reason":"s"`, call + `"finish_reason":"tool_calls","native_finish_reason":"t"`}, want{"tool_calls", "t"}},
		"tool_calls without calls":         {[]string{`"finish_reason":"stop"`, `"finish_reason":"tool_calls"`}, want{"stop", ""}},
		"stop beside calls is not hidden":  {[]string{call + `"finish_reason":"stop"`}, want{"stop", ""}},
		"length beside calls":              {[]string{call + `"finish_reason":"length"`}, want{"length", ""}},
		"error":                            {[]string{`"finish_reason":"stop","native_finish_reason":"s"`, `"finish_reason":"error","native_finish_reason":"e"`}, want{"error", "e"}},
		"error in the choice":              {[]string{call + `"finish_reason":"tool_calls","native_finish_reason":"t"`, `"finish_reason":null,"error":{"code":502,"message":"x"}`}, want{"error", "t"}},
		"error in the choice late, native": {[]string{`"finish_reason":"stop","native_finish_reason":"STOP"`, `"finish_reason":null,"native_finish_reason":"MALFORMED","error":{"code":502,"message":"x"}`}, want{"error", "MALFORMED"}},
		"error in the choice, native":      {[]string{`"finish_reason":"stop","native_finish_reason":"MALFORMED","error":{"code":502,"message":"x"}`}, want{"error", "MALFORMED"}},
	} {
		t.Run(name, func(t *testing.T) {
			chunks := make([]string, len(tc.choices))
			for i, c := range tc.choices {
				chunks[i] = `{"choices":[{"index":0,` + c + `}]}`
			}
			got := accumulate(t, chunks...).Choices[0]
			assert.Equal(t, tc.want, want{string(got.FinishReason), got.NativeFinishReason})
		})
	}
}

func TestAccumulatorErrors(t *testing.T) {
	t.Run("bare", func(t *testing.T) {
		res := accumulate(t, `{"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"Venice"}},"user_id":"u"}`)
		assert.Empty(t, res.Choices)
		assert.Equal(t, 502, res.Error.Code)
		assert.JSONEq(t, `{"provider_name":"Venice"}`, string(res.Error.Metadata))
		assert.Equal(t, "u", res.UserID)
	})
	t.Run("error with usage", func(t *testing.T) {
		res := accumulate(t,
			withDelta(`{"content":"a"}`),
			`{"id":"g","error":{"code":400,"message":"Token limit reached"},"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":{"prompt_tokens":43,"completion_tokens":10,"total_tokens":53}}`)
		assert.Equal(t, "a", res.Text())
		assert.Equal(t, "Token limit reached", res.Error.Message)
		assert.Equal(t, openrouter.FinishReasonError, res.FinishReason())
		assert.Equal(t, 53, res.Usage.TotalTokens)
	})
	t.Run("bare, behind content", func(t *testing.T) {
		res := accumulate(t,
			`{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop","native_finish_reason":"STOP"}]}`,
			`{"error":{"code":502,"message":"x"}}`)
		assert.Equal(t, openrouter.FinishReasonError, res.FinishReason())
		assert.Equal(t, "STOP", res.Choices[0].NativeFinishReason)
	})
	t.Run("usage behind the error", func(t *testing.T) {
		res := accumulate(t,
			`{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"length","native_finish_reason":"MAX"}]}`,
			`{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop","native_finish_reason":"MALFORMED_FUNCTION_CALL"}],"error":{"code":502,"message":"first"}}`,
			`{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop","native_finish_reason":"STOP"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`,
			`{"error":{"code":500,"message":"second"}}`)
		assert.Equal(t, "first", res.Error.Message, "what follows is a consequence")
		assert.Equal(t, openrouter.FinishReasonError, res.FinishReason())
		assert.Equal(t, "MALFORMED_FUNCTION_CALL", res.Choices[0].NativeFinishReason)
		assert.Equal(t, 3, res.Usage.TotalTokens)
	})
	t.Run("of a choice", func(t *testing.T) {
		res := accumulate(t,
			`{"choices":[{"index":0,"delta":{"content":"a"},"error":{"code":502,"message":"one"}},{"index":1,"delta":{"content":"b"},"finish_reason":"stop"}]}`,
			`{"choices":[{"index":0,"delta":{},"error":{"code":503,"message":"two"}}]}`)
		assert.Nil(t, res.Error)
		assert.Equal(t, "one", res.Choices[0].Error.Message)
		assert.Equal(t, openrouter.FinishReasonError, res.Choices[0].FinishReason)
		assert.Nil(t, res.Choices[1].Error)
		assert.Equal(t, openrouter.FinishReasonStop, res.Choices[1].FinishReason)
	})
	t.Run("null choices", func(t *testing.T) {
		res := accumulate(t, `{"id":null,"choices":null,"error":null}`)
		assert.Nil(t, res.Error)
		assert.Empty(t, res.Choices)
	})
}

func TestAccumulatorUsage(t *testing.T) {
	usage := func(total int) string {
		return fmt.Sprintf(`{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":%d,"cost":0.30000000000000004e-5}}`, total)
	}
	assert.Nil(t, accumulate(t, withDelta(`{}`), `{"choices":[],"usage":null}`).Usage)
	res := accumulate(t, usage(2), withDelta(`{"content":"a"}`), usage(3), `{"choices":[],"usage":null}`)
	assert.Equal(t, 3, res.Usage.TotalTokens)
	assert.JSONEq(t, `{"prompt_tokens":1,"completion_tokens":1,"total_tokens":3,"cost":0.30000000000000004e-5}`, kit.Encode(t, res.Usage))
	res = accumulate(t, `{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"cost":null,"prompt_tokens_details":null}}`)
	assert.JSONEq(t, `{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"cost":null,"prompt_tokens_details":null}`, kit.Encode(t, res.Usage))
}

func TestAccumulatorChoicesAreOrdered(t *testing.T) {
	res := accumulate(t,
		`{"choices":[{"index":2,"delta":{"content":"c"}},{"index":0,"delta":{"content":"a"}}]}`,
		`{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"length"}]}`,
		`{"choices":[{"index":0,"delta":{"content":"A"},"finish_reason":"stop"},{"index":2,"delta":{"content":"C"}}]}`)
	require.Len(t, res.Choices, 3)
	for i, want := range []string{"aA", "b", "cC"} {
		assert.Equal(t, i, res.Choices[i].Index)
		assert.Equal(t, want, res.Choices[i].Message.Text())
	}
	assert.Equal(t, openrouter.FinishReason("stop"), res.Choices[0].FinishReason)
	assert.Equal(t, openrouter.FinishReason("length"), res.Choices[1].FinishReason)
	assert.Empty(t, res.Choices[2].FinishReason)
}

func TestAccumulatorExtra(t *testing.T) {
	res := accumulate(t,
		`{"x":1,"y":[1],"created":1.5,"choices":[{"index":0,"x":1,"logprobs":-0.5,"delta":{"x":{"a":1},"refusal":7,"content":["p"],
			"tool_calls":[{"index":0,"id":"c","x":1,"function":{"name":"f","x":1,"arguments":{"a":1}}}],
			"reasoning_details":[{"type":"reasoning.text","index":0,"text":"t","x":1}],
			"audio":{"id":"a","x":1}}},{"index":1,"finish_reason":7,"delta":{"role":8}}]}`,
		`{"x":2,"choices":[{"index":0,"x":2,"logprobs":-0.25,"delta":{"x":{"b":2},
			"tool_calls":[{"index":0,"x":2,"function":{"x":2,"arguments":""}}],
			"reasoning_details":[{"type":"reasoning.text","index":0,"x":2,"signature":5}],
			"audio":{"x":2}}}]}`,
		withDelta(`{}`))
	assert.JSONEq(t, `{"id":"g","object":"chat.completion","created":1.5,"model":"","x":2,"y":[1],"choices":[{"index":0,"x":2,"logprobs":-0.25,"finish_reason":null,
		"message":{"role":"assistant","x":{"b":2},"refusal":7,"content":["p"],
			"tool_calls":[{"index":0,"id":"c","type":"function","x":2,"function":{"name":"f","x":2,"arguments":{"a":1}}}],
			"reasoning_details":[{"type":"reasoning.text","index":0,"text":"t","x":2,"signature":5}],
			"audio":{"id":"a","x":2}}},{"index":1,"finish_reason":7,"message":{"role":8}}]}`, kit.Encode(t, res))
}

func TestAccumulatorMedia(t *testing.T) {
	image := func(url string) string { return `{"type":"image_url","image_url":{"url":"` + url + `"}` }
	m := accumulateDeltas(t,
		`{"images":[`+image("u")+`},`+image("u")+`}]}`,
		`{"images":[`+image("a")+`,"index":1},`+image("b")+`,"index":0}]}`,
		`{"images":[`+image("a")+`,"index":1},"bare"],"annotations":[{"type":"url_citation","url_citation":{"url":"x","title":""}}]}`,
		`{"images":[`+image("B")+`,"index":0}],"annotations":[{"type":"url_citation","url_citation":{"url":"x","title":""}},{"type":"new","new":1}]}`,
		`{"images":[],"annotations":[],"audio":{"id":"a1","data":"AAA","transcript":"he"}}`,
		`{"audio":{"data":"BBB","transcript":""}}`,
		`{"audio":{"id":"a2","transcript":"llo","expires_at":7}}`,
		`{"audio":{"id":"","transcript":null,"expires_at":8,"data":"C"}}`)
	assert.JSONEq(t, `[`+image("u")+`},`+image("u")+`},`+image("a")+`,"index":1},`+image("B")+`,"index":0},"bare"]`, kit.Encode(t, m.Images))
	assert.JSONEq(t, `[{"type":"url_citation","url_citation":{"url":"x","title":""}},{"type":"new","new":1}]`, kit.Encode(t, m.Annotations))
	assert.Equal(t, &openrouter.Audio{ID: "a2", Data: "AAABBBC", Transcript: "hello", ExpiresAt: 8}, m.Audio)

	m = accumulateDeltas(t, `{"audio":{"data":"A"}}`, `{"audio":{"id":null,"data":"B","transcript":""}}`)
	assert.JSONEq(t, `{"data":"AB","id":null,"transcript":""}`, kit.Encode(t, m.Audio))

	m = accumulateDeltas(t, `{"images":[],"annotations":[],"tool_calls":[],"audio":null}`)
	assert.Equal(t, openrouter.Message{Role: "assistant"}, m)
}

func TestAccumulatedLogprobsEqualBuiltOnes(t *testing.T) {
	res := accumulate(t,
		`{"choices":[{"index":0,"logprobs":{"refusal":null}}]}`,
		`{"choices":[{"index":0,"logprobs":{"content":[],"refusal":[]}}]}`)
	assert.Equal(t, &openrouter.Logprobs{Content: []openrouter.TokenLogprob{}, Refusal: []openrouter.TokenLogprob{}}, res.Choices[0].Logprobs)
}

func TestAccumulatorLogprobs(t *testing.T) {
	token := func(s string) string {
		return `{"token":"` + s + `","logprob":-0.5,"bytes":[1],"top_logprobs":[{"token":"t","logprob":-1,"bytes":null}]}`
	}
	for name, tc := range map[string]struct {
		logprobs []string
		want     string
	}{
		"concatenate":             {[]string{`{"content":[` + token("a") + `]}`, `{"content":[` + token("b") + `,` + token("c") + `]}`}, `{"content":[` + token("a") + `,` + token("b") + `,` + token("c") + `]}`},
		"refusal too":             {[]string{`{"content":null,"refusal":[` + token("a") + `]}`, `{"content":null,"refusal":[` + token("b") + `]}`}, `{"content":null,"refusal":[` + token("a") + `,` + token("b") + `]}`},
		"content late":            {[]string{`{"refusal":null}`, `{"content":null}`, `{"content":[` + token("a") + `]}`}, `{"content":[` + token("a") + `],"refusal":null}`},
		"null and empty lists":    {[]string{`null`, `{"content":[],"refusal":[]}`, `{"content":null,"refusal":null}`, `null`}, `{"content":[],"refusal":[]}`},
		"of the founding kind":    {[]string{`{"tokens":null,"token_logprobs":null}`, `{"tokens":null,"token_logprobs":null}`}, `{"tokens":null,"token_logprobs":null}`},
		"unknown members":         {[]string{`{"content":[],"x":1}`, `{"content":[],"x":2}`}, `{"content":[],"x":2}`},
		"wrong, then right":       {[]string{`-1.5`, `{"content":[]}`}, `{"content":[]}`},
		"null, then a wrong type": {[]string{`{"content":null}`, `{"content":8}`}, `{"content":8}`},
		"a list of wrong types":   {[]string{`{"content":7}`, `{"content":8,"refusal":null}`}, `{"content":8,"refusal":null}`},
	} {
		t.Run(name, func(t *testing.T) {
			chunks := make([]string, len(tc.logprobs))
			for i, l := range tc.logprobs {
				chunks[i] = `{"choices":[{"index":0,"delta":{},"logprobs":` + l + `}]}`
			}
			assert.JSONEq(t, tc.want, kit.Encode(t, accumulate(t, chunks...).Choices[0].Logprobs))
		})
	}
}
