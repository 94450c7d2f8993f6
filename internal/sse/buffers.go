package sse

import (
	"math/bits"
	"sync"
)

// large holds buffers above keepBuf by the bits of their size, a power of two: an event of megabytes grows through several of them,
// and the next stream with one needs the same again. Memory that stays unused is the garbage collector's.
var large [64]sync.Pool

func borrow(size int) []byte {
	if size > keepBuf {
		if b, ok := large[bits.Len(uint(size))].Get().(*[]byte); ok {
			return *b
		}
	}
	return make([]byte, size)
}

// giveBack takes a buffer that nobody reads any more.
func giveBack(b []byte) {
	if len(b) > keepBuf {
		large[bits.Len(uint(len(b)))].Put(&b)
	}
}
