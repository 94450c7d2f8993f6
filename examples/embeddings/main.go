// Command embeddings finds the texts that are about the same as the question on
// the command line, whatever words they use.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const model = "openai/text-embedding-3-small"

var articles = []string{
	"Reset your password: open the settings, choose Security, and follow the link in the mail.",
	"Your parcel arrives within three days. The tracking number in our mail tells where it is.",
	"You can send an order back within 30 days. The money is on your card a week later.",
	"An invoice is made on the first of each month. Change the address of invoices in the settings.",
	"The app works without a network. It sends your changes when the network is back.",
}

func main() {
	client, stop := openroutertest.ClientOrFake() // the fake goes by words, a model by meaning
	defer stop()
	ctx := context.Background()

	index, err := newIndex(ctx, client, articles) // once; keep the vectors in a database
	if err != nil {
		log.Fatal(err)
	}
	question := cmp.Or(strings.Join(os.Args[1:], " "), "Where is my parcel?")
	hits, err := index.search(ctx, client, question, 2)
	if err != nil {
		log.Fatal(err)
	}
	for _, hit := range hits {
		fmt.Printf("%.2f  %s\n", hit.similarity, hit.text)
	}
}

// index is a list of texts with their vectors.
type index struct {
	texts   []string
	vectors [][]float32
}

func newIndex(ctx context.Context, client *openrouter.Client, texts []string) (*index, error) {
	list, err := client.Embeddings.Create(ctx, &openrouter.EmbeddingRequest{Model: model, Input: openrouter.Texts(texts...)})
	if err != nil {
		return nil, err
	}
	if list.Usage != nil {
		fmt.Printf("%d texts, %d tokens, %d numbers a vector\n\n", len(texts), list.Usage.PromptTokens, len(list.Data[0].Vector))
	}
	return &index{texts, list.Vectors()}, nil
}

// hit is a text that was found, and how near it is to the question: at most 1.
type hit struct {
	text       string
	similarity float64
}

// search returns the n nearest texts, the nearest first.
func (x *index) search(ctx context.Context, client *openrouter.Client, question string, n int) ([]hit, error) {
	asked, err := client.Embeddings.Create(ctx, &openrouter.EmbeddingRequest{Model: model, Input: openrouter.Texts(question)})
	if err != nil {
		return nil, err
	}
	var hits []hit
	for i, vector := range x.vectors {
		hits = append(hits, hit{x.texts[i], similarity(vector, asked.Data[0].Vector)})
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(b.similarity, a.similarity) })
	return hits[:min(n, len(hits))], nil
}

// similarity is the cosine of the angle between two vectors.
func similarity(a, b []float32) float64 {
	var dot, lengthA, lengthB float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, lengthA, lengthB = dot+x*y, lengthA+x*x, lengthB+y*y
	}
	return dot / math.Sqrt(lengthA*lengthB)
}
