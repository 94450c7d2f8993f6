package sse_test

import (
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/sse"
)

var (
	long = strings.Repeat("0123456789abcdef", 700)    // larger than a small buffer
	huge = strings.Repeat("0123456789abcdef", 10_000) // larger than the buffer that is kept
)

var framings = []struct {
	name     string
	in       string
	limit    int
	events   []string
	comments []string
	pending  *string
	err      error // nil is read as io.EOF
}{
	{name: "nothing"},
	{name: "one event", in: "data: a\n\n", events: []string{"a"}},
	{name: "two events", in: "data: a\n\ndata: b\n\n", events: []string{"a", "b"}},
	{name: "CR", in: "data: a\r\rdata: b\r\r", events: []string{"a", "b"}},
	{name: "CRLF", in: "data: a\r\n\r\ndata: b\r\n\r\n", events: []string{"a", "b"}},
	{name: "CR then LF is one line end", in: "data: a\r\ndata: b\r\n\r\n", events: []string{"a\nb"}},
	{name: "LF then CR is two", in: "data: a\n\rdata: b\n\r", events: []string{"a", "b"}},
	{name: "CR then CRLF is two", in: "data: a\r\r\ndata: b\r\r\n", events: []string{"a", "b"}},
	{name: "CRLF then LF is two", in: "data: a\r\n\ndata: b\r\n\n", events: []string{"a", "b"}},
	{name: "line ends of every kind", in: "data: a\ndata: b\rdata: c\r\ndata: d\n\r\n", events: []string{"a\nb\nc\nd"}},
	{name: "blank lines of every kind", in: "\n\r\r\n\n\n\rdata: a\n\n\r\n\r\n\r\r", events: []string{"a"}},
	{name: "LF first after CR dispatch", in: "data: a\r\r\n\ndata: b\r\r", events: []string{"a", "b"}},

	{name: "byte order mark", in: "\xEF\xBB\xBFdata: a\n\n", events: []string{"a"}},
	{name: "byte order mark alone", in: "\xEF\xBB\xBF"},
	{name: "byte order mark before a blank line", in: "\xEF\xBB\xBF\n\ndata: a\n\n", events: []string{"a"}},
	{name: "byte order mark before a comment", in: "\xEF\xBB\xBF: c\n", comments: []string{"c"}},
	{name: "second byte order mark is part of a name", in: "\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\n"},
	{name: "later byte order mark is part of a name", in: "data: a\n\n\xEF\xBB\xBFdata: b\n\n", events: []string{"a"}},
	{name: "byte order mark in data", in: "data: \xEF\xBB\xBF\n\n", events: []string{"\xEF\xBB\xBF"}},
	{name: "byte order mark after a line end", in: "\n\xEF\xBB\xBFdata: b\n\n"},
	{name: "half a byte order mark", in: "\xEF\xBB"},
	{name: "half a byte order mark and a line", in: "\xEF\xBBdata: a\n\ndata: b\n\n", events: []string{"b"}},
	{name: "half a byte order mark and a line end", in: "\xEF\ndata: b\n\n", events: []string{"b"}},

	{name: "no space after the colon", in: "data:a\n\n", events: []string{"a"}},
	{name: "only one space is removed", in: "data:  a\n\n", events: []string{" a"}},
	{name: "a tab is kept", in: "data:\ta\n\n", events: []string{"\ta"}},
	{name: "trailing space is kept", in: "data: [DONE] \n\n", events: []string{"[DONE] "}},
	{name: "colons in data", in: "data: {\"a\":1}\n\ndata::\n\n", events: []string{`{"a":1}`, ":"}},
	{name: "name without a colon", in: "data\n\n", events: []string{""}},
	{name: "empty data", in: "data:\n\n", events: []string{""}},
	{name: "empty data after a space", in: "data: \n\n", events: []string{""}},
	{name: "two empty data lines", in: "data\ndata\n\n", events: []string{"\n"}},
	{name: "empty lines between data", in: "data: a\ndata\ndata:\ndata: b\n\n", events: []string{"a\n\n\nb"}},
	{name: "empty line first", in: "data\ndata: b\n\n", events: []string{"\nb"}},
	{name: "many data lines", in: "data: {\ndata:  \"a\": 1\ndata: }\n\n", events: []string{"{\n \"a\": 1\n}"}},
	{name: "NUL and invalid UTF-8", in: "data: \x00\xff\xfe\n\n", events: []string{"\x00\xff\xfe"}},
	{name: "line separators of Unicode are no line ends", in: "data: a\u2028b\u0085c\v\f\n\n", events: []string{"a\u2028b\u0085c\v\f"}},

	{name: "other fields", in: "event: x\nid: 1\nretry: 10\ndata: a\nid\nfoo: bar\n\n", events: []string{"a"}},
	{name: "other fields alone are no event", in: "event: x\n\nid: 1\n\nretry: 10\n\ndata: a\n\n", events: []string{"a"}},
	{name: "other fields between data lines", in: "data: a\nevent: x\nid\ndata: b\n\n", events: []string{"a\nb"}},
	{name: "names that begin or end like data", in: "dat: a\ndata : b\ndatabase: c\n data: d\nDATA: e\nd\nda\ndat\nxdata: f\n\n"},
	{name: "name longer than data between", in: "data: a\ndatax\ndata: b\n\n", events: []string{"a\nb"}},

	{name: "comment", in: ": OPENROUTER PROCESSING\n\ndata: a\n\n", events: []string{"a"}, comments: []string{"OPENROUTER PROCESSING"}},
	{name: "comments of every form", in: ":\n: \n:a\n:  b\n::\n", comments: []string{"", "", "a", " b", ":"}},
	{name: "comment between data lines", in: "data: a\n: c\ndata: b\n\n", events: []string{"a\nb"}, comments: []string{"c"}},
	{name: "comment does not end an event", in: "data: a\n: c\n\n", events: []string{"a"}, comments: []string{"c"}},
	{name: "comment that looks like data", in: ":data: a\n\n", comments: []string{"data: a"}},
	{name: "comment without a line end is none", in: "data: a\n\n: c", events: []string{"a"}},
	{name: "long comment is cut", in: ": " + huge + "\n\ndata: a\n\n", events: []string{"a"}, comments: []string{huge[:64<<10]}},
	{name: "comment of just the limit", in: ": " + huge[:64<<10] + "\n", comments: []string{huge[:64<<10]}},
	{name: "comment one over the limit", in: ":" + huge[:64<<10] + "x\n", comments: []string{huge[:64<<10]}},
	{name: "comment of just the limit without a line end", in: ":" + huge[:64<<10]},
	{name: "comment one over the limit without a line end", in: ": " + huge[:64<<10] + "x", comments: []string{huge[:64<<10]}},
	{name: "long comment between data lines", in: "data: a\n:" + huge + "\ndata: b\n\n", events: []string{"a\nb"}, comments: []string{huge[:64<<10]}},

	{name: "end without a blank line", in: "data: a\n\ndata: b\n", events: []string{"a"}, pending: new("b")},
	{name: "end within a line", in: "data: [DONE]", pending: new("[DONE]")},
	{name: "end within a second line", in: "data: a\ndata: b", pending: new("a\nb")},
	{name: "end within another field", in: "data: a\nevent: x", pending: new("a")},
	{name: "end within a comment", in: "data: a\n: x", pending: new("a")},
	{name: "end after a CR", in: "data: a\r", pending: new("a")},
	{name: "end after the space", in: "data: ", pending: new("")},
	{name: "end after the name", in: "data", pending: new("")},
	{name: "end after the name of a second line", in: "data: a\ndata", pending: new("a\n")},
	{name: "end within the name", in: "data: a\ndat", pending: new("a")},
	{name: "end within the name, no event begun", in: "dat"},
	{name: "end after other fields", in: "event: x\nid: 2\n"},

	{name: "long event", in: "data: " + long + "\n\ndata: a\n\n", events: []string{long, "a"}},
	{name: "long event of many lines", in: "data: " + long + "\ndata: " + long + "\n\ndata: a\n\n", events: []string{long + "\n" + long, "a"}},
	{name: "huge event", in: "data: " + huge + "\r\n\r\ndata: a\r\n\r\n", events: []string{huge, "a"}},
	{name: "long event after a huge one", in: "data: " + huge + "\n\ndata: " + long + "\n\ndata: a\n\n", events: []string{huge, long, "a"}},
	{name: "long field that is not data", in: "data: a\nfoo: " + long + "\ndata: b\n\n", events: []string{"a\nb"}},
	{name: "long name", in: long + "\ndata: a\n\n", events: []string{"a"}},
	{name: "long unfinished event", in: "data: " + long + "\ndata: " + long, pending: new(long + "\n" + long)},
	{name: "event after event across the buffer", in: strings.Repeat("data: "+long[:999]+"\n\n", 30), events: times(long[:999], 30)},

	{name: "just within the limit", in: "data: 1234\n\ndata:12\ndata\tx\ndata:4\n\n", limit: 4, events: []string{"1234", "12\n4"}},
	{name: "one over the limit", in: "data: a\n\ndata: 12345\n\ndata: b\n\n", limit: 4, events: []string{"a"}, pending: new("1234"), err: sse.ErrTooLong},
	{name: "over the limit by a line", in: "data: 12\ndata: 45\n\n", limit: 4, pending: new("12\n4"), err: sse.ErrTooLong},
	{name: "over the limit by a line end", in: "data: 1234\ndata\n\n", limit: 4, pending: new("1234"), err: sse.ErrTooLong},
	{name: "over the limit without an end", in: "data: 12345", limit: 4, pending: new("1234"), err: sse.ErrTooLong},
	{name: "over the limit by a line without an end", in: "data: 12\ndata: 45", limit: 4, pending: new("12\n4"), err: sse.ErrTooLong},
	{name: "at the limit without an end", in: "data: 12\ndata: 4", limit: 4, pending: new("12\n4")},
	{name: "over the limit by a name without an end", in: "data: 1234\ndata", limit: 4, pending: new("1234")},
	{name: "over the limit and long", in: "data: " + long, limit: 4, pending: new("0123"), err: sse.ErrTooLong},
	{name: "limit of one", in: "data: a\n\ndata:\n\ndata: bc\n\n", limit: 1, events: []string{"a", ""}, pending: new("b"), err: sse.ErrTooLong},
	{name: "limit does not count other lines", in: "data: a\n: 123456\nid: 123456\n12345678\n\n", limit: 4, events: []string{"a"}, comments: []string{"123456"}},
}

