package openrouter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// The examples talk to a fake of the service, so that their output can be checked.
// A real program makes its client with NewClient. The rest is the same.

func Example() {
	srv := openroutertest.Start(openroutertest.Text("Γεια σου!"))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Say hello in Greek.")},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	// Output: Γεια σου!
}

// A client with a key, an address and the name of the application.
func ExampleNewClient() {
	client := openrouter.NewClient(
		openrouter.WithAPIKey("sk-or-v1-our-key"), // the default is OPENROUTER_API_KEY
		openrouter.WithBaseURL("https://eu.openrouter.ai/api/v1"),
		openrouter.WithApp("https://example.com", "Example"),
	)
	fmt.Println(client) // never shows the key
	// Output: openrouter.Client(https://eu.openrouter.ai/api/v1)
}

func ExampleChatService_Create() {
	srv := openroutertest.Start(openroutertest.Text("Γεια σου!").Usage(14, 4).Cost(0.000081))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{
			openrouter.SystemMessage("Answer with the translation only."),
			openrouter.UserMessage("Say hello in Greek."),
		},
		Temperature:         new(0.0),
		MaxCompletionTokens: new(200),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	if u := res.Usage; u != nil { // the service always sends it; other servers may not
		fmt.Printf("%d tokens, $%.6f\n", u.TotalTokens, u.Cost)
	}
	// Output:
	// Γεια σου!
	// 18 tokens, $0.000081
}

// A conversation. Message returns the whole reply for the next request, with
// everything that the model put into it.
func ExampleChatCompletion_Message() {
	srv := openroutertest.Start(openroutertest.Text("Oslo."), openroutertest.Text("About 720,000."))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	req := &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2"}
	for _, question := range []string{"What is the capital of Norway?", "How many people live there?"} {
		req.Messages = append(req.Messages, openrouter.UserMessage(question))
		res, err := client.Chat.Create(ctx, req)
		if err != nil {
			log.Fatal(err)
		}
		req.Messages = append(req.Messages, res.Message()) // text, reasoning, tool calls, annotations
		fmt.Println(res.Text())
	}
	// Output:
	// Oslo.
	// About 720,000.
}

// Call describes the exchange behind an answer, with the number of attempts.
func ExampleChatCompletion_Call() {
	srv := openroutertest.Start(openroutertest.Error(503, openrouter.ErrProviderOverloaded), openroutertest.Text("Hello."))
	defer srv.Close()
	client := srv.Client(openrouter.WithMaxRetries(2))

	res, err := client.Chat.Create(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	call := res.Call()
	fmt.Println(call.StatusCode, call.GenerationID, call.Attempts)
	// Output: 200 gen-fake-2 2
}

func ExampleChatCompletion_Reasoning() {
	srv := openroutertest.Start(openroutertest.Reasoning("17 times 20, minus 17.").Text("323"))
	defer srv.Close()

	res, err := srv.Client().Chat.Create(context.Background(), question("What is 17 times 19?"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Reasoning())
	fmt.Println(res.Text())
	// Output:
	// 17 times 20, minus 17.
	// 323
}

func ExampleChatCompletion_Refusal() {
	srv := openroutertest.Start(openroutertest.Refusal("I cannot help with that."))
	defer srv.Close()

	res, err := srv.Client().Chat.Create(context.Background(), question("How do I pick a lock?"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q %q\n", res.Text(), res.Refusal())
	// Output: "" "I cannot help with that."
}

// The token limit ended this answer early.
func ExampleChatCompletion_FinishReason() {
	srv := openroutertest.Start(openroutertest.Text("To be, or not to").FinishReason(openrouter.FinishReasonLength))
	defer srv.Close()

	req := question("Recite the monologue.")
	req.MaxCompletionTokens = new(16)
	res, err := srv.Client().Chat.Create(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	if res.FinishReason() == openrouter.FinishReasonLength {
		fmt.Println(res.Text(), "...")
	}
	// Output: To be, or not to ...
}

// question returns a request with one message.
func question(text string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Messages: []openrouter.Message{openrouter.UserMessage(text)}}
}

func printJSON(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
}
