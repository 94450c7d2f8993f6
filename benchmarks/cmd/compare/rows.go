package main

// The columns. What a benchmark calls a client is what the table does, too.
const (
	ours   = "openrouter"
	noMemo = "openrouter with the memo off" // ours in another build
	byHand = "encoding-json"
	alone  = "net-http"
)

var peers = []string{"go-openai", "openai-go"}

// row is a line of the table. The first of its metrics is what its ratios are
// made of.
type row struct {
	name    string // what -only is matched against and the table shows
	bench   string // the benchmark, without its client
	metrics []metric
	floors  []floor // others than net/http alone
	main    string  // the floor that the last ratio is about
	memo    bool    // worth running with the memo off
	extra   bool    // the last ratio is shown as a difference, too
	once    bool    // one iteration is long enough
	kept    bool    // the last metric is memory, to be compared with what is kept
	sent    bool    // the same, with the size of the body
	plain   bool    // a count, of which ratios say nothing
}

type metric struct {
	unit string // in the lines of the benchmarks
	form func(float64) string
	tail string // behind the figure
}

type floor struct{ name, label string }

var (
	perChunk = []metric{{"cpu-ns/chunk", duration, ""}, {"allocs/chunk", count, " allocs"}, {"B/chunk", count, " B"}}
	perCall  = []metric{{"cpu-ns/op", duration, ""}, {"allocs/op", count, " allocs"}, {"B/op", size, ""}}

	streamFloors = []floor{{"floor-newlines", "newlines"}, {"floor-lines", "line scan"}, {"floor-valid", "json.Valid"}}
	pacedFloor   = []floor{{"floor-lines", "line scan"}}
	validFloor   = []floor{{"floor-valid", "json.Valid"}}
	copyFloor    = []floor{{"floor-copy", "copy"}}
)

// rows returns the rows that are benchmarks, in the order of the table.
func rows(quick bool) []row {
	list := []row{
		{name: "stream: text, a chunk", bench: "Stream/text", metrics: perChunk, floors: streamFloors, main: "floor-lines", memo: true},
		{name: "stream: text in single events, a chunk", bench: "Stream/text-paced", metrics: perChunk, floors: pacedFloor, main: "floor-lines", memo: true},
		{name: "stream: text, collected, a chunk", bench: "Stream/text-collected", metrics: perChunk, floors: pacedFloor, main: "floor-lines", memo: true},
		{name: "stream: reasoning, a chunk", bench: "Stream/reasoning", metrics: perChunk, floors: streamFloors, main: "floor-lines", memo: true},
		{name: "stream: reasoning, collected, a chunk", bench: "Stream/reasoning-collected", metrics: perChunk, floors: pacedFloor, main: "floor-lines", memo: true},
		{name: "stream: tool calls, a chunk", bench: "Stream/tools", metrics: perChunk, floors: streamFloors, main: "floor-lines", memo: true},
		{name: "stream: tool calls, collected, a chunk", bench: "Stream/tools-collected", metrics: perChunk, floors: pacedFloor, main: "floor-lines", memo: true},
		{name: "stream: a 4 MiB image", bench: "Stream/image", metrics: perCall, floors: streamFloors, main: "floor-valid", memo: true, kept: true},
		{name: "answer: 64 KiB with logprobs", bench: "Answer/logprobs", metrics: perCall, floors: validFloor, main: "floor-valid", kept: true},
		{name: "answer: a tiny call", bench: "Answer/small", metrics: perCall, floors: validFloor, main: alone},
		{name: "request: 200 messages, 50 KiB", bench: "Request/conversation", metrics: perCall, floors: copyFloor, main: "floor-copy"},
		{name: "request: an 8 MiB image", bench: "Request/image", metrics: perCall, floors: copyFloor, main: "floor-copy", sent: true},
		{name: "first chunk over loopback, median wait", bench: "First", metrics: []metric{{"p50-ns/first", duration, ""}, {"cpu-ns/op", duration, " CPU"}}, main: alone, extra: true},
	}
	for _, n := range []struct{ bench, name string }{{"Open/2000", "2,000 open streams"}, {"Open/10000", "10,000 open streams"}} {
		if quick && n.bench == "Open/10000" {
			continue
		}
		list = append(list,
			row{name: n.name + ", resident memory of each", bench: n.bench, metrics: []metric{{"resident-B/stream", size, ""}}, main: alone, extra: true, once: true},
			row{name: n.name + ", live memory of each", bench: n.bench, metrics: []metric{{"live-B/stream", size, ""}}, main: alone, extra: true, once: true},
			row{name: n.name + ", CPU of each", bench: n.bench, metrics: []metric{{"cpu-ns/stream", duration, ""}}, main: alone, extra: true, once: true})
	}
	return append(list,
		row{name: "connections for 50 streams in turn", bench: "Reuse", metrics: []metric{{"conns/50-in-turn", count, ""}}, main: alone, once: true, plain: true},
		row{name: "connections for 4 times 32 streams in parallel", bench: "Reuse", metrics: []metric{{"conns/4x32-parallel", count, ""}}, main: alone, once: true, plain: true})
}

// importRows are about the programs in the directory imports.
var importRows = []row{
	{name: "import: binary", bench: "import", metrics: []metric{{"binary", size, ""}, {"stripped", size, " stripped"}}, main: alone, extra: true},
	{name: "import: cold build, CPU", bench: "import", metrics: []metric{{"build-cpu", duration, ""}, {"build-wall", duration, " of time"}}, main: alone, extra: true},
	{name: "import: modules", bench: "import", metrics: []metric{{"modules", count, ""}}, main: alone, plain: true},
	{name: "import: packages", bench: "import", metrics: []metric{{"packages", count, ""}}, main: alone, plain: true},
}

// programs are the directories of the columns.
var programs = map[string]string{ours: "openrouter", "go-openai": "goopenai", "openai-go": "openaigo", byHand: "byhand", alone: "nethttp"}
