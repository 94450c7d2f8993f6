package openrouter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/openroutertest"
)

// Every Go block of README.md is code that is tested: the body of an Example
// function, where the paragraph that sets up the fake may be left out, or a
// declaration of an example. A program is run.
func TestReadmeCodeIsTested(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.Greater(t, len(blocks), 10)

	tested := map[string]bool{}
	for _, path := range exampleFiles(t) {
		for _, code := range testedCode(t, path) {
			tested[code] = true
		}
	}
	for _, block := range blocks {
		code := dedent(block[1])
		if strings.HasPrefix(code, "package main") {
			runProgram(t, code)
			continue
		}
		assert.True(t, tested[code], "not the body of an Example function, nor a declaration of an example:\n%s", code)
	}
}

// The same goes for the code in the documentation of the package, which may be a
// part of an example.
func TestReadmeDocCodeIsTested(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	require.NoError(t, err)
	var tested []string
	for _, path := range exampleFiles(t) {
		tested = append(tested, testedCode(t, path)...)
	}
	blocks := regexp.MustCompile(`(?m)(?:^(?:\t.*)?\n)*^\t.*\n(?:^(?:\t.*)?\n)*`).FindAllString(file.Doc.Text(), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		code := dedent(block)
		found := false
		for _, whole := range tested {
			found = found || strings.Contains("\n"+whole+"\n", "\n"+code+"\n")
		}
		assert.True(t, found, "not a part of an example:\n%s", code)
	}
}

func TestReadmeLinksLeadSomewhere(t *testing.T) {
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "ROUGH_EDGES.md", "CHANGELOG.md", "examples/README.md"} {
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
	files = append(files, "openroutertest/example_test.go")
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

// runProgram runs a program with a fake service in its environment.
func runProgram(t *testing.T, code string) {
	srv := openroutertest.NewServer(t, openroutertest.Text("Γεια σου!").Usage(14, 4).Cost(0.000081))
	path := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(path, []byte(code), 0o600))
	cmd := exec.CommandContext(t.Context(), "go", "run", path)
	cmd.Env = append(os.Environ(), "OPENROUTER_BASE_URL="+srv.URL, "OPENROUTER_API_KEY="+openroutertest.Key)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "Γεια σου!\nopenai/gpt-5.2 18 tokens 8.1e-05 USD\n", string(out))
}
