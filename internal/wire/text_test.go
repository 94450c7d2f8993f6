package wire_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// TestPlainLen puts every byte in every place of texts of every length, up to
// where the steps are widest.
func TestPlainLen(t *testing.T) {
	const most = 256
	for c := range 256 {
		isPlain := c >= ' ' && c < 0x80 && c != '"' && c != '\\'
		text := bytes.Repeat([]byte{'a'}, most)
		for at := range most {
			text[at] = byte(c)
			for _, size := range []int{at + 1, at + 2, at + 9, at + 40, most} {
				size = min(size, most)
				want := size
				if !isPlain {
					want = at
				}
				require.Equal(t, want, wire.PlainLen(text[:size]), "%q in place %d of %d", c, at, size)
			}
			text[at] = 'a'
		}
	}
}

// A byte beside one that is odd is not mistaken for odd: only the first counts.
func TestPlainLenFindsTheFirst(t *testing.T) {
	for first := range 256 {
		for second := range 256 {
			text := bytes.Repeat([]byte{'z'}, 200)
			text[170], text[171] = byte(first), byte(second)
			want := 0
			for want < len(text) && text[want] >= ' ' && text[want] < 0x80 && text[want] != '"' && text[want] != '\\' {
				want++
			}
			require.Equal(t, want, wire.PlainLen(text), "%q then %q", first, second)
		}
	}
}
