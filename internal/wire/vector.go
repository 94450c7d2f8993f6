package wire

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"strconv"
)

const (
	sureDigits32 = 6 // two numbers of so few digits are never the same float32
	sureExp32    = 30
)

// Vector reads a list of numbers, or the base64 text of float32s in little-endian order, which is GotOther. A list with numbers whose digits
// a float32 cannot repeat is Inexact, as is text that is spelled in another way than the encoder does.
func Vector(r *Reader, dst *[]float32) Got {
	*dst = nil
	if r.peek() == '"' {
		var text string
		r.String(&text)
		list, canonical := vectorOf(text)
		if list == nil {
			return Wrong
		}
		if *dst = list; !canonical {
			return Inexact
		}
		return GotOther
	}
	depth := r.depth
	if !r.Array() {
		return r.Miss()
	}
	list := make([]float32, 0, r.commas())
	exact := true
	for ok := r.FirstElement(); ok; ok = r.NextElement() {
		if !r.atNumber() {
			r.depth = depth
			return Wrong
		}
		l := r.number()
		f, same, ok := l.float32()
		if l.text == nil || !ok {
			r.depth = depth
			return Wrong
		}
		list, exact = append(list, f), exact && same
	}
	if *dst = list; !exact {
		return Inexact
	}
	return Value
}

// vectorOf returns the vector that text is; nil if it is none or empty.
func vectorOf(text string) (list []float32, canonical bool) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) == 0 || len(data)%4 != 0 {
		return nil, false
	}
	list = make([]float32, len(data)/4)
	for i := range list {
		list[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return list, base64.StdEncoding.EncodeToString(data) == text
}

// float32 returns the float32 nearest to l; false if it is out of range. exact is whether the shortest form of it is the number that l spells.
func (l *literal) float32() (f float32, exact, ok bool) {
	if l.digits == 0 {
		return 0, true, true
	}
	f64, err := strconv.ParseFloat(string(l.text), 32)
	f = float32(f64)
	if err != nil || f == 0 {
		return f, false, err == nil
	}
	if l.digits <= sureDigits32 && -sureExp32 < l.exp && l.exp < sureExp32 {
		return f, true, true
	}
	var room [32]byte
	r := Reader{data: strconv.AppendFloat(room[:0], f64, 'e', -1, 32)}
	short := r.number()
	return f, l.digits <= mantDigits && short.mant == l.mant && short.exp == l.exp, true
}

// Vector writes a vector the way it was spelled, by default as a list of numbers.
func (o *ObjectWriter) Vector(i int, list []float32) {
	var kept json.RawMessage // what Extra has of a vector that its floats cannot repeat
	if len(o.extra) > 0 && o.Other(i) {
		kept, _ = o.extra[o.m.Name(i)].(json.RawMessage)
	}
	var was []float32
	if kept != nil {
		if r := NewReader(kept); Vector(&r, &was) != Inexact {
			kept = nil
		} else if list == nil {
			o.wrote |= 1 << uint(i) // nothing is left of a vector that was cleared
		}
	}
	if !o.Begin(i, list != nil, "[]") {
		return
	}
	switch {
	case kept != nil && slices.Equal(was, list):
		o.w.Raw(kept)
	case o.Other(i) && (kept == nil || kept[0] == '"'):
		data := make([]byte, 4*len(list))
		for j, f := range list {
			binary.LittleEndian.PutUint32(data[4*j:], math.Float32bits(f))
		}
		o.w.String(base64.StdEncoding.EncodeToString(data))
	default:
		o.w.OpenArray()
		for _, f := range list {
			o.w.Float32(f)
		}
		o.w.CloseArray()
	}
}
