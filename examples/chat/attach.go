package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// attachable are the files whose path in a question attaches them. Text files are not among them:
// their names are often only mentioned.
var attachable = []string{".png", ".jpg", ".jpeg", ".webp", ".gif", ".pdf", ".mp3", ".wav"}

// message returns the message of a question, with the files whose paths are in it. A terminal pastes
// the path of a file that is dropped on it.
func message(text string) (openrouter.Message, error) {
	var parts []openrouter.Part
	for _, name := range words(text) {
		name = strings.TrimRight(name, ".,;:!?)") // of the sentence
		if !slices.Contains(attachable, strings.ToLower(filepath.Ext(name))) {
			continue
		}
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			continue // a name, and no file here, or a pipe
		}
		part, err := openrouter.OpenPart(os.DirFS(filepath.Dir(name)), filepath.Base(name))
		if err != nil {
			return openrouter.Message{}, err
		}
		parts = append(parts, part)
	}
	return openrouter.UserMessage(text, parts...), nil
}

// words splits a text as a shell does: quotes and backslashes keep spaces in a word.
func words(text string) (list []string) {
	var word strings.Builder
	var quote rune
	isEscaped := false
	end := func() {
		if word.Len() > 0 {
			list = append(list, word.String())
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case isEscaped:
			isEscaped = false
			word.WriteRune(r)
		case r == '\\' && quote == 0 && filepath.Separator != '\\':
			isEscaped = true
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\'') && word.Len() == 0:
			quote = r
		case quote == 0 && (r == ' ' || r == '\n' || r == '\t'):
			end()
		default:
			word.WriteRune(r)
		}
	}
	end()
	return list
}
