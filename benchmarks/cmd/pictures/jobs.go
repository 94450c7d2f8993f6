package main

import (
	"strconv"
	"strings"
)

// jobsChart shows how the runs of docs/bulk.md grow with the number of jobs.
type jobsChart struct{ Runs []jobsRun }

type jobsRun struct {
	Jobs          string
	File, Queue   string // jobs a second
	Memory, Start string
	Y             int
	Long, Short   int // pixels
}

// bulk reads the table whose first column is Jobs.
func bulk(page string) jobsChart {
	for _, table := range tables(page) {
		if table[0][0] == "Jobs" && len(table) > 1 {
			return newJobsChart(table[1:])
		}
	}
	fail("docs/bulk.md has no table of jobs")
	return jobsChart{}
}

func newJobsChart(rows [][]string) (chart jobsChart) {
	most := 0.0
	for _, row := range rows {
		most = max(most, count(row[1]), count(row[4]))
	}
	for i, row := range rows {
		chart.Runs = append(chart.Runs, jobsRun{
			Jobs: row[0], File: row[1], Memory: row[2], Start: row[3], Queue: row[4], Y: 76 + 60*i,
			Long: int(count(row[1]) / most * longest), Short: int(count(row[4]) / most * longest),
		})
	}
	return chart
}

// count reads a number with commas between its thousands.
func count(cell string) float64 {
	n, err := strconv.ParseFloat(strings.ReplaceAll(cell, ",", ""), 64)
	if err != nil {
		fail("docs/bulk.md: %v", err)
	}
	return n
}
