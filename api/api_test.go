package api_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the listings anew")

const module = "github.com/openrouter-go/openrouter"

// The exported API of each package is what the file of its name lists, a line for
// each name, field and method. A line that is gone or has changed breaks programs
// of others.
func TestExportedAPIIsAsListed(t *testing.T) {
	dirs := strings.Fields(run(t, "go", "list", "-f", `{{if and .GoFiles (ne .Name "main")}}{{.Dir}} {{.ImportPath}}{{end}}`, module+"/..."))
	var packages []string
	for pair := range slices.Chunk(dirs, 2) {
		if !strings.Contains(pair[1], "/internal/") {
			packages = append(packages, pair[1])
			_, err := os.ReadDir(pair[0]) // a result that go test has cached does not outlive a change to these files
			require.NoError(t, err)
		}
	}
	require.Contains(t, packages, module)

	imports := compiled(t, packages)
	listings := map[string]bool{"api_test.go": true}
	for _, name := range packages {
		pkg, err := imports.Import(name)
		require.NoError(t, err)
		file := path.Base(name) + ".txt"
		require.False(t, listings[file], "two packages are named %s", file)
		listings[file] = true
		lines := exported(pkg)
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644))
			continue
		}
		listed, err := os.ReadFile(file)
		require.NoError(t, err, "go test ./api -update lists the API of a new package")
		compare(t, file, strings.Split(strings.TrimSpace(string(listed)), "\n"), lines)
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		assert.True(t, listings[e.Name()], "api/%s lists no package: remove it if the package is meant to be gone", e.Name())
	}
}

func compare(t *testing.T, file string, was, is []string) {
	var diff strings.Builder
	for _, line := range was {
		if !slices.Contains(is, line) {
			fmt.Fprintf(&diff, "- %s\n", line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			fmt.Fprintf(&diff, "+ %s\n", line)
		}
	}
	assert.Empty(t, diff.String(), "the API is not the one in api/%s; if that is meant, accept it: go test ./api -update", file)
}

// compiled returns an importer that reads what the compiler wrote of the packages.
func compiled(t *testing.T, packages []string) types.Importer {
	files := map[string]string{}
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, packages...)
	for line := range strings.Lines(run(t, "go", args...)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[name] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(name string) (io.ReadCloser, error) { return os.Open(files[name]) })
}

func run(t *testing.T, name string, args ...string) string {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "GOEXPERIMENT=") // an experiment may give a type of the standard library another name
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &stderr)
	return string(out)
}

// exported lists what a package exports.
func exported(pkg *types.Package) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	text := func(t types.Type) string {
		return types.TypeString(t, func(p *types.Package) string {
			if p == pkg {
				return ""
			}
			return p.Name()
		})
	}
	signature := func(o types.Object) string {
		return strings.TrimPrefix(text(nameless(o.Type().(*types.Signature))), "func")
	}

	for _, name := range pkg.Scope().Names() {
		if !ast.IsExported(name) {
			continue
		}
		switch o := pkg.Scope().Lookup(name).(type) {
		case *types.Const:
			add("const %s %s = %s", name, text(o.Type()), o.Val().ExactString())
		case *types.Var:
			add("var %s %s", name, text(o.Type()))
		case *types.Func:
			add("func %s%s", name, signature(o))
		case *types.TypeName:
			if o.IsAlias() {
				add("type %s = %s", name, text(types.Unalias(o.Type())))
				continue
			}
			decl := "type " + text(o.Type())
			switch u := o.Type().Underlying().(type) {
			case *types.Struct:
				add("%s struct", decl)
				for f := range u.Fields() {
					if f.Exported() {
						add("%s struct, %s %s", decl, f.Name(), text(f.Type()))
					}
				}
			case *types.Interface:
				add("%s interface", decl)
				for m := range u.Methods() {
					if m.Exported() {
						add("%s interface, %s%s", decl, m.Name(), signature(m))
					} else {
						add("%s interface, unexported methods", decl)
					}
				}
				continue // the methods of its values are those
			default:
				add("%s %s", decl, text(u))
			}
			values := types.NewMethodSet(o.Type())
			for m := range types.NewMethodSet(types.NewPointer(o.Type())).Methods() {
				receiver := text(o.Type())
				if values.Lookup(pkg, m.Obj().Name()) == nil {
					receiver = "*" + receiver
				}
				if m.Obj().Exported() {
					add("method (%s) %s%s", receiver, m.Obj().Name(), signature(m.Obj()))
				}
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// nameless returns a signature without the names of its parameters: a new name breaks no caller.
func nameless(s *types.Signature) *types.Signature {
	tuple := func(t *types.Tuple) *types.Tuple {
		var vars []*types.Var
		for v := range t.Variables() {
			vars = append(vars, types.NewParam(token.NoPos, nil, "", v.Type()))
		}
		return types.NewTuple(vars...)
	}
	if s.TypeParams().Len() > 0 {
		return s // they belong to one signature and to no copy
	}
	return types.NewSignatureType(nil, nil, nil, tuple(s.Params()), tuple(s.Results()), s.Variadic())
}
