// Package agent lets a model use the functions of your program.
//
// A model does not run anything. It answers with calls: names of functions, and arguments. An
// [Agent] runs them, gives the results back, and asks again, until there is an answer:
//
//	weather := agent.NewTool("get_weather", "The weather in a city now.",
//		func(ctx context.Context, in struct {
//			City string `json:"city" jsonschema:"name of a city"`
//		}) (Weather, error) {
//			return station.Now(ctx, in.City)
//		})
//
//	bot := agent.Agent{Client: client, Tools: []agent.Tool{weather}, MaxCost: 0.05}
//	run, err := bot.Run(ctx, req)
//	if err != nil {
//		log.Fatal(err) // an *agent.Error, which holds the run up to there
//	}
//	fmt.Println(run.Text(), len(run.Steps), run.Usage.Cost)
//	req.Messages = run.Messages // to go on with the conversation
//
// Nothing is hidden: there is no memory, no prompt, and no other state than the messages of the
// request. The package uses the public API of openrouter alone.
//
// # Tools
//
// [NewTool] makes a tool from a Go function. The model learns its arguments from the type of its
// parameter, and arguments that do not fit are told to the model before the function is called.
// [NewRawTool] takes a JSON schema instead of a type. A [Tool] has settings: a timeout, a limit of
// the result, whether it may run beside others, and who must agree to a call.
//
// An error of a tool is told to the model, which can try again. [Fatal] ends the run instead.
// [Result] gives a tool more to say: media, what it spent, and that the run should stop. [CallFrom]
// returns the call that a tool is running, and [Progress] reports how far it is.
//
// A tool may run an agent of its own. Its cost counts in the run around it, and stops at the limit
// of that run.
//
// # Runs
//
// A [Run] is what happened: the messages, each answer with the outcomes of its calls, what is
// pending, and the usage of everything together. It is complete however it ended: every call has
// exactly one result, in the order of the calls. That holds for unknown tools, arguments that are no
// JSON, calls that the token limit cut off, limits, a cancelled context, and tools that panic. So
// its Messages can always be sent again.
//
// A run is bounded: by 16 requests unless [Agent.MaxSteps] says otherwise, by [Agent.MaxCost] in
// USD, by its context, and where the model repeats itself. Reaching a limit is an error that holds
// the whole run. With [Agent.Final] the model then answers once more with what it has.
//
// [Agent.Stream] is the same as a loop over events: chunks, calls, progress and outcomes, while they
// happen. Package [github.com/openrouter-go/openrouter/agent/uistream] shows them in the browser.
//
// # Approval
//
// [Agent.Approve] and [Tool.Approve] decide about a call before it runs. [Decision.Wait] ends the
// run instead, with the call in [Run.Pending]. A Run can be stored as JSON. Later, perhaps in
// another process, its messages are given to [Agent.Run] again, which asks again; or [Run.Resolve]
// puts in a result that was made elsewhere.
//
// # Changing the request
//
// [Agent.Prepare] may change each request before it is sent: another model, fewer tools, shorter
// messages. For conversations of many turns, set
// [github.com/openrouter-go/openrouter.ChatCompletionRequest.SessionID], so that all requests go to
// one provider and its prompt cache is used. The tools of a request are always the same bytes, in
// the same order.
package agent
