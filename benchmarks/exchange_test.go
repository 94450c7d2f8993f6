package benchmarks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/openrouter-go/openrouter/benchmarks/internal/clients"
	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
	"github.com/openrouter-go/openrouter/benchmarks/internal/measure"
)

var (
	answerCases  = []string{"logprobs", "small"}
	requestCases = []string{"conversation", "image"}
)

func answerMemory(name string) (*clients.Memory, *corpus.Whole) {
	w := corpus.Wholes[name]()
	return &clients.Memory{Type: "application/json", Body: w.Body}, w
}

// BenchmarkAnswer makes a whole call whose request is short and whose answer is
// no stream.
func BenchmarkAnswer(b *testing.B) {
	for _, c := range answerCases {
		b.Run(c, func(b *testing.B) {
			for _, name := range clients.All {
				b.Run(name, func(b *testing.B) {
					m, w := answerMemory(c)
					client := inMemory(b, name, m)
					mustRead(b, name, w.Want, client.Create)
					kept := mustKeep(b, client.Create)
					measure.Loop(b, "op", 1, func() error {
						_, err := client.Create(context.Background())
						return err
					})
					if kept > 0 {
						b.ReportMetric(kept, "kept-B/op")
					}
				})
			}
			b.Run("floor-valid", func(b *testing.B) {
				_, w := answerMemory(c)
				measure.Loop(b, "op", 1, func() error {
					if !json.Valid(w.Body) {
						return errors.New("the answer is not valid JSON")
					}
					return nil
				})
			})
		})
	}
}

// BenchmarkRequest encodes and sends a request, of values made beforehand, whose
// answer is small.
func BenchmarkRequest(b *testing.B) {
	for _, c := range requestCases {
		b.Run(c, func(b *testing.B) {
			for _, name := range clients.All {
				b.Run(name, func(b *testing.B) {
					m, _ := answerMemory("small")
					messages := corpus.Conversations[c]()
					send := inMemory(b, name, m).Prepare(messages)
					if err := sends(m, send, messages); err != nil {
						b.Fatalf("%s: %v", name, err)
					}
					measure.Loop(b, "op", 1, func() error { return send(context.Background()) })
					b.ReportMetric(float64(m.Sent), "body-B/op")
				})
			}
			b.Run("floor-copy", func(b *testing.B) {
				m, _ := answerMemory("small")
				var body bytes.Buffer
				m.Copy = &body
				if err := inMemory(b, clients.NetHTTP, m).Prepare(corpus.Conversations[c]())(context.Background()); err != nil {
					b.Fatal(err)
				}
				into := make([]byte, body.Len())
				measure.Loop(b, "op", 1, func() error {
					copy(into, body.Bytes())
					return nil
				})
			})
		})
	}
}

// sends checks that send sends the messages.
func sends(m *clients.Memory, send func(context.Context) error, want []corpus.Message) error {
	var body bytes.Buffer
	m.Copy = &body
	defer func() { m.Copy = nil }()
	if err := send(context.Background()); err != nil {
		return err
	}
	var got struct {
		Model    string
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
	}
	if err := json.Unmarshal(body.Bytes(), &got); err != nil {
		return err
	}
	if got.Model != corpus.Model || len(got.Messages) != len(want) {
		return fmt.Errorf("sent model %q and %d messages, want %d", got.Model, len(got.Messages), len(want))
	}
	for i, g := range got.Messages {
		msg, err := message(g.Role, g.Content)
		if err != nil {
			return err
		}
		if msg != want[i] {
			return fmt.Errorf("message %d is %.80q, want %.80q", i, msg, want[i])
		}
	}
	return nil
}

// message reads a message, whose content is a string or a list of parts.
func message(role string, content json.RawMessage) (corpus.Message, error) {
	m := corpus.Message{Role: role}
	if json.Unmarshal(content, &m.Text) == nil {
		return m, nil
	}
	var parts []struct {
		Text     string
		ImageURL struct{ URL string } `json:"image_url"`
	}
	err := json.Unmarshal(content, &parts)
	for _, p := range parts {
		m.Text += p.Text
		m.Image += p.ImageURL.URL
	}
	return m, err
}
