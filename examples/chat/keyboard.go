package main

import (
	"bytes"
	"context"
	"io"
	"sync"
)

const (
	ctrlC  = 3
	ctrlD  = 4
	escape = 0x1b
)

// keyboard is the input of a terminal in raw mode, where Ctrl-C is a byte like any other. Keys count
// only while somebody listens: what is typed during an answer cannot allow a call by mistake.
type keyboard struct {
	mu          sync.Mutex
	changed     *sync.Cond
	buf         []byte
	err         error
	isListening bool
	paste       paste
	onInterrupt func() // for Ctrl-C while nobody listens
	interrupts  int    // Ctrl-C in a row
}

func newKeyboard() *keyboard {
	k := &keyboard{}
	k.changed = sync.NewCond(&k.mu)
	return k
}

// pump reads keys until the input ends.
func (k *keyboard) pump(in io.Reader) {
	buf := make([]byte, 4096)
	for {
		n, err := in.Read(buf)
		k.take(buf[:n])
		if err != nil {
			k.end(err)
			return
		}
	}
}

func (k *keyboard) take(keys []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	keys = k.paste.convert(keys)
	isInterrupt := bytes.IndexByte(keys, ctrlC) >= 0
	if isInterrupt {
		k.interrupts++
	}
	switch {
	case k.isListening:
		k.buf = append(k.buf, keys...)
		k.changed.Broadcast()
	case isInterrupt && k.onInterrupt != nil:
		k.onInterrupt()
	}
}

// end makes every Read return err.
func (k *keyboard) end(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
	k.changed.Broadcast()
}

// pasted puts what was pasted into a line.
func (k *keyboard) pasted(line string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.paste.expand(line)
}

// listen begins to take keys. What was typed before is gone. The function it returns ends that.
func (k *keyboard) listen() (stop func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.isListening, k.buf = true, nil
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.isListening, k.buf = false, nil
	}
}

// listenForKeys is listen without what is pasted.
func (k *keyboard) listenForKeys() (stop func()) {
	stopListening := k.listen()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.paste.isIgnored = true
	return func() {
		stopListening()
		k.mu.Lock()
		defer k.mu.Unlock()
		k.paste.isIgnored = false
	}
}

// Read waits for keys.
func (k *keyboard) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.buf) == 0 && k.err == nil {
		k.changed.Wait()
	}
	if len(k.buf) == 0 {
		return 0, k.err
	}
	n := copy(p, k.buf)
	k.buf = k.buf[n:]
	return n, nil
}

// key waits for one key, or for the end of ctx.
func (k *keyboard) key(ctx context.Context) (byte, error) {
	defer context.AfterFunc(ctx, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.changed.Broadcast()
	})()
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.buf) == 0 {
		switch {
		case k.err != nil:
			return 0, k.err
		case ctx.Err() != nil:
			return 0, ctx.Err()
		}
		k.changed.Wait()
	}
	key := k.buf[0]
	k.buf = k.buf[1:]
	return key, nil
}

// interrupted returns how often Ctrl-C came since the last reset.
func (k *keyboard) interrupted() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.interrupts
}

func (k *keyboard) reset() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.interrupts = 0
}

// interrupt does what Ctrl-C does while nobody listens.
func (k *keyboard) interrupt() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.onInterrupt != nil {
		k.onInterrupt()
	}
}

func (k *keyboard) setInterrupt(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.onInterrupt = f
}
