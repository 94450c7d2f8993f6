package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// start runs the command. What it prints is all a client needs.
func start(t *testing.T, args ...string) (client *openrouter.Client, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error)
	go func() { ended <- run(ctx, append(args, "-addr", "127.0.0.1:0"), w, io.Discard) }()

	in := bufio.NewReader(r)
	for range 2 {
		line, err := in.ReadString('\n')
		require.NoError(t, err)
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		require.True(t, ok, line)
		t.Setenv(name, value)
	}
	return openrouter.NewClient(), func() {
		cancel()
		require.NoError(t, <-ended)
	}
}

func TestRun(t *testing.T) {
	client, stop := start(t)
	res, err := ask(t, client, true, prompt("Is anyone there?"))
	require.NoError(t, err)
	assert.Equal(t, "Is anyone there?", res.Text())
	res, err = ask(t, client, true, prompt("#help"))
	require.NoError(t, err)
	assert.Contains(t, res.Text(), "#cut")
	stop()
}

// A wrong flag is said once, by the error, and not behind two screens of help.
func TestWrongFlag(t *testing.T) {
	var stderr bytes.Buffer
	err := run(t.Context(), []string{"-port", "1"}, io.Discard, &stderr)
	require.EqualError(t, err, "flag provided but not defined: -port; -h lists the flags")
	assert.Empty(t, stderr.String())
	require.NoError(t, run(t.Context(), []string{"-h"}, io.Discard, &stderr))
	assert.Contains(t, stderr.String(), "#help")
}

func TestRunWithAScript(t *testing.T) {
	file := filepath.Join(t.TempDir(), "replies.json")
	err := run(t.Context(), []string{"-script", file}, io.Discard, io.Discard)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "-script: ")

	require.NoError(t, os.WriteFile(file, []byte("[\n  \"Hello.\",\n  7\n]"), 0o600))
	err = run(t.Context(), []string{"-script", file}, io.Discard, io.Discard)
	require.EqualError(t, err, "-script: "+file+":3:3: reply 2: 7 is neither a string nor an object")

	require.NoError(t, os.WriteFile(file, []byte(`["From the script."]`), 0o600))
	client, stop := start(t, "-script", file)
	for _, want := range []string{"From the script.", "From the prompt."} {
		res, err := client.Chat.Create(t.Context(), prompt("From the prompt."))
		require.NoError(t, err)
		assert.Equal(t, want, res.Text())
	}
	stop()
}

func TestOnlyThisMachine(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:1", ":8787", "[::]:1", "192.168.0.1:1", "example.com:80", "8787"} {
		require.ErrorContains(t, run(t.Context(), []string{"-addr", addr}, io.Discard, io.Discard), "-addr: ", addr)
	}
	for _, addr := range []string{"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"} {
		require.NoError(t, checkLoopback(addr))
	}
}

func TestBadArguments(t *testing.T) {
	var usage bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-h"}, io.Discard, &usage))
	for _, want := range []string{"127.0.0.1:8787", "  #tool ", "  #429 ", `"tool_calls"`} {
		assert.Contains(t, usage.String(), want)
	}
	require.Error(t, run(t.Context(), []string{"-nope"}, io.Discard, io.Discard))
	require.ErrorContains(t, run(t.Context(), []string{"what"}, io.Discard, io.Discard), "what")
}
