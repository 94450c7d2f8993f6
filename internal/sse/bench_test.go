package sse_test

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/openrouter-go/openrouter/internal/sse"
)

// BenchmarkReader reads 2,000 events of 320 bytes, beside a scan of the same bytes for lines.
func BenchmarkReader(b *testing.B) {
	const events = 2000
	data := []byte(strings.Repeat("x", 320-len("data: \n\n")))
	var stream []byte
	for range events {
		stream = sse.AppendEvent(stream, data)
	}
	perEvent := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/events, "ns/event")
	}

	b.Run("sse", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(stream)))
		for b.Loop() {
			r, n := sse.NewReader(bytes.NewReader(stream)), 0
			for {
				data, err := r.Next()
				if err != nil {
					break
				}
				n += len(data)
			}
			if n != events*len(data) {
				b.Fatal(n)
			}
		}
		perEvent(b)
	})
	b.Run("bufio", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(stream)))
		for b.Loop() {
			r, n := bufio.NewReader(bytes.NewReader(stream)), 0
			for {
				line, err := r.ReadSlice('\n')
				if err != nil {
					break
				}
				n += len(line)
			}
			if n != len(stream) {
				b.Fatal(n)
			}
		}
		perEvent(b)
	})
}
