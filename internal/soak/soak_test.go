package main

import (
	"bytes"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The command starts itself as the server, which is this program here.
func TestMain(m *testing.M) {
	if slices.Equal(os.Args[1:], []string{serveFlag}) {
		serve(os.Stdin, os.Stdout)
		return
	}
	os.Exit(m.Run())
}

func TestSoak(t *testing.T) {
	var out bytes.Buffer
	err := command(t.Context(), []string{"-d", "2s", "-streams", "50", "-seed", "1"}, &out, &out)
	require.NoError(t, err, out.String())
	assert.Contains(t, out.String(), " 0 wrong ends")
}

// The check sees what it is there for.
func TestWrongEnds(t *testing.T) {
	p := &plan{row: &row{want: completes}, chunks: []string{"hel", "lo"}}
	for _, o := range []outcome{{end: truncated}, {end: left}, {end: complete}, {end: complete, counted: true, delivered: "hell"}, {end: complete, counted: true, delivered: "hellolo"}} {
		o.call.Attempts = 1
		assert.NotEmpty(t, p.wrong(o), o)
	}
	p.row = &row{want: ends(truncated, truncated)}
	o := outcome{end: complete}
	o.call.Attempts = 1
	assert.NotEmpty(t, p.wrong(o))
	o.end, o.call.Attempts = truncated, 2
	assert.NotEmpty(t, p.wrong(o))
}

func TestBounds(t *testing.T) {
	for _, args := range [][]string{{"-d", "61m"}, {"-d", "0"}, {"-streams", "0"}, {"-streams", "100000"}, {"more"}} {
		require.Error(t, command(t.Context(), args, io.Discard, io.Discard), args)
	}
}
