// Package openrouter is a client for OpenRouter, the service that puts one API in
// front of the chat models of many providers. It is not affiliated with OpenRouter.
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
// # Asking
//
// [NewClient] makes a [Client], to be shared by all of a program. The key comes
// from OPENROUTER_API_KEY or [WithAPIKey]. [ChatService.Create] returns a whole
// [ChatCompletion]; [ChatService.Stream] a [Stream], which yields chunks and puts
// them together:
//
//	for chunk, err := range stream.Chunks() { // leaving the loop closes the stream
//		if err != nil {
//			log.Fatal(err) // broke off half way: never a silent end
//		}
//		fmt.Print(chunk.Text())
//	}
//	res := stream.Response() // the whole answer, as Create would have returned it
//
// Both take the same [ChatCompletionRequest] and do not change it. In requests
// bools and numbers are pointers, because zero is a choice: new(0.0), new(2048).
//
// # Messages
//
// A [Message] is made by [UserMessage], [SystemMessage], [DeveloperMessage],
// [AssistantMessage] or [ToolMessage]; what it consists of beside text, by
// [ImagePart], [ImageDataPart], [FilePart], [FileDataPart], [AudioPart] and
// [VideoPart]. [Part.Cached] marks the end of a prompt worth caching.
//
// A reply is a Message, too: [ChatCompletion.Message] is what to append to the next
// request, whole, with reasoning, signatures, annotations and tool calls.
//
// # Choosing a model and a provider
//
// [ChatCompletionRequest.Model] is tried first, then those in
// [ChatCompletionRequest.Models]. [ProviderPreferences] choose among a model's
// providers, and [MaxPrice] limits what they may cost. [ModelsService.All] lists
// models with their prices. What an answer cost is in [Usage], and for good in
// [GenerationsService.Get]. [WithRouterMetadata] shows how a request was routed.
//
// # Tools and forms of answers
//
// A [FunctionTool] is a function of the program. [ChatCompletion.ToolCalls] are the
// calls the model asks for, [FunctionCall.Unmarshal] reads their arguments, and a
// ToolMessage for each is the answer. Other tools, such as [WebSearchTool], are run
// by the service, as plugins are, such as [FileParserPlugin]. [JSONSchemaFormat]
// asks for JSON in a given form. [Reasoning] sets how much a model thinks.
//
// # Errors
//
// What the service reports is an [*APIError], wherever it was said: by status, in a
// body with the status 200, in a choice, in a chunk of a stream, or by sending
// something that is no answer. Its [ErrorType] is an error itself, to compare with
// by errors.Is: [ErrRateLimitExceeded], [ErrPaymentRequired] and others.
//
//	if e, ok := errors.AsType[*openrouter.APIError](err); ok { // what the service reported, wherever it did
//		fmt.Println(e.StatusCode, e.Message, e.RetryAfter, e.Retryable(), e.Call().Attempts)
//	}
//
// A stream that broke off is a [*StreamError]; where there was no response, and of
// Create, it is a [*ConnectionError]. Both are around [ErrStreamTruncated],
// [ErrStreamIdle], [ErrContentTimeout], [ErrAttemptTimeout], [ErrStreamClosed],
// [ErrTooLarge], the context's error or the network's, and carry what had arrived.
// What is not JSON, or half of it, is a [*DecodeError]. A bad request is a
// [*ValidationError], before the network; [ChatCompletionRequest.Validate] asks
// without a call, [WithoutValidation] switches checks off.
//
// # Time and money
//
// A failure that can pass is repeated, by default twice, as long as nothing of the
// answer was delivered: [WithMaxRetries], [WithRetryPolicy], [WithMaxRetryWait],
// [WithOnRetry]. A repeated request may be billed twice. [CallInfo], which answers
// and errors have, counts the attempts.
//
// [WithTimeout] bounds an attempt of Create and a stream's first event,
// [WithStreamIdleTimeout] and [WithContentTimeout] the silence of a stream. Nothing
// but the context ends a stream that is alive. [WithMaxBodySize] and
// [WithMaxEventSize] bound what is held in memory.
//
// [WithResponseCache] lets the service answer an equal request from its cache.
//
// # What this version does not know
//
// Objects have an Extra, in both directions: members that have no field are sent
// from there, and received there as [encoding/json.RawMessage]. Enumerations are
// open, and kinds of tools and plugins without a type are a [RawTool] or a
// [RawPlugin]. A value that was decoded encodes to the same JSON again. [Client.Do]
// calls endpoints that have no method.
//
// # Testing
//
// Package [github.com/openrouter-go/openrouter/openroutertest] is a fake of the
// service for tests, with the faults of the real one. [ReadStream] reads a recorded
// stream, and an [Accumulator] puts chunks from anywhere together.
package openrouter
