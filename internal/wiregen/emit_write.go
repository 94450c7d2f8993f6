package main

import (
	"fmt"
	"strconv"
	"strings"
)

func (e *emitter) write(o *object) error {
	e.p("func (v *%s) writeJSON(w *wire.Writer) {", o.name)
	if o.adopts {
		e.p("	if v.Extra != nil {\nv = v.unadopted()\n}")
	}
	if o.asElement {
		e.p("	if v.presence.Form(wire.Bare) != wire.Plain && v.blank() {")
		e.p("		w.Any(v.Extra[\"\"])")
		e.p("		return")
		e.p("	}")
	}
	if f := o.field(o.short); f != nil {
		value, err := e.writing(*f, -1)
		if err != nil {
			return err
		}
		e.p("	if v.%s != %s && %s {", f.name, zeroLiteral(f.typ), o.alone())
		e.p("		%s", value)
		e.p("		return")
		e.p("	}")
	}
	e.p("	w.Open()")
	e.p("	var wrote uint64")
	if key, value := o.fixed(); key != "" {
		e.p("	w.Key(`%q:%q,`)", key, value)
		e.p("	wrote |= 1 << %d", len(o.fields))
	}
	for i, f := range o.fields {
		value, err := e.writing(f, i)
		if err != nil {
			return err
		}
		dflt := f.dflt()
		if f.with != "" {
			dflt = lower(f.name) + "Form"
			e.p("	%s := wire.Absent", dflt)
			e.p("	if v.Type == %q {", f.with)
			e.p("		%s = wire.Zero", dflt)
			e.p("	}")
		}
		e.p("	if %s {", e.isWritten(f, i))
		e.p("		w.Key(`%q:`)", f.json)
		e.p("		%s", value)
		e.p("		wrote |= 1 << %d", i)
		e.p("	} else if w.Empty(`%q:`, v.presence.Form(%d), %s, %s) {", f.json, i, dflt, e.zeroJSON(f))
		e.p("		wrote |= 1 << %d", i)
		e.p("	}")
	}
	e.p("	if len(v.Extra) > 0 {")
	e.p("		w.Extra(v.Extra, %sMembers[:], wrote)", lower(o.name))
	e.p("	}")
	e.p("	w.Close()")
	e.p("}\n")
	return nil
}

// isWritten is the condition that the field's value is written by itself, not as an empty one.
func (e *emitter) isWritten(f field, i int) string {
	if o := e.m.objects[f.typ]; o != nil {
		cond := "!v." + f.name + ".isZero()"
		if o.short != "" {
			return cond
		}
		// A zero object is written as its own defaults are, which need not be {}.
		form := fmt.Sprintf("v.presence.Form(%d)", i)
		cond += " || " + form + " == wire.Zero"
		if !f.omit {
			cond += " || " + form + " == wire.Plain"
		}
		return cond
	}
	if f.typ == "bool" {
		return "v." + f.name
	}
	return "v." + f.name + " != " + e.zeroOf(f)
}

func (e *emitter) zeroOf(f field) string {
	if e.m.unions[f.typ] != nil {
		return "nil"
	}
	return zeroLiteral(f.typ)
}

func zeroLiteral(typ string) string {
	switch {
	case typ == "bool":
		return "false"
	case typ == "int" || typ == "int64" || typ == "float64":
		return "0"
	case strings.HasPrefix(typ, "*"), strings.HasPrefix(typ, "[]"), strings.HasPrefix(typ, "map["), typ == "any", typ == "json.RawMessage":
		return "nil"
	}
	return `""`
}

// zeroJSON is how an explicit zero is written.
func (e *emitter) zeroJSON(f field) string {
	switch {
	case f.typ == "bool":
		return "`false`"
	case f.typ == "int" || f.typ == "int64" || f.typ == "float64":
		return "`0`"
	case strings.HasPrefix(f.typ, "[]"):
		return "`[]`"
	case f.typ == "string" || f.typ == "Decimal" || e.m.strings[f.typ]:
		return "`\"\"`"
	case e.m.objects[f.typ] != nil && e.m.objects[f.typ].short != "":
		return e.zeroJSON(*e.m.objects[f.typ].field(e.m.objects[f.typ].short))
	case strings.HasPrefix(f.typ, "*"), e.m.unions[f.typ] != nil, f.typ == "any", f.typ == "json.RawMessage":
		return "`null`"
	}
	return "`{}`"
}

