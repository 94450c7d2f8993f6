package sse

import "bytes"

// AppendEvent appends an event with the given data to b: one data line for each line of data, then a blank line.
// CR, LF and CRLF all end a line of data, so a reader gets each of them as LF.
func AppendEvent(b, data []byte) []byte {
	return append(appendLines(b, "data: ", data), '\n')
}

// AppendComment appends text to b as a comment, one comment line for each line of text, then a blank line, which is how
// a server keeps a connection alive. Readers ignore it. It belongs between two events.
func AppendComment(b []byte, text string) []byte {
	return append(appendLines(b, ": ", []byte(text)), '\n')
}

// appendLines appends each line of text, with the prefix before it.
func appendLines(b []byte, prefix string, text []byte) []byte {
	lf, cr := -1, -1 // the last of each that was found; len(text) if there is no more
	for start := 0; ; {
		lf, cr = nextIndex(text, '\n', lf, start), nextIndex(text, '\r', cr, start)
		end := min(lf, cr)
		b = append(append(append(b, prefix...), text[start:end]...), '\n')
		if end == len(text) {
			return b
		}
		start = end + 1
		if cr == end && lf == start && lf < len(text) {
			start++
		}
	}
}

// nextIndex returns the index of the first c in text[start:], given the last one found; len(text) if there is none.
func nextIndex(text []byte, c byte, last, start int) int {
	if last >= start {
		return last
	}
	if i := bytes.IndexByte(text[start:], c); i >= 0 {
		return start + i
	}
	return len(text)
}
