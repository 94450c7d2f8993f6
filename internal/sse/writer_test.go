package sse_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/sse"
)

func TestAppendEvent(t *testing.T) {
	for _, tt := range []struct{ name, data, want, read string }{
		{"one line", `{"a":1}`, "data: {\"a\":1}\n\n", `{"a":1}`},
		{"empty", "", "data: \n\n", ""},
		{"leading space", " a", "data:  a\n\n", " a"},
		{"LF", "a\nb", "data: a\ndata: b\n\n", "a\nb"},
		{"CR", "a\rb", "data: a\ndata: b\n\n", "a\nb"},
		{"CRLF", "a\r\nb", "data: a\ndata: b\n\n", "a\nb"},
		{"LF CR", "a\n\rb", "data: a\ndata: \ndata: b\n\n", "a\n\nb"},
		{"every kind", "\r\r\n\n\ra\r\nb\rc\nd", "data: \ndata: \ndata: \ndata: \ndata: a\ndata: b\ndata: c\ndata: d\n\n", "\n\n\n\na\nb\nc\nd"},
		{"trailing LF", "a\n", "data: a\ndata: \n\n", "a\n"},
		{"trailing CR", "a\r", "data: a\ndata: \n\n", "a\n"},
		{"trailing CRLF", "a\r\n", "data: a\ndata: \n\n", "a\n"},
		{"blank line", "a\n\ndata: b", "data: a\ndata: \ndata: data: b\n\n", "a\n\ndata: b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := sse.AppendEvent([]byte("data: before\n\n"), []byte(tt.data))
			require.Equal(t, "data: before\n\n"+tt.want, string(got))
			require.Equal(t, []string{"before", tt.read}, readAll(strings.NewReader(string(got)), 0).events)
		})
	}
}

func TestAppendComment(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
		read             []string
	}{
		{"one line", "OPENROUTER PROCESSING", ": OPENROUTER PROCESSING\n\n", []string{"OPENROUTER PROCESSING"}},
		{"empty", "", ": \n\n", []string{""}},
		{"every kind", "a\nb\r\nc\rdata: d\n\ne", ": a\n: b\n: c\n: data: d\n: \n: e\n\n", []string{"a", "b", "c", "data: d", "", "e"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := sse.AppendComment([]byte("data: before\n\n"), tt.text)
			require.Equal(t, "data: before\n\n"+tt.want, string(got))
			res := readAll(strings.NewReader(string(got)), 0)
			require.Equal(t, []string{"before"}, res.events)
			require.Equal(t, tt.read, res.comments)
		})
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	b := make([]byte, 0, 1<<10)
	data := []byte("{\n\"a\": 1\r\n}")
	require.Zero(t, testing.AllocsPerRun(100, func() { b = sse.AppendEvent(b[:0], data) }))
}

// Writing what was read and reading it again gives the same event, whatever its line ends were.
func FuzzAppend(f *testing.F) {
	for _, seed := range []string{"", "a", "a\r", "a\n\rb\r\n", "\r\n\r\n", "data: \n\n", ": c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		want := strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\r", "\n")
		b := sse.AppendComment(sse.AppendEvent(nil, []byte(data)), data)
		res := readAll(strings.NewReader(string(b)), 0)
		require.Equal(t, []string{want}, res.events)
		require.Nil(t, res.pending)
		if len(data) < 64<<10 {
			require.Equal(t, want, strings.Join(res.comments, "\n"))
		}
	})
}
