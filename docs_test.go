package openrouter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every exported name has a comment, which begins with it where it is a function,
// a method or a type. Constants may have that of their group, or of their type.
func TestDocsCoverEveryExportedName(t *testing.T) {
	for _, dir := range []string{".", "openroutertest", "agent"} {
		files, set := parsePackage(t, dir)
		packageDoc := false
		typeDocs := map[string]bool{}
		for _, file := range files {
			packageDoc = packageDoc || file.Doc != nil
			for _, spec := range typeSpecs(file) {
				typeDocs[spec.name] = spec.doc != ""
			}
		}
		assert.True(t, packageDoc, "package %s", dir)

		check := func(pos token.Pos, name, doc string) {
			assert.NotEmpty(t, strings.TrimSpace(doc), "%s: %s has no comment", set.Position(pos), name)
		}
		named := func(pos token.Pos, name, doc string) {
			check(pos, name, doc)
			assert.True(t, strings.HasPrefix(strings.TrimPrefix(doc, "Deprecated: "), name+" "), "%s: the comment does not begin with %s", set.Position(pos), name)
		}
		for _, file := range files {
			for _, spec := range typeSpecs(file) {
				if ast.IsExported(spec.name) {
					named(spec.pos, spec.name, spec.doc)
				}
			}
			for _, decl := range file.Decls {
				switch d := decl.(type) {
				case *ast.FuncDecl:
					if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
						named(d.Pos(), d.Name.Name, d.Doc.Text())
					}
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						v, ok := spec.(*ast.ValueSpec)
						if !ok {
							continue
						}
						doc := v.Doc.Text() + v.Comment.Text()
						if d.Tok == token.CONST || !d.Lparen.IsValid() {
							doc += d.Doc.Text()
						}
						if of, ok := v.Type.(*ast.Ident); ok && d.Tok == token.CONST && typeDocs[of.Name] {
							continue
						}
						for _, name := range v.Names {
							if name.IsExported() {
								check(name.Pos(), name.Name, doc)
							}
						}
					}
				}
			}
		}
	}
}

type typeSpec struct {
	name, doc string
	pos       token.Pos
}

func typeSpecs(file *ast.File) (specs []typeSpec) {
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.TYPE {
			continue
		}
		for _, spec := range d.Specs {
			s := spec.(*ast.TypeSpec)
			doc := s.Doc.Text()
			if !d.Lparen.IsValid() {
				doc = d.Doc.Text()
			}
			specs = append(specs, typeSpec{s.Name.Name, doc, s.Pos()})
		}
	}
	return specs
}

func receiver(f *ast.FuncDecl) string {
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if name, ok := t.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

func parsePackage(t *testing.T, dir string) ([]*ast.File, *token.FileSet) {
	set := token.NewFileSet()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var files []*ast.File
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(set, dir+"/"+name, nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, file)
		}
	}
	require.NotEmpty(t, files)
	return files, set
}
