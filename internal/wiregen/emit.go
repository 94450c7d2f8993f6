package main

import (
	"bytes"
	"cmp"
	"fmt"
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

// straight reports whether the code that reads the object is one loop with a switch, which is faster and longer.
func (o *object) straight() bool { return o.hot || o.wide }

func (e *emitter) object(o *object) {
	e.members(o)
	if o.straight() {
		e.readStraight(o)
	} else {
		e.read(o)
	}
	e.write(o)
	e.zero(o)
	e.p("// MarshalJSON implements [json.Marshaler].")
	if o.hot {
		e.p("func (v %s) MarshalJSON() ([]byte, error) {\nw := wire.NewWriter(nil)\nv.writeJSON(&w)\nreturn w.Bytes()\n}\n", o.name)
	} else {
		e.p("func (v %s) MarshalJSON() ([]byte, error) { return encode(&v) }\n", o.name)
	}
	e.p("// UnmarshalJSON implements [json.Unmarshaler].")
	e.p("func (v *%s) UnmarshalJSON(data []byte) error {\n*v = %s{}\nreturn decode(v, data, %q)\n}\n", o.name, o.name, o.name)
	if o.variant != nil {
		e.p("func (%s) %s() {}\n", o.name, lower(o.variant.union))
	}
}

// members writes what the code of internal/wire must know of the members, and the numbers of those that hand-written code asks for.
func (e *emitter) members(o *object) {
	keys := make([]string, 0, len(o.fields)+1)
	var empty uint64
	for i, f := range o.fields {
		keys = append(keys, fmt.Sprintf("`%q:`", f.json))
		switch f.dflt() {
		case "wire.Null":
			empty |= 2 << (2 * uint(i))
		case "wire.Zero":
			empty |= 3 << (2 * uint(i))
		}
		if number := lower(o.name) + f.name; e.m.used[number] {
			e.p("const %s = %d // %s\n", number, i, f.json)
		}
	}
	var more string
	if empty != 0 {
		more = fmt.Sprintf(", Empty: %#x", empty)
	}
	if key, value := o.fixed(); key != "" {
		keys = append(keys, fmt.Sprintf("`%q:`", key))
		more += fmt.Sprintf(", Value: %q", value)
	}
	e.p("var %sMembers = wire.Members{Keys: []string{%s}%s}\n", lower(o.name), strings.Join(keys, ", "), more)
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

// read writes readJSON and member, which reads one member.
func (e *emitter) read(o *object) {
	e.p("func (v *%s) readJSON(r *wire.Reader) wire.Got {", o.name)
	e.readShort(o)
	presence := "&v.presence"
	if !o.hasPresence {
		presence = "nil"
	}
	call := fmt.Sprintf("readObject(r, v, &%sMembers, %s, &v.Extra)", lower(o.name), presence)
	switch {
	case o.adopts:
		e.p("	got := %s", call)
		e.p("	if got == wire.Value && v.Extra != nil {\nv.adopt()\n}")
		e.p("	return got")
	case o.short == "":
		e.p("	return %s", call)
	default:
		e.p("	got := %s", call)
		e.p("	if got == wire.Value && %s {\nv.presence.Set(wire.Long, wire.Zero)\n}", e.alone(o))
		e.p("	return got")
	}
	e.p("}\n")
	e.p("func (v *%s) member(r *wire.Reader) (int, wire.Got) {", o.name)
	if len(o.fields) > 0 {
		e.p("	switch string(r.Key) {")
		for i, f := range o.fields {
			before, call, after := e.reading(f)
			e.p("	case %q:", f.json)
			if f.typ[0] != '*' && e.m.objects[f.typ] != nil {
				call, after = fmt.Sprintf("readValue(r, &v.%s)", f.name), ""
			}
			if before != "" {
				e.p("%s", before)
			}
			if after != "" {
				e.p("got := %s\n%s\nreturn %d, got", call, after, i)
			} else {
				e.p("return %d, %s", i, call)
			}
		}
		e.p("	}")
	}
	e.p("	return -1, wire.Wrong")
	e.p("}\n")
}

// readShort reads an object that is not one, but its short field.
func (e *emitter) readShort(o *object) {
	f := o.field(o.short)
	if f == nil {
		if o.odd != nil {
			e.p("	if !r.AtObject() {\nreturn v.readOdd(r)\n}")
		}
		return
	}
	_, call, _ := e.reading(*f)
	e.p("	if !r.AtObject() {")
	e.p("		got := %s", call)
	e.p("		if got == wire.Inexact {")
	e.p("			*v = %s{}", o.name)
	e.p("			return wire.Wrong")
	e.p("		}")
	e.p("		return got")
	e.p("	}")
}

// readStraight writes readJSON as one loop.
func (e *emitter) readStraight(o *object) {
	e.p("func (v *%s) readJSON(r *wire.Reader) wire.Got {", o.name)
	e.readShort(o)
	e.p("	if !r.Object() {")
	e.p("		return r.Miss()")
	e.p("	}")
	var absent uint64
	for i, f := range o.fields {
		if !f.omit || f.with != "" {
			absent |= 1 << (2 * uint(i))
		}
	}
	if absent != 0 {
		e.p("	v.presence = %#x // not seen: the members that are always written", absent)
	}
	e.p("	for ok := r.FirstMember(); ok; ok = r.NextMember() {")
	if len(o.fields) > 0 {
		e.p("		var i int")
		e.p("		var got wire.Got")
		e.p("		dflt := wire.Absent")
		e.p("		at := r.Pos()")
	}
	e.p("		switch string(r.Key) {")
	for i, f := range o.fields {
		before, call, after := e.reading(f)
		e.p("		case %q:", f.json)
		set := "i, got"
		val := fmt.Sprintf("%d, %s", i, call)
		if f.dflt() != "wire.Absent" {
			set, val = set+", dflt", val+", "+f.dflt()
		}
		e.p("%s", strings.TrimSpace(before+"\n"+set+" = "+val+"\n"+after))
	}
	e.p("		default:")
	if key, _ := o.fixed(); key != "" {
		e.p("		if !r.Fixed(&%sMembers) {\nr.Unknown(&v.Extra)\n}", lower(o.name))
	} else {
		e.p("			r.Unknown(&v.Extra)")
	}
	e.p("			continue")
	e.p("		}")
	if len(o.fields) > 0 {
		e.p("		if got >= wire.Inexact {")
		e.p("			r.Keep(&v.Extra, %sMembers.Name(i), at)", lower(o.name))
		e.p("		}")
		e.p("		v.presence.Set(i, wire.FormOf(got, dflt))")
	}
	e.p("	}")
	for i, f := range o.fields {
		if f.with == "" {
			continue
		}
		e.p("	if f := v.presence.Form(%d); f == wire.Zero && v.%s == \"\" && v.Type == %q || f == wire.Absent && v.Type != %q {", i, f.name, f.with, f.with)
		e.p("		v.presence.Set(%d, wire.Plain)", i)
		e.p("	}")
	}
	if o.short != "" {
		e.p("	if %s {", e.alone(o))
		e.p("		v.presence.Set(wire.Long, wire.Zero)")
		e.p("	}")
	}
	if o.adopts {
		e.p("	if v.Extra != nil {\nv.adopt()\n}")
	}
	e.p("	return wire.Value")
	e.p("}\n")
}

// alone is the condition that nothing but the short field is set.
func (e *emitter) alone(o *object) string {
	cond := "v.presence == 0 && v.Extra == nil"
	for _, f := range o.fields {
		if f.name != o.short {
			cond += " && " + e.isZero(f)
		}
	}
	return cond
}

// reading is the expression that reads a field, and what comes before and after it.
func (e *emitter) reading(f field) (before, call, after string) {
	dst := "&v." + f.name
	switch elem := strings.TrimLeft(f.typ, "[]*"); e.m.kind(&f) {
	case content:
		call = fmt.Sprintf("read%s(r, %s)", shortLists[f.typ], dst)
	case objectKind:
		before = fmt.Sprintf("v.%s = %s{}", f.name, f.typ)
		call = fmt.Sprintf("v.%s.readJSON(r)", f.name)
		after = fmt.Sprintf("if got == wire.Value && v.%s.isZero() {\ngot = wire.GotZero\n}", f.name)
	case pointer:
		call = fmt.Sprintf("readPtr(r, %s)", dst)
		if f.strict {
			after = fmt.Sprintf("if got == wire.Wrong {\nr.Fail(%q)\n}", f.json+" is not an object")
		}
	case objectList:
		first := cmp.Or(e.m.objects[elem].list, "nil")
		if isNumber(first) {
			first = fmt.Sprintf("func(*wire.Reader) []%s { return make([]%s, 1, %s) }", elem, elem, first)
		}
		call = fmt.Sprintf("readList(r, %s, %s)", dst, first)
		if f.strict {
			after = fmt.Sprintf("if got == wire.Wrong {\nr.Fail(%q)\n}\nfor j := range v.%s {\nif v.%s[j].presence.Form(wire.Bare) != wire.Plain {\nr.Fail(%q)\n}\n}",
				f.json+" is not an array", f.name, f.name, "an element of "+f.json+" is not an object")
		}
	case unionKind:
		call = fmt.Sprintf("read%s(r, %s)", elem, dst)
	case unionList:
		call = fmt.Sprintf("readUnions(r, %s, read%s, %s(%s(\"null\")))", dst, elem, elem, e.m.unions[elem].raw)
	default:
		if call = e.m.scalar(f).read(dst); f.typ == "Decimal" {
			call = fmt.Sprintf("r.Number(%d, (*string)(%s), &v.numbers)", f.index, dst)
		}
	}
	return before, call, after
}
