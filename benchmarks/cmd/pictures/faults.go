package main

import (
	"fmt"
	"strings"
)

type faultTable struct {
	Clients []cell
	Groups  []faultGroup
	Counts  []cell
	Bottom  int
	Height  int
}

type faultGroup struct {
	Y    int
	Name string
	Rows []faultRow
}

type faultRow struct {
	Y     int
	Name  string
	Cells []cell
}

type cell struct {
	X          int
	Word, Kind string
}

// kinds are the colours of the words of FAULTS.md.
var kinds = map[string]string{"typed error": "typed", "other error": "other", "no error": "none", "no end": "endless"}

// faults reads both tables.
func faults(page string) faultTable {
	x := func(i int) int { return 350 + 145*i }
	var t faultTable
	errors, y, all := map[int]int{}, 114, 0
	for _, table := range tables(page) {
		group := faultGroup{Y: y, Name: table[0][0] + " …"}
		t.Clients = nil
		for i, name := range table[0][1:] {
			t.Clients = append(t.Clients, cell{X: x(i), Word: name})
		}
		for _, row := range table[1:] {
			y += 26
			all++
			drawn := faultRow{Y: y, Name: row[0]}
			for i, text := range row[1:] {
				word, _, _ := strings.Cut(text, ":")
				kind, ok := kinds[word]
				if !ok {
					fail("FAULTS.md: no colour for %q", word)
				}
				if strings.HasSuffix(word, " error") && word != "no error" {
					errors[i]++
				}
				drawn.Cells = append(drawn.Cells, cell{x(i), word, kind})
			}
			group.Rows = append(group.Rows, drawn)
		}
		t.Groups = append(t.Groups, group)
		y += 36
	}
	for i := range t.Clients {
		t.Counts = append(t.Counts, cell{X: x(i), Word: fmt.Sprintf("%d of %d", errors[i], all)})
	}
	t.Bottom, t.Height = y, y+36
	return t
}
