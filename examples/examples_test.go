package examples_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the examples print into README.md")

// command is a block of README.md: a command line and what it prints.
var command = regexp.MustCompile("(?s)```console\n\\$ go run \\./examples/([a-z]+)([^\n]*)\n(.*?)```")

// Every example is in README.md, and prints without a key what stands there.
func TestREADMEShowsWhatExamplesPrint(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", bin, "./...").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	shown := map[string]bool{}
	updated := command.ReplaceAllFunc(readme, func(block []byte) []byte {
		m := command.FindSubmatch(block)
		name, args, want := string(m[1]), string(m[2]), string(m[3])
		shown[name] = true
		t.Run(name, func(t *testing.T) {
			got, notice := run(t, filepath.Join(bin, name), arguments(args))
			if !strings.Contains(notice, "OPENROUTER_API_KEY is not set") {
				t.Errorf("it did not say that it works with a fake: %q", notice)
			}
			if got != want && !*update {
				t.Errorf("printed\n%s\nREADME.md has\n%s", got, want)
			}
			block = []byte("```console\n$ go run ./examples/" + name + args + "\n" + got + "```")
		})
		return block
	})
	if *update {
		if err := os.WriteFile("README.md", updated, 0o644); err != nil {
			t.Fatal(err)
		}
	}

	mains, err := filepath.Glob("*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, main := range mains {
		if name := filepath.Dir(main); !shown[name] {
			t.Errorf("README.md does not show ./examples/%s", name)
		}
	}
}

// run runs a program without the caller's key and address.
func run(t *testing.T, program string, args []string) (stdout, stderr string) {
	cmd := exec.CommandContext(t.Context(), program, args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OPENROUTER_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, &out, &errs)
	}
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
