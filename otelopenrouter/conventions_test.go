package otelopenrouter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/semconv/v1.41.0/genaiconv"
)

// TestNames compares the table of names with the module of the conventions: each name in names.go
// must be one of the keys and metrics here, or begin with openrouter.
func TestNames(t *testing.T) {
	known := map[string]bool{
		string(semconv.GenAIOperationNameKey): true, string(semconv.GenAIProviderNameKey): true, string(semconv.GenAIAgentNameKey): true,
		string(semconv.GenAIRequestModelKey): true, string(semconv.GenAIRequestStreamKey): true, string(semconv.GenAIRequestTemperatureKey): true,
		string(semconv.GenAIRequestTopPKey): true, string(semconv.GenAIRequestTopKKey): true, string(semconv.GenAIRequestMaxTokensKey): true,
		string(semconv.GenAIRequestFrequencyPenaltyKey): true, string(semconv.GenAIRequestPresencePenaltyKey): true, string(semconv.GenAIRequestSeedKey): true,
		string(semconv.GenAIRequestStopSequencesKey): true, string(semconv.GenAIRequestChoiceCountKey): true, string(semconv.GenAIOutputTypeKey): true,
		string(semconv.GenAIConversationIDKey): true, string(semconv.GenAIRequestEncodingFormatsKey): true, string(semconv.GenAIEmbeddingsDimensionCountKey): true,
		string(semconv.GenAIResponseIDKey): true, string(semconv.GenAIResponseModelKey): true, string(semconv.GenAIResponseFinishReasonsKey): true,
		string(semconv.GenAIResponseTimeToFirstChunkKey): true,
		string(semconv.GenAIUsageInputTokensKey):         true, string(semconv.GenAIUsageOutputTokensKey): true, string(semconv.GenAIUsageCacheReadInputTokensKey): true,
		string(semconv.GenAIUsageCacheCreationInputTokensKey): true, string(semconv.GenAIUsageReasoningOutputTokensKey): true,
		string(semconv.GenAIToolNameKey): true, string(semconv.GenAIToolTypeKey): true, string(semconv.GenAIToolCallIDKey): true,
		string(semconv.GenAIToolCallArgumentsKey): true, string(semconv.GenAIToolCallResultKey): true, string(semconv.GenAIToolDefinitionsKey): true,
		string(semconv.GenAIInputMessagesKey): true, string(semconv.GenAIOutputMessagesKey): true, string(semconv.GenAITokenTypeKey): true,
		string(semconv.ServerAddressKey): true, string(semconv.ServerPortKey): true, string(semconv.ErrorTypeKey): true,
		string(semconv.HTTPRequestMethodKey): true, string(semconv.URLPathKey): true,
		genaiconv.ClientOperationDuration{}.Name(): true, genaiconv.ClientOperationTimeToFirstChunk{}.Name(): true, genaiconv.ClientTokenUsage{}.Name(): true,
	}
	file, err := parser.ParseFile(token.NewFileSet(), "names.go", nil, 0)
	require.NoError(t, err)
	checked := 0
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		name, err := strconv.Unquote(lit.Value)
		require.NoError(t, err)
		switch {
		case strings.HasPrefix(name, "openrouter."):
		case strings.HasPrefix(semconv.SchemaURL, name), strings.HasSuffix(semconv.SchemaURL, name): // the address and the version
		default:
			assert.True(t, known[name], "the conventions have no %q", name)
			checked++
		}
		return true
	})
	assert.Len(t, known, checked)
	assert.Equal(t, "s", genaiconv.ClientOperationDuration{}.Unit())
	assert.Equal(t, "{token}", genaiconv.ClientTokenUsage{}.Unit())
	assert.Equal(t, []string{"chat", "embeddings", "execute_tool", "invoke_agent"}, []string{
		semconv.GenAIOperationNameChat.Value.AsString(), semconv.GenAIOperationNameEmbeddings.Value.AsString(),
		semconv.GenAIOperationNameExecuteTool.Value.AsString(), semconv.GenAIOperationNameInvokeAgent.Value.AsString()})
}
