package benchmarks

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/openrouter-go/openrouter/benchmarks/internal/clients"
	"github.com/openrouter-go/openrouter/benchmarks/internal/load"
	"github.com/openrouter-go/openrouter/benchmarks/internal/measure"
)

// BenchmarkFirst takes the time from the call to the first chunk, over
// loopback, with the server in another process and a connection that is open.
func BenchmarkFirst(b *testing.B) {
	for _, name := range clients.All {
		b.Run(name, func(b *testing.B) {
			server := startServer(b)
			client := online(b, name, server.URL+load.StreamPath)
			var waits []time.Duration
			measure.Loop(b, "op", 1, func() error {
				start, first := time.Now(), true
				_, err := client.Stream(context.Background(), func() {
					if first {
						first = false
						waits = append(waits, time.Since(start))
					}
				})
				return err
			})
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)/2]), "p50-ns/first")
		})
	}
}

// BenchmarkOpen holds many streams open at once: client and server are
// processes of their own.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{2000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for _, name := range clients.All {
				b.Run(name, func(b *testing.B) {
					var resident, live, cpu float64
					for b.Loop() {
						res, err := load.Run(b.Context(), name, n, *events)
						if err != nil {
							b.Fatal(err)
						}
						resident += float64(res.Resident)
						live += float64(res.Live)
						cpu += float64(res.CPU)
					}
					streams := float64(b.N) * float64(n)
					b.ReportMetric(resident/streams, "resident-B/stream")
					b.ReportMetric(live/streams, "live-B/stream")
					b.ReportMetric(cpu/streams, "cpu-ns/stream")
				})
			}
		})
	}
}

// BenchmarkReuse counts the connections that short streams take, one after the
// other and in parallel. The server ends each body 2 ms after [DONE].
func BenchmarkReuse(b *testing.B) {
	const inTurn, waves, parallel = 50, 4, 32
	for _, name := range clients.All {
		b.Run(name, func(b *testing.B) {
			var one, many float64
			for b.Loop() {
				one += connections(b, name, func(stream func()) {
					for range inTurn {
						stream()
					}
				})
				many += connections(b, name, func(stream func()) {
					for range waves {
						var wg sync.WaitGroup
						for range parallel {
							wg.Go(stream)
						}
						wg.Wait()
					}
				})
			}
			b.ReportMetric(one/float64(b.N), "conns/50-in-turn")
			b.ReportMetric(many/float64(b.N), "conns/4x32-parallel")
		})
	}
}

// connections is how many connections a new client opens for what run does.
func connections(b *testing.B, name string, run func(stream func())) float64 {
	b.Helper()
	server := startServer(b)
	defer server.Close()
	client := online(b, name, server.URL+load.LatePath)
	run(func() {
		if _, err := client.Stream(context.Background(), nil); err != nil {
			b.Error(err)
		}
	})
	n, err := server.Connections()
	if err != nil {
		b.Fatal(err)
	}
	return float64(n)
}

func startServer(tb testing.TB) *load.Server {
	tb.Helper()
	server, err := load.StartServer(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(server.Close)
	return server
}

// online returns a client with its own default transport.
func online(tb testing.TB, name, url string) clients.Client {
	tb.Helper()
	c, err := clients.New(name, url, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}
