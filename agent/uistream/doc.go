// Package uistream connects a run of an agent to a web page. It implements version 1 of the UI
// message stream protocol of the AI SDK. It works with useChat of @ai-sdk/react, and with the Chat
// classes for Vue, Svelte and Angular, without changes:
//
//	func (s *server) chat(w http.ResponseWriter, r *http.Request) {
//		turn, err := uistream.Read(w, r)
//		if err != nil {
//			return // Read has already answered the request
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
// A browser sends its whole copy of the conversation with each request. [Read] takes only the new
// messages of the user and the user's decisions about calls. Everything else could be forged, and
// is not even decoded. [Turn.Continue] adds the new messages and decisions to the server's copy.
// When a page is loaded, [History] returns the server's copy in the form that useChat needs.
//
// The browser chooses the id of a conversation, [Turn.Chat]. Check that the conversation belongs to
// the user.
//
// # What the browser gets
//
//   - the text of the answers, their readable reasoning, cited pages, images and speech;
//   - each call with its arguments, the progress that its tool reports, and its result or its error
//     in the text for the model (see [agent.Tool.ErrorText]);
//   - at the end: the model, the number of steps, tokens and cost. After a decision they are those of
//     the second run, and replace those of the first;
//   - if the run fails, one line without text of the service or of the prompt.
//
// It never gets system messages, signatures of reasoning, or [agent.Result.Data].
//
// # Calls that wait
//
// With [Turn.Approve] the user decides: the run ends with the call pending, and the page shows it
// in the state approval-requested. After addToolApprovalResponse, the page sends the conversation
// again. It does so automatically with
//
//	sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses
//
// and the run continues. Functions without a Go function are run by the page, which sends their
// results in the same way; see [Turn.Continue].
package uistream
