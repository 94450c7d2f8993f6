package openrouter_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/openrouter-go/openrouter"

// pasteImports are the packages that code on a page may use without an import:
// those that an editor would add.
var pasteImports = []string{
	"bytes", "context", "encoding/json", "errors", "fmt", "io", "iter", "log", "log/slog", "maps", "math", "net/http",
	"os", "slices", "strings", "sync", "testing", "testing/synctest", "time",
	module, module + "/agent", module + "/openroutertest", module + "/structured",
}

// Every Go block of README.md and docs/*.md compiles alone where a reader would
// paste it: as a file if it has a package clause, as a part of a file if it has
// declarations only, else inside one of these:
//
//	func main() { … }
//	func f(ctx context.Context, client *openrouter.Client) error { { … }; return nil }
func TestMarkdownBlocksCompile(t *testing.T) {
	check := newPasteChecker(t)
	for _, page := range markdownPages(t) {
		blocks := goBlocks(page)
		for _, b := range blocks {
			t.Run(fmt.Sprintf("%s:%d", b.page, b.line), func(t *testing.T) {
				assert.NoError(t, check.block(b))
			})
		}
	}
}

// Every piece of code in the column "You write" of a table compiles, too: a
// statement, an expression, a type, or fields of a request. It may use the names
// of cellScope. What stands under "You guess" does not compile: a name that has
// come to exist must not be called wrong.
func TestMarkdownTableCodeCompiles(t *testing.T) {
	check := newPasteChecker(t)
	for _, page := range markdownPages(t) {
		for _, cell := range tableCode(page, "You write") {
			assert.NoError(t, check.cell(cell), "%s:%d: `%s`", cell.page, cell.line, cell.code)
		}
		for _, cell := range tableCode(page, "You guess") {
			assert.Error(t, check.cell(cell), "%s:%d: `%s` compiles: take it off the list", cell.page, cell.line, cell.code)
		}
	}
}

// Every link of a page in docs leads to a file that exists or to a name that the
// package exports.
func TestMarkdownLinksOfDocs(t *testing.T) {
	check := newPasteChecker(t)
	links := regexp.MustCompile(`\]\(([^)\s]+)\)|(?m)^\[[^\]]+\]: (\S+)`)
	for _, page := range markdownPages(t) {
		if page.name == "README.md" {
			continue // its links have a test of their own
		}
		for _, found := range links.FindAllStringSubmatch(regexp.MustCompile("`[^`\n]+`").ReplaceAllString(page.prose(), "code"), -1) {
			link := found[1] + found[2]
			target, anchor, _ := strings.Cut(link, "#")
			switch {
			case strings.HasPrefix(link, "https://pkg.go.dev/"+module):
				assert.NoError(t, check.exports(strings.TrimPrefix(target, "https://pkg.go.dev/"), anchor), "%s: %s", page.name, link)
			case strings.Contains(link, "://"):
			case target == "":
				assert.Contains(t, page.anchors(), anchor, "%s: %s", page.name, link)
			default:
				file := path.Join(path.Dir(page.name), target)
				text, err := os.ReadFile(file)
				if info, statErr := os.Stat(file); statErr == nil && info.IsDir() {
					err = nil
				}
				assert.NoError(t, err, "%s: %s", page.name, link)
				if anchor != "" {
					assert.Contains(t, markdownPage{file, string(text)}.anchors(), anchor, "%s: %s", page.name, link)
				}
			}
		}
		for _, shortcut := range regexp.MustCompile("\\[(`[^`\n]+`)\\](?:[^(:]|$)").FindAllStringSubmatch(page.prose(), -1) {
			assert.Contains(t, page.text, "\n["+shortcut[1]+"]: ", "%s: the link %s has no address", page.name, shortcut[1])
		}
	}
}

