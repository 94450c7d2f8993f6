// Package otelopenrouter records the operations of an openrouter.Client as OpenTelemetry spans and
// metrics.
//
//	client := openrouter.NewClient(openrouter.WithObserver(otelopenrouter.New()))
//
// # Spans
//
// A call is one span, with all its attempts, up to the end of the stream. Its name has the
// operation and the model, such as "chat openai/gpt-5.2". Retries are events of the span. The span
// of an agent run contains the spans of its chats and tools, and the span of a typed answer those
// of its chat and its repairs. Spans are nested through the context, as usual.
//
// The attributes follow the semantic conventions for generative AI, version 1.41.0. The conventions
// are in development, so attributes may change with a later version of this package. Attributes
// that the conventions do not define begin with "openrouter.": the provider that ran the model, the
// cost in USD, the number of attempts, whether the answer came from the response cache, and whether
// the program ended the operation early.
//
// As in the conventions, input tokens include cached tokens, and output tokens include reasoning
// tokens. The status of a span is Error or unset, never Ok. If the program leaves or closes a
// stream, or cancels a call, that is not an error; the span has openrouter.cancelled.
//
// # Metrics
//
//   - gen_ai.client.operation.duration, in seconds, of all operations
//   - gen_ai.client.operation.time_to_first_chunk, in seconds, of streams: the first content
//   - gen_ai.client.token.usage, of chats, embeddings and wait_batch
//   - openrouter.client.cost, in USD, of chats, embeddings and wait_batch
//
// Their attributes have few values: the operation, the model, the agent or the tool, the server,
// and the type of the error. They have no ids.
//
// # Content
//
// Prompts, answers, and the arguments and results of tools are recorded only with [WithContent].
package otelopenrouter
