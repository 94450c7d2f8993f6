package main

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
)

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
	}
	for text, want := range tests {
		got := strings.Join(strings.Fields(ansi.Strip(s.markdown(text))), " ")
		for strings.Contains(got, "──") {
			got = strings.ReplaceAll(got, "──", "─")
		}
		assert.Equal(t, want, got, "%q", text)
	}
}
