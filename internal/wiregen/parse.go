package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// A model is what the generator knows of a package.
type model struct {
	objects map[string]*object // structs with a presence word
	unions  map[string]*union  // sealed interfaces
	strings map[string]bool    // named string types
}

// An object is a struct that is a JSON object.
type object struct {
	name      string
	fields    []field
	hasExtra  bool
	wide      bool
	short     string // the field that may stand alone as a scalar
	variant   *variant
	asValue   bool   // is a field by value: needs isZero
	asElement bool   // is an element of a slice
	adopts    bool   // takes over members of another JSON type from Extra: has adopt and unadopted
	list      string // how a list of them begins: its capacity, or the function that makes room for the first
}

// A variant is an object that implements a sealed interface, told from the others by the discriminator's value.
type variant struct {
	union  string
	key    string
	values []string
}

type field struct {
	name, json, typ   string
	omit, null, short bool
	text              bool // hardly any two values are alike
	strict            bool
	with              string // written even when zero if Type has this value
}

// A union is a sealed interface.
type union struct {
	name     string
	raw      string // the variant that keeps the JSON
	text     string // the variant that is a string
	key      string
	variants []*object
}

func parse(dir string) (*model, error) {
	m := &model{objects: map[string]*object{}, unions: map[string]*union{}, strings: map[string]bool{}}
	set := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	directives := map[string][][]string{} // type name → its directives
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_gen.go") {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.TYPE {
				continue
			}
			for _, spec := range gen.Specs {
				spec := spec.(*ast.TypeSpec)
				doc := spec.Doc
				if doc == nil {
					doc = gen.Doc
				}
				name := spec.Name.Name
				if doc != nil {
					for _, c := range doc.List {
						if d, ok := strings.CutPrefix(c.Text, "//wire:"); ok {
							directives[name] = append(directives[name], strings.Fields(d))
						}
					}
				}
				if err := m.addType(name, spec.Type); err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(directives)) {
		for _, d := range directives[name] {
			if err := m.direct(name, d); err != nil {
				return nil, fmt.Errorf("%s: //wire:%s: %w", name, strings.Join(d, " "), err)
			}
		}
	}
	for _, o := range m.objects {
		for _, f := range o.fields {
			if v, ok := m.objects[f.typ]; ok {
				v.asValue = true
			}
			if f.short && f.typ == "[]Part" {
				m.objects["Part"].asValue = true
			}
			if v, ok := m.objects[strings.TrimPrefix(f.typ, "[]")]; ok && strings.HasPrefix(f.typ, "[]") {
				v.asElement = true
			}
		}
	}
	return m, nil
}

func (m *model) addType(name string, t ast.Expr) error {
	switch t := t.(type) {
	case *ast.Ident:
		if t.Name == "string" {
			m.strings[name] = true
		}
	case *ast.InterfaceType:
		marker := strings.ToLower(name[:1]) + name[1:]
		if len(t.Methods.List) == 1 && len(t.Methods.List[0].Names) == 1 && t.Methods.List[0].Names[0].Name == marker {
			m.unions[name] = &union{name: name}
		}
	case *ast.StructType:
		return m.addStruct(name, t)
	}
	return nil
}

func (m *model) addStruct(name string, t *ast.StructType) error {
	o := &object{name: name}
	hasPresence := false
	for _, f := range t.Fields.List {
		typ := expr(f.Type)
		for _, n := range f.Names {
			switch {
			case n.Name == "presence":
				hasPresence, o.wide = true, typ == "widePresence"
			case n.Name == "Extra":
				o.hasExtra = typ == "map[string]any"
			case n.IsExported() && f.Tag != nil:
				tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
				if tag.Get("json") != "" {
					o.fields = append(o.fields, newField(n.Name, typ, tag))
				}
			}
		}
	}
	switch {
	case !o.hasExtra && !hasPresence:
		return nil // not on the wire
	case !o.hasExtra:
		return fmt.Errorf("no Extra map[string]any")
	case !hasPresence && len(o.fields) > 0:
		return fmt.Errorf("no presence")
	}
	limit := 30
	if o.wide {
		limit = 64
	}
	if len(o.fields) > limit {
		return fmt.Errorf("%d members, its presence word has room for %d", len(o.fields), limit)
	}
	m.objects[name] = o
	return nil
}

func newField(name, typ string, tag reflect.StructTag) field {
	f := field{name: name, typ: typ}
	var opts string
	f.json, opts, _ = strings.Cut(tag.Get("json"), ",")
	f.omit = opts == "omitzero"
	for opt := range strings.SplitSeq(tag.Get("wire"), ",") {
		switch {
		case opt == "null":
			f.null = true
		case opt == "text":
			f.text = true
		case opt == "short":
			f.short = true
		case opt == "strict":
			f.strict = true
		case strings.HasPrefix(opt, "with="):
			f.with = opt[len("with="):]
		}
	}
	return f
}

// direct applies one //wire: directive.
func (m *model) direct(name string, d []string) error {
	switch d[0] {
	case "short":
		m.objects[name].short = d[1]
	case "list":
		m.objects[name].list = d[1]
	case "adopts":
		m.objects[name].adopts = true
	case "raw", "text":
		u := m.unions[d[1]]
		if u == nil {
			return fmt.Errorf("no such sealed interface")
		}
		if d[0] == "raw" {
			u.raw = name
		} else {
			u.text = name
		}
	case "variant":
		u, o := m.unions[d[1]], m.objects[name]
		if u == nil || o == nil {
			return fmt.Errorf("no such sealed interface, or not an object")
		}
		key, values, _ := strings.Cut(d[2], "=")
		o.variant = &variant{union: d[1], key: key}
		if values != "" {
			o.variant.values = strings.Split(values, ",")
		}
		u.key = key
		u.variants = append(u.variants, o)
	default:
		return fmt.Errorf("unknown directive")
	}
	return nil
}

func expr(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + expr(e.X)
	case *ast.ArrayType:
		return "[]" + expr(e.Elt)
	case *ast.MapType:
		return "map[" + expr(e.Key) + "]" + expr(e.Value)
	case *ast.SelectorExpr:
		return expr(e.X) + "." + e.Sel.Name
	case *ast.InterfaceType:
		return "any"
	}
	return fmt.Sprintf("%T", e)
}
