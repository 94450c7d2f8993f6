package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"charm.land/glamour/v2"
)

// frame is the time between two drawings.
const frame = time.Second / 30

// screen shows texts on a terminal while they arrive. What is complete is written once, as rendered
// Markdown. Only the open block below it is drawn again, as plain text, and of that only what fits.
type screen struct {
	out  io.Writer
	size func() (width, height int)

	mu       sync.Mutex
	renderer *glamour.TermRenderer
	width    int // that the renderer is for

	isReasoning bool
	reasoning   strings.Builder // all of it
	answer      blocks
	open        region
	drawn       int         // rows of the open block that are on the screen
	timer       *time.Timer // until the next drawing
}

func newScreen(out io.Writer, size func() (int, int)) *screen { return &screen{out: out, size: size} }

// Reasoning shows a piece of reasoning.
func (s *screen) Reasoning(piece string) {
	if piece = harmless(piece); piece == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isReasoning {
		s.finish()
		s.isReasoning = true
	}
	s.reasoning.WriteString(piece)
	s.grow(piece)
}

// Answer shows a piece of the answer.
func (s *screen) Answer(piece string) {
	if piece = harmless(piece); piece == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isReasoning {
		s.finish()
	}
	finished, open := s.answer.add(piece)
	for _, block := range finished {
		s.write(s.markdown(block))
	}
	s.grow(open)
}

// Flush completes the text.
func (s *screen) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish()
}

// Note shows a line about the conversation.
func (s *screen) Note(format string, args ...any) {
	s.Flush()
	width, _ := s.size()
	s.print(dim(wrapped(harmless(fmt.Sprintf(format, args...)), width-1)) + "\n")
}

// grow adds to the open block, and has it drawn soon.
func (s *screen) grow(text string) {
	if text == "" {
		return
	}
	width, height := s.size()
	s.open.add(text, width-1, height-1)
	if s.timer == nil {
		s.timer = time.AfterFunc(frame, s.draw)
	}
}

// draw draws the open block.
func (s *screen) draw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer == nil { // the block was completed
		return
	}
	s.timer = nil
	rows := s.open.tail()
	if s.isReasoning {
		for i := range rows {
			rows[i] = dim(rows[i])
		}
	}
	s.replace(rows)
	s.drawn = len(rows)
}

// finish writes what is open.
func (s *screen) finish() {
	if s.isReasoning {
		width, _ := s.size()
		s.write(dim(wrapped(strings.TrimSpace(s.reasoning.String()), width-1)))
		s.reasoning.Reset()
		s.isReasoning = false
		return
	}
	if text := s.answer.end(); strings.TrimSpace(text) != "" {
		s.write(s.markdown(text))
		return
	}
	if s.drawn > 0 { // blank lines
		s.replace(nil)
	}
	s.settle()
}

// settle forgets the open block, which is complete.
func (s *screen) settle() {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.timer, s.open, s.drawn = nil, region{}, 0
}

// write writes a complete block in the place of the open one.
func (s *screen) write(text string) {
	s.replace(strings.Split(text, "\n"))
	s.print("\n\n")
	s.settle()
}

// replace writes rows over those of the open block. It clears behind each row and not before, so that
// what stays does not flicker.
func (s *screen) replace(rows []string) {
	var b strings.Builder
	if s.drawn > 1 {
		fmt.Fprintf(&b, "\x1b[%dA", s.drawn-1)
	}
	b.WriteString("\r")
	for i, row := range rows {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(row + "\x1b[K")
	}
	b.WriteString("\x1b[J")
	s.print(b.String())
}

// print writes to a terminal in raw mode.
func (s *screen) print(text string) {
	_, _ = io.WriteString(s.out, strings.ReplaceAll(text, "\n", "\r\n")) // nobody is left to be told
}

// markdown renders a block.
func (s *screen) markdown(text string) string {
	const most = 100 // columns that read well
	width, _ := s.size()
	if width = min(width-1, most); s.renderer == nil || s.width != width {
		r, err := newRenderer(width)
		if err != nil {
			return text
		}
		s.renderer, s.width = r, width
	}
	if isDeep(text) {
		return trimmed(wrapped(text, width))
	}
	rendered, err := s.renderer.Render(withTags(text))
	if err != nil {
		return text
	}
	return strings.ReplaceAll(trimmed(rendered), ampersand, "&")
}
