package benchmarks

import (
	"context"
	"testing"

	"github.com/openrouter-go/openrouter/benchmarks/internal/clients"
	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
	"github.com/openrouter-go/openrouter/benchmarks/internal/load"
)

// The clients must have read the same, or their times cannot be compared.

func TestStreamsAreRead(t *testing.T) {
	for _, c := range streamCases {
		for _, name := range clients.All {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				m, s, _ := c.memory()
				chunks := 0
				mustRead(t, name, s.Want, func(ctx context.Context) (clients.Result, error) {
					return inMemory(t, name, m).Stream(ctx, func() { chunks++ })
				})
				if chunks != s.Chunks {
					t.Errorf("%d chunks, want %d", chunks, s.Chunks)
				}
			})
		}
	}
}

func TestAnswersAreRead(t *testing.T) {
	for _, c := range answerCases {
		for _, name := range clients.All {
			t.Run(c+"/"+name, func(t *testing.T) {
				m, w := answerMemory(c)
				mustRead(t, name, w.Want, inMemory(t, name, m).Create)
			})
		}
	}
}

func TestRequestsAreSent(t *testing.T) {
	for _, c := range requestCases {
		for _, name := range clients.All {
			t.Run(c+"/"+name, func(t *testing.T) {
				m, _ := answerMemory("small")
				messages := corpus.Conversations[c]()
				if err := sends(m, inMemory(t, name, m).Prepare(messages), messages); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestStreamsAreHeldOpen(t *testing.T) {
	for _, name := range clients.All {
		t.Run(name, func(t *testing.T) {
			if _, err := load.Run(t.Context(), name, 50, 5); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCorpus(t *testing.T) {
	for name, size := range map[string][2]int{"text": {290, 340}, "reasoning": {380, 480}, "tools": {360, 440}} {
		s := corpus.Streams[name]()
		if s.Chunks != corpus.Chunks {
			t.Errorf("%s: %d chunks, want %d", name, s.Chunks, corpus.Chunks)
		}
		if per := len(s.Body) / s.Chunks; per < size[0] || per > size[1] {
			t.Errorf("%s: %d bytes a chunk, want %d to %d", name, per, size[0], size[1])
		}
	}
	if n := len(corpus.Wholes["logprobs"]().Body); n < 60<<10 || n > 68<<10 {
		t.Errorf("the answer with log probabilities has %d bytes, want about 64 KiB", n)
	}
	total := 0
	for _, m := range corpus.Conversations["conversation"]() {
		total += len(m.Text)
	}
	if n := len(corpus.Conversations["conversation"]()); n != 200 || total < 48<<10 || total > 50<<10 {
		t.Errorf("the conversation has %d messages and %d bytes, want 200 and about 50 KiB", n, total)
	}
}
