// Package agent lets a model use the functions of your program.
//
// A model cannot run anything itself. It answers with calls: names of functions, and arguments. An
// [Agent] runs them, sends the results back, and repeats this until the model answers:
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
// The package adds no prompt of its own and keeps no memory. The only state is the messages of the
// request.
//
// # Tools
//
// [NewTool] makes a tool from a Go function, and the JSON schema of its arguments from the type of
// the parameter. If arguments do not fit, the model gets an error and the function is not called.
// [NewRawTool] takes a JSON schema instead of a type. A [Tool] has settings: a timeout, a limit of
// the result, whether it may run in parallel, and approval.
//
// If a tool returns an error, the model gets its text and can try again. [Fatal] ends the run
// instead. With a [Result], a tool can return media, report what it spent, and stop the run.
// [CallFrom] returns the call that a tool answers, and [Progress] reports its progress.
//
// A tool may run another agent. The cost of the inner run counts in the outer run, and the inner
// run also stops at the limit of the outer run.
//
// # Runs
//
// A [Run] has the messages, each answer with the outcomes of its calls, the pending calls, and the
// total usage. It is complete however it ended: every call that is not pending has exactly one
// result, in the order of the calls. This includes unknown tools, invalid JSON, calls that were cut
// by the token limit, limits of the run, a cancelled context, and tools that panic. So its Messages
// can always be sent again.
//
// A run ends after 16 requests (see [Agent.MaxSteps]), after [Agent.MaxCost] in USD, if the model
// repeats itself, and with its context. Reaching a limit is an error that holds the whole run. With
// [Agent.Final], the model is asked for an answer before the run ends.
//
// [Agent.Stream] does the same and yields events while it works: chunks, calls, progress and
// outcomes. Package [github.com/openrouter-go/openrouter/agent/uistream] sends them to a browser.
//
// # Approval
//
// [Agent.Approve] and [Tool.Approve] decide about a call before it runs. With [Decision.Wait], the
// run ends with the call in [Run.Pending]. A Run can be stored as JSON. To continue, perhaps in
// another process, pass its messages to [Agent.Run], which calls Approve again. [Run.Resolve] adds
// a result that was made elsewhere.
//
// # Changing the request
//
// [Agent.Prepare] may change each request before it is sent: another model, fewer tools, shorter
// messages. For conversations of many turns, set
// [github.com/openrouter-go/openrouter.ChatCompletionRequest.SessionID]. The service then prefers one
// provider for all requests, whose prompt cache has what came before. The tools are encoded to the
// same bytes in every request.
package agent
