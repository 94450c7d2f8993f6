package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// build is a way to compile everything.
type build struct {
	name string
	env  []string
}

// figure is what several rounds have measured.
type figure struct{ build, bench, client, unit string }

// runner runs the benchmarks and keeps what they say.
type runner struct {
	settings
	dir, temp string
	builds    []build
	figures   map[figure][]float64
	failed    int
	noMemo    string // why there is no column for it, or empty
}

func (r *runner) run(ctx context.Context) error {
	r.builds = []build{{name: "standard"}}
	if r.jsonv2 {
		r.builds = append(r.builds, build{"jsonv2", []string{"GOEXPERIMENT=jsonv2"}})
	}
	if err := r.findMemo(ctx); err != nil {
		return err
	}
	for _, b := range r.builds {
		if err := r.compile(ctx, b); err != nil {
			return err
		}
	}
	done := map[string]bool{}
	for _, row := range rows(r.quick) {
		if !r.only.MatchString(row.name) || done[row.bench] {
			continue
		}
		done[row.bench] = true
		if err := r.row(ctx, row); err != nil {
			return err
		}
	}
	return r.imports(ctx)
}

// compile makes the test binaries of a build, one of them with the memo off.
func (r *runner) compile(ctx context.Context, b build) error {
	progress("compiling, %s build", b.name)
	if _, err := output(r.goCommand(ctx, b, "test", "-c", "-o", r.binary(b, ours), ".")); err != nil {
		return err
	}
	if r.noMemo != "" || r.memo.tag == "" {
		return nil
	}
	_, err := output(r.goCommand(ctx, b, "test", "-c", "-tags", r.memo.tag, "-o", r.binary(b, noMemo), "."))
	return err
}

// goCommand is the go command in the module and the build.
func (r *runner) goCommand(ctx context.Context, b build, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = r.dir
	cmd.Env = r.environ(b)
	return cmd
}

// environ is the environment without what would change a measurement.
func (r *runner) environ(b build) []string {
	var env []string
	for _, e := range os.Environ() {
		switch name, _, _ := strings.Cut(e, "="); name {
		case "GOEXPERIMENT", "GOGC", "GOMEMLIMIT", "GODEBUG", "OPENROUTER_BASE_URL", "OPENROUTER_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_KEY":
		default:
			env = append(env, e)
		}
	}
	return append(env, b.env...)
}

func (r *runner) binary(b build, client string) string {
	if client == noMemo && r.memo.tag != "" {
		return filepath.Join(r.temp, b.name+"-nomemo.test")
	}
	return filepath.Join(r.temp, b.name+".test")
}

// row runs a benchmark for all clients and floors in turn, round by round.
func (r *runner) row(ctx context.Context, row row) error {
	start := time.Now()
	columns := []string{ours}
	if row.memo && r.noMemo == "" {
		columns = append(columns, noMemo)
	}
	columns = append(append(columns, peers...), byHand, alone)
	for _, f := range row.floors {
		columns = append(columns, f.name)
	}
	rounds, benchtime := r.rounds, r.benchtime.String()
	if row.once {
		rounds, benchtime = r.openRounds, "1x"
	}
	for range rounds {
		for _, b := range r.builds {
			for _, c := range columns {
				if err := r.measure(ctx, b, row.bench, c, benchtime); err != nil {
					return err
				}
			}
		}
	}
	progress("%-10s %s", time.Since(start).Round(100*time.Millisecond), row.bench)
	return nil
}

// measure runs one benchmark once, in a process of its own. Only the end of ctx
// is an error; what else goes wrong leaves a hole in the table.
func (r *runner) measure(ctx context.Context, b build, bench, client, benchtime string) error {
	as := client
	env := r.environ(b)
	if client == noMemo {
		as = ours
		env = append(env, r.memo.env...)
	}
	var pattern []string
	for part := range strings.SplitSeq("Benchmark"+bench+"/"+as, "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(part)+"$")
	}
	one, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(one, r.binary(b, client), "-test.run", "^$", "-test.bench", strings.Join(pattern, "/"),
		"-test.benchtime", benchtime, "-test.timeout", "4m", "-events", strconv.Itoa(r.events))
	cmd.Dir = r.dir
	cmd.Env = env
	out, err := output(cmd)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	found := false
	for lines := bufio.NewScanner(strings.NewReader(out)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		found = true
		if r.raw != nil {
			name := fmt.Sprintf("Benchmark%s/build=%s/client=%s", bench, b.name, strings.ReplaceAll(client, " ", "-"))
			fmt.Fprintln(r.raw, name+"\t"+strings.Join(fields[1:], "\t"))
		}
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return err
			}
			r.add(b, bench, client, fields[i+1], v)
		}
	}
	if err != nil || !found {
		r.failed++
		progress("FAILED %s %s: %v\n%s", bench, client, err, out)
	}
	return nil
}

func (r *runner) add(b build, bench, client, unit string, v float64) {
	f := figure{b.name, bench, client, unit}
	r.figures[f] = append(r.figures[f], v)
}
