package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// about says what was measured where.
func (r *runner) about(ctx context.Context, took time.Duration) (string, error) {
	version, err := output(r.goCommand(ctx, r.builds[0], "version"))
	if err != nil {
		return "", err
	}
	modules, err := output(r.goCommand(ctx, r.builds[0], "list", "-m", "-f", "{{.Path}} {{.Version}}",
		"github.com/sashabaranov/go-openai", "github.com/openai/openai-go/v3"))
	if err != nil {
		return "", err
	}
	s := fmt.Sprintf("%s, %s, %d CPUs; %s. Medians of %d rounds of %s (open streams and connections: %d, cold builds: %d), the clients in turn; measured in %s.",
		strings.TrimSpace(strings.TrimPrefix(version, "go version ")), processor(), runtime.NumCPU(),
		strings.Join(strings.Split(strings.TrimSpace(modules), "\n"), ", "), r.rounds, r.benchtime, r.openRounds, r.buildRounds, took.Round(time.Second))
	if r.noMemo != "" {
		s += " Without a column for this library with the memo off: " + r.noMemo + "."
	}
	return s, nil
}

func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return runtime.GOARCH
}

// table prints the figures and their ratios.
func (r *runner) table(w io.Writer) {
	header := []string{"what", "build", "this library"}
	if r.noMemo == "" {
		header = append(header, "memo off (peer ÷ this)")
	}
	header = append(header, peers...)
	header = append(header, "net/http + encoding/json", "floor", "fastest peer ÷ this", "by hand ÷ this", "this ÷ floor")
	line(w, header)
	rule := make([]string, len(header))
	for i := range rule {
		rule[i] = "---"
	}
	line(w, rule)
	for _, row := range append(rows(r.quick), importRows...) {
		for _, b := range r.builds {
			if cells := r.cells(row, b); cells != nil {
				line(w, append([]string{row.name, b.name}, cells...))
			}
		}
	}
}

func line(w io.Writer, cells []string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }

// cells are the cells of a row from the third on, nil if nothing was measured.
func (r *runner) cells(row row, b build) []string {
	unit := row.metrics[0].unit
	value := func(client string) (float64, bool) { return r.median(b, row.bench, client, unit) }
	this, ok := value(ours)
	if !ok {
		return nil
	}
	best := math.Inf(1)
	for _, p := range peers {
		if v, ok := value(p); ok {
			best = min(best, v)
		}
	}
	times := func(a, b float64) string {
		if row.plain || b == 0 || math.IsInf(a, 0) {
			return ""
		}
		return fmt.Sprintf("%.3g×", a/b)
	}

	cells := []string{r.cell(row, b, ours)}
	if r.noMemo == "" {
		cell := ""
		if v, ok := value(noMemo); ok {
			cell = fmt.Sprintf("%s (%s)", r.cell(row, b, noMemo), times(best, v))
		}
		cells = append(cells, cell)
	}
	for _, p := range peers {
		cells = append(cells, r.cell(row, b, p))
	}
	hand, _ := value(byHand)
	least, _ := value(row.main)
	last := times(this, least)
	if row.extra && least > 0 {
		last += fmt.Sprintf(" (%+.3g%%, %s)", 100*(this-least)/least, signed(row.metrics[0].form, this-least))
	}
	return append(cells, r.cell(row, b, byHand), r.floorCell(row, b), times(best, this), times(hand, this), last)
}

// cell is all that was measured of one client.
func (r *runner) cell(row row, b build, client string) string {
	var parts []string
	for _, m := range row.metrics {
		v, ok := r.median(b, row.bench, client, m.unit)
		if !ok {
			continue
		}
		text := m.form(v) + m.tail
		if m.unit == "B/op" {
			if kept, ok := r.median(b, row.bench, client, "kept-B/op"); ok && row.kept && kept > 32<<10 { // less is an answer without what it is about
				text += fmt.Sprintf(" (%.2f of %s kept)", v/kept, size(kept))
			}
			if body, ok := r.median(b, row.bench, client, "body-B/op"); ok && row.sent {
				text += fmt.Sprintf(" (%.2f of the body)", v/body)
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func (r *runner) floorCell(row row, b build) string {
	var parts []string
	for _, f := range append([]floor{{alone, "net/http alone"}}, row.floors...) {
		v, ok := r.median(b, row.bench, f.name, row.metrics[0].unit)
		if !ok {
			continue
		}
		text := f.label + " " + row.metrics[0].form(v)
		if f.name == row.main && len(row.floors) > 0 {
			text = "**" + text + "**"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// median is the middle of what the rounds have measured.
func (r *runner) median(b build, bench, client, unit string) (float64, bool) {
	list := slices.Sorted(slices.Values(r.figures[figure{b.name, bench, client, unit}]))
	n := len(list)
	if n == 0 {
		return 0, false
	}
	return (list[(n-1)/2] + list[n/2]) / 2, true
}

func signed(form func(float64) string, v float64) string {
	if v < 0 {
		return "-" + form(-v)
	}
	return "+" + form(v)
}

func duration(ns float64) string {
	switch {
	case ns >= 1e9:
		return fmt.Sprintf("%.1f s", ns/1e9)
	case ns >= 1e6:
		return digits(ns/1e6) + " ms"
	case ns >= 1e3:
		return digits(ns/1e3) + " µs"
	}
	return digits(ns) + " ns"
}

func size(b float64) string {
	switch {
	case b >= 1<<20:
		return digits(b/(1<<20)) + " MiB"
	case b >= 1<<10:
		return digits(b/(1<<10)) + " KiB"
	}
	return digits(b) + " B"
}

func count(v float64) string { return digits(v) }

// digits shows three of them, and all before the point.
func digits(v float64) string {
	switch {
	case v == math.Trunc(v) || v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
