// Package paste compiles the Go code of README.md and the pages in docs, so that
// no reader copies code that does not compile.
package paste

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

// imports are the packages that code on a page may use without an import: those
// that an editor would add.
var imports = []string{
	"bytes", "context", "encoding/json", "errors", "fmt", "io", "iter", "log", "log/slog", "maps", "math", "net/http",
	"math/big", "mime/multipart", "net/url", "os", "os/signal", "slices", "strconv", "strings", "sync", "testing", "testing/synctest", "time",
	module, module + "/agent", module + "/agent/uistream", module + "/jobs", module + "/jobs/jobstest", module + "/openroutertest", module + "/structured",
}

// apart are the packages that are in modules of their own. The tests of these
// modules check the code that uses them, with [Nested]. The tests of the library
// then need none of their dependencies.
var apart = []string{module + "/mcptools", module + "/otelopenrouter", module + "/jobs/natsjobs"}

// Nested checks, from a test in a module of its own, the blocks and the links of
// the docs that use the module's package. root is the folder of the repository. The
// blocks may use more packages.
func Nested(t *testing.T, root, pkg string, more ...string) {
	check := New(t, append([]string{pkg}, more...)...)
	blocks := 0
	for _, page := range Pages(t, root) {
		for _, b := range page.Blocks() {
			if b.uses(pkg) {
				blocks++
				assert.NoError(t, check.Block(b))
			}
		}
		for _, link := range page.Links() {
			if to, name, ok := link.toPackage(); ok && to == pkg {
				assert.NoError(t, check.exports(to, name), "%s: %s", page.Name, link)
			}
		}
	}
	assert.Positive(t, blocks, "no page shows how to use %s", pkg)
}

// IsApart reports whether code uses a package that is in a module of its own.
func (c Code) IsApart() bool { return slices.ContainsFunc(apart, c.uses) }

func (c Code) uses(pkg string) bool {
	return regexp.MustCompile(`\b` + path.Base(pkg) + `\.[A-Z]`).MatchString(c.Text)
}

// Link is the address that a page links to.
type Link string

// toPackage returns the package of this repository and the name in it that a link
// leads to.
func (l Link) toPackage() (pkg, name string, ok bool) {
	target, anchor, _ := strings.Cut(string(l), "#")
	pkg, ok = strings.CutPrefix(target, "https://pkg.go.dev/")
	return pkg, anchor, ok && strings.HasPrefix(pkg, module)
}

// Links are the addresses that a page links to.
func (p Page) Links() (links []Link) {
	prose := regexp.MustCompile("`[^`\n]+`").ReplaceAllString(p.Prose(), "code")
	for _, found := range regexp.MustCompile(`\]\(([^)\s]+)\)|(?m)^\[[^\]]+\]: (\S+)`).FindAllStringSubmatch(prose, -1) {
		links = append(links, Link(found[1]+found[2]))
	}
	return links
}

// Follow returns an error unless a link leads to a file that exists, to a heading of
// it, or to a name that a package exports. It does not look at other sites.
func (c *Checker) Follow(p Page, link Link) error {
	if pkg, name, ok := link.toPackage(); ok {
		if slices.Contains(apart, pkg) {
			return nil
		}
		return c.exports(pkg, name)
	}
	target, anchor, _ := strings.Cut(string(link), "#")
	if strings.Contains(target, "://") {
		return nil
	}
	to := p
	if target != "" {
		to = Page{Name: path.Join(path.Dir(p.Name), target), root: p.root}
		file := filepath.Join(p.root, to.Name)
		if info, err := os.Stat(file); err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		to.Text = string(text)
	}
	if anchor != "" && !slices.Contains(to.anchors(), anchor) {
		return fmt.Errorf("%s has no heading %s", to.Name, anchor)
	}
	return nil
}

// Page is a page of documentation. Its name is the path below the repository.
type Page struct{ Name, Text, root string }

