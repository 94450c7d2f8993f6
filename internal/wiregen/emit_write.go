package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (e *emitter) write(o *object) {
	e.p("func (v *%s) writeJSON(w *wire.Writer) {", o.name)
	if o.adopts {
		e.p("	if v.Extra != nil {\nv = v.unadopted()\n}")
	}
	if o.asElement {
		e.p("	if v.presence.Form(wire.Bare) != wire.Plain && v.blank() && w.Bare(v.Extra) {")
		e.p("		return")
		e.p("	}")
	}
	if o.odd != nil {
		e.p("	if v.writeOdd(w) {\nreturn\n}")
	}
	if f := o.field(o.short); f != nil {
		c := e.m.scalar(*f)
		e.p("	if v.%s != %s && %s {", f.name, c.zeroTyp, e.alone(o))
		e.p("		"+c.writer, "v."+f.name)
		e.p("		return")
		e.p("	}")
	}
	begin, presence := "Object", "v.presence"
	switch {
	case o.wide:
		begin = "WideObject"
	case !o.hasPresence:
		presence = "0"
	}
	e.p("	o := w.%s(&%sMembers, %s, v.Extra)", begin, lower(o.name), presence)
	for i, f := range o.fields {
		if o.hot && f.omit && f.with == "" {
			// Most members are not there, and a call for each would be felt.
			e.writing(f, i, fmt.Sprintf("%s || v.presence.Form(%d) != wire.Plain", e.isSet(f), i))
			continue
		}
		e.writing(f, i, "")
	}
	e.p("	o.Close()")
	e.p("}\n")
}

// writing writes the code that writes a field, which is member i, if a condition holds.
func (e *emitter) writing(f field, i int, cond string) {
	v := "v." + f.name
	if f.with != "" {
		e.p("if v.Type == %q {\no.Require(%d)\n}", f.with, i)
	}
	elem := strings.TrimLeft(f.typ, "[]*")
	and := ""
	if cond != "" {
		and = "(" + cond + ") && "
	}
	begin := func(zero, value string) { e.p("if %so.Begin(%d, %s != nil, %s) {\n%s\n}", and, i, v, zero, value) }
	switch e.m.kind(&f) {
	case content:
		begin("`[]`", fmt.Sprintf("write%s(w, %s, !o.Other(%d))", shortLists[f.typ], v, i))
	case objectKind:
		if f := e.m.objects[f.typ].field(e.m.objects[f.typ].short); f != nil {
			zero := map[string]string{`""`: "`\"\"`", "nil": "`null`", "0": "`0`", "false": "`false`"}[e.m.scalar(*f).zeroTyp]
			e.p("if %so.Begin(%d, !%s.isZero(), %s) {\n%s.writeJSON(w)\n}", and, i, v, zero, v)
		} else {
			e.p("if %so.BeginObject(%d, !%s.isZero()) {\n%s.writeJSON(w)\n}", and, i, v, v)
		}
	case pointer:
		begin("`null`", v+".writeJSON(w)")
	case objectList:
		begin("`[]`", fmt.Sprintf("writeList(w, %s)", v))
	case unionKind:
		begin("`null`", fmt.Sprintf("write%s(w, %s)", elem, v))
	case unionList:
		begin("`[]`", fmt.Sprintf("writeUnions(w, %s, write%s)", v, elem))
	default:
		call := fmt.Sprintf(e.m.scalar(f).member, i, v)
		if cond != "" {
			call = "if " + cond + " {\n" + call + "\n}"
		}
		e.p("%s", call)
	}
}

// isZero is the condition that a field is zero.
func (e *emitter) isZero(f field) string {
	switch e.m.kind(&f) {
	case objectKind:
		return "v." + f.name + ".isZero()"
	case scalar:
		if f.typ == "bool" {
			return "!v." + f.name
		}
		return "v." + f.name + " == " + e.m.scalar(f).zeroTyp
	}
	return "v." + f.name + " == nil"
}

// isSet is the condition that a field is not zero.
func (e *emitter) isSet(f field) string {
	switch e.m.kind(&f) {
	case objectKind:
		return "!v." + f.name + ".isZero()"
	case scalar:
		if f.typ == "bool" {
			return "v." + f.name
		}
		return "v." + f.name + " != " + e.m.scalar(f).zeroTyp
	}
	return "v." + f.name + " != nil"
}

