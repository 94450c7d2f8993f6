// Package load holds many streams open: a server and a client, each a process
// of its own, steered through their standard input and output.
package load

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
	"github.com/openrouter-go/openrouter/benchmarks/internal/measure"
)

// Where the server answers what.
const (
	GatedPath  = "/gated"  // one event, then what the commands say
	StreamPath = "/stream" // a short stream
	LatePath   = "/late"   // the same, the end of the body some time after [DONE]
)

// shortEvents is the length of a short stream, without its last chunk.
const shortEvents = 4

// pace is how many events a second the server sends in all.
const pace = 10_000

const responseHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n" +
	"X-Generation-Id: gen-1759845420-Qm3vT8xWcYbN5aLpR2dK\r\n\r\n"

const bodyEnd = "0\r\n\r\n"

// piece is an event in the transfer encoding.
func piece(event []byte) []byte {
	return fmt.Appendf(nil, "%x\r\n%s\r\n", len(event), event)
}

// last are the events that end a stream of n events, with the end of the body.
func last(s *corpus.Stream) (chunk, done []byte) {
	n := len(s.Events)
	return piece(s.Events[n-2]), piece(s.Events[n-1])
}

// server writes raw HTTP, so that it takes as little of the machine as it can.
type server struct {
	stream *corpus.Stream

	mu       sync.Mutex
	accepted int
	gated    []net.Conn
}

// serve runs the server. It says its address, then obeys:
//
//	go N     send N events on each gated stream
//	finish   end the gated streams
//	conns    say how many connections there have been
func serve(in io.Reader, out io.Writer) error {
	measure.RaiseFileLimit()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	s := &server{stream: corpus.Streams["text"]()}
	go s.accept(l)
	fmt.Fprintf(out, "addr http://%s\n", l.Addr())
	next := 1
	for lines := bufio.NewScanner(in); lines.Scan(); {
		word, arg, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "go":
			n, err := strconv.Atoi(arg)
			if err != nil {
				return err
			}
			for range n {
				s.sendAll(piece(s.stream.Events[next]))
				next++
			}
		case "finish":
			chunk, done := last(s.stream)
			s.sendAll(append(append(chunk, done...), bodyEnd...))
		case "conns":
			s.mu.Lock()
			fmt.Fprintf(out, "conns %d\n", s.accepted)
			s.mu.Unlock()
		default:
			return fmt.Errorf("no command is called %q", word)
		}
	}
	return nil
}

func (s *server) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "accept:", err)
			return
		}
		s.mu.Lock()
		s.accepted++
		s.mu.Unlock()
		go s.answer(conn)
	}
}

// answer serves the requests of a connection, up to one that is gated.
func (s *server) answer(conn net.Conn) {
	first := piece(s.stream.Events[0])
	head := append([]byte(responseHead), first...)
	chunk, done := last(s.stream)
	rest := bytes.Clone(bytes.Join(s.stream.Events[1:shortEvents], nil))
	rest = append(append(piece(rest), chunk...), done...)
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			conn.Close()
			return
		}
		_, _ = io.Copy(io.Discard, req.Body) // a short one fails the next read
		gated := strings.HasPrefix(req.URL.Path, GatedPath)
		if gated {
			s.mu.Lock()
			s.gated = append(s.gated, conn)
			s.mu.Unlock()
		}
		if _, err := conn.Write(head); err != nil {
			conn.Close()
			return
		}
		switch {
		case gated:
			return
		case strings.HasPrefix(req.URL.Path, LatePath):
			conn.Write(rest)
			time.Sleep(2 * time.Millisecond)
			conn.Write([]byte(bodyEnd))
		default:
			conn.Write(append(rest[:len(rest):len(rest)], bodyEnd...))
		}
	}
}

// sendAll writes to every gated stream, at the pace.
func (s *server) sendAll(data []byte) {
	s.mu.Lock()
	conns := s.gated
	s.mu.Unlock()
	start := time.Now()
	for i, conn := range conns {
		if due := start.Add(time.Duration(i) * time.Second / pace); i%20 == 0 {
			time.Sleep(time.Until(due))
		}
		_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
		_, _ = conn.Write(data) // the client sees that it is cut
	}
}
