package wire

import (
	"encoding/json"
	"slices"
)

// Members describes the members of an object type.
type Members struct {
	// Keys are the names, quoted and with their colon, in the order of the fields. With a Value, the last one is the discriminator that has no
	// field.
	Keys []string
	// Empty has the forms, Null or Zero, of the members that are by default written even when they are zero.
	Empty Presence
	// Value is the discriminator's; it is written first.
	Value string
}

// Name is the name of member i.
func (m *Members) Name(i int) string { return m.Keys[i][1 : len(m.Keys[i])-len(`":`)] }

// Index returns the number of the member called name, -1 if there is none.
func (m *Members) Index(name string) int {
	for i := range m.Keys {
		if m.Name(i) == name {
			return i
		}
	}
	return -1
}

// Unseen is the presence of an object of which no member was read yet.
func (m *Members) Unseen() Presence { return m.Empty >> 1 & 0x5555555555555555 } // Null and Zero become Absent

// Default is the form of member i when it is zero and nothing is remembered of it.
func (m *Members) Default(i int) Form { return max(Absent, m.Empty.Form(i)) }

// ObjectWriter writes one object. Its methods write member i if its value is not zero, or if it was or is by default written when zero.
type ObjectWriter struct {
	w      *Writer
	m      *Members
	lo, hi Presence // of the first 32 members and of the others
	extra  map[string]any
	wrote  uint64
}

// Object begins an object.
func (w *Writer) Object(m *Members, forms Presence, extra map[string]any) ObjectWriter {
	return ObjectWriter{w: w, m: m, lo: forms, extra: extra, wrote: w.begin(m)}
}

// WideObject begins an object of more than 30 members.
func (w *Writer) WideObject(m *Members, forms WidePresence, extra map[string]any) ObjectWriter {
	return ObjectWriter{w: w, m: m, lo: Presence(forms[0]), hi: Presence(forms[1]), extra: extra, wrote: w.begin(m)}
}

// begin writes the discriminator that has no field, and returns its bit.
func (w *Writer) begin(m *Members) uint64 {
	w.Open()
	if m.Value == "" {
		return 0
	}
	last := len(m.Keys) - 1
	w.buf = append(w.buf, m.Keys[last]...)
	w.String(m.Value)
	return 1 << uint(last)
}

// form is what is remembered of member i.
func (o *ObjectWriter) form(i int) Form {
	if i < 32 {
		return o.lo.Form(i)
	}
	return o.hi.Form(i - 32)
}

// Close writes the members without a field and ends the object.
func (o *ObjectWriter) Close() {
	if len(o.extra) > 0 {
		o.w.Extra(o.extra, o.m, o.wrote, o.form(Bare) != Plain && len(o.m.Keys) <= Long)
	}
	o.w.Close()
}

func (o *ObjectWriter) key(i int) {
	o.wrote |= 1 << uint(i)
	o.w.buf = append(o.w.buf, o.m.Keys[i]...)
}

// empty writes a member whose value is zero the way it was, or by default is, spelled.
func (o *ObjectWriter) empty(i int, zero string) {
	f := o.form(i)
	if f == Plain {
		f = o.m.Empty.Form(i)
	}
	switch f {
	case Null:
		zero = "null"
	case Zero:
	default:
		return
	}
	if !o.inExtra(i) {
		o.key(i)
		o.w.Verbatim(zero)
	}
}

// Begin writes the name of a member, whose value must follow, and reports whether it did. A value that is not there is written as zero, unless
// Extra has one.
func (o *ObjectWriter) Begin(i int, has bool, zero string) bool {
	if !has {
		o.empty(i, zero)
		return false
	}
	o.key(i)
	return true
}

// inExtra reports whether Extra has member i and is not overruled yet.
func (o *ObjectWriter) inExtra(i int) bool {
	if len(o.extra) == 0 || o.wrote&(1<<uint(i)) != 0 {
		return false
	}
	_, ok := o.extra[o.m.Name(i)]
	return ok
}

// beginNumber is Begin for a number whose digits may be in Extra. They go with the number: nothing is left of one that was cleared.
func (o *ObjectWriter) beginNumber(i int, has bool, zero string) bool {
	if !has && len(o.extra) > 0 && o.Other(i) && isInexact(o.extra[o.m.Name(i)]) {
		o.wrote |= 1 << uint(i)
	}
	return o.Begin(i, has, zero)
}

// BeginObject is Begin for an object by value. A zero one is written as its own defaults are, which need not be {}.
func (o *ObjectWriter) BeginObject(i int, has bool) bool {
	f := o.form(i)
	return o.Begin(i, has || (f == Zero || f == Plain && o.m.Empty.Form(i) == Zero) && !o.inExtra(i), "{}")
}

