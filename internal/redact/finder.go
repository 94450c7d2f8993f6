package redact

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// finder looks for secrets in a text while it undoes the JSON escapes of the text, again and again, until none are left.
// The text after each round is a reading. All readings are made in one pass. Only the end of each is kept.
type finder struct {
	secrets  Secrets
	text     []byte
	readings []*reading
	depth    int   // number of readings in use
	first    int   // the first reading in which secrets count: in a string of JSON it is the one after a round
	work     int64 // how many bytes the readings may still have
	cut      bool  // the text may have been cut off
	found    []span

	kept   int       // how many bytes of a reading are needed
	ends   [256]bool // the last bytes of secrets
	simple bool      // no character of a secret has a short escape
}

// reading is the text after a number of rounds.
type reading struct {
	text   []byte // its end
	at     []int  // where in the finder's text the spelling of each byte of it begins
	escape int    // how many bytes at its end may be an escape
	half   rune   // the first half of a surrogate pair, 0 if there is none
	halfAt span
}

// maxWork is how many bytes all readings of a text may have, for each byte of the text, and minWork is added for short
// texts. Real texts need about two. What goes beyond that is an attack, and is replaced to its end.
const (
	maxWork = 8
	minWork = 64 << 10
)

const maxEscape = len(`\u0000`)

// The characters of the short escapes, and what they mean.
const (
	short = `"\/bfnrt`
	meant = "\"\\/\b\f\n\r\t"
)

func newFinder(s Secrets, text []byte) *finder {
	f := &finder{secrets: s, text: text, kept: len(s[0]) + 2*maxEscape, work: maxWork*int64(len(text)) + minWork, simple: true}
	for _, secret := range s {
		f.ends[secret[len(secret)-1]] = true
		f.simple = f.simple && !strings.ContainsAny(secret, meant)
	}
	return f
}

// readStrings finds the secrets in the strings of a text that is JSON.
func (f *finder) readStrings() {
	f.first = 1
	for i := 0; ; i++ {
		quote := bytes.IndexByte(f.text[i:], '"')
		if quote < 0 {
			return
		}
		from := i + quote + 1
		for i = from; i < len(f.text) && f.text[i] != '"'; i++ {
			if f.text[i] == '\\' {
				i++
			}
		}
		i = min(i, len(f.text)-1)
		f.read(from, i)
	}
}

// read finds the secrets in a part of the text.
func (f *finder) read(from, to int) {
	if f.isClean(f.text[from:to]) {
		if !f.cut {
			return
		}
		from = max(from, to-f.kept)
	}
	f.depth = 0
	for range f.first + 1 {
		f.deepen()
	}
	for i := from; i < to; {
		if n := f.plain(i, to); n > 0 {
			i += n
			continue
		}
		f.push(0, f.text[i], span{i, i + 1})
		i++
		if f.work < 0 {
			f.found = append(f.found, span{i, to})
			return
		}
	}
	if f.cut {
		f.tail()
	}
	for n := range f.depth { // what is left is no escape
		f.flush(n, f.readings[n].escape, span{to, to})
	}
}

// isClean reports whether a text certainly has no secrets.
func (f *finder) isClean(text []byte) bool {
	if bytes.IndexByte(text, '\\') >= 0 && (!f.simple || bytes.Contains(text, []byte(`\u`))) {
		return false
	}
	for _, secret := range f.secrets {
		if bytes.Contains(text, []byte(secret)) {
			return false
		}
	}
	return true
}

// tail finds the beginning of a secret at the end of the text, and before an escape that was cut off.
func (f *finder) tail() {
	for _, r := range f.readings[:f.depth] {
		for _, end := range []int{len(r.text), len(r.text) - r.escape} {
			for _, secret := range f.secrets {
				for n := min(len(secret)-1, end); n >= minTail; n-- {
					if from := end - n; string(r.text[from:end]) == secret[:n] {
						f.found = append(f.found, span{r.at[from], len(f.text)})
						break
					}
				}
			}
		}
	}
}

// deepen adds a reading. It is the same as the one before, without the escape that has just arrived there.
func (f *finder) deepen() {
	if f.depth == len(f.readings) {
		f.readings = append(f.readings, &reading{})
	}
	r := f.readings[f.depth]
	*r = reading{text: r.text[:0], at: r.at[:0]}
	f.depth++
	if f.depth == 1 {
		return
	}
	before := f.readings[f.depth-2]
	end := len(before.text) - before.escape
	begun := max(0, end-maxEscape+1) // what was no escape there may be the beginning of one here
	r.text, r.at = append(r.text, before.text[:begun]...), append(r.at, before.at[:begun]...)
	for i := begun; i < end; i++ {
		f.push(f.depth-1, before.text[i], span{before.at[i], before.at[i+1]})
	}
}

