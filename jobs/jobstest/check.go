package jobstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/openrouter-go/openrouter/jobs"
)

// The checks are written here, so that this package brings no library of assertions.

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, isTrue bool, format string, args ...any) {
	t.Helper()
	if !isTrue {
		t.Fatalf(format, args...)
	}
}

func equal[T any](t *testing.T, want, got T, what ...any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("want %v, got %v: %s", want, got, fmt.Sprint(what...))
	}
}

// same compares what two results say as JSON.
func same(t *testing.T, want, got jobs.Result) {
	t.Helper()
	w, g := members(t, want), members(t, got)
	if !reflect.DeepEqual(w, g) {
		t.Fatalf("a result came back changed:\nwant %v\ngot  %v", w, g)
	}
}

func members(t *testing.T, r jobs.Result) (v any) {
	t.Helper()
	data, err := json.Marshal(r)
	must(t, err)
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	must(t, d.Decode(&v))
	return v
}
