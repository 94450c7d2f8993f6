package sse_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// expand turns a rare byte into a long stretch, so that small inputs reach the growth of the buffer.
func expand(in string) string {
	if strings.Count(in, "\x01") > 12 {
		return in
	}
	return strings.ReplaceAll(in, "\x01", long[:3000])
}

// split cuts in into pieces whose lengths follow cuts, over and over; 0 is a read of nothing, above 200 a large piece.
func split(in, cuts string) (list []string) {
	for i := 0; in != ""; i++ {
		n := len(in)
		if cuts != "" {
			n = int(cuts[i%len(cuts)])
		}
		switch {
		case n == 0 && len(list) > 0 && list[len(list)-1] != "":
			list = append(list, "")
			continue
		case n > 200:
			n = (n - 200) * 100
		}
		n = min(max(n, 1), len(in))
		list, in = append(list, in[:n]), in[n:]
	}
	return list
}

// FuzzReader compares the reader with a naive one that sees the whole input at once. The input is read in pieces as
// cuts says, ended by EOF or an error beside or behind the last bytes, and with a limit on the size of events.
func FuzzReader(f *testing.F) {
	for i, tt := range framings {
		if len(tt.in) < 2000 {
			f.Add(tt.in, []string{"\x01", "\x02\x00\x03", "", "\xff\x01", "\x07"}[i%5], uint16(tt.limit), uint8(i))
		}
	}
	f.Add("data: \x01\x01\n\ndata: a\n\n", "\xfe\x03", uint16(0), uint8(0))
	f.Add("data: \x01\r\ndata: \x01\r\n\r\n: \x01\r\n\x01\r\ndata: a\r\r", "\xc9\x00", uint16(9000), uint8(1))
	f.Add(": \x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\ndata: \x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\n\ndata", "\xfe", uint16(0), uint8(2))

	f.Fuzz(func(t *testing.T, in, cuts string, limit uint16, end uint8) {
		in = expand(in)
		src := &pieces{list: split(in, cuts), err: io.EOF, early: end&1 != 0}
		if end&2 != 0 {
			src.err = errCut
		}
		want := naive(in, int(limit))
		if want.err == io.EOF {
			want.err = src.err
		}
		got := readAll(src, int(limit))
		require.Equal(t, want, got)
	})
}
