package wire

import "encoding/json"

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

// atNumber reports whether a number comes next, or what looks like one.
func (r *Reader) atNumber() bool {
	c := r.peek()
	return c == '-' || c-'0' <= 9
}

// Int64 reads an integer, however it is spelled; what an int64 cannot hold exactly is Wrong.
func (r *Reader) Int64(dst *int64) Got {
	*dst = 0
	if !r.atNumber() {
		return r.Miss()
	}
	n, ok := r.smallInt()
	if !ok {
		l := r.number()
		if n, ok = l.int(); !ok || l.text == nil {
			return Wrong
		}
	}
	if n == 0 {
		return GotZero
	}
	*dst = n
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

// Float reads a number.
func (r *Reader) Float(dst *float64) Got {
	*dst = 0
	if !r.atNumber() {
		return r.Miss()
	}
	l := r.number()
	f, exact, ok := l.float()
	switch {
	case !ok || l.text == nil:
		return Wrong
	case l.digits == 0:
		return GotZero
	case f == 0:
		return Wrong
	}
	if *dst = f; !exact {
		return Inexact
	}
	return Value
}

// Number reads member i, an exact decimal, from a string or a number. dst is its digits.
func (r *Reader) Number(i int, dst *string, numbers *Numbers) Got {
	if r.atNumber() {
		*dst = string(r.number().text)
		if *numbers == nil {
			*numbers = Numbers{}
		}
		(*numbers)[i] = *dst
		return Value
	}
	return r.String(dst)
}

// IntPtr, BoolPtr, Int64Ptr and FloatPtr read into a new variable; nil is null.
func (r *Reader) IntPtr(dst **int) Got {
	return pointerTo(r, dst, &r.pool.ints(1)[:1][0], (*Reader).Int)
}
func (r *Reader) BoolPtr(dst **bool) Got     { return pointer(r, dst, (*Reader).Bool) }
func (r *Reader) Int64Ptr(dst **int64) Got   { return pointer(r, dst, (*Reader).Int64) }
func (r *Reader) FloatPtr(dst **float64) Got { return pointer(r, dst, (*Reader).Float) }

func pointer[T any](r *Reader, dst **T, read func(*Reader, *T) Got) Got {
	return pointerTo(r, dst, new(T), read)
}

func pointerTo[T any](r *Reader, dst **T, p *T, read func(*Reader, *T) Got) Got {
	*dst = nil
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
	depth := r.depth
	if *dst = nil; !r.Array() {
		return r.Miss()
	}
	list := make([]S, 0, r.commas())
	for ok := r.FirstElement(); ok; ok = r.NextElement() {
		var s string
		if got := r.String(&s); got != Value && got != GotZero {
			r.depth = depth
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
	depth := r.depth
	if *dst = nil; !r.Array() {
		return r.Miss()
	}
	if r.bytes(dst) {
		r.depth = depth
		return Value
	}
	list := r.pool.ints(r.commas())
	for ok := r.FirstElement(); ok; ok = r.NextElement() {
		var n int
		if got := r.Int(&n); got != Value && got != GotZero {
			r.depth = depth
			return Wrong
		}
		list = append(list, n)
	}
	*dst = list
	return Value
}

// bytes reads the rest of a list that is what nearly all lists of integers are: a few bytes, in decimal, without a space. On false nothing
// was consumed.
func (r *Reader) bytes(dst *[]int) bool {
	var list [16]int
	start := r.pos
	for n := range list {
		v, ok := r.smallInt()
		if !ok {
			break
		}
		list[n] = int(v)
		r.pos++
		if end := r.data[r.pos-1]; end == ']' {
			*dst = append(r.pool.ints(n+1), list[:n+1]...)
			return true
		} else if end != ',' {
			break
		}
	}
	r.pos = start
	return false
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