// zero writes blank (no member is set), isZero (nothing at all is), and state.
func (e *emitter) zero(o *object) {
	if !o.asValue && !o.asElement {
		return
	}
	conds := make([]string, 0, len(o.fields))
	for _, f := range slices.Concat(o.fields, o.odd) {
		conds = append(conds, e.isZero(f))
	}
	if len(conds) == 0 {
		conds = []string{"true"}
	}
	e.p("func (v *%s) blank() bool { return %s }\n", o.name, strings.Join(conds, " && "))
	if o.asElement {
		e.p("func (v *%s) state() (*presence, *map[string]any) { return &v.presence, &v.Extra }\n", o.name)
	}
	if o.asValue {
		zero := "0"
		if o.wide {
			zero = "(widePresence{})"
		}
		e.p("func (v *%s) isZero() bool { return v.presence == %s && v.Extra == nil && v.blank() }\n", o.name, zero)
	}
}

func (e *emitter) union(u *union) {
	e.readUnion(u)
	e.writeUnion(u)
	e.p("func (%s) %s() {}\n", u.raw, lower(u.name))
	if u.text != "" {
		e.p("func (%s) %s() {}\n", u.text, lower(u.name))
	}
	e.p("// MarshalJSON implements [json.Marshaler].")
	e.p("func (v %s) MarshalJSON() ([]byte, error) {\nw := wire.NewWriter(nil)\nw.Raw(v)\nreturn w.Bytes()\n}\n", u.raw)
	e.p("// UnmarshalJSON implements [json.Unmarshaler]; data is copied.")
	e.p("func (v *%s) UnmarshalJSON(data []byte) error {\n*v = append(%s(nil), data...)\nreturn nil\n}\n", u.raw, u.raw)
}

func (e *emitter) readUnion(u *union) {
	e.p("\nfunc read%s(r *wire.Reader, dst *%s) wire.Got {", u.name, u.name)
	e.p("	if *dst = nil; r.Null() {")
	e.p("		return wire.GotNull")
	e.p("	}")
	if u.text != "" {
		e.p("	var s string")
		e.p("	if r.String(&s) != wire.Wrong {")
		e.p("		*dst = %s(s)", u.text)
		e.p("		return wire.Value")
		e.p("	}")
	}
	e.p("	start := *r")
	e.p("	switch r.Peek(%q) {", u.key)
	raw, fallback := fmt.Sprintf("*dst = %s(r.Raw())", u.raw), ""
	for _, o := range u.variants {
		if len(o.variant.values) == 0 {
			fallback = o.name
			continue
		}
		quoted := make([]string, len(o.variant.values))
		for i, v := range o.variant.values {
			quoted[i] = strconv.Quote(v)
		}
		e.p("	case %s:\n*dst = readVariant[%s](r)", strings.Join(quoted, ", "), o.name)
	}
	if fallback != "" {
		e.p("	case \"\":\n%s\ndefault:\n*dst = readVariant[%s](r)", raw, fallback)
	} else {
		e.p("	default:\n%s", raw)
	}
	e.p("	}")
	e.p("	if r.Either(start) {\n%s\n}", raw)
	e.p("	return wire.Value")
	e.p("}\n")
}

func (e *emitter) writeUnion(u *union) {
	e.p("func write%s(w *wire.Writer, u %s) {", u.name, u.name)
	e.p("	switch v := u.(type) {")
	for _, o := range u.variants {
		e.p("	case %s:\nv.writeJSON(w)\nreturn", o.name)
		e.p("	case *%s:\nif v != nil {\nv.writeJSON(w)\nreturn\n}", o.name)
	}
	if u.text != "" {
		e.p("	case %s:\nw.String(string(v))\nreturn", u.text)
		e.p("	case *%s:\nif v != nil {\nw.String(string(*v))\nreturn\n}", u.text)
	}
	e.p("	case %s:\nw.Raw(v)\nreturn", u.raw)
	e.p("	case *%s:\nif v != nil {\nw.Raw(*v)\nreturn\n}", u.raw)
	e.p("	}")
	e.p("w.FailUnion(u)")
	e.p("}\n")
}
