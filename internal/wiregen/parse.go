package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A directive is a //wire: comment above a type.
type directive struct {
	pos  token.Pos
	on   string // the type
	name string
	args []string
}

// parse reads the package in dir. The error says all that it does not understand, each with file and line.
func parse(dir string) (*model, error) {
	m := &model{
		objects: map[string]*object{}, unions: map[string]*union{}, types: map[string]string{}, funcs: map[string]bool{}, used: map[string]bool{},
		set: token.NewFileSet(),
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var directives []directive
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_gen.go") {
			continue
		}
		file, err := parser.ParseFile(m.set, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		directives = append(directives, m.addFile(file)...)
	}
	for _, d := range directives {
		m.direct(d)
	}
	m.spread()
	for _, name := range slices.Sorted(maps.Keys(m.objects)) {
		m.checkObject(m.objects[name])
	}
	if len(m.errs) == 0 { // else variants may be missing
		for _, name := range slices.Sorted(maps.Keys(m.unions)) {
			m.checkUnion(m.unions[name])
		}
	}
	if err := m.err(); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *model) fail(pos token.Pos, format string, args ...any) {
	p := m.set.Position(pos)
	m.errs = append(m.errs, fmt.Errorf("%s:%d: %s", p.Filename, p.Line, fmt.Sprintf(format, args...)))
}

// err is all that was refused, each line once, in the order of the source.
func (m *model) err() error {
	slices.SortStableFunc(m.errs, func(a, b error) int { return compareLines(a.Error(), b.Error()) })
	return errors.Join(slices.CompactFunc(m.errs, func(a, b error) bool { return a.Error() == b.Error() })...)
}

// compareLines orders texts that begin with file:line: by the file, then by the number.
func compareLines(a, b string) int {
	fileA, restA, _ := strings.Cut(a, ":")
	fileB, restB, _ := strings.Cut(b, ":")
	if c := strings.Compare(fileA, fileB); c != 0 {
		return c
	}
	lineA, _, _ := strings.Cut(restA, ":")
	lineB, _, _ := strings.Cut(restB, ":")
	a1, _ := strconv.Atoi(lineA)
	b1, _ := strconv.Atoi(lineB)
	return a1 - b1
}

// addFile takes in a file's types and returns its directives.
func (m *model) addFile(file *ast.File) []directive {
	var directives []directive
	placed := map[*ast.Comment]bool{}
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if fn, isFunc := decl.(*ast.FuncDecl); isFunc && fn.Recv == nil {
			m.funcs[fn.Name.Name] = true
		}
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, spec := range gen.Specs {
			spec := spec.(*ast.TypeSpec)
			doc := spec.Doc
			if doc == nil && !gen.Lparen.IsValid() {
				doc = gen.Doc
			}
			if doc != nil {
				for _, c := range doc.List {
					if d, ok := strings.CutPrefix(c.Text, "//wire:"); ok {
						placed[c] = true
						name, rest, _ := strings.Cut(d, " ")
						directives = append(directives, directive{c.Pos(), spec.Name.Name, name, strings.Fields(rest)})
					}
				}
			}
			m.addType(spec)
		}
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//wire:") && !placed[c] {
				m.fail(c.Pos(), "%s is not above a type", c.Text)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			m.used[id.Name] = true
		}
		return true
	})
	return directives
}

func (m *model) addType(spec *ast.TypeSpec) {
	name := spec.Name.Name
	switch t := spec.Type.(type) {
	case *ast.InterfaceType:
		if len(t.Methods.List) == 1 && len(t.Methods.List[0].Names) == 1 && t.Methods.List[0].Names[0].Name == lower(name) {
			m.unions[name] = &union{name: name, pos: spec.Pos()}
		}
	case *ast.StructType:
		m.addStruct(spec, t)
	default:
		m.types[name] = expr(t)
	}
}

