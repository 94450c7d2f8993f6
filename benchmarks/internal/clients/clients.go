// Package clients drives each client through its public API: the same calls,
// written as its own documentation would have them.
package clients

import (
	"context"
	"fmt"
	"net/http"

	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
)

// The clients.
const (
	OpenRouter = "openrouter"
	GoOpenAI   = "go-openai"
	OpenAIGo   = "openai-go"
	ByHand     = "encoding-json" // net/http and encoding/json, structs written by hand
	NetHTTP    = "net-http"      // net/http alone: nothing is encoded or decoded
)

// Names are the clients that decode.
var Names = []string{OpenRouter, GoOpenAI, OpenAIGo, ByHand}

// All are the clients and net/http alone.
var All = append(Names[:len(Names):len(Names)], NetHTTP)

// Result is what a client made of an answer.
type Result struct {
	corpus.Answer
	Kept any // the client's own value, merged
}

// Client is one of the clients.
type Client interface {
	// Stream sends a short request, reads the answer to its end and merges it.
	// each is called for each chunk once it is decoded.
	Stream(ctx context.Context, each func()) (Result, error)
	// Create sends a short request and decodes the whole answer.
	Create(ctx context.Context) (Result, error)
	// Prepare makes the client's own values of a conversation; send encodes
	// and sends them.
	Prepare([]corpus.Message) (send func(context.Context) error)
}

// Collector is a client that can read a stream for the sake of the whole
// answer alone.
type Collector interface {
	Collect(ctx context.Context) (Result, error)
}

// Reads says which parts of an answer a client has fields for. What it has no
// field for it skips, which is less work.
type Reads struct{ Reasoning, Image, Text bool }

// Abilities are what the clients read.
var Abilities = map[string]Reads{
	OpenRouter: {Text: true, Reasoning: true, Image: true},
	GoOpenAI:   {Text: true},
	OpenAIGo:   {Text: true},
	ByHand:     {Text: true, Reasoning: true, Image: true},
	NetHTTP:    {},
}

const key = "sk-or-v1-0000000000000000000000000000000000000000000000000000000000000000"

// New returns a client for the address. A nil hc is the client's own default.
func New(name, baseURL string, hc *http.Client) (Client, error) {
	switch name {
	case OpenRouter:
		return newOpenRouter(baseURL, hc), nil
	case GoOpenAI:
		return newGoOpenAI(baseURL, hc), nil
	case OpenAIGo:
		return newOpenAIGo(baseURL, hc), nil
	case ByHand:
		return newByHand(baseURL, hc), nil
	case NetHTTP:
		return newNetHTTP(baseURL, hc), nil
	}
	return nil, fmt.Errorf("no client is called %q", name)
}

// Check compares what a client read with what was sent.
func Check(name string, got, want corpus.Answer) error {
	can := Abilities[name]
	if !can.Text {
		return nil
	}
	if !can.Reasoning {
		got.Reasoning, want.Reasoning = "", ""
	}
	if !can.Image {
		got.Image, want.Image = "", ""
	}
	for _, f := range []struct{ what, got, want string }{
		{"text", got.Text, want.Text},
		{"reasoning", got.Reasoning, want.Reasoning},
		{"arguments", got.Arguments, want.Arguments},
		{"image", got.Image, want.Image},
	} {
		if f.got != f.want {
			return fmt.Errorf("%s: %s of %d bytes, want %d: %.60q, want %.60q", name, f.what, len(f.got), len(f.want), f.got, f.want)
		}
	}
	if got.Tokens != want.Tokens {
		return fmt.Errorf("%s: log probabilities of %d tokens, want %d", name, got.Tokens, want.Tokens)
	}
	return nil
}