// Pages are README.md and the pages in docs of the repository at root.
func Pages(t *testing.T, root string) (pages []Page) {
	names, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, file := range append([]string{filepath.Join(root, "README.md")}, names...) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		name, err := filepath.Rel(root, file)
		require.NoError(t, err)
		pages = append(pages, Page{filepath.ToSlash(name), strings.ReplaceAll(string(text), "\r\n", "\n"), root})
	}
	return pages
}

// Prose is the text without its blocks of code.
func (p Page) Prose() string {
	return regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(p.Text, "")
}

// anchors are what links to the headings of the page end with.
func (p Page) anchors() (anchors []string) {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(p.Prose(), -1) {
		text := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors = append(anchors, strings.ReplaceAll(text, " ", "-"))
	}
	return anchors
}

// Code is code with the place where it stands.
type Code struct {
	Page string
	Line int // of its first line
	Text string
}

// Blocks are the Go blocks of a page.
func (p Page) Blocks() (blocks []Code) {
	for _, at := range regexp.MustCompile("(?ms)^[ \t]*```go\n(.*?)^[ \t]*```").FindAllStringSubmatchIndex(p.Text, -1) {
		blocks = append(blocks, Code{p.Name, 1 + strings.Count(p.Text[:at[2]], "\n"), p.Text[at[2]:at[3]]})
	}
	return blocks
}

// Cells are what stands between backticks in columns with that head.
func (p Page) Cells(head string) (cells []Code) {
	column := -1
	for i, line := range strings.Split(p.Text, "\n") {
		if !strings.HasPrefix(line, "|") {
			column = -1
			continue
		}
		row := strings.Split(strings.ReplaceAll(strings.Trim(line, "| "), `\|`, "\x00"), "|")
		if at := slices.IndexFunc(row, func(s string) bool { return strings.TrimSpace(s) == head }); at >= 0 {
			column = at
		} else if column >= 0 && column < len(row) {
			for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[column], -1) {
				cells = append(cells, Code{p.Name, i + 1, strings.ReplaceAll(code[1], "\x00", "|")})
			}
		}
	}
	return cells
}

// Checker type-checks code against the packages of this repository, from what
// the compiler wrote about them.
type Checker struct {
	known   []string
	imports types.Importer
	set     *token.FileSet
}

// New returns a checker for code that may also use more packages than most pages.
func New(t *testing.T, more ...string) *Checker {
	known := append(slices.Clone(imports), more...)
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-export", "-f", "{{.ImportPath}} {{.Export}}"}, known...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[name] = file
	}
	set := token.NewFileSet()
	return &Checker{set: set, known: known, imports: importer.ForCompiler(set, "gc", func(name string) (io.ReadCloser, error) {
		if files[name] == "" {
			return nil, fmt.Errorf("%s is not among the imports of this test", name)
		}
		return os.Open(files[name])
	})}
}

// Block returns what a compiler says to a block where a reader would paste it: as a
// file if it has a package clause, as a part of a file if it has declarations only,
// else inside one of these:
//
//	func main() { … }
//	func f(ctx context.Context, client *openrouter.Client) error { { … }; return nil }
func (c *Checker) Block(b Code) error {
	code := fmt.Sprintf("//line %s:%d\n%s\n", b.Page, b.Line, b.Text)
	if regexp.MustCompile(`(?m)^package `).MatchString(b.Text) {
		return c.file(code)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+b.Text, parser.SkipObjectResolution); err == nil {
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

// Cell returns what a compiler says to the code of a cell, in the form in which
// it fits best. A variable may stay unused there.
func (c *Checker) Cell(b Code) error {
	var first error
	for _, form := range []string{"%s", "_ = %s", "var _ %s", "_ = openrouter.ChatCompletionRequest{%s}"} {
		code := fmt.Sprintf("//line %s:%d\n", b.Page, b.Line) + fmt.Sprintf(form, b.Text)
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
func (c *Checker) file(src string, allowed ...func(types.Error) bool) error {
	file, err := parser.ParseFile(c.set, "", src, 0)
	if err != nil {
		return err
	}
	if missing := c.missingImports(file); missing != "" {
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
func (c *Checker) missingImports(file *ast.File) string {
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
				for _, name := range c.known {
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
func (c *Checker) exports(pkg, name string) error {
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
