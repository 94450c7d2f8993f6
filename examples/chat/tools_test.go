//go:build unix

package main

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/openroutertest"
)

// A pipe that nobody uses does not hold the chat, which waits for its tools.
func TestPipesAreRefused(t *testing.T) {
	server := openroutertest.NewServer(t,
		openroutertest.ToolCall("call_1", "read_file", `{"path":"pipe"}`).ToolCall("call_2", "write_file", `{"path":"pipe","text":"x"}`).
			ToolCall("call_3", "read_file", `{"path":"dir"}`).ToolCall("call_4", "read_file", `{"path":"../a"}`).
			ToolCall("call_5", "write_file", `{"path":"new","text":"x"}`),
		openroutertest.Text("A pity."))
	h := newHome(t)
	require.NoError(t, syscall.Mkfifo(h.path("pipe"), 0o600))
	require.NoError(t, os.Mkdir(h.path("dir"), 0o700))
	s := h.start(t, server, "-yes")
	s.line("Read it.")
	screen := s.see("A pity.") // on a slow machine, the lines have the time that a call took
	for _, line := range []string{`✗ read_file( \(\d+ms\))?: this is not a file`, `✗ write_file( \(\d+ms\))?: this is not a file`,
		`✗ read_file( \(\d+ms\))?: statat \.\./a: path escapes from parent`, "✓ write_file"} {
		assert.Regexp(t, line, screen)
	}
	s.line("/quit")
	s.leave()
}

// Nor does one whose name a question has.
func TestPipesAreNotAttached(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Text("A pity."))
	h := newHome(t)
	require.NoError(t, syscall.Mkfifo(h.path("pipe.png"), 0o600))
	s := h.start(t, server)
	s.line("What is on pipe.png?")
	s.see("A pity.")
}
