package wire_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// FuzzNumber holds the numbers against encoding/json, strconv and math/big.
func FuzzNumber(f *testing.F) {
	for _, lit := range []string{
		"0", "-0", "0.0", "-0e9", "1", "-1", "10", "100.05", "1.50", "0.001", "00", "01", "1.", ".5", "-", "+1", "1e", "1e+", "1E-2", "1.7e9", "3.0", "1e999", "1e-999", "0e99999999999",
		"9007199254740992", "9007199254740993", "9007199254740992.0", "9007199254740993.0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
		"100000000000000000000", "1e18", "1e15", "1e16", "123456789012345678", "12345678901234567890123", "0.1", "0.30000000000000004", "0.1234567890123456", "0.12345678901234567", "0.123456789012345678",
		"5e-324", "4.9e-324", "2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623159e308", "1.50000000000000000000000000000", "10e-1", "999999999999999e22", "999999999999999e-22",
	} {
		f.Add(lit)
	}
	f.Fuzz(func(t *testing.T, lit string) {
		if strings.Trim(lit, "0123456789.eE+-") != "" {
			return
		}
		valid := json.Valid([]byte(lit))

		r := wire.NewReader([]byte(lit))
		var got float64
		found := r.Float(&got)
		if !valid {
			require.False(t, found < wire.Wrong && found != wire.GotNull && r.End() == nil, "read as a number")
			return
		}
		require.NoError(t, r.End())
		want, err := strconv.ParseFloat(lit, 64)
		value, ok := new(big.Rat), false
		if len(lit) < 400 && math.Abs(exponent(lit)) < 2000 { // big.Rat would take its time
			value, ok = value.SetString(lit)
		}
		if !ok {
			return
		}
		switch {
		case value.Sign() == 0:
			assert.Equal(t, wire.GotZero, found)
		case err != nil || want == 0:
			assert.Equal(t, wire.Wrong, found)
		default:
			assert.Equal(t, want, got)
			short, _ := new(big.Rat).SetString(strconv.FormatFloat(want, 'e', -1, 64))
			assert.Equal(t, short.Cmp(value) == 0, found == wire.Value, "exact")
			assert.Equal(t, short.Cmp(value) != 0, found == wire.Inexact, "exact")
		}

		var n int64
		r = wire.NewReader([]byte(lit))
		found = r.Int64(&n)
		plain, err := strconv.ParseInt(lit, 10, 64)
		switch limit := big.NewInt(1 << 53); {
		case err == nil:
			assert.Equal(t, plain, n)
			assert.Equal(t, plain == 0, found == wire.GotZero)
		case value.IsInt() && value.Num().CmpAbs(limit) <= 0:
			assert.Equal(t, value.Num().Int64(), n)
			assert.Less(t, found, wire.Inexact)
		default:
			assert.Equal(t, wire.Wrong, found)
		}
	})
}

func exponent(lit string) float64 {
	for i := range lit {
		if lit[i]|0x20 == 'e' {
			e, err := strconv.ParseFloat(lit[i+1:], 64)
			if err != nil {
				return math.Inf(1)
			}
			return e
		}
	}
	return 0
}

func TestInts(t *testing.T) {
	long := strings.TrimSuffix(strings.Repeat("7,", 40), ",")
	for _, doc := range []string{
		"[]", "[0]", "[1]", "[1,2,255]", "[ 1 , 2 ]", "[-1]", "[1,-2]", "[" + long + "]", "[" + long[:31] + "]", "[" + long[:33] + "]", "[1234567890123]",
		"[01]", "[1,]", "[,1]", "[1}", "[1", "[1,", "[", "[1 2]", `["1"]`, "[null]", "[1,[2]]", "[1.5]", "[1e400]",
	} {
		var want, got []int
		wantErr := json.Unmarshal([]byte(doc), &want)
		r := wire.NewReader([]byte(doc))
		found := wire.Ints(&r, &got)
		ok := found == wire.Value && r.End() == nil
		if doc == "[null]" {
			wantErr = strconv.ErrSyntax // encoding/json makes it a zero, which is not what was sent
		}
		require.Equal(t, wantErr == nil, ok, doc)
		if ok {
			assert.Equal(t, want, got, doc)
		}
	}
}