func times(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}

func TestFramings(t *testing.T) {
	for _, tt := range framings {
		t.Run(tt.name, func(t *testing.T) {
			want := result{events: tt.events, comments: tt.comments, pending: tt.pending, err: io.EOF}
			if tt.err != nil {
				want.err = tt.err
			}
			require.Equal(t, want, naive(tt.in, tt.limit), "naive reader")
			require.Equal(t, want, readAll(strings.NewReader(tt.in), tt.limit), "in one piece")
			require.Equal(t, want, readAll(bytewise(tt.in), tt.limit), "byte by byte")
			require.Equal(t, want, readAll(&pieces{list: []string{tt.in}, err: io.EOF, early: true}, tt.limit), "EOF beside the bytes")

			step := max(1, len(tt.in)/500)
			for i := 0; i <= len(tt.in); i += step {
				src := &pieces{list: []string{tt.in[:i], tt.in[i:]}, err: io.EOF, early: i%2 == 0}
				require.Equal(t, want, readAll(src, tt.limit), "split at %d", i)
			}
			if tt.err != nil {
				return
			}
			want.err = errCut
			require.Equal(t, want, readAll(&pieces{list: []string{tt.in}, err: errCut}, tt.limit), "cut")
			require.Equal(t, want, readAll(&pieces{list: []string{tt.in}, err: errCut, early: true}, tt.limit), "cut, error beside the bytes")
		})
	}
}

