// Package openroutertest is a fake OpenRouter: for tests, and for work without a
// network. It serves programs that use the openrouter package and any other program
// that speaks to the service.
//
//	srv := openroutertest.NewServer(t,
//		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`),
//		openroutertest.Text("Take", " an umbrella."))
//	got, err := myApp.Answer(t.Context(), srv.Client(), "Umbrella?")
//
// [NewServer] listens on a port of this machine and closes with the test.
// [NewTLSServer] is the same with HTTP/2. [Start] and [Listen] are for programs that
// are not tests. [Transport] needs no port and works with testing/synctest.
// [ClientOrFake] lets a program run with or without an API key. The command
// openroutertest/cmd/fake-openrouter serves programs in any language.
//
// # Replies
//
// A [Reply] is the answer to one request. A function makes one, and its methods add
// to it:
//
//	openroutertest.Reasoning("Let me ", "see.").Text("It is ", "42.").Usage(10, 5).Cost(0.01)
//
// The same reply answers ChatService.Create and ChatService.Stream. A stream sends
// the chunks one by one, then the finish reason, the usage and [DONE], in the JSON
// of the service. Create gets one message with the content of all chunks.
//
//   - content: [Text], [Reasoning], [SignedReasoning], [ReasoningDetails],
//     [ToolCall], [Refusal], [Image], [Audio], [Reply.Annotations],
//     [Reply.Citation], [Reply.Logprobs]; several choices: [Reply.Choice]
//   - about the answer: [Reply.Usage], [Reply.FullUsage], [Reply.Cost],
//     [Reply.NoUsage], [Reply.ID], [Reply.Model], [Reply.Provider],
//     [Reply.FinishReason], [Reply.NativeFinishReason], [Reply.Member]
//   - HTTP: [Reply.Status], [Reply.Header], [Reply.RetryAfter]
//
// # Which reply answers which request
//
// A request gets the first reply that matches it and is not used up. A reply matches
// every chat completion, unless [Reply.ForModel], [Reply.ForText] or [Reply.When]
// limits it. One request uses it up, unless [Reply.Times] or [Reply.Always] says
// otherwise. Replies without conditions are therefore given in their order. [Echo],
// as the last reply, answers all other requests. [Func] makes replies from requests.
//
// A request without a matching reply fails the test and is answered with the status
// 500. Server.Requests returns the requests that arrived. Server.Unused returns the
// replies that are left.
//
// A chat completion that is invalid, as ChatCompletionRequest.Validate says, is
// answered with the status 400. Requests with the User-Agent of this library are not
// checked again: a call that has switched a check off gets its reply.
//
// A request needs an API key, as with the service. The fake accepts any key until
// RequireKey is called.
//
// # Other endpoints
//
// The fake answers these by itself:
//
//   - models: /models, with the filters and orders of the service that concern names,
//     kinds of input and output, parameters and prices; /models/user, /models/count,
//     /model/{author}/{slug}, /models/{author}/{slug}/endpoints, /endpoints/zdr. The
//     models are those of SetModels.
//   - /generation and /generation/content, for the answers that it gave
//   - /key, /credits and /activity: what those answers cost. RequireManagementKey
//     makes the last two refuse other keys.
//   - /providers
//   - /batches: the whole life of a batch; SetBatchLife says how it ends. The replies
//     answer its rows. Rows for other endpoints than chat and embeddings need a reply
//     with [Reply.ForPath].
//   - /embeddings: vectors that are alike for texts with the same words, so that a
//     search finds something
//
// [Reply.ForPath] adds other endpoints, or failures of these.
//
// # Faults
//
// A fault is a step of the reply and happens at its place in the answer, as in
// Text("It is ").Cut(). Every fault works for Create and for Stream.
//
//   - the answer is cut off: [Reply.Truncate], [Reply.Cut], [Reply.Stall]
//   - there is no answer at all: [Reset], [Stall], [Cut], [Truncate], and
//     [Reply.Latency] with [Forever]
//   - the answer is slow: [Reply.Latency], [Reply.Pause], [Reply.Pace], [Reply.Drip],
//     [Reply.KeepAlive], [Reply.Processing], [Reply.Padding]
//   - the service reports a failure: [Error], with [Reply.RateLimit],
//     [Reply.Availability], [Reply.Metadata] or [Reply.ErrorCode];
//     Error(502, ...).Status(200) is a failure with the status 200
//   - the service reports a failure in the middle of an answer: [MidStreamError],
//     with [Reply.Shape] for the form of the report
//   - the response is not an answer: [NoChoices], [HTML], [Raw], [Reply.Event],
//     [Reply.Flood], and [Reply.NoStream] for JSON instead of a stream
//   - something follows the end: any step after [Reply.Done] or [Reply.Finish]
//
// The clients of a fake do not retry, so that one reply answers one request. Pass
// openrouter.WithMaxRetries to Server.Client to change that.
package openroutertest
