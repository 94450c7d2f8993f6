package main

import (
	"regexp"
	"strings"
)

// blocks splits Markdown that arrives in pieces into blocks that can be rendered alone: a heading, a
// paragraph, a list, a table, a fenced piece of code. It looks at each byte once.
type blocks struct {
	block   strings.Builder // the complete lines of the open block
	line    strings.Builder // the line behind them
	fence   string          // that is open
	isList  bool            // the open block is a list
	isBlank bool            // its last line is blank
}

var (
	heading = regexp.MustCompile(`^ {0,3}#{1,6}[ \t\n]`)
	opening = regexp.MustCompile("^\\s*(`{3,}|~{3,})([^\n]*)\n")
)

// add takes the next piece. It returns the blocks that are complete now, and the text that is new in
// the open block: all of it if a block was completed.
func (b *blocks) add(piece string) (finished []string, open string) {
	rest := piece
	for rest != "" {
		n := strings.IndexByte(rest, '\n') + 1
		if n == 0 {
			n = len(rest)
		}
		b.line.WriteString(rest[:n])
		rest = rest[n:]
		if b.startsAnew() {
			finished = append(finished, b.take())
		}
		if strings.HasSuffix(b.line.String(), "\n") && b.endLine() {
			finished = append(finished, b.take())
		}
	}
	if len(finished) > 0 {
		return finished, b.block.String() + b.line.String()
	}
	return nil, piece
}

// end returns what is left.
func (b *blocks) end() string {
	text := b.block.String() + b.line.String()
	*b = blocks{}
	return text
}

// take returns the open block. The line behind it stays.
func (b *blocks) take() string {
	text := b.block.String()
	b.block.Reset()
	b.isList, b.isBlank, b.fence = false, false, ""
	return text
}

// startsAnew reports whether the line behind a blank line does not belong to the list before it.
func (b *blocks) startsAnew() bool {
	if !b.isBlank || b.fence != "" {
		return false
	}
	line := b.line.String()
	if strings.TrimSpace(line) == "" || line[0] == ' ' || line[0] == '\t' {
		return false
	}
	isItem, isKnown := listItem(line)
	return isKnown && !isItem
}

// endLine adds the complete line to the block and reports whether the block ends with it.
func (b *blocks) endLine() bool {
	line := b.line.String()
	b.line.Reset()
	text := strings.TrimSpace(line)
	isFirst := b.block.Len() == 0
	switch {
	case b.fence != "":
		b.block.WriteString(line)
		if strings.HasPrefix(text, b.fence) && strings.Trim(text, b.fence[:1]) == "" {
			b.fence = ""
			return !b.isList
		}
		return false
	case text == "" && isFirst:
		return false
	case text == "":
		// In a list, glamour puts a paragraph behind a blank line on the same line as the one before.
		// Without the blank line it does not.
		b.isBlank = true
		return !b.isList
	}
	b.block.WriteString(line)
	b.isBlank = false
	if m := opening.FindStringSubmatch(line); m != nil && !(m[1][0] == '`' && strings.Contains(m[2], "`")) {
		b.fence = m[1]
	}
	if isFirst {
		b.isList, _ = listItem(line)
	}
	return isFirst && heading.MatchString(line)
}

// listItem reports whether a line begins an item of a list, and whether that is known yet.
func listItem(line string) (isItem, isKnown bool) {
	marker := strings.TrimLeft(line, " ")
	digits := strings.TrimLeft(marker, "0123456789")
	var rest string
	switch n := len(marker) - len(digits); {
	case n > 9:
		return false, true
	case n > 0 && digits == "":
		return false, false
	case n > 0 && digits[0] != '.' && digits[0] != ')':
		return false, true
	case n > 0:
		rest = digits[1:]
	case marker == "" || !strings.ContainsAny(marker[:1], "-*+"):
		return false, true
	default:
		rest = marker[1:]
	}
	if rest == "" {
		return false, false
	}
	return rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n', true
}