func (m *model) addStruct(spec *ast.TypeSpec, t *ast.StructType) {
	o := &object{name: spec.Name.Name, pos: spec.Pos()}
	var presence, extra string
	tagged := false
	for _, f := range t.Fields.List {
		for _, n := range f.Names {
			switch n.Name {
			case "presence":
				presence = expr(f.Type)
			case "Extra":
				extra = expr(f.Type)
			}
		}
		tagged = tagged || f.Tag != nil && strings.Contains(f.Tag.Value, "json:")
	}
	switch {
	case presence == "" && !tagged:
		return // not on the wire
	case extra != "map[string]any":
		m.fail(o.pos, "%s has no field Extra map[string]any", o.name)
	case presence != "presence" && presence != "widePresence" && (presence != "" || tagged && len(t.Fields.List) > 1):
		m.fail(o.pos, "%s has no field presence of type presence or widePresence", o.name)
	case spec.TypeParams != nil:
		m.fail(o.pos, "%s has type parameters", o.name)
	}
	o.hasPresence, o.wide = presence != "", presence == "widePresence"
	seen := map[string]bool{}
	for _, f := range t.Fields.List {
		if len(f.Names) == 0 {
			m.fail(f.Pos(), "%s embeds %s: no codec for embedded fields", o.name, expr(f.Type))
		}
		for _, n := range f.Names {
			where := o.name + "." + n.Name
			tag, err := newTag(f.Tag)
			switch {
			case err != nil:
				m.fail(n.Pos(), "%s: %v", where, err)
			case n.Name == "presence":
			case n.Name == "numbers":
				o.hasNumbers = expr(f.Type) == "numbers"
			case n.Name == "Extra":
				if tag.Get("json") != "-" {
					m.fail(n.Pos(), "%s needs the tag `json:\"-\"`", where)
				}
			case !n.IsExported():
				if f.Tag != nil {
					m.fail(n.Pos(), "%s has a tag and is not exported", where)
				}
			default:
				m.addField(o, n, expr(f.Type), tag)
			}
		}
	}
	for _, f := range o.fields {
		if seen[f.json] {
			m.fail(f.pos, "%s.%s: the member %q exists already", o.name, f.name, f.json)
		}
		seen[f.json] = true
	}
	m.objects[o.name] = o
}

// newTag returns a field's tag. A tag that reflect would misread is an error.
func newTag(lit *ast.BasicLit) (reflect.StructTag, error) {
	if lit == nil {
		return "", nil
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return "", err
	}
	for _, word := range strings.Fields(text) {
		key, value, _ := strings.Cut(word, ":")
		if key != "json" && key != "wire" || len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
			return "", fmt.Errorf("the tag %s is not of the form json:\"…\" wire:\"…\"", lit.Value)
		}
	}
	return reflect.StructTag(text), nil
}

func (m *model) addField(o *object, n *ast.Ident, typ string, tag reflect.StructTag) {
	f := field{name: n.Name, typ: typ, pos: n.Pos()}
	where := o.name + "." + f.name
	name, opts, _ := strings.Cut(tag.Get("json"), ",")
	f.json = name
	switch {
	case tag.Get("json") == "":
		m.fail(f.pos, "%s has no json tag", where)
		return
	case name == "-" && tag.Get("wire") == "odd":
		o.odd = append(o.odd, f)
		return
	case name == "" || name == "-" || strconv.Quote(name) != `"`+name+`"` || strings.ContainsAny(name, "`<>&"):
		m.fail(f.pos, "%s: %q is no name for a member", where, name)
	case opts == "omitzero":
		f.omit = true
	case opts == "omitempty":
		m.fail(f.pos, "%s: omitempty would drop an empty list that was set; use omitzero", where)
	case opts != "":
		m.fail(f.pos, "%s: unknown json option %q", where, opts)
	}
	words, ok := tag.Lookup("wire")
	if !ok {
		o.fields = append(o.fields, f)
		return
	}
	seen := map[string]bool{}
	for word := range strings.SplitSeq(words, ",") {
		key, value, hasValue := strings.Cut(word, "=")
		if seen[key] {
			m.fail(f.pos, "%s: wire:%q is there twice", where, key)
		}
		seen[key] = true
		switch {
		case key == "with" && value != "":
			f.with = value
		case key == "null" && !hasValue:
			f.null = true
		case key == "text" && !hasValue:
			f.text = true
		case key == "short" && !hasValue:
			f.short = true
		case key == "strict" && !hasValue:
			f.strict = true
		default:
			m.fail(f.pos, "%s: unknown word wire:%q", where, word)
		}
	}
	o.fields = append(o.fields, f)
}

// expr spells a type. What no codec can be for has a spelling that is no type's.
func expr(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + expr(e.X)
	case *ast.ArrayType:
		if e.Len == nil {
			return "[]" + expr(e.Elt)
		}
		return "[…]" + expr(e.Elt)
	case *ast.MapType:
		return "map[" + expr(e.Key) + "]" + expr(e.Value)
	case *ast.SelectorExpr:
		return expr(e.X) + "." + e.Sel.Name
	case *ast.InterfaceType:
		if len(e.Methods.List) == 0 {
			return "any"
		}
		return "interface{…}"
	case *ast.StructType:
		return "struct{…}"
	case *ast.FuncType:
		return "func(…)"
	case *ast.ChanType:
		return "chan"
	}
	return "…"
}
