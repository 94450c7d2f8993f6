package main

import (
	"os"
	"testing"
)

// FAULTS.md is what the program writes.
func TestPageIsCurrent(t *testing.T) {
	want, err := os.ReadFile("../../FAULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(page()); got != string(want) {
		t.Errorf("FAULTS.md is not what go generate ./cmd/faults writes, which is\n%s", got)
	}
}
