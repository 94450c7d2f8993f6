package load

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openrouter-go/openrouter/benchmarks/internal/clients"
	"github.com/openrouter-go/openrouter/benchmarks/internal/measure"
)

// Result is what a client says at its end.
type Result struct {
	Complete int    // streams that ended with the text that was sent
	Failure  string // one of the others

	CPU      time.Duration // from before the first stream to after the last
	Resident uint64        // of the open streams
	Live     uint64        // of the open streams, after a collection
}

// opening is how many streams are opened at a time.
const opening = 128

// hold opens n streams, and says "open" once each has its first chunk, then
// "held" once each has the given number of events more and the memory is
// taken, then the result.
func hold(out io.Writer, name, addr string, n, events int) error {
	if limit := measure.RaiseFileLimit(); limit < uint64(n)+64 {
		return fmt.Errorf("%d streams need more files than the limit of %d allows", n, limit)
	}
	client, err := clients.New(name, addr+GatedPath, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), holdFor)
	defer cancel()
	want := sent(events)

	// Warm: what a process needs once is not a stream's.
	warm, err := clients.New(name, addr+StreamPath, nil)
	if err != nil {
		return err
	}
	if _, err := warm.Stream(ctx, nil); err != nil {
		return fmt.Errorf("first stream: %w", err)
	}
	live, resident, cpu := measure.Live(), measure.Resident(), measure.CPU()

	var res Result
	var mu sync.Mutex
	var got atomic.Int64
	places := make(chan struct{}, opening)
	var wg sync.WaitGroup
	failed := make(chan struct{})
	var fail sync.Once
	go func() {
		for range n {
			places <- struct{}{}
			wg.Go(func() {
				first := true
				r, err := client.Stream(ctx, func() {
					got.Add(1)
					if first {
						first = false
						<-places
					}
				})
				if err == nil {
					err = clients.Check(name, r.Answer, want)
				}
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					res.Failure = err.Error()
					fail.Do(func() { close(failed) })
					return
				}
				res.Complete++
			})
		}
	}()
	wait := func(total int) error {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for got.Load() < int64(total) {
			select {
			case <-tick.C:
			case <-failed:
				mu.Lock()
				defer mu.Unlock()
				return fmt.Errorf("after %d of %d chunks: %s", got.Load(), total, res.Failure)
			case <-ctx.Done():
				return fmt.Errorf("after %d of %d chunks: %w", got.Load(), total, ctx.Err())
			}
		}
		return nil
	}
	if err := wait(n); err != nil {
		return err
	}
	fmt.Fprintln(out, "open")
	if err := wait(n * (1 + events)); err != nil {
		return err
	}
	time.Sleep(50 * time.Millisecond)
	res.Resident = above(measure.Resident(), resident)
	before := measure.CPU()
	res.Live = above(measure.Live(), live)
	collecting := measure.CPU() - before // is ours, not the streams'
	fmt.Fprintln(out, "held")
	wg.Wait()
	res.CPU = measure.CPU() - cpu - collecting
	return json.NewEncoder(out).Encode(res)
}

func above(now, before uint64) uint64 { return now - min(now, before) }

// Main is the program of a child.
func Main() error {
	switch os.Getenv(roleVariable) {
	case "server":
		return serve(os.Stdin, os.Stdout)
	case "client":
		args := strings.Fields(os.Getenv(argsVariable))
		if len(args) != 4 {
			return fmt.Errorf("want 4 arguments, got %q", args)
		}
		n, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		events, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		// The parent that is gone must not leave this process behind.
		go func() {
			_, _ = io.Copy(io.Discard, bufio.NewReader(os.Stdin))
			os.Exit(1)
		}()
		return hold(os.Stdout, args[0], args[1], n, events)
	}
	return nil
}
