package main

import (
	"os"
	"strings"
	"unicode"

	"charm.land/glamour/v2"
	"charm.land/glamour/v2/styles"
	"github.com/charmbracelet/x/ansi"
)

func dim(text string) string { return styled("2", text) }

func bold(text string) string { return styled("1", text) }

// styled styles each line by itself, so that a line can be drawn alone.
func styled(code, text string) string {
	const reset = "\x1b[0m"
	start := "\x1b[" + code + "m"
	return start + strings.ReplaceAll(text, "\n", reset+"\n"+start) + reset
}

// harmless removes what would control the terminal: a text of a model must not move the cursor, fill
// the clipboard or hide a part of itself. Tabs become spaces, whose width is known.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\t", "    "))
}

func wrapped(text string, width int) string { return ansi.Wrap(text, width, "") }

// trimmed removes the empty lines around a rendered text. They may have spaces and styles.
func trimmed(text string) string {
	isEmpty := func(line string) bool { return strings.TrimSpace(ansi.Strip(line)) == "" }
	lines := strings.Split(text, "\n")
	for len(lines) > 0 && isEmpty(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && isEmpty(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

// newRenderer renders Markdown without a margin. GLAMOUR_STYLE chooses another style, such as light.
func newRenderer(width int) (*glamour.TermRenderer, error) {
	if os.Getenv("GLAMOUR_STYLE") != "" {
		return glamour.NewTermRenderer(glamour.WithEnvironmentConfig(), glamour.WithWordWrap(width))
	}
	style := styles.DarkStyleConfig
	if os.Getenv("NO_COLOR") != "" {
		style = styles.NoTTYStyleConfig
	}
	style.Document.Margin = nil
	style.Document.BlockPrefix, style.Document.BlockSuffix = "", ""
	style.CodeBlock.Margin = nil
	return glamour.NewTermRenderer(glamour.WithStyles(style), glamour.WithWordWrap(width))
}

// region is text in the rows of a terminal. Only its last rows are kept.
type region struct {
	rows []string
	last string // the row that grows
	most int
}

// add adds text. It looks only at the row that grows, however long the text before it is.
func (r *region) add(text string, width, most int) {
	if len(r.rows) == 0 && r.last == "" {
		text = strings.TrimLeft(text, "\n")
	}
	r.most = most
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			r.rows = append(r.rows, r.last)
			r.last = ""
		}
		r.last += line
		if ansi.StringWidth(r.last) > width {
			text := strings.TrimRight(r.last, " ") // which wrapping would drop
			rows := strings.Split(wrapped(text, width), "\n")
			r.rows = append(r.rows, rows[:len(rows)-1]...)
			r.last = rows[len(rows)-1] + r.last[len(text):min(len(text)+1, len(r.last))]
		}
	}
	if len(r.rows) > 4*most {
		r.rows = append([]string(nil), r.rows[len(r.rows)-most:]...)
	}
}

// tail returns the rows that fit on the screen.
func (r *region) tail() []string {
	from := max(0, len(r.rows)+1-r.most)
	return append(append([]string(nil), r.rows[from:]...), r.last)
}