// An event is returned at the very byte that completes it, so a CR must not wait for what follows.
func TestEventIsNotHeldBack(t *testing.T) {
	for _, tt := range framings {
		if tt.limit > 0 || len(tt.in) > 1000 {
			continue
		}
		src := bytewise(tt.in)
		r := sse.NewReader(src)
		for n := 1; ; n++ {
			if _, err := r.Next(); err != nil {
				break
			}
			require.Len(t, naive(tt.in[:src.reads], 0).events, n, "%s: event %d after %d bytes", tt.name, n, src.reads)
			require.Len(t, naive(tt.in[:src.reads-1], 0).events, n-1, "%s: event %d after %d bytes", tt.name, n, src.reads)
		}
	}
}

func TestEmptyDataIsNotNil(t *testing.T) {
	for _, in := range []string{"data\n\n", "data:\n\n", "data: \r\r"} {
		data, err := sse.NewReader(strings.NewReader(in)).Next()
		require.NoError(t, err)
		require.NotNil(t, data, "%q", in)
		require.Empty(t, data, "%q", in)
	}
	r := sse.NewReader(strings.NewReader("data"))
	_, err := r.Next()
	require.Equal(t, io.EOF, err)
	require.NotNil(t, r.Pending())
}

func TestErrorsAreSticky(t *testing.T) {
	for _, want := range []error{io.EOF, errCut, sse.ErrTooLong, io.ErrNoProgress} {
		src := &pieces{list: []string{"data: a\n\n", "data: bcd"}, err: want}
		r := sse.NewReader(src)
		switch want {
		case sse.ErrTooLong:
			r.MaxEvent = 2
		case io.ErrNoProgress:
			src.list = append(src.list, times("", 100)...)
		}
		data, err := r.Next()
		require.NoError(t, err)
		require.Equal(t, "a", string(data))
		require.Nil(t, r.Pending())
		for range 3 {
			data, err = r.Next()
			require.Equal(t, want, err)
			require.Nil(t, data)
			require.Equal(t, "bcd"[:len(r.Pending())], string(r.Pending()))
			require.NotEmpty(t, r.Pending())
			src.list = []string{"e\n\ndata: f\n\n"}
		}
	}
}

