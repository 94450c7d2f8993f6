// Package measure takes processor time and memory around the loop of a
// benchmark.
package measure

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// CPU is the processor time this process has taken, in user and system mode,
// on all threads, the garbage collector's included.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Loop runs f as the loop of b and reports the processor time, the allocations
// and the allocated bytes of one unit, of which f does n.
func Loop(b *testing.B, unit string, n int, f func() error) {
	b.Helper()
	b.ReportAllocs()
	if err := f(); err != nil { // what is made only once
		b.Fatal(err)
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := CPU()
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	cpu := CPU() - start
	runtime.ReadMemStats(&after)
	units := float64(b.N) * float64(n)
	b.ReportMetric(float64(cpu)/units, "cpu-ns/"+unit)
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/units, "allocs/"+unit)
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/units, "B/"+unit)
}

// Kept is the memory that a result keeps alive.
func Kept(f func() (any, error)) (float64, error) {
	const n = 4
	held := make([]any, n)
	if _, err := f(); err != nil { // what is made only once
		return 0, err
	}
	before := live()
	for i := range held {
		v, err := f()
		if err != nil {
			return 0, err
		}
		held[i] = v
	}
	after := live()
	runtime.KeepAlive(held)
	return max(0, float64(after)-float64(before)) / n, nil
}

func live() uint64 {
	var m runtime.MemStats
	for range 10 { // finalizers, cleanups and pools take a cycle each, and goroutines that must have run
		runtime.GC()
		runtime.Gosched()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Live is the heap that is reachable, with the stacks.
func Live() uint64 {
	h := live()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return h + m.StackInuse
}

// Resident is the memory of this process that is in RAM and is no part of a
// file, in bytes, or 0 where the system does not say.
func Resident() uint64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, found := bytes.Cut(data, []byte("RssAnon:"))
	if !found {
		return 0
	}
	fields := bytes.Fields(rest)
	kb, err := strconv.ParseUint(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kb << 10
}

// RaiseFileLimit allows this process as many open files as it may have, and
// returns their number. A child starts with the lower limit of its parent.
func RaiseFileLimit() uint64 {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	l.Cur = l.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	return l.Cur
}
