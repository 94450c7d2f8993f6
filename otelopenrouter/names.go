package otelopenrouter

// The names of the semantic conventions for generative AI. They are in development and
// move: these are the ones of the version below, the last that the Go module of the
// conventions has. A test compares them with that module.
const (
	conventions = "1.41.0"
	schemaURL   = "https://opentelemetry.io/schemas/" + conventions

	operationName = "gen_ai.operation.name"
	providerName  = "gen_ai.provider.name"
	agentName     = "gen_ai.agent.name"

	requestModel            = "gen_ai.request.model"
	requestStream           = "gen_ai.request.stream"
	requestTemperature      = "gen_ai.request.temperature"
	requestTopP             = "gen_ai.request.top_p"
	requestTopK             = "gen_ai.request.top_k"
	requestMaxTokens        = "gen_ai.request.max_tokens"
	requestFrequencyPenalty = "gen_ai.request.frequency_penalty"
	requestPresencePenalty  = "gen_ai.request.presence_penalty"
	requestSeed             = "gen_ai.request.seed"
	requestStopSequences    = "gen_ai.request.stop_sequences"
	requestChoiceCount      = "gen_ai.request.choice.count"
	outputType              = "gen_ai.output.type"
	requestEncodingFormats  = "gen_ai.request.encoding_formats"
	embeddingsDimensions    = "gen_ai.embeddings.dimension.count"
	conversationID          = "gen_ai.conversation.id"

	responseID               = "gen_ai.response.id"
	responseModel            = "gen_ai.response.model"
	responseFinishReasons    = "gen_ai.response.finish_reasons"
	responseTimeToFirstChunk = "gen_ai.response.time_to_first_chunk"

	usageInputTokens      = "gen_ai.usage.input_tokens"
	usageOutputTokens     = "gen_ai.usage.output_tokens"
	usageCacheReadTokens  = "gen_ai.usage.cache_read.input_tokens"
	usageCacheWriteTokens = "gen_ai.usage.cache_creation.input_tokens"
	usageReasoningTokens  = "gen_ai.usage.reasoning.output_tokens"

	toolName      = "gen_ai.tool.name"
	toolType      = "gen_ai.tool.type"
	toolCallID    = "gen_ai.tool.call.id"
	toolArguments = "gen_ai.tool.call.arguments"
	toolResult    = "gen_ai.tool.call.result"

	inputMessages   = "gen_ai.input.messages"
	outputMessages  = "gen_ai.output.messages"
	toolDefinitions = "gen_ai.tool.definitions"

	serverAddress = "server.address"
	serverPort    = "server.port"
	errorType     = "error.type"
	httpMethod    = "http.request.method"
	urlPath       = "url.path"

	tokenType = "gen_ai.token.type"
)

// The metrics of the conventions.
const (
	operationDuration = "gen_ai.client.operation.duration"
	timeToFirstChunk  = "gen_ai.client.operation.time_to_first_chunk"
	tokenUsage        = "gen_ai.client.token.usage"
)

// What the conventions have no name for.
const (
	ownTarget       = "openrouter.target"            // what another operation is about
	ownProvider     = "openrouter.provider"          // the provider behind the service
	ownCost         = "openrouter.cost"              // in USD
	ownAttempts     = "openrouter.attempts"          // how often the request was sent
	ownCacheHit     = "openrouter.cache.hit"         // the service's response cache
	ownGenerationID = "openrouter.generation.id"     // where there is no response id
	ownCancelled    = "openrouter.cancelled"         // the program ended the operation
	ownEffort       = "openrouter.reasoning.effort"  // what the request asks for
	ownTruncated    = "openrouter.content.truncated" // a content attribute was cut

	ownRetry        = "openrouter.retry" // an event
	ownRetryAttempt = "openrouter.retry.attempt"
	ownRetryWait    = "openrouter.retry.wait" // in seconds

	ownCostMetric = "openrouter.client.cost"
)

// The buckets that the conventions recommend.
var (
	secondBuckets = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	tokenBuckets  = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
)
