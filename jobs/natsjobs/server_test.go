package natsjobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// natsServer is a server with a port, for several processes.
type natsServer struct {
	URL string

	t    testing.TB
	opts server.Options
	srv  *server.Server
}

func newServer(t testing.TB, change ...func(*server.Options)) *natsServer {
	t.Helper()
	s := &natsServer{t: t, opts: server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir()}}
	for _, f := range change {
		f(&s.opts)
	}
	s.start()
	s.opts.Port = s.srv.Addr().(*net.TCPAddr).Port
	s.URL = s.srv.ClientURL()
	t.Cleanup(s.stop)
	return s
}

func (s *natsServer) start() {
	s.t.Helper()
	opts := s.opts // the server changes them
	srv, err := server.NewServer(&opts)
	require.NoError(s.t, err)
	srv.Start()
	require.True(s.t, srv.ReadyForConnections(long))
	s.srv = srv
}

func (s *natsServer) stop() {
	s.srv.Shutdown()
	s.srv.WaitForShutdown()
}

// serve is a server in a process of its own, until it is killed.
func serve(port int, dir string) {
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true, JetStream: true, StoreDir: dir})
	if err != nil {
		panic(err)
	}
	srv.Start()
	srv.WaitForShutdown()
}

// order is what a process of a test does. It comes in an environment variable.
type order struct {
	Service string
	Queue   string
	URL     string // of the queue; or Dir
	Dir     string
	Lease   time.Duration
	Deaths  int
	Workers int
	MaxCost float64
	Die     bool // with the first job
	Port    int  // of a server, which the process is then, with its store in Dir
}

const orderVariable = "NATSJOBS_TEST_ORDER"

// worker does what the order says, and reports whether there is one.
func worker() bool {
	text := os.Getenv(orderVariable)
	if text == "" {
		return false
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3) // the test is gone
	}()
	if o.Port != 0 {
		serve(o.Port, o.Dir)
	}
	ctx := context.Background()
	config := natsjobs.Config{URL: o.URL, Dir: o.Dir, Lease: o.Lease, Deaths: o.Deaths}
	q, err := natsjobs.Open(ctx, o.Queue, config)
	for end := time.Now().Add(long); err != nil; q, err = natsjobs.Open(ctx, o.Queue, config) {
		if time.Now().After(end) { // the server restarts, and that may be just now
			panic(err)
		}
	}
	client := openrouter.NewClient(openrouter.WithAPIKey(openroutertest.Key), openrouter.WithBaseURL(o.Service))
	runner := &jobs.Runner{Client: client, Workers: o.Workers, MaxCost: o.MaxCost}
	if o.Die {
		runner.Do = func(context.Context, jobs.Job) (jobs.Result, error) {
			// The server writes down what it delivered some 100 ms later.
			<-time.After(300 * time.Millisecond)
			os.Exit(0)
			panic("unreachable")
		}
	}
	_, err = q.Work(ctx, runner)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := q.Close(); err != nil {
		panic(err)
	}
	return true
}

// process is a worker in a process of its own.
type process struct {
	*exec.Cmd
	output bytes.Buffer
}

func startProcess(t testing.TB, o order) *process {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	text, err := json.Marshal(o)
	require.NoError(t, err)
	p := &process{Cmd: exec.CommandContext(t.Context(), program, "-test.run=^$")}
	p.Env = append(os.Environ(), orderVariable+"="+string(text))
	p.Stdout, p.Stderr = &p.output, &p.output
	_, err = p.StdinPipe() // it ends with this process
	require.NoError(t, err)
	require.NoError(t, p.Start())
	return p
}

// ends waits for the end of a process that is to end by itself.
func (p *process) ends(t testing.TB) {
	t.Helper()
	require.NoError(t, p.Wait(), p.output.String())
}

func (p *process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait() // it was killed
}
