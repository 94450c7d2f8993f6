package main

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"
)

const prompt = "> "

// terminal is the console of a person. It stays on the normal screen, so that the conversation can be
// scrolled and copied as other output.
type terminal struct {
	*screen
	keys    *keyboard
	editor  *term.Terminal
	restore func() error
}

// openTerminal takes over the terminal of the program. The end of ctx is the end of the input.
func openTerminal(ctx context.Context) (*terminal, error) {
	before, err := term.MakeRaw(int(os.Stdin.Fd()))
	if err != nil {
		return nil, err
	}
	size := func() (int, int) {
		width, height, err := term.GetSize(int(os.Stdout.Fd()))
		if err != nil || width <= 0 || height <= 0 {
			return 80, 24
		}
		return max(width, 4), max(height, 2)
	}
	t := &terminal{screen: newScreen(os.Stdout, size), keys: newKeyboard()}
	t.restore = func() error { return term.Restore(int(os.Stdin.Fd()), before) }
	t.edit()
	go t.keys.pump(os.Stdin)
	context.AfterFunc(ctx, func() { t.keys.end(io.EOF) })
	return t, nil
}

// Close gives the terminal back.
func (t *terminal) Close() error {
	t.editor.SetBracketedPasteMode(false)
	return t.restore()
}

// edit begins with an empty line. The history of earlier lines stays.
func (t *terminal) edit() {
	before := t.editor
	t.editor = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{t.keys, os.Stdout}, prompt)
	if before != nil {
		t.editor.History = before.History
	}
	t.editor.SetBracketedPasteMode(true)
}

// Line reads a line. Ctrl-C empties the line, and the second one in a row leaves. One that stopped an
// answer counts as the first.
func (t *terminal) Line() (string, error) {
	defer t.keys.listen()()
	for {
		if err := t.editor.SetSize(t.size()); err != nil {
			return "", err
		}
		already := t.keys.interrupted()
		line, err := t.editor.ReadLine()
		isInterrupt := t.keys.interrupted() > already
		switch {
		case err == nil:
			t.keys.reset()
			return t.keys.pasted(line), nil
		case err == io.EOF && isInterrupt && already == 0:
			t.print("\n")
			t.edit()
			t.Note("Ctrl-C again leaves")
		default:
			t.print("\n")
			return "", err
		}
	}
}

// Confirm waits for one key. Only y allows, and not one within a text that is typed or pasted, nor one
// behind escape, which begins arrows and Alt-y.
func (t *terminal) Confirm(ctx context.Context, question string) (isYes bool, reason string) {
	defer t.keys.listenForKeys()()
	ask := bold("allow? [y/n] ")
	t.print(harmless(question) + "\n" + ask)
	var before byte // escape or what follows it, in such a sequence
	isText := false
	for {
		key, err := t.keys.key(ctx)
		switch {
		case err != nil:
			t.print("\n")
			return false, "the user left"
		case key == ctrlC || key == ctrlD:
			t.print("no\n")
			t.keys.interrupt() // stops the answer
			return false, "the user said no"
		case key == escape, before == escape && (key == '[' || key == 'O'), before != 0 && before != escape && key < '@':
			before = key
		case before != 0:
			before = 0
		case isText && key == '\r':
			isText = false
			t.print("\n" + ask)
		case !isText && (key == 'y' || key == 'Y'):
			t.print("yes\n")
			return true, ""
		case !isText && (key == 'n' || key == 'N' || key == '\r'):
			t.print("no\n")
			return false, "the user said no"
		case key >= ' ':
			isText = true
			t.print(string([]byte{key}))
		}
	}
}

func (t *terminal) Failed(err error) { t.Note("%v", err) }

func (t *terminal) Question(text string) { t.print(bold(prompt) + harmless(text) + "\n") }

func (t *terminal) Interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	t.keys.setInterrupt(cancel)
	return ctx, func() {
		t.keys.setInterrupt(nil)
		cancel()
	}
}
