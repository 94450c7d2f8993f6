package sse

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
)

// spare holds buffers larger than keepBuf that are not in use, the largest last. An event of megabytes grows through several; the next
// stream with one starts where that ended. A sync.Pool forgets most of them: it is one for each processor, and empty after two collections.
var spare struct {
	sync.Mutex
	buffers [][]byte
	watched bool
	unused  bool // since the last collection
}

const (
	maxSpare     = 4
	maxSpareSize = 8 << 20 // a larger one is left to the garbage collector
)

// borrow returns a buffer of the given size, and perhaps with room to grow in place.
func borrow(size int) []byte {
	if size > keepBuf {
		spare.Lock()
		defer spare.Unlock()
		if last := len(spare.buffers) - 1; last >= 0 && cap(spare.buffers[last]) >= size {
			b := spare.buffers[last]
			spare.buffers = slices.Delete(spare.buffers, last, last+1)
			spare.unused = false
			return b[:size]
		}
	}
	return make([]byte, size)
}

// giveBack takes a buffer that nobody reads any more.
func giveBack(b []byte) {
	if cap(b) <= keepBuf || cap(b) > maxSpareSize {
		return
	}
	spare.Lock()
	defer spare.Unlock()
	i, _ := slices.BinarySearchFunc(spare.buffers, b, func(x, y []byte) int { return cmp.Compare(cap(x), cap(y)) })
	spare.buffers = slices.Insert(spare.buffers, i, b)
	if len(spare.buffers) > maxSpare {
		spare.buffers = slices.Delete(spare.buffers, 0, 1)
	}
	spare.unused = false
	if !spare.watched {
		spare.watched = true
		watch()
	}
}

// watch lets go of all that is spare when it was not used between two collections.
func watch() {
	runtime.AddCleanup(new([16]byte), func(struct{}) {
		spare.Lock()
		defer spare.Unlock()
		if spare.unused {
			spare.buffers = nil
		}
		if spare.watched = len(spare.buffers) > 0; spare.watched {
			spare.unused = true
			watch()
		}
	}, struct{}{})
}
