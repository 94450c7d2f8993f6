// Package openroutertest is a fake OpenRouter for tests and for work without a
// network: of programs that use the openrouter package, and of any other program
// that speaks to the service.
//
//	srv := openroutertest.NewServer(t,
//		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`),
//		openroutertest.Text("Take", " an umbrella."))
//	got, err := myApp.Answer(t.Context(), srv.Client(), "Umbrella?")
//
// [NewServer] serves on a port of this machine and closes with the test; [Start]
// and [Listen] do so outside of tests, [NewTLSServer] with HTTP/2. [Transport]
// does without a port, for testing/synctest. The command
// openroutertest/cmd/fake-openrouter serves programs in any language.
//
// # Replies
//
// A [Reply] says what one request is answered with. The functions begin one, its
// methods go on:
//
//	openroutertest.Reasoning("Let me ", "see.").Text("It is ", "42.").Usage(10, 5).Cost(0.01)
//
// The same reply answers ChatService.Create and ChatService.Stream. A stream gets
// the chunks one by one, then the finish reason, the usage and [DONE], in the
// spelling of the service; the other form gets the message they add up to.
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
// A request takes the first reply that is for it and is not used up. A reply is
// for every chat completion unless [Reply.ForModel], [Reply.ForText] or
// [Reply.When] says which; it is used up by one request unless [Reply.Times] or
// [Reply.Always] says otherwise. So replies without conditions are a sequence.
// [Echo], put last, answers all that is left; [Func] makes replies from requests.
//
// A request that nothing is for fails the test and is answered with the status
// 500. What has arrived is in Requests, what was not asked for in Unused.
//
// A key is required, as the service does, though any is right until RequireKey.
// The fake also serves GET /models, with the models of SetModels, and GET
// /generation, for the answers it gave. [Reply.ForPath] answers other paths.
//
// # Faults
//
// What goes wrong stands where it goes wrong, Text("It is ").Cut(), and has a
// meaning in both forms of an answer.
//
//   - the answer breaks off: [Reply.Truncate], [Reply.Cut], [Reply.Stall]
//   - nothing comes at all: [Reset], [Stall], [Cut], [Truncate], and
//     [Reply.Latency] with [Forever]
//   - it is slow: [Reply.Latency], [Reply.Pause], [Reply.Pace], [Reply.Drip],
//     [Reply.KeepAlive], [Reply.Processing], [Reply.Padding]
//   - the service reports a failure: [Error], with [Reply.RateLimit],
//     [Reply.Availability], [Reply.Metadata] or [Reply.ErrorCode], and
//     Error(502, ...).Status(200) for one with the status 200; in the middle of
//     an answer [MidStreamError], with [Reply.Shape] for the form it takes
//   - it is no answer: [NoChoices], [HTML], [Raw], [Reply.Event], [Reply.Flood],
//     and [Reply.NoStream] for JSON where a stream was asked for
//   - something follows the end: what is added after [Reply.Done] or
//     [Reply.Finish]
//
// The clients that a fake makes do not repeat failed requests, so that one reply
// answers one request. Pass openrouter.WithMaxRetries to change that.
package openroutertest
