// Command vision asks about a picture in a file.
package main

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/examples/internal/demo"
	"github.com/openrouter-go/openrouter/openroutertest"
)

//go:embed chart.png
var chart []byte // os.ReadFile does as well

func main() {
	demo.Run(run, openroutertest.Text("Three bars: blue, red, green. The green one is the tallest.").Usage(96, 15).Cost(0.000378))
}

func run(ctx context.Context, client *openrouter.Client) error {
	picture := openrouter.ImageDataPart("image/png", chart)
	picture.ImageURL.Detail = openrouter.ImageDetailLow

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("What does this chart show? One line.", picture)},
	})
	if err != nil {
		return err
	}
	fmt.Println(res.Text())
	if u := res.Usage; u != nil {
		fmt.Printf("%d tokens in, $%.6f\n", u.PromptTokens, u.Cost)
	}
	return nil
}
