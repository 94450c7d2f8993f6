package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// What the command prints is all a program needs.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error)
	go func() { ended <- run(ctx, []string{"-addr", "127.0.0.1:0"}, w, io.Discard) }()

	in := bufio.NewReader(r)
	for range 2 {
		line, err := in.ReadString('\n')
		require.NoError(t, err)
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		require.True(t, ok, line)
		t.Setenv(name, value)
	}
	stream, err := openrouter.NewClient().Chat.Stream(t.Context(), &openrouter.ChatCompletionRequest{
		Messages: []openrouter.Message{openrouter.UserMessage("Is anyone there?")},
	})
	require.NoError(t, err)
	res, err := stream.Collect()
	require.NoError(t, err)
	assert.Equal(t, "Is anyone there?", res.Text())

	stop()
	require.NoError(t, <-ended)
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
	assert.Contains(t, usage.String(), "127.0.0.1:8787")
	require.Error(t, run(t.Context(), []string{"-nope"}, io.Discard, io.Discard))
	require.ErrorContains(t, run(t.Context(), []string{"what"}, io.Discard, io.Discard), "what")
}
