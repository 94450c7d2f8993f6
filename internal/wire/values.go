package wire

import (
	"encoding/json"
	"math"
	"strconv"
)

// String reads a string.
func (r *Reader) String(dst *string) Got {
	if r.peek() != '"' {
		*dst = ""
		return r.Miss()
	}
	b := r.text()
	if len(b) == 0 {
		*dst = ""
		return GotZero
	}
	if r.pool != nil {
		*dst = r.pool.repeated(b)
	} else {
		*dst = string(b)
	}
	return Value
}

// Bool reads true or false.
func (r *Reader) Bool(dst *bool) Got {
	*dst = false
	switch r.peek() {
	case 't':
		r.word("true")
		*dst = r.err == nil
		return Value
	case 'f':
		r.word("false")
		return GotZero
	}
	return r.Miss()
}

// numeric returns the number that comes next, nil if something else does.
func (r *Reader) numeric() []byte {
	if c := r.peek(); c != '-' && c-'0' > 9 {
		return nil
	}
	return r.number()
}

// Int64 reads an integer, however it is spelled; what an int64 cannot hold exactly is Wrong.
func (r *Reader) Int64(dst *int64) Got {
	*dst = 0
	lit := r.numeric()
	if lit == nil {
		return r.Miss()
	}
	n, ok := parseInt(lit)
	if !ok {
		return Wrong
	}
	if *dst = n; n == 0 {
		return GotZero
	}
	return Value
}

// Int reads an integer, however it is spelled; what an int cannot hold exactly is Wrong.
func (r *Reader) Int(dst *int) Got {
	var n int64
	got := r.Int64(&n)
	if int64(int(n)) != n {
		n, got = 0, Wrong
	}
	*dst = int(n)
	return got
}

// parseInt takes plain digits first, then 3.0 and 1.7e9 as floats where the float is exact.
func parseInt(lit []byte) (int64, bool) {
	digits, neg := lit, false
	if digits[0] == '-' {
		digits, neg = digits[1:], true
	}
	if len(digits) <= 18 {
		var n int64
		for i, c := range digits {
			if c -= '0'; c > 9 {
				break
			}
			if n = n*10 + int64(c); i == len(digits)-1 {
				if neg {
					n = -n
				}
				return n, true
			}
		}
	}
	if n, err := strconv.ParseInt(string(lit), 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(lit), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 || !exact(lit, f) {
		return 0, false
	}
	return int64(f), true
}

// Float reads a number.
func (r *Reader) Float(dst *float64) Got {
	*dst = 0
	lit := r.numeric()
	if lit == nil {
		return r.Miss()
	}
	f, err := strconv.ParseFloat(string(lit), 64)
	if err != nil {
		return Wrong
	}
	same := exact(lit, f)
	switch {
	case f == 0 && same:
		return GotZero
	case f == 0:
		return Wrong
	}
	if *dst = f; !same {
		return Inexact
	}
	return Value
}

// exact reports whether f, written in its shortest form, is the number lit spells.
func exact(lit []byte, f float64) bool {
	var short [32]byte
	a := decimal(lit)
	if len(a.digits) <= 15 && -290 < a.exp && a.exp < 290 {
		return true // a float tells any two numbers of so few digits apart
	}
	b := decimal(strconv.AppendFloat(short[:0], f, 'e', -1, 64))
	if len(a.digits) == 0 || len(b.digits) == 0 {
		return len(a.digits) == len(b.digits)
	}
	if a.neg != b.neg || a.exp != b.exp {
		return false
	}
	// Trailing zeros are already gone; what is left may still hold a point.
	x, y := a.digits, b.digits
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0] == '.':
			x = x[1:]
		case y[0] == '.':
			y = y[1:]
		case x[0] != y[0]:
			return false
		default:
			x, y = x[1:], y[1:]
		}
	}
	return len(x) == 0 && len(y) == 0
}

// number in the form 0.digits × 10^exp, digits without leading and trailing zeros, a point possibly among them.
type scientific struct {
	digits []byte
	exp    int
	neg    bool
}

func decimal(lit []byte) scientific {
	var d scientific
	if lit[0] == '-' {
		d.neg, lit = true, lit[1:]
	}
	mantissa := lit
	for i, c := range lit {
		if c|0x20 == 'e' {
			mantissa = lit[:i]
			exp, err := strconv.Atoi(string(lit[i+1:]))
			if err != nil {
				exp = math.MaxInt32
			}
			d.exp = exp
			break
		}
	}
	point := len(mantissa)
	for i, c := range mantissa {
		if c == '.' {
			point = i
		}
	}
	start := 0
	for start < len(mantissa) && (mantissa[start] == '0' || mantissa[start] == '.') {
		start++
	}
	end := len(mantissa)
	for end > start && (mantissa[end-1] == '0' || mantissa[end-1] == '.') {
		end--
	}
	if d.digits = mantissa[start:end]; start < end {
		if d.exp += point - start; start > point {
			d.exp++
		}
	}
	return d
}

