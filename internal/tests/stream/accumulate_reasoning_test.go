package stream_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

func TestAccumulatorReasoningDetails(t *testing.T) {
	for name, tc := range map[string]struct {
		deltas []string // elements of reasoning_details, one list per chunk; - is a chunk of content
		want   string
	}{
		"text, signature late": {
			[]string{
				`{"type":"reasoning.text","text":"A","signature":"","index":0,"format":"anthropic-claude-v1"}`,
				`{"type":"reasoning.text","text":"B","index":0,"format":"anthropic-claude-v1"}`,
				`-`,
				`{"type":"reasoning.text","text":"","signature":"SIG","index":0,"format":"anthropic-claude-v1"}`,
			},
			`[{"type":"reasoning.text","text":"AB","signature":"SIG","index":0,"format":"anthropic-claude-v1"}]`,
		},
		"signature without text or index": {
			[]string{
				`{"type":"reasoning.text","text":"A","index":0}`,
				`-`,
				`{"type":"reasoning.text","signature":"SIG"}`,
			},
			`[{"type":"reasoning.text","text":"A","signature":"SIG","index":0}]`,
		},
		"signature: the last that is not blank": {
			[]string{
				`{"type":"reasoning.text","text":"A","signature":"one","index":0}`,
				`{"type":"reasoning.text","text":null,"signature":"two","index":0}`,
				`{"type":"reasoning.text","text":"","signature":"","index":0}`,
				`{"type":"reasoning.text","signature":null,"index":0}`,
			},
			`[{"type":"reasoning.text","text":"A","signature":"two","index":0}]`,
		},
		"signature alone": {
			[]string{`{"type":"reasoning.text","text":"","signature":null,"index":0}`, `{"type":"reasoning.text","signature":"SIG","index":0}`},
			`[{"type":"reasoning.text","text":"","signature":"SIG","index":0}]`,
		},
		"shared index": {
			[]string{
				`{"type":"reasoning.summary","summary":"s1","index":0}`,
				`{"type":"reasoning.summary","summary":"s2","index":0}`,
				`{"type":"reasoning.encrypted","data":"E","id":"rs_1","index":0}`,
				`{"type":"reasoning.summary","summary":"s3","index":0}`,
			},
			`[{"type":"reasoning.summary","summary":"s1s2s3","index":0},{"type":"reasoning.encrypted","data":"E","id":"rs_1","index":0}]`,
		},
		"different indexes": {
			[]string{
				`{"type":"reasoning.text","text":"a","index":1},{"type":"reasoning.text","text":"b","index":0}`,
				`{"type":"reasoning.text","text":"A","index":1},{"type":"reasoning.text","text":"B","index":0}`,
			},
			`[{"type":"reasoning.text","text":"aA","index":1},{"type":"reasoning.text","text":"bB","index":0}]`,
		},
		"no index": {
			[]string{
				`{"type":"reasoning.text","text":"a"}`,
				`{"type":"reasoning.text","text":"b"}`,
				`{"type":"reasoning.summary","summary":"s"}`,
				`{"type":"reasoning.summary","summary":"t","index":null}`,
				`{"type":"reasoning.text","text":"c"}`,
			},
			`[{"type":"reasoning.text","text":"ab"},{"type":"reasoning.summary","summary":"st","index":null},{"type":"reasoning.text","text":"c"}]`,
		},
		"id and format: the first that is set": {
			[]string{
				`{"type":"reasoning.text","text":"a","index":0,"id":null,"format":null}`,
				`{"type":"reasoning.text","text":"b","index":0,"id":"one","format":"unknown"}`,
				`{"type":"reasoning.text","text":"c","index":0,"id":"two","format":"other"}`,
			},
			`[{"type":"reasoning.text","text":"ab","index":0,"id":"one","format":"unknown"},{"type":"reasoning.text","text":"c","index":0,"id":"two","format":"other"}]`,
		},
		"null stays null": {
			[]string{
				`{"type":"reasoning.summary","summary":"a","index":0,"id":null}`,
				`{"type":"reasoning.summary","summary":"b","index":0,"format":null}`,
			},
			`[{"type":"reasoning.summary","summary":"ab","index":0,"id":null,"format":null}]`,
		},
		"encrypted is complete": {
			[]string{
				`{"type":"reasoning.encrypted","data":"E1","id":"a","index":0}`,
				`{"type":"reasoning.encrypted","data":"E2","id":"b","index":0}`,
				`{"type":"reasoning.encrypted","data":"E3","id":"b","index":0}`,
				`{"type":"reasoning.encrypted","data":"E3","id":"c","index":0}`,
				`{"type":"reasoning.encrypted","data":"E4","id":null}`,
				`{"type":"reasoning.encrypted","data":"E5","id":null}`,
			},
			`[{"type":"reasoning.encrypted","data":"E1","id":"a","index":0},{"type":"reasoning.encrypted","data":"E2","id":"b","index":0},{"type":"reasoning.encrypted","data":"E3","id":"b","index":0},{"type":"reasoning.encrypted","data":"E3","id":"c","index":0},{"type":"reasoning.encrypted","data":"E4","id":null},{"type":"reasoning.encrypted","data":"E5","id":null}]`,
		},
		"encrypted repeated": {
			[]string{
				`{"type":"reasoning.encrypted","data":"E","id":null,"index":0,"format":"f"}`,
				`{"type":"reasoning.encrypted","data":"E","id":"a","index":0}`,
			},
			`[{"type":"reasoning.encrypted","data":"E","id":"a","index":0,"format":"f"}]`,
		},
		"server tool calls are complete": {
			[]string{
				`{"type":"reasoning.server_tool_call","tool_name":"t","arguments":"{}","result":"1","index":0}`,
				`{"type":"reasoning.server_tool_call","tool_name":"t","arguments":"{}","result":"1","index":0}`,
			},
			`[{"type":"reasoning.server_tool_call","tool_name":"t","arguments":"{}","result":"1","index":0},{"type":"reasoning.server_tool_call","tool_name":"t","arguments":"{}","result":"1","index":0}]`,
		},
		"unknown types": {
			[]string{
				`{"type":"reasoning.new","new":{"a":1},"index":0}`,
				`{"type":"reasoning.new","new":{"a":1},"index":0}`,
				`{"text":"no type","index":0}`,
				`{"text":"no type","index":0}`,
				`"bare"`, `null`,
			},
			`[{"type":"reasoning.new","new":{"a":1},"index":0},{"type":"reasoning.new","new":{"a":1},"index":0},{"text":"no type","index":0},{"text":"no type","index":0},"bare",null]`,
		},
		"interleaved with content": {
			[]string{`{"type":"reasoning.text","text":"a","index":0}`, `-`, `{"type":"reasoning.text","text":"b","index":1}`, `-`, `{"type":"reasoning.text","text":"c","index":0}`},
			`[{"type":"reasoning.text","text":"ac","index":0},{"type":"reasoning.text","text":"b","index":1}]`,
		},
		"blank, in one of two": {
			[]string{
				`{"type":"reasoning.summary","index":0},{"type":"reasoning.encrypted","id":"a","index":0,"data":""}`,
				`{"type":"reasoning.summary","index":0,"summary":""},{"type":"reasoning.encrypted","id":"a","index":0}`,
			},
			`[{"type":"reasoning.summary","summary":"","index":0},{"type":"reasoning.encrypted","id":"a","data":"","index":0}]`,
		},
		"redacted":        {[]string{`{"type":"reasoning.text","text":"[REDACTED]","index":0}`}, `[{"type":"reasoning.text","text":"[REDACTED]","index":0}]`},
		"wrong type late": {[]string{`{"type":"reasoning.summary","summary":"","index":0}`, `{"type":"reasoning.summary","summary":2,"index":0}`}, `[{"type":"reasoning.summary","summary":2,"index":0}]`},
		"wrong types":     {[]string{`{"type":"reasoning.text","text":1,"index":0}`, `{"type":"reasoning.text","text":2,"index":0}`}, `[{"type":"reasoning.text","text":2,"index":0}]`},
		"whole":           {[]string{`{"type":"reasoning.text","text":"","signature":null,"id":null,"format":"","index":0}`}, `[{"type":"reasoning.text","text":"","signature":null,"id":null,"format":"","index":0}]`},
		"empty list":      {[]string{``, `-`}, `[]`},
		"no list":         {[]string{`-`}, `null`},
	} {
		t.Run(name, func(t *testing.T) {
			deltas := make([]string, len(tc.deltas))
			for i, d := range tc.deltas {
				if deltas[i] = `{"reasoning_details":[` + d + `]}`; d == "-" {
					deltas[i] = `{"content":"x","reasoning_details":null}`
				}
			}
			assert.JSONEq(t, tc.want, kit.Encode(t, accumulateDeltas(t, deltas...).ReasoningDetails))
		})
	}
}

func TestAccumulatorKeepsAnEmptyListOfDetails(t *testing.T) {
	m := accumulateDeltas(t, `{"content":"a"}`, `{"reasoning_details":[]}`, `{"content":"b"}`)
	assert.NotNil(t, m.ReasoningDetails)
	assert.JSONEq(t, `{"role":"assistant","content":"ab","reasoning_details":[]}`, kit.Encode(t, m))

	m = accumulateDeltas(t, `{"content":"a"}`, `{"reasoning_details":null}`)
	assert.Nil(t, m.ReasoningDetails)
}

func TestAccumulatedDetailEqualsABuiltOne(t *testing.T) {
	m := accumulateDeltas(t,
		`{"reasoning_details":[{"type":"reasoning.text","index":0,"id":null,"signature":"","text":null}]}`,
		`{"reasoning_details":[{"type":"reasoning.text","index":0,"id":"i","text":"t"}]}`,
		`{"reasoning_details":[{"type":"reasoning.text","index":0,"signature":"s"}]}`)
	assert.Equal(t, []openrouter.ReasoningDetail{{Type: "reasoning.text", Index: new(0), ID: "i", Text: "t", Signature: "s"}}, m.ReasoningDetails)
}
