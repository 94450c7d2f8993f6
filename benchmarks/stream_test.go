package benchmarks

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/openrouter-go/openrouter/benchmarks/internal/clients"
	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
	"github.com/openrouter-go/openrouter/benchmarks/internal/measure"
)

// streamCase is a stream and the unit its cost is given in.
type streamCase struct {
	name, stream, unit string
	paced              bool // each read of the body gets one event
	collect            bool // nobody looks at the chunks
}

var streamCases = []streamCase{
	{name: "text", stream: "text", unit: "chunk"},
	{name: "text-paced", stream: "text", unit: "chunk", paced: true},
	{name: "text-collected", stream: "text", unit: "chunk", collect: true},
	{name: "reasoning", stream: "reasoning", unit: "chunk"},
	{name: "reasoning-collected", stream: "reasoning", unit: "chunk", collect: true},
	{name: "tools", stream: "tools", unit: "chunk"},
	{name: "tools-collected", stream: "tools", unit: "chunk", collect: true},
	{name: "image", stream: "image", unit: "op"},
}

func (sc streamCase) memory() (*clients.Memory, *corpus.Stream, int) {
	s := corpus.Streams[sc.stream]()
	m := &clients.Memory{Type: "text/event-stream", Body: s.Body}
	if sc.paced {
		m.Pieces = s.Events
	}
	units := 1
	if sc.unit == "chunk" {
		units = s.Chunks
	}
	return m, s, units
}

// BenchmarkStream reads a stream to its end and merges it.
func BenchmarkStream(b *testing.B) {
	for _, c := range streamCases {
		b.Run(c.name, func(b *testing.B) {
			for _, name := range clients.All {
				b.Run(name, func(b *testing.B) { c.run(b, name) })
			}
			c.floors(b)
		})
	}
}

func (sc streamCase) run(b *testing.B, name string) {
	m, s, units := sc.memory()
	client := inMemory(b, name, m)
	ctx := context.Background()
	read := func(ctx context.Context) (clients.Result, error) { return client.Stream(ctx, nil) }
	if c, ok := client.(clients.Collector); ok && sc.collect {
		read = c.Collect
	}
	mustRead(b, name, s.Want, read)
	var kept float64
	if sc.unit == "op" {
		kept = mustKeep(b, read)
	}
	measure.Loop(b, sc.unit, units, func() error {
		_, err := read(ctx)
		return err
	})
	if kept > 0 {
		b.ReportMetric(kept, "kept-B/op")
	}
}

// mustKeep returns the size of what a result keeps alive.
func mustKeep(b *testing.B, read func(context.Context) (clients.Result, error)) float64 {
	b.Helper()
	kept, err := measure.Kept(func() (any, error) {
		r, err := read(context.Background())
		return r.Kept, err
	})
	if err != nil {
		b.Fatal(err)
	}
	return kept
}

// floors are passes over the same bytes that every client has to make in some
// form.
func (sc streamCase) floors(b *testing.B) {
	m, s, units := sc.memory()
	values := s.Values()
	lines := bytes.Count(s.Body, []byte("\n"))
	for _, floor := range []struct {
		name string
		pass func() error
	}{
		{"floor-newlines", func() error {
			n := 0
			for rest := s.Body; ; n++ {
				i := bytes.IndexByte(rest, '\n')
				if i < 0 {
					break
				}
				rest = rest[i+1:]
			}
			return counted(n, lines)
		}},
		{"floor-lines", func() error {
			scan := bufio.NewScanner(m.Reader())
			scan.Buffer(nil, len(s.Body)+1)
			n := 0
			for scan.Scan() {
				n++
			}
			return errors.Join(scan.Err(), counted(n, lines))
		}},
		{"floor-valid", func() error {
			for _, v := range values {
				if !json.Valid(v) {
					return errors.New("a chunk is not valid JSON")
				}
			}
			return nil
		}},
	} {
		b.Run(floor.name, func(b *testing.B) { measure.Loop(b, sc.unit, units, floor.pass) })
	}
}

func counted(got, want int) error {
	if got != want {
		return fmt.Errorf("found %d lines, want %d", got, want)
	}
	return nil
}