func TestReadsOfNothing(t *testing.T) {
	idle := times("", 99)
	src := &pieces{err: io.EOF}
	for _, piece := range []string{"\xEF", "\xBB\xBF", "data: a\r", "\r", "\n", "data: b\n\n"} {
		src.list = append(append(src.list, idle...), piece)
	}
	require.Equal(t, []string{"a", "b"}, readAll(src, 0).events, "99 in a row are borne")

	src = &pieces{list: append(times("", 100), "data: a\n\n"), err: io.EOF}
	require.Equal(t, io.ErrNoProgress, readAll(src, 0).err, "100 are not")

	src = &pieces{list: append(times("", 99), ""), err: errCut, early: true}
	require.Equal(t, errCut, readAll(src, 0).err, "an error with the last of them counts")
}

type badCount int

func (n badCount) Read(b []byte) (int, error) {
	if n < 0 {
		return int(n), nil
	}
	return len(b) + int(n), nil
}

func TestBrokenSource(t *testing.T) {
	for _, n := range []badCount{-1, 1} {
		_, err := sse.NewReader(n).Next()
		require.ErrorContains(t, err, "invalid byte count")
	}
}

// What a caller appends to an event must not run into the next one.
func TestDataIsCapped(t *testing.T) {
	r := sse.NewReader(strings.NewReader("data: a\n\ndata: b\n\n"))
	for _, want := range []string{"a", "b"} {
		data, err := r.Next()
		require.NoError(t, err)
		require.Equal(t, want, string(data))
		_ = append(data, "xxxxxxxxxxxxxxxxxxxx"...)
	}
}

