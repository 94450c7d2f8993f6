package main

import (
	"html"
	"regexp"
	"strings"
)

// ampersand stands for & until a block is rendered. The renderer would decode &#27; to a sign that
// controls the terminal, in code, too, and more than once. A text of a model cannot have this sign.
const ampersand = "\x1a"

var (
	tag        = regexp.MustCompile(`^<[a-zA-Z/!?]`)
	reference  = regexp.MustCompile(`^&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});`)
	ampersands = regexp.MustCompile(`&([a-zA-Z0-9_]+=)?`)
	autolink   = regexp.MustCompile(`^<([a-zA-Z][a-zA-Z0-9+.-]+:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>`)
)

// withTags returns a block of Markdown whose tags are shown. As HTML they would be dropped, and with
// them a type such as List<String>. References to characters are decoded, and the other ampersands
// replaced.
func withTags(block string) string {
	if !strings.ContainsAny(block, "<&") {
		return block
	}
	var b strings.Builder
	isCode := true  // indented lines that the block begins with, where a backslash would be shown
	isStart := true // of a line
	for block != "" {
		n := 1
		if isStart {
			isCode = isCode && (strings.HasPrefix(block, "    ") || strings.HasPrefix(block, "\t"))
		}
		switch {
		case isCode:
		case isStart && fenced(block) > 0:
			n = fenced(block)
		case reference.MatchString(block):
			n = len(reference.FindString(block))
			for _, r := range harmless(html.UnescapeString(block[:n])) {
				if strings.ContainsRune("\\`*_{}[]()<>#+-.!|~", r) { // which is no Markdown here
					b.WriteByte('\\')
				}
				b.WriteRune(max(r, ' ')) // not the end of a line
			}
			block = block[n:]
			continue
		case block[0] == '\\':
			n = min(2, len(block))
		case block[0] == '`':
			n = codeSpan(block)
		case autolink.MatchString(block):
			n = len(autolink.FindString(block))
		case tag.MatchString(block) && !strings.HasSuffix(b.String(), "]("):
			b.WriteByte('\\')
		}
		b.WriteString(block[:n])
		isStart = block[n-1] == '\n'
		block = block[n:]
	}
	return ampersands.ReplaceAllStringFunc(b.String(), func(text string) string {
		if len(text) > 1 && html.UnescapeString(text) == text { // of an address, which another sign would end
			return text
		}
		return ampersand + text[1:]
	})
}

var (
	levels = regexp.MustCompile(`(?m)^(?:[ \t>]|[-*+][ \t]|[0-9]{1,9}[.)][ \t])+`)
	level  = regexp.MustCompile(`>|[-*+]|[0-9]+[.)]|  |\t`)
)

// isDeep reports whether quotes and lists are nested so deep that the renderer needs seconds, or does
// not end.
func isDeep(block string) bool {
	const most = 30
	if fenced(block) == len(block) {
		return false
	}
	for _, start := range levels.FindAllString(block, -1) {
		if len(start) > most && len(level.FindAllStringIndex(start, most+1)) > most {
			return true
		}
	}
	return false
}

// fenced returns how long the fenced code is that text begins with, or 0.
func fenced(text string) int {
	m := opening.FindStringSubmatch(text)
	if m == nil || m[1][0] == '`' && strings.Contains(m[2], "`") {
		return 0
	}
	n := len(m[0])
	for line := range strings.Lines(text[n:]) {
		n += len(line)
		if line = strings.TrimSpace(line); strings.HasPrefix(line, m[1]) && strings.Trim(line, m[1][:1]) == "" {
			break
		}
	}
	return n
}

// codeSpan returns how long the code is that text begins with, or the backticks alone if nothing
// closes them.
func codeSpan(text string) int {
	ticks := len(text) - len(strings.TrimLeft(text, "`"))
	for at := ticks; at < len(text); at++ {
		run := len(text[at:]) - len(strings.TrimLeft(text[at:], "`"))
		if run == ticks {
			return at + run
		}
		at += run
	}
	return ticks
}