// Require makes it the default of member i, one of the first 32, to be written even when it is zero.
func (o *ObjectWriter) Require(i int) {
	if o.form(i) == Plain {
		o.lo.Set(i, Zero)
	}
}

// Other reports whether member i had its second spelling when it was read: a list where a string would do, a float with its own digits.
func (o *ObjectWriter) Other(i int) bool { return o.form(i) == o.m.Default(i) }

// String writes a string.
func (o *ObjectWriter) String(i int, s string) {
	if s == "" {
		o.empty(i, `""`)
		return
	}
	o.key(i)
	o.w.String(s)
}

// Number writes an exact decimal, which is a string unless it is among the numbers that were read.
func (o *ObjectWriter) Number(i int, s string, numbers Numbers) {
	if !o.Begin(i, s != "", `""`) {
		return
	}
	if numbers[i] == s {
		o.w.Verbatim(s)
		return
	}
	o.w.String(s)
}

// Bool writes true or false.
func (o *ObjectWriter) Bool(i int, b bool) {
	if o.Begin(i, b, "false") {
		o.w.Bool(b)
	}
}

// Int writes an integer.
func (o *ObjectWriter) Int(i, n int) { o.Int64(i, int64(n)) }

// Int64 writes an integer.
func (o *ObjectWriter) Int64(i int, n int64) {
	if o.Begin(i, n != 0, "0") {
		o.w.Int64(n)
	}
}

// Float writes a number, with its own digits where they were more than a float64 holds.
func (o *ObjectWriter) Float(i int, f float64) {
	if o.beginNumber(i, f != 0, "0") {
		o.float(i, f)
	}
}

func (o *ObjectWriter) float(i int, f float64) {
	if o.Other(i) {
		o.w.FloatAs(f, o.extra[o.m.Name(i)])
	} else {
		o.w.Float(f)
	}
}

// BoolPtr, IntPtr, Int64Ptr and FloatPtr write what p points to.
func (o *ObjectWriter) BoolPtr(i int, p *bool) {
	if o.Begin(i, p != nil, "null") {
		o.w.Bool(*p)
	}
}

func (o *ObjectWriter) IntPtr(i int, p *int) {
	if o.Begin(i, p != nil, "null") {
		o.w.Int(*p)
	}
}

func (o *ObjectWriter) Int64Ptr(i int, p *int64) {
	if o.Begin(i, p != nil, "null") {
		o.w.Int64(*p)
	}
}

func (o *ObjectWriter) FloatPtr(i int, p *float64) {
	if o.beginNumber(i, p != nil, "null") {
		o.float(i, *p)
	}
}

// Any writes any value that encoding/json can encode.
func (o *ObjectWriter) Any(i int, v any) {
	if o.Begin(i, v != nil, "null") {
		o.w.Any(v)
	}
}

// Raw writes JSON text.
func (o *ObjectWriter) Raw(i int, text json.RawMessage) {
	if o.Begin(i, text != nil, "null") {
		o.w.Raw(text)
	}
}

// Ints writes a list of integers.
func (o *ObjectWriter) Ints(i int, list []int) {
	if !o.Begin(i, list != nil, "[]") {
		return
	}
	o.w.OpenArray()
	for _, n := range list {
		o.w.Int(n)
	}
	o.w.CloseArray()
}

// WriteStrings writes a list of strings; a lone one without its list where short is set and it came so.
func WriteStrings[S ~string](o *ObjectWriter, i int, list []S, short bool) {
	if !o.Begin(i, list != nil, "[]") {
		return
	}
	if short && len(list) == 1 && !o.Other(i) {
		o.w.String(string(list[0]))
		return
	}
	o.w.OpenArray()
	for _, s := range list {
		o.w.String(string(s))
	}
	o.w.CloseArray()
}

// StringMap, FloatMap and AnyMap write an object, sorted by name.
func (o *ObjectWriter) StringMap(i int, m map[string]string) {
	if o.Begin(i, m != nil, "{}") {
		writeMap(o.w, m, (*Writer).String)
	}
}

func (o *ObjectWriter) FloatMap(i int, m map[string]float64) {
	if o.Begin(i, m != nil, "{}") {
		writeMap(o.w, m, (*Writer).Float)
	}
}

func (o *ObjectWriter) AnyMap(i int, m map[string]any) {
	if o.Begin(i, m != nil, "{}") {
		writeMap(o.w, m, (*Writer).Any)
	}
}

func writeMap[V any](w *Writer, m map[string]V, write func(*Writer, V)) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	w.Open()
	for _, k := range keys {
		w.Name(k)
		write(w, m[k])
	}
	w.Close()
}
