package main

import (
	"strconv"
	"strings"
)

// arguments is how many a directive takes.
var arguments = map[string]int{"adopts": 0, "hot": 0, "short": 1, "list": 1, "raw": 1, "text": 1, "variant": 2}

// direct applies one directive.
func (m *model) direct(d directive) {
	text := strings.TrimSpace("//wire:" + d.name + " " + strings.Join(d.args, " "))
	n, known := arguments[d.name]
	o := m.objects[d.on]
	switch {
	case !known:
		m.fail(d.pos, "%s: unknown directive %s", d.on, text)
		return
	case len(d.args) != n:
		m.fail(d.pos, "%s: %s has %d arguments, want %d", d.on, text, len(d.args), n)
		return
	case d.name == "raw" || d.name == "text":
		m.plainVariant(d, text)
		return
	case o == nil:
		m.fail(d.pos, "%s: %s is for structs that have Extra and presence", d.on, text)
		return
	}
	twice := false
	switch d.name {
	case "adopts":
		twice, o.adopts = o.adopts, true
	case "hot":
		twice, o.hot = o.hot, true
	case "short":
		twice, o.short = o.short != "", d.args[0]
		switch f := o.field(o.short); {
		case f == nil:
			m.fail(d.pos, "%s: %s: no such field", d.on, text)
		case m.kind(f) != scalar || m.scalar(*f).writer == "":
			m.fail(d.pos, "%s: %s: a %s cannot stand for the object", d.on, text, f.typ)
		}
	case "list":
		twice, o.list = o.list != "", d.args[0]
		switch {
		case !isNumber(o.list) && !m.funcs[o.list]:
			m.fail(d.pos, "%s: %s: no such function", d.on, text)
		case strings.Trim(o.list, "0") == "":
			m.fail(d.pos, "%s: %s: a list that has an element has room for one", d.on, text)
		case !m.inList(d.on):
			m.fail(d.pos, "%s: %s: no field is a list of them", d.on, text)
		}
	case "variant":
		if twice = o.variant != nil; !twice {
			m.objectVariant(o, d, text)
		}
	}
	if twice {
		m.fail(d.pos, "%s: %s: there is a //wire:%s already", d.on, text, d.name)
	}
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// inList reports whether a field is a list of objects of that name.
func (m *model) inList(name string) bool {
	for _, o := range m.objects {
		for _, f := range o.fields {
			if f.typ == "[]"+name {
				return true
			}
		}
	}
	return false
}

// plainVariant takes in a variant that is a string, or any JSON.
func (m *model) plainVariant(d directive, text string) {
	u := m.unions[d.args[0]]
	if u == nil {
		m.fail(d.pos, "%s: %s: no such sealed interface", d.on, text)
		return
	}
	place, want := &u.raw, "json.RawMessage"
	if d.name == "text" {
		place, want = &u.text, "string"
	}
	if m.types[d.on] != want {
		m.fail(d.pos, "%s: %s: its type must be %s", d.on, text, want)
	}
	if *place != "" {
		m.fail(d.pos, "%s: %s: %s is that already", d.on, text, *place)
	}
	*place = d.on
}

// objectVariant takes in a variant that is an object.
func (m *model) objectVariant(o *object, d directive, text string) {
	u := m.unions[d.args[0]]
	if u == nil {
		m.fail(d.pos, "%s: %s: no such sealed interface", d.on, text)
		return
	}
	key, values, ok := strings.Cut(d.args[1], "=")
	if !ok || key == "" {
		m.fail(d.pos, "%s: %s: want member=value", d.on, text)
		return
	}
	o.variant = &variant{union: d.args[0], key: key, pos: d.pos}
	if values != "" {
		o.variant.values = strings.Split(values, ",")
	}
	u.variants = append(u.variants, o)
}

func (m *model) checkObject(o *object) {
	limit, members := 30, len(o.fields)
	if key, _ := o.fixed(); key != "" {
		members++
	}
	if o.wide {
		limit = 64
	}
	if members > limit {
		m.fail(o.pos, "%s has %d members, its presence has room for %d", o.name, members, limit)
	}
	if !o.hasPresence && m.inList(o.name) {
		m.fail(o.pos, "%s is an element of a list and has no presence", o.name)
	}
	for i := range o.fields {
		o.fields[i].index = i
		m.checkField(o, &o.fields[i])
	}
	v := o.variant
	if v == nil || len(v.values) == 1 {
		return
	}
	for _, f := range o.fields {
		if f.json == v.key && m.isString(f.typ) {
			return
		}
	}
	m.fail(v.pos, "%s: //wire:variant with other than one value needs a string field for %q", o.name, v.key)
}

func (m *model) checkField(o *object, f *field) {
	where := o.name + "." + f.name
	kind := m.kind(f)
	fail := func(format string, args ...any) { m.fail(f.pos, where+": "+format, args...) }
	list, isList := strings.CutPrefix(f.typ, "[]")
	switch {
	case kind == noKind:
		fail("no codec for %s", f.typ)
		return
	case f.typ == "Decimal" && !o.hasNumbers:
		fail("%s has no field numbers of type numbers", o.name)
	case f.null && f.omit:
		fail(`wire:"null" contradicts omitzero`)
	case f.null && kind == objectKind:
		fail(`wire:"null" is not for an object by value`)
	case f.text && !m.isString(f.typ):
		fail(`wire:"text" is for strings, not for %s`, f.typ)
	case f.short && kind != content && !(isList && m.isString(list)):
		fail(`wire:"short" is for lists of strings and of Part, not for %s`, f.typ)
	case f.strict && kind != pointer && kind != objectList:
		fail(`wire:"strict" is for pointers to objects and lists of them, not for %s`, f.typ)
	case o.wide && !f.omit:
		fail("a member of an object with widePresence must be omitzero")
	case f.with == "":
	case !m.isString(f.typ) || !f.omit:
		fail(`wire:"with=%s" is for strings with omitzero`, f.with)
	case !o.straight():
		fail(`wire:"with=%s" is for types that are //wire:hot`, f.with)
	case o.field("Type") == nil || !m.isString(o.field("Type").typ):
		fail(`wire:"with=%s" needs a string field Type`, f.with)
	}
}

func (m *model) checkUnion(u *union) {
	if u.raw == "" {
		m.fail(u.pos, "%s has no //wire:raw variant", u.name)
	}
	if len(u.variants) == 0 {
		m.fail(u.pos, "%s has no //wire:variant", u.name)
		return
	}
	u.key = u.variants[0].variant.key
	taken := map[string]string{}
	for _, o := range u.variants {
		v := o.variant
		if v.key != u.key {
			m.fail(v.pos, "%s: the variants of %s are told apart by %q, not by %q", o.name, u.name, u.key, v.key)
		}
		values := v.values
		if len(values) == 0 {
			values = []string{"*"}
		}
		for _, value := range values {
			switch other := taken[value]; {
			case value == "" || strconv.Quote(value) != `"`+value+`"`:
				m.fail(v.pos, "%s: %q is no value of %q", o.name, value, v.key)
			case other != "":
				m.fail(v.pos, "%s: %s is the variant of %s for %s=%s already", o.name, other, u.name, v.key, value)
			}
			taken[value] = o.name
		}
	}
}

// spread tells objects what other objects make of them.
func (m *model) spread() {
	for _, o := range m.objects {
		for _, f := range o.fields {
			if v := m.objects[f.typ]; v != nil {
				v.asValue = true
			}
			if elem, ok := strings.CutPrefix(f.typ, "[]"); ok && m.objects[elem] != nil {
				m.objects[elem].asElement = true
				m.objects[elem].asValue = m.objects[elem].asValue || m.kind(&f) == content
			}
		}
	}
	for _, o := range m.objects {
		if o.hot {
			m.heat(o)
		}
	}
}

// heat makes hot what an object holds by value or in lists, which comes as often as it does.
func (m *model) heat(o *object) {
	o.hot = true
	for _, f := range o.fields {
		if held := m.objects[strings.TrimPrefix(f.typ, "[]")]; held != nil && !held.hot {
			m.heat(held)
		}
	}
}
