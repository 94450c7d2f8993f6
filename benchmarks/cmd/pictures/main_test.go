package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// The pictures in the repository are those that the program draws.
func TestPicturesAreCurrent(t *testing.T) {
	for name, want := range pictures() {
		got, err := os.ReadFile(filepath.Join("../../../docs/images", name))
		if err != nil {
			t.Error(err)
		} else if string(got) != string(want) {
			t.Errorf("%s is not what go generate ./cmd/pictures draws", name)
		}
	}
}

// The defaults in the picture are the library's.
func TestDefaults(t *testing.T) {
	for _, test := range []struct {
		name  string
		reply openroutertest.Reply
		want  time.Duration
		is    error
	}{
		{"WithTimeout", openroutertest.Reply{}.Processing(time.Minute, openroutertest.Forever), defaultTimeout, openrouter.ErrAttemptTimeout},
		{"WithStreamIdleTimeout", openroutertest.Text("To be").Stall(), defaultIdle, openrouter.ErrStreamIdle},
		{"WithContentTimeout is off", openroutertest.Text("To be").Processing(time.Minute, openroutertest.Forever), 24 * time.Hour, context.DeadlineExceeded},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
				defer cancel()
				start := time.Now()
				err := collect(ctx, openroutertest.NewTransport(t, test.reply).Client())
				if took := time.Since(start); took != test.want || !errors.Is(err, test.is) {
					t.Errorf("ended after %v, want %v, with %v", took, test.want, err)
				}
			})
		})
	}
}

func collect(ctx context.Context, client *openrouter.Client) error {
	stream, err := client.Chat.Stream(ctx, &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2", Messages: []openrouter.Message{openrouter.UserMessage("To be?")},
	})
	if err == nil {
		_, err = stream.Collect()
	}
	return err
}
