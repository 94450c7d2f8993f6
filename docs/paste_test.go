package docs_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter/internal/tests/paste"
)

// Every Go block of README.md and docs/*.md compiles alone where a reader would
// paste it. Modules of their own check the blocks that use them.
func TestMarkdownBlocksCompile(t *testing.T) {
	check := paste.New(t)
	for _, page := range paste.Pages(t, ".") {
		for _, b := range page.Blocks() {
			if b.IsApart() {
				continue
			}
			t.Run(fmt.Sprintf("%s:%d", b.Page, b.Line), func(t *testing.T) {
				assert.NoError(t, check.Block(b))
			})
		}
	}
}

// Every piece of code in the column "You write" of a table compiles, too: a
// statement, an expression, a type, or fields of a request. It may use some names,
// such as req and res. What stands under "You guess" does not compile: a name that
// has come to exist must not be called wrong.
func TestMarkdownTableCodeCompiles(t *testing.T) {
	check := paste.New(t)
	for _, page := range paste.Pages(t, ".") {
		for _, cell := range page.Cells("You write") {
			assert.NoError(t, check.Cell(cell), "%s:%d: `%s`", cell.Page, cell.Line, cell.Text)
		}
		for _, cell := range page.Cells("You guess") {
			assert.Error(t, check.Cell(cell), "%s:%d: `%s` compiles: take it off the list", cell.Page, cell.Line, cell.Text)
		}
	}
}

// Every link of a page in docs leads to a file that exists or to a name that the
// package exports.
func TestMarkdownLinksOfDocs(t *testing.T) {
	check := paste.New(t)
	for _, page := range paste.Pages(t, ".") {
		if page.Name == "README.md" {
			continue // its links have a test of their own
		}
		for _, link := range page.Links() {
			assert.NoError(t, check.Follow(page, link), "%s: %s", page.Name, link)
		}
		for _, shortcut := range regexp.MustCompile("\\[(`[^`\n]+`)\\](?:[^(:]|$)").FindAllStringSubmatch(page.Prose(), -1) {
			assert.Contains(t, page.Text, "\n["+shortcut[1]+"]: ", "%s: the link %s has no address", page.Name, shortcut[1])
		}
	}
}

// The checker itself: what it must let through, and what it must refuse.
func TestMarkdownCheckerRefuses(t *testing.T) {
	check := paste.New(t)
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
		err := check.Block(paste.Code{Page: "page.md", Line: 7, Text: code})
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
		err := check.Cell(paste.Code{Page: "page.md", Line: 7, Text: code})
		assert.Equal(t, fits, err == nil, "%s: %v", code, err)
	}
}
