package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	newline    = "↵" // stands for the end of a line inside of a question
	longPaste  = 1000
)

// paste converts what is pasted, which a terminal marks. The ends of lines do not send the question:
// they become a sign in it. A long text has a name there, as the editor takes 4096 characters.
type paste struct {
	isInside  bool
	isIgnored bool
	isReturn  bool     // the last key was \r
	rest      []byte   // the beginning of what may be a mark
	inside    []byte   // so far
	long      []string // texts that have names
}

func (p *paste) convert(keys []byte) (out []byte) {
	keys = append(p.rest, keys...)
	p.rest = nil
	for len(keys) > 0 {
		mark := pasteStart
		if p.isInside {
			mark = pasteEnd
		}
		n := bytes.Index(keys, []byte(mark))
		if n < 0 {
			n = len(keys) - partOf(mark, keys)
			out, p.rest = append(out, p.text(keys[:n])...), bytes.Clone(keys[n:])
			return out
		}
		out = append(out, p.text(keys[:n])...)
		if p.isInside {
			out = append(out, p.end()...)
		}
		p.isInside = !p.isInside
		keys = keys[n+len(mark):]
	}
	return out
}

// end returns what was pasted, or its name.
func (p *paste) end() string {
	text := string(p.inside)
	p.inside = nil
	if p.isIgnored {
		return ""
	}
	if utf8.RuneCountInString(text) <= longPaste {
		return text
	}
	p.long = append(p.long, text)
	return pasteName(len(p.long))
}

func pasteName(n int) string { return fmt.Sprintf("[pasted text %d]", n) }

// expand returns a question with the texts that have names in it.
func (p *paste) expand(line string) string {
	var names []string
	for i, text := range p.long {
		names = append(names, pasteName(i+1), text)
	}
	return strings.ReplaceAll(strings.NewReplacer(names...).Replace(line), newline, "\n")
}

// text takes what is pasted, without what would end or change the line, and returns other keys.
func (p *paste) text(keys []byte) []byte {
	if !p.isInside {
		return keys
	}
	for _, key := range keys {
		switch {
		case key == '\n' && p.isReturn: // of \r\n
		case key == '\n' || key == '\r':
			p.inside = append(p.inside, newline...)
		case key == '\t':
			p.inside = append(p.inside, "    "...)
		case key < ' ' || key == 0x7f: // the terminal colors of a log, or Ctrl-C
		default:
			p.inside = append(p.inside, key)
		}
		p.isReturn = key == '\r'
	}
	return nil
}

// partOf returns how many bytes at the end of keys may be the beginning of a mark.
func partOf(mark string, keys []byte) int {
	for n := min(len(mark)-1, len(keys)); n > 0; n-- {
		if bytes.HasSuffix(keys, []byte(mark[:n])) {
			return n
		}
	}
	return 0
}
