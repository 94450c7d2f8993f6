package stream_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

func TestAccumulatorToolCalls(t *testing.T) {
	for name, tc := range map[string]struct {
		deltas []string // elements of tool_calls, one list per chunk
		want   string
	}{
		"index and arguments later": {
			[]string{
				`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}`,
				`{"index":0,"function":{"arguments":"{\"x\""}}`,
				`{"index":0,"function":{"arguments":":1}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`,
		},
		"type repeated": {
			[]string{
				`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}`,
				`{"index":0,"type":"function","function":{"arguments":"{}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"null id later": {
			[]string{
				`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}`,
				`{"index":0,"id":null,"function":{"arguments":"{}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"null id and name later": {
			[]string{
				`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}`,
				`{"index":0,"id":null,"type":"function","function":{"name":null,"arguments":"}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"blank id and type later": {
			[]string{
				`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}`,
				`{"index":0,"id":"","type":"","function":{"arguments":"}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"blank ids, null arguments": {
			[]string{
				`{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}`,
				`{"index":0,"id":"","type":"","function":{"arguments":"{\"x\""}}`,
				`{"index":0,"id":null,"type":"function","function":{"name":null,"arguments":":1}"}}`,
				`{"index":0,"id":"","type":"function","function":{"arguments":null}}`,
			},
			`[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`,
		},
		"empty function": {
			[]string{
				`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}`,
				`{"index":0,"id":"a","type":"function","function":{}}`,
				`{"index":0}`,
				`{"index":0,"function":null}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"first without arguments": {
			[]string{
				`{"index":0,"id":"a","type":"function","function":{"name":"f"}}`,
				`{"index":0,"function":{"arguments":"{}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"whole in one": {
			[]string{`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`,
		},
		"several in one chunk": {
			[]string{
				`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":1,"id":"b","function":{"name":"g","arguments":""}}`,
				`{"index":1,"function":{"arguments":"{}"}},{"index":0,"function":{"arguments":" "}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{} "}},{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]`,
		},
		"all at index 0": {
			[]string{
				`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}`,
				`{"index":0,"id":"b","type":"function","function":{"name":"f","arguments":"{\"x\":2}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"index":0,"id":"b","type":"function","function":{"name":"f","arguments":"{\"x\":2}"}}]`,
		},
		"all at index 0, in one chunk": {
			[]string{`{"index":0,"id":"a","function":{"name":"f","arguments":"1"}},{"index":0,"id":"b","function":{"name":"f","arguments":"2"}},{"index":0,"function":{"arguments":"3"}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"1"}},{"index":0,"id":"b","type":"function","function":{"name":"f","arguments":"23"}}]`,
		},
		"no id or name at first": {
			[]string{
				`{"index":0,"function":{"arguments":"{\"x\""}}`,
				`{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":":1}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`,
		},
		"never an id or a name": {
			[]string{`{"index":0,"function":{"arguments":"{}"}}`},
			`[{"index":0,"type":"function","function":{"arguments":"{}"}}]`,
		},
		"no index: the last call": {
			[]string{
				`{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}`,
				`{"index":3,"id":"b","function":{"name":"g","arguments":"2"}}`,
				`{"function":{"arguments":"3"}}`,
				`{"index":0,"function":{"arguments":"4"}}`,
				`{"index":null,"function":{"arguments":"5"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"145"}},{"index":3,"id":"b","type":"function","function":{"name":"g","arguments":"23"}}]`,
		},
		"never an index": {
			[]string{
				`{"id":"a","function":{"name":"f","arguments":"1"}}`,
				`{"function":{"arguments":"2"}}`,
				`{"id":"b","function":{"name":"g","arguments":"3"}}`,
				`{"id":"b","function":{"arguments":"4"}}`,
			},
			`[{"id":"a","type":"function","function":{"name":"f","arguments":"12"}},{"id":"b","type":"function","function":{"name":"g","arguments":"34"}}]`,
		},
		"index late": {
			[]string{`{"id":"a","function":{"name":"f","arguments":"1"}}`, `{"index":0,"function":{"arguments":"2"}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"12"}}]`,
		},
		"white space behind the arguments": {
			[]string{
				`{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}`,
				`{"index":0,"function":{"arguments":" "}}`,
			},
			`[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1} "}}]`,
		},
		"one id for two calls": {
			[]string{
				`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}`,
				`{"index":1,"id":"a","function":{"name":"f","arguments":"{}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"index":1,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"blank ids of two calls": {
			[]string{
				`{"index":0,"id":"","function":{"name":"f","arguments":"{}"}}`,
				`{"index":1,"id":"","function":{"name":"f","arguments":"{}"}}`,
			},
			`[{"index":0,"id":"","type":"function","function":{"name":"f","arguments":"{}"}},{"index":1,"id":"","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"name is set once": {
			[]string{
				`{"index":0,"id":"a","function":{"name":"","arguments":""}}`,
				`{"index":0,"function":{"name":"f"}}`,
				`{"index":0,"function":{"name":"f"}}`,
				`{"index":0,"function":{"name":"g"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]`,
		},
		"never arguments": {
			[]string{`{"index":0,"id":"a","function":{"name":"f"}}`, `{"index":0,"function":{}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f"}}]`,
		},
		"blank arguments late": {
			[]string{`{"index":0,"id":"a"}`, `{"index":0,"function":{"name":"f"}}`, `{"index":0,"function":{"arguments":""}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]`,
		},
		"null id late": {
			[]string{`{"index":0,"function":{}}`, `{"index":0,"id":null,"function":{}}`},
			`[{"index":0,"id":null,"type":"function","function":{}}]`,
		},
		"function late, blank arguments before the name": {
			[]string{`{"index":0,"id":"a"}`, `{"index":0,"function":{"arguments":""}}`, `{"index":0,"function":{"name":"f"}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]`,
		},
		"function late, without arguments": {
			[]string{`{"index":0,"id":"a"}`, `{"index":0,"function":{"name":"f"}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f"}}]`,
		},
		"two whole calls at one index, no ids": {
			[]string{
				`{"index":0,"function":{"name":"f","arguments":"{\"a\":1}"}}`,
				`{"index":0,"function":{"name":"g","arguments":"{\"b\":2}"}}`,
			},
			`[{"index":0,"type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"index":0,"type":"function","function":{"name":"g","arguments":"{\"b\":2}"}}]`,
		},
		"two whole calls of one function, no ids or indexes": {
			[]string{`{"function":{"name":"f","arguments":"{\"a\":[1,{}]}"}}`, `{"function":{"name":"f","arguments":"{\"a\":\"}\\\"{\"}"}}`, `{"function":{"name":"f","arguments":"[]"}}`},
			`[{"type":"function","function":{"name":"f","arguments":"{\"a\":[1,{}]}"}},{"type":"function","function":{"name":"f","arguments":"{\"a\":\"}\\\"{\"}"}},{"type":"function","function":{"name":"f","arguments":"[]"}}]`,
		},
		"another id in each fragment": {
			[]string{
				`{"index":0,"id":"1","function":{"name":"shell","arguments":""}}`,
				`{"index":0,"id":"2","function":{"arguments":"{\"cmd\":"}}`,
				`{"index":0,"id":"3","function":{"arguments":"\"ls\"}"}}`,
				`{"index":0,"id":"4","function":{"arguments":" \n"}}`,
			},
			`[{"index":0,"id":"1","type":"function","function":{"name":"shell","arguments":"{\"cmd\":\"ls\"} \n"}}]`,
		},
		"another id and no name behind a whole call": {
			[]string{
				`{"index":0,"id":"1","function":{"name":"f","arguments":"{\"a\":1}"}}`,
				`{"index":0,"id":"2","function":{"arguments":"{\"b\":2}"}}`,
			},
			`[{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"index":0,"id":"2","type":"function","function":{"arguments":"{\"b\":2}"}}]`,
		},
		"another id and a name behind an unfinished call": {
			[]string{`{"index":0,"id":"1","function":{"name":"f","arguments":"{\"a\""}}`, `{"index":0,"id":"2","function":{"name":"f","arguments":""}}`},
			`[{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\""}},{"index":0,"id":"2","type":"function","function":{"name":"f","arguments":""}}]`,
		},
		"interleaved at one index, ids repeated": {
			[]string{
				`{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}`,
				`{"index":0,"id":"b","function":{"name":"g","arguments":"{\"y\""}}`,
				`{"index":0,"id":"a","function":{"arguments":":1"}}`,
				`{"index":0,"id":"b","function":{"arguments":":2"}}`,
				`{"index":0,"id":"a","function":{"arguments":"}"}},{"index":0,"id":"b","function":{"arguments":"}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"index":0,"id":"b","type":"function","function":{"name":"g","arguments":"{\"y\":2}"}}]`,
		},
		"interleaved at one index, names repeated too": {
			[]string{
				`{"id":"a","function":{"name":"f","arguments":"{\"x\""}}`, `{"id":"b","function":{"name":"g","arguments":"{\"y\""}}`, `{"id":"c","function":{"name":"f","arguments":"{"}}`,
				`{"id":"a","function":{"name":"f","arguments":":1}"}}`, `{"id":"b","function":{"name":"g","arguments":":2}"}}`, `{"id":"c","function":{"name":"f","arguments":"}"}}`,
			},
			`[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{\"y\":2}"}},{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"a whole call repeated": {
			[]string{
				`{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}`,
				`{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}`,
				`{"index":0,"function":{"arguments":" "}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1} "}}]`,
		},
		"a whole call repeated behind the next one": {
			[]string{
				`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}`,
				`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"the name in every fragment": {
			[]string{
				`{"index":0,"id":"a","function":{"name":"f","arguments":""}}`, `{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":\"{}"}}`,
				`{"index":0,"id":"a","function":{"name":"f","arguments":"\"}"}}`, `{"index":0,"id":"a","function":{"name":"f","arguments":""}}`,
			},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":\"{}\"}"}}]`,
		},
		"the name in every fragment, no ids": {
			[]string{`{"index":0,"function":{"name":"f","arguments":"{\"x\""}}`, `{"index":0,"function":{"name":"f","arguments":":1}"}}`, `{"index":0,"function":{"name":"f","arguments":"{\"x\""}}`, `{"index":0,"function":{"name":"f","arguments":":2}"}}`},
			`[{"index":0,"type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"index":0,"type":"function","function":{"name":"f","arguments":"{\"x\":2}"}}]`,
		},
		"an empty object in place of the arguments at first": {
			[]string{`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}`, `{"index":0,"function":{"arguments":"{\"x\""}}`, `{"index":0,"function":{"arguments":":1}"}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`,
		},
		"an empty object at first, the id and name in every fragment": {
			[]string{`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}`, `{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}`, `{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`,
		},
		"an empty object at first, another id in every fragment": {
			[]string{`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}`, `{"index":0,"id":"b","function":{"arguments":"{\"x\""}}`, `{"index":0,"id":"c","function":{"arguments":":1}"}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`,
		},
		"two in one list, no ids or indexes": {
			[]string{`{"function":{"name":"f","arguments":""}},{"function":{"name":"f","arguments":""}}`, `{"function":{"arguments":"{}"}}`},
			`[{"type":"function","function":{"name":"f","arguments":""}},{"type":"function","function":{"name":"f","arguments":"{}"}}]`,
		},
		"an id that comes late, and again": {
			[]string{`{"function":{"name":"f","arguments":"{"}}`, `{"id":"a","function":{"arguments":"}"}}`, `{"id":"b","function":{"name":"g","arguments":"{"}}`, `{"id":"a","function":{"arguments":" "}}`, `{"id":"b","function":{"arguments":"}"}}`},
			`[{"id":"a","type":"function","function":{"name":"f","arguments":"{} "}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]`,
		},
		"arguments as an object": {
			[]string{`{"index":0,"id":"a","function":{"name":"f","arguments":{"x": 1}}}`, `{"index":1,"id":"b","function":{"name":"g","arguments":[]}}`, `{"index":2,"id":"c","function":{"name":"h","arguments":{}}}`, `{"index":2,"function":{"arguments":" "}}`},
			`[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":{"x":1}}},{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":[]}},{"index":2,"id":"c","type":"function","function":{"name":"h","arguments":"{} "}}]`,
		},
		"two calls with arguments as objects at one index": {
			[]string{`{"index":0,"function":{"name":"f","arguments":{"x":1}}}`, `{"index":0,"function":{"name":"f","arguments":{"x":2}}}`},
			`[{"index":0,"type":"function","function":{"name":"f","arguments":{"x":1}}},{"index":0,"type":"function","function":{"name":"f","arguments":{"x":2}}}]`,
		},
		"an id that is a number": {
			[]string{`{"index":0,"id":7,"function":{"name":"f","arguments":"{"}}`, `{"index":0,"id":8,"function":{"name":"g","arguments":"{"}}`, `{"index":0,"id":7,"function":{"arguments":"}"}}`, `{"index":0,"id":8,"function":{"arguments":"}"}}`},
			`[{"index":0,"id":7,"type":"function","function":{"name":"f","arguments":"{}"}},{"index":0,"id":8,"type":"function","function":{"name":"g","arguments":"{}"}}]`,
		},
		"another type": {
			[]string{`{"index":0,"id":"a","type":"custom","custom":{"input":"1"}}`, `{"index":0,"custom":{"input":"2"}}`},
			`[{"index":0,"id":"a","type":"custom","custom":{"input":"2"}}]`,
		},
		"wrong types": {
			[]string{`{"index":"0","id":1,"type":2,"function":"f"}`, `null`, `"g"`, `{"index":"1","function":"h"}`},
			`[{"index":"1","id":1,"type":2,"function":"h"},null,"g"]`,
		},
		"indexes out of order": {
			[]string{`{"index":7,"id":"a","function":{"name":"f","arguments":"1"}}`, `{"index":-1,"id":"b","function":{"name":"g","arguments":"2"}}`},
			`[{"index":7,"id":"a","type":"function","function":{"name":"f","arguments":"1"}},{"index":-1,"id":"b","type":"function","function":{"name":"g","arguments":"2"}}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			deltas := make([]string, len(tc.deltas))
			for i, d := range tc.deltas {
				deltas[i] = `{"tool_calls":[` + d + `]}`
			}
			assert.JSONEq(t, tc.want, kit.Encode(t, accumulateDeltas(t, deltas...).ToolCalls))
			assert.JSONEq(t, tc.want, kit.Encode(t, streamDeltas(t, deltas...).Choices[0].Message.ToolCalls), "with the memory of the chunk before")
		})
	}
}

func TestAccumulatedToolCallEqualsABuiltOne(t *testing.T) {
	m := accumulateDeltas(t,
		`{"tool_calls":[{"index":0,"id":null,"type":"","function":{"name":null}}]}`,
		`{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":null}}]}`,
		`{"tool_calls":[{"index":0,"id":"","type":"function","function":{"arguments":"{}"}}]}`)
	assert.Equal(t, []openrouter.ToolCall{{
		Index: new(0), ID: "c", Type: "function", Function: openrouter.FunctionCall{Name: "f", Arguments: "{}"},
	}}, m.ToolCalls)
}

func TestAccumulatorInventsNoIDs(t *testing.T) {
	res := accumulate(t, withDelta(`{"tool_calls":[{"index":0,"id":"","function":{"name":"f"}},{"index":1,"function":{"name":"g","arguments":""}}]}`))
	for i, call := range res.Choices[0].Message.ToolCalls {
		assert.Empty(t, call.ID)
		assert.Empty(t, call.Function.Arguments)
		assert.NotEmpty(t, res.ToolCalls()[i].ID, "that is for the copy to send back")
		assert.Equal(t, "{}", res.Message().ToolCalls[i].Function.Arguments)
	}
}

// A call that is not in a list is read, and goes back without one if it came whole.
func TestAccumulatorCallWithoutAList(t *testing.T) {
	for name, tc := range map[string]struct {
		deltas []string
		want   string // tool_calls
	}{
		"whole":             {[]string{`{"tool_calls":{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}}`}, `{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}`},
		"in fragments":      {[]string{`{"tool_calls":{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}}`, `{"tool_calls":{"index":0,"function":{"arguments":":1}"}}}`}, `[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`},
		"and another":       {[]string{`{"tool_calls":{"id":"a","type":"function","function":{"name":"f","arguments":{}}}}`, `{"tool_calls":[{"id":"b","function":{"name":"g","arguments":"{}"}}]}`}, `[{"id":"a","type":"function","function":{"name":"f","arguments":{}}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]`},
		"that says nothing": {[]string{`{"tool_calls":{}}`}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			res := streamDeltas(t, tc.deltas...)
			var message struct {
				ToolCalls json.RawMessage `json:"tool_calls"`
			}
			require.NoError(t, json.Unmarshal([]byte(kit.Encode(t, res.Choices[0].Message)), &message))
			assert.JSONEq(t, tc.want, string(message.ToolCalls))
			if name == "that says nothing" {
				assert.Empty(t, res.ToolCalls())
				return
			}
			assert.Equal(t, "a", res.ToolCalls()[0].ID)
			assert.Equal(t, "f", res.Message().ToolCalls[0].Function.Name)
		})
	}
}
