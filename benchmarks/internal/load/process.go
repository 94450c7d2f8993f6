package load

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
)

const (
	roleVariable = "BENCHMARKS_ROLE"
	argsVariable = "BENCHMARKS_ARGS"

	holdFor = 3 * time.Minute // the longest a client runs
)

// IsChild reports whether this process was started to be one end of the load.
func IsChild() bool { return os.Getenv(roleVariable) != "" }

// sent is the answer of which a gated stream carries its first event, the given
// number after it, and the end.
func sent(events int) corpus.Answer {
	return corpus.Answer{Text: strings.Join(corpus.Streams["text"]().Texts[:1+events], "")}
}

// process is this program once more, in another role.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

func start(ctx context.Context, role string, args ...string) (*process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, argsVariable+"="+strings.Join(args, " "))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{cmd: cmd, in: in, lines: bufio.NewScanner(out)}, nil
}

// read returns the next line, without the word it must begin with.
func (p *process) read(word string) (string, error) {
	if !p.lines.Scan() {
		return "", fmt.Errorf("the process ended instead of saying %q", word)
	}
	rest, ok := strings.CutPrefix(p.lines.Text(), word)
	if !ok {
		return "", fmt.Errorf("the process said %q instead of %q", p.lines.Text(), word)
	}
	return strings.TrimSpace(rest), nil
}

func (p *process) write(command string) error {
	_, err := io.WriteString(p.in, command+"\n")
	return err
}

// stop ends the process.
func (p *process) stop() {
	p.in.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // that it was killed is known
}

// Server is a server in a process of its own.
type Server struct {
	URL string
	p   *process
}

// StartServer starts a server, which ends with ctx or [Server.Close].
func StartServer(ctx context.Context) (*Server, error) {
	p, err := start(ctx, "server")
	if err != nil {
		return nil, err
	}
	url, err := p.read("addr")
	if err != nil {
		p.stop()
		return nil, err
	}
	return &Server{url, p}, nil
}

// Close ends the server.
func (s *Server) Close() { s.p.stop() }

// Connections is how many connections the server has accepted.
func (s *Server) Connections() (int, error) {
	if err := s.p.write("conns"); err != nil {
		return 0, err
	}
	n, err := s.p.read("conns")
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(n)
}

// Run holds n streams of the named client open at once, in two new processes.
func Run(ctx context.Context, name string, n, events int) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, holdFor+30*time.Second)
	defer cancel()
	var res Result
	server, err := StartServer(ctx)
	if err != nil {
		return res, err
	}
	defer server.Close()
	client, err := start(ctx, "client", name, server.URL, strconv.Itoa(n), strconv.Itoa(events))
	if err != nil {
		return res, err
	}
	defer client.stop()
	for _, step := range []struct{ said, command string }{{"open", "go " + strconv.Itoa(events)}, {"held", "finish"}} {
		if _, err := client.read(step.said); err != nil {
			return res, err
		}
		if err := server.p.write(step.command); err != nil {
			return res, err
		}
	}
	line, err := client.read("")
	if err != nil {
		return res, err
	}
	if err := json.Unmarshal([]byte(line), &res); err != nil {
		return res, err
	}
	if res.Complete != n {
		return res, fmt.Errorf("%s: %d of %d streams came through: %s", name, res.Complete, n, res.Failure)
	}
	return res, nil
}
