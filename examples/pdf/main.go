// Command pdf asks two questions about a document. The service parses it once:
// the answer carries what it read, and the second question sends that back.
package main

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/examples/internal/demo"
	"github.com/openrouter-go/openrouter/openroutertest"
)

//go:embed invoice.pdf
var invoice []byte

func main() {
	parsed := openrouter.Annotation{Type: openrouter.AnnotationTypeFile, File: &openrouter.ParsedFile{
		Hash: "5f1c2e", Name: "invoice.pdf",
		Content: openrouter.Text("Invoice 4711\n3 umbrellas at 12.50 EUR\nTotal: 37.50 EUR\nDue: 31 January 2027"),
	}}
	demo.Run(run,
		openroutertest.Text("37.50 EUR.").Annotations(parsed),
		openroutertest.Text("On 31 January 2027."))
}

func run(ctx context.Context, client *openrouter.Client) error {
	req := &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{
			openrouter.UserMessage("What is the total?", openrouter.FileDataPart("invoice.pdf", "application/pdf", invoice)),
		},
		Plugins: []openrouter.Plugin{
			openrouter.FileParserPlugin{PDF: &openrouter.PDFOptions{Engine: openrouter.PDFEngineCloudflareAI}},
		},
	}
	res, err := client.Chat.Create(ctx, req)
	if err != nil {
		return err
	}
	fmt.Println(res.Text())
	reply := res.Message()
	for _, a := range reply.Annotations {
		if a.File != nil {
			fmt.Printf("parsed: %s, %d parts\n", a.File.Name, len(a.File.Content))
		}
	}

	req.Messages = append(req.Messages, reply, openrouter.UserMessage("When is it due?"))
	res, err = client.Chat.Create(ctx, req)
	if err != nil {
		return err
	}
	fmt.Println(res.Text())
	return nil
}
