// Command faults plays the same faults to three clients and writes what each of
// them reports into FAULTS.md. Run it in the directory of the benchmarks.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"text/template"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

//go:generate go run . -o ../../FAULTS.md

func main() {
	log.SetFlags(0)
	path := flag.String("o", "FAULTS.md", "the file to write")
	flag.Parse()
	if err := os.WriteFile(*path, page(), 0o644); err != nil {
		log.Fatal(err)
	}
}

// patience is how long a call may take before it counts as one without an end.
// It is three times the bound for silence, where a client has one.
const (
	patience = 3 * time.Second
	silence  = time.Second
)

// fault is something that goes wrong, and the server that does it.
type fault struct {
	Name   string
	stream bool
	reply  openroutertest.Reply
}

const (
	gone = "The provider is gone."
	html = "<html><body>Please sign in.</body></html>"
)

var faults = []fault{
	{"stops without its end mark", true, openroutertest.Text("To be").Truncate()},
	{"is cut by the network", true, openroutertest.Text("To be").Cut()},
	{"ends in the middle of an event", true, openroutertest.Text("To be").Raw(`data: {"id":"gen-1","cho`).Truncate()},
	{"reports an error in a chunk", true, openroutertest.Text("To be").MidStreamError(502, openrouter.ErrProviderUnavailable, gone)},
	{"reports an error in a choice", true, openroutertest.Text("To be").MidStreamError(502, openrouter.ErrProviderUnavailable, gone).Shape(openroutertest.ShapeChoice)},
	{"reports an error in an event of its own", true, openroutertest.Text("To be").MidStreamError(502, openrouter.ErrProviderUnavailable, gone).Shape(openroutertest.ShapeBare)},
	{"is a JSON error with status 200", true, openroutertest.Error(502, openrouter.ErrProviderUnavailable, gone).Status(200)},
	{"is an HTML page with status 200", true, openroutertest.HTML(200, html)},
	{"falls silent", true, openroutertest.Text("To be").Stall()},
	{"sends nothing but comments", true, openroutertest.Text("To be").Processing(2*time.Millisecond, openroutertest.Forever)},
	{"is a JSON error with status 200", false, openroutertest.Error(502, openrouter.ErrProviderUnavailable, gone).Status(200)},
	{"reports an error in a choice", false, openroutertest.Text("To be").MidStreamError(502, openrouter.ErrProviderUnavailable, gone)},
	{"has no choices", false, openroutertest.NoChoices()},
	{"is half of its JSON", false, openroutertest.Text("To be").Truncate()},
	{"is empty", false, openroutertest.Truncate()},
	{"is an HTML page with status 200", false, openroutertest.HTML(200, html)},
	{"is an HTML page with status 502", false, openroutertest.HTML(502, html)},
	{"is a JSON error with status 429", false, openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "Slow down.")},
}

//go:embed page.md
var text string

// page plays all faults at once, since those without an end take the longest.
func page() []byte {
	type line struct {
		fault
		Cells []string
	}
	lines := make([]line, len(faults))
	var wait sync.WaitGroup
	for i, f := range faults {
		lines[i] = line{f, make([]string, len(clients))}
		for j, c := range clients {
			wait.Go(func() { lines[i].Cells[j] = play(f, c) })
		}
	}
	wait.Wait()
	var out bytes.Buffer
	create := slices.IndexFunc(faults, func(f fault) bool { return !f.stream })
	var names []string
	for _, c := range clients {
		names = append(names, c.name)
	}
	err := template.Must(template.New("").Parse(text)).Execute(&out, map[string]any{
		"Clients": names, "Stream": lines[:create], "Create": lines[create:], "Versions": versions(),
		"Patience": patience, "Silence": silence,
	})
	if err != nil {
		log.Fatal(err)
	}
	return out.Bytes()
}

// play tells what a client reports: the word for it, and the type of the error.
func play(f fault, c client) string {
	srv := openroutertest.Start(f.reply)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	call := c.create
	if f.stream {
		call = c.stream
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	err := call(ctx, srv.URL, &http.Client{Transport: transport})
	switch typed := c.typed(err); {
	case err == nil:
		return "no error"
	case typed != "":
		return "typed error: `" + typed + "`"
	case ctx.Err() != nil:
		return "no end"
	}
	return fmt.Sprintf("other error: `%s`", nameOf(err))
}

// versions are those of the modules in this program.
func versions() map[string]string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		log.Fatal("built without modules")
	}
	m := map[string]string{}
	for _, dep := range info.Deps {
		m[dep.Path] = dep.Version
	}
	return m
}
