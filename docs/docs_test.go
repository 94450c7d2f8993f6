package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// The tests in this folder check the README, the pages and the documentation of the packages. Their
// paths begin at the root.
func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// maxReadme is what a reader gets through in three minutes, in bytes.
const maxReadme = 10_000

// The README is short, and its code does what it says: programs and statements
// are run with a fake service in their environment, tests are run as tests.
func TestReadmeCodeRuns(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	assert.LessOrEqual(t, len(readme), maxReadme)

	statements, declarations := "", ""
	for _, block := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		switch code := block[1]; {
		case strings.HasPrefix(code, "package main"):
			assert.Equal(t, "Γεια σου!\n18 tokens, $0.000081\n", runGo(t, "run", "main.go", code))
		case strings.HasPrefix(code, "func "):
			declarations += code
		default:
			statements += "if err := func() error {\n" + code + "\nreturn nil\n}(); err != nil {\nlog.Fatal(err)\n}\n"
		}
	}
	assert.Contains(t, runGo(t, "test", "readme_test.go", withImports("package main\n\n"+declarations)), "ok ")
	assert.Equal(t, "One, two, three.\nfinish reason: stop\nTake an umbrella. 2 0\n1 0 2e-05 <nil>\ntry again later\n429 Slow down. 20s 1\n",
		runGo(t, "run", "main.go", withImports("package main\n\nfunc main() {\nctx, client := context.Background(), openrouter.NewClient(openrouter.WithMaxRetries(0))\n"+statements+"}\n")))
}

// The README's ratios stand in the table of the benchmarks, perhaps with one more digit.
func TestReadmeRatiosAreMeasured(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	results, err := os.ReadFile("benchmarks/RESULTS.md")
	require.NoError(t, err)
	ratios := regexp.MustCompile(`[\d.]+×`)
	measured := map[string]bool{}
	for _, ratio := range ratios.FindAllString(string(results), -1) {
		r, err := strconv.ParseFloat(strings.TrimSuffix(ratio, "×"), 64)
		require.NoError(t, err)
		measured[ratio], measured[fmt.Sprintf("%.2f×", r)] = true, true
	}
	found := ratios.FindAllString(string(readme), -1)
	require.NotEmpty(t, found)
	for _, ratio := range found {
		assert.True(t, measured[ratio], "%s is in no row of the table", ratio)
	}
}

// The code in the documentation of the packages is a part of an example.
func TestReadmeDocCodeIsTested(t *testing.T) {
	var tested []string
	for _, path := range exampleFiles(t) {
		tested = append(tested, testedCode(t, path)...)
	}
	for _, name := range []string{"doc.go", "agent/doc.go", "structured/doc.go", "jobs/doc.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		blocks := regexp.MustCompile(`(?m)(?:^(?:\t.*)?\n)*^\t.*\n(?:^(?:\t.*)?\n)*`).FindAllString(file.Doc.Text(), -1)
		require.NotEmpty(t, blocks)
		for _, block := range blocks {
			code := dedent(block)
			found := false
			for _, whole := range tested {
				found = found || strings.Contains("\n"+whole+"\n", "\n"+code+"\n")
			}
			assert.True(t, found, "%s: not a part of an example:\n%s", name, code)
		}
	}
}

func TestReadmeLinksLeadSomewhere(t *testing.T) {
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md"} {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		prose := regexp.MustCompile("(?s)```.*?```").ReplaceAll(text, nil)
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllStringSubmatch(string(prose), -1) {
			if !strings.Contains(link[1], "://") {
				_, err := os.Stat(filepath.Join(filepath.Dir(page), link[1]))
				assert.NoError(t, err, page)
			}
		}
	}
}