// plain adds the bytes up to the next backslash to all readings, if none of them waits for the rest of an escape. It
// returns their number.
func (f *finder) plain(from, to int) int {
	for _, r := range f.readings[:f.depth] {
		if r.escape > 0 || r.half != 0 {
			return 0
		}
	}
	size := bytes.IndexByte(f.text[from:to], '\\')
	if size < 0 {
		size = to - from
	}
	for n := range f.depth {
		for i := from; i < from+size; i++ {
			f.add(n, f.text[i], span{i, i + 1})
		}
	}
	return size
}

// push adds a byte to the reading n, and what it makes of the one after.
func (f *finder) push(n int, c byte, at span) {
	if n < f.depth { // a reading that is missing is the same as the one before
		f.add(n, c, at)
		f.unescape(n, c, at)
	}
}

// add adds a byte to the reading n, and looks whether a secret ends with it. A shorter secret is inside the longest.
func (f *finder) add(n int, c byte, at span) {
	f.work--
	r := f.readings[n]
	if len(r.text) > 2*f.kept+1<<10 {
		over := len(r.text) - f.kept
		r.text, r.at = append(r.text[:0], r.text[over:]...), append(r.at[:0], r.at[over:]...)
	}
	r.text, r.at = append(r.text, c), append(r.at, at.from)
	if !f.ends[c] || n < f.first {
		return
	}
	for _, secret := range f.secrets {
		if from := len(r.text) - len(secret); from >= 0 && string(r.text[from:]) == secret {
			f.found = append(f.found, span{r.at[from], at.to})
			return
		}
	}
}

// unescape undoes the escapes of the reading n, and so adds to the next one. What is no escape stays as it is.
func (f *finder) unescape(n int, c byte, at span) {
	r := f.readings[n]
	if r.escape == 0 && c != '\\' {
		f.pass(n, c, at)
		return
	}
	r.escape++
	from := len(r.text) - r.escape
	switch size := r.escape; {
	case size == 1, size == 2 && c == 'u', size > 2 && size < maxEscape && isHex(c):
	case size == 2 && strings.IndexByte(short, c) >= 0:
		f.undone(n, rune(meant[strings.IndexByte(short, c)]), span{r.at[from], at.to})
	case size == maxEscape && isHex(c):
		unit, _ := strconv.ParseUint(string(r.text[from+2:]), 16, 16)
		f.undone(n, rune(unit), span{r.at[from], at.to})
	default:
		f.flush(n, size-1, at)
		f.unescape(n, c, at)
	}
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// flush adds what turned out to be no escape to the reading after n: the first bytes of it. next is where the byte
// after them stands.
func (f *finder) flush(n, size int, next span) {
	r := f.readings[n]
	from := len(r.text) - r.escape
	for i := from; i < from+size; i++ {
		end := next.from
		if i+1 < from+size {
			end = r.at[i+1]
		}
		f.pass(n, r.text[i], span{r.at[i], end})
	}
	f.loneHalf(n)
	r.escape = 0
}

// undone adds to the reading after n what an escape stands for. Two halves of a surrogate pair are one character.
func (f *finder) undone(n int, v rune, at span) {
	r := f.readings[n]
	if n+1 == f.depth {
		f.deepen()
	}
	r.escape = 0
	if pair := utf16.DecodeRune(r.half, v); r.half != 0 && pair != utf8.RuneError {
		v, at.from, r.half = pair, r.halfAt.from, 0
	}
	f.loneHalf(n)
	if v >= 0xD800 && v < 0xDC00 {
		r.half, r.halfAt = v, at
		return
	}
	f.write(n+1, v, at)
}

// pass adds a byte as it is to the reading after n.
func (f *finder) pass(n int, c byte, at span) {
	f.loneHalf(n)
	f.push(n+1, c, at)
}

func (f *finder) loneHalf(n int) {
	if r := f.readings[n]; r.half != 0 {
		r.half = 0
		f.write(n+1, utf8.RuneError, r.halfAt)
	}
}

func (f *finder) write(n int, v rune, at span) {
	var buf [utf8.UTFMax]byte
	for _, c := range buf[:utf8.EncodeRune(buf[:], v)] {
		f.push(n, c, at)
	}
}
