package stream_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/sse"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

func textPart(s string) string { return `{"type":"text","text":"` + s + `"}` }

func thinkingPart(s string) string {
	return `{"type":"thinking","thinking":[{"type":"text","text":"` + s + `"}]}`
}

// Content that comes in lists is put together as strings are, and the chunks go back as they came.
func TestAccumulatorContentInLists(t *testing.T) {
	const image = `{"type":"image_url","image_url":{"url":"u"}}`
	for name, tc := range map[string]struct {
		contents         []string
		want             string // content
		texts, reasoning []string
	}{
		"texts": {
			[]string{`[` + textPart("a") + `]`, `[` + textPart("b") + `]`, `[]`, `""`, `[` + textPart("") + `]`, `[` + textPart("c") + `]`},
			`[` + textPart("abc") + `]`, []string{"a", "b", "", "", "", "c"}, nil,
		},
		"a list, then strings": {[]string{`[` + textPart("a") + `]`, `"b"`, `"c"`}, `"abc"`, []string{"a", "b", "c"}, nil},
		"strings, then a list": {[]string{`"a"`, `"b"`, `[` + textPart("c") + `]`, `null`, `"d"`}, `"abcd"`, []string{"a", "b", "c", "", "d"}, nil},
		"several in one list": {
			[]string{`[` + textPart("a") + `,` + textPart("b") + `]`, `[` + textPart("c") + `]`},
			`[` + textPart("a") + `,` + textPart("bc") + `]`, []string{"ab", "c"}, nil,
		},
		"images": {
			[]string{`[` + textPart("a") + `]`, `[` + image + `]`, `"b"`, `[` + textPart("c") + `,` + image + `]`},
			`[` + textPart("a") + `,` + image + `,` + textPart("bc") + `,` + image + `]`, []string{"a", "", "b", "c"}, nil,
		},
		"thinking, then text": {
			[]string{`[` + thinkingPart("Let me") + `]`, `[` + thinkingPart(" see.") + `]`, `""`, `"o"`, `"k"`},
			`[` + thinkingPart("Let me see.") + `,` + textPart("ok") + `]`, []string{"", "", "", "o", "k"}, []string{"Let me", " see."},
		},
		"thinking twice": {
			[]string{`[` + thinkingPart("a") + `,` + textPart("b") + `]`, `[` + thinkingPart("c") + `]`, `[` + thinkingPart("d") + `,` + thinkingPart("e") + `]`},
			`[` + thinkingPart("a") + `,` + textPart("b") + `,` + thinkingPart("cd") + `,` + thinkingPart("e") + `]`, []string{"b", "", ""}, []string{"a", "c", "de"},
		},
		"thinking as a string, with more": {
			[]string{`[{"type":"thinking","thinking":"a"}]`, `[{"type":"thinking","thinking":"b","signature":"S","closed":true}]`},
			`[{"type":"thinking","thinking":"ab","signature":"S","closed":true}]`, []string{"", ""}, []string{"a", "b"},
		},
		"parts of other types": {
			[]string{`["bare",{"type":"reference","reference_ids":[1]}]`, `"a"`, `[{"type":"text","text":"b","annotations":[1]}]`},
			`["bare",{"type":"reference","reference_ids":[1]},` + textPart("a") + `,{"type":"text","text":"b","annotations":[1]}]`, []string{"", "a", "b"}, nil,
		},
		"an object":                 {[]string{`{"a": 1}`, `""`}, `{"a":1}`, []string{`{"a": 1}`, ""}, nil},
		"an object and a text":      {[]string{`{"a":1}`, `" "`}, `"{\"a\":1} "`, []string{`{"a":1}`, " "}, nil},
		"a part that is not listed": {[]string{textPart("a"), textPart("b")}, `"ab"`, []string{"a", "b"}, nil},
		"nothing in lists":          {[]string{`[]`, `[]`}, `[]`, []string{"", ""}, nil},
		"blank in lists":            {[]string{`[` + textPart("") + `]`, `[]`}, `[` + textPart("") + `]`, []string{"", ""}, nil},
		"an empty object":           {[]string{`"a"`, `{}`}, `"a"`, []string{"a", ""}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var deltas, thoughts []string
			for i, content := range tc.contents {
				deltas = append(deltas, `{"content":`+content+`}`)
				event := withDelta(deltas[i])
				chunk := decodeChunk(t, event)
				assert.Equal(t, tc.texts[i], chunk.Text())
				if r := chunk.Reasoning(); r != "" {
					thoughts = append(thoughts, r)
				}
				assert.JSONEq(t, event, kit.Encode(t, chunk))
			}
			assert.Equal(t, tc.reasoning, thoughts)
			for _, res := range []*openrouter.ChatCompletion{streamDeltas(t, deltas...), {Choices: []openrouter.Choice{{Message: accumulateDeltas(t, deltas...)}}}} {
				assert.JSONEq(t, `{"role":"assistant","content":`+tc.want+`}`, kit.Encode(t, res.Choices[0].Message))
				assert.Equal(t, strings.Join(tc.texts, ""), res.Text())
				if name != "thinking twice" {
					assert.Equal(t, strings.Join(thoughts, ""), res.Reasoning())
				} else {
					assert.Equal(t, "a\n\ncd\n\ne", res.Reasoning())
				}
			}
		})
	}
}

