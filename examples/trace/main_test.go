package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the program prints into README.md")

// The page of the examples shows what the program prints without a key.
func TestReadme(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "run", ".")
	cmd.Env = append(os.Environ(), "OPENROUTER_API_KEY=", "OPENROUTER_BASE_URL=")
	var notice bytes.Buffer
	cmd.Stderr = &notice
	printed, err := cmd.Output()
	require.NoError(t, err, notice.String())
	assert.Contains(t, notice.String(), "OPENROUTER_API_KEY is not set")

	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)(```console\n\\$ cd examples/trace && go run \\.\n)(.*?)```")
	shown := block.FindSubmatch(readme)
	require.NotNil(t, shown, "README.md does not show this example")
	if *update {
		readme = block.ReplaceAllFunc(readme, func([]byte) []byte { return bytes.Join([][]byte{shown[1], printed, []byte("```")}, nil) })
		require.NoError(t, os.WriteFile("../README.md", readme, 0o600))
		return
	}
	assert.Equal(t, string(shown[2]), string(printed), "go test -update writes it")
}
