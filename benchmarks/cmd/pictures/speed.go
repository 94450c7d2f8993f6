package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// chosen are the rows of RESULTS.md that most programs meet.
var chosen = []struct{ row, name, about string }{
	{"stream: text, a chunk", "Loop over a stream", "Chunks, time per chunk"},
	{"stream: text, collected, a chunk", "Collect a stream", "Collect, time per chunk"},
	{"request: 200 messages, 50 KiB", "Send a long conversation", "200 messages, 50 KiB"},
	{"answer: a tiny call", "Make a short call", "Create, both bodies are short"},
}

type speedChart struct {
	Bars   []speedBar
	Behind string // the rows where another client is ahead
	About  string
}

type speedBar struct {
	Name, About    string
	Ours, Theirs   string // the times
	Peer, Ratio    string
	Y, Long, Short int
}

const longest = 290 // pixels of the longest bar

// speed reads the columns of the standard build.
func speed(page string) speedChart {
	table := tables(page)[0]
	column := func(name string) int { return slices.Index(table[0], name) }
	ratio := func(row []string) float64 {
		r, _ := strconv.ParseFloat(strings.TrimSuffix(row[column("fastest peer ÷ this")], "×"), 64)
		return r
	}
	standard := func(name string) []string {
		for _, row := range table {
			if row[0] == name && row[1] == "standard" {
				return row
			}
		}
		fail("RESULTS.md has no row %q", name)
		return nil
	}

	most := 0.0
	for _, c := range chosen {
		most = max(most, ratio(standard(c.row)))
	}
	var chart speedChart
	for i, c := range chosen {
		row := standard(c.row)
		bar := speedBar{Name: c.name, About: c.about, Y: 76 + 60*i, Ours: first(row[column("this library")])}
		bar.Long, bar.Short = int(ratio(row)/most*longest), int(1/most*longest)
		bar.Ratio = row[column("fastest peer ÷ this")]
		for _, peer := range []string{"go-openai", "openai-go"} {
			if t := first(row[column(peer)]); bar.Theirs == "" || parsed(t) < parsed(bar.Theirs) {
				bar.Peer, bar.Theirs = peer, t
			}
		}
		chart.Bars = append(chart.Bars, bar)
	}
	var behind []string
	for _, row := range table {
		if r := ratio(row); row[1] == "standard" && r > 0 && r < 1 {
			name, _, _ := strings.Cut(strings.TrimPrefix(row[0], "import: "), ",")
			behind = append(behind, fmt.Sprintf("%s %.2f×", name, r))
		}
	}
	chart.Behind = strings.Join(behind, ", ")
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "go1") {
			chart.About, _, _ = strings.Cut(line, ";")
		}
	}
	return chart
}

// first is the first figure of a cell, the time.
func first(cell string) string {
	figure, _, _ := strings.Cut(cell, ",")
	return figure
}

func parsed(figure string) time.Duration {
	d, err := time.ParseDuration(strings.ReplaceAll(figure, " ", ""))
	if err != nil {
		fail("RESULTS.md: %v", err)
	}
	return d
}
