// Package openrouter is a client for OpenRouter, a service that offers the chat
// models of many providers through one API. It is not affiliated with OpenRouter.
//
// # Start here
//
//   - [NewClient] makes a client. One client serves the whole program.
//   - [WithAPIKey] sets the key. The default is the variable OPENROUTER_API_KEY.
//   - [ChatCompletionRequest] is a question: a model, messages and settings.
//   - [SystemMessage] and [UserMessage] make its messages.
//   - [ChatService.Create] sends it and returns the whole answer.
//   - [ChatCompletion.Text] is the text of the answer.
//   - [ChatCompletion.Message] is the reply to append to the next request.
//   - [ChatService.Stream] sends a request and returns a stream.
//   - [Stream.Chunks] loops over the parts of the answer as they arrive.
//     [Stream.Texts] loops over their text only.
//   - [Stream.Response] is the whole answer after the loop.
//   - Package [github.com/openrouter-go/openrouter/agent] lets the model call Go
//     functions. Without it, [NewFunctionTool] describes a function,
//     [ChatCompletion.ToolCalls] lists the calls of an answer, and
//     [ToolCall.Result] gives the model the result of a call.
//   - [APIError] is the error for every failure that the service reports.
//   - [github.com/openrouter-go/openrouter/openroutertest.NewServer] starts a
//     fake of the service for tests. Its method Client makes a client for the fake.
//
// A call returns the whole answer:
//
//	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
//		Model:    "openai/gpt-5.2",
//		Messages: []openrouter.Message{openrouter.UserMessage("Say hello in Greek.")},
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println(res.Text())
//
// A stream is read in a loop:
//
//	stream, err := client.Chat.Stream(ctx, req)
//	if err != nil {
//		log.Fatal(err) // the stream did not begin
//	}
//	for chunk, err := range stream.Chunks() { // leaving the loop closes the stream
//		if err != nil {
//			log.Fatal(err) // the answer is not complete
//		}
//		fmt.Print(chunk.Text())
//	}
//	res := stream.Response() // the whole answer, as Create returns it
//
// # Requests and messages
//
// A call never changes its request. Numbers and booleans in requests are
// pointers, because zero is a valid setting: new(0.0), new(2048).
//
// [DeveloperMessage] and [AssistantMessage] make the other kinds of messages.
// [TextPart], [ImagePart], [ImageDataPart], [FilePart], [FileDataPart], [AudioPart]
// and [VideoPart] make the parts of a message. [Part.Cached] marks the end of a
// prompt that the provider should cache. [ChatCompletionRequest.Clone] makes a copy
// that can be changed.
//
// # Models, tools and cost
//
// [ChatCompletionRequest.Model] is tried first, then each of
// [ChatCompletionRequest.Models]. [ProviderPreferences] selects among the
// providers of a model, and [MaxPrice] limits the price. [ModelsService.All] lists
// the models with their prices. [Usage] reports the cost of an answer.
// [GenerationsService.Get] reports the final cost. [WithRouterMetadata] asks how
// the request was routed. [ModelPricing.Cost] calculates a cost exactly.
// [AccountService.Key] tells what the key may still spend.
//
// [BatchesService.Submit] sends thousands of requests at a lower price. Package
// [github.com/openrouter-go/openrouter/jobs] records the answers to many requests, and continues
// where it stopped. [EmbeddingsService.Create] turns texts into vectors. [Client.Do] and
// [Client.DoRaw] call any other endpoint.
//
// [FunctionCall.Unmarshal] reads the arguments of a tool call. The service runs
// other tools itself, such as [WebSearchTool], and plugins, such as
// [FileParserPlugin]. [JSONSchemaFormat] asks for JSON that follows a schema. Package
// [github.com/openrouter-go/openrouter/structured] makes the schema from a Go type and
// returns a value of it.
// [Reasoning] controls how much a model thinks.
//
// # Errors
//
// [*APIError] covers every place where the service reports a failure: the HTTP
// status, a body with the status 200, a choice, or a chunk of a stream.
// [errors.Is] compares it with an [ErrorType]: [ErrRateLimitExceeded],
// [ErrPaymentRequired] or another.
//
//	if e, ok := errors.AsType[*openrouter.APIError](err); ok { // the service reported a failure
//		fmt.Println(e.StatusCode, e.Message, e.RetryAfter, e.Retryable(), e.Call().Attempts)
//	}
//
// [*StreamError] means that a stream broke off. [*ConnectionError] means that a call
// got no complete response. Both wrap the reason: [ErrStreamTruncated], [ErrStreamIdle],
// [ErrContentTimeout], [ErrAttemptTimeout], [ErrStreamClosed], [ErrTooLarge], or the
// error of the context or the network. Both hold the part that had arrived.
//
// [*DecodeError] means that an answer could not be decoded. [*ValidationError] and
// [ErrMissingAPIKey] mean that nothing was sent.
// [ChatCompletionRequest.Validate] checks a request without a call.
// [WithoutValidation] switches checks off.
//
// # Options
//
// Options of [NewClient] apply to every call. Options of a call apply to that call
// and take precedence.
//
//   - Retries: [WithMaxRetries], [WithRetryPolicy], [WithMaxRetryWait],
//     [WithOnRetry]. Temporary failures are retried, by default twice, while no
//     part of the answer has been delivered. A retried request may be billed
//     twice. The [CallInfo] of answers and errors counts the attempts.
//   - Limits: [WithTimeout] limits one attempt of a call, or the wait for the first
//     event of a stream. [WithStreamIdleTimeout] and [WithContentTimeout] limit the
//     silence in a stream. Only the context limits the total time of a stream.
//     [WithMaxBodySize], [WithMaxEventSize] and [WithMaxStreamSize] limit memory.
//   - Cache: [WithResponseCache] lets the service answer an identical request
//     from its cache; see [WithResponseCacheRefresh] and [WithoutResponseCache].
//   - Network: [WithBaseURL], [WithHTTPClient], [WithHeader], [WithInsecureHTTP].
//   - Logs, traces and metrics: [WithObserver] adds observers, such as [LogCalls].
//     [Client.Observe] shows an operation of your own to them.
//   - Other: [WithApp], [WithUserAgent], [WithSessionID], [WithOnComment],
//     [WithRecordWait], [WithMaxInputs].
//
// # Extra
//
// Every object has a map named Extra, so that no part of the JSON is lost and a
// decoded value encodes to the same JSON again. After decoding it holds, under
// their own names and as [encoding/json.RawMessage]:
//
//   - members that have no field in this version;
//   - known members whose value does not fit the field: it has another JSON type,
//     or is a number out of range. The field is then zero. The members choices and
//     error are exceptions: there, such a value is a [*DecodeError];
//   - numbers with more digits than their float64 field can hold. The field is
//     then the nearest float64. The digits are sent unless the field is changed.
//
// In a list of objects, an element that is not an object becomes an empty object.
// Its Extra holds the element under the name "".
//
// To send other members, put them into Extra, with any value that encoding/json
// can encode. They are sent after the fields, sorted by name. A field that is set
// takes precedence over a member of the same name. If the field is not set, the
// member is sent. A request with "stream" in Extra is refused: use
// [ChatService.Create] or [ChatService.Stream].
//
// Enumerations keep values that are new to this version. Tools and plugins of
// unknown types become a [RawTool] or a [RawPlugin].
//
// # Testing
//
// Package [github.com/openrouter-go/openrouter/openroutertest] is a fake of the
// service and its failures. [ReadStream] reads a recorded stream. [Accumulator]
// combines chunks from any source into one answer.
package openrouter