func TestAccumulatorReasoningBlocks(t *testing.T) {
	for name, tc := range map[string]struct {
		deltas []string // elements of reasoning_details, one list per chunk
		want   string
	}{
		"ids differ at one index": {
			[]string{`{"type":"reasoning.summary","id":"rs_1","summary":"A","index":0}`, `{"type":"reasoning.summary","id":"rs_2","summary":"B","index":0}`, `{"type":"reasoning.summary","summary":"b","index":0}`},
			`[{"type":"reasoning.summary","id":"rs_1","summary":"A","index":0},{"type":"reasoning.summary","id":"rs_2","summary":"Bb","index":0}]`,
		},
		"ids differ without an index": {
			[]string{`{"type":"reasoning.text","id":"rs_1","text":"A"}`, `{"type":"reasoning.text","text":"a"}`, `{"type":"reasoning.text","id":"rs_2","text":"B"}`},
			`[{"type":"reasoning.text","id":"rs_1","text":"Aa"},{"type":"reasoning.text","id":"rs_2","text":"B"}]`,
		},
		"ids take turns at one index": {
			[]string{`{"type":"reasoning.text","id":"1","text":"a","index":0}`, `{"type":"reasoning.text","id":"2","text":"b","index":0}`, `{"type":"reasoning.text","id":"1","text":"A","index":0}`, `{"type":"reasoning.text","id":"2","text":"B","index":0}`},
			`[{"type":"reasoning.text","id":"1","text":"aA","index":0},{"type":"reasoning.text","id":"2","text":"bB","index":0}]`,
		},
		"signatures": {
			[]string{`{"type":"reasoning.text","text":"A","signature":"S1","index":0}`, `{"type":"reasoning.text","text":"B","signature":"S2","index":0}`},
			`[{"type":"reasoning.text","text":"A","signature":"S1","index":0},{"type":"reasoning.text","text":"B","signature":"S2","index":0}]`,
		},
		"a signature behind each text, no index": {
			[]string{`{"type":"reasoning.text","text":"A"}`, `{"type":"reasoning.text","text":"a"}`, `{"type":"reasoning.text","signature":"S1"}`, `{"type":"reasoning.text","text":"B"}`, `{"type":"reasoning.text","text":"b"}`, `{"type":"reasoning.text","signature":"S2"}`},
			`[{"type":"reasoning.text","text":"Aa","signature":"S1"},{"type":"reasoning.text","text":"Bb","signature":"S2"}]`,
		},
		"the same signature again": {
			[]string{`{"type":"reasoning.text","text":"A","signature":"S","index":0}`, `{"type":"reasoning.text","text":"B","signature":"S","index":0}`, `{"type":"reasoning.text","text":"C","signature":"S","index":0}`, `{"type":"reasoning.text","text":"","signature":"T","index":0}`},
			`[{"type":"reasoning.text","text":"ABC","signature":"T","index":0}]`,
		},
		"a signature before its text": {
			[]string{`{"type":"reasoning.text","signature":"S","index":0}`, `{"type":"reasoning.text","text":"A","index":0}`},
			`[{"type":"reasoning.text","text":"A","signature":"S","index":0}]`,
		},
		"a signed block continued by its id": {
			[]string{`{"type":"reasoning.text","id":"1","text":"A","signature":"S","index":0}`, `{"type":"reasoning.text","id":"1","text":"B","index":0}`},
			`[{"type":"reasoning.text","id":"1","text":"A","signature":"S","index":0},{"type":"reasoning.text","id":"1","text":"B","index":0}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			deltas := make([]string, len(tc.deltas))
			for i, d := range tc.deltas {
				deltas[i] = `{"reasoning_details":[` + d + `]}`
			}
			assert.JSONEq(t, tc.want, kit.Encode(t, accumulateDeltas(t, deltas...).ReasoningDetails))
			assert.JSONEq(t, tc.want, kit.Encode(t, streamDeltas(t, deltas...).Choices[0].Message.ReasoningDetails))
		})
	}
}

func TestSummariesAreSeparated(t *testing.T) {
	summary := func(index int, s string) string {
		return fmt.Sprintf(`{"reasoning":%q,"reasoning_details":[{"type":"reasoning.summary","summary":%[1]q,"index":%d}]}`, s, index)
	}
	deltas := []string{summary(0, "One"), summary(0, "."), `{"reasoning_details":[{"type":"reasoning.encrypted","data":"E","index":0}]}`, summary(1, "Two.")}
	res := streamDeltas(t, deltas...)
	assert.Equal(t, "One.\n\nTwo.", res.Reasoning())
	assert.Equal(t, "One.Two.", res.Choices[0].Message.Reasoning, "as the service sent it")
	assert.Equal(t, "Two.", decodeChunk(t, withDelta(deltas[3])).Reasoning())

	assert.Equal(t, "One.\n\nTwo.", streamDeltas(t, strings.ReplaceAll(summary(0, "One.\\n\\n"), `\\`, `\`), summary(1, "Two.")).Reasoning(), "there is one already")
	assert.Equal(t, "Else", streamDeltas(t, `{"reasoning":"Else","reasoning_details":[{"type":"reasoning.summary","summary":"a","index":0},{"type":"reasoning.summary","summary":"b","index":1}]}`).Reasoning(), "not the same text")
	assert.Equal(t, "ab", streamDeltas(t, `{"reasoning_details":[{"type":"reasoning.summary","summary":"a","index":0},{"type":"reasoning.text","text":"b","index":1}]}`).Reasoning())
}

func TestAccumulatorUnknownMembers(t *testing.T) {
	for name, tc := range map[string]struct {
		choices []string // inside the braces of a chunk's only choice
		want    string   // the choice
	}{
		"empty values replace nothing": {
			[]string{`"content_filter_results":{"hate":{"filtered":false}},"x":[1],"y":"a","z":0`, `"content_filter_results":{},"x":[],"y":"","z":null`, `"content_filter_results":{ },"x":[ ]`},
			`"content_filter_results":{"hate":{"filtered":false}},"x":[1],"y":"a","z":0`,
		},
		"values replace empty ones": {[]string{`"x":{},"y":null`, `"x":{"a":1},"y":[2]`}, `"x":{"a":1},"y":[2]`},
		"values replace values":     {[]string{`"x":{"a":1},"y":true,"z":"a"`, `"x":{"b":1},"y":false,"z":"b"`}, `"x":{"b":1},"y":false,"z":"b"`},
		"texts of a delta": {
			[]string{`"delta":{"reasoning_text":"a","phase":"think"}`, `"delta":{"reasoning_text":"\u00e9\n","phase":"think"}`, `"delta":{"reasoning_text":"","phase":"answer"}`, `"delta":{"reasoning_text":"\""}`},
			`"message":{"role":"assistant","reasoning_text":"aé\n\"","phase":"answer"}`,
		},
		"the same text twice":         {[]string{`"delta":{"thinking":"ha"}`, `"delta":{"thinking":"ha"}`, `"delta":{"thinking_id":"i","thinking":"!"}`, `"delta":{"thinking_id":"i"}`}, `"message":{"role":"assistant","thinking":"haha!","thinking_id":"i"}`},
		"the old function call":       {[]string{`"delta":{"function_call":{"name":"f","arguments":""}}`, `"delta":{"function_call":{"arguments":"{\"x\""}}`, `"delta":{"function_call":{"arguments":":1"}}`, `"delta":{"function_call":{"name":null,"arguments":"}"}}`}, `"message":{"role":"assistant","function_call":{"name":"f","arguments":"{\"x\":1}"}}`},
		"a plan before tools":         {[]string{`"delta":{"tool_plan":"a"}`, `"delta":{"tool_plan":"b"}`}, `"message":{"role":"assistant","tool_plan":"ab"}`},
		"names with capitals":         {[]string{`"delta":{"reasoningText":"a","messageID":"i"}`, `"delta":{"reasoningText":"b","messageID":"i"}`}, `"message":{"role":"assistant","reasoningText":"ab","messageID":"i"}`},
		"a text in an unknown object": {[]string{`"delta":{"thoughts":{"text":"a","n":1}}`, `"delta":{"thoughts":{"text":"b","n":2}}`}, `"message":{"role":"assistant","thoughts":{"text":"ab","n":2}}`},
		"log probabilities of reasoning": {
			[]string{`"logprobs":{"content":null,"reasoning_content":[{"token":"a"}]}`, `"logprobs":{"content":null,"reasoning_content":[{"token":"a"}]}`, `"logprobs":{"content":null,"reasoning_content":[]}`, `"logprobs":{"content":null,"reasoning_content":[{"token":"b"},{"token":"c"}]}`},
			`"logprobs":{"content":null,"reasoning_content":[{"token":"a"},{"token":"a"},{"token":"b"},{"token":"c"}]}`,
		},
		"log probabilities of the old kind": {
			[]string{`"logprobs":{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":null}`, `"logprobs":{"tokens":["b"],"token_logprobs":[-1],"top_logprobs":null}`},
			`"logprobs":{"tokens":["a","b"],"token_logprobs":[-1,-1],"top_logprobs":null}`,
		},
		"log probabilities as a list": {[]string{`"logprobs":[1]`, `"logprobs":[2]`}, `"logprobs":[1,2]`},
		"padding":                     {[]string{`"obfuscation":"xy","delta":{"content":"a","p":"abc","obfuscation":"z"}`, `"delta":{"content":"b","p":"d"}`}, `"message":{"role":"assistant","content":"ab"}`},
		"a p that is no padding":      {[]string{`"p":0.5`, `"delta":{}`}, `"p":0.5`},
	} {
		t.Run(name, func(t *testing.T) {
			chunks := make([]string, len(tc.choices))
			for i, c := range tc.choices {
				chunks[i] = `{"choices":[{"index":0,` + c + `}],"obfuscation":"` + strings.Repeat("x", i) + `","p":"q"}`
				assert.JSONEq(t, chunks[i], kit.Encode(t, decodeChunk(t, chunks[i])), "the chunk keeps it")
			}
			res := accumulate(t, chunks...)
			assert.Nil(t, res.Extra)
			want := `{"index":0,"finish_reason":null,` + tc.want
			if !strings.Contains(tc.want, `"message"`) {
				want += `,"message":{"role":"assistant"}`
			}
			assert.JSONEq(t, want+`}`, kit.Encode(t, res.Choices[0]))
		})
	}
	// What was returned does not grow with what follows.
	var acc openrouter.Accumulator
	acc.Add(decodeChunk(t, withDelta(`{"reasoning_text":"a","function_call":{"arguments":"a"}}`)))
	acc.Add(decodeChunk(t, withDelta(`{"reasoning_text":"b","function_call":{"arguments":"b"}}`)))
	first := acc.Response()
	before := kit.Encode(t, first)
	acc.Add(decodeChunk(t, withDelta(`{"reasoning_text":"c","function_call":{"arguments":"c"}}`)))
	assert.JSONEq(t, before, kit.Encode(t, first))
	assert.Equal(t, `"abc"`, kit.Kept(acc.Response().Choices[0].Message.Extra, "reasoning_text"))
}

func TestUnknownTextIsLinear(t *testing.T) {
	const n = 20_000
	chunk := decodeChunk(t, withDelta(`{"reasoning_text":"12345","function_call":{"arguments":"12345"}}`))
	var res *openrouter.ChatCompletion
	got := allocated(func() {
		var acc openrouter.Accumulator
		for range n {
			acc.Add(chunk)
		}
		res = acc.Response()
	})
	assert.Len(t, kit.Kept(res.Choices[0].Message.Extra, "reasoning_text"), 5*n+2)
	assert.Less(t, got, uint64(1000*n), "a constant for each chunk")
}

func TestAccumulatorUsageWithoutCounts(t *testing.T) {
	const whole = `{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.5}`
	for name, tc := range map[string]struct{ later, want string }{
		"empty":                      {`{}`, whole},
		"nulls":                      {`{"prompt_tokens":null,"completion_tokens":null,"cost":null}`, whole},
		"other members":              {`{"is_byok":false,"cost_details":null,"queue_time":0.5}`, whole},
		"a count of 0":               {`{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}`, `{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}`},
		"a cost of 0":                {`{"cost":0}`, `{"cost":0}`},
		"counts of another dialect":  {`{"input_tokens":1,"output_tokens":0}`, `{"input_tokens":1,"output_tokens":0}`},
		"a count that is not whole":  {`{"prompt_tokens":1.5}`, `{"prompt_tokens":1.5}`},
		"details without any counts": {`{"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{}}`, whole},
	} {
		t.Run(name, func(t *testing.T) {
			usage := func(u string) string { return `{"choices":[],"usage":` + u + `}` }
			assert.JSONEq(t, tc.want, kit.Encode(t, accumulate(t, usage(whole), usage(tc.later)).Usage))
			assert.JSONEq(t, tc.later, kit.Encode(t, accumulate(t, usage(tc.later)).Usage), "alone")
			assert.JSONEq(t, whole, kit.Encode(t, accumulate(t, usage(tc.later), usage(whole)).Usage), "before")
		})
	}
}

// A {} that stands for arguments to come gives way to them, behind white space too.
func TestAccumulatorPlaceholderAndSpace(t *testing.T) {
	for _, space := range []string{"", " ", `\n`} {
		first := `{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}`
		more := func(s string) string { return `{"tool_calls":[{"index":0,"function":{"arguments":"` + s + `"}}]}` }
		for _, m := range []openrouter.Message{
			accumulateDeltas(t, first, more(space), more(`{\"x\"`), more(`:1}`)),
			streamDeltas(t, first, more(space), more(`{\"x\"`), more(`:1}`)).Choices[0].Message,
		} {
			require.Len(t, m.ToolCalls, 1)
			assert.Equal(t, `{"x":1}`, m.ToolCalls[0].Function.Arguments)
		}
	}
}

func TestAccumulatorEqualAnnotations(t *testing.T) {
	cite := func(more string) string {
		return `{"type":"url_citation","url_citation":{"url":"u","title":"t"` + more + `}}`
	}
	m := accumulateDeltas(t,
		`{"annotations":[`+cite(``)+`,`+cite(`,"start_index":1,"end_index":2`)+`]}`,
		`{"annotations":[{"url_citation":{"title":"t","url":"u"},"type":"url_citation"},`+cite(`,"start_index":1,"end_index":3`)+`,{"type":"file","file":{"hash":"h"}}]}`,
		`{"annotations":[`+cite(`,"start_index":1,"end_index":2`)+`,`+cite(`,"x":1`)+`,{"type":"file","file":{"hash":"h","name":"n"}},{"type":"file","file":{"hash":"h"}}]}`)
	assert.JSONEq(t, `[`+cite(``)+`,`+cite(`,"start_index":1,"end_index":2`)+`,`+cite(`,"start_index":1,"end_index":3`)+`,{"type":"file","file":{"hash":"h"}},`+
		cite(`,"x":1`)+`,{"type":"file","file":{"hash":"h","name":"n"}}]`, kit.Encode(t, m.Annotations))

	// Unknown members are compared as JSON, too.
	m = accumulateDeltas(t,
		`{"annotations":[`+cite(`,"x":{"a":1,"b":"\u00e9"}`)+`,{"type":"place","place":{"a":1,"b":2}}]}`,
		`{"annotations":[`+cite(`,"x":{ "b": "é", "a": 1 }`)+`,{"type":"place","place":{"b":2,"a":1}},{"type":"place","place":{"b":2,"a":10000000000000001}},{"type":"place","place":{"b":2,"a":10000000000000002}}]}`)
	assert.Len(t, m.Annotations, 4)
}

func TestAccumulatorPromptKeepsItsReasoning(t *testing.T) {
	events := []string{
		`{"id":"g","choices":[{"index":0,"text":"","reasoning":"A","reasoning_details":[{"type":"reasoning.text","text":"A","index":0}]}]}`,
		`{"id":"g","choices":[{"index":0,"text":"","reasoning":"B","reasoning_details":[{"type":"reasoning.text","text":"B","index":0,"signature":"S"}]}]}`,
		`{"id":"g","choices":[{"index":0,"text":"once","reasoning":null,"reasoning_details":[],"finish_reason":"stop"}]}`,
	}
	assert.Equal(t, "A", decodeChunk(t, events[0]).Reasoning())
	res := accumulate(t, events...)
	assert.Equal(t, "once", res.Text())
	assert.Equal(t, "AB", res.Reasoning())
	assert.Equal(t, "AB", res.Choices[0].Reasoning)
	want := openrouter.AssistantMessage("once")
	want.Reasoning = "AB"
	want.ReasoningDetails = []openrouter.ReasoningDetail{{Type: "reasoning.text", Text: "AB", Signature: "S", Index: new(0)}}
	assert.Equal(t, want, res.Message())

	res = accumulate(t, `{"choices":[{"index":0,"reasoning_details":[{"type":"reasoning.summary","summary":"A"}]}]}`, `{"choices":[{"index":0,"text":"once"}]}`)
	assert.Equal(t, "A", res.Reasoning())
	assert.Len(t, res.Message().ReasoningDetails, 1)
}

// A chunk that has a message in place of a delta is read, and goes back with it.
func TestAccumulatorMessageInPlaceOfDelta(t *testing.T) {
	chunk := func(choice string) string {
		return `{"id":"g","choices":[{"index":0,"finish_reason":null,` + choice + `}]}`
	}
	events := []string{
		chunk(`"message":{"role":"assistant","content":"a","reasoning":"r"}`),
		chunk(`"message":{"content":[` + textPart("b") + `]}`),
		chunk(`"message":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":{"x":1}}}]}`),
		chunk(`"message":{}`),
		chunk(`"message":{"content":"+"},"delta":null`),
		chunk(`"message":{"content":"ab"},"delta":{"content":"c"}`),
		chunk(`"message":null`),
	}
	var texts []string
	for _, e := range events {
		c := decodeChunk(t, e)
		texts = append(texts, c.Text())
		assert.JSONEq(t, e, kit.Encode(t, c))
	}
	assert.Equal(t, []string{"a", "b", "", "", "+", "c", ""}, texts, "a delta beside it counts")
	res := accumulate(t, events...)
	assert.JSONEq(t, `{"index":0,"finish_reason":null,"message":{"role":"assistant","content":"ab+c","reasoning":"r","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{"x":1}}}]}}`,
		kit.Encode(t, res.Choices[0]))
	assert.Equal(t, `{"x":1}`, res.Message().ToolCalls[0].Function.Arguments)
	assert.NotContains(t, kit.Encode(t, res.Message()), `"arguments":{`)
}

func TestChunkTextIsOfTheFirstChoice(t *testing.T) {
	assert.Equal(t, "a", decodeChunk(t, `{"choices":[{"index":1,"text":"b"},{"index":0,"text":"a"}]}`).Text())
	assert.Empty(t, decodeChunk(t, `{"choices":[{"index":1,"text":"b"}]}`).Text())
	assert.Empty(t, decodeChunk(t, `{"choices":[{"index":1,"text":"b","reasoning":"r","delta":{"content":"c"}}]}`).Text())
	assert.Empty(t, decodeChunk(t, `{"choices":[{"index":1,"reasoning":"r"}]}`).Reasoning())
}

// A value changed by hand is sent as it now is.
func TestChangedOddMembers(t *testing.T) {
	c := decodeChunk(t, withDelta(`{"content":[`+textPart("a")+`],"tool_calls":{"id":7,"function":{"name":"f","arguments":{"x":1}}}}`))
	d := &c.Choices[0].Delta
	assert.Equal(t, "a", d.Content)
	require.Len(t, d.ToolCalls, 1)
	assert.Equal(t, "7", d.ToolCalls[0].ID)
	assert.Equal(t, `{"x":1}`, d.ToolCalls[0].Function.Arguments)
	d.Content = "b"
	d.ToolCalls[0].Function.Arguments = `{"x":2}`
	assert.JSONEq(t, `{"content":"b","tool_calls":[{"id":7,"function":{"name":"f","arguments":"{\"x\":2}"}}]}`, kit.Encode(t, d))
	e := decodeChunk(t, `{"choices":[{"index":0,"message":{"content":"a"},"x":1}]}`).Choices[0]
	e.Delta.Content = "b"
	assert.JSONEq(t, `{"index":0,"delta":{"content":"b"},"x":1}`, kit.Encode(t, e))
	e.Delta = openrouter.Delta{}
	assert.JSONEq(t, `{"index":0,"delta":{},"x":1}`, kit.Encode(t, e))
	d.ToolCalls[0].ID = "8"
	assert.JSONEq(t, `{"content":"b","tool_calls":[{"id":"8","function":{"name":"f","arguments":"{\"x\":2}"}}]}`, kit.Encode(t, d))
}

type wholeAnswer string

func (a wholeAnswer) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(a))), Request: req}, nil
}

