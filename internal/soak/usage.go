package main

import (
	"fmt"
	"io"
	"runtime"
	"time"
)

// usage is what a process holds.
type usage struct {
	heap       uint64 // bytes in use after a collection
	goroutines int
}

func (u usage) mib() float64 { return float64(u.heap) / (1 << 20) }

// measure collects garbage twice: what the first finds abandoned closes its
// connection, which the second finds.
func measure() usage {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{m.HeapInuse, runtime.NumGoroutine()}
}

// sample is how both processes are at a time.
type sample struct {
	at             time.Duration
	client, server usage
	calls          int64
}

type samples struct {
	list  []sample
	after *usage // of the client, when all is over
}

// The end may exceed the beginning by half, and by this much.
const (
	heapSlack      = 16 << 20
	goroutineSlack = 200
)

func (s samples) first() sample { return s.list[0] }
func (s samples) last() sample  { return s.list[len(s.list)-1] }

// print shows the beginning, the middle and the end.
func (s samples) print(out io.Writer) {
	if len(s.list) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%-8s %8s %12s %12s %14s %14s\n", "", "at", "heap", "goroutines", "server's heap", "goroutines")
	for _, row := range []struct {
		name string
		sample
	}{{"start", s.first()}, {"middle", s.list[len(s.list)/2]}, {"end", s.last()}} {
		fmt.Fprintf(out, "%-8s %7.0fs %8.1f MiB %12d %10.1f MiB %14d\n", row.name, row.at.Seconds(),
			row.client.mib(), row.client.goroutines, row.server.mib(), row.server.goroutines)
	}
	if s.after != nil {
		fmt.Fprintf(out, "%-8s %8s %8.1f MiB %12d\n", "at rest", "", s.after.mib(), s.after.goroutines)
	}
}

// grew is an error if this side needs clearly more at the end than at the
// beginning, or the server more goroutines. The server's heap is not looked at:
// it remembers the last 10,000 requests, which takes a while to fill.
func (s samples) grew() error {
	if len(s.list) < 2 {
		return nil
	}
	first, last := s.first(), s.last()
	switch {
	case last.client.heap > first.client.heap*3/2+heapSlack:
		return fmt.Errorf("the heap grew from %.1f to %.1f MiB", first.client.mib(), last.client.mib())
	case last.client.goroutines > first.client.goroutines*3/2+goroutineSlack:
		return fmt.Errorf("%d goroutines became %d", first.client.goroutines, last.client.goroutines)
	case last.server.goroutines > first.server.goroutines*3/2+goroutineSlack:
		return fmt.Errorf("%d goroutines of the server became %d", first.server.goroutines, last.server.goroutines)
	}
	return nil
}