// writing is the statement that writes a field's value; i is its place, -1 where nothing is remembered of it.
func (e *emitter) writing(f field, i int) (string, error) {
	v := "v." + f.name
	other := fmt.Sprintf("v.presence.Form(%d) == %s", i, f.dflt())
	if i < 0 {
		other = "false"
	}
	elem := strings.TrimPrefix(f.typ, "[]")
	isSlice := elem != f.typ
	switch {
	case f.typ == "string":
		return "w.String(" + v + ")", nil
	case f.typ == "Decimal":
		return "w.Number(string(" + v + "), " + other + ")", nil
	case e.m.strings[f.typ]:
		return "w.String(string(" + v + "))", nil
	case f.typ == "bool", f.typ == "int", f.typ == "int64":
		return "w." + strings.ToUpper(f.typ[:1]) + f.typ[1:] + "(" + v + ")", nil
	case f.typ == "*bool", f.typ == "*int", f.typ == "*int64":
		return "w." + strings.ToUpper(f.typ[1:2]) + f.typ[2:] + "(*" + v + ")", nil
	case f.typ == "float64", f.typ == "*float64":
		value := strings.Repeat("*", strings.Count(f.typ, "*")) + v
		if i < 0 {
			return "w.Float(" + value + ")", nil
		}
		return fmt.Sprintf("if %s {\nw.FloatAs(%s, v.Extra[%q])\n} else {\nw.Float(%s)\n}", other, value, f.json, value), nil
	case f.typ == "any":
		return "w.Any(" + v + ")", nil
	case f.typ == "json.RawMessage":
		return "w.Raw(" + v + ")", nil
	case f.typ == "[]int":
		return "wire.WriteInts(w, " + v + ")", nil
	case f.typ == "map[string]string":
		return "wire.WriteMap(w, " + v + ", (*wire.Writer).String)", nil
	case f.typ == "map[string]float64":
		return "wire.WriteMap(w, " + v + ", (*wire.Writer).Float)", nil
	case f.typ == "map[string]any":
		return "wire.WriteMap(w, " + v + ", (*wire.Writer).Any)", nil
	case isSlice && (elem == "string" || e.m.strings[elem]):
		short := "false"
		if f.short {
			short = fmt.Sprintf("v.presence.Form(%d) != %s", i, f.dflt())
		}
		return "wire.WriteStrings(w, " + v + ", " + short + ")", nil
	case f.short && f.typ == "[]Part":
		return fmt.Sprintf("writeContent(w, %s, v.presence.Form(%d) != %s)", v, i, f.dflt()), nil
	case isSlice && (e.m.objects[elem] != nil || e.m.unions[elem] != nil):
		return fmt.Sprintf("write%ss(w, %s)", elem, v), nil
	case e.m.unions[f.typ] != nil:
		return fmt.Sprintf("write%s(w, %s)", f.typ, v), nil
	case e.m.objects[f.typ] != nil, strings.HasPrefix(f.typ, "*") && e.m.objects[f.typ[1:]] != nil:
		return v + ".writeJSON(w)", nil
	}
	return "", fmt.Errorf("field %s: no codec for %s", f.name, f.typ)
}

// zero writes blank (no member is set) and isZero (nothing at all is).
func (e *emitter) zero(o *object) {
	if !o.asValue && !o.asElement {
		return
	}
	cond := "true"
	for i, f := range o.fields {
		c := "v." + f.name + " == " + e.zeroOf(f)
		switch {
		case e.m.objects[f.typ] != nil:
			c = "v." + f.name + ".isZero()"
		case f.typ == "bool":
			c = "!v." + f.name
		}
		if i == 0 {
			cond = c
		} else {
			cond += " && " + c
		}
	}
	e.p("func (v *%s) blank() bool { return %s }\n", o.name, cond)
	if o.asValue {
		e.p("func (v *%s) isZero() bool { return v.presence == %s && v.Extra == nil && v.blank() }\n", o.name, o.zeroPresence())
	}
}

