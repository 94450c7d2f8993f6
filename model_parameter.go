package openrouter

// ModelParameter is a member of a request that a model may or may not respect.
// The set is open.
type ModelParameter string

const (
	ModelParameterTemperature         ModelParameter = "temperature"
	ModelParameterTopP                ModelParameter = "top_p"
	ModelParameterTopK                ModelParameter = "top_k"
	ModelParameterMinP                ModelParameter = "min_p"
	ModelParameterTopA                ModelParameter = "top_a"
	ModelParameterFrequencyPenalty    ModelParameter = "frequency_penalty"
	ModelParameterPresencePenalty     ModelParameter = "presence_penalty"
	ModelParameterRepetitionPenalty   ModelParameter = "repetition_penalty"
	ModelParameterMaxTokens           ModelParameter = "max_tokens"
	ModelParameterMaxCompletionTokens ModelParameter = "max_completion_tokens"
	ModelParameterLogitBias           ModelParameter = "logit_bias"
	ModelParameterLogprobs            ModelParameter = "logprobs"
	ModelParameterTopLogprobs         ModelParameter = "top_logprobs"
	ModelParameterPrediction          ModelParameter = "prediction"
	ModelParameterSeed                ModelParameter = "seed"
	ModelParameterResponseFormat      ModelParameter = "response_format"
	// ModelParameterStructuredOutputs is for a response format with a schema.
	ModelParameterStructuredOutputs ModelParameter = "structured_outputs"
	ModelParameterStop              ModelParameter = "stop"
	ModelParameterTools             ModelParameter = "tools"
	ModelParameterToolChoice        ModelParameter = "tool_choice"
	ModelParameterParallelToolCalls ModelParameter = "parallel_tool_calls"
	ModelParameterIncludeReasoning  ModelParameter = "include_reasoning"
	ModelParameterReasoning         ModelParameter = "reasoning"
	ModelParameterReasoningEffort   ModelParameter = "reasoning_effort"
	ModelParameterWebSearchOptions  ModelParameter = "web_search_options"
	ModelParameterVerbosity         ModelParameter = "verbosity"
)