// The checker itself: what it must let through, and what it must refuse.
func TestMarkdownCheckerRefuses(t *testing.T) {
	check := newPasteChecker(t)
	for code, problem := range map[string]string{
		"fmt.Println(client)": "",
		"client := openrouter.NewClient()\nlog.Print(client)": "",
		"return errors.New(`no`)":                             "",
		"func g() error { return nil }":                       "",
		"package main\n\nfunc main() {}":                      "",
		"x := 1":                                              "page.md:7: declared and not used: x",
		"\nfmt.Println(req)":                                  "page.md:8: undefined: req",
		"openrouter.NewClient(1)":                             "page.md:7: cannot use 1",
		"func g() error { }":                                  "page.md:7: missing return",
		"if {":                                                "page.md:7:",
		"package main\n\nimport \"os\"\n\nfunc main() {}":     `page.md:9: "os" imported and not used`,
		"uuid.New()":                                          "page.md:7: undefined: uuid",
	} {
		err := check.block(pasted{page: "page.md", line: 7, code: code})
		if problem == "" {
			assert.NoError(t, err, code)
		} else if assert.Error(t, err, code) {
			assert.Contains(t, err.Error(), problem, code)
		}
	}
	for code, fits := range map[string]bool{
		"res, err := client.Chat.Create(ctx, req)": true,
		"Temperature: new(0.7)":                    true,
		"openrouter.RoleUser":                      true,
		"openrouter.ToolCall":                      true,
		"stream.Close()":                           true,
		"stream.Recv()":                            false,
		"MaxTokens: 100":                           false,
		"openrouter.NewClient(\"key\")":            false,
		"openrouter.ChatMessage":                   false,
	} {
		err := check.cell(pasted{page: "page.md", line: 7, code: code})
		assert.Equal(t, fits, err == nil, "%s: %v", code, err)
	}
}

// markdownPage is a page of documentation.
type markdownPage struct{ name, text string }

func markdownPages(t *testing.T) (pages []markdownPage) {
	names, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range append([]string{"README.md"}, names...) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		pages = append(pages, markdownPage{filepath.ToSlash(name), strings.ReplaceAll(string(text), "\r\n", "\n")})
	}
	return pages
}

// prose is the text without its blocks of code.
func (p markdownPage) prose() string {
	return regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(p.text, "")
}

// anchors are what links to the headings of the page end with.
func (p markdownPage) anchors() (anchors []string) {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(p.prose(), -1) {
		text := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors = append(anchors, strings.ReplaceAll(text, " ", "-"))
	}
	return anchors
}

// pasted is code with the place where it stands.
type pasted struct {
	page string
	line int // of its first line
	code string
}

func goBlocks(p markdownPage) (blocks []pasted) {
	for _, at := range regexp.MustCompile("(?ms)^[ \t]*```go\n(.*?)^[ \t]*```").FindAllStringSubmatchIndex(p.text, -1) {
		blocks = append(blocks, pasted{p.name, 1 + strings.Count(p.text[:at[2]], "\n"), p.text[at[2]:at[3]]})
	}
	return blocks
}

// tableCode is what stands between backticks in columns with that head.
func tableCode(p markdownPage, head string) (cells []pasted) {
	column := -1
	for i, line := range strings.Split(p.text, "\n") {
		if !strings.HasPrefix(line, "|") {
			column = -1
			continue
		}
		row := strings.Split(strings.ReplaceAll(strings.Trim(line, "| "), `\|`, "\x00"), "|")
		if at := slices.IndexFunc(row, func(s string) bool { return strings.TrimSpace(s) == head }); at >= 0 {
			column = at
		} else if column >= 0 && column < len(row) {
			for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[column], -1) {
				cells = append(cells, pasted{p.name, i + 1, strings.ReplaceAll(code[1], "\x00", "|")})
			}
		}
	}
	return cells
}

// pasteChecker type-checks code against the packages of this module, from what
// the compiler wrote about them.
type pasteChecker struct {
	imports types.Importer
	set     *token.FileSet
}

func newPasteChecker(t *testing.T) *pasteChecker {
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-export", "-f", "{{.ImportPath}} {{.Export}}"}, pasteImports...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[name] = file
	}
	set := token.NewFileSet()
	return &pasteChecker{set: set, imports: importer.ForCompiler(set, "gc", func(name string) (io.ReadCloser, error) {
		if files[name] == "" {
			return nil, fmt.Errorf("%s is not among the imports of this test", name)
		}
		return os.Open(files[name])
	})}
}

