package main

import (
	"context"
	"fmt"
	"strings"
)

// memoOff is how the decoder's memo is turned off: by a build tag, or by the
// environment.
type memoOff struct {
	tag string
	env []string
}

func parseMemoOff(s string) (memoOff, error) {
	switch kind, value, _ := strings.Cut(s, ":"); {
	case s == "":
		return memoOff{}, nil
	case kind == "tag" && value != "":
		return memoOff{tag: value}, nil
	case kind == "env" && strings.Contains(value, "="):
		return memoOff{env: []string{value}}, nil
	}
	return memoOff{}, fmt.Errorf("-memo-off is %q, want tag:NAME or env:NAME=VALUE", s)
}

// findMemo finds out whether the library can be built or run without the memo:
// a build tag it does not know changes no list of files.
func (r *runner) findMemo(ctx context.Context) error {
	if r.memo.env != nil {
		return nil
	}
	if r.memo.tag == "" {
		r.noMemo = "it was not asked for"
		return nil
	}
	files := func(args ...string) (string, error) {
		args = append([]string{"list", "-deps", "-f", "{{if .Module}}{{.ImportPath}} {{.GoFiles}}{{end}}"}, args...)
		return output(r.goCommand(ctx, r.builds[0], append(args, "github.com/openrouter-go/openrouter")...))
	}
	with, err := files()
	if err != nil {
		return err
	}
	without, err := files("-tags", r.memo.tag)
	if err != nil {
		return err
	}
	if with == without {
		r.noMemo = "the build tag " + r.memo.tag + " changes nothing"
	}
	return nil
}
