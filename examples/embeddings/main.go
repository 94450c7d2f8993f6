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

	index, err := client.Embeddings.Create(ctx, &openrouter.EmbeddingRequest{Model: model, Input: openrouter.Texts(articles...)})
	if err != nil {
		log.Fatal(err)
	}
	if u := index.Usage; u != nil {
		fmt.Printf("%d texts, %d tokens, %d numbers a vector\n\n", len(articles), u.PromptTokens, len(index.Data[0].Vector))
	}
	vectors := index.Vectors() // keep them in a database

	question := cmp.Or(strings.Join(os.Args[1:], " "), "Where is my parcel?")
	asked, err := client.Embeddings.Create(ctx, &openrouter.EmbeddingRequest{Model: model, Input: openrouter.Texts(question)})
	if err != nil {
		log.Fatal(err)
	}
	type hit struct {
		text       string
		similarity float64 // at most 1
	}
	var hits []hit
	for i, vector := range vectors {
		hits = append(hits, hit{articles[i], similarity(vector, asked.Data[0].Vector)})
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(b.similarity, a.similarity) })
	for _, hit := range hits[:2] {
		fmt.Printf("%.2f  %s\n", hit.similarity, hit.text)
	}
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
