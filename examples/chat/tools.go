package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/openrouter-go/openrouter/agent"
)

type file struct {
	Path string `json:"path" jsonschema:"path of a file below the current directory"`
}

type written struct {
	Path string `json:"path" jsonschema:"path of a file below the current directory"`
	Text string `json:"text" jsonschema:"the whole new text of the file"`
}

// tools work on the files below a folder. Nothing that a model asks for leads out of it.
func tools(root *os.Root) []agent.Tool {
	return []agent.Tool{
		agent.NewTool("list_files", "Lists a folder.", func(_ context.Context, in struct {
			Path string `json:"path,omitempty" jsonschema:"path of a folder below the current directory"`
		}) ([]string, error) {
			entries, err := fs.ReadDir(root.FS(), path.Clean(in.Path))
			names := []string{}
			for _, e := range entries {
				name := e.Name()
				if e.IsDir() {
					name += "/"
				}
				names = append(names, name)
			}
			return names, err
		}),
		agent.NewTool("read_file", "Reads a text file.", func(_ context.Context, in file) (string, error) {
			if err := isFile(root, in.Path); err != nil {
				return "", err
			}
			f, err := root.Open(in.Path)
			if err != nil {
				return "", err
			}
			defer f.Close()
			const most = 1 << 20
			text, err := io.ReadAll(io.LimitReader(f, most+1))
			if len(text) > most {
				return "", errors.New("the file is too large")
			}
			return string(text), err
		}),
		agent.NewTool("write_file", "Writes a text file. A file with that name is replaced.",
			func(_ context.Context, in written) (string, error) {
				if err := isFile(root, in.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return "", err
				}
				return "written", root.WriteFile(in.Path, []byte(in.Text), 0o644)
			}),
	}
}

// isFile returns an error for a folder, and for a pipe, which Open would wait for.
func isFile(root *os.Root, name string) error {
	info, err := root.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("this is not a file")
	}
	return err
}

// isHarmless reports whether a tool runs without asking.
func isHarmless(tool string) bool { return tool == "list_files" }
