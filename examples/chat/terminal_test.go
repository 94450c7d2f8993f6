package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/openroutertest"
)

// program is the path of the built program.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "chat")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "chat")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%s: %v", out, err))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// home is the folder that a program runs in, with what it keeps between two runs.
type home struct{ dir string }

func newHome(t *testing.T) home { return home{t.TempDir()} }

func (h home) path(name string) string { return filepath.Join(h.dir, name) }

func (h home) command(t *testing.T, server *openroutertest.Server, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = h.dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "HOME="+h.dir, "XDG_CACHE_HOME="+h.dir, "GLAMOUR_STYLE=", "NO_COLOR=", "OPENROUTER_API_KEY=")
	if server != nil {
		cmd.Env = append(cmd.Env, "OPENROUTER_API_KEY="+openroutertest.Key, "OPENROUTER_BASE_URL="+server.URL)
	}
	return cmd
}

// session is the program in a pseudo-terminal, whose screen an emulator draws.
type session struct {
	t       *testing.T
	tty     *os.File
	over    chan error
	process *os.Process

	mu     sync.Mutex
	screen *vt.Emulator
	raw    strings.Builder
	drawn  chan struct{} // closed at the next change
}

func (h home) start(t *testing.T, server *openroutertest.Server, args ...string) *session {
	t.Helper()
	const width, height = 80, 24
	cmd := h.command(t, server, args...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: height, Cols: width})
	require.NoError(t, err)
	s := &session{t: t, tty: tty, process: cmd.Process, over: make(chan error, 1), screen: vt.NewEmulator(width, height), drawn: make(chan struct{})}
	answers := make(chan struct{})
	go func() { // what the emulator answers to questions of the program
		_, _ = io.Copy(io.Discard, s.screen)
		close(answers)
	}()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		buf := make([]byte, 4096)
		for {
			n, err := tty.Read(buf)
			s.draw(buf[:n])
			if err != nil {
				s.over <- cmd.Wait()
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = tty.Close()
		<-gone                                                // it writes into its home until then, which the test removes
		if pipe, ok := s.screen.InputPipe().(io.Closer); ok { // Close of the emulator races with its Read
			_ = pipe.Close()
		}
		<-answers
	})
	s.see("lists the commands")
	return s
}

func (s *session) draw(data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw.Write(data)
	_, _ = s.screen.Write(data)
	close(s.drawn)
	s.drawn = make(chan struct{})
}

// text is everything on the screen and above it, and a channel that is closed when it changes.
func (s *session) text() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, line := range s.screen.Scrollback().Lines() {
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	for line := range strings.Lines(s.screen.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n"), s.drawn
}

// see waits until all texts are there, and returns everything that is.
func (s *session) see(texts ...string) string {
	s.t.Helper()
	late := time.After(time.Minute)
	for {
		screen, drawn := s.text()
		missing := ""
		for _, text := range texts {
			if !strings.Contains(screen, text) && !strings.Contains(flat(screen), text) {
				missing = text
			}
		}
		if missing == "" {
			return screen
		}
		select {
		case <-drawn:
		case <-late:
			require.FailNow(s.t, "not on the screen: "+missing, screen)
		}
	}
}

// flat is a text without the ends of rows, and without the times of calls, which a slow machine shows.
func flat(screen string) string {
	return times.ReplaceAllString(strings.Join(strings.Fields(screen), " "), "")
}

var times = regexp.MustCompile(` \([0-9.]+m?s\)`)

// atPrompt waits until the program waits for a line.
func (s *session) atPrompt() string {
	s.t.Helper()
	late := time.After(time.Minute)
	for {
		screen, drawn := s.text()
		if strings.HasSuffix(screen, "\n>") {
			return screen
		}
		select {
		case <-drawn:
		case <-late:
			require.FailNow(s.t, "no prompt", screen)
		}
	}
}

// press sends keys.
func (s *session) press(keys string) {
	s.t.Helper()
	_, err := io.WriteString(s.tty, keys)
	require.NoError(s.t, err)
}

// line enters a line when the program waits for one.
func (s *session) line(text string) {
	s.t.Helper()
	before := s.atPrompt()
	s.press(text + "\r")
	for { // the next line must not take this prompt for one of its own
		screen, drawn := s.text()
		if screen != before {
			return
		}
		<-drawn
	}
}

// leave waits for the end of the program.
func (s *session) leave() string {
	s.t.Helper()
	select {
	case err := <-s.over:
		require.NoError(s.t, err)
		s.over <- nil
	case <-time.After(time.Minute):
		require.FailNow(s.t, "the program goes on")
	}
	screen, _ := s.text()
	return screen
}