// exampleFiles are the files with examples: of the packages, and programs.
func exampleFiles(t *testing.T) []string {
	files, err := filepath.Glob("example*_test.go")
	require.NoError(t, err)
	files = append(files, "openroutertest/example_test.go", "agent/example_test.go", "structured/example_test.go", "jobs/example_test.go")
	require.NoError(t, filepath.WalkDir("examples", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// testedCode returns the declarations of a file without their comments, and the
// bodies of its Example functions, whole and without their first paragraph.
func testedCode(t *testing.T, path string) (code []string) {
	src, err := os.ReadFile(path)
	require.NoError(t, err)
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, src, parser.ParseComments)
	require.NoError(t, err)
	text := func(from, to token.Pos) string {
		return dedent(string(src[set.Position(from).Offset:set.Position(to).Offset]))
	}
	for _, decl := range file.Decls {
		code = append(code, text(decl.Pos(), decl.End()))
		f, ok := decl.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(f.Name.Name, "Example") || f.Recv != nil {
			continue
		}
		end := f.Body.Rbrace
		for _, comment := range file.Comments {
			if comment.Pos() > f.Body.Lbrace && comment.End() < f.Body.Rbrace && regexp.MustCompile(`(?i)^(unordered )?output:`).MatchString(comment.Text()) {
				end = comment.Pos()
			}
		}
		body := text(f.Body.Lbrace+1, end)
		code = append(code, body)
		if _, rest, found := strings.Cut(body, "\n\n"); found {
			code = append(code, rest)
		}
	}
	return code
}

// dedent takes away the indentation that all lines share, and empty lines around
// them.
func dedent(code string) string {
	lines := strings.Split(strings.Trim(code, "\n\t "), "\n")
	shared := -1
	for _, line := range lines[1:] {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if depth := len(line) - len(strings.TrimLeft(line, "\t")); shared < 0 || depth < shared {
			shared = depth
		}
	}
	for i, line := range lines[1:] {
		lines[i+1] = strings.TrimRight(line[min(max(shared, 0), len(line)):], "\t ")
	}
	return strings.Join(lines, "\n")
}

// withImports adds the imports of the packages that code uses.
func withImports(code string) string {
	var imports strings.Builder
	for _, path := range []string{"context", "encoding/json", "errors", "fmt", "log", "os", "testing", "github.com/openrouter-go/openrouter",
		"github.com/openrouter-go/openrouter/agent", "github.com/openrouter-go/openrouter/jobs", "github.com/openrouter-go/openrouter/openroutertest"} {
		if regexp.MustCompile(`\b` + filepath.Base(path) + `\.`).MatchString(code) {
			fmt.Fprintf(&imports, "import %q\n", path)
		}
	}
	return strings.Replace(code, "\n", "\n"+imports.String(), 1)
}

// runGo lets the go command run a file, with a fake service in its environment
// that has a reply for each of the README's requests.
func runGo(t *testing.T, command, name, code string) string {
	srv := openroutertest.Start(
		openroutertest.Text("Γεια σου!").Usage(14, 4).Cost(0.000081).ForText("Say hello in Greek."),
		openroutertest.Text("One, ", "two, ", "three.").ForText("Count to three."),
		openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`).ForText("umbrella"),
		openroutertest.Text("Take an umbrella.").ForText("umbrella"),
		openroutertest.Text("positive").Cost(0.00002).ForText("Positive or negative?"),
		openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "Slow down.").RetryAfter(20*time.Second).ForText("Hello?"),
	)
	defer srv.Close()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte(code), 0o600))
	cmd := exec.CommandContext(t.Context(), "go", command, path)
	if command == "run" { // in a folder of its own, because it writes a file
		program := filepath.Join(dir, "program.exe")
		out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, path).CombinedOutput()
		require.NoError(t, err, "%s\n%s", out, code)
		cmd = exec.CommandContext(t.Context(), program)
		cmd.Dir = dir
		cmd.Stdin = strings.NewReader(`{"key":"a","request":{"model":"openai/gpt-5.2","messages":[{"role":"user","content":"Positive or negative? It works."}]}}`)
	}
	cmd.Env = append(os.Environ(), "OPENROUTER_BASE_URL="+srv.URL, "OPENROUTER_API_KEY="+openroutertest.Key)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", out, code)
	return string(out)
}

// Every exported name has a comment, which begins with it where it is a function,
// a method or a type. Constants may have that of their group, or of their type.
func TestDocsCoverEveryExportedName(t *testing.T) {
	for _, dir := range []string{".", "openroutertest", "agent", "agent/uistream", "structured", "jobs", "jobs/jobstest", "jobs/natsjobs", "mcptools", "otelopenrouter"} {
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
