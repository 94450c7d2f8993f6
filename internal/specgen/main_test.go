package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunListsMembers(t *testing.T) {
	spec := filepath.Join(t.TempDir(), "spec.json")
	require.NoError(t, os.WriteFile(spec, []byte(`{"components": {"schemas": {
		"ChatRequest": {"type": "object", "properties": {
			"model": {"type": "string", "description": "prose stays behind"},
			"stop": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
			"sort": {"anyOf": [{"enum": ["price"], "type": "string"}, {"enum": ["speed", null], "type": ["string", "null"]}]},
			"order": {"type": "array", "items": {"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "string"}]}},
			"bias": {"type": "object", "additionalProperties": {"type": "number"}},
			"tools": {"type": "array", "items": {"oneOf": [{"$ref": "#/components/schemas/Tool"},
				{"type": "object", "properties": {"type": {"type": "string"}}, "required": ["type"], "additionalProperties": {}}]}}}},
		"Tool": {"allOf": [{"type": "object", "properties": {"type": {"type": "string", "enum": ["f", "g"]}}, "required": ["type"]},
			{"properties": {"n": {"type": "integer"}}}]},
		"ChatResult": {"type": "object"}, "ChatStreamChunk": {"type": "object"}}}}`), 0o600))
	var out bytes.Buffer
	require.NoError(t, run(spec, &out))
	assert.Equal(t, `[
{"path":"ChatRequest","types":["object"]},
{"path":"ChatRequest.bias","types":["object"]},
{"path":"ChatRequest.bias.*","types":["number"]},
{"path":"ChatRequest.model","types":["string"]},
{"path":"ChatRequest.order","types":["array"]},
{"path":"ChatRequest.order[]","types":["string"]},
{"path":"ChatRequest.sort","types":["string"],"enum":["price","speed"],"nullable":true},
{"path":"ChatRequest.stop","types":["array","string"],"nullable":true},
{"path":"ChatRequest.stop[]","types":["string"]},
{"path":"ChatRequest.tools","types":["array"]},
{"path":"ChatRequest.tools[]","types":["object"]},
{"path":"ChatRequest.tools[]{type=f|g}.n","types":["integer"]},
{"path":"ChatRequest.tools[]{type=f|g}.type","types":["string"],"enum":["f","g"]},
{"path":"ChatRequest.tools[]{type=*}.type","types":["string"]},
{"path":"ChatRequest.tools[]{type=*}.*","types":["any"]},
{"path":"ChatResult","types":["object"]},
{"path":"ChatStreamChunk","types":["object"]}
]
`, out.String())
}

func TestRunRefusesSchemasThatContainThemselves(t *testing.T) {
	spec := filepath.Join(t.TempDir(), "spec.json")
	require.NoError(t, os.WriteFile(spec, []byte(`{"components": {"schemas": {
		"ChatRequest": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/ChatRequest"}}}}}}`), 0o600))
	assert.ErrorContains(t, run(spec, &bytes.Buffer{}), "ChatRequest.next: ChatRequest contains itself")
}