// Number reads an exact decimal from a string or, as its second spelling, a number; dst is its digits.
func (r *Reader) Number(dst *string) Got {
	if lit := r.numeric(); lit != nil {
		*dst = string(lit)
		return GotOther
	}
	return r.String(dst)
}

// BoolPtr, IntPtr, Int64Ptr and FloatPtr read into a new variable; nil is null.
func (r *Reader) BoolPtr(dst **bool) Got     { return pointer(r, dst, (*Reader).Bool) }
func (r *Reader) IntPtr(dst **int) Got       { return pointer(r, dst, (*Reader).Int) }
func (r *Reader) Int64Ptr(dst **int64) Got   { return pointer(r, dst, (*Reader).Int64) }
func (r *Reader) FloatPtr(dst **float64) Got { return pointer(r, dst, (*Reader).Float) }

func pointer[T any](r *Reader, dst **T, read func(*Reader, *T) Got) Got {
	*dst = nil
	p := new(T)
	switch got := read(r, p); got {
	case Value, GotZero:
		*dst = p
		return Value
	case Inexact:
		*dst = p
		return Inexact
	default:
		return got
	}
}

// Any reads any value; null is nil.
func (r *Reader) Any(dst *any) Got {
	if *dst = nil; r.Null() {
		return GotNull
	}
	*dst = r.Raw()
	return Value
}

// RawMessage reads any value; null is nil.
func (r *Reader) RawMessage(dst *json.RawMessage) Got {
	if *dst = nil; r.Null() {
		return GotNull
	}
	*dst = r.Raw()
	return Value
}

// Strings reads a list of strings; one element of another type makes the whole Wrong.
func Strings[S ~string](r *Reader, dst *[]S) Got {
	if *dst = nil; !r.Array() {
		return r.Miss()
	}
	list := make([]S, 0, r.commas())
	for ok := r.FirstElement(); ok; ok = r.NextElement() {
		var s string
		if got := r.String(&s); got != Value && got != GotZero {
			return Wrong
		}
		list = append(list, S(s))
	}
	*dst = list
	return Value
}

// StringOrStrings reads a list of strings, or one string alone.
func StringOrStrings[S ~string](r *Reader, dst *[]S) Got {
	if r.peek() == '"' {
		var s string
		r.String(&s)
		*dst = []S{S(s)}
		return Value
	}
	got := Strings(r, dst)
	if got == Value && len(*dst) == 1 {
		return GotOther
	}
	return got
}

// Ints reads a list of integers; one element of another type makes the whole Wrong.
func Ints(r *Reader, dst *[]int) Got {
	if *dst = nil; !r.Array() {
		return r.Miss()
	}
	list := make([]int, 0, r.commas())
	for ok := r.FirstElement(); ok; ok = r.NextElement() {
		var n int
		if got := r.Int(&n); got != Value && got != GotZero {
			return Wrong
		}
		list = append(list, n)
	}
	*dst = list
	return Value
}

// commas guesses how many elements the list of scalars has that was just entered, looking at its first bytes only.
func (r *Reader) commas() int {
	n := 1
	for i, c := range r.data[r.pos:min(r.pos+64, len(r.data))] {
		switch c {
		case ',':
			n++
		case ']':
			if i == 0 {
				return 0
			}
			return n
		}
	}
	return n
}

// StringMap and FloatMap read an object whose values are all of one type; one of another makes the whole Wrong.
func StringMap(r *Reader, dst *map[string]string) Got { return object(r, dst, (*Reader).String) }
func FloatMap(r *Reader, dst *map[string]float64) Got { return object(r, dst, (*Reader).Float) }

// AnyMap reads an object; its values stay JSON.
func AnyMap(r *Reader, dst *map[string]any) Got {
	return object(r, dst, func(r *Reader, v *any) Got {
		*v = r.Raw()
		return Value
	})
}

func object[T any](r *Reader, dst *map[string]T, read func(*Reader, *T) Got) Got {
	depth := r.depth
	if *dst = nil; !r.Object() {
		return r.Miss()
	}
	m := map[string]T{}
	for ok := r.FirstMember(); ok; ok = r.NextMember() {
		name := string(r.Key)
		var v T
		if got := read(r, &v); got != Value && got != GotZero {
			r.depth = depth
			return Wrong
		}
		m[name] = v
	}
	*dst = m
	return Value
}
