package main

import "bytes"

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	newline    = "↵" // stands for the end of a line inside of a question
)

// paste converts what is pasted, which a terminal marks. The ends of lines do not send the question:
// they become a sign in it.
type paste struct {
	isInside bool
	isReturn bool   // the last key was \r
	rest     []byte // the beginning of what may be a mark
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
		p.isInside = !p.isInside
		keys = keys[n+len(mark):]
	}
	return out
}

// text replaces what would end or change the line.
func (p *paste) text(keys []byte) (out []byte) {
	if !p.isInside {
		return keys
	}
	for _, key := range keys {
		switch {
		case key == '\n' && p.isReturn: // of \r\n
		case key == '\n' || key == '\r':
			out = append(out, newline...)
		case key == '\t':
			out = append(out, "    "...)
		case key < ' ' || key == 0x7f: // the terminal colors of a log, or Ctrl-C
		default:
			out = append(out, key)
		}
		p.isReturn = key == '\r'
	}
	return out
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
