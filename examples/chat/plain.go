package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

// plain is a console without a terminal: questions are lines, answers are text, and everything else
// goes to the standard error.
type plain struct {
	in        *bufio.Reader
	out, errs io.Writer
	isOpen    bool // the last line of out is not complete

	isTerminal    bool // out, which answers must not control
	lines, failed int
}

func newPlain(in io.Reader, out, errs io.Writer) *plain {
	return &plain{in: bufio.NewReader(in), out: out, errs: errs}
}

func (p *plain) Line() (string, error) {
	line, err := p.in.ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	switch {
	case err == nil:
		p.lines++
	case err == io.EOF && p.failed > 0:
		err = fmt.Errorf("failed: %d of %d lines", p.failed, p.lines) // for the exit status
	}
	return line, err
}

// Confirm does not read the next line, which is a question for the model.
func (p *plain) Confirm(context.Context, string) (bool, string) {
	return false, "there is no terminal to ask the user on"
}

func (p *plain) Reasoning(string) {}

func (p *plain) Answer(piece string) {
	if p.isTerminal {
		piece = harmless(piece)
	}
	if piece != "" {
		fmt.Fprint(p.out, piece)
		p.isOpen = !strings.HasSuffix(piece, "\n")
	}
}

func (p *plain) Flush() {
	if p.isOpen {
		fmt.Fprintln(p.out)
		p.isOpen = false
	}
}

func (p *plain) Question(string) {}

func (p *plain) Note(format string, args ...any) {
	fmt.Fprintln(p.errs, harmless(fmt.Sprintf(format, args...)))
}

func (p *plain) Failed(err error) {
	p.failed++
	p.Note("%v", err)
}

func (p *plain) Interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt)
}
