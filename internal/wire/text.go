package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// notPlain has the high bit set of the first of eight bytes that does not stand for itself in a JSON string (control characters, quotes,
// backslashes and all beyond ASCII), and of none before it.
func notPlain(v uint64) uint64 {
	// With this bit turned, a quote is what comes after the control characters.
	turned, slash := v^(ones*2), v^(ones*'\\')
	return (v | (turned - ones*('"'^2+1)) | (slash - ones)) & highs
}

// PlainLen returns how many of the first bytes of b stand for themselves in a JSON string. It looks at eight at a time: texts are long,
// and images are nothing else.
func PlainLen(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if odd := notPlain(binary.LittleEndian.Uint64(b[i:])); odd != 0 {
			return i + bits.TrailingZeros64(odd)/8
		}
		if i == longText {
			i = skipPlain(b, i+8) - 8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
			break
		}
	}
	return i
}

// longText is the length from which on skipPlain pays.
const longText = 128

// skipPlain goes on from i in steps of 32 bytes, as long as all of them stand for themselves in a JSON string.
func skipPlain(b []byte, i int) int {
	for ; len(b)-i >= 32; i += 32 {
		c := (*[32]byte)(b[i:])
		if notPlain(binary.LittleEndian.Uint64(c[:]))|notPlain(binary.LittleEndian.Uint64(c[8:]))|
			notPlain(binary.LittleEndian.Uint64(c[16:]))|notPlain(binary.LittleEndian.Uint64(c[24:])) != 0 {
			break
		}
	}
	return i
}

// text reads a string whose opening quote is next. The bytes are the document's own or the scratch buffer's.
func (r *Reader) text() []byte {
	start := r.pos + 1
	i := start + PlainLen(r.data[start:])
	if i < len(r.data) && r.data[i] == '"' {
		r.pos = i + 1
		return r.data[start:i]
	}
	return r.slowText(start, i)
}

// slowText decodes a string with escapes or beyond ASCII from i on; what JSON cannot carry (invalid UTF-8, half a surrogate pair) becomes U+FFFD.
func (r *Reader) slowText(start, i int) []byte {
	out := append(r.scratch[:0], r.data[start:i]...)
	copied := false // whether anything differs from the document's bytes
	for i < len(r.data) {
		switch c := r.data[i]; {
		case c == '"':
			r.pos = i + 1
			r.reuse(out)
			if !copied {
				return r.data[start:i]
			}
			return out
		case c < ' ':
			r.pos = i
			r.fail("control character in a string")
			return nil
		case c == '\\':
			copied = true
			if i+1 >= len(r.data) {
				i = len(r.data)
				continue
			}
			i++
			switch e := r.data[i]; e {
			case '"', '\\', '/':
				out = append(out, e)
			case 'b':
				out = append(out, '\b')
			case 'f':
				out = append(out, '\f')
			case 'n':
				out = append(out, '\n')
			case 'r':
				out = append(out, '\r')
			case 't':
				out = append(out, '\t')
			case 'u':
				u := hex4(r.data[i+1:])
				if u < 0 {
					r.pos = i
					r.fail("bad \\u escape in a string")
					return nil
				}
				i += 4
				if utf16.IsSurrogate(u) {
					pair := rune(-1)
					if i+2 < len(r.data) && r.data[i+1] == '\\' && r.data[i+2] == 'u' {
						pair = hex4(r.data[i+3:])
					}
					if u = utf16.DecodeRune(u, pair); u != utf8.RuneError {
						i += 6
					}
				}
				out = utf8.AppendRune(out, u)
			default:
				r.pos = i
				r.fail("bad escape in a string")
				return nil
			}
			i++
		case c < utf8.RuneSelf:
			n := PlainLen(r.data[i:])
			out = append(out, r.data[i:i+n]...)
			i += n
		default:
			u, n := utf8.DecodeRune(r.data[i:])
			copied = copied || u == utf8.RuneError && n == 1
			out = utf8.AppendRune(out, u)
			i += n
		}
	}
	r.pos = len(r.data)
	r.fail("unexpected end of JSON in a string")
	return nil
}

// reuse keeps the memory of a decoded string for the next one, and a modest one for the next document.
func (r *Reader) reuse(scratch []byte) {
	r.scratch = scratch
	if r.pool != nil && cap(scratch) <= maxScratch {
		r.pool.scratch = scratch
	}
}

const maxScratch = 4 << 10

func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var u rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		u = u<<4 | rune(c)
	}
	return u
}