func (e *emitter) union(u *union) error {
	if u.raw == "" {
		return fmt.Errorf("no //wire:raw variant")
	}
	fallback := ""
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
	e.p("	switch r.Peek(%q) {", u.key)
	arm := func(o *object) {
		e.p("		var v %s", o.name)
		e.p("		v.readJSON(r)")
		e.p("		*dst = v")
	}
	for _, o := range u.variants {
		if len(o.variant.values) == 0 {
			fallback = o.name
			continue
		}
		quoted := make([]string, len(o.variant.values))
		for i, v := range o.variant.values {
			quoted[i] = strconv.Quote(v)
		}
		e.p("	case %s:", strings.Join(quoted, ", "))
		arm(o)
	}
	if fallback != "" {
		e.p("	case \"\":")
		e.p("		*dst = %s(r.Raw())", u.raw)
		e.p("	default:")
		arm(e.m.objects[fallback])
	} else {
		e.p("	default:")
		e.p("		*dst = %s(r.Raw())", u.raw)
	}
	e.p("	}")
	e.p("	return wire.Value")
	e.p("}\n")

	e.p("func write%s(w *wire.Writer, u %s) {", u.name, u.name)
	e.p("	switch v := u.(type) {")
	for _, o := range u.variants {
		e.p("	case %s:", o.name)
		e.p("		v.writeJSON(w)")
		e.p("	case *%s:", o.name)
		e.p("		if v == nil {")
		e.p("			w.FailNil()")
		e.p("			return")
		e.p("		}")
		e.p("		v.writeJSON(w)")
	}
	if u.text != "" {
		e.p("	case %s:", u.text)
		e.p("		w.String(string(v))")
		e.p("	case *%s:", u.text)
		e.p("		if v == nil {")
		e.p("			w.FailNil()")
		e.p("			return")
		e.p("		}")
		e.p("		w.String(string(*v))")
	}
	e.p("	case %s:", u.raw)
	e.p("		w.Raw(v)")
	e.p("	case *%s:", u.raw)
	e.p("		if v == nil {")
	e.p("			w.FailNil()")
	e.p("			return")
	e.p("		}")
	e.p("		w.Raw(*v)")
	e.p("	default:")
	e.p("		w.FailNil()")
	e.p("	}")
	e.p("}\n")

	e.p("func read%ss(r *wire.Reader, dst *[]%s) wire.Got {", u.name, u.name)
	e.p("	if *dst = nil; !r.Array() {")
	e.p("		return r.Miss()")
	e.p("	}")
	e.p("	s := []%s{}", u.name)
	e.p("	for ok := r.FirstElement(); ok; ok = r.NextElement() {")
	e.p("		var v %s", u.name)
	e.p("		if read%s(r, &v) == wire.GotNull {", u.name)
	e.p("			v = %s(\"null\")", u.raw)
	e.p("		}")
	e.p("		s = append(s, v)")
	e.p("	}")
	e.p("	*dst = s")
	e.p("	return wire.Value")
	e.p("}\n")
	e.p("func write%ss(w *wire.Writer, s []%s) {", u.name, u.name)
	e.p("	w.OpenArray()")
	e.p("	for _, v := range s {")
	e.p("		write%s(w, v)", u.name)
	e.p("	}")
	e.p("	w.CloseArray()")
	e.p("}\n")

	e.p("func (%s) %s() {}\n", u.raw, lower(u.name))
	if u.text != "" {
		e.p("func (%s) %s() {}\n", u.text, lower(u.name))
	}
	e.p("// MarshalJSON implements json.Marshaler.")
	e.p("func (v %s) MarshalJSON() ([]byte, error) {", u.raw)
	e.p("	w := wire.NewWriter(nil)")
	e.p("	w.Raw(v)")
	e.p("	return w.Bytes()")
	e.p("}\n")
	e.p("// UnmarshalJSON implements json.Unmarshaler; data is copied.")
	e.p("func (v *%s) UnmarshalJSON(data []byte) error {", u.raw)
	e.p("	*v = append(%s(nil), data...)", u.raw)
	e.p("	return nil")
	e.p("}")
	return nil
}