func TestCommentsMayBeIgnored(t *testing.T) {
	r := sse.NewReader(bytewise(": a\ndata: b\n: " + long + "\n\n"))
	data, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, "b", string(data))
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestFloodsCostNoMemory(t *testing.T) {
	const size = 32 << 20
	tests := []struct {
		name, prefix, unit string
		size               int
		comments           bool
	}{
		{"comment of a gigabyte", ": ", strings.Repeat("x", 4096), 1 << 30, false},
		{"comment of a gigabyte, reported", ": ", strings.Repeat("x", 4096), 1 << 30, true},
		{"comment of a gigabyte within an event", "data: a\n: ", strings.Repeat("x", 4096), size, false},
		{"unknown field without an end", "foo: ", strings.Repeat("x", 4096), size, false},
		{"name without an end", "data", strings.Repeat("x", 4096), size, false},
		{"comments", "", strings.Repeat(": OPENROUTER PROCESSING\n\n", 100), size, false},
		{"comments within an event", "data: a\n", strings.Repeat(": OPENROUTER PROCESSING\n", 100), size, false},
		{"comments within a large event", "data: " + long + "\n", strings.Repeat(": OPENROUTER PROCESSING\n", 100), size, false},
		{"blank lines", "", strings.Repeat("\n", 4096), size / 8, false},
		{"blank lines by CR", "", strings.Repeat("\r", 4096), size / 8, false},
		{"empty events", "", strings.Repeat("data:\n\n", 500), size / 8, false},
		{"events", "", strings.Repeat("data: {}\n\n", 500), size / 8, false},
		{"other fields", "", strings.Repeat("id: 1\nevent\n\n", 500), size / 8, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := &repeat{prefix: tt.prefix, unit: tt.unit, size: tt.size, err: io.EOF}
			bytes := allocated(func() {
				r := sse.NewReader(src)
				if tt.comments {
					r.OnComment = func(string) {}
				}
				for {
					if _, err := r.Next(); err != nil {
						return
					}
				}
			})
			require.Equal(t, tt.size, src.at, "read to the end")
			assert.Less(t, bytes, uint64(512<<10))
		})
	}
}

func TestLimitBoundsMemory(t *testing.T) {
	for _, unit := range []string{strings.Repeat("x", 4096), strings.Repeat("x\ndata: ", 500), strings.Repeat("\ndata", 500)} {
		src := &repeat{prefix: "data: ", unit: unit, size: 1 << 30, err: io.EOF}
		r := sse.NewReader(src)
		r.MaxEvent = 1 << 20
		bytes := allocated(func() {
			_, err := r.Next()
			require.Equal(t, sse.ErrTooLong, err)
		})
		require.Len(t, r.Pending(), 1<<20)
		assert.Less(t, bytes, uint64(8<<20))
		assert.Less(t, src.at, 8<<20, "not read to the end")
	}
}

func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// heapAfter returns by how much the heap has grown once it is below limit again. Buffers given back outlive a collection or two, for
// the next stream.
func heapAfter(before, limit int) int {
	grown := heap() - before
	for i := 0; grown >= limit && i < 100; i++ {
		runtime.Gosched()
		grown = heap() - before
	}
	return grown
}

func TestLargeBufferIsGivenBack(t *testing.T) {
	before := heap()

	const large, rest = 32 << 20, 1 << 20
	first := &repeat{prefix: "data: ", unit: strings.Repeat("x", 1<<20), size: large, err: io.EOF}
	then := &repeat{prefix: "\n\n", unit: strings.Repeat("data: abc\n\n", 100), size: rest, err: io.EOF}
	src := &limited{src: io.MultiReader(first, then), most: 16 << 10}
	r := sse.NewReader(src)
	data, err := r.Next()
	require.NoError(t, err)
	require.Len(t, data, large-len("data: "))
	require.LessOrEqual(t, src.largest, 2*large)
	for then.at < rest/2 {
		_, err := r.Next()
		require.NoError(t, err)
	}
	src.largest = 0
	for then.at < rest {
		_, err := r.Next()
		require.NoError(t, err)
	}
	require.LessOrEqual(t, src.largest, 4<<10)
	assert.Less(t, heapAfter(before, 1<<20), 1<<20)
	runtime.KeepAlive(r)
}

