package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// attemptHeader tells how often the server has seen the request.
const attemptHeader = "X-Soak-Attempt"

// serve is the other process: the fake service, and one that writes to the
// connection by itself. It prints both addresses, then how it is for each line
// that it reads, and ends with its input, so that it never outlives its parent.
func serve(in io.Reader, out io.Writer) {
	counter := &counter{now: map[uint64]int{}}
	fake := openroutertest.Start(openroutertest.Func(func(req *openroutertest.Request) openroutertest.Reply {
		p, err := planOf(req.Text())
		if err != nil || p.row.reply == nil {
			return openroutertest.Error(http.StatusNotImplemented, "", "no such plan")
		}
		n := counter.count(p.seed)
		return p.row.reply(p, n).ID(p.id()).Header(attemptHeader, strconv.Itoa(n))
	}).Always())
	defer fake.Close()
	wire, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
	go func() { _ = http.Serve(wire, wireHandler(counter)) }() // ends with the process
	fmt.Fprintln(out, fake.URL, "http://"+wire.Addr().String())
	for lines := bufio.NewScanner(in); lines.Scan(); {
		u := measure()
		fmt.Fprintln(out, u.heap, u.goroutines)
	}
}

// wireHandler answers with the bytes of the plan, as they are.
func wireHandler(counter *counter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req openrouter.ChatCompletionRequest
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil || len(req.Messages) == 0 {
			http.Error(w, "no request", http.StatusNotImplemented)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // what is not read would reset the connection
		p, err := planOf(req.Messages[len(req.Messages)-1].Text())
		if err != nil || p.row.wire == nil {
			http.Error(w, "no such plan", http.StatusNotImplemented)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		p.row.wire(p, &wire{TCPConn: conn.(*net.TCPConn), attempt: counter.count(p.seed)})
	})
}

// planOf is the plan whose number is the prompt.
func planOf(prompt string) (*plan, error) {
	seed, err := strconv.ParseUint(prompt, 10, 64)
	if err != nil {
		return nil, err
	}
	return newPlan(seed), nil
}

// counter counts how often each request was seen. It forgets the oldest.
type counter struct {
	mu          sync.Mutex
	now, before map[uint64]int
}

const remembered = 50_000

func (c *counter) count(seed uint64) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := max(c.now[seed], c.before[seed]) + 1
	if len(c.now) >= remembered {
		c.now, c.before = map[uint64]int{}, c.now
	}
	c.now[seed] = n
	return n
}

// server is the other process, as this one sees it.
type server struct {
	fake, wire string // base URLs

	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	died chan struct{} // closed when it ends
}

func startServer(ctx context.Context) (*server, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	// The limit of open files needs no care: programs in Go raise it by themselves.
	cmd := exec.CommandContext(ctx, exe, serveFlag)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, in: in, out: bufio.NewReader(r), died: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // that it ended is what matters
		w.CloseWithError(errServerDied)
		close(s.died)
	}()
	line, err := s.out.ReadString('\n')
	if err != nil {
		s.kill()
		return nil, err
	}
	s.fake, s.wire, _ = strings.Cut(strings.TrimSpace(line), " ")
	return s, nil
}

var errServerDied = errors.New("the server's process ended")

// kill ends the process, and waits until it is gone.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may be gone already
	<-s.died
}

// usage asks the server how it is.
func (s *server) usage() (u usage, err error) {
	if _, err = fmt.Fprintln(s.in); err != nil {
		return u, err
	}
	_, err = fmt.Fscanln(s.out, &u.heap, &u.goroutines)
	return u, err
}
