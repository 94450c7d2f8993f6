// Package benchmarks compares Go clients of the chat completions API: what
// their public APIs take to read and write the same bytes.
package benchmarks

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/openrouter-go/openrouter/benchmarks/internal/clients"
	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
	"github.com/openrouter-go/openrouter/benchmarks/internal/load"
)

var events = flag.Int("events", 10, "chunks each open stream gets between its first and its last")

func TestMain(m *testing.M) {
	if load.IsChild() {
		if err := load.Main(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const memoryURL = "https://memory.invalid/api/v1"

// inMemory returns a client whose requests go to m.
func inMemory(tb testing.TB, name string, m *clients.Memory) clients.Client {
	tb.Helper()
	c, err := clients.New(name, memoryURL, &http.Client{Transport: m})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// mustRead fails unless the client reads what was sent.
func mustRead(tb testing.TB, name string, want corpus.Answer, read func(context.Context) (clients.Result, error)) {
	tb.Helper()
	got, err := read(context.Background())
	if err == nil {
		err = clients.Check(name, got.Answer, want)
	}
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
}