// The chunk that a whole answer becomes is the caller's: what is done to it leaves the answer alone.
func TestChunkOfAWholeAnswerIsACopy(t *testing.T) {
	for name, answer := range map[string]string{
		"message": `{"id":"g","x":{"a":1},"usage":{"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":1}},"choices":[{"index":0,"finish_reason":"tool_calls","logprobs":{"content":[{"token":"t","bytes":[1]}]},
			"message":{"role":"assistant","content":[` + thinkingPart("hm") + `,` + textPart("hi") + `],"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":{"x":1}}}],
			"reasoning_details":[{"type":"reasoning.encrypted","data":"E","index":0}],"images":[{"type":"image_url","image_url":{"url":"u"}}],"annotations":[{"type":"url_citation","url_citation":{"url":"u"}}],"audio":{"id":"a"}}}]}`,
		"prompt": `{"id":"g","choices":[{"index":0,"text":"hi","reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","index":0}],"finish_reason":"stop"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithHTTPClient(&http.Client{Transport: wholeAnswer(answer)}))
			s, err := client.Chat.Stream(t.Context(), &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}})
			require.NoError(t, err)
			before := kit.Encode(t, s.Response())
			n := 0
			for chunk, err := range s.Chunks() {
				require.NoError(t, err)
				n++
				assert.Equal(t, "hi", chunk.Text())
				assert.Equal(t, "hm", chunk.Reasoning())
				assert.Empty(t, shared(chunk, s.Response()))
				for i := range chunk.Choices[0].Delta.ToolCalls {
					chunk.Choices[0].Delta.ToolCalls[i].Function.Arguments = "changed"
				}
				chunk.Choices[0].Delta.ToolCalls = nil
			}
			assert.Equal(t, 1, n)
			assert.JSONEq(t, before, kit.Encode(t, s.Response()))
		})
	}
}

// Content of any form restarts the clock that bounds the wait for content.
func TestContentClockSeesOddContent(t *testing.T) {
	for name, tc := range map[string]struct {
		choice  string
		content bool
	}{
		"a list of texts":       {`"delta":{"content":[` + textPart("a") + `]}`, true},
		"thinking in a list":    {`"delta":{"content":[` + thinkingPart("a") + `]}`, true},
		"an image in a list":    {`"delta":{"content":[{"type":"image_url","image_url":{"url":"u"}}]}`, true},
		"an object":             {`"delta":{"content":{"a":1}}`, true},
		"a call, not listed":    {`"delta":{"tool_calls":{"id":"a","function":{"name":"f"}}}`, true},
		"a message":             {`"message":{"content":"a"}`, true},
		"an unknown text":       {`"delta":{"reasoning_text":"a"}`, true},
		"the old call":          {`"delta":{"function_call":{"arguments":"{"}}`, true},
		"reasoning, a prompt's": {`"text":"","reasoning":"a"`, true},
		"an empty list":         {`"delta":{"content":[]}`, false},
		"blank texts in lists":  {`"delta":{"content":[` + textPart("") + `,` + thinkingPart("") + `]}`, false},
		"an empty object":       {`"delta":{"content":{},"tool_calls":{}}`, false},
		"other members":         {`"delta":{"phase":"thinking","reasoning_text":""},"content_filter_results":{"hate":{}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, w := io.Pipe()
				done := make(chan struct{})
				defer func() { <-done }()
				defer r.Close()
				go func() {
					defer close(done)
					for range 5 {
						if _, err := w.Write(sse.AppendEvent(nil, []byte(`{"id":"g","choices":[{"index":0,`+tc.choice+`}]}`))); err != nil {
							return
						}
						time.Sleep(40 * time.Second)
					}
					_, _ = io.WriteString(w, "data: [DONE]\n\n")
					_ = w.Close()
				}()
				client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithContentTimeout(time.Minute, time.Minute),
					openrouter.WithHTTPClient(&http.Client{Transport: answersWith(func() io.ReadCloser { return r })}))
				s, err := client.Chat.Stream(context.Background(), &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}})
				require.NoError(t, err)
				_, err = s.Collect()
				if tc.content {
					assert.NoError(t, err)
				} else {
					assert.ErrorIs(t, err, openrouter.ErrContentTimeout)
				}
			})
		})
	}
}

