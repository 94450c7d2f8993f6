package agent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter"
)

const defaultMaxResult = 256 << 10

// message returns the tool message of a result, with at most most bytes of text.
func message(callID string, result Result, most int) openrouter.Message {
	m := openrouter.ToolMessage(callID, "")
	content := bounded(result.Content, most)
	if len(content) > 1 {
		content = slices.DeleteFunc(content, isEmptyText)
	}
	if result.IsError {
		content = marked(content)
	}
	switch {
	case len(content) == 0:
		content = openrouter.Text("(no output)") // some providers refuse empty text
	case len(content) == 1 && isEmptyText(content[0]):
		content[0].Text = "(no output)"
	}
	m.Content = content
	return m
}

// isEmptyText reports whether a part is only white space, such as the line break of a command that
// printed nothing.
func isEmptyText(p openrouter.Part) bool {
	return p.Type == openrouter.PartTypeText && strings.TrimSpace(p.Text) == "" && len(p.Extra) == 0
}

// sendable reports a part that would make every later request of the conversation fail.
func sendable(content []openrouter.Part) error {
	isPlain := func(p openrouter.Part) bool { return p.Type == openrouter.PartTypeText && len(p.Extra) == 0 }
	for i, p := range content {
		if !isPlain(p) && len(p.Extra) == 0 && lacksPayload(p) {
			return fmt.Errorf("result: content[%d] is of type %s, but has no such content", i, p.Type)
		}
	}
	if !slices.ContainsFunc(content, func(p openrouter.Part) bool { return !isPlain(p) }) {
		return nil
	}
	req := openrouter.ChatCompletionRequest{Messages: []openrouter.Message{{Role: openrouter.RoleTool, ToolCallID: "c", Content: content}}}
	invalid, ok := errors.AsType[*openrouter.ValidationError](req.Validate())
	if !ok {
		return nil
	}
	for _, v := range invalid.Violations {
		if at, ok := strings.CutPrefix(v.Field, "messages[0]."); ok {
			return fmt.Errorf("result: %s %s", at, v.Problem)
		}
	}
	return nil
}

// lacksPayload reports whether a part of media has no media.
func lacksPayload(p openrouter.Part) bool {
	switch p.Type {
	case openrouter.PartTypeImageURL:
		return p.ImageURL == nil || p.ImageURL.URL == "" && len(p.ImageURL.Extra) == 0
	case openrouter.PartTypeVideoURL:
		return p.VideoURL == nil || p.VideoURL.URL == "" && len(p.VideoURL.Extra) == 0
	case openrouter.PartTypeInputAudio:
		return p.InputAudio == nil
	case openrouter.PartTypeFile:
		return p.File == nil
	}
	return false
}

// bounded returns a copy of the parts with at most most bytes of text. Media is kept.
func bounded(parts []openrouter.Part, most int) []openrouter.Part {
	total := 0
	for i := range parts {
		total += len(parts[i].Text)
	}
	out := make([]openrouter.Part, 0, len(parts))
	if most < 0 || total <= most {
		return append(out, parts...)
	}
	left := most
	isCut := false
	for _, p := range parts {
		if p.Type == openrouter.PartTypeText {
			if isCut {
				continue
			}
			if len(p.Text) > left {
				p.Text = cutText(p.Text, left) + fmt.Sprintf("\n[the result is cut: it has %d bytes, these are the first %d]", total, most)
				isCut = true
			}
			left -= min(left, len(p.Text))
		}
		out = append(out, p)
	}
	return out
}

// cutText returns the first n bytes of s, or up to 3 less so that no character is split.
func cutText(s string, n int) string {
	for back := range utf8.UTFMax {
		if at := n - back; at <= 0 || at >= len(s) || utf8.RuneStart(s[at]) {
			return s[:max(at, 0)]
		}
	}
	return s[:n] // no text, which has no characters to split
}

// marked puts "error: " in front of the text. The wire has no member that says so.
func marked(content []openrouter.Part) []openrouter.Part {
	const prefix = "error: "
	for i := range content {
		if content[i].Type != openrouter.PartTypeText {
			continue
		}
		if !strings.HasPrefix(strings.ToLower(content[i].Text), strings.TrimSpace(prefix)) {
			content[i].Text = prefix + content[i].Text
		}
		return content
	}
	return append(openrouter.Text("error: the call failed"), content...)
}
