package main

import (
	"go/token"
	"strings"
)

// A model is what the generator knows of a package.
type model struct {
	objects map[string]*object // structs with a presence word
	unions  map[string]*union  // sealed interfaces
	types   map[string]string  // all other named types, and what they are made of
	funcs   map[string]bool
	used    map[string]bool // the names that hand-written code mentions

	set  *token.FileSet
	errs []error
}

// An object is a struct that is a JSON object.
type object struct {
	name        string
	pos         token.Pos
	fields      []field
	hasPresence bool // without, it has no members
	hasNumbers  bool // remembers which decimals were numbers
	wide        bool
	short       string // the field that may stand alone as a scalar
	variant     *variant
	hot         bool    // its codec is straight-line code
	asValue     bool    // is a field by value: needs isZero
	asElement   bool    // is an element of a slice
	odd         []field // fields without a member, which stand for the whole object: readOdd and writeOdd are written by hand
	adopts      bool    // takes over members of another JSON type from Extra: has adopt and unadopted
	list        string  // how a list of them begins: its capacity, or the function that makes room for the first
}

// A variant is an object that implements a sealed interface, told from the others by the discriminator's value.
type variant struct {
	union  string
	key    string
	values []string
	pos    token.Pos
}

type field struct {
	name, json, typ   string
	pos               token.Pos
	omit, null, short bool
	text              bool // hardly any two values are alike
	strict            bool
	with              string // written even when zero if Type has this value
	index             int
}

// A union is a sealed interface.
type union struct {
	name     string
	pos      token.Pos
	raw      string // the variant that keeps the JSON
	text     string // the variant that is a string
	key      string
	variants []*object
}

func lower(name string) string { return strings.ToLower(name[:1]) + name[1:] }

func (o *object) field(name string) *field {
	for i := range o.fields {
		if name != "" && o.fields[i].name == name {
			return &o.fields[i]
		}
	}
	return nil
}

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

// A kind is how a field's type is written, for which the codec has code.
type kind int

const (
	noKind  kind = iota
	scalar       // any type that internal/wire reads and writes by itself
	content      // a list that may stand as a scalar
	objectKind
	pointer
	objectList
	unionKind
	unionList
)

// shortLists are the lists of objects that may stand as a scalar, and what the functions that read and write them are called, which are
// written by hand.
var shortLists = map[string]string{"[]Part": "Content", "[]EmbeddingInput": "Inputs"}

// isString reports whether typ is string, or made of it.
func (m *model) isString(typ string) bool { return typ == "string" || m.types[typ] == "string" }

func (m *model) kind(f *field) kind {
	elem, isList := strings.CutPrefix(f.typ, "[]")
	target, isPointer := strings.CutPrefix(f.typ, "*")
	switch {
	case scalars[f.typ] != nil, m.isString(f.typ), isList && m.isString(elem):
		return scalar
	case f.short && shortLists[f.typ] != "" && m.objects[elem] != nil:
		return content
	case m.objects[f.typ] != nil:
		return objectKind
	case isPointer && m.objects[target] != nil:
		return pointer
	case isList && m.objects[elem] != nil:
		return objectList
	case m.unions[f.typ] != nil:
		return unionKind
	case isList && m.unions[elem] != nil:
		return unionList
	}
	return noKind
}
