package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/openroutertest"
)

func (s *session) resize(width, height int) {
	s.t.Helper()
	s.mu.Lock()
	s.screen.Resize(width, height)
	s.mu.Unlock()
	require.NoError(s.t, pty.Setsize(s.tty, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)})) //nolint:gosec // small
}

// A text that is drawn again and again leaves nothing of that behind, however small the terminal is.
func TestTinyTerminal(t *testing.T) {
	for _, size := range [][2]int{{10, 3}, {19, 4}} {
		var answer strings.Builder
		answer.WriteString("```\n")
		for i := range 40 {
			fmt.Fprintf(&answer, "w%dw %s\n", i, strings.Repeat("y", i))
		}
		server := openroutertest.NewServer(t, openroutertest.Text(pieces(answer.String(), 9)...).Pace(2*time.Millisecond))
		s := newHome(t).start(t, server)
		s.atPrompt()
		s.resize(size[0], size[1])
		s.press("Go.\r")
		s.see("w39w")
		s.atPrompt()
		screen, _ := s.text()
		for i := range 40 {
			assert.Equal(t, 1, strings.Count(screen, fmt.Sprintf("w%dw", i)), "w%dw", i)
		}
		s.press("/quit\r")
		s.leave()
	}
}
