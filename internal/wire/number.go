package wire

import (
	"math"
	"math/bits"
	"strconv"
)

// A literal is a number as it is spelled, and what that says: mant × 10^exp, where mant does not end in a zero.
type literal struct {
	text   []byte
	mant   uint64 // unless there are too many digits
	digits int    // of mant; 0 for zero
	exp    int
	neg    bool
}

const (
	mantDigits  = 19 // as many as a uint64 holds for certain
	floatDigits = 17 // as many as the shortest form of a float has at the most
	sureDigits  = 15 // two numbers of so few digits are never the same float
)

// number reads the number that comes next; its text is nil if none does.
func (r *Reader) number() literal {
	var l literal
	data, start := r.data, r.pos
	i := start
	if i < len(data) && data[i] == '-' {
		l.neg = true
		i++
	}
	first := i
	i = l.scan(data, i)
	if i == first {
		r.pos = i
		r.unexpected("a value")
		return literal{}
	}
	if data[first] == '0' && i > first+1 {
		r.pos = first + 1 // a zero stands alone: what follows does not belong to it
		return literal{text: data[start:r.pos], neg: l.neg}
	}
	ok := true
	if i < len(data) && data[i] == '.' {
		from := i + 1
		i = l.scan(data, from)
		l.exp -= i - from
		ok = i > from
	}
	if ok && i < len(data) && data[i]|0x20 == 'e' {
		i++
		neg := i < len(data) && data[i] == '-'
		if neg || i < len(data) && data[i] == '+' {
			i++
		}
		from, exp := i, 0
		for ; i < len(data) && data[i]-'0' <= 9; i++ {
			exp = min(exp*10+int(data[i]-'0'), 1<<20) // far beyond any float
		}
		if neg {
			exp = -exp
		}
		l.exp += exp
		ok = i > from
	}
	if r.pos = i; !ok {
		r.unexpected("a digit")
		return literal{}
	}
	l.text = data[start:i]
	return l
}

// scan takes in the digits from i on and returns where they end. Zeros count once another digit follows: until then they are part of exp.
func (l *literal) scan(data []byte, i int) int {
	zeros := l.exp
	for ; i < len(data); i++ {
		c := data[i] - '0'
		if c > 9 {
			break
		}
		if c == 0 {
			if l.digits > 0 {
				zeros++
			}
			continue
		}
		for ; zeros > 0; zeros-- {
			l.mant *= 10
			l.digits++
		}
		l.mant = l.mant*10 + uint64(c)
		l.digits++
	}
	l.exp = zeros
	return i
}

// smallInt reads an integer of a few digits, as nearly all are; on false nothing was consumed.
func (r *Reader) smallInt() (int64, bool) {
	const most = 9
	n := int64(0)
	for i := r.pos; i < len(r.data) && i < r.pos+most; i++ {
		c := r.data[i] - '0'
		if c <= 9 {
			n = n*10 + int64(c)
			continue
		}
		if b := r.data[i]; b != ',' && b != '}' && b != ']' || i == r.pos || i > r.pos+1 && r.data[r.pos] == '0' {
			break
		}
		r.pos = i
		return n, true
	}
	return 0, false
}

// int returns the integer that l is, however it is spelled; false if an int64 cannot hold it. Beyond ±2^53 it must be spelled as one.
func (l *literal) int() (int64, bool) {
	if l.digits == 0 {
		return 0, true
	}
	if l.exp < 0 || l.digits+l.exp > mantDigits {
		return 0, false
	}
	n := l.mant
	for range l.exp {
		n *= 10
	}
	limit := uint64(math.MaxInt64)
	if l.neg {
		limit++
	}
	if !l.isPlain() {
		limit = 1 << 53
	}
	if n > limit {
		return 0, false
	}
	if l.neg {
		return -int64(n), true
	}
	return int64(n), true
}

// isPlain reports whether l is spelled without a point and an exponent.
func (l *literal) isPlain() bool {
	for _, c := range l.text {
		if c == '.' || c|0x20 == 'e' {
			return false
		}
	}
	return true
}

var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// float returns the float nearest to l; false if it is out of range. exact is whether the shortest form of it is the number that l spells.
func (l *literal) float() (f float64, exact, ok bool) {
	if l.digits == 0 {
		return 0, true, true
	}
	if l.digits <= sureDigits && -len(powers) < l.exp && l.exp < len(powers) {
		// Both are floats without an error, so that one operation rounds once.
		if f = float64(l.mant); l.exp < 0 {
			f /= powers[-l.exp]
		} else {
			f *= powers[l.exp]
		}
		if l.neg {
			f = -f
		}
		return f, true, true
	}
	if l.digits <= mantDigits && -len(tens) < l.exp && l.exp <= 0 {
		f = quotient(l.mant, tens[-l.exp])
		if l.neg {
			f = -f
		}
		return f, l.isShortest(f), true
	}
	f, err := strconv.ParseFloat(string(l.text), 64)
	return f, err == nil && l.isShortest(f), err == nil
}

var tens = [...]uint64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// quotient returns the float nearest to a/b, neither of which is 0.
func quotient(a, b uint64) float64 {
	up, down := bits.LeadingZeros64(a), bits.LeadingZeros64(b)
	a, b = a<<up, b<<down
	q, rest := bits.Div64(a>>1, a<<63, b) // 63 or 64 bits of it: ten more than a float has
	if rest != 0 {
		q |= 1 // not half way, whatever the other nine say
	}
	return math.Ldexp(float64(q), down-up-63)
}

// isShortest reports whether the shortest form of f is the number that l spells.
func (l *literal) isShortest(f float64) bool {
	if l.digits > floatDigits {
		return false
	}
	if l.digits < floatDigits && -len(powers) < l.exp && l.exp <= 0 {
		// Where the numbers of so many digits lie further apart than the floats, f is the nearest float to one of them only.
		if abs := math.Abs(f); math.Nextafter(abs, math.Inf(1))-abs < 0.99/powers[-l.exp] {
			return true
		}
	}
	var room [32]byte
	r := Reader{data: strconv.AppendFloat(room[:0], f, 'e', -1, 64)}
	short := r.number()
	return short.mant == l.mant && short.exp == l.exp
}
