package main

import (
	"fmt"
	"time"
)

// The bounds that are on by default. The test holds the library to them.
const (
	defaultTimeout = 10 * time.Minute
	defaultIdle    = 2 * time.Minute
)

type timeline struct {
	Marks []mark
	Rows  []bound
}

// mark is something that comes from the service, or the request that asks for it.
type mark struct {
	X    int
	Kind string // request, header, comment, empty, text or done
}

// bound is a clock, and the spans of time in which it runs.
type bound struct {
	Y                    int
	Name, About, Default string
	Kind                 string
	Spans                []span
}

type span struct{ From, Length int }

// bounds lays a stream out that meets them all.
func bounds() timeline {
	t := timeline{Marks: []mark{
		{50, "request"}, {120, "header"}, {170, "comment"}, {215, "comment"}, {265, "empty"},
		{330, "text"}, {355, "text"}, {380, "text"}, {405, "text"}, {480, "comment"}, {545, "comment"},
		{620, "text"}, {645, "text"}, {670, "text"}, {740, "done"},
	}}
	var bytes, content []int
	for _, m := range t.Marks {
		if m.Kind != "request" {
			bytes = append(bytes, m.X)
		}
		if m.Kind == "header" || m.Kind == "text" || m.Kind == "done" {
			content = append(content, m.X)
		}
	}
	const start, first, end = 50, 265, 740 // the request, the first chunk, the end mark
	t.Rows = []bound{
		{Name: "WithTimeout", About: "from the request to the first chunk", Default: minutes(defaultTimeout), Kind: "a", Spans: spans(start, first)},
		{Name: "WithStreamIdleTimeout", About: "between any two bytes, comments included", Default: minutes(defaultIdle), Kind: "b", Spans: spans(bytes...)},
		{Name: "WithContentTimeout", About: "to the first content, then between any two pieces of it", Default: "off", Kind: "c", Spans: spans(content...)},
		{Name: "the context of the call", About: "over everything", Default: "what you set", Kind: "d", Spans: spans(start, end)},
	}
	for i := range t.Rows {
		t.Rows[i].Y = 160 + 50*i
	}
	return t
}

// spans are those between one mark and the next.
func spans(at ...int) (all []span) {
	for i := range at[1:] {
		all = append(all, span{at[i] + 1, at[i+1] - at[i] - 2})
	}
	return all
}

func minutes(d time.Duration) string { return fmt.Sprintf("%d minutes", d/time.Minute) }
