package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
)

// A reference to a character is no way around harmless, however it is nested or cut by other signs.
func TestReferencesAreHarmless(t *testing.T) {
	s := newScreen(nil, func() (int, int) { return 80, 24 })
	for _, esc := range []string{"&#27;", "&#x1b;", "&#x1B", "&#027;", "&amp;#27;", "&amp;amp;#27;", "&\\#27;", "&#38;#27;", "&#2**7;**", "&&#27;", "&#155;", "&#x9b;", "&#x202e;", "&#8238;"} {
		for _, block := range []string{
			"a %s]52;c;AAAA&#7; b\n", "**a %s]52;c;AAAA&#7;**\n", "~~%s]52;c;AAAA&#7;~~\n", "# a %s]52;c;AAAA&#7;\n", "`%s]52;c;AAAA&#7;`\n", "> - %s]52;c;AAAA&#7;\n",
			"| %s]52;c;AAAA&#7; |\n|---|\n| %[1]s]52;c;AAAA&#7; |\n", "[%s]52;c;AAAA&#7;](https://example.com/%[1]s \"%[1]s\")\n", "![%s]52;c;AAAA&#7;](https://example.com/%[1]s)\n",
			"<https://example.com/%s]52;c;AAAA&#7;>\n", "https://example.com/?a=%s]52;c;AAAA&#7;\n", "<div %s]52;c;AAAA&#7;>\n", "```%s]52;c;AAAA&#7;\n%[1]s\n```\n", "    %s]52;c;AAAA&#7;\n",
			"a\n: %s]52;c;AAAA&#7;\n", "a[^1]\n\n[^1]: %s]52;c;AAAA&#7;\n", "- [ ] %s]52;c;AAAA&#7;\n",
		} {
			text := fmt.Sprintf(block, esc)
			for _, style := range []string{"", "notty"} {
				t.Setenv("GLAMOUR_STYLE", style)
				s.renderer = nil
				got := colors.ReplaceAllString(s.markdown(text), "")
				assert.Equal(t, harmless(got), got, "%q", text)
			}
		}
	}
}

// What is nested without end is shown as it is. The renderer would stop the program.
func TestDeepNesting(t *testing.T) {
	s := newScreen(nil, func() (int, int) { return 80, 24 })
	var list strings.Builder
	for i := range 300 {
		list.WriteString(strings.Repeat("  ", i) + "- x\n")
	}
	for _, text := range []string{strings.Repeat("> ", 5000) + "x\n", strings.Repeat("- ", 200) + "x\n", strings.Repeat("1. ", 200) + "x\n", strings.Repeat("> - ", 100) + "x\n", list.String()} {
		assert.Equal(t, strings.Join(strings.Fields(text), ""), strings.Join(strings.Fields(s.markdown(text)), ""))
	}
	assert.NotContains(t, s.markdown("```\n"+strings.Repeat(" ", 100)+"x\n```\n"), "```")
	assert.NotContains(t, s.markdown(strings.Repeat("> ", 25)+"**x**\n"), "**")
}

// colors are what a renderer of Markdown sends to a terminal: styles and the addresses of links.
var colors = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\]8;[^\x07\x1b]*\x07")

// What a model writes in angle brackets is not lost as HTML.
func TestTagsAreShown(t *testing.T) {
	s := newScreen(nil, func() (int, int) { return 80, 24 })
	tests := map[string]string{
		"Use List<String> and <think> a</think>.\n":      "Use List<String> and <think> a</think>.",
		"<script>alert(1)</script>\n":                    "<script>alert(1)</script>",
		"<!-- a note -->\n":                              "<!-- a note -->",
		"<div>\nhello\n</div>\n":                         "<div> hello </div>",
		"<?php echo 1; ?>\n":                             "<?php echo 1; ?>",
		"> <svg onload=x>\n":                             "│ <svg onload=x>",
		"a < b and c<d `List<int>` ``a ` <b> `` <c>\n":   "a < b and c<d List<int> a ` <b> <c>",
		"a ``` <b> `<c>\n":                               "a ``` <b> `<c>",
		`\<b>x \\<b>y` + "\n":                            `<b>x \<b>y`,
		"<https://example.com> <me@example.com>\n":       "https://example.com me@example.com",
		"[a](<https://example.com/b>)\n":                 "a https://example.com/b",
		"    code <b> x\n":                               "code <b> x",
		"```go\nvar x List<int> // <b>\n```\n":           "var x List<int> // <b>",
		"- a <b>\n- ```\n  x<T>\n  ```\n- c <d>\n":       "• a <b> • x<T> • c <d>",
		"    code <b> x\ntext <b>\n":                     "code <b> x text <b>",
		"~~~\n<a>":                                       "<a>",
		"| <b> | T<A> |\n|---|---|\n| <i>x | `a<b>` |\n": "<b> │ T<A> ─┼─ <i>x │ a<b>",
		"## Map<K, V>\n":                                 "## Map<K, V>",
		"ends with <b":                                   "ends with <b",
		"ends with \\":                                   "ends with \\",
		"ends with ``":                                   "ends with ``",
		"a &lt;b&gt; &amp;c &copy; AT&T & <d&e>\n":       "a <b> &c © AT&T & <d&e>",
		"`&lt;` https://example.com/?a=1&copy=2&b=3\n":   "&lt; https://example.com/?a=1&copy=2&b=3",
		"https://example.com/?a=1&b=2 a && b\n":          "https://example.com/?a=1&b=2 a && b",
		"not &#42;bold&#42; &#10;# x\n":                  "not *bold* # x",
	}
	for text, want := range tests {
		got := strings.Join(strings.Fields(ansi.Strip(s.markdown(text))), " ")
		for strings.Contains(got, "──") {
			got = strings.ReplaceAll(got, "──", "─")
		}
		assert.Equal(t, want, got, "%q", text)
	}
}