// An answer that failed half way is not asked for again if the model has written anything, in whatever form.
func TestOddContentIsNotAskedForAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		choice string
		calls  int
	}{
		"thinking in a list":   {`"message":{"role":"assistant","content":[` + thinkingPart("a") + `]}`, 1},
		"an image in a list":   {`"message":{"role":"assistant","content":[{"type":"image_url","image_url":{"url":"u"}}]}`, 1},
		"an object":            {`"message":{"role":"assistant","content":{"a":1}}`, 1},
		"the old call":         {`"message":{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{"}}`, 1},
		"a prompt's reasoning": {`"text":"","reasoning":"a"`, 1},
		"nothing":              {`"message":{"role":"assistant","content":[` + textPart("") + `]}`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				transport := answersWith(func() io.ReadCloser {
					calls++
					return io.NopCloser(strings.NewReader(`{"id":"g","choices":[{"index":0,` + tc.choice + `,"error":{"code":503,"message":"gone"}}]}`))
				})
				client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithMaxRetries(1), openrouter.WithHTTPClient(&http.Client{Transport: transport}))
				_, err := client.Chat.Create(context.Background(), &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}})
				require.Error(t, err)
				assert.Equal(t, tc.calls, calls)
			})
		})
	}
}

// What comes twice in a chunk is read as alone, from the third chunk on too.
func TestStreamWithRepeatedMembers(t *testing.T) {
	for _, delta := range []string{
		`"content":"a","content":null`, `"content":null,"content":"a"`, `"content":"a","content":""`, `"content":"a","content":5`, `"content":"a","content":["b"]`,
		`"content":"a","content":[{"type":"text","text":"a"}]`, `"content":[{"type":"text","text":"b"}],"content":"a"`, `"content":"\u0061","content":{"x":1}`,
		`"reasoning":"a","content":"a","reasoning":null`, `"tool_calls":[{"function":{"arguments":"a"}}],"tool_calls":[{"function":{"name":"f"}}]`,
		`"tool_calls":[{"function":{"arguments":"a","arguments":null}}]`, `"tool_calls":[{"function":{"arguments":"a","arguments":{"x":1}}}]`,
		`"tool_calls":[{"function":{"arguments":"a"},"function":{"name":"f"}}]`, `"reasoning_details":[{"type":"reasoning.text","text":"a","text":null}]`,
		`"reasoning_details":[{"type":"reasoning.text","text":"a"}],"reasoning_details":[{"type":"reasoning.summary","summary":"a"}]`,
		`"tool_calls":[{"function":{"arguments":"a"}}],"tool_calls":{"function":{"arguments":"b"}}`,
	} {
		for _, event := range []string{
			withDelta(`{` + delta + `}`),
			`{"choices":[{"index":0,"delta":{"content":"x"},"delta":{` + delta + `}}]}`,
			`{"choices":[{"index":0,"delta":{` + delta + `},"delta":{"role":"x"}}]}`,
			`{"choices":[{"index":0,"text":"x","delta":{` + delta + `}}],"choices":[{"index":0,"delta":{"content":"y"},"text":null}]}`,
			`{"choices":[{"index":0,"text":"x","text":null,"delta":{` + delta + `}}]}`,
		} {
			seed := []byte(event)
			requireAlone(t, [][]byte{seed, swapString(seed, "content", "b"), swapString(seed, "content", "c"), swapString(seed, "arguments", "d"), swapString(seed, "text", "e"), seed, seed})
		}
	}
}
