// Command create asks a question and prints the whole answer.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	client, stop := openroutertest.ClientOrFake(openroutertest.Text("Γεια σου!").Usage(15, 4).Cost(0.000081))
	defer stop()
	ctx := context.Background()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{
			openrouter.SystemMessage("Answer with the translation only."),
			openrouter.UserMessage("Say hello in Greek."),
		},
		MaxCompletionTokens: new(200),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	fmt.Println("model: ", res.Model)
	fmt.Println("finish:", res.FinishReason())
	if u := res.Usage; u != nil {
		fmt.Println("tokens:", u.TotalTokens)
		fmt.Printf("cost:   $%.6f\n", u.Cost)
	}
}
