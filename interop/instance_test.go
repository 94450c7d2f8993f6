package interop_test

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// instance is a server of the test's own, which it may kill.
type instance struct {
	url  string
	kill func() // returns when the process is gone
}

// installed is the folder the servers are installed in.
func installed() string {
	if dir := os.Getenv("INTEROP_DIR"); dir != "" {
		return dir
	}
	cache := cmp.Or(os.Getenv("XDG_CACHE_HOME"), filepath.Join(os.Getenv("HOME"), ".cache"))
	return filepath.Join(cache, "openrouter-interop")
}

// requireFile skips the test unless the file is there.
func requireFile(t *testing.T, path string) string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Skip("no server of its own to start: " + err.Error())
	}
	return path
}

func startAimock(t *testing.T) instance {
	cli := requireFile(t, filepath.Join(installed(), "node/node_modules/@copilotkit/aimock/dist/cli.js"))
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no server of its own to start: " + err.Error())
	}
	fixtures := filepath.Join(t.TempDir(), "fixtures.json")
	require.NoError(t, os.WriteFile(fixtures, []byte(`{"fixtures":[{"match":{"userMessage":"count"},
		"response":{"content":"`+strings.Repeat("one two three ", 100)+`"},"chunkSize":4,"latency":20}]}`), 0o600))
	cmd := exec.CommandContext(t.Context(), node, cli, "-h", "127.0.0.1", "-p", "0", "-f", fixtures)
	cmd.Env = append(os.Environ(), "AIMOCK_API_KEYS="+testKey)
	return started(t, cmd, "/api/v1")
}

// startLlama starts a llama-server whose two slots share a context of that many
// tokens.
func startLlama(t *testing.T, tokens int) instance {
	dir := installed()
	root := filepath.Join(dir, "llama-root")
	lib := filepath.Join(root, "usr/lib/x86_64-linux-gnu")
	backends := requireFile(t, filepath.Join(lib, "ggml/backends0"))
	cmd := exec.CommandContext(t.Context(), requireFile(t, filepath.Join(lib, "ld-linux-x86-64.so.2")),
		"--library-path", strings.Join([]string{lib, filepath.Join(lib, "llama"), backends}, ":"),
		requireFile(t, filepath.Join(root, "usr/bin/llama-server")),
		"--offline", "--host", "127.0.0.1", "--port", "0", "-m", requireFile(t, filepath.Join(dir, "tiny.gguf")), "--api-key", testKey,
		"-c", strconv.Itoa(tokens), "-np", "2", "--kv-unified", "-t", "1", "-fa", "off", "-ctk", "f32", "-ctv", "f32", "--no-ui")
	cmd.Dir = backends // where ggml looks for them
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+t.TempDir())
	return started(t, cmd, "/v1")
}

var listening = regexp.MustCompile(`listening on (http://127\.0\.0\.1:\d+)`)

// started runs a server and waits for the line that tells its address.
func started(t *testing.T, cmd *exec.Cmd, path string) instance {
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	require.NoError(t, cmd.Start())
	gone := make(chan struct{})
	go func() {
		_ = cmd.Wait() // killed: it has nothing to say
		in.Close()
		close(gone)
	}()
	kill := func() {
		_ = cmd.Process.Kill() // an error means that it is gone already
		<-gone
	}
	t.Cleanup(kill)

	address, lines := make(chan string, 1), make(chan string, 1)
	go func() {
		var all strings.Builder
		for s := bufio.NewScanner(out); s.Scan(); {
			if m := listening.FindStringSubmatch(s.Text()); m != nil {
				address <- m[1]
				break
			}
			all.WriteString(s.Text() + "\n")
		}
		lines <- all.String()
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case base := <-address:
		return instance{url: base + path, kill: kill}
	case <-gone:
		require.Fail(t, "the server ended: "+<-lines)
	case <-time.After(time.Minute):
		require.Fail(t, "the server does not say where it listens")
	}
	return instance{}
}
