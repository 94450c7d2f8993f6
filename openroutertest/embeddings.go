package openroutertest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strings"
	"unicode"

	"github.com/openrouter-go/openrouter"
)

const (
	embeddingsPath   = "/embeddings"
	defaultDimension = 256
	maxDimension     = 1 << 14
	embeddingPrice   = 2e-8 // USD per token
)

// embed answers with a vector for each input.
func embed(req *Request) Reply {
	var asked openrouter.EmbeddingRequest
	if err := json.Unmarshal(req.Raw, &asked); err != nil {
		return Error(http.StatusBadRequest, openrouter.ErrInvalidRequest, "Invalid request: "+err.Error())
	}
	dimension := defaultDimension
	if asked.Dimensions != nil {
		dimension = *asked.Dimensions
	}
	if asked.Model == "" || len(asked.Input) == 0 || dimension < 1 || dimension > maxDimension {
		return Error(http.StatusBadRequest, openrouter.ErrInvalidRequest, "Invalid request: model, input or dimensions")
	}
	list, tokens := []any{}, 0
	for i := range asked.Input {
		parts := wordsOf(&asked.Input[i])
		tokens += len(parts)
		var vector any = vectorOf(parts, dimension)
		if asked.EncodingFormat == openrouter.EncodingFormatBase64 {
			vector = inBase64(vector.([]float32))
		}
		list = append(list, map[string]any{"object": "embedding", "index": i, "embedding": vector})
	}
	return rawJSON(map[string]any{
		"object": "list", "data": list, "model": asked.Model, "id": "embd-fake",
		"usage": map[string]any{"prompt_tokens": tokens, "total_tokens": tokens, "cost": float64(tokens) * embeddingPrice},
	})
}

// wordsOf returns the words of an input. A token, and a part that is not text, counts as one.
func wordsOf(in *openrouter.EmbeddingInput) []string {
	text := in.Text
	var list []string
	for _, token := range in.Tokens {
		list = append(list, fmt.Sprint("token ", token))
	}
	for _, p := range in.Content {
		if text += " " + p.Text; p.Text == "" {
			list = append(list, string(encode(p)))
		}
	}
	return append(list, strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
}

// common are words that say nothing about what a text is about.
var common = " a an and are as at be by can do does for from how i in is it me my no not of on or our that the this to was we what when where which who will with you your "

// vectorOf returns a vector of length 1. Texts with the same words, or words with the same
// beginning, have vectors that are alike: each word has a place and a sign that follow from its
// letters.
func vectorOf(words []string, dimension int) []float32 {
	sums := make([]float64, dimension)
	add := func(feature string, weight float64) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(feature)) // never fails
		n := h.Sum64()
		n ^= n >> 29 // the high bits of similar texts are similar
		sums[n%uint64(dimension)] += weight * float64(1-int(n>>62&2))
	}
	for _, word := range words {
		weight := 1.0
		if strings.Contains(common, " "+word+" ") {
			weight = 0.1
		}
		add(word, weight)
		if runes := []rune(word); len(runes) > 4 {
			add("begins "+string(runes[:4]), weight)
		}
	}
	length := 0.0
	for _, x := range sums {
		length += x * x
	}
	vector := make([]float32, dimension)
	for i, x := range sums {
		if length > 0 {
			vector[i] = float32(x / math.Sqrt(length))
		}
	}
	if length == 0 {
		vector[0] = 1
	}
	return vector
}

func inBase64(vector []float32) string {
	data := make([]byte, 0, 4*len(vector))
	for _, x := range vector {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(data)
}