func TestEndLetsGoOfTheBuffer(t *testing.T) {
	const large = 16 << 20
	unit := "data: " + strings.Repeat("x", large) + "\n\n"
	before := heap()
	r := sse.NewReader(iotest.DataErrReader(&repeat{unit: unit, size: len(unit), err: io.EOF}))
	data, err := r.Next()
	require.NoError(t, err)
	require.Len(t, data, large)
	data, err = r.Next()
	require.Equal(t, io.EOF, err)
	require.Nil(t, data)
	assert.Less(t, heapAfter(before, 1<<20), 1<<20)
	runtime.KeepAlive(unit)
	runtime.KeepAlive(r)
}

func TestMiddlingBufferIsGivenBack(t *testing.T) {
	bytes := &repeat{prefix: "data: " + long + "\n\n", unit: "data: " + long[:400] + "\n\n", size: 4 << 20, err: io.EOF}
	src := &limited{src: bytes, most: 1 << 30}
	r := sse.NewReader(src)
	_, err := r.Next()
	require.NoError(t, err)
	require.Greater(t, src.largest, 4<<10)
	for bytes.at < 3<<20 {
		_, err := r.Next()
		require.NoError(t, err)
	}
	src.largest = 0
	for bytes.at < 4<<20-64<<10 {
		_, err := r.Next()
		require.NoError(t, err)
	}
	require.LessOrEqual(t, src.largest, 4<<10)
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	event := strings.Repeat("x", 320)
	for name, unit := range map[string]string{
		"LF":                 "data: " + event + "\n\n",
		"CR":                 "data: " + event + "\r\r",
		"CRLF":               "data: " + event + "\r\n\r\n",
		"many lines":         "data: " + strings.Repeat("x\ndata:", 50) + "\n\n",
		"comments":           ": OPENROUTER PROCESSING\n\ndata: " + event + "\n\n",
		"other fields":       "event: x\nid: 1\ndata: " + event + "\n\n",
		"middling":           "data: " + long[:2500] + "\n\n",
		"larger than buffer": "data: " + long + "\n\n",
		"now and then large": strings.Repeat("data: "+event+"\n\n", 20) + "data: " + long + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			src := &repeat{unit: strings.Repeat(unit, 50), size: math.MaxInt, err: io.EOF}
			r := sse.NewReader(src)
			next := func() {
				if _, err := r.Next(); err != nil {
					t.Error(err)
				}
			}
			for range 100 {
				next()
			}
			require.Zero(t, testing.AllocsPerRun(1000, next), "per event")

			// That figure is rounded down, so count a buffer now and then too; the runtime has an allocation of its own.
			many := testing.AllocsPerRun(1, func() {
				for range 20_000 {
					next()
				}
			})
			require.Less(t, many, 10.0, "in 20,000 events")
		})
	}
}

// The work for a byte must not depend on how much is held: these take minutes if it does.
func TestWorkIsLinear(t *testing.T) {
	mixed := strings.Repeat("\r", 2<<20)
	lines := strings.Repeat("data\n", 1<<20)
	for name, in := range map[string]string{
		"large event in small reads":   "data: " + strings.Repeat("x", 16<<20) + "\n\n",
		"CR ends behind a large event": "data: " + strings.Repeat("x", 16<<20) + "\n\n" + mixed,
		"event of many lines":          lines + "\n",
		"comments in a large event":    "data: " + long + long + "\n" + strings.Repeat(": c\n", 1<<20) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			for _, most := range []int{700, 1 << 30} {
				src := &limited{src: strings.NewReader(in), most: most}
				r := sse.NewReader(src)
				data, err := r.Next()
				require.NoError(t, err)
				require.NotEmpty(t, data)
				_, err = r.Next()
				require.Equal(t, io.EOF, err)
			}
		})
	}
}

func TestReleaseKeepsTheBufferForTheNext(t *testing.T) {
	event := "data: " + strings.Repeat("x", 1<<20) + "\n\n"
	stream := event + event
	read := func() {
		r := sse.NewReader(strings.NewReader(stream))
		data, err := r.Next()
		require.NoError(t, err)
		require.Len(t, data, 1<<20)
		r.Release()
		_, err = r.Next()
		require.Equal(t, io.EOF, err)
	}
	read()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read()
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<10))
}
