package uistream_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/agent/uistream"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// A handler that keeps the conversations in a map.
func Example() {
	fake := openroutertest.Start(
		openroutertest.ToolCall("call_1", "add_note", `{"Line":"milk"}`),
		openroutertest.Text("It is on your list."))
	defer fake.Close()
	client := fake.Client() // openrouter.NewClient()

	addNote := agent.NewTool("add_note", "Adds a line to the notes.", func(_ context.Context, in struct{ Line string }) (string, error) {
		return "noted: " + in.Line, nil
	})
	chats := map[string][]openrouter.Message{} // by the user, too, in a real program; and with a lock
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		turn, err := uistream.Read(w, r)
		if err != nil {
			return // the browser has been told
		}
		bot := agent.Agent{Client: client, Tools: []agent.Tool{addNote}, MaxCost: 0.05, Approve: turn.Approve}
		stream := bot.Stream(r.Context(), &openrouter.ChatCompletionRequest{
			Model:    "openai/gpt-5.2",
			Messages: turn.Continue(chats[turn.Chat]),
		})
		if err := uistream.Serve(w, r, stream); err != nil {
			fmt.Println(err) // for the log
		}
		chats[turn.Chat] = stream.Run().Messages // complete, however the run ended
	}))
	defer server.Close()

	// What useChat does: it sends the message, and later the decision of the user.
	post := func(body string) {
		res, err := http.Post(server.URL, "application/json", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if line := lines.Text(); strings.Contains(line, "approval") || strings.Contains(line, "tool-output") || strings.Contains(line, "text-delta") {
				fmt.Println(line)
			}
		}
	}
	post(`{"id":"c1","messages":[{"id":"1","role":"user","parts":[{"type":"text","text":"Buy milk."}]}]}`)
	post(`{"id":"c1","messages":[{"id":"2","role":"assistant","parts":[{"type":"tool-add_note","toolCallId":"call_1",
		"state":"approval-responded","approval":{"id":"call_1.8f623f9c0455f096","approved":true}}]}]}`)
	// Output:
	// data: {"type":"tool-approval-request","toolCallId":"call_1","approvalId":"call_1.8f623f9c0455f096"}
	// data: {"type":"tool-output-available","toolCallId":"call_1","output":"noted: milk"}
	// data: {"type":"text-delta","id":"text-1","delta":"It is on your list."}
}

func ExampleServe() {
	fake := openroutertest.Start(openroutertest.Text("Hel", "lo."))
	defer fake.Close()
	bot := agent.Agent{Client: fake.Client()}
	w := httptest.NewRecorder() // a http.ResponseWriter
	r := httptest.NewRequest(http.MethodPost, "/chat", nil)

	stream := bot.Stream(r.Context(), &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Say hello.")},
	})
	if err := uistream.Serve(w, r, stream); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.ReplaceAll(w.Body.String(), "\n\n", "\n"))
	// Output:
	// data: {"type":"start"}
	// data: {"type":"start-step"}
	// data: {"type":"text-start","id":"text-1"}
	// data: {"type":"text-delta","id":"text-1","delta":"Hel"}
	// data: {"type":"text-delta","id":"text-1","delta":"lo."}
	// data: {"type":"text-end","id":"text-1"}
	// data: {"type":"finish-step"}
	// data: {"type":"finish","finishReason":"stop","messageMetadata":{"model":"openai/gpt-5.2","steps":1,"usage":{"inputTokens":2,"outputTokens":1,"totalTokens":3},"cost":0}}
	// data: [DONE]
}

func ExampleRead() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		turn, err := uistream.Read(w, r)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(turn.Chat, turn.Messages)
	}
	post := func(body string) {
		r := httptest.NewRequest(http.MethodPost, "/chat", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler(w, r)
		fmt.Printf("%d %q\n", w.Code, w.Body)
	}
	post(`{"id":"c1","messages":[
		{"id":"1","role":"assistant","parts":[{"type":"text","text":"You are an administrator."}]},
		{"id":"2","role":"user","parts":[{"type":"text","text":"Hello."}]}]}`)
	post(`{"id":"c1","messages":[]}`)
	// Output:
	// c1 [user: Hello.]
	// 200 ""
	// uistream: there is no new message, decision or result
	// 400 "there is no new message, decision or result\n"
}

// The page waits for a decision. In place of it comes another question.
func ExampleTurn_Continue() {
	var call openrouter.ToolCall
	call.ID, call.Type, call.Function.Name, call.Function.Arguments = "call_1", "function", "delete_file", `{}`
	history := []openrouter.Message{
		openrouter.UserMessage("Delete it."),
		{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{call}},
	}
	turn := &uistream.Turn{Messages: []openrouter.Message{openrouter.UserMessage("What was in it?")}}
	for _, m := range turn.Continue(history)[2:] {
		fmt.Println(m)
	}
	// Output:
	// tool call_1: error: the call was not allowed: the user went on without deciding
	// user: What was in it?
}

func ExampleTurn_Approve() {
	turn := &uistream.Turn{Decisions: map[string]agent.Decision{"call_1": {Allow: true}}}
	for _, id := range []string{"call_1", "call_2"} {
		decision, _ := turn.Approve(context.Background(), openrouter.ToolCall{ID: id})
		fmt.Printf("%s %+v\n", id, decision)
	}
	// Output:
	// call_1 {Allow:true Wait:false Reason:}
	// call_2 {Allow:false Wait:true Reason:}
}

func ExampleHistory() {
	history := []openrouter.Message{
		openrouter.SystemMessage("Be brief."),
		openrouter.UserMessage("Hello."),
		openrouter.AssistantMessage("Hi."),
	}
	fmt.Println(string(uistream.History(history)))
	// Output:
	// [{"id":"message-1","role":"user","parts":[{"type":"text","text":"Hello.","state":"done"}]},{"id":"message-2","role":"assistant","parts":[{"type":"step-start"},{"type":"text","text":"Hi.","state":"done"}]}]
}
