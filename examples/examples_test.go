package examples_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the examples print into README.md")

// command is a block of README.md: a command line and what it prints.
var command = regexp.MustCompile("(?s)```console\n\\$ go run \\./examples/([a-z]+)([^\n]*)\n(.*?)```")

// A reader copies main.go of an example, and nothing else, into a module of their
// own. There it prints, without a key, what README.md shows.
func TestExamplesCanBeCopied(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	shown := map[string][]string{} // arguments and output
	for _, m := range command.FindAllStringSubmatch(string(readme), -1) {
		shown[m[1]] = m[2:]
	}
	mains, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	mains = slices.DeleteFunc(mains, func(main string) bool { return isServer(main) || isModule(main) })
	require.Len(t, mains, len(shown), "README.md must show every example once")

	var mu sync.Mutex
	printed := map[string]string{}
	t.Run("copy", func(t *testing.T) {
		for _, main := range mains {
			name := filepath.Dir(main)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				require.Contains(t, shown, name, "README.md does not show this example")
				args, want := shown[name][0], shown[name][1]
				assert.Contains(t, string(readme), "\n| ["+name+"]("+main+") | ", "the table in README.md needs a row for it")

				dir := emptyModule(t)
				copyFile(t, main, dir)
				program := filepath.Join(dir, "program.exe")
				run(t, dir, "go", "build", "-ldflags=-s -w", "-o", program, ".")
				got, notice := run(t, dir, program, arguments(args)...)
				assert.Contains(t, notice, "OPENROUTER_API_KEY is not set", "it must say that a fake answers")
				if !*update {
					assert.Equal(t, want, got, "what it prints is not what README.md shows; -update writes it there")
				}
				mu.Lock()
				defer mu.Unlock()
				printed[name] = got
			})
		}
	})
	if *update && !t.Failed() {
		updated := command.ReplaceAllStringFunc(string(readme), func(block string) string {
			m := command.FindStringSubmatch(block)
			return strings.TrimSuffix(block, m[3]+"```") + printed[m[1]] + "```"
		})
		require.NoError(t, os.WriteFile("README.md", []byte(updated), 0o600))
	}
}

// A program with a page does not end. The reader copies its folder; its own tests run it.
func TestServersCanBeCopied(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	mains, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	for _, main := range slices.DeleteFunc(mains, func(main string) bool { return !isServer(main) }) {
		name := filepath.Dir(main)
		assert.Contains(t, string(readme), "\n| ["+name+"]("+main+") | ", "the table in README.md needs a row for it")
		assert.Contains(t, string(readme), "\n## "+name+"\n", "README.md does not describe this example")
		assert.Contains(t, string(readme), "\ngo run ./examples/"+name+"\n", "README.md does not say how to start it")
		dir := copyFolder(t, name)
		run(t, dir, "go", "build", "-ldflags=-s -w", "-o", filepath.Join(dir, "program.exe"), ".")
	}
}

// isServer reports whether an example has a page.
func isServer(main string) bool {
	_, err := os.Stat(filepath.Join(filepath.Dir(main), "index.html"))
	return err == nil
}

// isModule reports whether an example has a go.mod of its own, and with it its own tests.
func isModule(main string) bool {
	_, err := os.Stat(filepath.Join(filepath.Dir(main), "go.mod"))
	return err == nil
}

// The examples with tests can be copied together with them.
func TestTestsCanBeCopied(t *testing.T) {
	tests, err := filepath.Glob("*/main_test.go")
	require.NoError(t, err)
	require.NotEmpty(t, tests)
	for _, test := range slices.DeleteFunc(tests, isModule) {
		run(t, copyFolder(t, filepath.Dir(test)), "go", "test", ".")
	}
}

// copyFolder copies the files of an example into a module of their own.
func copyFolder(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = emptyModule(t)
	files, err := filepath.Glob(name + "/*.*")
	require.NoError(t, err)
	for _, file := range files {
		copyFile(t, file, dir)
	}
	return dir
}

// The fake service runs from a module that only requires this one.
func TestFakeRunsFromAnEmptyModule(t *testing.T) {
	_, usage := run(t, emptyModule(t), "go", "run", "github.com/openrouter-go/openrouter/openroutertest/cmd/fake-openrouter", "-h")
	assert.Contains(t, usage, "#help")
}

// emptyModule makes a module without code that requires this checkout. It needs no
// network.
func emptyModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	checkout, err := filepath.Abs("..")
	require.NoError(t, err)
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	const path = "github.com/openrouter-go/openrouter"
	text := strings.Replace(string(mod), "module "+path+"\n", "module example.com/copy\n", 1)
	require.NotEqual(t, string(mod), text)
	text += "\nrequire " + path + " v0.0.0\n\nreplace " + path + " => \"" + filepath.ToSlash(checkout) + "\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600))
	copyFile(t, "../go.sum", dir)
	return dir
}

func copyFile(t *testing.T, from, dir string) {
	t.Helper()
	data, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(from)), data, 0o600))
}

// run runs a program in a folder, without the caller's key, address and workspace,
// and without a network for the go command.
func run(t *testing.T, dir, program string, args ...string) (stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OPENROUTER_") })
	cmd.Env = append(cmd.Env, "PWD="+dir, "GOWORK=off", "GOPROXY=off")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s%s", &out, &errs)
	return out.String(), errs.String()
}

// arguments splits a command line whose arguments are words, or texts in double
// quotes.
func arguments(line string) (args []string) {
	for i, text := range strings.Split(line, `"`) {
		if i%2 == 1 {
			args = append(args, text)
		} else {
			args = append(args, strings.Fields(text)...)
		}
	}
	return args
}
