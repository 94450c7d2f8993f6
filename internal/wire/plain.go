package wire

import (
	"encoding/binary"
	"math/bits"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// notPlain has the high bit set of the first of eight bytes that does not stand for itself in a JSON string (control characters, quotes,
// backslashes and all beyond ASCII), and of none before it.
func notPlain(v uint64) uint64 {
	quote, slash := v^(ones*'"'), v^(ones*'\\')
	return (v | (v - ones*' ') | (quote - ones) | (slash - ones)) & highs
}

// PlainLen returns how many of the first bytes of b stand for themselves in a JSON string. It looks at eight at a time: texts are long,
// and images are nothing else.
func PlainLen(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if odd := notPlain(binary.LittleEndian.Uint64(b[i:])); odd != 0 {
			return i + bits.TrailingZeros64(odd)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
			break
		}
	}
	return i
}
