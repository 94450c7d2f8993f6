// Package uistream connects a run of an agent to a page in the browser. It speaks the UI message
// stream protocol of the AI SDK, version 1, which useChat of @ai-sdk/react and the Chat classes of
// its sisters for Vue, Svelte and Angular understand as they are:
//
//	func (s *server) chat(w http.ResponseWriter, r *http.Request) {
//		turn, err := uistream.Read(w, r)
//		if err != nil {
//			return // the browser has been told
//		}
//		history := s.load(turn.Chat) // the server's copy of the conversation
//		bot := agent.Agent{Client: s.client, Tools: s.tools, MaxCost: 0.05, Approve: turn.Approve}
//		stream := bot.Stream(r.Context(), &openrouter.ChatCompletionRequest{
//			Model:    "openai/gpt-5.2",
//			Messages: turn.Continue(history),
//		})
//		if err := uistream.Serve(w, r, stream); err != nil {
//			log.Print(err)
//		}
//		s.save(turn.Chat, stream.Run().Messages) // complete, however the run ended
//	}
//
// # The conversation stays on the server
//
// A browser sends its whole copy of the conversation with each request. [Read] takes only what is
// new in it: what the user wrote, and what the user decided about calls. Everything else could be
// forged, and is not even decoded. [Turn.Continue] adds what is new to the server's own copy.
// [History] is that copy as a page takes it when it is loaded.
//
// The name of a conversation, [Turn.Chat], is chosen by the browser. Check that the conversation
// belongs to the user who asks for it.
//
// # What the browser sees
//
//   - the text of the answers, their readable reasoning, cited pages, images and speech;
//   - each call with its arguments, the progress that its tool reports, and its result or its error,
//     as the model is told it (see [agent.Tool.ErrorText]);
//   - at the end: the model, the number of steps, tokens and cost;
//   - for a failure of the run, one line that has neither text of the service nor of the prompt.
//
// It never sees system messages, signatures of reasoning, and [agent.Result.Data].
//
// # Calls that wait
//
// [Turn.Approve] lets the user decide: the run ends with the call pending, and the page shows it in
// the state approval-requested. After addToolApprovalResponse the page sends the conversation again,
// by itself with
//
//	sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses
//
// and the run goes on. Calls of functions that have no Go function are run by the page, which sends
// their results in the same way; see [Turn.Continue].
package uistream
