package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// imports measures what an import costs: minimal programs that stream one
// answer, with the standard build.
func (r *runner) imports(ctx context.Context) error {
	wanted := slices.ContainsFunc(importRows, func(row row) bool { return r.only.MatchString(row.name) })
	if !wanted {
		return nil
	}
	start := time.Now()
	columns := append(append([]string{ours}, peers...), byHand, alone)
	for _, c := range columns {
		if err := r.weigh(ctx, c); err != nil {
			return err
		}
	}
	progress("%-10s import", time.Since(start).Round(100*time.Millisecond))
	if !r.only.MatchString("import: cold build, CPU") {
		return nil
	}
	for i := range r.buildRounds {
		start := time.Now()
		for _, c := range columns {
			if err := r.buildCold(ctx, c); err != nil {
				return err
			}
		}
		progress("%-10s cold builds, round %d", time.Since(start).Round(100*time.Millisecond), i+1)
	}
	return nil
}

func program(client string) string { return "./imports/" + programs[client] }

// weigh counts the modules, packages and bytes of a client's program.
func (r *runner) weigh(ctx context.Context, client string) error {
	b := r.builds[0]
	deps, err := output(r.goCommand(ctx, b, "list", "-deps", "-f", "{{.ImportPath}} {{with .Module}}{{.Path}}{{end}}", program(client)))
	if err != nil {
		return err
	}
	packages, modules := -1, map[string]bool{} // the program itself does not count
	for line := range strings.Lines(deps) {
		packages++
		if fields := strings.Fields(line); len(fields) == 2 && !strings.HasSuffix(fields[1], "/benchmarks") {
			modules[fields[1]] = true
		}
	}
	r.add(b, "import", client, "packages", float64(packages))
	r.add(b, "import", client, "modules", float64(len(modules)))
	for _, form := range []struct{ unit, flags string }{{"binary", ""}, {"stripped", "-s -w"}} {
		if r.quick && form.flags != "" {
			continue
		}
		exe := filepath.Join(r.temp, "program")
		if _, err := output(r.goCommand(ctx, b, "build", "-ldflags", form.flags, "-o", exe, program(client))); err != nil {
			return err
		}
		info, err := os.Stat(exe)
		if err != nil {
			return err
		}
		r.add(b, "import", client, form.unit, float64(info.Size()))
	}
	return nil
}

// buildCold builds a client's program and all it needs, the standard library
// included, from the sources.
func (r *runner) buildCold(ctx context.Context, client string) error {
	b := r.builds[0]
	cache, err := os.MkdirTemp(r.temp, "cache")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cache)
	cmd := r.goCommand(ctx, b, "build", "-o", filepath.Join(r.temp, "program"), program(client))
	cmd.Env = append(cmd.Env, "GOCACHE="+cache)
	start := time.Now()
	if _, err := output(cmd); err != nil {
		return err
	}
	r.add(b, "import", client, "build-wall", float64(time.Since(start)))
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	r.add(b, "import", client, "build-cpu", float64(cpu))
	return nil
}
