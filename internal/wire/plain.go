package wire

import (
	"encoding/binary"
	"math/bits"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// PlainLen returns how many of the first bytes of b stand for themselves in a JSON string: ASCII but for control characters, quotes and
// backslashes. It looks at eight at a time: texts are long, and images are nothing else.
func PlainLen(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		v := binary.LittleEndian.Uint64(b[i:])
		quote, slash := v^(ones*'"'), v^(ones*'\\')
		// Each term has its high bit set in the first byte it is about, and in none before it.
		if odd := (v | (v - ones*' ') | (quote - ones) | (slash - ones)) & highs; odd != 0 {
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
