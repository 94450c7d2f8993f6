// Package redact replaces secrets in texts. It finds a secret that is spelled as it is, and one with characters that are
// spelled as JSON escapes, such as \/ or \u002B. Servers quote JSON in strings of JSON, so an escape may be escaped
// again, any number of times.
package redact

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// Mark stands in place of a secret.
const Mark = "[redacted]"

// minTail is the length of the shortest beginning of a secret that is replaced where a text was cut off.
const minTail = 4

// Secrets are the texts to replace, the longest first. None is empty.
type Secrets []string

// Text returns a complete text without the secrets.
func (s Secrets) Text(text string) string {
	if len(s) == 0 || !strings.Contains(text, `\`) && !slices.ContainsFunc(s, func(secret string) bool { return strings.Contains(text, secret) }) {
		return text
	}
	f := newFinder(s, []byte(text))
	f.read(0, len(text))
	return string(replace(f.text, f.spans()))
}

// JSON returns JSON without the secrets. It looks at the strings alone, so that the rest stays as it is. If nothing is
// found, JSON returns the text itself.
func (s Secrets) JSON(text []byte) []byte {
	if len(s) == 0 {
		return text
	}
	f := newFinder(s, text)
	f.readStrings()
	return replace(text, f.spans())
}

// Data returns a text without the secrets. The text may be JSON: see [Secrets.JSON]. Any other text may have been cut
// off, so the beginning of a secret at its end counts, too. The second result is where the byte at the offset is
// afterwards.
func (s Secrets) Data(text []byte, offset int) ([]byte, int) {
	if len(s) == 0 || len(text) == 0 {
		return text, offset
	}
	f := newFinder(s, text)
	if isJSON(text) {
		f.readStrings()
	} else {
		f.cut = true
		f.read(0, len(text))
	}
	found := f.spans()
	return replace(text, found), moved(offset, found)
}

// isJSON reports whether a text is an object or a list of JSON. Anything else may be a plain text that was cut off.
func isJSON(text []byte) bool {
	start := bytes.TrimLeft(text, " \t\r\n")
	return len(start) > 0 && (start[0] == '{' || start[0] == '[') && json.Valid(text)
}

// span is a part of a text.
type span struct{ from, to int }

// spans returns what was found, in order. Secrets that overlap are one span.
func (f *finder) spans() []span {
	slices.SortFunc(f.found, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var apart []span
	for _, at := range f.found {
		if n := len(apart); n > 0 && at.from < apart[n-1].to {
			apart[n-1].to = max(apart[n-1].to, at.to)
		} else {
			apart = append(apart, at)
		}
	}
	return apart
}

func replace(text []byte, found []span) []byte {
	if len(found) == 0 {
		return text
	}
	var out []byte
	end := 0
	for _, at := range found {
		out = append(append(out, text[end:at.from]...), Mark...)
		end = at.to
	}
	return append(out, text[end:]...)
}

// moved returns where an offset is after the spans are replaced. Inside a span it becomes the start of the mark.
func moved(offset int, found []span) int {
	to := offset
	for _, at := range found {
		switch {
		case at.to <= offset:
			to += len(Mark) - (at.to - at.from)
		case at.from < offset:
			to -= offset - at.from
		}
	}
	return to
}
