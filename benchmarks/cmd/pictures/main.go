// Command pictures draws the pictures of the README from the figures they show:
// RESULTS.md, FAULTS.md, docs/bulk.md and the library's defaults. Run it in its own directory.
package main

import (
	"bytes"
	"embed"
	"flag"
	"log"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

//go:generate go run . -o ../../../docs/images

func main() {
	log.SetFlags(0)
	dir := flag.String("o", "../../../docs/images", "the directory to write to")
	flag.Parse()
	for name, picture := range pictures() {
		if err := os.WriteFile(filepath.Join(*dir, name), picture, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

//go:embed *.svg.tmpl
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"xml":  template.HTMLEscapeString,
	"plus": func(a, b int) int { return a + b },
}).ParseFS(files, "*.svg.tmpl"))

// pictures are all of them, by the names of their files.
func pictures() map[string][]byte {
	return map[string][]byte{
		"speed.svg":  draw("speed", speed(read("../../RESULTS.md"))),
		"stream.svg": draw("stream", bounds()),
		"faults.svg": draw("faults", faults(read("../../FAULTS.md"))),
		"jobs.svg":   draw("jobs", bulk(read("../../../docs/bulk.md"))),
	}
}

func draw(name string, data any) []byte {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name+".svg.tmpl", data); err != nil {
		log.Fatal(err)
	}
	return out.Bytes()
}

func read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	return string(text)
}

// tables are the tables of a Markdown page, each a list of rows of cells, with
// the header as its first row.
func tables(page string) (all [][][]string) {
	inside := false
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "|---") {
			continue
		}
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "| ")
		if !ok {
			inside = false
			continue
		}
		if !inside {
			all = append(all, nil)
			inside = true
		}
		cells := strings.Split(strings.TrimSuffix(line, "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] != "---" {
			all[len(all)-1] = append(all[len(all)-1], cells)
		}
	}
	return all
}

func fail(format string, args ...any) {
	log.Fatalf(format, args...)
}
