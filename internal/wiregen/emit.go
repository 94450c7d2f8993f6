package main

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// An emitter writes the file.
type emitter struct {
	m   *model
	out bytes.Buffer
}

func (e *emitter) p(format string, args ...any) {
	fmt.Fprintf(&e.out, format+"\n", args...)
}

func lower(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// fixed is the discriminator's value where the object has no field for it.
func (o *object) fixed() (key, value string) {
	v := o.variant
	if v == nil || len(v.values) != 1 {
		return "", ""
	}
	for _, f := range o.fields {
		if f.json == v.key {
			return "", ""
		}
	}
	return v.key, v.values[0]
}

func (o *object) zeroPresence() string {
	if o.wide {
		return "(widePresence{})"
	}
	return "0"
}

func (e *emitter) object(o *object) error {
	e.names(o)
	if err := e.read(o); err != nil {
		return err
	}
	if err := e.write(o); err != nil {
		return err
	}
	e.zero(o)
	if o.asElement {
		e.elements(o)
	}
	e.p("// MarshalJSON implements json.Marshaler.")
	e.p("func (v %s) MarshalJSON() ([]byte, error) {", o.name)
	e.p("	w := wire.NewWriter(nil)")
	e.p("	v.writeJSON(&w)")
	e.p("	return w.Bytes()")
	e.p("}\n")
	e.p("// UnmarshalJSON implements json.Unmarshaler. What v held before is dropped.")
	e.p("func (v *%s) UnmarshalJSON(data []byte) error {", o.name)
	e.p("	*v = %s{}", o.name)
	e.p("	r := wire.NewReader(data)")
	e.p("	return decoded(&r, v.readJSON(&r), data, %q)", o.name)
	e.p("}\n")
	if o.variant != nil {
		e.p("func (%s) %s() {}\n", o.name, lower(o.variant.union))
	}
	return nil
}

func (e *emitter) names(o *object) {
	e.p("\nvar %sMembers = [...]string{", lower(o.name))
	for _, f := range o.fields {
		e.p("%q,", f.json)
	}
	if key, _ := o.fixed(); key != "" {
		e.p("%q,", key)
	}
	e.p("}\n")
}

// dflt is how the encoder writes the field when it is zero.
func (f field) dflt() string {
	switch {
	case f.with != "":
		return "wire.Plain"
	case f.omit:
		return "wire.Absent"
	case f.null:
		return "wire.Null"
	}
	return "wire.Zero"
}

func (e *emitter) read(o *object) error {
	e.p("func (v *%s) readJSON(r *wire.Reader) wire.Got {", o.name)
	e.p("	if !r.Object() {")
	if f := o.field(o.short); f != nil {
		call, _, err := e.reading(*f)
		if err != nil {
			return err
		}
		e.p("		got := %s", call)
		e.p("		if got == wire.Inexact {")
		e.p("			*v = %s{}", o.name)
		e.p("			return wire.Wrong")
		e.p("		}")
		e.p("		return got")
	} else {
		e.p("		return r.Miss()")
	}
	e.p("	}")
	var absent uint64
	for i, f := range o.fields {
		if !f.omit || f.with != "" {
			absent |= 1 << (2 * uint(i))
		}
	}
	if absent != 0 {
		if o.wide {
			return fmt.Errorf("a wide object cannot have members that are always written")
		}
		e.p("	v.presence = %#x // not seen: the members that are always written", absent)
	}
	e.p("	for ok := r.FirstMember(); ok; ok = r.NextMember() {")
	key, value := o.fixed()
	if len(o.fields) > 0 {
		e.p("		var i int")
		e.p("		var got wire.Got")
		e.p("		dflt := wire.Absent")
		e.p("		at := r.Pos()")
	}
	e.p("		switch string(r.Key) {")
	for i, f := range o.fields {
		call, after, err := e.reading(f)
		if err != nil {
			return err
		}
		e.p("		case %q:", f.json)
		set := "i, got"
		val := fmt.Sprintf("%d, %s", i, call)
		if f.dflt() != "wire.Absent" {
			set, val = set+", dflt", val+", "+f.dflt()
		}
		if _, ok := e.m.objects[f.typ]; ok {
			e.p("			v.%s = %s{}", f.name, f.typ)
		}
		e.p("			%s = %s", set, val)
		if after != "" {
			e.p("%s", after)
		}
	}
	if key != "" {
		e.p("		case %q:", key)
		e.p("			var s string")
		e.p("			if r.String(&s); s != %q {", value)
		e.p("				r.Fail(%s, s)", strconv.Quote(key+` is %q, want "`+value+`"`))
		e.p("			}")
		e.p("			continue")
	}
	e.p("		default:")
	e.p("			r.Unknown(&v.Extra)")
	e.p("			continue")
	e.p("		}")
	if len(o.fields) > 0 {
		e.p("		if got >= wire.Inexact {")
		e.p("			r.Keep(&v.Extra, %sMembers[i], at)", lower(o.name))
		e.p("		}")
		e.p("		v.presence.Set(i, wire.FormOf(got, dflt))")
	}
	e.p("	}")
	for i, f := range o.fields {
		if f.with == "" {
			continue
		}
		e.p("	if f := v.presence.Form(%d); f == wire.Zero && v.%s == %s && v.Type == %q || f == wire.Absent && v.Type != %q {", i, f.name, e.zeroOf(f), f.with, f.with)
		e.p("		v.presence.Set(%d, wire.Plain)", i)
		e.p("	}")
	}
	if o.short != "" {
		e.p("	if %s {", o.alone())
		e.p("		v.presence.Set(wire.Long, wire.Zero)")
		e.p("	}")
	}
	if o.adopts {
		e.p("	if v.Extra != nil {\nv.adopt()\n}")
	}
	e.p("	return wire.Value")
	e.p("}\n")
	return nil
}

func (o *object) field(name string) *field {
	for i := range o.fields {
		if name != "" && o.fields[i].name == name {
			return &o.fields[i]
		}
	}
	return nil
}

// alone is the condition that nothing but the short field is set.
func (o *object) alone() string {
	cond := "v.presence == 0 && v.Extra == nil"
	for _, f := range o.fields {
		if f.name != o.short {
			cond += fmt.Sprintf(" && v.%s == %s", f.name, zeroLiteral(f.typ))
		}
	}
	return cond
}

// reading is the expression that reads a field, and what follows it.
func (e *emitter) reading(f field) (call, after string, err error) {
	dst := "&v." + f.name
	method := map[string]string{
		"string": "String", "bool": "Bool", "int": "Int", "int64": "Int64", "float64": "Float",
		"*bool": "BoolPtr", "*int": "IntPtr", "*int64": "Int64Ptr", "*float64": "FloatPtr",
		"any": "Any", "json.RawMessage": "RawMessage",
	}[f.typ]
	function := map[string]string{
		"[]int": "Ints", "map[string]string": "StringMap", "map[string]float64": "FloatMap", "map[string]any": "AnyMap",
	}[f.typ]
	elem := strings.TrimPrefix(f.typ, "[]")
	isSlice := elem != f.typ
	switch {
	case f.text:
		return fmt.Sprintf("r.Text(%s)", dst), "", nil
	case method != "":
		return fmt.Sprintf("r.%s(%s)", method, dst), "", nil
	case function != "":
		return fmt.Sprintf("wire.%s(r, %s)", function, dst), "", nil
	case f.typ == "Decimal":
		return fmt.Sprintf("r.Number((*string)(%s))", dst), "", nil
	case e.m.strings[f.typ]:
		return fmt.Sprintf("r.String((*string)(%s))", dst), "", nil
	case isSlice && (elem == "string" || e.m.strings[elem]):
		if f.short {
			return fmt.Sprintf("wire.StringOrStrings(r, %s)", dst), "", nil
		}
		return fmt.Sprintf("wire.Strings(r, %s)", dst), "", nil
	case f.short && f.typ == "[]Part":
		return fmt.Sprintf("readContent(r, %s)", dst), "", nil
	case isSlice && (e.m.objects[elem] != nil || e.m.unions[elem] != nil):
		return fmt.Sprintf("read%ss(r, %s)", elem, dst), e.strict(f, elem), nil
	case e.m.unions[f.typ] != nil:
		return fmt.Sprintf("read%s(r, %s)", f.typ, dst), "", nil
	case e.m.objects[f.typ] != nil:
		return fmt.Sprintf("v.%s.readJSON(r)", f.name), fmt.Sprintf("if got == wire.Value && v.%s.isZero() {\ngot = wire.GotZero\n}", f.name), nil
	case strings.HasPrefix(f.typ, "*") && e.m.objects[f.typ[1:]] != nil:
		return "r.Miss()", fmt.Sprintf("if v.%s = nil; got == wire.Wrong {\nv.%s = new(%s)\nif got = v.%s.readJSON(r); got == wire.Wrong {\nv.%s = nil\n%s}\n}",
			f.name, f.name, f.typ[1:], f.name, f.name, e.strict(f, "")), nil
	}
	return "", "", fmt.Errorf("field %s: no codec for %s", f.name, f.typ)
}

// strict makes a wrong type of this member an error.
func (e *emitter) strict(f field, elem string) string {
	if !f.strict {
		return ""
	}
	if elem == "" {
		return fmt.Sprintf("r.Fail(%q)\n", f.json+" is not an object")
	}
	return fmt.Sprintf("if got == wire.Wrong {\nr.Fail(%q)\n}\nfor j := range v.%s {\nif v.%s[j].presence.Form(wire.Bare) != wire.Plain {\nr.Fail(%q)\n}\n}",
		f.json+" is not an array", f.name, f.name, "an element of "+f.json+" is not an object")
}

// first is the expression for a list with one element.
func (o *object) first() string {
	if o.list != "" && !isNumber(o.list) {
		return o.list + "(r)"
	}
	return fmt.Sprintf("make([]%s, 1, %s)", o.name, cmp.Or(o.list, "1"))
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// elements writes the codec of a slice of objects.
func (e *emitter) elements(o *object) {
	e.p("func read%ss(r *wire.Reader, dst *[]%s) wire.Got {", o.name, o.name)
	e.p("	s := (*dst)[:0] // the caller may have room")
	e.p("	if *dst = nil; !r.Array() {")
	e.p("		return r.Miss()")
	e.p("	}")
	e.p("	if s == nil {")
	e.p("		s = []%s{}", o.name)
	e.p("	}")
	e.p("	for ok := r.FirstElement(); ok; ok = r.NextElement() {")
	e.p("		at := r.Pos()")
	e.p("		if cap(s) == 0 {")
	e.p("			s = %s", o.first())
	e.p("		} else {")
	e.p("			s = append(s, %s{})", o.name)
	e.p("		}")
	e.p("		if v := &s[len(s)-1]; v.readJSON(r) != wire.Value {")
	e.p("			*v = %s{}", o.name)
	e.p("			r.Keep(&v.Extra, \"\", at)")
	e.p("			v.presence.Set(wire.Bare, wire.Zero)")
	e.p("		}")
	e.p("	}")
	e.p("	*dst = s")
	e.p("	return wire.Value")
	e.p("}\n")
	e.p("func write%ss(w *wire.Writer, s []%s) {", o.name, o.name)
	e.p("	w.OpenArray()")
	e.p("	for i := range s {")
	e.p("		s[i].writeJSON(w)")
	e.p("	}")
	e.p("	w.CloseArray()")
	e.p("}\n")
}