// block returns what a compiler says to a block.
func (c *pasteChecker) block(b pasted) error {
	code := fmt.Sprintf("//line %s:%d\n%s\n", b.page, b.line, b.code)
	if regexp.MustCompile(`(?m)^package `).MatchString(b.code) {
		return c.file(code)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+b.code, parser.SkipObjectResolution); err == nil {
		return c.file("package p\n" + code)
	}
	err := c.file("package p\nfunc f(ctx context.Context, client *openrouter.Client) error {\n{\n" + code + "}\nreturn nil\n}\n")
	if err != nil && c.file("package p\nfunc main() {\n"+code+"}\n") == nil {
		return nil
	}
	return err
}

// cellScope are the names that code in tables may use.
const cellScope = "ctx context.Context, client *openrouter.Client, req *openrouter.ChatCompletionRequest, " +
	"res *openrouter.ChatCompletion, stream *openrouter.Stream, chunk *openrouter.ChatCompletionChunk, " +
	"msg openrouter.Message, call openrouter.ToolCall, acc openrouter.Accumulator, err error, e *openrouter.APIError, " +
	"key, text, url, id, title, name, value string, rt http.RoundTripper, png, pdf, wav []byte, schema map[string]any, args, in, out any, hc *http.Client, t *testing.T"

// cell returns what a compiler says to the code of a cell, in the form in which
// it fits best. A variable may stay unused there.
func (c *pasteChecker) cell(b pasted) error {
	var first error
	for _, form := range []string{"%s", "_ = %s", "var _ %s", "_ = openrouter.ChatCompletionRequest{%s}"} {
		code := fmt.Sprintf("//line %s:%d\n", b.page, b.line) + fmt.Sprintf(form, b.code)
		err := c.file("package p\nfunc f("+cellScope+") {\n{\n"+code+"\n}\n}\n", unused)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// unused reports whether all that is wrong is a variable that nobody reads.
func unused(err types.Error) bool { return strings.HasPrefix(err.Msg, "declared and not used: ") }

// file returns all that is wrong with a file, with imports added where they are
// missing.
func (c *pasteChecker) file(src string, allowed ...func(types.Error) bool) error {
	file, err := parser.ParseFile(c.set, "", src, 0)
	if err != nil {
		return err
	}
	if missing := missingImports(file); missing != "" {
		clause := regexp.MustCompile(`(?m)^package \w+`).FindStringIndex(src)
		src = src[:clause[1]] + missing + src[clause[1]:]
		if file, err = parser.ParseFile(c.set, "", src, 0); err != nil {
			return err
		}
	}
	var problems []error
	config := types.Config{Importer: c.imports, Error: func(err error) {
		e, ok := errors.AsType[types.Error](err)
		if !ok || !slices.ContainsFunc(allowed, func(f func(types.Error) bool) bool { return f(e) }) {
			problems = append(problems, err)
		}
	}}
	_, _ = config.Check("p", c.set, []*ast.File{file}, nil) // its error is the first of them
	return errors.Join(problems...)
}

// missingImports are imports for the names before a dot that a file does not
// declare, in one line.
func missingImports(file *ast.File) string {
	unknown := map[string]bool{}
	for _, name := range file.Unresolved {
		unknown[name.Name] = true
	}
	for _, spec := range file.Imports {
		delete(unknown, path.Base(strings.Trim(spec.Path.Value, `"`)))
	}
	missing := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && unknown[x.Name] {
				for _, name := range pasteImports {
					if path.Base(name) == x.Name {
						missing[name] = true
					}
				}
			}
		}
		return true
	})
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		fmt.Fprintf(&out, "; import %q", name)
	}
	return out.String()
}

// exports returns an error unless a package exports a name: one of its own, or
// that of a field or method behind a dot.
func (c *pasteChecker) exports(pkg, name string) error {
	p, err := c.imports.Import(pkg)
	if err != nil || name == "" || strings.HasPrefix(name, "hdr-") || strings.HasPrefix(name, "example-") || strings.HasPrefix(name, "pkg-") {
		return err
	}
	typeName, member, _ := strings.Cut(name, ".")
	obj := p.Scope().Lookup(typeName)
	if obj == nil || !obj.Exported() {
		return fmt.Errorf("%s exports no %s", pkg, typeName)
	}
	if member != "" {
		if found, _, _ := types.LookupFieldOrMethod(obj.Type(), true, p, member); found == nil || !found.Exported() {
			return fmt.Errorf("%s has no %s", typeName, member)
		}
	}
	return nil
}
