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
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/semconv/v1.41.0/genaiconv"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// TestTypes compares the types of attributes with those of the conventions: a backend may refuse others.
func TestTypes(t *testing.T) {
	seen := newTelemetry()
	used := openrouter.Usage{PromptTokens: 5, CompletionTokens: 2, PromptTokensDetails: &openrouter.PromptTokensDetails{}, CompletionTokensDetails: &openrouter.CompletionTokensDetails{}}
	client := openroutertest.NewTransport(t, openroutertest.Text("Hello").FullUsage(used)).Client(seen.observer())
	req := asking("hi")
	req.Temperature, req.TopP, req.TopK, req.FrequencyPenalty, req.PresencePenalty = new(0.5), new(0.5), new(40), new(0.5), new(0.5)
	req.MaxCompletionTokens, req.Seed, req.Stop, req.N = new(10), new(int64(7)), []string{"x"}, new(2)
	req.SessionID, req.ResponseFormat = "s", openrouter.TextFormat{}
	stream, err := client.Chat.Stream(t.Context(), req)
	require.NoError(t, err)
	for _, err := range stream.Chunks() {
		require.NoError(t, err)
	}
	_, err = client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("x"), Dimensions: new(8), EncodingFormat: openrouter.EncodingFormatFloat})
	require.NoError(t, err)

	types := map[attribute.Key]attribute.Type{}
	for _, span := range seen.spans.GetSpans() {
		for _, a := range span.Attributes {
			types[a.Key] = a.Value.Type()
		}
	}
	for _, want := range []attribute.KeyValue{
		semconv.GenAIProviderNameKey.String(""), semconv.GenAIRequestModel(""), semconv.GenAIRequestStream(true), semconv.GenAIRequestTemperature(0),
		semconv.GenAIRequestTopP(0), semconv.GenAIRequestTopK(0), semconv.GenAIRequestMaxTokens(0), semconv.GenAIRequestFrequencyPenalty(0),
		semconv.GenAIRequestPresencePenalty(0), semconv.GenAIRequestSeed(0), semconv.GenAIRequestStopSequences(), semconv.GenAIRequestChoiceCount(0),
		semconv.GenAIOutputTypeText, semconv.GenAIConversationID(""), semconv.GenAIRequestEncodingFormats(), semconv.GenAIEmbeddingsDimensionCount(0),
		semconv.GenAIResponseID(""), semconv.GenAIResponseModel(""), semconv.GenAIResponseFinishReasons(), semconv.GenAIResponseTimeToFirstChunk(0),
		semconv.GenAIUsageInputTokens(0), semconv.GenAIUsageOutputTokens(0), semconv.GenAIUsageCacheReadInputTokens(0), semconv.GenAIUsageCacheCreationInputTokens(0),
		semconv.GenAIUsageReasoningOutputTokens(0), semconv.ServerAddress(""), semconv.ServerPort(0),
	} {
		assert.Equal(t, want.Value.Type().String(), types[want.Key].String(), "%s", want.Key)
	}
}

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
