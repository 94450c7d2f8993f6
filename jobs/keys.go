package jobs

import (
	"encoding/binary"
	"hash/maphash"
)

// keySet is what a run remembers of every key: a hash of 16 bytes, so that a million keys take some
// 30 MB. Two of a billion keys share a hash with a probability of 1 in 10^20.
type keySet map[keyHash]keyState

type keyHash [16]byte

type keyState uint8

const (
	storedDone   keyState = 1 << iota // the store has an answer
	storedFailed                      // the store has a failure
	read                              // the source of this run had it
)

var keySeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func hashOf(key string) keyHash {
	var h keyHash
	binary.LittleEndian.PutUint64(h[:8], maphash.String(keySeeds[0], key))
	binary.LittleEndian.PutUint64(h[8:], maphash.String(keySeeds[1], key))
	return h
}
