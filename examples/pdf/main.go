// Command pdf asks two questions about a document: the file on its command line, or
// one on the web. The service parses it once. The first answer carries the parsed
// text, and the second question sends it back.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	parsed := openrouter.Annotation{Type: openrouter.AnnotationTypeFile, File: &openrouter.ParsedFile{
		Hash: "5f1c2e", Name: "bitcoin.pdf",
		Content: openrouter.Text("Bitcoin: A Peer-to-Peer Electronic Cash System\nSatoshi Nakamoto"),
	}}
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Text("Bitcoin: A Peer-to-Peer Electronic Cash System.").Annotations(parsed),
		openroutertest.Text("Satoshi Nakamoto."))
	defer stop()
	ctx := context.Background()

	document := openrouter.FilePart("bitcoin.pdf", "https://bitcoin.org/bitcoin.pdf")
	var err error
	if len(os.Args) > 1 {
		document, err = openrouter.OpenPart(os.DirFS(filepath.Dir(os.Args[1])), filepath.Base(os.Args[1]))
	}
	if err != nil {
		log.Fatal(err)
	}

	req := &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{
			openrouter.UserMessage("What is the title? Nothing else.", document),
		},
		Plugins: []openrouter.Plugin{
			openrouter.FileParserPlugin{PDF: &openrouter.PDFOptions{Engine: openrouter.PDFEngineCloudflareAI}},
		},
	}
	res, err := client.Chat.Create(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	reply := res.Message()
	for _, a := range reply.Annotations {
		if a.File != nil {
			fmt.Printf("parsed: %s, %d parts\n", a.File.Name, len(a.File.Content))
		}
	}

	req.Messages = append(req.Messages, reply, openrouter.UserMessage("Who wrote it?"))
	res, err = client.Chat.Create(ctx, req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
}
