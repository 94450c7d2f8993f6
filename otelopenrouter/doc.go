// Package otelopenrouter makes OpenTelemetry spans and metrics of what an openrouter.Client does.
//
//	client := openrouter.NewClient(openrouter.WithObserver(otelopenrouter.New()))
//
// # Spans
//
// A call is one span, with all its attempts and the whole stream. It is named by the operation and
// what it is about, such as "chat openai/gpt-5.2". Retries are events of the span. A run of an
// agent is a span around the chats and the tools that it executes, and a typed answer is one around
// its chat and its repairs. Spans nest through the context, as all spans do.
//
// The attributes follow the semantic conventions for generative AI, version 1.41.0. The
// conventions are in development: this package may follow a later version, and its attributes then
// change. What the conventions have no name for begins with "openrouter.": the provider behind the
// service, the cost in USD, the attempts, whether the answer came from the response cache, and
// whether the program ended the operation before it was complete.
//
// Counts of tokens are those of the conventions: input tokens include the cached ones, and output
// tokens the reasoning ones. The status is Error or unset, never Ok. A stream that the program left
// or closed, and a call that it cancelled, are no errors: they have openrouter.cancelled.
//
// # Metrics
//
//   - gen_ai.client.operation.duration, in seconds, of all operations
//   - gen_ai.client.operation.time_to_first_chunk, in seconds, of streams: the first content
//   - gen_ai.client.token.usage, of chats and embeddings
//   - openrouter.client.cost, in USD, of chats and embeddings
//
// Their attributes have few values: the operation, the model, the agent or the tool, the server, and
// the type of the error. No ids are among them.
//
// # Content
//
// Prompts, answers, and the arguments and results of tools are not recorded, unless [WithContent]
// says so.
package otelopenrouter
