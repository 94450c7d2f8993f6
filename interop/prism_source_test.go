package interop_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source is what the library's source declares for requests.
type source struct {
	fields    map[string][]field  // of each struct
	variants  map[string][]string // the types of each interface
	constants map[string][]string // the exported values of each string type
}

type field struct {
	name  string
	types []string // that its type is made of
}

func readSource(t *testing.T) source {
	files, err := filepath.Glob("../*.go")
	require.NoError(t, err)
	s := source{fields: map[string][]field{}, variants: map[string][]string{}, constants: map[string][]string{}}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_gen.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range tree.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					s.addType(spec, group.Doc)
				case *ast.ValueSpec:
					if group.Tok == token.CONST {
						s.addConstants(t, spec)
					}
				}
			}
		}
	}
	return s
}

func (s source) addType(spec *ast.TypeSpec, doc *ast.CommentGroup) {
	if doc != nil {
		for _, comment := range doc.List {
			words := strings.Fields(comment.Text)
			switch words[0] {
			case "//wire:variant", "//wire:raw", "//wire:text":
				s.variants[words[1]] = append(s.variants[words[1]], spec.Name.Name)
			}
		}
	}
	object, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range object.Fields.List {
		for _, name := range f.Names {
			if name.IsExported() {
				s.fields[spec.Name.Name] = append(s.fields[spec.Name.Name], field{name.Name, typesIn(f.Type)})
			}
		}
	}
}

// typesIn returns the names of the types that a type is made of.
func typesIn(typ ast.Expr) (names []string) {
	ast.Inspect(typ, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}

func (s source) addConstants(t *testing.T, spec *ast.ValueSpec) {
	typ, ok := spec.Type.(*ast.Ident)
	if !ok {
		return
	}
	for i, v := range spec.Values {
		if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING && spec.Names[i].IsExported() {
			value, err := strconv.Unquote(lit.Value)
			require.NoError(t, err)
			s.constants[typ.Name] = append(s.constants[typ.Name], value)
		}
	}
}

// reachable returns everything that a value of a struct can hold: each field as
// Type.Field, each constant of a field as Type.Field=value, and each variant
// that is no struct by its name.
func (s source) reachable(root string) map[string]bool {
	all := map[string]bool{}
	visited := map[string]bool{}
	var visit func(typ, at string)
	visit = func(typ, at string) {
		for _, value := range s.constants[typ] {
			all[at+"="+value] = true
		}
		if len(s.variants[typ]) == 0 && s.fields[typ] == nil {
			return
		}
		for _, variant := range s.variants[typ] {
			if s.fields[variant] == nil && s.constants[variant] == nil {
				all[variant] = true
			}
			visit(variant, at)
		}
		if visited[typ] {
			return
		}
		visited[typ] = true
		for _, f := range s.fields[typ] {
			key := typ + "." + f.name
			all[key] = true
			for _, inner := range f.types {
				visit(inner, key)
			}
		}
	}
	visit(root, "")
	return all
}
